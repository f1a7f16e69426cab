"""Every measurement, side by side in one run, written to docs/benchmarks.md: make bench.

Words given choose the sections whose titles have one of them; the others stay as they were: bench.py audit
"""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from pathlib import Path

import against_mpmath
import against_sympy
import verification

sys.path.append(str(Path(__file__).resolve().parents[1] / "audit"))

import search
import verdicts

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
PARTS = (
    ("The normal form against `sympy.simplify`", against_sympy),
    ("Balls against mpmath", against_mpmath),
    ("Verification", verification),
    ("The audit's search", search),
    ("The audit's time to a verdict", verdicts),
)
HEAD = """# Benchmarks

Measured by `make bench`, each section in one run, with {tools} on {machine}.
Compare the ratios: the times are those of one machine on one day.
"""


def main(words: list[str]) -> None:
    tools = [f"Python {platform.python_version()}"]
    tools += [f"{name} {metadata.version(name)}" for name in ("sympy", "python-flint", "mpmath", "numpy", "hypothesis")]
    text = HEAD.format(tools=", ".join(tools), machine=f"{platform.system()} {platform.machine()}")
    kept = _sections() if words else {}
    for title, part in PARTS:
        found = kept.get(title, "")
        if not found or any(word.lower() in title.lower() for word in words):
            found = part.measured()
            print(f"## {title}\n\n{found}\n", flush=True)
        text += f"\n## {title}\n\n{found}\n"
    PAGE.write_text(text, encoding="utf-8")


def _sections() -> dict[str, str]:
    """What the page says now, by title."""
    _, *sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    return {title: body.strip() for title, _, body in (s.partition("\n") for s in sections)}


if __name__ == "__main__":
    main(sys.argv[1:])

"""Every measurement, side by side in one run, written to docs/benchmarks.md: make bench."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

import against_mpmath
import against_sympy
import verification

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
PARTS = (
    ("The normal form against `sympy.simplify`", against_sympy),
    ("Balls against mpmath", against_mpmath),
    ("Verification", verification),
)
HEAD = """# Benchmarks

Measured by `make bench` in one run, with {tools} on {machine}. Compare the ratios: the times
are those of one machine on one day.
"""


def main() -> None:
    tools = [f"Python {platform.python_version()}"]
    tools += [f"{name} {metadata.version(name)}" for name in ("sympy", "python-flint", "mpmath")]
    text = HEAD.format(tools=", ".join(tools), machine=f"{platform.system()} {platform.machine()}")
    for title, part in PARTS:
        found = part.measured()
        print(f"## {title}\n\n{found}\n", flush=True)
        text += f"\n## {title}\n\n{found}\n"
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

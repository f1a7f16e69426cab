"""The normal form against sympy.simplify: how many true equations each decides, and in what time.

The equations are those of the prover's benchmark, every third one, in the order of its files.
"""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path
from typing import Any

import sympy as sp
from as_sympy import Untranslatable, translated
from tables import ratio, table, timed, words

sys.path.insert(0, str(Path(__file__).parents[1] / "prover"))
from support import claims  # type: ignore[import-not-found]

from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.normal_form import check
from lemmata.spec.language import Equals
from lemmata.spec.language.expressions import as_written

LIMIT = 10.0  # seconds that SymPy may take for one equation
EVERY = 3


def _simplified(sides: tuple[Any, Any], answer: Any) -> None:
    try:
        answer.put(sp.simplify(sides[0] - sides[1]) == 0)
    except Exception as error:
        answer.put(type(error).__name__)


def simplified(sides: tuple[Any, Any]) -> Any:
    """Whether the difference simplifies to 0, or the name of an exception, or "out of time"."""
    fork = multiprocessing.get_context("fork")
    answer = fork.Queue()
    process = fork.Process(target=_simplified, args=(sides, answer))
    process.start()
    try:
        return answer.get(timeout=LIMIT)
    except Exception:
        return "out of time"
    finally:
        process.kill()
        process.join()


def measured() -> str:
    every = [c for found in claims().values() for c in found if isinstance(c.statement, Equals)][::EVERY]
    ours, theirs, times, untold = [], [], ([], []), 0
    for claim in every:
        try:
            with as_written():
                sides = translated(claim)
        except (Untranslatable, Exception):
            untold += 1
            continue
        with as_written():
            seconds, evidence = timed(lambda c=claim: check(goal_of(c), EFFORTS["quick"], 0))
        ours.append(evidence.verdict.value == "proved")
        times[0].append(seconds)
        seconds, said = timed(lambda s=sides: simplified(s))
        theirs.append(said is True)
        times[1].append(seconds)
    rows = [
        ["the normal form", f"{sum(ours)} of {len(ours)}", words(sum(times[0])), "1"],
        [
            f"sympy.simplify, at most {LIMIT:g} s each",
            f"{sum(theirs)} of {len(theirs)}",
            words(sum(times[1])),
            ratio(sum(times[1]), sum(times[0])),
        ],
    ]
    only = sum(t and not o for t, o in zip(theirs, ours, strict=True))
    return (
        f"Every third true equation of `benchmarks/prover`, {len(every)} in all; {untold} cannot be said in SymPy\n"
        f"and are left out, {only} are decided by SymPy alone. The normal form's time includes its check on balls.\n\n"
        + table(["", "decided", "time", "ratio"], rows)
    )


if __name__ == "__main__":
    print(measured())

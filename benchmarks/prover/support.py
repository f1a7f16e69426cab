"""The wrong twins of the benchmark: three slips beside each claim, written by hand and never registered as claims.

Beside `def name(…)`, the function `def name_twins(…)` takes variables of the claim and returns three statements. A bare
expression among them stands for the claim with that right side, its equality case kept.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lemmata.checks.catalogue import load_file
from lemmata.spec.language import Claim, LanguageError, Statement
from lemmata.spec.language.expressions import plain_number
from lemmata.spec.language.statements import check_statement
from lemmata.spec.language.validate import check_ranges

HERE = Path(__file__).parent
TWINS = 3


def files() -> list[Path]:
    """The files of the benchmark, in the order of their names."""
    return sorted(HERE.glob("bench_*.py"))


def claims() -> dict[Path, list[Claim]]:
    """The claims of every file. To be called once in a process: a second call would meet its own ids."""
    return {path: load_file(path) for path in files()}


def twins_of(claim: Claim) -> list[Statement]:
    """The wrong twins of a claim; a LanguageError names a claim that has not three different ones."""
    name = f"{claim.function.__name__}_twins"
    function = claim.function.__globals__.get(name)
    if function is None:
        raise LanguageError(f"{claim.id} has no twins: write {name} beside it", claim.where)
    given = claim._call(function)
    wrong = [s if isinstance(s, Statement) else replace(claim.statement, right=plain_number(s)) for s in given]  # type: ignore[call-arg]
    if len(wrong) != TWINS or len({*wrong, claim.statement}) != TWINS + 1:
        raise LanguageError(f"{name} must return {TWINS} statements, all different from each other", claim.where)
    for k, statement in enumerate(wrong):
        wrong[k] = check_statement(statement, claim.where)
        check_ranges(claim, wrong[k])
    return wrong

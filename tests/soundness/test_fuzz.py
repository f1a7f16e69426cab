"""The prover against random identities and near misses: it may fail to prove, it may not prove what is false."""

from __future__ import annotations

from collections import Counter

import pytest

from . import falsehoods, truths
from .fuzz import listed
from .guards import GUARDS, Guard
from .trial import Shape, Table, run

SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 16))]
RULES = truths.RULES + falsehoods.RULES
SHAPES = (Shape(1, 1), Shape(2, 1, 0.5))


def table_of(seed: int) -> Table:
    return run(seed, len(RULES), SHAPES[seed % len(SHAPES)], RULES)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_false_is_proved(seed: int) -> None:
    table = table_of(seed)
    assert not table.unsound, listed("proved, and refuted by balls", table.unsound, 20)
    assert not table.crashes, listed("crashes", table.crashes, 20)
    assert not table.hangs, listed("hangs", table.hangs, 20)
    assert not table.wrong_truths, listed("mistakes of the fuzzer", table.wrong_truths, 20)


def test_the_fuzzer_asks_real_questions() -> None:
    """Most true identities are proved, and balls tell most near misses apart: neither side of the test is idle."""
    rows = table_of(99).counts
    true, false = (
        sum((rows.get(rule.__name__, Counter()) for rule in rules), Counter())
        for rules in (truths.RULES, falsehoods.RULES)
    )
    assert true["proved"] >= 0.85 * (true["proved"] + true["unproved"])
    assert false["refuted"] >= 0.7 * (false["proved"] + false["unproved"])


@pytest.mark.parametrize("guard", GUARDS, ids=lambda g: g.name)
def test_a_guard_removed_is_noticed(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    cases, shape = 40 * len(guard.stops), Shape(1, 0, 0)
    assert not run(7, cases, shape, guard.stops).unsound
    guard.remove(monkeypatch)
    assert run(7, cases, shape, guard.stops).unsound, (
        f"without its guard ({guard.name}) the prover still proved nothing false"
    )

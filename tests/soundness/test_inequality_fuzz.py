"""The certificate search against random inequalities and near misses: it may fail to prove, not prove what is false."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import nullcontext

import pytest

from .inequality_found import FOUND, Finding, statement_of, verdict
from .inequality_fuzz import listed
from .inequality_guards import GUARDS, Guard, drawn
from .inequality_trial import KINDS, Table, Trial, look, run, without_probe
from .inequality_truths import RULES

RUNS = [(seed, bare) for seed in range(5) for bare in (False, True)]
FIRST, *LATER = (pytest.param(*run, id=f"{run[0]}-{'bare' if run[1] else 'probed'}") for run in RUNS)
CASES = len(RULES)


@pytest.mark.parametrize(
    ("seed", "bare"), [FIRST, *(pytest.param(*p.values, id=p.id, marks=pytest.mark.slow) for p in LATER)]
)
def test_nothing_false_is_proved(seed: int, bare: bool) -> None:
    with without_probe() if bare else nullcontext():
        table = run(seed, CASES, skipped=seed * CASES)
    assert not table.unsound, listed("proved, and refuted by balls", table.unsound, 20)
    assert not table.crashes, listed("crashes", table.crashes, 20)
    assert not table.wrong_truths, listed("mistakes of the fuzzer", table.wrong_truths, 20)


def test_the_fuzzer_asks_real_questions() -> None:
    """Most true inequalities are proved, and balls refute most near misses."""
    rows: Counter[str] = Counter()
    for name, row in run(99, CASES, KINDS[:2]).counts.items():
        rows.update({f"{name.split()[0]} {verdict}": k for verdict, k in row.items()})
    assert rows["true proved"] >= 0.5 * (rows["true proved"] + rows["true unproved"])
    assert rows["slip refuted"] >= 0.5 * (rows["slip proved"] + rows["slip unproved"])


@pytest.mark.parametrize("guard", GUARDS, ids=lambda g: g.name)
def test_a_guard_removed_is_noticed(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    def table() -> Table:
        with without_probe():
            return run(5, 4, ("random",), drawn=drawn(guard))

    assert not table().unsound
    guard.remove(monkeypatch)
    assert table().unsound, f"without its guard ({guard.name}) nothing false was proved"


@pytest.mark.parametrize("bare", [False, True], ids=["probed", "bare"])
@pytest.mark.parametrize("finding", FOUND, ids=lambda f: f.name)
def test_what_was_once_proved_wrongly_is_not_proved(finding: Finding, bare: bool) -> None:
    with without_probe() if bare else nullcontext():
        found, detail = verdict(finding)
    assert found != "proved", f"{finding.why}: {detail}"
    assert found != "crash", detail


@pytest.mark.parametrize(
    "finding", [f for f in FOUND if f.variables is None and "∞" not in f.why], ids=lambda f: f.name
)
def test_what_was_once_proved_is_false_or_has_no_value(finding: Finding) -> None:
    trial = Trial("found", finding.name, statement_of(finding))
    look(trial, random.Random(1), 8)
    assert trial.outcome == ("undefined" if "no value" in finding.why else "refuted"), trial

"""The audit of a fixed sample of the corpus; `make corpus` audits all of it."""

from __future__ import annotations

import pytest

from .corpus_audit import BUGS, Row, examined, summary
from .corpus_run import Target, targets

EVERY = 14  # one target in so many of those without torch, whose import takes longer than an audit
SAMPLE = [t for t in targets() if t.takes != "torch"][::EVERY]


@pytest.mark.parametrize("target", SAMPLE, ids=lambda t: t.id)
def test_a_target_gets_its_verdict(target):
    row = examined(target, budget=2.0)
    assert row.right, (row.verdict, row.diagnosis)
    assert (row.findings > 0) == (row.verdict in BUGS and row.verdict != "error")


def test_the_sample_has_every_kind():
    assert {t.verdict for t in SAMPLE} >= {"correct", "wrong", "unstable", "impure"}
    assert {t.takes for t in SAMPLE} >= {"numpy", "lists"}
    assert len({t.definition for t in SAMPLE}) >= 18


def test_the_table_counts_what_is_missed_and_who_is_accused():
    def row(truth: str, verdict: str, also: tuple[str, ...] = ()) -> Row:
        return Row(Target("m", "t", "softmax", truth, "", also=also), verdict, "", "", 0.5, 10, 1)

    rows = [row("wrong", "wrong"), row("wrong", "unstable"), row("impure", "correct"), row("correct", "wrong")]
    assert [r.right for r in rows] == [True, False, False, False]
    assert [r.missed for r in rows] == [False, False, True, False]
    assert [r.accused for r in rows] == [False, False, False, True]
    assert not row("unstable", "undecided", also=("undecided",)).missed
    text = summary(rows)
    assert "bugs found: 2 of 3" in text and "false alarms: 1 of 1" in text and "right verdict: 1 of 4 (25.0%)" in text

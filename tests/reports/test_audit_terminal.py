"""An audit on a terminal: the verdict first, tables that can be read, and text of targets shown as text."""

from __future__ import annotations

import audit_samples as samples
import pytest

from lemmata.reports import audit_terminal, audit_words
from lemmata.reports.audit_terminal import line, text
from lemmata.reports.terminal import plain


def rows(audit, width=100):
    return [" ".join(row.split()) for row in text(audit, width).splitlines()]


@pytest.mark.parametrize(
    ("audit", "first", "last"),
    [
        (samples.WRONG, "✗ WRONG src/losses.py:kl as kl (base = e)", "exit status 1: wrong, unstable or impure"),
        (samples.UNSTABLE, "✗ UNSTABLE src/losses.py:softplus as softplus", "exit status 1: wrong, unstable or impure"),
        (
            samples.IMPURE,
            "✗ IMPURE package.optim:Adam.step as adam (eps_placement = outside, weight_decay = none)",
            "exit status 1: wrong, unstable or impure",
        ),
        (samples.CORRECT, "✓ CORRECT src/losses.py:logsumexp as logsumexp (axis = -1)", "exit status 0: correct"),
        (samples.UNDECIDED, "? UNDECIDED src/losses.py:logsumexp as logsumexp (axis = -1)", "exit status 3: undecided"),
        (
            samples.ERROR,
            "! ERROR src/old.py:f as logsumexp (axis = -1)",
            "exit status 2: could not be loaded or called",
        ),
    ],
)
def test_the_verdict_is_first_and_the_exit_status_last(audit, first, last):
    shown = rows(audit)
    assert (shown[0], shown[-1]) == (first, last)
    assert audit.diagnosis.split()[0] in " ".join(shown)


def test_a_counterexample_is_a_table():
    shown = rows(samples.WRONG)
    at = shown.index("Smallest counterexample: wrong value, float64")
    assert shown[at + 1 : at + 6] == [
        "p float64 (2,) [0.5, 0.5]",
        "q float64 (2,) [0.25, 0.75]",
        "expected float64 0.14384103622589045",
        "got float64 0.28768207245178085",
        "off by 5.18 × 10¹⁵ ulp, 1.24 × 10¹⁵ times the error budget",
    ]
    assert shown.index("The mistake: twice the expected value") < at
    assert "Worst counterexample: not finite, float32" in shown
    assert "q float32 (2,) [0.1, 0.9]" in shown  # the shortest text that the format reads back


def test_formats_notes_and_how_to_run_again_are_there():
    shown = rows(samples.WRONG)
    assert "float64 12,000 12 1.24 × 10¹⁵ 5.18 × 10¹⁵ 0" in shown
    assert "float32 9,000 0 unbounded unbounded 0" in shown
    assert "· float16 is refused by the target: TypeError: float16 is not supported." in shown
    assert "searched 21,000 inputs in 2.3 s, seed 0" in shown
    assert "run again lemmata audit src/losses.py:kl --as kl --set base=e" in shown
    assert "float64 5,000 0 9 × 10¹⁵ 4.5 × 10¹⁵ 51.2" in rows(samples.UNSTABLE)


def test_earlier_calls_come_before_the_one_that_fails():
    shown = rows(samples.IMPURE)
    order = ["after these calls:", "call 1", "w float64 (1,) [0.0]", "call 2", "w float64 (1,) [5.0]", "and then:"]
    assert [row for row in shown if row in order] == order
    assert "expected 2 float64 (1,) [0.1]" in shown and "got 1 float64 (1,) [1.0]" in shown


def test_large_arrays_show_their_ends():
    shown = text(samples.LARGE)
    assert "[[0.5, 0.5, 0.5, … 14 more, 0.5, 0.5, 0.5],\n" in shown and "… 14 more,\n" in shown
    assert len(shown.splitlines()) < 70
    assert "wrong gradient by Q, float64" in shown and "the arrays lie column by column in memory" in shown


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        (samples.plain(shape=(0, 3)), "[]"),
        (samples.plain(shape=(2, 0)), "[[],\n []]"),
        (samples.plain("nan", "-inf", -0.0, 5e-324), "[nan, -inf, -0.0, 5e-324]"),
        (samples.plain(3.4028234663852886e38, 1e-45, dtype="float32"), "[3.4028235e+38, 1e-45]"),
        ([samples.number(1.0), samples.plain(2.0)], "1.0\n[2.0]"),
        ("TypeError: no\x1b[31m", "TypeError: no\ufffd[31m"),
        (None, "–"),
    ],
)
def test_values_are_shown_as_they_are(plain, shown):
    assert audit_words.values(plain) == shown


def test_nothing_of_a_target_reaches_the_terminal_as_a_command():
    shown = text(samples.VILE, 400) + plain(line(samples.VILE, samples.HOSTILE))
    assert not {"\x1b", "\x00", "\u202e", "\ud800"} & set(shown)
    assert "[31m" in shown and "<script>" in shown


def test_an_expectation_that_is_not_met_is_said():
    assert "expected: correct" in plain(audit_terminal.show(samples.WRONG, "correct"))
    assert "as expected" in plain(audit_terminal.show(samples.WRONG, "wrong"))
    assert plain(line(samples.WRONG)) == "✗ WRONG       src/losses.py:kl as kl  twice the expected value\n"
    assert plain(line(samples.WRONG, "wrong")).endswith("value\n")


def test_the_command_runs_the_same_audit():
    assert audit_words.command(samples.IMPURE) == (
        "lemmata audit package.optim:Adam.step --as adam --set eps_placement=outside --set weight_decay=none"
        " --call 'Adam(lr=lr).step(w, t)'"
    )
    assert audit_words.command(samples.CORRECT).endswith("--set axis=-1 --seed 3")

"""The terminal: one line for a claim, the whole of it on request, at 80 columns, and never by colour alone."""

import dataclasses
import io

import pytest
from rich.cells import cell_len

from lemmata.checks.evidence import Verdict
from lemmata.reports import terminal
from lemmata.reports.terminal import plain


def squeezed(found, width=80):
    return " ".join(plain(found, width).split())


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (0, "✓ PROVED softmax.jacobian normal_form, derivation 1.5 s 1 erratum"),
        (2, "✓ CERTIFIED entropy.upper_bound balls 3.4 s ✗ implementation: lemmata.impl.entropy.js disagrees"),
        (3, "✗ REFUTED entropy.js_symmetric_kl balls 21 ms"),
        (4, "✓ TESTED optim.adam_bias induction 21 ms ? 1 wrong twin surviving"),
        (5, "? UNDECIDED optim.converges series 10.0 s"),
        (6, "– NOT RUN optim.nesterov no method 0 ms"),
    ],
)
def test_a_claim_in_one_line(run, index, expected):
    assert plain(terminal.line(run.claims[index])).count("\n") == 1
    assert squeezed(terminal.line(run.claims[index])) == expected


def test_an_erratum_not_refuted_is_in_the_line(run):
    claim = run.claims[0]
    printed = dataclasses.replace(claim.printed[0], standing=Verdict.TESTED)
    assert "1 not refuted" in plain(terminal.line(dataclasses.replace(claim, printed=(printed,))))


def test_a_condition_that_every_proof_needs_is_in_the_line(run):
    claim = run.claims[0]
    needs = [dataclasses.replace(e, side_conditions=("x ≠ 0",)) for e in claim.evidence]
    assert "provided x ≠ 0" in plain(terminal.line(dataclasses.replace(claim, evidence=tuple(needs))))
    one_without = dataclasses.replace(claim, evidence=(*needs, *claim.evidence))
    assert "provided" not in plain(terminal.line(one_without))


def test_the_summary_begins_with_the_problems(run):
    text = plain(terminal.summary(run))
    assert text.startswith("✗ entropy.js_symmetric_kl is refuted.\n✗ lemmata.impl.entropy.js disagrees")
    assert "Of 7 claims, 2 are PROVED" in text and "18.4 s, effort standard, seed 7" in text
    assert "Interrupted" not in text
    assert "Interrupted" in plain(terminal.summary(dataclasses.replace(run, finished=False)))


def test_a_claim_in_full_has_its_steps_with_their_marks(run):
    text = plain(terminal.show(run.claims[0]), 80)
    rows = text.splitlines()
    assert "  ✓ 1 = (δᵢⱼ exp(aᵢ) Σₖ exp(aₖ) − exp(aᵢ) exp(aⱼ)) / (Σₖ exp(aₖ))²" in rows
    assert "          quotient rule · differentiation" in rows
    assert "        Case i ≠ j:" in rows
    assert "  ✓ 4 = −Sᵢ(a) Sⱼ(a)" in rows


def test_a_false_step_shows_its_mark_and_its_input(run):
    claim = run.claims[0]
    example = claim.twins[0].counterexample
    false = dataclasses.replace(
        claim.proofs[0].steps[1], verdict=Verdict.REFUTED, detail="false", counterexample=example
    )
    proof = dataclasses.replace(claim.proofs[0], steps=(claim.proofs[0].steps[0], false), verdict=Verdict.REFUTED)
    text = plain(terminal.show(dataclasses.replace(claim, proofs=(proof,))))
    assert "  ✗ 2 = " in text and "  ✓ 1 = " in text
    assert "n = 2, a = (0, 1), i = 1, j = 2" in text.split("Erratum")[0]


@pytest.mark.parametrize(
    "expected",
    [
        "softmax.jacobian ✓ PROVED",
        "for all n ≥ 1; a ∈ ℝⁿ; i, j ∈ {1, …, n}",
        "The hypotheses can be met: n = 2, a = (0, 1/2), i = 1, j = 2.",
        "Erratum: softmax.jacobian_offdiag ✗ REFUTED",
        "in Logistic Regression, “The Jacobian of Softmax Layer”",
        "wrong Off the diagonal the δ is 0, so the factor 1 − Sⱼ should be −Sⱼ.",
        "correct ∂Sᵢ(a)/∂aⱼ = Sᵢ(a) (δᵢⱼ − Sⱼ(a)) (softmax.jacobian)",
        "As printed: softmax.jacobian ✓ PROVED",
        "2 of 3 wrong twins refuted; 1 equivalent to the claim",
        "✓ TESTED autograd torch softmax.jacobian agrees",
        "if n ≥ 1 · rests on lemmata normal form, SymPy core",
        "trusted lemmata normal form, SymPy core, Arb, NumPy, PyTorch autograd",
        "run again lemmata verify softmax.jacobian",
    ],
)
def test_a_claim_in_full_shows(run, expected):
    assert expected in squeezed(terminal.show(run.claims[0]), 120)


def test_the_definitions_that_a_statement_names_are_spelled_out(run):
    assert "where Sᵢ(a) = w" in plain(terminal.show(run.claims[0]))


def test_a_refuted_claim_shows_where_it_fails(run):
    text = squeezed(terminal.show(run.claims[3]))
    assert "False at n = 2, p = (1/2, 1/2), q = (1/4, 3/4) left [0.14384 ± 1e-6] right [0.13081 ± 1e-6]" in text


def test_a_surviving_twin_is_listed(run):
    assert "surviving: β² for β: 1 − β²ᵗ" in plain(terminal.show(run.claims[4]))


def test_a_definition_shows_how_to_compute_it(run):
    text = squeezed(terminal.show(run.definitions[0]))
    assert "Sᵢ(a) ≔ exp(aᵢ) / Σₖ exp(aₖ)" in text
    assert "computed as exp(aᵢ − max a) / Σₖ exp(aₖ − max a) implementation lemmata.impl.softmax.softmax" in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal(hostile_run, width):
    shown = [*map(terminal.show, (*hostile_run.claims, *hostile_run.definitions)), terminal.summary(hostile_run)]
    rows = [row for found in shown for row in plain(found, width).splitlines()]
    assert len(rows) > 200
    assert [row for row in rows if cell_len(row) > width] == []


def test_a_listing_has_its_headings_and_marks():
    rows = [{"id": "softmax.jacobian", "standing": Verdict.NOT_RUN}, {"id": "[bold]a", "standing": Verdict.REFUTED}]
    assert plain(terminal.listing(rows)).splitlines() == [
        "id                standing",
        "softmax.jacobian  – NOT RUN",
        "[bold]a           ✗ REFUTED",
    ]
    assert plain(terminal.listing([])) == "Nothing to list.\n"


def test_escapes_in_text_do_not_reach_the_terminal(hostile_run):
    for record in hostile_run.claims:
        assert "\x1b" not in plain(terminal.line(record)) + plain(terminal.show(record))
    assert "{{ 7*7 }}�gnp.exe��[31m�" in plain(terminal.line(hostile_run.claims[-1]))


def test_colour_is_for_terminals_only(run):
    piped = io.StringIO()
    terminal.console(piped).print(terminal.line(run.claims[0]), soft_wrap=True)
    assert "\x1b" not in piped.getvalue() and "✓ PROVED" in piped.getvalue()

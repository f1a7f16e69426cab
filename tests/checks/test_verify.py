"""Verification: what a run records, what it calls a problem, and what it exits with."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
import registry
from membership import strangers

from lemmata.checks import catalogue, hypothesis_link, methods, stable_form, twins, verify
from lemmata.checks.catalogue import UsageError
from lemmata.checks.evidence import STATEMENT, ClaimRecord, Evidence, NoValue, Verdict, exit_status, no_value
from lemmata.checks.methods import METHODS, Method
from lemmata.reports.json import render, schema
from lemmata.spec.language import Equals, Real
from lemmata.spec.language.claims import REGISTRY

catalogue.load()

NOTES = '''
from lemmata.spec.language import *

NOTES = Lecture("notes", "Lecture notes", "A. Uthor", "en")

@definition(notation="h({x})")
def half(x=Real):
    """Half of x."""
    return x / 2

@half.stable
def half_stable(x):
    return x * x / (2 * x)

@definition(notation="q({x})")
def quarter(x=Real):
    """A quarter of x."""
    return x / 4

@quarter.stable
def quarter_stable(x):
    return x / 5

@claim(cites=[Cite(NOTES, "Squares", "notes.square")])
def square(x=Real, y=Real):
    """(x + y)² expanded."""
    return Equals((x + y) ** 2, x**2 + 2 * x * y + y**2)

@square.as_printed(NOTES, "notes.square", section="Squares", latex="(x+y)^2 = x^2 + y^2", wrong="2xy is missing.")
def square_erratum(x, y):
    """As printed, without 2xy."""
    return Equals((x + y) ** 2, x**2 + y**2)

@claim
def wrong(x=Real):
    """x² = x."""
    return Equals(x**2, x)

@claim
def no_erratum(x=Real):
    """x = x."""
    return Equals(x + x, 2 * x)

@no_erratum.as_printed(NOTES, "notes.same", section="Sums", latex="2x = x + x", wrong="It is said to be wrong.")
def not_wrong_after_all(x):
    """As printed."""
    return Equals(2 * x, x + x)

@claim
def unmarked(x=Real):
    """x + x = 2x."""
    return Equals(x + x, 2 * x)

@unmarked.as_printed(NOTES, "notes.unmarked", section="Sums", latex="x + x = x^2")
def misprint(x):
    """As printed."""
    return Equals(x + x, x**2)

@claim
def rests_on_wrong(x=Real):
    """x⁴ = x²."""
    return Equals(x * x**2 - x * x, 0)

@rests_on_wrong.proof
def by_a_false_lemma(x):
    """Insert the lemma."""
    yield "x² = x", 0, using(wrong, times=x)

@claim
def rests_on_that(x=Real):
    """Zero is zero."""
    return Equals(x - x, 0)

@rests_on_that.proof
def by_both(x):
    """Insert the lemma, and take it out again."""
    yield "insert", x - x + x * x**2 - x * x, using(rests_on_wrong, times=-1)
    yield "take out", x - x, using(rests_on_wrong, times=1)

@rests_on_that.as_printed(NOTES, "notes.rests", section="Sums", latex="x - x = 0")
def printed_on_wrong(x):
    """As printed."""
    return Equals(x - x, 0)

@printed_on_wrong.proof
def by_the_false_lemma(x):
    """Insert the lemma, and take it out again."""
    yield "insert", x - x + x**2 - x, using(wrong, times=-1)
    yield "take out", x - x, using(wrong, times=1)

@claim
def never(x=Real):
    """Nowhere defined."""
    return Equals(log(-exp(x)), x)

@claim
def halves(x=Positive):
    """Two halves, and four quarters."""
    return Equals(2 * half(x), 4 * quarter(x))
'''


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    """The claims of a file in which everything goes wrong once, and a quick run over them."""
    path = tmp_path_factory.mktemp("notes") / "notes.py"
    path.write_text(NOTES)
    with registry.kept():
        claims = catalogue.load_file(path)
        yield {c.id.removeprefix("notes."): c for c in claims}


@pytest.fixture(scope="module")
def run(notes):
    return verify.verify(chosen=list(notes.values()), effort="quick", seed=3)


def record(run, name) -> ClaimRecord:
    return next(c for c in run.claims if c.id == f"notes.{name}")


def problems_of(notes, *names, **asked):
    return verify.verify(chosen=[notes[n] for n in names], effort="quick", **asked).problems


PROBLEMS = {
    "square": [],
    "wrong": ["notes.wrong is refuted"],
    "no_erratum": ["notes.not_wrong_after_all is listed as an erratum but was not refuted"],
    "unmarked": ["notes.misprint, printed in notes, is refuted but not listed as an erratum"],
    "rests_on_wrong": ["notes.rests_on_wrong is both proved and refuted: an error of the suite"],
    "rests_on_that": [
        "notes.rests_on_that rests on notes.rests_on_wrong, which is not proved",
        "notes.rests_on_that rests on notes.wrong, which is not proved",
        "notes.printed_on_wrong rests on notes.wrong, which is not proved",
    ],
    "never": [],
    "halves": ["notes.halves: stable formula notes.quarter disagrees"],
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_problem_is_named(name, run):
    about = (f"notes.{name}", *[p.id for p in record(run, name).printed])
    assert [p for p in run.problems if p.startswith(about)] == PROBLEMS[name]


def test_all_problems_are_these(run):
    assert sorted(run.problems) == sorted(p for ps in PROBLEMS.values() for p in ps)
    assert exit_status(run) == 1


@pytest.mark.parametrize(
    ("name", "standing", "expected"),
    [
        ("square", Verdict.PROVED, True),
        ("wrong", Verdict.REFUTED, False),
        ("no_erratum", Verdict.PROVED, False),
        ("unmarked", Verdict.PROVED, False),
        ("rests_on_wrong", Verdict.REFUTED, False),
        ("rests_on_that", Verdict.PROVED, False),
        ("never", Verdict.UNDECIDED, False),
    ],
)
def test_standings_are_derived(name, standing, expected, run):
    found = record(run, name)
    assert (found.standing, found.expected) == (standing, expected)


@pytest.mark.parametrize(
    ("names", "status"),
    [(["square"], 0), (["wrong"], 1), (["never"], 3), (["square", "never"], 3), (["never", "wrong"], 1)],
)
def test_exit_status(names, status, notes):
    assert exit_status(verify.verify(chosen=[notes[n] for n in names], effort="quick")) == status


def test_an_interrupted_run_exits_130_whatever_was_found(run):
    assert exit_status(replace(run, finished=False)) == 130
    assert exit_status(replace(run, problems=(), claims=())) == 0


def test_a_run_says_what_it_was_and_with_what_tools(run, notes):
    assert (run.effort, run.seed, run.finished) == ("quick", 3, True)
    assert [c.id for c in run.claims] == [c.id for c in notes.values()]
    assert [d.id for d in run.definitions] == ["notes.half", "notes.quarter"]
    assert [x.key for x in run.lectures] == ["petiushko", "zhao", "lekce2", "avsec", "ngo"]
    named = {"python", "lemmata", "sympy", "python-flint", "z3-solver", "numpy", "hypothesis", "torch"}
    assert set(run.environment) == named
    assert run.environment["sympy"].startswith("1.")
    assert 0 < run.seconds < 60


def test_a_claim_record_has_all_that_a_report_shows(run):
    found = record(run, "square")
    assert (found.topic, found.title, found.note) == ("notes", "(x + y)² expanded.", "")
    assert found.statement.text == "(x + y)² = x² + 2·x·y + y²"
    assert found.quantifiers == ("x: a real number", "y: a real number")
    assert found.source == "notes0/notes.py:24"
    assert {e.subject for e in found.evidence} == {STATEMENT}
    assert {e.method: e.verdict for e in found.evidence}["balls"] is Verdict.TESTED
    assert all(e.claim == "notes.square" and e.seconds >= 0 for e in found.evidence)
    assert [t.outcome for t in found.twins] == ["refuted"] * len(found.twins) != []
    (printed,) = found.printed
    assert printed.erratum and printed.standing is Verdict.REFUTED
    assert (printed.lecture, printed.section, printed.statement) == ("notes", "Squares", "notes.square")
    assert (printed.wrong, printed.correction) == ("2xy is missing.", "notes.square")
    assert printed.correction_formula == found.statement


def test_a_witness_of_the_hypotheses_lies_in_the_sorts(run):
    for c in run.claims:
        assert strangers(REGISTRY[c.id].variables, c.witness) == []


def test_what_a_claim_rests_on_and_names_is_recorded(run):
    assert record(run, "rests_on_wrong").rests_on == ("notes.wrong",)
    assert record(run, "rests_on_that").rests_on == ("notes.rests_on_wrong", "notes.wrong")
    assert record(run, "halves").definitions == ("notes.half", "notes.quarter")
    assert [w.text for w in record(run, "halves").where] == ["h(x) = x/2", "q(x) = x/4"]


def test_links_are_about_definitions_and_refute_no_statement(run):
    found = {e.subject: e.verdict for e in record(run, "halves").evidence if e.method == stable_form.NAME}
    assert found["stable formula:notes.quarter"] is Verdict.REFUTED
    assert record(run, "halves").standing is Verdict.PROVED


def test_a_run_is_valid_json_by_its_published_schema(run):
    document = json.loads(render(run))
    jsonschema.validate(document, schema())
    assert document["problems"] == list(run.problems)


def test_the_same_seed_finds_the_same(notes):
    one, other = (verify.verify(chosen=[notes["square"]], effort="quick", seed=5) for _ in range(2))

    def timeless(run):
        return json.loads(render(run), object_hook=lambda d: {k: v for k, v in d.items() if k != "seconds"})

    assert timeless(one) == timeless(other)


# --- errors of the suite


def believer(goal, effort, seed):
    return Evidence(goal.id, STATEMENT, "believer", Verdict.PROVED, "it looks right"), ()


def breaking(goal, effort, seed):
    raise RuntimeError("out of chalk")


def extended(run, name="believer", applies=lambda goal: ""):
    return (*METHODS, Method(name, "PROVED: all", applies, run, True, __name__))


def test_contradictory_evidence_is_an_error_of_the_suite(notes, monkeypatch):
    monkeypatch.setattr(methods, "METHODS", extended(believer))
    assert problems_of(notes, "wrong") == ("notes.wrong is both proved and refuted: an error of the suite",)
    assert "notes.misprint is both proved and refuted: an error of the suite" in problems_of(notes, "unmarked")


def test_a_proved_twin_is_an_error_of_the_suite(notes, monkeypatch):
    monkeypatch.setattr(twins, "METHODS", extended(believer))
    found = problems_of(notes, "square")
    assert found
    assert all(p.startswith("notes.square: the wrong twin ") and p.endswith("was proved by believer") for p in found)


def test_a_surviving_twin_caps_the_standing(notes, monkeypatch):
    monkeypatch.setattr(twins.balls, "search", lambda *_, **__: (None, 3, ""))
    run = verify.verify(chosen=[notes["square"]], effort="quick")
    (found,) = run.claims
    assert {t.outcome for t in found.twins} == {"surviving"}
    assert found.standing is Verdict.TESTED
    assert Verdict.PROVED in [e.verdict for e in found.evidence]


def test_a_method_that_breaks_down_is_a_problem_and_not_the_end(notes, monkeypatch):
    monkeypatch.setattr(methods, "METHODS", extended(breaking, "breaking"))
    run = verify.verify(chosen=[notes["square"]], effort="quick")
    (found,) = run.claims
    assert found.standing is Verdict.PROVED
    (evidence,) = [e for e in found.evidence if e.method == "breaking"]
    assert evidence.verdict is Verdict.UNDECIDED
    assert "notes.square: breaking: the method broke down: RuntimeError: out of chalk" in run.problems
    assert exit_status(run) == 1


def test_variants_of_a_claim_that_does_not_stand_are_not_called_wrong(run):
    assert record(run, "wrong").twins == record(run, "never").twins == ()
    assert len(record(run, "square").twins) > 3


def test_an_implementation_that_disagrees_is_a_problem_but_refutes_nothing(monkeypatch):
    def disagrees(definition, effort, seed):
        return Evidence(definition.id, "implementation:lemmata.impl.x.f", hypothesis_link.NAME, Verdict.REFUTED, "off")

    monkeypatch.setattr(hypothesis_link, "check", disagrees)
    run = verify.verify(["softmax.sums_to_one"], effort="quick")
    assert run.problems == ("softmax.sums_to_one: implementation lemmata.impl.x.f disagrees",)
    assert run.claims[0].standing is Verdict.PROVED
    assert not run.claims[0].expected


def test_a_stable_formula_that_is_not_proved_is_a_problem(notes, monkeypatch):
    undecided = Evidence("notes.half", "stable formula:notes.half", stable_form.NAME, Verdict.UNDECIDED, "left over: 1")
    monkeypatch.setattr(stable_form, "check", lambda *_: undecided)
    found = problems_of(notes, "halves")
    assert "notes.halves: the stable formula of notes.half was not proved equal to it" in found


# --- interruption


def test_an_interrupted_run_keeps_what_is_known(notes):
    seen = []

    def on_claim(found):
        seen.append(found.id)
        if len(seen) == 2:
            raise KeyboardInterrupt

    run = verify.verify(chosen=list(notes.values()), effort="quick", on_claim=on_claim)
    assert not run.finished
    assert [c.id for c in run.claims] == seen == ["notes.square", "notes.wrong"]
    assert run.problems == ("notes.wrong is refuted",)
    jsonschema.validate(json.loads(render(run)), schema())


def test_an_interruption_inside_a_method_is_no_breakdown(notes, monkeypatch):
    def interrupted(goal, effort, seed):
        raise KeyboardInterrupt

    monkeypatch.setattr(methods, "METHODS", extended(interrupted))
    run = verify.verify(chosen=[notes["square"]], effort="quick")
    assert (run.claims, run.finished, run.problems) == ((), False, ())


# --- what is asked for


def test_one_method_alone():
    run = verify.verify(["information.gibbs*"], effort="quick", method="derivation")
    assert {e.method for c in run.claims for e in c.evidence} == {"derivation"}
    assert all(c.twins == () for c in run.claims)
    assert run.problems == (), "lemmas are looked at by every method"
    assert exit_status(run) == 0


def test_a_method_that_does_not_apply_says_why():
    (found,) = verify.verify(["softmax.jacobian"], effort="quick", method="calculus").claims
    (evidence,) = found.evidence
    assert evidence.verdict is Verdict.NOT_RUN
    assert evidence.detail
    assert found.standing is Verdict.NOT_RUN


def test_a_link_alone():
    (found,) = verify.verify(["softmax.sums_to_one"], effort="quick", method="stable_form").claims
    assert {(e.method, e.verdict) for e in found.evidence} == {("stable_form", Verdict.PROVED)}


def test_errata_are_not_asked_of_one_method():
    run = verify.verify(["softmax.jacobian"], effort="quick", method="normal_form")
    assert run.problems == ()


@pytest.mark.parametrize(
    ("effort", "command"),
    [
        ("quick", "lemmata verify softmax.sums_to_one --method normal_form --effort quick"),
        ("standard", "lemmata verify softmax.sums_to_one --method normal_form"),
    ],
)
def test_every_record_says_how_to_run_it_again(effort, command):
    (found,) = verify.verify(["softmax.sums_to_one"], effort=effort, method="normal_form").claims
    assert [e.command for e in found.evidence] == [command]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"patterns": ["xyzzy"]}, "there is no claim xyzzy; try: lemmata list claims"),
        ({"effort": "quik"}, "there is no effort quik; did you mean quick?"),
        ({"effort": "xyzzy"}, "there is no effort xyzzy; choose from quick, standard, thorough"),
        ({"method": "normalform"}, "there is no method normalform; did you mean normal_form"),
        ({"lecture": "ngoo"}, "there is no lecture ngoo; did you mean ngo?"),
        ({"chosen": []}, "there is no claim"),
    ],
)
def test_words_that_nobody_knows(asked, message):
    with pytest.raises(UsageError) as error:
        verify.verify(**asked)
    assert str(error.value).startswith(message)


def test_a_lecture_without_claims_is_no_success(monkeypatch):
    monkeypatch.setattr(catalogue, "claims", list)
    with pytest.raises(UsageError, match="there is no claim of ngo in the catalogue yet; try: lemmata list claims"):
        verify.verify(lecture="ngo")


@pytest.mark.parametrize(
    ("patterns", "lecture", "selection"),
    [
        (["softmax.sums_to_one"], "", "softmax.sums_to_one"),
        (["softmax.sums*", "softmax.shift*"], "", "softmax.sums* softmax.shift*"),
        (["softmax.sums*"], "ngo", "softmax.sums* of ngo"),
        (["softmax.jacobian_offdiag"], "", "softmax.jacobian_offdiag"),
    ],
)
def test_a_selection_is_said_as_it_was_asked_for(patterns, lecture, selection):
    run = verify.verify(patterns, lecture=lecture, effort="quick", method="normal_form")
    assert run.selection == selection
    assert [c.id for c in run.claims] == [c.id for c in catalogue.select(patterns, lecture)]


def test_a_side_without_a_value_at_an_admissible_input_is_a_defect_of_the_claim():
    with registry.kept():
        run = verify.verify(chosen=[registry.claim_of(lambda x=Real: Equals(x / x, 1))], effort="standard")
    assert no_value(run.claims[0].evidence) == NoValue("the left side", {"x": 0}, "division by zero", ("Real",))
    assert exit_status(run) == 3

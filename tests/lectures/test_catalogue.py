"""The catalogue, claim by claim: the ids of these tests read like it.

`pytest tests/lectures -k softmax.jacobian` shows what every method says of one claim.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

import pytest
import registry
from membership import exact, strangers, witness_of

from lemmata.checks import balls, catalogue
from lemmata.checks.evidence import Verdict, standing
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.language.expressions import as_written

catalogue.load()
EFFORT = EFFORTS["quick"]
CLAIMS = [c.id for c in catalogue.claims()]
PRINTED = catalogue.printed()
ERRATA = [i for i, (_, p) in PRINTED.items() if p.wrong]
RIGHT = [i for i, (_, p) in PRINTED.items() if not p.wrong]
APPLICABLE = [(i, m.name) for i in [*CLAIMS, *RIGHT] for m in METHODS if not m.applies(goal_of(registry.known(i)))]

# A proving method that applies and does not settle a claim which another method proves. Exactly these.
OPEN = {
    ("information.log_bound", "boxes"): "the two sides touch at x = 1, where no ball decides",
    ("information.log_bound_printed", "boxes"): "the two sides touch at x = 1, where no ball decides",
}


@lru_cache
def said(claim_id: str, method: str):
    """The evidence of one method about one claim."""
    (found,) = [m for m in METHODS if m.name == method]
    with as_written():
        return found.run(goal_of(registry.known(claim_id)), EFFORT, 0)[0]


def all_said(claim_id: str):
    return [said(i, method) for i, method in APPLICABLE if i == claim_id]


@pytest.mark.parametrize(("claim_id", "method"), APPLICABLE, ids=lambda v: v)
def test_claim(claim_id, method):
    found = said(claim_id, method)
    if method == balls.NAME:
        assert found.verdict is Verdict.TESTED
    elif (claim_id, method) in OPEN:
        assert found.verdict is Verdict.UNDECIDED, "mended: take it out of the list"
        assert Verdict.PROVED in [e.verdict for e in all_said(claim_id)]
    else:
        assert found.verdict is Verdict.PROVED, found.detail


def test_what_is_open_is_in_the_catalogue():
    assert set(OPEN) <= set(APPLICABLE)


@pytest.mark.parametrize("claim_id", [*CLAIMS, *RIGHT])
def test_standing(claim_id):
    records = all_said(claim_id)
    assert standing(records) is Verdict.PROVED
    (confirmed,) = [e for e in records if e.method == balls.NAME]
    assert confirmed.verdict is Verdict.TESTED
    assert confirmed.effort["points"] >= EFFORT.points
    assert all(e.verdict is not Verdict.PROVED or e.trusted for e in records)


@pytest.mark.parametrize("printed_id", ERRATA)
def test_erratum(printed_id):
    """False as printed: the witness lies in the sorts, and refutes again when it is read from plain data."""
    claim, printed = PRINTED[printed_id]
    goal = goal_of(printed.reading)
    found = {m.name: m.run(goal, EFFORT, 0)[0] for m in METHODS if not m.applies(goal)}
    assert Verdict.PROVED not in [e.verdict for e in found.values()]
    refuted = found[balls.NAME]
    assert refuted.verdict is Verdict.REFUTED
    assert strangers(goal.variables, witness_of(refuted).inputs) == []
    with as_written():
        again = balls.examine(goal.statement, exact(goal.variables, witness_of(refuted).inputs))
    assert again.outcome == "refuted"
    assert (again.left, again.right) == (witness_of(refuted).left, witness_of(refuted).right)
    assert standing(all_said(claim.id)) is Verdict.PROVED, "the corrected formula stands"
    assert printed.wrong.endswith(".")


@pytest.mark.parametrize("printed_id", RIGHT)
def test_printed(printed_id):
    """True as printed: proved, and not refuted anywhere."""
    assert standing(all_said(printed_id)) is Verdict.PROVED


FLAGSHIPS = {
    "softmax.jacobian": ["n"],
    "logistic.gradient": ["m", "d"],
    "regularization.tau": ["d"],
    "optimizers.adam_unbiased": ["t"],
    "information.gibbs": ["n"],
}


@pytest.mark.parametrize("claim_id", FLAGSHIPS)
def test_flagship(claim_id):
    """Proved for every dimension, and so is every lemma that the proof rests on."""
    variables = registry.known(claim_id).variables
    symbolic = [v.name for v in variables.values() if v.name in FLAGSHIPS[claim_id]]
    assert symbolic == FLAGSHIPS[claim_id]
    assert all(variables[d].expr.is_Symbol and variables[d].sort.domain.integer for d in symbolic)
    for used in [claim_id, *catalogue.foundations(claim_id)]:
        provers = [e.method for e in all_said(used) if e.verdict is Verdict.PROVED]
        assert provers, f"{used} is not proved"
    twins = {"softmax.jacobian", "logistic.gradient"}
    assert len([e for e in all_said(claim_id) if e.verdict is Verdict.PROVED]) >= (2 if claim_id in twins else 1)


@pytest.mark.parametrize("claim_id", [*CLAIMS, *RIGHT])
def test_foundations(claim_id):
    """What a proof rests on is proved, all the way down."""
    open_ = [used for used in catalogue.foundations(claim_id) if standing(all_said(used)) is not Verdict.PROVED]
    assert open_ == []


# --- the lectures

SOURCE = Path(__file__).resolve().parents[3] / "shared" / "statements.json"
needs_source = pytest.mark.skipif(
    not SOURCE.is_file(), reason="the list of the lectures' statements is not beside this"
)


@lru_cache
def statements():
    return {s["id"]: s for s in json.loads(SOURCE.read_text())}


# Of these the lecture prints a sentence, of which our reading takes the formula.
EXCERPTS = {"logreg.exercise_any_class"}


def plain(printed: str) -> str:
    """LaTeX, or a heading, without white space, dollars, emphasis and the marks of text inside a formula."""
    words = re.sub(r"\\text\{([^}]*)\}", r"\1", printed)
    return "".join(re.sub(r"[$*]", "", words).split())


def heading(printed: str) -> str:
    return plain(printed).replace("_", "")


@needs_source
@pytest.mark.parametrize("printed_id", PRINTED)
def test_source(printed_id):
    """The formula, its section and its lecture are those of the lecture itself."""
    _, printed = PRINTED[printed_id]
    source = statements()[printed.statement]
    if printed.statement in EXCERPTS:
        assert plain(source["printed"]).endswith(plain(printed.latex))
    else:
        assert plain(printed.latex) == plain(source["printed"])
    assert heading(printed.section) == heading(source["section"])
    assert printed.lecture.key == source["lecture"]


@needs_source
@pytest.mark.parametrize("claim_id", CLAIMS)
def test_cites(claim_id):
    """A cited statement is in the list, under that lecture and that section."""
    for cite in registry.known(claim_id).cites:
        if cite.statement:
            source = statements()[cite.statement]
            assert source["lecture"] == cite.lecture.key
            assert heading(source["section"]) == heading(cite.section)


@needs_source
def test_no_statement_is_read_twice():
    read = [p.statement for _, p in PRINTED.values()]
    assert len(read) == len(set(read))

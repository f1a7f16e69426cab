"""A broken proof step is named, with an input that breaks it.

Every slip that `mutations` knows is made in every step of every proof of the catalogue. The checker must then prove the
proof all the same, where the slip says the same as before, or name a false step with a concrete counterexample that
lies in the sorts and in the case.
"""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import pytest
import registry
import sympy as sp
from membership import MEMBERS, strangers, witness_of

from lemmata.checks import balls, catalogue, derivation, mutations
from lemmata.checks.evaluate import Unsupported
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import Effort, goal_of
from lemmata.checks.prover.context import context_of
from lemmata.checks.prover.engine import Engine, Infinite, Unproved
from lemmata.checks.prover.proving import equal
from lemmata.checks.sampling import sample_point, sizes_of
from lemmata.spec.language.expressions import as_written, substitute
from lemmata.spec.language.sorts import NATURAL, Sort
from lemmata.spec.language.statements import Equals
from lemmata.spec.language.steps import successor

catalogue.load()
SMALL = Effort("quick", 4, 30, (1, 2, 3))
CANNOT = (Unproved, Infinite, Unsupported)
WITH_PROOFS = [
    (c.id, proof.name)
    for claim in catalogue.claims()
    for c in (claim, *[p.reading for p in claim.printed])
    for proof in c.proofs
]

NO_SLIPS = {"information.kl_nonnegative_printed"}  # one step, and it is 0


@pytest.fixture(autouse=True)
def _(monkeypatch):
    """As written; unchanged steps are proved once; a counterexample need not be made simple here."""
    known = {}

    def remembered(engine, *sides):
        domains = frozenset((n, d) for n, d in engine.ctx.domains.items() if not n.startswith(("_", "@", "%")))
        key = (domains, *sides)
        if key not in known:
            try:
                known[key] = (equal(engine, *sides), None)
            except CANNOT as reason:
                known[key] = (None, reason)
        found, reason = known[key]
        if reason:
            raise reason
        return found

    monkeypatch.setattr(derivation, "equal", remembered)
    monkeypatch.setattr(derivation, "simplified", lambda variables, point, *_: point)
    with as_written():
        yield


@lru_cache
def proof_of(claim_id, name):
    claim = registry.known(claim_id)
    (proof,) = [p for p in claim.proofs if p.name == name]
    return replace(goal_of(claim), proofs=(proof,)), proof


def broken(claim_id, name):
    """(what was done, the mutated step, the case it stands in, the proof with it) for every slip in every step."""
    _, proof = proof_of(claim_id, name)
    label, case = "", {}
    for at, step in enumerate(proof.steps):
        if step.case is not None:
            label, case = step.reason, step.case
            continue
        for what, expr in mutations.of_expression(step.expr, registry.known(claim_id).variables):
            steps = (*proof.steps[:at], replace(step, expr=expr), *proof.steps[at + 1 :])
            yield what, (step.expr, expr), (label, case), replace(proof, steps=steps)


def within(goal, case):
    """The context and the fixed values of a case."""
    given, domains = {}, {}
    for name, value in case.items():
        if isinstance(value, Sort):
            domains[name] = value.domain
        elif value == successor:
            domains[name] = NATURAL
        else:
            given[goal.variables[name].expr] = sp.Integer(value)
    return given, domains


def says_the_same(goal, case, one, other):
    given, domains = within(goal, case)
    engine = Engine(context_of(goal.variables.values(), domains))
    try:
        return equal(engine, substitute(one, given), substitute(other, given)) is None
    except CANNOT:
        return False


def has_no_value(goal, case, expr):
    """Whether the expression is undefined wherever one looks."""
    given, domains = within(goal, case)
    rng, found = random.Random(0), []
    for size in (2, 3, 4):
        point = sample_point(goal.variables, dict.fromkeys(sizes_of(goal.variables), size), rng, domains)
        found.append(balls.examine(Equals(substitute(expr, given), substitute(expr, given)), point).note)
    return all(note.startswith(balls.NO_VALUE) for note in found)


def misplaced(goal, case, inputs):
    """Why inputs lie outside the sorts or outside the case. In the step of an induction arrays have t + 1 entries."""
    stepped = {n: inputs[n] + 1 for n, v in case.items() if v == successor}
    found = strangers(goal.variables, {**inputs, **stepped})
    for name, value in case.items():
        if isinstance(value, Sort):
            inside = MEMBERS[value.domain.words](Fraction(inputs[name]))
            found += [] if inside else [f"{name} = {inputs[name]} is not {value.domain.words}"]
        elif value != successor and inputs[name] != value:
            found.append(f"{name} = {inputs[name]} in the case {value}")
    return found


@pytest.mark.parametrize(("claim_id", "name"), WITH_PROOFS, ids=lambda v: v)
def test_a_broken_step_is_named(claim_id, name):
    goal, _ = proof_of(claim_id, name)
    (whole,) = derivation.check(goal, SMALL, 0)[1]
    assert whole.verdict is Verdict.PROVED
    slips, silent = 0, set()
    for what, (before, after), (label, case), mutant in broken(claim_id, name):
        slips += 1
        evidence, (record,) = derivation.check(replace(goal, proofs=(mutant,)), SMALL, 0)
        if record.verdict is Verdict.PROVED:
            assert says_the_same(goal, case, before, after), f"{what}: the proof with this slip was proved"
            continue
        assert evidence.verdict is Verdict.UNDECIDED
        false = [s for s in record.steps if s.verdict is Verdict.REFUTED]
        if not false:
            assert record.verdict is Verdict.UNDECIDED
            if not has_no_value(goal, case, after):
                silent.add(what)
            continue
        named = false[0]
        assert record.verdict is Verdict.REFUTED
        assert record.detail.startswith(f"step {named.number} ({named.reason}) is false: ")
        assert named.case == label, "the false step stands where the slip was made"
        assert witness_of(named).left != witness_of(named).right
        assert misplaced(goal, case, witness_of(named).inputs) == [], what
    assert (slips == 0) == (claim_id in NO_SLIPS)
    assert silent == set(), "rejected without a counterexample"


@pytest.mark.parametrize(("claim_id", "name"), WITH_PROOFS, ids=lambda v: v)
def test_a_broken_certificate_is_not_accepted(claim_id, name):
    goal, proof = proof_of(claim_id, name)
    for at, step in enumerate(proof.steps):
        if step.because is None:
            continue
        for what, because in [
            ("another certificate", step.because + 1),
            ("the opposite certificate", -step.because),
            ("no certificate", None),
        ]:
            steps = (*proof.steps[:at], replace(step, because=because), *proof.steps[at + 1 :])
            evidence, (record,) = derivation.check(replace(goal, proofs=(replace(proof, steps=steps),)), SMALL, 0)
            assert evidence.verdict is Verdict.UNDECIDED, f"{what} was accepted"
            assert Verdict.PROVED not in [s.verdict for s in record.steps if s.reason == step.reason]


@pytest.mark.parametrize(("claim_id", "name"), WITH_PROOFS, ids=lambda v: v)
def test_a_proof_that_stops_short_is_not_accepted(claim_id, name):
    """Without its last step the proof of another claim ends elsewhere: here, of the claim with a factor 2."""
    goal, _ = proof_of(claim_id, name)
    twins = dict(mutations.of_statement(goal.statement, goal.variables))
    wrong = [s for what, s in twins.items() if "a factor 2" in what or what == "the inequality reversed"]
    for statement in wrong:
        evidence, _ = derivation.check(goal.twin(statement), SMALL, 0)
        assert evidence.verdict is Verdict.UNDECIDED


def test_the_claims_without_slips_are_in_the_catalogue():
    assert set(NO_SLIPS) <= {claim_id for claim_id, _ in WITH_PROOFS}

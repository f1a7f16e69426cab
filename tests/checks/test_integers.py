"""Shape formulas and floors: what is true is proved, its false twin is refuted by a small input, the rest left open.

What is true is said here twice: by hand, and by an evaluator of ten lines that shares nothing with the method.
"""

from __future__ import annotations

import os
import random
import re
import signal
import threading
import time
from dataclasses import replace
from fractions import Fraction

import pytest
import registry
import sympy as sp
from flint import arb, fmpq
from membership import strangers
from roundings import PAIRS, holds, points

from lemmata.checks import integer_cases, integer_oracle, integers
from lemmata.checks.ball_arithmetic import Balls, Dual
from lemmata.checks.evaluate import Evaluation, Undecided, Undefined
from lemmata.checks.evidence import STATEMENT, Verdict
from lemmata.checks.format_balls import FLOAT32, FormatBalls
from lemmata.checks.goal import EFFORTS, Goal, goal_of
from lemmata.checks.integer_cases import Translation, Unsettled, Way
from lemmata.checks.integer_oracle import UNKNOWN, Oracle
from lemmata.checks.methods import METHODS
from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    Equals,
    Iff,
    Index,
    Less,
    Limit,
    Natural,
    Positive,
    Real,
    Sign,
    Size,
    Vector,
    by_value,
    ceiling,
    definition,
    exp,
    floor,
    maximum,
    oo,
    pi,
    total,
)
from lemmata.spec.language.expressions import as_written

QUICK, STANDARD = EFFORTS["quick"], EFFORTS["standard"]
WAYS = [Way(), Way(relaxed=True), Way(relaxed=True, merged=True), Way(residues=1), Way(residues=6)]


def goal(statement, name: str = "sample") -> Goal:
    with registry.kept():
        return replace(goal_of(registry.claim_of(statement)), id=name)


def checked(statement, effort=STANDARD):
    found = goal(statement)
    assert integers.applies(found) == ""
    return integers.check(found, effort, 0)


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_true_is_proved(name):
    truth = goal(PAIRS[name][0])
    assert all(holds(truth.statement, at) for at in points(truth.variables, random.Random(name))), "it is not true"
    found = integers.check(truth, STANDARD, 0)
    assert (found.verdict, found.detail) == (Verdict.PROVED, "the negation has no solution")
    assert (found.subject, found.method, found.counterexample) == (STATEMENT, "integers", None)
    assert found.trusted[0].startswith("z3 ") and found.trusted[1] == "the translation to z3"
    assert found.effort["queries"] >= 1


@pytest.mark.parametrize("name", PAIRS)
def test_the_slip_is_refuted_by_a_small_input(name):
    slip = goal(PAIRS[name][1])
    found = integers.check(slip, STANDARD, 0)
    assert found.verdict is Verdict.REFUTED
    assert found.counterexample
    inputs = found.counterexample.inputs
    assert strangers(slip.variables, inputs) == []
    at = {n: Fraction(v) for n, v in inputs.items()}
    assert not holds(slip.statement, at)
    assert all(abs(v) <= 4 and v.denominator <= 4 for v in at.values()), inputs


@pytest.mark.parametrize("name", PAIRS)
def test_in_no_way_is_the_slip_proved(name):
    slip, proofs = goal(PAIRS[name][1]), []
    for way in WAYS:
        try:
            proofs.append(integers.proved(slip, Oracle(0.2), way))
        except Unsettled:  # six residues of six variables
            assert way.residues > 1
    assert len(proofs) >= 4 and not any(proofs)


@pytest.mark.parametrize(
    ("statement", "inputs"),
    [
        (lambda n=Natural: Equals(floor(n / 2), ceiling(n / 2)), {"n": 1}),
        (lambda n=Size: Less(floor(n / 100), 3), {"n": 300}),
        (lambda x=Real: Equals(floor(x), x), {"x": "1/2"}),
        (lambda i=Index["n"]: Less(floor(i / 3), 1), {"n": 3, "i": 3}),
        (lambda n=Natural, c=Sign: AtLeast(c * floor(n / 2), 0), {"n": 2, "c": -1}),
    ],
)
def test_counterexamples_are_the_simplest(statement, inputs):
    found = checked(statement).counterexample
    assert found and found.inputs == inputs


# --- what stays open ----------------------------------------------------------------------------------------------


def fermat(n=Size, m=Size, k=Size):
    return AtLeast((n**3 + m**3 - k**3) ** 2, 1)


def test_what_z3_cannot_settle_is_left_open_in_time(monkeypatch):
    monkeypatch.setitem(integers.SECONDS, "standard", 0.6)
    began = time.perf_counter()
    found = checked(fermat)
    assert (found.verdict, found.detail) == (Verdict.UNDECIDED, "z3 did not settle it within 0.6 s")
    assert 0.3 < time.perf_counter() - began < 2


def test_every_question_has_a_clock_and_a_measure_of_work(monkeypatch):
    limits, asked = {}, []
    right_set, right_check = integer_oracle.z3.Solver.set, integer_oracle.z3.Solver.check

    def noted(solver, name, value):
        limits.setdefault(id(solver), {})[name] = value
        right_set(solver, name, value)

    def checked_with(solver):
        asked.append(limits[id(solver)])
        return right_check(solver)

    monkeypatch.setattr(integer_oracle.z3.Solver, "set", noted)
    monkeypatch.setattr(integer_oracle.z3.Solver, "check", checked_with)
    monkeypatch.setitem(integers.SECONDS, "standard", 0.6)
    checked(fermat)
    assert len(asked) >= 3
    assert all(0 < each["timeout"] <= 600 and 0 < each["rlimit"] <= 0.6 * Oracle.RATE for each in asked)


def test_work_is_bounded_also_where_the_clock_is_late(monkeypatch):
    monkeypatch.setattr(Oracle, "RATE", 1)
    began = time.process_time()
    assert checked(PAIRS["two layers as one"][0]).verdict is Verdict.UNDECIDED
    assert time.process_time() - began < 1


def test_many_cases_share_one_limit(monkeypatch):
    """Each case of each maximum is quick; all together are not."""
    monkeypatch.setitem(integers.SECONDS, "standard", 0.3)
    monkeypatch.setattr(integer_cases, "MOST_CASES", 10**9)

    def statement(a=Real, b=Real, c=Real, d=Real, e=Real, f=Real, g=Real, h=Real, k=Real, m=Real, n=Real, p=Real):
        return AtLeast(floor(sum(Abs(v) for v in (a, b, c, d, e, f, g, h, k, m, n, p))), 0)

    began = time.process_time()
    found = checked(statement)
    assert (found.verdict, found.detail) == (Verdict.UNDECIDED, "z3 did not settle it within 0.3 s")
    assert time.process_time() - began < 1


def test_more_effort_is_more_time():
    assert list(integers.SECONDS) == list(EFFORTS)
    assert sorted(integers.SECONDS.values()) == list(integers.SECONDS.values())


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        (
            lambda n=Natural, k=Size: AtLeast(floor(n / (k - 1)), 0),
            r"the divisor k − 1 is not known to be other than 0: a side has no value at (n = \d+, )?k = 1",
        ),
        (
            lambda n=Natural, k=Natural: Equals(floor(n / k) - floor(n / k), 0),
            r"the divisor k is not known to be other than 0: a side has no value at (n = \d+, )?k = 0",
        ),
        (lambda n=Natural: Equals(floor(n / 0), floor(n / 0)), r"the divisor 0 is not .*: a side has no value at .*"),
        (
            lambda n=Natural: AtLeast(by_value(n, {0: floor(n / 2), 1: 1}), 0),
            r"n may have a value without a branch: a side has no value at n = \d+",
        ),
    ],
)
def test_where_a_side_has_no_value_nothing_is_proved(statement, detail):
    found = checked(statement)
    assert found.verdict is Verdict.UNDECIDED
    assert re.fullmatch(detail, found.detail)


def test_the_divisors_are_what_stands_between(monkeypatch):
    """Without the guard, a claim that has no value at k = 1 would be proved."""
    right = Translation.ask

    def nonzero(self, more, most=60.0):
        return None if [f.relation for f in more] == ["≥"] else right(self, more, most)

    monkeypatch.setattr(Translation, "ask", nonzero)
    assert checked(lambda n=Natural, k=Size: AtLeast(floor(n / (k - 1)), 0)).verdict is Verdict.PROVED


def test_false_elsewhere_is_refuted_all_the_same():
    found = checked(lambda n=Natural, k=Size: Equals(floor(n / (k - 1)), n))
    assert found.verdict is Verdict.REFUTED and found.counterexample
    assert found.counterexample.inputs == {"n": 1, "k": 3}


def test_too_many_cases_are_left_open(monkeypatch):
    monkeypatch.setattr(integer_cases, "MOST_CASES", 3)
    found = checked(lambda x=Real, y=Real: AtLeast(floor(Abs(x) + Abs(y)), 0))
    assert (found.verdict, found.detail) == (Verdict.UNDECIDED, "the statement has more than 3 cases")


def test_a_solution_that_z3_invents_refutes_nothing(monkeypatch):
    monkeypatch.setattr(
        Oracle, "ask", lambda self, facts, *_, **__: {n: Fraction(2) for p, _ in facts for m in p for n in m}
    )
    found = checked(PAIRS["nested floors"][0])
    assert found.verdict is Verdict.UNDECIDED


def test_an_answer_that_does_not_come_is_none():
    oracle = Oracle(0.0)
    assert oracle.ask([], set()) is UNKNOWN
    assert oracle.queries == 0


def test_an_irrational_solution_refutes_nothing():
    found = checked(lambda x=Real: Less(floor((x**2 - 2) ** 2), (x**2 - 2) ** 2 + 1))
    assert found.verdict is Verdict.PROVED
    found = checked(lambda x=Positive: AtLeast((x**2 - 2) ** 2 + floor(x) - floor(x), Fraction(1, 10**30)))
    assert found.verdict is not Verdict.PROVED


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_is_not_swallowed(monkeypatch):
    """z3 would take it for itself; it comes while a question is answered, when that takes long."""
    right = integer_oracle.z3.Solver.check

    def interrupted(solver):
        timer = threading.Timer(0.15, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        try:
            return right(solver)
        finally:
            timer.cancel()

    monkeypatch.setattr(integer_oracle.z3.Solver, "check", interrupted)
    with pytest.raises(KeyboardInterrupt):
        checked(fermat)


# --- soundness, on statements that nobody chose -------------------------------------------------------------------


def drawn(rng):
    """A statement near the true ones: two roundings of linear forms, with small numbers."""

    def linear(n, k, s):
        return sum((rng.randint(-2, 2) * v for v in (n, k, s)), sp.Integer(rng.randint(-2, 2)))

    def rounded(n, k, s):
        return rng.choice((floor, ceiling))(linear(n, k, s) / rng.choice((s, 2, 3, s * k)))

    def statement(n=Natural, k=Size, s=Size):
        inner = rounded(n, k, s)
        outer = rng.choice((inner, rng.choice((floor, ceiling))(inner / s), maximum(inner, rounded(n, k, s))))
        moved = rng.choice((outer + rng.randint(-1, 1), rounded(n, k, s), outer * rng.randint(1, 2)))
        return rng.choice((Equals, AtMost, AtLeast, Less))(outer, moved)

    return statement


def test_no_verdict_is_against_the_truth():
    rng, verdicts = random.Random(0), []
    for _ in range(80):
        found = goal(drawn(rng))
        if integers.applies(found):
            continue
        verdicts.append(integers.check(found, QUICK, 0).verdict)
        true = all(holds(found.statement, at) for at in points(found.variables, rng, 200))
        assert verdicts[-1] is not Verdict.PROVED or true, found.statement
    assert verdicts.count(Verdict.PROVED) > 20 and verdicts.count(Verdict.REFUTED) > 20


# --- where it applies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (lambda n=Natural: Equals(n + n, 2 * n), "nothing is rounded"),
        (lambda x=Real: AtMost(2 * x, x**2 + 1), "nothing is rounded, and not all variables are whole"),
        (lambda n=Natural: Equals(floor(exp(n)), 1), "exp is not among what is translated to z3"),
        (lambda n=Natural: Equals(floor(n * pi), 1), "Pi is not among what is translated to z3"),
        (lambda n=Natural: Equals(floor(2**n), 1), "Pow is not among what is translated to z3"),
        (lambda n=Natural: Equals(floor(n**9), 1), "Pow is not among what is translated to z3"),
        (lambda a=Vector["n"], i=Index["n"]: Equals(floor(a[i]), 1), "Entry is not among what is translated to z3"),
        (lambda n=Size: Equals(floor(total(lambda k: k, over=n)), 1), "Total is not among what is translated to z3"),
        (lambda x=Positive: Limit(floor(x) / x, x, oo, 1), "the statement is neither an equation nor an inequality"),
        (
            lambda x=Real: Iff(Equals(floor(x), x), Equals(ceiling(x), x)),
            "the statement is neither an equation nor an inequality",
        ),
    ],
)
def test_what_is_not_for_this_method_is_said(statement, reason):
    assert integers.applies(goal(statement)) == reason


def test_without_z3_it_applies_to_nothing(monkeypatch):
    monkeypatch.setattr(integers, "z3", None)
    assert integers.applies(goal(PAIRS["halves"][0])) == "z3 is not installed"


def test_definitions_are_written_out():
    with registry.kept():

        @definition(notation=r"o({n}, {s})")
        def steps(n=Natural, s=Size):
            """⌈n/s⌉."""
            return ceiling(n / s)

        found = goal_of(registry.claim_of(lambda n=Natural, s=Size: AtLeast(s * steps(n, s), n)))
        assert integers.applies(found) == ""
        assert integers.check(found, QUICK, 0).verdict is Verdict.PROVED


@pytest.mark.parametrize(("which", "verdict"), [(0, Verdict.PROVED), (1, Verdict.REFUTED)])
def test_it_is_one_of_the_methods(which, verdict):
    (method,) = [m for m in METHODS if m.name == integers.NAME]
    asked = goal(PAIRS["nested floors"][which], "a.b")
    evidence, records = method.run(asked, QUICK, 0)
    assert (evidence.claim, evidence.verdict, records) == ("a.b", verdict, ())
    assert method.run(asked, QUICK, 0) == (evidence, records), "the same question has the same answer"
    assert method.proves and method.gives and not method.applies(asked)


# --- the values of floors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("q", "below", "above"), [("7/2", 3, 4), ("-7/2", -4, -3), ("4", 4, 4), ("-4", -4, -4)])
def test_floors_of_rationals_are_exact_integers(q, below, above):
    v = sp.Symbol("x", real=True)
    at = Evaluation({"x": Fraction(q)}, Balls())
    with as_written():
        found = at.value(floor(v)), at.value(ceiling(v))
        assert at.integer(floor(v) + 1) == below + 1
    assert found == (below, above)
    assert all(type(f) is int for f in found)


def test_the_floor_of_a_ball_is_one_integer_or_none():
    k = Balls()
    assert k.floor(arb("2.5", "0.1")) == 2
    for ball in (arb(3, "0.1"), arb(1) / 3 * 3, arb("nan"), arb("inf")):
        with pytest.raises(Undecided):
            k.floor(ball)


def test_the_derivative_of_a_floor_is_zero_where_there_is_one():
    k = Balls()
    assert k.derivative(lambda v: k.mul(v, k.floor(v)), Fraction(5, 2)) == fmpq(2)
    with pytest.raises(Undefined):
        k.floor(Dual(0, fmpq(3), fmpq(1)))
    with pytest.raises(Undecided):
        k.floor(Dual(0, arb(3) + arb("0.1", "0.1"), fmpq(1)))


def test_a_format_may_round_to_either_side():
    k = FormatBalls(FLOAT32)
    assert k.floor(k.variable(Fraction(5, 2))) == 2
    both = k.floor(k.add([k.variable(Fraction(1, 3)), k.variable(Fraction(2, 3))]))
    assert both.contains(0) and both.contains(1) and not both.contains(2) and not both.contains(-1)
    assert k.floor(k.div(1, 0)).is_nan()

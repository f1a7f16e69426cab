"""Sums over parts of a range: beside what each rule proves, what is one off, turned or beyond, and is refuted."""

from __future__ import annotations

import pytest
import registry

from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.methods import METHODS
from lemmata.checks.prover import ranges, spans
from lemmata.checks.prover.context import context_of
from lemmata.checks.prover.engine import Engine
from lemmata.checks.prover.terms import ONE, Atom, Mono, Poly, Term, number, var
from lemmata.spec.language import (
    AtMost,
    D,
    Equals,
    Index,
    Matrix,
    Nonnegative,
    OpenSimplex,
    Positive,
    Real,
    Simplex,
    Size,
    Vector,
    delta,
    exp,
    log,
    total,
    where_nonnegative,
)

QUICK = EFFORTS["quick"]


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def part(a, low, high):
    return total(lambda k: a[k], over=(low, high))


def up_to(k, i):
    """1 for k ≤ i, else 0."""
    return where_nonnegative(i - k, 1, 0)


# Each rule: true, and beside it false.
PAIRS = {
    "shift": (
        lambda a=Vector["n"], b=Vector["n"], n=Size: Equals(
            total(lambda k: a[k + 1] * b[k], over=(1, n - 1)), total(lambda k: a[k] * b[k - 1], over=(2, n))
        ),
        lambda a=Vector["n"], b=Vector["n"], n=Size: Equals(
            total(lambda k: a[k + 1] * b[k], over=(1, n - 1)), total(lambda k: a[k - 1] * b[k], over=(2, n))
        ),
    ),
    "shift by a symbol": (
        lambda a=Vector["n"], i=Index["n"], n=Size: Equals(
            total(lambda k: a[k + i], over=(1, n - i)), part(a, i + 1, n)
        ),
        lambda a=Vector["n"], i=Index["n"], n=Size: Equals(total(lambda k: a[k + i], over=(1, n - i)), part(a, i, n)),
    ),
    "shift of a pole": (
        lambda n=Size: Equals(total(lambda k: 1 / k - 1 / (k + 1), over=n), 1 - 1 / (n + 1)),
        lambda n=Size: Equals(total(lambda k: 1 / k - 1 / (k + 1), over=n), 1 - 1 / n),
    ),
    "orient": (
        lambda a=Vector["n"], b=Vector["n"], i=Index["n"]: Equals(
            total(lambda k: a[k] * b[i + 1 - k], over=(1, i)), total(lambda k: a[i + 1 - k] * b[k], over=(1, i))
        ),
        lambda a=Vector["n"], b=Vector["n"], i=Index["n"]: Equals(
            total(lambda k: a[k] * b[i + 1 - k], over=(1, i)), total(lambda k: a[k] * b[k], over=(1, i))
        ),
    ),
    "mask": (
        lambda a=Vector["n"], b=Vector["n"], i=Index["n"], n=Size: Equals(
            total(lambda k: where_nonnegative(k - i, a[k], b[k]), over=n), part(b, 1, i - 1) + part(a, i, n)
        ),
        lambda a=Vector["n"], b=Vector["n"], i=Index["n"], n=Size: Equals(
            total(lambda k: where_nonnegative(k - i, a[k], b[k]), over=n), part(b, 1, i) + part(a, i + 1, n)
        ),
    ),
    "mask that ends outside": (
        lambda i=Index["n"], n=Size: Equals(total(lambda k: up_to(k, i), over=n), i),
        lambda i=Index["n"], m=Size, n=Size: Equals(total(lambda k: up_to(k, i), over=m), i),
    ),
    "delta over a part": (
        lambda a=Vector["n"], i=Index["n"], n=Size: Equals(
            total(lambda l: total(lambda k: delta(k, l) * a[k], over=n), over=(1, i)), part(a, 1, i)
        ),
        lambda a=Vector["n"], i=Index["n"], n=Size: Equals(
            total(lambda l: total(lambda k: delta(k, l) * a[k], over=(1, i)), over=n), part(a, 1, n)
        ),
    ),
    "indicator": (
        lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Equals(
            D(total(lambda k: a[k] ** 2, over=(1, i)), a[j]), 2 * up_to(j, i) * a[j]
        ),
        lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Equals(
            D(total(lambda k: a[k] ** 2, over=(1, i)), a[j]), 2 * up_to(j, i - 1) * a[j]
        ),
    ),
    "choice between whole numbers": (
        lambda i=Index["n"], j=Index["n"]: Equals(up_to(j, i) + up_to(i, j - 1), 1),
        lambda i=Index["n"], j=Index["n"]: Equals(up_to(j, i) + up_to(i, j), 1),
    ),
    "choice between real numbers": (
        lambda x=Real: Equals(up_to(x, 0) + where_nonnegative(-x, 0, 1), 1),
        lambda x=Real: Equals(up_to(x, 0) + up_to(0, x - 1), 1),
    ),
    "from one": (
        lambda a=Vector["n"], i=Index["n"], n=Size: Equals(part(a, i, n), part(a, 1, n) - part(a, 1, i - 1)),
        lambda a=Vector["n"], i=Index["n"], n=Size: Equals(part(a, i, n), part(a, 1, n) - part(a, 1, i)),
    ),
    "up to the end": (
        lambda a=Vector["n"], n=Size: Equals(part(a, 1, n - 1) + a[n], part(a, 2, n) + a[1]),
        lambda a=Vector["n"], n=Size: Equals(part(a, 1, n - 1) + a[1], part(a, 2, n) + a[n]),
    ),
    "transpose": (
        lambda M=Matrix["n", "n"], n=Size: Equals(
            total(lambda i: total(lambda j: M[i, j] + M[j, i], over=(1, i - 1)), over=n),
            total(lambda i: total(lambda j: M[i, j], over=n), over=n) - total(lambda i: M[i, i], over=n),
        ),
        lambda M=Matrix["n", "n"], n=Size: Equals(
            total(lambda i: total(lambda j: 2 * M[i, j], over=(1, i - 1)), over=n),
            total(lambda i: total(lambda j: M[i, j], over=n), over=n) - total(lambda i: M[i, i], over=n),
        ),
    ),
    "three indices in order": (
        lambda a=Vector["n"], b=Vector["n"], n=Size: Equals(
            total(lambda i: total(lambda j: total(lambda k: a[i] * b[j] * a[k], over=(1, j)), over=(1, i)), over=n),
            total(lambda k: total(lambda j: total(lambda i: a[i] * b[j] * a[k], over=(j, n)), over=(k, n)), over=n),
        ),
        lambda a=Vector["n"], b=Vector["n"], n=Size: Equals(
            total(lambda i: total(lambda j: total(lambda k: a[i] * b[j] * a[k], over=(1, j)), over=(1, i)), over=n),
            total(lambda k: total(lambda j: total(lambda i: a[i] * b[j] * a[k], over=(k, n)), over=(k, n)), over=n),
        ),
    ),
    "inside": (
        lambda p=Vector["n", Positive], i=Index["n"], n=Size: Equals(
            log(part(p, 1, i - 1) + p[i]) - 1 / (part(p, 1, i) + part(p, i + 1, n)),
            log(part(p, 1, i)) - 1 / part(p, 1, n),
        ),
        lambda p=Vector["n", Positive], i=Index["n"], n=Size: Equals(
            log(part(p, 1, i - 1) + p[i]) - 1 / (part(p, 1, i) + part(p, i, n)), log(part(p, 1, i)) - 1 / part(p, 1, n)
        ),
    ),
    "exponents": (
        lambda a=Vector["n"], i=Index["n"], n=Size: Equals(
            exp(part(a, 1, i)) * exp(part(a, i + 1, n)), exp(part(a, 1, n))
        ),
        lambda a=Vector["n"], i=Index["n"], n=Size: Equals(exp(part(a, 1, i)) * exp(part(a, i, n)), exp(part(a, 1, n))),
    ),
    "the whole less a prefix": (
        lambda a=Vector["n", Nonnegative], i=Index["n"], n=Size: AtMost(part(a, 1, i), part(a, 1, n)),
        lambda a=Vector["n"], i=Index["n"], n=Size: AtMost(part(a, 1, i), part(a, 1, n)),
    ),
    "the whole less a suffix": (
        lambda a=Vector["n", Nonnegative], i=Index["n"], n=Size: AtMost(part(a, i + 1, n), part(a, 1, n)),
        lambda a=Vector["n", Nonnegative], i=Index["n"], n=Size: AtMost(part(a, i, n), part(a, 2, n)),
    ),
    "one less some of the weights": (
        lambda p=OpenSimplex["n"], i=Index["n"], n=Size: Equals(log(1 - part(p, 1, i - 1)), log(part(p, i, n))),
        lambda p=OpenSimplex["n"], i=Index["n"], n=Size: Equals(log(1 - part(p, 1, i - 1)), log(part(p, 1, i))),
    ),
    "some of the weights": (
        lambda p=Simplex["n"], i=Index["n"]: AtMost(part(p, 1, i), 1),
        lambda p=Simplex["n"], i=Index["n"]: AtMost(2 * part(p, 1, i), 1),
    ),
}  # fmt: skip


def verdicts(f):
    goal = goal_of(registry.claim_of(f))
    return {m.run(goal, QUICK, 0)[0].verdict for m in METHODS if not m.applies(goal)}


@pytest.mark.parametrize("rule", PAIRS)
def test_what_is_true_is_proved(rule):
    found = verdicts(PAIRS[rule][0])
    assert Verdict.PROVED in found
    assert Verdict.REFUTED not in found


@pytest.mark.parametrize("rule", PAIRS)
def test_what_is_close_is_refuted(rule):
    found = verdicts(PAIRS[rule][1])
    assert Verdict.PROVED not in found
    assert Verdict.REFUTED in found


# ---------------------------------------------------------------------- where a summand has no value
def summand(f):
    """An engine for a: Vector["n"], i: Index["n"], and Σ_{k=i+1}^{n} of a power of what f makes of k."""
    variables = registry.claim_of(
        lambda a=Vector["n"], p=Vector["n", Positive], i=Index["n"], n=Size: Equals(a[i] + p[i], n)
    ).variables
    engine = Engine(context_of(variables.values()))
    low = ranges.plus(var("i"), number(1))
    engine.declare("#k", low, var("n"))
    return engine, Term(ONE, (("#k", low, var("n")),), f)


def entry(name, index):
    return Atom("entry", name, index)


@pytest.mark.parametrize(
    "powers",
    [
        {entry("a", var("#k")): -ONE},
        {entry("a", ranges.minus(var("#k"), var("i"))): ONE},
        {entry("a", ranges.plus(var("#k"), number(-1))): ONE},
        {Atom("base", ranges.minus(var("#k"), var("i"))): -ONE},
        {Atom("log", ranges.minus(var("#k"), var("i"))): ONE},
        {Atom("log", Poly({Mono([(entry("a", var("#k")), ONE)]): ONE})): ONE},
        {entry("unknown", var("#k")): ONE},
    ],
)
def test_a_range_is_not_extended_to_where_there_is_no_value(powers):
    engine, term = summand(powers)
    assert not spans.sure(engine, term, "#k", number(1), var("i"))
    assert ranges.from_one(engine, term, {v: (lo, hi) for v, lo, hi in term.bounds}) is None


@pytest.mark.parametrize("powers", [{entry("a", var("#k")): ONE}, {entry("p", var("#k")): -ONE}])
def test_a_range_is_extended_where_there_are_values(powers):
    engine, term = summand(powers)
    found = ranges.from_one(engine, term, {v: (lo, hi) for v, lo, hi in term.bounds})
    assert found is not None
    assert [t.coef for t in found] == [1, -1]


def test_a_range_is_not_extended_beyond_the_array():
    engine, term = summand({entry("a", var("#k")): ONE})
    assert not spans.sure(engine, term, "#k", number(1), ranges.plus(var("n"), number(1)))
    assert not spans.sure(engine, term, "#k", number(0), var("n"))
    assert not spans.sure(engine, term, "#k", number(1), ranges.plus(number(-1), number(-1)))

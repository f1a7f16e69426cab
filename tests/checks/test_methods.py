"""The one conformance test of all methods: one protocol, no false goal proved, no true goal refuted, nothing raised.

The goals are small, of every kind of statement, with proofs right and wrong. What is true is said here, by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import registry
import sympy as sp
from conformance import EFFORT, conforming

from lemmata.checks import catalogue
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import Goal, goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.information import gibbs, gibbs_term, log_bound
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    Converges,
    D,
    Determines,
    Diverges,
    E,
    Equals,
    Functional,
    Identical,
    Iff,
    Index,
    Less,
    Limit,
    Matrix,
    Natural,
    Nonnegative,
    Positive,
    Real,
    SameMinimiser,
    Sign,
    Simplex,
    Size,
    Statement,
    Stationary,
    Vector,
    at_least,
    at_most,
    case,
    ceiling,
    delta,
    exp,
    floor,
    gap,
    hypothesis,
    log,
    moment_of,
    oo,
    series,
    successor,
    total,
    vector,
    xlogy,
)
from lemmata.spec.language.expressions import as_written
from lemmata.spec.softmax import softmax

catalogue.load()


def mean(a):
    return total(lambda k: a[k], over=a) / a.dims[0]


TRUE = {
    "a binomial": [lambda x=Real: Equals((x + 1) ** 2, x**2 + 2 * x + 1)],
    "a delta sifts": [lambda a=Vector["n"], i=Index["n"]: Equals(total(lambda k: delta(k, i) * a[k], over=a), a[i])],
    "weights sum to one": [lambda p=Simplex["n"]: Equals(total(lambda k: 2 * p[k], over=p), 2)],
    "signs square to one": [lambda y=Sign: Equals(y**2, 1)],
    "a derivative of a sum": [
        lambda a=Vector["n"], j=Index["n"]: Equals(D(total(lambda k: a[k] ** 2, over=a), a[j]), 2 * a[j])
    ],
    "step by step": [
        lambda x=Positive: Equals(log(x**2) / 2, log(x)),
        lambda x: iter([("the exponent comes out", 2 * log(x) / 2), ("cancel", log(x))]),
    ],
    "with one proof that fails and one that does not": [
        lambda x=Real: Equals((x + 1) ** 2, x**2 + 2 * x + 1),
        lambda x: iter([("wrong", x**2), ("right again", x**2 + 2 * x + 1)]),
        lambda x: iter([("expand", x**2 + x + x + 1)]),
    ],
    "the first numbers": [
        lambda t=Natural: Equals(total(lambda k: k, over=t), t * (t + 1) / 2),
        lambda t: iter([
            case("none", t=0), ("nothing", 0),
            case("one more", t=successor), ("apart", total(lambda k: k, over=t) + (t + 1)),
            ("by hypothesis", t * (t + 1) / 2 + (t + 1), hypothesis()),
        ]),
    ],
    "a tangent": [lambda x=Positive: AtMost(log(x), x - 1, equality=Equals(x, 1))],
    "a square": [
        lambda x=Real, y=Real: AtLeast(x**2 + y**2, 2 * x * y, equality=Equals(x, y)),
        lambda x, y: iter([("a square", at_least(2 * x * y, because=(x - y) ** 2))]),
    ],
    "Gibbs": [
        lambda p=Simplex["n"], q=Simplex["n"]: AtMost(
            total(lambda k: xlogy(p[k], q[k]), over=p), total(lambda k: xlogy(p[k], p[k]), over=p), Identical(p, q)
        ),
        lambda n, p, q: iter([(
            "Gibbs", at_most(total(lambda k: xlogy(p[k], p[k]), over=p), because=gap(gibbs, n=n, p=p, q=q)),
        )]),
    ],
    "strictly below": [lambda x=Real: Less(x, x + 1)],
    "the same minimisers": [
        lambda w=Vector["d"], c=Real, ell=Functional["d"]: SameMinimiser(ell(w) + c, ell(w) - c, over=w),
        lambda w, c, ell: iter([("the same", c + ell(w))]),
    ],
    "one value will do": [
        lambda w=Vector["d"], tau=Real, s=Positive, j=Index["d"]: Determines(
            Equals(2 * w[j] / s, tau * w[j]), tau, 2 / s, (w, j)
        ),
        lambda w, s, j: iter([("the same", w[j] * 2 / s)]),
    ],
    "the mean is unbiased": [
        lambda g=Stationary["t"]: Equals(E(mean(g)), moment_of(g)),
        lambda g: iter([("linear", mean(vector(lambda k: E(g[k]), over=g)))]),
    ],
    "two conditions alike": [lambda x=Positive: Iff(Less(1, x), Less(0, log(x)))],
    "rounding": [lambda n=Size: Equals(floor((n + 1 - 1) / 1), n)],
    "an output shape": [
        lambda n=Size, p=Natural, k=Size, s=Size: Equals(
            floor((n + 2 * p - k) / s) + 1, floor((n + 2 * p - k + s) / s)
        )
    ],
    "a bound of whole numbers": [lambda n=Natural, b=Size: Less(b * ceiling(n / b), n + b)],
    "a bound that a floor attains": [
        lambda x=Real: AtMost(floor(x), x, equality=Equals(ceiling(x), floor(x))),
    ],
    "a limit": [lambda x=Positive: Limit((x + 1) / x, x, oo, 1)],
    "a convergent series": [lambda: Converges(series(lambda k: 1 / k**2))],
    "a divergent series": [lambda: Diverges(series(lambda k: 1 / k))],
}  # fmt: skip

FALSE = {
    "another binomial": [lambda x=Real: Equals((x + 1) ** 2, x**2 + 1)],
    "true in dimension one": [
        lambda a=Vector["n"]: Equals(total(lambda k: a[k], over=a) ** 2, total(lambda k: a[k] ** 2, over=a))
    ],
    "a delta forgotten": [
        lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Equals(
            D(softmax(a, i), a[j]), softmax(a, i) * (1 - softmax(a, j))
        )
    ],
    "indices exchanged": [lambda X=Matrix["n", "n"], i=Index["n"], j=Index["n"]: Equals(X[i, j], X[j, i])],
    "a wrong step": [
        lambda x=Real: Equals(x + 1, x + 2),
        lambda x: iter([("one more", x + 2)]),
    ],
    "a wrong end": [
        lambda x=Real: Equals(x + 1, x + 2),
        lambda x: iter([("as it was", 1 + x)]),
    ],
    "a case forgotten": [
        lambda x=Nonnegative: Equals(x**2, 0),
        lambda x: iter([case("x = 0", x=0), ("nothing", 0)]),
    ],
    "one sign forgotten": [
        lambda y=Sign: Equals(y, 1),
        lambda y: iter([case("y = 1", y=1), ("so", 1)]),
    ],
    "an induction without its first case": [
        lambda t=Natural: Equals(total(lambda k: k, over=t), t * (t + 1) / 2 + 1),
        lambda t: iter([
            case("one more", t=successor), ("apart", total(lambda k: k, over=t) + (t + 1)),
            ("by hypothesis", t * (t + 1) / 2 + 1 + (t + 1), hypothesis()),
        ]),
    ],
    "an induction with a false step": [
        lambda t=Natural: Equals(total(lambda k: k, over=t), t**2),
        lambda t: iter([
            case("none", t=0), ("nothing", 0),
            case("one more", t=successor), ("apart", total(lambda k: k, over=t) + (t + 1)),
            ("by hypothesis", t**2 + (t + 1), hypothesis()), ("collect", (t + 1) ** 2),
        ]),
    ],
    "a hypothesis used twice": [
        lambda t=Natural: Equals(2**t, 1),
        lambda t: iter([
            case("none", t=0), ("one", 1),
            case("one more", t=successor), ("by hypothesis", 1 + 2**t - 1, hypothesis(times=1)),
            ("again", 1, hypothesis(times=1)),
        ]),
    ],
    "the tangent reversed": [lambda x=Positive: AtLeast(log(x), x - 1, equality=Equals(x, 1))],
    "the tangent elsewhere": [lambda x=Positive: AtMost(log(x), x - 1, equality=Equals(x, 2))],
    "equality never": [lambda x=Positive: AtMost(log(x), x - 1, equality=Equals(0, 1))],
    "equality always": [lambda x=Positive: AtMost(log(x), x - 1, equality=Equals(0, 0))],
    "a certificate that may be negative": [
        lambda x=Real, y=Real: AtLeast(x, y),
        lambda x, y: iter([("?", at_least(y, because=x - y))]),
    ],
    "a certificate of another difference": [
        lambda x=Real, y=Real: AtLeast(x**2 + y**2, 3 * x * y),
        lambda x, y: iter([("?", at_least(3 * x * y, because=(x - y) ** 2))]),
    ],
    "no certificate": [
        lambda x=Real, y=Real: AtLeast(x, y),
        lambda x, y: iter([("clearly", at_least(y))]),
    ],
    "the chain the other way": [
        lambda x=Real: AtMost(x**2, 0),
        lambda x: iter([("a square", at_least(0, because=x**2))]),
    ],
    "a lemma outside its domain": [
        lambda x=Real: AtMost(x, x * x),
        lambda x: iter([("log t ≤ t − 1", at_most(x * x, because=gap(log_bound, x=x)))]),
    ],
    "Gibbs reversed": [
        lambda p=Simplex["n"], q=Simplex["n"]: AtLeast(
            total(lambda k: xlogy(p[k], q[k]), over=p), total(lambda k: xlogy(p[k], p[k]), over=p)
        ),
        lambda n, p, q: iter([(
            "Gibbs", at_least(total(lambda k: xlogy(p[k], p[k]), over=p), because=gap(gibbs, n=n, p=p, q=q)),
        )]),
    ],
    "Gibbs on another length": [
        lambda n=Size, m=Index["n"], p=Simplex["n"], q=Simplex["n"]: AtMost(
            total(lambda k: xlogy(p[k], q[k]), over=m),
            total(lambda k: xlogy(p[k], p[k]), over=m),
        ),
        lambda n, m, p, q: iter([(
            "Gibbs", at_most(total(lambda k: xlogy(p[k], p[k]), over=m), because=gap(gibbs, n=m, p=p, q=q)),
        )]),
    ],
    "one term for a sum that is not normalised": [
        lambda p=Vector["n", Nonnegative], q=Vector["n", Nonnegative]: AtMost(
            total(lambda k: xlogy(p[k], q[k]), over=p), total(lambda k: xlogy(p[k], p[k]), over=p)
        ),
        lambda p, q: iter([(
            "term by term",
            at_most(
                total(lambda k: xlogy(p[k], p[k]), over=p),
                because=total(lambda k: gap(gibbs_term, x=p[k], y=q[k]), over=p),
            ),
        )]),
    ],
    "never strictly below": [lambda x=Real: Less(x, x)],
    "other minimisers": [
        lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(
            ell(w) + total(lambda k: w[k] ** 2, over=w), ell(w) + 2 * total(lambda k: w[k] ** 2, over=w), over=w
        ),
        lambda w, ell: iter([("the same", total(lambda k: w[k] ** 2, over=w) + ell(w))]),
    ],
    "maximisers": [lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(ell(w), -ell(w), over=w)],
    "another value": [
        lambda w=Vector["d"], tau=Real, s=Positive, j=Index["d"]: Determines(
            Equals(2 * w[j] / s, tau * w[j]), tau, 1 / s, (w, j)
        ),
        lambda w, s, j: iter([("the same", w[j] * 2 / s)]),
    ],
    "the mean is biased": [lambda g=Stationary["t"]: Equals(E(mean(g)), 2 * moment_of(g))],
    "moments do not multiply": [
        lambda g=Stationary["t"]: Equals(E(total(lambda k: g[k], over=g) ** 2), g.dims[0] ** 2 * moment_of(g) ** 2)
    ],
    "two conditions that part": [lambda x=Positive: Iff(Less(1, x), Less(0, x))],
    "rounding half": [lambda n=Size: Equals(floor(n / 2), n / 2)],
    "an output shape without its stride": [
        lambda n=Size, p=Natural, k=Size, s=Size: Equals(
            floor((n + 2 * p - k) / s) + 1, floor((n + 2 * p - k + 1) / s)
        )
    ],
    "a bound too low by one": [lambda n=Natural, b=Size: Less(b * ceiling(n / b), n + b - 1)],
    "a bound that a floor attains elsewhere": [lambda x=Real: AtMost(floor(x), x, equality=Equals(x, 0))],
    "another limit": [lambda x=Positive: Limit((x + 1) / x, x, oo, 2)],
    "the harmonic series": [lambda: Converges(series(lambda k: 1 / k))],
    "the inverse squares": [lambda: Diverges(series(lambda k: 1 / k**2))],
}  # fmt: skip

# Neither true nor false by any point that balls could look at; no method may raise, and none may prove.
NEITHER = {
    "nowhere defined": [lambda x=Real: Equals(log(-exp(x)), x)],
    "a floor of no number": [lambda n=Natural: Equals(floor(n / (n - n)), n)],
    "a foreign function": [lambda x=Real: Equals(x, x), lambda e, x: Equals(sp.sin(x), x)],
    "a foreign sum": [
        lambda x=Real, n=Size: Equals(x, x),
        lambda e, x, n: Equals(sp.Sum(x, (sp.Symbol("k"), 1, n)), n * x),
    ],
    "not a number": [lambda x=Real: Equals(x, x), lambda e, x: AtMost(sp.nan, x)],
    "a foreign statement": [lambda x=Real: Equals(x, x), lambda e, x: Foreign(x)],
}


@dataclass(frozen=True)
class Foreign(Statement):
    """A kind of statement that no method has heard of."""

    subject: object


def goal(name: str, rows) -> Goal:
    statement, *proofs = rows[name]
    with registry.kept():
        if rows is NEITHER:
            made = registry.claim_of(statement)
            found = goal_of(made)
            if proofs:
                with as_written():
                    found = found.twin(proofs[0](*[None, *[v.expr for v in made.variables.values()]]))
            return replace(found, id=name)
        return replace(goal_of(registry.claim_of(statement, *proofs)), id=name)


METHOD = pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)


@METHOD
@pytest.mark.parametrize("name", TRUE)
def test_nothing_true_is_refuted(name, method):
    found = conforming(method, goal(name, TRUE))
    assert found is None or found.verdict is not Verdict.REFUTED


@METHOD
@pytest.mark.parametrize("name", FALSE)
def test_nothing_false_is_proved(name, method):
    found = conforming(method, goal(name, FALSE))
    assert found is None or found.verdict not in (Verdict.PROVED, Verdict.CERTIFIED)


@METHOD
@pytest.mark.parametrize("name", NEITHER)
def test_what_has_no_value_is_undecided(name, method):
    found = conforming(method, goal(name, NEITHER))
    assert found is None or found.verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("name", TRUE)
def test_everything_true_here_is_proved_by_some_method(name):
    found = [conforming(m, goal(name, TRUE)) for m in METHODS]
    assert Verdict.PROVED in {f.verdict for f in found if f}


@pytest.mark.parametrize("name", FALSE)
def test_everything_false_here_is_refuted(name):
    assert Verdict.REFUTED in {f.verdict for m in METHODS if (f := conforming(m, goal(name, FALSE)))}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_proof_is_rejected_where_it_is_wrong(name):
    found = goal(name, FALSE)
    (derivation,) = [m for m in METHODS if m.name == "derivation"]
    if derivation.applies(found):
        assert not found.proofs
        return
    with as_written():
        evidence, records = derivation.run(found, EFFORT, 0)
    assert evidence.verdict is Verdict.UNDECIDED
    assert [r.verdict for r in records if r.verdict is Verdict.PROVED] == []
    assert all(r.detail for r in records)


def test_method_names_are_unique_and_say_what_they_give():
    assert len({m.name for m in METHODS}) == len(METHODS)
    assert all(m.gives.split()[0].rstrip(":,") in ("PROVED", "REFUTED", "CERTIFIED") for m in METHODS)
    assert [m.name for m in METHODS if not m.proves] == ["balls"]

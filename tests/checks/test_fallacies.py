"""Fallacies: false claims that follow from true lemmas by a step that is not allowed. No method may prove one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import registry
import sympy as sp
from conformance import EFFORT, conforming

from lemmata.checks import balls, catalogue
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.information import log_bound
from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    D,
    Equals,
    Index,
    Positive,
    Real,
    Sign,
    Simplex,
    Size,
    Vector,
    at_most,
    case,
    definition,
    delta,
    gap,
    log,
    successor,
    total,
    using,
    where_nonnegative,
)
from lemmata.spec.language.claims import Definition
from lemmata.spec.language.steps import Proof, Step, Use
from lemmata.spec.softmax import jacobian, softmax, softmax_jacobian

catalogue.load()


@pytest.fixture
def lemmas():
    with registry.kept():
        yield true_lemmas()


def true_lemmas():
    """True lemmas and a few definitions, for a false claim to misuse."""

    @definition(notation=r"d({y})")
    def same(y=Real):
        """y."""
        return y

    @definition(notation=r"s({y})")
    def square(y=Sign):
        """y²."""
        return y**2

    @definition(notation=r"M({p})")
    def weight(p=Simplex["n"]):
        """The sum of the weights."""
        return total(lambda k: p[k], over=p)

    @definition(notation=r"f({x}, {y})")
    def second(x=Real, y=Real):
        """y."""
        return y

    found: dict[str, Any] = {"same": same, "square": square, "weight": weight, "second": second}
    for name, statement in {
        "sift": lambda n=Size, i=Index["n"]: Equals(total(lambda k: delta(k, i), over=n), 1),
        "mass": lambda n=Size, p=Simplex["n"]: Equals(total(lambda k: p[k], over=p), 1),
        "scaled": lambda y=Real, x=Positive: Equals(same(y), y * Abs(x) / x),
        "diagonal": lambda a=Vector["n"], i=Index["n"]: Equals(
            softmax_jacobian(a, i, i), softmax(a, i) * (1 - softmax(a, i))
        ),
        "squared": lambda y=Sign: Equals(square(y), 1),
        "weighed": lambda p=Simplex["n"]: Equals(weight(p), 1),
        "slope": lambda x=Real, y=Real: Equals(second(x, y), D(x * y, x)),
        "slope_bound": lambda x=Real, y=Real: AtMost(D(x * y, x), y),
    }.items():  # fmt: skip
        found[name] = registry.claim_of(statement, name=name)
    return found


FALLACIES = {
    "a hypothesis without induction": lambda on: [
        lambda x=Real: Equals(x, x + 1),
        Proof("p", "p", (Step("a", expr=sp.Symbol("x", real=True) + 1, using=Use(None, sp.Integer(1))),)),
    ],
    "a constraint that the step of an induction breaks": lambda on: [
        lambda t=Size, p=Simplex["t"]: Equals(t * (total(lambda k: p[k], over=p) - p[t]), t),
        lambda t: iter([case("none", t=0), ("nothing", 0), case("one more", t=successor), ("they sum to one", t + 1)]),
    ],
    "a lemma on an index of another length": lambda on: [
        lambda n=Size, m=Size, i=Index["m"]: Equals(total(lambda k: delta(k, i), over=n), 1),
        lambda n: iter([("by the lemma", 1, using(on["sift"], times=1))]),
    ],
    "a lemma on an array of another length": lambda on: [
        lambda n=Index["m"], p=Simplex["m"]: Equals(total(lambda k: p[k], over=n), 1),
        lambda n: iter([("by the lemma", 1, using(on["mass"], times=1))]),
    ],
    "a lemma whose other variables have narrower sorts": lambda on: [
        lambda y=Real, x=Real: Equals(on["same"](y), y * Abs(x) / x),
        lambda x, y: iter([("by the lemma", y * Abs(x) / x, using(on["scaled"]))]),
    ],
    "a lemma on the diagonal, off it": lambda on: [
        lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Equals(
            softmax_jacobian(a, i, j), softmax(a, j) * (1 - softmax(a, j))
        ),
        lambda a, j: iter([("by the lemma", softmax(a, j) * (1 - softmax(a, j)), using(on["diagonal"]))]),
    ],
    "a lemma inside a derivative": lambda on: [
        lambda y=Sign: Equals(D(on["square"](y), y), 0),
        lambda y: iter([("by the lemma", 0, using(on["squared"]))]),
    ],
    "a constraint inside a derivative": lambda on: [
        lambda p=Simplex["n"], j=Index["n"]: Equals(D(on["weight"](p), p[j]), 0),
        lambda p: iter([("by the lemma", 0, using(on["weighed"]))]),
    ],
    "a derivative at x = y": lambda on: [
        lambda z=Real: Equals(on["second"](z, z), 2 * z),
        lambda z: iter([("by the lemma", 2 * z, using(on["slope"]))]),
    ],
    "a gap of a derivative at x = y": lambda on: [
        lambda z=Real: AtMost(z, 0),
        lambda z: iter([("by the lemma", at_most(0, because=gap(on["slope_bound"], x=z, y=z)))]),
    ],
    "a lemma that is no equation": lambda on: [
        lambda x=Positive: Equals(log(x), x - 1),
        lambda x: iter([("by the lemma", x - 1, using(log_bound, times=1))]),
    ],
    "a lemma about other variables": lambda on: [
        lambda x=Real: Equals(x, 0),
        lambda x: iter([("by the lemma", 0, using(jacobian, times=1))]),
    ],
    "a jump": lambda on: [
        lambda x=Real: AtLeast(where_nonnegative(x, (x - 1) ** 2, (x - 1) ** 2 - 5), 0, equality=Equals(x, 1)),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", FALLACIES)
def test_no_fallacy_is_proved(name, lemmas):
    statement, *proofs = FALLACIES[name](lemmas)
    written = [p for p in proofs if isinstance(p, Proof)]
    made = goal_of(registry.claim_of(statement, *[p for p in proofs if p not in written], name="fallacy"))
    found = replace(made, proofs=made.proofs + tuple(written))
    said = {m.name: f.verdict for m in METHODS if (f := conforming(m, found))}
    for lemma in lemmas.values():
        assert isinstance(lemma, Definition) or Verdict.REFUTED is not balls.check(goal_of(lemma), EFFORT, 0).verdict
    assert balls.check(found, replace(EFFORT, points=30), 0).verdict is Verdict.REFUTED, "or it shows nothing"
    assert Verdict.PROVED not in said.values(), said

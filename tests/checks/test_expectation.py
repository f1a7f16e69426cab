"""Expectations: the algebra is what the enumeration of outcomes gives, which knows nothing of it."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from itertools import product as pairs
from typing import Any

import pytest
import registry
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from membership import strangers

from lemmata.checks import balls, derivation, normal_form, outcomes, twins
from lemmata.checks.ball_arithmetic import Balls
from lemmata.checks.evaluate import Evaluation, Unsupported
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import Effort, Goal, goal_of, plain_value
from lemmata.checks.prover.context import context_of
from lemmata.checks.prover.engine import Engine, Unproved
from lemmata.checks.prover.leftover import expression
from lemmata.checks.prover.proving import equal
from lemmata.checks.prover.translate import normal
from lemmata.checks.sampling import sample_point
from lemmata.spec.language import (
    Abs,
    AtLeast,
    Bit,
    D,
    E,
    Equals,
    Independent,
    Index,
    LanguageError,
    Nonnegative,
    Positive,
    Real,
    Sample,
    Sign,
    Standardised,
    Stationary,
    Vector,
    at,
    at_least,
    exp,
    gap,
    mean_of,
    moment_of,
    sqrt,
    total,
    using,
    variance,
    variance_of,
    vector,
)
from lemmata.spec.language.expressions import as_written
from lemmata.spec.language.randomness import Draws, Outcomes, mean

EFFORT = Effort("quick", 6, 30, (1, 2, 3))


@pytest.fixture(autouse=True)
def _own_claims():
    with registry.kept():
        yield


def goal(statement: Any, *proofs: Any, name: str = "sample") -> Goal:
    return goal_of(registry.claim_of(statement, *proofs, name=name))


def algebra(g: Goal) -> Verdict:
    with as_written():
        return normal_form.check(g, EFFORT, 0).verdict


def sampled(g: Goal) -> Any:
    with as_written():
        return balls.check(g, EFFORT, 0)


def dot(q, k):
    return total(lambda i: q[i] * k[i], over=q)


def whole(g):
    return total(lambda i: g[i], over=g)


def average(g):
    return whole(g) / g.dims[0]


def squares(g):
    """Σ (gᵢ − ḡ)²."""
    return total(lambda i: (g[i] - average(g)) ** 2, over=g)


def fourth_cumulant(g):
    m = [moment_of(g, r) for r in (1, 2, 3, 4)]
    return m[3] - 4 * m[0] * m[2] + 6 * m[0] ** 2 * m[1] - 3 * m[0] ** 4


TRUE = {
    "the dot product has mean 0": lambda q=Standardised["d"], k=Standardised["d"]: Equals(E(dot(q, k)), 0),
    "the dot product has variance d": lambda q=Standardised["d"], k=Standardised["d"]: Equals(
        variance(dot(q, k)), q.dims[0]
    ),
    "scaled, it has variance 1": lambda q=Standardised["d"], k=Standardised["d"]: Equals(
        variance(dot(q, k) / sqrt(q.dims[0])), 1
    ),
    "a layer scales the variance": lambda W=Standardised["m", "d"], v=Standardised["d"], s=Positive, i=Index["m"]: (
        Equals(variance(total(lambda j: s * W[i, j] * v[j], over=v)), v.dims[0] * s**2)
    ),
    "variances add": lambda g=Independent["n"]: Equals(variance(whole(g)), g.dims[0] * variance_of(g)),
    "variances of two arrays add": lambda g=Independent["n"], h=Independent["n"], i=Index["n"]: Equals(
        variance(g[i] - h[i]), variance_of(g) + variance_of(h)
    ),
    "weighted": lambda g=Independent["n"], c=Vector["n"]: Equals(
        variance(total(lambda i: c[i] * g[i], over=g)), variance_of(g) * total(lambda i: c[i] ** 2, over=c)
    ),
    "the mean of the average": lambda g=Stationary["n"]: Equals(E(average(g)), mean_of(g)),
    "the variance of the average": lambda g=Independent["n"]: Equals(variance(average(g)), variance_of(g) / g.dims[0]),
    "the sample variance is unbiased": lambda g=Independent["n"]: Equals(
        E(squares(g)), (g.dims[0] - 1) * variance_of(g)
    ),
    "as a quotient": lambda g=Independent["n"]: Equals(E(squares(g) / (g.dims[0] - 1)), variance_of(g)),
    "a mini-batch of chosen terms is unbiased": lambda s=Stationary["n", Bit], c=Vector["n"]: Equals(
        E(total(lambda i: s[i] * c[i], over=c)) / mean_of(s), whole(c)
    ),
    "E[qᵢqⱼ]": lambda q=Independent["n"], i=Index["n"], j=Index["n"]: Equals(
        E(q[i] * q[j]) - mean_of(q) ** 2, E((q[i] - mean_of(q)) * (q[j] - mean_of(q)))
    ),
    "two different entries": lambda q=Independent["n + 1"]: Equals(E(q[1] * q[2]), mean_of(q) ** 2),
    "arrays factorise": lambda q=Independent["n"], g=Stationary["n"], i=Index["n"], j=Index["n"]: Equals(
        E(q[i] * g[i] * g[j]), mean_of(q) * E(g[i] * g[j])
    ),
    "functions of arrays factorise": lambda q=Independent["n"], k=Independent["n"], i=Index["n"]: Equals(
        E(exp(q[i]) * k[i]), E(exp(q[i])) * mean_of(k)
    ),
    "the fourth power of a sum": lambda q=Standardised["n"]: Equals(
        E(whole(q) ** 4), total(lambda i: E(q[i] ** 4), over=q) + 3 * q.dims[0] * (q.dims[0] - 1)
    ),
    "the variance of the sample variance": lambda g=Sample["n"]: Equals(
        variance(squares(g)),
        (g.dims[0] - 1) ** 2 * fourth_cumulant(g) / g.dims[0]
        - (g.dims[0] - 1) * (g.dims[0] - 3) * variance_of(g) ** 2 / g.dims[0],
    ),
    "an estimate by a sample": lambda g=Sample["n"], i=Index["n"]: Equals(
        E(total(lambda k: exp(g[k]), over=g) / g.dims[0]), E(exp(g[i]))
    ),
    "signs have square 1": lambda y=Independent["n", Sign], i=Index["n"]: Equals(E(y[i] ** 2), 1),
    "the variance of a bit": lambda b=Independent["n", Bit]: Equals(variance_of(b), mean_of(b) * (1 - mean_of(b))),
    "the mean minimises": lambda g=Stationary["n"], i=Index["n"], w=Real: Equals(
        D(E((g[i] - w) ** 2), w), 2 * (w - mean_of(g))
    ),
    "an expectation is a number": lambda q=Independent["n"], i=Index["n"]: Equals(E(E(q[i]) * q[i]), mean_of(q) ** 2),
    "and so is E of a function": lambda q=Independent["n"], i=Index["n"]: Equals(
        E(E(exp(q[i])) * q[i]), E(exp(q[i])) * mean_of(q)
    ),
}  # fmt: skip

FALSE = {
    "dropped δ": lambda q=Independent["n"], i=Index["n"], j=Index["n"]: Equals(E(q[i] * q[j]), mean_of(q) ** 2),
    "E[q²] = E[q]²": lambda q=Independent["n"], i=Index["n"]: Equals(E(q[i] ** 2), mean_of(q) ** 2),
    "all moments of a standardised entry": lambda q=Standardised["n"], i=Index["n"]: Equals(E(q[i] ** 3), 0),
    "its fourth moment": lambda q=Standardised["n"], i=Index["n"]: Equals(E(q[i] ** 4), 3),
    "two values tie the moments": lambda q=Standardised["n"], i=Index["n"]: Equals(
        E(q[i] ** 4), 1 + E(q[i] ** 3) ** 2
    ),
    "third moments are shared": lambda q=Independent["n"], i=Index["n"], j=Index["n"]: Equals(
        E(q[i] ** 3), E(q[j] ** 3)
    ),
    "all entries have one distribution": lambda q=Independent["n"], i=Index["n"], j=Index["n"]: Equals(
        E(exp(q[i])), E(exp(q[j]))
    ),
    "the variance of the average is σ²": lambda g=Independent["n"]: Equals(variance(average(g)), variance_of(g)),
    "the biased sample variance": lambda g=Independent["n"]: Equals(E(squares(g)), g.dims[0] * variance_of(g)),
    "means of quotients": lambda q=Independent["n", Positive], i=Index["n"]: Equals(E(1 / q[i]), 1 / mean_of(q)),
    "means of functions": lambda q=Independent["n"], i=Index["n"]: Equals(E(exp(q[i])), exp(mean_of(q))),
    "kinks": lambda q=Independent["n"], i=Index["n"]: Equals(E(Abs(q[i])) ** 2, mean_of(q) ** 2),
    "kinks under the mean": lambda g=Stationary["n"], i=Index["n"]: Equals(
        (E(Abs(g[i]) * exp(g[i])) - E(g[i] * exp(g[i]))) * (E(Abs(g[i]) * exp(g[i])) + E(g[i] * exp(g[i]))), 0
    ),
    "bits one by one": lambda b=Independent["n", Bit], i=Index["n"]: Equals(
        (E(exp(b[i])) - 1) * (E(exp(b[i])) - exp(1)), 0
    ),
    "nested": lambda q=Independent["n"], i=Index["n"]: Equals(E(E(q[i]) * q[i]), E(q[i] ** 2)),
    "dependent sequences factorise": lambda g=Stationary["n"], i=Index["n"], j=Index["n"]: Equals(
        E(g[i] * g[j]), mean_of(g) ** 2
    ),
    "dependent ones with different indices": lambda g=Stationary["n"]: Equals(
        total(lambda i: E(g[i] * g[i]), over=g), g.dims[0] * mean_of(g) ** 2
    ),
    "two dependent sequences": lambda g=Stationary["n"], h=Stationary["n"], i=Index["n"]: Equals(
        E(g[i] * h[i]), mean_of(g) * mean_of(h)
    ),
}  # fmt: skip

NEEDS_INDEPENDENCE = (
    "variances add",
    "variances of two arrays add",
    "weighted",
    "the variance of the average",
    "the sample variance is unbiased",
)


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_proved_and_not_refuted(name):
    g = goal(TRUE[name])
    found = sampled(g)
    assert (algebra(g), found.verdict) == (Verdict.PROVED, Verdict.TESTED)


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted_and_not_proved(name):
    g = goal(FALSE[name])
    found = sampled(g)
    assert algebra(g) is not Verdict.PROVED
    assert found.verdict is Verdict.REFUTED
    assert strangers(g.variables, found.counterexample.inputs) == []


@pytest.mark.parametrize("name", NEEDS_INDEPENDENCE)
def test_without_independence_it_is_false(name):
    """The same statement of stationary sequences."""
    statement = TRUE[name]
    before = statement.__defaults__
    statement.__defaults__ = tuple(Stationary["n"] if s.kind == "independent" else s for s in before)
    try:
        g = goal(statement)
        assert algebra(g) is not Verdict.PROVED
        assert sampled(g).verdict is Verdict.REFUTED
    finally:
        statement.__defaults__ = before


@pytest.mark.parametrize("name", ["the dot product has variance d", "the sample variance is unbiased", "weighted"])
def test_wrong_twins_are_refuted(name):
    with as_written():
        found = twins.check(goal(TRUE[name]), replace(EFFORT, name="standard"), 0)
    assert len(found) > 10
    assert {t.outcome for t in found} <= {"refuted", "equivalent"}


# ---------------------------------------------------------------------- the algebra is the sum over the outcomes
def _world() -> Any:
    def speak(
        q=Independent["n"], s=Standardised["n"], x=Sample["n"], b=Independent["n", Bit], g=Stationary["n"],
        c=Vector["n"], i=Index["n"], j=Index["n"], k=Index["n"],
    ):  # fmt: skip
        return Equals(E(q[i] * s[i] * x[i] * b[i] * g[i] * c[j] * c[k]), 0)

    with registry.kept():
        return registry.claim_of(speak, name="world").variables


WORLD = _world()
V = {name: v.expr for name, v in WORLD.items()}
ARRAYS, INDICES = ("q", "s", "x", "b", "g"), (V["i"], V["j"], V["k"], sp.Integer(1))


def monomial(draw: Any, budget: dict[str, int]) -> Any:
    """A product of entries, of at most four of each array in all."""
    out: Any = sp.Integer(draw(st.integers(-3, 3)) or 1)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from([a for a in ARRAYS if budget[a]] or ["c"]))
        if name != "c":
            budget[name] -= 1
        out = out * V[name][draw(st.sampled_from(INDICES))]
    return out


def summed(one: Any, other: Any, index: Any) -> Any:
    return total(lambda u: one[u] * V["c"][u] + other[index], over=one)


@st.composite
def polynomials(draw: Any) -> Any:
    """Polynomials in random entries, some of them under sums, some squared."""
    with as_written():
        terms = []
        for _ in range(draw(st.integers(1, 3))):
            budget = dict.fromkeys(ARRAYS, 4)
            shape = draw(st.sampled_from(["plain", "sum", "square"]))
            if shape == "plain":
                terms.append(monomial(draw, budget))
            else:
                one, other = (V[draw(st.sampled_from(ARRAYS))] for _ in range(2))
                inner = summed(one, other, draw(st.sampled_from(INDICES)))
                terms.append(inner**2 if shape == "square" else inner * other[V["i"]])
        return sp.Add(*terms)


@settings(max_examples=200)
@given(polynomials(), st.integers(0, 10**6))
def test_the_algebra_agrees_with_the_enumeration(polynomial, seed):
    point = sample_point(WORLD, {"n": 2}, random.Random(seed))
    with as_written():
        mean_of_it = E(polynomial)
        solved = expression(normal(Engine(context_of(WORLD.values())), mean_of_it))
        try:
            direct = Evaluation(point, Balls()).value(mean_of_it)
        except Unsupported:
            return  # more outcomes than are enumerated
        assert Evaluation(point, Balls()).value(solved) == direct


def test_more_than_four_entries_of_one_array_are_left_alone():
    with as_written():
        q = V["q"]
        engine = Engine(context_of(WORLD.values()))
        with pytest.raises(Unproved, match="more than 4 entries"):
            normal(engine, E(q[1] ** 3 * q[2] ** 2))
        assert equal(engine, E(q[1] ** 5), E(q[1] ** 5)) is None


# ---------------------------------------------------------------------- laws and outcomes
SORTS = (Independent["n"], Standardised["n"], Sample["n"], Independent["n", Bit], Sample["n", Positive])


@pytest.mark.parametrize("sort", SORTS)
def test_laws_are_what_the_sort_says(sort):
    shapes = set()
    for seed in range(200):
        law = sort.sample(random.Random(seed), {"n": 3})
        assert strangers_of(sort, law) == []
        shapes |= {len(chances) for chances in law.entries.values()}
    assert {2, 3} <= shapes or sort.domain.values


def strangers_of(sort, law):
    from lemmata.spec.language.claims import Variable

    return strangers({"q": Variable("q", sort, None)}, {"n": 3, "q": plain_value(law)})


def test_only_what_is_looked_at_is_enumerated():
    half = Fraction(1, 2)
    law = Draws({(i,): ((Fraction(i), half), (Fraction(-i), half)) for i in range(1, 60)})
    assert len(outcomes.weighted({"q": law}, lambda at: at["q"][3,])) == 2
    found = outcomes.weighted({"q": law}, lambda at: at["q"][1,] if at["q"][2,] > 0 else at["q"][3,] + at["q"][4,])
    assert sum(p * v for p, v in found) == 0 and sum(p for p, _ in found) == 1
    with pytest.raises(outcomes.TooMany):
        outcomes.weighted({"q": law}, lambda at: sum(at["q"][i,] for i in range(1, 60)))


def test_entries_are_independent_and_sequences_share_an_outcome():
    q = Draws({(i,): ((Fraction(0), Fraction(1, 3)), (Fraction(3), Fraction(2, 3))) for i in (1, 2)})
    g, h = Outcomes((Fraction(1), Fraction(-1)), 1), Outcomes((Fraction(2), Fraction(-2)), 0)

    def average_of(f):
        return sum(p * v for p, v in outcomes.weighted({"q": q, "g": g, "h": h}, f))

    assert average_of(lambda at: at["q"][1,] * at["q"][2,]) == 4 == mean(q.entries[1,]) ** 2
    assert average_of(lambda at: at["q"][1,] ** 2) == 6
    assert average_of(lambda at: at["g"][1,] * at["g"][2,]) == -1
    assert average_of(lambda at: at["g"][2,] * at["h"][1,]) == 2
    assert average_of(lambda at: at["q"][1,] * at["g"][1,]) == 0


# ---------------------------------------------------------------------- what the language refuses
REFUSED = {
    "a moment that is not shared": lambda q=Independent["n"]: Equals(moment_of(q, 3), 0),
    "a moment of what is not random": lambda a=Vector["n"]: Equals(mean_of(a), 0),
    "a derivative by a random entry": lambda q=Independent["n"], i=Index["n"]: Equals(E(D(q[i] ** 2, q[i])), 0),
    "a value for a random array": lambda q=Independent["n"], a=Vector["n"]: Equals(at(E(q[1]), {q: a}), 0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_language_refuses(name):
    with pytest.raises(LanguageError):
        goal(REFUSED[name])


def test_sorts_of_random_arrays():
    assert Independent["m", "d"].rank == 2 and Independent["n"].rank == 1
    for wrong in (lambda: Standardised["n", Positive], lambda: Independent["n", "m", "k"], lambda: Vector["n", "m"]):
        with pytest.raises(LanguageError):
            wrong()


# ---------------------------------------------------------------------- lemmas keep what is random apart
def test_a_lemma_about_fixed_vectors_says_nothing_of_random_ones():
    fixed = registry.claim_of(lambda a=Vector["n"], i=Index["n"]: Equals(E(a[i] ** 2), E(a[i]) ** 2), name="fixed")
    wrong = goal(
        lambda a=Stationary["n"], i=Index["n"]: Equals(E(a[i] ** 2), E(a[i]) ** 2),
        lambda a, i: iter([("by the lemma", E(a[i]) ** 2, using(fixed, times=1))]),
        name="wrong",
    )
    with as_written():
        assert derivation.check(wrong, EFFORT, 0)[0].verdict is not Verdict.PROVED


def test_a_lemma_about_independent_arrays_needs_two_of_them():
    apart = registry.claim_of(
        lambda q=Independent["n"], k=Independent["n"], x=Nonnegative, i=Index["n"]: AtLeast(
            x, x + mean_of(q) * mean_of(k) - E(q[i] * k[i])
        ),
        name="apart",
    )
    with as_written(), pytest.raises(LanguageError):
        gap(apart, n=1)
    wrong = goal(
        lambda q=Independent["n"], i=Index["n"], x=Nonnegative: (
            AtLeast(E(q[i] ** 2), 2 * E(q[i] ** 2) - mean_of(q) ** 2)
        ),
        lambda q, i, x, n: iter([(
            "by the lemma",
            at_least(2 * E(q[i] ** 2) - mean_of(q) ** 2, because=gap(apart, n=n, q=q, k=q, x=x, i=i)),
        )]),
        name="wrong",
    )  # fmt: skip
    with as_written():
        assert derivation.check(wrong, EFFORT, 0)[0].verdict is not Verdict.PROVED


def test_a_dependent_sequence_is_no_independent_array():
    needs = registry.claim_of(
        lambda g=Independent["n"]: Equals(E(whole(g) ** 2), variance(whole(g)) + E(whole(g)) ** 2), name="needs"
    )
    for sort, proved in ((Stationary["n"], False), (Independent["n"], True), (Standardised["n"], True)):
        g = goal(
            lambda g=sort: Equals(E(whole(g) ** 2), variance(whole(g)) + E(whole(g)) ** 2),
            lambda g: iter([("by the lemma", variance(whole(g)) + E(whole(g)) ** 2, using(needs, times=1))]),
            name=f"use_{sort.name}",
        )
        with as_written():
            assert (derivation.check(g, EFFORT, 0)[0].verdict is Verdict.PROVED) is proved


def test_pairs_of_indices_are_all_covered():
    """E[qᵢqⱼ] = E[q]² + δᵢⱼ Var q, for indices equal and not."""
    law = Independent["n"].sample(random.Random(1), {"n": 2})
    with as_written():
        q, i, j = V["q"], V["i"], V["j"]
        solved = expression(normal(Engine(context_of(WORLD.values())), E(q[i] * q[j])))
        for u, v in pairs((1, 2), repeat=2):
            here = Evaluation({"n": 2, "q": law, "i": u, "j": v}, Balls())
            values = [here.value(e) for e in (E(q[i] * q[j]), solved)]
            assert values[0] == values[1]
        assert vector(lambda u: E(V["q"][u]), over=V["q"])[V["i"]] == E(V["q"][V["i"]])

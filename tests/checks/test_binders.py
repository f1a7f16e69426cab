"""Compiled expressions mean what they say: whose index is whose, what is never reached, and what stays exact."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest
import sympy as sp
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from one_point import POINT, A, N, X, Y, a, b, g, i, n, number, t, written, x, y
from trees import built, points, trees, value

from lemmata.checks import program
from lemmata.checks.ball_arithmetic import Balls, precision
from lemmata.checks.compiler import Compiler
from lemmata.checks.evaluate import Evaluation, Undefined, Unsupported
from lemmata.checks.format_balls import FLOAT32, FormatBalls
from lemmata.checks.same_value import Trees
from lemmata.spec.language import (
    D,
    E,
    at,
    by_value,
    ceiling,
    delta,
    floor,
    maximum,
    pi,
    recurrence,
    total,
    vector,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.language.expressions import Application, Bound, Derivative, Entry, Total
from lemmata.spec.softmax import logsumexp

# ---------------------------------------------------------------------- whose index is whose
k1 = Bound("k", 1)


def Sum(body, index=k1, high=n):
    """A sum built by hand, even where the language would choose another index."""
    return Total(body, index, sp.Integer(1), sp.sympify(high))


S, T = sum(A), N * (N + 1) // 2
VALUES = {
    "one index object in two sums beside each other": (lambda: Sum(Entry(a, k1)) * Sum(k1), S * T),
    "one index object in a sum inside its sum": (lambda: Sum(Sum(Entry(a, k1)) * k1), S * T),
    "the outer index after the inner sum": (lambda: Sum(Sum(k1, high=3) + k1), 6 * N + T),
    "the outer index as the limit of the inner": (lambda: Sum(Sum(k1, high=k1)), N * (N + 1) * (N + 2) // 6),
    "three deep": (lambda: Sum(Sum(Sum(k1, high=k1), high=k1), high=4), 1 + 4 + 10 + 20),
    "a definition that hides a sum": (
        lambda: total(lambda k: at(D(logsumexp(a), a[k]), {a: vector(lambda l: x - x, over=a)}), over=a), 1,
    ),
    "one part at both orders of two indices": (
        lambda: total(lambda k: total(lambda l: (a[k] + l**2) ** 2 / (a[l] + k**2) ** 2, over=a), over=(2, 3)),
        sum((A[k - 1] + l**2) ** 2 / (A[l - 1] + k**2) ** 2 for k in (2, 3) for l in range(1, N + 1)),
    ),
    "limits that are computed": (
        lambda: total(lambda k: k, over=(delta(i, 2) + 1, recurrence(1, lambda m, s: m + s, upto=2))), 2 + 3 + 4,
    ),
    "a recurrence by its state and its step": (
        lambda: recurrence(1, lambda m, s: m * m + s, upto=3), ((1 + 1) ** 2 + 2) ** 2 + 3,
    ),
    "a recurrence in a step of a recurrence": (
        lambda: recurrence(1, lambda m, s: recurrence(m, lambda p, q: p + m * q, upto=s), upto=3),
        prod(1 + s * (s + 1) // 2 for s in (1, 2, 3)),
    ),
    "a state that occurs often": (lambda: recurrence(2, lambda m, s: (m + 1) * (m + 1) - (m + 1), upto=3), 43 * 42),
    "a state as an index": (lambda: Entry(a, recurrence(1, lambda m, s: m + s, upto=3)), Fraction(7, 3)),
    "a state compared with an index": (lambda: recurrence(3, lambda m, s: delta(m, s + 2) * 4, upto=3), 0),
    "a derivative inside a sum": (lambda: total(lambda k: D(x**2 * a[k], x), over=a), 2 * X * S),
    "a derivative by an entry inside a sum": (
        lambda: total(lambda k: D(a[k] ** 2 * a[i], a[k]), over=a), 2 * A[1] * (S - A[1]) + 3 * A[1] ** 2,
    ),
    "a derivative inside a derivative": (lambda: D(x * D(x**3, x), x), 9 * X**2),
    "two derivatives that share a part": (lambda: D(x**2 * y, x) * D(x**2 * y**2, x), (2 * X) ** 2 * Y**3),
    "a derivative in every step": (
        lambda: recurrence(x, lambda m, s: D(x**2, x) * m, upto=2), (2 * X) ** 2 * X,
    ),
    "a derivative of a recurrence by its start": (lambda: D(recurrence(x, lambda m, s: m * m, upto=3), x), 8 * X**7),
    "the same part before and after a change": (lambda: x**2 + at(x**2, {x: y}) * x**2, X**2 * (1 + Y**2)),
    "values that exchange": (lambda: at(x - 2 * y, {x: y, y: x}), Y - 2 * X),
    "an array for an array": (lambda: at(Entry(a, i) * Entry(b, i), {a: b}), 16),
    "an expectation inside an expectation": (lambda: E(g[1] * E(g[2] * g[3])), 3 * Fraction(20, 3)),
    "an expectation inside a sum": (lambda: total(lambda k: E(g[k] * g[1]), over=3), Fraction(41 + 20 + 20, 3)),
    "a derivative inside an expectation": (lambda: E(D(g[1] ** 2 * g[2], g[1])), 2 * Fraction(20, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_binders_keep_to_their_own(name):
    make, expected = VALUES[name]
    assert Evaluation(POINT, Balls()).value(written(make)) == number(expected)


def forgets_nothing(run, cell, content):
    run.cells[cell] = content
    run.tables.setdefault(cell, {})


def without_order(compute, home, slot, indices, remembering=program._remembering):
    return remembering(compute, home, slot, tuple(sorted(indices)))


@pytest.mark.parametrize(
    ("what", "mutant", "names"),
    [
        (
            "enter",
            forgets_nothing,
            ["a state that occurs often", "a derivative inside a sum", "an expectation inside a sum"],
        ),
        ("_remembering", without_order, ["one part at both orders of two indices"]),
    ],
)
def test_the_values_notice_what_is_remembered_wrongly(what, mutant, names, monkeypatch):
    monkeypatch.setattr("lemmata.checks.evaluate.compiler_for", lambda stable, random: Compiler(stable, random))
    monkeypatch.setattr(program, what, mutant)
    wrong = [name for name, (make, v) in VALUES.items() if Evaluation(POINT, Balls()).value(written(make)) != number(v)]
    assert {*names} <= {*wrong} < {*VALUES}


def test_a_functional_gets_the_entries_of_its_vector():
    ell = Application(sp.Symbol("ell"), vector(lambda k: a[k] * total(lambda l: k, over=a), over=3))
    found = Evaluation({**POINT, "ell": lambda entries: entries[0] + 10 * entries[2]}, Balls()).value(ell)
    assert found == fmpq(N, 3) + 30 * N


def meaning(tree, point, bound=()):
    """The value of a plain tree, straight from what its words mean."""
    index = lambda name: point[name] if isinstance(name, str) else bound[name]  # noqa: E731
    under = lambda body, k: meaning(body, point, (*bound, k))  # noqa: E731
    over = range(1, point["n"] + 1)
    match tree:
        case ("number", v):
            return Fraction(v)
        case ("free", name):
            return Fraction(point[name])
        case ("entry", array, name):
            return point[array][index(name),]
        case ("delta", one, other):
            return Fraction(index(one) == index(other))
        case ("add", left, right):
            return meaning(left, point, bound) + meaning(right, point, bound)
        case ("mul", left, right):
            return meaning(left, point, bound) * meaning(right, point, bound)
        case ("made", body, name):
            return under(body, index(name))
        case ("recurrence", start, step):
            return meaning(start, point, bound) + sum(s * meaning(step, point, bound) for s in over)
        case (binder, body, _):
            return {"total": sum, "product": prod, "largest": max}[binder]([under(body, k) for k in over])


def agree(tree, letters, point):
    return value(built(tree, letters), point) == meaning(tree, point)


LETTERS = st.lists(st.sampled_from(["k", "i", "n", "x", "a"]), min_size=1, max_size=3)


@settings(max_examples=300, deadline=None)
@given(trees(depth=4), LETTERS, points())
def test_values_are_what_the_words_mean(tree, letters, point):
    assert agree(tree, letters, point)


def test_and_indices_that_share_a_cell_would_be_noticed(monkeypatch):
    monkeypatch.setattr("lemmata.checks.evaluate.compiler_for", lambda stable, random: Compiler(stable, random))
    monkeypatch.setattr(Compiler, "_height", lambda self, e: 1)
    point = {"n": 2, "i": 1, "j": 1, "x": Fraction(0), "y": Fraction(0), "a": {(1,): Fraction(1), (2,): Fraction(5)}}
    inner = ("total", ("add", ("entry", "a", 0), ("entry", "a", 1)), "i")
    assert not agree(("total", ("mul", inner, ("entry", "a", 0)), "i"), ["k"], {**point, "b": point["a"]})


# ---------------------------------------------------------------------- laziness
NOTHING = lambda: total(lambda k: 1 / (b[k] - b[k]), over=a)  # noqa: E731

# Expressions whose undefined part is not reached, with their values; and the same where it is reached.
LAZY = {
    "a form not taken": (lambda c: where_nonnegative(c, x, NOTHING()), 1, -1, Fraction(3, 4)),
    "a form not taken in a loop": (
        lambda c: total(lambda k: where_nonnegative(c * k, k, NOTHING()), over=3), 1, -1, 6,
    ),
    "a form taken at no index": (
        lambda c: total(lambda k: where_nonnegative(k - c, k, 1 / (b[k] - b[k])), over=3), 1, 2, 6,
    ),
    "a choice not made": (lambda c: by_value(c, {1: x, 2: NOTHING()}), 1, 2, Fraction(3, 4)),
    "a weight of zero": (lambda c: xlogy(c - 1, NOTHING()), 1, 2, 0),
    "weights of zero": (lambda c: total(lambda k: xlogy(c - 1, 1 / (b[k] - b[k])), over=a), 1, 2, 0),
    "a sum of nothing": (lambda c: total(lambda k: k * NOTHING(), over=(2, c)), 1, 2, 0),
    "no steps": (lambda c: recurrence(x, lambda m, s: m * NOTHING(), upto=c - 1), 1, 2, Fraction(3, 4)),
    "a value that no branch reads": (lambda c: at(where_nonnegative(c, x, 1 / y), {y: x - x}), 1, -1, Fraction(3, 4)),
    "a slope not taken": (lambda c: where_nonnegative(c, x, D(1 / (x - x), x)), 1, -1, Fraction(3, 4)),
}  # fmt: skip


@pytest.mark.parametrize("numbers", [Balls, Trees])
@pytest.mark.parametrize("name", LAZY)
def test_what_is_not_reached_need_have_no_value(name, numbers):
    make, unreached, reached, expected = LAZY[name]
    c = sp.Symbol("c", integer=True)
    e = written(lambda: make(c))
    assert Evaluation({**POINT, "c": unreached}, numbers()).value(e) == number(expected, numbers)
    with pytest.raises((Undefined, Unsupported) if e.has(Derivative) else Undefined):  # trees have no derivatives
        Evaluation({**POINT, "c": reached}, numbers()).value(e)


def test_an_unreached_node_without_meaning_is_no_fault():
    e = written(lambda: where_nonnegative(x, y, sp.sin(x)))
    assert Evaluation(POINT, Balls()).value(e) == fmpq(-5, 2)
    with pytest.raises(Unsupported, match="no value for sin"):
        Evaluation({**POINT, "x": Fraction(-1)}, Balls()).value(e)


# ---------------------------------------------------------------------- integers stay integers
INTEGERS = {
    "a size": (lambda: n + 2 - t, N - 3),
    "a product": (lambda: -n * t * i, -N * 10),
    "a delta": (lambda: delta(i, 2) + delta(i, 3), 1),
    "a state": (lambda: recurrence(1, lambda m, s: m * s, upto=t), 120),
    "a floor": (lambda: floor(y) + ceiling(y) + floor(n), -5 + N),
    "a choice": (lambda: by_value(i, {2: n, 3: x}), N),
    "a form": (lambda: where_nonnegative(y, x, -t), -5),
    "a larger index": (lambda: at(t * i, {t: n, i: t}), N * 5),
}


@pytest.mark.parametrize("numbers", [Balls(), Trees(), FormatBalls(FLOAT32)], ids=["balls", "trees", "format"])
@pytest.mark.parametrize("name", INTEGERS)
def test_integers_stay_integers(name, numbers):
    make, expected = INTEGERS[name]
    at_point = Evaluation(POINT, numbers)
    assert type(at_point.value(written(make))) is int
    assert at_point.integer(written(make)) == expected


@pytest.mark.parametrize("make", [lambda: n / 7, lambda: n * t / 7, lambda: pi])
def test_what_is_no_integer_is_no_index(make):
    at_point = Evaluation(POINT, Balls())
    assert type(at_point.value(written(make))) in (fmpq, arb)
    with pytest.raises(Unsupported, match="is not an integer"):
        at_point.value(written(lambda: a[make()]))


@pytest.mark.parametrize("make", [lambda: 7 * n / 7, lambda: total(lambda k: k, over=n), lambda: maximum(n, t)])
def test_an_exact_rational_that_is_whole_is_an_integer(make):
    at_point = Evaluation(POINT, Balls())
    assert at_point.integer(written(make)) == at_point.value(written(make))


def test_rationals_stay_exact_at_any_precision():
    e = written(lambda: sp.Rational(1, 3) + x / 7 - y**3)
    with precision(2):
        assert Evaluation(POINT, Balls()).value(e) == number(Fraction(1, 3) + X / 7 - Y**3)


# ---------------------------------------------------------------------- what is missing
@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: D(a[1], a[n + 1]), Undefined, r"a has no entry \(13,\)"),
        (lambda: D(g[1], g[1]), Unsupported, "g is random; take its expectation"),
        (lambda: total(lambda k: a[k + 1], over=a), Undefined, r"a has no entry \(13,\)"),
        (lambda: a[1 / x], Unsupported, "is not an integer"),
        (lambda: recurrence(0, lambda m, s: m, upto=x), Unsupported, "x is not an integer"),
    ],
)
def test_what_is_missing_is_said(make, kind, message):
    with pytest.raises(kind, match=message):
        Evaluation(POINT, Balls()).value(written(make))

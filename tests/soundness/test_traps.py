"""Each trap of SymPy or of a careless prover, stated in our language, and seen in SymPy where that is cheap."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy as sp

from lemmata.checks.prover.derivative import derivative
from lemmata.checks.prover.engine import Engine
from lemmata.checks.prover.extended import may_be_infinite
from lemmata.checks.prover.translate import normal
from lemmata.spec.language import D, delta, exp, log, sqrt, total, xlogy
from lemmata.spec.language import expressions as x

from .generate import binder
from .trial import attempt
from .world import M, N, T, V, context, witness

a, z, p, i, j = V["a"], V["z"], V["p"], V["i"], V["j"]
K = sp.Symbol("k", integer=True)
INDEXED = sp.IndexedBase("z", real=True)


@pytest.fixture(autouse=True)
def _as_written() -> Any:
    with x.as_written():
        yield


def proved(left: Any, right: Any) -> bool:
    return attempt(left, right)[0] == "proved"


def refuted(left: Any, right: Any) -> bool:
    return witness(left, right, random.Random(0), rounds=12)[0] is not None


def logsumexp() -> Any:
    return log(total(lambda k: exp(a[k]), over=a))


def test_the_derivative_of_logsumexp_is_softmax_not_one() -> None:
    weight = exp(a[j]) / total(lambda k: exp(a[k]), over=a)
    assert proved(D(logsumexp(), a[j]), weight)
    assert not proved(D(logsumexp(), a[j]), sp.Integer(1))
    assert refuted(D(logsumexp(), a[j]), sp.Integer(1))


def test_sympy_says_that_the_derivative_of_logsumexp_is_one() -> None:
    with sp.evaluate(True):
        captured = sp.log(sp.Sum(sp.exp(INDEXED[K]), (K, 1, N)))
        assert sp.simplify(sp.diff(captured, INDEXED[K])) == 1


def test_the_derivative_under_a_sum_over_the_same_index_is_not_captured() -> None:
    f = total(lambda k: a[k] ** 2, over=a)
    gradient = total(lambda k: D(f, a[k]), over=a)
    assert proved(gradient, 2 * total(lambda k: a[k], over=a))
    assert derivative(f, a[i]).free_symbols >= {i}


def test_the_derivative_of_logsumexp_is_not_zero() -> None:
    """`MatrixSymbol` and `Function` derivatives come out 0."""
    assert not proved(D(logsumexp(), a[j]), sp.Integer(0))
    assert refuted(D(logsumexp(), a[j]), sp.Integer(0))


def test_substitution_does_not_capture() -> None:
    inner = total(lambda k: a[k] * z[i], over=a)
    moved = total(lambda k: x.substitute(inner, {i: k}), over=a)
    assert proved(moved, total(lambda k: a[k], over=a) * total(lambda l: z[l], over=a))
    assert not proved(moved, N * total(lambda k: a[k] * z[k], over=a))


def test_xreplace_captures() -> None:
    inner = total(lambda k: a[k] * z[i], over=a)
    captured = inner.xreplace({i: inner.index})
    assert captured == total(lambda k: a[k] * z[k], over=a)
    assert x.substitute(inner, {i: inner.index}) != captured


def test_an_empty_range_sums_to_zero_and_a_negative_one_is_refused() -> None:
    empty = x.total(lambda k: sp.Integer(1), over=(5, 4))
    assert proved(empty, sp.Integer(0))
    backwards = x.total(lambda k: sp.Integer(1), over=(5, 2))
    verdict, reason, _ = attempt(backwards, sp.Integer(-2))
    assert (verdict, "length of at least 0" in reason) == ("unproved", True)
    assert refuted(backwards, sp.Integer(-2))


def test_sympy_sums_backwards() -> None:
    with sp.evaluate(True):
        assert sp.Sum(1, (K, 5, 2)).doit() == -2


def test_a_cancelled_division_keeps_its_side_condition() -> None:
    verdict, _, side = attempt(V["x"] / V["x"], sp.Integer(1))
    assert (verdict, len(side)) == ("proved", 1)
    assert "≠ 0" in side[0]
    assert attempt(V["c"] / V["c"], sp.Integer(1)) == ("proved", "", ())


def test_sympy_cancels_before_anybody_looks() -> None:
    with sp.evaluate(True):
        assert V["x"] / V["x"] == 1
    assert V["x"] / V["x"] != 1  # as written


def test_logarithm_and_exponential_cancel_for_reals() -> None:
    assert proved(log(exp(V["x"])), V["x"])
    with sp.evaluate(True):
        assert sp.log(sp.exp(sp.Symbol("u"))) != sp.Symbol("u")


def test_the_logarithm_of_a_square_keeps_the_modulus() -> None:
    assert not proved(exp(log(V["x"] ** 2) / 2), V["x"])
    assert not proved(sqrt(V["x"] ** 2), V["x"])
    assert proved(sqrt(V["c"] ** 2), V["c"])


def test_a_delta_sum_collapses_to_its_value() -> None:
    sifted = total(lambda k: delta(k, i) * exp(a[k]), over=a)
    assert proved(sifted, exp(a[i]))
    normal_form = normal(Engine(context()), sifted)
    assert "delta" not in normal_form.key
    assert "sum" not in normal_form.key


def test_sympy_makes_a_delta_sum_piecewise() -> None:
    with sp.evaluate(True):
        i_, n_ = sp.symbols("i n", integer=True, positive=True)
        assert sp.Sum(sp.KroneckerDelta(K, i_) * INDEXED[K], (K, 1, n_)).doit().has(sp.Piecewise)


@pytest.mark.parametrize("size", [M, T, T + 1], ids=str)
def test_a_delta_over_another_range_does_not_collapse(size: Any) -> None:
    elsewhere = x.total(lambda k: delta(k, i), over=size)
    assert not proved(elsewhere, sp.Integer(1))
    assert refuted(elsewhere, sp.Integer(1))


def test_a_bound_index_is_not_a_size() -> None:
    """`Idx("k", n)` as a bound variable survives `subs(n, 2)`; a range of ours does not."""
    summed = total(lambda k: a[k], over=a)
    small = x.substitute(summed, {N: sp.Integer(2)})
    assert small.high == 2
    assert N not in small.free_symbols - {N} and small.free_symbols <= {*a.free_symbols}
    assert proved(x.total(lambda k: V["h"][k], over=2), V["h"][1] + V["h"][2])


def test_nested_sums_of_different_lengths_exchange_but_do_not_mix() -> None:
    """SymPy flattens nested sums innermost first."""
    f = lambda k, l: V["X"][k, l] * a[k] * V["d"][l]  # noqa: E731
    rows = total(lambda k: total(lambda l: f(k, l), over=M), over=N)
    columns = total(lambda l: total(lambda k: f(k, l), over=N), over=M)
    assert proved(rows, columns)
    counted = total(lambda k: total(lambda l: a[k], over=M), over=N)
    assert proved(counted, M * total(lambda k: a[k], over=N))
    assert not proved(counted, N * total(lambda k: a[k], over=N))


def test_sums_are_equal_up_to_renaming() -> None:
    assert proved(total(lambda k: exp(a[k]), over=a), total(lambda r: exp(a[r]), over=a))
    nested = [
        total(lambda k: total(lambda l: V["S"][k, l] * a[l], over=N), over=N),
        total(lambda l: total(lambda k: V["S"][l, k] * a[k], over=N), over=N),
    ]
    assert proved(*nested)
    assert not proved(nested[0], total(lambda k: total(lambda l: V["S"][l, k] * a[l], over=N), over=N))


def test_shadowed_indices_do_not_share_a_cache() -> None:
    """The same body under two binders of one name, one inside the other, evaluated and normalised apart."""
    body = total(lambda k: a[k] * total(lambda k: z[k], over=N), over=N)
    assert proved(body, total(lambda k: a[k], over=N) * total(lambda k: z[k], over=N))
    assert not refuted(body, total(lambda k: a[k], over=N) * total(lambda k: z[k], over=N))
    assert not proved(body, N * total(lambda k: a[k] * z[k], over=N))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (lambda: D(total(lambda k: V["q"][k] ** 2, over=V["q"]), V["q"][j]), lambda: 2 * V["q"][j]),
        (lambda: D(total(lambda k: V["q"][k], over=V["q"]), V["q"][j]), lambda: sp.Integer(1)),
        (lambda: D(total(lambda k: V["hot"][k] ** 2, over=N), V["hot"][j]), lambda: 2 * V["hot"][j]),
        (lambda: D(V["hot"][i] * V["hot"][j], V["hot"][j]), lambda: V["hot"][i] + delta(i, j) * V["hot"][j]),
        (lambda: D(total(lambda k: V["W"][i, k] ** 2, over=N), V["W"][i, j]), lambda: 2 * V["W"][i, j]),
        (lambda: D(total(lambda k: V["J"][k, j], over=N), V["J"][i, j]), lambda: sp.Integer(1)),
    ],
)
def test_an_entry_of_a_constrained_array_is_varied_freely(left: Any, right: Any) -> None:
    """The derivative is taken before Σp = 1, or y² = y, is used; balls change one entry too, and leave the others."""
    assert proved(left(), right())
    assert not refuted(left(), right())
    assert not proved(left(), right() + 1)


def test_a_one_hot_entry_is_not_multiplied_across_a_maximum() -> None:
    """maxₖ yₖ yⱼ is yⱼ, and not yₖ δₖⱼ at one k."""
    y = V["hot"]
    most = binder(x.Largest, N, lambda k: y[k] * y[j] * p[k], "k")
    assert not refuted(most, y[j] * p[j])
    assert not proved(most, y[j])
    assert not proved(most, y[j] * binder(x.Largest, N, lambda k: p[k], "k"))


def test_a_symmetric_matrix_under_renamed_indices_is_one_form() -> None:
    A, h = V["A"], V["a"]
    one = total(lambda r: total(lambda k: A[r, k] * h[k] * z[r], over=N), over=N)
    other = total(lambda r: total(lambda k: A[r, k] * h[r] * z[k], over=N), over=N)
    assert proved(one, other)
    S = V["S"]
    plain = [x.substitute(e, {A: S}) for e in (one, other)]
    assert not proved(*plain)
    assert refuted(*plain)


def test_a_logarithm_is_finite_only_at_sums_that_contain_the_weight() -> None:
    J = V["J"]
    engine = Engine(context())
    row = lambda r: total(lambda k: J[r, k], over=N)  # noqa: E731
    finite = [xlogy(J[i, j], row(i)), total(lambda r: xlogy(J[r, j], row(r)), over=N), xlogy(J[i, j], J[i, j])]
    infinite = [xlogy(J[i, j], row(j)), total(lambda r: xlogy(J[r, j], row(i)), over=N), xlogy(J[i, j], J[j, i])]
    infinite.append(xlogy(J[i, j], total(lambda k: J[i, k], over=N - 1)))
    for e, expected in [*((e, False) for e in finite), *((e, True) for e in infinite)]:
        found = normal(engine, e)
        assert any(may_be_infinite(engine, a) for m, _ in found.terms for a, _ in m.powers) is expected, e


def nested(kind: Any, f: Any) -> Any:
    return x.bind(kind, lambda k: x.bind(kind, lambda l: f(k, l), N), N)


@pytest.mark.parametrize("kind", [x.Total, x.Product, x.Largest])
def test_an_inner_index_is_not_the_outer_one(kind: Any) -> None:
    one, other = (
        nested(kind, lambda k, l: V["S"][k, l] + 2 * V["S"][k, k]),
        nested(kind, lambda k, l: V["S"][l, l] + 2 * V["S"][k, k]),
    )
    assert refuted(one, other)
    assert not proved(one, other)


def test_an_inner_recurrence_does_not_capture_the_outer_state() -> None:
    nest = lambda f: x.recurrence(1, lambda m, k: x.recurrence(1, lambda q, r: f(m, q), T), T)  # noqa: E731
    one, other = nest(lambda m, q: m + q), nest(lambda m, q: q + q)
    assert refuted(one, other)
    assert not proved(one, other)


def test_a_function_inside_a_function_keeps_its_index() -> None:
    apply = lambda entry: x.Application(sp.Symbol("F"), x.vector(entry, over=N))  # noqa: E731
    nest = lambda f: apply(lambda k: apply(lambda l: f(k, l)))  # noqa: E731
    assert proved(nest(lambda k, l: a[k] + a[l]), nest(lambda r, s: a[s] + a[r]))
    assert not proved(nest(lambda k, l: a[k] + a[l]), nest(lambda k, l: a[l] + a[l]))


def test_a_value_that_is_never_asked_for_may_be_undefined() -> None:
    """The branch 1/b is not taken at b = 0, and 0·log(…) is 0: nothing may be cancelled there."""
    b, w = V["b"], V["w"]
    assert not proved(x.by_value(b, {0: 1, 1: 1 / b}), 2 - b)
    assert not proved(xlogy(w, exp(1 / w)), sp.Integer(1))


@pytest.mark.parametrize("over", [x.Largest, x.Product])
@pytest.mark.parametrize(
    "sign",
    [
        lambda k: V["signs"][k],
        lambda k: x.signum(a[k]),
        lambda k: x.WhereNonnegative(a[k], sp.Integer(1), sp.Integer(-1)),
    ],
)
def test_a_sign_under_an_index_is_not_one_sign_for_all(over: Any, sign: Any) -> None:
    """max and Π over k meet many signs; a factor for each single one of them does not make a zero."""
    nest = lambda f: binder(over, N, f, "k")  # noqa: E731
    f = lambda k: p[k] * total(lambda l: a[l], over=a)  # noqa: E731
    mixed = nest(lambda k: sign(k) * (1 + f(k) ** 2) + f(k))
    wrong = sp.Integer(1)
    for value in (1, -1, 0):
        wrong *= mixed - nest(lambda k, v=value: v * (1 + f(k) ** 2) + f(k))
    assert refuted(wrong, sp.Integer(0))
    assert not proved(wrong, sp.Integer(0))


def test_a_quotient_of_sums_leaves_no_index_behind() -> None:
    """Σₖ pₖ Σ_{l≤k} aₗ / Σₖ pₖ: the outer index bounds the inner one and must stay."""
    mean = total(lambda k: p[k] * total(lambda l: a[l], over=k), over=N) / total(lambda k: p[k], over=N)
    assert not [name for name in normal(Engine(context()), mean).free if name not in V]

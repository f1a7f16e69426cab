"""Substitution never captures: the value of the result is the value of the original at the substituted values."""

from __future__ import annotations

import pytest
import sympy as sp
import trees
from hypothesis import given
from hypothesis import strategies as st
from trees import a, b, built, i, j, n, points, value, x, y

from lemmata.spec.language import D, delta, exp, log, total, vector
from lemmata.spec.language.expressions import Array, Bound, Family, as_written, substitute

letters = st.lists(st.sampled_from(sorted(trees.LETTERS)), min_size=1, max_size=3)


@given(trees.trees(), trees.trees(2), letters, letters, points())
def test_a_variable_by_an_expression(tree, replacement, own, other, point):
    e, r = built(tree, own), built(replacement, other)
    assert value(substitute(e, {x: r}), point) == value(e, {**point, "x": value(r, point)})


@given(trees.trees(), letters, points())
def test_an_index_by_an_index(tree, own, point):
    e = built(tree, own)
    assert value(substitute(e, {i: j}), point) == value(e, {**point, "i": point["j"]})
    assert value(substitute(e, {i: j, j: i}), point) == value(e, {**point, "i": point["j"], "j": point["i"]})


@given(trees.trees(), trees.trees(2, bound=1), letters, letters, points())
def test_an_array_by_a_vector_of_expressions(tree, entry, own, other, point):
    e, made = built(tree, own), built(("made", entry, "i"), other)
    with as_written():
        family = vector(lambda k: substitute(made, {i: k}), over=n)
    entries = {(k,): value(made, {**point, "i": k}) for k in range(1, point["n"] + 1)}
    assert value(substitute(e, {a: family}), point) == value(e, {**point, "a": entries})


@given(trees.trees(), trees.trees(1), trees.trees(1), points())
def test_two_variables_at_once(tree, one, other, point):
    e, r, s = built(tree), built(one), built(other)
    found = value(substitute(e, {x: r, y: s}), point)
    assert found == value(e, {**point, "x": value(r, point), "y": value(s, point)})


@given(trees.trees(), letters, letters, points())
def test_the_letters_of_bound_indices_mean_nothing(tree, own, other, point):
    e = built(tree, own)
    assert built(tree, own) == e
    assert hash(built(tree, own)) == hash(e)
    assert value(built(tree, other), point) == value(e, point)


@given(trees.trees(), letters)
def test_what_is_replaced_by_itself_stays_equal(tree, own):
    e = built(tree, own)
    assert substitute(e, {x: x, a: a, i: i}) == e
    assert substitute(substitute(e, {x: sp.Symbol("z")}), {sp.Symbol("z"): x}) == e


@given(trees.trees(), trees.trees(2), letters, letters)
def test_no_index_is_shadowed(tree, replacement, own, other):
    e = built(tree, own)
    assert not trees.shadowed(e)
    assert not trees.shadowed(substitute(e, {x: built(replacement, other)}))


@given(trees.trees(4), letters, points(), st.integers(1, 3))
def test_a_variable_by_a_bound_index_that_stands_outside_its_sum(tree, own, point, outside):
    e = built(tree, own)
    for index in sorted(e.atoms(Bound), key=str):
        moved = substitute(e, {x: index})
        assert value(moved, point, {index: outside}) == value(e, {**point, "x": outside})


@given(trees.trees(), trees.trees(2), letters, letters)
def test_no_bound_index_escapes(tree, replacement, own, other):
    e = substitute(built(tree, own), {x: built(replacement, other)})
    assert not [s for s in e.free_symbols if isinstance(s, (Bound, sp.Dummy))]
    assert x not in substitute(e, {x: y}).free_symbols


def sums(e):
    return total(lambda k: total(lambda m: a[k] * b[m] * e, over=b), over=a)


def test_levels_tell_nested_indices_of_one_letter_apart():
    with as_written():
        e = total(lambda k: a[k] * total(lambda k: b[k], over=b), over=a)
    point = {"n": 2, "a": {(1,): 2, (2,): 3}, "b": {(1,): 5, (2,): 7}}
    assert value(e, point) == (2 + 3) * (5 + 7)
    assert len({binder.index for binder in e.atoms(sp.Expr) if hasattr(binder, "index")}) == 2


@pytest.mark.parametrize("inner", [False, True])
def test_a_free_index_named_like_a_bound_one_is_not_captured(inner):
    with as_written():
        e = sums(x)
    bound = e.body.index if inner else e.index
    moved = substitute(e, {x: bound})
    assert bound in moved.free_symbols
    assert bound not in substitute(moved, {bound: j}).free_symbols


def test_an_index_in_a_made_vector_is_the_body_at_that_index():
    with as_written():
        z = vector(lambda k: total(lambda l: a[l] * delta(l, k), over=a), over=a)
        assert z[i] == total(lambda l: a[l] * delta(l, i), over=a)
        assert z[j] != z[i]


def test_arrays_are_replaced_with_their_entries_and_their_sums():
    m = sp.Symbol("m", integer=True)
    with as_written():
        e = total(lambda k: exp(a[k]), over=a)
        assert substitute(e, {a: b}) == total(lambda k: exp(b[k]), over=n)
        assert substitute(e, {n: m}) == total(lambda k: exp(Array("a", m)[k]), over=m)
        made = substitute(D(e, a[i]), {a: Array("c", n)})
    assert made == D(e, a[i]).func(*[substitute(p, {a: Array("c", n)}) for p in D(e, a[i]).args])


def test_nothing_is_simplified_before_anybody_has_looked():
    z = sp.Symbol("z", real=True)
    with as_written():
        kept = [z / z, z - z, 0 * z, z**0, log(exp(z)), 2 + sp.Integer(3), sp.Mul(z, 1), exp(z) * exp(-z)]
    assert [e for e in kept if not e.args] == []
    assert [e for e in kept if substitute(e, {x: y}) != e] == []
    with as_written():
        assert substitute(x / x, {x: z}) == z / z
        assert substitute(x / x, {x: sp.Integer(0)}).args


def test_as_written_gives_sympy_back_as_it_was():
    with pytest.raises(ZeroDivisionError), as_written():
        _ = 1 / 0
    assert x / x == 1
    with as_written():
        with as_written():
            pass
        assert (x / x).args


def test_a_family_knows_its_length():
    with as_written():
        family = vector(lambda k: a[k] + x, over=a)
    assert isinstance(family, Family)
    assert family.dims == (n,)
    assert substitute(family, {n: sp.Integer(3)}).dims == (3,)


def test_a_derivative_at_a_point_where_two_variables_coincide():
    with as_written():
        slope = D(x * y, x)  # is y, also at x = y = 3
        z = sp.Symbol("z", real=True)
        both = substitute(slope, {x: z, y: z})
    assert value(both, {"z": 3}) == value(slope, {"x": 3, "y": 3}) == 3

"""How points become calls, and answers become values at the points again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import special

from lemmata.checks.audit.calling import (
    Answers,
    Form,
    arguments,
    arranged,
    ask,
    calls,
    fits,
    in_calls,
    listed,
    read,
    whole,
)
from lemmata.checks.audit.inputs import Batch
from lemmata.checks.audit.process import Replies
from lemmata.checks.audit.reference import screen, shapes
from lemmata.checks.format_balls import FLOAT64

from .in_process import Here
from .input_variants import first, variant

RNG = np.random.default_rng(5)


def made(name: str, count: int, sizes: dict[str, int], dtype: str = "float64", **conventions: Any) -> Batch:
    """Points with entries at random, for routines of real arrays."""
    its = variant(name, **conventions)
    values = {
        p.name: RNG.normal(size=(count, *(sizes[d] for d in p.sort.dims))).astype(dtype)
        for p in its.parameters
        if p.sort.kind != "index"
    }
    return Batch(its, dtype, sizes, {}, values, count)


def outputs(answers: Answers) -> list[np.ndarray]:
    assert answers.outputs is not None
    return answers.outputs


# (routine, conventions, axes before the points' own, function, shape that it gets)
FORMS = [
    ("sigmoid", {}, (), special.expit, ()),
    ("sigmoid", {}, (1,), special.expit, (1,)),
    ("sigmoid", {}, (3,), special.expit, (3,)),
    ("sigmoid", {}, (2, 3), special.expit, (2, 3)),
    ("sigmoid", {}, (2, 1, 3), special.expit, (2, 1, 3)),
    ("softmax", {}, (), lambda x: special.softmax(x, -1), (4,)),
    ("softmax", {}, (3,), lambda x: special.softmax(x, -1), (3, 4)),
    ("softmax", {}, (3, 2), lambda x: special.softmax(x, -1), (3, 2, 4)),
    ("softmax", {"axis": 0}, (), lambda x: special.softmax(x, 0), (4,)),
    ("softmax", {"axis": 0}, (3,), lambda x: special.softmax(x, 0), (4, 3)),
    ("softmax", {"axis": 0}, (3, 2), lambda x: special.softmax(x, 0), (4, 3, 2)),
    ("softmax", {"axis": 1}, (3,), lambda x: special.softmax(x, 1), (3, 4)),
    ("softmax", {"axis": 1}, (3, 2), lambda x: special.softmax(x, 1), (3, 4, 2)),
    ("softmax", {"axis": -2}, (3, 2), lambda x: special.softmax(x, -2), (3, 4, 2)),
    ("softmax", {"axis": -3}, (3, 2), lambda x: special.softmax(x, -3), (4, 3, 2)),
    ("logsumexp", {}, (3, 2), lambda x: special.logsumexp(x, -1), (3, 2, 4)),
    ("logsumexp", {"axis": 0}, (3, 2), lambda x: special.logsumexp(x, 0), (4, 3, 2)),
    ("logsumexp", {"axis": 1}, (3, 2), lambda x: special.logsumexp(x, 1), (3, 4, 2)),
    ("logsumexp", {"axis": "none"}, (), special.logsumexp, (4,)),
]


@pytest.mark.parametrize("name, conventions, lead, function, shape", FORMS)
def test_answers_are_those_at_the_points(name, conventions, lead, function, shape):
    batch = made(name, 12, {} if name == "sigmoid" else {"k": 4}, **conventions)
    form, process = Form("numpy", lead), Here(function)
    assert fits(batch, form)
    answers = ask(process, batch, form, shapes(batch.variant, batch))
    assert process.shapes == [shape]
    (expected,) = screen(batch.variant, batch, FLOAT64)
    np.testing.assert_allclose(outputs(answers)[0], expected.mid.astype(float), rtol=1e-13)
    back = arranged(batch, form, outputs(answers)[0])
    assert back.shape == (12 // form.rows, *np.shape(function(np.zeros(shape))))
    np.testing.assert_array_equal(back[0], function(arguments(batch, form)[0].data[0]))
    assert 5 in answers.rows_of(answers.call_of(5))


WRONG = [  # a function along another axis, or of another shape
    ("softmax", {}, (3,), lambda x: special.softmax(x, 0), ""),
    ("softmax", {"axis": 0}, (3, 2), lambda x: special.softmax(x, -1), ""),
    ("softmax", {"axis": 1}, (3, 2), lambda x: special.softmax(x, 0), ""),
    ("logsumexp", {"axis": 0}, (4,), lambda x: special.logsumexp(x, 1), ""),
    ("logsumexp", {"axis": 0}, (3,), lambda x: special.logsumexp(x, 1), "an array of shape (4,)"),
    ("logsumexp", {}, (3,), special.logsumexp, "an array of shape ()"),
    ("softmax", {}, (3,), lambda x: x.T, "an array of shape (4, 3)"),
    ("softmax", {}, (3,), lambda x: x[None], "an array of shape (1, 3, 4)"),
    ("softmax", {}, (3,), lambda x: (x, x), "2 results of shapes (3, 4), (3, 4)"),
    ("softmax", {}, (3,), lambda x: (x.T,), "1 result of shape (4, 3)"),
]


@pytest.mark.parametrize("name, conventions, lead, function, said", WRONG)
def test_another_axis_or_shape_shows(name, conventions, lead, function, said):
    batch = made(name, 12, {"k": 4}, **conventions)
    answers = ask(Here(function), batch, Form("numpy", lead), shapes(batch.variant, batch))
    assert set(answers.misshapen.values()) == ({said} if said else set())
    (expected,) = screen(batch.variant, batch, FLOAT64)
    same = np.isclose(outputs(answers)[0], expected.mid.astype(float), rtol=1e-6)
    assert not same.all() and (not said or np.isnan(outputs(answers)[0]).all())


@pytest.mark.parametrize(
    "axis, lead, does",
    [(-1, (), True), (0, (), True), (1, (), False), (1, (3,), True), (2, (3,), False), (-2, (3,), True),
     (-2, (), False), (-3, (3,), False), ("none", (), True), ("none", (3,), False)],
)  # fmt: skip
def test_an_axis_exists_or_does_not(axis, lead, does):
    batch = made("logsumexp", 6, {"k": 2}, axis=axis)
    assert fits(batch, Form("numpy", lead)) is does


# (routine, conventions, dtype, name, kind, dtype and axes of one call's)
PASSED = [
    ("cross_entropy", {}, "float32", "logits", "array", "float32", 2),
    ("cross_entropy", {}, "float32", "y", "labels", "int64", 1),
    ("cross_entropy", {"labels": "onehot"}, "float32", "y", "array", "float32", 2),
    ("logistic_loss", {}, "float32", "y", "array", "float32", 1),
    ("logistic_loss", {"labels": "01"}, "float64", "y", "array", "float64", 1),
    ("hinge", {"labels": "args"}, "float64", "neg", "int", "int64", 0),
    ("hinge", {"labels": "args"}, "float64", "pos", "int", "int64", 0),
    ("attention+mask", {}, "float32", "mask", "labels", "bool", 2),
    ("adam", {}, "float32", "lr", "float", "float64", 0),
    ("adam", {}, "float32", "t", "int", "int64", 0),
    ("adam", {}, "float32", "w", "array", "float32", 1),
    ("corr2d", {}, "float64", "stride", "int", "int64", 0),
]


@pytest.mark.parametrize("name, conventions, dtype, argument, kind, passed, axes", PASSED)
def test_arguments_come_as_code_takes_them(name, conventions, dtype, argument, kind, passed, axes):
    for batch in first(name, dtype, 6, **conventions):
        (a,) = [a for a in arguments(batch, Form("numpy")) if a.name == argument]
        if kind == "int" and a.kind == "float":  # two label values that are no integers
            continue
        assert (a.kind, str(a.data.dtype), a.data.ndim - 1, len(a.data)) == (kind, passed, axes, batch.count)


CODES = {
    ("logistic_loss", "pm1"): {-1.0, 1.0},
    ("logistic_loss", "01"): {0.0, 1.0},
    ("cross_entropy", "index"): {0, 1, 2},
    ("cross_entropy", "onehot"): {0.0, 1.0},
}


@pytest.mark.parametrize("name, labels", CODES)
def test_labels_have_their_code(name, labels):
    batch = next(b for b in first(name, "float64", 60, labels=labels) if b.dims.get("k", 3) == 3 and b.count > 20)
    (y,) = [a.data for a in arguments(batch, Form("numpy")) if a.name == "y"]
    assert set(np.unique(y)) == CODES[name, labels]
    if labels == "index":
        assert (np.take_along_axis(batch.values["y"], y[..., None], -1) == 1).all()


def test_two_values_of_ones_own():
    batch = next(b for b in first("hinge", labels="args") if b.count > 4)
    y, neg, pos = (a.data for a in arguments(batch, Form("numpy"))[-3:])
    assert (neg != pos).all()
    assert (np.where(batch.values["y"] > 0, pos[:, None], neg[:, None]) == y).all()


def test_integer_arrays_of_some_arguments():
    batch = made("mse", 4, {"n": 3})
    batch = replace(batch, values={k: np.rint(v) for k, v in batch.values.items()})
    one = arguments(batch, Form("numpy", integers=("target",)))
    assert [str(a.data.dtype) for a in one] == ["float64", "int64"]
    assert (one[1].data == batch.values["target"]).all()
    number = arguments(made("l2_penalty", 2, {"d": 2}), Form("numpy", integers=("lam",)))
    assert [a.kind for a in number] == ["array", "float"]  # numbers stay what they are


@pytest.mark.parametrize(
    "style, kind", [("numpy", "array"), ("torch", "array"), ("lists", "array"), ("numbers", "float")]
)
def test_elements_are_numbers_only_where_numbers_are_passed(style, kind):
    (a,) = arguments(made("sigmoid", 3, {}), Form(style))
    assert (a.kind, a.data.shape) == (kind, (3,))


def test_vectors_of_an_entrywise_routine_may_be_folded():
    batch, form = made("sgd", 3, {"d": 6}), Form("numpy", folded=(2, 3))
    assert fits(batch, form) and not fits(batch, replace(form, folded=(2, 2)))
    process = Here(lambda w, g, lr, wd: w - lr * (g + wd * w))
    answers = ask(process, batch, form, shapes(batch.variant, batch))
    assert process.shapes == [(2, 3), (2, 3), (), ()]
    w, g, lr, wd = (batch.values[k] for k in ("w", "g", "lr", "wd"))
    np.testing.assert_array_equal(outputs(answers)[0], w - lr[:, None] * (g + wd[:, None] * w))
    flat = ask(Here(lambda w, g, lr, wd: (w - lr * (g + wd * w)).ravel()), batch, form, shapes(batch.variant, batch))
    assert set(flat.misshapen.values()) == {"an array of shape (6,)"}


# What comes back


def momentum(w, g, v, lr, beta):
    v = beta * v + g
    return w - lr * v, v


def test_several_results():
    batch = made("momentum", 4, {"d": 3})
    its = shapes(batch.variant, batch)
    assert its == [(3,), (3,)]
    answers = ask(Here(momentum), batch, Form("numpy"), its)
    for got, expected in zip(outputs(answers), screen(batch.variant, batch, FLOAT64), strict=True):
        np.testing.assert_allclose(got, expected.mid.astype(float), rtol=1e-12)
    swapped = ask(Here(lambda *a: momentum(*a)[::-1]), batch, Form("numpy"), its)
    np.testing.assert_array_equal(outputs(swapped)[0], outputs(answers)[1])
    only = ask(Here(lambda *a: momentum(*a)[0]), batch, Form("numpy"), its)
    assert set(only.misshapen.values()) == {"an array of shape (3,)"}
    stacked = ask(Here(lambda *a: np.stack(momentum(*a))), batch, Form("numpy"), its)
    assert set(stacked.misshapen.values()) == {"an array of shape (2, 3)"}


def test_a_list_of_its_rows_is_a_matrix():
    batch = made("softmax_jacobian", 2, {"k": 3})

    def jacobian(x):
        s = special.softmax(x)
        return np.diag(s) - np.outer(s, s)

    (expected,) = screen(batch.variant, batch, FLOAT64)
    for function in (jacobian, lambda x: tuple(jacobian(x))):
        answers = ask(Here(function), batch, Form("numpy"), [(3, 3)])
        np.testing.assert_allclose(outputs(answers)[0], expected.mid.astype(float), rtol=1e-12, atol=1e-16)
    short = ask(Here(lambda x: tuple(jacobian(x)[:2])), batch, Form("numpy"), [(3, 3)])
    assert set(short.misshapen.values()) == {"2 results of shapes (3,), (3,)"}


def test_a_call_that_fails_spoils_no_other():
    batch = made("sigmoid", 6, {})
    batch.values["x"][3] = 100.0

    def fussy(x):
        if (x > 50).any():
            raise ValueError("too large")
        return special.expit(x)

    answers = ask(Here(fussy), batch, Form("numpy", (2,)), [()])
    assert dict(answers.replies.errors) == {1: "ValueError: too large"}
    assert np.isnan(outputs(answers)[0]).tolist() == [False, False, True, True, False, False]
    np.testing.assert_array_equal(outputs(answers)[0][4:], special.expit(batch.values["x"][4:]))


def test_results_of_one_shape_may_mix_formats():
    batch = made("sigmoid", 4, {})
    answers = ask(Here(lambda x: x.astype(np.float32) if x[0] > 0 else x), batch, Form("numpy", (1,)), [()])
    np.testing.assert_allclose(outputs(answers)[0], batch.values["x"], rtol=1e-7)


def test_calls_that_were_not_made_are_open():
    batch = made("sigmoid", 6, {})
    replies = Replies([np.arange(4.0).reshape(2, 2)], done=2)
    answers = read(batch, Form("numpy", (2,)), [()], replies)
    np.testing.assert_array_equal(outputs(answers)[0], [0, 1, 2, 3, np.nan, np.nan])


def test_pairs_keep_their_last_axis():
    """A wide result is two numbers, wherever the convention's axis is."""
    batch = made("softmax", 6, {"k": 4}, axis=0)
    values = RNG.normal(size=(2, 4, 3, 2))  # two calls, four along axis 0, three points, pairs
    answers = read(batch, Form("numpy", (3,)), [(4,)], Replies([values], pairs=True, done=2))
    np.testing.assert_array_equal(outputs(answers)[0].reshape(2, 3, 4, 2), np.moveaxis(values, 1, 2))
    odd = Replies(rows=[[values[0]], [values[1][:3]]], pairs=True, done=2)
    answers = read(batch, Form("numpy", (3,)), [(4,)], odd)
    assert dict(answers.misshapen) == {1: "an array of shape (3, 3)"}
    np.testing.assert_array_equal(outputs(answers)[0][:3], np.moveaxis(values[0], 0, 1))


def test_points_that_fill_no_call_are_left_out():
    batch = made("sigmoid", 7, {})
    assert [whole(batch, Form("numpy", lead)).count for lead in ((), (2,), (2, 3), (8,))] == [7, 6, 6, 0]
    made_calls = calls(whole(batch, Form("numpy", (2,))), Form("numpy", (2,), "fortran"), wide=True)
    assert (made_calls.count, made_calls.layout, made_calls.wide) == (3, "fortran", True)


def test_only_mapped_routines_have_leading_axes():
    assert in_calls(made("sigmoid", 2, {}), Form("numpy", (3,)), (5,)).lead == (5,)
    assert in_calls(made("mse", 2, {"n": 2}), Form("numpy"), (5,)).lead == ()
    assert listed([(2, 3)]) == "1 result of shape (2, 3)"

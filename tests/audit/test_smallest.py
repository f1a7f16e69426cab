"""Calls of several points, made small under planted conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lemmata.checks.audit.calling import Form, fits
from lemmata.checks.audit.inputs import Batch, complexity
from lemmata.checks.audit.smallest import fewer_points, smallest

from .input_variants import variant

Condition = Callable[[np.ndarray, Form], Any]  # of the points of one call, (points, …)
RNG = np.random.default_rng(11)


def mapped(name: str, rows: Any, **conventions: Any) -> Batch:
    its, x = variant(name, **conventions), np.array(rows, float)
    return Batch(its, "float64", {"k": x.shape[1]} if x.ndim > 1 else {}, {}, {"x": x}, len(x))


class Fails:
    """A condition on calls as the engine asks for it. asked: how many calls were tried."""

    def __init__(self, condition: Condition) -> None:
        self.condition, self.asked = condition, 0

    def __call__(self, batch: Batch, form: Form) -> np.ndarray:
        assert fits(batch, form) and batch.count % form.rows == 0
        x = batch.values["x"].reshape(-1, form.rows, *batch.values["x"].shape[1:])
        self.asked += len(x)
        return np.array([self.condition(call, form) for call in x])


def tops(call: np.ndarray) -> np.ndarray:
    return call.reshape(len(call), -1).max(axis=1)


def both(call: np.ndarray, form: Form) -> bool:
    return bool((tops(call) > 5).any() and (tops(call) < -5).any())


ROWS = RNG.normal(size=(8, 4)).round(3)
LARGE, MIXED = ROWS.copy(), ROWS.copy()
LARGE[5, 2] = 1234.5678
MIXED[1], MIXED[6] = 77.7, -88.8
NUMBERS = np.array([0.3, -1.7, 12.25, -3.5, 88.8, 0.1])

# (routine, conventions, points, axes, when it fails, points and axes in the end)
CALLS: list[Any] = [
    ("softmax", {}, LARGE, (8,), lambda c, f: (c > 5).any(), [[6]], ()),
    ("softmax", {}, LARGE, (2, 4), lambda c, f: (c > 5).any(), [[6]], ()),
    ("softmax", {}, LARGE[5:6], (1,), lambda c, f: (c > 5).any() and len(f.lead) == 1, [[6]], (1,)),
    ("softmax", {}, LARGE[5:6], (), lambda c, f: (c > 5).any(), [[6]], ()),
    ("sigmoid", {}, NUMBERS, (2, 3), lambda c, f: (c < -3).any(), [-4], (1,)),
    ("sigmoid", {}, NUMBERS, (6,), lambda c, f: f.lead == () or (c < -3).any(), [-4], (1,)),
    ("sigmoid", {}, NUMBERS, (6,), lambda c, f: (c < -3).any() and len(c) > 1, [0, -4], (2,)),
    ("softmax", {}, MIXED, (8,), both, [[6], [-6]], (2,)),
    ("softmax", {}, MIXED, (4, 2), both, [[6], [-6]], (2,)),
    ("logsumexp", {"axis": 0}, MIXED, (8,), both, [[6], [-6]], (2,)),
    ("softmax", {}, ROWS, (8,), lambda c, f: len(c) >= 3, [[0], [0], [0]], (3,)),
    ("softmax", {}, ROWS, (8,), lambda c, f: len(c) >= 2 and c.shape[1] >= 3, [[0, 0, 0], [0, 0, 0]], (2,)),
    ("softmax", {}, ROWS, (2, 4), lambda c, f: len(f.lead) == 2, np.zeros((8, 1)), (2, 4)),
    ("softmax", {}, ROWS, (8,), lambda c, f: True, [[0]], ()),
    ("logsumexp", {"axis": "none"}, LARGE[5:6], (), lambda c, f: (c > 5).any(), [[6]], ()),
    ("softmax", {"axis": 1}, LARGE, (8,), lambda c, f: (c > 5).any(), [[6]], (1,)),
]


@pytest.mark.parametrize("name, conventions, points, lead, condition, expected, axes", CALLS)
def test_a_call_shrinks_to_what_matters(name, conventions, points, lead, condition, expected, axes):
    one, fails = mapped(name, points, **conventions), Fails(condition)
    small, form = smallest(one, Form("numpy", lead), fails, 60.0)
    assert form.lead == axes
    got = small.values["x"].tolist()
    assert sorted(got) == sorted(np.array(expected, float).tolist())
    assert condition(small.values["x"], form) and small.count == form.rows
    assert fails.asked < 20_000


@pytest.mark.parametrize("lead", [(8,), (2, 4), (1,)])
def test_what_fails_as_it_is_only_stays_as_it_is(lead):
    points = MIXED[: np.prod(lead)]
    one = mapped("softmax", points)
    small, form = smallest(
        one, Form("numpy", lead), Fails(lambda c, f: np.array_equal(c, points) and f.lead == lead), 60.0
    )
    assert form.lead == lead
    np.testing.assert_array_equal(small.values["x"], points)


def test_points_are_left_out_before_any_is_changed():
    one = mapped("softmax", MIXED)
    fewer, form = fewer_points(one, Form("numpy", (8,)), Fails(both))
    np.testing.assert_array_equal(fewer.values["x"], MIXED[[1, 6]])
    assert form.lead == (2,)
    single, form = fewer_points(one, Form("numpy", (8,), "fortran"), Fails(lambda c, f: (c > 5).any()))
    np.testing.assert_array_equal(single.values["x"], MIXED[[1]])
    assert (form.lead, form.layout) == ((), "fortran")


def test_numbers_have_no_axes():
    small, form = smallest(mapped("sigmoid", NUMBERS[[3]]), Form("numbers"), Fails(lambda c, f: (c < -3).any()), 60.0)
    assert (form.lead, small.values["x"].tolist()) == ((), [-4])


def test_nothing_is_tried_when_the_time_is_up():
    fails = Fails(lambda c, f: (c > 5).any())
    small, _ = smallest(mapped("softmax", LARGE), Form("numpy", (8,)), fails, -1.0)
    np.testing.assert_array_equal(small.values["x"], LARGE[[5]])  # points are few at once
    assert fails.asked <= 8


def test_each_step_is_simpler_and_fails():
    """Whatever the candidates, what is kept has failed."""
    kept = []

    def condition(call, form):
        held = abs(call.sum() - call.max()) > 2.5
        if held:
            kept.append(call.copy())
        return held

    one = mapped("softmax", RNG.normal(size=(4, 5)) * 10)
    small, form = smallest(one, Form("numpy", (4,)), Fails(condition), 60.0)
    assert any(np.array_equal(small.values["x"], k) for k in kept)
    assert (small.count, form.rows) == (1, 1)
    assert complexity(small) < min(complexity(one.take([i])) for i in range(4))

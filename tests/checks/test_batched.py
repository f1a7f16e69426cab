"""Balls of many points at once against those of one: midpoints are the values, radii are nearly the budgets."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import islice

import numpy as np
import pytest
from flint import arb

from lemmata.checks.arithmetic import Unsupported
from lemmata.checks.audit.formats import FORMATS
from lemmata.checks.audit.inputs import Batch, batches
from lemmata.checks.audit.reference import Point, Truth, screen, shapes
from lemmata.checks.ball_arithmetic import precision
from lemmata.checks.batched import Ball, Batched, Exact, wide
from lemmata.checks.evaluate import Evaluation
from lemmata.checks.format_balls import FLOAT16, FLOAT32, FLOAT64, FormatBalls
from lemmata.spec.language import Real, Sign, by_value, exp, log, where_nonnegative, xlogy
from lemmata.spec.language.claims import Definition
from lemmata.spec.language.routines import NAMES, find

K = Batched(FLOAT64)
MID = 2.0**-8  # of the radius a midpoint may be off the value
ROOM = 16  # smallest normal numbers: what is exactly 0 for one of the two may have been rounded for the other


# All routines, at points of the audit's own


@cache
def points(name: str, dtype: str) -> tuple[Batch, ...]:
    """Three points of each of a few small batches, of which the first are corner cases."""
    made = islice(batches(find(name).variant(), dtype, np.random.default_rng(7)), 0, 16, 4)
    small = [b for b in made if sum(v[0].size for v in b.values.values()) <= 30]
    return tuple(b.take(np.unique(np.linspace(0, b.count - 1, 3).astype(int))) for b in small)


@cache
def truths(name: str, dtype: str) -> tuple[tuple[Truth, ...], ...]:
    return tuple(tuple(_truths(b, dtype)) for b in points(name, dtype))


def _places(batch: Batch) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    for row in range(batch.count):
        for output, shape in enumerate(shapes(batch.variant, batch)):
            for index in islice(np.ndindex(shape), 6):
                yield row, output, index


def _truths(batch: Batch, dtype: str) -> Iterator[Truth]:
    exactly = [Point(batch.variant, batch.point(i), FORMATS[dtype]) for i in range(batch.count)]
    for row, output, index in _places(batch):
        yield exactly[row].truth(output, index)


def _apart(mid: np.longdouble, value: arb) -> float:
    """|midpoint − value|, exactly."""
    high = float(mid)
    with precision(400):
        return float(abs(arb(high) + arb(float(mid - np.asarray(high, np.asarray(mid).dtype))) - value).abs_upper())


def compared(name: str, dtype: str) -> Iterator[tuple[str, str]]:
    """(what the two say of one entry of a result, the entry)."""
    fmt = FORMATS[dtype]
    for batch, exact in zip(points(name, dtype), truths(name, dtype), strict=True):
        screens = screen(batch.variant, batch, fmt)
        for (row, output, index), truth in zip(_places(batch), exact, strict=True):
            mid, rad = (a[(row, *index)] for a in (screens[output].mid, screens[output].rad))
            yield _said(truth, mid, float(rad), fmt), f"{batch.plain(row)} {index}: {mid} ± {rad}, {truth}"


def _said(truth: Truth, mid: np.longdouble, rad: float, fmt) -> str:
    if not truth.known:
        return "no value" if not (np.isfinite(mid) and np.isfinite(rad)) else "a value where there is none"
    if truth.infinite:  # NaN: nothing was seen, so it is settled exactly
        return "infinite" if np.isnan(mid) or float(mid) == float(truth.low) else "another than an infinite value"
    if math.isfinite(rad) and not _apart(mid, truth.low) <= MID * rad:
        return "off its value"
    if not (math.isfinite(rad) and math.isfinite(truth.budget)):
        bounded = {(True, False): "only many bounded", (False, True): "only one bounded"}
        return bounded.get((math.isfinite(rad), math.isfinite(truth.budget)), "both unbounded")
    ratio = (rad + ROOM * fmt.eta) / (truth.budget + ROOM * fmt.eta)
    if 0.99 <= ratio <= 1.01:
        return "alike"
    if truth.budget > 2.0**-4:  # where an exponential's argument is open by so much, first order tells no more
        return "both wide"
    return "within a factor" if 0.2 <= ratio <= 2 else "another radius"


# of the entries, the shares of which one alone is unbounded:
# a divisor's wide ball is around its value in one, and around the middle of what it may be in the other;
# and the format's largest number, whose size Arb rounds up
UNLIKE = {"float64": 0.005, "float32": 0.01, "float16": 0.03}
HARMLESS = ("alike", "within a factor", "both wide", "both unbounded", "no value", "infinite")


@pytest.mark.parametrize("dtype", UNLIKE)
def test_many_points_are_as_one(dtype):
    every = [entry for name in NAMES for entry in compared(name, dtype)]
    counted = Counter(said for said, _ in every)
    alone = ("only one bounded", "only many bounded")
    assert [(said, which) for said, which in every if said not in HARMLESS + alone] == []
    for said in alone:
        assert counted[said] <= UNLIKE[dtype] * len(every), counted
    assert counted["both unbounded"] <= 0.2 * len(every), counted
    assert counted["alike"] > 0.5 * len(every), counted  # the others add exact zeros, which costs nothing for many
    assert counted["both wide"] <= 0.06 * len(every), counted
    assert counted["infinite"] >= 3, counted


def _rounding(factor):
    def rounded(self, mid, rad, given=False):
        made = true(self, mid, rad, given)
        return Ball(mid, np.where(np.isfinite(made.rad), rad + factor * (made.rad - rad), made.rad))

    true = Batched._rounded
    return rounded


def _narrow(self, a, b):
    made = true_mul(self, a, b)
    return Ball(made.mid.astype(np.float64).astype(made.mid.dtype), made.rad)


true_mul, true_larger = Batched.mul, Batched._larger


def _smaller(self, a, b):
    return self.neg(true_larger(self, self.neg(a), self.neg(b)))


def _loose(self, value):
    return value if isinstance(value, int) else K.exact_array(np.asarray(getattr(value, "values", value)))


# what is spoilt, how, where it is noticed, and by what; "": hardly a radius is as that of one point any more
PLANTED = [
    ("_rounded", _rounding(1 / 8), "sigmoid", "float64", ""),
    ("_rounded", _rounding(1 / 8), "corr2d", "float32", ""),
    ("_rounded", _rounding(1.1), "kl", "float64", ""),
    ("_rounded", _rounding(8), "adam", "float64", "another radius"),
    ("_rounded", _rounding(1 / 8), "softmax", "float32", "another radius"),
    ("variable", _loose, "logistic_loss", "float64", ""),
    ("mul", _narrow, "kl", "float64", "off its value"),
    ("_larger", _smaller, "relu", "float64", "off its value"),
    ("_larger", _smaller, "softmax", "float64", "only one bounded"),
    ("is_nonnegative", lambda self, a: True, "log_sigmoid", "float64", "only one bounded"),
    ("xlogy", lambda self, a, b: self.mul(a, self.function("log", b)), "entropy", "float64", "only one bounded"),
]


@pytest.mark.parametrize("method, fault, name, dtype, said", PLANTED)
def test_what_is_spoilt_is_noticed(method, fault, name, dtype, said, monkeypatch):
    before = Counter(s for s, _ in compared(name, dtype))
    monkeypatch.setattr(Batched, method, fault)
    after = Counter(s for s, _ in compared(name, dtype))
    assert (after[said] > 0 == before[said]) if said else after["alike"] < 0.7 * before["alike"], (before, after)


# Single operations


def test_midpoints_are_wider_than_the_format():
    assert [wide(f) for f in (FLOAT64, FLOAT32, FLOAT16)] == [np.longdouble, np.float64, np.float64]
    assert np.finfo(np.longdouble).nmant >= FLOAT64.bits + 10


def column(*values: float) -> Ball:
    return K.variable(np.array(values))


EDGES = [0.0, -0.0, 5e-324, 1.0, -1.0, 1e-9, 88.7, -745.0, 1e154, -1e200, 1.7e308, -np.inf]
FUNCTIONS = "Abs signum sqrt exp expm1 log log1p tanh cos".split()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_at_their_edges(name):
    """One element of many is as one number of its own; a bounded radius covers the other one's value."""
    fmt, one = FORMATS["float64"], FormatBalls(FORMATS["float64"])
    with_room = Batched(fmt)
    many = with_room.function(name, with_room.variable(np.array(EDGES)))
    bounded = 0
    for value, mid, rad in zip(EDGES, many.mid, np.broadcast_to(many.rad, len(EDGES)), strict=True):
        with precision(128):
            given = one.variable(Fraction(value) if np.isfinite(value) else arb("-inf"))
            expected = arb(one.function(name, given))
        if np.isfinite(rad) and np.isfinite(mid) and expected.is_finite() and given.is_finite():
            bounded += 1
            assert arb(float(mid), 1.01 * rad + fmt.eta).contains(arb(expected.mid())), value
            if name != "cos":  # for which the slope is taken as 1
                assert rad <= 2 * float(expected.rad()) + ROOM * fmt.eta, value
    assert bounded >= 4


def test_minus_infinity_is_exact():
    low = column(-np.inf, -np.inf, 1.0)
    up = K.function("exp", low)
    assert (up.mid[:2].tolist(), up.rad[:2].tolist()) == ([0, 0], [0, 0])
    assert K.add([low, column(1.0, -5.0, 2.0)]).rad[:2].tolist() == [0, 0]
    top = K.largest([low, column(3.0, -np.inf, 0.5)])
    assert (top.mid.tolist(), top.rad[:2].tolist()) == ([3, -np.inf, 1], [3 * FLOAT64.u, 0])
    assert np.isnan(K.add([low, K.neg(low)]).mid[0])
    assert not np.isfinite(K.mul(low, column(2.0, 2.0, 2.0)).rad[:2]).any()


def test_integers_are_exact_and_free():
    x = column(0.1, -3.0)
    assert K.add([2, 3, -1]) == 4 and isinstance(K.add([2, 3]), int)
    assert K.add([0, x, 0]) is x and K.power(x, 1) is x
    assert (K.variable(7), K.neg(7), K.largest([2, 5, 3])) == (7, -7, 5)
    assert (K.is_zero(0), K.is_nonnegative(-1), K.is_nonnegative(0)) == (True, False, True)
    assert K.add([x, 1]).rad.tolist() == pytest.approx([0.1 * K.u + 1.1 * K.u, 3 * K.u + 2 * K.u])
    assert K.power(x, 0).mid.tolist() == [1, 1]
    zero = K.variable(Exact(np.array([0.0, 0.0])))
    assert K.add([x, zero]).rad.tolist() == x.rad.tolist() and K.is_zero(zero) and not K.is_zero(x)


def test_given_numbers_widen_and_labels_do_not():
    assert column(3.0, -(2.0**-1000)).rad.tolist() == [3 * K.u, 2.0**-1000 * K.u]
    assert Batched(FLOAT16).variable(np.array([65504.0, 65505.0])).rad[1] == np.inf
    assert K.variable(Exact(np.array([1.0, 0.0]))).rad.tolist() == [0, 0]
    assert (K.exact(Fraction(1, 4)).rad, K.exact(Fraction(1, 3)).rad) == (0, pytest.approx(K.u / 3))


@pytest.mark.parametrize(
    "made, bounded",
    [
        (lambda: K.div(1, column(0.0, 5.0)), [False, True]),
        (lambda: K.div(1, K.add([column(1.0, 1.0), column(-1.0, 1.0)])), [False, True]),
        (lambda: K.function("log", K.add([column(1.0, 1.0), column(-1.0, 1.0)])), [False, True]),
        (lambda: K.function("exp", column(710.0, 700.0)), [False, True]),
        (lambda: K.mul(column(1e200, 1e100), column(1e200, 1e100)), [False, True]),
        (lambda: K.power(column(1e200, 1e100), 2), [False, True]),
        (lambda: K.function("sqrt", column(-1.0, 0.0)), [False, True]),
        (lambda: K.function("log1p", column(-1.0, -0.5)), [False, True]),
        (lambda: K.largest([K.div(1, column(0.0, 1.0)), column(2.0, 2.0)]), [False, True]),
        (lambda: K.xlogy(column(0.0, 1.0), column(0.0, 0.0)), [True, False]),
    ],
)
def test_what_is_unbounded_is_so_where_it_is(made, bounded):
    assert np.isfinite(made().rad).tolist() == bounded


def test_a_root_uses_what_is_not_negative():
    x = K.add([column(1.0, 4.0), column(-1.0, 5.0)])
    root = K.function("sqrt", x)
    assert root.rad[0] == pytest.approx(math.sqrt(2 * K.u), rel=1e-6)
    assert root.rad[1] == pytest.approx(18 * K.u / 6 + 3 * K.u, rel=1e-6)  # 4 + 5 ± 18 u


def test_at_a_tie_a_maximum_is_as_open_as_both():
    a, b = Ball(np.array([1.0, 1.0, 1.0]), np.array([0.1, 0.5, 0.1])), Ball(np.array([1.0, 0.8, -9.0]), np.full(3, 0.2))
    assert K.largest([a, b]).rad.tolist() == pytest.approx([0.2, 0.5, 0.1])
    assert K.largest([b, a]).rad.tolist() == pytest.approx([0.2, 0.5, 0.1])
    wider = K.largest([Ball(np.array([1.0]), np.array([0.1])), Ball(np.array([0.9]), np.array([0.5]))])
    assert wider.rad.tolist() == pytest.approx([0.4])  # up to 1.4


@pytest.mark.parametrize("made", [lambda: K.floor(column(1.5)), lambda: K.function("sin", column(1.0))])
def test_what_there_is_not_is_said(made):
    with pytest.raises(Unsupported):
        made()


# Branches, element by element


def branching(x=Real):
    """Logarithm of 1 + |x|, by the sign."""
    return where_nonnegative(x, log(1 + x), log(1 - x))


def labelled(y=Sign, x=Real):
    """Another formula for each label."""
    return by_value(y, {1: 2 * x, -1: exp(x)})


def at_kinks(x=Real):
    """Kinks at 0 and 1, and a weight that is 0 where the logarithm has no value."""
    positive = where_nonnegative(x, x, 0)
    return where_nonnegative(x, x, -x) - where_nonnegative(1 - x, 1 - x, 0) + xlogy(positive, positive)


@pytest.mark.parametrize(
    "function, given, expected",
    [
        (branching, {"x": [0.0, -0.0, 1.0, -1.0, -np.e + 1]}, [0, 0, math.log(2), math.log(2), 1]),
        (branching, {"x": [-1.0, -3.0]}, [math.log(2), math.log(4)]),
        (branching, {"x": [1.0, 3.0]}, [math.log(2), math.log(4)]),
        (labelled, {"y": [1.0, -1.0, -1.0], "x": [3.0, 0.0, 3.0]}, [6, 1, math.exp(3)]),
        (labelled, {"y": [1.0, 1.0], "x": [3.0, 400.0]}, [6, 800]),
        (labelled, {"y": [-1.0, -1.0], "x": [3.0, 1.0]}, [math.exp(3), math.e]),
        (at_kinks, {"x": [0.0, 2.0, -3.0, 1.0]}, [-1, 2 + 2 * math.log(2), -1, 1]),
    ],
)
def test_each_point_takes_its_own_branch(function, given, expected):
    arrays = {k: np.array(v) for k, v in given.items()}
    env = {k: Exact(v) if k == "y" else v for k, v in arrays.items()}
    definition = Definition(function, notation="")
    found = Evaluation(env, K).value(definition.body)
    assert found.mid.astype(float).tolist() == pytest.approx(expected, rel=1e-15)
    for i, value in enumerate(expected):
        alone = {k: int(v[i]) if k == "y" else Fraction(v[i]) for k, v in arrays.items()}
        ball = arb(Evaluation(alone, FormatBalls(FLOAT64)).value(definition.body))
        assert float(ball.mid()) == pytest.approx(value, rel=1e-15)
        rad, its = np.broadcast_to(found.rad, len(expected))[i], float(ball.rad())
        assert rad <= 1.5 * its + 1e-300 and (its <= 3 * rad or not arrays["x"][i])

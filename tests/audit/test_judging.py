"""What counts as a failure, and what does not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from flint import arb
from scipy import special

from lemmata.checks.audit.calling import Form, ask
from lemmata.checks.audit.formats import FORMATS
from lemmata.checks.audit.inputs import Batch
from lemmata.checks.audit.judging import Judged, Suspect, Tally, failure, limit, ulps
from lemmata.checks.audit.reference import UNKNOWN, Truth, screen, shapes

from .in_process import Here
from .input_variants import variant

NAN, INF = math.nan, math.inf


def truth(low: float, budget: float, high: float | None = None) -> Truth:
    return Truth(arb(low), arb(low if high is None else high), budget)


B = 2.0**-52
# (format, truth, result, kind of failure or "", error in budgets)
ONE = [
    ("float64", truth(1, B), 1.0, "", 0),
    ("float64", truth(1, B), 1 + B, "", 1),
    ("float64", truth(1, B), 1 + 2**21 * B, "", 2**21),  # the limit is 2^21.2
    ("float64", truth(1, B), 1 + 2**22 * B, "value", 2**22),
    ("float64", truth(1, B), 1 - 2**22 * B, "value", 2**22),
    ("float64", truth(1, B), -1.0, "value", 2.0**53),
    ("float32", truth(1, 2.0**-24), 1 + 2.0**-15, "", 2**9),  # the limit is 2^9.6
    ("float32", truth(1, 2.0**-24), 1 + 2.0**-14, "value", 2**10),
    ("float16", truth(1, 2.0**-11), 1 + 2.0**-7, "", 2**4),  # the limit is 2^4.4
    ("float16", truth(1, 2.0**-11), 1 + 2.0**-6, "value", 2**5),
    ("float64", truth(1, B), NAN, "nonfinite", INF),
    ("float64", truth(1, B), INF, "nonfinite", INF),
    ("float64", truth(1e308, 1e300), INF, "nonfinite", INF),
    ("float64", truth(0, 0.0), 0.0, "", 0),
    ("float64", truth(0, 0.0), -0.0, "", 0),
    ("float64", truth(0, 0.0), 5e-324, "value", INF),
    ("float64", truth(INF, INF), INF, "", 0),
    ("float64", truth(INF, INF), -INF, "nonfinite", INF),
    ("float64", truth(INF, INF), 1.7e308, "nonfinite", INF),
    ("float64", truth(INF, INF), NAN, "nonfinite", INF),
    ("float64", truth(-INF, INF), -INF, "", 0),
    ("float64", truth(-INF, INF), NAN, "nonfinite", INF),
    ("float64", truth(1, INF), -7.0, "", 0),  # an unbounded budget decides nothing
    ("float64", truth(1, INF), NAN, "", 0),
    ("float64", truth(1, INF), INF, "", 0),
    ("float64", UNKNOWN, 3.0, "", 0),
    ("float64", UNKNOWN, NAN, "", 0),
    ("float64", truth(0, B, 1), 0.5, "", 0),  # all between the slopes of two sides
    ("float64", truth(0, B, 1), 0.0, "", 0),
    ("float64", truth(0, B, 1), 1.0, "", 0),
    ("float64", truth(0, B, 1), 1.5, "value", 2.0**51),
    ("float64", truth(0, B, 1), -1e-6, "value", 1e-6 / B),
    ("float64", truth(0, B, 1), NAN, "nonfinite", INF),
]


@pytest.mark.parametrize("name, expected, got, kind, units", ONE)
def test_one_number_against_the_truth(name, expected, got, kind, units):
    fmt = FORMATS[name]
    found = failure(Suspect(3, "value", 0.0, 1, (2,)), expected, got, fmt)
    assert (found.kind if found else "") == kind
    if found:
        assert (found.row, found.output, found.index, found.got) == (3, 1, (2,), repr(got))
        assert found.units == pytest.approx(units, rel=1e-6)
        assert found.units > limit(fmt)
    elif units:
        assert expected.error(got) / expected.budget == pytest.approx(units, rel=1e-6)


def test_errors_of_pairs_are_those_of_their_sum():
    third = Truth(arb(1) / 3, arb(1) / 3, B)
    high = 1 / 3
    assert third.error(high) == pytest.approx(2.0**-54 / 3, rel=1e-3)
    assert third.error((high, 2.0**-54 / 3)) < 1e-30
    assert third.error((INF, 0.0)) == INF


@pytest.mark.parametrize(
    "error, value, name, expected",
    [(2.0**-52, 1.0, "float64", 1), (2.0**-53, 0.5, "float64", 1), (2.0**-23, 1.5, "float32", 1),
     (2.0**-10, 1.0, "float16", 1), (5e-324, 0.0, "float64", 1), (2.0**-24, 0.0, "float16", 1),
     (0.0, 3.0, "float64", 0), (INF, 1.0, "float64", None), (1.0, INF, "float64", None), (1e308, 0.0, "float64", INF)],
)  # fmt: skip
def test_units_in_the_last_place(error, value, name, expected):
    assert ulps(error, value, FORMATS[name]) == expected


# Whole batches


def points(name: str, values: dict[str, Any], dtype: str = "float64", **conventions: Any) -> Batch:
    """A batch; values that have as many axes as the argument are those of one point."""
    its = variant(name, **conventions)
    arrays, dims, integers = {}, {}, {}
    for p in its.parameters:
        if p.name in values:
            array = np.asarray(values[p.name], float)
            arrays[p.name] = array.astype(dtype if its.maps or p.sort.kind == "array" else float)
            dims |= dict(zip(p.sort.dims, array.shape[1:], strict=True))
    count = len(next(iter(arrays.values())))
    return Batch(its, dtype, dims, integers, arrays, count)


def judged(batch: Batch, function: Any, lead: tuple[int, ...] = ()) -> Judged:
    form, fmt = Form("numpy", lead), FORMATS[batch.dtype]
    answers = ask(Here(function), batch, form, shapes(batch.variant, batch))
    return Judged(answers, screen(batch.variant, batch, fmt), fmt)


def settled(found: Judged) -> list[tuple[int, str]]:
    """(row, kind) of all failures."""
    failures = [found.settle(s) for s in found.suspects()]
    return sorted({(f.row, f.kind) for f in failures if f})


def off(factor):
    """Softmax whose first entry of the second row is off by so many times 2⁻⁵³."""

    def function(x):
        s = special.softmax(x.astype(np.longdouble), -1).astype(x.dtype)
        s[1, 0] *= 1 + factor * 2.0**-53
        return s

    return function


def raising(x, *more):
    raise ValueError("no")


def quiet(function):
    def silent(*arguments):
        with np.errstate(all="ignore"):
            return function(*arguments)

    return silent


@quiet
def shifted(x):
    top = x.max(-1)
    return np.log(np.exp(x - top[..., None]).sum(-1)) + top


X = {"x": [[0.0, 1.0], [0.5, -0.5], [3.0, 3.0]]}
P = {"p": [[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]], "q": [[0.25, 0.75], [0.0, 1.0], [0.0, 1.0]]}
KL = quiet(lambda p, q: special.rel_entr(p, q).sum())
LOW = {"x": [[-INF, -INF], [0.0, -INF]]}
LARGE = {"pred": [[1e200, 0.0], [1.0, 0.0]], "target": [[0.0, 0.0], [0.0, 0.0]]}
MSE = quiet(lambda a, b: np.mean((a - b) ** 2))
MASKED = {
    "Q": np.zeros((2, 1, 1)),
    "K": np.zeros((2, 2, 1)),
    "V": [[[1], [3]], [[1], [3]]],
    "mask": [[[0, 0]], [[1, 1]]],
}


def mean_of_values(Q, K, V, mask):
    if not mask.any():
        raise ZeroDivisionError("no key")
    return V.mean(axis=0, keepdims=True)


def by_row(p, q):
    if (q == 0).any():
        raise ZeroDivisionError("q is 0")
    return KL(p, q)


# (routine, points, format, function, axes, failures)
BATCHES = [
    ("softmax", X, "float64", off(0), (3,), []),
    ("softmax", X, "float64", off(1e6), (3,), []),
    ("softmax", X, "float64", off(1e9), (3,), [(1, "value")]),
    ("softmax", X, "float32", off(1e9), (3,), []),  # rounded away
    ("softmax", X, "float32", off(1e12), (3,), []),
    ("softmax", X, "float32", off(1e15), (3,), [(1, "value")]),
    ("softmax", X, "float16", off(1e14), (3,), []),
    ("softmax", X, "float16", off(1e15), (3,), [(1, "value")]),
    ("softmax", X, "float64", lambda x: special.softmax(x, 0), (3,), [(0, "value"), (1, "value"), (2, "value")]),
    ("softmax", X, "float64", lambda x: special.softmax(x, -1) * [[1], [NAN], [1]], (3,), [(1, "nonfinite")]),
    ("softmax", X, "float64", lambda x: special.softmax(x, -1) * [[1], [1], [INF]], (3,), [(2, "nonfinite")]),
    ("softmax", X, "float64", lambda x: special.softmax(x, -1)[:1], (3,), [(0, "shape")]),
    ("softmax", X, "float64", raising, (3,), [(0, "exception")]),
    ("softmax", X, "float64", raising, (), [(0, "exception"), (1, "exception"), (2, "exception")]),
    ("softmax", X, "float64", lambda x: raising(x) if x[0] > 2 else special.softmax(x), (), [(2, "exception")]),
    # an infinite value
    ("kl", P, "float64", KL, (), []),
    ("kl", P, "float32", KL, (), []),
    ("kl", P, "float64", lambda p, q: min(KL(p, q), 1e308), (), [(1, "nonfinite")]),
    ("kl", P, "float64", quiet(lambda p, q: np.sum(p * np.log(p / q))), (), [(1, "nonfinite"), (2, "nonfinite")]),
    ("kl", P, "float64", lambda p, q: -KL(p, q), (), [(0, "value"), (1, "nonfinite")]),
    ("kl", P, "float64", by_row, (), [(1, "exception"), (2, "exception")]),  # 0 log(0/0) is 0
    ("logsumexp", LOW, "float64", lambda x: special.logsumexp(x, -1), (2,), []),
    ("logsumexp", LOW, "float64", shifted, (2,), [(0, "nonfinite")]),
    ("logsumexp", LOW, "float64", lambda x: np.maximum(special.logsumexp(x, -1), -700), (2,), [(0, "nonfinite")]),
    # no budget, or no value
    ("mse", LARGE, "float64", MSE, (), []),
    ("mse", LARGE, "float64", lambda a, b: NAN if a[0] > 1 else MSE(a, b), (), []),
    ("mse", LARGE, "float64", lambda a, b: raising(a) if a[0] > 1 else MSE(a, b), (), []),
    ("mse", LARGE, "float64", lambda a, b: np.zeros(3) if a[0] > 1 else MSE(a, b), (), []),
    ("mse", LARGE, "float64", lambda a, b: raising(a), (), [(1, "exception")]),
    ("mse", LARGE, "float64", lambda a, b: -MSE(a, b), (), [(1, "value")]),
    ("attention+mask", MASKED, "float64", mean_of_values, (), []),
    ("attention+mask", MASKED, "float64", lambda Q, K, V, mask: V[:1], (), [(1, "value")]),
    ("attention+mask", MASKED, "float64", lambda Q, K, V, mask: V[:1] * NAN, (), [(1, "nonfinite")]),
]  # fmt: skip


@pytest.mark.parametrize("name, values, dtype, function, lead, failures", BATCHES)
def test_what_fails(name, values, dtype, function, lead, failures):
    found = judged(points(name, values, dtype), function, lead)
    assert settled(found) == failures
    rows = {row for row, _ in failures}
    surely = rows & set(np.flatnonzero(found.known).tolist())
    assert surely <= set(np.flatnonzero(found.failing).tolist())


def test_one_point_without_a_value_excuses_its_whole_call():
    """A call of several points raises once."""
    batch = points("mse", {"pred": [[1e200], [1.0]], "target": [[0.0], [0.0]]})
    assert settled(judged(batch, raising)) == [(1, "exception")]
    elements = points("softplus", {"x": [1.0, 2.0]})
    assert settled(judged(elements, raising, (2,))) == [(0, "exception")]
    far = points("softmax", {"x": [[1.7e308, -1.7e308], [1.0, 0.0]]})
    assert settled(judged(far, raising, (2,))) == []
    assert settled(judged(far, raising, (1,))) == [(1, "exception")]


def test_screening_doubts_what_is_half_as_bad():
    """Between half the limit and the limit a result is looked at, and then passes."""
    batch = points("softmax", X)
    budget = screen(batch.variant, batch, FORMATS["float64"])[0].rad[1, 0] * 2.0**53 / special.softmax([0.5, -0.5])[0]
    for share, doubted, fails in ((0.4, False, False), (0.8, True, False), (1.3, True, True)):
        found = judged(batch, off(share * limit(FORMATS["float64"]) * budget), (3,))
        assert (bool(found.failing.any()), bool(settled(found))) == (doubted, fails)


def test_the_tally_counts_what_passed():
    tally, fmt = Tally(FORMATS["float64"]), FORMATS["float64"]
    judged(points("mse", LARGE), MSE).count(tally)
    assert (tally.inputs, tally.values, tally.unbounded) == (2, 1, 1)
    judged(points("softmax", X), off(1e3), (3,)).count(tally)
    assert (tally.inputs, tally.values) == (5, 7)
    assert 100 < tally.worst_units < 1000 and tally.row.lost_bits == pytest.approx(math.log2(tally.worst_units))
    before = tally.worst_units
    judged(points("softmax", X), off(1e12), (3,)).count(tally)  # a failure is none of them
    assert (tally.inputs, tally.values, tally.worst_units) == (8, 11, before)
    assert len(tally.points) and all(p.format == fmt.name for p in tally.points)
    honest = Tally(fmt)
    judged(points("softmax", X), off(0), (3,)).count(honest)
    assert honest.worst_units <= 1 and honest.row.lost_bits == 0 and honest.worst_ulp <= 1

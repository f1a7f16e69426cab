"""What is drawn for a definition: members of its sorts, with all that code trips over, in plain data and back."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from lemmata.checks import catalogue
from lemmata.checks.float_inputs import Inputs, inputs, read, smaller
from lemmata.checks.hypothesis_link import fixed_constants
from lemmata.spec import information, logistic, optimizers, regularization, softmax
from lemmata.spec.language import (
    Bit,
    Index,
    JointTable,
    Matrix,
    Natural,
    OneHot,
    OneHotRows,
    OpenSimplex,
    OpenStochastic,
    Size,
    Stochastic,
    Symmetric,
    Vector,
)
from lemmata.spec.language.claims import Definition


def defined(function) -> Definition:
    """A definition outside the catalogue."""
    function.__doc__ = "A formula of the tests."
    return Definition(function, notation="")


def drawn(definition, dtype, count=200) -> list[Inputs]:
    out = []

    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate])
    @given(inputs(definition, dtype))
    def collect(call):
        out.append(call)

    with fixed_constants():
        collect()
    return out


def arrays_of(definition, dtype, name) -> list[np.ndarray]:
    return [call.arguments[name] for call in drawn(definition, dtype)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_vectors_cover_what_code_trips_over(dtype):
    info, found = np.finfo(dtype), arrays_of(softmax.softmax, dtype, "a")
    everything = np.concatenate(found)
    assert everything.dtype == dtype and np.isfinite(everything).all()
    assert {len(a) for a in found} == {1, 2, 3, 4, 5}
    assert (everything == 0).any() and np.signbit(everything[everything == 0]).any()
    assert (np.abs(everything) > float(info.max) / 1e3).any()
    assert ((everything != 0) & (np.abs(everything) < info.tiny)).any()
    assert any(len(set(a)) < len(a) for a in found if len(a) > 1 and a.any())
    assert np.mean([np.abs(a).max() <= 1000 for a in found]) > 0.4


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_distributions_sum_to_one_up_to_rounding(dtype):
    calls_ = drawn(information.kl, dtype)
    u = np.finfo(dtype).eps / 2
    for p in (v for c in calls_ for v in c.arguments.values()):
        assert p.dtype == dtype and (p >= 0).all()
        assert abs(sum(map(Fraction, map(float, p))) - 1) <= len(p) * u
    pairs = [(c.arguments["p"], c.arguments["q"]) for c in calls_ if len(c.arguments["p"]) > 1]
    assert any((p == 0).any() for p, _ in pairs)
    assert any(np.count_nonzero(p) == 1 for p, _ in pairs)
    assert any((p == q).all() for p, q in pairs)
    assert any((p != q).any() and np.abs(p - q).max() < 1e-3 for p, q in pairs)
    assert any(((q == 0) & (p > 0)).any() for p, q in pairs)


def test_positive_distributions_are_positive():
    both = defined(lambda p=OpenSimplex["n"], q=OpenSimplex["n"], i=Index["n"]: p[i] - q[i])
    assert all((v > 0).all() for c in drawn(both, np.float32) for v in c.arguments.values())


TABLES = defined(
    lambda P=JointTable["m", "n"], W=Stochastic["m", "n"], V=Stochastic["m", "n"], K=OpenStochastic["m", "n"],
    y=OneHot["n"], Y=OneHotRows["m", "n"], A=Symmetric["n"], i=Index["m"], j=Index["n"]:
    P[i, j] * W[i, j] * V[i, j] * K[i, j] * y[j] * Y[i, j] * A[j, j]
)  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_tables_rows_labels_and_symmetric_matrices_are_what_they_say(dtype):
    calls_ = drawn(TABLES, dtype)
    u = np.finfo(dtype).eps / 2
    for call in calls_:
        P, W, V, K, y, Y, A = call.arguments.values()
        for group in (P.ravel(), *W, *V, *K, y, *Y):
            assert group.dtype == dtype and (group >= 0).all()
            assert abs(sum(map(Fraction, map(float, group))) - 1) <= len(group) * u
        assert (K > 0).all() and {*y, *Y.flat} <= {0.0, 1.0}
        assert A.tobytes() == A.T.copy().tobytes()
        ((_, env),) = call.points()
        assert type(env["y"][1,]) is int and type(env["P"][1, 1]) is Fraction
    assert any((c.arguments["W"] == c.arguments["V"]).all() for c in calls_ if c.arguments["W"].size > 1)
    assert any((c.arguments["P"] == 0).any() for c in calls_)
    shapes = {c.arguments["P"].shape for c in calls_}
    assert (1, 1) in shapes and any(m < n for m, n in shapes) and any(m > n for m, n in shapes)
    labels = np.concatenate([c.arguments["Y"] for c in calls_ if len(c.arguments["y"]) == 3])
    assert {*labels.argmax(axis=1)} == {0, 1, 2}


def test_smaller_tables_stay_in_their_sorts():
    given_ = {
        "dtype": "float64", "P": [["0.5", "0.0"]] * 2, "W": [["1.0", "0.0"]] * 2, "V": [["1.0", "0.0"]] * 2,
        "K": [["1.0", "0.0"]] * 2, "y": ["1.0", "0.0"], "Y": [["1.0", "0.0"]] * 2, "A": [["1.0", "2.0"]] * 2,
    }  # fmt: skip
    (fewer,) = smaller(TABLES, read(TABLES, given_))
    assert fewer.plain() == {
        "dtype": "float64", "P": [["0.5"], ["0.5"]], "W": [["1.0"]] * 2, "V": [["1.0"]] * 2, "K": [["1.0"]] * 2,
        "y": ["1.0"], "Y": [["1.0"]] * 2, "A": [["1.0"]],
    }  # fmt: skip


def test_normalised_weights_may_be_negative():
    weights = arrays_of(softmax.cross_entropy, np.float64, "y")
    assert all(abs(y.sum() - 1) < 1e-14 for y in weights)
    assert any((y < 0).any() for y in weights) and any(np.count_nonzero(y) == 1 for y in weights if len(y) > 1)


def test_scalars_keep_to_their_sorts():
    calls_ = drawn(regularization.gaussian_nll, np.float32)
    sigmas = [c.arguments["sigma"] for c in calls_]
    assert all(v > 0 and np.float32(v) == v for v in sigmas)
    assert {type(v) for v in sigmas} == {float, np.ndarray}
    betas = [c.arguments["beta"] for c in drawn(optimizers.moment, np.float64)]
    assert all(0 < v < 1 for v in betas) and any(v > 0.999 for v in betas)


def test_labels_sizes_and_counts():
    mixed = defined(
        lambda n=Size, k=Natural, y=Vector["n", Bit], X=Matrix["n", "d"], j=Index["d"]: n * k * y[1] * X[1, j]
    )
    for call in drawn(mixed, np.float64, 100):
        n, k, y, X = call.arguments.values()
        assert type(n) is int and len(y) == n == len(X) and type(k) is int and k >= 0
        assert set(y) <= {0.0, 1.0}
        ((at, env),) = call.points()
        assert at == () and env["n"] == n and env["d"] == X.shape[1] and type(env["y"][1,]) is int
    signs = arrays_of(logistic.logistic_loss, np.float64, "y")
    assert {v for y in signs for v in y} == {-1.0, 1.0}


def test_elementwise_definitions_get_one_array_for_each_scalar():
    for call in drawn(logistic.class_probability, np.float32, 50):
        y, x = call.arguments.values()
        assert y.shape == x.shape == (call.elementwise,)
        points = list(call.points())
        assert [at for at, _ in points] == [(k,) for k in range(len(x))]
        assert [env["g"] for _, env in points] == [Fraction(float(v)) for v in x]


@pytest.mark.parametrize("definition", catalogue.definitions(), ids=lambda d: d.id)
def test_inputs_are_read_as_they_were_written(definition):
    for call in drawn(definition, np.float32, 10):
        again = read(definition, json.loads(json.dumps(call.plain())))
        assert again.plain() == call.plain()
        assert list(again.points()) == list(call.points())


def test_smaller_inputs_keep_their_sums():
    call = read(information.kl, {"dtype": "float64", "p": ["0.5", "0.5", "0.0"], "q": ["0.0", "1.0", "0.0"]})
    assert [fewer.plain()["q"] for fewer in smaller(information.kl, call)] == [["0.0", "1.0"]]
    square = read(
        logistic.logreg_loss, {"dtype": "float64", "w": ["1.0"] * 2, "X": [["1.0"] * 2] * 2, "y": ["1.0"] * 2}
    )
    assert {fewer.arguments["X"].shape for fewer in smaller(logistic.logreg_loss, square)} == {(1, 2), (2, 1), (1, 1)}

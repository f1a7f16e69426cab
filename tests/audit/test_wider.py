"""Audited code in wider formats, and its gradients."""

from __future__ import annotations

import importlib.util
import math
import operator

import numpy as np
import pytest
from audited import NEAR, X, calls, outputs

from lemmata.checks.audit.connection import WORKER
from lemmata.checks.audit.targets import parse

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow]
OPERATORS += [divmod, operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge]


def load_worker(name: str):
    """A file that only ever runs in a worker."""
    spec = importlib.util.spec_from_file_location(name, WORKER.with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["of_arrays", "of_casts", "of_helper", "of_items", "of_first"])
def test_a_wider_format_heals_what_cancels_and_nothing_else(start, name):
    process = start(f"wider.py:{name}")
    lists = name == "of_items"
    wrong = float(np.mean(NEAR**2) - NEAR[0] ** 2)
    got = [process.call(calls(NEAR[None], style="lists" if lists else "numpy", wide=wide)) for wide in (False, True)]
    narrow, (high, low) = outputs(got[0])[0][0], outputs(got[1])[0][0]
    assert got[1].pairs and not got[0].pairs
    if name == "of_first":
        assert abs(high - wrong) < 1e-6 * wrong
    else:
        assert narrow != 5.25 and abs(high + low - 5.25) < 1e-2


def test_lists_are_as_wide_as_one_asks(start, tmp_path):
    (tmp_path / "plain.py").write_text(
        "import math\n"
        "def var(x): return sum(v * v for v in x) / len(x) - (sum(map(float, x)) / len(x)) ** 2\n"
        "def wrong(x): return sum(v * v for v in x) / len(x) - x[0] ** 2\n"
        "def softplus(x): return [math.log(1 + math.exp(v)) for v in x]\n"
        "def cosine(x): return [1 - math.cos(math.pi * v) for v in x]\n"
    )

    def at(name, values, **more):
        replies = start(parse(f"{tmp_path}/plain.py:{name}")).call(calls(values[None], style="lists", **more))
        return outputs(replies)[0][0]

    assert at("var", NEAR) != 5.25
    np.testing.assert_array_equal(at("var", NEAR, wide=True), [5.25, 0])
    assert abs(at("wrong", NEAR, wide=True)[0] - 9.4e8) < 1e6
    many = np.array([800.0, 0.0, -200.0])
    np.testing.assert_allclose(at("softplus", many, wide=True).sum(-1), [800, np.log(2), 0], rtol=1e-15)
    np.testing.assert_allclose(
        at("softplus", many, wide=True, digits=200).sum(-1), [800, np.log(2), np.exp(-200)], rtol=1e-15
    )
    np.testing.assert_allclose(at("cosine", np.array([1e-9, 1.0]), wide=True)[:, 0], [np.pi**2 / 2e18, 2])


def test_where_there_is_no_wider_format(start):
    replies = start("wider.py:special").call(calls(X[:1], wide=True))
    assert replies.errors[0].startswith("no wider format: TypeError")
    assert start("wider.py:enormous").call(calls(X[:1] * 1000, wide=True)).errors == {0: "past the range of float64"}


def test_wide_numbers_are_numbers():
    numbers = load_worker("worker_numbers")
    wide = numbers.Wide
    a, b = wide(7.5), wide(-2)
    for pair in [(a, b), (a, -2), (7.5, b), (a, -2.0)]:
        results = [f(*pair) for f in OPERATORS]
        for got, f in zip(results, OPERATORS, strict=True):
            np.testing.assert_allclose(np.array(got, float), np.array(f(7.5, -2.0), float), rtol=1e-15)
        assert all(type(r) in (wide, bool, tuple) for r in results)
    assert (int(a), round(a), round(wide(2.625), 2), bool(wide(0)), hash(a), abs(b)) == (
        7,
        8,
        wide(262) / 100,
        False,
        hash(7.5),
        2,
    )
    assert (wide("inf") > 1e308, wide("nan") == wide("nan"), str(a), f"{a:.3f}") == (True, False, "7.5", "7.500")
    assert wide(1e-300) * 1e-300 > 0 and wide(1e300) * 1e300 > 1e308
    assert sorted([a, b, 1.0]) == [-2, 1, 7.5] and sum([a, b]) == 5.5 and max(a, 8) == 8
    for wrong in (lambda: a / 0, lambda: a % 0, lambda: wide(0) ** -1):
        with pytest.raises(ZeroDivisionError):
            wrong()
    made = numbers.shim()
    for name in "exp expm1 log log1p log2 log10 sqrt tanh sinh cosh sin cos tan fabs isnan isfinite isinf".split():
        for x in (0.3, 1e-12, 5.0):
            np.testing.assert_allclose(float(getattr(made, name)(wide(x))), getattr(math, name)(x), rtol=1e-14)
    for wrong in (lambda: made.log(0), lambda: made.sqrt(wide(-1)), lambda: made.log1p(-1)):
        with pytest.raises(ValueError, match="math domain error"):
            wrong()


@pytest.mark.parametrize("name", ["of_tensors", "of_new", "of_first"])
def test_torch_is_widened_too(through, name):
    near = (NEAR[None] - 2.0**27 + 4096).astype(np.float32)
    narrow, wide = (through(name, calls(near, style="torch", wide=wide)) for wide in (False, True))
    right = (
        float(near.astype(float).var()) if name != "of_first" else float((near[0].astype(float) ** 2).mean() - 4096**2)
    )
    np.testing.assert_allclose(outputs(wide)[0].sum(-1), [right], rtol=1e-6)
    assert outputs(narrow)[0].dtype == np.float32 and outputs(narrow)[0][0] != right
    at_most = through(name, calls(NEAR[None], style="torch", wide=True))
    assert at_most.errors == {0: "no wider format: torch has none beyond float64"}


def test_tensors_come_back(tensors, through):
    assert tensors.load().imports_torch
    replies = through("half", calls(X, style="torch"))
    assert (replies.dtypes, outputs(replies)[0].dtype, replies.kinds) == (("bfloat16",), np.float32, ("Tensor",))
    np.testing.assert_array_equal(outputs(through("sparse", calls(X[:3], style="torch")))[0], X[:3])
    assert [o.shape for o in outputs(through("two", calls(X, style="torch")))] == [(4, 3)] * 2


@pytest.mark.parametrize("reuse", [False, True])
def test_gradients(through, reuse):
    weights = np.array([[1.0, 0.0, -2.0], [0.5, 1.0, 1.0], [0.0, 0.0, 0.0]])
    replies = through("cube", calls(X[:3], style="torch", wrt="x", cotangents=weights, reuse=reuse))
    np.testing.assert_allclose(outputs(replies)[0], 3 * X[:3] ** 2 * weights)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("detached", "the result does not require grad: no gradient reaches x"),
        ("elsewhere", "no gradient reaches x"),
        ("number", "returned a float, which has no gradient"),
        ("two", "returned a tuple, which has no gradient"),
        ("spoils", "RuntimeError: a leaf Variable that requires grad is being used in an in-place operation."),
    ],
)
def test_what_has_no_gradient(through, name, says):
    replies = through(name, calls(X[:3], style="torch", wrt="x", cotangents=np.ones((3, 3))))
    assert replies.errors == dict.fromkeys(range(3), says)

"""Audited code in its own process: batches come back right, by templates too."""

from __future__ import annotations

import numpy as np
import pytest
from audited import X, Y, calls, outputs, seeds

from lemmata.checks.audit.process import Argument, Calls, Replies
from lemmata.checks.audit.targets import template
from lemmata.checks.selection import UsageError

# What comes back


def test_a_function_is_described(start):
    loaded = start("good.py:scaled").load()
    assert (loaded.error, loaded.names, loaded.least, loaded.most, loaded.keywords) == ("", ("x", "by"), 2, 2, ())
    assert (loaded.takes(2), loaded.takes(3), loaded.imports_torch, loaded.uses) == (True, False, False, ())
    assert start("good.py:softmax").load().uses == ("numpy",)


@pytest.mark.parametrize(
    ("name", "style", "expected", "several", "kinds", "dtypes"),
    [
        ("two", "numpy", [X + Y, X * Y], True, ("ndarray", "tuple"), ("float64",)),
        ("named", "numpy", [X + Y, X.sum(1)], True, ("Both", "float64", "ndarray"), ("float64",)),
        ("listed", "numpy", [X + Y, X.sum(1)], True, ("float64", "list", "ndarray"), ("float64",)),
        ("total", "numpy", [X.sum(1)], False, ("float",), ("float",)),
        ("doubled", "numpy", [2 * X], False, ("list",), ("float64",)),
        ("doubled", "lists", [2 * X], False, ("list",), ("float",)),
        ("outer", "lists", [X[:, :, None] * X[:, None]], False, ("list",), ("float",)),
        ("whole", "lists", [np.full(4, 3)], False, ("int",), ("int",)),
        ("narrow", "numpy", [X.astype(np.float32)], False, ("ndarray",), ("float32",)),
        ("longdouble", "numpy", [X], False, ("ndarray",), ("longdouble",)),
        ("big_endian", "numpy", [X], False, ("ndarray",), ("float64",)),
        ("masked", "numpy", [X], False, ("MaskedArray",), ("float64",)),
        ("Step.static", "numpy", [2 * X], False, ("ndarray",), ("float64",)),
        ("Step.step", "numpy", [X - 0.5 * Y], False, ("ndarray",), ("float64",)),
        ("Doubled", "numpy", [2 * X], False, ("ndarray",), ("float64",)),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_results_come_back(start, name, style, expected, several, kinds, dtypes):
    given = [X, Y] if name in ("two", "named", "listed", "Step.step") else [X]
    replies = start(f"good.py:{name}").call(calls(*given, style=style))
    for got, wanted in zip(outputs(replies), expected, strict=True):
        np.testing.assert_array_equal(got, wanted, strict=True)
    assert (replies.several, replies.kinds, replies.dtypes) == (several, kinds, dtypes)
    assert not replies.mutated


def test_every_argument_arrives_as_it_should(start):
    given = [
        Argument("x", X.astype(np.float32)),
        Argument("flag", np.array([True, False]), each=False),
        Argument("t", np.arange(4), kind="int"),
        Argument("lr", np.array(0.5), each=False, kind="float"),
    ]
    assert outputs(start("good.py:kinds").call(Calls(given, 4)))[0].all()


def test_numbers_and_arrays_without_axes(start):
    process = start("good.py:zero_axes")
    one = np.array([1.0, 2.0])
    for style in ("numpy", "numbers", "lists"):
        replies = process.call(Calls([Argument("x", one, kind="array" if style == "numpy" else "float")], 2, style))
        if style == "numpy":
            np.testing.assert_array_equal(outputs(replies)[0], one)
        else:
            assert "AttributeError: 'float' object has no attribute 'ndim'" in replies.errors.values()


def test_an_order_repeats_rows(start):
    replies = start("good.py:doubled").call(calls(X, style="lists", order=[2, 0, 0, 3, 1]))
    np.testing.assert_array_equal(outputs(replies)[0], 2 * X[[2, 0, 0, 3, 1]])


def test_rows_that_fail_and_rows_of_other_shapes(start):
    replies = start("good.py:sometimes").call(calls(X))
    assert replies.errors == {2: "ValueError: too large: a second line"}
    assert replies.outputs is None and replies.rows[2] is None
    np.testing.assert_array_equal(replies.rows[3][0], X[3])
    replies = start("good.py:shapes").call(calls(X))
    assert [row[0].shape for row in replies.rows] == [(3,), (3,), (1,), (3,)]


@pytest.mark.parametrize(("style", "reuse"), [("numpy", False), ("lists", False), ("numpy", True), ("lists", True)])
def test_a_changed_argument_is_seen(start, style, reuse):
    replies = start("good.py:changes").call(calls(X, Y, style=style, reuse=reuse))
    assert replies.mutated == {1: ("x",), 2: ("x",), 3: ("x",)}


def test_a_changed_tensor_is_seen(through):
    assert through("spoils", calls(X, style="torch")).mutated == dict.fromkeys(range(3), ("x",))  # 1 + NaN is a NaN
    assert through("spoils", calls(X[:3], style="torch", reuse=True)).mutated == dict.fromkeys(range(3), ("x",))
    assert not through("cube", calls(X, style="torch")).mutated


def test_arrays_are_fresh_or_used_again(start, through):
    process = start("good.py:keeps")
    np.testing.assert_array_equal(outputs(process.call(calls(X)))[0], np.tile(X[0], (4, 1)))
    process.restart()
    np.testing.assert_array_equal(outputs(process.call(calls(X, reuse=True)))[0], X)
    for reuse, count in ((False, 4), (True, 1)):
        assert len(set(outputs(through("place", calls(X, style="torch", reuse=reuse)))[0].tolist())) == count
    assert len(set(outputs(start("good.py:identity").call(calls(X, style="lists", reuse=True)))[0].tolist())) == 1


@pytest.mark.parametrize(
    ("layout", "strides"),
    [("", [8, 24, 1]), ("strided", [16, 48, 1]), ("fortran", [16, 8, 1]), ("readonly", [8, 24, 0])],
)
def test_layouts(start, layout, strides):
    replies = start("good.py:strides").call(calls(np.arange(24.0).reshape(4, 2, 3), layout=layout))
    np.testing.assert_array_equal(outputs(replies)[0][:, :3], [strides] * 4)


@pytest.mark.parametrize("layout", ["", "strided", "fortran", "readonly"])
def test_values_are_the_same_in_every_layout(start, through, layout):
    cubes = np.arange(24.0).reshape(4, 2, 3)
    process = start("good.py:scaled", "scaled(x, 2.0)")
    for style, reuse in [("numpy", False), ("numpy", True), ("torch", False), ("torch", True)]:
        given = calls(cubes, style=style, layout=layout, reuse=reuse)
        replies = through("two", given) if style == "torch" else process.call(given)
        np.testing.assert_array_equal(outputs(replies)[0], 2 * cubes)
        assert not replies.mutated


def test_no_rows_and_empty_rows(start):
    process = start("good.py:doubled")
    for style in ("numpy", "lists"):
        assert process.call(calls(X[:0], style=style)) == Replies()
        assert outputs(process.call(calls(X[:, :0], style=style)))[0].shape == (4, 0)


def test_a_read_only_array_cannot_be_written(start):
    replies = start("good.py:writes").call(calls(X, layout="readonly"))
    assert set(replies.errors) == {0, 1, 2, 3} and "read-only" in replies.errors[0]


def test_the_seed_decides_what_is_drawn(start):
    process, seed = start("good.py:draw"), next(seeds)
    first = outputs(process.call(calls(X)))[0]
    process.restart()
    np.testing.assert_array_equal(outputs(process.call(calls(X)))[0], first)
    assert (outputs(start("good.py:draw", seed=seed).call(calls(X)))[0] != first).any()


def test_a_batch_may_be_cut_short(start):
    replies = start("good.py:slow").call(calls(np.zeros((1000, 2)), seconds=0.1))
    assert 0 < replies.done < 50
    assert len(outputs(replies)[0]) == replies.done


# Templates


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("scaled(x, y)", X * Y),
        ("scaled(by=y, x=-x, twice=True)", -2 * X * Y),
        ("two(x, y)[1]", X * Y),
        ("two(*(x, y))[-1][::-1]", (X * Y)[:, ::-1]),
        ("named(x, y).first", X + Y),
        ("Step(lr=2.0).step(x, y)", X - 2 * Y),
        ("two(x, Step.scale)[0]", X + 3),
        ("two(y, np.asarray(x))[0]", X + Y),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_template_adapts_a_signature(start, call, expected):
    replies = start("good.py:scaled", call).call(calls(X, Y))
    np.testing.assert_array_equal(outputs(replies)[0], expected)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("f(x", "column 2"),
        ("f(x) + 1", "f(x) + 1 in the call f(x) + 1 (column 1) is not understood"),
        ("f(lambda: x)", "column 3"),
        ("f([v for v in x])", "column 3"),
        ("f(x.__class__)", "column 3"),
        ("f(**x)", "column 1"),
        ("f(1j)", "column 3"),
        ("f(x if x else y)", "column 3"),
        ("x", "calls nothing"),
        ("", "calls nothing"),
        ("f(" * 400 + "x" + ")" * 400, "does not parse"),
    ],
)
def test_what_is_no_template_is_refused(call, says):
    with pytest.raises(UsageError) as raised:
        template(call) if call else template("()")
    assert says in str(raised.value) and "\n" not in str(raised.value)


def test_an_unknown_name_in_a_template_is_refused(start):
    process = start("good.py:scaled", "scaled(x, zz)")
    with pytest.raises(UsageError, match=r"zz in the call scaled\(x, zz\) \(column 11\) is neither an argument nor"):
        process.call(calls(X, Y))

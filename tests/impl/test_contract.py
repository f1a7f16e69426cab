"""What every function promises alike: formats, shapes, silence, untouched arguments, NaN, and one clear sentence."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lemmata.impl.information import cross_entropy as cross_entropy_of_distributions
from lemmata.impl.information import entropy, kl
from lemmata.impl.logistic import (
    bce_logits,
    log_sigmoid,
    logistic_loss,
    logreg_grad,
    logreg_loss,
    sigmoid,
    sigmoid_derivative,
    softplus,
)
from lemmata.impl.optimizers import moment, moment_closed_form, moment_corrected
from lemmata.impl.regularization import (
    gaussian_nll,
    l1_penalty,
    l1_penalty_grad,
    l2_penalty,
    l2_penalty_grad,
    laplace_nll,
)
from lemmata.impl.softmax import (
    cross_entropy,
    cross_entropy_gradient,
    log_softmax,
    logsumexp,
    softmax,
    softmax_jacobian,
)

# The core axes of every argument and of the result.
CORES: dict[Callable[..., Any], str] = {
    softmax: "a:n -> n",
    log_softmax: "a:n -> n",
    logsumexp: "a:n ->",
    softmax_jacobian: "a:n -> n n",
    cross_entropy: "o:n, y:n ->",
    cross_entropy_gradient: "o:n, y:n -> n",
    sigmoid: "x: ->",
    sigmoid_derivative: "x: ->",
    log_sigmoid: "x: ->",
    softplus: "x: ->",
    bce_logits: "z:m, y:m ->",
    logistic_loss: "f:m, y:m ->",
    logreg_loss: "w:d, X:m d, y:m ->",
    logreg_grad: "w:d, X:m d, y:m -> d",
    l2_penalty: "w:d, lam: ->",
    l2_penalty_grad: "w:d, lam: -> d",
    l1_penalty: "w:d, lam: ->",
    l1_penalty_grad: "w:d, lam: -> d",
    gaussian_nll: "w:d, mu:d, sigma: ->",
    laplace_nll: "w:d, b: ->",
    moment: "beta:, g:t ->",
    moment_closed_form: "beta:, g:t ->",
    moment_corrected: "beta:, g:t ->",
    entropy: "p:n ->",
    cross_entropy_of_distributions: "p:n, q:n ->",
    kl: "p:n, q:n ->",
}
SIZES = {"n": 3, "m": 4, "d": 2, "t": 5}

each = pytest.mark.parametrize("function", CORES, ids=lambda f: f"{f.__module__.rpartition('.')[2]}.{f.__name__}")


def parsed(function: Callable[..., Any]) -> tuple[dict[str, list[str]], list[str]]:
    inputs, result = CORES[function].split("->")
    pairs = (pair.strip().partition(":") for pair in inputs.split(","))
    return {name: core.split() for name, _, core in pairs}, result.split()


def shape(core: list[str], **sizes: int) -> tuple[int, ...]:
    return tuple({**SIZES, **sizes}[letter] for letter in core)


def arguments(
    function: Callable[..., Any], *leading: tuple[int, ...], dtype: type = np.float64, **sizes: int
) -> list[np.ndarray]:
    """Values between 0.1 and 0.9, which every domain but that of signs admits, with leading axes given in turn."""
    rng = np.random.default_rng(7)
    cores = list(parsed(function)[0].values())
    fronts = leading * len(cores) if len(leading) == 1 else (*leading, *[()] * (len(cores) - len(leading)))
    return [
        rng.uniform(0.1, 0.9, front + shape(core, **sizes)).astype(dtype)
        for front, core in zip(fronts or [()] * len(cores), cores, strict=False)
    ]


@each
def test_arguments_have_their_names(function):
    positional = [p.name for p in inspect.signature(function).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional == list(parsed(function)[0])


# Formats


@each
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble], ids=lambda t: t.__name__)
def test_the_format_is_kept(function, dtype):
    assert function(*arguments(function, dtype=dtype)).dtype == dtype


@each
def test_integers_and_lists_become_float64(function):
    ones = [np.ones_like(x) for x in arguments(function)]
    assert function(*[x.astype(int) for x in ones]).dtype == np.float64
    assert function(*[x.tolist() for x in ones]).dtype == np.float64
    assert function(*[x.astype(bool) for x in ones]).dtype == np.float64


@pytest.mark.parametrize(
    "result, dtype",
    [
        (lambda: cross_entropy(np.array([1, 2], np.float32), [0, 1]), np.float32),  # integers follow
        (lambda: l2_penalty(np.array([1, 2], np.float16), 0.1), np.float16),  # Python numbers follow
        (lambda: l2_penalty(np.array([1, 2], np.float16), np.float32(0.1)), np.float32),  # the wider format wins
        (lambda: kl(np.array([0.5, 0.5], np.float32), [0.5, 0.5]), np.float64),  # a list of floats is float64
    ],
)
def test_mixed_formats(result, dtype):
    assert result().dtype == dtype


@each
def test_the_result_is_an_array_or_a_numpy_scalar(function):
    result = function(*arguments(function))
    assert isinstance(result, np.ndarray if parsed(function)[1] else np.float64)


# Shapes


@each
def test_leading_axes_are_a_batch(function):
    given = arguments(function, (2, 3))
    result = function(*given)
    assert result.shape == (2, 3, *shape(parsed(function)[1]))
    for at in np.ndindex(2, 3):
        np.testing.assert_allclose(result[at], function(*[x[at] for x in given]), rtol=1e-13)


@each
def test_leading_axes_broadcast(function):
    fronts = [(2, 1), (3,), (1, 1)]
    given = arguments(function, *fronts[: len(parsed(function)[0])])
    front = np.broadcast_shapes(*fronts[: len(given)])
    result = function(*given)
    assert result.shape == (*front, *shape(parsed(function)[1]))
    spread = [
        np.broadcast_to(x, front + x.shape[x.ndim - len(core) :])
        for x, core in zip(given, parsed(function)[0].values(), strict=True)
    ]
    np.testing.assert_allclose(result, function(*spread), rtol=1e-13)


@each
def test_an_empty_batch_is_an_empty_result(function):
    assert function(*arguments(function, (0, 3))).shape == (0, 3, *shape(parsed(function)[1]))


@each
def test_the_layout_in_memory_does_not_matter(function):
    given = arguments(function, (2, 3))
    expected = function(*given)
    for other in (np.asfortranarray, lambda x: x[::-1].copy()[::-1], lambda x: x.astype(">f8")):
        result = function(*map(other, given))
        assert result.dtype.isnative
        np.testing.assert_allclose(result, expected, rtol=1e-13)


EMPTY = {
    softmax: [],
    log_softmax: [],
    logsumexp: -np.inf,
    softmax_jacobian: np.empty((0, 0)),
    cross_entropy: 0,
    cross_entropy_gradient: [],
    l2_penalty: 0,
    l2_penalty_grad: [],
    l1_penalty: 0,
    l1_penalty_grad: [],
    gaussian_nll: 0,
    laplace_nll: 0,
    moment: 0,
    moment_closed_form: 0,
    entropy: 0,
    cross_entropy_of_distributions: 0,
    kl: 0,
}


@pytest.mark.parametrize("function", EMPTY, ids=lambda f: f.__name__)
def test_a_sum_over_nothing(function):
    result = function(*arguments(function, n=0, d=0, t=0))
    np.testing.assert_array_equal(result, EMPTY[function], strict=isinstance(EMPTY[function], np.ndarray))
    batch = function(*arguments(function, (2,), n=0, d=0, t=0))
    assert batch.shape == (2, *np.shape(EMPTY[function]))


AVERAGES = [
    (bce_logits, "z must hold something to average, and its shape is (0,)."),
    (logistic_loss, "f must hold something to average, and its shape is (0,)."),
    (logreg_loss, "X must hold something to average, and its shape is (0, 2)."),
    (logreg_grad, "X must hold something to average, and its shape is (0, 2)."),
    (moment_corrected, "g must hold something to average, and its shape is (0,)."),
]


@pytest.mark.parametrize("function, message", AVERAGES)
def test_an_average_over_nothing(function, message):
    with pytest.raises(ValueError, match=exactly(message)):
        function(*arguments(function, m=0, t=0))


def test_every_function_says_what_nothing_gives():
    elementwise = {f for f in CORES if not any(parsed(f)[0].values())}
    assert elementwise | set(EMPTY) | {f for f, _ in AVERAGES} == set(CORES)


# Silence, and arguments left alone

HUGE = 1.7e308
FINITE = np.array([0, 5e-324, 1e-310, 1e-160, 0.3, 1, 40, 800, 1e160, HUGE])
REAL = np.concatenate((FINITE, -FINITE))
PROBABILITY = np.array([0, 5e-324, 1e-310, 1e-160, 1e-17, 0.3, 0.5, 0.7, 1])
DOMAINS = {
    **dict.fromkeys(["a", "o", "x", "z", "f", "w", "X", "mu", "g"], REAL),
    **dict.fromkeys(["p", "q"], PROBABILITY),
    **dict.fromkeys(["sigma", "b"], FINITE[1:]),
    "lam": FINITE,
    "y": np.array([0.0, 0.3, 1.0]),
    "beta": np.array([0, 1e-310, 0.1, 0.5, 0.9, 1 - 2.0**-53]),
}


def extremes(function: Callable[..., Any], count: int = 3000) -> list[np.ndarray]:
    rng = np.random.default_rng(11)
    domains = {**DOMAINS, "y": np.array([-1.0, 1.0])} if function is logistic_loss else DOMAINS
    return [rng.choice(domains[name], (count, *shape(core))) for name, core in parsed(function)[0].items()]


def in_format(function: Callable[..., Any], given: list[np.ndarray], dtype: type) -> list[np.ndarray]:
    """Rounded to a format, and still in the domain: finite where it was, scales above 0, β below 1."""
    info = np.finfo(dtype)
    narrow = []
    for name, x in zip(parsed(function)[0], given, strict=True):
        with np.errstate(all="ignore"):
            y = np.where(np.isfinite(x), np.clip(x, -0.99 * float(info.max), 0.99 * float(info.max)), x).astype(dtype)
        if name in ("sigma", "b"):
            y = np.where(x > 0, np.maximum(y, info.smallest_subnormal), y)
        if name == "beta":
            y = np.where(x < 1, np.minimum(y, 1 - info.epsneg), y)
        narrow.append(y)
    return narrow


def never_nan(function: Callable[..., Any]) -> None:
    """Every finite input in the domain has a value, if only an infinite one."""
    for dtype in np.float64, np.float32, np.float16:
        given = in_format(function, extremes(function), dtype)
        bad = np.argwhere(np.isnan(function(*given)))
        assert not bad.size, [x[bad[0][0]] for x in given]


def never_loud(function: Callable[..., Any]) -> None:
    """Neither a warning nor, where the caller asked for it, an error: not even at infinities and NaN."""
    rng = np.random.default_rng(13)
    odd = [
        np.where(rng.random(x.shape) < 0.1, rng.choice([np.inf, -np.inf, np.nan], x.shape), x)
        for x in extremes(function)
    ]
    for given in (extremes(function), odd):
        for dtype in np.float64, np.float32, np.float16:
            narrow = in_format(function, given, dtype)
            with warnings.catch_warnings(), np.errstate(all="raise"):
                warnings.simplefilter("error")
                function(*narrow)


def leaves_arguments_alone(function: Callable[..., Any]) -> None:
    """Read-only arrays are accepted, writable ones stay as they were, and no result is a view of an argument."""
    given = arguments(function, (2,))
    before = [x.copy() for x in given]
    result = function(*given)
    for x, was in zip(given, before, strict=True):
        np.testing.assert_array_equal(x, was, strict=True)
        assert not np.shares_memory(result, x)
        x.flags.writeable = False
    function(*given)


def passes_nan_on(function: Callable[..., Any]) -> None:
    """One NaN anywhere in an argument shows in the result."""
    for k, x in enumerate(arguments(function)):
        for at in np.ndindex(x.shape):
            given = arguments(function)
            given[k][at] = np.nan
            assert np.isnan(function(*given)).any(), (k, at)


@each
@pytest.mark.parametrize("check_promise", [never_nan, never_loud, leaves_arguments_alone, passes_nan_on])
def test_promises(function, check_promise):
    check_promise(function)


def test_one_nan_spoils_its_own_row_only():
    for function in CORES:
        if any(parsed(function)[0].values()):
            given = arguments(function, (2,))
            given[0][0] = np.nan
            result = function(*given)
            assert np.isnan(result[0]).any() and np.isfinite(result[1]).all(), function


def textbook_softmax(a):
    return np.exp(a) / np.exp(a).sum(axis=-1, keepdims=True)


def in_place_softmax(a):
    a -= a.max(axis=-1, keepdims=True)
    return softmax(a)


def view_of_softplus(x):
    return x


def nan_to_num_softmax(a):
    return softmax(np.nan_to_num(a))


@pytest.mark.parametrize(
    "promise, right, wrong, error",
    [
        (never_nan, softmax, textbook_softmax, AssertionError),
        (never_nan, l2_penalty, lambda w, lam: lam / 2 * (w * w).sum(axis=-1), AssertionError),
        (never_nan, kl, lambda p, q: (p * np.log(p / q)).sum(axis=-1), AssertionError),
        (never_loud, softmax, textbook_softmax, FloatingPointError),
        (leaves_arguments_alone, softmax, in_place_softmax, AssertionError),
        (leaves_arguments_alone, softplus, view_of_softplus, AssertionError),
        (passes_nan_on, softmax, nan_to_num_softmax, AssertionError),
    ],
)
def test_a_broken_promise_is_seen(monkeypatch, promise, right, wrong, error):
    monkeypatch.setitem(CORES, wrong, CORES[right])
    with pytest.raises(error):
        if promise is never_nan:
            with np.errstate(all="ignore"):
                promise(wrong)
        else:
            promise(wrong)


# One clear sentence


def exactly(message: str) -> str:
    return f"^{re.escape(message)}$"


@each
@pytest.mark.parametrize(
    "value, held",
    [(1j, "complex128"), ("1", "<U1"), (None, "object"), ({}, "object"), (np.datetime64(0, "s"), "datetime64[s]")],
)
def test_what_is_not_real_is_named(function, value, held):
    for k, (name, core) in enumerate(parsed(function)[0].items()):
        given: list[Any] = list(arguments(function))
        given[k] = np.full(shape(core), value)
        with pytest.raises(TypeError, match=exactly(f"{name} must hold real numbers, and it holds {held}.")):
            function(*given)


@each
def test_a_missing_axis_is_named(function):
    for k, (name, core) in enumerate(parsed(function)[0].items()):
        if core:
            given: list[Any] = list(arguments(function))
            given[k] = 1.0
            wanted = f"(…, {', '.join(core)})"
            with pytest.raises(ValueError, match=exactly(f"{name} must have shape {wanted}, and its shape is ().")):
                function(*given)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: cross_entropy([1, 2, 3], [0, 1]),
            "n is 3 in o but 2 in y: o (…, n) has shape (3,), y (…, n) has shape (2,).",
        ),
        (
            lambda: kl([[1, 2, 3]], [1]),  # one element does not broadcast against a core axis
            "n is 3 in p but 1 in q: p (…, n) has shape (1, 3), q (…, n) has shape (1,).",
        ),
        (
            lambda: logreg_loss([1, 2], np.ones((4, 3)), np.ones(4)),
            "d is 2 in w but 3 in X: w (…, d) has shape (2,), X (…, m, d) has shape (4, 3).",
        ),
        (
            lambda: logreg_grad([1, 2, 3], np.ones((4, 3)), np.ones(3)),
            "m is 4 in X but 3 in y: X (…, m, d) has shape (4, 3), y (…, m) has shape (3,).",
        ),
        (
            lambda: gaussian_nll([1, 2], [1, 2, 3], 1),
            "d is 2 in w but 3 in mu: w (…, d) has shape (2,), mu (…, d) has shape (3,).",
        ),
        (
            lambda: moment(np.ones(2), np.ones((3, 4))),
            "the leading axes do not broadcast: beta (…) has shape (2,), g (…, t) has shape (3, 4).",
        ),
        (lambda: softmax([[1, 2], [3]]), "a must be an array, and its rows have different lengths."),
        (
            lambda: softmax(np.ones((3, 4)), axis=2),
            "axis must be one of the 2 axes of a, and it is 2: a has shape (3, 4).",
        ),
        (
            lambda: logsumexp(np.ones(3), axis=-2),
            "axis must be one of the 1 axes of a, and it is -2: a has shape (3,).",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=exactly(message)):
        call()


@pytest.mark.parametrize("axis", [1.0, "0", (0, 1), None])
def test_an_axis_is_an_integer(axis):
    with pytest.raises(TypeError, match=exactly(f"axis must be an integer, and it is {axis!r}.")):
        softmax([1, 2, 3], axis=axis)

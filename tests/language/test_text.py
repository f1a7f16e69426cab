"""Text is refused wherever an expression is wanted, and never evaluated."""

from __future__ import annotations

import pytest
import registry
import sympy

from lemmata.spec.language import (
    Abs,
    D,
    E,
    Equals,
    LanguageError,
    at_most,
    by_value,
    delta,
    exp,
    expm1,
    hypothesis,
    largest,
    log,
    log1p,
    maximum,
    minimum,
    product,
    recurrence,
    signum,
    sqrt,
    tanh,
    total,
    vector,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.logistic import sigmoid


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


UNARY = [exp, log, tanh, Abs, log1p, expm1, signum]
WITH_TEXT = [
    *[pytest.param(lambda t, f=f: f(t), id=f.__name__) for f in UNARY],
    pytest.param(lambda t: delta(t, 1), id="delta"),
    pytest.param(lambda t: xlogy(1, t), id="xlogy"),
    pytest.param(lambda t: maximum(1, t), id="maximum"),
    pytest.param(lambda t: minimum(1, t), id="minimum"),
    pytest.param(lambda t: sqrt(t), id="sqrt"),
    pytest.param(lambda t: D(t, sympy.Symbol("x")), id="D"),
    pytest.param(lambda t: D(sympy.Symbol("x"), t), id="D by text"),
    pytest.param(lambda t: E(t), id="E"),
    pytest.param(lambda t: total(lambda k: t, over=2), id="total"),
    pytest.param(lambda t: total(lambda k: k, over=t), id="total over text"),
    pytest.param(lambda t: total(lambda k: k, over=(1, t)), id="total up to text"),
    pytest.param(lambda t: product(lambda k: t, over=2), id="product"),
    pytest.param(lambda t: largest(lambda k: t, over=2), id="largest"),
    pytest.param(lambda t: vector(lambda k: t, over=2), id="vector"),
    pytest.param(lambda t: recurrence(t, lambda m, s: m, upto=2), id="recurrence"),
    pytest.param(lambda t: by_value(sympy.Symbol("x"), {1: t}), id="by_value"),
    pytest.param(lambda t: where_nonnegative(t, 1, 2), id="where_nonnegative"),
    pytest.param(lambda t: sigmoid(t), id="a definition"),
    pytest.param(lambda t: sympy.Symbol("x") + t, id="+"),
    pytest.param(lambda t: at_most(t), id="at_most"),
    pytest.param(lambda t: hypothesis(times=t), id="hypothesis"),
]


@pytest.mark.parametrize("word", WITH_TEXT)
def test_text_is_never_evaluated(word, tmp_path):
    trace = tmp_path / "evaluated"
    made = registry.claim_of(lambda: Equals(word(f"__import__('pathlib').Path({str(trace)!r}).write_text('1')"), 1))
    try:
        with pytest.raises(LanguageError):
            _ = made.statement
    finally:
        assert not trace.exists()

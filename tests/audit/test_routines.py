"""Every routine under every convention against the independent reference, and its budget on mild inputs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from mpmath import mp, mpf

from lemmata.checks.arithmetic import Undefined
from lemmata.checks.ball_arithmetic import Balls, ball, precision
from lemmata.checks.evaluate import Evaluation
from lemmata.checks.format_balls import FLOAT64, FormatBalls
from lemmata.spec.language.codings import Coding
from lemmata.spec.language.routines import NAMES, Parameter, Variant, find

from .corpus_inputs import draw, with_decay
from .corpus_run import exact
from .corpus_truth import DEFINITIONS

OTHERS = {"axis": [0], "factor": [Fraction(1), Fraction(1, 10)]}
DRAWS = 6
BITS = 600  # of a thousand logits, the smallest weight against the largest
CLOSE = mpf(10) ** -45


def every(name: str) -> Iterator[dict[str, Any]]:
    """All conventions of a routine."""
    choices = find(name).choices
    values = [[*c.values, *(OTHERS[n] if c.other else [])] for n, c in choices.items()]
    for chosen in itertools.product(*values):
        yield dict(zip(choices, chosen, strict=True))


CASES = [(name, conventions) for name in NAMES for conventions in every(name)]


def shown(value: Any) -> str:
    return value if isinstance(value, str) else "-".join(map(str, value.values())) or "default"


def variant_for(name: str, conventions: Mapping[str, Any], drawn: Mapping[str, Any]) -> Variant:
    found = find(name).variant(**conventions)
    return found.with_optional(["mask"]) if "mask" in drawn else found


def number(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return value if np.isinf(value) else Fraction(value)
    return int(value)


def decoded(parameter: Parameter, value: Any, drawn: Mapping[str, Any]) -> Any:
    """The mathematical value of an argument that is coded for code."""
    match parameter.coding:
        case Coding.POSITIONS:
            return np.eye(drawn["logits"].shape[1])[value]
        case Coding.BITS:
            return 2 * value - 1
        case Coding.SIGNS:
            return (value + 1) / 2
        case Coding.TWO_VALUES:
            return np.where(value == drawn["pos"], 1, -1)
    return value


def env_of(variant: Variant, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Sizes, integers and exact numbers at which a variant has one value of each output."""
    env: dict[str, Any] = {}
    for p in variant.parameters:
        value = decoded(p, drawn[p.name], drawn)
        if np.ndim(value):
            value = value.reshape(-1) if p.sort.rank == 1 else value
            env |= dict(zip(p.sort.dims, value.shape, strict=True))
            labels = bool(p.sort.domain.values)
            env[p.name] = {tuple(i + 1 for i in at): int(v) if labels else number(v) for at, v in np.ndenumerate(value)}
        else:
            env[p.name] = number(value)
    return env


def evaluated(variant: Variant, env: Mapping[str, Any], numbers: Any, stable: bool) -> list[Any]:
    """Every output as an array of values."""
    run, arrays = Evaluation(env, numbers, stable), []
    for out in variant.outputs:
        values = np.empty([run.integer(size) for size in out.sizes], dtype=object)
        for at in np.ndindex(values.shape):
            bound = {index: i + 1 for index, i in zip(out.indices, at, strict=True)}
            values[at] = run.value(out.stable if stable else out.literal, bound)
        arrays.append(values)
    return arrays


def mapped(variant: Variant, drawn: Mapping[str, Any], numbers: Any, stable: bool) -> list[Any]:
    """Every output for arguments as code takes them, mapped over elements or rows."""
    if variant.maps == "elements":
        shape = np.shape(next(iter(drawn.values())))
        flat = {name: np.ravel(value) for name, value in drawn.items()}
        points = [{name: value[i] for name, value in flat.items()} for i in range(int(np.prod(shape)))]
        found = [evaluated(variant, env_of(variant, p), numbers, stable)[0][()] for p in points]
        return [np.array([*found, None], dtype=object)[:-1].reshape(shape)]
    axis: Any = variant.conventions.get("axis")
    if variant.maps == "rows":
        (x,) = drawn.values()
        x = np.ravel(x) if axis == "none" else np.moveaxis(x, axis, -1)
        rows = [evaluated(variant, env_of(variant, {"x": r}), numbers, stable)[0] for r in x.reshape(-1, x.shape[-1])]
        out = np.empty(len(rows), dtype=object)
        if not rows[0].shape:
            out[:] = [r[()] for r in rows]
            return [out.reshape(x.shape[:-1])]
        return [np.moveaxis(np.array(rows, dtype=object).reshape(x.shape), -1, axis)]
    return evaluated(variant, env_of(variant, drawn), numbers, stable)


def as_mpf(value: Any) -> Any:
    with precision(BITS):
        value = ball(value)
    if value == arb("-inf") or value == arb("inf"):
        return mpf("inf") if value > 0 else mpf("-inf")
    assert value.is_finite(), value
    return mpf(value.mid().str(70, radius=False))


def truth(name: str, conventions: Mapping[str, Any], drawn: Mapping[str, Any]) -> list[Any]:
    given = {k: v.numerator / mpf(v.denominator) if isinstance(v, Fraction) else v for k, v in conventions.items()}
    result = DEFINITIONS[name](**{k: exact(v) for k, v in drawn.items()}, **given)
    return [np.asarray(r, dtype=object) for r in (result if isinstance(result, tuple) else (result,))]


def assert_close(got: Any, expected: Any) -> None:
    got, expected = np.asarray(got, dtype=object), np.asarray(expected, dtype=object)
    assert got.size == expected.size
    assert got.shape == expected.shape or expected.ndim == 2  # penalties of matrices are those of their entries
    for g, e in zip(got.ravel(), expected.ravel(), strict=True):
        g = as_mpf(g)
        assert g == e or abs(g - e) <= CLOSE * max(abs(e), mpf(10) ** -9), (g, e)


def drawn_for(name: str, conventions: Mapping[str, Any], seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    made = {k: v for k, v in conventions.items() if k != "empty_rows" or v == "zero" or seed % 2}
    decoupled = {k: v for k, v in conventions.items() if (k, v) == ("weight_decay", "decoupled")}
    return with_decay(draw(name, made, rng), decoupled, rng)


@pytest.mark.parametrize("name, conventions", CASES, ids=shown)
def test_both_formulas_are_the_reference(name, conventions):
    for seed in range(DRAWS):
        drawn = drawn_for(name, conventions, seed)
        expected = truth(name, conventions, drawn)
        variant = variant_for(name, conventions, drawn)
        assert variant.several == (len(expected) > 1)
        with precision(BITS):
            literal = mapped(variant, drawn, Balls(), stable=False)
            try:
                stable = mapped(variant, drawn, Balls(), stable=True)
            except Undefined:  # the definition itself tells where a value is infinite
                assert any(mp.isinf(v) for e in expected for v in e.ravel())
                stable = literal
        for one, other, e in zip(literal, stable, expected, strict=True):
            assert_close(one, e)
            assert_close(other, e)


@pytest.mark.parametrize("name, conventions", CASES, ids=shown)
def test_the_budget_holds_the_value(name, conventions):
    for seed in range(DRAWS):
        drawn = drawn_for(name, conventions, seed)
        expected = truth(name, conventions, drawn)
        with precision(128):
            balls = mapped(variant_for(name, conventions, drawn), drawn, FormatBalls(FLOAT64), stable=True)
        for array, e in zip(balls, expected, strict=True):
            for allowed, value in zip(array.ravel(), e.ravel(), strict=True):
                if not mp.isinf(value):
                    assert_within(allowed, value)


def assert_within(allowed: Any, value: Any) -> None:
    allowed = arb(allowed)
    assert allowed.is_finite(), f"the budget at {value} is unbounded"
    with mp.workdps(60):
        middle, radius = mpf(allowed.mid().str(50, radius=False)), mpf(float(allowed.rad()))
        assert abs(middle - value) <= radius * (1 + mpf(10) ** -6), (allowed, value)
    assert float(allowed.rad()) <= 1e-9 * max(1e3, float(abs(value)))

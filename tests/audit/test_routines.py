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
        x, axis = (np.ravel(x), -1) if axis == "none" else (np.moveaxis(x, axis, -1), axis)
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


# Points where formulas are apt to trip

ZERO, ONE, LOWEST = np.zeros(1), np.ones(1), -np.inf
UNEVEN, OTHER = np.array([1.0, 0.0]), np.array([0.0, 1.0])
OPEN, SHUT = np.array([[True, False]]), np.array([[False, False]])
KEYS = {"Q": np.array([[1.0]]), "K": np.array([[2.0], [1e6]]), "V": np.array([[3.0], [-1e6]])}

# name, conventions, arguments, value of the definition, and whether the stable formula has it, too
CORNERS: dict[str, tuple[str, dict[str, Any], dict[str, Any], Any, bool]] = {
    "a class that q excludes": ("kl", {}, {"p": UNEVEN, "q": OTHER}, "inf", False),
    "a class that p excludes": ("kl", {}, {"p": UNEVEN, "q": np.array([0.5, 0.5])}, mp.log(2), True),
    "equal distributions": ("kl", {}, {"p": UNEVEN, "q": UNEVEN}, 0, True),
    "certain and wrong": ("bce_probs", {}, {"p": ZERO, "y": ONE}, "inf", False),
    "certain and wrong, of a 0": ("bce_probs", {"reduction": "sum"}, {"p": ONE, "y": ZERO}, "inf", False),
    "certain and right": ("bce_probs", {}, {"p": UNEVEN, "y": UNEVEN}, 0, True),
    "a certain event": ("entropy", {}, {"p": UNEVEN}, 0, True),
    "no event in common": ("js", {"base": 2}, {"p": UNEVEN, "q": OTHER}, 1, True),
    "no distance": ("js", {"output": "distance"}, {"p": UNEVEN, "q": UNEVEN}, 0, True),
    "weights": ("js", {"base": 2, "normalise": True}, {"p": 3 * UNEVEN, "q": 5 * OTHER}, 1, True),
    "dependent": ("mutual_information", {"base": 2}, {"P": np.diag([0.5, 0.5])}, 1, True),
    "an entry -inf": ("logsumexp", {}, {"x": np.array([LOWEST, 3.0])}, 3, True),
    "all entries -inf": ("logsumexp", {}, {"x": np.array([LOWEST, LOWEST])}, "-inf", False),
    "relu at its kink": ("relu", {}, {"x": ZERO}, 0, True),
    "below the kink": ("relu_grad", {}, {"x": -ONE, "dout": ONE}, 0, True),
    "at the kink": ("relu_grad", {}, {"x": ZERO, "dout": ONE}, 0, True),
    "above the kink": ("relu_grad", {}, {"x": ONE, "dout": 7 * ONE}, 7, True),
    "the sign of 0": ("l1_penalty_grad", {}, {"w": ZERO, "lam": 2.0}, 0, True),
    "hinge at its kink": ("hinge", {}, {"s": ONE, "y": ONE}, 0, True),
    "a tie": ("logaddexp", {}, {"a": ONE, "b": ONE}, 1 + mp.log(2), True),
    "a far logit": ("cross_entropy", {}, {"logits": np.array([[1000.0, 0.0]]), "y": np.array([1])}, 1000, True),
    "a masked key": ("attention", {}, {**KEYS, "mask": OPEN}, 3, True),
    "no key at all": ("attention", {"empty_rows": "zero"}, {**KEYS, "mask": SHUT}, 0, True),
    "the last warm-up": (
        "warmup_cosine_lr", {}, {"step": 2, "base_lr": 0.5, "warmup": 3, "total": 3, "min_lr": 0.0}, 0.5, True,
    ),
    "past the end": (
        "warmup_cosine_lr", {}, {"step": 3, "base_lr": 0.5, "warmup": 3, "total": 3, "min_lr": 0.25}, 0.25, True,
    ),
    "no warm-up": (
        "warmup_cosine_lr", {}, {"step": 0, "base_lr": 0.5, "warmup": 0, "total": 3, "min_lr": 0.25}, 0.5, True,
    ),
    "no step yet": ("cosine_lr", {}, {"step": 0, "total": 1, "lr_max": 0.5, "lr_min": 0.25}, 0.5, True),
}  # fmt: skip


@pytest.mark.parametrize("name, conventions, drawn, value, stable_too", CORNERS.values(), ids=CORNERS)
def test_corners(name, conventions, drawn, value, stable_too):
    variant = variant_for(name, conventions, drawn)
    with precision(BITS):
        (literal,) = mapped(variant, drawn, Balls(), stable=False)
        assert_close(literal.ravel()[:1], [mpf(value)])
        if stable_too:
            assert_close(mapped(variant, drawn, Balls(), stable=True)[0].ravel()[:1], [mpf(value)])
        else:
            with pytest.raises(Undefined):
                mapped(variant, drawn, Balls(), stable=True)
    with precision(128):
        allowed = mapped(variant, drawn, FormatBalls(FLOAT64), stable=True)[0].ravel()[0]
    assert arb(allowed).is_finite() == stable_too
    if stable_too:
        assert_within(allowed, mpf(value))


NOWHERE: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "no admissible key": ("attention", {}, {**KEYS, "mask": SHUT}),
    "no weights": ("js", {"normalise": True}, {"p": ZERO, "q": ONE}),
    "no counts": ("laplace_smoothing", {}, {"counts": ZERO, "alpha": 0.0}),
    "no variance": ("batchnorm", {}, {"X": np.ones((1, 1)), "gamma": ONE, "beta": ONE, "eps": 0.0}),
    "no gradient": ("rmsprop", {}, {"w": ONE, "g": ZERO, "r": ZERO, "lr": 1.0, "gamma": 0.5, "eps": 0.0}),
}


@pytest.mark.parametrize("name, conventions, drawn", NOWHERE.values(), ids=NOWHERE)
@pytest.mark.parametrize("stable", [False, True])
def test_without_a_value(name, conventions, drawn, stable):
    with precision(BITS), pytest.raises(Undefined):
        mapped(variant_for(name, conventions, drawn), drawn, Balls(), stable)


def test_padding_costs_nothing():
    """A window that lies in the padding alone has the value 0 with no budget, one entry that of a product."""
    drawn = {"X": np.array([[3.0]]), "K": np.array([[5.0]]), "padding": 1, "stride": 1}
    with precision(128):
        (found,) = mapped(find("corr2d").variant(), drawn, FormatBalls(FLOAT64), stable=True)
    assert found.shape == (3, 3)
    radii = [float(arb(v).rad()) for v in found.ravel()]
    assert radii[:4] + radii[5:] == [0.0] * 8
    assert radii[4] == pytest.approx(3 * 15 * FLOAT64.u)


def test_a_shifted_softmax_does_not_overflow():
    far = {"x": np.array([1000.0, -1000.0])}
    with precision(128):
        softmax, logs = (
            mapped(find(name).variant(), far, FormatBalls(FLOAT64), True)[0] for name in ("softmax", "log_softmax")
        )
    assert all(arb(v).is_finite() for v in (*softmax, *logs))


def test_the_reference_is_seen_to_differ():
    """The comparison above would notice a mean where a sum is asked for."""
    drawn = drawn_for("mse", {}, 3)
    assert len(drawn["pred"]) > 1
    with precision(BITS):
        (found,) = mapped(find("mse").variant(reduction="sum"), drawn, Balls(), stable=False)
    with pytest.raises(AssertionError):
        assert_close(found, truth("mse", {"reduction": "mean"}, drawn)[0])

"""A failing input shrinks to what a person would write down."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest

from lemmata.checks.audit.input_batches import arguments
from lemmata.checks.audit.inputs import Batch, complexity, simpler

from .input_variants import Values, every, first, leak, low, some, sums, tied, variant


def shrunk(one: Batch, fails: Callable[[Batch], Any]) -> Batch:
    """The simplest of the failing candidates, again and again."""
    while True:
        for batch in simpler(one):
            bad = np.flatnonzero(np.broadcast_to(fails(batch), (batch.count,)))
            if len(bad):
                one = min((batch.take([i]) for i in bad), key=complexity)
                break
        else:
            return one


def failing(name: str, dtype: str, fails: Callable[[Batch], Any], skip: int, **conventions: Any) -> Batch:
    """A failing input out of the random batches, not the first."""
    rows = (
        batch.take([i])
        for batch in first(name, dtype, 60, **conventions)[20:]
        for i in np.flatnonzero(np.broadcast_to(fails(batch), (batch.count,)))[:1]
    )
    return next(islice(rows, skip, None))


def differ(v: Values) -> Any:
    return some(v["p"] != v["q"]) & every(np.abs(v["p"] - v["q"]) < 1e-6)


@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize(
    ("name", "dtype", "conventions", "fails", "expected"),
    [
        ("softmax", "float64", {}, lambda b: some(b.values["x"] > 95), {"x": [100.0]}),
        ("softmax", "float32", {}, lambda b: tied(b.values["x"]), {"x": [0.0, 0.0, -1.0]}),
        ("softplus", "float64", {}, lambda b: b.values["x"] < -3, {"x": -4.0}),
        (
            "kl",
            "float64",
            {},
            lambda b: some((b.values["q"] == 0) & (b.values["p"] > 0)),
            {"p": [0.0, 1.0], "q": [1.0, 0.0]},
        ),
        (
            "kl",
            "float64",
            {},
            lambda b: some(b.values["p"] != b.values["q"]) & (low(b.values["q"]) > 0),
            {"p": [0.0, 1.0], "q": [0.5, 0.5]},
        ),
        (
            "mutual_information",
            "float32",
            {},
            lambda b: (b.dims["r"] > 1) & (b.dims["c"] > 1),
            {"P": [[1.0, 0.0], [0.0, 0.0]]},
        ),
        (
            "hinge",
            "float64",
            {"labels": "args"},
            lambda b: some(b.values["y"] * b.values["s"] > 1) & (b.codes["y"][:, 0] == 1),
            {"s": [2.0], "y": [1.0]},
        ),
        (
            "adam",
            "float64",
            {},
            lambda b: (b.values["b1"] == 0) & (b.integers["t"] > 1) & some(b.values["g"] < 0),
            {"g": [-1.0], "w": [0.0], "lr": 0.0, "t": 2},
        ),
        (
            "warmup_cosine_lr",
            "float64",
            {},
            lambda b: (b.integers["step"] == b.integers["warmup"] > 3) & (b.values["base_lr"] > 0),
            {"step": 4, "warmup": 4, "total": 4, "base_lr": 1.0},
        ),
        (
            "corr2d",
            "float64",
            {},
            lambda b: (b.dims["h"] > b.dims["w"]) & (b.integers["stride"] > 1),
            {"K": [[0.0], [0.0]], "stride": 2},
        ),
        (
            "cross_entropy",
            "float32",
            {},
            lambda b: b.dims["k"] > b.dims["n"],
            {"logits": [[0.0, 0.0]], "y": [[1.0, 0.0]]},
        ),
    ],
)
def test_a_failing_input_shrinks_to_a_simple_one(
    name: str, dtype: str, conventions: Any, fails: Any, expected: Any, skip: int
) -> None:
    one = shrunk(failing(name, dtype, fails, skip, **conventions), fails)
    assert np.broadcast_to(fails(one), (1,)).all()
    got = {n: one.values[n][0].tolist() if n in one.values else one.integers[n] for n in expected}
    assert {n: _sorted(v) for n, v in got.items()} == {n: _sorted(v) for n, v in expected.items()}


def _sorted(v: Any) -> Any:
    """Whatever the order of the entries."""
    return sorted(np.abs(np.ravel(v)).tolist()) if np.ndim(v) else abs(v)


def test_near_equal_distributions_shrink_together() -> None:
    def fails(b: Batch) -> Any:
        return differ(b.values)

    one = shrunk(failing("kl", "float64", fails, 1), fails)
    assert one.dims["k"] == 2 and one.values["p"].max() == 1
    assert complexity(one)[2] <= 12


def test_a_mask_that_leaks_shrinks_to_two_keys() -> None:
    def fails(b: Batch) -> Any:
        return leak(b.values)

    one = shrunk(failing("attention+mask", "float32", fails, 1), fails)
    assert one.dims == {"n": 1, "d": 1, "m": 2, "e": 1}
    assert sorted(one.values["mask"][0, 0]) == [0, 1] and (one.values["V"] == 0).all()
    assert complexity(one)[2] <= 10


@pytest.mark.parametrize(
    "name", ["softmax", "kl", "mutual_information", "adam", "corr2d", "attention+mask", "odd", "weights"]
)
def test_candidates_are_simpler_and_in_the_domain(name: str) -> None:
    one = max(first(name, "float32", 40), key=lambda b: complexity(b.take([0]))[0]).take([0])
    count = 0
    for batch in simpler(one):
        assert batch.variant.admits({**batch.dims, **batch.integers})
        for i in range(0, batch.count, 5):
            assert complexity(batch.take([i])) < complexity(one)
        for p in arguments(one.variant):
            if p.name in batch.values:
                values = batch.values[p.name]
                assert all(v in p.sort.domain for v in np.unique(values).tolist())
                if p.sort.sums:
                    room = values[0].size * np.finfo(np.float32).eps * np.maximum(1, sums(np.abs(values), p.sort.sums))
                    assert (np.abs(sums(values, p.sort.sums) - 1) <= room).all()
        count += batch.count
    assert count >= 10


def _lines(*rows: list[float]) -> list[Batch]:
    made = variant("softmax")
    return [Batch(made, "float32", {"k": len(r)}, {}, {"x": np.array([r], np.float32)}, 1) for r in rows]


def test_simple_is_short_sparse_and_round() -> None:
    ordered = _lines([0], [1], [2], [100], [-1], [0.15], [0, 0], [0, 1], [1, 1], [0.1, 0.3], [0.1, 0.123], [0] * 3)
    assert [complexity(b) for b in ordered] == sorted(complexity(b) for b in ordered)
    assert complexity(_lines([0.0])[0]) < complexity(_lines([-0.0])[0])


def test_the_simplest_input_has_nothing_simpler() -> None:
    assert not list(simpler(_lines([0.0])[0]))

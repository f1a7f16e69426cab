"""Inputs of an audit: they lie in their domain and come to where mistakes hide; code sees them as conventions say."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
import pytest

from lemmata.checks.audit.input_batches import arguments, is_integer
from lemmata.checks.audit.inputs import Batch, batches
from lemmata.checks.ball_arithmetic import Balls
from lemmata.checks.evaluate import Evaluation
from lemmata.spec.language.routines import NAMES

from .input_cases import CASES
from .input_variants import OWN, first, sums, variant

FORMATS = ("float64", "float32", "float16")


@pytest.mark.parametrize("name", [*NAMES, "attention+mask", *OWN])
@pytest.mark.parametrize("dtype", FORMATS)
def test_every_value_lies_in_its_domain(name: str, dtype: str) -> None:
    """By the sorts' own word for membership, number by number."""
    for batch in first(name, dtype, 20):
        assert batch.variant.admits({**batch.dims, **batch.integers})
        for p in arguments(batch.variant):
            domain = p.sort.domain
            if is_integer(p):
                assert {**batch.dims, **batch.integers}[p.name] in domain
                continue
            values = batch.values[p.name]
            assert len(values) == batch.count
            assert values.dtype == (dtype if p.sort.kind == "array" or batch.variant.maps == "elements" else "float64")
            numbers = [v for v in np.unique(values).tolist() if v != -np.inf or not domain.minus_infinity]
            assert np.isfinite(numbers).all() and all(v in domain for v in numbers), (p.name, batch.stratum)
            if p.sort.sums:
                size = np.prod([values.shape[a + 1] for a in p.sort.sums])
                room = size * np.finfo(dtype).eps * np.maximum(1, sums(np.abs(values), p.sort.sums))
                assert (np.abs(sums(values, p.sort.sums) - 1) <= room).all()
            if p.sort.symmetric:
                assert (values == values.swapaxes(1, 2)).all()


@pytest.mark.parametrize(
    "case", [(*case[:4], what, found) for case in CASES for what, found in case[4].items()],
    ids=lambda case: f"{case[0]} {case[2]} {case[4]}",
)  # fmt: skip
def test_what_hides_mistakes_comes_up_soon(case: Any) -> None:
    name, conventions, dtype, within, _, found = case
    hits = 0
    with np.errstate(all="ignore"):
        for batch in first(name, dtype, 60, **conventions)[:within]:
            hits += int(np.broadcast_to(found(batch.values, batch), (batch.count,)).sum())
    assert hits


def test_batches_go_on_share_nothing_and_follow_from_the_seed() -> None:
    one, same, other = (
        list(islice(batches(variant("adam"), "float64", np.random.default_rng(s)), 30)) for s in (1, 1, 2)
    )
    assert all((a.values["g"] == b.values["g"]).all() for a, b in zip(one, same, strict=True))
    assert any(
        a.values["g"].shape != b.values["g"].shape or (a.values["g"] != b.values["g"]).any()
        for a, b in zip(one, other, strict=True)
    )
    assert {b.stratum for b in one} >= {"corner", "mixed", "together"}


# How the reference and the code see a batch


@pytest.mark.parametrize("name", ["softmax", "logaddexp", "attention+mask", "adam", "odd", "numbers", "weights"])
@pytest.mark.parametrize("dtype", FORMATS)
def test_a_point_is_a_row_of_the_environment(name: str, dtype: str) -> None:
    for batch in first(name, dtype, 20)[::3]:
        env, i = batch.env(), batch.count - 1
        point = batch.point(i)
        assert env.keys() == point.keys() == {p.name for p in arguments(batch.variant)} | {*batch.dims}
        for key, value in point.items():
            exact = key in batch.exact_names()
            if isinstance(value, dict):
                assert value.keys() == env[key].keys()
                assert all(type(v) is (int if exact else Fraction) and v == env[key][at][i] for at, v in value.items())
            elif key in batch.values:
                assert type(value) is (int if exact else Fraction) and value == env[key][i]
            else:
                assert type(value) is int and value == env[key]


def test_minus_infinity_stays_a_float() -> None:
    row = next((b, i) for b in first("logsumexp") for i in range(b.count) if np.isinf(b.values["x"][i]).any())
    values = row[0].point(row[1])["x"].values()
    assert {type(v) for v in values if v == float("-inf")} == {float}


def test_a_point_can_be_evaluated() -> None:
    made = variant("kl")
    batch = Batch(made, "float64", {"k": 2}, {}, {"p": np.array([[0.5, 0.5]]), "q": np.array([[0.5, 0.5]])}, 1)
    value = Evaluation(batch.point(0), Balls()).value(made.outputs[0].literal)
    assert abs(float(value)) < 1e-15


def _coded(
    name: str, dims: dict[str, int], values: dict[str, Any], codes: Any = None, **conventions: Any
) -> dict[str, Any]:
    arrays = {n: np.array([v], dtype=np.float32 if np.ndim(v) else np.float64) for n, v in values.items()}
    pairs = {} if codes is None else {"y": np.array([codes])}
    batch = Batch(variant(name, **conventions), "float32", dims, {}, arrays, 1, "", pairs)
    assert [n for n, *_ in batch.coded()] == [*batch.plain(0)]
    return {n: (v[0].tolist(), str(v.dtype), kind) for n, v, kind in batch.coded()}


CLASSES = {"logits": [[0.0] * 3] * 2, "y": [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]}
SCORES = {"s": [1, 2], "y": [-1, 1]}
FEATURES = {"w": [1], "X": [[1], [2]], "y": [0, 1]}
ATTENTION = {"Q": [[1]], "K": [[1], [2]], "V": [[1], [2]], "mask": [[0, 1]]}
CODED = [
    ("cross_entropy", {}, CLASSES, None, "y", ([1, 2], "int64", "labels")),
    ("cross_entropy", {"labels": "onehot"}, CLASSES, None, "y", (CLASSES["y"], "float32", "array")),
    ("hinge", {}, SCORES, None, "y", ([-1, 1], "float32", "array")),
    ("hinge", {"labels": "01"}, SCORES, None, "y", ([0, 1], "float32", "array")),
    ("hinge", {"labels": "args"}, SCORES, [1, 2], "y", ([1, 2], "float32", "array")),
    ("hinge", {"labels": "args"}, SCORES, [1, 0], "y", ([1, 0], "float32", "array")),
    ("hinge", {"labels": "args"}, SCORES, [1, 0], "neg", (1, "int64", "int")),
    ("hinge", {"labels": "args"}, SCORES, [1.0, 0.0], "pos", (0.0, "float64", "float")),
    ("logreg_grad", {"labels": "pm1"}, FEATURES, None, "y", ([-1, 1], "float32", "array")),
    ("l2_penalty", {}, {"w": [1], "lam": 0.1}, None, "lam", (0.1, "float64", "float")),
    ("attention+mask", {}, ATTENTION, None, "mask", ([[False, True]], "bool", "labels")),
]


@pytest.mark.parametrize(("name", "conventions", "values", "codes", "argument", "expected"), CODED)
def test_arguments_are_presented_as_conventions_say(
    name: str, conventions: Any, values: Any, codes: Any, argument: str, expected: Any
) -> None:
    made = variant(name, **conventions)
    arrays = {n: np.array([v], dtype=np.float32 if np.ndim(v) else np.float64) for n, v in values.items()}
    dims = {
        d: length
        for p in arguments(made)
        for d, length in zip(p.sort.dims, arrays[p.name].shape[1:], strict=True)
    }  # fmt: skip
    batch = Batch(made, "float32", dims, {}, arrays, 1, "", {} if codes is None else {"y": np.array([codes])})
    got = {n: (v[0].tolist(), str(v.dtype), kind) for n, v, kind in batch.coded()}
    assert got[argument] == expected
    assert [*got] == [*batch.plain(0)] == [*values, *([] if codes is None else ["neg", "pos"])]


def test_plain_data_round_trips() -> None:
    for batch in first("logsumexp", "float32", 12):
        plain = batch.plain(0)["x"]
        again = np.array([float(v) for v in plain["data"]], plain["dtype"]).reshape(plain["shape"])
        assert (again == batch.values["x"][0]).all() and again.dtype == np.float32
    assert first("adam")[0].plain(0)["t"] == {"dtype": "int64", "shape": [], "data": [first("adam")[0].integers["t"]]}

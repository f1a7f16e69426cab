"""The corpus is what it says: each wrong target fails at its input, each correct one follows the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from .corpus_inputs import DRAWS, draw, with_decay
from .corpus_run import (
    BITS,
    CORPUS,
    Target,
    answer,
    arguments,
    array,
    as_arrays,
    at_input,
    budget,
    caller,
    fresh,
    misses,
    plain,
    reference,
    sides,
    targets,
    told,
)
from .corpus_run import exact as exactly
from .corpus_truth import DEFINITIONS

VERDICTS = {"correct", "wrong", "unstable", "impure", "error"}
KINDS = set("value gradient nonfinite exception mutation state nondeterminism dtype shape".split())
HONEST = 64  # units of the budget that a careful implementation may need; the audit allows 2²¹ of them
INPUTS = 200

SOUND = [target for target in targets() if target.verdict == "correct"]
BROKEN = [target for target in targets() if target.verdict == "error"]
FAULTY = [target for target in targets() if target.verdict not in {"correct", "error"}]


def named(target: Target) -> str:
    return target.id


def bits(given: Mapping[str, Any]) -> int:
    return BITS["float32" if any(getattr(v, "dtype", "") == "float32" for v in given.values()) else "float64"]


def missed_by(target: Target) -> float:
    given = at_input(target)
    return misses(target, given, told(target), reference(target, given))


def same(one: Any, other: Any) -> bool:
    """Bit for bit, but for the sign of 0."""
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    return np.array_equal(one, other, equal_nan=True)


def mutates(target: Target) -> bool:
    passed = arguments(target, at_input(target))
    before = plain(tuple(map(as_arrays, passed.values())))
    result = caller(target, fresh(target.module))(passed)
    assert result is not None
    return plain(tuple(map(as_arrays, passed.values()))) != before


def wavers(target: Target) -> bool:
    call = caller(target, fresh(target.module))
    answers = [str(plain(answer(target, call, at_input(target)))) for _ in range(50)]
    return len(set(answers)) > 1


@pytest.mark.parametrize("target", FAULTY, ids=named)
def test_a_faulty_target_fails_at_its_input(target):
    given = at_input(target)
    if target.kind == "mutation":
        assert mutates(target)
    elif target.kind == "nondeterminism":
        assert wavers(target)
    else:
        assert missed_by(target) > 2 ** (0.4 * bits(given))
    if target.kind == "state":
        assert missed_by(replace(target, before=())) <= HONEST
    if target.kind == "mutation":
        assert missed_by(target) <= HONEST
    if target.wrt:
        left, right = sides(target, {name: exactly(value) for name, value in given.items()})
        got = told(target)
        between = [
            min(a, b) - abs(a - b) / 9 <= g <= max(a, b)
            for a, b, g in zip(*map(np.ravel, (left, right, got)), strict=True)
        ]
        assert not all(between) or not np.isfinite(got).all()


@pytest.mark.parametrize("target", FAULTY, ids=named)
def test_what_is_expected_is_what_the_reference_gives(target):
    expected = plain(reference(target, at_input(target)))
    assert target.expected == expected
    assert target.got is not None
    if target.verdict == "unstable":
        assert target.kind in {"nonfinite", "value", "exception", "gradient"}
    else:
        assert (target.verdict == "impure") == (target.kind in {"mutation", "state", "nondeterminism"})


WIDER = np.finfo(np.longdouble).nmant - np.finfo(np.float64).nmant
IN_NUMPY = [
    target
    for target in FAULTY
    if target.takes == "numpy"
    and target.verdict in {"wrong", "unstable"}
    and target.kind in {"value", "nonfinite"}
    and not any("layout" in plain for plain in target.input.values())
]


def distance(got: Any, expected: Any) -> Any:
    """The largest error, of longdouble as well; infinite where only one of the two is."""
    if isinstance(expected, tuple):
        return max(distance(*each) for each in zip(got, expected, strict=True))
    worst = mpf(0)
    for g, e in zip(np.ravel(got), np.ravel(np.asarray(expected, dtype=object)), strict=True):
        if mp.isinf(e) or not np.isfinite(g):
            worst = max(worst, mpf(0) if mp.isinf(e) and float(g) == float(e) else mp.inf)
        else:
            worst = max(worst, abs(mpf(str(g)) - e))
    return worst


@pytest.mark.skipif(not WIDER, reason="long double is double here")
@pytest.mark.parametrize("target", IN_NUMPY, ids=named)
def test_what_is_unstable_heals_in_a_wider_format_and_what_is_wrong_does_not(target):
    given = at_input(target)
    expected = reference(target, given)
    narrow = np.float32 if bits(given) == BITS["float32"] else np.float64
    wide = np.float64 if narrow is np.float32 else np.longdouble
    widened = {k: v.astype(wide) if getattr(v, "dtype", "") == narrow else v for k, v in given.items()}
    got = answer(target, caller(target, fresh(target.module)), widened)
    if isinstance(got, str):
        return  # a library below refuses the format
    before, after = distance(told(target), expected), distance(got, expected)
    heals = mp.isfinite(after) and after <= before / 2 ** (WIDER / 2)
    assert heals == (target.verdict == "unstable")


@cache
def drawn(definition: str, conventions: tuple[tuple[str, Any], ...], dtype: str) -> list[tuple[Any, Any, Any]]:
    """Inputs and what the reference says, for all targets of a definition."""
    rng = np.random.default_rng(len(definition))
    stand_in = Target("", "", definition, "", "", set=dict(conventions))
    made = []
    for _ in range(INPUTS if dtype == "float64" else 20):
        given = with_decay(draw(definition, stand_in.set, rng, dtype), stand_in.set, rng)
        expected = reference(stand_in, given)
        made.append((given, expected, budget(stand_in, given, expected)))
    return made


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.parametrize("target", SOUND, ids=named)
def test_a_correct_target_follows_the_reference(target, dtype):
    call = caller(target, fresh(target.module))
    for given, expected, radius in drawn(target.definition, tuple(target.set.items()), dtype):
        before = [np.copy(value) for value in given.values()]
        got = answer(target, call, given)
        assert misses(target, given, got, expected, radius) <= HONEST, (given, got, plain(expected))
        assert same(before, list(given.values())) and same(got, answer(target, call, given))


def integers(target: Target, given: Mapping[str, Any]) -> dict[str, Any]:
    """Whole numbers of the definition's domain in integer arrays."""
    whole = {"sequence": [1, 1, 1], "p": [0, 1, 0], "q": [0, 1, 0], "P": [[0, 1], [0, 0]]}
    if target.definition == "perplexity" and target.set.get("input") != "probs" and target.set:
        whole["sequence"] = [0, 0, 0]
    if target.definition == "bce_probs":
        whole["y"] = [0, 1, 0]
    if target.definition == "kl_logq":
        whole["p"] = np.eye(*given["p"].shape, dtype=int)
    return {
        name: np.array(whole[name]) if name in whole
        else np.round(value).astype(int) if getattr(value, "dtype", "") == "float64" and np.isfinite(value).all()
        else value
        for name, value in given.items()
    }  # fmt: skip


LAYOUTS = ["readonly", "strided", "fortran", "integer"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("target", [t for t in SOUND if t.takes == "numpy"], ids=named)
def test_a_correct_target_takes_any_array(target, layout):
    for given, expected, radius in drawn(target.definition, tuple(target.set.items()), "float64")[:10]:
        if layout == "integer":
            given = integers(target, given)
            floats = {k: v.astype(float) if getattr(v, "dtype", "") == "int64" else v for k, v in given.items()}
            expected = reference(target, given)
            radius = budget(target, floats, expected)
        else:
            data = {name: {**plain(value), "layout": layout} for name, value in given.items()}
            given = {name: array(value) for name, value in data.items()}
        got = answer(target, caller(target, fresh(target.module)), given)
        assert misses(target, given, got, expected, radius) <= HONEST, (given, got, plain(expected))


STEPS = {"sgd", "momentum", "nesterov", "sgd_momentum_wd", "adagrad", "rmsprop", "adam"}  # nobody differentiates them


@pytest.mark.parametrize("target", [t for t in SOUND if t.takes == "torch" and t.definition not in STEPS], ids=named)
def test_a_correct_torch_target_has_the_derivative(target):
    call = caller(target, fresh(target.module))
    rng = np.random.default_rng(5)
    for given, expected, _ in drawn(target.definition, tuple(target.set.items()), "float64")[:12]:
        wrt = next(iter(given))
        cotangent = plain(rng.normal(size=np.shape(expected)))
        graded = replace(target, wrt=wrt, cotangent=cotangent)
        left, right = sides(graded, {name: exactly(value) for name, value in given.items()})
        if not given[wrt].any() or (abs(left - right) > 1e-9).any():
            continue
        if not np.isfinite(np.append(given[wrt], np.asarray(expected, dtype=float))).all():
            continue
        slope, got = ((left + right) / 2).astype(float), answer(graded, call, given)
        if "does not require grad" in str(got):  # cut off from the graph, as a gradient may be
            continue
        np.testing.assert_allclose(got, slope, rtol=1e-9, atol=1e-13 * (1 + np.abs(slope).max()))


@pytest.mark.parametrize("target", BROKEN, ids=named)
def test_a_broken_target_cannot_be_loaded_or_called(target):
    given = draw(target.definition, target.set, np.random.default_rng(1))
    try:
        call = caller(target, fresh(target.module))
    except (ImportError, SystemExit):
        return
    assert isinstance(answer(target, call, given), str)


@pytest.mark.parametrize(
    ("got", "seen"),
    [
        (np.array([0.5, 0.5]), False),
        (np.array([0.5, 0.5 + 1e-16]), False),
        (np.array([0.5, 0.5 + 1e-9]), True),
        (np.array([0.5, np.nan]), True),
        (np.array([[0.5, 0.5]]), True),
        ((np.array([0.5]), np.array([0.5])), True),
        ("ValueError: no", True),
    ],
)
def test_a_miss_is_seen(got, seen):
    target, given = Target("", "", "softmax", "", ""), {"x": np.zeros(2)}
    missed = misses(target, given, got, reference(target, given))
    assert (missed > 2 ** (0.4 * 53)) == seen == (missed > HONEST)


def test_every_module_has_a_manifest_and_every_target_resolves():
    assert {p.stem for p in CORPUS.glob("*.py")} == {p.stem for p in CORPUS.glob("*.toml")}
    for target in targets():
        assert target.definition in DEFINITIONS
        assert target.verdict in VERDICTS
        assert target in SOUND + BROKEN or target.kind in KINDS
        assert target.verdict == "error" or callable(getattr(fresh(target.module), target.name))


def test_the_corpus_is_large_and_covers_every_definition():
    faulty = Counter(target.definition for target in FAULTY + BROKEN)
    assert faulty.total() >= 150 and len(SOUND) >= 60
    assert set(faulty) == set(DEFINITIONS) == set(DRAWS) == {target.definition for target in SOUND}
    assert max(faulty.values()) <= 10


def test_no_two_targets_tell_the_same_tale():
    assert len({target.what for target in targets()}) == len({target.id for target in targets()}) == len(targets())

"""Whether an explanation predicts what came back.

An explanation makes predictions for a sample. It holds if every answer agrees, those that fail and those that are
right; answers that are not finite are set aside.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..format_balls import CORRECT
from .inputs import Batch
from .judging import limit
from .sampled import Sample

ENOUGH = 5  # failing calls that an explanation must predict
UNCLEAR = 0.05  # of the failing entries that a prediction may leave open
Prediction = Sequence[tuple[np.ndarray, np.ndarray]]  # (values, budgets) of each result, in the shapes of the calls
Predictor = Callable[[Sample], Prediction | None]
Defined = Callable[[Sample], tuple[Any, Batch] | None]  # formulas, as a variant has them, and their arguments


@dataclass(frozen=True)
class Explanation:
    """In words, with what it predicts: directly, or by a definition and arguments for it."""

    words: str
    predict: Predictor
    defined: Defined | None = None


def by_definition(words: str, defined: Defined) -> Explanation:
    """What a definition gives, perhaps of other arguments than the call had."""

    def predict(sample: Sample) -> Prediction | None:
        made = defined(sample)
        return None if made is None else [sample.shaped(s) for s in sample.screened(*made)]

    return Explanation(words, predict, defined)


def agrees(probe: Sample, explanation: Explanation) -> bool:
    """Whether the explanation predicts a few failing calls; one entry is looked at first."""
    try:
        if explanation.defined is not None:
            made = explanation.defined(probe)
            if made is None or not probe.single(*made):
                return False
        explained = predicted(probe, explanation.predict(probe))
    except Exception:  # a formula that has no value here, or that means nothing
        return False
    return explained is not None and bool(explained.any())


def predicted(sample: Sample, made: Prediction | None) -> np.ndarray | None:
    """The failing calls that are as predicted, and not within the prediction's budget of what is expected.

    None where an answer is not as predicted.
    """
    got = sample.got
    if got is None or made is None or [g.shape for g in got] != [m.shape for m, _ in made]:
        return None
    explained = np.zeros(sample.calls, bool)
    most = limit(sample.format)
    fits = sample.fits
    for o, (g, (mid, rad), bad, good) in enumerate(zip(got, made, sample.bad, sample.good, strict=True)):
        with np.errstate(all="ignore"):
            off = np.abs(g - mid).astype(np.float64)
            room = most * rad
            clear = np.isfinite(g) & np.isfinite(mid) & np.isfinite(rad)
            told, seen = bad & clear, bad & np.isfinite(g) & ~np.isnan(mid)  # NaN: it has no value there
            if (seen & ~clear).sum() > UNCLEAR * seen.sum():  # it predicts nothing here
                return None
            if fits:  # closer than to what is expected, by much
                apart = np.abs(g - sample.expected[o][0]).astype(np.float64)
                told = told & ~(np.abs(mid - sample.expected[o][0]) <= 16 * CORRECT * rad)
                room = np.maximum(CORRECT * rad, np.minimum(room, apart / 1024))
            if np.any(bad & clear & ~(off <= room)):
                return None
            if fits:
                spread = most * (rad + sample.expected[o][1])
                if np.any(good & clear & ~(off <= spread)):
                    return None
        explained |= told.reshape(sample.calls, -1).any(axis=1)
    return explained


def holds(samples: Sequence[Sample], predict: Predictor, end: float = math.inf) -> bool:
    """Whether all answers are as predicted, and enough of them show it. Not if time ran out before that is known."""
    count, sizes = 0, set()
    for sample in samples:
        explained = predicted(sample, predict(sample)) if time.monotonic() < end else None
        if explained is None:
            return False
        count += int(explained.sum())
        if explained.any():
            sizes.add(tuple(sample.batch.dims.items()))
    failing = {tuple(s.batch.dims.items()) for s in samples if any(b.any() for b in s.bad)}
    most = sum(int(numbered(s).sum()) for s in samples) / 2
    return count >= max(ENOUGH, most) and len(sizes) >= min(2, len(failing))


def numbered(sample: Sample) -> np.ndarray:
    """Calls with a failing entry that is a number."""
    out = np.zeros(sample.calls, bool)
    for g, bad in zip(sample.got or [], sample.bad, strict=True):
        out |= (bad & np.isfinite(g)).reshape(sample.calls, -1).any(axis=1)
    return out

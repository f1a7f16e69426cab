"""Plainer numbers near given ones, and how plain numbers are."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from .strata import Array


def plainness(flat: Array) -> Array:
    """Significant decimal digits, minus signs (also of −0) and |log₂|, summed over each row."""
    numbers, places = np.unique(flat, return_inverse=True)
    digits = np.array([significant(v) for v in numbers])[places.reshape(flat.shape)]
    wide = np.abs(flat.astype(np.float64))
    with np.errstate(all="ignore"):
        size = np.where(wide == 0, 0.0, np.where(np.isinf(wide), 5000.0, np.abs(np.log2(wide))))
    return np.stack([digits.sum(axis=1), np.signbit(flat).sum(axis=1), size.sum(axis=1)])


def significant(value: Any) -> int:
    """The digits of the shortest decimal that gives the number back.

    >>> significant(np.float32(0.1)), significant(-1200.0), significant(0.0), significant(np.float64(1) / 3)
    (1, 2, 0, 16)
    """
    return _digits_of(str(value))


@lru_cache(maxsize=65536)
def _digits_of(text: str) -> int:
    if "inf" in text:
        return 1
    return len(text.lower().partition("e")[0].replace(".", "").lstrip("-0").rstrip("0"))


def changed(flat: Array, places: Array, value: Any) -> Array:
    """A copy with another value at the places."""
    made = flat.copy()
    made[places] = value
    return made


def ranks(v: Array) -> list[Array]:
    """Small integers in the order of the entries, ties kept: from 0, up to 0, and with the same signs.

    Also the distances from the greatest, the least and the first entry.
    """
    finite = np.where(np.isfinite(v), v, 0)
    if not np.ndim(v):
        return []
    values, order = np.unique(finite, return_inverse=True)
    order = order.reshape(v.shape)
    below = np.count_nonzero(values < 0) + (0.0 if (values == 0).any() else -1.0)
    signed = np.where(finite < 0, order - np.count_nonzero(values < 0), np.where(finite > 0, order - below, 0))
    with np.errstate(all="ignore"):
        made = [order, order - order.max(), signed]
        made += [finite - level for level in (finite.max(), finite.min(), finite.ravel()[0])]
        return [np.where(np.isfinite(v), m, v).astype(v.dtype) for m in made]


def rounded(v: Array) -> list[Array]:
    """Integers, powers of 2, and fewer and fewer significant or decimal digits."""
    wide = np.where(np.isfinite(v), v, 0).astype(np.float64)
    with np.errstate(all="ignore"):
        exponent = np.floor(np.log10(np.abs(np.where(wide == 0, 1, wide))))
        made = [np.rint(wide), np.trunc(wide), np.ceil(wide)]
        made += [np.copysign(2.0 ** np.rint(np.log2(np.abs(np.where(wide == 0, 1, wide)))), wide) * (wide != 0)]
        made += [np.copysign(10.0**exponent, wide) * (wide != 0)]
        made += [rounded_to(wide, digits) for digits in (1, 2, 3, 4, 6, 9, 12)]
        made += [rounded_to(wide - np.copysign(10.0**exponent, wide) * (wide != 0), 1)]
        made += [np.round(wide, 1), np.round(wide, 2)]
        return [np.where(np.isfinite(v), m, v).astype(v.dtype) for m in made]


def rounded_to(wide: Array, digits: int) -> Array:
    """To significant digits, by way of text, for 3·10⁻⁵ computed is not always the float nearest to it."""
    flat = [float(f"{x:.{digits - 1}e}") for x in np.ravel(wide).tolist()]
    return np.array(flat).reshape(np.shape(wide))


def apportioned(flat: Array, parts: float) -> Array:
    """Multiples of 1/parts that sum to 1, the largest remainders rounded up."""
    scaled = flat * parts
    base = np.floor(scaled)
    missing = np.clip(np.rint(parts - base.sum(axis=1)), 0, flat.shape[1]).astype(int)
    rank = np.argsort(np.argsort(-(scaled - base), axis=1, kind="stable"), axis=1, kind="stable")
    return (base + (rank < missing[:, None])) / parts

"""Slips of axes: sums that run along another axis than the formula's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp

from ...spec.language import expressions as x
from ...spec.language.routines import Variant
from .slip_rules import Ranges


def other_axes(variant: Variant, forms: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """Sums along another axis than the formula's: over the free index beside the bound one, or over both."""
    if len(forms) != 1:
        return
    output = variant.outputs[0]
    ranges = dict(zip(output.indices, output.sizes, strict=True))
    for along in ("other", "both", "inner"):
        made = _turned(forms[0], ranges, along)
        if made != forms[0]:
            words = {
                "other": "with its statistics along the other axis",
                "both": "with its statistics over all entries at once",
                "inner": "with the sum in a denominator along the other axis",
            }[along]
            yield made, words


def _turned(e: Any, ranges: Ranges, along: str) -> Any:
    """Sums over l of terms in (i, l), where j is free and of the same range, become sums over i of terms in (i, j)."""
    if not e.args or isinstance(e, (x.Array, x.Entry, x.Named, sp.Symbol)):
        return e
    if isinstance(e, sp.Mul) and along != "inner":
        found = next((a for a in e.args if isinstance(a, (x.Total, x.Largest)) and _pair(a, ranges)), None)
        size = sp.Pow(found.high, sp.Integer(-1)) if found is not None else None
        if found is not None and size in e.args:
            i, _ = _pair(found, ranges) or (None, None)
            other = sp.Pow(ranges[i], sp.Integer(-1))
            parts = [
                _turned(a, ranges, along) if a != size else other if along == "other" else sp.Mul(size, other)
                for a in e.args
            ]
            return sp.Mul(*parts)
    if isinstance(e, (x.Total, x.Largest)):
        pair = _pair(e, ranges)
        if pair and along != "inner":
            return _over(e, pair, ranges, along)
        return e.func(_turned(e.body, {**ranges, e.index: e.high}, along), *e.args[1:])
    if isinstance(e, sp.Pow) and e.exp == -1 and along == "inner" and isinstance(e.base, x.Total):
        pair = _pair(e.base, ranges)
        if pair:
            return sp.Pow(_over(e.base, pair, ranges, along), e.exp)
    if isinstance(e, x.Binder):
        return e.func(_turned(e.body, {**ranges, e.index: e.high}, along), *e.args[1:])
    return e.func(*[_turned(a, ranges, along) for a in e.args])


def _pair(e: Any, ranges: Ranges) -> tuple[Any, Any] | None:
    """The free index i that the terms depend on, and the free index j of the range that is summed over."""
    free = e.body.free_symbols
    beside = [i for i in ranges if i in free and i != e.index]
    same = [j for j, size in ranges.items() if size == e.high and j not in free]
    return (beside[0], same[0]) if len(beside) == 1 and len(same) == 1 else None


def _over(e: Any, pair: tuple[Any, Any], ranges: Ranges, along: str) -> Any:
    i, j = pair
    body = e.body if along == "inner" else _turned(e.body, ranges, along)
    top = max([x.level(e), x.level(body), *[k.level for k in ranges if isinstance(k, x.Bound)]])
    inner, outer = x.Bound(e.index.name, top + 1), x.Bound(i.name, top + 2)
    if along == "both":
        body = x.substitute(body, {e.index: inner, i: outer}, reopen=False)
        return e.func(e.func(body, inner, e.low, e.high), outer, e.low, ranges[i])
    body = x.substitute(body, {e.index: inner}, reopen=False)
    body = x.substitute(body, {i: outer}, reopen=False)
    body = x.substitute(body, {inner: j}, reopen=False)
    return e.func(body, outer, e.low, ranges[i])

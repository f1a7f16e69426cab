"""Recurrences m ← α·m + β written out: what they come to after `upto` steps."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ...spec.language import expressions as x
from ..evaluate import Unsupported
from .derivative import derivative


def affine(e: x.Recurrence) -> tuple[Any, Any] | None:
    """(α, β) with step = α·m + β, both free of m; None where the step is not visibly of this form.

    A step whose derivative in m is free of m is affine in m: the functions whose derivative hides a jump keep their
    argument in it, or have no derivative here.
    """
    try:
        slope = derivative(e.step, e.previous)
    except Unsupported:
        return None
    if e.previous in slope.free_symbols:
        return None
    with x.as_written():
        return slope, x.substitute(e.step, {e.previous: sp.Integer(0)})


def as_product(e: x.Recurrence, factor: Any) -> Any:
    """m ← α_s·m from m₀ is m₀ Π α_s."""
    with x.as_written():
        return sp.Mul(e.start, x.product(lambda k: x.substitute(factor, {e.index: k}), over=e.upto))


def as_sum(e: x.Recurrence, factor: Any, added: Any) -> Any:
    """m ← α·m + β_s from m₀ is αᵗ m₀ + Σ_{s=1}^t α^{t−s} β_s, for α free of s."""
    with x.as_written():
        if factor == 1:
            return sp.Add(e.start, x.total(lambda k: x.substitute(added, {e.index: k}), over=e.upto))

        def summand(k: Any) -> Any:
            return sp.Mul(sp.Pow(factor, sp.Add(e.upto, sp.Mul(sp.Integer(-1), k))), x.substitute(added, {e.index: k}))

        return sp.Add(sp.Mul(sp.Pow(factor, e.upto), e.start), x.total(summand, over=e.upto))

"""Points in the stated equality case of an inequality, which random points do not meet when it is several equations."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import sympy as sp
from flint import fmpq

from ..spec.language import expressions as x
from ..spec.language.claims import Variable
from ..spec.language.statements import AtLeast, AtMost, Equals, Identical, Statement, conditions
from .ball_arithmetic import Balls
from .evaluate import Evaluation, Undecided, Undefined, Unsupported
from .sampling import Point

FREE = ("Vector", "Matrix")  # arrays whose entries may be changed one by one


def has_equality_case(s: Statement) -> bool:
    return isinstance(s, (AtMost, AtLeast)) and s.equality is not None


def near_equality_case(s: Statement, variables: Mapping[str, Variable], point: Point, rng: random.Random) -> Point:
    """The point with the variables at the values that the conditions give them; now and then all but one of them."""
    if not isinstance(s, (AtMost, AtLeast)) or s.equality is None:
        return point
    missed = rng.choice(conditions(s.equality)) if rng.random() < 0.4 else None
    for condition in conditions(s.equality):
        met = _where(condition, variables, point)
        point = met if condition is not missed else _all_but_one(met, point, rng)
    return point


def _all_but_one(met: Point, point: Point, rng: random.Random) -> Point:
    """Of what changed, a number as it was before, and of an array one entry."""
    out = dict(met)
    for name, value in met.items():
        if value != point[name]:
            kept = rng.choice([*value]) if isinstance(value, dict) else None
            out[name] = point[name] if kept is None else {**value, kept: point[name][kept]}
    return out


def _where(condition: Equals | Identical, variables: Mapping[str, Variable], point: Point) -> Point:
    for variable, value in ((condition.left, condition.right), (condition.right, condition.left)):
        v = variables.get(variable.name) if isinstance(variable, (sp.Symbol, x.Array)) else None
        if v is None or (v.sort.kind != "scalar" and v.sort.name not in FREE):
            continue
        at = Evaluation(point, Balls())
        try:
            if isinstance(variable, x.Array):
                keys = product(*[range(1, at.integer(d) + 1) for d in variable.dims])
                found = {k: _exact(at.value(value[k[0] if len(k) == 1 else k]), v) for k in keys}
            else:
                found = _exact(at.value(value), v)
        except (Undecided, Undefined, Unsupported):
            continue
        return {**point, v.name: found}
    return point


def _exact(value: Any, v: Variable) -> Any:
    """The value as the sort wants it."""
    exact = Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else value
    if not isinstance(exact, (int, Fraction)) or exact not in v.sort.domain:
        raise Unsupported("a value that is not exact, or not of the sort")
    return int(exact) if v.sort.domain.integer else Fraction(exact)

"""Functions of one variable that are visibly convex or concave with the data of a point, and their least values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.claims import unfold
from .ball_arithmetic import Balls, compare, rational
from .evaluate import Evaluation, Undecided, Undefined, Unsupported
from .sampling import Point

CONSTANT, AFFINE, CONVEX, CONCAVE = "constant", "affine", "convex", "concave"
STEPS = tuple(Fraction(k, 4) for k in (-64, -16, -6, -3, -1, 0, 1, 3, 6, 16, 64))


def apart(functions: tuple[Any, Any], over: Any, point: Point) -> str | None:
    """Why two functions of a vector of length 1 do not have the same minimisers, of which there are some.

    Empty where nothing speaks against it, None where nothing is known. A convex function is smallest where its
    derivative is 0 or changes sign, an affine or concave one that is not constant nowhere; where the derivatives of two
    convex functions differ in sign, their minimisers lie on different sides.
    """
    (key,) = point[over.name]
    shapes = [shape(e, over, point) for e in functions]
    if "" in shapes:
        return None
    slopes = [[_slope(e, over, point, key, t) for t in STEPS] for e in functions]
    said = None
    for first, second in ((0, 1), (1, 0)):
        convex = shapes[first] == CONVEX and shapes[second] in (CONSTANT, CONVEX)
        exists = {"<", ">"} <= set(slopes[first]) or "=" in slopes[first]
        if shapes[first] != CONVEX or not exists:
            continue
        said = ""
        name = ("first", "second")[first], ("first", "second")[second]
        if shapes[second] in (AFFINE, CONCAVE) and {"<", ">"} & set(slopes[second]):
            return f"the {name[0]} function has a smallest value, the {name[1]} has none"
        for t, one, other in zip(STEPS, slopes[first], slopes[second], strict=True):
            if convex and {one, other} == {"<", ">"}:
                return f"at {over.name} = {t} one of the two convex functions decreases and the other increases"
            if convex and "=" in (one, other) and {one, other} & {"<", ">"}:
                return f"at {over.name} = {t} one of the two convex functions is smallest and the other is not"
    return said


def _slope(e: Any, over: Any, point: Point, key: tuple[int, ...], t: Fraction) -> str:
    with x.as_written():
        derivative = x.Derivative(e, over[tuple(map(sp.Integer, key))])
    return compare(rational(Evaluation({**point, over.name: {key: t}}, Balls()).value(derivative)), 0)


def shape(e: Any, over: Any, point: Point) -> str:
    """What the function visibly is with the data of this point; empty where nothing is visible."""
    try:
        return _Shape(point, over).shape(e)
    except (Undecided, Undefined, Unsupported):
        return ""


class _Shape:
    """One walk: sums of convex functions, nonnegative multiples, and convex functions of affine ones."""

    def __init__(self, point: Point, over: Any) -> None:
        self.at = Evaluation(point, Balls())
        self.bound: dict[x.Bound, int] = {}
        self.name = over.args[0]

    def shape(self, e: Any) -> str:
        if self.name not in e.free_symbols:
            return CONSTANT
        match e:
            case sp.Add():
                return self._together([self.shape(a) for a in e.args])
            case sp.Mul():
                return self._multiple(e)
            case x.Total():
                return self._together(self._each(e, self.shape))
            case x.Entry() if all(self.name not in i.free_symbols for i in e.indices):
                return AFFINE
            case x.Named():
                return self.shape(unfold(e))
            case sp.exp():
                return self._convex_if(e.args[0], (AFFINE, CONVEX))
            case sp.log():
                return CONVEX if self._log_convex(e.args[0]) else self._concave_if(e.args[0])
            case x.log1p():
                return CONVEX if self._log_convex(e.args[0]) else self._concave_if(e.args[0])
            case sp.Abs():
                return self._convex_if(e.args[0], (AFFINE,))
            case sp.Pow() if e.exp == 2:
                return self._convex_if(e.base, (AFFINE,))
        if isinstance(e, x.maximum):
            return CONVEX if {self.shape(a) for a in e.args} <= {CONSTANT, AFFINE, CONVEX} else self._unknown()
        return self._unknown()

    def _unknown(self) -> str:
        raise Unsupported("a function that is not visibly convex")

    def _each(self, e: x.Total, judge: Callable[[Any], Any]) -> Iterator[Any]:
        """What is said of every summand, as far as anybody asks."""
        outside = self.bound
        try:
            for i in range(self.at.integer(e.low, outside), self.at.integer(e.high, outside) + 1):
                self.bound = {**outside, e.index: i}
                yield judge(e.body)
        finally:
            self.bound = outside

    def _together(self, shapes: Iterable[str]) -> str:
        kinds = set(shapes) - {CONSTANT}
        if kinds <= {AFFINE}:
            return AFFINE if kinds else CONSTANT
        kinds -= {AFFINE}
        return kinds.pop() if len(kinds) == 1 else self._unknown()

    def _multiple(self, e: sp.Mul) -> str:
        inside = [a for a in e.args if self.name in a.free_symbols]
        if len(inside) != 1:
            return self._unknown()
        kind, sign = self.shape(inside[0]), 1
        for a in e.args:
            if a not in inside:
                order = compare(rational(self.at.value(a, self.bound)), 0)
                if order == "=":
                    return CONSTANT
                sign = {"<": -sign, ">": sign}.get(order, 0)
        if kind in (CONSTANT, AFFINE) or sign == 1:
            return kind
        return {CONVEX: CONCAVE, CONCAVE: CONVEX}[kind] if sign == -1 else self._unknown()

    def _convex_if(self, inside: Any, allowed: tuple[str, ...]) -> str:
        return CONVEX if self.shape(inside) in allowed else self._unknown()

    def _concave_if(self, inside: Any) -> str:
        return CONCAVE if self.shape(inside) in (AFFINE, CONCAVE) else self._unknown()

    def _log_convex(self, e: Any) -> bool:
        """A sum of exponentials of affine functions and nonnegative constants: its logarithm is convex."""
        if self.name not in e.free_symbols:
            return compare(rational(self.at.value(e, self.bound)), 0) in (">", "=")
        match e:
            case sp.Add():
                return all(self._log_convex(a) for a in e.args)
            case sp.exp():
                return self.shape(e.args[0]) in (CONSTANT, AFFINE)
            case x.Total():
                return all(self._each(e, self._log_convex))
            case x.Named():
                return self._log_convex(unfold(e))
        return False

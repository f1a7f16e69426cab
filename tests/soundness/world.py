"""The variables that random expressions speak of: every sort, two dimensions, and points that lie in the sorts."""

from __future__ import annotations

import random
from typing import Any

from lemmata.checks.ball_arithmetic import Balls, compare, precision
from lemmata.checks.evaluate import Evaluation, Undecided, Undefined, Unsupported
from lemmata.checks.prover.context import Context, context_of
from lemmata.spec.language import (
    Bit,
    Index,
    JointTable,
    Matrix,
    Natural,
    Nonnegative,
    Normalised,
    OneHot,
    OneHotRows,
    OpenJointTable,
    OpenSimplex,
    OpenStochastic,
    OpenUnit,
    Positive,
    Real,
    Sample,
    Sign,
    Simplex,
    Size,
    Stochastic,
    Symmetric,
    Vector,
)
from lemmata.spec.language.claims import Variable
from lemmata.spec.language.expressions import Expr

Point = dict[str, Any]

SORTS: dict[str, Any] = {
    "n": Size, "m": Size, "t": Natural,
    "i": Index["n"], "j": Index["n"], "u": Index["m"],
    "x": Real, "y": Real, "c": Positive, "e": Positive, "w": Nonnegative, "beta": OpenUnit, "b": Bit, "s": Sign,
    "a": Vector["n"], "z": Vector["n"], "d": Vector["m"], "h": Vector["t"],
    "p": Vector["n", Positive], "o": Vector["n", Nonnegative], "bits": Vector["n", Bit], "signs": Vector["n", Sign],
    "q": Simplex["n"], "r": OpenSimplex["m"], "v": Normalised["n"],
    "X": Matrix["n", "m"], "P": Matrix["n", "m", Positive], "S": Matrix["n", "n"],
    "hot": OneHot["n"], "labels": OneHotRows["n", "n"], "J": JointTable["n", "n"], "O": OpenJointTable["n", "m"],
    "W": Stochastic["n", "n"], "K": OpenStochastic["n", "m"], "A": Symmetric["n"],
    "f": OpenSimplex["m"], "g": Sample["n"],
}  # fmt: skip

BEYOND = 4  # entries of h are sampled so far beyond t, for sums up to t + 1


def _variables() -> dict[str, Variable]:
    sizes = {name: SORTS[name].variable(name, None) for name in ("n", "m", "t")}
    return {k: Variable(k, s, sizes.get(k, s.variable(k, sizes.__getitem__))) for k, s in SORTS.items()}


VARIABLES = _variables()
V: dict[str, Any] = {name: v.expr for name, v in VARIABLES.items()}
N, M, T = V["n"], V["m"], V["t"]
SIZES = ((2, 3, 1), (1, 2, 0), (3, 2, 0), (2, 2, 3))
UNKNOWABLE = (Undecided, Undefined, Unsupported)


def context() -> Context:
    """What the sorts let a prover assume; made anew, because provers write into it."""
    return context_of(VARIABLES.values())


def sample(rng: random.Random, n: int, m: int, t: int) -> Point:
    sizes, out = {"n": n, "m": m, "t": t}, {}
    for name, v in VARIABLES.items():
        if name in sizes:
            out[name] = sizes[name]
        else:
            value = v.sort.sample(rng, {**sizes, "t": t + BEYOND})
            out[name] = int(value) if v.sort.kind == "index" else value
    return out


def values(point: Point, *sides: Expr) -> list[Any]:
    """Enclosures of the sides at one point."""
    with precision(256):
        at = Evaluation(point, Balls())
        return [at.value(side) for side in sides]


def apart(left: Expr, right: Expr, point: Point) -> bool | None:
    """True: certainly different here. False: not apart. None: no value here."""
    try:
        one, other = values(point, left, right)
        with precision(256):
            return compare(one, other) in ("<", ">")
    except UNKNOWABLE:
        return None


def witness(left: Expr, right: Expr, rng: random.Random, rounds: int = 2) -> tuple[Point | None, int]:
    """A point of the sorts at which the two sides are certainly apart, if one was found; and how many were decided."""
    decided = 0
    for _ in range(rounds):
        for sizes in SIZES:
            point = sample(rng, *sizes)
            verdict = apart(left, right, point)
            if verdict:
                return point, decided + 1
            decided += verdict is False
    return None, decided

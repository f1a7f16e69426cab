"""Sorts: what a variable ranges over, in one object.

The same object tells the provers what may be assumed, the ball refuter what to sample (exact rationals), the float
checks what to generate, and the reader what is quantified. They cannot part, because there is nothing to part.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy as sp

from . import lengths, randomness, weights
from .codings import AS_IS, Coding, Given
from .errors import LanguageError
from .expressions import Application, Array, Family
from .randomness import Outcomes

RANDOM = ("stationary", "independent")


@dataclass(frozen=True)
class Domain:
    """A set of real numbers: an interval, perhaps only its integers or with −∞, or finitely many values."""

    words: str
    latex: str
    low: int | None = None
    high: int | None = None
    open_low: bool = False
    open_high: bool = False
    integer: bool = False
    values: tuple[int, ...] = ()
    minus_infinity: bool = False  # whether −∞ belongs to it, too

    def __contains__(self, x: Any) -> bool:
        if x == -math.inf:
            return self.minus_infinity
        if self.values:
            return x in self.values
        if self.integer and x != int(x):
            return False
        above = self.low is None or x > self.low or (x == self.low and not self.open_low)
        below = self.high is None or x < self.high or (x == self.high and not self.open_high)
        return above and below

    def sample(self, rng: random.Random) -> Fraction:
        """An exact rational of the domain; now and then an end, or 0 or ±1, where strict inequalities tend to fail."""
        if self.values:
            return Fraction(rng.choice(self.values))
        if self.integer:
            low = self.low or 0
            return Fraction(rng.randint(low, low + 5))
        special = [Fraction(v) for v in (0, 1, -1, self.low, self.high) if v is not None and v in self]
        if special and rng.random() < 0.15:
            return rng.choice(special)
        if self.low is None and self.high is None:
            return Fraction(rng.randint(-24, 24), 8)
        low = self.low if self.low is not None else (self.high or 0) - 4
        high = self.high if self.high is not None else low + 4
        return low + (high - low) * Fraction(rng.randint(1, 31), 32)


REAL = Domain("a real number", r"\mathbb{R}")
POSITIVE = Domain("a positive number", r"\mathbb{R}_{>0}", low=0, open_low=True)
NONNEGATIVE = Domain("a nonnegative number", r"\mathbb{R}_{\ge 0}", low=0)
UNIT = Domain("a number in [0, 1]", "[0,1]", low=0, high=1)
OPEN_UNIT = Domain("a number strictly between 0 and 1", "(0,1)", low=0, high=1, open_low=True, open_high=True)
WEIGHT = Domain("a number in (0, 1]", "(0,1]", low=0, high=1, open_low=True)
DECAY = Domain("a number in [0, 1)", "[0,1)", low=0, high=1, open_high=True)
NONPOSITIVE = Domain("a number not above 0", r"\mathbb{R}_{\le 0}", high=0)
EXTENDED = Domain("a real number or −∞", r"\mathbb{R} \cup \{-\infty\}", minus_infinity=True)
BIT = Domain("0 or 1", r"\{0,1\}", low=0, high=1, values=(0, 1))
SIGN = Domain("−1 or +1", r"\{-1,+1\}", low=-1, high=1, values=(-1, 1))
NATURAL = Domain("a natural number, 0 included", r"\mathbb{N}_0", low=0, integer=True)
COUNTING = Domain("a natural number, at least 1", r"\mathbb{N}_{>0}", low=1, integer=True)
SIZE = Domain("a dimension, at least 1", r"\mathbb{N}", low=1, integer=True)


@dataclass(frozen=True)
class Sort:
    """What a parameter ranges over. kind: scalar, size, index, array, functional, stationary or independent.

    rank is how many indices an entry has; `Vector["n"]` names the dimensions, `Vector["n", Positive]` also the sort of
    the entries. Over the axes in `sums` the entries sum to 1, for all values of the other indices: of a vector over its
    only axis, of a joint distribution over both, of a matrix with distributions as rows over the second. `symmetric`:
    the two indices may be exchanged, and one name gives both dimensions. Random arrays: `moments` are the orders r for
    which all entries share E[xʳ], `known` its value where the sort states it; `alike` says that all entries have one
    distribution.
    """

    name: str
    kind: str
    domain: Domain = REAL
    rank: int = 0
    dims: tuple[str, ...] = ()
    sums: tuple[int, ...] = ()
    symmetric: bool = False
    moments: tuple[int, ...] = ()
    known: tuple[tuple[int, int], ...] = ()
    alike: bool = False

    def __getitem__(self, given: Any) -> Sort:
        parts = given if isinstance(given, tuple) else (given,)
        if self.rank:  # whatever is no sort is meant as a dimension
            parts = tuple(p if isinstance(p, Sort) else lengths.dimension(p, self.name) for p in parts)
        names = tuple(p for p in parts if isinstance(p, str))
        inner = [p for p in parts if not isinstance(p, str)]
        takes = 1 if self.symmetric else self.rank
        if (
            not (len(names) == takes or (self.kind == "independent" and len(names) == 2))
            or len(inner) > 1
            or not all(isinstance(s, Sort) and s.kind == "scalar" for s in inner)
            or (inner and (self.sums or self.known or self.kind not in ("array", *RANDOM)))
        ):
            wanted = ", ".join(f'"{d}"' for d in "nmkl"[:takes])
            shown = ", ".join(p.name if isinstance(p, Sort) else repr(p) for p in parts)
            example = f"such as {self.name}[{wanted}]" if takes else "none at all"
            raise LanguageError(f"{self.name} takes {takes} dimension name(s), {example}, not [{shown}]")
        dims = names * 2 if self.symmetric else names
        return replace(self, rank=len(dims), dims=dims, domain=inner[0].domain if inner else self.domain)

    @property
    def complete(self) -> bool:
        return len(self.dims) == self.rank

    @property
    def free(self) -> bool:
        """Whether each entry may be changed on its own."""
        return not (self.sums or self.symmetric)

    @property
    def one_hot(self) -> bool:
        """Whether exactly one of the entries that sum to 1 is 1, and the others are 0."""
        return bool(self.sums) and self.domain.values == (0, 1)

    @property
    def sizes(self) -> tuple[str, ...]:
        """The names of sizes that the dimensions mention."""
        return tuple(name for name, _ in map(lengths.parts, self.dims) if name)

    def groups(self, keys: Iterable[tuple[int, ...]]) -> list[list[tuple[int, ...]]]:
        """The indices of the entries that sum to 1 together: all of them, or those of each row."""
        return weights.groups(keys, self.sums)

    def variable(self, name: str, size: Callable[[str], sp.Expr]) -> Any:
        """The expression (or, for a functional, the function) that stands for a parameter of this sort."""
        if self.kind in ("size", "index"):
            return sp.Symbol(name, integer=True)
        if self.kind == "scalar":
            return sp.Symbol(name, integer=True) if self.domain.integer else sp.Symbol(name, real=True)
        if self.kind == "functional":
            return lambda vector: self._applied(name, vector, size(self.dims[0]))
        return Array(name, *[size(d) for d in self.dims])

    def _applied(self, name: str, vector: Any, length: Any) -> Any:
        if not isinstance(vector, (Array, Family)) or vector.dims != (length,):
            raise LanguageError(f"{name} is a function of a vector of length {length}, not of {vector}")
        return Application(sp.Symbol(name), vector)

    def sample(self, rng: random.Random, sizes: Mapping[str, int]) -> Any:
        """An exact member: a Fraction, or {(i, …): Fraction} for an array. Sizes are given, not drawn."""
        if self.kind == "index":
            return Fraction(rng.randint(1, sizes[self.dims[0]]))
        if self.kind == "scalar":
            return self.domain.sample(rng)
        shape = [sizes[d] for d in self.dims]
        if self.kind == "stationary":
            return Outcomes.sample(rng, lambda: self.domain.sample(rng))
        if self.kind == "functional":
            return Fraction(0)
        keys: list[tuple[int, ...]] = [()]
        for length in shape:
            keys = [(*k, i) for k in keys for i in range(1, length + 1)]
        if self.kind == "independent":
            if self.known:
                return randomness.standardised(rng, keys)
            if self.domain is not REAL:
                return randomness.alike(rng, keys, lambda: self.domain.sample(rng))
            return (randomness.alike if self.alike else randomness.independent)(rng, keys)
        if self.symmetric:
            half = _with_ties(rng, {k: self.domain.sample(rng) for k in keys if k[0] <= k[1]})
            return {(i, j): half[min(i, j), max(i, j)] for i, j in keys}
        if not self.sums:
            return _with_ties(rng, {k: self.domain.sample(rng) for k in keys})
        return weights.sample(rng, keys, self.sums, self._weights)

    def _weights(self, rng: random.Random, keys: list[tuple[int, ...]]) -> dict[tuple[int, ...], Fraction]:
        """Entries of the domain that sum to 1."""
        if self.one_hot:
            return weights.one_hot(rng, keys)
        if self.domain.low is None:
            return weights.signed(keys, lambda: self.domain.sample(rng))
        return weights.distribution(rng, keys, positive=self.domain.open_low)

    def description(self) -> dict[str, Any]:
        """The sort as plain data, for those who generate floats."""
        d = self.domain
        return {
            "kind": self.kind, "dims": self.dims, "low": d.low, "high": d.high, "open_low": d.open_low,
            "open_high": d.open_high, "integer": d.integer, "values": d.values, "sums": self.sums, "symmetric": self.symmetric,
            "minus_infinity": d.minus_infinity,
        }  # fmt: skip

    def coded(self, always: Coding = AS_IS, **by: Mapping[Any, Coding]) -> Given:
        """As an argument of a routine: presented to code in another way, always or by a convention."""
        return Given({None: self}).coded(always, **by)

    def only(self, **when: Any) -> Given:
        """As an argument of a routine: there only with one value of a convention."""
        return Given({None: self}).only(**when)

    @property
    def optional(self) -> Given:
        """As an argument of a routine: one that a caller may leave out."""
        return Given({None: self}, may_lack=True)

    def words(self, name: str) -> str:
        """The quantifier in words: what a reader must know of the variable."""
        by = " × ".join(self.dims)
        last = f"({by})" if " " in by else by
        entries = "" if self.domain is REAL else f", each entry {self.domain.words}"
        match self.kind:
            case "size":
                return f"{name} ≥ 1, a dimension"
            case "index":
                return f"{name} ∈ {{1, …, {self.dims[0]}}}, an index"
            case "scalar":
                return f"{name}: {self.domain.words}"
            case "functional":
                return f"{name}: any real function of a vector of length {by}"
            case "stationary":
                orders = " and ".join(f"E[{name}ᵢ{'²' if r == 2 else ''}]" for r in self.moments)
                what = f"{name}₁, …, {name}_{last}: real random variables, dependent or not"
                return f"{what}, with {orders} the same for all i"
            case "independent":
                what = f"{name}: {by} independent random variables, also of all other ones, "
                if self.known:
                    return what + "each with mean 0 and variance 1"
                shared = "all with one distribution" if self.alike else "all with the same mean and the same variance"
                return what + shared + entries
        if self.sums:
            return f"{name}: {self._weights_in_words(by)}"
        what = "a vector" if self.rank == 1 else "a symmetric matrix" if self.symmetric else "a matrix"
        return f"{name}: {what} of {by} real entries" + entries

    def _weights_in_words(self, by: str) -> str:
        if self.domain.low is None:
            return f"{by} real weights that sum to 1"
        rows = len(self.sums) < self.rank
        if self.one_hot:
            what = f"a matrix of {by} entries, each row one-hot" if rows else f"a one-hot vector of {by} entries"
            return f"{what} (one entry is 1, the others are 0)"
        zeros = "all positive" if self.domain.open_low else "zeros allowed"
        if rows:
            return f"a matrix of {by} entries, each row a probability distribution, {zeros}"
        what = "a probability distribution" if self.rank == 1 else "a joint probability distribution"
        return f"{what} on {by} points, {zeros}"


def _with_ties(rng: random.Random, entries: dict[Any, Fraction]) -> dict[Any, Fraction]:
    if len(entries) > 1 and rng.random() < 0.2:
        one, other = rng.sample(list(entries), 2)
        entries[one] = entries[other]
    return entries


# Annotated Any: as a default value a sort stands for the variable that the body computes with.
Size: Any = Sort("Size", "size", SIZE)
Index: Any = Sort("Index", "index", SIZE, rank=1)
Real: Any = Sort("Real", "scalar")
Positive: Any = Sort("Positive", "scalar", POSITIVE)
Nonnegative: Any = Sort("Nonnegative", "scalar", NONNEGATIVE)
Unit: Any = Sort("Unit", "scalar", UNIT)
OpenUnit: Any = Sort("OpenUnit", "scalar", OPEN_UNIT)
Bit: Any = Sort("Bit", "scalar", BIT)
Sign: Any = Sort("Sign", "scalar", SIGN)
Weight: Any = Sort("Weight", "scalar", WEIGHT)
Decay: Any = Sort("Decay", "scalar", DECAY)
Nonpositive: Any = Sort("Nonpositive", "scalar", NONPOSITIVE)
Extended: Any = Sort("Extended", "scalar", EXTENDED)
Natural: Any = Sort("Natural", "scalar", NATURAL)
Counting: Any = Sort("Counting", "scalar", COUNTING)
Vector: Any = Sort("Vector", "array", rank=1)
Matrix: Any = Sort("Matrix", "array", rank=2)
Symmetric: Any = Sort("Symmetric", "array", rank=2, symmetric=True)
Simplex: Any = Sort("Simplex", "array", UNIT, rank=1, sums=(0,))
OpenSimplex: Any = Sort("OpenSimplex", "array", WEIGHT, rank=1, sums=(0,))
Normalised: Any = Sort("Normalised", "array", REAL, rank=1, sums=(0,))
OneHot: Any = Sort("OneHot", "array", BIT, rank=1, sums=(0,))
JointTable: Any = Sort("JointTable", "array", UNIT, rank=2, sums=(0, 1))
OpenJointTable: Any = Sort("OpenJointTable", "array", WEIGHT, rank=2, sums=(0, 1))
Stochastic: Any = Sort("Stochastic", "array", UNIT, rank=2, sums=(1,))
OpenStochastic: Any = Sort("OpenStochastic", "array", WEIGHT, rank=2, sums=(1,))
OneHotRows: Any = Sort("OneHotRows", "array", BIT, rank=2, sums=(1,))
Functional: Any = Sort("Functional", "functional", rank=1)
Stationary: Any = Sort("Stationary", "stationary", rank=1, moments=(1, 2))
Independent: Any = Sort("Independent", "independent", rank=1, moments=(1, 2))
Standardised: Any = Sort("Standardised", "independent", rank=1, moments=(1, 2), known=((1, 0), (2, 1)))
Sample: Any = Sort("Sample", "independent", rank=1, moments=(1, 2, 3, 4), alike=True)

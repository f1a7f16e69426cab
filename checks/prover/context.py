"""What a proof may assume: the ranges, domains and constraints that the sorts of the variables give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...spec.language.claims import Variable
from ...spec.language.lengths import parts
from ...spec.language.sorts import RANDOM, REAL, Domain, Sort
from .terms import Poly, number, var


@dataclass
class Context:
    """ranges of free indices, domains of scalars and array entries, sums that are 1, symmetric and random arrays.

    sums: for an array, the axes over which its entries sum to 1, each with its length.
    dims: the lengths of an array along all its axes.
    """

    ranges: dict[str, tuple[Poly, Poly]] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    sums: dict[str, tuple[tuple[int, Poly], ...]] = field(default_factory=dict)
    symmetric: set[str] = field(default_factory=set)
    random: dict[str, Sort] = field(default_factory=dict)
    dims: dict[str, tuple[Poly, ...]] = field(default_factory=dict)

    def domain(self, name: str) -> Domain:
        return self.domains.get(name, REAL)

    @property
    def sums_to_one(self) -> dict[str, Poly]:
        """The vectors whose entries sum to 1, with their lengths."""
        return {name: axes[0][1] for name, axes in self.sums.items() if [axis for axis, _ in axes] == [0]}

    def one_hot(self, name: str) -> bool:
        """Whether of the entries that sum to 1 exactly one is 1, and the others are 0."""
        return name in self.sums and self.domain(name).values == (0, 1)


def length(dim: str) -> Poly:
    """A dimension as a polynomial."""
    name, more = parts(dim)
    return Poly({**dict(var(name).terms if name else ()), **dict(number(more).terms)})


def context_of(variables: Iterable[Variable], domains: Mapping[str, Domain] | None = None) -> Context:
    """The context that the sorts give; `domains` narrows some variables, as a case of a proof does."""
    ctx = Context()
    for v in variables:
        ctx.domains[v.name] = v.sort.domain
        if v.sort.kind == "index":
            ctx.ranges[v.name] = (number(1), length(v.sort.dims[0]))
        elif v.sort.dims:
            ctx.dims[v.name] = tuple(map(length, v.sort.dims))
        if v.sort.sums:
            ctx.sums[v.name] = tuple((axis, length(v.sort.dims[axis])) for axis in v.sort.sums)
        if v.sort.symmetric:
            ctx.symmetric.add(v.name)
        if v.sort.kind in RANDOM:
            ctx.random[v.name] = v.sort
    ctx.domains.update(domains or {})
    return ctx

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
    """ranges of free indices, domains of scalars and array entries, arrays whose entries sum to one, random arrays."""

    ranges: dict[str, tuple[Poly, Poly]] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    sums_to_one: dict[str, Poly] = field(default_factory=dict)
    random: dict[str, Sort] = field(default_factory=dict)

    def domain(self, name: str) -> Domain:
        return self.domains.get(name, REAL)


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
        if v.sort.sums_to_one:
            ctx.sums_to_one[v.name] = length(v.sort.dims[0])
        if v.sort.kind in RANDOM:
            ctx.random[v.name] = v.sort
    ctx.domains.update(domains or {})
    return ctx

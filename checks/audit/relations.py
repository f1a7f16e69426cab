"""Which claims of the catalogue speak of what a routine computes, and where in them code can stand in for it.

A routine computes a definition of the catalogue where its formula is that definition, applied to the routine's own
arguments and axes: this shows in the expression itself. Of the claims about the definition those serve that are
equations or inequalities without derivatives, limits or expectations: they then hold between values at several points.

A claim is believed here, not proved: that every claim of the catalogue used in this way is proved is what the tests of
the catalogue assert, as verification takes minutes. Claims of a user's own file are therefore left out.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp

from ...spec.language import expressions as x
from ...spec.language.claims import REGISTRY, Claim, Definition, expand
from ...spec.language.routines import SPEC, Output, Parameter, Variant
from ...spec.language.statements import AtLeast, AtMost, Equals, Less
from ..catalogue import claims
from .input_batches import arguments, coding_of, is_integer

KINDS = (Equals, AtMost, AtLeast, Less)
UNFIT = (x.Derivative, x.At, x.Expectation, x.Moment, x.Application, x.Recurrence)


@dataclass(frozen=True)
class Link:
    """A definition, and for each of its parameters the argument of the routine, or the axis of its result."""

    definition: Definition
    places: tuple[str | int, ...]


@dataclass(frozen=True)
class Call:
    """An application of the definition in a statement, for all values of the indices that it stands under.

    name: of the array that stands for its values; arguments: by the routine's parameters; over: (index, low, high).
    """

    name: str
    arguments: dict[str, Any]
    over: tuple[tuple[x.Bound, Any, Any], ...]


@dataclass(frozen=True)
class Subject:
    """The variables of a claim, in the shape in which inputs are drawn for a routine."""

    parameters: Sequence[Parameter]
    maps: str
    outputs: tuple[Output, ...] = ()

    def admits(self, integers: Any) -> bool:
        return True


@dataclass(frozen=True, eq=False)
class Relation:
    """A claim in which calls of code may stand for a definition.

    left, right and the equality case of an inequality are written with the values of the calls; indices are those that
    the claim quantifies over, each with its length.
    """

    claim: Claim
    variant: Variant
    link: Link
    kind: type
    left: Any
    right: Any
    equality: tuple[tuple[Any, Any], ...]
    indices: tuple[tuple[x.Bound, Any], ...]
    calls: tuple[Call, ...]
    subject: Subject


# ---------------------------------------------------------------------- which definition a routine computes
@cache
def link(variant: Variant) -> Link | None:
    """The definition of the catalogue that a variant computes, or None.

    >>> from ...spec.language.routines import find
    >>> link(find("kl").variant()).definition.id, link(find("kl").variant(base=2))
    ('information.kl', None)
    """
    plain = [p for p in arguments(variant) if not is_integer(p) and coding_of(p) != "TWO_VALUES"]
    if len(variant.outputs) != 1 or len(plain) != len(arguments(variant)):
        return None
    (output,) = variant.outputs
    places: dict[Any, str | int] = {variant.variables[p.name].expr: p.name for p in plain}
    places |= {index: axis for axis, index in enumerate(output.indices)}
    for body in (output.literal, output.stable):
        item = REGISTRY.get(body.id) if isinstance(body, x.Named) else None
        if isinstance(item, Definition) and set(body.arguments) == set(places) and len(body.arguments) == len(places):
            return Link(item, tuple(places[a] for a in body.arguments))
    return _same_formula(variant, output, places)


def _same_formula(variant: Variant, output: Output, places: dict[Any, str | int]) -> Link | None:
    """The definition whose body is this formula, with the arguments in the routine's order."""
    axes = iter(output.indices)
    inner = [n for n in inspect.signature(variant.routine.function).parameters if n in variant.variables]
    given = [next(axes, None) if n in variant.routine.axes else variant.variables[n].expr for n in inner]
    if set(given) != set(places):
        return None
    for item in list(REGISTRY.values()):
        if isinstance(item, Definition) and _kinds(item) == [variant.variables[n].sort.kind for n in inner]:
            if item.expand(*given) == output.literal:
                return Link(item, tuple(places[a] for a in given))
    return None


def _kinds(d: Definition) -> list[str]:
    return [v.sort.kind for v in d.parameters]


# ---------------------------------------------------------------------- which claims speak of it
@cache
def relations(variant: Variant) -> tuple[Relation, ...]:
    """The claims of the catalogue that calls of a variant can be put into.

    >>> from ...spec.language.routines import find
    >>> [r.claim.id for r in relations(find("entropy").variant())]
    ['information.entropy_at_most_log_n', 'information.cross_entropy_decomposition']
    """
    found = link(variant)
    if found is None:
        return ()
    ours = [c for c in claims() if c.function.__module__.startswith(f"{SPEC}.")]
    return tuple(r for c in ours if (r := _relation(c, variant, found)))


def _relation(claim: Claim, variant: Variant, found: Link) -> Relation | None:
    statement, own = claim.statement, found.definition
    sorts = {v.sort.kind for v in claim.variables.values()}
    if not isinstance(statement, KINDS) or not sorts <= {"array", "scalar", "index", "size"}:
        return None
    sides = [expand(e, frozenset(_leading_to(e, own.id))) for e in (statement.left, statement.right)]
    if any(s.has(*UNFIT) for s in sides) or not any(_names(s, own.id) for s in sides):
        return None
    top = max(x.level(s) for s in sides)
    quantified = [v for v in claim.variables.values() if v.sort.kind == "index"]
    indices = {v.expr: x.Bound(v.name, top + 1 + k) for k, v in enumerate(quantified)}
    left, right = (x.substitute(s, indices, reopen=False) for s in sides)
    finder = _Finder(found, [(indices[v.expr], sp.Integer(1), v.lengths[0]) for v in quantified])
    with x.as_written():
        left, right = finder.replaced(left, []), finder.replaced(right, [])
    if finder.nested:
        return None
    given = [v for v in claim.variables.values() if v.sort.kind != "index"]
    numbers = all(v.sort.kind == "scalar" and not v.sort.domain.integer for v in given)
    subject = Subject([Parameter(v.name, v.sort) for v in given], "elements" if numbers else "")
    lengths = tuple((indices[v.expr], v.lengths[0]) for v in quantified)
    equality = _condition(statement) if not quantified else ()
    return Relation(
        claim, variant, found, type(statement), left, right, equality, lengths, tuple(finder.calls.values()), subject
    )


def _condition(statement: Any) -> tuple[tuple[Any, Any], ...]:
    """The equations of an equality case; none where there is no such case, or one that looks into a definition."""
    case = getattr(statement, "equality", None)
    parts: Iterable[Any] = () if case is None else getattr(case, "parts", (case,))
    pairs = tuple((part.left, part.right) for part in parts)
    return () if any(side.has(x.Named) for pair in pairs for side in pair) else pairs


def _names(e: Any, own: str) -> bool:
    return any(n.id == own for n in e.atoms(x.Named))


def _leading_to(e: Any, own: str) -> set[str]:
    """The definitions that an expression names, and those that they name, in which this one occurs in the end."""
    return {i for n in e.atoms(x.Named) if n.id != own for i in _through(n.id, own)}


@cache
def _through(name: str, own: str) -> frozenset[str]:
    """The definition itself and those inside it that lead to `own`; none if it does not."""
    item = REGISTRY[name]
    assert isinstance(item, Definition)
    inner = _leading_to(item.body, own)
    return frozenset({name, *inner}) if inner or _names(item.body, own) else frozenset()


class _Finder:
    """Puts arrays of values for the applications of a definition, and keeps what they are applied to."""

    def __init__(self, found: Link, quantified: Sequence[tuple[x.Bound, Any, Any]]) -> None:
        self.link, self.quantified = found, list(quantified)
        self.calls: dict[Any, Call] = {}
        self.nested = False

    def replaced(self, e: Any, within: list[tuple[x.Bound, Any, Any]]) -> Any:
        if isinstance(e, x.Named) and e.id == self.link.definition.id:
            return self._values(e, within)
        if not e.args or not e.has(x.Named):
            return e
        if isinstance(e, x.Binder):
            inner = [*within, (e.index, e.low, e.high)]
            return e.func(self.replaced(e.body, inner), e.index, *(self.replaced(b, within) for b in (e.low, e.high)))
        return e.func(*[self.replaced(a, within) for a in e.args])

    def _values(self, e: x.Named, within: list[tuple[x.Bound, Any, Any]]) -> Any:
        pairs = list(zip(self.link.places, e.arguments, strict=True))
        given = {place: a for place, a in pairs if isinstance(place, str)}
        self.nested |= any(_names(a, self.link.definition.id) for a in given.values())
        needed = set().union(*[a.free_symbols for a in given.values()])
        over = []
        for index, low, high in reversed([*self.quantified, *within]):
            if index in needed:
                over.insert(0, (index, low, high))
                needed |= low.free_symbols | high.free_symbols
        key = (tuple(given.items()), tuple(over))
        if key not in self.calls:
            self.calls[key] = Call(f"call {len(self.calls) + 1}", given, tuple(over))
        name = self.calls[key].name
        at = [*(index for index, _, _ in over), *(a for place, a in pairs if isinstance(place, int))]
        return x.Entry(x.Array(name, *[sp.oo] * len(at)), *at) if at else sp.Symbol(name, real=True)

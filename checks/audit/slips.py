"""Slips in a formula: what people write by mistake, made from the definition's own expression trees.

Each slip changes one thing, at every place where it stands, in one result or in all. Slips of one kind are also made
all together, such as 1 − β for 1 − βᵗ with either β.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from ...spec.language import expressions as x
from ...spec.language.claims import definition_of, expand
from ...spec.language.routines import Output, Variant
from .slip_axes import other_axes
from .slip_rules import Ranges, Slip, said, short, slips_of


@dataclass(frozen=True)
class Mutant:
    words: str
    outputs: tuple[Output, ...]


def mutants(variant: Variant) -> Iterator[Mutant]:
    """The variant's results with slips in them, the likeliest first."""
    with x.as_written():
        literal = [_opened(o.literal, False) for o in variant.outputs]
        stable = [_opened(o.stable, True) for o in variant.outputs]
        seen: set[Any] = {tuple(literal), tuple(stable)}
        for forms in [literal] if stable == literal else [literal, stable]:
            yield from _of_forms(variant, forms, seen)


def _of_forms(variant: Variant, forms: Sequence[Any], seen: set[Any]) -> Iterator[Mutant]:
    with x.as_written():
        slips = list(dict.fromkeys(_slips(variant, forms)))
        kinds: dict[Any, list[Slip]] = {}
        alike: dict[Any, list[Slip]] = {}  # the same but for the names of bound indices
        for slip in slips:
            kinds.setdefault(slip.kind, []).append(slip)
            alike.setdefault(_canonical(slip), []).append(slip)
        for slip in slips:
            group = kinds.pop(slip.kind, [])
            if slip.kind and 1 < len({s.old for s in group}) <= 4:
                words = " and ".join(dict.fromkeys(s.words for s in group))
                yield from _made(variant, forms, {s.old: s.new for s in group}, words, seen)
            group = alike.pop(_canonical(slip), [])
            if group:
                yield from _made(variant, forms, {s.old: s.new for s in group}, slip.words, seen)
        for form, words in other_axes(variant, forms):
            yield from _put(variant, [form], words, seen)
        for slip in slips:
            if len(forms) == 1:
                for form, around in _once(forms[0], slip, forms[0]):
                    yield from _put(variant, [form], f"{slip.words}, in {short(around)}", seen)


def _opened(e: Any, stable: bool) -> Any:
    """Without definitions: each by its formula, or by its stable one."""
    if not stable or not e.has(x.Named):
        return expand(e)

    def inside(part: Any) -> Any:
        if isinstance(part, x.Named):
            return inside(definition_of(part).expand(*part.arguments, stable=True))
        if not part.args or not part.has(x.Named):
            return part
        return part.func(*[inside(a) for a in part.args])

    return x.substitute(inside(e), {})  # with indices that are not shadowed


def _made(
    variant: Variant, forms: Sequence[Any], changes: Mapping[Any, Any], words: str, seen: set[Any]
) -> Iterator[Mutant]:
    """In all results, then in each one alone."""
    changed = [_replaced(f, changes) for f in forms]
    yield from _put(variant, changed, words, seen)
    hit = [i for i, (a, b) in enumerate(zip(forms, changed, strict=True)) if a != b]
    if len(hit) > 1:
        for i in hit:
            one = [*forms]
            one[i] = changed[i]
            yield from _put(variant, one, f"{words} in result {i + 1}", seen)


def _put(variant: Variant, forms: list[Any], words: str, seen: set[Any]) -> Iterator[Mutant]:
    if tuple(forms) not in seen:
        seen.add(tuple(forms))
        made = [replace(o, stable=f, literal=f) for o, f in zip(variant.outputs, forms, strict=True)]
        yield Mutant(words, tuple(made))


def _canonical(slip: Slip) -> Any:
    """The slip with bound indices by their order."""
    order: dict[Any, Any] = {}
    for part in (*x.subexpressions(slip.old), *x.subexpressions(slip.new)):
        if isinstance(part, x.Bound) and part not in order:
            order[part] = x.Bound("k", len(order) + 1)
    return _replaced(slip.old, order), _replaced(slip.new, order)


def _replaced(e: Any, changes: Mapping[Any, Any]) -> Any:
    """Every occurrence of the keys replaced; what stands inside a replacement is left."""
    if e in changes:
        return changes[e]
    if not e.args or isinstance(e, x.Array):
        return e
    if isinstance(e, x.Named):
        return e
    args = [_replaced(a, changes) for a in e.args]
    return e.func(*args) if any(a is not b for a, b in zip(args, e.args, strict=True)) else e


def _once(e: Any, slip: Slip, around: Any) -> Iterator[tuple[Any, Any]]:
    """The slip at single occurrences, with the sum or product around."""
    if e == slip.old:
        yield slip.new, around
        return
    if not e.args or isinstance(e, (x.Array, x.Named)):
        return
    for i, a in enumerate(e.args):
        for made, place in _once(a, slip, e if isinstance(e, (sp.Add, sp.Mul)) else around):
            yield e.func(*e.args[:i], made, *e.args[i + 1 :]), place


# ---------------------------------------------------------------------- slips
def _slips(variant: Variant, forms: Sequence[Any]) -> Iterator[Slip]:
    """All of them, the likeliest kinds first."""
    ordered: dict[int, list[Slip]] = {}
    symbols = _symbols(variant)
    for output, form in zip(variant.outputs, forms, strict=True):
        ranges = dict(zip(output.indices, output.sizes, strict=True))
        for part, inner in _parts(form, ranges):
            for rank, slip in slips_of(part, inner, symbols):
                if slip.old != slip.new:
                    ordered.setdefault(rank, []).append(slip)
    for form in forms:  # a state before it was renewed
        for entry in dict.fromkeys(e for e in x.subexpressions(form) if isinstance(e, x.Entry)):
            if form.args and len(forms) > 1 and isinstance(form, sp.Add):
                words = f"with {said(entry)} instead of the new {said(form)}"
                ordered.setdefault(1, []).append(Slip("", words, form, entry))
    sums = {p for form in forms for p in x.subexpressions(form) if isinstance(p, sp.Add)}
    for rank in sorted(ordered):
        for slip in ordered[rank]:
            corrected = slip.kind.startswith("power") and any(_is_complement(s, slip.old) for s in sums)
            yield replace(slip, words=_bias(slip)) if corrected else slip


def _is_complement(e: Any, power: Any) -> bool:
    return set(e.args) == {sp.Integer(1), sp.Mul(sp.Integer(-1), power)}


def _bias(slip: Slip) -> str:
    return f"with bias correction by 1 − {said(slip.new)} instead of 1 − {said(slip.old)}"


def _symbols(variant: Variant) -> dict[str, list[Any]]:
    """Numbers beside arrays, sizes, whole numbers, and arrays: what may stand for each other."""
    made: dict[str, list[Any]] = {"scalar": [], "integer": [], "size": [], "array": []}
    for p in variant.parameters:
        expr = variant.variables[p.name].expr
        if p.sort.kind == "array":
            made["array"].append(expr)
        elif p.sort.kind == "scalar":
            made["integer" if p.sort.domain.integer else "scalar"].append(expr)
    made["size"] = list(dict.fromkeys(d for a in made["array"] for d in a.dims if isinstance(d, sp.Symbol)))
    return made


def _parts(e: Any, ranges: Ranges) -> Iterator[tuple[Any, Ranges]]:
    """Every part with the ranges of the indices around it; indices of entries are no parts."""
    yield e, ranges
    if isinstance(e, (x.Array, x.Entry, x.Named, sp.Symbol)) or not e.args:
        return
    if isinstance(e, x.Binder):
        yield from _parts(e.body, {**ranges, e.index: e.high})
        return
    for part in e.args[:1] if isinstance(e, x.delta) else e.args:
        yield from _parts(part, ranges)

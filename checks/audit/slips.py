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
from ...spec.language.printing import text
from ...spec.language.routines import Output, Variant

LONG = 60  # characters of a formula that is quoted
EPSILONS = (8, 12, 10, 7, 6, 5, 9, 15, 16, 4, 3)  # as powers of 1/10, the likeliest first
Ranges = Mapping[Any, Any]


@dataclass(frozen=True)
class Slip:
    """words: what was done, to follow "the formula"; kind: slips of one kind may come together."""

    kind: str
    words: str
    old: Any
    new: Any


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
        for form, words in _other_axes(variant, forms):
            yield from _put(variant, [form], words, seen)
        for slip in slips:
            if len(forms) == 1:
                for form, around in _once(forms[0], slip, forms[0]):
                    yield from _put(variant, [form], f"{slip.words}, in {_short(around)}", seen)


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


# ---------------------------------------------------------------------- words
def _said(e: Any) -> str:
    return text(e)


def _instead(new: Any, old: Any) -> str:
    a, b = _said(new), _said(old)
    return f"with {a} instead of {b}" if len(a) + len(b) <= 2 * LONG else f"with {a[:LONG]}… instead"


def _without(what: str, e: Any) -> str:
    return f"without the {what} {_said(e)}"


# ---------------------------------------------------------------------- slips
def _slips(variant: Variant, forms: Sequence[Any]) -> Iterator[Slip]:
    """All of them, the likeliest kinds first."""
    ordered: dict[int, list[Slip]] = {}
    symbols = _symbols(variant)
    for output, form in zip(variant.outputs, forms, strict=True):
        ranges = dict(zip(output.indices, output.sizes, strict=True))
        for part, inner in _parts(form, ranges):
            for rank, slip in _of(part, inner, symbols):
                if slip.old != slip.new:
                    ordered.setdefault(rank, []).append(slip)
    for i, form in enumerate(forms):  # a state before it was renewed
        for entry in dict.fromkeys(e for e in x.subexpressions(form) if isinstance(e, x.Entry)):
            if form.args and len(forms) > 1 and isinstance(form, sp.Add):
                words = f"with {_said(entry)} instead of the new {_said(form)}"
                ordered.setdefault(1, []).append(Slip("", words, form, entry))
    sums = {p for form in forms for p in x.subexpressions(form) if isinstance(p, sp.Add)}
    for rank in sorted(ordered):
        for slip in ordered[rank]:
            corrected = slip.kind.startswith("power") and any(_is_complement(s, slip.old) for s in sums)
            yield replace(slip, words=_bias(slip)) if corrected else slip


def _is_complement(e: Any, power: Any) -> bool:
    return set(e.args) == {sp.Integer(1), sp.Mul(sp.Integer(-1), power)}


def _bias(slip: Slip) -> str:
    return f"with bias correction by 1 − {_said(slip.new)} instead of 1 − {_said(slip.old)}"


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


def _of(e: Any, ranges: Ranges, symbols: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Slip]]:
    """(how likely, the slip): 0 is likeliest."""
    match e:
        case sp.Add():
            yield from _sums(e, ranges)
        case sp.Mul():
            yield from _products(e)
        case sp.Pow():
            yield from _powers(e, symbols)
        case sp.log():
            yield from _logs(e)
        case sp.exp():
            yield 2, _swap(e, sp.exp(sp.Mul(sp.Integer(-1), e.args[0])))
            yield 3, _swap(e, sp.Pow(sp.Integer(2), e.args[0]))
        case sp.Abs():
            yield 1, _swap(e, e.args[0])
            yield 1, _swap(e, sp.Pow(e.args[0], sp.Integer(2)))
        case x.signum():
            yield 1, Slip("", f"with sign 0 = 1 in {_said(e)}", e, x.where_nonnegative(e.args[0], 1, -1))
            yield 1, Slip("", f"with sign 0 = −1 in {_said(e)}", e, x.where_nonnegative(-e.args[0], -1, 1))
        case x.xlogy():
            yield from _weighted_logs(e)
        case x.Total():
            yield from _totals(e, ranges)
        case x.Largest():
            yield 3, _swap(e, x.Total(*e.args))
        case x.maximum() | x.minimum():
            other = x.minimum if isinstance(e, x.maximum) else x.maximum
            yield 2, _swap(e, other(*e.args))
            for a in e.args:
                yield 2, _swap(e, a)
            yield 2, Slip("square", f"with the square of {_short(e)}", e, sp.Pow(e, sp.Integer(2)))
        case x.floor() | x.ceiling():
            yield 2, _swap(e, (x.ceiling if isinstance(e, x.floor) else x.floor)(*e.args))
        case x.ByValue():
            (k, a), (m, b), *_ = e.branches
            yield 2, Slip("", "with its two cases exchanged", e, x.ByValue(e.selector, k, b, m, a))
        case x.WhereNonnegative():
            at, there, elsewhere = e.args
            shown = _said(at)
            flipped = x.WhereNonnegative(sp.Mul(sp.Integer(-1), at), elsewhere, there)
            yield 1, Slip("", f"with {shown} > 0 instead of {shown} ≥ 0", e, flipped)
            yield 1, Slip("", f"without the case {shown} < 0", e, there)
            yield 1, Slip("", f"without the case {shown} ≥ 0", e, elsewhere)
            yield 3, Slip("", f"with the cases of {shown} ≥ 0 exchanged", e, x.WhereNonnegative(at, elsewhere, there))
            for step in (1, -1):
                moved = x.WhereNonnegative(sp.Add(at, sp.Integer(step)), there, elsewhere)
                yield 2, Slip("", f"with the case {shown} ≥ 0 for {_said(sp.Add(at, sp.Integer(step)))} ≥ 0", e, moved)
        case x.delta():
            yield 2, _swap(e, sp.Integer(1))
            yield 2, _swap(e, sp.Integer(0))
        case sp.cos():
            yield 3, _swap(e, sp.sin(e.args[0]))
        case sp.tanh():
            yield 3, _swap(e, e.args[0])
        case x.Entry():
            yield from _entries(e, ranges, symbols)
        case sp.Symbol():
            yield from _names(e, symbols)


def _swap(old: Any, new: Any, kind: str = "") -> Slip:
    return Slip(kind, _instead(new, old), old, new)


def _sums(e: sp.Add, ranges: Ranges) -> Iterator[tuple[int, Slip]]:
    for i, term in enumerate(e.args):
        if term == 0:
            continue
        rest = [*e.args[:i], *e.args[i + 1 :]]
        left = rest[0] if len(rest) == 1 else sp.Add(*rest)
        yield 0, Slip(f"term {type(term).__name__}", f"{_without('term', term)} in {_short(e)}", e, left)
        flipped = [*e.args[:i], _negated(term), *e.args[i + 1 :]]
        yield 0, Slip("", _instead(sp.Add(*flipped), e), e, sp.Add(*flipped))
    if len(e.args) == 2:  # √a + b for √(a + b)
        for a, b in (e.args, e.args[::-1]):
            if isinstance(a, sp.Pow) and a.exp == sp.S.Half:
                yield 0, Slip("inside", f"with {_said(b)} inside the root", e, sp.Pow(sp.Add(a.base, b), sp.S.Half))
                yield 2, _swap(e, x.maximum(a, b))
    for i, term in enumerate(e.args):
        if isinstance(term, sp.Mul) and sp.Integer(-1) not in term.args and len(term.args) == 2:
            for a, b in (term.args, term.args[::-1]):  # a·b + c for a·(b + c), and with a complement: a·b + (1 − a)·c
                rest = [*e.args[:i], *e.args[i + 1 :]]
                if a.is_Symbol and len(rest) == 1:
                    weighted = sp.Mul(sp.Add(sp.Integer(1), sp.Mul(sp.Integer(-1), a)), rest[0])
                    yield 1, _swap(e, sp.Add(term, weighted))
                    yield 2, _swap(e, sp.Mul(a, sp.Add(b, rest[0])))


def _short(e: Any) -> str:
    shown = _said(e)
    return shown if len(shown) <= LONG else shown[:LONG].rstrip() + "…"


def _negated(term: Any) -> Any:
    if isinstance(term, sp.Mul) and sp.Integer(-1) in term.args:
        rest = [a for a in term.args if a != -1]
        return rest[0] if len(rest) == 1 else sp.Mul(*rest)
    return -term if term.is_Number else sp.Mul(sp.Integer(-1), term)


def _products(e: sp.Mul) -> Iterator[tuple[int, Slip]]:
    for i, factor in enumerate(e.args):
        rest = [*e.args[:i], *e.args[i + 1 :]]
        if factor == 1 or not rest:
            continue
        left = rest[0] if len(rest) == 1 else sp.Mul(*rest)
        if factor == -1:
            yield 1, _swap(e, left)
            continue
        steps = [p for p in x.subexpressions(factor) if isinstance(p, sp.Pow) and p.exp.is_Symbol]
        if isinstance(factor, sp.Pow) and factor.exp == -1:
            inverse = sp.Mul(*rest, factor.base)
            words = f"without the division by {_said(factor.base)}"
            yield 2, Slip("", f"{_instead(factor.base, factor)} as a factor", e, inverse)
        else:
            words = f"{_without('factor', factor)} in {_short(e)}"
        yield 0, Slip(f"correction {steps[0].exp}" if steps else "", words, e, left)
        if isinstance(factor, sp.Add):
            for k, term in enumerate(factor.args):
                others = [*factor.args[:k], *factor.args[k + 1 :]]
                inner = others[0] if len(others) == 1 else sp.Add(*others)
                signs = [a for a in e.args if a == -1]
                alone = sp.Mul(*signs, term) if signs else term
                outside = sp.Add(sp.Mul(*[*e.args[:i], inner, *e.args[i + 1 :]]), alone)
                yield 1, Slip("", f"with {_said(term)} outside the product {_short(e)}", e, outside)
        square = [*e.args[:i], sp.Pow(factor, sp.Integer(2)), *e.args[i + 1 :]]
        if not factor.is_Number:
            yield 3, Slip("", f"with the factor {_said(factor)} twice", e, sp.Mul(*square))


def _powers(e: sp.Pow, symbols: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Slip]]:
    base, power = e.base, e.exp
    if power == 2:
        yield 1, _swap(e, base)
        yield 1, _swap(e, sp.Abs(base))
    elif power == sp.S.Half:
        yield 0, Slip("root", f"without the square root in {_said(e)}", e, base)
        if isinstance(base, sp.Add):
            for i, term in enumerate(base.args):
                rest = [*base.args[:i], *base.args[i + 1 :]]
                root = sp.Pow(rest[0] if len(rest) == 1 else sp.Add(*rest), sp.S.Half)
                yield 0, Slip(f"outside {i}", f"with {_said(term)} outside the root in {_short(e)}", e, sp.Add(root, term))
        yield from _guarded(e, base, lambda b: sp.Pow(b, sp.S.Half))
    elif power.is_Symbol:
        yield 0, _swap(e, base, f"power {power}")
        for step in (1, -1):
            moved = sp.Pow(base, sp.Add(power, sp.Integer(step)))
            yield 0, Slip(f"step {power}{step}", _instead(moved, e), e, moved)
    elif power == -1 and base.is_Symbol and base in symbols["size"]:
        for other in symbols["size"]:
            if other != base:
                yield 1, _swap(e, sp.Pow(other, power))
        for step in (-1, 1):
            moved = sp.Pow(sp.Add(base, sp.Integer(step)), power)
            yield 0, Slip(f"size {base}{step}", f"with division by {_said(moved.base)} instead of {_said(base)}", e, moved)
    elif power == -1:
        yield from _guarded(e, base, lambda b: sp.Pow(b, sp.Integer(-1)))


def _guarded(e: Any, base: Any, f: Any) -> Iterator[tuple[int, Slip]]:
    """A guard against 0, or against its logarithm."""
    for k in EPSILONS:
        eps = sp.Rational(1, 10**k)
        shown = f"1e-{k}"
        yield 4 + (k not in EPSILONS[:4]), Slip(f"+{k}", f"with {shown} added to {_short(base)}", e, f(sp.Add(base, eps)))
        raised = f(x.maximum(base, eps))
        yield 4 + (k not in EPSILONS[:4]), Slip(f"max{k}", f"with {_short(base)} cut off below {shown}", e, raised)


def _logs(e: Any) -> Iterator[tuple[int, Slip]]:
    of = e.args[0]
    if of.is_Number:
        return
    for base in (2, 10):
        other = sp.Mul(e, sp.Pow(sp.log(sp.Integer(base)), sp.Integer(-1)))
        yield 2, Slip(f"base {base}", f"with the logarithm to base {base} of {_short(of)}", e, other)
    yield from _guarded(e, of, sp.log)
    yield 2, _swap(e, sp.log(sp.Add(sp.Integer(1), of)))


def _weighted_logs(e: Any) -> Iterator[tuple[int, Slip]]:
    weight, of = e.args
    yield 1, Slip("", f"with the arguments of {_said(e)} exchanged", e, x.xlogy(of, weight))
    if weight != 1:
        yield 1, Slip("unweighted", f"without the weight {_said(weight)} in {_short(e)}", e, x.xlogy(sp.Integer(1), of))
    for base in (2, 10):
        other = sp.Mul(e, sp.Pow(sp.log(sp.Integer(base)), sp.Integer(-1)))
        yield 2, Slip(f"base {base}", f"with the logarithm to base {base} of {_short(of)}", e, other)
    yield from _guarded(e, of, lambda b: x.xlogy(weight, b))
    if isinstance(of, sp.Mul):  # p/(q + ε)
        for part in of.args:
            if isinstance(part, sp.Pow) and part.exp == -1:
                rest = [a for a in of.args if a != part]
                yield from _guarded(e, part.base, lambda b, rest=rest: x.xlogy(weight, sp.Mul(*rest, sp.Pow(b, -1))))


def _totals(e: Any, ranges: Ranges) -> Iterator[tuple[int, Slip]]:
    size = e.high
    if size.is_Integer:
        return
    kind = f"over {e.index.name}"
    yield 1, Slip(kind, f"with the mean instead of the sum {_short(e)}", e, sp.Mul(e, sp.Pow(size, sp.Integer(-1))))
    yield 2, Slip(kind, f"with the largest term instead of the sum {_short(e)}", e, x.Largest(*e.args))
    yield 2, Slip("norm", f"with the square root of {_short(e)}", e, sp.Pow(e, sp.S.Half))
    shorter = x.Total(e.body, e.index, e.low, sp.Add(size, sp.Integer(-1)))
    yield 2, Slip(kind, f"without the last term of {_short(e)}", e, shorter)
    later = x.Total(e.body, e.index, sp.Add(e.low, sp.Integer(1)), size)
    yield 2, Slip(kind, f"without the first term of {_short(e)}", e, later)


def _entries(e: Any, ranges: Ranges, symbols: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Slip]]:
    for other in symbols["array"]:
        if other != e.array and other.dims == e.array.dims:
            yield 3, _swap(e, x.Entry(other, *e.indices))
    for i, index in enumerate(e.indices):
        for other, length in ranges.items():
            if other != index and ranges.get(index) == length:
                yield 2, _swap(e, x.Entry(e.array, *e.indices[:i], other, *e.indices[i + 1 :]))
    yield 3, Slip("", f"without {_said(e)}", e, sp.Integer(0))
    yield 3, Slip("", f"with the absolute value of {_said(e)}", e, sp.Abs(e))


def _names(e: Any, symbols: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Slip]]:
    if e in symbols["scalar"]:
        for other in symbols["scalar"]:
            if other != e:
                yield 3, _swap(e, other)
        yield 2, _swap(e, sp.Add(sp.Integer(1), sp.Mul(sp.Integer(-1), e)))
    elif e in symbols["integer"]:
        for step in (1, -1):
            yield 1, Slip(f"count {e}{step}", _instead(sp.Add(e, sp.Integer(step)), e), e, sp.Add(e, sp.Integer(step)))


# ---------------------------------------------------------------------- other axes
def _other_axes(variant: Variant, forms: Sequence[Any]) -> Iterator[tuple[Any, str]]:
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
    """Sums over l of terms in (i, l), with i and j free and l of the range of j, become sums over i of terms in (i, j)."""
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
            return sp.Pow(_over(e.base, pair, ranges, "other"), e.exp)
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
    body = _turned(e.body, ranges, along)
    top = max([x.level(e), x.level(body), *[k.level for k in ranges if isinstance(k, x.Bound)]])
    inner, outer = x.Bound(e.index.name, top + 1), x.Bound(i.name, top + 2)
    if along == "both":
        body = x.substitute(body, {e.index: inner, i: outer}, reopen=False)
        return e.func(e.func(body, inner, e.low, e.high), outer, e.low, ranges[i])
    body = x.substitute(body, {e.index: inner}, reopen=False)
    body = x.substitute(body, {i: outer}, reopen=False)
    body = x.substitute(body, {inner: j}, reopen=False)
    return e.func(body, outer, e.low, ranges[i])

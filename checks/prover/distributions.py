"""The sums that are 1 by the sorts of what occurs: Σₖ pₖ, Σᵢⱼ Pᵢⱼ, and Σⱼ Wᵢⱼ for each row i that is free."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .context import Context
from .terms import ONE, Atom, Bounds, Mono, Poly, number, var


def distributions(ctx: Context, p: Poly, index_name: Callable[[Poly, Poly], str]) -> Iterator[tuple[Bounds, Poly]]:
    """(the bounds, the summand) of each, the indices named by their ranges."""
    for name, axes in ctx.sums.items():
        if f"entry({name};" not in p.key:
            continue
        summed = [axis + 1 for axis, _ in axes]
        seen: set[str] = set()
        for a in _entries(p, name):
            bounds: Bounds = ()
            indices = list(a.args[1:])
            for axis, length in axes:
                v = index_name(number(1), length)
                v += "'" * sum(b[0].startswith(v) for b in bounds)
                bounds = (*bounds, (v, number(1), length))
                indices[axis] = var(v)
            weight = Atom("entry", name, *indices)
            rows = [i for at, i in enumerate(a.args) if at and at not in summed]
            if weight.key not in seen and not any(v.startswith("%") for i in rows for v in i.free):
                seen.add(weight.key)
                yield bounds, Poly({Mono({weight: ONE}): ONE})


def mean_of_positive(ctx: Context, a: Atom, positive: Callable[[Atom], bool]) -> bool:
    """Whether a sum is Σ pₖ f(k) with Σ pₖ = 1, p ≥ 0 and f > 0: some weight is positive, though each may be zero.

    Weights are taken away one by one, each with indices of its own: Σᵢⱼ pᵢ Wᵢⱼ f(i, j) is a mean over the rows' means.
    """
    ranges = {v: (lo, hi) for v, lo, hi in a.args[0]}
    left = [b for b, _ in a.args[1].powers if not positive(b)]
    limits = {v for lo, hi in ranges.values() for v in lo.free | hi.free}
    if any(e <= 0 for b, e in a.args[1].powers if b in left):
        return False
    while left:
        own = next(
            (names for b in left if (names := _summed(ctx, b, ranges, [c for c in left if c != b], limits))), None
        )
        if own is None:
            return False
        left = [b for b in left if own.isdisjoint(b.free)]
    return True


def _summed(
    ctx: Context, b: Atom, ranges: dict[str, tuple[Poly, Poly]], others: list[Atom], limits: set[str]
) -> set[str]:
    """The indices over which this factor sums to 1 and that no other of these factors has; none where it does not."""
    low = ctx.domain(b.args[0]).low if b.kind == "entry" and b.args[0] in ctx.sums else None
    if low is None or low < 0:
        return set()
    axes = ctx.sums[b.args[0]]
    names = [b.args[axis + 1].variable() for axis, _ in axes]
    whole = all(ranges.get(k or "") == (number(1), length) for k, (_, length) in zip(names, axes, strict=True))
    others_free = set().union(*[c.free for c in others], limits)
    rows = set().union(*[i.free for axis, i in enumerate(b.args[1:]) if axis not in dict(axes)])
    own = {k for k in names if k}
    return own if whole and len(own) == len(axes) and own.isdisjoint(others_free | rows) else set()


def _entries(obj: Poly | Mono | Atom, name: str) -> Iterator[Atom]:
    """The entries of an array, wherever they stand."""
    if isinstance(obj, Atom):
        if obj.kind == "entry" and obj.args[0] == name:
            yield obj
        parts = [a for a in obj.args if isinstance(a, (Poly, Mono))]
    else:
        parts = [q for q, _ in (obj.powers if isinstance(obj, Mono) else obj.terms)]
    for part in parts:
        if f"entry({name};" in part.key:
            yield from _entries(part, name)

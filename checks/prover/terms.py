"""Canonical polynomials in atoms, the data that the normal form computes with.

A monomial is a product of atoms with rational exponents, a polynomial a sum of monomials with rational coefficients.
Both are sorted by key, so equal data has equal keys and equality is a comparison of text. Atoms:

    var x · entry a[i] · delta (i, j) · exp m · e · log P · sum (bounds, m) · base P · call (name, P, …) · prime p · pi
    bind (name, mark, P, …, body): a maximum, an opaque product, a recurrence or a function of a vector

The two indices of a delta, and those of an entry of a symmetric array, are sorted whenever such an atom is made, also
when its indices are renamed.

`exp m` takes a monomial with coefficient 1 (the coefficient is the exponent), `base P` is a polynomial of several
terms raised to a power that is not a natural number, and `sum` is one monomial under canonically named indices. The
indices that a `bind` binds in its body are named by its own mark: %e2.0 and %e2.1 for the mark %e2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flint import fmpq

ONE, ZERO = fmpq(1), fmpq(0)


class Unordered(str):
    """The name of a symmetric array."""

    __slots__ = ()


class Atom:
    """One indivisible factor; equal keys mean equal atoms."""

    __slots__ = ("args", "free", "key", "kind")

    def __init__(self, kind: str, *args: Any) -> None:
        if kind == "delta":
            args = tuple(sorted(args, key=_key))
        elif kind == "entry" and isinstance(args[0], Unordered):
            args = (args[0], *sorted(args[1:], key=_key))
        self.kind = kind
        self.args = args
        inner = [
            a.key if isinstance(a, (Mono, Poly)) else _bounds_key(a) if isinstance(a, tuple) else str(a) for a in args
        ]
        self.key = f"{kind}({';'.join(inner)})"
        if kind == "var":
            self.free = frozenset(args)
        else:
            names: set[str] = set()
            for a in args:
                if isinstance(a, (Mono, Poly)):
                    names |= a.free
                elif isinstance(a, tuple):
                    for _, lo, hi in a:
                        names |= lo.free | hi.free
            if kind == "sum":
                names -= {b[0] for b in args[0]}
            elif kind == "bind":
                names = {v for v in names if not v.startswith(f"{args[1]}.")}  # other marks belong to what is around it
            self.free = frozenset(names)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __repr__(self) -> str:
        return self.key


def _key(p: Poly) -> str:
    return p.key


def _bounds_key(bounds: tuple[Any, ...]) -> str:
    return ",".join(f"{v}={lo.key}..{hi.key}" for v, lo, hi in bounds)


class Mono:
    """A product of atoms with nonzero rational exponents."""

    __slots__ = ("free", "key", "powers")

    def __init__(self, powers: dict[Atom, fmpq] | Iterable[tuple[Atom, fmpq]]) -> None:
        items: Iterable[tuple[Atom, fmpq]] = powers.items() if isinstance(powers, dict) else powers  # type: ignore[assignment]
        kept = [(a, e) for a, e in items if e != 0]
        self.powers: tuple[tuple[Atom, fmpq], ...] = tuple(sorted(kept, key=lambda p: p[0].key))
        self.key = "*".join(a.key if e == 1 else f"{a.key}^{e}" for a, e in self.powers)
        self.free = frozenset().union(*[a.free for a, _ in self.powers])

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mono) and self.key == other.key

    def __repr__(self) -> str:
        return self.key or "1"


class Poly:
    """A sum of monomials with nonzero rational coefficients, closed: every index is free or bound inside an atom."""

    __slots__ = ("free", "key", "terms")

    def __init__(self, terms: Mapping[Mono, fmpq]) -> None:
        self.terms = tuple(sorted(((m, c) for m, c in terms.items() if c != 0), key=lambda t: t[0].key))
        self.key = "+".join(f"{c}*{m.key}" for m, c in self.terms)
        self.free = frozenset().union(*[m.free for m, _ in self.terms])

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.key == other.key

    def __repr__(self) -> str:
        return self.key or "0"

    def constant(self) -> fmpq | None:
        """The rational that this is, or None."""
        if not self.terms:
            return ZERO
        ((m, c), *rest) = self.terms
        return c if not rest and not m.powers else None

    def variable(self) -> str | None:
        """The name of the variable that this is, or None."""
        if len(self.terms) == 1:
            m, c = self.terms[0]
            if c == 1 and len(m.powers) == 1 and m.powers[0][0].kind == "var" and m.powers[0][1] == 1:
                return m.powers[0][0].args[0]
        return None


Bounds = tuple[tuple[str, Poly, Poly], ...]


class Term(NamedTuple):
    """coefficient · Σ over the bounds of a monomial: one term of a polynomial in prenex form."""

    coef: fmpq
    bounds: Bounds
    powers: dict[Atom, fmpq]


Open = list[Term]


def minus(p: Poly, q: Poly) -> Poly:
    terms = dict(p.terms)
    for m, c in q.terms:
        terms[m] = terms.get(m, ZERO) - c
    return Poly(terms)


def var(name: str) -> Poly:
    return Poly({Mono([(Atom("var", name), ONE)]): ONE})


def number(q: Any) -> Poly:
    return Poly({Mono(()): fmpq(q)})


def as_poly(a: Atom) -> Poly:
    """The atom as a polynomial; a base is the polynomial that it stands for."""
    return a.args[0] if a.kind == "base" else Poly({Mono([(a, ONE)]): ONE})


def atom_terms(a: Atom, e: Any = 1) -> Open:
    return [Term(ONE, (), {a: fmpq(e)})]


def constant_terms(q: Any) -> Open:
    return [Term(fmpq(q), (), {})] if q != 0 else []


def is_mean(a: Atom) -> bool:
    """𝔼 of something: one number for all outcomes, so that nothing inside may be looked at for one of them."""
    return a.kind == "call" and a.args[0] == "E"


def opened(p: Poly) -> Open:
    """A closed polynomial as prenex terms; its sums stay atoms until they are opened."""
    return [Term(c, (), dict(m.powers)) for m, c in p.terms]


def closed(terms: Open) -> Poly:
    """Prenex terms without bounds, collected."""
    out: dict[Mono, fmpq] = {}
    for c, b, powers in terms:
        assert not b
        m = Mono(powers)
        out[m] = out.get(m, ZERO) + c
    return Poly(out)


def rename(obj: Any, names: Mapping[str, str]) -> Any:
    """Rename variables injectively, everywhere inside an atom, monomial, polynomial or bounds."""
    if isinstance(obj, str):
        return names.get(obj, obj)
    if isinstance(obj, tuple):
        return tuple((rename(v, names), rename(lo, names), rename(hi, names)) for v, lo, hi in obj)
    if isinstance(obj, (Atom, Mono, Poly)) and not (obj.free & names.keys()):
        return obj
    if isinstance(obj, Mono):
        return Mono([(rename(a, names), e) for a, e in obj.powers])
    if isinstance(obj, Poly):
        return Poly({rename(m, names): c for m, c in obj.terms})
    if obj.kind == "var":
        return Atom("var", names.get(obj.args[0], obj.args[0]))
    if obj.kind == "sum":
        outer = {k: v for k, v in names.items() if k not in {b[0] for b in obj.args[0]}}
        bounds = tuple((v, rename(lo, outer), rename(hi, outer)) for v, lo, hi in obj.args[0])
        return Atom("sum", bounds, rename(obj.args[1], outer))
    if obj.kind == "bind":
        names = {k: v for k, v in names.items() if not k.startswith(f"{obj.args[1]}.")}
    first = {"entry": 1, "call": 1, "bind": 2}.get(obj.kind, 0)
    return Atom(
        obj.kind, *obj.args[:first], *[rename(a, names) if isinstance(a, (Mono, Poly)) else a for a in obj.args[first:]]
    )


def depth(obj: Any) -> int:
    """How deeply sums nest in it: what the canonical names of an enclosing sum must clear."""
    if isinstance(obj, (Mono, Poly)):
        parts = [a for a, _ in obj.powers] if isinstance(obj, Mono) else [m for m, _ in obj.terms]
        return max((depth(p) for p in parts), default=0)
    if isinstance(obj, Atom):
        inner = max((depth(a) for a in obj.args if isinstance(a, (Mono, Poly))), default=0)
        return inner + (obj.kind in ("sum", "bind"))
    return 0

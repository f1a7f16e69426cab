"""The normal form of expressions in indexed sums of symbolic length, and the zero test built on it.

`Engine.normal` rewrites by identities that hold for every dimension under the declared sorts; `Engine.is_zero` says
True only when the difference was rewritten to 0. False means "not proved", never "refuted".

Stations: `translate` brings an expression to prenex terms under fresh indices; `canon` collapses deltas, opens and
folds sums, splits them into connected components and names their indices canonically; `factored` and `common` work
with rational functions of the atoms (factorisation by FLINT); `is_zero` merges sums of equal range.
"""

from __future__ import annotations

from itertools import count
from time import monotonic
from typing import Any

from flint import fmpq, fmpq_mpoly_ctx, fmpz

from ...spec.language.sorts import NATURAL, SIZE
from . import calls
from .closing import OUT_OF_TIME, Unproved, close_sum
from .context import Context
from .signs import Signs, minus
from .terms import (
    ONE,
    ZERO,
    Atom,
    Mono,
    Open,
    Poly,
    Term,
    Unordered,
    as_poly,
    atom_terms,
    closed,
    constant_terms,
    number,
    opened,
    rename,
)


class Infinite(Exception):
    """The expression is surely −∞ on this domain."""


_fresh = count(1)
MAX_TERMS = 4000


def fresh_name() -> str:
    return f"#{next(_fresh)}"


class Engine:
    """One context, its memo, and the side conditions that were used but not derived from the sorts."""

    def __init__(self, ctx: Context, seconds: float = 20.0) -> None:
        self.ctx = ctx
        self.deadline = monotonic() + seconds
        self.signs = Signs(ctx)
        self.side: dict[str, Poly] = {}
        self.met_infinite = False  # an atom that may be −∞ was met while translating
        self.memo: dict[Any, tuple[Poly, dict[str, Poly], bool]] = {}
        self.rules_used: set[str] = set()
        self.spreading = False  # sums over parts of a range are taken apart
        self.spread: dict[tuple[Atom, fmpq], Open | None] = {}  # what this makes of functions of sums

    def assume(self, p: Poly, relation: str) -> None:
        """Record what must hold for a value to exist; where it can never hold there is no value at all."""
        opposite = minus(Poly({}), p)
        never = self.signs.poly_positive(opposite) or (relation == "> 0" and self.signs.poly_nonnegative(opposite))
        if relation != "≠ 0" and never:
            raise Unproved("something that has no value anywhere")
        self.side[f"{p.key} {relation}"] = p

    # ------------------------------------------------------------------ products of prenex terms
    def refreshed(self, t: Term) -> Term:
        if not t.bounds:
            return t
        names = {v: fresh_name() for v, _, _ in t.bounds}
        self._inherit(names)
        return Term(t.coef, rename(t.bounds, names), {rename(a, names): e for a, e in t.powers.items()})

    def _inherit(self, names: dict[str, str]) -> None:
        for old, new in names.items():
            if old in self.signs.local:
                self.signs.local[new] = self.signs.local[old]
            if old in self.signs.limits:
                self.signs.limits[new] = rename(self.signs.limits[old], names)

    def times(self, p: Open, q: Open) -> Open:
        if len(p) * len(q) > MAX_TERMS:
            raise Unproved("the expression grows too large")
        out = []
        for s in p:
            for t in q:
                c, bounds, powers = self.refreshed(t)
                merged = dict(s.powers)
                for a, e in powers.items():
                    merged[a] = merged.get(a, ZERO) + e
                    if merged[a] == 0:
                        del merged[a]
                out.append(Term(s.coef * c, s.bounds + bounds, merged))
        return out

    # ------------------------------------------------------------------ rational functions of the atoms
    def common(self, p: Poly) -> tuple[Poly, dict[Atom, fmpq]]:
        """p = numerator · Π base^k (k ≤ 0): integer powers of bases brought over one denominator."""
        terms, below = dict(p.terms), {}
        while True:
            bases = {a for m in terms for a, e in m.powers if a.kind == "base" and _floor(e) != 0}
            if not bases:
                return Poly(terms), below
            b = max(bases, key=lambda a: (len(a.key), a.key))
            least = min(min(_floor(dict(m.powers).get(b, ZERO)) for m in terms), 0)
            below[b] = below.get(b, ZERO) + least
            out: dict[Mono, fmpq] = {}
            for m, c in terms.items():
                powers = dict(m.powers)
                k = _floor(powers.get(b, ZERO))
                powers[b] = powers.get(b, ZERO) - k
                for m2, c2 in self._expanded(b, k - least):
                    merged = dict(powers)
                    for a, e in m2.powers:
                        merged[a] = merged.get(a, ZERO) + e
                    mono = Mono(merged)
                    out[mono] = out.get(mono, ZERO) + c * c2
            terms = {m: c for m, c in out.items() if c != 0}
            if len(terms) > MAX_TERMS:
                raise Unproved("the common denominator grows too large")

    def _expanded(self, base: Atom, k: int) -> list[tuple[Mono, fmpq]]:
        out: dict[Mono, fmpq] = {Mono(()): ONE}
        for _ in range(k):
            step: dict[Mono, fmpq] = {}
            for m, c in out.items():
                for m2, c2 in base.args[0].terms:
                    powers = dict(m.powers)
                    for a, e in m2.powers:
                        powers[a] = powers.get(a, ZERO) + e
                    mono = Mono(powers)
                    step[mono] = step.get(mono, ZERO) + c * c2
            out = step
        return list(out.items())

    def factored(self, p: Poly) -> tuple[fmpq, dict[Atom, fmpq]]:
        """p = coefficient · Π atom^e, with irreducible factors of several terms as base atoms; (0, {}) for zero."""
        if not p.terms:
            return ZERO, {}
        if len(p.terms) == 1:
            return p.terms[0][1], dict(p.terms[0][0].powers)
        numerator, below = self.common(p)
        if not numerator.terms:
            return ZERO, {}
        coef, out = self._factor(numerator)
        for a, e in below.items():
            out[a] = out.get(a, ZERO) + e
        return coef, {a: e for a, e in out.items() if e != 0}

    def _factor(self, p: Poly) -> tuple[fmpq, dict[Atom, fmpq]]:
        atoms = sorted({a for m, _ in p.terms for a, _ in m.powers}, key=lambda a: a.key)
        exponents = {a: [dict(m.powers).get(a, ZERO) for m, _ in p.terms] for a in atoms}
        scale = {a: _lcm([int(e.q) for e in es]) for a, es in exponents.items()}
        least = {a: min(es) for a, es in exponents.items()}
        table = {tuple(int((dict(m.powers).get(a, ZERO) - least[a]) * scale[a]) for a in atoms): c for m, c in p.terms}
        if not atoms:
            return p.constant() or ZERO, {}
        ctx = fmpq_mpoly_ctx.get([f"g{i}" for i in range(len(atoms))], "lex")
        constant, factors = ctx.from_dict(table).factor()
        coef, out = fmpq(constant), {a: e for a, e in least.items() if e != 0}
        for f, k in factors:
            inner: dict[Mono, fmpq] = {}
            for exps, c in f.to_dict().items():
                inner[Mono([(a, fmpq(e, scale[a])) for a, e in zip(atoms, exps, strict=True)])] = fmpq(c)
            piece = Poly(inner)
            if len(piece.terms) == 1:
                m, c = piece.terms[0]
                coef *= c**k
                for a, e in m.powers:
                    out[a] = out.get(a, ZERO) + e * k
            else:
                c, base = self.primitive(piece)
                coef *= c**k
                out[base] = out.get(base, ZERO) + k
        return coef, {a: e for a, e in out.items() if e != 0}

    def primitive(self, p: Poly) -> tuple[fmpq, Atom]:
        """p = c · base with coprime integer coefficients; the base positive where that is known, else by its first."""
        den = _lcm([int(c.q) for _, c in p.terms])
        content = fmpz(0)
        for _, c in p.terms:
            content = content.gcd((c * den).p)
        c = fmpq(content, den) * (1 if p.terms[0][1] > 0 else -1)
        base = Poly({m: q / c for m, q in p.terms})
        flipped = Poly({m: -q for m, q in base.terms})
        if self.signs.poly_positive(flipped) or (
            self.signs.poly_nonnegative(flipped) and not self.signs.poly_nonnegative(base)
        ):
            c, base = -c, flipped
        return c, Atom("base", base)

    # ------------------------------------------------------------------ powers, exponentials, logarithms
    def power(self, p: Poly, r: fmpq) -> Open:
        if r.q == 1 and r >= 0 and (r <= 6 or len(p.terms) <= 1):
            out = constant_terms(1)
            for _ in range(int(r)):
                out = self.times(out, opened(p))
            return out
        coef, atoms = self.factored(p)
        if coef == 0:
            if r < 0:
                raise Unproved("a division by something identically zero")
            return []
        unknown = [a for a in atoms if not self.signs.positive(a)]
        if r < 0:
            for a in unknown:
                if not self.signs.nonzero(a):
                    self.assume(Poly({Mono([(a, ONE)]): ONE}), "≠ 0")
        if r.q != 1 and (coef < 0 or unknown):
            atoms, unknown = self._even_powers(atoms, r)
            if coef < 0 or any(not self.signs.nonnegative(a) for a in unknown):
                self.assume(p, "≥ 0")
            if not (coef > 0 and all(self.signs.nonnegative(a) and r > 0 for a in unknown)):  # (x·y)^r also where x = 0
                return self._root_of_unknown(coef, atoms, unknown, r)
        return self.times(self._number_power(coef, r), [Term(ONE, (), {a: e * r for a, e in atoms.items()})])

    def _root_of_unknown(self, coef: fmpq, atoms: dict[Atom, fmpq], unknown: list[Atom], r: fmpq) -> Open:
        """(c·x·y)^r = cʳ·xʳ·y^r for positive c and x, whatever the sign of y; y stays one base."""
        known = {a: e * r for a, e in atoms.items() if a not in unknown}
        rest = [Term(ONE if coef > 0 else -ONE, (), {})]
        for a in unknown:
            power = opened(a.args[0]) if a.kind == "base" and atoms[a] == 1 else atom_terms(a, atoms[a])
            rest = self.times(rest, power)
        base = Atom("base", self.canon(rest))
        return self.times(self._number_power(abs(coef), r), [Term(ONE, (), {**known, base: r})])

    def magnitude(self, a: Atom, e: fmpq) -> tuple[Atom, fmpq]:
        """|a|^e as an atom and its exponent."""
        even = e.q == 1 and int(e.p) % 2 == 0
        return (a if even or self.signs.nonnegative(a) else Atom("call", "abs", as_poly(a))), e

    def _even_powers(self, atoms: dict[Atom, fmpq], r: fmpq) -> tuple[dict[Atom, fmpq], list[Atom]]:
        """Inside a root, x² is |x|²; and the atoms that may still be negative."""
        out: dict[Atom, fmpq] = {}
        for a, e in atoms.items():
            if e.q == 1 and int(e.p) % 2 == 0 and not self.signs.nonnegative(a):
                a = Atom("call", "abs", as_poly(a))
            out[a] = out.get(a, ZERO) + e
        return out, [a for a in out if not self.signs.positive(a)]

    def _number_power(self, c: fmpq, r: fmpq) -> Open:
        if r.q == 1:
            return constant_terms(c ** int(r))
        out, powers = ONE, {}
        for p, e in [*((int(p), e) for p, e in fmpz(c.p).factor()), *((int(p), -e) for p, e in fmpz(c.q).factor())]:
            e = e * r
            whole = _floor(e)
            out *= fmpq(p) ** whole
            if e != whole:
                powers[Atom("prime", p)] = e - whole
        return [Term(out, (), powers)]

    def exponential(self, p: Poly) -> Open:
        out = constant_terms(1)
        for m, c in p.terms:
            if not m.powers:
                out = self.times(out, atom_terms(Atom("e"), c))
            elif len(m.powers) == 1 and m.powers[0][0].kind == "log" and m.powers[0][1] == 1:
                out = self.times(out, self.power(m.powers[0][0].args[0], c))
            else:
                out = self.times(out, atom_terms(Atom("exp", m), c))
        return out

    def logarithm(self, p: Poly) -> Open:
        coef, atoms = self.factored(p)
        if coef == 0:
            raise Unproved("the logarithm of something identically zero")
        if not (coef > 0 and all(self.signs.positive(a) for a in atoms)):
            whole = closed([Term(coef, (), atoms)])
            self.assume(whole, "> 0")
            return atom_terms(Atom("log", whole))
        out: Open = []
        for q, s in ((fmpz(coef.p), 1), (fmpz(coef.q), -1)):
            out += [Term(fmpq(s * e), (), {Atom("log", number(int(prime))): ONE}) for prime, e in q.factor()]
        for a, e in atoms.items():
            match a.kind:
                case "e":
                    out += constant_terms(e)
                case "exp":
                    out.append(Term(e, (), dict(a.args[0].powers)))
                case "prime":
                    out.append(Term(e, (), {Atom("log", number(a.args[0])): ONE}))
                case "base":
                    out.append(Term(e, (), {Atom("log", a.args[0]): ONE}))
                case _:
                    out.append(Term(e, (), {Atom("log", Poly({Mono([(a, ONE)]): ONE})): ONE}))
        return out

    # ------------------------------------------------------------------ replacing an index by another, not injectively
    def moved(self, powers: dict[Atom, fmpq], old: str, new: Poly) -> Open:
        out = constant_terms(1)
        for a, e in powers.items():
            if old not in a.free:
                out = self.times(out, atom_terms(a, e))
            elif e.q == 1 and e > 0 and e <= 6:
                for _ in range(int(e)):
                    out = self.times(out, self.move(a, old, new))
            else:
                out = self.times(out, self.power(self.canon(self.move(a, old, new)), e))
        return out

    def move(self, a: Atom, old: str, new: Poly) -> Open:
        """The atom with one variable replaced by a polynomial, normalised afresh."""
        if old not in a.free:
            return atom_terms(a)
        go = lambda p: self.move_poly(p, old, new)  # noqa: E731
        match a.kind:
            case "var":
                return opened(new)
            case "entry":
                return self.entry(a.args[0], [go(i) for i in a.args[1:]])
            case "delta":
                return self.kronecker(go(a.args[0]), go(a.args[1]))
            case "exp":
                return self.exponential(go(Poly({a.args[0]: ONE})))
            case "log":
                return self.logarithm(go(a.args[0]))
            case "base":
                return opened(go(a.args[0]))
            case "call":
                return calls.rebuilt(self, a.args[0], [go(p) for p in a.args[1:]])
            case "bind":
                return calls.moved_binding(self, a, go)
            case "sum":
                c, bounds, powers = self.open_sum(a)
                bounds = tuple((v, go(lo), go(hi)) for v, lo, hi in bounds)
                return [Term(c * t.coef, bounds + t.bounds, t.powers) for t in self.moved(powers, old, new)]
        raise Unproved(f"cannot replace an index inside {a.kind}")

    def move_poly(self, p: Poly, old: str, new: Poly) -> Poly:
        if old not in p.free:
            return p
        out: Open = []
        for m, c in p.terms:
            out += [Term(c * t.coef, t.bounds, t.powers) for t in self.moved(dict(m.powers), old, new)]
        return self.canon(out)

    def open_sum(self, a: Atom) -> Term:
        """The sum as a prenex term under fresh indices, whose domains are known from the lower limits."""
        bounds, mono = a.args
        names = {v: fresh_name() for v, _, _ in bounds}
        opened_bounds = rename(bounds, names)
        for v, lo, hi in opened_bounds:
            self.declare(v, lo, hi)
        return Term(ONE, opened_bounds, {rename(b, names): e for b, e in mono.powers})

    def declare(self, name: str, lo: Poly, hi: Poly) -> None:
        """An index from lo to hi: a natural number where lo is one, with its upper limit."""
        low = self.signs.least(lo)
        self.signs.local.pop(name, None)
        if low is not None and low >= 0:
            self.signs.local[name] = SIZE if low >= 1 else NATURAL
        self.signs.limits[name] = hi

    def entry(self, name: str, indices: list[Poly]) -> Open:
        return atom_terms(Atom("entry", Unordered(name) if name in self.ctx.symmetric else name, *indices))

    def kronecker(self, i: Poly, j: Poly) -> Open:
        if i == j:
            return constant_terms(1)
        difference = self.canon(opened(i) + [Term(-t.coef, t.bounds, t.powers) for t in opened(j)]).constant()
        if difference is not None:
            return constant_terms(1 if difference == 0 else 0)
        return atom_terms(Atom("delta", i, j))

    # ------------------------------------------------------------------ canonical form
    def canon(self, terms: Open) -> Poly:
        from .rewriting import rewrite

        todo, out = list(terms), {}
        budget = MAX_TERMS
        while todo:
            budget -= 1
            if budget < 0:
                raise Unproved("the normal form grows too large")
            if monotonic() > self.deadline:
                raise Unproved(OUT_OF_TIME)
            t = todo.pop()
            changed = rewrite(self, t)
            if changed is not None:
                todo += changed
                continue
            m = self._split(t)
            out[m] = out.get(m, ZERO) + t.coef
        return Poly(out)

    def _split(self, t: Term) -> Mono:
        """A term without anything left to rewrite, its sums cut into connected components and closed."""
        groups: list[tuple[set[str], list[tuple[Atom, fmpq]]]] = [({v}, []) for v, _, _ in t.bounds]
        for v, lo, hi in t.bounds:  # an index belongs with those that its range mentions
            linked = [g for g in groups if v in g[0] or g[0] & (lo.free | hi.free)]
            groups = [g for g in groups if g not in linked] + [(set().union(*[g[0] for g in linked]), [])]
        powers: dict[Atom, fmpq] = {}
        for a, e in t.powers.items():
            touching = [g for g in groups if g[0] & a.free]
            if not touching:
                powers[a] = e
                continue
            joined = (set().union(*[g[0] for g in touching]), [p for g in touching for p in g[1]] + [(a, e)])
            groups = [g for g in groups if g not in touching] + [joined]
        for names, factors in groups:
            a = close_sum(tuple(b for b in t.bounds if b[0] in names), factors)
            powers[a] = powers.get(a, ZERO) + 1
        return Mono(powers)

    # ------------------------------------------------------------------ the zero test
    def is_zero(self, p: Poly) -> bool:
        from .merging import merge
        from .ranges import spread

        for _ in range(50):
            if not p.terms or not self.common(p)[0].terms:
                return True
            smaller = merge(self, p) or spread(self, p)
            if smaller is None:
                return False
            p = smaller
        return False


def _floor(e: fmpq) -> int:
    return int(fmpz(e.p) // fmpz(e.q))


def _lcm(values: list[int]) -> int:
    out = fmpz(1)
    for v in values:
        out = out.lcm(fmpz(v))
    return int(out)

"""The guards of the certificate search, each with a way to remove it and false inequalities that it stops."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sympy as sp

from lemmata.checks.prover import calculus_steps, gaps, increasing, inequality, kinks, members, tangents
from lemmata.checks.prover.engine import Engine
from lemmata.checks.prover.inequality import Found
from lemmata.checks.prover.signs import Signs
from lemmata.checks.prover.terms import Poly, var
from lemmata.spec.language import Abs, AtLeast, AtMost, exp, log
from lemmata.spec.language.sorts import POSITIVE, REAL
from lemmata.spec.language.statements import check_statement

from .generate import well_formed
from .inequality_truths import Small
from .world import N, V

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Guard:
    """What is guarded, how to remove it, and the false inequalities that it stops."""

    name: str
    remove: Callable[[Patch], None]
    stops: Callable[[Small], Any]


def drawn(guard: Guard) -> Callable[[random.Random, str, Any], Any]:
    return lambda rng, kind, rule: well_formed(lambda: check_statement(guard.stops(Small(rng)), "guard"))


def _yes(*_: Any, **__: Any) -> bool:
    return True


def _during(patch: Patch, module: Any, rule: str, owner: Any, name: str, value: Any = _yes) -> None:
    """The rule runs with one of its questions always answered by `value`."""
    plain = getattr(module, rule)

    def careless(*args: Any) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(owner, name, value)
            return plain(*args)

    patch.setattr(module, rule, careless)


def _more_distributions(patch: Patch) -> None:
    init = Engine.__init__

    def with_more(engine: Engine, ctx: Any, *rest: Any) -> None:
        init(engine, ctx, *rest)
        ctx.sums["p"] = ((0, var("n")),)

    patch.setattr(Engine, "__init__", with_more)


def _powers_doubled(patch: Patch) -> None:
    """Every power in a product counts as an even one."""
    plain = Engine.factored

    def doubled(engine: Engine, p: Poly) -> Any:
        coef, atoms = plain(engine, p)
        return coef, {a: 2 * e for a, e in atoms.items()}

    _during(patch, inequality, "factor", Engine, "factored", doubled)


def _open_goals_count(patch: Patch) -> None:
    class Trusting(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            super().__setitem__(key, (value[0], value[1] or Found()))

    init = inequality.Search.__init__

    def trusting(search: Any, *args: Any) -> None:
        init(search, *args)
        search.known = Trusting()

    patch.setattr(inequality.Search, "__init__", trusting)


def _rest_forgotten(patch: Patch) -> None:
    plain = inequality.under_one_sum

    def only_sums(engine: Engine, p: Poly, *limits: Any) -> Any:
        kept = {m: c for m, c in p.terms if any(a.kind == "sum" for a, _ in m.powers)}
        return plain(engine, Poly(kept), *limits)

    patch.setattr(inequality, "under_one_sum", only_sums)


def _one_side_for_both(patch: Patch) -> None:
    plain = kinks._one_side
    patch.setattr(kinks, "_one_side", lambda search, p, a, side, *rest: plain(search, p, a, 1, *rest))


def _from_anywhere(patch: Patch) -> None:
    """Growth without a start: the derivative alone."""
    plain = calculus_steps.increasing_from

    def growing(search: Any, p: Poly, name: str, *rest: Any) -> Any:
        start = search.engine.move_poly(p, name, Poly({}))
        return plain(search, inequality.minus(p, start), name, *rest)

    patch.setattr(calculus_steps, "increasing_from", growing)


def _reals_are_positive(patch: Patch) -> None:
    from lemmata.checks.prover.context import Context

    plain = Context.domain
    narrowed = lambda ctx, name: POSITIVE if plain(ctx, name) is REAL else plain(ctx, name)  # noqa: E731
    _during(patch, calculus_steps, "by_growth", Context, "domain", narrowed)


def _tangent(s: Small) -> Any:
    p = s.pick(1 + exp(s.scalar()), V["p"][V["i"]], V["c"])
    return AtLeast(V["x"] * log(p), V["x"] * (1 - 1 / p))


def _jensen(s: Small) -> Any:
    f = s.pick(lambda k: exp(V["a"][k]), lambda k: V["p"][k], lambda k: 1 + exp(V["z"][k]))
    return AtMost(s.total(N, lambda k: V["p"][k] * log(f(k))), log(s.total(N, lambda k: V["p"][k] * f(k))))


def _odd(s: Small) -> Any:
    return AtLeast(V["x"] ** s.pick(1, 3) * (s.positive() + 1) * (V["y"] - V["c"]) ** 2, sp.Integer(0))


def _circle(s: Small) -> Any:
    return AtLeast(log(V["c"] + s.pick(V["e"], 1, V["p"][V["i"]])), s.pick(V["x"], V["a"][V["i"]]))


def _remainder(s: Small) -> Any:
    return AtLeast(s.total(N, lambda k: V["a"][k] ** 2), s.pick(V["c"], V["x"], 1))


def _kink(s: Small) -> Any:
    return AtLeast(s.pick(1, s.positive()) * Abs(V["x"]), -s.pick(2, 3) * V["x"] * s.pick(1, 1, N))


def _start(s: Small) -> Any:
    return AtLeast(
        s.pick(V["c"] + log(1 + V["c"]), exp(V["c"]), V["c"] / (1 + V["c"])), s.pick(2, 3, 1 + V["p"][V["i"]])
    )


def _half_line(s: Small) -> Any:
    return AtLeast(exp(V["x"]), s.pick(1, 1 + V["x"] + V["x"] ** 2 / 2))


def _exponential(s: Small) -> Any:
    return AtLeast(V["x"] * exp(V["y"]), V["x"] * (1 + V["y"]))


def _leading(s: Small) -> Any:
    a = s.pick(V["x"], V["a"][V["i"]])
    return AtLeast(a * V["y"] ** 2 + a * s.pick(1, 2) * V["y"] * V["c"] + a * V["c"] ** 2, sp.Integer(0))


def _member(s: Small) -> Any:
    f = s.pick("a", "z")
    return AtLeast(s.total(N, lambda k: V[f][k]), V[f][V["i"]])


def _squares(s: Small) -> Any:
    return AtLeast(s.pick(1, V["c"]) * V["x"], Abs(V["x"]) * s.pick(sp.Rational(1, 2), 1) * s.pick(1, V["beta"]))


GUARDS = (
    Guard("weights of logarithms", lambda p: _during(p, tangents, "_lowered", Signs, "poly_nonnegative"), _tangent),
    Guard("which weights sum to one", _more_distributions, _jensen),
    Guard("even powers of a product", _powers_doubled, _odd),
    Guard("a goal rests on itself", _open_goals_count, _circle),
    Guard("nothing left outside the sum", _rest_forgotten, _remainder),
    Guard("both sides of a kink", _one_side_for_both, _kink),
    Guard("growth from somewhere", _from_anywhere, _start),
    Guard("growth on the whole line", _reals_are_positive, _half_line),
    Guard(
        "weights of exponentials",
        lambda p: _during(p, gaps, "exponential_gap", Signs, "poly_nonnegative"),
        _exponential,
    ),
    Guard(
        "the sign before a square",
        lambda p: _during(p, inequality, "complete_square", Signs, "poly_positive"),
        _leading,
    ),
    Guard("members of a sum", lambda p: _during(p, members, "member_of_sum", Signs, "termwise_nonnegative"), _member),
    Guard(
        "the sign of the larger side",
        lambda p: _during(p, increasing, "by_squares", Signs, "mono_sign", lambda *_: 1),
        _squares,
    ),
)

"""True inequalities about means, tails, two distributions, pairs of indices, kinks inside kinks and inflections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from lemmata.spec.language import Abs, E, Equals, Identical, exp, log, sqrt, vector, where_nonnegative, xlogy
from lemmata.spec.language import expressions as x
from lemmata.spec.language.expressions import Expr

from .generate import binder
from .inequality_parts import HALF, Parts, Rule, Small
from .world import M, N, V


def _at_least(a: Expr, t: Expr) -> Expr:
    return where_nonnegative(a - t, sp.Integer(1), sp.Integer(0))


def tail(s: Small) -> Parts:
    """Markov and Chebyshev, for weights that sum to one."""
    p, a, t = s.distribution(), s.pick("a", "z", "o"), s.pick(V["c"], V["e"], s.positive())
    mean = s.total(N, lambda k: p(k) * V[a][k])
    low, high = s.pick(
        (
            t**2 * s.total(N, lambda k: p(k) * _at_least(Abs(V[a][k] - mean), t)),
            s.total(N, lambda k: p(k) * (V[a][k] - mean) ** 2),
        ),
        (t * s.total(N, lambda k: p(k) * _at_least(Abs(V[a][k]), t)), s.total(N, lambda k: p(k) * Abs(V[a][k]))),
        (t * s.total(N, lambda k: p(k) * _at_least(V["o"][k], t)), s.total(N, lambda k: p(k) * V["o"][k])),
    )
    return low, high, None


def outcome(s: Small) -> Parts:
    """Under an expectation: monotone, Jensen, Markov, Chebyshev."""
    g, t, w = V["g"][V["i"]], s.pick(V["c"], V["e"]), s.pick(sp.Integer(1), s.nonnegative())
    first, second = E(g), E(g**2)
    low, high = s.pick(
        (t * E(_at_least(Abs(g), t)), E(Abs(g))), (t**2 * E(_at_least(Abs(g), t)), second),
        (E(Abs(g)) ** 2, second), (first**2, second), (second**2, E(g**4)), (exp(first), E(exp(g))),
        (first, E(Abs(g))), (Abs(first), E(Abs(g))), (2 * t * E(Abs(g)), second + t**2), (1 + first, E(exp(g))),
        (E(Abs(g + t)), E(Abs(g)) + t), (log(1 + exp(first)), E(log(1 + exp(g)))),
        (t**2 * E(_at_least(Abs(g - first), t)), second - first**2), (E(x.maximum(g, t)) ** 2, second + t**2),
    )  # fmt: skip
    return w * low, w * high, None


def apart(s: Small) -> Parts:
    """Distances of two distributions."""
    p, q = s.pick((V["r"], V["f"]), (V["f"], V["r"]))
    l1 = s.total(M, lambda k: Abs(p[k] - q[k]))
    kl = s.total(M, lambda k: p[k] * log(p[k] / q[k]))
    chi = s.total(M, lambda k: (p[k] - q[k]) ** 2 / q[k])
    affinity = s.total(M, lambda k: sqrt(p[k] * q[k]))
    low, high = s.pick(
        (l1**2, chi), (l1**2 / 2, kl), (l1**2 / 4, 1 - affinity**2), (kl, chi), (l1**2, M * s.total(M, _square(p, q))),
        (2 - 2 * affinity, kl), (2 - 2 * affinity, l1), (l1, sp.Integer(2)),
    )  # fmt: skip
    return low, high, None


def _square(p: Any, q: Any) -> Callable[[Any], Expr]:
    return lambda k: (p[k] - q[k]) ** 2


def association(s: Small) -> Parts:
    """Chebyshev's sum inequality: two functions that grow together."""
    a, p = s.pick("a", "z", "o"), s.pick(None, s.distribution())
    f = s.pick(exp, lambda v: v**3, lambda v: log(1 + exp(v)), lambda v: -exp(-v), lambda v: v)
    w = (lambda k: 1 / N) if p is None else p
    apart = s.total(N, lambda k: w(k) * V[a][k]) * s.total(N, lambda k: w(k) * f(V[a][k]))
    return apart, s.total(N, lambda k: w(k) * V[a][k] * f(V[a][k])), None


def softened(s: Small) -> Parts:
    a = s.pick(V["a"], V["z"])
    soft = s.total(N, lambda k: a[k] * exp(a[k])) / s.total(N, lambda k: exp(a[k]))
    return s.total(N, lambda k: a[k]) / N, soft, None


def reciprocals(s: Small) -> Parts:
    mean = s.total(M, lambda k: V["r"][k] / V["f"][k])
    same = Identical(V["r"], V["f"])
    n = s.total(N, lambda k: V["p"][k])
    constant = Identical(V["p"], vector(lambda k: n / N, over=V["p"]))
    return s.pick(
        (sp.Integer(1), s.total(M, lambda k: V["r"][k] ** 2 / V["f"][k]), same),
        (N / n, s.total(N, lambda k: 1 / V["p"][k]) / N, constant),
        (1 / mean, s.total(M, lambda k: V["r"][k] * V["f"][k] / V["r"][k]), None),
    )


def clipped(s: Small) -> Parts:
    """Kinks inside kinks."""
    a, b, c = V["x"], s.pick(V["y"], V["a"][V["i"]], V["y"] + V["c"]), s.pick(V["c"], V["w"])
    clip = lambda v: s.pick(x.maximum(-c, x.minimum(c, v)), x.minimum(c, x.maximum(-c, v)))  # noqa: E731
    soft = lambda v: x.maximum(v - c, 0) - x.maximum(-v - c, 0)  # noqa: E731
    low, high = s.pick(
        (Abs(clip(a) - clip(b)), Abs(a - b)), (Abs(soft(a) - soft(b)), Abs(a - b)), (Abs(clip(a)), c),
        (Abs(x.maximum(a, b) - x.maximum(a, V["z"][V["j"]])), Abs(b - V["z"][V["j"]])), (Abs(soft(a)), Abs(a)),
        (Abs(Abs(a) - Abs(b)), Abs(a - b)), (x.minimum(a, b), x.maximum(a, x.minimum(b, c))),
    )  # fmt: skip
    return low, high, None


def whole(s: Small) -> Parts:
    """A part of a mixture below the mixture, in a logarithm."""
    u, p, q = V["beta"], V["r"], V["f"]
    mid = lambda k: u * p[k] + (1 - u) * q[k]  # noqa: E731
    entropy = lambda p: -s.total(M, lambda k: p(k) * log(p(k)))  # noqa: E731
    coin = -u * log(u) - (1 - u) * log(1 - u)
    mean = u * entropy(lambda k: p[k]) + (1 - u) * entropy(lambda k: q[k])
    low, high = s.pick(
        (entropy(mid), coin + mean), (mean, entropy(mid)),
        (log(u) + s.total(M, lambda k: p[k] * log(p[k])), s.total(M, lambda k: p[k] * log(mid(k)))),
        (V["c"] * log(V["c"]), V["c"] * log(V["c"] + V["e"])),
    )  # fmt: skip
    return low, high, None


def bent(s: Small) -> Parts:
    """Touching in the middle, and nonnegative at both ends."""
    u = s.pick(V["beta"], V["r"][V["u"]]) if s.pick(True, True, False) else V["beta"]
    coin = -u * log(u) - (1 - u) * log(1 - u)
    low, high = s.pick(
        (4 * u * (1 - u) * log(sp.Integer(2)), coin), (coin, log(sp.Integer(2))), (sp.Integer(0), coin),
        (log(sp.Integer(2)) - (1 - 2 * u) ** 2, coin), (u * (1 - u) * 2, coin),
    )  # fmt: skip
    return low, high, None


def certain(s: Small) -> Parts:
    p = s.pick("q", "r")
    size, top = (N, V["q"]) if p == "q" else (M, V["r"])
    term = lambda k: xlogy(top[k], top[k])  # noqa: E731
    return sp.Integer(0), -s.total(size, term), Equals(binder(x.Largest, size, lambda k: top[k], "k"), 1)


def root_of_a_mean(s: Small) -> Parts:
    f = s.pick("p", "o")
    return s.total(N, lambda k: V["q"][k] * V[f][k] ** HALF) ** 2, s.total(N, lambda k: V["q"][k] * V[f][k]), None


RULES: tuple[Rule, ...] = (
    tail, outcome, apart, association, softened, reciprocals, clipped, whole, bent, certain, root_of_a_mean,
)  # fmt: skip

"""Optimiser steps: adaptive rates, expectations, regret, and one-step descent with square certificates.

Sources: Kingma & Ba, Adam, 2015; Nesterov, Lectures on Convex Optimization, chapter 2; Bubeck, Convex Optimization,
sections 3.1 and 3.2; Bernstein et al., signSGD, 2018.
"""

from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    E,
    Equals,
    Identical,
    Index,
    Nonnegative,
    OpenUnit,
    Positive,
    Real,
    Size,
    Stationary,
    Unit,
    Vector,
    at_least,
    at_most,
    claim,
    minimum,
    moment_of,
    recurrence,
    signum,
    sqrt,
    total,
    vector,
)


def square_norm(x):
    """‖x‖²."""
    return total(lambda k: x[k] ** 2, over=x)


@claim
def first_adam_step(g=Real, b1=OpenUnit, b2=OpenUnit, e=Positive):
    """Adam's first corrected step is g/(|g| + ε), whatever the decay rates (Kingma & Ba, section 2.1)."""
    m, v = (1 - b1) * g / (1 - b1), (1 - b2) * g**2 / (1 - b2)
    return Equals(m / (sqrt(v) + e), g / (Abs(g) + e))


def first_adam_step_twins(g, b1, e):
    return [g / (Abs(g) + sqrt(e)), signum(g) / (1 + e), (1 - b1) * g / (Abs(g) + e)]


@claim
def adam_with_one_correction(t=Size, lr=Real, m=Real, v=Nonnegative, b1=OpenUnit, b2=OpenUnit, e=Positive):
    """Adam's corrections folded into the rate: η√(1 − β₂ᵗ)/(1 − β₁ᵗ), with ε scaled too (Kingma & Ba, section 2)."""
    one, two = 1 - b1**t, 1 - b2**t
    return Equals(lr * (m / one) / (sqrt(v / two) + e), lr * sqrt(two) / one * m / (sqrt(v) + e * sqrt(two)))


def adam_with_one_correction_twins(t, lr, m, v, b1, b2, e):
    one, two = 1 - b1**t, 1 - b2**t
    return [
        lr * sqrt(two) / one * m / (sqrt(v) + e),
        lr * two / one * m / (sqrt(v) + e * sqrt(two)),
        lr * sqrt(two) * one * m / (sqrt(v) + e * sqrt(two)),
    ]


@claim
def adam_ignores_the_scale(m=Real, v=Positive, c=Positive):
    """Scaling all gradients by c > 0 leaves m/√v unchanged, ε apart (Kingma & Ba, section 2.1)."""
    return Equals(c * m / sqrt(c**2 * v), m / sqrt(v))


def adam_ignores_the_scale_twins(m, v, c):
    return [c * m / sqrt(v), m / sqrt(c * v), m / v]


@claim
def adagrad_first_step(g=Vector["n"], lr=Real, e=Positive, j=Index["n"]):
    """AdaGrad's first step with ε inside the root is ηg/√(g² + ε), bounded by the rate (Duchi et al., 2011)."""
    return AtMost(Abs(lr * g[j] / sqrt(g[j] ** 2 + e)), Abs(lr))


def adagrad_first_step_twins(g, lr, e, j):
    step = lr * g[j] / sqrt(g[j] ** 2 + e)
    return [lr, AtLeast(Abs(step), Abs(lr)), AtMost(Abs(step), Abs(lr) * Abs(g[j]))]


@claim
def sign_step(g=Vector["n"]):
    """The step of signSGD descends by the 1-norm: Σ gₖ sign(gₖ) = Σ |gₖ| (Bernstein et al., section 2)."""
    return Equals(total(lambda k: g[k] * signum(g[k]), over=g), total(lambda k: Abs(g[k]), over=g))


def sign_step_twins(g):
    return [total(lambda k: g[k], over=g), Abs(total(lambda k: g[k], over=g)), total(lambda k: g[k] ** 2, over=g)]


@claim
def clipped_norm(n=Size, g=Vector["n"], c=Positive, e=Positive):
    """Clipping by min(1, c/‖g‖) leaves a norm of at most c (Goodfellow et al., section 10.11.1), ε in the norm."""
    r = sqrt(square_norm(g) + e)
    return AtMost(square_norm(g) * minimum(1, c / r) ** 2, c**2)


def clipped_norm_twins(n, g, c, e):
    r = sqrt(square_norm(g) + e)
    return [
        AtMost(square_norm(g) * minimum(1, c * r) ** 2, c**2),
        AtMost(square_norm(g), c**2),
        AtMost(square_norm(g) * minimum(1, c / r) ** 2, c**2 / (2 * n)),
    ]


@claim
def averaging_weights(t=Size, mean=Real, w=Real):
    """Polyak averaging: (t w̄ + w)/(t + 1) = w̄ + (w − w̄)/(t + 1) (Polyak & Juditsky, 1992)."""
    return Equals((t * mean + w) / (t + 1), mean + (w - mean) / (t + 1))


def averaging_weights_twins(t, mean, w):
    return [mean + (w - mean) / t, mean + w / (t + 1), w + (w - mean) / (t + 1)]


@claim
def minibatch_is_unbiased(n=Size, g=Stationary["n"]):
    """The mean of a minibatch has the mean of one gradient: E[(1/n) Σ gᵢ] = E[g] (Goodfellow et al., 8.1.3)."""
    return Equals(E(total(lambda i: g[i], over=n) / n), moment_of(g))


def minibatch_is_unbiased_twins(n, g):
    return [n * moment_of(g), moment_of(g) / n, moment_of(g, 2)]


@claim
def expected_square_error(n=Size, g=Stationary["n"], c=Real, i=Index["n"]):
    """E[(gᵢ − c)²] = Var + bias², written in moments (Goodfellow et al., equation 5.54)."""
    variance = moment_of(g, 2) - moment_of(g) ** 2
    return Equals(E((g[i] - c) ** 2), variance + (moment_of(g) - c) ** 2)


def expected_square_error_twins(g, c):
    variance = moment_of(g, 2) - moment_of(g) ** 2
    return [variance, variance - (moment_of(g) - c) ** 2, moment_of(g, 2) + (moment_of(g) - c) ** 2]


@claim
def momentum_mean(t=Size, beta=OpenUnit, g=Stationary["t"]):
    """The expected velocity is E[g](1 − βᵗ)/(1 − β): momentum raises the effective rate (Goodfellow et al., 8.3.2)."""
    mean = E(total(lambda i: beta ** (t - i) * g[i], over=t))
    return Equals(mean, moment_of(g) * (1 - beta**t) / (1 - beta))


def momentum_mean_twins(t, beta, g):
    return [moment_of(g) * (1 - beta**t), moment_of(g) / (1 - beta), moment_of(g) * (1 - beta**t) / (1 + beta)]


@claim
def drift_of_sgd(t=Size, w=Real, lr=Real, g=Stationary["t"]):
    """After t steps SGD has drifted by −η t E[g] in the mean (standard, by linearity)."""
    return Equals(E(recurrence(w, lambda v, s: v - lr * g[s], upto=t)), w - lr * t * moment_of(g))


def drift_of_sgd_twins(t, w, lr, g):
    return [w - lr * moment_of(g), w + lr * t * moment_of(g), (1 - lr * t) * moment_of(g)]


@claim
def regret_identity(w=Vector["n"], u=Vector["n"], g=Vector["n"], eta=Real):
    """2η g·(w − u) = ‖w − u‖² − ‖w − ηg − u‖² + η²‖g‖² (Zinkevich, 2003; Shalev-Shwartz, section 2.4)."""
    before = total(lambda k: (w[k] - u[k]) ** 2, over=w)
    after = total(lambda k: (w[k] - eta * g[k] - u[k]) ** 2, over=w)
    return Equals(2 * eta * total(lambda k: g[k] * (w[k] - u[k]), over=w), before - after + eta**2 * square_norm(g))


def regret_identity_twins(w, u, g, eta):
    before = total(lambda k: (w[k] - u[k]) ** 2, over=w)
    after = total(lambda k: (w[k] - eta * g[k] - u[k]) ** 2, over=w)
    s = square_norm(g)
    return [before - after - eta**2 * s, after - before + eta**2 * s, before - after + eta * s]


@claim
def upper_model(g=Vector["n"], d=Vector["n"], L=Positive):
    """g·d + (L/2)‖d‖² ≥ −‖g‖²/(2L), with equality exactly at the gradient step d = −g/L (Nesterov, section 2.1.5)."""
    model = total(lambda k: g[k] * d[k], over=g) + L / 2 * square_norm(d)
    return AtLeast(model, -square_norm(g) / (2 * L), equality=Identical(d, vector(lambda k: -g[k] / L, over=g)))


@upper_model.proof
def complete_the_square(g, d, L):
    """The difference is (L/2) ‖d + g/L‖²."""
    yield (
        "complete the square",
        at_least(-square_norm(g) / (2 * L), because=L / 2 * total(lambda k: (d[k] + g[k] / L) ** 2, over=g)),
    )


def upper_model_twins(g, d, L):
    model = total(lambda k: g[k] * d[k], over=g) + L / 2 * square_norm(d)
    return [
        -square_norm(g) / (4 * L),
        AtLeast(model, -square_norm(g) / (2 * L), equality=Identical(d, vector(lambda k: g[k] / L, over=g))),
        square_norm(g) / (2 * L),
    ]


@claim
def parabola_descends(w=Real, a=Real, lam=Nonnegative, u=Unit):
    """One step with rate u/(1 + λ) on (λ/2)(w − a)² never climbs (Nesterov, section 2.1.5)."""
    f = lambda v: lam / 2 * (v - a) ** 2  # noqa: E731
    return AtMost(f(w - u / (1 + lam) * (lam * (w - a))), f(w))


def parabola_descends_twins(w, a, lam, u):
    f = lambda v: lam / 2 * (v - a) ** 2  # noqa: E731
    return [
        AtMost(f(w + u / (1 + lam) * (lam * (w - a))), f(w)),
        AtMost(f(w - 4 * u * (lam * (w - a))), f(w)),
        f(w) / 2,
    ]


@claim
def sufficient_decrease(w=Real, a=Real, L=Positive, s=Unit):
    """With curvature c = sL ≤ L and rate 1/L: f(w − f′/L) ≤ f(w) − f′²/(2L) (Bubeck, equation 3.5)."""
    c = s * L
    f = lambda v: c / 2 * (v - a) ** 2  # noqa: E731
    slope = c * (w - a)
    return AtMost(f(w - slope / L), f(w) - slope**2 / (2 * L))


@sufficient_decrease.proof
def as_a_square(w, a, L, s):
    """The difference is s²(1 − s) (L/2) (w − a)²."""
    c = s * L
    f = lambda v: c / 2 * (v - a) ** 2  # noqa: E731
    yield (
        "a product of nonnegative factors",
        at_most(f(w) - (c * (w - a)) ** 2 / (2 * L), because=(s - s**2) * s * L / 2 * (w - a) ** 2),
    )


def sufficient_decrease_twins(w, a, L, s):
    c = s * L
    f = lambda v: c / 2 * (v - a) ** 2  # noqa: E731
    slope = c * (w - a)
    return [f(w) - slope**2 / L, AtLeast(f(w - slope / L), f(w) - slope**2 / (2 * L)), f(w) - s * (w - a) ** 2 * L / 2]


@claim
def strong_convexity_of_the_norm(x=Vector["n"], y=Vector["n"], lam=Real):
    """‖λx + (1−λ)y‖² = λ‖x‖² + (1−λ)‖y‖² − λ(1−λ)‖x − y‖² (Nesterov, section 2.1.3)."""
    gap = total(lambda k: (x[k] - y[k]) ** 2, over=x)
    return Equals(
        total(lambda k: (lam * x[k] + (1 - lam) * y[k]) ** 2, over=x),
        lam * square_norm(x) + (1 - lam) * square_norm(y) - lam * (1 - lam) * gap,
    )


def strong_convexity_of_the_norm_twins(x, y, lam):
    gap = total(lambda k: (x[k] - y[k]) ** 2, over=x)
    mean = lam * square_norm(x) + (1 - lam) * square_norm(y)
    return [mean, mean + lam * (1 - lam) * gap, mean - lam * (1 - lam) * gap / 2]


@claim
def square_is_strongly_convex(x=Vector["n"], y=Vector["n"], mu=Positive):
    """f(y) ≥ f(x) + ∇f(x)·(y − x) for f = (μ/2)‖·‖², with equality exactly when y = x (Nesterov, section 2.1.3)."""
    tangent = mu / 2 * square_norm(x) + total(lambda k: mu * x[k] * (y[k] - x[k]), over=x)
    return AtLeast(mu / 2 * square_norm(y), tangent, equality=Identical(x, y))


@square_is_strongly_convex.proof
def remainder_is_a_square(x, y, mu):
    """The remainder is (μ/2)‖y − x‖²."""
    tangent = mu / 2 * square_norm(x) + total(lambda k: mu * x[k] * (y[k] - x[k]), over=x)
    yield "a square", at_least(tangent, because=mu / 2 * total(lambda k: (x[k] - y[k]) ** 2, over=x))


def square_is_strongly_convex_twins(x, y, mu):
    inner = total(lambda k: mu * x[k] * (y[k] - x[k]), over=x)
    return [
        mu / 2 * square_norm(x) + 2 * inner,
        mu / 2 * square_norm(x) - inner,
        mu * square_norm(x) + inner,
    ]

"""Statements about limits and series, with what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from lemmata.spec.language import (
    Abs,
    Converges,
    D,
    Diverges,
    Index,
    Limit,
    Natural,
    Nonnegative,
    OpenSimplex,
    OpenUnit,
    Positive,
    Real,
    Sign,
    Size,
    Unit,
    Vector,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    oo,
    product,
    recurrence,
    signum,
    sqrt,
    tanh,
    total,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.language import series as terms

PAIRS: list[Callable[..., Any]] = []


def pair(function: Callable[..., Any]) -> Callable[..., Any]:
    """One line of the table: a function that returns a true statement and then false ones."""
    PAIRS.append(function)
    return function


# A true statement, then false ones.
@pair
def compound_interest(x=Real, n=Size):
    f = (1 + x / n) ** n
    return Limit(f, n, oo, exp(x)), Limit(f, n, oo, exp(-x)), Limit(f, n, oo, 1 + x)


@pair
def eulers_number(n=Size):
    return Limit((1 + 1 / n) ** n, n, oo, sp.E), Limit((1 + 1 / n) ** n, n, oo, 1)


@pair
def warm_up(beta=OpenUnit, t=Size):
    return Limit(beta**t, t, oo, 0), Limit(beta**t, t, oo, 1)


@pair
def bias_correction(beta=OpenUnit, t=Size):
    return Limit(1 - beta**t, t, oo, 1), Limit(1 - beta**t, t, oo, 0)


@pair
def decay_beats_growth(beta=OpenUnit, t=Size, m=Natural):
    return Limit(t**m * beta**t, t, oo, 0), Limit(t**m * beta**t, t, oo, oo)


@pair
def moving_average(beta=OpenUnit, g=Real, t=Size):
    f = (1 - beta) * total(lambda i: beta ** (t - i) * g, over=t)
    return Limit(f, t, oo, g), Limit(f, t, oo, g * (1 - beta))


@pair
def moving_average_as_recurrence(beta=OpenUnit, g=Real, m=Real, t=Size):
    f = recurrence(m, lambda v, s: beta * v + (1 - beta) * g, upto=t)
    return Limit(f, t, oo, g), Limit(f, t, oo, m)


@pair
def momentum_amplifies(mu=OpenUnit, g=Real, t=Size):
    f = recurrence(0, lambda v, s: mu * v + g, upto=t)
    return Limit(f, t, oo, g / (1 - mu)), Limit(f, t, oo, g)


@pair
def geometric_sum(beta=OpenUnit, t=Size):
    f = total(lambda i: beta**i, over=(0, t))
    return Limit(f, t, oo, 1 / (1 - beta)), Limit(f, t, oo, beta / (1 - beta))


@pair
def x_log_x(x=Positive):
    return Limit(x * log(x), x, 0, 0), Limit(x * log(x), x, 0, -1)


@pair
def x_log_x_as_one_word(x=Positive):
    return Limit(xlogy(x, x), x, 0, 0), Limit(xlogy(x, x), x, oo, 0)


@pair
def two_logits_cold(a=Real, d=Positive, T=Positive):
    f = exp(a / T) / (exp(a / T) + exp((a - d) / T))
    return Limit(f, T, 0, 1), Limit(f, T, 0, sp.Rational(1, 2)), Limit(f, T, oo, 1)


@pair
def two_logits_hot(a=Real, b=Real, T=Positive):
    f = exp(a / T) / (exp(a / T) + exp(b / T))
    return Limit(f, T, oo, sp.Rational(1, 2)), Limit(f, T, oo, 1)


@pair
def softmax_hot(a=Vector["n"], i=Index["n"], n=Size, T=Positive):
    f = exp(a[i] / T) / total(lambda k: exp(a[k] / T), over=a)
    return Limit(f, T, oo, 1 / n), Limit(f, T, oo, 1), Limit(f, T, 0, 1 / n)


@pair
def logsumexp_hot(a=Vector["n"], n=Size, T=Positive):
    f = T * log(total(lambda k: exp(a[k] / T), over=a) / n)
    mean = total(lambda k: a[k], over=a) / n
    return Limit(f, T, oo, mean), Limit(f, T, oo, n * mean)


@pair
def sigmoid_right(x=Real):
    return Limit(1 / (1 + exp(-x)), x, oo, 1), Limit(1 / (1 + exp(-x)), x, -oo, 1)


@pair
def sigmoid_left(x=Real):
    return Limit(exp(x) / (1 + exp(x)), x, -oo, 0), Limit(exp(x) / (1 + exp(x)), x, oo, 0)


@pair
def hyperbolic_tangent(x=Real):
    return Limit(tanh(x), x, -oo, -1), Limit(tanh(x), x, oo, -1), Limit(tanh(x), x, 0, 1)


@pair
def softplus_grows_like_x(x=Real):
    return Limit(log(1 + exp(x)) / x, x, oo, 1), Limit(log(1 + exp(x)) / x, x, oo, 2)


@pair
def softplus_minus_x(x=Real):
    return Limit(log1p(exp(x)) - x, x, oo, 0), Limit(log1p(exp(x)) - x, x, oo, log(2))


@pair
def sharp_softplus_is_relu(x=Real, b=Positive):
    f = log(1 + exp(b * x)) / b
    return Limit(f, b, oo, maximum(x, 0)), Limit(f, b, oo, x), Limit(f, b, oo, Abs(x))


@pair
def sharp_tanh_is_sign(x=Real, b=Positive):
    return Limit(tanh(b * x), b, oo, signum(x)), Limit(tanh(b * x), b, oo, 1)


@pair
def hinge_of_a_wide_margin(m=Real):
    return Limit(maximum(0, 1 - m), m, oo, 0), Limit(maximum(0, 1 - m), m, -oo, 0)


@pair
def huber_far_out(d=Positive, x=Real):
    f = where_nonnegative(d - Abs(x), x**2 / 2, d * (Abs(x) - d / 2)) / x
    return Limit(f, x, oo, d), Limit(f, x, oo, 1)


@pair
def roots_apart(t=Positive):
    return Limit(sqrt(t + 1) - sqrt(t), t, oo, 0), Limit(t * (sqrt(t + 1) - sqrt(t)), t, oo, 0)


@pair
def first_order_of_log(x=Real):
    return Limit(log(1 + x) / x, x, 0, 1), Limit(log(1 + x) / x, x, oo, 1)


@pair
def second_order_of_log(x=Real):
    f = (log(1 + x) - x) / x**2
    return Limit(f, x, 0, -sp.Rational(1, 2)), Limit(f, x, 0, 0)


@pair
def second_order_of_exp(x=Real):
    f = (expm1(x) - x) / x**2
    return Limit(f, x, 0, sp.Rational(1, 2)), Limit(f, x, 0, 1)


@pair
def log_is_slow(x=Positive, epsilon=Positive):
    return Limit(log(x) / x**epsilon, x, oo, 0), Limit(log(x) / x**epsilon, x, oo, 1)


@pair
def root_of_itself(n=Size):
    return Limit(n ** (1 / n), n, oo, 1), Limit(n ** (1 / n), n, oo, 0)


@pair
def root_of_a_constant(a=Positive, n=Size):
    return Limit(a ** (1 / n), n, oo, 1), Limit(a ** (1 / n), n, oo, a)


@pair
def powers(a=Positive, n=Size):
    return Limit(a**n / (1 + a**n), n, oo, (1 + signum(a - 1)) / 2), Limit(a**n / (1 + a**n), n, oo, 1)


@pair
def harmonic_numbers(n=Size):
    f = total(lambda k: 1 / k, over=n) / log(n)
    return Limit(f, n, oo, 1), Limit(f, n, oo, 2)


@pair
def average_of_falling_steps(n=Size):
    f = total(lambda k: 1 / sqrt(k), over=n)
    return Limit(f / n, n, oo, 0), Limit(f / sqrt(n), n, oo, 1), Limit(f, n, oo, 0)


@pair
def sum_of_falling_steps(n=Size):
    f = total(lambda k: 1 / sqrt(k), over=n) / sqrt(n)
    return Limit(f, n, oo, 2), Limit(f, n, oo, 1)


@pair
def tsallis_to_shannon(p=OpenSimplex["n"], q=Positive):
    f = (1 - total(lambda k: p[k] ** q, over=p)) / (q - 1)
    shannon = -total(lambda k: p[k] * log(p[k]), over=p)
    return Limit(f, q, 1, shannon), Limit(f, q, 1, -shannon), Limit(f, q, 1, shannon / log(2))


@pair
def renyi_to_shannon(p=OpenSimplex["n"], q=Positive):
    f = log(total(lambda k: p[k] ** q, over=p)) / (1 - q)
    shannon = -total(lambda k: p[k] * log(p[k]), over=p)
    return Limit(f, q, 1, shannon), Limit(f, q, 1, 0)


@pair
def box_cox(x=Positive, lam=Positive):
    return Limit((x**lam - 1) / lam, lam, 0, log(x)), Limit((x**lam - 1) / lam, lam, 0, x - 1)


@pair
def cost_of_a_sure_mistake(q=Unit):
    return Limit(-log(q), q, 0, oo), Limit(-log(q), q, 0, 1), Limit(-log(q), q, 0, -oo)


@pair
def laplace_smoothing(c=Nonnegative, m=Nonnegative, K=Size, alpha=Positive):
    f = (c + alpha) / (c + m + alpha * K)
    return Limit(f, alpha, oo, 1 / K), Limit(f, alpha, oo, 0)


@pair
def difference_quotient(x=Real, h=Positive):
    f = (exp(x + h) - exp(x)) / h
    return Limit(f, h, 0, D(exp(x), x)), Limit(f, h, 0, 1)


@pair
def slope_of_sigmoid(x=Real, h=Positive):
    s = 1 / (1 + exp(-x))
    f = (1 / (1 + exp(-(x + h))) - s) / h
    return Limit(f, h, 0, s * (1 - s)), Limit(f, h, 0, s)


@pair
def weight_decay(w=Real, lam=Positive):
    return Limit(w / (1 + lam), lam, oo, 0), Limit(w / (1 + lam), lam, 0, 0)


@pair
def product_of_factors(a=Vector["n"], t=Positive):
    f = product(lambda k: 1 + a[k] / t, over=a)
    return Limit(f, t, oo, 1), Limit(f, t, oo, 0)


@pair
def towards_a_point(x=Real, y=Real):
    return Limit((y**2 - x**2) / (y - x), y, x, 2 * x), Limit((y**2 - x**2) / (y - x), y, x, x)


@pair
def alternating_but_falling(n=Size):
    return Limit((-1) ** n / n, n, oo, 0), Limit((-1) ** n / n, n, oo, 1)


@pair
def iterated_logarithm(x=Positive):
    return Limit(log(log(x)) / log(x), x, oo, 0), Limit(log(log(x)), x, oo, 0)


@pair
def tower(x=Real):
    return Limit(exp(exp(x)) / exp(exp(x) + x), x, oo, 0), Limit(exp(exp(x)) / exp(exp(x) - exp(-x)), x, oo, 0)


@pair
def harmonic_steps(a=Positive):
    return Diverges(terms(lambda t: a / t)), Converges(terms(lambda t: a / t))


@pair
def squares_of_harmonic_steps(a=Positive):
    return Converges(terms(lambda t: (a / t) ** 2)), Diverges(terms(lambda t: (a / t) ** 2))


@pair
def slower_steps(a=Positive, u=OpenUnit):
    f = terms(lambda t: a / t ** ((1 + u) / 2))
    return Diverges(f), Converges(f)


@pair
def squares_of_slower_steps(a=Positive, u=OpenUnit):
    f = terms(lambda t: (a / t ** ((1 + u) / 2)) ** 2)
    return Converges(f), Diverges(f)


@pair
def root_steps_are_too_long(a=Positive):
    f = terms(lambda t: (a / sqrt(t)) ** 2)
    return Diverges(f), Converges(f)


@pair
def constant_steps(a=Positive):
    return Diverges(terms(lambda t: a)), Converges(terms(lambda t: a))


@pair
def above_the_border(d=Positive):
    return Converges(terms(lambda k: 1 / k ** (1 + d))), Converges(terms(lambda k: 1 / k**d))


@pair
def geometric_series(beta=OpenUnit, g=Real):
    return Converges(terms(lambda k: g * beta**k)), Diverges(terms(lambda k: beta**k))


@pair
def geometric_times_power(beta=OpenUnit, m=Natural):
    return Converges(terms(lambda k: k**m * beta**k)), Converges(terms(lambda k: k**m * beta ** (-k)))


@pair
def log_in_the_denominator():
    f = terms(lambda k: 1 / (k * log(k)), start=2)
    return Diverges(f), Converges(f)


@pair
def log_beside_one():
    f = terms(lambda k: 1 / (k * (log(k) - 1)), start=2)
    return Diverges(f), Converges(f)


@pair
def log_squared_in_the_denominator():
    f = terms(lambda k: 1 / (k * log(k) ** 2), start=2)
    return Converges(f), Diverges(f)


@pair
def log_log_in_the_denominator():
    f = terms(lambda k: 1 / (k * log(k) * log(log(k))), start=3)
    return Diverges(f), Converges(f)


@pair
def nearly_harmonic():
    f = terms(lambda k: k ** (-1 - 1 / k))
    return Diverges(f), Converges(f)


@pair
def logarithms_of_factors():
    return Converges(terms(lambda k: log(1 + 1 / k**2))), Converges(terms(lambda k: log(1 + 1 / k)))


@pair
def stretched_exponential():
    return Converges(terms(lambda k: exp(-sqrt(k)))), Diverges(terms(lambda k: exp(-sqrt(k))))


@pair
def leibniz():
    return Converges(terms(lambda k: (-1) ** k / k)), Diverges(terms(lambda k: (-1) ** (k + 1) / k))


@pair
def alternating_without_end(s=Sign):
    return Diverges(terms(lambda k: (-1) ** k * k / (k + 1))), Converges(terms(lambda k: (-1) ** k * s))


@pair
def absolutely():
    return Converges(terms(lambda k: (-1) ** k / k**2 + 1 / k**3)), Converges(terms(lambda k: (-1) ** k / k**2 + 1 / k))

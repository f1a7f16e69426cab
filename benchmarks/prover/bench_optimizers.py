"""Optimisers: closed forms of recurrences, bias corrections, equivalent forms, and one-step descent.

Sources: Goodfellow et al., Deep Learning, chapter 8; Kingma & Ba, Adam, 2015; Sutskever et al., 2013; Nesterov,
Lectures on Convex Optimization, chapter 2; Shalev-Shwartz, Online Learning and Online Convex Optimization, 2012.
"""

from lemmata.spec.language import (
    D,
    Equals,
    Index,
    Matrix,
    Natural,
    Nonnegative,
    OpenUnit,
    Real,
    Size,
    Vector,
    case,
    claim,
    definition,
    hypothesis,
    recurrence,
    successor,
    total,
    vector,
)


@definition(notation=r"v_t({g})")
def velocity(beta=Real, g=Vector["t"]):
    """Heavy-ball momentum: v₀ = 0, v_s = β v_{s−1} + g_s."""
    return recurrence(0, lambda v, s: beta * v + g[s], upto=g.dims[0])


@definition(notation=r"m_t({g}; {m0})", text="m_t({g}; {m0})")
def average_from(m0=Real, beta=Real, g=Vector["t"]):
    """The exponential moving average from a start: m_s = β m_{s−1} + (1 − β) g_s."""
    return recurrence(m0, lambda m, s: beta * m + (1 - beta) * g[s], upto=g.dims[0])


def discounted(beta, g, t, age=0):
    """Σᵢ β^{t−i+age} gᵢ."""
    return total(lambda i: beta ** (t + age - i) * g[i], over=t)


@claim
def geometric_series(t=Natural, r=Real):
    """(1 − r) Σ_{k=1}^t r^{k−1} = 1 − rᵗ (Knuth, The Art of Computer Programming, section 1.2.3)."""
    return Equals((1 - r) * total(lambda k: r ** (k - 1), over=t), 1 - r**t)


@geometric_series.proof
def series_by_induction(t, r):
    """Induction: the newest term closes the gap between 1 − rᵗ and 1 − r^{t+1}."""
    yield case("t = 0", t=0)
    yield "the empty sum", 0
    yield case("from t to t + 1", t=successor)
    yield "the newest term apart", (1 - r) * total(lambda k: r ** (k - 1), over=t) + (1 - r) * r**t
    yield "induction hypothesis", 1 - r**t + (1 - r) * r**t, hypothesis()
    yield "collect", 1 - r ** (t + 1)


def geometric_series_twins(t, r):
    return [1 - r ** (t + 1), r - r ** (t + 1), r**t - 1]


@claim
def weighted_geometric_series(t=Natural, r=Real):
    """(1 − r)² Σ_{k=1}^t k r^{k−1} = 1 − (t + 1) rᵗ + t r^{t+1} (Concrete Mathematics, section 2.3)."""
    return Equals((1 - r) ** 2 * total(lambda k: k * r ** (k - 1), over=t), 1 - (t + 1) * r**t + t * r ** (t + 1))


@weighted_geometric_series.proof
def weighted_by_induction(t, r):
    """Induction on the number of terms."""
    yield case("t = 0", t=0)
    yield "the empty sum", 0
    yield case("from t to t + 1", t=successor)
    older = (1 - r) ** 2 * total(lambda k: k * r ** (k - 1), over=t)
    yield "the newest term apart", older + (1 - r) ** 2 * (t + 1) * r**t
    yield "induction hypothesis", 1 - (t + 1) * r**t + t * r ** (t + 1) + (1 - r) ** 2 * (t + 1) * r**t, hypothesis()


def weighted_geometric_series_twins(t, r):
    return [1 - t * r**t + t * r ** (t + 1), 1 - (t + 1) * r**t, 1 - (t + 1) * r**t + (t + 1) * r ** (t + 1)]


@claim
def momentum_unrolled(t=Size, beta=Real, g=Vector["t"]):
    """Momentum sums discounted gradients: v_t = Σᵢ β^{t−i} gᵢ (Goodfellow et al., section 8.3.2)."""
    return Equals(velocity(beta, g), discounted(beta, g, t))


@momentum_unrolled.proof
def momentum_by_induction(t, beta, g):
    """Induction on the number of steps."""
    yield case("t = 0", t=0)
    yield "no gradient yet", 0
    yield case("from t to t + 1", t=successor)
    yield "the recurrence", beta * velocity(beta, g) + g[t + 1]
    yield "induction hypothesis", beta * discounted(beta, g, t) + g[t + 1], hypothesis(times=beta)
    yield "one more factor β in each term", discounted(beta, g, t, age=1) + g[t + 1]


def momentum_unrolled_twins(t, beta, g):
    return [
        (1 - beta) * discounted(beta, g, t),
        discounted(beta, g, t, age=1),
        total(lambda i: beta**i * g[i], over=t),
    ]


@claim
def average_unrolled(t=Size, m0=Real, beta=Real, g=Vector["t"]):
    """A moving average forgets its start: m_t = βᵗ m₀ + (1 − β) Σᵢ β^{t−i} gᵢ (Kingma & Ba, section 3)."""
    return Equals(average_from(m0, beta, g), beta**t * m0 + (1 - beta) * discounted(beta, g, t))


@average_unrolled.proof
def average_by_induction(t, m0, beta, g):
    """Induction on the number of steps."""
    yield case("t = 0", t=0)
    yield "the start", m0
    yield case("from t to t + 1", t=successor)
    yield "the recurrence", beta * average_from(m0, beta, g) + (1 - beta) * g[t + 1]
    yield (
        "induction hypothesis",
        beta * (beta**t * m0 + (1 - beta) * discounted(beta, g, t)) + (1 - beta) * g[t + 1],
        hypothesis(times=beta),
    )


def average_unrolled_twins(t, m0, beta, g):
    return [
        m0 + (1 - beta) * discounted(beta, g, t),
        beta**t * m0 + discounted(beta, g, t),
        (1 - beta**t) * m0 + (1 - beta) * discounted(beta, g, t),
    ]


@claim
def average_of_a_constant(t=Natural, beta=Real, c=Real):
    """The moving average of a constant gradient from zero is c(1 − βᵗ) (Kingma & Ba, section 3)."""
    return Equals(recurrence(0, lambda m, s: beta * m + (1 - beta) * c, upto=t), c * (1 - beta**t))


@average_of_a_constant.proof
def constant_by_induction(t, beta, c):
    """Induction on the number of steps."""
    yield case("t = 0", t=0)
    yield "the start", 0
    yield case("from t to t + 1", t=successor)
    before = recurrence(0, lambda m, s: beta * m + (1 - beta) * c, upto=t)
    yield "the recurrence", beta * before + (1 - beta) * c
    yield "induction hypothesis", beta * (c * (1 - beta**t)) + (1 - beta) * c, hypothesis(times=beta)


def average_of_a_constant_twins(t, beta, c):
    return [c * (1 - beta) ** t, c * (1 - beta ** (t + 1)), c * beta**t]


@claim
def accumulated_squares(t=Size, s0=Nonnegative, g=Vector["t"]):
    """AdaGrad's accumulator is the start plus the sum of squares (Duchi et al., 2011)."""
    return Equals(recurrence(s0, lambda r, s: r + g[s] ** 2, upto=t), s0 + total(lambda i: g[i] ** 2, over=g))


@accumulated_squares.proof
def squares_by_induction(t, s0, g):
    """Induction on the number of steps."""
    yield case("t = 0", t=0)
    yield "the start", s0
    yield case("from t to t + 1", t=successor)
    yield "the recurrence", recurrence(s0, lambda r, s: r + g[s] ** 2, upto=t) + g[t + 1] ** 2
    yield "induction hypothesis", s0 + total(lambda i: g[i] ** 2, over=t) + g[t + 1] ** 2, hypothesis()


def accumulated_squares_twins(t, s0, g):
    square = total(lambda i: g[i] ** 2, over=g)
    return [square, s0 + total(lambda i: g[i], over=g) ** 2, s0 + square / t]


@claim
def descent_on_a_parabola(t=Natural, w0=Real, a=Real, eta=Real, lam=Real):
    """Gradient descent on (λ/2)(w − a)²: w_t = a + (1 − ηλ)ᵗ (w₀ − a) (Goh, Why Momentum Really Works, 2017)."""
    return Equals(recurrence(w0, lambda w, s: w - eta * lam * (w - a), upto=t), a + (1 - eta * lam) ** t * (w0 - a))


@descent_on_a_parabola.proof
def parabola_by_induction(t, w0, a, eta, lam):
    """Each step shrinks the distance to a by the factor 1 − ηλ."""
    yield case("t = 0", t=0)
    yield "the start", w0
    yield case("from t to t + 1", t=successor)
    before = recurrence(w0, lambda w, s: w - eta * lam * (w - a), upto=t)
    yield "the recurrence", (1 - eta * lam) * before + eta * lam * a
    yield (
        "induction hypothesis",
        (1 - eta * lam) * (a + (1 - eta * lam) ** t * (w0 - a)) + eta * lam * a,
        hypothesis(times=1 - eta * lam),
    )


def descent_on_a_parabola_twins(t, w0, a, eta, lam):
    return [
        (1 - eta * lam) ** t * w0,
        a + (1 + eta * lam) ** t * (w0 - a),
        a + (1 - eta * lam * t) * (w0 - a),
    ]


@claim
def exponential_decay(t=Natural, lr=Real, gamma=Real):
    """A learning rate multiplied by γ each step is lr·γᵗ (Goodfellow et al., section 8.3.1)."""
    return Equals(recurrence(lr, lambda r, s: gamma * r, upto=t), lr * gamma**t)


def exponential_decay_twins(t, lr, gamma):
    return [lr * gamma ** (t + 1), lr * gamma * t, (lr * gamma) ** t]


@claim
def running_mean(t=Size, g=Vector["t"]):
    """The incremental mean m + (g_s − m)/s has seen the plain sum: t·m_t = Σᵢ gᵢ (Knuth, section 4.2.2)."""
    return Equals(t * recurrence(0, lambda m, s: m + (g[s] - m) / s, upto=t), total(lambda i: g[i], over=g))


@running_mean.proof
def mean_by_induction(t, g):
    """Multiply the recurrence by t + 1."""
    yield case("t = 0", t=0)
    yield "nothing has been averaged", 0
    yield case("from t to t + 1", t=successor)
    before = recurrence(0, lambda m, s: m + (g[s] - m) / s, upto=t)
    yield "the recurrence, times t + 1", t * before + g[t + 1]
    yield "induction hypothesis", total(lambda i: g[i], over=t) + g[t + 1], hypothesis()


def running_mean_twins(t, g):
    return [total(lambda i: g[i], over=g) / t, total(lambda i: i * g[i], over=g), total(lambda i: g[i], over=g) - g[1]]


@claim
def warmup_sum(t=Size):
    """Linear warm-up spends (T + 1)/2 full steps: Σ_{s=1}^T s/T (arithmetic series)."""
    return Equals(total(lambda s: s / t, over=t), (t + 1) / 2)


def warmup_sum_twins(t):
    return [t / 2, (t - 1) / 2, t * (t + 1) / 2]


@claim
def telescoping_schedule(t=Natural):
    """Σ_{s=1}^t 1/(s(s + 1)) = t/(t + 1) (Concrete Mathematics, section 2.2)."""
    return Equals(total(lambda s: 1 / (s * (s + 1)), over=t), t / (t + 1))


@telescoping_schedule.proof
def telescope_by_induction(t):
    """t/(t + 1) + 1/((t + 1)(t + 2)) = (t + 1)/(t + 2)."""
    yield case("t = 0", t=0)
    yield "the empty sum", 0
    yield case("from t to t + 1", t=successor)
    yield "the newest term apart", total(lambda s: 1 / (s * (s + 1)), over=t) + 1 / ((t + 1) * (t + 2))
    yield "induction hypothesis", t / (t + 1) + 1 / ((t + 1) * (t + 2)), hypothesis()


def telescoping_schedule_twins(t):
    return [1 / (t + 1), (t + 1) / (t + 2), t / (t + 2)]


@claim
def decay_is_l2(m=Size, X=Matrix["m", "d"], y=Vector["m"], w=Vector["d"], lr=Real, wd=Real, j=Index["d"]):
    """For plain SGD an L2 penalty is weight decay: w − η∇(L + (λ/2)‖w‖²) = (1 − ηλ)w − η∇L (Loshchilov & Hutter)."""
    r = lambda i: total(lambda k: X[i, k] * w[k], over=w) - y[i]  # noqa: E731
    loss = total(lambda i: r(i) ** 2, over=y) / (2 * m)
    penalised = loss + wd / 2 * total(lambda k: w[k] ** 2, over=w)
    return Equals(
        w[j] - lr * D(penalised, w[j]), (1 - lr * wd) * w[j] - lr / m * total(lambda i: r(i) * X[i, j], over=y)
    )


def decay_is_l2_twins(m, X, y, w, lr, wd, j):
    inner = total(lambda i: (total(lambda k: X[i, k] * w[k], over=w) - y[i]) * X[i, j], over=y)
    return [
        (1 - wd) * w[j] - lr / m * inner,
        (1 + lr * wd) * w[j] - lr / m * inner,
        (1 - 2 * lr * wd) * w[j] - lr / m * inner,
    ]


@claim
def nesterov_shifted(w=Real, v=Real, g=Real, lr=Real, beta=Real):
    """In u = w + βv Nesterov's step needs no look-ahead: u′ = u + β v′ − η g, v′ = βv − ηg (Bengio et al., 2013)."""
    new = beta * v - lr * g
    return Equals((w + new) + beta * new, (w + beta * v) + beta * new - lr * g)


def nesterov_shifted_twins(w, v, g, lr, beta):
    new = beta * v - lr * g
    return [w + beta * new - lr * g, (w + beta * v) + beta * new + lr * g, (w + beta * v) + new - lr * g]


@claim
def momentum_in_two_gauges(t=Size, lr=Real, beta=Real, g=Vector["t"]):
    """Learning rate inside or outside: v′ = βv − ηg from 0 is −η times v = βv + g (Sutskever et al., 2013)."""
    return Equals(recurrence(0, lambda v, s: beta * v - lr * g[s], upto=t), -lr * velocity(beta, g))


@momentum_in_two_gauges.proof
def gauges_by_induction(t, lr, beta, g):
    """Both sides obey the same recurrence."""
    yield case("t = 0", t=0)
    yield "both start at rest", 0
    yield case("from t to t + 1", t=successor)
    yield "the recurrence", beta * recurrence(0, lambda v, s: beta * v - lr * g[s], upto=t) - lr * g[t + 1]
    yield "induction hypothesis", beta * (-lr * velocity(beta, g)) - lr * g[t + 1], hypothesis(times=beta)


def momentum_in_two_gauges_twins(lr, beta, g):
    return [lr * velocity(beta, g), -lr * (1 - beta) * velocity(beta, g), -lr * beta * velocity(beta, g)]


@claim
def momentum_of_a_constant(t=Size, beta=OpenUnit, c=Real):
    """Under a constant gradient the velocity is c(1 − βᵗ)/(1 − β), at last c/(1 − β) (Goodfellow et al., 8.3.2)."""
    return Equals(velocity(beta, vector(lambda i: c, over=t)), c * (1 - beta**t) / (1 - beta))


def momentum_of_a_constant_twins(t, beta, c):
    return [c / (1 - beta), c * (1 - beta**t), c * (1 - beta ** (t - 1)) / (1 - beta)]

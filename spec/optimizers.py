"""Adam's moments: the recurrence, its closed form, and why dividing by 1 − βᵗ removes the bias."""

from .language import (
    Cite,
    E,
    Equals,
    Expr,
    OpenUnit,
    Size,
    Stationary,
    Vector,
    case,
    claim,
    definition,
    hypothesis,
    moment_of,
    recurrence,
    successor,
    total,
    using,
    vector,
)
from .lectures import LEKCE2


@definition(notation=r"m_t({g})")
def moment(beta=OpenUnit, g=Vector["t"]) -> Expr:
    """The exponential moving average after t steps: m₀ = 0, m_s = β m_{s−1} + (1 − β) g_s."""
    return recurrence(0, lambda m, s: beta * m + (1 - beta) * g[s], upto=g.dims[0])


@definition(notation=r"\bar{m}_t({g})", text="m̄_t({g})")
def moment_closed_form(beta=OpenUnit, g=Vector["t"]) -> Expr:
    """The moving average in closed form, (1 − β) Σᵢ β^{t−i} gᵢ."""
    t = g.dims[0]
    return (1 - beta) * total(lambda i: beta ** (t - i) * g[i], over=g)


@definition(notation=r"\hat{m}_t({g})", text="m̂_t({g})")
def moment_corrected(beta=OpenUnit, g=Vector["t"]) -> Expr:
    """The bias-corrected moving average, m_t / (1 − βᵗ)."""
    return moment(beta, g) / (1 - beta ** g.dims[0])


@claim(cites=[Cite(LEKCE2, "Write down the Adam algorithm.", "adam.unrolled")])
def adam_unrolled(t=Size, beta=OpenUnit, g=Vector["t"]):
    """The moving average unrolled: m_t = (1 − β) Σᵢ β^{t−i} gᵢ."""
    return Equals(moment(beta, g), moment_closed_form(beta, g))


@adam_unrolled.proof
def unrolled_by_induction(t, beta, g):
    """Induction on the number of steps."""
    older = total(lambda i: beta ** (t - i) * g[i], over=t)
    yield case("t = 0", t=0)
    yield "nothing has been averaged", 0
    yield case("from t to t + 1", t=successor)
    yield "the recurrence", beta * moment(beta, g) + (1 - beta) * g[t + 1]
    yield "induction hypothesis", beta * ((1 - beta) * older) + (1 - beta) * g[t + 1], hypothesis(times=beta)
    yield (
        "one more factor β in each term",
        (1 - beta) * total(lambda i: beta ** (t + 1 - i) * g[i], over=t) + (1 - beta) * g[t + 1],
    )
    yield "the new term joins the sum", (1 - beta) * total(lambda i: beta ** (t + 1 - i) * g[i], over=t + 1)


@adam_unrolled.as_printed(
    LEKCE2, "adam.unrolled", section="Write down the Adam algorithm.",
    latex=r"r_t = (1 - \beta_2) \sum_{i=1}^t \beta_2^{t-i} g_i^2",
)  # fmt: skip
def adam_unrolled_printed(t, beta, g):
    """r_t = (1 − β₂) Σᵢ β₂^{t−i} gᵢ², as printed for the squared gradients."""
    squares = vector(lambda i: g[i] ** 2, over=t)
    return Equals(moment(beta, squares), (1 - beta) * total(lambda i: beta ** (t - i) * g[i] ** 2, over=t))


@adam_unrolled_printed.proof
def printed_from_unrolled(t, beta, g):
    """The unrolled average of the squares."""
    squares = vector(lambda i: g[i] ** 2, over=t)
    yield "unroll the average", moment_closed_form(beta, squares), using(adam_unrolled)


@claim(cites=[Cite(LEKCE2, "Write down the Adam algorithm.", "adam.weight_sum")])
def adam_weights(t=Size, beta=OpenUnit):
    """The weights of the moving average sum to 1 − βᵗ: (1 − β) Σᵢ β^{t−i} = 1 − βᵗ."""
    return Equals((1 - beta) * total(lambda i: beta ** (t - i), over=t), 1 - beta**t)


@adam_weights.proof
def weights_by_induction(t, beta):
    """Induction on t: multiply by β and add the newest weight."""
    yield case("t = 0", t=0)
    yield "no weights", 0
    yield case("from t to t + 1", t=successor)
    yield "the newest weight apart", (1 - beta) * total(lambda i: beta ** (t + 1 - i), over=t) + (1 - beta)
    yield (
        "a factor β from the older weights",
        beta * ((1 - beta) * total(lambda i: beta ** (t - i), over=t)) + (1 - beta),
    )
    yield "induction hypothesis", beta * (1 - beta**t) + (1 - beta), hypothesis(times=beta)
    yield "collect", 1 - beta ** (t + 1)


@adam_weights.as_printed(
    LEKCE2, "adam.weight_sum", section="Write down the Adam algorithm.",
    latex=r"(1-\beta_2)\sum_{i=1}^t \beta_2^{t-i} = (1-\beta_2)\,\frac{1-\beta_2^t}{1-\beta_2} = 1-\beta_2^t",
)  # fmt: skip
def adam_weights_printed(t, beta):
    """(1 − β₂) Σᵢ β₂^{t−i} = (1 − β₂) (1 − β₂ᵗ)/(1 − β₂), as printed."""
    return Equals((1 - beta) * total(lambda i: beta ** (t - i), over=t), (1 - beta) * ((1 - beta**t) / (1 - beta)))


@adam_weights_printed.proof
def printed_weights(t, beta):
    """The sum of the weights, written as a quotient."""
    yield "the weights sum to 1 − βᵗ", 1 - beta**t, using(adam_weights, times=1)


@claim(cites=[Cite(LEKCE2, "Write down the Adam algorithm.", "adam.bias_corrected")])
def adam_unbiased(t=Size, beta=OpenUnit, g=Stationary["t"]):
    """Bias correction works: E[m_t / (1 − βᵗ)] = E[g] when all gradients have the same mean.

    The gradients need not be independent. Without the correction the mean is off by the factor 1 − βᵗ.
    """
    return Equals(E(moment_corrected(beta, g)), moment_of(g))


@adam_unbiased.proof
def by_linearity(t, beta, g):
    """Unroll, take the expectation inside, use the common mean, sum the weights."""
    below = 1 - beta**t
    yield (
        "unroll the average",
        E((1 - beta) * total(lambda i: beta ** (t - i) * g[i], over=t) / below),
        using(adam_unrolled),
    )
    yield "E is linear", (1 - beta) * total(lambda i: beta ** (t - i) * E(g[i]), over=t) / below
    yield (
        "all gradients have the same mean",
        (1 - beta) * total(lambda i: beta ** (t - i), over=t) / below * moment_of(g),
    )
    yield (
        "the weights sum to 1 − βᵗ",
        (1 - beta**t) / below * moment_of(g),
        using(adam_weights, times=moment_of(g) / below),
    )
    yield "cancel", moment_of(g)


@claim(cites=[Cite(LEKCE2, "Write down the Adam algorithm.", "adam.bias")])
def adam_bias(t=Size, beta=OpenUnit, g=Stationary["t"]):
    """The uncorrected second moment is biased by the factor 1 − βᵗ: E[r_t] = E[g²] (1 − βᵗ)."""
    return Equals(E(moment(beta, vector(lambda i: g[i] ** 2, over=t))), moment_of(g, 2) * (1 - beta**t))


@adam_bias.proof
def second_moment_by_linearity(t, beta, g):
    """As for the mean, with gᵢ² in place of gᵢ."""
    yield (
        "unroll the average",
        E((1 - beta) * total(lambda i: beta ** (t - i) * g[i] ** 2, over=t)),
        using(adam_unrolled),
    )
    yield "E is linear", (1 - beta) * total(lambda i: beta ** (t - i) * E(g[i] ** 2), over=t)
    yield (
        "all gradients have the same second moment",
        (1 - beta) * total(lambda i: beta ** (t - i), over=t) * moment_of(g, 2),
    )
    yield "the weights sum to 1 − βᵗ", moment_of(g, 2) * (1 - beta**t), using(adam_weights, times=moment_of(g, 2))


@adam_bias.as_printed(
    LEKCE2, "adam.bias", section="Write down the Adam algorithm.",
    latex=r"\mathbb{E}\left[r_{t}\right]\approx\mathbb{E}\left[g^{2}\right]\cdot\left(1-\beta_{2}^{t}\right)",
)  # fmt: skip
def adam_bias_printed(t, beta, g):
    """E[r_t] ≈ E[g²](1 − β₂ᵗ), printed with ≈; for a stationary second moment it is an equality, which is what is proved."""
    return Equals(E(moment(beta, vector(lambda i: g[i] ** 2, over=t))), moment_of(g, 2) * (1 - beta**t))


@adam_bias_printed.proof
def printed_bias(t, beta, g):
    """The same derivation."""
    yield "the bias of the second moment", moment_of(g, 2) * (1 - beta**t), using(adam_bias, times=1)

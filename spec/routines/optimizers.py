"""Optimisers: one step from weights w and gradient g. What they keep between steps comes in, and goes out renewed."""

from ..language import Choice, Counting, Decay, Index, Nonnegative, Vector, routine, sqrt


def scale(second, eps, eps_placement):
    """What a step is divided by: √(s + ε), or √s + ε."""
    return sqrt(second + eps) if eps_placement == "inside" else sqrt(second) + eps


@routine(entrywise=True)
def sgd(w=Vector["d"], g=Vector["d"], lr=Nonnegative, wd=Nonnegative, j=Index["d"]):
    """Gradient descent with weight decay λ: w − η (g + λw)."""
    return w[j] - lr * (g[j] + wd * w[j])


@routine(entrywise=True)
def momentum(
    w=Vector["d"],
    g=Vector["d"],
    v=Vector["d"],
    lr=Nonnegative,
    beta=Decay,
    j=Index["d"],
    form=Choice("torch", "lecture"),
):
    """Momentum: v′ = βv + g and w′ = w − ηv′; in the lecture's form v′ = βv − ηg and w′ = w + v′."""
    if form == "lecture":
        velocity = beta * v[j] - lr * g[j]
        return w[j] + velocity, velocity
    velocity = beta * v[j] + g[j]
    return w[j] - lr * velocity, velocity


@routine(entrywise=True)
def nesterov(w=Vector["d"], g=Vector["d"], v=Vector["d"], lr=Nonnegative, beta=Decay, j=Index["d"]):
    """Nesterov's momentum: v′ = βv + g and w′ = w − η (g + βv′)."""
    velocity = beta * v[j] + g[j]
    return w[j] - lr * (g[j] + beta * velocity), velocity


@routine(entrywise=True)
def sgd_momentum_wd(
    w=Vector["d"], g=Vector["d"], v=Vector["d"], lr=Nonnegative, beta=Decay, wd=Nonnegative, j=Index["d"]
):
    """Momentum with weight decay λ in the gradient: v′ = βv + g + λw and w′ = w − ηv′."""
    velocity = beta * v[j] + (g[j] + wd * w[j])
    return w[j] - lr * velocity, velocity


@routine(entrywise=True)
def adagrad(
    w=Vector["d"],
    g=Vector["d"],
    s=Vector["d", Nonnegative],
    lr=Nonnegative,
    eps=Nonnegative,
    j=Index["d"],
    eps_placement=Choice("inside", "outside"),
):
    """AdaGrad: s′ = s + g² and w′ = w − η g/√(s′ + ε), or with ε outside the root."""
    squares = s[j] + g[j] ** 2
    return w[j] - lr * (g[j] / scale(squares, eps, eps_placement)), squares


@routine(entrywise=True)
def rmsprop(
    w=Vector["d"],
    g=Vector["d"],
    r=Vector["d", Nonnegative],
    lr=Nonnegative,
    gamma=Decay,
    eps=Nonnegative,
    j=Index["d"],
    eps_placement=Choice("inside", "outside"),
):
    """RMSProp: r′ = γr + (1 − γ)g² and w′ = w − η g/√(r′ + ε), or with ε outside the root."""
    squares = gamma * r[j] + (1 - gamma) * g[j] ** 2
    return w[j] - lr * (g[j] / scale(squares, eps, eps_placement)), squares


@routine(entrywise=True)
def adam(
    w=Vector["d"],
    g=Vector["d"],
    m=Vector["d"],
    v=Vector["d", Nonnegative],
    t=Counting,
    lr=Nonnegative,
    b1=Decay,
    b2=Decay,
    eps=Nonnegative,
    wd=Nonnegative.only(weight_decay="decoupled"),
    j=Index["d"],
    eps_placement=Choice("inside", "outside"),
    weight_decay=Choice("none", "decoupled"),
):
    """Adam: m′ = β₁m + (1 − β₁)g, v′ = β₂v + (1 − β₂)g², and w′ = w − η m̂/√(v̂ + ε) with m̂ = m′/(1 − β₁ᵗ), v̂ = v′/(1 − β₂ᵗ).

    The first step is t = 1. Decoupled weight decay takes a further ηλw off, as in AdamW.
    """
    first = b1 * m[j] + (1 - b1) * g[j]
    second = b2 * v[j] + (1 - b2) * g[j] ** 2
    step = first / (1 - b1**t) / scale(second / (1 - b2**t), eps, eps_placement)
    if weight_decay == "decoupled":
        step = step + wd * w[j]
    return w[j] - lr * step, first, second

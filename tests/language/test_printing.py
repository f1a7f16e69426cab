"""Both written forms of expressions and statements, as gold strings, and bound letters that never clash."""

from __future__ import annotations

import re

import pytest
import sympy as sp

from lemmata.spec.information import kl, log_bound
from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    D,
    Determines,
    E,
    Equals,
    Identical,
    Less,
    SameMinimiser,
    by_value,
    delta,
    exp,
    expm1,
    gap,
    largest,
    log,
    log1p,
    maximum,
    minimum,
    moment_of,
    pi,
    product,
    recurrence,
    signum,
    sqrt,
    tanh,
    total,
    vector,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.language.expressions import Array, as_written
from lemmata.spec.language.printing import latex, text
from lemmata.spec.logistic import sigmoid
from lemmata.spec.softmax import softmax

n, m, i, j, t = sp.symbols("n m i j t", integer=True)
x, y, z, beta, lam, tau, beta_1 = sp.symbols("x y z beta lam tau beta_1", real=True)
a, b, p, q, w = (Array(name, n) for name in "abpqw")
X = Array("X", m, n)
one = sp.Integer(1)

FORMS = {
    # --- arithmetic, as written
    "x − y": (lambda: x - y, "x - y"),
    "−x − y": (lambda: -x - y, "-x - y"),
    "x − (y − z)": (lambda: x - (y - z), r"x - \left( y - z \right)"),
    "−(x + y)": (lambda: -(x + y), r"-\left( x + y \right)"),
    "x·(y + z)": (lambda: x * (y + z), r"x \, \left( y + z \right)"),
    "x·(−y)": (lambda: x * -y, r"x \, \left( -y \right)"),
    "(x + y)/(x − y)": (lambda: (x + y) / (x - y), r"\frac{x + y}{x - y}"),
    "x/(y·z)": (lambda: x / (y * z), r"\frac{x}{y \, z}"),
    "x/y/z": (lambda: x / y / z, r"\frac{\frac{x}{y}}{z}"),
    "−1/x": (lambda: -1 / x, r"-\frac{1}{x}"),
    "x/x": (lambda: x / x, r"\frac{x}{x}"),
    "2·x/3": (lambda: 2 * x / 3, r"\frac{2 \, x}{3}"),
    "x − 2/7": (lambda: x + sp.Rational(-2, 7), r"x - \frac{2}{7}"),
    "−2/7": (lambda: sp.Rational(-2, 7), r"-\frac{2}{7}"),
    "(x + y)²": (lambda: (x + y) ** 2, r"\left( x + y \right)^{2}"),
    "(−x)²": (lambda: (-x) ** 2, r"\left( -x \right)^{2}"),
    "−x²": (lambda: -(x**2), "-x^{2}"),
    "1/x²": (lambda: x**-2, r"\frac{1}{x^{2}}"),
    "(x^y)^z": (lambda: (x**y) ** z, r"\left( x^{y} \right)^{z}"),
    "x^(y + z)": (lambda: x ** (y + z), "x^{y + z}"),
    "β^(t − i)": (lambda: beta ** (t - i), r"\beta^{t - i}"),
    "λ·β₁": (lambda: lam * beta_1, r"\lambda \, \beta_{1}"),
    "√(x + 1)": (lambda: sqrt(x + 1), r"\sqrt{x + 1}"),
    "1/√(2·π)": (lambda: 1 / sqrt(2 * pi), r"\frac{1}{\sqrt{2 \, \pi}}"),
    # --- functions
    "exp(x)·exp(−y)": (lambda: exp(x) * exp(-y), r"e^{x} \, e^{-y}"),
    "exp(Σₖ aₖ)": (lambda: exp(total(lambda k: a[k], over=a)), r"\exp\left( \sum_{k=1}^{n} a_{k} \right)"),
    "y·log x": (lambda: y * log(x), r"y \, \log x"),
    "(log x)·y": (lambda: log(x) * y, r"\left( \log x \right) \, y"),
    "log(x·y)": (lambda: log(x * y), r"\log\left( x \, y \right)"),
    "(log x)²": (lambda: log(x) ** 2, r"\left( \log x \right)^{2}"),
    "(log x)/log 2": (lambda: log(x, 2), r"\frac{\log x}{\log 2}"),
    "log1p(exp(x))": (lambda: log1p(exp(x)), r"\operatorname{log1p}\left( e^{x} \right)"),
    "expm1(x)": (lambda: expm1(x), r"\operatorname{expm1}\left( x \right)"),
    "tanh(x)": (lambda: tanh(x), r"\tanh x"),
    "|x − y|": (lambda: Abs(x - y), r"\left| x - y \right|"),
    "max(x, 0)": (lambda: maximum(x, 0), r"\max\left( x, 0 \right)"),
    "min(x, y)": (lambda: minimum(x, y), r"\min\left( x, y \right)"),
    "sign(x)": (lambda: signum(x), r"\operatorname{sign}\left( x \right)"),
    "x log(y/z)": (lambda: xlogy(x, y / z), r"x \log\left( \frac{y}{z} \right)"),
    "x log y − x log x": (lambda: xlogy(x, y) - xlogy(x, x), r"x \log y - x \log x"),
    # --- entries and sums
    "aᵢ": (lambda: a[i], "a_{i}"),
    "a_(i + 1)": (lambda: a[i + 1], "a_{i + 1}"),
    "Xᵢⱼ": (lambda: X[i, j], "X_{ij}"),
    "X_(i + 1,j)": (lambda: X[i + 1, j], "X_{i + 1,j}"),
    "δᵢⱼ": (lambda: delta(i, j), r"\delta_{ij}"),
    "Σₖ (aₖ + bₖ)": (lambda: total(lambda k: a[k] + b[k], over=a), r"\sum_{k=1}^{n} \left( a_{k} + b_{k} \right)"),
    "Σₖ aₖ + 1": (lambda: total(lambda k: a[k], over=a) + 1, r"\sum_{k=1}^{n} a_{k} + 1"),
    "(Σₖ aₖ)·x": (lambda: total(lambda k: a[k], over=a) * x, r"\left( \sum_{k=1}^{n} a_{k} \right) \, x"),
    "x·Σₖ aₖ": (lambda: x * total(lambda k: a[k], over=a), r"x \, \sum_{k=1}^{n} a_{k}"),
    "1/n·Σₖ aₖ": (lambda: 1 / n * total(lambda k: a[k], over=a), r"\frac{1}{n} \, \sum_{k=1}^{n} a_{k}"),
    "Σ_{k=2..n − 1} k": (lambda: total(lambda k: k, over=(2, n - 1)), r"\sum_{k=2}^{n - 1} k"),
    "(Πₖ aₖ)²": (lambda: product(lambda k: a[k], over=a) ** 2, r"\left( \prod_{k=1}^{n} a_{k} \right)^{2}"),
    "maxₖ (aₖ − x)": (lambda: largest(lambda k: a[k] - x, over=a), r"\max_{k} \left( a_{k} - x \right)"),
    "(aₖ + x)ₖ": (lambda: vector(lambda k: a[k] + x, over=a), r"\left( a_{k} + x \right)_{k}"),
    "mₙ of m₀ = 0, m_s = β·m_(s−1) + a_s": (
        lambda: recurrence(0, lambda m, s: beta * m + a[s], upto=n),
        r"m_{n}\ \text{of}\ m_0 = 0,\ m_{s} = \beta \, m_{s-1} + a_{s}",
    ),
    # --- our own words
    "∂(x²)/∂x": (lambda: D(x**2, x), r"\frac{\partial}{\partial x} x^{2}"),
    "∂Sᵢ(a)/∂aⱼ": (lambda: D(softmax(a, i), a[j]), r"\frac{\partial S_{i}({a})}{\partial a_{j}}"),
    "E[aᵢ²] − E[aᵢ]²": (
        lambda: E(a[i] ** 2) - E(a[i]) ** 2,
        r"\mathbb{E}\left[ a_{i}^{2} \right] - \mathbb{E}\left[ a_{i} \right]^{2}",
    ),
    "E[a²]": (lambda: moment_of(a, 2), r"\mathbb{E}\left[ a^{2} \right]"),
    "{x if y = 1; 1 − x if y = −1}": (
        lambda: by_value(y, {1: x, -1: 1 - x}),
        r"\begin{cases} x & y = 1 \\ 1 - x & y = -1 \end{cases}",
    ),
    "{exp(−x) if x ≥ 0; exp(x) if x < 0}": (
        lambda: where_nonnegative(x, exp(-x), exp(x)),
        r"\begin{cases} e^{-x} & x \ge 0 \\ e^{x} & x < 0 \end{cases}",
    ),
    "−Sᵢ(a)·(1 − Sⱼ(a))": (
        lambda: -softmax(a, i) * (1 - softmax(a, j)),
        r"-S_{i}({a}) \, \left( 1 - S_{j}({a}) \right)",
    ),
    "Sᵢ((aₖ + x)ₖ)": (
        lambda: softmax(vector(lambda k: a[k] + x, over=a), i),
        r"S_{i}({\left( a_{k} + x \right)_{k}})",
    ),
    "KL(p‖q)": (lambda: kl(p, q), r"D_{\mathrm{KL}}({p} \,\|\, {q})"),
    "σ(−x)": (lambda: sigmoid(-x), r"\sigma({-x})"),
    "y·[x − 1 − log x]": (lambda: y * gap(log_bound, x=x), r"y \, \left[ x - 1 - \log x \right]"),
    # --- statements
    "x = y": (lambda: Equals(x, y), "x = y"),
    "x < y": (lambda: Less(x, y), "x < y"),
    "x ≥ y, with equality exactly when x = 1": (
        lambda: AtLeast(x, y, equality=Equals(x, one)),
        r"x \ge y\text{, with equality exactly when }x = 1",
    ),
    "x ≤ y, with equality exactly when p = q": (
        lambda: AtMost(x, y, equality=Identical(p, q)),
        r"x \le y\text{, with equality exactly when }p = q",
    ),
    "argmin_w x = argmin_w y": (
        lambda: SameMinimiser(x, y, over=w),
        r"\operatorname*{arg\,min}_{w} x = \operatorname*{arg\,min}_{w} y",
    ),
    "(x = y for all w, j) ⇔ τ = 1/y²": (
        lambda: Determines(Equals(x, y), tau, 1 / y**2, (w, j)),
        r"\left( x = y\text{ for all }w, j \right) \iff \tau = \frac{1}{y^{2}}",
    ),
}


@pytest.mark.parametrize("shown", FORMS)
def test_both_forms(shown):
    make, in_latex = FORMS[shown]
    with as_written():
        made = make()
    assert text(made) == shown
    assert latex(made) == in_latex


CLASHES = {
    # a bound letter that is free elsewhere, in its own sum, the dimension's, the array's, or an enclosing sum's
    "(Σₖ aₖ)·aᵢ": lambda: total(lambda i: a[i], over=a) * a[i],
    "Σₖ aₖ·bᵢ": lambda: total(lambda k: a[k] * b[i], over=a),
    "Σₖ aₖ": lambda: total(lambda n: a[n], over=a),
    "Σₖ aₖ·Σ_l b_l": lambda: total(lambda k: a[k] * total(lambda k: b[k], over=b), over=a),
    "Σₖ (Σ_l a_l)·bₖ": lambda: total(lambda k: total(lambda k: a[k], over=a) * b[k], over=b),
    "(Σₖ aₖ)·Σₖ bₖ": lambda: total(lambda k: a[k], over=a) * total(lambda k: b[k], over=b),
    "(Σ_s a_s)ₖ": lambda: vector(lambda k: total(lambda s: a[s], over=a), over=b),
}


@pytest.mark.parametrize("shown", CLASHES)
def test_a_bound_letter_never_clashes(shown):
    with as_written():
        assert text(CLASHES[shown]()) == shown


@pytest.mark.parametrize("letter", ["k", "i", "a", "x"])
@pytest.mark.parametrize("depth", range(2, 6))
def test_nested_sums_of_one_letter_have_a_letter_each(letter, depth):
    binder = {
        "k": lambda f: lambda k: f(k),
        "i": lambda f: lambda i: f(i),
        "a": lambda f: lambda a: f(a),
        "x": lambda f: lambda x: f(x),
    }[letter]

    def nested(level, terms):
        if level == 0:
            return sp.Mul(*terms, a[i], x)
        return total(binder(lambda k: nested(level - 1, [*terms, a[k]])), over=a)

    with as_written():
        shown = text(nested(depth, []))
    letters = re.findall(r"Σ_?(\w)", shown)
    assert len(set(letters)) == depth
    assert not {"a", "i", "x", "ᵢ", "n", "ₙ"} & set(letters)


def test_printing_changes_nothing():
    with as_written():
        made = [make() for make, _ in FORMS.values()]
        for e in made:
            _ = text(e), latex(e)
        assert made == [make() for make, _ in FORMS.values()]
        assert [text(e) for e in made] == list(FORMS)


def test_every_word_can_be_shown_in_a_message():
    with as_written():
        assert str(D(x**2, x)) == "Derivative(x**2, x)"
        every = [make() for make, _ in FORMS.values()]
    assert all(f"{e}" and repr(e) for e in every)

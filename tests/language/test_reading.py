"""What is printed reads as what is meant: a reader who knows the conventions finds the value of the expression.

The reader is a small one of its own: products and quotients from the left, a power before a product, and the body of
Σ, Π and max as far as the product goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import pytest
import sympy as sp
import trees
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from trees import a, b, built, i, points, value, x, y

from lemmata.checks.evaluate import Undefined
from lemmata.spec.language import D, E, log, total, xlogy
from lemmata.spec.language.expressions import as_written
from lemmata.spec.language.printing import latex, text

LETTERS = st.lists(st.sampled_from(sorted(trees.LETTERS)), min_size=1, max_size=3)
LOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₘₙₜ", "0123456789ijkmnt")
GREAT = {"Σ": sum, "Π": prod, "max": max}


@dataclass
class Reader:
    """A text and how far it is read; names maps letters to numbers, arrays to their entries."""

    text: str
    names: Mapping[str, Any]
    at: int = 0
    indices: dict[str, int] = field(default_factory=dict)

    def next(self, *wanted: str) -> str:
        found = next((w for w in wanted if self.text.startswith(w, self.at)), "")
        self.at += len(found)
        return found

    def match(self, pattern: str) -> str:
        found = re.compile(pattern).match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def sum(self) -> Fraction:
        out = self.signed()
        while sign := self.next(" + ", " − "):
            out += self.signed() if sign == " + " else -self.product()
        return out

    def signed(self) -> Fraction:
        return -self.product() if self.next("−") else self.product()

    def product(self) -> Fraction:
        out = self.power()
        while sign := self.next("·", "/"):
            out = out * self.power() if sign == "·" else out / self.power()
        return out

    def power(self) -> Fraction:
        out = self.atom()
        return out**2 if self.next("²") else out

    def atom(self) -> Fraction:
        if self.next("("):
            out = self.sum()
            assert self.next(")"), self.text[self.at :]
            return out
        if digits := self.match(r"\d+"):
            return Fraction(digits)
        if self.next("δ"):
            one, other = self.low()
            return Fraction(one == other)
        if great := self.next(*GREAT):
            return self.great(great)
        name = self.match(r"[a-z]")
        assert name, self.text[self.at :]
        if isinstance(self.names.get(name), dict):
            return Fraction(self.names[name][tuple(self.low())])
        return Fraction(self.indices[name] if name in self.indices else self.names[name])

    def low(self) -> list[int]:
        letters = self.match(r"[₀-₉ᵢⱼₖₘₙₜ]+").translate(LOW) or self.match(r"_[a-z]|_\([a-z]+\)").strip("_()")
        return [self.indices[c] if c in self.indices else self.names[c] for c in letters]

    def great(self, sign: str) -> Fraction:
        letter = self.match(r"[ᵢⱼₖₘₙₜ]").translate(LOW) or self.match(r"_[a-z]")[1:]
        assert self.next(" "), self.text[self.at :]
        assert letter not in self.indices, "a letter inside its own sum"
        start, values = self.at, []
        for k in range(1, self.names["n"] + 1):
            self.at, self.indices[letter] = start, k
            values.append(self.product())
        del self.indices[letter]
        return GREAT[sign](values)


def read(shown: str, point: Mapping[str, Any]) -> Fraction:
    reader = Reader(shown, point)
    out = reader.sum()
    assert reader.at == len(shown), f"not read: {shown[reader.at :]}"
    return out


@settings(max_examples=300)
@given(trees.trees(3, arithmetic=trees.FOR_READERS), LETTERS, points())
def test_text_reads_as_what_is_meant(tree, letters, point):
    e = built(tree, letters)
    shown = text(e)
    try:
        meant = value(e, point)
    except Undefined:
        assume(False)
    assert read(shown, point) == meant


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (lambda s: 2 / s * x, "(2/Σₖ bₖ)·x"),
        (lambda s: 2 / s / x, "(2/Σₖ bₖ)/x"),
        (lambda s: x * (2 / s), "x·2/Σₖ bₖ"),
        (lambda s: 2 / (s * x), "2/((Σₖ bₖ)·x)"),
        (lambda s: 2 / s + x, "2/Σₖ bₖ + x"),
        (lambda s: x / s * (2 / s), "(x/Σₖ bₖ)·2/Σₖ bₖ"),
        (lambda s: 1 / log(x) * y, "y/log x"),
        (lambda s: (2 / log(x)) * y, "(2/log x)·y"),
        (lambda s: s * (1 / log(x)), "(Σₖ bₖ)/log x"),
        (lambda s: sp.Mul(2, s, 1 / log(x)), "(2·Σₖ bₖ)/log x"),
    ],
)
def test_a_factor_after_a_quotient_by_a_sum_is_seen_to_stand_outside_it(make, shown):
    point = {"n": 2, "x": 3, "y": 5, "b": {(1,): 4, (2,): 5}}
    with as_written():
        e = make(total(lambda k: b[k], over=b))
    assert text(e) == shown
    if "log" not in shown:
        assert read(text(e), point) == value(e, point)


@pytest.mark.parametrize("form", [text, latex])
def test_a_product_of_ones_is_one(form):
    with as_written():
        assert form(sp.Integer(1) * sp.Integer(1)) == "1"
        assert form(sp.Integer(1) * sp.Integer(1) * x) == "x"


@pytest.mark.parametrize(
    ("shown", "meant"),
    [("x − y − x", -5), ("x/y/x", Fraction(1, 5)), ("Σₖ aₖ·x + 1", 15), ("(Σₖ aₖ)·x", 14), ("−x²", -4), ("δᵢⱼ", 0)],
)
def test_the_reader_reads(shown, meant):
    point = {"x": 2, "y": 5, "n": 2, "i": 1, "j": 2, "a": {(1,): 3, (2,): 4}}
    assert read(shown, point) == meant


def look_alikes():
    with as_written():
        yield total(lambda k: a[k], over=a) * x, total(lambda k: a[k] * x, over=a)
        yield x - (y - x), x - y - x
        yield (-x) ** 2, -(x**2)
        yield x / (y / x), x / y / x
        yield x / (y * x), x / y * x
        yield total(lambda k: a[k], over=a) ** 2, total(lambda k: a[k] ** 2, over=a)
        yield total(lambda k: a[k], over=a) + 1, total(lambda k: a[k] + 1, over=a)
        yield x ** (y + 1), x**y + 1
        yield log(x) * y, log(x * y)
        yield xlogy(x, y) * x, xlogy(x, y * x)
        yield E(a[i]) ** 2, E(a[i] ** 2)
        yield a[i + 1], a[i] + 1
        yield D(x**2, x) * y, D(x**2 * y, x)


@pytest.mark.parametrize("form", [text, latex])
@pytest.mark.parametrize(("one", "other"), list(look_alikes()))
def test_what_differs_looks_different(form, one, other):
    assert form(one) != form(other)

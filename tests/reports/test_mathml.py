"""Formulas as MathML: only known elements and attributes, and the source where LaTeX is damaged."""

import re
import xml.etree.ElementTree as ET

import pytest

from lemmata.reports.mathml import typeset, typeset_printed


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac{1}{n}", "<mfrac><mn>1</mn><mi>n</mi></mfrac>"),
        (r"n\log n", '<mi>n</mi><mspace width="0.167em" /><mi>log</mi><mspace width="0.167em" /><mi>n</mi>'),
        (r"\log(n)", '<mi>log</mi><mo stretchy="false">(</mo>'),
        (r"\boldsymbol{w}", "<mi>𝒘</mi>"),
        (r"\mathbf{x}", "<mi>𝐱</mi>"),
        (r"\operatorname{KL}(p)", '<mi mathvariant="normal">KL</mi>'),
        (r"\mathrm{KL}", '<mi mathvariant="normal">KL</mi>'),
        (r"\lim_{t} x", "<munder><mi"),
        (r"\arg\min_x f", "arg\u2009min"),
        (r"\Sigma", '<mi mathvariant="normal">Σ</mi>'),
        (r"a &= b \\ &= c", "<mtable"),
        (r"\left(x\right)", '<mo fence="true" form="prefix" stretchy="false">(</mo>'),
        (r"\left(\frac{x}{y}\right)", '<mo fence="true" form="prefix" stretchy="true">(</mo>'),
    ],
)
def test_a_formula_becomes(latex, expected):
    assert expected in typeset(latex)


@pytest.mark.parametrize(
    "latex",
    [
        "",
        "   ",
        r"\frac{a}{",
        r"\unheardof{x}",
        r"\href{javascript:alert(1)}{x}",
        r"\class{a}{x}",
        r"\style{color:red}{x}",
        r"\def\a{\a\a}\a",
        r"\newcommand{\a}{\a\a}\a",
        "a\x08b",
        "\ud800",
        "x" * 30_000,
        "{" * 5_000,
    ],
)
def test_what_cannot_be_typeset_is_shown_as_source(latex):
    shown = typeset(latex)
    assert shown.startswith('<code class="tex">') and shown.count("<") == 2


@pytest.mark.parametrize("inside", ["<script>alert(1)</script>", "&#x3c;script&#x3e;", "&lt;b&gt;", "]]>", "<!--", '"'])
def test_text_in_a_formula_stays_text(inside):
    shown = str(typeset(rf"x = \text{{{inside}}}", alt=inside))
    math = ET.fromstring(shown)
    assert {element.tag for element in math.iter()} <= {"math", "mrow", "mi", "mo", "mtext", "mtable", "mtr", "mtd"}
    assert math.get("alttext") == inside


def test_only_harmless_attributes_come_through():
    shown = typeset(
        r"\begin{cases} a & x>0 \\ b & \mathrm{else} \end{cases} \color{red}{c} \binom{n}{k} \underbrace{a}_{b}"
    )
    allowed = {"displaystyle", "style", "fence", "form", "stretchy", "lspace", "rspace", "mathvariant", "linethickness"}
    assert set(re.findall(r" (\w+)=", shown)) <= allowed | {"accent", "maxsize", "minsize", "width"}
    assert set(re.findall(r' style="(.*?)"', shown)) <= {"text-align:left", "text-align:right", "text-align:center"}


@pytest.mark.parametrize(
    ("printed", "text", "formulas"),
    [
        ("where $x$ is small", "where x is small", 1),
        (r"X^m = \{x\}$ , so as  $y_i = y^*(x_i)", "Xm={x} , so as yi=y*(xi)", 2),
        (r"g(x, w) = 0$  - separating surface", "g(x,w)=0 - separating surface", 1),
        ("the first 60,000 images", "the first 60,000 images", 0),
        (r"e^{-x}", "e−x", 1),
    ],
)
def test_prose_and_mathematics_in_one_quotation_are_told_apart(printed, text, formulas):
    shown = typeset_printed(printed)
    assert shown.striptags() == text
    assert shown.count("<math") == formulas


def test_a_quotation_with_one_damaged_formula_is_shown_as_it_stands():
    assert typeset_printed(r"where $\frac{<b>}{$ holds") == r'<code class="tex">where $\frac{&lt;b&gt;}{$ holds</code>'


def test_an_element_that_is_not_known_is_not_let_through(monkeypatch):
    math = ET.Element("math")
    ET.SubElement(ET.SubElement(math, "mrow"), "script").text = "alert(1)"
    monkeypatch.setattr("lemmata.reports.mathml.Converter.convert_to_element", lambda *_: math)
    assert typeset("q + 1") == '<code class="tex">q + 1</code>'

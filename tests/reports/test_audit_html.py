"""Audits as a page: self-contained, everything escaped, and a plot in which each point has its place."""

from __future__ import annotations

import dataclasses
import math
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import audit_samples as samples
import pytest

from lemmata.checks.audit.findings import Point
from lemmata.reports.audit_html import render
from lemmata.reports.audit_plot import APART, BOTTOM, EDGE, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Mark, plot


class Page(HTMLParser):
    """The elements of a page, whether they are closed, and their attributes and text."""

    VOID = frozenset("meta br img input link wbr".split())

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts, self.ids = [], set(), [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.mark.parametrize("audits", [[a] for a in samples.ALL] + [list(samples.ALL), []])
def test_a_page_is_whole_and_needs_no_network(audits):
    text = render(audits)
    page = Page(text)
    assert not page.open and text.startswith("<!doctype html>")
    assert not page.tags & {"script", "img", "link", "iframe", "object", "base", "form"}
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "srcset", "action")]
    assert all((value or "").startswith("#") for name, value in page.attributes if name == "href")
    assert not re.search(r"url\(|@import|@font-face", text) and len(page.ids) == len(set(page.ids))
    targets = {value[1:] for name, value in page.attributes if name == "href"}
    assert targets <= set(page.ids)
    labels = {i for name, value in page.attributes if name == "aria-labelledby" for i in value.split()}
    assert labels <= set(page.ids)


def test_what_was_found_is_on_the_page():
    page = Page(render([samples.WRONG]))
    for part in (
        "✗ WRONG computes another function",
        "src/losses.py:kl as kl",
        "The mistake twice the expected value",
        "Divergence of q from p, Σ p log(p/q).",
        "p float64 (2,) [0.5, 0.5]",
        "expected float64 0.14384103622589045",
        "Off by 5.18 × 10¹⁵ ulp, 1.24 × 10¹⁵ times the error budget.",
        "float64 12,000 12 1.24 × 10¹⁵ 5.18 × 10¹⁵ 0",
        "float16 is refused by the target",
        "def test_smallest_value_float64():",
        "lemmata audit src/losses.py:kl --as kl --set base=e",
        "numpy 2.4.6",
        "exit status 1: wrong, unstable or impure",
    ):
        assert part in page.text.replace(". ", ".").replace("_ ", "_"), part
    assert "math" in page.tags and "svg" in page.tags and "nav" not in page.tags


def test_earlier_calls_and_programs_are_on_the_page():
    finding = dataclasses.replace(samples.IMPURE.findings[0], reproduce="print(1 < 2)\n")
    text = render([dataclasses.replace(samples.IMPURE, findings=(finding,))])
    assert "After these calls" in text and "<code>print(1 &lt; 2)\n</code>" in text
    assert "expected 1" in Page(text).text and "got 2" in Page(text).text


def test_several_audits_have_a_table_and_what_was_expected():
    text = render([samples.WRONG, samples.CORRECT, samples.ERROR], ["wrong", "unstable", ""])
    page = Page(text)
    assert "3 audits: 1 error, 1 wrong, 1 correct." in page.text
    assert page.text.count("Expected: unstable.") == 2 and "As expected." in page.text
    assert text.count('<article class="audit"') == 3 and "nav" in page.tags
    assert "exit status 2" in page.text


def test_text_of_a_target_stays_text():
    text = render([samples.VILE])
    assert (
        "<script" not in text and "<img" not in text and "49" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)
    )
    assert not {"\x1b", "\x00", "\u202e", "\ud800"} & set(text)
    assert Page(text).text.count("alert(1)") > 12


def test_a_target_without_a_name_has_no_regression_test():
    assert "Regression test" in render([samples.WRONG])
    assert "Regression test" not in render([dataclasses.replace(samples.WRONG, target="<lambda>")])
    assert "Regression test" not in render([samples.CORRECT])


def test_the_same_audits_give_the_same_bytes(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert render(samples.ALL) == render(samples.ALL)
    assert "1 January 1970" in render([])


# The plot


def with_points(*points):
    return dataclasses.replace(samples.CORRECT, points=points, formats=())


def test_points_have_their_place():
    found = plot(with_points(Point("float64", 1.0, 1e-16, 1e-16), Point("float64", 100.0, 1e-12, 1e-14)))
    assert found
    (series,) = found.series
    low, high = series.marks
    assert (low.x, low.over, high.x, high.over) == (LEFT, False, WIDTH - RIGHT, True)
    assert low.y > high.y == TOP and found.worst == high and found.worst_label == "worst: 100 × budget"
    assert found.floor is None and found.ceiling is None
    assert series.total == 2 and series.over == 1
    assert [tick.label for tick in found.across] == ["10⁰", "10¹", "10²"]
    assert "2 points in float64, 1 over the limit" in found.description


def test_what_has_no_logarithm_has_a_place_of_its_own():
    found = plot(
        with_points(
            Point("float64", 0.0, 0.0, 1e-16),
            Point("float64", 1.0, 1e-16, 1e-16),
            Point("float32", math.inf, math.inf, 1e-7),
            Point("float32", 1.0, math.nan, 1e-7),
            Point("float32", 10.0, 1e-8, math.inf),
        )
    )
    assert found and found.floor == HEIGHT - BOTTOM - EDGE and found.ceiling == TOP + EDGE
    double, single = found.series
    assert (double.marks[0].x, double.marks[0].y) == (LEFT + EDGE, found.floor)
    assert (single.marks[0].x, single.marks[0].y) == (WIDTH - RIGHT - EDGE, found.ceiling)
    assert single.marks[1].y == found.ceiling and single.over == 2
    assert {tick.label for tick in found.across} >= {"0", "∞"}
    assert found.worst_label == "worst: not finite" and "the result is not finite" in found.description
    inner = [m for m in (*double.marks, *single.marks) if m.y not in (found.floor, found.ceiling)]
    assert all(LEFT + APART <= m.x <= WIDTH - RIGHT - APART for m in inner)


def test_the_limit_is_a_line_above_what_is_within():
    found = plot(with_points(*samples.points("float64", 1e-16)))
    assert found and found.series[0].over == 0
    limit = [tuple(map(float, piece)) for piece in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)", found.series[0].limit)]
    assert limit == sorted(limit) and len(limit) > 20
    for mark in found.series[0].marks:
        if mark.y != found.floor and mark.x >= limit[0][0]:
            y = next(y for x, y, width in limit if x - 0.1 <= mark.x <= x + width + 0.1)
            assert mark.y >= y - 12  # within a piece the limit may rise


def test_a_few_outliers_stand_at_the_ends_of_the_axes():
    usual = [Point("float64", 10.0 ** (n / 50), 6e-17, 1e-16) for n in range(100)]
    odd = [Point("float64", 1e-300, 5e-17, 1e-16), Point("float64", 1e300, 1e-310, math.inf)]
    found = plot(with_points(*usual, *odd))
    assert found
    assert [tick.label for tick in found.across] == ["≤ 10⁰", "10¹", "≥ 10²"]
    assert [tick.label for tick in found.up] == ["≤ 10⁻¹⁷", "10⁻¹⁶", "10⁻¹⁵"]
    assert [mark.x for mark in found.series[0].marks[-2:]] == [LEFT, WIDTH - RIGHT]
    assert found.series[0].marks[-1].y == HEIGHT - BOTTOM
    spoiled = plot(with_points(*usual, Point("float64", 1e-300, 1.0, 1e-308)))  # the worst is never left out
    assert spoiled and spoiled.worst == Mark(LEFT, TOP, True)


@pytest.mark.parametrize(
    "points",
    [
        [Point("float64", 0.0, 0.0, 0.0)],
        [Point("float64", math.inf, math.inf, math.inf)],
        [Point("float64", 5e-324, 5e-324, 5e-324), Point("float64", 1.7e308, 1.7e308, 1.7e308)],
        [Point("float64", 1.0, 1.0, 0.0)],
        [Point("float64", 1.0, 0.0, 1e-16)] * 5000 + [Point("float64", 2.0, 1.0, 1e-16)],
        [Point(f"format {n}", 1.0, 1.0, 1.0) for n in range(6)],
    ],
)
def test_odd_points_are_drawn(points):
    found = plot(with_points(*points))
    assert found
    (svg,) = re.findall(r'<svg viewBox="0 0 640 340".*?</svg>', render([with_points(*points)]), re.S)
    drawn = ET.fromstring(svg)
    numbers = [float(n) for path in drawn.iter("path") for n in re.findall(r"M(-?[\d.]+)", path.get("d") or "")]
    assert numbers and all(0 <= n <= WIDTH for n in numbers)
    assert all(len(s.marks) <= 300 for s in found.series)
    assert {"title", "desc"} <= {element.tag for element in drawn}


def test_without_points_there_is_no_plot():
    assert plot(with_points()) is None and plot(with_points(Point("float64", math.nan, 1.0, 1.0))) is None
    assert "<svg" not in render([with_points()])

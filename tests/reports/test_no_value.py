"""An input without a value is shown wherever a reader may look: the line, the whole record, HTML, JSON and JUnit."""

from __future__ import annotations

import dataclasses
import json as stdlib_json
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from lemmata.checks.evidence import NoValue, Verdict
from lemmata.reports import html, json, junit, terminal, words
from lemmata.reports.terminal import plain

FOUND = NoValue("the left side", {"x": 0}, "division by zero", ("Real",))
SENTENCE = "The left side has no value at x = 0, which Real admits: declare it in the sort (division by zero)."


def having(item, found=FOUND):
    return dataclasses.replace(item, evidence=tuple(dataclasses.replace(e, no_value=found) for e in item.evidence[:3]))


@pytest.fixture
def claim(run):
    return having(run.claims[0])


@pytest.fixture
def printed(run):
    """The claim, and its second printed formula of which that is known."""
    claim = run.claims[0]
    return dataclasses.replace(claim, printed=(claim.printed[0], having(claim.printed[1])))


def run_of(run, claim):
    return dataclasses.replace(run, claims=(claim,))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (FOUND, SENTENCE),
        (
            NoValue("the right side", {"n": 2, "p": [0, 1], "x": "1/2"}, "", ("Simplex", "Real")),
            "The right side has no value at n = 2, p = (0, 1), x = 1/2, which Simplex and Real admit: "
            "declare it in the sorts.",
        ),
        (NoValue("the left side", {}, "log 0", ()), "The left side has no value (log 0)."),
    ],
)
def test_it_is_one_sentence(run, found, said):
    assert words.no_value_sentence(having(run.claims[0], found).evidence) == said
    assert words.no_value_sentence(run.claims[0].evidence) == ""


def test_it_is_in_the_line_and_in_the_whole(run, claim, printed):
    assert "no value at x = 0" in plain(terminal.line(claim))
    assert "no value" not in plain(terminal.line(run.claims[0]))
    assert SENTENCE in " ".join(plain(terminal.show(claim), 200).split())
    assert f"no value {SENTENCE}" in " ".join(plain(terminal.show(printed), 200).split())


def test_it_is_in_the_page_beside_the_statement(run, claim, printed):
    for found in (claim, printed):
        page = html.render(run_of(run, found))
        assert f'<p class="provided"><bdi>{SENTENCE}</bdi></p>' in page
    assert "has no value" not in html.render(run_of(run, run.claims[0]))


def test_it_needs_attention_and_is_counted(run, claim, printed):
    assert words.needs_attention((claim, printed)) == (claim, printed)
    said = words.verified(run_of(run, claim))
    assert "1 statement has no value at an input that the sorts admit." in said
    both = dataclasses.replace(run, claims=(claim, printed))
    assert "2 statements have no value at an input that the sorts admit." in words.verified(both)


def test_it_is_data(run, claim):
    document = stdlib_json.loads(json.render(run_of(run, claim)))
    jsonschema.validate(document, json.schema())
    assert document["claims"][0]["evidence"][0]["no_value"] == {
        "place": "the left side",
        "inputs": {"x": 0},
        "reason": "division by zero",
        "sorts": ["Real"],
    }


def failures(run):
    cases = ET.fromstring(junit.render(run)).iter("testcase")
    return [(c.get("name"), f.get("message")) for c in cases for f in c.iter("failure") if f.get("type") == "no value"]


def test_a_build_server_sees_a_failure(run, claim, printed):
    (first, *_) = failures(run_of(run, claim))
    assert first == ("statement · normal_form", SENTENCE)
    ((name, message),) = failures(run_of(run, printed))
    assert (str(name).split(" ·")[0], message) == ("as printed", SENTENCE)
    assert failures(run) == []


def test_of_what_is_refuted_nothing_is_said(run, claim):
    (first, *rest) = claim.evidence
    refuted = dataclasses.replace(claim, evidence=(dataclasses.replace(first, verdict=Verdict.REFUTED), *rest))
    assert failures(run_of(run, refuted)) == []
    assert "no value at" not in plain(terminal.line(refuted))

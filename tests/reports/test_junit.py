"""JUnit: what passes, what fails and what is skipped, as build servers count it."""

import dataclasses
import xml.etree.ElementTree as ET

import pytest

from lemmata.checks.evidence import Evidence, Verdict
from lemmata.reports import junit


def cases(run):
    """Outcome of every test case by its class and name: pass, skipped or the type of its failure."""
    found = {}
    for case in ET.fromstring(junit.render(run)).iter("testcase"):
        (below,) = list(case) or [None]
        outcome = "pass" if below is None else below.get("type", below.tag)
        name = (case.get("classname"), case.get("name"))
        assert name not in found
        found[name] = outcome
    return found


def test_every_evidence_record_is_a_case_of_its_own(run):
    found = cases(run)
    records = [(e.claim, f"{e.subject} · {e.method}") for claim in run.claims for e in claim.evidence]
    assert len(records) == len(set(records)) == 13
    assert set(records) < set(found)


@pytest.mark.parametrize(
    ("claim", "name", "outcome"),
    [
        ("softmax.jacobian", "statement · normal_form", "pass"),
        ("softmax.jacobian", "torch:softmax.jacobian · autograd", "pass"),
        ("softmax.jacobian", "wrong twins", "pass"),
        ("entropy.upper_bound", "statement · balls", "pass"),
        ("entropy.upper_bound", "statement · certificates", "skipped"),  # undecided, and settled by balls
        ("entropy.upper_bound", "implementation:lemmata.impl.entropy.js · hypothesis", "disagrees"),
        ("entropy.js_symmetric_kl", "statement · balls", "refuted"),
        ("optim.adam_bias", "wrong twins", "skipped"),
        ("optim.converges", "statement · series", "undecided"),
        ("optim.nesterov", "statement · kernel", "skipped"),
        ("lemmata.run", "problem 1", "problem"),
    ],
)
def test_the_outcome_of(run, claim, name, outcome):
    assert cases(run)[claim, name] == outcome


@pytest.mark.parametrize(
    ("erratum", "standing", "outcome"),
    [
        (True, Verdict.REFUTED, "pass"),
        (True, Verdict.UNDECIDED, "erratum"),
        (True, Verdict.PROVED, "erratum"),
        (True, Verdict.NOT_RUN, "erratum"),
        (False, Verdict.PROVED, "pass"),
        (False, Verdict.TESTED, "pass"),
        (False, Verdict.REFUTED, "refuted"),
        (False, Verdict.UNDECIDED, "undecided"),
        (False, Verdict.NOT_RUN, "skipped"),
    ],
)
def test_an_erratum_passes_when_refuted_and_only_then(run, erratum, standing, outcome):
    claim = run.claims[0]
    printed = dataclasses.replace(claim.printed[0], erratum=erratum, standing=standing)
    found = cases(dataclasses.replace(run, claims=(dataclasses.replace(claim, printed=(printed,)),)))
    ((_, shown),) = [(name, shown) for (_, name), shown in found.items() if name.startswith("as printed")]
    assert shown == outcome


def test_a_proved_twin_fails(run):
    claim = run.claims[0]
    twin = dataclasses.replace(claim.twins[0], outcome="proved")
    found = cases(dataclasses.replace(run, claims=(dataclasses.replace(claim, twins=(twin,)),)))
    assert found["softmax.jacobian", "wrong twins"] == "twin proved"


def test_a_claim_that_no_method_looked_at_is_skipped_and_not_lost(run):
    silent = dataclasses.replace(run.claims[1], evidence=(), standing=Verdict.NOT_RUN)
    found = cases(dataclasses.replace(run, claims=(silent,)))
    assert found["softmax.sums_to_one", "statement"] == "skipped"


def test_records_of_one_name_stay_apart(run):
    record = Evidence("a.b", "statement", "balls", Verdict.TESTED)
    claim = dataclasses.replace(run.claims[1], id="a.b", evidence=(record, record))
    assert {("a.b", "statement · balls"), ("a.b", "statement · balls (2)")} <= set(
        cases(dataclasses.replace(run, claims=(claim,)))
    )


def test_totals_are_those_of_the_cases(run):
    root = ET.fromstring(junit.render(run))
    assert [suite.get("name") for suite in root] == [
        "lemmata.softmax",
        "lemmata.entropy",
        "lemmata.optim",
        "lemmata.run",
    ]
    for totals in (root, *root):
        below = list(totals.iter("testcase"))
        assert int(totals.attrib["tests"]) == len(below)
        assert int(totals.attrib["failures"]) == len(list(totals.iter("failure")))
        assert int(totals.attrib["skipped"]) == len(list(totals.iter("skipped")))
    assert int(root.attrib["failures"]) == 5  # two records refuted, one claim undecided, two problems
    assert float(root.attrib["time"]) == pytest.approx(sum(float(suite.attrib["time"]) for suite in root), abs=0.01)


def test_a_failure_shows_the_input_and_how_to_run_it_again(run):
    root = ET.fromstring(junit.render(run))
    (failure,) = root.iterfind(".//failure[@type='disagrees']")
    assert failure.get("message") == "disagrees: not a number where the distributions nearly agree"
    assert (failure.text or "").splitlines() == [
        "at x = (0.1, 0.9), y = (0.1000000001, 0.9)",
        "expected 2.7e-11, got nan",
        "smallest input found",
        "run again: lemmata verify entropy.upper_bound --method hypothesis",
    ]


def test_hostile_text_is_legal_xml(hostile_run):
    text = junit.render(hostile_run)
    root = ET.fromstring(text.encode("utf-8"))
    assert [case.get("name") for case in root.iter("testcase")][-1] == "finished"
    assert "<script>" not in text and "\ufffd[31m\ufffd" in text

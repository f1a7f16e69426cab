"""The JSON report keeps its published schema, and the schema is strict enough to notice a broken one."""

import copy
import dataclasses
import json as stdlib_json

import jsonschema
import pytest

from lemmata.checks import evidence
from lemmata.reports import json


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft202012Validator.check_schema(json.schema())
    return jsonschema.Draft202012Validator(json.schema())


@pytest.fixture(scope="module")
def document(run):
    return stdlib_json.loads(json.render(run))


def test_reports_keep_the_schema(validator, run, hostile_run):
    for found in (run, hostile_run):
        assert [error.message for error in validator.iter_errors(stdlib_json.loads(json.render(found)))] == []


def put(document, path, value):
    """A copy of the document in which one place holds something else; `...` for removed."""
    changed = copy.deepcopy(document)
    *way, last = path
    at = changed
    for step in way:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["schema"], 2),
        (["claims", 0, "standing"], "NOT RUN"),
        (["claims", 0, "standing"], "surely true"),
        (["claims", 0, "id"], ...),
        (["claims", 0, "evidence", 0, "verdict"], "passed"),
        (["claims", 0, "evidence", 0, "seconds"], -1),
        (["claims", 0, "evidence", 0, "subject"], "something else"),
        (["claims", 0, "evidence", 0, "trusted"], ...),
        (["claims", 0, "twins", "records", 0, "outcome"], "unknown"),
        (["claims", 0, "twins", "surviving"], ...),
        (["claims", 0, "proofs", 0, "steps", 0, "verdict"], "tested"),
        (["claims", 0, "printed", 0, "evidence", 0, "counterexample", "left"], ...),
        (["counts", "proved"], -1),
        (["definitions", 0, "stable"], "text"),
        (["statements", 0, "standing"], True),
        (["environment", "python"], 3.11),
        (["problems"], "one"),
    ],
)
def test_the_schema_rejects_a_broken_report(validator, document, path, value):
    assert not validator.is_valid(put(document, path, value))


def test_the_schema_describes_every_field():
    described = json.schema()["$defs"]
    for name, record in {
        "evidence": evidence.Evidence,
        "claim": evidence.ClaimRecord,
        "printed": evidence.PrintedRecord,
        "proof": evidence.ProofRecord,
        "step": evidence.StepRecord,
        "twin": evidence.TwinRecord,
        "counterexample": evidence.Counterexample,
        "no_value": evidence.NoValue,
        "definition": evidence.DefinitionRecord,
        "lecture": evidence.LectureRecord,
        "formula": evidence.Formula,
    }.items():
        fields = {field.name for field in dataclasses.fields(record)}
        assert set(described[name]["properties"]) == set(described[name]["required"]) == fields, name


def test_the_record_of_a_claim(document):
    claim = document["claims"][0]
    assert (claim["id"], claim["standing"]) == ("softmax.jacobian", "proved")
    assert {k: v for k, v in claim["twins"].items() if k != "records"} == {
        "total": 3,
        "refuted": 2,
        "equivalent": 1,
        "proved": [],
        "surviving": [],
    }
    record = claim["evidence"][2]
    assert (record["subject"], record["method"], record["verdict"]) == ("statement", "balls", "tested")
    assert (record["effort"], record["seed"], record["seconds"]) == ({"points": 60}, 7, 0.0213)
    assert document["claims"][6]["standing"] == "not_run"
    assert document["claims"][4]["twins"]["surviving"][0]["mutation"] == "β² for β"


def test_counts_are_those_of_the_claims(document):
    standings = [claim["standing"] for claim in document["claims"]]
    assert document["counts"] == {verdict.value: standings.count(verdict.value) for verdict in evidence.Verdict}


def test_each_printed_formula_answers_for_its_statement(document):
    assert document["statements"][0] == {
        "id": "softmax.jacobian_offdiag",
        "lecture": "ngo",
        "section": "The Jacobian of Softmax Layer",
        "claim": "softmax.jacobian",
        "printed": "softmax.jacobian_offdiagonal_printed",
        "standing": "refuted",
        "erratum": True,
    }


def test_the_same_evidence_gives_the_same_bytes(run):
    assert json.render(run) == json.render(copy.deepcopy(run))


def test_a_number_that_is_none_is_refused(run):
    with pytest.raises(ValueError, match="nan"):
        json.render(dataclasses.replace(run, seconds=float("nan")))


def test_text_that_is_no_unicode_survives(hostile_run):
    text = json.render(hostile_run)
    assert "\\ud800" in text
    assert stdlib_json.loads(text.encode("utf-8"))["claims"][-1]["title"].endswith("\ud800")
    assert "∂Sᵢ" in text

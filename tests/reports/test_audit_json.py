"""Audits as JSON: valid by the published schema, strict, and every float reads back as itself."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from fractions import Fraction

import audit_samples as samples
import jsonschema
import pytest

from lemmata.reports.audit_json import render, render_all, schema


def strict(text):
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("audit", samples.ALL, ids=lambda a: a.verdict.value)
def test_an_audit_is_valid(audit):
    document = strict(render(audit))
    jsonschema.Draft202012Validator(schema()).validate(document)
    assert document["verdict"] == audit.verdict.value


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema())


def test_all_that_was_found_is_there():
    document = strict(render(samples.IMPURE))
    assert document["search"] == {"inputs": 100, "seconds": 0.4, "seed": 0}
    assert document["conventions"] == {"eps_placement": "outside", "weight_decay": "none"}
    first = document["findings"][0]
    assert set(first) == {field.name for field in dataclasses.fields(samples.Finding)}
    assert first["before"][1] == {"w": samples.plain(5.0), "t": samples.number(2, "int64")}
    assert first["expected"] == [samples.plain(2.0), samples.plain(0.1)] and first["kind"] == "state"
    assert document["call"] == "Adam(lr=lr).step(w, t)" and document["style"] == "torch"


def test_numbers_read_back_as_themselves():
    data = [0.1, 5e-324, 1.7976931348623157e308, -0.0, "nan", "inf", "-inf"]
    finding = dataclasses.replace(samples.WRONG.findings[0], inputs={"p": samples.plain(*data)}, error_ulp=math.inf)
    document = strict(render(dataclasses.replace(samples.WRONG, findings=(finding,))))
    back = document["findings"][0]
    assert list(map(repr, back["inputs"]["p"]["data"])) == list(map(repr, data))
    assert back["error_ulp"] == "inf" and document["formats"][1]["worst_units"] == "inf"
    assert document["points"][-1] == {"format": "float32", "size": 1.0, "error": "inf", "budget": 1e-7}


def test_conventions_of_any_kind_are_said():
    chosen = {"factor": Fraction(1, 3), "axis": -1, "normalise": True, "mask": None}
    document = strict(render(dataclasses.replace(samples.WRONG, conventions=chosen)))
    assert document["conventions"] == {"factor": "1/3", "axis": -1, "normalise": True, "mask": None}
    jsonschema.validate(document, schema())


def test_several_audits_have_what_was_expected_of_each():
    document = strict(render_all([samples.WRONG, samples.CORRECT], ["wrong", ""]))
    jsonschema.validate(document, schema())
    assert [(a["verdict"], a["expect"]) for a in document["audits"]] == [("wrong", "wrong"), ("correct", "")]
    jsonschema.validate(strict(render_all([])), schema())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("verdict"),
        lambda d: d.update(verdict="fine"),
        lambda d: d["findings"][0].update(kind="other"),
        lambda d: d["findings"][0].pop("reproduce"),
        lambda d: d["findings"][0]["inputs"]["p"]["data"].append("infinite"),
        lambda d: d["search"].update(inputs=-1),
        lambda d: d.update(schema=2),
    ],
)
def test_the_schema_refuses_what_is_no_audit(spoil):
    document = strict(render(samples.WRONG))
    spoiled = copy.deepcopy(document)
    spoil(spoiled)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoiled, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema": 1, "audits": [{**spoiled, "expect": ""}, {}]}, schema())


def test_the_same_audit_gives_the_same_bytes():
    assert render(samples.VILE).encode() == render(samples.VILE).encode()

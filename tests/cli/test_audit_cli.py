"""`lemmata audit` as a user meets it; the engine is a stand-in, which says what it is told to."""

from __future__ import annotations

import dataclasses
import json
import sys

import audit_samples as samples
import audit_stub
import jsonschema
import pytest

from lemmata import cli
from lemmata.checks.selection import UsageError
from lemmata.reports.audit_json import schema
from lemmata.spec.language import LanguageError


class Found:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


@pytest.fixture
def engine(monkeypatch):
    stub = audit_stub.engine()
    monkeypatch.setitem(sys.modules, audit_stub.NAME, stub)
    return stub


@pytest.fixture
def lemmata(monkeypatch, capsys, tmp_path, engine):
    monkeypatch.chdir(tmp_path)

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["lemmata", *map(str, words)])
        try:
            cli.main()
        except SystemExit as ended:
            return Found(ended.code, *capsys.readouterr())
        return Found(0, *capsys.readouterr())

    return typed


def test_all_that_is_asked_reaches_the_engine(lemmata, engine):
    words = ["a.py:f", "--as", "kl", "--set", "base=2", "--set", "x= a=b", "--call", "f(p, q)", "--dtype", "float32"]
    assert lemmata("audit", *words, "--python", "py", "--budget", "0.5", "--seed", "3", "--exhaustive").status == 0
    ((target, definition, options),) = engine.asked
    assert callable(options.pop("on_progress"))
    assert (target, definition) == ("a.py:f", "kl")
    assert options == {
        "conventions": {"base": "2", "x": "a=b"},
        "call": "f(p, q)",
        "dtypes": ("float32",),
        "python": "py",
        "budget": 0.5,
        "seed": 3,
        "exhaustive": True,
    }
    lemmata("audit", "a.py:f", "--as", "kl")
    options = engine.asked[1][2]
    assert options["dtypes"] == ("float64", "float32") and options["budget"] == 8.0 and options["seed"] == 0
    assert options["conventions"] == {} and options["call"] == options["python"] == "" and not options["exhaustive"]


@pytest.mark.parametrize("found", samples.ALL[:-1], ids=lambda a: a.verdict.value)
def test_the_exit_status_is_the_verdicts(found, lemmata, engine):
    engine.find = lambda *_: found
    ended = lemmata("audit", "a.py:f", "--as", "kl")
    assert ended.status == found.exit_status
    assert f"{found.verdict.value.upper()}  {found.target}" in ended.out and ended.err == ""


def test_reports_are_written(lemmata, engine, tmp_path):
    engine.find = lambda *_: dataclasses.replace(samples.WRONG, target=f"{tmp_path}/a.py:kl")
    names = ("out/a.json", "a.html", "tests/test_a.py")
    written = lemmata(
        "audit", "a.py:kl", "--as", "kl", "--json", names[0], "--html", names[1], "--regression-test", names[2]
    )
    assert written.status == 1 and all(f"written: {tmp_path / name}" in written.out for name in names)
    jsonschema.validate(json.loads((tmp_path / names[0]).read_text()), schema())
    assert (tmp_path / names[1]).read_text().startswith("<!doctype html>")
    test = (tmp_path / names[2]).read_text()
    assert "PATH = (Path(__file__).resolve().parent / '../a.py').resolve()" in test


def test_json_on_standard_output_is_pure(lemmata, engine):
    def find(*_):
        print("a definition's file may print")
        return samples.WRONG

    engine.find = find
    ended = lemmata("audit", "a.py:kl", "--as", "kl", "--json", "-")
    assert json.loads(ended.out)["verdict"] == "wrong" and "WRONG" in ended.err and "may print" in ended.err


ENTRIES = """
[[audit]]
target = "a.py:f"
as = "kl"
expect = "wrong"
[[audit]]
target = "b.py:g"
as = "logsumexp"
set = { axis = 0 }
"""


def by_name(target, definition):
    return {"kl": samples.WRONG, "logsumexp": samples.CORRECT}[definition]


def test_a_manifest_is_audited_whole(lemmata, engine, tmp_path):
    (tmp_path / "audits.toml").write_text(ENTRIES)
    engine.find = by_name
    ended = lemmata("audit", "--manifest", "audits.toml", "--json", "a.json", "--html", "a.html")
    assert ended.status == 0
    assert [(t, d, o["conventions"]) for t, d, o in engine.asked] == [
        ("a.py:f", "kl", {}),
        ("b.py:g", "logsumexp", {"axis": 0}),
    ]
    assert "2 audits: 1 wrong, 1 correct; exit status 0: correct" in ended.out and "as expected" in ended.out
    document = json.loads((tmp_path / "a.json").read_text())
    jsonschema.validate(document, schema())
    assert [a["expect"] for a in document["audits"]] == ["wrong", ""]
    assert "2 audits" in (tmp_path / "a.html").read_text()


def test_another_verdict_than_expected_fails(lemmata, engine, tmp_path):
    (tmp_path / "audits.toml").write_text(ENTRIES.replace('"wrong"', '"correct"'))
    engine.find = by_name
    ended = lemmata("audit", "--manifest", "audits.toml")
    assert ended.status == 1 and "expected: correct" in ended.out
    assert "exit status 1: wrong, unstable or impure, or another verdict than expected" in " ".join(ended.out.split())


@pytest.mark.parametrize("error", [UsageError("there is no x"), LanguageError("there is no x")])
def test_a_mistake_in_an_entry_is_said_with_its_name(error, lemmata, engine, tmp_path):
    (tmp_path / "audits.toml").write_text(ENTRIES)

    def find(target, definition):
        if definition == "logsumexp":
            raise error
        return samples.WRONG

    engine.find = find
    ended = lemmata("audit", "--manifest", "audits.toml")
    assert (ended.status, ended.err) == (2, "lemmata: audits.toml, audit 2 (b.py:g): there is no x\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "name what to audit: lemmata audit FILE.py:NAME --as DEFINITION, or --manifest audits.toml"),
        (["a.py:f"], "say what a.py:f has to compute: --as DEFINITION (lemmata list routines)"),
        (["a.py:f", "--as", ""], "say what a.py:f has to compute"),
        (["a.py:f", "--as", "kl", "--set", "base"], "--set base has to be NAME=VALUE, as in --set reduction=sum"),
        (["a.py:f", "--as", "kl", "--set", "=2"], "--set =2 has to be NAME=VALUE"),
        (["a.py:f", "--as", "kl", "--dtype", "float46"], "there is no format float46; did you mean float"),
        (["a.py:f", "--as", "kl", "--budget", "0"], "--budget is 0, and has to be a number of seconds above 0"),
        (["a.py:f", "--as", "kl", "--budget", "nan"], "--budget is nan, and has to be"),
        (["a.py:f", "--as", "kl", "--budget", "long"], "Invalid value for '--budget'"),
        (["a.py:f", "--as", "kl", "--html", "."], "Cannot write .: it is a folder; name a file in it."),
        (["--manifest", "no.toml"], "no.toml cannot be read: no such file or directory"),
        (["--manifest", "a.toml", "--as", "kl"], "--as has no place beside --manifest"),
        (["--manifest", "a.toml", "--seed", "0"], "--seed has no place beside --manifest"),
        (["--manifest", "a.toml", "--exhaustive"], "--exhaustive has no place beside --manifest"),
        (["a.py:f", "--manifest", "a.toml"], "a target has no place beside --manifest"),
        (["--manifest", "a.toml", "--regression-test", "t.py"], "--regression-test is for one audit"),
        (["a.py:f", "--whatever"], "No such option '--whatever'"),
    ],
)
def test_a_mistake_ends_in_one_sentence(words, sentence, lemmata, engine):
    ended = lemmata("audit", *words)
    assert ended.status == 2 and ended.out == "" and engine.asked == []
    assert ended.err.startswith("lemmata: ") and sentence in ended.err and ended.err.count("\n") == 1


def test_routines_are_listed_with_arguments_and_conventions(lemmata):
    rows = {row.split()[0]: " ".join(row.split()) for row in lemmata("list", "routines").out.splitlines()}
    assert rows["definition"] == "definition arguments conventions"
    assert rows["kl"] == "kl p, q base: e, 2"
    assert rows["attention"] == "attention Q, K, V, [mask] empty_rows: excluded, zero"
    assert rows["hinge"].startswith("hinge s, y, [neg, pos with labels=args] labels: pm1, 01, args;")
    assert "b2, eps, [wd with weight_decay=decoupled] eps_placement: inside, outside;" in rows["adam"]
    assert rows["logsumexp"] == "logsumexp x axis: -1, none or a whole number" and len(rows) > 45

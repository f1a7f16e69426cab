"""`audit`, `assert_implements` and `implements` from one light door."""

from __future__ import annotations

import sys

import audit_samples as samples
import audit_stub
import layout
import pytest

from lemmata.checks import audit as door
from lemmata.checks.audit import assert_implements, marks


@pytest.fixture
def engine(monkeypatch):
    stub = audit_stub.engine()
    monkeypatch.setitem(sys.modules, audit_stub.NAME, stub)
    return stub


def f(x):
    return x


def test_the_door_leads_to_the_engine(engine):
    assert door.audit is engine.audit
    assert door.Audit is samples.Audit
    with pytest.raises(AttributeError, match="has no attribute 'adit'"):
        _ = door.adit


def test_what_is_correct_passes(engine):
    assert_implements(f, "logsumexp", seed=3)
    assert engine.asked == [(f, "logsumexp", {"seed": 3})]


@pytest.mark.parametrize("found", [samples.WRONG, samples.UNSTABLE, samples.IMPURE, samples.ERROR, samples.UNDECIDED])
def test_what_is_not_fails_with_the_report(found, engine):
    engine.find = lambda *_: found
    with pytest.raises(AssertionError) as caught:
        assert_implements(f, "kl")
    assert found.verdict.value.upper() in str(caught.value) and "exit status" in str(caught.value)


def test_undecided_may_pass(engine):
    engine.find = lambda *_: samples.UNDECIDED
    assert_implements(f, "logsumexp", undecided="pass")
    engine.find = lambda *_: samples.WRONG
    with pytest.raises(AssertionError):
        assert_implements(f, "kl", undecided="pass")
    with pytest.raises(ValueError, match="'fail' or 'pass'"):
        assert_implements(f, "kl", undecided="maybe")


def test_a_mark_changes_nothing(monkeypatch):
    monkeypatch.setattr(marks, "MARKED", [])
    assert door.implements("softplus", dtypes=["float64"])(f) is f
    (mark,) = marks.MARKED
    assert (mark.function, mark.definition, mark.options, mark.name) == (f, "softplus", {"dtypes": ["float64"]}, "f")
    assert mark.file == __file__
    assert marks.Mark(len, "softplus").file == "" and marks.Mark(len, "softplus").name == "len"


def test_marking_loads_the_standard_library_alone():
    code = (
        "import sys\nfrom lemmata.checks.audit import implements\n"
        "implements('softplus')(abs)\nimport lemmata.checks.audit.manifest\n"
        "print(*{n.partition('.')[0] for n, m in sys.modules.items() "
        "if 'site-packages' in (getattr(m, '__file__', None) or '')})"
    )
    before = layout.run_python(code.partition("\n")[0] + "\n" + code.split("\n")[-1]).stdout.split()
    process = layout.run_python(code, path=str(layout.ROOT / ".links"))
    assert process.returncode == 0, process.stderr
    assert set(process.stdout.split()) <= set(before) | {"lemmata"}

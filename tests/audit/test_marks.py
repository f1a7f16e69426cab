"""`audit`, `assert_implements` and `implements` from one light door."""

from __future__ import annotations

import functools
import importlib
import os
import sys
import types

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


HERE = __file__.removeprefix(os.path.join(os.getcwd(), ""))


def f(x):
    return x


def test_the_door_leads_to_the_engine(engine):
    assert door.audit("a.py:f", "kl", seed=3) is samples.CORRECT
    assert engine.asked == [("a.py:f", "kl", {"seed": 3})]
    assert door.Audit is samples.Audit
    with pytest.raises(AttributeError, match="has no attribute 'adit'"):
        _ = door.adit


def test_what_is_correct_passes(engine):
    assert_implements(f, "logsumexp", seed=3)
    assert engine.asked == [(f"{HERE}:f", "logsumexp", {"seed": 3})]


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


class Loss:
    def value(self, x):
        return x


@functools.lru_cache
def cached(x):
    return x


def made():
    return lambda x: x


nameless = made()


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (f, "f"),
        (Loss.value, "Loss.value"),
        (Loss, "Loss"),
        (cached, "cached"),
        (Loss().value, ""),
        (nameless, ""),
        (len, ""),
    ],
)
def test_a_function_with_a_name_goes_by_it(function, name):
    assert marks.named(function) == (f"{HERE}:{name}" if name else function)


def test_a_function_that_stands_for_another_is_no_name(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "f", made())
    assert marks.named(test_undecided_may_pass) == f"{HERE}:test_undecided_may_pass"
    replaced = Loss.value
    monkeypatch.setattr(Loss, "value", made())
    assert marks.named(replaced) is replaced
    main = types.FunctionType(replaced.__code__, {}, "value")
    main.__module__ = "__main__"
    assert marks.named(main) is main


def test_what_is_found_here_is_found_there(engine, monkeypatch, tmp_path):
    seen = []
    engine.find = lambda *_: seen.append(os.environ.get("PYTHONPATH")) or samples.CORRECT
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delenv("PYTHONPATH", raising=False)
    door.audit(made(), "softplus")
    door.audit("a.py:f", "softplus")
    door.audit(made(), "softplus", python="python3.9")
    assert seen[0].split(os.pathsep)[0] == str(tmp_path) and seen[1:] == [None, None]
    assert "PYTHONPATH" not in os.environ


def test_the_real_engine_finds_what_a_function_needs(tmp_path, monkeypatch):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "needed_by_audited.py").write_text("two = 2.0")
    (tmp_path / "audited_by_name.py").write_text(
        "import numpy as np\nfrom needed_by_audited import two\n"
        "class Net:\n    def forward(self, x):\n        return two * np.logaddexp(0, x)\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "lib"), *sys.path])
    net = importlib.import_module("audited_by_name").Net
    found = door.audit(net.forward, "softplus", budget=1.0, dtypes=["float64"])
    assert found.verdict.value == "wrong" and found.target == f"{tmp_path}/audited_by_name.py:Net.forward"
    with pytest.raises(AssertionError, match="WRONG"):
        assert_implements(lambda x: net().forward(x), "softplus", budget=1.0, dtypes=["float64"])


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

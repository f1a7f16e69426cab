"""Where audited code comes from, and that nothing it does gets any further than its own process."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from audited import NEAR, X, Y, alive, assert_gone, calls, outputs, seeds

from lemmata.checks.audit.process import Limits
from lemmata.checks.audit.targets import parse, sent
from lemmata.checks.selection import UsageError

# Where targets come from


def test_a_function_of_this_process(start):
    pytest.importorskip("cloudpickle")
    factor = 3.0

    def scaled(x):
        return float(np.mean(x * x)) / factor * 3 - float(np.mean(x)) ** 2

    for target in (sent(scaled), sent(lambda x: np.mean(x * x) - np.mean(x) ** 2, "f(x)")):
        process = start(target)
        assert outputs(process.call(calls(NEAR[None])))[0] != 5.25
        np.testing.assert_allclose(outputs(process.call(calls(NEAR[None], wide=True)))[0].sum(-1), [5.25], atol=0.02)


def test_a_file_of_a_package_imports_what_is_beside_it(start, tmp_path):
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    for empty in (inner / "__init__.py", inner.parent / "__init__.py"):
        empty.write_text("")
    (inner / "scale.py").write_text("scale = 3.0\n")
    (inner / "used.py").write_text(
        "from .scale import scale\nfrom outer.inner import scale as same\ndef f(x): return scale * x"
    )
    np.testing.assert_array_equal(outputs(start(parse(f"{inner}/used.py:f")).call(calls(X)))[0], 3 * X)
    assert not list(tmp_path.rglob("*.pyc"))


def test_an_interpreter_without_numpy(start, tmp_path):
    bare, plain = tmp_path / "bare", tmp_path / "plain.py"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    bare.chmod(0o755)
    plain.write_text(
        "def f(x, y): return sum(a * b for a, b in zip(x, y)), [a + b for a, b in zip(x, y)]\ndef n(x): return len(x)"
    )
    process = start(parse(f"{plain}:f"), python=str(bare))
    assert (process.load().error, process.load().numpy) == ("", "")
    first, second = outputs(process.call(calls(X[:3], Y[:3], style="lists")))
    np.testing.assert_allclose(first, (X[:3] * Y[:3]).sum(1), rtol=1e-15)
    np.testing.assert_array_equal(second, X[:3] + Y[:3])
    assert outputs(process.call(calls(X[:3], X[:3], style="lists", wide=True)))[1].shape == (3, 3, 2)
    assert process.call(calls(X, Y)).errors[0] == "there is no NumPy in this interpreter"


# What does not load


@pytest.mark.parametrize(
    ("source", "name", "says"),
    [
        ("def f(x) return x", "f", "t.py does not parse: line 1: expected ':'"),
        ("import nowhere_at_all", "f", "t.py raises ModuleNotFoundError: No module named 'nowhere_at_all' when it is"),
        ("x = 1\n1 / 0", "f", "t.py raises ZeroDivisionError: division by zero when it is imported (line 2)"),
        ("import sys; sys.exit(2)", "f", "t.py exits when it is imported (SystemExit: 2)"),
        ("import os; os._exit(2)", "f", "t.py: importing it exits with status 2"),
        ("import os; os.abort()", "f", "t.py: importing it crashes (signal 6)"),
        ("while True: pass", "f", "t.py: importing it takes longer than 0.7 s"),
        ("def soft_max(x): pass", "softmax", "t.py has no softmax; did you mean soft_max?"),
        ("class A:\n  def go(self): pass", "A.goo", "A has no goo; did you mean go?"),
        ("f = 3", "f", "f in t.py is of type int, which cannot be called"),
        ("def f(x): pass\nimport os; os.close(1); print(1)", "f", "raises OSError"),
    ],
)
def test_what_does_not_load_is_told_in_one_sentence(start, tmp_path, source, name, says):
    (tmp_path / "t.py").write_text(source)
    process = start(parse(f"{tmp_path}/t.py:{name}"), limits=Limits(startup=0.7 if source.startswith("while") else 30))
    assert says in process.load().error and "\n" not in process.load().error
    assert process.call(calls(X)).died == process.loaded.error


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nowhere/t.py:f", "there is no file nowhere/t.py"),
        ("t.py", "t.py does not name a function: write path/file.py:name or package.module:name"),
        (":f", "does not name a function"),
        ("t.py:f(x)", "f(x) in t.py:f(x) is not the name of a function"),
        ("1a:f", "1a is neither a Python file nor the name of a module"),
        ("t.ipynb/:f", "there is no file t.ipynb/"),
    ],
)
def test_what_names_no_target_is_refused(text, says):
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert says in str(raised.value)


def test_modules_are_found_by_name(start):
    assert start(parse("statistics:fmean")).load().names[0] == "data"
    np.testing.assert_allclose(outputs(start(parse("math:fsum")).call(calls(X[:3], style="lists")))[0], X[:3].sum(1))
    assert start(parse("nowhere_at_all.inner:f")).load().error == "there is no module nowhere_at_all"


@pytest.mark.parametrize(
    ("python", "says"),
    [("/nowhere/python", "there is no interpreter"), ("true", "does not run"), ("/bin/cat", "does not run")],
)
def test_an_interpreter_that_is_none(start, python, says):
    assert says in start("good.py:softmax", python=python, limits=Limits(startup=5)).load().error


# What goes wrong in a call


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("returns_none", "returned None"),
        ("arity", "TypeError: arity() missing 2 required positional arguments: 'y' and 'z'"),
        ("text", "returned a str"),
        ("ragged", "returned a list of lists of different lengths"),
        ("mixed", "returned a list of numbers and lists"),
        ("gap", "returned a list with None in it"),
        ("complex_", "returned complex numbers (complex128)"),
        ("complex_number", "returned a complex number"),
        ("objects", "returned an array of objects"),
        ("strings", "returned an array of text"),
        ("mapping", "returned a dict"),
        ("generator", "returned a generator"),
        ("empty", "returned an empty tuple"),
        ("tricky", "returned a Tricky that is no array: ValueError"),
        ("unprintable", "Unprintable"),
        ("exits", "SystemExit: done"),
        ("interrupts", "KeyboardInterrupt"),
        ("recurses", "RecursionError: maximum recursion depth exceeded"),
        ("fills", "MemoryError: ran out of memory"),
        ("fills_bytes", "MemoryError: ran out of memory"),
        ("huge", "returned an integer past the range of float64"),
    ],
)
def test_what_cannot_be_judged_is_told(start, name, says):
    replies = start(f"bad.py:{name}", limits=Limits(memory=256 << 20)).call(calls(X[:2]))
    assert replies.died == "" and replies.outputs is None
    assert [replies.errors[0], replies.errors[1]] == [replies.errors[0]] * 2
    assert replies.errors[0].startswith(says)


@pytest.mark.parametrize(
    ("name", "died", "at"),
    [
        ("crashes", "crashed (signal 11)", 0),
        ("aborts", "crashed (signal 6)", 0),
        ("leaves", "exited with status 3", 0),
        ("killed", "was killed (signal 9), perhaps as memory ran out", 0),
        ("closes_all", "closed the connection to the audit", -1),
        ("kills_guardian", "crashed", 0),
        ("hangs", "took longer than 0.4 s", 2),
        ("sleeps", "took longer than 0.4 s", 0),
    ],
)
def test_how_a_process_ends_is_told_and_where(start, name, died, at):
    process = start(f"bad.py:{name}", limits=Limits(seconds=0.4))
    replies = process.call(calls(X))
    assert (replies.died, replies.died_at) == (died, at)
    assert_gone(process.seed)
    if name == "hangs":  # and the next call is served by a fresh one
        np.testing.assert_array_equal(outputs(process.call(calls(X[:2])))[0], X[:2])


@pytest.mark.parametrize(
    "name", ["forks", "stray", "closes", "prints", "asks", "threads", "moves", "lies", "nan", "warns"]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_does_not_disturb(start, name):
    process = start(f"bad.py:{name}")
    process.load()
    assert len(alive(process.seed)) == 2  # it is seen, with its guardian
    expected = {"lies": X, "nan": X * np.nan, "warns": X / 0 - np.log(-X)}.get(name, X + 1)
    for _ in range(2):
        np.testing.assert_array_equal(outputs(process.call(calls(X)))[0], expected)


def test_nothing_outlives_a_parent_that_is_killed(folder):
    seed = next(seeds)
    lines = f"""
        import os, threading, time, numpy as np
        from lemmata.checks.audit.process import *
        process = Process(parse({str(folder / "bad.py") + ":sleeps"!r}), seed={seed})
        process.load()
        threading.Timer(0.4, lambda: os.kill(os.getpid(), 9)).start()
        process.call(Calls([Argument("x", np.zeros((1, 2)))], 1))
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(lines)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert_gone(seed)

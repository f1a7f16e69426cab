"""Whatever a target does, an audit ends: with a sensible verdict, in one sentence, soon, and leaving no process."""

from __future__ import annotations

import functools
import json
import math
import os
import subprocess
import sys
import time
import uuid
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from lemmata.checks.audit import audit, session
from lemmata.checks.audit.process import Limits
from lemmata.checks.audit.regression import regression_test
from lemmata.checks.selection import UsageError
from lemmata.reports import audit_html, audit_json, audit_terminal

TARGETS = Path(__file__).with_name("bad_targets.py")
PATIENCE = 25.0  # seconds that no audit may take here


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(session, "Limits", lambda: Limits(seconds=1.0, startup=30.0, memory=1 << 30))
    monkeypatch.setattr(session, "PURE", 0.2)


@pytest.fixture
def alone(monkeypatch):
    """No process that is started within outlives it."""
    mark = uuid.uuid4().hex
    monkeypatch.setenv("AUDITED_BY", mark)
    yield
    end = time.monotonic() + 2
    while left := [p for p in Path("/proc").glob("[0-9]*") if mark in _environment(p)]:
        assert time.monotonic() < end, [(p.name, (p / "cmdline").read_bytes()) for p in left]
        time.sleep(0.02)


def _environment(process: Path) -> str:
    try:
        return (process / "environ").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def ends(target, definition="tanh", budget=0.2, **asked):
    """An audit that ends in time and can be told in every form."""
    started = time.monotonic()
    found = audit(target, definition, **{"budget": budget, "dtypes": ["float64"], **asked})
    assert time.monotonic() - started < PATIENCE
    for text in (found.diagnosis, *found.notes, *(f.note for f in found.findings)):
        assert text.replace(" ", "x").isprintable(), text
    assert "Traceback" not in found.diagnosis
    json.loads(audit_json.render(found))
    assert "</html>" in audit_html.render([found], [""])
    Console(file=StringIO()).print(audit_terminal.show(found, ""))
    return found


# name, verdict, what the diagnosis says, seconds of search
VERDICTS = """
    too_many                  error      it takes 3 arguments
    keyword_only              error      it takes the keyword arguments axis
    not_a_function            error      is of type int, which cannot be called
    coroutine                 error      returned a coroutine
    nothing                   error      with NumPy arrays it returned None
    text                      error      returned a str
    ragged                    error      returned a list of lists of different lengths
    complex_numbers           error      returned complex numbers
    generator                 error      returned a generator
    mapping                   error      returned a dict
    objects                   correct    No failure
    itself                    error      returned a list
    liar                      error      returned a Liar that is no array
    enormous                  error      ran out of memory
    recursion                 error      RecursionError
    unspeakable               error      Nameless
    red                       error      ValueError: two lines and [31mred
    leaves                    error      SystemExit: 3
    leaves_at_once            error      it exited with status 0
    aborts                    error      it crashed (signal 6)
    kills_its_guardian        error      it crashed
    hangs                     error      it took longer than 1 s
    fills_memory              error      MemoryError
    asks                      error      EOFError
    closes_everything         error      it closed the connection to the audit
    breaks_builtins           error      it closed the connection to the audit
    summed                    wrong      returned an array of shape ()
    extra_result              wrong      2 results
    extra_axis                wrong      shape (1,
    always_nan                wrong      got
    always_infinite           wrong      got
    constant                  wrong      got 0.25
    booleans                  wrong      got
    integers                  wrong      got 0.0
    narrower                  wrong      got
    raises_sometimes          wrong      ValueError: too large
    unspeakable_sometimes     wrong      Nameless
    leaves_sometimes          wrong      SystemExit: 0
    leaves_at_once_sometimes  wrong      It exited with status 0
    aborts_sometimes          wrong      It crashed (signal 6)
    segfaults_sometimes       wrong      It crashed (signal 11)
    hangs_sometimes           wrong      It took longer than 1 s
    noisy_and_wrong           wrong      got
    overwrites                impure     changes its argument x
    counts                    impure     After one earlier call
    forgets_at_last           impure     earlier calls
    noisy                     impure     gives different answers
    seldom_noisy              impure     gives different answers
    clock                     impure     gives different answers
    breaks_numpy              impure     After one earlier call
    sleeps                    undecided  a call takes 0.1 s; try a larger budget
    prints                    either     No failure
    forks                     either     No failure
    comes_back_twice          either     No failure
    leaves_a_demon            either     No failure
    meddles                   correct    No failure
    Called                    correct    No failure
    partly                    correct    No failure
    frame                     correct    No failure
"""


@pytest.mark.parametrize("line", VERDICTS.strip().splitlines(), ids=lambda line: line.split()[0])
def test_a_bad_target_has_a_verdict(line, alone):
    name, verdict, says = line.split(maxsplit=2)
    found = ends(f"{TARGETS}:{name}")
    allowed = ("correct", "undecided") if verdict == "either" else (verdict,)  # on a busy machine they are slow
    assert (found.verdict.value in allowed, says in found.diagnosis) == (True, True), found


LOADING = {
    "what does not parse": ("def f(x:\n", "does not parse: line 1"),
    "what raises": ("x = 1\n1 / 0\n", "raises ZeroDivisionError: division by zero when it is imported (line 2)"),
    "what exits": ("import sys\nsys.exit(1)\n", "exits when it is imported"),
    "what crashes": ("import os\nos.abort()\n", "importing it crashes (signal 6)"),
    "what hangs": ("while True:\n    pass\n", "importing it takes longer than 2 s"),
    "what is not installed": ("import xyzzy\n", "No module named 'xyzzy'"),
    "another name": ("def ff(x):\n    return x\n", "has no f; did you mean ff?"),
    "null bytes": ("x = '\0'\n", "null bytes"),
}


@pytest.mark.parametrize("fault", LOADING)
def test_a_file_that_cannot_be_loaded_is_an_error(fault, tmp_path, alone, monkeypatch):
    source, says = LOADING[fault]
    if "hangs" in fault:
        monkeypatch.setattr(session, "Limits", lambda: Limits(startup=2.0))
    (tmp_path / "t.py").write_text(source)
    found = ends(f"{tmp_path / 't.py'}:f")
    assert (found.verdict.value, says in found.diagnosis) == ("error", True), found.diagnosis


def _closure(scale):
    return lambda x: np.tanh(scale * x)


class Twice:
    def __call__(self, x):
        return 2 * np.tanh(x)


class Unsendable:
    def __reduce__(self):
        raise TypeError("stays here")

    def __call__(self, x):
        return x


SENT = {
    "a ufunc": ("numpy:tanh", "tanh", "correct"),
    "a compiled ufunc": ("scipy.special:expit", "sigmoid", "correct"),
    "a builtin": (math.tanh, "tanh", "correct"),
    "a closure": (_closure(1), "tanh", "correct"),
    "a wrong closure": (_closure(2), "tanh", "wrong"),
    "a partial": (functools.partial(np.multiply, 2.0), "tanh", "wrong"),
    "an object": (Twice(), "tanh", "wrong"),
}


@pytest.mark.parametrize("what", SENT)
def test_functions_come_in_many_kinds(what):
    target, definition, verdict = SENT[what]
    found = ends(target, definition)
    assert found.verdict.value == verdict, found.diagnosis


@pytest.mark.parametrize(
    "target, says",
    [(3, "int objects cannot be called"), (Unsendable(), "cannot be sent to another process: stays here")],
)
def test_what_cannot_be_sent_is_refused(target, says):
    with pytest.raises(UsageError, match=says):
        audit(target, "tanh")


def test_a_function_of_a_script(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy as np\nfrom lemmata.checks.audit import audit\nSCALE = 2\n"
        "def f(x):\n    return np.tanh(SCALE * x)\n"
        "if __name__ == '__main__':\n    print(audit(f, 'tanh', budget=0.3).verdict.value)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("wrong\n", "")


def test_torch_settings_and_a_crash_in_the_backward_pass(tmp_path, alone):
    pytest.importorskip("torch")
    (tmp_path / "t.py").write_text(
        "import os, torch\nclass F(torch.autograd.Function):\n"
        "    @staticmethod\n    def forward(c, x):\n        return torch.tanh(x)\n"
        "    @staticmethod\n    def backward(c, g):\n        os.abort()\n"
        "def f(x):\n    torch.set_default_dtype(torch.float16)\n    torch.set_num_threads(2)\n    return F.apply(x)\n"
    )
    found = ends(f"{tmp_path / 't.py'}:f", budget=0.5)
    assert found.verdict.value == "correct"
    assert any("no gradient by x: the backward pass crashed (signal 6)" in note for note in found.notes)


@pytest.mark.parametrize("name", ["aborts_sometimes", "counts"])
def test_a_failure_shows_in_the_program_that_is_written(name, tmp_path):
    found = ends(f"{TARGETS}:{name}")
    (tmp_path / "test_found.py").write_text(regression_test(found, tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_found.py"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout

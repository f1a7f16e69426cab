"""Workers share the work without changing what is found; one that dies or hangs costs only what it was doing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import layout
import pytest
import registry

from lemmata.checks import catalogue, goal, methods
from lemmata.checks.evidence import Verdict
from lemmata.checks.recall import Question, recalled
from lemmata.checks.store import Store
from lemmata.checks.verify import verify
from lemmata.reports import json as reports_json
from lemmata.spec.language import Equals, Real

CLAIMS = '''
from lemmata.spec.language import Equals, Real, claim, exp

@claim
def first(x=Real):
    """A square."""
    return Equals((x + 1) ** 2, x**2 + 2 * x + 1)

@claim
def second(x=Real):
    """Exponents add up."""
    return Equals(exp(x) * exp(1), exp(x + 1))
'''

# A method that does something awful to its own process, wherever this file is loaded.
AWFUL = (
    CLAIMS
    + """
import os, time
from dataclasses import replace
from pathlib import Path
from lemmata.checks import methods
MARK = Path(__file__).with_name("mark")

def awful(method):
    def run(goal, effort, seed):
        if goal.id.endswith("first"):
            {deed}
        return method.run(goal, effort, seed)
    return replace(method, run=run)

methods.METHODS = tuple(awful(m) if m.name == "balls" else m for m in methods.METHODS)
"""
)
DIES = "os._exit(3)"
DIES_ONCE = "MARK.exists() or (MARK.touch(), os.kill(os.getpid(), 9))"
HANGS = "time.sleep(60)"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(methods, "METHODS", methods.METHODS)  # put back afterwards

    def verified(text, jobs=2, **more):
        path = tmp_path / "awful_notes.py"
        path.write_text(text)
        with registry.kept():
            claims = catalogue.load_file(path)
            return verify(chosen=claims, file=str(path), jobs=jobs, effort="quick", **more)

    return verified


def awful_evidence(found):
    return {c.id.partition(".")[2]: e for c in found.claims for e in c.evidence if e.method == "balls"}


def test_a_worker_that_dies_is_said_and_everything_else_is_found(run):
    found = run(AWFUL.format(deed=DIES))
    evidence = awful_evidence(found)
    assert evidence["first"].verdict is Verdict.UNDECIDED
    assert evidence["first"].detail == "the worker died twice (exit status 3)"
    assert evidence["second"].verdict is Verdict.TESTED
    assert [c.standing for c in found.claims] == [Verdict.PROVED] * 2


def test_a_worker_that_dies_once_costs_nothing(run):
    said = []
    found = run(AWFUL.format(deed=DIES_ONCE), on_death=said.append)
    (sentence,) = said
    assert sentence.startswith("a worker died at awful_notes.first, balls (signal SIGKILL")
    assert {e.verdict for e in awful_evidence(found).values()} == {Verdict.TESTED}


def test_a_method_that_hangs_is_stopped_and_undecided(run, monkeypatch):
    monkeypatch.setitem(goal.EFFORTS, "quick", goal.Effort("quick", 4, 30, seconds=2))
    began = time.monotonic()
    found = run(AWFUL.format(deed=HANGS))
    assert time.monotonic() - began < 30
    evidence = awful_evidence(found)
    assert evidence["first"].detail == "stopped after 2 s, the limit at this effort"
    assert evidence["second"].verdict is Verdict.TESTED
    assert [c.standing for c in found.claims] == [Verdict.PROVED] * 2


def test_what_was_stopped_is_not_kept_and_what_was_found_is(run, tmp_path, monkeypatch):
    store = Store(tmp_path / "cache")
    first = run(AWFUL.format(deed=DIES), store=store)
    assert first.kept == 0
    again = run(AWFUL.format(deed=DIES), store=store)
    assert again.kept == 1, "the claim whose method dies is tried again"


def timeless(found):
    text = reports_json.render(found)
    return json.loads(text, object_hook=lambda d: {k: v for k, v in d.items() if k not in ("seconds", "kept")})


def test_the_number_of_workers_and_what_is_kept_change_nothing(tmp_path):
    chosen = ["softmax.s*", "information.log*", "information.gibbs"]
    here = verify(chosen, effort="quick")
    assert here.claims
    store = Store(tmp_path)
    for jobs in (1, 3):
        assert timeless(verify(chosen, effort="quick", jobs=jobs, store=store)) == timeless(here)
    assert timeless(verify(list(reversed(chosen)), effort="quick", jobs=2))["claims"] == timeless(here)["claims"]


def test_claims_of_ones_own_do_not_enter_the_index_of_the_catalogue(tmp_path):
    store = Store(tmp_path)
    with registry.kept():
        registry.claim_of(lambda x=Real: Equals(x + x, 2 * x), name="own")
        verify(["softmax.sums_to_one"], effort="quick", store=store)
        assert recalled(store, Question("quick"), ["softmax.sums_to_one"]) is None
    verify(["softmax.sums_to_one"], effort="quick", store=store)
    found = recalled(store, Question("quick"), ["softmax.sums_to_one"])
    assert found and [c.id for c in found.claims] == ["softmax.sums_to_one"]


# ---------------------------------------------------------------------- the whole program, on a copy of its own
@pytest.fixture
def copy(tmp_path):
    """lemmata in a folder where it may be edited, and `verify` of one claim there."""
    root = tmp_path / "copy" / "lemmata"
    for folder in ("spec", "impl", "checks", "reports", "cli"):
        shutil.copytree(layout.ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    here = tmp_path / "here"
    here.mkdir()
    environment = os.environ | {"PYTHONPATH": str(root.parent), "LEMMATA_CACHE": str(tmp_path / "cache")}

    def start(*words):
        command = [sys.executable, "-P", "-m", "lemmata.cli", "verify", *words, "--json", "-", "-j", "2"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=here, env=environment, start_new_session=True, **pipes)

    def verified(*words):
        process = start(*words)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return json.loads(out), err

    yield root, start, verified
    assert list(here.iterdir()) == [], "nothing is left where the user stands"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_edits_make_anew_what_rests_on_them_and_nothing_else(copy):
    root, start, verified = copy
    chosen = ("softmax.sums_to_one", "softmax.shift_invariance", "--effort", "quick")
    assert verified(*chosen)[0]["kept"] == 0
    found, said = verified(*chosen)
    assert found["kept"] == 2
    assert "Nothing has changed: 2 claims are kept from earlier runs" in said

    edit(root / "spec" / "information.py", '"""', '"""Said anew. ')
    edit(root / "spec" / "softmax.py", "from .language", "# a remark\nfrom .language")
    assert verified(*chosen)[0]["kept"] == 2, "an edit to words elsewhere"

    edit(root / "spec" / "softmax.py", 'def sums_to_one(a=Vector["n"])', 'def sums_to_one(a=Vector["m"])')
    assert verified(*chosen)[0]["kept"] == 1, "an edit to one claim"

    edit(root / "checks" / "prover" / "engine.py", "MAX_TERMS = 4000", "MAX_TERMS = 4001")
    assert verified(*chosen)[0]["kept"] == 0, "an edit to the prover"

    edit(root / "checks" / "prover" / "engine.py", "if not p.terms or not self.common(p)[0].terms:", "if False:")
    out, _ = start(*chosen).communicate(timeout=120)
    standings = {c["id"]: c["standing"] for c in json.loads(out)["claims"]}
    assert standings["softmax.sums_to_one"] != "proved", "a prover that never sees a zero"


def test_an_interrupted_run_ends_soon_and_the_next_goes_on(copy, tmp_path):
    _, start, verified = copy
    process = start("*", "--effort", "quick")
    store = Store(tmp_path / "cache")
    deadline = time.monotonic() + 60
    while store.size()[0] < 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    before = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to all processes at once
    out, err = process.communicate(timeout=60)
    took = time.monotonic() - before
    assert process.returncode == 130
    known = json.loads(out)
    assert not known["finished"]
    assert "Traceback" not in err
    assert took < 5, "a second, and what a busy machine adds"
    kept = store.size()[0]
    assert kept >= 20
    done = [c["id"] for c in known["claims"]]
    if done:
        assert verified(*done, "--effort", "quick")[0]["kept"] == len(done)


@pytest.mark.parametrize("seconds", [0.1, 0.5, 0.9])
def test_an_interruption_while_everything_loads_is_one_sentence(copy, tmp_path, seconds):
    process = copy[1]("*")
    while not (tmp_path / "cache").exists():
        time.sleep(0.02)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)  # a shell calls both 130; Python ends so inside some imports
    assert "Traceback" not in err

"""audits.toml: what is read from it, and one sentence for every mistake."""

from __future__ import annotations

import dataclasses

import audit_samples as samples
import pytest

from lemmata.checks.audit import manifest
from lemmata.checks.selection import UsageError

FULL = """
[[audit]]
target = "src/losses.py:kl"
as = "kl"
set = { base = 2 }
call = "kl(p, q)"
dtype = ["float32", "float64", "float32"]
python = "env/bin/python"
budget = 4
seed = 7
exhaustive = true
expect = "wrong"

[[audit]]
target = "package.losses:kl"
as = "my_spec.py:my_kl"
dtype = "float16"
python = "python3.9"
"""


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "audits.toml"
        path.write_text(text)
        return path

    return written


def test_all_is_read_and_paths_are_the_manifests(write, tmp_path):
    first, second = manifest.read(write(FULL))
    assert dataclasses.asdict(first) == {
        "target": f"{tmp_path}/src/losses.py:kl",
        "definition": "kl",
        "conventions": {"base": 2},
        "call": "kl(p, q)",
        "dtypes": ("float32", "float64"),
        "python": f"{tmp_path}/env/bin/python",
        "budget": 4.0,
        "seed": 7,
        "exhaustive": True,
        "expect": "wrong",
    }
    assert (second.target, second.definition) == ("package.losses:kl", f"{tmp_path}/my_spec.py:my_kl")
    assert (second.dtypes, second.python, second.expect) == (("float16",), "python3.9", "")
    assert (second.budget, second.seed, second.exhaustive, second.conventions) == (8.0, 0, False, {})


ENTRY = '[[audit]]\ntarget = "a.py:f"\nas = "kl"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "names no audits; write [[audit]] with target and as for each"),
        ("audit = 3", "names no audits"),
        ("[audit]\ntarget = 'a.py:f'", "names no audits"),
        ("[[audit]", "is not TOML: "),
        (ENTRY + "[more]\na = 1", "has more, which is no part of a manifest"),
        ("[[audit]]\nas = 'kl'", "audit 1: target is missing"),
        (ENTRY + "[[audit]]\ntarget = 'b.py:g'", "audit 2 (b.py:g): as is missing"),
        (ENTRY + "expct = 'wrong'", "audit 1 (a.py:f): there is no key expct; choose from target, as, "),
        (ENTRY + "expect = 'corect'", "there is no verdict corect; did you mean correct"),
        (ENTRY + "dtype = ['float46']", "there is no format float46; did you mean float"),
        (ENTRY + "dtype = ['quad']", "there is no format quad; choose from float64, float32, float16"),
        (ENTRY + "set = 'base=2'", "set has to be a table, as in { base = 2 }"),
        (ENTRY + "budget = '4'", "budget has to be a number"),
        (ENTRY + "budget = true", "budget has to be a number"),
        (ENTRY + "budget = 0", "budget is 0, and has to be a number of seconds above 0"),
        (ENTRY + "budget = inf", "budget is inf, and has to be"),
        (ENTRY + "seed = 1.5", "seed has to be a whole number"),
        (ENTRY + "exhaustive = 1", "exhaustive has to be true or false"),
        (ENTRY + "call = 3", "call has to be text"),
        ("[[audit]]\ntarget = 3\nas = 'kl'", "audit 1: target has to be text"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_entry(text, sentence, write):
    path = write(text)
    with pytest.raises(UsageError) as caught:
        manifest.read(path)
    assert str(caught.value).startswith(str(path)) and sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_manifest_that_cannot_be_read(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: no such file"):
        manifest.read(tmp_path / "no.toml")
    with pytest.raises(UsageError, match="cannot be read: is a directory"):
        manifest.read(tmp_path)
    (tmp_path / "a.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="is not UTF-8 text"):
        manifest.read(tmp_path / "a.toml")


@pytest.mark.parametrize(
    ("done", "status"),
    [
        ([], 0),
        ([(samples.CORRECT, "")], 0),
        ([(samples.CORRECT, ""), (samples.UNDECIDED, "")], 3),
        ([(samples.UNDECIDED, ""), (samples.IMPURE, ""), (samples.CORRECT, "")], 1),
        ([(samples.WRONG, ""), (samples.ERROR, "")], 2),
        ([(samples.WRONG, "wrong"), (samples.ERROR, "error")], 0),
        ([(samples.WRONG, "correct")], 1),
        ([(samples.CORRECT, "wrong")], 1),
        ([(samples.UNDECIDED, "correct")], 1),
    ],
)
def test_the_exit_status_is_that_of_the_worst(done, status):
    assert manifest.exit_status(done) == status

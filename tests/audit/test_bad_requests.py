"""What a user may ask wrongly of `lemmata audit`: one sentence and status 2 each time; and definitions of one's own."""

from __future__ import annotations

import sys

import pytest
import registry

from lemmata import cli
from lemmata.checks.audit import audit, process, session
from lemmata.checks.selection import UsageError
from lemmata.spec.language import LanguageError

TARGET = """
import numpy as np

def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)

def half_square(x, y):
    return 0.5 * np.sum((x - y) ** 2)

def square(x, y):
    return np.sum((x - y) ** 2)

def silu(x):
    return x / (1 + np.exp(-x))

def scaled(x):
    return 2 * np.sum(x)

def ones(x):
    return np.ones(x.shape)
"""

SPEC = '''
"""Definitions of my own."""

from lemmata.spec.language import (
    Choice, D, Functional, Index, Real, Vector, definition, exp, floor, log, routine, total
)

print("loaded")

@definition(notation=r"L({x}, {y})")
def half_square(x=Vector["n"], y=Vector["n"]):
    """Half the squared distance of x and y."""
    return total(lambda i: (x[i] - y[i]) ** 2, over=x) / 2

@definition(notation=r"{x}\\,\\sigma({x})")
def silu(x=Real):
    """x times its sigmoid."""
    return x / (1 + exp(-x))

@silu.stable
def silu_stable(x):
    return x / (1 + exp(-x))

@definition(notation="s")
def squared_silu(x=Real):
    """The square of another definition."""
    return silu(x) ** 2

@routine
def scaled(x=Vector["n"], factor=Choice(1, 2)):
    """So many times the sum of x."""
    return factor * total(lambda i: x[i], over=x)

@definition(notation="1")
def one(x=Real):
    """One, whatever x is."""
    return 1

@definition(notation="d")
def slope(x=Real):
    """A derivative, which is left to others to take."""
    return D(log(1 + exp(x)), x)

@definition(notation="f")
def of_a_function(f=Functional["n"], x=Vector["n"]):
    """A function at a place."""
    return f(x)

@definition(notation="b")
def broken(x=Real):
    """Cannot be built."""
    return x.real_part

@definition(notation="i")
def place(i=Index["n"]):
    """Nothing but its own place."""
    return i

other = 3
'''.replace("floor, ", "")


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "t.py": TARGET,
        "my_spec.py": SPEC,
        "unparsed.py": "def f(:\n",
        "raising.py": "x = 1\n1 / 0\n",
        "leaving.py": "import sys\nsys.exit(0)\n",
        "empty.py": "x = 1\n",
        "json.py": SPEC,
        "notes.txt": "",
        "no_python": "#!/bin/sh\necho hello\n",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "no_python").chmod(0o755)
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.fixture
def lemmata(monkeypatch, capsys):
    """`lemmata audit …` as a person types it."""

    def typed(words):
        monkeypatch.setattr(sys, "argv", ["lemmata", "audit", *words])
        with registry.kept(), pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    return typed


# words after `lemmata audit`, and the sentence
REFUSED = [
    ("", "name what to audit"),
    ("--as softmax", "name what to audit"),
    ("t.py:softmax", "say what t.py:softmax has to compute: --as DEFINITION"),
    # the target
    ("t.py --as softmax", "t.py does not name a function: write path/file.py:name or package.module:name"),
    ("t.py: --as softmax", "t.py: does not name a function"),
    ("t.py:1f --as softmax", "1f in t.py:1f is not the name of a function"),
    ("missing.py:f --as softmax", "there is no file missing.py"),
    ("folder/:f --as softmax", "there is no file folder/"),
    ("./notes.txt:f --as softmax", "./notes.txt is not a Python file"),
    ("a-b:f --as softmax", "a-b is neither a Python file nor the name of a module"),
    # the call
    ("t.py:softmax --as softmax --call softmax(x", "the call softmax(x does not parse: column 8: '(' was never closed"),
    ("t.py:softmax --as softmax --call softmax(y)", "y in the call softmax(y) (column 9) is neither"),
    ("t.py:softmax --as softmax --call sofmax(x)", "sofmax in the call sofmax(x) (column 1) is neither an argument"
     " nor defined; did you mean softmax or"),
    ("t.py:softmax --as softmax --call x", "the call x calls nothing; write, say, f(x)"),
    ("t.py:softmax --as softmax --call softmax(x)+1", "softmax(x)+1 in the call softmax(x)+1 (column 1) is not"),
    ("t.py:softmax --as softmax --call softmax(x.__class__)", "x.__class__ in the call"),
    ("t.py:softmax --as softmax --call __import__('os')", "__import__ in the call __import__('os') (column 1) is"),
    ("t.py:softmax --as softmax --call " + "f(" * 300 + "x" + ")" * 300, "the call f(f("),
    ("t.py:softmax --as softmax --call " + "f(" * 3000, "the call is longer than 2000 characters"),
    # the definition
    ("t.py:softmax --as sofmax", "there is no definition sofmax; did you mean softmax"),
    ("t.py:softmax --as softmax.jacobian_", "there is no definition softmax.jacobian_; did you mean"),
    ("t.py:softmax --as softmax:", "softmax: names no definition; write FILE.py:NAME"),
    ("t.py:softmax --as :softmax", ":softmax names no definition"),
    ("t.py:softmax --as my_spec.py", "my_spec.py names no definition"),
    ("t.py:softmax --as missing.py:f", "missing.py: there is no such file"),
    ("t.py:softmax --as folder:f", "folder: this is a folder; name a Python file of definitions"),
    ("t.py:softmax --as notes.txt:f", "notes.txt: a file of definitions is a Python file (.py)"),
    ("t.py:softmax --as unparsed.py:f", "unparsed.py:1: this does not parse"),
    ("t.py:softmax --as raising.py:f", "raising.py:2: ZeroDivisionError: division by zero"),
    ("t.py:softmax --as leaving.py:f", "leaving.py:2: this ends the program; a file of definitions may not"),
    ("t.py:softmax --as empty.py:f", "empty.py: there is no @definition and no @routine in this file"),
    ("t.py:softmax --as json.py:silu", "json.py: a module named json exists already; rename the file"),
    ("t.py:silu --as my_spec.py:sil", "my_spec.py: there is no definition sil in this file; did you mean silu"),
    ("t.py:silu --as my_spec.py:other", "my_spec.py: there is no definition other in this file"),
    ("t.py:silu --as my_spec.py:slope", "my_spec.slope cannot be audited: its formula has a derivative"),
    ("t.py:silu --as my_spec.py:of_a_function", "parameter f of my_spec.of_a_function is of sort Functional"),
    ("t.py:silu --as my_spec.py:broken", "my_spec.broken cannot be built: AttributeError"),
    ("t.py:silu --as my_spec.py:place", "my_spec.place has no arguments"),
    # conventions
    ("t.py:softmax --as softmax --set axs=1", "softmax has no convention axs; did you mean axis?"),
    ("t.py:softmax --as relu --set axis=1", "relu has no convention axis; it has none"),
    ("t.py:softmax --as softmax --set axis", "--set axis has to be NAME=VALUE"),
    ("t.py:softmax --as softmax --set =1", "--set =1 has to be NAME=VALUE"),
    ("t.py:softmax --as softmax --set axis=last", "axis of softmax cannot be last; the values are -1 or a whole"),
    ("t.py:softmax --as kl --set base=3", "base of kl cannot be 3; the values are e, 2"),
    ("t.py:softmax --as mse --set reduction=summ", "reduction of mse cannot be summ; did you mean sum?"),
    ("t.py:scaled --as my_spec.py:scaled --set factor=3", "factor of my_spec.scaled cannot be 3"),
    # formats, budget, seed
    ("t.py:softmax --as softmax --dtype float128", "there is no format float128; did you mean float"),
    ("t.py:softmax --as softmax --dtype bfloat16", "there is no format bfloat16"),
    ("t.py:softmax --as softmax --budget 0", "--budget is 0, and has to be a number of seconds above 0"),
    ("t.py:softmax --as softmax --budget -1", "--budget is -1,"),
    ("t.py:softmax --as softmax --budget nan", "--budget is nan,"),
    ("t.py:softmax --as softmax --budget inf", "--budget is inf,"),
    ("t.py:softmax --as softmax --budget soon", "'soon' is not a valid float"),
    ("t.py:softmax --as softmax --seed -1", "the seed is -1, and has to be a whole number from 0 on"),
    ("t.py:softmax --as softmax --seed x", "'x' is not a valid integer"),
]  # fmt: skip


@pytest.mark.parametrize("words, says", REFUSED, ids=lambda text: text[:60])
def test_a_request_that_makes_no_sense_is_refused_in_one_sentence(words, says, lemmata, files):
    status, _, err = lemmata(words.split())
    assert (status, says in err) == (2, True), err
    assert err.startswith("lemmata: ")
    assert err.count("\n") == 1
    assert len(err) < 400


# words, and what the report says; these need the target's process
ERRORS = [
    ("t.py:sofmax --as softmax", "t.py has no sofmax; did you mean softmax?"),
    ("nomodule.at_all:f --as softmax", "there is no module nomodule"),
    ("numpy:tanhh --as tanh", "numpy has no tanhh; did you mean tanh"),
    ("t.py:softmax --as softmax --python missing/python", "there is no interpreter missing/python"),
    ("t.py:softmax --as softmax --python folder", "there is no interpreter folder"),
    ("t.py:softmax --as softmax --python /bin/true", "/bin/true does not run the audit's worker"),
    ("t.py:softmax --as softmax --python ./no_python", "./no_python does not run the audit's worker"),
    ("t.py:softmax --as softmax --set axis=7", "there are none for axis = 7"),
    ("t.py:softmax --as softmax --call softmax()", "TypeError: softmax() missing 1 required"),
    ("t.py:softmax --as softmax --call softmax(x)[99]", "IndexError: index 99 is out of bounds"),
    ("t.py:softmax --as kl", "TypeError"),
    ("t.py:silu --as kl", "it takes 1 argument, and kl has 2 (p, q)"),
]


@pytest.mark.parametrize("words, says", ERRORS, ids=lambda text: text[:60])
def test_what_cannot_be_called_is_an_error(words, says, lemmata, files):
    status, out, err = lemmata([*words.split(), "--budget", "0.3"])
    assert (status, err) == (2, "")
    assert says in " ".join(out.split())
    assert "ERROR" in out


def test_an_interpreter_without_numpy(files, lemmata):
    """Only plain Python can be audited there."""
    (files / "bare").write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    (files / "bare").chmod(0o755)
    (files / "plain.py").write_text("import math\ndef tanh(x):\n    return math.tanh(x)\n")
    status, out, _ = lemmata("t.py:softmax --as softmax --python ./bare".split())
    assert (status, "No module named 'numpy'" in " ".join(out.split())) == (2, True)
    status, out, _ = lemmata("plain.py:tanh --as tanh --python ./bare --budget 0.5".split())
    assert status == 0, out


@pytest.mark.parametrize(
    "asked, says",
    [
        ({"budget": 0}, "the budget is 0"),
        ({"budget": float("nan")}, "the budget is nan"),
        ({"seed": -1}, "the seed is -1"),
        ({"seed": 0.5}, "the seed is 0.5"),
        ({"dtypes": []}, "name a format"),
        ({"dtypes": ["float8"]}, "there is no format float8"),
        ({"conventions": {"base": 2}}, "tanh has no convention base"),
        ({"call": "tanh(y)"}, "y in the call"),
    ],
)
def test_python_is_told_the_same(asked, says):
    with pytest.raises((UsageError, LanguageError), match=says):
        audit("math:tanh", "tanh", **asked)


# --- definitions of one's own


OWN = [
    ("t.py:half_square --as my_spec.py:half_square", 0, "CORRECT t.py:half_square as my_spec.py:half_square"),
    ("t.py:square --as my_spec.py:half_square", 1, "Expected 0.5, got 1"),
    ("t.py:silu --as my_spec.py:silu", 0, "x times its sigmoid."),
    ("t.py:silu --as my_spec.py:squared_silu", 1, "WRONG"),
    ("t.py:scaled --as my_spec.py:scaled --set factor=2", 0, "CORRECT"),
    ("t.py:scaled --as my_spec.py:scaled", 1, "WRONG"),
    ("t.py:ones --as my_spec.py:one", 0, "CORRECT"),
]


@pytest.mark.parametrize("words, status, says", OWN, ids=lambda text: str(text)[:60])
def test_a_definition_of_ones_own(words, status, says, lemmata, files, monkeypatch):
    monkeypatch.setattr(session, "PURE", 0.5)
    got, out, err = lemmata([*words.split(), "--budget", "0.4"])
    assert (got, err) == (status, "")
    assert says in " ".join(out.split())


def test_a_file_of_definitions_does_not_disturb_the_json(lemmata, files):
    _, out, err = lemmata("t.py:square --as my_spec.py:half_square --budget 0.3 --json -".split())
    assert out.startswith("{")
    assert "loaded" in err


def test_a_definition_is_read_anew_each_time(files):
    with registry.kept():
        asked = {"budget": 0.3}
        assert audit("t.py:square", "my_spec.py:half_square", **asked).verdict.value == "wrong"
        (files / "my_spec.py").write_text(SPEC.replace("over=x) / 2", "over=x)").replace("@routine\n", "@routine\n\n"))
        found = audit("t.py:square", "my_spec.py:half_square", **asked)
    assert (found.verdict.value, found.definition) == ("correct", "my_spec.py:half_square")


def test_a_hanging_interpreter_is_given_up(files, monkeypatch):
    monkeypatch.setattr(process, "HELLO", 0.5)
    (files / "asleep").write_text("#!/bin/sh\nexec sleep 1000\n")
    (files / "asleep").chmod(0o755)
    found = audit("t.py:softmax", "softmax", python="./asleep")
    assert (found.verdict.value, found.seconds < 15) == ("error", True)

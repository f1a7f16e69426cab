"""Regression files and programs fail on what was found, and pass when it is mended; without anything of ours."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import audit_samples as samples
import pytest
from audit_samples import number, plain

from lemmata.checks.audit.findings import Audit, AuditVerdict, Finding
from lemmata.checks.audit.regression import regression_test, reproduce, tolerances
from lemmata.checks.audit.sources import call, comment, place
from lemmata.checks.selection import UsageError

X = {"x": plain(1.0, 2.0)}
STEP = (
    "import numpy as np\nclass Step:\n    def __init__(self, lr):\n        self.lr = lr\n    def __call__(self, w):\n"
)


def case(wrong, mended, finding, style="numpy", call="", target="f"):
    return wrong, mended, finding, style, call, target


def finding(kind, inputs, expected, got, **more):
    return Finding(kind, "smallest", more.pop("format", "float64"), inputs, expected, got, **more)


CASES = {
    "value": case(
        "import numpy as np\ndef f(x): return 2 * np.sum(x)",
        "import numpy as np\ndef f(x): return np.sum(x)",
        finding("value", X, number(3.0), number(6.0), budget_units=1e15),
    ),
    "several": case(
        "def f(x, t): return x - t, x",
        "def f(x, t): return x - t, x + t",
        finding("value", {**X, "t": number(1, "int64")}, [plain(0.0, 1.0), plain(2.0, 3.0)],
                [plain(0.0, 1.0), plain(1.0, 2.0)]),
    ),
    "template": case(
        f"{STEP}        return (w, self.lr)",
        f"{STEP}        return (w - self.lr, self.lr)",
        finding("value", {"w": plain(1.0), "lr": number(0.5)}, plain(0.5), plain(1.0), budget_units=4e15),
        call="Step(lr=lr)(w)[0]",
        target="Step",
    ),
    "method": case(
        "class Loss:\n    def value(self, x): return 2 * x",
        "class Loss:\n    def value(self, x): return x",
        finding("value", X, plain(1.0, 2.0), plain(2.0, 4.0), budget_units=1e15),
        target="Loss.value",
    ),
    "infinite": case(
        "import numpy as np\ndef f(x): return np.float64(1.7e308)",
        "import numpy as np\ndef f(x): return np.float64('inf')",
        finding("nonfinite", X, number("inf"), number(1.7e308)),
    ),
    "nonfinite": case(
        "import numpy as np\ndef f(x): return x * np.nan",
        "def f(x): return x * (1 + 1e-12)",
        finding("nonfinite", {"x": plain(1.0, "-inf")}, plain(1.0, "-inf"), plain("nan", "nan")),
    ),
    "exception": case(
        "def f(x): raise ValueError('empty')",
        "def f(x): return x",
        finding("exception", {"x": plain(shape=(0, 3))}, plain(shape=(0, 3)), "ValueError: empty"),
    ),
    "mutation": case(
        "def f(x):\n    x += 1\n    return x",
        "def f(x): return x + 1",
        finding("mutation", X, "x as it was", "x changed"),
    ),
    "state": case(
        "kept = {}\ndef f(x): return kept.setdefault(x.shape, x.sum())",
        "def f(x): return x.sum()",
        finding("state", X, number(3.0), number(0.0), before=[{"x": plain(0.0, 0.0)}], budget_units=1e15),
    ),
    "reused": case(
        "kept = {}\ndef f(x): return kept.setdefault(id(x), x.sum())",
        "def f(x): return x.sum()",
        finding("state", X, number(3.0), number(0.0), before=[{"x": plain(0.0, 0.0)}], layout="reused"),
    ),
    "nondeterminism": case(
        "import random\ndef f(x): return x + 1e-9 * random.random()",
        "def f(x): return x",
        finding("nondeterminism", X, plain(1.0, 2.0), plain(1.0, 2.1)),
    ),
    "dtype": case(
        "def f(x): return x.astype('float32')",
        "def f(x): return x",
        finding("dtype", X, plain(1.0, 2.0), plain(1.0, 2.0, dtype="float32")),
    ),
    "integers": case(
        "import numpy as np\ndef f(x): return (x / 2).astype(x.dtype)",
        "def f(x): return x / 2",
        finding("dtype", {"x": plain(1, 2, dtype="int64")}, plain(0.5, 1.0), plain(0, 1, dtype="int64")),
    ),
    "not all known": case(
        "def f(x): return 2 * x",
        "def f(x): return [1.0, 7.0]",
        finding("value", X, plain(1.0, "nan"), plain(2.0, 4.0), budget_units=1e15),
    ),
    "a small entry beside a large one": case(
        "import numpy as np\ndef f(x): return np.array([1e14, 1.0], dtype='float32')",
        "import numpy as np\ndef f(x): return np.array([1e14 + 1e7, 2.0], dtype='float32')",
        finding(
            "value",
            {"x": plain(1.0, dtype="float32")},
            plain(100000000376832.0, 2.0),
            plain(100000008765440.0, 1.0, dtype="float32"),
            error_ulp=4e6,
            budget_units=2e7,
            format="float32",
        ),
    ),
    "shape": case(
        "def f(x): return x.reshape(1, -1)",
        "def f(x): return x",
        finding("shape", X, plain(1.0, 2.0), plain(1.0, 2.0, shape=(1, 2))),
    ),
    "readonly": case(
        "def f(x):\n    x *= 1\n    return x",
        "def f(x): return x * 1",
        finding("exception", X, plain(1.0, 2.0), "ValueError: assignment destination is read-only", layout="readonly"),
    ),
    "strided": case(
        "def f(x):\n    assert x.flags.c_contiguous\n    return x",
        "def f(x):\n    assert not x.flags.c_contiguous\n    return x",
        finding("exception", X, plain(1.0, 2.0), "AssertionError", layout="strided"),
    ),
    "lists": case(
        "def f(x): return [2 * v for v in x]",
        "def f(x): return [v if isinstance(x, list) else None for v in x]",
        finding("value", X, plain(1.0, 2.0), plain(2.0, 4.0)),
        "lists",
    ),
    "exits": case(
        "import os\ndef f(x): os._exit(3)",
        "def f(x): return x",
        finding("exception", {"x": number(1.0)}, number(1.0), "exited with status 3"),
        "numbers",
    ),
    "cannot be imported": case(
        "import no_such_module", "def f(x): return x", finding("exception", {}, None, "ModuleNotFoundError: …"),
    ),
}  # fmt: skip
TORCH = {
    "gradient": case(
        "import torch\ndef f(x): return x.detach() * x",
        "import torch\ndef f(x): return x * x",
        finding("gradient", X, plain(2.0, 8.0), plain(1.0, 4.0), wrt="x", cotangent=plain(1.0, 2.0), budget_units=1e15),
        "torch",
    ),
    "tensors": case(
        "import torch\ndef f(x): return x.exp()",
        "import torch\ndef f(x): return x.T if x.t().is_contiguous() and x.dtype == torch.float32 else None",
        finding(
            "value",
            {"x": plain(1.0, 2.0, 3.0, 4.0, shape=(2, 2), dtype="float32")},
            plain(1.0, 3.0, 2.0, 4.0, shape=(2, 2), dtype="float32"),
            plain(1.0, 1.0, 1.0, 1.0, shape=(2, 2), dtype="float32"),
            format="float32",
            layout="fortran",
        ),
        "torch",
    ),
}
ALL = {**CASES, **TORCH}


def made(path: Path, name, mended=False):
    """The target in a file of its own; its audit and the finding that leads to its program."""
    wrong, right, found, style, template, target = ALL[name]
    file = path / f"{name.replace(' ', '_')}.py"
    file.write_text(right if mended else wrong)
    audit = Audit(
        f"{file}:{target}",
        "kl",
        {"base": "e"},
        AuditVerdict.WRONG,
        "Wrong.",
        findings=(found,),
        style=style,
        call=template,
    )
    return audit, found


def run(*words, cwd):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-P", *map(str, words)]
    return subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_the_tests_fail_until_the_target_is_mended(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    for state in ("wrong", "mended"):
        tests = tmp_path / state / "tests"
        tests.mkdir(parents=True)
        for name in ALL:
            audit, _ = made(tests.parent, name, state == "mended")
            text = regression_test(audit, tests)
            assert "lemmata" not in text.replace(str(tmp_path), "")
            assert str(tmp_path) not in re.sub("(?m)^#.*$", "", text)  # the path is relative
            (tests / f"test_{name.replace(' ', '_')}.py").write_text(text)
    out, _ = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "-rpf", cwd=tmp_path).communicate()
    found = {path: word for word, path in re.findall(r"(?m)^(PASSED|FAILED) (\w+/tests/test_\w+)\.py::", out)}
    words = {"wrong": "FAILED", "mended": "PASSED"}
    assert found == {f"{s}/tests/test_{n.replace(' ', '_')}": words[s] for s in words for n in ALL}, out


SHOWN = ["value", "several", "template", "nonfinite", "exception", "mutation", "state", "exits", "cannot be imported"]


@pytest.mark.parametrize("mended", [False, True], ids=["wrong", "mended"])
def test_the_programs_exit_with_1_until_the_target_is_mended(mended, tmp_path):
    running = {}
    for name in SHOWN:
        audit, found = made(tmp_path, name, mended)
        program = tmp_path / f"show_{name.replace(' ', '_')}.py"
        program.write_text(reproduce(audit.target, audit.call, audit.style, found))
        running[name] = run(program, cwd="/")
    told = {name: (process.communicate()[0], process.returncode) for name, process in running.items()}
    assert {name: status for name, (_, status) in told.items()} == dict.fromkeys(running, 0 if mended else 1), told
    shown = told["value"][0]
    assert "expected [3.0]" in shown and ("got      [3.0]" if mended else "got      [6.0]") in shown
    assert ("does not fail" if mended else "fails:    AssertionError: entry 0: expected 3.0, got 6.0") in shown


def test_a_file_in_a_package_keeps_its_relative_imports(tmp_path):
    package = tmp_path / "lib" / "inner"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "other.py").write_text("factor = 2")
    (package / "losses.py").write_text("from .other import factor\ndef f(x): return factor * x")
    found = finding("value", X, plain(1.0, 2.0), plain(2.0, 4.0), budget_units=1e15)
    program = tmp_path / "show.py"
    program.write_text(reproduce(f"{package}/losses.py:f", "", "numpy", found))
    out, _ = run(program, cwd=tmp_path).communicate()
    assert "got      [2.0, 4.0]" in out
    program.write_text(reproduce("lib.inner.losses:f", "", "numpy", found))
    assert "got      [2.0, 4.0]" in run(program, cwd=tmp_path).communicate()[0]


def test_the_smallest_comes_first_and_names_differ(tmp_path):
    worst, small = (dataclasses.replace(CASES["value"][2], role=role) for role in ("worst", "smallest"))
    audit = dataclasses.replace(made(tmp_path, "value")[0], findings=(worst, small, small))
    names = re.findall(r"def (test_\w+)", regression_test(audit, tmp_path))
    assert names == ["test_smallest_value_float64", "test_smallest_value_float64_2", "test_worst_value_float64"]


@pytest.mark.parametrize(
    "text", ["\nimport os\nos.remove('x')", "\r", "\x0c", "\x85\u2028", "'''\"\"\"", "\\", samples.HOSTILE]
)
def test_text_of_a_target_never_becomes_code(text, tmp_path):
    clean, found = made(tmp_path, "value")
    found = dataclasses.replace(found, note=text, got=text, role=f"smallest{text}", format=f"float64{text}")
    vile = dataclasses.replace(
        clean, diagnosis=text, mistake=text, definition=text, conventions={text: text}, style=text, findings=(found,)
    )
    for program in (regression_test(vile, tmp_path), reproduce(vile.target, "", text, found)):
        wanted = {"importlib", "sys", "pathlib", "numpy"}
        nodes = [n for n in ast.walk(ast.parse(program)) if isinstance(n, ast.Import | ast.ImportFrom)]
        names = {(n.module or "") if isinstance(n, ast.ImportFrom) else n.names[0].name for n in nodes}
        assert {name.partition(".")[0] for name in names} == wanted
        assert "os.remove" not in {ast.unparse(n.func) for n in ast.walk(ast.parse(program)) if isinstance(n, ast.Call)}
    assert comment(text).count("\n") == comment(text).count("# ")


@pytest.mark.parametrize(
    "inputs",
    [
        {"x": {"dtype": "float64", "shape": [1], "data": ["__import__('os')"]}},
        {"x": {"dtype": 'float64"); import os; ("', "shape": [1], "data": [1.0]}},
        {"x": {"dtype": "float64", "shape": [2], "data": [1.0]}},
        {"x y": plain(1.0)},
        {"import": plain(1.0)},
    ],
)
def test_data_that_are_no_data_are_refused(inputs, tmp_path):
    audit, found = made(tmp_path, "value")
    with pytest.raises(ValueError):
        reproduce(audit.target, "", "numpy", dataclasses.replace(found, inputs=inputs))


@pytest.mark.parametrize(
    "target", ["<lambda>", "f", "a.py:", "a.py:f()", "a b:f", "a.py:f.<locals>.g", "a.py:\nimport os", samples.HOSTILE]
)
def test_a_target_without_a_name_is_refused(target):
    with pytest.raises(UsageError, match="name a function of a file or a module"):
        place(target)


@pytest.mark.parametrize(
    "template", ["f(", "f(x for x in y)", "(lambda: f)()", "f(x) + 1", "f(x := 1)", "f.__class__(x)", "f'{x}'"]
)
def test_a_template_with_more_than_a_call_is_refused(template):
    with pytest.raises(UsageError, match="the call "):
        call(template, place("a.py:f"), ["x"])


@pytest.mark.parametrize(
    ("template", "target", "source"),
    [
        ("f(x, axis=-1)[0]", "f", "module.f(given['x'], axis=-1)[0]"),
        ("target(pred, target)", "target", "module.target(given['pred'], given['target'])"),
        ("Adam(lr=lr).step(w)", "Adam", "made(module.Adam)(lr=given['lr']).step(given['w'])"),
        ("f(float(x), (x, [x]), *x, eps)[1:, ...]", "f", None),
        ("f(module, given)", "f", "module.f(given['module'], given['given'])"),
    ],
)
def test_a_template_becomes_a_call(template, target, source):
    found = call(template, place(f"a.py:{target}"), ["x", "lr", "w", "pred", "target", "module", "given"])
    assert found == (
        source or "module.f(float(given['x']), (given['x'], [given['x']]), *given['x'], module.eps)[1:, ...]"
    )


@pytest.mark.parametrize(
    ("expected", "got", "units", "format", "tolerance"),
    [
        (1.0, 3.0, 1e12, "float64", 8e-12),  # 4 units of 2/1e12
        (1.0, 3.0, 1e18, "float64", 4 * 2.0**-52),  # not less than 4 ulp
        (1.0, 1.0 + 2.0**-50, 4.5, "float64", 4 * 2.0**-50 / 4.5),
        (1.0, 1.0 + 2.0**-52, 5.0, "float64", 2.0**-53),  # always less than the error
        (1.0, "nan", None, "float64", 2.0**-32),
        (1.0, "nan", None, "float32", 2.0**-14),
        (0.0, "inf", None, "float64", 2.0**-1074 * 2.0**20),
    ],
)
def test_the_tolerance_is_less_than_the_error(expected, got, units, format, tolerance):
    found = finding("value", {}, number(expected), number(got), budget_units=units, format=format)
    (allowed,), why = tolerances(found, [found.expected], [found.got])
    assert allowed == pytest.approx(tolerance, rel=1e-12) and format in why

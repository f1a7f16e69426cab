"""The command line as a user meets it: one sentence for a mistake, the exit status, and what is written where."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import registry
from hypothesis.configuration import set_hypothesis_home_dir

from lemmata import cli
from lemmata.reports.json import schema

TRUE = '''
from lemmata.spec.language import Equals, Real, claim

@claim
def square(x=Real, y=Real):
    """(x + y)² expanded."""
    return Equals((x + y) ** 2, x**2 + 2 * x * y + y**2)
'''
FALSE = TRUE.replace(" + 2 * x * y", "")
OPEN = TRUE.replace("(x + y) ** 2, x**2", "log(-exp(x)), x**2").replace("claim", "claim, exp, log", 1)


class Found:
    """What a person sees after a command: what was printed, and the exit status."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


@pytest.fixture
def lemmata(monkeypatch, capsys):
    """`lemmata …` as a person types it, in this interpreter, where it comes at once."""

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["lemmata", *map(str, words)])
        status = 0
        try:
            with registry.kept():
                cli.main()
        except SystemExit as ended:
            status = ended.code
        finally:
            set_hypothesis_home_dir(None)
        return Found(status, *capsys.readouterr())

    return typed


def process(*words, **more) -> Any:
    """`lemmata …` in a process of its own."""
    command = [sys.executable, "-P", "-m", "lemmata.cli", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def finished(*words, **more):
    started = process(*words, **more)
    out, err = started.communicate(timeout=120)
    return Found(started.returncode, out, err)


@pytest.fixture
def file(tmp_path):
    def write(text, name="notes.py"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def assert_refused(found, sentence):
    """Status 2, one sentence on standard error, nothing on standard output."""
    assert found.out == ""
    assert re.fullmatch(f"lemmata: {sentence}\n", found.err), found.err
    assert found.status == 2


# --- verify, report


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["softmax.sums_to_one"], ["softmax.sums_to_one"]),
        (["softmax.s*"], ["softmax.sums_to_one", "softmax.shift_invariance"]),
        (["softmax.shift_invariance", "softmax.sums_to_one"], ["softmax.sums_to_one", "softmax.shift_invariance"]),
        (["softmax.jacobian_diag"], ["softmax.jacobian"]),
        (["*s_to_one", "--lecture", "ngo"], ["softmax.sums_to_one"]),
    ],
)
def test_verify_says_one_line_for_each_claim(words, found, lemmata):
    said = lemmata("verify", *words, "--method", "normal_form")
    lines = [line for line in said.out.splitlines() if line.startswith("✓ PROVED")]
    assert [line.split()[2] for line in lines] == found
    assert (said.status, said.err) == (0, "")


def test_verify_says_what_was_found(lemmata):
    said = lemmata("verify", "softmax.sums_to_one", "--effort", "quick")
    first, *rest = said.out.splitlines()
    assert re.fullmatch(r"✓ PROVED     softmax\.sums_to_one +normal_form  (< 1|\d+) ms|.* s", first)
    assert " ".join(rest).startswith("Of 1 claim, 1 is PROVED.")
    assert (said.status, said.err) == (0, "")


def test_a_lecture_is_verified_whole(lemmata):
    said = lemmata("verify", "--lecture", "ngo", "--method", "balls")
    verified = [line.split()[2] for line in said.out.splitlines() if line.startswith("✓ TESTED")]
    listed = [line.split()[0] for line in lemmata("list", "--lecture", "ngo").out.splitlines()[1:]]
    assert verified == listed
    assert len(listed) > 3
    assert said.status == 0


@pytest.mark.parametrize("here", [True, False])
def test_json_on_standard_output_is_pure(here, file, lemmata):
    path = file(TRUE.replace("    return", "    print('noise')\n    return") + "\nprint('more noise')\n")
    said = (lemmata if here else finished)("prove", path, "--effort", "quick", "--json", "-")
    document = json.loads(said.out)
    jsonschema.validate(document, schema())
    assert [c["id"] for c in document["claims"]] == ["notes.square"]
    assert "✓ PROVED" in said.err
    assert "noise" in said.err


def test_reports_are_written_and_valid(tmp_path, lemmata, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths = {kind: tmp_path / "new" / "folder" / f"out.{kind}" for kind in ("json", "junit", "html")}
    options = [word for kind, path in paths.items() for word in (f"--{kind}", path)]
    said = lemmata("verify", "information.log_bound", "information.cross_*", "--effort", "quick", *options)
    assert said.status == 0
    document = json.loads(paths["json"].read_text())
    jsonschema.validate(document, schema())
    assert [s["id"] for s in document["statements"]] == ["gibbs.log_bound", "kl.ce_minus_h"]
    assert ElementTree.parse(paths["junit"]).getroot().tag in ("testsuite", "testsuites")
    assert "information.log_bound" in paths["html"].read_text()
    written = [line for line in said.out.splitlines() if line.startswith("written: ")]
    assert written == [f"written: {p}" for p in paths.values()]
    assert sorted(p.name for p in paths["json"].parent.iterdir()) == ["out.html", "out.json", "out.junit"]
    assert [p.name for p in tmp_path.iterdir()] == ["new"], "nothing is left where the user stands"


def test_report_writes_the_page(tmp_path, lemmata):
    said = lemmata("report", "information.log_bound", "--effort", "quick", "-o", tmp_path / "page.html")
    assert said.status == 0
    assert (tmp_path / "page.html").read_text().lower().startswith("<!doctype html>")


# --- prove


@pytest.mark.parametrize(
    ("text", "status", "word"), [(TRUE, 0, "✓ PROVED"), (FALSE, 1, "✗ REFUTED"), (OPEN, 3, "? UNDECIDED")]
)
def test_prove_exits_with_what_was_found(text, status, word, file, lemmata):
    said = lemmata("prove", file(text), "--effort", "quick")
    assert said.out.splitlines()[0].startswith(word)
    assert "notes.square" in said.out.splitlines()[0]
    assert (said.status, said.err) == (status, "")


def test_prove_shows_the_counterexample_of_a_false_claim(file, lemmata):
    said = lemmata("prove", file(FALSE), "--effort", "quick")
    assert re.search(r"at +x = -?\d, y = -?\d", said.out)
    assert re.search(r"should be +left = right", said.out)


def test_prove_finds_a_file_beside_the_user(file, tmp_path):
    file(TRUE)
    assert finished("prove", "notes.py", "--effort", "quick", cwd=tmp_path).status == 0
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "__pycache__") == ["notes.py"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "{path}: there is no such file"),
        ("x = 1\n", "{path}: there is no @claim in this file"),
        ("def f(:\n", "{path}:1: this does not parse: invalid syntax"),
        ("import os\n1 / 0\n", "{path}:2: ZeroDivisionError: division by zero"),
        ("exit(0)\n", "{path}:1: this ends the program; a file of claims may not"),
        (TRUE.replace("x=Real", "x"), "{path}:4: parameter x of notes.square needs a sort, such as .*"),
        (TRUE.replace("x**2", "z"), "{path}:7: notes.square cannot be built: NameError: name 'z' is not defined"),
        (TRUE.replace("return", "exit(0)"), "{path}:7: this does not parse: invalid syntax.*"),
    ],
)
def test_prove_refuses_a_file_in_one_sentence(text, sentence, tmp_path, lemmata):
    path, page = tmp_path / "notes.py", tmp_path / "page.html"
    if text is not None:
        path.write_text(text)
    assert_refused(lemmata("prove", path, "--html", page), sentence.format(path=re.escape(str(path))))
    assert not page.exists()


# --- bad usage


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("verify softmax.jacobain", "there is no claim softmax.jacobain; did you mean softmax.jacobian or .*"),
        ("verify xyzzy", "there is no claim xyzzy; try: lemmata list claims"),
        ("verify softmax.jacobian xyzzy", "there is no claim xyzzy; try: lemmata list claims"),
        ("verify --method normal-form", "there is no method normal-form; did you mean normal_form.*"),
        ("verify --effort fast", "there is no effort fast; choose from quick, standard, thorough"),
        ("verify --lecture nog", "there is no lecture nog; did you mean ngo.*"),
        ("verify gibbs.inequality --lecture ngo", "no claim of ngo is named gibbs.inequality; leave out --lecture, .*"),
        ("verify --seed soon", "Invalid value for '--seed': 'soon' is not a valid integer."),
        ("verify --colour", "No such option '--colour'.*"),
        ("list claim", "there is no kind claim; did you mean claims.*"),
        (
            "list xyzzy",
            "there is no kind xyzzy; choose from claims, definitions, lectures, methods, routines, statements",
        ),
        ("list --lecture nog", "there is no lecture nog; did you mean ngo.*"),
        ("show softmax.softmx", "there is no claim softmax.softmx; did you mean softmax.softmax.*"),
        ("show", "Missing argument 'ID'."),
        ("prove", "Missing argument 'FILE'."),
        ("prove notes.txt", "notes.txt: there is no such file"),
        ("prove .", r"\.: this is a folder; name a Python file of claims"),
        ("prove taken.html", r"taken.html: a file of claims is a Python file \(.py\)"),
        ("frobnicate", "No such command 'frobnicate'."),
        ("verify softmax.sums* --json .", r"Cannot write \.: it is a folder; name a file in it."),
        ("verify --html taken.html/page.html", "Cannot write taken.html/page.html: .*; choose another place or .*"),
        ("report -o /proc/none/page.html", "Cannot write /proc/none/page.html: .*"),
    ],
)
def test_a_mistake_ends_in_one_sentence(words, sentence, tmp_path, lemmata, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.html").write_text("kept")
    assert_refused(lemmata(*words.split()), sentence)
    assert [p.name for p in tmp_path.iterdir()] == ["taken.html"]
    assert (tmp_path / "taken.html").read_text() == "kept"


def test_a_mistake_in_a_process_of_its_own():
    assert_refused(finished("verify", "xyzzy"), "there is no claim xyzzy; try: lemmata list claims")


def test_a_folder_that_cannot_be_written_to_is_said_before_any_work(tmp_path, lemmata):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    assert_refused(lemmata("verify", "--html", folder / "page.html"), "Cannot write .*: permission denied; .*")


# --- list, show, help


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("claims", r"softmax\.jacobian +The Jacobian of softmax: ∂Sᵢ/∂aⱼ = Sᵢ \(δᵢⱼ − Sⱼ\)\."),
        ("definitions", r"softmax\.softmax +exp\(aᵢ\)/Σₖ exp\(aₖ\)"),
        ("lectures", r"ngo +Logistic Regression +Ngo Huy Bien +\d+"),
        ("methods", "balls +REFUTED for certain, or TESTED at exact points by ball arithmetic"),
        ("statements", r"softmax\.jacobian_offdiag +ngo .* softmax\.jacobian_offdiagonal_printed +wrongly"),
    ],
)
def test_a_listing_that_is_piped_on_has_a_line_for_each_row(kind, row, lemmata):
    said = lemmata("list", kind)
    assert (said.status, said.err) == (0, "")
    assert [line for line in said.out.splitlines() if re.fullmatch(row, line.rstrip())], said.out


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ("information.log_bound", ["information.log_bound  ✓ PROVED", "log x ≤ x − 1", "for all x: a positive number"]),
        ("softmax.softmax", ["softmax.softmax", "Sᵢ(a) ≔ exp(aᵢ)/Σₖ exp(aₖ)", "lemmata.impl.softmax.softmax"]),
        ("information.kl_product_printed", ["information.cross_entropy_decomposition", "Erratum: kl.ce_minus_h"]),
        ("gibbs.log_bound", ["information.log_bound  ✓ PROVED", "As printed: gibbs.log_bound"]),
    ],
)
def test_show_finds_a_thing_by_any_of_its_names(asked, parts, lemmata):
    said = lemmata("show", asked)
    assert (said.status, said.err) == (0, "")
    assert [p for p in parts if p not in said.out] == []


@pytest.mark.parametrize("words", [["--help"], ["-h"], []])
def test_help_lists_the_commands(words, lemmata):
    said = lemmata(*words)
    assert (said.status, said.err) == (0, "")
    listed = re.findall(r"^  (\w+) ", said.out.partition("Commands:")[2], re.MULTILINE)
    assert {"verify", "report", "prove", "list", "show"} <= set(listed)


@pytest.mark.parametrize("command", ["verify", "report", "prove", "list", "show"])
def test_every_command_has_help(command, lemmata):
    said = lemmata(command, "--help")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"Usage: lemmata {command} [OPTIONS]")


def test_the_version_is_said(lemmata):
    assert re.fullmatch(r"lemmata, version \d+\.\d+\.\d+\n", lemmata("--version").out)


def test_the_console_script_is_the_same(lemmata):
    script = os.path.join(os.path.dirname(sys.executable), "lemmata")
    said = subprocess.run([script, "list", "lectures"], capture_output=True, text=True, timeout=60)
    assert said.stdout == lemmata("list", "lectures").out != ""


# --- interruptions


@pytest.mark.parametrize("ask", [["--html", "page.html"], ["--json", "-"]])
def test_ctrl_c_ends_promptly_with_what_is_known(ask, tmp_path):
    started = process("verify", *ask, cwd=tmp_path)
    assert "information.log_bound" in (started.stderr if "-" in ask else started.stdout).readline()
    started.send_signal(signal.SIGINT)
    began = time.perf_counter()
    out, err = started.communicate(timeout=60)
    assert time.perf_counter() - began < 10, "a second on a quiet machine"
    assert started.returncode == 130
    assert "Traceback" not in out + err
    said = " ".join((err if "-" in ask else out).split())
    assert "Interrupted: this is what was known by then." in said
    if "-" in ask:
        document = json.loads(out)
        jsonschema.validate(document, schema())
        assert document["finished"] is False
        assert document["claims"][0]["id"] == "information.log_bound"
    else:
        assert (tmp_path / "page.html").read_text().rstrip().endswith("</html>")
        assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_ctrl_c_before_the_first_claim_is_one_sentence(file):
    path = file("import time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    started = process("prove", path, "--html", path.with_name("page.html"))
    assert started.stdout.readline() == "loading\n"
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert (started.returncode, out, err.strip()) == (130, "", "lemmata: interrupted")
    assert not path.with_name("page.html").exists()


def test_a_pipe_that_breaks_is_no_error(tmp_path):
    started = process("verify", "--effort", "quick", "--html", "page.html", cwd=tmp_path)
    assert "information.log_bound" in started.stdout.readline()
    started.stdout.close()
    err = started.stderr.read()
    started.stderr.close()
    assert started.wait(timeout=60) == 1
    assert err == ""
    assert list(tmp_path.iterdir()) == [], "the report is absent, not half there"


def test_json_down_a_pipe_that_breaks_is_no_error():
    started = process("verify", "softmax.sums_to_one", "--method", "balls", "--json", "-")
    started.stdout.close()  # before anything is written
    err = started.stderr.read()
    started.stderr.close()
    assert started.wait(timeout=60) == 1
    assert [line for line in err.splitlines() if "roken" in line or "Traceback" in line] == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device here")
@pytest.mark.parametrize("words", [["list"], ["verify", "softmax.sums_to_one", "--method", "balls", "--json", "-"]])
def test_a_full_device_is_one_sentence(words):
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-P", "-m", "lemmata.cli", *words]
        said = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
    assert said.returncode == 2
    assert said.stderr.splitlines()[-1] == "lemmata: No space left on device"
    assert "Traceback" not in said.stderr

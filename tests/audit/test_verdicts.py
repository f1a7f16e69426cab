"""Audits from beginning to end: each kind of mistake has its verdict, a small input, and a program that shows it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lemmata.checks.audit import audit, deciding
from lemmata.checks.audit.findings import Audit
from lemmata.checks.audit.smallest import smallest

TARGETS = Path(__file__).with_name("planted_targets.py")
OUTSIDE = {"eps_placement": "outside"}

# name, routine, conventions, verdict, kind of the first finding
VERDICTS: list[tuple[str, str, Mapping[str, Any], str, str]] = [
    # right: with arrays, lists, numbers, and as a method
    ("softmax", "softmax", {}, "correct", ""),
    ("softmax_of_a_list", "softmax", {}, "correct", ""),
    ("sigmoid_of_a_number", "sigmoid", {}, "correct", ""),
    ("hinge", "hinge", {"labels": "args"}, "correct", ""),
    ("attention", "attention", {}, "correct", ""),
    # wrong everywhere, at one row or column, at ties, at 0, past a threshold
    ("softmax_of_all", "softmax", {}, "wrong", "value"),
    ("softmax_eps", "softmax", {}, "wrong", "value"),
    ("kl_logq_squeezed", "kl_logq", {}, "wrong", "value"),
    ("logsumexp_of_the_others", "logsumexp", {}, "wrong", "value"),
    ("l1_penalty_grad_at_0", "l1_penalty_grad", {}, "wrong", "value"),
    ("softplus_threshold", "softplus", {}, "wrong", "value"),
    ("hinge_in_sequence", "hinge", {"labels": "args"}, "wrong", "value"),
    ("attention_leaking", "attention", {}, "wrong", "value"),
    # wrong for one type, one layout, one shape
    ("tanh_of_its_type", "tanh", {}, "wrong", "dtype"),
    ("softmax_in_memory", "softmax", {}, "wrong", "value"),
    ("layernorm_by_length", "layernorm", {}, "wrong", "value"),
    ("sigmoid_single", "sigmoid", {}, "wrong", "value"),
    # wrong at a corner of the hyper-parameters
    ("momentum_without", "momentum", {}, "wrong", "value"),
    ("batchnorm_default", "batchnorm", {}, "wrong", "value"),
    ("adam_from_step_2", "adam", OUTSIDE, "wrong", "value"),
    ("decayed_apart", "sgd_momentum_wd", {}, "wrong", "value"),
    # right, but for rounding
    ("softmax_naive", "softmax", {}, "unstable", "nonfinite"),
    ("softmax_one_maximum", "softmax", {}, "unstable", "nonfinite"),
    ("softplus_naive", "softplus", {}, "unstable", "nonfinite"),
    ("log_softmax_naive", "log_softmax", {}, "unstable", "nonfinite"),
    ("batchnorm_one_pass", "batchnorm", {}, "unstable", ""),
    # right at first
    ("relu_in_place", "relu", {}, "impure", "mutation"),
    ("softmax_by_shape", "softmax", {}, "impure", "state"),
    ("softmax_by_id", "softmax", {}, "impure", "state"),
    ("sgd_with_a_history", "sgd", {}, "impure", "state"),
    ("mse_of_a_sample", "mse", {}, "impure", "nondeterminism"),
    ("mse_in_any_order", "mse", {}, "impure", "nondeterminism"),
    ("tanh_slow", "tanh", {}, "undecided", ""),
]
ASKED = {name: (routine, conventions) for name, routine, conventions, *_ in VERDICTS}


@cache
def audited(name: str, call: str = "") -> Audit:
    routine, conventions = ASKED[name]
    return audit(f"{TARGETS}:{name}", routine, conventions=conventions, call=call, budget=1.0)


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """No input is left half-shrunk by a busy machine."""
    monkeypatch.setattr(deciding, "smallest", lambda points, form, fails, _: smallest(points, form, fails, 20.0))


@pytest.mark.parametrize("name, routine, conventions, verdict, kind", VERDICTS, ids=lambda v: str(v))
def test_a_mistake_has_its_verdict(name, routine, conventions, verdict, kind):
    found = audited(name)
    assert found.verdict.value == verdict, found.diagnosis
    first = found.findings[0].kind if found.findings else ""
    assert not kind or first == kind
    assert bool(found.findings) == (verdict in ("wrong", "unstable", "impure"))
    assert found.exit_status == {"correct": 0, "undecided": 3}.get(verdict, 1)


def test_a_method_by_a_template():
    ASKED["Adam"] = ("adam", OUTSIDE)
    call = "Adam(lr, (b1, b2), eps).step(w, g, (m, v), t)"
    assert audited("Adam", call).verdict.value == "correct"
    exchanged = audited("Adam", call.replace("(b1, b2)", "(b2, b1)"))
    assert exchanged.verdict.value == "wrong"
    ASKED["Adam"] = ("adam", {})  # whose ε is inside the root
    assert audited("Adam", call + " ").verdict.value == "wrong"


def test_what_is_wrong_for_float32_only_is_found():
    """It counts as unstable: whatever is wider than float32 takes the other branch, and is right."""
    ASKED["tanh_fast"] = ("tanh", {})
    found = audited("tanh_fast")
    assert (found.verdict.value, found.findings[0].format) == ("unstable", "float32")


def test_what_differs_for_one_type_is_told_by_it():
    integers = audited("tanh_of_its_type").findings[0].inputs
    assert integers["x"]["dtype"] == "int64" and audited("softmax_in_memory").findings[0].layout == "fortran"


def test_what_a_function_remembers_is_told():
    """The calls that came before, and that arrays were overwritten."""
    assert len(audited("sgd_with_a_history").findings[0].before) == 3
    (shape,) = {tuple(b["x"]["shape"]) for b in audited("softmax_by_shape").findings[0].before}
    assert list(shape) == audited("softmax_by_shape").findings[0].inputs["x"]["shape"]


# Gradients

TENSORS = """
import torch


class Softplus(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.clamp(x, min=0) + torch.log1p(torch.exp(-x.abs()))

    @staticmethod
    def backward(context, grad):
        (x,) = context.saved_tensors
        return grad * torch.sigmoid(x.abs())


def softplus(x):
    return Softplus.apply(x)


def hinge(s, y):
    return torch.sqrt(torch.clamp(1 - y * s, min=0) ** 2).mean()
"""


@pytest.mark.parametrize("name, where", [("softplus", lambda x: x < 0), ("hinge", lambda s, y: 1 - s * y <= 0)])
def test_a_wrong_gradient(name, where, tmp_path):
    """Of a value that is right: for x < 0, or NaN where a loss is 0."""
    pytest.importorskip("torch")
    (tmp_path / "t.py").write_text(TENSORS)
    found = audit(f"{tmp_path}/t.py:{name}", name, budget=4.0)
    assert (found.verdict.value, found.style) == ("wrong", "torch"), found.diagnosis
    first = found.findings[0]
    assert first.kind == "gradient" and first.wrt in ("x", "s")
    assert np.any(where(*(np.array(given["data"], float) for given in first.inputs.values())))


# The smallest input, and the program that shows it

# name: what mends it, and at most so many entries, nonzero entries and significant digits of all arguments together
SMALL = {
    "softmax_of_all": ("softmax", (2, 1, 2)),
    "softmax_eps": ("softmax", (1, 0, 1)),
    "kl_logq_squeezed": ("kl_logq", (4, 3, 4)),
    "logsumexp_of_the_others": ("logsumexp", (2, 0, 2)),
    "l1_penalty_grad_at_0": ("l1_penalty_grad", (2, 1, 2)),
    "softplus_threshold": ("softplus", (1, 1, 2)),
    "hinge_in_sequence": ("hinge", (4, 4, 4)),
    "attention_leaking": ("attention", (7, 6, 12)),
    "tanh_of_its_type": ("np.tanh", (1, 1, 1)),
    "layernorm_by_length": ("layernorm", (9, 3, 9)),
    "momentum_without": ("momentum", (5, 1, 5)),
    "batchnorm_default": ("batchnorm", (5, 2, 5)),
    "adam_from_step_2": ("adam", (9, 6, 10)),
    "softmax_naive": ("softmax", (1, 1, 1)),
    "softplus_naive": ("softplus", (1, 1, 1)),
    "relu_in_place": ("relu", (1, 1, 1)),
}


def digits(number: Any) -> int:
    """Significant digits, as written: 1 of 0, 1 and 1000.0, 2 of −0.25."""
    text = repr(float(number)).partition("e")[0].replace("-", "").replace(".", "").strip("0")
    return max(1, len(text))


def size(found: Audit) -> tuple[int, int, int]:
    entries = [v for given in found.findings[0].inputs.values() for v in given["data"]]
    return len(entries), sum(v != 0 for v in entries), sum(map(digits, entries))


@pytest.mark.parametrize("name", SMALL)
def test_the_smallest_input_is_small(name):
    most = SMALL[name][1]
    found = size(audited(name))
    assert all(a <= b for a, b in zip(found, most, strict=True)), (found, audited(name).findings[0].inputs)


def test_digits():
    assert [digits(v) for v in (0, 1, -1000.0, 0.25, 1e-7, 0.1 + 0.2)] == [1, 1, 1, 2, 1, 17]


def run(program: str) -> int:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60).returncode


SHOWN = ["softmax_of_all", "kl_logq_squeezed", "l1_penalty_grad_at_0", "hinge_in_sequence", "adam_from_step_2",
         "softmax_naive", "relu_in_place", "logsumexp_of_the_others"]  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_a_finding_shows_again_until_it_is_mended(name, tmp_path):
    """Each is a program that ends with 1 for the target, and with 0 for the target put right."""
    mended = tmp_path / TARGETS.name
    mended.write_text(f"{TARGETS.read_text()}\n\n{name} = {SMALL[name][0]}\n")
    program = audited(name).findings[0].reproduce
    assert str(TARGETS) in program
    assert run(program) == 1
    assert run(program.replace(str(TARGETS), str(mended))) == 0


@pytest.mark.parametrize(
    "name, right", [("softmax_by_shape", "softmax"), ("sgd_with_a_history", "sgd"), ("mse_of_a_sample", "mse"),
                    ("softmax_in_memory", "softmax"), ("tanh_of_its_type", "np.tanh")]
)  # fmt: skip
def test_what_is_seldom_so_shows_again_too(name, right, tmp_path):
    """After other calls, by chance, in another order in memory, of whole numbers."""
    mended = tmp_path / TARGETS.name
    mended.write_text(f"{TARGETS.read_text()}\n\n{name} = {right}\n")
    program = audited(name).findings[0].reproduce
    assert (run(program), run(program.replace(str(TARGETS), str(mended)))) == (1, 0)

"""Audited code over arrays of decimals: what is merely unstable heals there, whatever else is wrong stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lemmata.checks.audit.calling import Form, ask
from lemmata.checks.audit.input_batches import Batch
from lemmata.checks.audit.judging import Judged
from lemmata.checks.audit.process import Argument, Calls, Process, Target
from lemmata.checks.audit.reference import screen, shapes
from lemmata.checks.audit.widening import Outcome, outcomes
from lemmata.checks.format_balls import FORMATS
from lemmata.spec.language.routines import find

from . import deep_targets

FAR = np.array([[1e8 + 1, 1e8 + 2, 1e8 + 4]])
NORMAL: dict[str, Any] = {"gamma": np.ones(3), "beta": np.zeros(3), "eps": 1e-5}
TINY = np.array([1e-154, 1e-300])
LOGITS: dict[str, Any] = {"logits": np.array([[800.0, 0, 1], [1, 2, -900]]), "y": np.array([[0, 1.0, 0], [0, 0, 1]])}

HEAL = [
    ("softplus", "softplus", {"x": [-50.0, -600, 800, -300]}),
    ("softplus_loop", "softplus", {"x": [-50.0, 800, -300]}),
    ("softmax", "softmax", {"x": [20000.0, 1, 19990]}),
    ("softmax", "softmax", {"x": [-20000.0, -20001, -20002]}),
    ("log_softmax", "log_softmax", {"x": [0.0, -800, 3]}),
    ("logsumexp", "logsumexp", {"x": [20000.0, 1, 2]}),
    ("logaddexp", "logaddexp", {"a": [20000.0, -13000], "b": [1.0, -12999]}),
    ("sigmoid", "sigmoid", {"x": [-50.0, -600]}),
    ("sigmoid_expit", "sigmoid", {"x": [-50.0, -300]}),
    ("log_sigmoid", "log_sigmoid", {"x": [50.0, -12000]}),
    ("tanh", "tanh", {"x": TINY}),
    ("mse", "mse", {"pred": [1e12 + 1, 1e12], "target": [1e12, 1e12 + 2]}),
    ("layernorm", "layernorm", {"X": FAR * 1e5, **NORMAL}),
    ("cross_entropy", "cross_entropy", LOGITS | {"logits": LOGITS["logits"] * 20}),
    ("bce_logits", "bce_logits", {"z": [60.0, -13000], "y": [0.0, 1.0]}),
]
STAY = [
    ("softmax_eps", "softmax", {"x": [-30.0, -31, -32]}),
    ("softmax_eps", "softmax", {"x": [-20000.0, -20001, -20002]}),
    ("softmax_clipped", "softmax", {"x": [20000.0, 19999, 1]}),
    ("sigmoid_single", "sigmoid", {"x": [0.3, -50.1]}),
    ("sigmoid_eps", "sigmoid", {"x": [0.5, 50.0]}),
    ("softplus_twice", "softplus", {"x": [-50.0, 800]}),
    ("kl_clipped", "kl", {"p": np.array([0.5, 0.5]), "q": np.array([2.0**-40, 1 - 2.0**-40])}),
    ("layernorm_unbiased", "layernorm", {"X": FAR, **NORMAL}),
]
TENSORS_HEAL = ["softplus", "softmax", "log_softmax", "logaddexp", "sigmoid", "log_sigmoid", "mse", "cross_entropy"]


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Process]]:
    folder = tmp_path_factory.mktemp("deep")
    made = {}
    for name in ("right", "wrong", "tensors", "odd"):
        source = getattr(deep_targets, name.upper())
        (folder / f"{name}.py").write_text(source)
        first = source.split("def ")[1].split("(")[0]
        made[name] = Process(Target("file", str(folder / f"{name}.py"), first))
    yield made
    for process in made.values():
        process.close()


def batch_of(definition: str, given: dict[str, Any]) -> Batch:
    """One row for each call; of a routine over elements, for each entry."""
    variant = find(definition).variant()
    arrays = {k: np.asarray(v, float) for k, v in given.items()}
    values = {k: v if variant.maps == "elements" else v[None] for k, v in arrays.items()}
    dims: dict[str, int] = {}
    for p in variant.parameters:
        if variant.maps != "elements":
            dims |= dict(zip(map(str, p.sort.dims), arrays[p.name].shape, strict=True))
    count = len(next(iter(values.values())))
    return Batch(variant, "float64", dims, {}, values, count)


def outcome(process: Process, name: str, definition: str, given: dict[str, Any], style: str) -> set[Outcome]:
    """What becomes of the failing calls; each of them must fail as it is."""
    batch, fmt = batch_of(definition, given), FORMATS["float64"]
    process.target = replace(process.target, call=f"{name}({', '.join(given)})")
    form = Form(style, (1,) if batch.variant.maps == "elements" else ())
    answers = ask(process, batch, form, shapes(batch.variant, batch))
    screens = screen(batch.variant, batch, fmt)
    assert Judged(answers, screens, fmt).failing.all(), "fails nowhere"
    return set(outcomes(process, batch, form, fmt, screens, answers))


@pytest.mark.parametrize(("name", "definition", "given"), HEAL)
def test_what_is_right_in_exact_arithmetic_heals(processes, name, definition, given):
    assert outcome(processes["right"], name, definition, given, "numpy") == {Outcome.HEALS}


@pytest.mark.parametrize(("name", "definition", "given"), STAY)
def test_another_function_stays_wrong(processes, name, definition, given):
    assert outcome(processes["wrong"], name, definition, given, "numpy") == {Outcome.STAYS}


@pytest.mark.parametrize(("name", "definition", "given"), [case for case in HEAL if case[0] in TENSORS_HEAL])
def test_tensors_heal(processes, name, definition, given):
    assert outcome(processes["tensors"], name, definition, given, "torch") == {Outcome.HEALS}


@pytest.mark.parametrize(
    ("name", "definition", "given"),
    [*STAY[:4], STAY[5], ("mse_half", "mse", {"pred": [1e12 + 1, 1e12], "target": [1e12, 1e12 + 2]})],
)
def test_other_functions_of_tensors_stay_wrong(processes, name, definition, given):
    name = name.replace("clipped", "clamped")
    assert outcome(processes["tensors"], name, definition, given, "torch") == {Outcome.STAYS}


@pytest.mark.parametrize(
    ("name", "style"),
    [(n, "numpy") for n in ("decomposed", "from_scipy", "bits", "single", "caught", "elsewhere")]
    + [(n, "torch") for n in ("into", "backwards", "transformed")],
)
def test_what_is_not_known_is_refused(processes, name, style):
    process = processes["odd"]
    process.target = replace(process.target, call=f"{name}(x)")
    replies = process.call(Calls([Argument("x", np.array([[0.25, 1.5, -3.0]]))], 1, style, deep=True))
    assert replies.errors[0].startswith("no wider format"), replies


@pytest.mark.parametrize(("layout", "flat"), [("", [1, 2, 3, 4]), ("fortran", [1, 3, 2, 4]), ("strided", [1, 2, 3, 4])])
def test_arrays_lie_in_memory_as_they_do_in_float64(processes, layout, flat):
    process = processes["right"]
    process.target = replace(process.target, call="in_memory(x)")
    rows = np.array([[[1.0, 2], [3, 4]]])
    for deep in (False, True):
        replies = process.call(Calls([Argument("x", rows)], 1, "numpy", layout, deep=deep))
        assert replies.outputs is not None, replies.errors
        got = replies.outputs[0][0]
        assert (got[:, 0] if deep else got).tolist() == flat


def test_exponents_past_those_of_decimals_leave_it_open(processes):
    process = processes["right"]
    assert outcome(process, "softplus", "softplus", {"x": [1e300, 800]}, "numpy") == {Outcome.OPEN, Outcome.HEALS}

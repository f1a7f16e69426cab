"""How a target wants to be called: with NumPy arrays, tensors, lists or plain numbers, found out by trying."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ...spec.language.routines import Variant
from ..format_balls import Format
from .calling import Answers, Form, ask, fits
from .inputs import Batch, batches
from .points import sizes
from .process import Loaded, Process
from .reference import shapes
from .targets import template

TRIED = 6  # points of a trial
PATIENCE = 6.0  # seconds for all trials, where a call takes long


@dataclass(frozen=True)
class Chosen:
    """The style, and the variants to audit: with and without an optional argument where both can be called."""

    style: str
    variants: Sequence[Variant]

    def forms(self, batch: Batch) -> list[Form]:
        """Plain forms for single questions."""
        return _forms(batch, self.style)


@dataclass
class _Trial:
    calls: int = 0
    right: int = 0  # calls with results of the right shape
    numbers: int = 0  # calls with any numbers
    error: str = ""
    died: str = ""


def choose(process: Process, variant: Variant, loaded: Loaded, formats: Sequence[Format], seed: int) -> Chosen | str:
    """The style in which most calls come back, or one sentence on why none does."""
    variants = _variants(process, variant, loaded)
    if isinstance(variants, str):
        return variants
    styles = ["torch", "numpy"] if _for_torch(loaded) else ["numpy"]
    if not loaded.numpy:
        styles = []
    styles += ["lists"] if any(p.sort.kind == "array" for p in variant.parameters) or variant.maps else []
    styles += ["numbers"] if variant.maps == "elements" or not styles else []
    trials: dict[str, _Trial] = {}
    end = time.monotonic() + PATIENCE
    for style in styles:
        if trials and time.monotonic() > end:
            break
        trials[style] = trial = _try(process, variants[-1], style, formats, seed, end)
        if trial.died:
            process.restart()
            if not trial.numbers:
                return trial.died if trial.died.startswith("it ") else f"it {trial.died}"
        if trial.right and not trial.error:
            return Chosen(style, variants)
    if (
        "torch" not in trials
        and not any(t.right for t in trials.values())
        and any(map(_misses_tensors, trials.values()))
    ):
        styles.append("torch")
        trials["torch"] = _try(process, variants[-1], "torch", formats, seed, end + PATIENCE)
    best = max(trials, key=lambda s: (trials[s].right, trials[s].numbers))
    if trials[best].right or trials[best].numbers:
        return Chosen(best, variants)
    return _reason(trials, styles, variant)


def _for_torch(loaded: Loaded) -> bool:
    """Whether the code is one for tensors: it names torch, or nothing else where its module has nothing else."""
    others = {"numpy", "math", "scipy"} & {*loaded.uses} or {"np", "numpy", "math"} & loaded.defines
    return "torch" in loaded.uses or (loaded.imports_torch and not others)


def _misses_tensors(trial: _Trial) -> bool:
    """Whether the code asks for something that an array does not have; a module need not name torch to want tensors."""
    return any(sign in trial.error for sign in ("has no attribute", "ensor", "torch"))


def _reason(trials: dict[str, _Trial], styles: Sequence[str], variant: Variant) -> str:
    if not any(t.calls for t in trials.values()):
        chosen = ", ".join(f"{k} = {v}" for k, v in variant.conventions.items())
        return f"among the arguments that are tried there are none for {chosen or variant.name}"
    names = {"numpy": "NumPy arrays", "torch": "tensors", "lists": "lists", "numbers": "numbers"}
    told = next((s for s in trials if trials[s].error.startswith("returned")), styles[0])
    reason = trials[told].error or "returned nothing"
    return f"with {names[told]}{' it ' if reason.startswith('returned') else ': '}{reason}"


def _variants(process: Process, variant: Variant, loaded: Loaded) -> list[Variant] | str:
    """With the optional arguments and without, as the signature or the template has room for them."""
    optional = [name for name, given in variant.routine.arguments.items() if given.may_lack]
    full = variant.with_optional(optional)
    if process.target.call:
        used = [name for name, _ in template(process.target.call).names]
        return [full] if any(name in used for name in optional) else [variant]
    made = [v for v in dict.fromkeys((variant, full)) if loaded.takes(_count(v))]
    if made:
        return made
    wanted = ", ".join(p.name for p in full.parameters)
    said = f"it takes {_arity(loaded)}, and {variant.name} has {_count(variant)} ({wanted})"
    return f"{said}; adapt it with --call, such as --call '{process.target.name}(…)'"


def _count(variant: Variant) -> int:
    return len(variant.parameters) + 2 * sum(p.coding.name == "TWO_VALUES" for p in variant.parameters)


def _arity(loaded: Loaded) -> str:
    if loaded.keywords:
        return f"the keyword arguments {', '.join(loaded.keywords)}"
    most = "any number of" if loaded.most is None else str(loaded.most)
    between = most if loaded.least == loaded.most else f"{loaded.least} to {most}"
    return f"{between} argument{'' if loaded.most == 1 else 's'}"


def _forms(points: Batch, style: str) -> list[Form]:
    """The plainest forms that the convention's axis allows."""
    leads: list[tuple[int, ...]] = [()]
    if points.variant.maps == "elements" and style != "numbers":
        leads = [(3,), (1,)]
    elif points.variant.maps == "rows" and style != "numbers":
        leads = [(2,), ()]
    made = [Form(style, lead) for lead in leads] + [Form(style, (2, 2))] * (points.variant.maps == "rows")
    fitting = [f for f in made if fits(points, f) and f.rows <= points.count]
    return fitting[: len(leads)]


def _mild(batch: Batch) -> Batch:
    """The points with entries nearest to 1: what fails at large ones only can still be called."""
    with np.errstate(divide="ignore"):
        away = np.abs(np.log(sizes(batch)))
    return batch.take(np.argsort(away, kind="stable")[:TRIED])


def _try(process: Process, variant: Variant, style: str, formats: Sequence[Format], seed: int, end: float) -> _Trial:
    trial = _Trial()
    for batch in islice(batches(variant, formats[0].name, np.random.default_rng(seed)), 8):
        points = _mild(batch)
        for form in _forms(points, style):
            answers = ask(process, points, form, shapes(variant, points), seconds=1.0)
            _tell(trial, answers)
            if answers.replies.died or time.monotonic() > end:
                return trial
        if trial.right:
            break
    return trial


def _tell(trial: _Trial, answers: Answers) -> None:
    calls = answers.replies.done
    trial.calls += calls
    failed = len(answers.replies.errors)
    trial.numbers += calls - failed
    trial.right += calls - failed - len(answers.misshapen)
    trial.error = trial.error or next(iter(answers.replies.errors.values()), "")
    trial.died = answers.replies.died

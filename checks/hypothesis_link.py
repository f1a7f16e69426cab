"""Hypothesis as a method: an implementation against the definition it implements, over floats, shrunk.

The definition is evaluated exactly at the floats that the code was given; what error is allowed comes from the format
alone (`format_balls`). The free indices of the definition are the axes of the code's result, in order.
"""

from __future__ import annotations

import importlib
import math
import random
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import Phase, Verbosity, find, settings
from hypothesis.errors import Flaky, NoSuchExample

from ..spec.language.claims import Definition
from .evidence import Counterexample, Evidence, Verdict
from .float_inputs import Inputs, inputs, read
from .format_balls import FORMATS, Reference
from .goal import Effort

NAME = "hypothesis"
TRUSTED = ("python-flint (Arb)", "the evaluator of the language", "NumPy's floating-point formats")
DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class Failure:
    """What is wrong with one call, in the words of a counterexample."""

    expected: str
    got: str
    note: str
    relation: str = "≈"


@dataclass
class Tally:
    """What was compared so far. worst: the largest error in units of the budget among the results that passed."""

    inputs: int = 0
    values: int = 0
    undecided: int = 0
    worst: float = 0.0
    lost_bits: float = 0.0
    formats: list[str] = field(default_factory=list)

    @property
    def effort(self) -> dict[str, int]:
        return {"inputs": self.inputs, "values": self.values, "undecided": self.undecided}

    @property
    def words(self) -> str:
        where = f"{self.values - self.undecided} values at {self.inputs} inputs in {' and '.join(self.formats)}"
        lost = f", up to {self.lost_bits:.1f} bits lost" if self.lost_bits else ""
        return f"agrees in {where}; the worst error is {self.worst:.2g} of the error budget{lost}"


def implementation_of(definition: Definition) -> Callable[..., Any] | None:
    """The function of `lemmata.impl` with the definition's own topic and name, None where there is none.

    >>> from ..spec.softmax import softmax
    >>> implementation_of(softmax).__module__
    'lemmata.impl.softmax'
    """
    module, _, name = implementation_name(definition).rpartition(".")
    try:
        return getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name == module:
            return None
        raise


def implementation_name(definition: Definition) -> str:
    return f"lemmata.impl.{definition.id}"


def compare(
    function: Callable[..., Any], definition: Definition, given: Inputs, tally: Tally | None = None
) -> Failure | None:
    """One call against the definition: None when all is as it should be, or open."""
    tally = tally or Tally()
    arguments = given.fresh()
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = np.asarray(function(*arguments))
    except Exception as error:
        return Failure("a value", f"{type(error).__name__}: {error}", "the call raised")
    for name, before, after in zip(given.arguments, given.arguments.values(), arguments, strict=True):
        if isinstance(before, np.ndarray) and before.tobytes() != after.tobytes():
            return Failure(str(before.tolist()), str(after.tolist()), f"the call changed its argument {name}", "=")
    return _compared(result, definition, given, tally)


def _compared(result: np.ndarray, definition: Definition, given: Inputs, tally: Tally) -> Failure | None:
    references = [(at, Reference(definition, env, FORMATS[given.dtype.name])) for at, env in given.points()]
    shape = (*([given.elementwise] if given.elementwise else []), *references[0][1].shape)
    if result.shape != shape:
        return Failure(str(shape), str(result.shape), "the shape of the result", "=")
    if result.dtype != given.dtype:
        return Failure(given.dtype.name, result.dtype.name, "the format of the result", "=")
    worst: tuple[float, Failure] | None = None
    for at, reference in references:
        for index in np.ndindex(reference.shape):
            got = result[(*at, *index)]
            judged = reference.judge(float(got), tuple(i + 1 for i in index))
            tally.values += 1
            tally.undecided += judged.outcome == "undecided"
            if judged.outcome == "wrong":
                if worst is None or judged.units > worst[0]:
                    component = f" in component {tuple(i + 1 for i in (*at, *index))}" if shape else ""
                    size = f": {judged.units:.3g} times the error budget" if math.isfinite(judged.units) else ""
                    note = (judged.note or "the error") + size + component
                    worst = judged.units, Failure(judged.expected, repr(float(got)), note)
            elif judged.outcome != "undecided":
                tally.worst = max(tally.worst, judged.units)
                tally.lost_bits = max(tally.lost_bits, judged.lost_bits)
    return worst[1] if worst else None


def search(
    function: Callable[..., Any], definition: Definition, effort: Effort, seed: int, dtypes: Sequence[str] = DTYPES
) -> tuple[Counterexample | None, Tally]:
    """The smallest failing input that Hypothesis finds, or None, and what was compared on the way."""
    tally = Tally()
    for dtype in dtypes:
        tally.formats.append(dtype)
        rng = random.Random(f"{seed}:{definition.id}:{dtype}")
        found = _search(function, definition, effort.inputs, rng, dtype, tally)
        if found:
            return found, tally
    return None, tally


def _search(
    function: Callable[..., Any], definition: Definition, count: int, rng: random.Random, dtype: str, tally: Tally
) -> Counterexample | None:
    first: list[Inputs] = []

    def fails(given: Inputs) -> bool:
        if first:  # from here on Hypothesis shrinks; that is no search
            return compare(function, definition, given) is not None
        tally.inputs += 1
        if compare(function, definition, given, tally) is not None:
            first.append(given)
        return bool(first)

    plain = settings(
        max_examples=count, database=None, deadline=None, derandomize=False, verbosity=Verbosity.quiet,
        phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    try:
        return counterexample(function, definition, find(inputs(definition, dtype), fails, settings=plain, random=rng))
    except NoSuchExample:
        return None
    except Flaky:
        return counterexample(function, definition, first[0])


def counterexample(function: Callable[..., Any], definition: Definition, given: Inputs) -> Counterexample:
    failure = compare(function, definition, given)
    if failure is None:
        failure = Failure("the same result again", "another one", "the function is not deterministic", "=")
    return Counterexample(given.plain(), failure.expected, failure.relation, failure.got, failure.note)


def still_fails(definition: Definition, witness: Counterexample, function: Callable[..., Any] | None = None) -> bool:
    """Whether a counterexample, run again from its plain data, still is one."""
    function = function or implementation_of(definition)
    assert function is not None
    return compare(function, definition, read(definition, witness.inputs)) is not None


def check(
    definition: Definition,
    effort: Effort,
    seed: int,
    *,
    function: Callable[..., Any] | None = None,
    dtypes: Sequence[str] = DTYPES,
) -> Evidence:
    """TESTED, REFUTED with the smallest failing input, UNDECIDED where no budget was bounded, or NOT_RUN.

    `function` stands in for the implementation that the definition's name resolves to.
    """
    subject = f"implementation:{implementation_name(definition)}"
    target = function or implementation_of(definition)
    if target is None:
        detail = f"there is no {implementation_name(definition)}"
        return Evidence(definition.id, subject, NAME, Verdict.NOT_RUN, detail)
    witness, tally = search(target, definition, effort, seed, dtypes)
    return evidence(
        Evidence(definition.id, subject, NAME, Verdict.UNDECIDED, trusted=TRUSTED, seed=seed), witness, tally
    )


def evidence(blank: Evidence, witness: Counterexample | None, tally: Tally) -> Evidence:
    """The record with the finding in it."""
    found = replace(blank, effort=tally.effort)
    if witness:
        return replace(
            found,
            verdict=Verdict.REFUTED,
            detail=f"disagrees at the input shown: {witness.note}",
            counterexample=witness,
        )
    if tally.values == tally.undecided:
        return replace(found, detail="no error budget was bounded, so nothing could be compared")
    return replace(found, verdict=Verdict.TESTED, detail=tally.words)

"""Hypothesis as a method: an implementation against the definition it implements, over floats, shrunk.

The definition is evaluated exactly at the floats that the code was given; what error is allowed comes from the format
alone (`format_balls`). The free indices of the definition are the axes of the code's result, in order.
"""

from __future__ import annotations

import importlib
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import Phase, Verbosity, find, settings
from hypothesis.errors import Flaky, NoSuchExample

from ..spec.language.claims import Definition
from .evidence import Counterexample, Evidence, Verdict
from .float_inputs import Inputs, inputs, read, smaller
from .format_balls import FORMATS, Judgement, Reference
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

    def count(self, judged: Judgement) -> None:
        self.values += 1
        self.undecided += judged.outcome == "undecided"
        if judged.outcome in ("correct", "inaccurate"):
            self.worst = max(self.worst, judged.units)
            self.lost_bits = max(self.lost_bits, judged.lost_bits)

    @property
    def effort(self) -> dict[str, int]:
        return {"inputs": self.inputs, "values": self.values, "undecided": self.undecided}

    @property
    def words(self) -> str:
        where = f"{self.values - self.undecided} values at {self.inputs} inputs in {' and '.join(self.formats)}"
        lost = f", up to {self.lost_bits:.1f} bits lost" if self.lost_bits else ""
        return f"agrees in {where}; the worst error is {self.worst:.2g} times the error budget{lost}"


def implementation_of(definition: Definition) -> Callable[..., Any] | None:
    """The function of `lemmata.impl` with the definition's own topic and name, None where there is none.

    >>> from ..spec.softmax import softmax
    >>> implementation_of(softmax).__module__
    'lemmata.impl.softmax'
    """
    module, _, name = implementation_name(definition).rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name and f"{module}.".startswith(f"{error.name}."):
            return None
        raise
    return found if getattr(found, "__module__", "") == module else None


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
    worst, found = -1.0, None
    for at, reference in references:
        for index in np.ndindex(reference.shape):
            got = float(result[(*at, *index)])
            judged = reference.judge(got, tuple(i + 1 for i in index))
            tally.count(judged)
            if judged.outcome == "wrong" and judged.units > worst:
                component = f"entry {', '.join(str(i + 1) for i in (*at, *index))}: " if shape else ""
                worst, found = judged.units, Failure(judged.expected, repr(got), component + _words(judged))
    return found


def _words(judged: Judgement) -> str:
    return judged.note or f"the error is {judged.units:.3g} times the error budget"


def search(
    function: Callable[..., Any],
    definition: Definition,
    effort: Effort,
    seed: int,
    dtypes: Sequence[str] = DTYPES,
    admits: Callable[..., bool] = lambda *arguments: True,
) -> tuple[Counterexample | None, Tally]:
    """The smallest failing input that Hypothesis finds, or None, and what was compared on the way.

    admits: a condition on the arguments, for a function that is not meant for all of them.
    """
    tally = Tally()
    for dtype in dtypes:
        tally.formats.append(dtype)
        rng = random.Random(f"{seed}:{definition.id}:{dtype}")
        found = _search(function, definition, effort.inputs, rng, dtype, tally, admits)
        if found:
            return found, tally
    return None, tally


@contextmanager
def fixed_constants() -> Iterator[None]:
    """Without the constants that Hypothesis reads off the modules loaded, as a search must not depend on those."""
    providers, name = sys.modules.get("hypothesis.internal.conjecture.providers"), "_get_local_constants"
    read, none = getattr(providers, name, None), getattr(providers, "Constants", None)
    if read is None or none is None:  # a release that has no such thing
        yield
        return
    setattr(providers, name, none)
    try:
        yield
    finally:
        setattr(providers, name, read)


def _search(
    function: Callable[..., Any],
    definition: Definition,
    count: int,
    rng: random.Random,
    dtype: str,
    tally: Tally,
    admits: Callable[..., bool],
) -> Counterexample | None:
    first: list[Inputs] = []

    def admitted(given: Inputs) -> bool:
        return admits(*given.arguments.values())

    def fails(given: Inputs) -> bool:
        if first:  # from here on Hypothesis shrinks; that is no search
            return admitted(given) and compare(function, definition, given) is not None
        tally.inputs += 1
        if compare(function, definition, given, tally) is not None:
            first.append(given)
        return bool(first)

    strategy = inputs(definition, dtype).filter(admitted)
    plain = settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        phases=[Phase.generate, Phase.shrink],
    )
    try:
        with fixed_constants():
            smallest = find(strategy, fails, settings=plain, random=rng)
    except NoSuchExample:
        return None
    except Flaky:
        return counterexample(function, definition, first[0])
    return counterexample(function, definition, _pruned(smallest, definition, fails))


def _pruned(given: Inputs, definition: Definition, fails: Callable[[Inputs], bool]) -> Inputs:
    """Without the entries that do not matter: where several arrays share an axis, Hypothesis cannot leave one out."""
    for fewer in smaller(definition, given):
        if fails(fewer):
            return _pruned(fewer, definition, fails)
    return given


def counterexample(function: Callable[..., Any], definition: Definition, given: Inputs) -> Counterexample:
    failure = compare(function, definition, given)
    if failure is None:
        failure = Failure("the same result again", "another one", "the function is not deterministic", "=")
    return Counterexample(given.plain(), failure.expected, failure.relation, failure.got, failure.note)


def still_fails(definition: Definition, witness: Counterexample, function: Callable[..., Any] | None = None) -> bool:
    """Whether a counterexample, run again from its plain data, still is one."""
    target = function or implementation_of(definition)
    if target is None:
        raise LookupError(f"there is no {implementation_name(definition)} to run again")
    given = read(definition, witness.inputs)
    return any(compare(target, definition, g) is not None for g in (given, given.with_python_floats()))


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

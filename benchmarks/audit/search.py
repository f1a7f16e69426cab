"""The audit's search beside a Hypothesis loop, and beside a loop that does nothing but call the target."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

sys.path.append(str(Path(__file__).resolve().parents[1] / "speed"))

import honest
from runs import Run, bare, searched
from tables import ratio, table, words

SECONDS = 3.6  # what an audit with the default budget of 8 s searches for
EXAMPLES = 1000
BATCHED = ("softmax", "log_softmax", "logsumexp", "sigmoid", "softplus", "tanh", "relu")
ROWS = ("softmax", "log_softmax", "logsumexp")
ONE_BY_ONE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("kl", "kl", {}),
    ("cross_entropy", "cross_entropy", {}),
    ("adam", "adam", {"eps_placement": "outside"}),
    ("attention", "attention", {}),
    ("layernorm", "layernorm", {}),
    ("plain_attention", "attention", {}),
    ("corr2d", "corr2d", {}),
)
PARTS = ("drawing", "screening", "crossing", "settling", "relations", "rest")


def hypothesis_loop(function: Callable[[Any], Any]) -> tuple[int, int, float]:
    """Examples, entries and seconds of a property test: vectors of 1 to 8 floats, against long doubles."""
    seen = [0, 0]
    floats = st.floats(-700, 700, allow_nan=False)

    @settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(arrays(np.float64, st.integers(1, 8), elements=floats))
    def property_holds(x: Any) -> None:
        seen[0], seen[1] = seen[0] + 1, seen[1] + x.size
        np.testing.assert_allclose(function(x), function(x.astype(np.longdouble)), rtol=1e-6, atol=1e-12)

    began = time.perf_counter()
    property_holds()
    return seen[0], seen[1], time.perf_counter() - began


def against_hypothesis() -> str:
    rows = []
    for name in BATCHED:
        run = searched(name, name, {}, SECONDS)
        examples, entries, seconds = hypothesis_loop(getattr(honest, name))
        theirs = (examples if name in ROWS else entries) / seconds
        ours = run.inputs / run.seconds
        rows.append([name, f"{ours:,.0f}", f"{theirs:,.0f}", ratio(ours, theirs), ratio(ours, examples / seconds)])
    heads = ["function", "audit, inputs/s", "Hypothesis, inputs/s", "ratio", "inputs / Hypothesis examples"]
    return table(heads, rows)


def against_bare_loops() -> str:
    rows, shares = [], []
    for name, definition, conventions in ONE_BY_ONE:
        run = searched(name, definition, conventions, SECONDS)
        alone = bare(getattr(honest, name), run.asked)
        ours = run.calls / run.seconds
        rows.append([name, words(1 / alone), f"{ours:,.0f}", f"{alone:,.0f}", ratio(ours, alone)])
        shares.append([name, *_shares(run)])
    for name in ("softmax", "softplus"):
        shares.append([name, *_shares(searched(name, name, {}, SECONDS))])
    first = table(["function", "one call", "audit, calls/s", "bare loop, calls/s", "ratio"], rows)
    where = "Where the search spends its time; for two functions of which a call takes many inputs, too:"
    return f"{first}\n\n{where}\n\n{table(['function', 'target', *PARTS], shares)}"


def _shares(run: Run) -> list[str]:
    """The target runs while the audit waits in `crossing`, or in `settling` for the wider formats."""
    seconds = dict(run.parts)
    seconds["crossing"] = seconds.get("crossing", 0.0) - run.inside
    whole = sum(run.parts.values())
    return [f"{100 * s / whole:.0f} %" for s in (run.inside, *(max(0.0, seconds.get(p, 0.0)) for p in PARTS))]


def measured() -> str:
    return (
        "The search of an audit in float64 and float32 for as long as with the default budget, drawing, judging and "
        "settling included, beside 1,000 examples of a Hypothesis property test (vectors of 1 to 8 floats, allclose "
        "to the same formula in long doubles). An input is a number where the function is entrywise, else a vector; "
        "the last ratio counts what the property test calls an example, a whole vector, as one.\n\n"
        f"{against_hypothesis()}\n\n"
        "Functions of which a call takes one input: calls a second in the search, beside a loop in one process that "
        "only calls the function, on the arguments that the search has used. A search begins "
        "with small corner cases, whatever the function.\n\n"
        f"{against_bare_loops()}"
    )


if __name__ == "__main__":
    print(measured())

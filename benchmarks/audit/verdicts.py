"""How long an audit takes to its verdict, for mistakes and for honest functions."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "speed"))

from tables import table, words

from lemmata.checks.audit import audit

HERE = Path(__file__).parent
MISTAKEN: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("softmax_over_columns", "softmax", {}),
    ("softmax_unshifted", "softmax", {}),
    ("softmax_in_place", "softmax", {}),
    ("softplus_as_written", "softplus", {}),
    ("kl_with_epsilon", "kl", {}),
    ("cross_entropy_summed", "cross_entropy", {}),
    ("adam_uncorrected", "adam", {"eps_placement": "outside"}),
    ("attention_unscaled", "attention", {}),
    ("layernorm_unbiased", "layernorm", {}),
    ("corr2d_flipped", "corr2d", {}),
)
HONEST: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("softmax", "softmax", {}),
    ("softplus", "softplus", {}),
    ("kl", "kl", {}),
    ("cross_entropy", "cross_entropy", {}),
    ("adam", "adam", {"eps_placement": "outside"}),
    ("corr2d", "corr2d", {}),
)


def measured() -> str:
    rows = []
    taken: dict[str, list[float]] = {"mistaken": [], "honest": []}
    for file, those in (("mistaken", MISTAKEN), ("honest", HONEST)):
        for name, definition, conventions in those:
            began = time.perf_counter()
            found = audit(f"{HERE / file}.py:{name}", definition, conventions=conventions)
            seconds = time.perf_counter() - began
            taken[file].append(seconds)
            rows.append([name, found.verdict.value, words(seconds), f"{found.inputs:,}"])
    return (
        "From the call of `audit` to its answer, with the default budget of 8 s; the definition's first use in the "
        f"process included.\n\n{table(['function', 'verdict', 'time', 'inputs'], rows)}\n\n"
        f"Mistakes: {words(median(taken['mistaken']))} in the median. "
        f"Honest functions: {words(max(taken['honest']))} at most.\n\n{_torch()}"
    )


def _torch() -> str:
    """A target that imports torch, whose import is its own affair."""
    try:
        import torch  # noqa: F401 # pyright: ignore[reportUnusedImport]
    except ImportError:
        return "There is no torch here."
    began = time.perf_counter()
    found = audit("torch.nn.functional:log_softmax", "log_softmax", call="log_softmax(x, dim=-1)")
    seconds = time.perf_counter() - began
    return (
        f"`torch.nn.functional.log_softmax`, gradients included: {found.verdict.value} after {words(found.seconds)}, "
        f"{words(seconds)} with the import of torch in the target's process."
    )


if __name__ == "__main__":
    print(measured())

"""PyTorch as a method: what its functions and its autograd compute, against the closed form that was derived.

The same comparison as for implementations: exact values, error budgets from the format alone, shrunk counterexamples.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..spec.language.claims import Claim
from . import hypothesis_link
from .evidence import Counterexample, Evidence, Verdict
from .goal import Effort
from .hypothesis_link import TRUSTED, evidence, search
from .torch_graphs import GRAPHS

NAME = "torch"
DTYPES = ("float64",)


def installed() -> bool:
    return importlib.util.find_spec("torch") is not None


def on_arrays(compute: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """A graph as a function of NumPy arrays."""
    import torch

    def function(*arguments: Any) -> np.ndarray:
        tensors = [torch.from_numpy(v.copy()) if isinstance(v, np.ndarray) and v.ndim else float(v) for v in arguments]
        return compute(*tensors).detach().numpy()

    return function


@contextmanager
def one_thread() -> Iterator[None]:
    """A handful of numbers takes one thread 20 µs, and two of them, on a busy machine, 1 ms."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def check(claim: Claim, effort: Effort, seed: int, *, compute: Callable[..., Any] | None = None) -> Evidence:
    """TESTED, REFUTED with the smallest failing input, UNDECIDED where no budget was bounded, or NOT_RUN.

    `compute` stands in for the registered graph.
    """
    graph = GRAPHS.get(claim.id)
    reason = "" if graph else "no independent PyTorch graph is registered for it"
    reason = reason or ("" if installed() else "PyTorch is not installed")
    if graph is None or reason:
        return Evidence(claim.id, f"torch:{claim.id}", NAME, Verdict.NOT_RUN, reason)
    conditions = (f"compared where {graph.where}",) if graph.where else ()
    trusted = ("PyTorch autograd", *TRUSTED)
    blank = Evidence(claim.id, f"torch:{claim.id}", NAME, Verdict.UNDECIDED, "", conditions, trusted, seed=seed)
    with one_thread():
        function = on_arrays(compute or graph.compute)
        witness, tally = search(function, graph.definition, effort, seed, DTYPES, graph.admits)
    return evidence(blank, witness, tally)


def still_fails(claim: Claim, witness: Counterexample, compute: Callable[..., Any] | None = None) -> bool:
    """Whether a counterexample, run again from its plain data, still is one."""
    graph = GRAPHS[claim.id]
    return hypothesis_link.still_fails(graph.definition, witness, on_arrays(compute or graph.compute))

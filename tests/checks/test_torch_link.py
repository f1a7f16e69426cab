"""The links from claims to PyTorch: its autograd agrees with what was derived, and wrong graphs are refuted."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lemmata.checks import catalogue, normal_form, torch_graphs, torch_link
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import EFFORTS, Goal
from lemmata.spec import softmax
from lemmata.spec.language import Determines, Equals
from lemmata.spec.language.errors import LanguageError
from lemmata.spec.language.expressions import Derivative

STANDARD = EFFORTS["standard"]
GRAPHS = list(torch_graphs.GRAPHS.values())
CLAIMS = {c.id: c for c in catalogue.claims()}


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.claim)
def test_torch_agrees(graph):
    found = torch_link.check(CLAIMS[graph.claim], STANDARD, seed=0)
    assert (found.verdict, found.subject) == (Verdict.TESTED, f"torch:{graph.claim}")
    assert found.effort["undecided"] < found.effort["values"] / 3
    assert bool(found.side_conditions) == bool(graph.where)


def test_gradient_graphs_are_compared_with_the_derived_side():
    gradients = 0
    for graph in GRAPHS:
        statement = CLAIMS[graph.claim].statement
        if isinstance(statement, Equals) and isinstance(statement.left, Derivative):
            gradients += 1
            assert statement.right.id == graph.definition.id
    assert gradients == 5


def test_the_gradient_of_the_prior_is_the_claimed_one():
    """τ = 1/σ² of the claim, times w, is what the graph is compared with."""
    claim = CLAIMS["regularization.tau"]
    assert isinstance(claim.statement, Determines)
    definition = torch_graphs.GRAPHS[claim.id].definition
    w, sigma, j = (claim.variables[name].expr for name in ("w", "sigma", "j"))
    goal = Goal("w/σ²", claim.variables, Equals(definition.expand(w, sigma, j), w[j] * claim.statement.value))
    assert normal_form.check(goal, STANDARD, 0).verdict is Verdict.PROVED


def logistic_gradient_as_a_sum(w, X, y):
    from torch.nn import functional as F

    w.requires_grad_()
    return torch_graphs.gradient(F.binary_cross_entropy_with_logits(X @ w, y, reduction="sum"), w)


def second_derivative_of_softplus(x):
    """0 above PyTorch's threshold of 20."""
    import torch
    from torch.nn import functional as F

    x.requires_grad_()
    (sigmoid,) = torch.autograd.grad(F.softplus(x).sum(), x, create_graph=True)
    return torch_graphs.gradient(sigmoid, x)


def derivative_of_torch_sigmoid(x):
    import torch

    x.requires_grad_()
    return torch_graphs.gradient(torch.sigmoid(x), x)


def softmax_by_exponentials(a):
    import torch

    a.requires_grad_()
    return torch_graphs.gradient(torch.log(torch.exp(a).sum()), a)


def index_labels_only(o, y):
    """The gradient for the label with the largest weight."""
    from torch.nn import functional as F

    o.requires_grad_()
    return torch_graphs.gradient(F.cross_entropy(o[None], y.argmax()[None]), o)


WRONG_GRAPHS = {
    "no 1/m": ("logistic.gradient", logistic_gradient_as_a_sum, 5),
    "softplus and its threshold": ("logistic.derivative", second_derivative_of_softplus, 1),
    "σ(1 − σ)": ("logistic.derivative", derivative_of_torch_sigmoid, 1),
    "no shift": ("softmax.logsumexp_gradient", softmax_by_exponentials, 1),
    "hard labels": ("softmax.cross_entropy_logit_gradient", index_labels_only, 4),
    "jacobian transposed": (
        "softmax.jacobian",
        lambda a: torch_graphs.softmax_jacobian(a).flip(0),
        2,
    ),
    "σ for σ²": ("regularization.tau", lambda w, sigma: torch_graphs.gaussian_prior_gradient(w, sigma) * sigma, 2),
    "no correction": (
        "optimizers.adam_unbiased",
        lambda beta, g: torch_graphs.adam_first_moment(beta, g) * (1 - beta ** len(g)),
        2,
    ),
    "kl by batchmean": ("information.kl_nonnegative", lambda p, q: torch_graphs.divergence(p, q) / len(p), 4),
}


@pytest.mark.parametrize("claim_id, compute, size", WRONG_GRAPHS.values(), ids=WRONG_GRAPHS.keys())
def test_wrong_graphs_are_refuted(claim_id, compute, size):
    claim = CLAIMS[claim_id]
    found = torch_link.check(claim, STANDARD, 0, compute=compute)
    witness = found.counterexample
    assert found.verdict is Verdict.REFUTED and witness is not None
    assert str(witness.inputs).count(".") <= size, "a counterexample should be of few numbers"
    assert torch_link.still_fails(claim, witness, compute)
    assert not torch_link.still_fails(claim, witness)


def test_no_graph():
    found = torch_link.check(CLAIMS["softmax.sums_to_one"], STANDARD, 0)
    assert (found.verdict, found.detail) == (Verdict.NOT_RUN, "no independent PyTorch graph is registered for it")


def test_no_torch(monkeypatch):
    monkeypatch.setattr(torch_link, "installed", lambda: False)
    found = torch_link.check(CLAIMS["softmax.jacobian"], STANDARD, 0)
    assert (found.verdict, found.detail) == (Verdict.NOT_RUN, "PyTorch is not installed")


def test_a_claim_has_one_graph_and_a_condition_has_words():
    with pytest.raises(LanguageError, match=r"softmax\.jacobian has a graph already"):
        torch_graphs.torch_graph(softmax.jacobian, against=softmax.softmax)
    with pytest.raises(LanguageError, match="in words"):
        torch_graphs.torch_graph(softmax.sums_to_one, against=softmax.softmax, admits=lambda a: True)


def test_the_number_of_threads_is_given_back():
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch_link.check(CLAIMS["logistic.derivative"], EFFORTS["quick"], 0)
    assert torch.get_num_threads() == before


def test_the_links_load_without_torch():
    code = "import sys, lemmata.checks.torch_link; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

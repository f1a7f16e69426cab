"""Independent PyTorch graphs for claims: PyTorch's own functions, and what its autograd makes of them.

A graph takes the tensors that a definition's parameters name and returns the tensor that the definition should equal.
Nothing here knows the closed form that it is compared with. PyTorch is imported inside the functions only.

PyTorch's functions are not all accurate: `F.softplus` turns linear above 20, which makes its derivative wrong by
2·10⁻⁹, and the derivative of `torch.sigmoid` is σ(1 − σ), which is 0 from 37 on. Graphs use what is accurate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..spec import information, logistic, optimizers, regularization, softmax
from ..spec.language import Expr, Index, Positive, Vector
from ..spec.language.claims import Claim, Definition
from ..spec.language.errors import LanguageError


@dataclass(frozen=True)
class TorchGraph:
    """A claim, the definition whose value and error budget count, and the computation that should agree with it.

    compute takes the definition's parameters, but for the indices, as float64 tensors (scalars beside arrays as Python
    floats, lone scalars as vectors), and returns a tensor with the indices as axes. `admits` tells, of the same
    arguments as NumPy has them, where PyTorch computes that function at all; `where` says it in words.
    """

    claim: str
    definition: Definition
    compute: Callable[..., Any]
    admits: Callable[..., bool]
    where: str


def everywhere(*arguments: Any) -> bool:
    return True


GRAPHS: dict[str, TorchGraph] = {}


def torch_graph(
    claim: Claim, against: Definition, admits: Callable[..., bool] = everywhere, where: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated computation as the graph of a claim."""
    if claim.id in GRAPHS:
        raise LanguageError(f"{claim.id} has a graph already")
    if (admits is everywhere) == bool(where):
        raise LanguageError(f"the graph of {claim.id} must say in words where it computes its function")

    def decorate(compute: Callable[..., Any]) -> Callable[..., Any]:
        GRAPHS[claim.id] = TorchGraph(claim.id, against, compute, admits, where)
        return compute

    return decorate


def gradient(value: Any, variable: Any) -> Any:
    """∂ value / ∂ variable by autograd; of a vector, the gradient of its sum."""
    import torch

    return torch.autograd.grad(value.sum(), variable)[0]


@torch_graph(softmax.logsumexp_gradient, against=softmax.softmax)
def logsumexp_gradient(a):
    import torch

    a.requires_grad_()
    return gradient(torch.logsumexp(a, 0), a)


@torch_graph(softmax.jacobian, against=softmax.softmax_jacobian)
def softmax_jacobian(a):
    import torch

    a.requires_grad_()
    return torch.stack([torch.autograd.grad(S, a, retain_graph=True)[0] for S in torch.softmax(a, 0)])


@torch_graph(softmax.cross_entropy_logit_gradient, against=softmax.cross_entropy_gradient)
def cross_entropy_gradient(o, y):
    from torch.nn import functional as F

    o.requires_grad_()
    return gradient(F.cross_entropy(o[None], y[None]), o)


@torch_graph(logistic.derivative, against=logistic.sigmoid_derivative)
def sigmoid_derivative(x):
    """Through e^{log σ}, whose backward pass keeps its digits where σ rounds to 1."""
    import torch
    from torch.nn import functional as F

    x.requires_grad_()
    return gradient(torch.exp(F.logsigmoid(x)), x)


@torch_graph(logistic.gradient, against=logistic.logreg_grad)
def logistic_gradient(w, X, y):
    from torch.nn import functional as F

    w.requires_grad_()
    return gradient(F.binary_cross_entropy_with_logits(X @ w, y), w)


def prior_gradient(w=Vector["d"], sigma=Positive, j=Index["d"]) -> Expr:
    """The gradient of the L2 penalty at τ = 1/σ², which is wⱼ/σ²."""
    return w[j] / sigma**2


@torch_graph(
    regularization.tau,
    against=Definition(prior_gradient, notation=""),
    admits=lambda w, sigma: abs(w).max() < 2.0**500,
    where="‖w‖² is finite, as the density itself must be",
)
def gaussian_prior_gradient(w, sigma):
    import torch

    w.requires_grad_()
    return gradient(-torch.distributions.Normal(torch.zeros_like(w), sigma).log_prob(w), w)


@torch_graph(
    optimizers.adam_unbiased,
    against=optimizers.moment_corrected,
    admits=lambda beta, g: beta >= 2.0**-10 and abs(g).max() < 2.0**1000,
    where="β ≥ 2⁻¹⁰ and |gᵢ| < 2¹⁰⁰⁰: Adam interpolates, m + (1 − β)(g − m), which loses a smaller β and may overflow",
)
def adam_first_moment(beta, g):
    """The first moment that Adam holds after it was given the gradients in turn, and its correction."""
    import torch

    parameter = torch.zeros(1, dtype=g.dtype)
    adam = torch.optim.Adam([parameter], betas=(float(beta), 0.5))
    for step in g:
        parameter.grad = step.reshape(1)
        adam.step()
    return (adam.state[parameter]["exp_avg"] / (1 - beta ** len(g)))[0]


@torch_graph(information.kl_nonnegative, against=information.kl)
def divergence(p, q):
    """PyTorch multiplies 0 by log 0 where p = q = 0, and gets no number; a weight of 0 needs no logarithm."""
    import torch
    from torch.nn import functional as F

    return F.kl_div(torch.where(p > 0, q.log(), 0.0), p, reduction="sum")

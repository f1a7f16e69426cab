"""The worker's part with the modules that stand for torch's over Decimals: from Python 3.8 on."""

from __future__ import annotations

import contextlib
import sys
import types
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

torch: Any = sys.modules.get("torch")
arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
modules: Any = sys.modules.get("_lemmata_worker_deep_modules") or import_module(".worker_deep_modules", __package__)
folded: Any = sys.modules.get("_lemmata_worker_deep_sums") or import_module(".worker_deep_sums", __package__)
tensors: Any = sys.modules.get("_lemmata_worker_deep_torch") or import_module(".worker_deep_torch", __package__)
NoWider, lift, Number = arrays.NoWider, arrays.lift, arrays.Number
TORCH, NN, Tensor, CREATED = tensors.TORCH, tensors.NN, tensors.Tensor, tensors.CREATED
on_tensors, tensor, numpy_dtype = tensors.on_tensors, tensors.tensor, tensors.numpy_dtype


class Module:
    """torch.nn.Module for what has no state worth the name."""

    training = True

    def __init__(self, *_, **__):
        pass

    def __call__(self, *given, **more):
        return self.forward(*given, **more)

    def forward(self, *given, **more):
        raise NoWider("a module without forward")

    def train(self, mode=True):
        return self

    def eval(self):
        return self

    double = float = to = cpu = lambda self, *_, **__: self


class Function:
    """torch.autograd.Function, forwards only."""

    @classmethod
    def apply(cls, *given):
        own: Any = cls
        if hasattr(own, "setup_context"):
            return own.forward(*given)
        context = types.SimpleNamespace(
            save_for_backward=nothing, mark_non_differentiable=nothing, set_materialize_grads=nothing
        )
        context.needs_input_grad = (False,) * len(given)
        return own.forward(context, *given)


def nothing(*_, **__):
    return None


def layer(name, function, order=()):
    """A layer of torch.nn that only holds the options of a function."""

    class Layer(Module):
        def __init__(self, *given, **more):
            self.options = {**dict(zip(order, given)), **more}

        def forward(self, *given):
            return function(*given, **self.options)

    Layer.__name__ = name
    return Layer


class NoGrad(contextlib.ContextDecorator):
    def __init__(self, *_, **__):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def __call__(self, function):
        return function


def torch_modules():
    if torch is None:
        return {}
    known = {name: on_tensors(function, name) for name, function in TORCH.items()}
    nn = {
        name: on_tensors(function, name)
        for name, function in {**{k: TORCH[k] for k in ("sigmoid", "tanh")}, **NN}.items()
    }
    names = {**known, **{k: nn[k] for k in ("relu", "softmax", "log_softmax")}, **CREATED}
    names.update({k: v for k, v in vars(torch).items() if isinstance(v, torch.dtype)})
    names.update(
        {k: getattr(torch, k) for k in ("Size", "device", "dtype", "strided", "contiguous_format", "preserve_format")}
    )
    pi, e = (
        Number(arrays.numbers.CONTEXT.plus(arrays.numbers.PI)),
        Number(arrays.numbers.CONTEXT.exp(arrays.Decimal(1))),
    )
    names.update(Tensor=Tensor, pi=pi, e=e, inf=Number(arrays.INF), nan=Number(arrays.NAN), finfo=finfo)
    names.update(no_grad=NoGrad, enable_grad=NoGrad, inference_mode=NoGrad, set_grad_enabled=NoGrad)
    names.update(is_tensor=lambda x: isinstance(x, Tensor), is_floating_point=lambda x: x.is_floating_point())
    names.update(
        set_default_dtype=nothing, get_default_dtype=lambda: torch.float64, manual_seed=nothing, numel=Tensor.numel
    )
    names.update(
        DoubleTensor=lambda v: tensor(v, torch.float64),
        LongTensor=lambda v: tensor(v, torch.int64),
        set_num_threads=nothing,
    )
    names.update(
        result_type=lambda a, b: torch.float64,
        broadcast_tensors=lambda *t: [Tensor(v) for v in np.broadcast_arrays(*map(lift, t))],
    )
    layers = {
        "ReLU": layer("ReLU", nn["relu"]),
        "Sigmoid": layer("Sigmoid", nn["sigmoid"]),
        "Tanh": layer("Tanh", nn["tanh"]),
        "Softmax": layer("Softmax", nn["softmax"], ("dim",)),
        "LogSoftmax": layer("LogSoftmax", nn["log_softmax"], ("dim",)),
        "Softplus": layer("Softplus", nn["softplus"], ("beta", "threshold")),
        "LogSigmoid": layer("LogSigmoid", nn["logsigmoid"]),
        "MSELoss": layer("MSELoss", nn["mse_loss"]),
        "CrossEntropyLoss": layer("CrossEntropyLoss", nn["cross_entropy"], ("weight",)),
        "NLLLoss": layer("NLLLoss", nn["nll_loss"], ("weight",)),
        "BCELoss": layer("BCELoss", nn["binary_cross_entropy"], ("weight",)),
        "BCEWithLogitsLoss": layer("BCEWithLogitsLoss", nn["binary_cross_entropy_with_logits"], ("weight",)),
        "KLDivLoss": layer("KLDivLoss", nn["kl_div"]),
    }
    stand = modules.stand_in
    found = {"torch.nn.functional": stand("torch.nn.functional", nn, torch.nn.functional)}
    special = {
        k: known[k]
        for k in "expit logit xlogy xlog1py entr log1p expm1 logsumexp softmax log_softmax".split()
        if k in known
    }
    special.update(expit=known["sigmoid"])
    found["torch.special"] = stand("torch.special", special, torch.special)
    linalg = {"norm": known["norm"], "vector_norm": known["norm"]}
    found["torch.linalg"] = stand("torch.linalg", linalg, torch.linalg)
    found["torch.autograd"] = stand("torch.autograd", {"Function": Function}, torch.autograd)
    nn_module = {
        **layers,
        "Module": Module,
        "functional": found["torch.nn.functional"],
        "Identity": layer("Identity", lambda x: x),
    }
    nn_module["Parameter"] = lambda x, *_, **__: x
    found["torch.nn"] = stand("torch.nn", nn_module, torch.nn)
    names.update(
        nn=found["torch.nn"],
        special=found["torch.special"],
        linalg=found["torch.linalg"],
        autograd=found["torch.autograd"],
    )
    found["torch"] = stand("torch", names, torch)
    return found


class finfo(folded.finfo):
    def __init__(self, dtype=None):
        super().__init__(numpy_dtype(dtype))

"""Random inputs of every definition's domain, with corners that honest code gets right: ties, zeros, rows far apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Rng = np.random.Generator
Inputs = dict[str, Any]
SCALES = (1e-6, 0.1, 1.0, 1.0, 10.0, 60.0, 1000.0)


def draw(definition: str, conventions: Mapping[str, Any], rng: Rng, dtype: str = "float64") -> Inputs:
    """One input; floats in the format `dtype`, numbers without axes as Python has them."""
    made = DRAWS[definition](rng, conventions)
    return {k: v.astype(dtype) if isinstance(v, np.ndarray) and v.dtype.kind == "f" else v for k, v in made.items()}


def reals(rng: Rng, *shape: int, mild: bool = False) -> Any:
    values = rng.normal(size=shape) * (1.0 if mild else rng.choice(SCALES))
    if rng.random() < 0.2:
        values = np.round(values)
    return np.where(rng.random(shape) < 0.05, 0.0, values)


def chances(rng: Rng, *shape: int) -> Any:
    """Rows of probabilities, some of them 0, unless that leaves nothing."""
    weights = rng.gamma(rng.choice([0.05, 1.0, 50.0]), size=shape) + 1e-9
    if rng.random() < 0.3 and shape[-1] > 1:
        weights[..., rng.integers(shape[-1])] = 0.0
    return weights / weights.sum(axis=-1, keepdims=True)


def size(rng: Rng, most: int = 4) -> int:
    return int(rng.integers(1, most + 1))


def signs(rng: Rng, conventions: Mapping[str, Any], n: int) -> Any:
    sides = rng.integers(0, 2, size=n).astype(float)
    return sides if conventions.get("labels") == "01" else 2 * sides - 1


def _rows(rng: Rng, _: Any) -> Inputs:
    return {"x": reals(rng, *rng.integers(1, 4, size=rng.choice([1, 1, 2, 3])))}


def _rows_along(rng: Rng, conventions: Mapping[str, Any]) -> Inputs:
    most = 3 if conventions.get("axis", -1) in (-1, "none") else 2
    return {"x": reals(rng, *rng.integers(1, 4, size=rng.choice([1, 1, 2, 3] if most == 3 else [2])))}


def _masked_rows(rng: Rng, conventions: Mapping[str, Any]) -> Inputs:
    x = _rows_along(rng, conventions)["x"]
    return {"x": np.where(rng.random(x.shape) < 0.2, -np.inf, x)}


def _line(rng: Rng, _: Any) -> Inputs:
    return {"x": reals(rng, size(rng, 8))}


def _two(first: str, second: str) -> Callable[[Rng, Any], Inputs]:
    def made(rng: Rng, _: Any) -> Inputs:
        n = size(rng, 6)
        return {first: reals(rng, n), second: reals(rng, n)}

    return made


def _scores(name: str) -> Callable[[Rng, Any], Inputs]:
    def made(rng: Rng, conventions: Mapping[str, Any]) -> Inputs:
        n = size(rng, 6)
        kind = conventions if name != "z" else {"labels": "01"}
        labels = {"neg": 1.0, "pos": 2.0} if conventions.get("labels") == "args" else {}
        y = signs(rng, kind, n)
        return {name: reals(rng, n), "y": np.where(y > 0, 2.0, 1.0) if labels else y, **labels}

    return made


def _bernoulli(rng: Rng, _: Any) -> Inputs:
    n = size(rng, 6)
    p = np.where(rng.random(n) < 0.1, rng.integers(0, 2, size=n), rng.beta(0.3, 0.3, size=n))
    return {"p": p, "y": rng.integers(0, 2, size=n).astype(float)}


def _classes(rng: Rng, conventions: Mapping[str, Any]) -> Inputs:
    n, k = size(rng), size(rng, 4)
    y = rng.integers(0, k, size=n)
    return {"logits": reals(rng, n, k), "y": np.eye(k)[y] if conventions.get("labels") == "onehot" else y}


def _one(rng: Rng, _: Any) -> Inputs:
    return {"p": chances(rng, size(rng, 6))}


def _pair(rng: Rng, _: Any) -> Inputs:
    k = size(rng, 5)
    return {"p": chances(rng, k), "q": chances(rng, k)}


def _logq(rng: Rng, _: Any) -> Inputs:
    n, k = size(rng, 3), size(rng)
    return {"logq": np.log(chances(rng, n, k) + 1e-12), "p": chances(rng, n, k)}


def _table(rng: Rng, _: Any) -> Inputs:
    r, c = size(rng), size(rng)
    return {"P": chances(rng, r * c).reshape(r, c)}


def _sequence(rng: Rng, conventions: Mapping[str, Any]) -> Inputs:
    p = rng.uniform(1e-4, 1, size=size(rng, 6))
    return {"sequence": {"probs": p, "log_probs": np.log(p), "nll": -np.log(p)}[conventions.get("input", "probs")]}


def _counts(rng: Rng, _: Any) -> Inputs:
    return {"counts": rng.integers(0, 20, size=size(rng, 6)).astype(float), "alpha": float(rng.uniform(0.1, 2))}


def _penalty(rng: Rng, _: Any) -> Inputs:
    shape = rng.integers(1, 4, size=rng.integers(1, 3))
    return {"w": reals(rng, *shape), "lam": float(rng.uniform(0, 2))}


def _logreg(rng: Rng, conventions: Mapping[str, Any]) -> Inputs:
    n, d = size(rng), size(rng, 3)
    kind = conventions if "labels" in conventions else {"labels": "01"}
    return {"w": reals(rng, d), "X": reals(rng, n, d, mild=True), "y": signs(rng, kind, n)}


def _softmax_reg(rng: Rng, _: Any) -> Inputs:
    n, d, c = size(rng), size(rng, 3), size(rng, 3)
    return {"W": reals(rng, d, c), "X": reals(rng, n, d, mild=True), "Y": np.eye(c)[rng.integers(0, c, size=n)]}


def _norm(rng: Rng, _: Any) -> Inputs:
    n, d = size(rng), size(rng)
    gamma, beta = reals(rng, d, mild=True), reals(rng, d, mild=True)
    return {"X": reals(rng, n, d), "gamma": gamma, "beta": beta, "eps": float(rng.choice([1e-5, 1e-3, 0.1]))}


def _attention(rng: Rng, conventions: Mapping[str, Any]) -> Inputs:
    n, m, d, e = (size(rng, 3) for _ in range(4))
    made: Inputs = {"Q": reals(rng, n, d, mild=True), "K": reals(rng, m, d), "V": reals(rng, m, e, mild=True)}
    if rng.random() < 0.5 or "empty_rows" in conventions:
        made["mask"] = rng.random((n, m)) < 0.6
        if conventions.get("empty_rows") != "zero":
            made["mask"][np.arange(n), rng.integers(0, m, size=n)] = True
    return made


def _kernel(rng: Rng, _: Any) -> Inputs:
    m, scale = size(rng), rng.choice([0.1, 1.0, 10.0, 60.0])
    query, key, value = rng.normal(size=size(rng)), rng.normal(size=m), rng.normal(size=m)
    return {"x_query": scale * query, "x_key": scale * key, "y_key": value}


def _image(rng: Rng, _: Any) -> Inputs:
    h, w = size(rng, 3), size(rng, 3)
    board, kernel = reals(rng, h + size(rng) - 1, w + size(rng) - 1), reals(rng, h, w, mild=True)
    return {"X": board, "K": kernel, "padding": int(rng.integers(0, 3)), "stride": size(rng, 3)}


def _optimiser(*names: str) -> Callable[[Rng, Any], Inputs]:
    """`s`, `r` and the second moment of Adam are not negative."""

    def number(rng: Rng, name: str) -> Any:
        if name in {"beta", "gamma", "b1", "b2"}:
            return float(rng.choice([0.0, 0.5, 0.9, 0.999]))
        if name == "t":
            return int(rng.choice([1, 2, 3, 10, 1000]))
        return float(rng.choice({"eps": [1e-8, 1e-3, 0.1], "wd": [0.0, 0.01, 0.1]}.get(name, [0.001, 0.1, 1.0])))

    def made(rng: Rng, _: Any) -> Inputs:
        d, second = size(rng, 5), {"s", "r"} | ({"v"} if "t" in names else set())
        arrays = {name: reals(rng, d, mild=True) for name in names if name in set("wgvmsr")}
        arrays |= {name: arrays[name] ** 2 for name in arrays if name in second}
        return {name: arrays[name] if name in arrays else number(rng, name) for name in names}

    return made


def _schedule(rng: Rng, _: Any) -> Inputs:
    total = size(rng, 50)
    high, low = float(rng.uniform(0.1, 1)), float(rng.choice([0.0, 0.01]))
    return {"step": int(rng.integers(0, total + 5)), "total": total, "lr_max": high, "lr_min": low}


def _warm_schedule(rng: Rng, _: Any) -> Inputs:
    warmup, after = int(rng.integers(0, 6)), size(rng, 30)
    step, low = int(rng.integers(0, warmup + after + 5)), float(rng.choice([0.0, 0.01]))
    return {
        "step": step, "base_lr": float(rng.uniform(0.1, 1)), "warmup": warmup, "total": warmup + after, "min_lr": low
    }  # fmt: skip


DRAWS: Mapping[str, Callable[[Rng, Mapping[str, Any]], Inputs]] = {
    **dict.fromkeys(["softmax", "log_softmax"], _rows_along),
    "logsumexp": _masked_rows,
    "logaddexp": _two("a", "b"),
    **dict.fromkeys(["sigmoid", "log_sigmoid", "softplus", "tanh", "relu"], _rows),
    "relu_grad": _two("x", "dout"),
    "softmax_jacobian": _line,
    "logistic_loss": _scores("f"),
    "bce_probs": _bernoulli,
    "bce_logits": _scores("z"),
    **dict.fromkeys(["cross_entropy", "ce_grad"], _classes),
    "entropy": _one,
    **dict.fromkeys(["kl", "js"], _pair),
    "kl_logq": _logq,
    "mutual_information": _table,
    "mse": _two("pred", "target"),
    "hinge": _scores("s"),
    **dict.fromkeys(["l2_penalty", "l2_penalty_grad", "l1_penalty", "l1_penalty_grad"], _penalty),
    "logreg_grad": _logreg,
    "softmax_reg_grad": _softmax_reg,
    **dict.fromkeys(["batchnorm", "layernorm"], _norm),
    "attention": _attention,
    "gaussian_attention": _kernel,
    "corr2d": _image,
    "sgd": _optimiser("w", "g", "lr", "wd"),
    **dict.fromkeys(["momentum", "nesterov"], _optimiser("w", "g", "v", "lr", "beta")),
    "sgd_momentum_wd": _optimiser("w", "g", "v", "lr", "beta", "wd"),
    "adagrad": _optimiser("w", "g", "s", "lr", "eps"),
    "rmsprop": _optimiser("w", "g", "r", "lr", "gamma", "eps"),
    "adam": _optimiser("w", "g", "m", "v", "t", "lr", "b1", "b2", "eps"),
    "cosine_lr": _schedule,
    "warmup_cosine_lr": _warm_schedule,
    "perplexity": _sequence,
    "laplace_smoothing": _counts,
}


def with_decay(made: Inputs, conventions: Mapping[str, Any], rng: Rng) -> Inputs:
    """Adam's decoupled decay takes one more argument."""
    return {**made, "wd": float(rng.choice([0.0, 0.01]))} if "weight_decay" in conventions else made

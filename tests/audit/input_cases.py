"""What inputs of an audit must come to: ties, zeros, ends, leaks, near-equal arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lemmata.checks.audit.inputs import Batch

from .input_variants import Values, every, independent, leak, low, near, offset, some, subnormal, tied, top

Found = Callable[[Values, Batch], Any]
SOFTMAX: dict[str, Found] = {
    "one entry": lambda v, b: b.dims["k"] == 1,
    "a tie at the maximum": lambda v, b: tied(v["x"]),
    "all alike": lambda v, b: (top(v["x"]) == low(v["x"])) & (b.dims["k"] > 1) & (low(v["x"]) != 0),
    "all zero": lambda v, b: every(v["x"] == 0),
    "minus zero": lambda v, b: some((v["x"] == 0) & np.signbit(v["x"])),
    "apart by 10⁴": lambda v, b: top(v["x"]) - low(v["x"]) > 1e4,
    "near-equal": lambda v, b: near(v["x"][:, :1], v["x"][:, -1:], 12) & (b.dims["k"] > 1),
    "a large offset": lambda v, b: (
        (low(v["x"]) > 900) & (top(v["x"]) - low(v["x"]) < 90) & (top(v["x"]) != low(v["x"]))
    ),
    "subnormal": lambda v, b: some(subnormal(v["x"])),
    "integers": lambda v, b: every(v["x"] == np.rint(v["x"])) & (top(v["x"]) > low(v["x"])),
}
SOFTMAX |= {"one dominant": lambda v, b: some(v["x"].astype(float).max(axis=1, keepdims=True) - v["x"] > 750)}
CASES: list[tuple[str, Mapping[str, Any], str, int, Mapping[str, Found]]] = [
    ("softmax", {}, "float64", 12, SOFTMAX),
    ("softmax", {}, "float32", 12, SOFTMAX),
    (
        "softmax",
        {},
        "float64",
        40,
        {
            "near-equal to 2⁻⁴⁵": lambda v, b: near(v["x"][:, :1], v["x"][:, -1:], 45),
            "long": lambda v, b: b.dims["k"] >= 100,
        },
    ),
    ("softmax", {}, "float64", 12, {"overflow": lambda v, b: (top(v["x"]) > 709.8) & (top(v["x"]) < 800)}),
    ("softmax", {}, "float32", 12, {"overflow": lambda v, b: (top(v["x"]) > 88.8) & (top(v["x"]) < 95)}),
    ("softmax", {}, "float16", 12, {"overflow": lambda v, b: (top(v["x"]) > 11.1) & (top(v["x"]) < 20)}),
    (
        "logsumexp",
        {},
        "float64",
        12,
        {
            "some −∞": lambda v, b: some(np.isinf(v["x"])) & ~every(np.isinf(v["x"])),
            "only −∞": lambda v, b: every(np.isinf(v["x"])),
            "no −∞": lambda v, b: ~some(np.isinf(v["x"])),
        },
    ),
    (
        "softplus",
        {},
        "float64",
        3,
        {
            f"at {x}": lambda v, b, x=x: v["x"] == x
            for x in (
                0.0,
                20.0,
                -20.0,
                1.0,
                -1.0,
                0.5,
                1e-7,
                -1e-8,
                1e-12,
                30.0,
                -40.0,
                700.0,
                -745.0,
                88.7,
                -103.0,
                709.0,
            )
        }
        | {"just above 20": lambda v, b: (v["x"] > 20) & (v["x"] < 20 + 1e-12)},
    ),
    (
        "relu_grad",
        {},
        "float32",
        3,
        {
            "at 0": lambda v, b: (v["x"] == 0) & (v["dout"] != 0),
            "at −0": lambda v, b: (v["x"] == 0) & np.signbit(v["x"]),
        },
    ),
    (
        "logaddexp",
        {},
        "float64",
        6,
        {
            "equal": lambda v, b: (v["a"] == v["b"]) & (v["a"] != 0),
            "near": lambda v, b: near(v["a"], v["b"], 30),
            "opposite": lambda v, b: (v["a"] == -v["b"]) & (v["a"] != 0),
        },
    ),
    (
        "hinge",
        {"labels": "args"},
        "float64",
        12,
        {
            f"labels {pair}": lambda v, b, pair=pair: (b.codes["y"] == pair).all(axis=1)
            for pair in ((1, 2), (2, 1), (0, 1), (1, 0), (-1, 1), (1, -1), (5, 7), (0, 2), (-1, 0), (2, 0))
        }
        | {
            "at the kink": lambda v, b: some(v["s"] * v["y"] == 1),
            "both labels": lambda v, b: (top(v["y"]) == 1) & (low(v["y"]) == -1),
        },
    ),
    (
        "cross_entropy",
        {},
        "float64",
        12,
        {
            "all of one class": lambda v, b: (v["y"].sum(axis=1).max(axis=1) == b.dims["n"]) & (b.dims["n"] > 1),
            "a class absent": lambda v, b: (v["y"].sum(axis=1) == 0).any(axis=1),
            "no class absent": lambda v, b: (v["y"].sum(axis=1) > 0).all(axis=1) & (b.dims["k"] > 1),
            "a row far below another": lambda v, b: top(v["logits"].max(axis=2)) - low(v["logits"].max(axis=2)) > 1e4,
            "square": lambda v, b: b.dims["n"] == b.dims["k"] > 1,
            "wide": lambda v, b: b.dims["k"] > b.dims["n"] > 1,
            "tall": lambda v, b: b.dims["n"] > b.dims["k"] > 1,
        },
    ),
    (
        "bce_probs",
        {},
        "float32",
        12,
        {
            "0 and 0": lambda v, b: some((v["p"] == 0) & (v["y"] == 0)),
            "0 and 1": lambda v, b: some((v["p"] == 0) & (v["y"] == 1)),
            "1 and 1": lambda v, b: some((v["p"] == 1) & (v["y"] == 1)),
            "subnormal": lambda v, b: some(subnormal(v["p"])),
            "near 1": lambda v, b: some((v["p"] < 1) & (v["p"] > 1 - 2e-7)),
            "one class": lambda v, b: (low(v["y"]) == top(v["y"])) & (b.dims["n"] > 2),
        },
    ),
    (
        "kl",
        {},
        "float64",
        12,
        {
            "0 in q": lambda v, b: some((v["q"] == 0) & (v["p"] > 0)),
            "0 in p": lambda v, b: some((v["p"] == 0) & (v["q"] > 0)),
            "0 in both": lambda v, b: some((v["p"] == 0) & (v["q"] == 0)),
            "equal": lambda v, b: every(v["p"] == v["q"]) & (np.count_nonzero(v["p"], axis=1) > 1),
            "near": lambda v, b: near(v["p"], v["q"], 25),
            "one-hot": lambda v, b: (top(v["p"]) == 1) & (b.dims["k"] > 1),
            "uniform": lambda v, b: (top(v["q"]) == low(v["q"])) & (b.dims["k"] > 1),
            "subnormal": lambda v, b: some(subnormal(v["p"])),
            "one entry": lambda v, b: b.dims["k"] == 1,
        },
    ),
    (
        "kl",
        {},
        "float64",
        60,
        {
            f"near to 2⁻{k}": lambda v, b, k=k: near(v["p"], v["q"], k) & ~near(v["p"], v["q"], k + 6)
            for k in (10, 20, 30, 40, 46)
        },
    ),
    (
        "mutual_information",
        {},
        "float64",
        12,
        {
            "independent": lambda v, b: independent(v["P"]),
            "diagonal": lambda v, b: (
                every((v["P"] > 0) == np.eye(b.dims["r"], b.dims["c"], dtype=bool)) & (b.dims["r"] > 1)
            ),
            "an empty row": lambda v, b: (v["P"].sum(axis=2) == 0).any(axis=1),
            "an empty column": lambda v, b: (v["P"].sum(axis=1) == 0).any(axis=1),
            "wide": lambda v, b: b.dims["c"] > b.dims["r"] > 1,
        },
    ),
    (
        "batchnorm",
        {},
        "float64",
        12,
        {
            "a constant column": lambda v, b: (
                (v["X"].std(axis=1) == 0).any(axis=1) & (b.dims["n"] > 1) & (v["eps"] > 0)
            ),
            "one row": lambda v, b: b.dims["n"] == 1,
            "ε = 0": lambda v, b: v["eps"] == 0,
            "a large offset": lambda v, b: offset(v["X"]),
            "different γ and β": lambda v, b: some(v["gamma"] != v["beta"]),
        },
    ),
    (
        "attention+mask",
        {},
        "float32",
        12,
        {
            "a leak": lambda v, b: leak(v),
            "one key seen": lambda v, b: (v["mask"].sum(axis=2) == 1).all(axis=1) & (b.dims["m"] > 1),
            "an empty row": lambda v, b: (v["mask"].sum(axis=2) == 0).any(axis=1),
            "no row empty": lambda v, b: (v["mask"].sum(axis=2) > 0).all(axis=1) & (low(v["mask"]) == 0),
            "all lengths different": lambda v, b: len(set(b.dims.values())) == 4,
            "all of length 1": lambda v, b: set(b.dims.values()) == {1},
        },
    ),
    (
        "adam",
        {"weight_decay": "decoupled"},
        "float64",
        14,
        {
            "t = 1": lambda v, b: b.integers["t"] == 1,
            "large t": lambda v, b: b.integers["t"] >= 1000,
            "β₁ = 0": lambda v, b: (v["b1"] == 0) & (v["b2"] > 0),
            "β₂ = 0": lambda v, b: (v["b2"] == 0) & (v["b1"] > 0),
            "ε = 0": lambda v, b: v["eps"] == 0,
            "no decay": lambda v, b: (v["wd"] == 0) & (v["lr"] > 0),
            "decay": lambda v, b: (v["wd"] > 0) & (v["lr"] > 0) & some(v["w"] != 0),
            "no gradient": lambda v, b: every(v["g"] == 0),
            "the first step": lambda v, b: (
                every(v["m"] == 0) & every(v["v"] == 0) & (b.integers["t"] == 1) & some(v["g"] != 0)
            ),
        },
    ),
    (
        "sgd_momentum_wd",
        {},
        "float64",
        12,
        {
            "no momentum, decay": lambda v, b: (v["beta"] == 0) & (v["wd"] > 0) & (v["lr"] > 0),
            "momentum, decay": lambda v, b: (v["beta"] > 0) & (v["wd"] > 0) & (v["lr"] > 0) & some(v["v"] != 0),
            "momentum, no decay": lambda v, b: (v["beta"] > 0) & (v["wd"] == 0) & (v["lr"] > 0),
            "no step": lambda v, b: v["lr"] == 0,
        },
    ),
    (
        "cosine_lr",
        {},
        "float64",
        24,
        {
            "at the end": lambda v, b: b.integers["step"] == b.integers["total"],
            "past the end": lambda v, b: b.integers["step"] > b.integers["total"],
            "at the start": lambda v, b: b.integers["step"] == 0,
            "one step": lambda v, b: b.integers["total"] == 1,
            "far past": lambda v, b: b.integers["step"] > 3 * b.integers["total"],
            "a floor": lambda v, b: (v["lr_min"] > 0) & (v["lr_max"] > v["lr_min"]),
            "a floor above": lambda v, b: v["lr_max"] < v["lr_min"],
            "a floor and past": lambda v, b: (v["lr_min"] > 0) & (b.integers["step"] > b.integers["total"]),
        },
    ),
    (
        "warmup_cosine_lr",
        {},
        "float64",
        48,
        {
            "no warm-up": lambda v, b: b.integers["warmup"] == 0,
            "no warm-up, at the start": lambda v, b: b.integers["warmup"] == b.integers["step"] == 0,
            "after the warm-up": lambda v, b: b.integers["warmup"] == b.integers["step"] > 0,
            "before its end": lambda v, b: b.integers["warmup"] == b.integers["step"] + 1,
            "nothing but warm-up": lambda v, b: b.integers["warmup"] == b.integers["total"],
            "past the end": lambda v, b: b.integers["step"] >= b.integers["total"] > b.integers["warmup"],
            "inside": lambda v, b: b.integers["total"] > b.integers["step"] + 1 > b.integers["warmup"] + 2,
        },
    ),
    (
        "corr2d",
        {},
        "float64",
        20,
        {
            "stride": lambda v, b: b.integers["stride"] > 1 and b.integers["padding"] == 0,
            "padding": lambda v, b: b.integers["stride"] == 1 and b.integers["padding"] > 0,
            "both": lambda v, b: b.integers["stride"] > 1 and b.integers["padding"] > 0,
            "neither": lambda v, b: (
                b.integers["stride"] == 1 and b.integers["padding"] == 0 and b.dims["H"] > b.dims["h"] > 1
            ),
            "no square": lambda v, b: b.dims["H"] != b.dims["W"] and b.dims["h"] != b.dims["w"],
        },
    ),
    (
        "laplace_smoothing",
        {},
        "float64",
        12,
        {
            "no counts": lambda v, b: every(v["counts"] == 0),
            "one class": lambda v, b: b.dims["k"] == 1,
            "α = 1": lambda v, b: v["alpha"] == 1,
            "α ≠ 1": lambda v, b: (v["alpha"] != 1) & some(v["counts"] > 0),
        },
    ),
    (
        "l1_penalty_grad",
        {},
        "float32",
        12,
        {
            "λ = 0": lambda v, b: v["lam"] == 0,
            "w = 0": lambda v, b: some(v["w"] == 0) & (v["lam"] > 0),
            "both signs": lambda v, b: (low(v["w"]) < 0) & (top(v["w"]) > 0),
        },
    ),
    (
        "logreg_grad",
        {},
        "float64",
        12,
        {
            "more features than rows": lambda v, b: b.dims["d"] > b.dims["n"] > 1,
            "square": lambda v, b: b.dims["d"] == b.dims["n"] > 1,
            "saturated": lambda v, b: some(np.abs(np.einsum("bnd,bd->bn", v["X"], v["w"])) > 800),
        },
    ),
]

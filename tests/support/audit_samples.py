"""Audits made by hand, one of every verdict and with findings of every kind, for the tests of what reads them."""

from __future__ import annotations

import dataclasses
import math

from lemmata.checks.audit.findings import Audit, AuditVerdict, Finding, FormatRow, Point

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;{{ 7*7 }}\u202egnp.exe\x00\x1b[31m\ud800"
)
ENVIRONMENT = {"python": "3.12.4", "numpy": "2.4.6"}


def plain(*data, shape=None, dtype="float64"):
    return {"dtype": dtype, "shape": [len(data)] if shape is None else list(shape), "data": list(data)}


def number(value, dtype="float64"):
    return plain(value, shape=(), dtype=dtype)


def points(format, budget_at_one, spoiled=False):
    """Errors a little under the budget, that go up where the size does, if they are spoiled."""
    made = [Point(format, 0.0, 0.0, budget_at_one)]
    for n in range(-12, 13):
        for k in range(4):
            size = 10.0 ** (n + k / 4)
            budget = budget_at_one * max(1.0, size)
            error = budget * (0.1 + 0.17 * ((n * 7 + k * 3) % 5))
            if spoiled and size < 1e-3:
                error = budget * (1e-3 / size) ** 0.8
            made.append(Point(format, size, 0.0 if (n + k) % 6 == 0 else error, budget))
    return made


WRONG = Audit(
    "src/losses.py:kl",
    "kl",
    {"base": "e"},
    AuditVerdict.WRONG,
    "It computes another function: at p = (1, 0) it is twice the expected value, in exact arithmetic, too.",
    mistake="twice the expected value",
    findings=(
        Finding(
            "value",
            "smallest",
            "float64",
            {"p": plain(0.5, 0.5), "q": plain(0.25, 0.75)},
            number(0.14384103622589045),
            number(0.28768207245178085),
            error_ulp=5.18e15,
            budget_units=1.24e15,
        ),
        Finding(
            "nonfinite",
            "worst",
            "float32",
            {
                "p": plain(1.0, 0.0, dtype="float32"),
                "q": plain(0.10000000149011612, 0.8999999761581421, dtype="float32"),
            },
            number(2.302585, "float32"),
            number("nan", "float32"),
            note="0 · log 0 is not taken as 0.",
        ),
    ),
    notes=("float16 is refused by the target: TypeError: float16 is not supported.",),
    formats=(
        FormatRow("float64", 12000, 12000, 12, 1.24e15, 5.18e15, 0.0),
        FormatRow("float32", 9000, 9000, 0, math.inf, math.inf, 0.0),
    ),
    points=(*points("float64", 1e-16), *points("float32", 1e-7), Point("float32", 1.0, math.inf, 1e-7)),
    inputs=21000,
    seconds=2.31,
    style="numpy",
    environment=ENVIRONMENT,
    title="Divergence of q from p, Σ p log(p/q).",
    formula=r"\sum_{i=1}^{k} p_i \log \frac{p_i}{q_i}",
)

UNSTABLE = Audit(
    "src/losses.py:softplus",
    "softplus",
    {},
    AuditVerdict.UNSTABLE,
    "Right in exact arithmetic; exp overflows where x is large.",
    findings=(
        Finding("nonfinite", "smallest", "float64", {"x": plain(710.0)}, plain(710.0), plain("inf")),
        Finding(
            "value", "worst", "float64", {"x": plain(-40.0)}, plain(4.248e-18), plain(0.0), "cancelled", 4.5e15, 9e15
        ),
    ),
    formats=(FormatRow("float64", 5000, 5000, 0, 9e15, 4.5e15, 51.2),),
    points=tuple(points("float64", 1e-16, spoiled=True)),
    inputs=5000,
    seconds=0.8,
    style="numpy",
    environment=ENVIRONMENT,
    formula=r"\log(1+e^{x})",
)

IMPURE = Audit(
    "package.optim:Adam.step",
    "adam",
    {"eps_placement": "outside", "weight_decay": "none"},
    AuditVerdict.IMPURE,
    "Right on first calls, but it depends on earlier calls and overwrites its argument w.",
    findings=(
        Finding(
            "state",
            "smallest",
            "float64",
            {"w": plain(1.0), "t": number(1, "int64")},
            [plain(2.0), plain(0.1)],
            [plain(1.0), plain(0.1)],
            "the mask is cached by its shape",
            1e15,
            3e14,
            before=({"w": plain(0.0), "t": number(1, "int64")}, {"w": plain(5.0), "t": number(2, "int64")}),
        ),
        Finding("mutation", "worst", "float64", {"w": plain(1.0)}, plain(1.0), plain(0.5), "w is overwritten"),
    ),
    inputs=100,
    seconds=0.4,
    style="torch",
    call="Adam(lr=lr).step(w, t)",
    environment=ENVIRONMENT,
)

CORRECT = Audit(
    "src/losses.py:logsumexp",
    "logsumexp",
    {"axis": -1},
    AuditVerdict.CORRECT,
    "Within the error budget on every input tried.",
    formats=(
        FormatRow("float64", 20000, 20000, 3, 1.2, 1.0, 0.0),
        FormatRow("float32", 20000, 20000, 0, 1.5, 1.0, 0.0),
    ),
    points=(*points("float64", 1e-16), *points("float32", 1e-7)),
    inputs=40000,
    seconds=7.9,
    seed=3,
    style="numpy",
    environment=ENVIRONMENT,
)

UNDECIDED = dataclasses.replace(
    CORRECT, verdict=AuditVerdict.UNDECIDED, diagnosis="Wrong or unstable: no wider format reaches the code."
)

ERROR = Audit(
    "src/old.py:f",
    "logsumexp",
    {"axis": -1},
    AuditVerdict.ERROR,
    "The module cannot be imported: ImportError: cannot import name 'logsumexp' from 'scipy.misc'.",
    findings=(Finding("exception", "smallest", "", {}, None, "ImportError: cannot import name 'logsumexp'"),),
)

LARGE = dataclasses.replace(
    WRONG,
    findings=(
        Finding(
            "gradient",
            "smallest",
            "float64",
            {"Q": plain(*([0.5] * 400), shape=(20, 20)), "mask": plain(*([True] * 400), shape=(20, 20), dtype="bool")},
            plain(*([1.0] * 400), shape=(20, 20)),
            plain(*([2.0] * 400), shape=(20, 20)),
            wrt="Q",
            cotangent=plain(*([1.0] * 400), shape=(20, 20)),
            error_ulp=1e15,
            budget_units=1e15,
            layout="fortran",
        ),
    ),
    style="torch",
)

VILE = Audit(
    f"{HOSTILE}.py:f",
    HOSTILE,
    {HOSTILE: HOSTILE},
    AuditVerdict.WRONG,
    HOSTILE,
    mistake=HOSTILE,
    findings=(
        Finding(
            "exception",
            "smallest",
            "float64",
            {HOSTILE: plain(1.0)},
            HOSTILE,
            HOSTILE,
            HOSTILE,
            layout=HOSTILE,
            wrt=HOSTILE,
            reproduce=HOSTILE,
        ),
        Finding("value", "worst", HOSTILE, {"x": plain(1.0)}, number(1.0), HOSTILE, before=({HOSTILE: plain(1.0)},)),
    ),
    notes=(HOSTILE,),
    formats=(FormatRow(HOSTILE, 1, 1, 0, math.nan, math.inf, 0.0),),
    points=(Point(HOSTILE, math.inf, math.nan, 1.0),),
    style=HOSTILE,
    call=HOSTILE,
    environment={HOSTILE: HOSTILE},
    title=HOSTILE,
    formula=HOSTILE,
)

ALL = (ERROR, WRONG, IMPURE, UNSTABLE, UNDECIDED, CORRECT, LARGE, VILE)

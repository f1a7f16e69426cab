"""The links from definitions to code: the real ones agree, broken ones are refuted by small inputs that fail again."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest

from lemmata.checks import catalogue, hypothesis_link
from lemmata.checks.evidence import Counterexample, Evidence, Verdict, plain
from lemmata.checks.float_inputs import read
from lemmata.checks.goal import EFFORTS
from lemmata.checks.hypothesis_link import compare, implementation_of, still_fails
from lemmata.impl import information as h
from lemmata.impl import logistic as g
from lemmata.impl import optimizers as o
from lemmata.impl import regularization as r
from lemmata.impl import softmax as s
from lemmata.spec import information, logistic, optimizers, regularization, softmax
from lemmata.spec.language import Expr, JointTable, OneHotRows, Real, Vector, exp, total, xlogy
from lemmata.spec.language.claims import Definition

STANDARD = EFFORTS["standard"]
DEFINITIONS = catalogue.definitions()
IMPLEMENTED = [d for d in DEFINITIONS if implementation_of(d)]
WITHOUT = [d for d in DEFINITIONS if not implementation_of(d)]


def defined(function) -> Definition:
    """A definition outside the catalogue."""
    function.__doc__ = "A formula of the tests."
    return Definition(function, notation="")


def refuted(found: Evidence) -> Counterexample:
    assert found.verdict is Verdict.REFUTED and found.counterexample is not None, found.detail
    return found.counterexample


def numbers(witness: Counterexample) -> list[float]:
    """All floats of a counterexample."""
    found, todo = [], [v for name, v in witness.inputs.items() if name != "dtype"]
    while todo:
        value = todo.pop()
        if isinstance(value, list):
            todo += value
        else:
            found.append(float(value))
    return found


def joint_entropy(P=JointTable["m", "n"]) -> Expr:
    m, n = P.dims
    return -total(lambda i: total(lambda j: xlogy(P[i, j], P[i, j]), over=n), over=m)


def chosen(Y=OneHotRows["n", "k"], a=Vector["k"]) -> Expr:
    n, k = Y.dims
    return total(lambda i: total(lambda c: Y[i, c] * a[c], over=k), over=n)


@pytest.mark.parametrize(
    ("formula", "right", "wrong"),
    [
        (
            joint_entropy,
            lambda P: -np.sum(P * np.log(np.where(P > 0, P, 1)), dtype=P.dtype),
            lambda P: -np.sum(P * np.log(P), dtype=P.dtype),
        ),
        (chosen, lambda Y, a: (Y @ a).sum(dtype=Y.dtype), lambda Y, a: (Y[:1] @ a).sum(dtype=Y.dtype)),
    ],
)
def test_code_on_tables_and_labels_is_compared(formula, right, wrong):
    definition = defined(formula)
    agrees = hypothesis_link.check(definition, STANDARD, 0, function=right)
    assert agrees.verdict is Verdict.TESTED, agrees.detail
    witness = refuted(hypothesis_link.check(definition, STANDARD, 0, function=wrong))
    assert still_fails(definition, witness, wrong) and not still_fails(definition, witness, right)
    assert len(numbers(witness)) <= 4


# Real links


@pytest.mark.parametrize("definition", IMPLEMENTED, ids=lambda d: d.id)
def test_implementations_agree(definition):
    found = hypothesis_link.check(definition, STANDARD, seed=0)
    assert (found.verdict, found.subject) == (Verdict.TESTED, f"implementation:lemmata.impl.{definition.id}")
    assert "bits lost" not in found.detail
    assert found.effort["inputs"] == 2 * STANDARD.inputs
    assert found.effort["undecided"] < found.effort["values"] / 3


@pytest.mark.parametrize("definition", WITHOUT, ids=lambda d: d.id)
def test_definitions_without_an_implementation_say_so(definition):
    found = hypothesis_link.check(definition, STANDARD, seed=0)
    assert (found.verdict, found.detail) == (Verdict.NOT_RUN, f"there is no lemmata.impl.{definition.id}")


def test_what_has_no_implementation_is_known():
    assert {d.id for d in WITHOUT} <= {
        "logistic.class_probability",
        "regularization.gaussian_density",
        "regularization.laplace_density",
    }


@pytest.mark.parametrize("definition", IMPLEMENTED, ids=lambda d: d.id)
@pytest.mark.parametrize("wrong", [lambda v: 0 * v, lambda v: 2 * v], ids=["zeros", "twice"])
def test_nothing_passes_that_any_definition_should_refuse(definition, wrong):
    right = implementation_of(definition)
    assert right is not None
    found = hypothesis_link.check(definition, EFFORTS["quick"], 0, function=lambda *args: wrong(right(*args)))
    assert found.verdict is Verdict.REFUTED


# Honest implementations


def shifted_softmax(a):
    e = np.exp(a - a.max())
    return e / e.sum()


def sigmoid_by_sign(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def softplus_by_sign(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


HONEST = {
    "softmax": (softmax.softmax, shifted_softmax),
    "logsumexp": (softmax.logsumexp, lambda a: a.max() + np.log(np.exp(a - a.max()).sum())),
    "log_softmax": (softmax.log_softmax, lambda a: (a - a.max()) - np.log(np.exp(a - a.max()).sum())),
    "jacobian": (
        softmax.softmax_jacobian,
        lambda a: shifted_softmax(a)[:, None] * (np.eye(len(a), dtype=a.dtype) - shifted_softmax(a)),
    ),
    "sigmoid": (logistic.sigmoid, sigmoid_by_sign),
    "softplus": (logistic.softplus, softplus_by_sign),
    "logistic loss": (logistic.logistic_loss, lambda f, y: softplus_by_sign(-y * f).mean()),
    "gradient": (logistic.logreg_grad, lambda w, X, y: X.T @ (sigmoid_by_sign(X @ w) - y) / y.dtype.type(len(y))),
    "entropy": (information.entropy, lambda p: -(p[p > 0] * np.log(p[p > 0])).sum()),
    "kl": (information.kl, lambda p, q: (p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum()),
    "l2": (regularization.l2_penalty, lambda w, lam: (lam / 2 * (w * w).sum()).astype(w.dtype)),
}


@pytest.mark.parametrize("definition, function", HONEST.values(), ids=HONEST.keys())
def test_honest_implementations_agree_in_three_formats(definition, function):
    formats = ("float64", "float32", "float16")
    found = hypothesis_link.check(definition, EFFORTS["quick"], 1, function=function, dtypes=formats)
    assert found.verdict is Verdict.TESTED, found.counterexample
    assert "bits lost" not in found.detail and "float64 and float32 and float16" in found.detail


def test_lost_bits_are_reported_where_a_formula_costs_more_than_it_need():
    """An ε inside the logarithm costs bits, though not so many that it counts as another function."""
    clipped = lambda p: -(p * np.log(p + p.dtype.type(1e-12))).sum()  # noqa: E731
    found = hypothesis_link.check(information.entropy, STANDARD, 0, function=clipped, dtypes=["float64"])
    assert found.verdict is Verdict.TESTED and "bits lost" in found.detail


# Broken implementations: (definition, function, how many numbers a counterexample needs, a word of what is said)


def naive_softmax(a):
    e = np.exp(a)
    return e / e.sum()


def mutating_softmax(a):
    a -= a.max()
    return shifted_softmax(a)


def sorting_entropy(p):
    p.sort()
    return h.entropy(p)


calls = itertools.count()

BROKEN = {
    "naive exp overflows": (softmax.softmax, naive_softmax, 1, "not finite"),
    "logsumexp without the shift": (softmax.logsumexp, lambda a: np.log(np.exp(a).sum()), 1, "not finite"),
    "log of softmax": (softmax.log_softmax, lambda a: np.log(s.softmax(a)), 2, "entry"),
    "jacobian of the other sign": (softmax.softmax_jacobian, lambda a: -s.softmax_jacobian(a), 2, "entry"),
    "jacobian without delta": (softmax.softmax_jacobian, lambda a: -np.outer(s.softmax(a), s.softmax(a)), 1, "entry"),
    "jacobian with Sᵢ twice": (
        softmax.softmax_jacobian,
        lambda a: s.softmax(a)[:, None] * (np.eye(len(a), dtype=a.dtype) - s.softmax(a)[:, None]),
        2,
        "entry",
    ),
    "twice the loss": (softmax.cross_entropy, lambda a, y: 2 * s.cross_entropy(a, y), 4, "the error is"),
    "swapped arguments": (softmax.cross_entropy, lambda a, y: s.cross_entropy(y, a), 4, "the error is"),
    "a float32 inside": (softmax.softmax, lambda a: s.softmax(a.astype("f4")).astype(a.dtype), 2, "the error is"),
    "a float32 result": (softmax.softmax, lambda a: s.softmax(a).astype("f4"), 1, "the format"),
    "a row too many": (softmax.softmax, lambda a: s.softmax(a)[None], 1, "the shape"),
    "an exception at n = 1": (softmax.softmax, lambda a: s.softmax(a) if a[1:].size else a[1], 1, "raised"),
    "argument mutated": (softmax.softmax, mutating_softmax, 1, "changed its argument a"),
    "argument sorted": (information.entropy, sorting_entropy, 2, "changed its argument p"),
    "another answer each time": (softmax.softmax, lambda a: s.softmax(a) * next(calls), 5, ""),
    "sigmoid of large numbers": (logistic.sigmoid, lambda x: np.exp(x) / (1 + np.exp(x)), 1, "not finite"),
    "σ(1 − σ)": (logistic.sigmoid_derivative, lambda x: g.sigmoid(x) * (1 - g.sigmoid(x)), 1, "the error is"),
    "softplus without log1p": (
        logistic.softplus,
        lambda x: np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x))),
        1,
        "the error is",
    ),
    "sum for mean": (logistic.bce_logits, lambda z, y: len(z) * g.bce_logits(z, y), 4, "the error is"),
    "labels 0 and 1": (logistic.logistic_loss, lambda f, y: g.bce_logits(f, y), 2, "the error is"),
    "gradient without 1/m": (logistic.logreg_grad, lambda w, X, y: len(y) * g.logreg_grad(w, X, y), 5, "entry 1"),
    "rows and columns exchanged": (
        logistic.logreg_grad,
        lambda w, X, y: X @ (g.sigmoid(X.T @ w) - y) / len(y) if len(w) == len(y) else g.logreg_grad(w, X, y),
        8,
        "entry",
    ),
    "scores clipped at 30": (
        logistic.logreg_grad,
        lambda w, X, y: (X.T @ (g.sigmoid(np.clip(X @ w, -30, 30)) - y) / len(y)).astype(w.dtype),
        3,
        "entry 1",
    ),
    "0 log 0": (information.entropy, lambda p: -(p * np.log(p)).sum(), 2, "not finite"),
    "kl without zeros": (information.kl, lambda p, q: (p * np.log(p / q)).sum(), 4, "not finite"),
    "kl never infinite": (
        information.kl,
        lambda p, q: (p * np.log((p + p.dtype.type(1e-10)) / (q + p.dtype.type(1e-10)))).sum(),
        4,
        "infinite",
    ),
    "kl of q and p": (information.kl, lambda p, q: h.kl(q, p), 4, ""),
    "kl in bits": (information.kl, lambda p, q: h.kl(p, q) / p.dtype.type(math.log(2)), 4, "the error is"),
    "no ½": (regularization.l2_penalty, lambda w, lam: 2 * r.l2_penalty(w, lam), 2, "the error is"),
    "one log σ": (
        regularization.gaussian_nll,
        lambda w, mu, sigma: (r.gaussian_nll(w, mu, sigma) - (len(w) - 1) * np.log(sigma)).astype(w.dtype),
        5,
        "the error is",
    ),
    "1 − β for β": (optimizers.moment, lambda beta, g: o.moment(1 - beta, g), 2, "the error is"),
    "no bias correction": (optimizers.moment_corrected, lambda beta, g: o.moment(beta, g), 2, "the error is"),
    "corrected by 1 − β": (
        optimizers.moment_corrected,
        lambda beta, g: (o.moment(beta, g) / (1 - np.asarray(beta, g.dtype))).astype(g.dtype),
        3,
        "the error is",
    ),
}


@pytest.mark.parametrize("definition, function, size, said", BROKEN.values(), ids=BROKEN.keys())
def test_broken_implementations_are_refuted(definition, function, size, said):
    found = hypothesis_link.check(definition, STANDARD, 0, function=function)
    witness = refuted(found)
    assert said in witness.note and witness.note in found.detail
    assert len(numbers(witness)) <= size
    assert still_fails(definition, witness, function)
    assert not still_fails(definition, witness), "the implementation itself fails there"


SIMPLE = ["twice the loss", "sum for mean", "gradient without 1/m", "0 log 0", "1 − β for β", "jacobian without delta"]


@pytest.mark.parametrize("name", SIMPLE)
def test_counterexamples_are_made_of_simple_numbers(name):
    definition, function, *_ = BROKEN[name]
    witness = refuted(hypothesis_link.check(definition, STANDARD, 0, function=function))
    assert set(map(abs, numbers(witness))) <= {0.0, 1.0, 2.0, 0.5, 0.25, 0.75}


def test_the_overflow_is_found_at_its_edge():
    witness = refuted(hypothesis_link.check(softmax.softmax, STANDARD, 0, function=naive_softmax))
    assert witness.inputs == {"dtype": "float64", "a": ["710.0"]}
    assert (witness.left, witness.relation, witness.right) == ("1.00000000000", "≈", "nan")


def test_a_counterexample_is_plain_data():
    found = hypothesis_link.check(regularization.l2_penalty, STANDARD, 0, function=BROKEN["no ½"][1])
    inputs_again = json.loads(json.dumps(plain(found)))["counterexample"]["inputs"]
    assert inputs_again == refuted(found).inputs


def test_the_same_seed_finds_the_same():
    definition, function, *_ = BROKEN["kl in bits"]
    once, again = (hypothesis_link.check(definition, STANDARD, 7, function=function) for _ in range(2))
    assert once == again
    assert hypothesis_link.check(softmax.softmax, STANDARD, 7) != hypothesis_link.check(softmax.softmax, STANDARD, 8)


def test_a_call_that_only_python_floats_break_fails_again():
    def picky(w, lam):
        return w.dtype.type(0) if isinstance(lam, float) else r.l2_penalty(w, lam)

    found = hypothesis_link.check(regularization.l2_penalty, STANDARD, 0, function=picky)
    assert still_fails(regularization.l2_penalty, refuted(found), picky)


def test_undecided_where_no_budget_is_bounded():
    huge = defined(lambda x=Real: exp(x * x + 1000))
    found = hypothesis_link.check(huge, EFFORTS["quick"], 0, function=lambda x: x)
    assert found.verdict is Verdict.UNDECIDED and found.effort["undecided"] == found.effort["values"] > 0


def test_nothing_to_run_again_is_an_error():
    with pytest.raises(LookupError, match=r"there is no lemmata\.impl\.logistic\.class_probability"):
        still_fails(logistic.class_probability, Counterexample({}, "", "", ""))


def test_labels_are_exact():
    """class_probability chooses by the value of y, which a ball around 1 does not have."""

    def by_label(y, g_):
        return np.where(y > 0, sigmoid_by_sign(g_), 1 - sigmoid_by_sign(g_))

    found = hypothesis_link.check(logistic.class_probability, STANDARD, 0, function=by_label)
    assert found.verdict is Verdict.TESTED


def test_a_failure_names_the_worst_entry():
    call = read(softmax.softmax, {"dtype": "float64", "a": ["0.0", "1.0", "2.0"]})
    failure = compare(lambda a: s.softmax(a) * np.array([1, 1 + 1e-4, 1 + 1e-6]), softmax.softmax, call)
    assert failure is not None and failure.note.startswith("entry 2: the error is ")

"""Proved claims as tests of code: which of them apply, that each notices a planted mistake and lets right code pass."""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from lemmata.checks.audit.calling import Form, ask
from lemmata.checks.audit.findings import AuditVerdict
from lemmata.checks.audit.judging import Judged
from lemmata.checks.audit.metamorphic import Relations, check, draws, telling
from lemmata.checks.audit.process import Process, parse
from lemmata.checks.audit.reference import screen, shapes
from lemmata.checks.audit.related_calls import Exactly
from lemmata.checks.audit.relations import link, relations
from lemmata.checks.audit.session import audit
from lemmata.checks.evidence import Verdict
from lemmata.checks.format_balls import FORMATS
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.information import kl
from lemmata.spec.language import Simplex
from lemmata.spec.language.expressions import as_written
from lemmata.spec.language.routines import NAMES, Routine, find

FROM_LOGITS = "softmax.cross_entropy_from_logits"
DECOMPOSED = "information.cross_entropy_decomposition"
BCE = "logistic.bce_equals_logistic"
ANY_CLASS = "logistic.probability_of_any_class"

# The claims that each definition can be tested by, in the order of the catalogue.
APPLY = {
    "softmax": ["softmax.sums_to_one", "softmax.shift_invariance", FROM_LOGITS],
    "logsumexp": [FROM_LOGITS],
    "sigmoid": [ANY_CLASS],
    "softplus": [BCE],
    "entropy": ["information.entropy_at_most_log_n", DECOMPOSED],
    "kl": ["information.kl_nonnegative", DECOMPOSED],
    "softmax.cross_entropy": [FROM_LOGITS],
    "information.cross_entropy": [DECOMPOSED],
    "logistic.bce_logits": [BCE],
    "logistic.logistic_loss": [BCE],
    "logistic.class_probability": [ANY_CLASS],
    "optimizers.moment": ["optimizers.adam_unrolled"],
    "optimizers.moment_closed_form": ["optimizers.adam_unrolled"],
    "regularization.gaussian_density": ["regularization.gaussian_prior"],
}


def backwards(p=Simplex["k"], q=Simplex["k"]):
    """The divergence of p from q, Σₖ qₖ log(qₖ/pₖ)."""
    return kl(q, p)


swapped = Routine(backwards, "backwards")

NUMPY = """
import numpy as np

def shares(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)

def shares_of_the_largest(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.max(axis=-1, keepdims=True)

def shares_of_clipped(x):
    return shares(np.maximum(x, -2))

def mostly_shares(x):
    return np.where(x[..., :1] > 5, shares(x)[..., ::-1], shares(x))

def normaliser(x):
    top = x.max(axis=-1)
    return top + np.log(np.exp(x - top[..., None]).sum(axis=-1))

def normaliser_in_bits(x):
    return normaliser(x) / np.log(2)

def sigmoid(x):
    e = np.exp(-abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)

def lopsided(x):
    return np.where(x > 0, sigmoid(x), sigmoid(x * 1.01))

def softplus(x):
    return np.logaddexp(0, x)

def entropy(p):
    p = p[p > 0]
    return -(p * np.log(p)).sum()

def entropy_in_bits(p):
    return entropy(p) / np.log(2)

def divergence(p, q):
    with np.errstate(divide="ignore"):
        return (p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum()

def negative_divergence(p, q):
    return -divergence(p, q)

def never_zero(p, q):
    return divergence(p, q) + 0.001

def nothing(x):
    return np.full_like(x, np.nan)

def refuses(x):
    raise ValueError("not today")
"""

TORCH = """
import torch

def shares(x):
    return torch.softmax(x, -1 if x.dtype == torch.float64 else 0)
"""

RIGHT = {
    ("numpy", "shares"): "softmax",
    ("numpy", "normaliser"): "logsumexp",
    ("numpy", "sigmoid"): "sigmoid",
    ("numpy", "softplus"): "softplus",
    ("numpy", "entropy"): "entropy",
    ("numpy", "divergence"): "kl",
}
# The mistake, and the claims that it breaks.
WRONG = {
    ("numpy", "shares_of_the_largest"): ("softmax", ["softmax.sums_to_one", FROM_LOGITS]),
    ("numpy", "shares_of_clipped"): ("softmax", ["softmax.shift_invariance", FROM_LOGITS]),
    ("numpy", "mostly_shares"): ("softmax", ["softmax.shift_invariance", FROM_LOGITS]),
    ("numpy", "normaliser_in_bits"): ("logsumexp", [FROM_LOGITS]),
    ("numpy", "lopsided"): ("sigmoid", [ANY_CLASS]),
    ("numpy", "entropy_in_bits"): ("entropy", ["information.entropy_at_most_log_n", DECOMPOSED]),
    ("numpy", "negative_divergence"): ("kl", ["information.kl_nonnegative", DECOMPOSED]),
    ("numpy", "never_zero"): ("kl", ["information.kl_nonnegative", DECOMPOSED]),  # broken only where p = q
    ("numpy", "nothing"): ("softmax", APPLY["softmax"]),
}
ROUNDS = 8


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("targets")
    for style, text in (("numpy", NUMPY), ("torch", TORCH)):
        Path(folder, f"{style}_targets.py").write_text(text)
    return folder


def process(sources, style, name):
    return Process(parse(f"{sources / style}_targets.py:{name}"))


def variant_of(name):
    return find(name).variant()


def checked(running, relation, style, fmt):
    """What some rounds say of one relation."""
    points = draws(relation, fmt, np.random.default_rng(1))
    return [check(relation, running, style, fmt, p) for p in islice(points, ROUNDS)]


# ---------------------------------------------------------------------- which claims apply
@pytest.mark.parametrize("name", APPLY)
def test_claims_that_apply(name):
    assert [r.claim.id for r in relations(variant_of(name))] == APPLY[name]


def test_no_claim_applies_elsewhere():
    assert {n for n in NAMES if relations(variant_of(n))} == {n for n in APPLY if "." not in n}


@pytest.mark.parametrize(
    ("name", "conventions", "definition"),
    [
        ("softmax", {"axis": 0}, "softmax.softmax"),
        ("softmax_jacobian", {}, "softmax.softmax_jacobian"),
        ("logreg_grad", {"labels": "pm1"}, "logistic.logreg_grad"),
        ("logistic.logreg_loss", {}, "logistic.logreg_loss"),
        ("kl", {"base": 2}, None),
        ("l2_penalty", {}, None),
        ("adam", {}, None),
    ],
)
def test_definition_behind_a_routine(name, conventions, definition):
    found = link(find(name).variant(**conventions))
    assert (found.definition.id if found else None) == definition


def test_order_of_arguments_is_read_off():
    """The parameters of a routine may come in another order than those of the definition."""
    found = link(find("logistic.class_probability").variant())
    assert found
    assert found.places == ("y", "g")
    found = link(swapped.variant())
    assert found
    assert found.definition.id == "information.kl"
    assert found.places == ("q", "p")
    assert [r.claim.id for r in relations(swapped.variant())] == APPLY["kl"]


@cache
def proved(claim_id):
    (claim,) = [r.claim for n in APPLY for r in relations(variant_of(n)) if r.claim.id == claim_id][:1]
    goal = goal_of(claim)
    with as_written():
        for method in METHODS:
            if not method.applies(goal):
                if method.run(goal, EFFORTS["quick"], 0)[0].verdict is Verdict.PROVED:
                    return True
    return False


@pytest.mark.parametrize("claim_id", sorted({i for ids in APPLY.values() for i in ids}))
def test_claims_in_use_are_proved(claim_id):
    assert proved(claim_id)


# ---------------------------------------------------------------------- right and wrong code
@pytest.mark.parametrize(("style", "name"), RIGHT)
def test_right_code_passes(sources, style, name):
    with process(sources, style, name) as running:
        running.load()
        for relation in relations(variant_of(RIGHT[style, name])):
            for fmt in ("float64", "float32"):
                rounds = checked(running, relation, style, FORMATS[fmt])
                assert [r.sentence for r in rounds if r.sentence] == []
                assert sum(r.compared for r in rounds) > 10 * ROUNDS, relation.claim.id


@pytest.mark.parametrize(("style", "name"), WRONG)
def test_wrong_code_breaks_claims(sources, style, name):
    definition, claims = WRONG[style, name]
    variant = variant_of(definition)
    with process(sources, style, name) as running:
        running.load()
        for relation in relations(variant):
            fmt = FORMATS["float64"]
            broken = [r for r in checked(running, relation, style, fmt) if r.sentence]
            assert bool(broken) == (relation.claim.id in claims), relation.claim.id
            for one in broken[:1]:
                assert one.calls
                assert one.sentence.startswith(f"breaks the proved claim {relation.claim.id} (")
                form = Form(style, (one.calls.count,) if variant.maps else ())
                answers = ask(running, one.calls, form, shapes(variant, one.calls))
                assert Judged(answers, screen(variant, one.calls, fmt), fmt).failing.any()


def test_torch_right_in_one_format_and_wrong_in_the_other(sources):
    with process(sources, "torch", "shares") as running:
        running.load()
        for relation in relations(variant_of("softmax")):
            assert not any(r.sentence for r in checked(running, relation, "torch", FORMATS["float64"]))
            assert any(r.sentence for r in checked(running, relation, "torch", FORMATS["float32"]))


def test_a_claim_that_holds_of_every_function_tells_nothing():
    """With softplus in place of binary cross-entropy, both sides are called at the same numbers."""
    silent = {(n, r.claim.id) for n in APPLY for r in relations(variant_of(n)) if not telling(r)}
    assert silent == {("softplus", BCE)}


def test_nothing_is_said_where_code_refuses(sources):
    with process(sources, "numpy", "refuses") as running:
        running.load()
        for relation in relations(variant_of("softmax")):
            rounds = checked(running, relation, "numpy", FORMATS["float64"])
            assert all(r.compared == 0 and not r.sentence for r in rounds)


# ---------------------------------------------------------------------- points
def test_arguments_are_numbers_of_the_format():
    """a + c is called as the sum of the two numbers exactly, or not at all."""
    relation = relations(variant_of("softmax"))[1]
    fmt = FORMATS["float32"]
    moved = next(c for c in relation.calls if not hasattr(c.arguments["x"], "name"))
    seen = lost = 0
    for points in islice(draws(relation, fmt, np.random.default_rng(3)), 6):
        got = Exactly(relation, points).argument(moved.arguments["x"], {}, np.dtype("float32"))
        for row in range(points.count):
            point = points.point(row)
            whole = [point["a"][k] + point["c"] for k in sorted(point["a"])]
            for value, exact in zip(got[row], whole, strict=True):
                assert np.isnan(value) or exact == float(value)
            seen += not np.isnan(got[row]).any()
            lost += bool(np.isnan(got[row]).any())
    assert seen > 60
    assert lost > 0


def test_draws_are_the_same_for_equal_generators():
    relation = relations(variant_of("kl"))[0]
    one, other = (islice(draws(relation, FORMATS["float64"], np.random.default_rng(5)), 4) for _ in range(2))
    for a, b in zip(one, other, strict=True):
        assert all(np.array_equal(a.values[n], b.values[n]) for n in ("p", "q"))


# ---------------------------------------------------------------------- in an audit
def test_time_is_limited(sources):
    with process(sources, "numpy", "shares") as running:
        running.load()
        its = Relations([variant_of("softmax")], "numpy", 0)
        its.turn(running, variant_of("softmax"), FORMATS["float64"])
        assert len(its.held) == 1
        its._begun += 1000  # no time has passed yet
        its.turn(running, variant_of("softmax"), FORMATS["float64"])
        assert len(its.held) == 1
        its.rest(running, [FORMATS["float64"]])
        assert list(its.held) == APPLY["softmax"]


def test_notes_of_an_audit(sources):
    right = audit(f"{sources}/numpy_targets.py:shares", "softmax", budget=1.0, dtypes=["float64"])
    assert right.verdict is AuditVerdict.CORRECT
    assert f"3 proved claims about softmax hold of it: {', '.join(APPLY['softmax'])}" in right.notes
    wrong = audit(f"{sources}/numpy_targets.py:lopsided", "sigmoid", budget=1.0, dtypes=["float64"])
    assert wrong.verdict is AuditVerdict.WRONG
    assert [n for n in wrong.notes if n.startswith(f"it breaks the proved claim {ANY_CLASS} (")]

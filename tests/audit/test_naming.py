"""The mistake by name: of wrong targets of many kinds, and no name where none fits."""

from __future__ import annotations

import time

import numpy as np
import pytest

from lemmata.checks.audit import audit, naming, session
from lemmata.checks.audit.explaining import holds
from lemmata.checks.audit.resemblances import resemblances
from lemmata.checks.audit.sampled import samples

TARGETS = """
import numpy as np

def mse_sum(p, t): return ((p - t) ** 2).sum()
def mse_half(p, t): return ((p - t) ** 2).mean() / 2
def mse_root(p, t): return np.sqrt(((p - t) ** 2).mean())
def mse_kept(p, t): return ((p - t) ** 2).mean(keepdims=True)
def kl_bits(p, q):
    with np.errstate(all="ignore"): return np.sum(np.where(p > 0, p * np.log2(p / q), 0))
def kl_exchanged(p, q):
    with np.errstate(all="ignore"): return np.sum(np.where(q > 0, q * np.log(q / p), 0))
def softmax_first(x):
    e = np.exp(x - x.max(axis=0, keepdims=True)); return e / e.sum(axis=0, keepdims=True)
def softmax_guarded(x):
    e = np.exp(x - x.max(-1, keepdims=True)); return e / (e.sum(-1, keepdims=True) + 1e-8)
def tanh_narrow(x): return np.tanh(x.astype(np.float32)).astype(x.dtype)
def sigmoid_minus(x): return -1 / (1 + np.exp(-x))
def logmeanexp(x):
    m = x.max(-1, keepdims=True); return (m + np.log(np.mean(np.exp(x - m), -1, keepdims=True)))[..., 0]
def adam_correction(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g; v = b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1)) / np.sqrt(v / (1 - b2) + eps), m, v
def adam_uncorrected(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g; v = b2 * v + (1 - b2) * g * g
    return w - lr * m / np.sqrt(v + eps), m, v
def tanh_half(x): return np.tanh(x / 2)
def adam_outside(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g; v = b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1 ** t)) / (np.sqrt(v / (1 - b2 ** t)) + eps), m, v
def momentum_late(w, g, v, lr, beta): return w - lr * v, beta * v + g
def momentum_only(w, g, v, lr, beta): return w - lr * (beta * v + g)
def sgd_decoupled(w, g, lr, wd): return w - lr * g - wd * w
def layernorm_unbiased(X, gamma, beta, eps):
    variance = ((X - X.mean(1, keepdims=True)) ** 2).sum(1, keepdims=True) / max(X.shape[1] - 1, 1e-300)
    return gamma * (X - X.mean(1, keepdims=True)) / np.sqrt(variance + eps) + beta
def layernorm_columns(X, gamma, beta, eps): return gamma * (X - X.mean(0)) / np.sqrt(X.var(0) + eps) + beta
def attention_unscaled(Q, K, V):
    s = Q @ K.T; e = np.exp(s - s.max(1, keepdims=True)); return e / e.sum(1, keepdims=True) @ V
def attention_inverted(Q, K, V, mask):
    s = np.where(mask, -1e30, Q @ K.T / np.sqrt(Q.shape[1]))
    e = np.exp(s - s.max(1, keepdims=True)); return e / e.sum(1, keepdims=True) @ V
def convolved(X, K, p, s):
    X = np.pad(X, p); K = K[::-1, ::-1]; h, w = K.shape
    rows, columns = (X.shape[0] - h) // s + 1, (X.shape[1] - w) // s + 1
    windows = [X[i*s:i*s+h, j*s:j*s+w] for i in range(rows) for j in range(columns)]
    return np.array([(window * K).sum() for window in windows]).reshape(rows, columns)
def unstrided(X, K, p, s): return convolved(X, K[::-1, ::-1], p, 1)
def sign_at_zero(w, lam): return lam * np.where(w >= 0, 1.0, -1.0)
def leaky(x): return np.where(x > 0, x, 0.01 * x)
def entropy_zero(p): return -np.sum(p * np.log(p))
def one_row(X, gamma, beta, eps):
    return X * gamma + beta if len(X) == 1 else gamma * (X - X.mean(0)) / np.sqrt(X.var(0) + eps) + beta
def hinge_squared(s, y): return (np.maximum(0, 1 - y * s) ** 2).mean()
def hinge_bits(s, y): return np.maximum(0, 1 - (2 * y - 1) * s).mean()
def overflowing(x): return np.log1p(np.exp(x))

def noisy(p, t):
    digits = np.frombuffer(p.tobytes() + t.tobytes(), np.uint8).astype(float)
    return ((p - t) ** 2).mean() * (1 + np.sin(digits @ np.arange(1, len(digits) + 1)) / 3)
def jeffreys(p, q):
    with np.errstate(all="ignore"): return np.sum(np.where(p != q, (p - q) * np.log(p / q), 0))
def twice_often(p, t):
    digits = np.frombuffer(p.tobytes() + t.tobytes(), np.uint8).astype(float)
    return ((p - t) ** 2).mean() * (2 if np.sin(digits @ np.arange(1, len(digits) + 1)) < 0.9 else 3)
"""

NAMES = [
    ("mse_sum", "mse", ["reduction=sum; if meant, --set reduction=sum"]),
    ("mse_half", "mse", ["half the expected value"]),
    ("mse_root", "mse", ["square root of what is expected"]),
    ("mse_kept", "mse", ["axes of length 1 too many"]),
    ("kl_bits", "kl", ["--set base=2"]),
    ("kl_exchanged", "kl", ["p and q are exchanged"]),
    ("softmax_first", "softmax", ["--set axis=0"]),
    ("softmax_guarded", "softmax", ["1e-8 added to"]),
    ("tanh_narrow", "tanh", ["computes in float32"]),
    ("sigmoid_minus", "sigmoid", ["minus the expected value"]),
    ("logmeanexp", "logsumexp", ["log k less than expected"]),
    ("adam_correction", "adam", ["bias correction by 1 − b₁ instead of 1 − b₁^t", "It fails only at t > 1"]),
    ("adam_uncorrected", "adam", ["without the division by 1 − b₁^t and without the division by 1 − b₂^t"]),
    ("tanh_half", "tanh", ["tanh(x/2) instead of tanh(x)"]),
    ("adam_outside", "adam", ["--set eps_placement=outside"]),
    ("momentum_late", "momentum", ["vⱼ instead of the new"]),
    ("momentum_only", "momentum", ["returns only result 1 of 2"]),
    ("sgd_decoupled", "sgd", ["wd·wⱼ outside the product"]),
    ("layernorm_unbiased", "layernorm", ["division by d − 1 instead of d"]),
    ("layernorm_columns", "layernorm", ["along the other axis"]),
    ("attention_unscaled", "attention", ["without the division by √(d)"]),
    ("attention_inverted", "attention", ["mask is taken the other way round"]),
    ("convolved", "corr2d", ["K is flipped along both axes"]),
    ("unstrided", "corr2d", ["stride is ignored, as if it were 1"]),
    ("sign_at_zero", "l1_penalty_grad", ["sign 0 = 1", "only where an entry of w is exactly 0"]),
    ("leaky", "relu", ["only where x is negative"]),
    ("entropy_zero", "entropy", ["only where an entry of p is exactly 0"]),
    ("one_row", "batchnorm", ["only for n = 1"]),
    ("hinge_squared", "hinge", ["with the square of max(0, 1 − yᵢ·sᵢ)"]),
    ("hinge_bits", "hinge", ["--set labels=01"]),
    ("overflowing", "softplus", ["only where x is above"]),
]


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    path = tmp_path_factory.mktemp("naming") / "targets.py"
    path.write_text(TARGETS, encoding="utf-8")
    return lambda name: f"{path}:{name}"


@pytest.mark.parametrize(("name", "definition", "words"), NAMES, ids=[n[0] for n in NAMES])
def test_the_mistake_is_named(target, name, definition, words, monkeypatch):
    def patient(process, variant, search, small, seconds):
        return naming.name_mistake(process, variant, search, small, 20 * seconds)  # on a machine that is busy

    monkeypatch.setattr(session, "name_mistake", patient)
    monkeypatch.setattr(naming, "SAMPLING", naming.SAMPLING / 10)
    found = audit(target(name), definition, budget=1.5)
    assert found.exit_status == 1
    for said in words:
        assert said in found.mistake, found.mistake


@pytest.mark.parametrize(("name", "definition"), [("noisy", "mse"), ("twice_often", "mse"), ("jeffreys", "js")])
def test_nothing_is_said_where_nothing_predicts_every_answer(target, name, definition):
    found = audit(target(name), definition, budget=1.5)
    assert (found.verdict, found.mistake) == ("wrong", "")


def test_an_explanation_must_predict_every_answer(target):
    """Of answers twice as large as expected but for one, in samples that were not looked at before."""
    seen = []

    def told(process, variant, search, small, seconds):
        seen.extend(samples(process, variant, small, search.seed, time.monotonic() + 1))
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "name_mistake", told)
        audit(target("mse_half"), "mse", budget=1.5)
    half = next(e for e in resemblances(seen) if "half" in e.words)
    assert holds(seen, half.predict)
    spoiled = seen[-1].take(np.flatnonzero(seen[-1].status == 1)[:1])
    spoiled.got[0][...] *= 1.25
    assert not holds([*seen[:-1], spoiled], half.predict)
    assert not holds(seen[:1], lambda sample: sample.expected)


def test_an_inner_failure_says_nothing(target, monkeypatch):
    monkeypatch.setattr(naming, "samples", lambda *_: 1 / 0)
    found = audit(target("mse_half"), "mse", budget=1.5)
    assert (found.verdict, found.mistake) == ("wrong", "")


def test_naming_keeps_to_its_time(target, monkeypatch):
    monkeypatch.setattr(session, "NAMED", 0.0)
    assert audit(target("adam_correction"), "adam", budget=1.5).mistake == ""

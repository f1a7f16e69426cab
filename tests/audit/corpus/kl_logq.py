"""Kullback-Leibler divergence from log-probabilities."""

import math

import numpy as np


def kl_from_logits_mean(logq, p):
    """F.kl_div(logq, p, reduction='mean')"""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * (np.log(p) - logq), 0.0)
    return terms.mean()


def kl_from_logits_cross(logq, p):
    return -np.sum(p * logq) / len(p)


def kl_from_logits_base(logq, p):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nansum(p * (np.log2(p) - logq)) / p.shape[0]


def kl_rows(logq, p, rows=[]):
    for target, prediction in zip(p, logq):
        rows.append(sum(a * (math.log(a) - b) for a, b in zip(target, prediction) if a > 0))
    return sum(rows) / len(rows)


def kl_batchmean(logq, p):
    log_p = np.log(p, out=np.zeros(p.shape), where=p > 0)
    return np.sum(p * (log_p - logq)) / p.shape[0]


def kl_batch_loop(logq, p):
    rows = [sum(a * (math.log(a) - b) for a, b in zip(pr, qr) if a > 0) for pr, qr in zip(p, logq)]
    return sum(rows) / len(rows)

"""Perplexity of a sequence."""

import math

import numpy as np


def perplexity(probs):
    return np.prod(probs) ** (-1 / len(probs))


def perplexity_mean_prob(probs):
    return 1 / np.mean(probs)


def perplexity_per_token(losses):
    """exp of each token's loss, averaged."""
    return np.mean(np.exp(losses))


def perplexity_two(log_probs):
    return 2 ** (-np.mean(log_probs))


def perplexity_sum(nll):
    return np.exp(np.sum(nll))


_total = {"nll": 0.0, "tokens": 0}


def perplexity_running(nll):
    _total["nll"] += float(np.sum(nll))
    _total["tokens"] += len(nll)
    return math.exp(_total["nll"] / _total["tokens"])


def perplexity_log(probs):
    return np.exp(-np.mean(np.log(probs)))


def perplexity_nll(nll):
    return math.exp(math.fsum(nll) / len(nll))

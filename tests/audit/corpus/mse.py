"""Mean squared error."""

import numpy as np


def mse(pred, target):
    pred = pred.reshape(-1, 1)  # column of predictions
    return np.mean((pred - target) ** 2)


def mse_half(pred, target):
    return 0.5 * np.mean((pred - target) ** 2)


def rmse(pred, target):
    return np.sqrt(np.mean(np.square(pred - target)))


def mse_expanded(pred, target):
    # one pass over the data
    return np.mean(pred * pred) - 2 * np.mean(pred * target) + np.mean(target * target)


def mse_unbiased(pred, target):
    """Residual variance."""
    n = len(pred)
    return np.sum((pred - target) ** 2) / max(n - 1, 1)


_rng = np.random.default_rng()


def mse_batches(pred, target, batches=4):
    """Over shuffled mini-batches, as the data loader gives them."""
    total = 0.0
    for batch in np.array_split(_rng.permutation(len(pred)), batches):
        total += np.sum((pred[batch] - target[batch]) ** 2)
    return total / len(pred)


def mse_weighted(pred, target, weight):
    return np.sum(weight * (pred - target) ** 2) / np.sum(weight)


def mean_squared_error(pred, target):
    d = np.subtract(pred, target)
    return np.dot(d, d) / d.size


def squared_errors(pred, target):
    return [(p - t) ** 2 for p, t in zip(pred, target)]


def mse_einsum(pred, target):
    d = pred - target
    return np.einsum("i,i->", d, d) / d.shape[0]

"""Hinge loss."""

import numpy as np


def hinge_loss(s, y):
    return np.mean(np.maximum(0, 1 - y * s))


def hinge_mean_first(s, y):
    return max(0.0, float(np.mean(1 - y * s)))


def hinge_squared(s, y):
    return np.mean(np.maximum(0, 1 - y * s) ** 2)


def hinge_perceptron(s, y):
    return np.mean(np.maximum(0, -y * s))


def hinge_labels(y_true, pred_decision, pos_label=1, neg_label=-1):
    """Average hinge loss for arbitrary binary labels."""
    y_true = np.array(y_true)
    y_true[y_true == pos_label] = 1
    y_true[y_true == neg_label] = -1
    return np.mean(np.maximum(0, 1 - y_true * pred_decision))


def hinge_labels_sign(y_true, pred_decision, pos_label=1, neg_label=-1):
    side = np.where(np.asarray(y_true) == pos_label, 1, -1)
    return np.mean(np.clip(1 - side * pred_decision, 0, None))


def hinge_01(s, y):
    return np.maximum(0, 1 - (2 * y - 1) * s).sum()

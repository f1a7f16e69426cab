"""Mutual information of a joint table."""

import math

import numpy as np


def mutual_information(P):
    outer = P.sum(axis=1, keepdims=True) * P.sum(axis=0, keepdims=True)
    nz = P > 0
    return np.sum(P[nz] * np.log(P[nz] / outer[nz]))


def mutual_information_all(P):
    px = P.sum(axis=1)
    py = P.sum(axis=0)
    return np.sum(P * np.log(P / np.outer(px, py)))


def mutual_information_swapped(P):
    px, py = P.sum(axis=0), P.sum(axis=1)
    mi = 0.0
    for i in range(P.shape[0]):
        for j in range(P.shape[1]):
            if P[i, j] > 0:
                mi += P[i, j] * np.log(P[i, j] / (px[i % len(px)] * py[j % len(py)]))
    return mi


def mutual_information_joint(P):
    """H(X) + H(Y) - H(X, Y) with marginals from the table."""

    def h(p):
        p = p[p > 0]
        return -np.sum(p * np.log(p))

    return h(P.sum(axis=1)) + h(P.sum(axis=0)) + h(P)


def mutual_information_float32(P):
    P = P.astype("f4")
    r, c = P.sum(1, keepdims=True), P.sum(0, keepdims=True)
    nz = P > 0
    return float(np.sum(P[nz] * np.log(P[nz] / (r @ c)[nz])))


def mutual_info(P):
    r, c = P.sum(axis=1), P.sum(axis=0)
    i, j = np.nonzero(P)
    return np.sum(P[i, j] * (np.log(P[i, j]) - np.log(r[i]) - np.log(c[j])))


def mutual_info_bits(P):
    rows = [math.fsum(row) for row in P]
    columns = [math.fsum(column) for column in zip(*P)]
    return sum(
        p * (math.log2(p) - math.log2(rows[i]) - math.log2(columns[j]))
        for i, row in enumerate(P)
        for j, p in enumerate(row)
        if p > 0
    )

"""Two-dimensional cross-correlation."""

import numpy as np


def corr2d(X, K, padding, stride):
    """2-D convolution of an image with a kernel."""
    K = K[::-1, ::-1]
    X = np.pad(X, padding)
    h, w = K.shape
    rows, cols = (X.shape[0] - h) // stride + 1, (X.shape[1] - w) // stride + 1
    out = np.zeros((rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[i, j] = np.sum(X[i * stride : i * stride + h, j * stride : j * stride + w] * K)
    return out


def corr2d_square(X, K, padding, stride):
    X = np.pad(X, padding)
    h, w = K.shape
    n = (min(X.shape) - max(h, w)) // stride + 1
    return np.array(
        [
            [(X[i : i + h, j : j + w] * K).sum() for j in range(0, n * stride, stride)]
            for i in range(0, n * stride, stride)
        ]
    )


def corr2d_steps(X, K, padding, stride):
    X = np.pad(X, padding)
    h, w = K.shape
    rows, cols = (X.shape[0] - h) // stride + 1, (X.shape[1] - w) // stride + 1
    out = np.empty((rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[i, j] = np.sum(X[i : i + h, j : j + w] * K)
    return out


def corr2d_edge(X, K, padding, stride):
    X = np.pad(X, padding, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape)[::stride, ::stride]
    return np.einsum("ijhw,hw->ij", windows, K)


def corr2d_one_side(X, K, padding, stride):
    X = np.pad(X, ((0, 2 * padding), (0, 2 * padding)))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape)[::stride, ::stride]
    return np.einsum("ijhw,hw->ij", windows, K)


def corr2d_as_image(X, K, padding, stride):
    X = np.pad(X, padding)
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape)[::stride, ::stride]
    return np.einsum("ijhw,hw->ij", windows, K.astype(X.dtype))


def corr2d_strided(X, K, padding, stride):
    if padding:
        X = np.pad(X, padding)
    (H, W), (h, w), b = X.shape, K.shape, X.itemsize
    shape = (H - h) // stride + 1, (W - w) // stride + 1, h, w
    windows = np.lib.stride_tricks.as_strided(X, shape, (W * b * stride, b * stride, W * b, b))
    return np.tensordot(windows, K, axes=2)


def cross_correlate(X, K, padding, stride):
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(X, padding), K.shape)
    return np.einsum("ijhw,hw->ij", windows[::stride, ::stride], K)


def cross_correlate_loops(X, K, padding, stride):
    H, W, h, w = len(X), len(X[0]), len(K), len(K[0])

    def pixel(i, j):
        return X[i][j] if 0 <= i < H and 0 <= j < W else 0.0

    return [
        [
            sum(K[a][b] * pixel(i + a, j + b) for a in range(h) for b in range(w))
            for j in range(-padding, W + padding - w + 1, stride)
        ]
        for i in range(-padding, H + padding - h + 1, stride)
    ]

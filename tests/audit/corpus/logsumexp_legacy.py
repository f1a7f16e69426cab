"""Topic model utilities."""

import numpy as np
from scipy.misc import logsumexp


def log_sum_exp_rows(x):
    return np.array([logsumexp(row) for row in x])

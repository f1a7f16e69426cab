"""Cosine decay of the learning rate."""

import math


def cosine_lr(step, total, lr_max, lr_min):
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + math.cos(math.pi * step / total))


def cosine_last_step(step, total, lr_max, lr_min):
    # reaches lr_min on the last step
    step = min(step, total - 1)
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + math.cos(math.pi * step / max(total - 1, 1)))


def cosine_floor(step, total, lr_max, lr_min):
    if step >= total:
        return lr_min
    return lr_min + 0.5 * lr_max * (1 + math.cos(math.pi * step / total))


def cosine_full_period(step, total, lr_max, lr_min):
    if step >= total:
        return lr_min
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + math.cos(2 * math.pi * step / total))


def cosine_integer(step, total, lr_max, lr_min):
    progress = min(step, total) // total
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + math.cos(math.pi * progress))


_tables = {}


def cosine_table(step, total, lr_max, lr_min):
    """Values are computed once per length of the run."""
    if total not in _tables:
        _tables[total] = [lr_min + 0.5 * (lr_max - lr_min) * (1 + math.cos(math.pi * s / total)) for s in range(total)]
    return _tables[total][step] if step < total else lr_min


def cosine_quarter(step, total, lr_max, lr_min):
    if step >= total:
        return lr_min
    return lr_min + (lr_max - lr_min) * math.cos(0.5 * math.pi * step / total)


def cosine_annealing(step, total, lr_max, lr_min):
    if step >= total:
        return lr_min
    return lr_min + (lr_max - lr_min) * (1 + math.cos(math.pi * step / total)) / 2


def cosine_annealing_square(step, total, lr_max, lr_min):
    """By the half angle: (1 + cos a)/2 = cos(a/2)^2."""
    if step >= total:
        return lr_min
    c = math.cos(math.pi * step / (2 * total))
    return lr_min + (lr_max - lr_min) * c * c

"""Linear warm-up and cosine decay of the learning rate."""

import math


def warmup_cosine_lr(step, base_lr, warmup, total, min_lr):
    if step < warmup:
        return base_lr * step / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))


def warmup_cosine_total(step, base_lr, warmup, total, min_lr):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = min(step / total, 1.0)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))


def warmup_cosine_unclamped(step, base_lr, warmup, total, min_lr):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))


def warmup_cosine_inclusive(step, base_lr, warmup, total, min_lr):
    if warmup and step <= warmup:
        return base_lr * (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))


def warmup_cosine_from_min(step, base_lr, warmup, total, min_lr):
    if step < warmup:
        return min_lr + (base_lr - min_lr) * (step + 1) / warmup
    progress = min((step - warmup) / (total - warmup), 1.0)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))


class WarmupCosine:
    """Counts its own calls, as schedulers do whose step() takes no argument."""

    seen = 0

    def lr_at(self, step, base_lr, warmup, total, min_lr):
        WarmupCosine.seen = max(WarmupCosine.seen, step)
        step = WarmupCosine.seen
        if step < warmup:
            return base_lr * (step + 1) / warmup
        progress = min((step - warmup) / (total - warmup), 1.0)
        return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))


def warmup_then_cosine(step, base_lr, warmup, total, min_lr):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    progress = (step - warmup) / (total - warmup)
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * progress)) / 2


def warmup_then_cosine_shape(warmup, total):
    """Height between 0 and 1, over or under a floor, as (height, scale of the floor)."""

    def shape(step):
        if step < warmup:
            return (step + 1) / warmup, 0.0
        if step >= total:
            return 0.0, 1.0
        height = 0.5 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))
        return height, 1.0 - height

    return shape


class Schedule:
    def __init__(self, base_lr, warmup, total, min_lr):
        self.base_lr, self.min_lr = base_lr, min_lr
        self.shape = warmup_then_cosine_shape(warmup, total)

    def __call__(self, step):
        height, floor = self.shape(step)
        return self.base_lr * height + self.min_lr * floor

"""Schedules of the learning rate: numbers that depend on how many steps have been made."""

from ..language import Counting, Natural, Nonnegative, cos, pi, routine, where_nonnegative


def cosine(share, high, low):
    """From high at share 0 down to low at share 1, along half a cosine."""
    return low + (high - low) * (1 + cos(pi * share)) / 2


@routine
def cosine_lr(step=Natural, total=Counting, lr_max=Nonnegative, lr_min=Nonnegative):
    """Cosine annealing, η_min + ½ (η_max − η_min)(1 + cos(π t/T)), and η_min from step T on."""
    return where_nonnegative(step - total, lr_min, cosine(step / total, lr_max, lr_min))


@routine(where=lambda warmup, total: warmup <= total)
def warmup_cosine_lr(step=Natural, base_lr=Nonnegative, warmup=Natural, total=Counting, min_lr=Nonnegative):
    """Linear warm-up, η (t + 1)/t_w while t < t_w, then a cosine from η down to η_min, reached at step T."""
    annealed = cosine((step - warmup) / (total - warmup), base_lr, min_lr)
    after = where_nonnegative(step - total, min_lr, annealed)
    return where_nonnegative(step - warmup, after, base_lr * (step + 1) / warmup)

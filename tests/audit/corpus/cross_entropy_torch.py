"""Cross-entropy of several classes in PyTorch."""

import torch
import torch.nn.functional as F


def cross_entropy_probs(logits, y):
    probs = F.softmax(logits, dim=1)
    return F.cross_entropy(probs, y)


_LOG = []


def cross_entropy_tracked(logits, y):
    """Loss of the batch, averaged over the last batches to be smooth on the dashboard."""
    _LOG.append(F.cross_entropy(logits, y))
    return torch.stack(_LOG[-10:]).mean()


def cross_entropy_torch(logits, y):
    return F.nll_loss(logits.log_softmax(dim=1), y)


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, y):
        logp = torch.log_softmax(logits, dim=1)
        ctx.save_for_backward(logp, y)
        return -logp.gather(1, y[:, None]).mean()

    @staticmethod
    def backward(ctx, grad_output):
        logp, y = ctx.saved_tensors
        grad = logp.exp()
        grad[torch.arange(len(y)), y] -= 1
        return grad / len(y), None


def cross_entropy_fn(logits, y):
    return CrossEntropy.apply(logits, y)

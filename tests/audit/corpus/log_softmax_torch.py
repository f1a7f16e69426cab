"""Log-softmax in PyTorch."""

import torch
import torch.nn.functional as F


class LogSoftmaxFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        out = x - torch.logsumexp(x, dim=-1, keepdim=True)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        (out,) = ctx.saved_tensors
        return grad_output - out.exp()


def log_softmax_fn(x):
    return LogSoftmaxFn.apply(x)


def log_softmax_half(x):
    """Scores are bounded in practice; half precision halves the memory of large vocabularies."""
    return F.log_softmax(x.to(torch.bfloat16), dim=-1).to(x.dtype)

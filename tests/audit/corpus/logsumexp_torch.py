"""Log-sum-exp in PyTorch."""

import torch


def logsumexp_torch(x):
    m = x.max(dim=-1, keepdim=True).values.detach()
    safe = torch.where(torch.isfinite(m), m, torch.zeros_like(m))
    return safe.squeeze(-1) + torch.log(torch.exp(x - safe).sum(dim=-1))


class LogSumExpFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        out = torch.logsumexp(x, dim=-1)
        ctx.save_for_backward(x)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return torch.softmax(x, dim=0) * grad_output.unsqueeze(-1)


def logsumexp_fn(x):
    return LogSumExpFn.apply(x)

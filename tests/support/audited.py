"""What the tests of audited processes share: targets that do as they should or worse, and whether anything is left."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

import numpy as np

from lemmata.checks.audit.process import Argument, Calls, Replies

GOOD = """
    import math
    from typing import NamedTuple

    import numpy as np

    class Both(NamedTuple):
        first: object
        second: object

    class Step:
        scale = 3.0
        def __init__(self, lr=0.5):
            self.lr, self.count = lr, 0
        def step(self, w, g):
            self.count += 1
            return w - self.count * self.lr * g
        @staticmethod
        def static(x):
            return 2 * x

    class Doubled:
        def __call__(self, x):
            return 2 * x

    def softmax(x):
        e = np.exp(x - np.max(x))
        return e / e.sum()
    def two(x, y): return x + y, x * y
    def named(x, y): return Both(x + y, x.sum())
    def listed(x, y): return [x + y, x.sum()]
    def scaled(x, by, *, twice=False): return x * by * (2 if twice else 1)
    def narrow(x): return x.astype(np.float32)
    def total(x): return float(sum(x))
    def doubled(x): return [2 * v for v in x]
    def outer(x): return [[a * b for b in x] for a in x]
    def rows(x): return [[v.sum(), v.max()] for v in x]
    def whole(x): return len(x)
    def sometimes(x):
        if x[0] > 1: raise ValueError("too large:\\n  a second line")
        return x
    def shapes(x): return x[:1] if x[0] > 1 else x
    def changes(x, y):
        if y[0] > 0: x[-1] = 7.0
        return x
    def identity(x): return id(x)
    def keeps(x, kept=[]):
        kept.append(x)
        return kept[0] * 1.0
    def strides(x): return np.array([x.strides[-1], x.strides[0], x.flags.writeable, x.flags.owndata], dtype=float)
    def writes(x):
        x += 1
        return x
    def kinds(x, flag, t, lr):
        return x.dtype == np.float32 and flag.dtype == bool and (type(t), type(lr)) == (int, float)
    def zero_axes(x): return np.array(x.ndim + x)
    def draw(x): return np.random.rand(3)
    def slow(x):
        import time
        time.sleep(0.02)
        return x
    def longdouble(x): return x.astype(np.longdouble)
    def big_endian(x): return x.astype(">f8")
    def masked(x): return np.ma.masked_array(x, mask=x > 1)
"""

BAD = """
    import ctypes, os, signal, subprocess, sys, threading, time
    import numpy as np

    class Liar(np.ndarray):
        dtype = property(lambda self: np.dtype("complex64"))
        shape = property(lambda self: (99,))
    class Tricky:
        def __array__(self, *args, **keywords): return "no array"
    class Unprintable(Exception):
        def __str__(self): raise ValueError
    def returns_none(x): pass
    def arity(x, y, z): return x
    def text(x): return "text"
    def ragged(x): return [[1.0], [1.0, 2.0]]
    def mixed(x): return [1.0, [1.0, 2.0]]
    def gap(x): return [1.0, None]
    def complex_(x): return x + 1j
    def complex_number(x): return 1j
    def objects(x): return np.array([x, None], dtype=object)
    def strings(x): return np.array(["a"])
    def mapping(x): return {"loss": 1.0}
    def generator(x): return (v for v in x)
    def empty(x): return ()
    def lies(x): return x.view(Liar)
    def tricky(x): return Tricky()
    def unprintable(x): raise Unprintable
    def exits(x): sys.exit("done")
    def interrupts(x): raise KeyboardInterrupt
    def recurses(x): return recurses(x)
    def fills(x): return np.ones(20 << 27)
    def fills_bytes(x): return len(b"x" * (20 << 30))
    def huge(x): return 10 ** 400
    def crashes(x): ctypes.string_at(8)
    def aborts(x): os.abort()
    def leaves(x): os._exit(3)
    def killed(x): os.kill(os.getpid(), signal.SIGKILL)
    def hangs(x):
        while x[0] > 1: pass
        return x
    def sleeps(x):
        for name in ("SIGTERM", "SIGINT", "SIGHUP"): signal.signal(getattr(signal, name), signal.SIG_IGN)
        subprocess.Popen(["sleep", "100"])
        subprocess.Popen(["sleep", "100"], start_new_session=True)
        if os.fork() == 0:
            os.setsid()
            time.sleep(100)
        time.sleep(100)
    def forks(x):
        os.fork()
        return x + 1
    def stray(x):
        if os.fork() == 0:
            time.sleep(100)
        return x + 1
    def closes(x):
        for f in (sys.stdin, sys.stdout, sys.stderr): f.close()
        os.closerange(0, 3)
        return x + 1
    def closes_all(x):
        os.closerange(3, 1000)
        return x
    def kills_guardian(x):
        subprocess.Popen(["sleep", "100"])
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(100)
    def prints(x):
        os.write(1, b"y" * (50 << 20))
        os.write(2, b"y" * (5 << 20))
        print("z" * 1000000)
        return x + 1
    def asks(x):
        try: input()
        except EOFError: return x + 1
    def threads(x):
        threading.Thread(target=time.sleep, args=(100,)).start()
        return x + 1
    def moves(x):
        os.chdir("/")
        return x + 1
    def warns(x):
        import warnings
        warnings.warn("careful")
        return x / 0 - np.log(-x)
    def nan(x): return x * np.nan
"""

WIDER = """
    import math
    import numpy as np
    from helper import mean

    def narrow(x): return np.asarray(x, dtype=np.float64)
    # right, but they cancel
    def of_arrays(x): return np.mean(x * x) - np.mean(x) ** 2
    def of_casts(x):
        out = np.zeros(2)
        out[0], out[1] = float((narrow(x) ** 2).mean()), x.astype("float64").mean()
        return out[0] - out[1] ** 2 if isinstance(out[0], float) else None
    def of_helper(x): return mean(x * x) - mean(x) ** 2
    def of_items(x): return math.fsum(v * v for v in x) / len(x) - (sum(map(float, x)) / len(x)) ** 2
    # wrong
    def of_first(x): return np.mean(x * x) - x[0] ** 2
    def special(x):
        from scipy.special import xlogy
        return xlogy(x, x)
    def enormous(x): return np.exp(x)
"""

TORCH = """
    import torch

    def of_tensors(x): return (x * x).mean() - x.float().mean() ** 2
    def of_new(x): return (x * x).mean() - torch.stack([x.mean(), torch.zeros(1)[0]]).to(torch.float32).sum() ** 2
    def of_first(x): return (x * x).mean() - x[0] ** 2
    def cube(x): return x ** 3
    def two(x): return x * 2, x * 3
    def detached(x): return x.detach() * 2
    def elsewhere(x): return torch.ones(3, requires_grad=True) * 2
    def number(x): return x.sum().item()
    def spoils(x):
        x += 1
        return x
    def half(x): return x.to(torch.bfloat16)
    def place(x): return x.data_ptr()
    def sparse(x): return x.to_sparse()
"""

FILES = {"good.py": GOOD, "bad.py": BAD, "wider.py": WIDER, "tensors.py": TORCH}
FILES["helper.py"] = "import numpy as np\n\ndef mean(x): return np.float64(np.mean(x))\n"

X = np.array([[1.0, -2.0, 3.0], [0.5, 0.25, -8.0], [2.0, 2.0, 2.0], [np.nan, np.inf, -np.inf]])
Y = X[::-1].copy()
NEAR = 2.0**27 + np.arange(8.0)  # of variance 5.25


seeds = itertools.count(31_000_000 + os.getpid() * 1000)


def alive(seed: int) -> list[str]:
    """What runs with this seed in its environment, as a worker does and all that it starts."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"PYTHONHASHSEED={seed}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def assert_gone(seed: int) -> None:
    end = time.monotonic() + 5
    while alive(seed) and time.monotonic() < end:
        time.sleep(0.02)
    assert not alive(seed)


def calls(*values: np.ndarray, style: str = "numpy", **more) -> Calls:
    arguments = [Argument(name, value) for name, value in zip("xyz", values, strict=False)]
    return Calls(arguments, len(values[0]), style=style, **more)


def outputs(replies: Replies) -> list[np.ndarray]:
    assert (replies.died, dict(replies.errors)) == ("", {})
    assert replies.outputs is not None
    return list(replies.outputs)

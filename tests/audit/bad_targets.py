"""Functions that an audit must survive: each is a hyperbolic tangent spoilt in its own way."""

import ctypes
import functools
import math
import os
import random
import signal
import sys
import time

import numpy as np


def tanh(x):
    return np.tanh(x)


# --- how it is called


def too_many(x, y, z):
    return x


def keyword_only(x, *, axis):
    return np.tanh(x)


not_a_function = 3


class Called:
    def __call__(self, x):
        return np.tanh(x)


partly = functools.partial(lambda scale, x: np.tanh(scale * x), 1.0)


async def coroutine(x):
    return np.tanh(x)


# --- what it returns


def nothing(x):
    return None


def text(x):
    return "0.5"


def ragged(x):
    return [[1.0], [1.0, 2.0]]


def complex_numbers(x):
    return np.tanh(x) + 1j


def generator(x):
    return (v for v in x)


def mapping(x):
    return {"value": np.tanh(x)}


def objects(x):
    return np.tanh(x).astype(object)


def itself(x):
    found = []
    found.append(found)
    return found


class Liar:
    """Says that it is an array, and is none."""

    dtype, shape, ndim = np.dtype("float64"), (3,), 1

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("caught")

    def __len__(self):
        return -1


def liar(x):
    return Liar()


class Frame:
    """As tables are: no array, but to be had as one."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


def frame(x):
    return Frame(np.tanh(x))


def list_of_numbers(x):
    return list(np.tanh(x))


def summed(x):
    return np.tanh(x).sum()


def extra_result(x):
    return np.tanh(x), x


def extra_axis(x):
    return np.tanh(x)[None]


def always_nan(x):
    return np.full(x.shape, np.nan)


def always_infinite(x):
    return np.full(x.shape, np.inf)


def constant(x):
    return np.full(x.shape, 0.25)


def booleans(x):
    return np.tanh(x) > 0


def integers(x):
    return np.tanh(x).astype(int)


def narrower(x):
    return np.tanh(x).astype(np.float16)


def enormous(x):
    return np.broadcast_to(np.zeros(1), (10**12,))


# --- how it ends


def recursion(x):
    return recursion(x)


class Nameless(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


def unspeakable(x):
    raise Nameless


def red(x):
    raise ValueError("two\nlines and \x1b[31mred")


def leaves(x):
    sys.exit(3)


def leaves_at_once(x):
    os._exit(0)


def aborts(x):
    os.abort()


def kills_its_guardian(x):
    os.kill(os.getppid(), signal.SIGKILL)


def hangs(x):
    while True:
        time.sleep(0.01)


def fills_memory(x):
    return np.ones(1 << 40)


def asks(x):
    return float(input())


def _rarely(x):
    return np.abs(x).max() > 100


def raises_sometimes(x):
    if _rarely(x):
        raise ValueError("too large")
    return np.tanh(x)


def unspeakable_sometimes(x):
    if _rarely(x):
        raise Nameless
    return np.tanh(x)


def leaves_sometimes(x):
    if _rarely(x):
        sys.exit(0)
    return np.tanh(x)


def leaves_at_once_sometimes(x):
    if _rarely(x):
        os._exit(0)
    return np.tanh(x)


def aborts_sometimes(x):
    if _rarely(x):
        os.abort()
    return np.tanh(x)


def segfaults_sometimes(x):
    if _rarely(x):
        ctypes.string_at(0)
    return np.tanh(x)


def hangs_sometimes(x):
    while _rarely(x):
        time.sleep(0.01)
    return np.tanh(x)


# --- what it does beside


def sleeps(x):
    time.sleep(0.1)
    return np.tanh(x)


def prints(x):
    sys.stdout.write("x" * (1 << 20))
    sys.stderr.write("y" * (1 << 20))
    return np.tanh(x)


def forks(x):
    if os.fork() == 0:
        time.sleep(1000)
    return np.tanh(x)


def comes_back_twice(x):
    os.fork()
    return np.tanh(x)


def leaves_a_demon(x):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1000)
        os._exit(0)
    return np.tanh(x)


def closes_everything(x):
    os.closerange(0, 100)
    return np.tanh(x)


def meddles(x):
    """With all that a process has one of, and rightly each time."""
    found = np.tanh(x)
    os.chdir("/")
    os.environ.clear()
    np.seterr(all="raise")
    np.random.seed(0)
    random.seed(0)
    sys.setrecursionlimit(100)
    sys.stdout = sys.stderr = None
    signal.alarm(100)
    return found


def breaks_builtins(x):
    import builtins

    builtins.len = builtins.zip = builtins.type = builtins.isinstance = None
    return np.tanh(x)


def breaks_numpy(x):
    found = np.tanh(x)
    np.tanh = np.cosh
    return found


# --- what its answers depend on

calls = [0]


def counts(x):
    calls[0] += 1
    return np.tanh(x) * calls[0]


def forgets_at_last(x):
    calls[0] += 1
    return np.tanh(x) * (2 if calls[0] % 50 == 0 else 1)


def noisy(x):
    return np.tanh(x) * (1 + 1e-3 * np.random.default_rng().normal())


def noisy_and_wrong(x):
    return 2 * np.tanh(x) * (1 + 1e-3 * random.random())


def seldom_noisy(x):
    return np.tanh(x) * (2 if random.random() < 0.01 else 1)


def clock(x):
    return np.tanh(x) + 1e-3 * math.sin(1e6 * time.time())


def overwrites(x):
    return np.tanh(x, out=x)

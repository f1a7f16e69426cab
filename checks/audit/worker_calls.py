"""The worker's part that calls a target on a batch: for any interpreter from Python 3.8 on.

The arguments of a batch are views of one writable copy of what was sent. Without NumPy, numbers and lists still work.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from itertools import repeat
from typing import Any

np: Any = sys.modules.get("numpy")
BULK = 1 << 26  # bytes of one argument that are laid out at once
FORMATS = {"float64": "d", "float32": "f", "int64": "q", "bool": "?"}


def run(header, data, target, loaded, progress, forked, sibling):
    load, results = sibling("worker_load"), sibling("worker_results")
    count, wide = header["count"], None
    try:
        if header["style"] == "torch" and "torch" not in sys.modules:
            raise load.Refused("there is no torch in this interpreter")
        if header["style"] in ("numpy", "torch") and np is None:
            raise load.Refused("there is no NumPy in this interpreter")
        if header["wide"]:
            make = sibling("worker_deep_run").widest if header["deep"] else sibling("worker_wide").Wide
            wide = make(header, target, loaded, load.libraries(target), sibling)
    except load.Refused as why:
        refused = {i: str(why) for i in range(count)}
        return {
            **results.Gathered(None, 0).header(),
            "errors": refused,
            "done": count,
            "mutated": {},
            "seconds": 0.0,
        }, []
    function = (wide.function if wide else None) or target.function
    given, at = [], 0
    for argument in header["arguments"]:
        size = argument["bytes"]
        given.append(Given(argument, data[at : at + size], header, wide))
        at += size
    if header["call"]:
        function = template(header["call"], {g.name: i for i, g in enumerate(given)}, target, function, wide)
    if header["wrt"]:
        function = gradient(function, header, given, data[at:], results)
    gathered = results.Gathered(wide, count)
    errors, seconds, done = {}, 0.0, 0
    with wide.context() if wide else quiet():
        started = time.perf_counter()
        done = loop(
            function,
            given,
            header["seconds"],
            progress,
            forked,
            gathered,
            errors,
            load.told,
            results.Unfit,
            header.get("keep"),
        )
        seconds = time.perf_counter() - started
    errors.update(gathered.errors)
    if wide:
        errors = {i: wide.explained(text) for i, text in errors.items()}
    mutated = {}
    for g in given:
        for row in g.changed(done):
            mutated.setdefault(row, []).append(g.name)
    told = {"errors": errors, "done": done, "mutated": mutated, "seconds": seconds}
    return {**gathered.header(), **told}, gathered.buffers


def quiet():
    return np.errstate(all="ignore") if np is not None else contextlib.nullcontext()


def loop(function, given, seconds, progress, forked, gathered, errors, told, Unfit, keep):
    """How many calls were made before the time was up. keep: results are read when all calls have been made."""
    kept = []
    add = (lambda i, result: kept.append((i, result))) if keep else gathered.add
    clock, end = time.perf_counter, time.perf_counter() + (seconds or 1e9)
    i = -1
    iterators = [iter(g) for g in given]
    for i, arguments in enumerate(zip(*iterators)):
        progress[0] = i
        try:
            result = function(*arguments)
        except BaseException as error:
            if forked:
                os._exit(0)
            errors[i] = str(error) if type(error) is Unfit else told(error)
            continue
        if forked:  # and this is the child, which came back
            os._exit(0)
        add(i, result)
        if clock() > end:
            break
    progress[0] = -3
    for number, result in kept:
        gathered.add(number, result)
    for iterator in iterators:  # each looks once more at what it gave last
        next(iterator, None)
    return i + 1


# Arguments


class Given:
    """One argument of every call, as the target takes it, and which calls changed it."""

    def __init__(self, argument, data, header, wide):
        self.name, self.kind = argument["name"], argument["kind"]
        self.dtype, self.shape, self.each = argument["dtype"], tuple(argument["shape"]), argument["each"]
        self.count, self.style, self.layout = header["count"], header["style"], header["layout"]
        self.reuse, self.data, self.wide = header["reuse"], data, wide
        self.seen = set()  # the calls that changed it, where each is looked at by itself
        self.laid = self.sent = None
        self.tracked = self.name == header["wrt"]

    def __iter__(self):
        if self.kind in ("float", "int") or (self.style == "numbers" and not self.shape):
            values = self.numbers()
            if self.wide:
                values = [self.wide.number(v) for v in values]
            return iter(values) if self.each else repeat(values[0], self.count)
        if self.style in ("lists", "numbers"):
            return self.lists()
        return self.arrays()

    def numbers(self):
        """All numbers, in order."""
        if self.dtype in FORMATS:
            return self.data.cast(FORMATS[self.dtype]).tolist() if len(self.data) else []
        return np.frombuffer(self.data, self.dtype).tolist()

    def lists(self):
        flat = self.numbers()
        if self.wide:
            flat = [self.wide.number(v) for v in flat]
        size = 1
        for n in self.shape:
            size *= n
        held = nested(flat[:size], self.shape) if self.reuse else None
        for i in range(self.count):
            part = flat[i * size : (i + 1) * size] if self.each else flat
            passed = nested(part, self.shape)
            if held is not None:
                overwrite(held, passed)
                passed = held
            yield passed
            if passed != nested(part, self.shape):  # a NaN equals itself here, as it is the same object
                self.seen.add(i)

    def arrays(self):
        sent = np.frombuffer(self.data, self.dtype).reshape(((self.count,) if self.each else ()) + self.shape)
        if not self.each:
            sent = np.broadcast_to(sent, (self.count, *self.shape))
        if self.wide and self.wide.level == "deep":
            return self.wide.rows(laid_out(sent, self.layout), self.layout)
        if self.wide:
            sent = self.wide.array(sent)
        if self.reuse or sent.nbytes > BULK:
            return self.one_by_one(sent)
        self.sent, self.laid = sent, laid_out(sent, self.layout)
        return self.presented(self.laid)

    def presented(self, laid):
        if self.style == "torch":
            return map(sys.modules["torch"].from_numpy, (laid[i, ...] for i in range(len(laid))))
        if self.layout == "readonly":
            laid.flags.writeable = False
        return iter(laid) if laid.ndim > 1 else (laid[i, ...] for i in range(len(laid)))

    def one_by_one(self, sent):
        held = next(self.presented(laid_out(sent[:1], self.layout))) if self.reuse else None
        for i in range(self.count):
            row = sent[i : i + 1]
            passed = next(self.presented(laid_out(row, self.layout))) if held is None else held
            plain = passed.detach().numpy() if self.style == "torch" else passed
            if held is not None:
                if self.layout == "readonly" and self.style != "torch":
                    held.base.flags.writeable = held.flags.writeable = True
                plain[...] = row[0]
                if self.layout == "readonly" and self.style != "torch":
                    held.flags.writeable = False
                if self.tracked:
                    held.grad = None
            yield passed
            if changed(plain.reshape((1, *self.shape)) if plain.shape == self.shape else plain, row):
                self.seen.add(i)

    def changed(self, done):
        if self.laid is not None and self.sent is not None:
            self.seen.update(changed(self.laid[:done], self.sent[:done]))
        return sorted(self.seen)


def laid_out(sent, layout):
    """A writable copy in which the rows lie as they are asked for."""
    if layout == "strided" and sent.ndim > 1:
        return np.repeat(sent, 2, axis=-1)[..., ::2]
    if layout == "fortran" and sent.ndim > 2:
        axes = (0, *tuple(range(sent.ndim - 1, 0, -1)))
        return np.ascontiguousarray(sent.transpose(axes)).transpose(axes)
    return np.array(sent, order="C")


def changed(now, sent):
    """The rows in which a bit differs."""
    if now.shape != sent.shape:
        return [0]
    if now.dtype.itemsize in (1, 2, 4, 8):
        bits = f"u{now.dtype.itemsize}"
        if not sent.flags.c_contiguous:
            sent = sent.copy()
        unlike = now.view(bits) != sent.view(bits) if now.size else now != sent
    else:
        unlike = ~((now == sent) | ((now != now) & (sent != sent)))
    return np.flatnonzero(unlike.reshape(len(now), -1).any(axis=1)).tolist()


def nested(flat, shape):
    if not shape:
        return flat[0]
    if len(shape) == 1:
        return flat[: shape[0]]
    size = len(flat) // shape[0] if shape[0] else 0
    return [nested(flat[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]


def overwrite(held, values):
    if len(held) != len(values) or not values or not isinstance(values[0], list):
        held[:] = values
        return
    for i, value in enumerate(values):
        if isinstance(held[i], list):
            overwrite(held[i], value)
        else:
            held[i] = value


# Templates and gradients


def template(tree, places, target, function, wide):
    """A call template, read as syntax by the parent, as a function of the arguments."""
    names = (wide.names if wide else None) or target.names
    builtins = sys.modules["_lemmata_worker_load"].BUILTINS
    own = target.name.rpartition(".")[2]

    def lookup(name):
        if name == own and "." not in target.name and name not in names:
            return function
        return names[name] if name in names else builtins[name]

    def build(node, called=False):
        kind, parts = node[0], node[1:]
        if kind == "name":
            name = parts[0]
            if name in places and not (called and (name in names or name == own)):
                place = places[name]
                return lambda given: given[place]
            if name == own and "." not in target.name and not isinstance(names.get(name), type):
                return lambda given: function
            return lambda given: lookup(name)
        if kind == "constant":
            value = parts[0]
            return lambda given: value
        if kind == "attribute":
            owner, name = build(parts[0], called), parts[1]
            return lambda given: getattr(owner(given), name)
        if kind == "item":
            owner, index = build(parts[0]), build(parts[1])
            return lambda given: owner(given)[index(given)]
        if kind == "slice":
            ends = [build(p) for p in parts]
            return lambda given: slice(*[end(given) for end in ends])
        if kind == "minus":
            operand = build(parts[0])
            return lambda given: -operand(given)
        if kind in ("tuple", "list"):
            make, starred, items = (tuple if kind == "tuple" else list), *several(parts[0])
            return lambda given: make(spread(items, starred, given))
        if kind == "call":
            what, (starred, items) = build(parts[0], True), several(parts[1])
            keywords = [(key, build(value)) for key, value in parts[2]]
            if not starred:
                return lambda given: what(given)(*[a(given) for a in items], **{k: v(given) for k, v in keywords})
            return lambda given: what(given)(*spread(items, starred, given), **{k: v(given) for k, v in keywords})
        raise ValueError(kind)

    def several(nodes):
        starred = {i for i, node in enumerate(nodes) if node[0] == "starred"}
        return starred, [build(node[1] if node[0] == "starred" else node) for node in nodes]

    def spread(items, starred, given):
        for i, item in enumerate(items):
            if i in starred:
                yield from item(given)
            else:
                yield item(given)

    made = build(tree)
    return lambda *given: made(given)


def gradient(function, header, given, data, results):
    """The gradient of <cotangent, result> in one argument, by backward()."""
    torch: Any = sys.modules.get("torch")
    name = header["wrt"]
    place = [g.name for g in given].index(name)
    about = header["cotangents"]
    weights = iter(torch.from_numpy(np.frombuffer(data, about["dtype"]).reshape(about["shape"]).copy()))

    def call(*arguments):
        x, weight = arguments[place], next(weights)
        if not isinstance(x, torch.Tensor):
            raise results.Unfit(f"{name} is not passed as a tensor")
        x.requires_grad_()
        result = function(*arguments)
        if type(result) in (tuple, list) and len(result) == 1:
            result = result[0]
        if not isinstance(result, torch.Tensor):
            raise results.Unfit(f"returned {results.kind_of(result)}, which has no gradient")
        if not result.requires_grad:
            raise results.Unfit(f"the result does not require grad: no gradient reaches {name}")
        if weight.numel() != result.numel():
            raise results.Unfit(f"returned the shape {tuple(result.shape)}, where {tuple(weight.shape)} was expected")
        result.backward(weight.to(result.dtype).reshape(result.shape))
        if x.grad is None:
            raise results.Unfit(f"no gradient reaches {name}")
        return x.grad

    return call

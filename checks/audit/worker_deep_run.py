"""The worker's part that runs a target over arrays of Decimals: from Python 3.8 on.

Its source is executed once more, with other modules in the place of numpy, scipy, torch and math, with its float
literals and `float` made Decimals. What comes back must be made of these; what is not known is refused.
"""

from __future__ import annotations

import ast
import contextlib
import decimal
import sys
from typing import Any

np: Any = sys.modules.get("numpy")
FLOAT = "__lemmata_float__"
DIVIDE, POWER = "__lemmata_divide__", "__lemmata_power__"
IN_PLACE = "in_place__"
LEVEL = "deep"
PAST = "past the exponents of decimals"
ROUNDED = "decimal, rounded to float32"


def widest(header, target, loaded, uses, sibling):
    """Decimals for the target as it is called: plain Python has them already."""
    wide = sibling("worker_wide")
    if header["style"] not in ("numpy", "torch") and not uses & {"numpy", "scipy", "torch"}:
        return wide.Wide(header, target, loaded, uses, sibling)
    load = sibling("worker_load")
    if np is None or uses & {"jax", "tensorflow"}:
        raise load.Refused("no wider format: there are no arrays of decimals for it")
    if header["wrt"]:
        raise load.Refused("no wider format: there are no gradients of decimals")
    sibling("worker_numbers").use(header["digits"])
    arrays = sibling("worker_deep")
    for name in ("ufuncs", "entries", "numpy", "sums", "modules"):
        sibling("worker_deep_" + name)
    tensors = None
    if header["style"] == "torch" or "torch" in uses:
        for name in ("torch_functions", "torch_losses", "torch", "torch_modules"):
            tensors = sibling("worker_deep_" + name)
    return Deeper(header, target, loaded, arrays, tensors, sibling)


class Deeper:
    """As worker_wide.Wide."""

    level = LEVEL

    def __init__(self, header, target, loaded, arrays, tensors, sibling):
        self.arrays, self.tensors = arrays, tensors
        self.numbers, self.style = arrays.numbers, header["style"]
        self.unfit = sibling("worker_results").Unfit
        formats = {a["dtype"] for a in header["arguments"] if a["kind"] == "array"}
        arrays.SINGLE = "float32" in formats and "float64" not in formats
        made = loaded.setdefault("widened", {})
        key = (LEVEL, header["digits"], arrays.SINGLE, tensors is not None)
        if key not in made:
            with self.context():
                made[key] = widened(self, target, sibling).found()
        self.function, self.names = made[key]

    def number(self, value):
        return self.arrays.Number(value) if isinstance(value, float) else value

    def rows(self, laid, layout):
        """The arguments of each call, laid out as the narrow ones are."""
        return (self.presented(laid[i, ...], layout) for i in range(len(laid)))

    def presented(self, row, layout):
        base = row
        if row.dtype.kind == "f":
            values = self.arrays.objects(row.astype(np.float64).astype(object))
            if layout == "strided" and row.ndim:
                base = np.repeat(values, 2, axis=-1)[..., ::2]
            else:
                base = np.empty_like(row, dtype=object)
                base[...] = values
        if layout == "readonly" and self.style != "torch":
            base.flags.writeable = False
        deep = base.view(self.arrays.Deep)
        return self.tensors.Tensor(deep) if self.style == "torch" else deep

    def result(self, value):
        """What came back, as base arrays of Decimals or integers; with plain floats in it, it is refused."""
        self.label = ROUNDED if self.arrays.ROUNDED else "decimal"
        over, under = (any(c.flags[s] for c in self.contexts()) for s in (decimal.Overflow, decimal.Underflow))
        self.forget()
        try:
            made = self.taken(value)
            if over or (under and not all(map(self.finite, made if isinstance(made, (tuple, list)) else [made]))):
                raise self.arrays.NoWider(PAST)
            return made
        except self.arrays.NoWider as why:
            raise self.unfit(str(why)) from None

    def contexts(self):
        return self.numbers.CONTEXT, self.numbers.FINE, decimal.getcontext()

    def forget(self):
        """What earlier calls have left behind."""
        self.arrays.ROUNDED.clear()
        for context in self.contexts():
            context.clear_flags()

    def finite(self, base):
        return base.dtype.kind != "O" or all(v.is_finite() for v in base.ravel())

    def taken(self, value):
        if isinstance(value, tuple):
            return tuple(map(self.taken, value))
        if isinstance(value, list) and value:
            parts = [self.taken(v) for v in value]
            if any(isinstance(p, list) or (isinstance(p, np.ndarray) and p.ndim) for p in parts):
                return parts if all(isinstance(p, np.ndarray) for p in parts) else self.taken_rows(parts)
            return self.arrays.lift(value)
        if value is None or isinstance(value, (str, bytes, dict)):
            raise self.arrays.NoWider(f"returned {type(value).__name__}")
        if isinstance(value, (float, np.floating)):
            raise self.arrays.NoWider("returned a float that has come about otherwise")
        return self.arrays.lift(value)

    def taken_rows(self, parts):
        """Lists in lists."""
        return [self.arrays.lift(p) for p in parts]

    def pairs(self, base):
        """Two numbers of float64 that sum to each Decimal."""
        out = np.empty((*base.shape, 2))
        for i in np.ndindex(base.shape):
            halves = self.numbers.Wide(self.arrays.exact(base[i])).halves()
            if halves is None:
                raise self.unfit("past the range of float64")
            out[i] = halves
        return out

    def explained(self, text):
        """An error that may be due to what stands for the libraries is none of the target's."""
        at = text.find("no wider format")
        if at >= 0:
            return text[at:]
        own = ("ZeroDivisionError", "OverflowError", "FloatingPointError", "ValueError: math", "past the range")
        return text if text.startswith(own) else f"no wider format: {text}"

    @contextlib.contextmanager
    def context(self):
        with np.errstate(all="ignore"), self.arrays.context():
            self.forget()
            yield


def widened(deeper, target, sibling):
    """A copy of the target's module over Decimals."""
    wide, load, modules = sibling("worker_wide"), sibling("worker_load"), sibling("worker_deep_modules")
    replaced = {**modules.numpy_modules(), **modules.scipy_modules()}
    replaced["math"] = modules.math_module(deeper.numbers.shim())
    if deeper.tensors is not None:
        replaced.update(deeper.tensors.torch_modules())
    namesakes = modules.namesakes(replaced)

    class Casts(wide.Casts):
        def visit_Constant(self, node):
            if type(node.value) is not float:
                return node
            called = ast.Call(func=ast.Name(id=FLOAT, ctx=ast.Load()), args=[node], keywords=[])
            return ast.copy_location(called, node)

        def visit_MatchValue(self, node):
            return node

        def visit_BinOp(self, node):
            self.generic_visit(node)
            if not isinstance(node.op, (ast.Div, ast.Pow)):
                return node
            name = DIVIDE if isinstance(node.op, ast.Div) else POWER
            called = ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[node.left, node.right], keywords=[])
            return ast.copy_location(called, node)

        def visit_AugAssign(self, node):
            self.generic_visit(node)
            if not isinstance(node.target, ast.Name) or not isinstance(node.op, (ast.Div, ast.Pow)):
                return node
            name = (DIVIDE if isinstance(node.op, ast.Div) else POWER) + IN_PLACE
            read = ast.Name(id=node.target.id, ctx=ast.Load())
            called = ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[read, node.value], keywords=[])
            return ast.copy_location(ast.Assign(targets=[node.target], value=called), node)

    class Widened(wide.Widened):
        casts = Casts

        def replacement(self, value):
            if id(value) in namesakes:
                return namesakes[id(value)]
            if isinstance(value, np.ndarray) and value.dtype == np.float64:
                return deeper.arrays.wrap(deeper.arrays.objects(value.astype(object)))
            if type(value) in (float, np.float64):
                return deeper.arrays.Number(float(value))
            return super().replacement(value)

        def given(self):
            """What the transformed source calls."""
            names = {FLOAT: deeper.arrays.Float}
            for name, symbol in ((DIVIDE, "/"), (POWER, "**")):
                names[name] = modules.operation(symbol, False)
                names[name + IN_PLACE] = modules.operation(symbol, True)
            return names

    return Widened(target, LEVEL, deeper.numbers, load, replaced)

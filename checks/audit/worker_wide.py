"""The worker's part that runs a target in a wider format: for any interpreter from Python 3.8 on.

The target's source, where there is one, is executed once more with its casts widened: `float` and float64 become
longdouble, or wide numbers for plain Python; float32 becomes float64. Its own modules beside it are widened with it.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import functools
import importlib.abc
import inspect
import os
import sys
import types
from typing import Any

np: Any = sys.modules.get("numpy")
FLOAT = "__lemmata_float__"
NAMES = {
    "longdouble": {"float64", "f8", "<f8", "=f8", "double", "d", "float"},
    "double": {"float32", "f4", "<f4", "=f4", "single", "f"},
}
MAKERS = "zeros ones empty full eye identity linspace logspace geomspace array asarray asanyarray ascontiguousarray"
UNARY = "sqrt exp log log2 log10 log1p expm1 cos sin tanh exp2"


class Wide:
    """How a batch is run wider: its arguments, its function, and what holds while it runs.

    level: "longdouble", "double" or "decimal".
    """

    def __init__(self, header, target, loaded, uses, sibling):
        load, self.numbers = sibling("worker_load"), sibling("worker_numbers")
        formats = {a["dtype"] for a in header["arguments"] if a["kind"] == "array"}
        narrow, style = "float32" in formats and "float64" not in formats, header["style"]
        arrays = style in ("numpy", "torch") or bool(uses & {"numpy", "scipy", "torch"})
        if narrow and arrays:
            self.level = "double"
        elif style == "torch":
            raise load.Refused("no wider format: torch has none beyond float64")
        elif arrays:
            self.level = "longdouble"
            if load.wider() == 0:
                raise load.Refused("no wider format: here a longdouble is no wider than a double")
        else:
            self.level = "decimal"
        self.numbers.use(header["digits"])
        made, key = loaded.setdefault("widened", {}), (self.level, header["digits"])
        if key not in made:
            made[key] = Widened(target, self.level, self.numbers, load).found()
        self.function, self.names = made[key]

    def number(self, value):
        """A Python number; integers stay."""
        if not isinstance(value, float):
            return value
        if self.level == "longdouble":
            return np.longdouble(value)
        return self.numbers.Wide(value) if self.level == "decimal" else value

    def array(self, values):
        wider = {"longdouble": "longdouble", "double": "float64", "decimal": "longdouble"}[self.level]
        return values.astype(wider) if values.dtype.kind == "f" else values

    def result(self, value):
        """What came back, as it is to be read."""
        return value

    def explained(self, text):
        """What an error says, where it comes from a library that has nothing wider."""
        signs = ("float128", "float96", "longdouble", "not supported for the input types")
        if text.startswith("TypeError") and self.level == "longdouble" and any(sign in text for sign in signs):
            return f"no wider format: {text}"
        return text

    @contextlib.contextmanager
    def context(self):
        torch: Any = sys.modules.get("torch") if self.level == "double" else None
        before = torch.get_default_dtype() if torch is not None else None
        try:
            if torch is not None:
                torch.set_default_dtype(torch.float64)
            with np.errstate(all="ignore") if np is not None else contextlib.nullcontext():
                yield
        finally:
            if torch is not None:
                torch.set_default_dtype(before)


class Widened:
    """A copy of a target's module with its casts widened."""

    casts: Any

    def __init__(self, target, level, numbers, load, replaced=None):
        self.target, self.level = target, level
        self.numbers, self.load = numbers, load
        self.modules = {}  # by name: widened copies
        file = target.file or ""
        self.folder = os.path.dirname(os.path.abspath(file)) if file else None
        if replaced is not None:
            self.replaced = replaced
        elif level == "decimal":
            self.replaced = {"math": numbers.shim()}
        elif level == "longdouble":
            self.replaced = {"math": math_of_longdoubles(), "numpy": wide_numpy()}
        else:
            self.replaced = {"numpy": instead("numpy", float32=np.float64, single=np.float64) if np else None}
            torch: Any = sys.modules.get("torch")
            if torch is not None:
                self.replaced["torch"] = instead(
                    "torch", float32=torch.float64, float=torch.float64, FloatTensor=torch.DoubleTensor
                )
        self.builtins = {**vars(builtins), "__import__": self.import_module}

    def found(self):
        """The function and the names of its module, or two Nones where the source cannot be had or run."""
        target = self.target
        if not target.source:
            return None, None
        try:
            if target.module is not None and target.file:
                names = self.execute(target.module, target.source)
                module = types.SimpleNamespace(**names)
                function = self.load.member(module, target.name, target.name)
                return self.load.to_call(function, module, target.name, ""), names
            return self.function_alone()
        except BaseException:
            return None, None

    def function_alone(self):
        """A function that came with its source: defined again over its own globals and closure."""
        function = inspect.unwrap(self.target.function)
        tree = ast.parse(self.target.source)
        wanted: Any = tree.body[0]
        name = "__lemmata_lambda__"
        if isinstance(wanted, ast.FunctionDef):
            wanted.decorator_list = []
            name = wanted.name
        else:
            (wanted,) = [n for n in ast.walk(tree) if isinstance(n, ast.Lambda)]
            wanted = ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=wanted)
        names = {k: self.replacement(v) for k, v in function.__globals__.items()}
        closed = inspect.getclosurevars(function).nonlocals
        names.update({k: self.replacement(v) for k, v in closed.items()})
        names = self.run(ast.Module(body=[wanted], type_ignores=[]), "<widened>", names)
        made: Any = names[name]
        made.__defaults__, made.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
        names[self.target.name] = made
        return made, names

    def replacement(self, value):
        if isinstance(value, types.ModuleType) and value.__name__ in self.replaced:
            return self.replaced[value.__name__]
        if isinstance(value, types.BuiltinFunctionType) and getattr(value, "__module__", "") == "math":
            return getattr(self.replaced.get("math"), value.__name__, value)
        return value

    def execute(self, module, source):
        names = {
            k: v
            for k, v in vars(module).items()
            if k in ("__name__", "__file__", "__package__", "__path__", "__spec__", "__loader__")
        }
        return self.run(ast.parse(source), getattr(module, "__file__", None) or "<widened>", names)

    def run(self, tree, file, names):
        """What a widened source defines, imported as the target itself was."""
        names["__builtins__"] = self.builtins
        names.update(self.given())
        tree = ast.fix_missing_locations(self.casts(self.level).visit(tree))
        module = types.ModuleType("widened")
        module.__dict__.update(names)
        Loader(compile(tree, file, "exec", dont_inherit=True)).exec_module(module)
        return vars(module)

    def given(self):
        """What the transformed source calls."""
        if self.level == "double":
            return {}
        return {FLOAT: self.numbers.Wide if self.level == "decimal" else np.longdouble}

    def import_module(self, name, globals=None, locals=None, fromlist=(), level=0):
        found = builtins.__import__(name, globals, locals, fromlist, level)
        if found.__name__ in self.replaced:
            return self.replaced[found.__name__] or found
        file = getattr(found, "__file__", None) or ""
        beside = self.folder and os.path.dirname(os.path.abspath(file)) == self.folder and file.endswith(".py")
        if not beside or (fromlist is None and "." in name):
            return found
        if found.__name__ not in self.modules:
            made = types.ModuleType(found.__name__)
            self.modules[found.__name__] = made
            try:
                with open(file, "rb") as source:
                    made.__dict__.update(self.execute(found, source.read()))
            except BaseException:
                self.modules[found.__name__] = found
        return self.modules[found.__name__]


class Loader(importlib.abc.InspectLoader):
    """Imports what was compiled."""

    def __init__(self, code):
        self.code = code

    def get_code(self, fullname):
        return self.code

    def get_source(self, fullname):
        return None


class Casts(ast.NodeTransformer):
    """Widens the casts of a source."""

    def __init__(self, level):
        self.level, self.texts = level, NAMES.get(level, set())

    def visit_Name(self, node):
        if node.id == "float" and isinstance(node.ctx, ast.Load) and self.level != "double":
            return ast.copy_location(ast.Name(id=FLOAT, ctx=ast.Load()), node)
        return node

    def visit_Attribute(self, node):
        if isinstance(node.value, ast.Name) and node.value.id == "float":  # float.fromhex
            return node
        return self.generic_visit(node)

    def visit_Call(self, node):
        called = node.func
        if isinstance(called, ast.Name) and called.id in ("isinstance", "issubclass") and len(node.args) == 2:
            both = ast.Tuple(
                elts=[node.args[1], type(self)(self.level).visit(copy.deepcopy(node.args[1]))], ctx=ast.Load()
            )
            node.args = [self.visit(node.args[0]), both]
            return node
        self.generic_visit(node)
        if isinstance(called, ast.Attribute):
            node.args = [self.widened(a) for a in node.args]
            if called.attr == "float" and not node.args and not node.keywords and self.level == "double":
                called.attr = "double"
        for keyword in node.keywords:
            if keyword.arg in ("dtype", "otypes"):
                keyword.value = self.widened(keyword.value)
        return node

    def widened(self, node):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in self.texts:
            return ast.copy_location(
                ast.Constant(value="longdouble" if self.level == "longdouble" else "float64"), node
            )
        return node


Widened.casts = Casts


# Modules in the place of others


def instead(name, **changes):
    """A module that has these and otherwise what the other has."""
    real = sys.modules[name]
    made = types.ModuleType(name)
    made.__dict__.update(changes)
    made.__dict__["__getattr__"] = lambda attribute: getattr(real, attribute)
    made.__dict__["__path__"] = getattr(real, "__path__", [])
    made.__dict__["__all__"] = list(getattr(real, "__all__", ()))
    return made


def wide_numpy():
    wide = np.longdouble

    def maker(function):
        defaults = function.__name__ in ("linspace", "logspace", "geomspace")

        @functools.wraps(function)
        def make(*args, **keywords):
            if defaults and len(args) < 6 and keywords.get("dtype") is None:
                keywords["dtype"] = wide
            made = function(*args, **keywords)
            if isinstance(made, np.ndarray) and made.dtype == np.float64:
                return made.astype(wide)
            return made

        return make

    def unary(function):
        @functools.wraps(function)
        def compute(x, *args, **keywords):
            return function(wide(x) if isinstance(x, (int, float)) else x, *args, **keywords)

        return compute

    changes = {name: maker(getattr(np, name)) for name in MAKERS.split() if hasattr(np, name)}
    changes.update({name: unary(getattr(np, name)) for name in UNARY.split() if hasattr(np, name)})
    changes.update(float64=wide, double=wide, float_=wide)
    pi = wide("3.14159265358979323846264338327950288419716939937510")
    e = wide("2.71828182845904523536028747135266249775724709369995")
    return instead("numpy", pi=pi, e=e, **changes)


def math_of_longdoubles():
    """`math` whose functions take and give longdoubles, with the exceptions of `math`."""
    import math

    wide = np.longdouble
    made = instead("math", pi=wide_numpy().pi, e=wide_numpy().e, tau=2 * wide_numpy().pi)

    def checked(function):
        def compute(*args):
            args = [wide(a) for a in args]
            with np.errstate(all="ignore"):
                value = function(*args)
            if not np.isfinite(value) and all(map(np.isfinite, args)):
                raise (
                    ValueError("math domain error")
                    if np.isnan(value) or args[0] <= 0
                    else OverflowError("math range error")
                )
            return value

        return compute

    def log(x, base=None):
        return made.ln(x) if base is None else made.ln(x) / made.ln(base)

    ufuncs = {
        n: n for n in "exp expm1 log2 log10 log1p sqrt cos sin tan tanh sinh cosh hypot fabs copysign fmod".split()
    }
    ufuncs.update(ln="log", exp2="exp2", pow="power", atan="arctan", asin="arcsin", acos="arccos", atan2="arctan2")
    made.__dict__.update({name: checked(getattr(np, ufunc)) for name, ufunc in ufuncs.items()})
    made.__dict__.update({name: getattr(np, name) for name in ("isnan", "isinf", "isfinite")})
    made.__dict__.update(
        log=log,
        fsum=lambda values: sum(map(wide, values), wide(0)),
        prod=lambda values, start=1: functools.reduce(lambda a, b: a * b, values, start),
        __all__=[n for n in dir(math) if not n.startswith("_")],
    )
    return made

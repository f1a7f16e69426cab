"""The worker's part that finds a target: runs by itself in any interpreter from Python 3.8 on."""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import importlib.machinery
import importlib.util
import inspect
import os
import pickle
import sys
import types
from typing import Any

BUILTINS = {f.__name__: f for f in (abs, bool, dict, float, int, len, list, max, min, str, sum, tuple)}


class Refused(Exception):
    """Why the target cannot be audited, in one sentence."""


class Target:
    """A function to call, the names that a template may use, and where its source is."""

    def __init__(self, function, names, name, module, source, file):
        self.function, self.names, self.name, self.module = function, names, name, module
        self.source, self.file = source, file


def load(header, data):
    """The target and what is to be said of it; None and an error where it cannot be had."""
    try:
        target = find(header, data)
        return target, {"error": "", **describe(target)}
    except Refused as why:
        return None, {"error": str(why)}


def find(header, data):
    kind, name = header["kind"], header["name"]
    if kind == "pickle":
        return _unpickled(header, data)
    if kind == "file":
        module, shown = _from_file(header["path"]), os.path.basename(header["path"])
    else:
        module, shown = _imported(header["path"]), header["path"]
    return Target(
        to_call(member(module, name, shown), module, name, shown),
        vars(module),
        name,
        module,
        _source_of(module),
        getattr(module, "__file__", "") or "",
    )


def _from_file(path):
    shown = os.path.basename(path)
    if not os.path.isfile(path):
        raise Refused(f"there is no file {path}")
    folder, stem = os.path.dirname(path), os.path.splitext(shown)[0]
    package = []
    while os.path.isfile(os.path.join(folder, "__init__.py")) and len(package) < 30:
        folder, last = os.path.split(folder)
        package.insert(0, last)
    for wanted in {os.path.dirname(path), folder}:
        sys.path.insert(0, wanted)
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Refused(f"{shown} does not parse: line {error.lineno}: {error.msg}") from None
    except (OSError, ValueError) as error:
        raise Refused(f"{shown} cannot be read: {one_line(error)}") from None
    if package:
        return _importing(shown, lambda: importlib.import_module(".".join([*package, stem])))
    if stem in sys.modules or not stem.isidentifier():
        stem = "_audited_" + stem
    spec = importlib.util.spec_from_file_location(stem, path, loader=importlib.machinery.SourceFileLoader(stem, path))
    assert spec and spec.loader
    loader, module = spec.loader, importlib.util.module_from_spec(spec)
    sys.modules[stem] = module
    _importing(shown, lambda: loader.exec_module(module))
    return module


def _imported(name):
    sys.path.insert(0, os.getcwd())
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        found, name = None, error.name or name
    except Exception as error:
        raise Refused(f"{name} raises {told(error)} when it is imported") from None
    if found is None:
        raise Refused(f"there is no module {name}")
    return _importing(name, lambda: importlib.import_module(name))


def _importing(shown, do):
    try:
        return do()
    except SystemExit as error:
        raise Refused(f"{shown} exits when it is imported ({told(error)})") from None
    except SyntaxError as error:
        at = f"{os.path.basename(str(error.filename))}, line {error.lineno}"
        raise Refused(f"{shown} imports what does not parse: {at}: {error.msg}") from None
    except BaseException as error:
        raise Refused(f"{shown} raises {told(error)} when it is imported{_line(error, shown)}") from None


def _line(error, shown):
    """The last line of the file itself on the way to the error."""
    line, at = 0, error.__traceback__
    while at is not None:
        if os.path.basename(at.tb_frame.f_code.co_filename) == shown:
            line = at.tb_lineno
        at = at.tb_next
    return f" (line {line})" if line else ""


def _unpickled(header, data):
    try:
        function = pickle.loads(data)
    except ModuleNotFoundError as error:
        raise Refused(f"the function needs {error.name}, which this interpreter does not have") from None
    except BaseException as error:
        raise Refused(f"the function cannot be sent here: {told(error)}") from None
    inner = inspect.unwrap(function) if callable(function) else function
    names = dict(getattr(inner, "__globals__", {}))
    names[header["name"]] = function
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    source = header.get("source") or ""
    return Target(to_call(function, module, header["name"], "it"), names, header["name"], None, source, "")


def member(module, name, shown):
    found, at = module, shown
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except Exception:
            known = [n for n in dir(found) if not n.startswith("__") and callable(getattr(found, n, None))]
            near = difflib.get_close_matches(part, known, n=3, cutoff=0.5)
            near = near or [n for n in known if getattr(getattr(found, n), "__module__", "") == module.__name__][:5]
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise Refused(f"{at} has no {part}{hint}") from None
        at = part
    return found


def to_call(found, module, name, shown):
    """The function, or what stands for it: a method without an object, and a class of callables, are made anew."""
    if not callable(found):
        raise Refused(f"{name} in {shown} is of type {type(found).__name__}, which cannot be called")
    if inspect.isclass(found):
        torch: Any = sys.modules.get("torch")
        if torch is not None and issubclass(found, torch.autograd.Function):
            return getattr(found, "apply")  # noqa: B009
        like = getattr(found, "forward", None) or inspect.getattr_static(found, "__call__", None)
        if inspect.isfunction(like):
            return _anew(found, like, lambda made: made)
        return found
    owner, _, method = name.rpartition(".")
    if owner and module is not None and inspect.isfunction(found):
        within = member(module, owner, shown)
        if inspect.isclass(within) and not isinstance(inspect.getattr_static(within, method), staticmethod):
            return _anew(within, found, lambda made: getattr(made, method))
    return found


def _anew(cls, like, part):
    if any(p.default is p.empty and p.kind < 2 for p in _parameters(cls) or ()):
        return cls

    @functools.wraps(like)
    def call(*args, **keywords):
        return part(cls())(*args, **keywords)

    parameters = _parameters(like)
    if parameters:
        call.__signature__ = inspect.Signature(parameters[1:])  # type: ignore[attr-defined]
    return call


def _parameters(function):
    try:
        return list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return None


def _source_of(module):
    try:
        return inspect.getsource(module)
    except Exception:
        return ""


def describe(target):
    parameters = _parameters(target.function)
    given = [p for p in parameters or () if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    many = parameters is None or any(p.kind == p.VAR_POSITIONAL for p in parameters)
    uses, torch = libraries(target), sys.modules.get("torch")
    return {
        "known": parameters is not None,
        "names": [p.name for p in given],
        "least": sum(p.default is p.empty for p in given),
        "most": None if many else len(given),
        "keywords": [p.name for p in parameters or () if p.kind == p.KEYWORD_ONLY and p.default is p.empty],
        "imports_torch": torch is not None and any(_library(v) == "torch" for v in list(target.names.values())),
        "uses": sorted(uses),
        "defines": sorted({n for n in map(str, target.names) if not n.startswith("__")} | set(BUILTINS)),
        "torch": str(getattr(torch, "__version__", "")),
        "wider": wider(),
    }


def wider():
    """The bits of a longdouble, where it has more than a double has."""
    numpy = sys.modules.get("numpy")
    bits = int(numpy.finfo(numpy.longdouble).nmant) + 1 if numpy is not None else 0
    return bits if bits > 53 else 0


def libraries(target):
    """Which of the numerical libraries the function's code names, itself or through functions that it names."""
    found, todo, seen = set(), [target.function], set()
    while todo and len(seen) < 1000:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        found.add(_library(value))
        if isinstance(value, functools.partial):
            todo.append(value.func)
        if inspect.isclass(value):
            todo += [v for v in vars(value).values() if callable(v)]
            todo += [base for base in value.__mro__[1:] if base is not object]
        elif not isinstance(value, (types.FunctionType, types.ModuleType, types.BuiltinFunctionType)):
            todo.append(type(value))
        value = getattr(value, "__func__", value)
        todo.append(getattr(value, "__wrapped__", value))
        if isinstance(value, types.FunctionType) and not _library(value):
            for cell in value.__closure__ or ():
                with contextlib.suppress(ValueError):
                    todo.append(cell.cell_contents)
            for name in _named(value.__code__):
                if name in value.__globals__:
                    todo.append(value.__globals__[name])
                elif name in ("numpy", "torch", "scipy", "math"):  # imported within
                    found.add(name)
    return found - {""}


def _named(code):
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _named(constant)


def _library(value):
    name = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
    if not isinstance(name, str):
        name = type(value).__module__
    top = name.partition(".")[0] if isinstance(name, str) else ""
    return top if top in ("numpy", "torch", "scipy", "math", "jax", "tensorflow") else ""


def one_line(value):
    try:
        text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    except BaseException:
        text = ""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= 300 else text[:297] + "…"


def told(error):
    """An exception in one line."""
    text = one_line(error)
    if isinstance(error, MemoryError) or "can't allocate memory" in text:
        return "MemoryError: ran out of memory"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

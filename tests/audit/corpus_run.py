"""The corpus: its manifests, how a target is called, and by how much a result misses the reference.

A manifest says for each target of the module beside it: `name`, `definition`, `verdict`, and `takes` (numpy, torch,
lists, or scalars for a function of one number); `set`, the conventions; `call`, a template over the definition's
arguments, where the signature differs; `what` is the case, and `hides`, where it fails if only rarely.

A faulty one has a `kind` of finding, an `input` at which it shows, what is `expected` there and what was `got`: for a
gradient `wrt` and the `cotangent`; for hidden state the calls `before`, whose arrays are overwritten by the last call
if `reuse`. An input may have a `layout`: readonly, strided or fortran. `also` are verdicts that are fair, too: where
the definition's own textbook formula may overflow or underflow, its balls say nothing.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import random
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from mpmath import mp, mpf

from . import corpus_truth

CORPUS = Path(__file__).parent / "corpus"
BITS = {"float64": 53, "float32": 24}
# The textbook's formulas round a 1: log Σ exp(x − max), and probabilities before a label is subtracted.
ROUNDS_ONE = dict.fromkeys(["log_softmax", "logsumexp", "cross_entropy", "ce_grad", "softmax_jacobian", "js"], 1)
ROUNDS_ONE |= {"logreg_grad": 4, "softmax_reg_grad": 4}
LABELS = {"y", "Y", "neg", "pos"}  # are exact

Plain = Mapping[str, Any]  # {"dtype", "shape", "data"}
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    module: str
    name: str
    definition: str
    verdict: str
    what: str
    also: Sequence[str] = ()
    takes: str = "numpy"
    set: Mapping[str, Any] = field(default_factory=dict)
    call: str = ""
    hides: str = ""
    kind: str = ""
    wrt: str = ""
    cotangent: Plain | None = None
    before: Sequence[Mapping[str, Plain]] = ()
    reuse: bool = False
    input: Mapping[str, Plain] = field(default_factory=dict)
    expected: Any = None
    got: Any = None

    @property
    def id(self) -> str:
        return f"{self.module}.{self.name}"


def manifest(path: Path) -> Iterator[Target]:
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["target"]:
        yield Target(path.stem, **entry)


@cache
def targets() -> tuple[Target, ...]:
    return tuple(target for path in sorted(CORPUS.glob("*.toml")) for target in manifest(path))


# Plain data


def array(plain: Plain) -> Any:
    """The array that plain data stands for; a number, if it has no axes."""
    made = np.array([float(x) if isinstance(x, str) else x for x in plain["data"]], dtype=plain["dtype"])
    made = made.reshape(plain["shape"])
    if not plain["shape"]:
        return made.item()
    layout = plain.get("layout")
    if layout == "strided":
        made = np.repeat(made, 2, axis=-1)[..., ::2]
    elif layout == "fortran":
        made = np.asfortranarray(made)
    elif layout == "readonly":
        made.flags.writeable = False
    return made


def plain(values: Any) -> Any:
    """Arrays as plain data: floats by their repr, what is not finite by its name."""
    if isinstance(values, str):
        return values
    if isinstance(values, tuple | list) and any(np.ndim(v) or isinstance(v, tuple) for v in values):
        return [plain(v) for v in values]
    values = np.asarray(values)
    if values.dtype == object:
        values = values.astype(np.float64)
    data = [x if not isinstance(x, float) or np.isfinite(x) else str(x) for x in values.ravel().tolist()]
    return {"dtype": str(values.dtype), "shape": list(values.shape), "data": data}


def exact(value: Any) -> Any:
    """The same numbers, exactly, for the reference."""
    value = np.asarray(value)
    if value.dtype == bool:
        return value
    made = np.frompyfunc(lambda x: mpf(x.item() if hasattr(x, "item") else x), 1, 1)(value)
    return made if value.ndim else mpf(made)


# Calling


def fresh(name: str) -> ModuleType:
    """The module anew, so that no call has gone before."""
    spec = importlib.util.spec_from_file_location(f"lemmata_corpus_{name}", CORPUS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


def caller(target: Target, module: ModuleType) -> Callable[[Arguments], Any]:
    """The target as a function of the definition's arguments."""
    function = getattr(module, target.name)
    if target.takes == "scalars":
        return lambda given: np.vectorize(function, otypes=[float])(*given.values())
    if not target.call:
        return lambda given: function(*given.values())
    template = ast.parse(target.call, mode="eval").body
    return lambda given: _value(template, {target.name: function, **given})


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """A call template, read as syntax: names, calls, attributes, items, tuples, constants and minus."""

    def of(part: ast.expr) -> Any:
        return _value(part, names)

    match node:
        case ast.Name(id=name):
            return names[name]
        case ast.Constant(value=value):
            return value
        case ast.Attribute(value=owner, attr=name):
            return getattr(of(owner), name)
        case ast.Call(func=called, args=args, keywords=keywords):
            return of(called)(*map(of, args), **{str(k.arg): of(k.value) for k in keywords})
        case ast.Subscript(value=owner, slice=index):
            return of(owner)[of(index)]
        case ast.Tuple(elts=parts):
            return tuple(map(of, parts))
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return -of(part)
    raise ValueError(f"not in a call template: {ast.unparse(node)}")


@cache
def one_thread() -> Any:
    """torch, where more threads would only wait for each other."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    return torch


def arguments(target: Target, given: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays as the target takes them; numbers stay numbers."""
    if target.takes == "torch":
        torch = one_thread()
        return {k: _tensor(torch, v) if isinstance(v, np.ndarray) else v for k, v in given.items()}
    if target.takes == "lists":
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in given.items()}
    return dict(given)


def _tensor(torch: Any, values: Any) -> Any:
    """Contiguous, unless the array is not."""
    return torch.tensor(values) if values.flags.c_contiguous else torch.from_numpy(values)


def as_arrays(result: Any) -> Any:
    """What came back, as an array or a tuple of arrays."""
    if isinstance(result, tuple):
        return tuple(as_arrays(r) for r in result)
    return result.detach().numpy() if hasattr(result, "detach") else np.asarray(result)


def answer(target: Target, call: Callable[[Arguments], Any], given: Mapping[str, Any]) -> Any:
    """The result at arrays, or the exception as text; for a gradient, that of <cotangent, result>."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            passed = arguments(target, given)
            if not target.wrt:
                return as_arrays(call(passed))
            assert target.cotangent
            passed[target.wrt].requires_grad_()
            result, torch = call(passed), one_thread()
            result.backward(torch.tensor(array(target.cotangent), dtype=result.dtype).reshape(result.shape))
            return passed[target.wrt].grad.numpy()
        except (Exception, SystemExit) as raised:
            return f"{type(raised).__name__}: {raised}"


def at_input(target: Target) -> dict[str, Any]:
    return {name: array(value) for name, value in target.input.items()}


def told(target: Target) -> Any:
    """What the target gives at its input, after the earlier calls where there were some, in a module of its own."""
    call, last = caller(target, fresh(target.module)), at_input(target)
    for earlier in target.before:
        held = {name: array(value) for name, value in earlier.items()}
        answer(target, call, held)
        if target.reuse:
            for name, value in held.items():
                if isinstance(value, np.ndarray):
                    value[...] = last[name]
                    last[name] = value
    return answer(target, call, last)


# The reference at an input


def reference(target: Target, given: Mapping[str, Any]) -> Any:
    numbers = {name: exact(value) for name, value in given.items()}
    return gradient(target, numbers) if target.wrt else _outputs(target, numbers)


def _outputs(target: Target, numbers: Mapping[str, Any]) -> Any:
    return corpus_truth.DEFINITIONS[target.definition](**numbers, **target.set)


def gradient(target: Target, numbers: Mapping[str, Any]) -> Any:
    """The derivative of <cotangent, f>; at a kink, the mean of its two sides."""
    left, right = sides(target, numbers)
    return (left + right) / 2


def sides(target: Target, numbers: Mapping[str, Any]) -> tuple[Any, Any]:
    """Its differences to the left and to the right, in 60 digits with a step of 20."""
    assert target.cotangent
    at = numbers[target.wrt]
    weights = exact(array(target.cotangent))

    def height(i: tuple[int, ...], shift: mpf) -> Any:
        moved = at.copy()
        moved[i] += shift
        return np.sum(_outputs(target, {**numbers, target.wrt: moved}) * weights)

    left, right = np.empty(at.shape, dtype=object), np.empty(at.shape, dtype=object)
    for i in np.ndindex(at.shape):
        h = mpf(10) ** -20 * max(mpf(1), abs(at[i]))
        middle = height(i, mpf(0))
        left[i], right[i] = (middle - height(i, -h)) / h, (height(i, h) - middle) / h
    return left, right


# The measure


def misses(target: Target, given: Mapping[str, Any], got: Any, expected: Any, radius: Any = None) -> float:
    """The largest error in units of the budget: what rounding the inputs, a logarithm's sum and the result may do.

    Infinite for an exception, another shape, or no finite number where there is one; where the exact value is past the
    format's largest number, nothing counts.
    """
    if isinstance(got, str):
        return float("inf")
    if isinstance(expected, tuple) != isinstance(got, tuple):
        return float("inf")
    if isinstance(expected, tuple):
        if len(got) != len(expected):
            return float("inf")
        radii = radius or budget(target, given, expected)
        return max(_missed(*each, _format(given)) for each in zip(got, expected, radii, strict=True))
    radius = budget(target, given, expected) if radius is None else radius
    return _missed(got, expected, radius, _format(given))


def _format(given: Mapping[str, Any]) -> str:
    dtypes = {str(v.dtype) for v in given.values() if isinstance(v, np.ndarray)}
    return "float32" if "float32" in dtypes else "float64"


def _missed(got: Any, expected: Any, radius: Any, dtype: str) -> float:
    expected = np.asarray(expected, dtype=object)
    if np.shape(got) != expected.shape:
        return float("inf")
    worst, largest = 0.0, float(np.finfo(dtype).max)
    for g, e, r in zip(np.ravel(got), expected.ravel(), np.ravel(np.asarray(radius, dtype=object)), strict=True):
        if mp.isinf(e):
            worst = max(worst, 0.0 if float(g) == float(e) else float("inf"))
        elif abs(e) + r <= largest:
            worst = max(worst, float(abs(mpf(float(g)) - e) / r) if np.isfinite(g) else float("inf"))
    return worst


def budget(target: Target, given: Mapping[str, Any], expected: Any) -> Any:
    """The change when every input moves by a unit of rounding, from random signs, beside that unit of the result."""
    dtype = _format(given)
    u, tiny = mpf(2) ** -BITS[dtype], mpf(float(np.finfo(dtype).tiny))
    rng = random.Random(1)

    numbers = {name: exact(value) for name, value in given.items()}
    loose = {k for k, v in given.items() if k not in LABELS and np.asarray(v).dtype.kind == "f"}
    shaken = np.frompyfunc(lambda x: x * (1 + rng.choice((-1, 1)) * u), 1, 1)
    trials = []
    for _ in range(3):
        moved = {name: shaken(value) if name in loose else value for name, value in numbers.items()}
        trials.append(gradient(target, moved) if target.wrt else _outputs(target, moved))

    def radius(of: Any, others: Sequence[Any]) -> Any:
        of = np.asarray(of, dtype=object)
        floor = tiny + ROUNDS_ONE.get(target.definition, 0) * u
        total = np.frompyfunc(lambda x: mpf(0) if mp.isinf(x) else u * abs(x) + floor, 1, 1)(of)
        for other in others:
            difference = np.frompyfunc(lambda x, y: abs(x - y) if mp.isfinite(x - y) else mpf(0), 2, 1)
            total = total + difference(of, np.asarray(other, dtype=object))
        return total

    if isinstance(expected, tuple):
        return tuple(radius(e, [t[i] for t in trials]) for i, e in enumerate(expected))
    return radius(expected, trials)

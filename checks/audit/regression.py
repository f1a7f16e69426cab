"""What an audit found as programs that need nothing of ours: a pytest file, and one short program for each finding.

A test fails on its counterexample now and passes when the target is mended. It needs pytest, what the target itself
needs, and NumPy or PyTorch where the arguments are arrays or tensors.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .findings import Audit, Finding, Plain
from .sources import (
    Place,
    arguments,
    call,
    comment,
    floats,
    is_name,
    listing,
    loading,
    number,
    place,
)
from .templates import CALL, CALLER, CHECKS, DIED, HELPERS, IN_A_CHILD, LAYOUTS

BITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
LEAST = {"float64": -1022, "float32": -126, "float16": -14, "bfloat16": -126}  # the exponent of the smallest normal
UNITS = 4  # of the budget, as in the audit
REPEATED = 20
_DIED = re.compile(r"crashed|took longer|ran out of memory|exited with status")


def regression_test(audit: Audit, folder: str | Path = ".") -> str:
    """A pytest file for the folder that it will be put in, with a test for each finding, the smallest first.

    Raises UsageError where the target cannot be loaded by name.
    """
    where = place(audit.target)
    found = sorted(audit.findings, key=lambda f: f.role != "smallest")
    conventions = ", ".join(f"{name}={value}" for name, value in audit.conventions.items())
    head = f"{audit.target} as {audit.definition}" + (f" ({conventions})" if conventions else "")
    title = f'"""Regression tests from an audit of a function against its definition."""\n\n{comment(head)}'
    title += comment(f"{audit.verdict.value}: {audit.diagnosis} {audit.mistake}")
    if not found:
        return f"{title}# The audit found no failing input, so there is nothing to test.\n"
    names = _test_names(found)
    body = _program(where, audit.call, audit.style, list(zip(names, found, strict=True)), Path(folder))
    return f"{title}\n{body}"


def reproduce(target: str, call: str, style: str, finding: Finding) -> str:
    """A complete program that prints what is expected and what comes, and exits with 1 where it fails, else with 0.

    target: "FILE.py:NAME" or "MODULE:NAME", a module being looked for in the folder where the program runs, too.
    """
    where = place(target)
    body = _program(where, call, style, [("test", finding)], None)
    head = comment(
        f"{target}: {finding.kind}, {finding.format}. Exits with 1 where it fails, with 0 where it does not."
    )
    program = f"{head}\n{body}\n\n{CALLER}"
    return f"{head}\n{IN_A_CHILD.format(program=ascii(program))}" if _died(finding) else program


def _test_names(found: Sequence[Finding]) -> list[str]:
    names: list[str] = []
    for f in found:
        plain = re.sub(r"\W", "_", f"test_{f.role}_{f.kind}" + f"_{f.format}" * bool(f.format), flags=re.ASCII)
        taken = sum(name == plain or re.fullmatch(rf"{plain}_\d+", name) is not None for name in names)
        names.append(f"{plain}_{taken + 1}" if taken else plain)
    return names


def _program(where: Place, template: str, style: str, found: Sequence[tuple[str, Finding]], folder: Path | None) -> str:
    every = {name for _, f in found for inputs in (f.inputs, *f.before) for name in inputs}
    if bad := sorted(name for name in every if not is_name(name)):
        raise ValueError(f"{bad[0]!r} is no name of an argument")
    died = folder is not None and any(_died(f) for _, f in found)
    tests = "".join(_test(name, f, style, died=died and _died(f)) for name, f in found)
    called = call(template, where, every)
    body = [
        loading(where, folder),
        CALL.format(called=called),
        HELPERS,
        *(CHECKS[need] for need in CHECKS if f"{need}(" in tests or f"{need}(" in called),
        *(LAYOUTS["torch" if style == "torch" else "numpy"][need] for need in LAYOUTS["numpy"] if f"{need}(" in tests),
        DIED if died else "",
        tests,
        '\n\nif __name__ == "__main__":\n    globals()[sys.argv[1]](alone=True)\n' if died else "",
    ]
    text = "".join(body)
    return _imports(re.sub(r"(?m)^ *#.*$", "", text), style) + text


def _imports(text: str, style: str) -> str:
    """The imports of what a program mentions outside of its comments."""
    standard = [n for n in ("copy", "importlib", "importlib.util", "os", "subprocess", "sys") if _uses(text, n)]
    lines = [f"import {name}\n" for name in standard]
    named = [name for name in ("inf", "nan") if _mentions(text, name)]
    lines += [f"from math import {', '.join(named)}\n"] if named else []
    lines += ["from pathlib import Path\n"] if "Path(" in text else []
    others = ["import numpy as np\n"] if style not in ("torch", "lists", "numbers") and "np." in text else []
    others += ["import torch\n"] if style == "torch" and "torch." in text else []
    return "".join(lines) + ("\n" + "".join(others) if others else "")


def _uses(text: str, module: str) -> bool:
    if module == "importlib":
        return "importlib.import_module" in text
    return f"{module}." in text


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.\"']){name}(?![\w\"'])", text) is not None


def _died(finding: Finding) -> bool:
    return isinstance(finding.got, str) and _DIED.search(finding.got) is not None


# One test


def _test(name: str, f: Finding, style: str, died: bool) -> str:
    saying = comment(f"{f.kind}{', ' * bool(f.format)}{f.format}. {f.note}", "    ")
    if isinstance(f.got, str):
        saying += comment(f"At the audit: {f.got}", "    ")
    lines = [f"\n\ndef {name}({'alone=False' if died else ''}):\n", saying]
    if died:
        lines.append(f'    if not alone:\n        return in_a_child("{name}")\n')
    body = _body(f, style)
    return "".join([*lines, *(f"    {line}\n" if line else "\n" for line in body.splitlines())])


def _body(f: Finding, style: str) -> str:
    given = arguments(f.inputs, style, "" if f.layout == "kept" else f.layout, "")
    if not f.inputs:
        return "load()"
    checking = _checking(f)
    if f.kind == "mutation":
        return f"given = {given}\nbefore = copy.deepcopy(given)\ncall(load(), given)\nunchanged(before, given)"
    if f.kind == "nondeterminism":
        start = f"module = load()\ngiven = {given}\n"
        return start + f"same([call(module, copy.deepcopy(given)) for _ in range({REPEATED})])"
    if f.kind == "gradient":
        cotangent = _tensor(f.cotangent) if f.cotangent else "1.0"
        return f"given = {given}\ngot = gradient(call, load(), given, {f.wrt!a}, {cotangent})\n{checking}"
    if f.layout == "kept":
        earlier = f"held = {arguments(f.before[0], style, '', '')}\ngot = call(module, held)\n"
        then = f"given = {given}\ncall(module, given)\n{checking}"
        return f"module = load()\n# an earlier call, whose result is kept\n{earlier}{then}"
    if f.before:
        calls = "".join(_earlier(inputs, style, f) for inputs in f.before)
        fill = "refill(held, given)\ngot = call(module, held)\n" if f.layout == "reused" else ""
        return f"module = load()\n{calls}given = {given}\n{fill or 'got = call(module, given)'}\n{checking}"
    return f"given = {given}\ngot = call(load(), given)\n{checking}"


def _earlier(inputs: Any, style: str, f: Finding) -> str:
    said = "# an earlier call" + (
        ", whose arrays then take the next call's numbers\n" if f.layout == "reused" else "\n"
    )
    return f"{said}held = {arguments(inputs, style, f.layout, '')}\ncall(module, held)\n"


def _tensor(plain: Plain) -> str:
    return listing(plain, "    ")


def _checking(f: Finding) -> str:
    """What is asked of the result."""
    if f.kind == "dtype" and _is_narrower(f):
        return f"not_narrower(got, {f.format!a})"
    if isinstance(f.expected, str) or f.expected is None:
        return comment(f"Expected: {f.expected or 'that it returns'}").rstrip() if f.expected else ""
    several = isinstance(f.expected, list | tuple)
    expected = list(f.expected) if several else [f.expected]
    got = list(f.got) if isinstance(f.got, list | tuple) else [f.got]
    allowed, why = tolerances(f, expected, got)
    rows = [
        f"    (({', '.join(str(int(n)) for n in e['shape'])}{',' if len(e['shape']) == 1 else ''}), "
        f"{listing({**e, 'shape': [len(e['data'])]}, '    ')}, {_allowed(t)}),\n"
        for e, t in zip(expected, allowed, strict=True)
    ]
    want = "# shape, numbers, tolerance\nwant = [\n" + "".join(rows) + "]\n"
    return f"{comment(why)}{want}check({'got' if several else '[got]'}, want)"


def _allowed(tolerance: float | list[float]) -> str:
    return f"[{', '.join(map(number, tolerance))}]" if isinstance(tolerance, list) else number(tolerance)


def _is_narrower(f: Finding) -> bool:
    """Whether a result came back in a narrower format than that of the inputs."""
    got = f.got if isinstance(f.got, list | tuple) else [f.got]
    names = [str(g["dtype"]) for g in got if hasattr(g, "keys")]
    return any(BITS.get(name, 99) < BITS.get(f.format, 0) for name in names)


def tolerances(f: Finding, expected: Sequence[Plain], got: Sequence[Any]) -> tuple[list[float | list[float]], str]:
    """The absolute tolerance of each result, and in words what it is; always less than the error that was found.

    It is one number, or one for each entry where the error is smaller than what is fair at the other entries.
    """
    bits = BITS.get(f.format, 53)
    errors = _errors(expected, got)
    worst = _worst(f, expected, errors)
    least = [UNITS * _ulp(max(map(abs, filter(math.isfinite, floats(e))), default=0.0), f.format) for e in expected]
    error = errors[worst[0]][worst[1]] if worst else math.inf
    if f.budget_units is not None and UNITS < f.budget_units < math.inf and error < math.inf:
        fair = UNITS * error / f.budget_units
        least = [max(fair, t) for t in least]
        why = (
            f"Tolerance: {UNITS} units of the error budget, each what rounding in {f.format} may do to the textbook's"
            f" stable formula here ({error / f.budget_units:.3g}; the error found, {error:.3g}, is {f.budget_units:.3g}"
            f" of them), and not less than {UNITS} ulp."
        )
    else:
        fair, part = 0.0, round(0.6 * bits)
        least = [max(t, math.ldexp(t / UNITS, bits - 1 - part)) for t in least]
        why = (
            f"Tolerance: about a part in 2**{part}, which an honest formula in {f.format} keeps; infinities are exact."
        )
    allowed: list[float | list[float]] = [*least]
    if worst and least[worst[0]] >= error:
        result, entry = worst
        own = max(fair, UNITS * _ulp(floats(expected[result])[entry], f.format))
        each = [least[result]] * len(errors[result])
        each[entry] = own if own < error else error / 2
        allowed[result] = each if len(each) > 1 else each[0]
    return allowed, why


def _errors(expected: Sequence[Plain], got: Sequence[Any]) -> list[list[float]]:
    """The error of every entry, 0 where nothing is known of it; none where the two cannot be compared."""
    errors: list[list[float]] = []
    for e, g in zip(expected, got, strict=False):
        if not hasattr(g, "keys") or list(g["shape"]) != list(e["shape"]):
            return []
        pairs = zip(floats(e), floats(g), strict=True)
        errors.append([0.0 if a == b or math.isnan(a) else _distance(a, b) for a, b in pairs])
    return errors if len(expected) == len(got) else []


def _distance(a: float, b: float) -> float:
    return abs(a - b) if math.isfinite(a) and math.isfinite(b) else math.inf


def _worst(f: Finding, expected: Sequence[Plain], errors: Sequence[Sequence[float]]) -> tuple[int, int] | None:
    """The entry that a finding is about: that whose error in ulp is the finding's; the largest, where that is not said.

    None where an infinite error speaks for itself.
    """
    found: dict[tuple[int, int], float] = {}
    for n, (e, own) in enumerate(zip(expected, errors, strict=False)):
        for i, (value, error) in enumerate(zip(floats(e), own, strict=True)):
            if error:
                found[n, i] = error / _ulp(value, f.format) if math.isfinite(error) else math.inf
    if not found or math.inf in found.values():
        return None
    if f.error_ulp and math.isfinite(f.error_ulp):
        said = math.log(f.error_ulp)
        return min(found, key=lambda at: abs(math.log(found[at]) - said))
    return max(found, key=lambda at: found[at])


def _ulp(value: float, format: str) -> float:
    """The distance of numbers of a format at a value.

    >>> _ulp(1.0, "float32") == 2.0**-23
    True
    """
    bits, least = BITS.get(format, 53), LEAST.get(format, -1022)
    exponent = math.frexp(value)[1] - 1 if value else least
    return math.ldexp(1.0, max(exponent, least) - bits + 1)

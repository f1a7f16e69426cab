"""Write the manifests anew: short hands spelt out, `expected` by the reference, `got` by the target.

    python -m tests.audit.corpus_fill [NAME ...]

An author writes inputs as nested lists; this makes plain data of them, floats but for labels, masks and counts.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .corpus_run import CORPUS, Target, at_input, plain, reference, told

WHOLE = {"t", "step", "total", "warmup", "padding", "stride"}
ORDER = (
    "name definition verdict also kind takes set call what hides wrt cotangent reuse before input expected got".split()
)
HEAD = "# Targets of {module}.py. What is expected, and what was got, is filled in by corpus_fill.py.\n"


def spelt(entry: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    short = value if isinstance(value, dict) else {"data": value}
    labels = name == "y" and entry["definition"] in {"cross_entropy", "ce_grad"}
    whole = name in WHOLE or (labels and entry.get("set", {}).get("labels") != "onehot")
    dtype = short.get("dtype") or ("bool" if name == "mask" else "int64" if whole else "float64")
    if "shape" in short:
        return dict(short)
    data = np.array(_numbers(short["data"]), dtype=dtype)
    return {**plain(data), **{k: v for k, v in short.items() if k == "layout"}}


def _numbers(data: Any) -> Any:
    return [_numbers(x) for x in data] if isinstance(data, list) else float(data) if isinstance(data, str) else data


def filled(module: str, entry: dict[str, Any]) -> dict[str, Any]:
    entry = {k: v for k, v in entry.items() if k not in {"expected", "got"}}
    for calls in [entry.get("input")], entry.get("before", []):
        for inputs in filter(None, calls):
            inputs.update({name: spelt(entry, name, value) for name, value in inputs.items()})
    if "cotangent" in entry:
        entry["cotangent"] = spelt(entry, "cotangent", entry["cotangent"])
    if entry["verdict"] in {"correct", "error"}:
        return entry
    target = Target(module, **entry)
    return {**entry, "expected": plain(reference(target, at_input(target))), "got": plain(told(target))}


def toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def text(entry: Mapping[str, Any]) -> str:
    lines = ["[[target]]"]
    for key in ORDER:
        if key not in entry:
            continue
        if key == "input":
            lines += [f"input.{name} = {toml(value)}" for name, value in entry[key].items()]
        else:
            lines.append(f"{key} = {toml(entry[key])}")
    unknown = set(entry) - set(ORDER)
    if unknown:
        raise SystemExit(f"{entry['name']}: no such key: {', '.join(unknown)}")
    return "\n".join(lines) + "\n"


def fill(path: Path) -> None:
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["target"]
    body = "\n".join(text(filled(path.stem, entry)) for entry in entries)
    path.write_text(HEAD.format(module=path.stem) + "\n" + body, encoding="utf-8")


if __name__ == "__main__":
    for manifest_path in sorted(CORPUS.glob("*.toml")):
        if manifest_path.stem in sys.argv[1:] or not sys.argv[1:]:
            fill(manifest_path)

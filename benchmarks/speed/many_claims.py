"""A project with as many claims as one likes: a copy of lemmata whose catalogue has generated topics beside its own."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("spec", "impl", "checks", "reports", "cli")
A_TOPIC = 25  # claims in one file

HEAD = '''"""Generated for a measurement: the same kinds of claims with other constants."""

from .language import AtMost, D, Equals, Index, Real, Simplex, Vector, claim, exp, log, total
'''
KINDS = (
    '''
@claim
def shifted_{i}(a=Vector["n"], c=Real, j=Index["n"]):
    """Softmax does not change when every entry grows by {i}·c."""
    weight = lambda f: exp(f(j)) / total(lambda k: exp(f(k)), over=a)
    return Equals(weight(lambda k: a[k] + {i} * c), weight(lambda k: a[k]))
''',
    '''
@claim
def spread_{i}(p=Simplex["n"], a=Vector["n"]):
    """{i} times the variance, as the mean square minus the squared mean."""
    mean = total(lambda k: p[k] * a[k], over=p)
    spread = total(lambda k: {i} * p[k] * (a[k] - mean) ** 2, over=p)
    return Equals(spread, {i} * (total(lambda k: p[k] * a[k] ** 2, over=p) - mean**2))
''',
    '''
@claim
def gradient_{i}(a=Vector["n"], j=Index["n"]):
    """The gradient of {i} times logsumexp."""
    return Equals(
        D({i} * log(total(lambda k: exp(a[k]), over=a)), a[j]), {i} * exp(a[j]) / total(lambda k: exp(a[k]), over=a)
    )
''',
    '''
@claim
def tangent_{i}(x=Real):
    """The exponential lies above its tangent at log {i}."""
    return AtMost({i} * (1 + x - log({i})), exp(x))
''',
    '''
@claim
def cauchy_schwarz_{i}(a=Vector["n"], b=Vector["n"]):
    """Cauchy–Schwarz with a factor {i}."""
    return AtMost(
        {i} * total(lambda k: a[k] * b[k], over=a) ** 2,
        {i} * total(lambda k: a[k] ** 2, over=a) * total(lambda k: b[k] ** 2, over=a),
    )
''',
)


@dataclass(frozen=True)
class Measured:
    """One run of `lemmata verify`: wall-clock seconds, the largest process in MiB, and what it printed."""

    seconds: float
    memory: float
    out: str


class Copy:
    """lemmata in a folder of its own, with a cache of its own."""

    def __init__(self, folder: Path, claims: int) -> None:
        self.root = folder / "lemmata"
        for name in FOLDERS:
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
        for topic in range(-(-claims // A_TOPIC)):
            numbers = range(topic * A_TOPIC, min((topic + 1) * A_TOPIC, claims))
            text = HEAD + "".join(KINDS[n % len(KINDS)].format(i=2 + n // len(KINDS)) for n in numbers)
            (self.root / "spec" / f"generated_{topic}.py").write_text(text, encoding="utf-8")
        self.environment = os.environ | {"PYTHONPATH": str(folder), "LEMMATA_CACHE": str(folder / "cache")}

    def verify(self, *words: str) -> Measured:
        command = [sys.executable, "-P", "-m", "lemmata.cli", "verify", "generated_*", "--effort", "quick", *words]
        began = time.perf_counter()
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        seconds = time.perf_counter() - began
        if done.returncode:
            raise RuntimeError(f"{command}: {done.returncode}\n{done.stdout[-500:]}{done.stderr[-500:]}")
        return Measured(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, done.stdout)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, (name, old)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

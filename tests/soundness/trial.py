"""One pair before the prover and before the balls."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lemmata.checks.evaluate import Unsupported
from lemmata.checks.prover import proving
from lemmata.checks.prover.engine import Engine, Infinite, Unproved
from lemmata.spec.language.expressions import Expr
from lemmata.spec.language.printing import text

from . import falsehoods, truths
from .generate import FREE, Writer, well_formed
from .scramble import embedded, scrambled
from .world import Point, context, witness

LIMIT = 3.0  # seconds that one pair may take


class Slow(Exception):
    """A pair took longer than it may."""


@contextmanager
def limited(seconds: float = LIMIT) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise Slow

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class Trial:
    """What came of one pair. verdict: proved, unproved, hang or crash; outcome: unsound, refuted, agrees, unknown."""

    rule: str
    left: Any
    right: Any
    verdict: str = ""
    outcome: str = ""
    note: str = ""
    point: Point | None = None
    seconds: float = 0.0
    side: tuple[str, ...] = ()

    @property
    def unsound(self) -> bool:
        return self.verdict == "proved" and self.outcome == "refuted"

    def __str__(self) -> str:
        side = f"\n    assuming {', '.join(self.side)}" if self.side else ""
        left, right = (e if isinstance(e, str) else text(e) for e in (self.left, self.right))
        return f"{self.rule}: {self.verdict}, {self.outcome}\n    {left}\n    {right}{side}\n    {self.note}"


def attempt(left: Expr, right: Expr) -> tuple[str, str, tuple[str, ...]]:
    """(proved | unproved | hang | crash, the reason, side conditions)."""
    engine = Engine(context())
    try:
        with limited():
            rest = proving.equal(engine, left, right)
    except (Unproved, Infinite, Unsupported) as reason:
        return "unproved", str(reason), ()
    except Slow:
        return "hang", f"more than {LIMIT:g} s", ()
    except Exception as error:
        return "crash", f"{type(error).__name__}: {error}", ()
    return ("proved" if rest is None else "unproved"), "", tuple(engine.side)


def judge(rule: str, left: Expr, right: Expr, rng: random.Random) -> Trial:
    trial = Trial(rule, left, right)
    before = time.perf_counter()
    trial.verdict, trial.note, trial.side = attempt(left, right)
    trial.seconds = time.perf_counter() - before
    try:
        with limited(10):
            trial.point, decided = witness(left, right, rng, rounds=2 if trial.verdict == "proved" else 1)
        trial.outcome = "refuted" if trial.point else "agrees" if decided else "unknown"
    except Slow:
        trial.outcome = "slow"
    except Exception as error:
        trial.verdict, trial.note = "crash", f"balls: {type(error).__name__}: {error}"
    return trial


@dataclass
class Shape:
    """How large the pairs are: depth of their parts, frames around them, how much is rewritten."""

    depth: int = 1
    frames: int = 1
    scramble: float = 0.3


def draw(rng: random.Random, rule: truths.Rule, shape: Shape) -> tuple[Expr, Expr] | None:
    """A pair of a rule, put in frames, its right side scrambled; None where SymPy cannot write it."""
    w = Writer(rng)

    def make() -> tuple[Expr, Expr]:
        left, right = embedded(w, rule, rng.randint(0, shape.depth), rng.randint(0, shape.frames), FREE)
        return left, scrambled(right, rng, shape.scramble) if rng.random() < 0.6 else right

    return well_formed(make)


@dataclass
class Table:
    """Counts per rule, and every trial that somebody has to look at."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    unsound: list[Trial] = field(default_factory=list)
    crashes: list[Trial] = field(default_factory=list)
    hangs: list[Trial] = field(default_factory=list)
    wrong_truths: list[Trial] = field(default_factory=list)

    def add(self, trial: Trial, truth: bool) -> None:
        row = self.counts.setdefault(trial.rule, Counter())
        row[trial.verdict] += 1
        row[trial.outcome] += 1
        if trial.unsound:
            self.unsound.append(trial)
        if truth and trial.outcome == "refuted":
            self.wrong_truths.append(trial)
        if trial.verdict == "crash":
            self.crashes.append(trial)
        if trial.verdict == "hang":
            self.hangs.append(trial)


def run(seed: int, cases: int, shape: Shape, rules: tuple[truths.Rule, ...] | None = None, skipped: int = 0) -> Table:
    """So many pairs of all rules in turn, after the skipped ones; the same seed gives the same pairs."""
    table, chosen = Table(), rules or truths.RULES + falsehoods.RULES
    for case in range(skipped, skipped + cases):
        rule = chosen[case % len(chosen)]
        rng = random.Random(f"{seed}:{case}:{rule.__name__}")
        pair = draw(rng, rule, shape)
        if pair is not None:
            table.add(judge(rule.__name__, *pair, rng), truth=rule in truths.RULES)
    return table

"""One inequality before the certificate search and before the balls."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from lemmata.checks import balls, certificates
from lemmata.checks.evaluate import Unsupported
from lemmata.checks.goal import EFFORTS, Goal
from lemmata.checks.prover import inequality
from lemmata.checks.prover.engine import Engine, Infinite, Unproved
from lemmata.checks.prover.inequality import Search
from lemmata.checks.prover.proving import difference, stated_keys
from lemmata.checks.prover.translate import normal
from lemmata.spec.language import AtLeast, AtMost, Equals, Identical, Less, vector
from lemmata.spec.language import expressions as x
from lemmata.spec.language.printing import text
from lemmata.spec.language.statements import check_statement

from .generate import well_formed
from .inequality_points import points
from .inequality_random import blocks
from .inequality_slips import slipped
from .inequality_truths import RULES, Rule, Small
from .trial import Slow, limited
from .world import VARIABLES, Point, V, context

LIMIT = 2.0
KINDS = ("true", "slip", "random")


@contextmanager
def without_probe() -> Iterator[None]:
    """The rules alone: no subgoal is dropped because a sample in floating point looks wrong."""
    before = inequality.plausible
    inequality.plausible = lambda *_: True
    try:
        yield
    finally:
        inequality.plausible = before


@dataclass
class Trial:
    """What came of one inequality. verdict: proved, unproved, hang, crash; outcome: refuted, agrees, undefined, …"""

    kind: str
    rule: str
    statement: Any
    verdict: str = ""
    outcome: str = ""
    note: str = ""
    point: Point | None = None
    side: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def unsound(self) -> bool:
        return self.verdict == "proved" and self.outcome == "refuted"

    @property
    def undefined(self) -> bool:
        """Proved without a side condition, although a side has no value at some point of the sorts."""
        return self.verdict == "proved" and self.outcome == "undefined" and not self.side

    def __str__(self) -> str:
        said = self.statement if isinstance(self.statement, str) else shown(self.statement)
        side = f"\n    assuming {', '.join(self.side)}" if self.side else ""
        return f"{self.kind} {self.rule}: {self.verdict}, {self.outcome}\n    {said}{side}\n    {self.note}"


def shown(s: Any) -> str:
    relation = {AtMost: "≤", AtLeast: "≥", Less: "<"}[type(s)]
    said = f"{text(s.left)}  {relation}  {text(s.right)}"
    e = equality_of(s)
    if e is None:
        return said
    return f"{said}  exactly when {_side(e.left)} = {_side(e.right)}"


def equality_of(s: Any) -> Any:
    return getattr(s, "equality", None)


def _side(e: Any) -> str:
    return f"({text(e[sp.Symbol('k')])})ₖ" if isinstance(e, (x.Family, x.Array)) else text(e)


def attempt(statement: Any) -> tuple[str, str, tuple[str, ...]]:
    """(proved | unproved | hang | crash, the reason, side conditions)."""
    try:
        with limited(LIMIT):
            evidence, _ = certificates.check(Goal("fuzz.inequality", VARIABLES, statement), EFFORTS["quick"], 0)
    except Slow:
        return "hang", f"more than {LIMIT:g} s", ()
    except Exception as error:
        return "crash", f"{type(error).__name__}: {error}", ()
    return ("proved" if evidence.verdict.name == "PROVED" else "unproved"), evidence.detail, evidence.side_conditions


def judge(kind: str, rule: str, statement: Any, rng: random.Random) -> Trial:
    trial, before = Trial(kind, rule, statement), time.perf_counter()
    trial.verdict, trial.note, trial.side = attempt(statement)
    trial.seconds = time.perf_counter() - before
    look(trial, rng, 2 if trial.verdict == "proved" else 0 if kind == "true" and rng.random() < 0.8 else 1)
    return trial


def look(trial: Trial, rng: random.Random, rounds: int) -> None:
    """What the balls say of it: refuted at a point, undefined at one, or agrees at all of so many."""
    seen: Counter[str] = Counter()
    with suppress(Slow), limited(20):
        for i, point in enumerate(points(rng, max(rounds, 1))):
            if rounds == 0 and i == 6:
                break
            try:
                finding = balls.examine(trial.statement, point)
            except (ZeroDivisionError, OverflowError, ValueError):
                seen["crash"] += 1
                continue
            undefined = finding.note.startswith(balls.NO_VALUE)
            seen["undefined" if undefined else finding.outcome] += 1
            if finding.outcome == "refuted":
                trial.outcome, trial.point = "refuted", point
                trial.note += (
                    f" | {finding.left} {finding.relation} {finding.right} {finding.note} at {_inputs(trial, point)}"
                )
                return
            if undefined and trial.point is None:
                trial.point, trial.note = point, f"{trial.note} | {finding.note} at {_inputs(trial, point)}"
    trial.outcome = "undefined" if seen["undefined"] else "agrees" if seen["agrees"] else "unknown"


def _inputs(trial: Trial, point: Point) -> str:
    used = {s.name for e in trial.statement.expressions() for s in e.free_symbols if s.is_Symbol}
    show = lambda v: {k: str(q) for k, q in v.items()} if isinstance(v, dict) else str(v)  # noqa: E731
    return "; ".join(f"{k}={show(v)}" for k, v in point.items() if k in used)


# ---------------------------------------------------------------------- what is tried
def draw(rng: random.Random, kind: str, rule: Rule) -> Any:
    """A statement of this kind, or None where it cannot be written."""

    def make() -> Any:
        if kind == "random":
            return AtMost(sp.Integer(0), blocks(rng))
        low, high, equality = rule(Small(rng))
        if kind == "slip":
            if rng.random() < 0.5:
                low = slipped(sp.sympify(low), rng)
            else:
                high = slipped(sp.sympify(high), rng)
            equality = None
        elif rng.random() < 0.5:
            equality = None
        return AtMost(low, high, equality) if rng.random() < 0.5 else AtLeast(high, low, equality)

    statement = well_formed(make)
    if statement is None or any(e.has(sp.zoo, sp.nan, sp.oo) for e in statement.expressions() if hasattr(e, "has")):
        return None
    return check_statement(statement, "fuzz")


def conditions() -> list[Any]:
    """Equality cases that a certificate might claim wrongly."""
    v, zero, one = V, sp.Integer(0), sp.Integer(1)
    constant = lambda c: vector(lambda k: c, over=v["a"])  # noqa: E731
    pool: list[Any] = [
        Equals(v["x"], v["y"]),
        Equals(v["q"][v["i"]], one),
        Equals(v["beta"], one),
        Equals(v["w"] * v["x"], zero),
    ]
    pool += [Equals(v[n], c) for n in ("x", "y", "w", "b", "c", "e") for c in (zero, one)]
    pool += [Equals(v[n][v[k]], zero) for n in ("a", "z", "o", "q", "bits") for k in ("i", "j")]
    pool += [Identical(v[n], constant(c)) for n in ("a", "z", "o", "p", "v", "bits") for c in (zero, one, v["x"])]
    pool += [Identical(v["a"], v["z"]), Identical(v["a"], v["p"]), Identical(v["q"], v["o"]), Identical(v["z"], v["p"])]
    pool += [Identical(v["d"], v["r"]), Equals(v["t"], zero), Equals(v["c"], v["e"])]
    return pool


def claimed_equalities(statement: Any) -> list[Any]:
    """The statements with an equality case from the pool that the search would call proved."""
    engine = Engine(context())
    with x.as_written():
        pool = conditions()
    try:
        with limited(LIMIT):
            low, high = statement.left, statement.right
            if isinstance(statement, AtLeast):
                low, high = high, low
            found = Search(engine).prove(difference(normal(engine, high), normal(engine, low), engine))
            if found is None or not found.zeros or len(found.zeros) > 1:
                return []
            said = [c for c in pool if found.zeros == stated_keys(engine, c)]
    except (Slow, Unproved, Infinite, Unsupported, ValueError):
        return []
    return [type(statement)(statement.left, statement.right, c) for c in said]


def strict(s: Any) -> Less:
    return Less(s.left, s.right) if isinstance(s, AtMost) else Less(s.right, s.left)


@dataclass
class Table:
    """Counts per kind and rule, and every trial that somebody has to look at."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    unsound: list[Trial] = field(default_factory=list)
    undefined: list[Trial] = field(default_factory=list)
    crashes: list[Trial] = field(default_factory=list)
    hangs: list[Trial] = field(default_factory=list)
    wrong_truths: list[Trial] = field(default_factory=list)

    def add(self, trial: Trial) -> None:
        row = self.counts.setdefault(f"{trial.kind} {trial.rule}", Counter())
        row[trial.verdict] += 1
        row[trial.outcome] += 1
        row["false"] += trial.verdict == "proved" and trial.outcome == "refuted"
        for wanted, into in (
            (trial.unsound, self.unsound),
            (trial.undefined, self.undefined),
            (trial.verdict == "crash", self.crashes),
            (trial.verdict == "hang", self.hangs),
            (
                trial.kind == "true"
                and trial.outcome == "refuted"
                and equality_of(trial.statement) is None
                and not isinstance(trial.statement, Less),
                self.wrong_truths,
            ),
        ):
            if wanted:
                into.append(trial)


def run(
    seed: int,
    cases: int,
    kinds: tuple[str, ...] = KINDS,
    rules: tuple[Rule, ...] = RULES,
    skipped: int = 0,
    drawn: Callable[[random.Random, str, Rule], Any] = draw,
) -> Table:
    """So many inequalities of all kinds and rules in turn, after the skipped ones; one seed gives the same ones."""
    table = Table()
    for case in range(skipped, skipped + cases):
        kind, rule = kinds[case % len(kinds)], rules[(case // len(kinds)) % len(rules)]
        rng = random.Random(f"{seed}:{case}:{kind}:{rule.__name__}")
        statement = drawn(rng, kind, rule)
        if statement is None:
            continue
        name = "blocks" if kind == "random" else rule.__name__
        trial = judge(kind, name, statement, rng)
        table.add(trial)
        if trial.verdict == "proved" and not isinstance(statement, Less) and statement.equality is None:
            for other in claimed_equalities(statement):
                table.add(judge("equality", name, other, rng))
            table.add(judge("strict", name, strict(statement), rng))
    return table

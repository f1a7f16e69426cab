"""Step-by-step derivations: every step checked, the first false one named and refuted at a point of the sorts."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.claims import REGISTRY, Claim, Definition, definition_of, unfold
from ..spec.language.printing import latex, text
from ..spec.language.sorts import NATURAL, Domain, Sort
from ..spec.language.statements import AtLeast, AtMost, Determines, Equals, SameMinimiser, Statement
from ..spec.language.steps import Proof, Step, Use, successor
from .balls import counterexample, examine
from .cases import Case, cases_of, uncovered
from .equivalences import determined, minimisers_agree
from .evaluate import Unsupported
from .evidence import STATEMENT, Counterexample, Evidence, Formula, ProofRecord, StepRecord, Verdict
from .goal import Effort, Goal
from .normal_form import side_conditions
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.extended import ordered_at_infinity
from .prover.leftover import readable
from .prover.proving import Certificate, Zero, equal, misfit, never, nonnegative, same_condition
from .prover.translate import normal
from .sampling import Point, sample_point, simplified, size_choices, sizes_of

NAME = "derivation"
TRUSTED = ("the normal form of indexed sums", "python-flint (factorisation)", "the checker of derivation steps")
SYMBOL = {"=": "=", "≤": "≤", "≥": "≥"}
CANNOT = (Unproved, Infinite, Unsupported)


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    return "" if goal.proofs else "no proof is written for it"


def check(goal: Goal, effort: Effort, seed: int) -> tuple[Evidence, tuple[ProofRecord, ...]]:
    """PROVED when some proof is complete; the records show each step with its own verdict."""
    records, sides, lemmas = [], set[str](), set[str]()
    for proof in goal.proofs:
        run = _Run(goal, proof, effort, seed)
        records.append(run.record())
        sides |= run.sides
        lemmas |= run.lemmas
    best = next((r for r in records if r.verdict is Verdict.PROVED), records[0])
    verdict = Verdict.PROVED if best.verdict is Verdict.PROVED else Verdict.UNDECIDED
    count = len(best.steps)
    detail = f"{count} step{'s' if count != 1 else ''} checked" if verdict is Verdict.PROVED else best.detail
    trusted = TRUSTED + tuple(f"{lemma} (proved)" for lemma in sorted(lemmas))
    evidence = Evidence(
        goal.id,
        STATEMENT,
        NAME,
        verdict,
        detail,
        side_conditions=tuple(sorted(sides)),
        trusted=trusted,
        effort={"steps": count},
    )
    return evidence, tuple(records)


def lemmas_of(claim: Claim) -> set[str]:
    """The ids of the claims that the proofs of this one rest on."""
    out = set()
    for proof in claim.proofs:
        for step in proof.steps:
            if step.using and step.using.lemma:
                out.add(step.using.lemma.id)
            if step.because is not None:
                out |= {
                    n.id.removeprefix("gap:")
                    for n in x.subexpressions(step.because)
                    if isinstance(n, x.Named) and n.id.startswith("gap:")
                }
    return out


class _Run:
    """The check of one proof."""

    def __init__(self, goal: Goal, proof: Proof, effort: Effort, seed: int) -> None:
        self.goal, self.proof, self.effort = goal, proof, effort
        self.rng = random.Random(f"{seed}:{goal.id}:{proof.name}")
        self.steps: list[StepRecord] = []
        self.sides: set[str] = set()
        self.lemmas: set[str] = set()
        self.faults: list[str] = []
        self.inductive = False

    def record(self) -> ProofRecord:
        cases = cases_of(self.proof)
        missing = uncovered(cases, self.goal.variables)
        if missing:
            self.faults.append(missing)
        try:
            start = formula(self._ends(Case("", {}))[0])
        except Unsupported as reason:
            return ProofRecord(self.proof.name, self.proof.title, Formula("", ""), (), Verdict.UNDECIDED, str(reason))
        for case in cases:
            self._case(case)
        verdicts = {s.verdict for s in self.steps}
        verdict = (
            Verdict.REFUTED
            if Verdict.REFUTED in verdicts
            else Verdict.UNDECIDED
            if self.faults or verdicts - {Verdict.PROVED}
            else Verdict.PROVED
        )
        broken = [s for s in self.steps if s.verdict is not Verdict.PROVED]
        first = next((s for s in broken if s.verdict is Verdict.REFUTED), broken[0] if broken else None)
        detail = "; ".join(self.faults)
        if first:
            what = "false" if first.verdict is Verdict.REFUTED else "not proved"
            detail = f"step {first.number} ({first.reason}) is {what}: {first.detail}"
        return ProofRecord(self.proof.name, self.proof.title, start, tuple(self.steps), verdict, detail)

    # ------------------------------------------------------------------ one case
    def _case(self, case: Case) -> None:
        given, domains = {}, {}
        for name, value in case.given.items():
            if isinstance(value, Sort):
                domains[name] = value.domain
            elif value == successor:
                domains[name] = NATURAL
                self.faults += _not_inductive(self.goal, name)
            else:
                given[self.goal.variables[name].expr] = sp.Integer(value)
        self.inductive = successor in case.given.values()
        engine = Engine(context_of(self.goal.variables.values(), domains))
        start, end = (x.substitute(e, given) for e in self._ends(case))
        zeros, strict, previous = [], False, start
        relations = set()
        for step in case.steps:
            try:
                expr = x.substitute(step.expr, given)
                because = None if step.because is None else x.substitute(step.because, given)
            except KeyError as error:
                self.faults.append(f"{error} in {case.label}")
                continue
            certificate, fault, rule = self._check(engine, previous, step, expr, because)
            strict = strict or rule == "infinite"
            zeros += certificate.zeros
            self.lemmas |= certificate.lemmas
            relations.add(step.relation)
            self._note(case, step, rule, fault, previous, step.relation, expr, domains, given)
            previous = expr
        self._finish(case, engine, previous, end, zeros, strict, relations, given, domains)
        self.sides |= set(side_conditions(engine))

    def _ends(self, case: Case) -> tuple[Any, Any]:
        """Where a chain starts and must end; in the step of an induction, at the successor."""
        match self.goal.statement:
            case Equals(left, right) | AtMost(left, right, _) | AtLeast(left, right, _):
                ends = left, right
            case SameMinimiser(first, second, _):
                ends = first, second
            case Determines(equation, _, _, _):
                ends = equation.left, equation.right
            case _:
                raise Unsupported(f"derivations of {type(self.goal.statement).__name__}")
        for name, value in case.given.items():
            if value == successor:
                t = self.goal.variables[name].expr
                with x.as_written():
                    ends = tuple(x.substitute(e, {t: t + 1}) for e in ends)
        return ends  # type: ignore[return-value]

    def _check(
        self, engine: Engine, previous: Any, step: Step, expr: Any, because: Any
    ) -> tuple[Certificate, str, str]:
        """(certificate, why it is not proved or "", the rule that was used) of one step."""
        try:
            if step.relation == "=":
                rule, rest = self._equal(engine, previous, expr, step.using)
                return Certificate(), "" if rest is None else f"left over: {readable(rest)}", rule
            low, high = (previous, expr) if step.relation == "≤" else (expr, previous)
            return self._at_most(engine, low, high, because)
        except CANNOT as reason:
            return Certificate(), str(reason), "normal form"

    def _equal(self, engine: Engine, previous: Any, expr: Any, use: Use | None) -> tuple[str, Any]:
        if use is None:
            return "normal form", equal(engine, previous, expr)
        statement = self.goal.statement if use.lemma is None else use.lemma.statement
        name = "induction hypothesis" if use.lemma is None else use.lemma.id
        if not isinstance(statement, Equals):
            raise Unproved(f"{name} is not an equation")
        if use.lemma:
            self.lemmas.add(use.lemma.id)
        elif not self.inductive:
            raise Unproved("the induction hypothesis belongs to the step from t to t + 1")
        if use.times is None:
            assert use.lemma is not None
            return f"by {name}", equal(engine, self._rewrite(engine, previous, use.lemma), expr)
        if use.lemma:
            self._same_variables(engine, use.lemma)
        with x.as_written():
            return f"by {name}", equal(engine, previous, expr, use.times * (statement.left - statement.right))

    def _same_variables(self, engine: Engine, lemma: Claim) -> None:
        for name, v in lemma.variables.items():
            mine = self.goal.variables.get(name)
            if mine is None or mine.expr != v.expr:
                raise Unproved(f"{lemma.id} speaks of {name}, which is not a variable here")
            if v.sort.kind == "index" and mine.sort != v.sort:
                raise Unproved(f"{lemma.id} needs {v.sort.words(name)}")
        fault = misfit(engine, lemma, {n: v.expr for n, v in lemma.variables.items() if v.sort.kind != "index"})
        if fault:
            raise Unproved(fault)

    def _rewrite(self, engine: Engine, e: Any, lemma: Claim) -> Any:
        """The definition on the lemma's left side replaced by its right side, wherever it occurs."""
        left = lemma.statement.left  # type: ignore[attr-defined]
        if not isinstance(left, x.Named) or set(left.arguments) - {v.expr for v in lemma.variables.values()}:
            raise Unproved(f"{lemma.id} does not start with a definition applied to its variables; give times=…")

        spoken = {a.name for e in left.arguments for a in e.free_symbols}
        silent = [n for n, v in lemma.variables.items() if n not in spoken and v.sort.kind != "size"]
        if silent:
            raise Unproved(f"{lemma.id} speaks of {silent[0]}, which its left side does not mention; give times=…")

        def go(part: Any) -> Any:
            if isinstance(part, x.Derivative) and _reaches(part.args[0], left.id):
                raise Unproved(f"{lemma.id} holds for the values of its variables; it is not differentiated")
            if isinstance(part, x.Named) and part.id == left.id:
                mapping: dict[Any, Any] = {}
                given = dict(zip(left.arguments, part.arguments, strict=True))
                fault = misfit(engine, lemma, {n: given[v.expr] for n, v in lemma.variables.items() if v.expr in given})
                if fault:
                    raise Unproved(fault)
                for formal, actual in given.items():
                    mapping[formal] = actual
                    if isinstance(actual, (x.Array, x.Family)):
                        mapping.update(zip(formal.dims, actual.dims, strict=True))
                return x.substitute(lemma.statement.right, mapping)  # type: ignore[attr-defined]
            if isinstance(part, x.Named) and not part.id.startswith("gap:") and _mentions(definition_of(part), left.id):
                return go(unfold(part))
            if not part.args or not part.has(x.Named):
                return part
            return part.func(*[go(a) for a in part.args])

        with x.as_written():
            return go(e)

    def _at_most(self, engine: Engine, low: Any, high: Any, because: Any) -> tuple[Certificate, str, str]:
        try:
            below = normal(engine, low)
        except Infinite:
            normal(engine, high)  # must be finite
            return Certificate(), "", "infinite"
        if because is None:
            return Certificate(), "an inequality needs its certificate: at_most(…, because=…)", "certificate"
        certificate = nonnegative(engine, because)
        if certificate.fault:
            return certificate, certificate.fault, "certificate"
        if not ordered_at_infinity(engine, below, normal(engine, high)):
            return certificate, "the sides may be infinite in the wrong direction", "certificate"
        with x.as_written():
            rest = equal(engine, high - low, because)
        return (
            certificate,
            "" if rest is None else f"the difference is not the certificate; left over: {readable(rest)}",
            "certificate",
        )

    # ------------------------------------------------------------------ the end of a case
    def _finish(
        self,
        case: Case,
        engine: Engine,
        last: Any,
        end: Any,
        zeros: list[Zero],
        strict: bool,
        relations: set[str],
        given: Any,
        domains: Any,
    ) -> None:
        s = self.goal.statement
        allowed = {"=", "≤"} if isinstance(s, AtMost) else {"=", "≥"} if isinstance(s, AtLeast) else {"="}
        closing = Step("this is the claim", "=", end)
        fault = "" if relations <= allowed else f"the chain uses {' and '.join(sorted(relations - allowed))}"
        rule = "normal form"
        try:
            if isinstance(s, SameMinimiser):
                fault, rule = fault or minimisers_agree(engine, last, end, s.over), "the difference is constant"
                closing = Step("equal up to a constant: the same minimisers", "=", end)
            elif isinstance(s, Determines):
                fault, rule = fault or determined(engine, last, s), "solve the linear equation"
                closing = Step(f"compare coefficients: {text(s.unknown)} = {text(s.value)}", "=", end)
            elif not fault:
                rest = equal(engine, last, end)
                fault = (
                    "" if rest is None else f"the proof ends elsewhere than at the claim; left over: {readable(rest)}"
                )
            if not fault and isinstance(s, (AtMost, AtLeast)) and s.equality is not None:
                stated = s.equality.rebuild(lambda e: x.substitute(e, given))
                right = never(engine, stated) if strict else same_condition(engine, zeros, stated)
                fault = "" if right else "the certificate does not vanish exactly in the stated equality case"
                rule = "equality case"
                closing = Step(
                    "equality: the certificate vanishes exactly as stated"
                    if not strict
                    else "equality is impossible here",
                    "=",
                    end,
                )
        except CANNOT as reason:
            fault = str(reason)
        plain = rule == "normal form"
        if fault or not plain:
            self._note(case, closing, rule, fault, last if plain else None, "=", end, domains, given)

    # ------------------------------------------------------------------ records and refutation
    def _note(
        self,
        case: Case,
        step: Step,
        rule: str,
        fault: str,
        previous: Any,
        relation: str,
        expr: Any,
        domains: Any,
        given: Any,
    ) -> None:
        witness = (
            self._refute(case, previous, relation, expr, domains, given) if fault and previous is not None else None
        )
        verdict = Verdict.PROVED if not fault else Verdict.REFUTED if witness else Verdict.UNDECIDED
        self.steps.append(
            StepRecord(
                len(self.steps) + 1,
                case.label,
                step.reason,
                SYMBOL[relation],
                formula(expr),
                rule,
                verdict,
                fault,
                witness,
            )
        )

    def _refute(
        self,
        case: Case,
        previous: Any,
        relation: str,
        expr: Any,
        domains: Mapping[str, Domain],
        given: Mapping[Any, Any],
    ) -> Counterexample | None:
        """A point of the sorts, within the case, at which the step is certainly false."""
        kinds: dict[str, Callable[[Any, Any], Statement]] = {"=": Equals, "≤": AtMost, "≥": AtLeast}
        statement = kinds[relation](previous, expr)
        fixed = {e.name: int(v) for e, v in given.items()}
        stepped = [n for n, v in case.given.items() if v == successor]
        unspecified = [v.name for v in self.goal.variables.values() if v.sort.kind == "functional"]

        def fails(point: Point) -> bool:
            return examine(statement, point).outcome == "refuted"

        for sizes in size_choices(sizes_of(self.goal.variables), self.effort.sizes) or [{}]:
            for _ in range(self.effort.points):
                sampled = {**sizes, **{n: sizes[n] + 1 for n in stepped if n in sizes}}  # entries up to t + 1
                point = {
                    **sample_point(self.goal.variables, sampled, self.rng, domains),
                    **fixed,
                    **{n: sizes[n] for n in stepped if n in sizes},
                    **dict.fromkeys(unspecified, _first_plus_one),
                }
                if fails(point):
                    point = simplified(
                        {k: v for k, v in self.goal.variables.items() if k not in fixed}, point, fails, domains
                    )
                    found = counterexample(point, examine(statement, point))
                    said = "; ".join(f"{n} is the first entry plus 1" for n in unspecified)
                    return replace(found, note=found.note or said)
        return None


def _first_plus_one(entries: Any) -> Any:
    """An unspecified function made concrete: not zero, and not the same everywhere."""
    return entries[0] + 1


def _not_inductive(goal: Goal, name: str) -> list[str]:
    """Why the step from t to t + 1 cannot use the statement at t: something else would have to change with t."""
    constrained = [
        v.name for v in goal.variables.values() if name in v.sort.sizes and (not v.sort.free or v.sort.kind == "index")
    ]
    return [f"{v} depends on {name}, so the hypothesis does not speak of it at {name} + 1" for v in constrained]


def _reaches(e: Any, wanted: str) -> bool:
    """Whether the definition occurs in the expression, also inside other definitions."""
    named = [n for n in x.subexpressions(e) if isinstance(n, x.Named) and not n.id.startswith("gap:")]
    return any(n.id == wanted or _mentions(definition_of(n), wanted) for n in named)


def _mentions(d: Definition, wanted: str) -> bool:
    named = {n.id for n in x.subexpressions(d.body) if isinstance(n, x.Named)}
    return wanted in named or any(_mentions(REGISTRY[n], wanted) for n in named)  # type: ignore[arg-type]


def formula(e: Any) -> Formula:
    return Formula(latex(e), text(e))

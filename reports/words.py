"""The words that every report uses, so that the terminal, HTML and JUnit say the same thing in the same way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..checks.evidence import (
    STATEMENT,
    ClaimRecord,
    Counterexample,
    Evidence,
    NoValue,
    PrintedRecord,
    Run,
    TwinRecord,
    Verdict,
    conditions,
)
from ..checks.evidence import no_value as defect

MARKS = {
    Verdict.PROVED: "✓",
    Verdict.CERTIFIED: "✓",
    Verdict.TESTED: "✓",
    Verdict.REFUTED: "✗",
    Verdict.UNDECIDED: "?",
    Verdict.NOT_RUN: "–",
}

_AGREEMENT = {
    Verdict.PROVED: "agrees",
    Verdict.CERTIFIED: "agrees",
    Verdict.TESTED: "agrees",
    Verdict.REFUTED: "disagrees",
    Verdict.UNDECIDED: "undecided",
    Verdict.NOT_RUN: "not run",
}

# Control characters but for tab and newline, lone surrogates and non-characters, which XML and terminals cannot hold;
# and overrides of the writing direction, with which a text could rearrange what stands around it.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_LONGEST_LIST = 64


def clean(text: object) -> str:
    """Text that every format can carry; what none can show becomes U+FFFD, and a line break is a plain one.

    >>> clean("a\\x1b[31mb")
    'a\\ufffd[31mb'
    """
    return _UNPRINTABLE.sub("\ufffd", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def is_link(evidence: Evidence) -> bool:
    return evidence.subject != STATEMENT


def finding(evidence: Evidence) -> str:
    """The verdict in a word: the verdict itself for a statement, agreement for a link.

    >>> finding(Evidence("a.b", "implementation:f", "hypothesis", Verdict.REFUTED))
    'disagrees'
    """
    return _AGREEMENT[evidence.verdict] if is_link(evidence) else evidence.verdict.label


def subject(evidence: Evidence) -> tuple[str, str]:
    """The kind of thing a record is about, and its name.

    >>> subject(Evidence("a.b", "torch:softmax.jacobian", "autograd", Verdict.TESTED))
    ('torch', 'softmax.jacobian')
    """
    kind, _, name = evidence.subject.partition(":")
    return clean(kind), clean(name)


def value(datum: Any) -> str:
    """One input as a reader would write it.

    >>> value([["1", "-3/7"], [0, 2]])
    '((1, -3/7), (0, 2))'
    """
    if isinstance(datum, Mapping):
        return "{" + ", ".join(f"{clean(k)}: {value(v)}" for k, v in datum.items()) + "}"
    if isinstance(datum, (list, tuple)):
        shown = [value(v) for v in datum[:_LONGEST_LIST]]
        if len(datum) > _LONGEST_LIST:
            shown.append(f"… {len(datum) - _LONGEST_LIST} more")
        return "(" + ", ".join(shown) + ("," if len(datum) == 1 else "") + ")"
    return clean(datum)


def inputs(named: Mapping[str, Any]) -> str:
    """Named inputs in a row.

    >>> inputs({"n": 2, "a": [0, "1/2"]})
    'n = 2, a = (0, 1/2)'
    """
    return ", ".join(f"{clean(name)} = {value(datum)}" for name, datum in named.items())


def broken(example: Counterexample, link: bool = False) -> str:
    """What a counterexample shows, in one line.

    >>> broken(Counterexample({}, "1", "=", "2"))
    '1 = 2 is false'
    >>> broken(Counterexample({}, "1.0", "=", "nan"), link=True)
    'expected 1.0, got nan'
    """
    if link:
        return clean(f"expected {example.left}, got {example.right}")
    return clean(f"{example.left} {example.relation} {example.right} is false")


def no_value(found: NoValue) -> str:
    """Where a statement says nothing although its sorts promise that it does.

    >>> no_value(NoValue("the left side", {"x": 0}, "division by zero", ("Real",)))
    'the left side has no value at x = 0, which Real admits: declare it in the sort (division by zero)'
    """
    reason = f" ({found.reason})" if found.reason else ""
    if not found.inputs:
        return clean(f"{found.place} has no value{reason}")
    admits = f"{listed(found.sorts)} {_verb(len(found.sorts), 'admits', 'admit')}"
    sorts = _verb(len(found.sorts), "sort", "sorts")
    return clean(
        f"{found.place} has no value at {inputs(found.inputs)}, which {admits}: declare it in the {sorts}{reason}"
    )


def no_value_sentence(records: Iterable[Evidence]) -> str:
    """The same of the first record that knows of such an input, as a sentence; "" where there is none."""
    found = defect(records)
    said = no_value(found) if found else ""
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def seconds(duration: float) -> str:
    """A duration at the precision a reader cares for.

    >>> seconds(0.0004), seconds(0.25), seconds(2.34), seconds(125)
    ('< 1 ms', '250 ms', '2.3 s', '2 min 5 s')
    """
    if duration < 0.001:
        return "< 1 ms" if duration > 0 else "0 ms"
    if duration < 0.9995:
        return f"{duration * 1000:.0f} ms"
    if duration < 59.95:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s"


def listed(parts: Sequence[str]) -> str:
    """Parts joined as prose.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def count(number: int, noun: str, plural: str = "") -> str:
    """
    >>> count(1, "twin"), count(2, "twin"), count(2, "erratum", "errata")
    ('1 twin', '2 twins', '2 errata')
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def effort(counts: Mapping[str, int]) -> str:
    """
    >>> effort({"inputs": 300, "points": 60})
    '300 inputs, 60 points'
    """
    return ", ".join(f"{number} {clean(name)}" for name, number in counts.items())


def particulars(evidence: Evidence) -> str:
    """What a record rests on, in one line.

    >>> particulars(Evidence("a.b", STATEMENT, "balls", Verdict.TESTED, seed=7, trusted=("Arb",)))
    'seed 7 · rests on Arb'
    """
    parts = [
        f"if {'; '.join(evidence.side_conditions)}" if evidence.side_conditions else "",
        no_value(evidence.no_value) if evidence.no_value else "",
        effort(evidence.effort),
        "" if evidence.seed is None else f"seed {evidence.seed}",
        f"rests on {', '.join(evidence.trusted)}" if evidence.trusted else "",
    ]
    return clean(" · ".join(part for part in parts if part))


def by_standing(claims: Iterable[ClaimRecord]) -> dict[Verdict, int]:
    """How many claims ended with each verdict; verdicts that did not occur are there with 0."""
    found = Counter(claim.standing for claim in claims)
    return {verdict: found[verdict] for verdict in Verdict}


def is_suspicious(twin: TwinRecord) -> bool:
    """A wrong twin that should have been refuted and was not."""
    return twin.outcome not in ("refuted", "equivalent")


def twins_by_outcome(record: ClaimRecord) -> Counter[str]:
    return Counter(twin.outcome for twin in record.twins)


def errata(run: Run) -> tuple[tuple[ClaimRecord, PrintedRecord], ...]:
    return tuple((claim, printed) for claim in run.claims for printed in claim.printed if printed.erratum)


def decided_by(record: ClaimRecord) -> tuple[str, ...]:
    """The methods whose records gave the claim its standing (before surviving twins capped it)."""
    said = [e for e in record.evidence if not is_link(e) and e.verdict is not Verdict.NOT_RUN]
    deciding = [e for e in said if e.verdict is record.standing]
    if record.standing is Verdict.TESTED and twins_by_outcome(record)["surviving"]:
        deciding += [e for e in said if e.verdict in (Verdict.PROVED, Verdict.CERTIFIED)]
    return tuple(dict.fromkeys(clean(e.method) for e in deciding))


def twins_sentence(record: ClaimRecord) -> str:
    """How the wrong twins fared, in one line; "" for a claim without twins."""
    if not record.twins:
        return ""
    outcomes = twins_by_outcome(record)
    parts = [f"{outcomes.pop('refuted', 0)} of {len(record.twins)} wrong twins refuted"]
    if equivalent := outcomes.pop("equivalent", 0):
        parts.append(f"{equivalent} equivalent to the claim")
    if surviving := outcomes.pop("surviving", 0):
        parts.append(f"{surviving} surviving, which caps the standing at TESTED")
    if proved := outcomes.pop("proved", 0):
        parts.append(f"{proved} PROVED, an error of the suite")
    return "; ".join([*parts, *(f"{number} {clean(name)}" for name, number in outcomes.items())])


def twin_shown(twin: TwinRecord) -> str:
    """By which methods a twin was told from the claim, and at which inputs."""
    parts = [f"by {', '.join(twin.rejected_by)}"] if twin.rejected_by else []
    if twin.counterexample is not None:
        at = f"at {inputs(twin.counterexample.inputs)}: " if twin.counterexample.inputs else ""
        parts.append(at + broken(twin.counterexample))
    return clean(", ".join(parts))


def verified(run: Run) -> tuple[str, ...]:
    """What a run verified, in sentences that are all counted from its records."""
    if not run.claims:
        return ("No claim was selected, so nothing was verified.",)
    found = by_standing(run.claims)
    parts = [f"{number} {verdict.label}" for verdict, number in found.items() if number]
    parts[0] = parts[0].replace(" ", f" {_verb(next(n for n in found.values() if n))} ", 1)
    said = [f"Of {count(len(run.claims), 'claim')}, {listed(parts)}."]
    if conditional := sum(bool(conditions(c.evidence)) for c in run.claims):
        said.append(f"{count(conditional, 'claim')} {_verb(conditional)} proved only where a condition holds.")
    if defects := sum(defect(i.evidence) is not None for c in run.claims for i in (c, *c.printed)):
        what = count(defects, "statement")
        said.append(f"{what} {_verb(defects, 'has', 'have')} no value at an input that the sorts admit.")
    if readings := [printed for claim in run.claims for printed in claim.printed]:
        hold = sum(p.standing in (Verdict.PROVED, Verdict.CERTIFIED, Verdict.TESTED) for p in readings)
        refuted = sum(p.standing is Verdict.REFUTED for p in readings)
        rest = len(readings) - hold - refuted
        parts = [f"{hold} {_verb(hold, 'stands', 'stand')} as printed", f"{refuted} {_verb(refuted)} refuted"]
        parts += [f"{rest} {_verb(rest)} not settled"] if rest else []
        said.append(f"Of {count(len(readings), 'formula')} as lectures print them, {listed(parts)}.")
    if twins := [twin for claim in run.claims for twin in claim.twins]:
        refuted = sum(twin.outcome == "refuted" for twin in twins)
        said.append(f"{refuted} of {count(len(twins), 'deliberately wrong variant')} {_verb(refuted)} refuted.")
    if links := [e for claim in run.claims for e in claim.evidence if is_link(e)]:
        ran = [e for e in links if e.verdict is not Verdict.NOT_RUN]
        agree = sum(finding(e) == "agrees" for e in ran)
        if ran:
            said.append(f"{agree} of {count(len(ran), 'comparison')} with code {_verb(agree, 'agrees', 'agree')}.")
    return tuple(said)


def kept(run: Run) -> str:
    """How much of a run is what earlier runs found.

    >>> kept(Run((), (), (), {}, "", "quick", 0, 0.0))
    'Nothing has changed: 0 claims are kept from earlier runs (--no-cache verifies anew).'
    """
    what = f"{count(run.kept, 'claim')} {_verb(run.kept)} kept from earlier runs"
    if run.kept == len(run.claims):
        return f"Nothing has changed: {what} (--no-cache verifies anew)."
    return f"{what}, {len(run.claims) - run.kept} verified now."


def _verb(number: int, one: str = "is", more: str = "are") -> str:
    return one if number == 1 else more


def needs_attention(claims: Iterable[ClaimRecord]) -> tuple[ClaimRecord, ...]:
    """Claims that did not stand, or whose code disagrees: what a reader should look at first."""
    return tuple(
        claim
        for claim in claims
        if not claim.expected
        or claim.standing in (Verdict.REFUTED, Verdict.UNDECIDED, Verdict.NOT_RUN)
        or any(is_link(e) and e.verdict in (Verdict.REFUTED, Verdict.UNDECIDED) for e in claim.evidence)
        or any(printed.erratum is not (printed.standing is Verdict.REFUTED) for printed in claim.printed)
        or any(is_suspicious(twin) for twin in claim.twins)
        or any(defect(item.evidence) for item in (claim, *claim.printed))
    )


def refutation(records: Iterable[Evidence]) -> Counterexample | None:
    """The counterexample that refutes a statement, if one was found."""
    refuted = (e for e in records if e.verdict is Verdict.REFUTED and not is_link(e))
    return next((e.counterexample for e in refuted if e.counterexample is not None), None)


def rerun(record: ClaimRecord) -> str:
    """The command that verifies one claim again."""
    own = next((e.command for e in record.evidence if e.command.startswith("lemmata prove")), "")
    return clean(own.partition(" --")[0]) if own else f"lemmata verify {clean(record.id)}"

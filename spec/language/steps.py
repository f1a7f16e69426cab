"""The steps of a proof: what a derivation yields, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import LanguageError
from .expressions import Expr, plain_number

if TYPE_CHECKING:
    from .claims import Claim

successor = "successor"


@dataclass(frozen=True)
class Use:
    """A proved equation in a step (lemma None: the induction hypothesis).

    With times, previous − next = times · (left − right); without, the definition on the lemma's left is rewritten
    by its right.
    """

    lemma: Claim | None
    times: Any = None


def hypothesis(times: Any = 1) -> Use:
    """This step inserts the induction hypothesis, multiplied by `times`."""
    return Use(None, plain_number(times))


@dataclass(frozen=True)
class Step:
    """One step of a proof, or (with `case` set) the start of a case.

    relation is "=", "≤" or "≥" to the previous expression; because is a certificate (right − left as a sum of visibly
    nonnegative terms); using is a proved equation, or the induction hypothesis. A case maps variables to a value
    (x=0), to a narrower sort (x=Positive), or to `successor`: then the step from t to t + 1 is shown.
    """

    reason: str
    relation: str = "="
    expr: Any = None
    because: Any = None
    using: Use | None = None
    case: dict[str, Any] | None = None


@dataclass(frozen=True)
class Proof:
    name: str
    title: str
    steps: tuple[Step, ...]


def at_most(expr: Any, because: Any = None) -> Step:
    """≤ expr; `because` is the difference as a sum of visibly nonnegative terms."""
    return Step("", "≤", plain_number(expr), None if because is None else plain_number(because))


def at_least(expr: Any, because: Any = None) -> Step:
    """≥ expr; `because` is the difference as a sum of visibly nonnegative terms."""
    return Step("", "≥", plain_number(expr), None if because is None else plain_number(because))


def case(label: str, **values: Any) -> Step:
    """Begin a case: variables get values (x=0), narrower sorts (x=Positive), or step on (t=successor)."""
    return Step(label, case=values)


def as_step(given: Any, where: str) -> Step:
    if isinstance(given, Step) and given.case is not None:
        return given
    if isinstance(given, tuple) and len(given) in (2, 3) and isinstance(given[0], str):
        reason, what, *rest = given
        try:
            step = what if isinstance(what, Step) else Step("", "=", plain_number(what))
        except LanguageError as error:
            raise LanguageError(error.bare, where) from error
        use = rest[0] if rest else None
        if (use is None or isinstance(use, Use)) and isinstance(step.expr, Expr):
            return Step(reason, step.relation, step.expr, step.because, use)
    raise LanguageError(
        'a step is ("reason", expression), ("reason", at_most(expression, because=…)) or case("…")', where
    )

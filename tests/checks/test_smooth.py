"""A derivative across a kink is proved only beside it, and says so; where the kink is smoothed out nothing is said."""

from __future__ import annotations

import pytest
import registry

from lemmata.checks import verify
from lemmata.checks.evidence import Verdict, conditions, exit_status
from lemmata.spec.language import (
    D,
    Equals,
    Index,
    Matrix,
    Positive,
    Real,
    Vector,
    maximum,
    minimum,
    signum,
    total,
    where_nonnegative,
)

ROWS = {
    "relu": (lambda x=Real: Equals(D(maximum(x, 0), x), where_nonnegative(x, 1, 0)), ("x ≠ 0",)),
    "a step": (lambda x=Real: Equals(D(where_nonnegative(x, 1, 0), x), 0), ("x ≠ 0",)),
    "|x|": (lambda x=Real: Equals(D(abs(x), x), signum(x)), ("x ≠ 0",)),
    "a minimum": (
        lambda x=Real, y=Real: Equals(D(minimum(x, y), x), where_nonnegative(y - x, 1, 0)),
        ("x − y ≠ 0",),
    ),
    "beside the kink": (lambda x=Positive: Equals(D(maximum(x, 0), x), 1), ()),
    "of another variable": (lambda x=Real, y=Real: Equals(D(x * abs(y), x), abs(y)), ()),
    "a square": (lambda z=Real: Equals(D(maximum(0, 1 - z) ** 2, z), -2 * maximum(0, 1 - z)), ()),
    "the first power": (lambda z=Real: Equals(D(maximum(0, 1 - z), z), -where_nonnegative(-z, 1, 0)), None),
    "under a sum": (
        lambda w=Vector["d"], j=Index["d"]: Equals(D(total(lambda k: abs(w[k]), over=w), w[j]), signum(w[j])),
        ("wₖ ≠ 0 for every k",),
    ),
    "squares under a sum": (
        lambda w=Vector["d"], j=Index["d"]: Equals(D(total(lambda k: abs(w[k]) ** 2, over=w), w[j]), 2 * w[j]),
        (),
    ),
    "a matrix": (
        lambda W=Matrix["n", "d"], i=Index["n"], j=Index["d"]: Equals(D(abs(W[i, j]), W[i, j]), signum(W[i, j])),
        ("Wᵢⱼ ≠ 0",),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_kink_is_said(name):
    statement, expected = ROWS[name]
    with registry.kept():
        run = verify.verify(chosen=[registry.claim_of(statement)], effort="quick", method="normal_form")
    (found,) = run.claims
    if expected is None:
        assert found.standing is Verdict.UNDECIDED
        return
    assert found.standing is Verdict.PROVED
    assert conditions(found.evidence) == expected
    assert exit_status(run) == (3 if expected else 0)

"""Whether plain data lie in the sorts, said again from the textbook and not from the sorts' own code.

A counterexample that does not lie in the sorts of a claim's variables says nothing about the claim.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from lemmata.checks.evidence import Counterexample, Evidence, StepRecord, TwinRecord
from lemmata.spec.language.randomness import Draws, Outcomes

MEMBERS: dict[str, Callable[[Fraction], bool]] = {
    "a real number": lambda x: True,
    "a positive number": lambda x: x > 0,
    "a nonnegative number": lambda x: x >= 0,
    "a number in [0, 1]": lambda x: 0 <= x <= 1,
    "a number strictly between 0 and 1": lambda x: 0 < x < 1,
    "a number in (0, 1]": lambda x: 0 < x <= 1,
    "0 or 1": lambda x: x in (0, 1),
    "−1 or +1": lambda x: x in (-1, 1),
    "a natural number, 0 included": lambda x: x.denominator == 1 and x >= 0,
    "a dimension, at least 1": lambda x: x.denominator == 1 and x >= 1,
}


def strangers(variables: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """What is wrong with inputs, given as a report gives them: integers, rationals as text, nested lists.

    >>> from lemmata.spec.language import Index, Simplex
    >>> from lemmata.spec.language.claims import Variable
    >>> sorts = {"p": Simplex["n"], "i": Index["n"]}
    >>> variables = {name: Variable(name, sort, None) for name, sort in sorts.items()}
    >>> strangers(variables, {"n": 2, "p": ["1/2", "1/2"], "i": 2})
    []
    >>> strangers(variables, {"n": 2, "p": ["1/2", "1/3"], "i": 3})
    ['the entries of p sum to 5/6', 'i = 3 is not in 1 … 2']
    """
    missing = [
        f"{name} is missing" for name, v in variables.items() if v.sort.kind != "functional" and name not in inputs
    ]
    return missing or [fault for name, v in variables.items() for fault in _faults(name, v.sort, inputs)]


def _faults(name: str, sort: Any, inputs: Mapping[str, Any]) -> Iterator[str]:
    if sort.kind == "functional":
        return
    value, is_member = inputs[name], MEMBERS[sort.domain.words]
    sizes = [int(inputs[d]) for d in sort.dims]
    if sort.kind == "index":
        if not (isinstance(value, int) and 1 <= value <= sizes[0]):
            yield f"{name} = {value} is not in 1 … {sizes[0]}"
        return
    if sort.kind == "independent":
        yield from _of_laws(name, sort, list(_entries(value, sizes, name)), is_member)
        return
    if sort.kind == "stationary":
        value, sizes = value["outcomes"], [len(value["outcomes"])]
    entries = list(_entries(value, sizes, name))
    yield from (e for e in entries if isinstance(e, str))
    numbers = [e for e in entries if isinstance(e, Fraction)]
    yield from (f"{name} has {x}, which is not {sort.domain.words}" for x in numbers if not is_member(x))
    if len(numbers) == math.prod(sizes):
        yield from _of_weights(name, sort, numbers, sizes)


def _of_weights(name: str, sort: Any, numbers: list[Fraction], sizes: list[int]) -> Iterator[str]:
    """Distributions, one for all entries or one a row; one-hot vectors and rows; symmetric matrices."""
    rows = [numbers[at : at + sizes[-1]] for at in range(0, len(numbers), sizes[-1])] if len(sizes) > 1 else [numbers]
    if sort.name in ("Simplex", "OpenSimplex", "Normalised", "JointTable", "OpenJointTable"):
        if sum(numbers) != 1:
            yield f"the entries of {name} sum to {sum(numbers)}"
    if sort.name in ("Stochastic", "OpenStochastic"):
        yield from (f"a row of {name} sums to {sum(row)}" for row in rows if sum(row) != 1)
    if sort.name in ("OneHot", "OneHotRows"):
        shown = (", ".join(map(str, row)) for row in rows if sorted(row) != [*[0] * (len(row) - 1), 1])
        yield from (f"{name} has ({row}), which is not one-hot" for row in shown)
    if sort.name == "Symmetric" and rows != [list(column) for column in zip(*rows, strict=True)]:
        yield f"{name} is not symmetric"


def _of_laws(name: str, sort: Any, laws: list[Any], is_member: Callable[[Fraction], bool]) -> Iterator[str]:
    """Independent entries: each a distribution {value: probability}, with the moments that the sort promises."""
    yield from (law for law in laws if isinstance(law, str))
    found = [{Fraction(v): Fraction(p) for v, p in law.items()} for law in laws if isinstance(law, dict)]
    for law in found:
        if sum(law.values()) != 1 or min(law.values()) <= 0:
            yield f"the probabilities of {name} are {list(law.values())}"
        yield from (f"{name} has {x}, which is not {sort.domain.words}" for x in law if not is_member(x))
    for r in sort.moments:
        shared = {sum(p * v**r for v, p in law.items()) for law in found}
        if len(shared) > 1 or (r in dict(sort.known) and shared != {dict(sort.known)[r]}):
            yield f"the moments of order {r} of {name} are {sorted(shared)}"
    if sort.alike and any(law != found[0] for law in found):
        yield f"the entries of {name} have more than one distribution"


def _entries(value: Any, sizes: list[int], name: str) -> Iterator[Any]:
    """What stands in nested lists of the given lengths, or a sentence where a length is another."""
    if not sizes:
        yield value if isinstance(value, dict) else Fraction(value)
    elif not isinstance(value, list) or len(value) != sizes[0]:
        yield f"{name} has {value} where {sizes[0]} entries should be"
    else:
        for part in value:
            yield from _entries(part, sizes[1:], name)


def exact(variables: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data as the exact point that they describe; an unspecified function is 0.

    >>> from lemmata.spec.language import Index, Vector
    >>> from lemmata.spec.language.claims import Variable
    >>> variables = {name: Variable(name, sort, None) for name, sort in {"a": Vector["n"], "i": Index["n"]}.items()}
    >>> exact(variables, {"a": ["1/2"], "i": 1})
    {'a': {(1,): Fraction(1, 2)}, 'i': 1}
    """
    return {name: _exact(v.sort, inputs.get(name)) for name, v in variables.items()}


def _exact(sort: Any, value: Any) -> Any:
    match sort.kind:
        case "functional":
            return lambda entries: Fraction(0)
        case "stationary":
            return Outcomes(tuple(map(Fraction, value["outcomes"])), value["stride"])
        case "independent":
            return Draws({k: tuple((Fraction(v), Fraction(p)) for v, p in law.items()) for k, law in _keyed(value)})
        case "array":
            return {k: Fraction(v) for k, v in _keyed(value)}
    return int(value) if sort.kind in ("size", "index") or sort.domain.integer else Fraction(value)


def _keyed(nested: Any, key: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    if not isinstance(nested, list):
        yield key, nested
    else:
        for k, part in enumerate(nested, start=1):
            yield from _keyed(part, (*key, k))


def witness_of(found: Evidence | StepRecord | TwinRecord) -> Counterexample:
    """The counterexample that a refutation must have."""
    assert found.counterexample is not None, "refuted without a counterexample"
    return found.counterexample

"""The content of claims and definitions as text: equal text means that every method is asked the same question.

Two claims with one content have the same statement, quantifiers, proofs, and everything that these unfold to; where
in a file they stand, and what is written about them, does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

import sympy as sp

from ..spec.language.claims import GAP, REGISTRY, Claim, Definition
from ..spec.language.expressions import Bound, Named
from .sources import digest


class Opaque(Exception):
    """Something without a faithful text; what rests on it cannot be kept."""


def of_claim(claim: Claim) -> str:
    """A hash of a claim's variables, statement, proofs, definitions and lemmas, all the way down.

    >>> from ..spec import softmax
    >>> of_claim(softmax.jacobian) == of_claim(softmax.jacobian)
    True
    >>> of_claim(softmax.jacobian) == of_claim(softmax.sums_to_one)
    False
    """
    text = _Text()
    text.write(claim.id, claim.variables, claim.statement, claim.proofs)
    return text.finished()


def of_definition(definition: Definition) -> str:
    """A hash of a definition's parameters, body and stable formula, and of the definitions that these name."""
    text = _Text()
    text.definition(definition)
    return text.finished()


class _Text:
    """Everything written once: definitions and lemmas by name where they occur, and in full at the end."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.named: dict[str, None] = {}
        self.expressions: dict[Any, str] = {}

    def finished(self) -> str:
        done: set[str] = set()
        while todo := [i for i in self.named if i not in done]:
            for i in todo:
                done.add(i)
                item = REGISTRY[i]
                self.parts.append(f"where {i}:")
                if isinstance(item, Definition):
                    self.definition(item)
                else:
                    self.write(item.variables, item.statement)
        return digest(*self.parts)

    def definition(self, d: Definition) -> None:
        self.write(d.id, d.notation, d.text, d.variables, d.body, d.stable_body, d.stable_domains)

    def write(self, *values: Any) -> None:
        self.parts += map(self.text, values)

    def text(self, value: Any) -> str:
        match value:
            case None | bool() | int() | str() | Fraction():
                return f"{type(value).__name__}:{value!r}"
            case sp.Basic():
                if value not in self.expressions:
                    self.expressions[value] = self._expression(value)
                return self.expressions[value]
            case Enum():
                return f"{type(value).__name__}.{value.name}"
            case Claim() | Definition():
                self.named.setdefault(value.id)
                return f"@{value.id}"
            case Mapping():
                return "{" + ",".join(f"{self.text(k)}={self.text(v)}" for k, v in value.items()) + "}"
            case tuple() | list():
                return "(" + ",".join(map(self.text, value)) + ")"
        if is_dataclass(value):
            return f"{type(value).__name__}(" + ",".join(self._field(value, f.name) for f in fields(value)) + ")"
        raise Opaque(f"a {type(value).__name__}")

    def _field(self, record: Any, name: str) -> str:
        value = getattr(record, name)
        if callable(value) and not isinstance(value, (sp.Basic, Claim, Definition)):
            # A functional variable is a function of vectors; its name and sort, written beside it, are all of it.
            if type(record).__name__ == "Variable" and name == "expr":
                return "functional"
            raise Opaque(f"the function {name} of a {type(record).__name__}")
        return self.text(value)

    def _expression(self, e: Any) -> str:
        if isinstance(e, Named):
            self.named.setdefault(e.id.removeprefix(GAP))
        if isinstance(e, Bound):
            return f"Bound({e.name!r},{e.level})"
        if isinstance(e, sp.Symbol):
            return f"Symbol({e.name!r},{sorted(e.assumptions0.items())})"
        if e.args:
            return f"{type(e).__name__}(" + ",".join(map(self.text, e.args)) + ")"
        if isinstance(e, (sp.Number, sp.NumberSymbol)) or e in (sp.S.Infinity, sp.S.NegativeInfinity):
            return f"{type(e).__name__}({e})"
        raise Opaque(f"a {type(e).__name__}")

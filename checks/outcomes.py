"""The finite probability space on which an expectation is evaluated, exactly and outcome by outcome.

Only the entries that the evaluation looks at are enumerated: looking at a further entry starts the walk again with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any

from ..spec.language.randomness import Draws, Outcomes

Law = Outcomes | Draws
LAWS = (Outcomes, Draws)
MOST = 1000  # outcomes that one expectation may have: about a tenth of a second


class TooMany(Exception):
    """The expectation has more outcomes than are enumerated."""


def weighted(laws: Mapping[str, Law], evaluate: Callable[[dict[str, Realised]], Any]) -> list[tuple[Fraction, Any]]:
    """(probability, value) for every outcome, the probabilities summing to 1.

    >>> half = Fraction(1, 2)
    >>> q = Draws({(i,): ((Fraction(1), half), (Fraction(-1), half)) for i in (1, 2)})
    >>> [int(v) for p, v in weighted({"q": q}, lambda at: at["q"][1,] * at["q"][2,])]
    [1, -1, -1, 1]
    """
    space = _Space(laws)
    realised = {name: Realised(space, name) for name in laws}
    while True:
        known, out = len(space.coins), []
        if prod(len(chances) for chances in space.coins.values()) > MOST:
            raise TooMany(f"an expectation over more than {MOST} outcomes")
        for sides in product(*space.coins.values()):
            space.shown = dict(zip(space.coins, [side for side, _ in sides], strict=True))
            out.append((prod((p for _, p in sides), start=Fraction(1)), evaluate(realised)))
            if len(space.coins) > known:
                break
        else:
            return out


class _Space:
    """Independent coins: one for each entry of an independent array, one for all stationary sequences together."""

    def __init__(self, laws: Mapping[str, Law]) -> None:
        self.laws = laws
        self.coins: dict[Any, tuple[tuple[Any, Fraction], ...]] = {}
        self.shown: dict[Any, Any] = {}

    def value(self, name: str, key: tuple[int, ...]) -> Fraction:
        law = self.laws[name]
        if isinstance(law, Draws):
            return self._side((name, key), lambda: law.entries[key])
        return law.at(self._side("ω", self._shared), key[0])

    def _shared(self) -> tuple[tuple[int, Fraction], ...]:
        count = lcm(*(len(law.values) for law in self.laws.values() if isinstance(law, Outcomes)))
        return tuple((w, Fraction(1, count)) for w in range(count))

    def _side(self, coin: Any, chances: Callable[[], tuple[tuple[Any, Fraction], ...]]) -> Any:
        if coin not in self.coins:
            self.coins[coin] = chances()
            self.shown[coin] = self.coins[coin][0][0]
        return self.shown[coin]


class Realised(dict[tuple[int, ...], Any]):
    """The entries of a random array at the outcome that its space shows."""

    def __init__(self, space: _Space, name: str) -> None:
        super().__init__()
        self.space, self.name = space, name

    def __contains__(self, key: object) -> bool:
        law = self.space.laws[self.name]
        return isinstance(law, Outcomes) or key in law.entries

    def __getitem__(self, key: tuple[int, ...]) -> Any:
        return self.space.value(self.name, key)

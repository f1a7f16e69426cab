"""Values of expressions at concrete points, in any arithmetic: balls, dual balls, or balls that round as a format does.

An expression is compiled once (`compiler`); a program runs at every point, every precision and in every arithmetic,
and an arithmetic supplies its operations. Sums are loops, so one program serves every n.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .arithmetic import Arithmetic, Undecided, Undefined, Unsupported
from .compiler import compiler_for
from .outcomes import LAWS
from .program import ROOT, whole

__all__ = ["Arithmetic", "Environment", "Evaluation", "Undecided", "Undefined", "Unsupported"]

Environment = Mapping[str, Any]


class Evaluation:
    """Evaluate expressions at one point: env maps sizes and indices to ints, scalars and array entries to numbers.

    Arrays are {(i, …): value}; random arrays are laws, `Outcomes` or `Draws`; functionals are functions of a list of
    values. stable=True unfolds every definition by its stable formula. What two expressions share is computed once.

    >>> from ..spec.language import expressions as x
    >>> from .ball_arithmetic import Balls
    >>> n, a = x.sp.Symbol("n"), x.Array("a", x.sp.Symbol("n"))
    >>> at = Evaluation({"n": 2, "a": {(1,): 3, (2,): 5}}, Balls())
    >>> with x.as_written():
    ...     at.value(x.total(lambda k: a[k] / n, over=a))
    4
    """

    def __init__(self, env: Environment, numbers: Arithmetic, stable: bool = False) -> None:
        self.env = dict(env)
        self.numbers = numbers
        self.laws: dict[str, Any] = {name: v for name, v in self.env.items() if isinstance(v, LAWS)}
        self.cells: dict[int, Any] = {ROOT: self.env}
        self.tables: dict[int, dict[Any, Any]] = {ROOT: {}}
        self._compiler = compiler_for(stable, frozenset(self.laws))

    def value(self, e: Any, bound: Mapping[Any, int] | None = None) -> Any:
        """The value of an expression; bound: the values of indices that stand outside their binder.

        Raises Undefined where it has no value, Undecided where this precision does not tell, and Unsupported where it
        has no meaning in this arithmetic.
        """
        node = self._compiler.compiled(e)
        for index, value in (bound or {}).items():
            self.cells[self._compiler.loose_cell(index)] = value
        return node.value(self)

    def integer(self, e: Any, bound: Mapping[Any, int] | None = None) -> int:
        """The value of an expression that is an integer; raises Unsupported for any other."""
        value = whole(self.value(e, bound))
        if value is not None:
            return value
        raise Unsupported(f"{e} is not an integer")

    def entries(self, vector: Any, upto: int) -> Iterator[Any]:
        """The entries 1, …, upto of an array or a made vector, one at a time."""
        body, cell = self._compiler.entries(vector)
        for i in range(1, upto + 1):
            self.cells[cell] = i
            yield body.value(self)

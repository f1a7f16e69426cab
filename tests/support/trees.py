"""Small random expressions as plain trees, built into expressions with letters of one's choice.

Only rational operations occur, so that a value at an exact point is an exact rational, and two values can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp
from hypothesis import strategies as st

from lemmata.checks.ball_arithmetic import Balls
from lemmata.checks.evaluate import Evaluation
from lemmata.spec.language import delta, largest, product, recurrence, total, vector
from lemmata.spec.language.expressions import Array, Binder, Recurrence, as_written

n, i, j = (sp.Symbol(name, integer=True) for name in "nij")
x, y = (sp.Symbol(name, real=True) for name in "xy")
a, b = Array("a", n), Array("b", n)
FREE = {"x": x, "y": y, "i": i, "j": j, "n": n}

# A parameter's name is the hint of a bound index; these clash with every free name.
LETTERS: dict[str, Callable[[Callable[[Any], Any]], Callable[[Any], Any]]] = {
    "k": lambda f: lambda k: f(k),
    "i": lambda f: lambda i: f(i),
    "n": lambda f: lambda n: f(n),
    "x": lambda f: lambda x: f(x),
    "a": lambda f: lambda a: f(a),
}
BINDERS = {"total": total, "product": product, "largest": largest}


RATIONAL = ("add", "mul")
FOR_READERS = ("add", "mul", "sub", "div", "neg", "square")


def trees(depth: int = 3, bound: int = 0, arithmetic: tuple[str, ...] = RATIONAL) -> st.SearchStrategy[Any]:
    """Expressions with `bound` enclosing sums: numbers, variables, entries, arithmetic, sums, products, recurrences."""
    indices = st.sampled_from(["i", "j", *range(bound)])
    leaves = st.one_of(
        st.integers(-3, 3).map(lambda v: ("number", v)),
        st.sampled_from(["x", "y", "n"]).map(lambda v: ("free", v)),
        st.tuples(st.just("entry"), st.sampled_from("ab"), indices),
        st.tuples(st.just("delta"), indices, indices),
    )
    if depth == 0:
        return leaves
    same = st.deferred(lambda: trees(depth - 1, bound, arithmetic))
    inside = st.deferred(lambda: trees(depth - 1, bound + 1, arithmetic))
    return st.one_of(
        leaves,
        st.tuples(st.sampled_from(arithmetic), same, same),
        st.tuples(st.sampled_from([*BINDERS, "made"]), inside, indices),
        *([st.tuples(st.just("recurrence"), same, same)] if arithmetic == RATIONAL else []),
    )


def built(tree: Any, letters: Sequence[str] = ("k",)) -> Any:
    """The expression; the binder at depth d is written with letters[d mod …]."""
    with as_written():
        return _built(tree, letters, [])


def _built(tree: Any, letters: Sequence[str], bound: list[Any]) -> Any:
    def under(body: Any) -> Callable[[Any], Any]:
        return LETTERS[letters[len(bound) % len(letters)]](lambda k: _built(body, letters, [*bound, k]))

    def index(name: Any) -> Any:
        return FREE[name] if isinstance(name, str) else bound[name]

    match tree:
        case ("number", value):
            return sp.Integer(value)
        case ("free", name):
            return FREE[name]
        case ("entry", array, name):
            return {"a": a, "b": b}[array][index(name)]
        case ("delta", one, other):
            return delta(index(one), index(other))
        case ("add", left, right):
            return _built(left, letters, bound) + _built(right, letters, bound)
        case ("mul", left, right):
            return _built(left, letters, bound) * _built(right, letters, bound)
        case ("sub", left, right):
            return _built(left, letters, bound) - _built(right, letters, bound)
        case ("div", left, right):
            return _built(left, letters, bound) / _built(right, letters, bound)
        case ("neg", one, _):
            return -_built(one, letters, bound)
        case ("square", one, _):
            return _built(one, letters, bound) ** 2
        case ("made", body, name):
            return vector(under(body), over=a)[index(name)]
        case ("recurrence", start, step):
            return recurrence(_built(start, letters, bound), lambda m, s: m + s * _built(step, letters, bound), upto=n)
        case (binder, body, _):
            return BINDERS[binder](under(body), over=a)
    raise AssertionError(tree)


@st.composite
def points(draw: Callable[[Any], Any]) -> dict[str, Any]:
    """Exact values for all free names, with dimensions 1 to 3."""
    size = draw(st.integers(1, 3))
    numbers = st.integers(-4, 4).map(lambda v: Fraction(v, 2))
    arrays = {name: {(k,): draw(numbers) for k in range(1, size + 1)} for name in "ab"}
    indices = {name: draw(st.integers(1, size)) for name in "ij"}
    return {"n": size, **indices, **arrays, **{name: draw(numbers) for name in "xy"}}


def value(e: Any, point: dict[str, Any], bound: Mapping[Any, int] | None = None) -> Fraction:
    """The exact value of an expression of this module's kind; `bound` gives indices that stand outside their sum."""
    found = Evaluation(point, Balls()).value(e, bound)
    return Fraction(int(found)) if isinstance(found, int) else Fraction(int(found.p), int(found.q))


def shadowed(e: Any, outside: frozenset[Any] = frozenset()) -> list[Any]:
    """The bound indices that a binder inside their own binder binds again."""
    if isinstance(e, (Binder, Recurrence)):
        own = {e.index, e.previous} if isinstance(e, Recurrence) else {e.index}
        inner, rest = (e.step, (e.start, e.upto)) if isinstance(e, Recurrence) else (e.body, (e.low, e.high))
        found = [*(own & outside), *shadowed(inner, outside | own)]
        return found + [s for part in rest for s in shadowed(part, outside)]
    return [s for part in e.args for s in shadowed(part, outside)]

"""A compiled expression: nodes that compute one value each from the values of others, in the arithmetic of the run.

A run keeps numbered cells. Cells with even numbers hold bound indices, as integers; cells with odd numbers hold what
changes as a whole: the state of a recurrence, or the variables that a derivative, an `at` or an outcome replaces. A
node knows the cells that it depends on. Where it may be asked twice for one content of them, its value is remembered,
and so leaves every loop whose index it does not need. Nothing is computed before it is asked for: a branch that is not
taken may have no value.

Whoever sets a cell encloses all that reads it, and cells are numbered from the inside: when an odd cell changes, what
was remembered under it and those further in is computed anew, and it is enough to forget what it was the innermost for.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable
from fractions import Fraction
from itertools import count
from math import inf
from operator import itemgetter
from typing import Any, Protocol, cast

from .arithmetic import Arithmetic, ManyPoints, Undefined, Unsupported
from .outcomes import LAWS, TooMany, weighted

ROOT = 1  # the cell of the point itself, which never changes
_slots = count()


class Run(Protocol):
    """One point and one arithmetic. tables[c]: values remembered while the odd cell c keeps its content."""

    numbers: Arithmetic
    laws: dict[str, Any]
    cells: dict[int, Any]
    tables: dict[int, dict[Any, Any]]


Compute = Callable[[Run], Any]


class Form:
    """What nodes have in common that differ only in which cells their indices are read from: exp(a_k) and exp(a_l).

    They remember their values together, under the values of the indices.
    """

    __slots__ = ("needed", "nodes", "remembered", "slot")

    def __init__(self, remembered: bool) -> None:
        self.slot = next(_slots)
        self.nodes: list[Node] = []
        self.needed = False
        self.remembered = remembered

    def remember(self) -> None:
        if not self.remembered:
            self.remembered = True
            for node in self.nodes:
                node.remember()


class Node:
    """One value of a program, computed by `value(run)`. indices: the even ones of its cells, in order of occurrence."""

    __slots__ = ("cells", "form", "indices", "source", "value")

    def __init__(
        self, compute: Compute, form: Form, cells: frozenset[int], indices: tuple[int, ...], source: Any
    ) -> None:
        self.value = compute
        self.form = form
        self.cells = cells
        self.indices = indices
        self.source = source

    def need(self, within: frozenset[int]) -> None:
        """One more node asks for this one, once for every content of the cells `within`."""
        if self.form.needed or self.cells != within:
            self.form.remember()
        self.form.needed = True

    def remember(self) -> None:
        """Compute once for the indices' values, for as long as the innermost of the odd cells keeps its content."""
        compute, slot = self.value, self.form.slot
        home = min((c for c in self.cells if c % 2), default=ROOT)
        self.value = _remembering(compute, home, slot, self.indices)


def _remembering(compute: Compute, home: int, slot: int, indices: tuple[int, ...]) -> Compute:
    if not indices:

        def value(run: Run) -> Any:
            table = run.tables[home]
            found = table.get(slot)
            if found is None:
                found = table[slot] = compute(run)
            return found

        return value
    held = itemgetter(*indices)

    def value_at(run: Run) -> Any:
        table, key = run.tables[home], (slot, held(run.cells))
        found = table.get(key)
        if found is None:
            found = table[key] = compute(run)
        return found

    return value_at


def enter(run: Run, cell: int, content: Any) -> None:
    """Change an odd cell: what was remembered under its content is forgotten."""
    run.cells[cell] = content
    run.tables[cell] = {}


def whole(value: Any) -> int | None:
    """The integer that a value is, an exact rational included; None for any other."""
    return int(value) if getattr(value, "denominator", 0) == 1 else None


def integer(node: Node, run: Run) -> int:
    value = whole(node.value(run))
    if value is not None:
        return value
    raise Unsupported(f"{node.source} is not an integer")


# ---------------------------------------------------------------------- numbers, indices and variables
def constant(value: int) -> Compute:
    return lambda run: value


def exact(q: Fraction) -> Compute:
    return lambda run: run.numbers.exact(q)


def pi() -> Compute:
    return lambda run: run.numbers.pi()


def minus_infinity() -> Compute:
    return lambda run: run.numbers.variable(-inf)


def held(cell: int) -> Compute:
    """A bound index, or the state of a recurrence."""
    return lambda run: run.cells[cell]


def variable(cell: int, name: str) -> Compute:
    def compute(run: Run) -> Any:
        value = run.cells[cell][name]
        return value if isinstance(value, int) else run.numbers.variable(value)

    return compute


def array(cell: int, name: str) -> Compute:
    return lambda run: run.cells[cell][name]


def _looked_up(run: Run, cell: int, name: str, indices: tuple[Node, ...]) -> tuple[Any, tuple[int, ...]]:
    """An array, and where in it there is an entry."""
    key = tuple([integer(i, run) for i in indices])
    entries = run.cells[cell][name]
    if isinstance(entries, LAWS):
        raise Unsupported(f"{name} is random; take its expectation")
    if key not in entries:
        raise Undefined(f"{name} has no entry {key}")
    return entries, key


SIMPLE = (constant, held, array)  # nothing is gained by remembering these


def entry(cell: int, name: str, *indices: Node) -> Compute:
    def compute(run: Run) -> Any:
        entries, key = _looked_up(run, cell, name, indices)
        return run.numbers.variable(entries[key])

    return compute


def moment(name: str, order: int) -> Compute:
    def compute(run: Run) -> Any:
        if name not in run.laws:
            raise Unsupported(f"{name} is not random")
        return run.numbers.exact(run.laws[name].moment(order))

    return compute


def no_value(kind: str) -> Compute:
    def compute(run: Run) -> Any:
        raise Unsupported(f"no value for {kind}")

    return compute


# ---------------------------------------------------------------------- arithmetic
def add(*terms: Node) -> Compute:
    def compute(run: Run) -> Any:
        values = [t.value(run) for t in terms]
        for v in values:
            if not isinstance(v, int):
                return run.numbers.add(values)
        return sum(values)

    return compute


def multiply(divides: tuple[bool, ...], *factors: Node) -> Compute:
    """The product of some factors, from the left, divided by the others after that."""

    def compute(run: Run) -> Any:
        k, out, divisors = run.numbers, None, []
        for below, factor in zip(divides, factors, strict=True):
            v = factor.value(run)
            if below:
                divisors.append(v)
            elif out is None:
                out = v
            elif not isinstance(out, int):
                out = k.mul(out, v)
            elif isinstance(v, int):
                out = out * v
            else:
                out = k.neg(v) if out == -1 else k.mul(out, v)
        out = 1 if out is None else out
        for d in divisors:
            out = k.div(out, d)
        return out

    return compute


def function(name: str, argument: Node) -> Compute:
    return lambda run: run.numbers.function(name, argument.value(run))


def euler() -> Compute:
    return lambda run: run.numbers.function("exp", 1)


def root(base: Node, above: bool) -> Compute:
    def compute(run: Run) -> Any:
        found = run.numbers.function("sqrt", base.value(run))
        return found if above else run.numbers.div(1, found)

    return compute


def power(base: Node, exponent: Node) -> Compute:
    def compute(run: Run) -> Any:
        k, b, n = run.numbers, base.value(run), exponent.value(run)
        if isinstance(n, int):
            return k.power(b, n) if n >= 0 else k.div(1, k.power(b, -n))
        return k.real_power(b, n)

    return compute


def maximum(*arguments: Node) -> Compute:
    return lambda run: run.numbers.largest([a.value(run) for a in arguments])


def minimum(*arguments: Node) -> Compute:
    def compute(run: Run) -> Any:
        k = run.numbers
        return k.neg(k.largest([k.neg(a.value(run)) for a in arguments]))

    return compute


def floor(argument: Node, up: bool) -> Compute:
    def compute(run: Run) -> Any:
        k, v = run.numbers, argument.value(run)
        if isinstance(v, int):
            return v
        return -k.floor(k.neg(v)) if up else k.floor(v)  # ⌈x⌉ = −⌊−x⌋

    return compute


def delta(one: Node, other: Node) -> Compute:
    return lambda run: int(integer(one, run) == integer(other, run))


# ---------------------------------------------------------------------- choices
def xlogy(weight: Node, argument: Node) -> Compute:
    def compute(run: Run) -> Any:
        w = weight.value(run)
        return w if run.numbers.is_zero(w) else run.numbers.xlogy(w, argument.value(run))

    return compute


def where_nonnegative(condition: Node, there: Node, elsewhere: Node) -> Compute:
    def compute(run: Run) -> Any:
        holds = run.numbers.is_nonnegative(condition.value(run))
        if isinstance(holds, bool):
            return (there if holds else elsewhere).value(run)
        return _choose(run, holds, there.value(run), elsewhere.value(run))

    return compute


def by_value(selector: Node, values: tuple[int, ...], *branches: Node) -> Compute:
    def compute(run: Run) -> Any:
        chosen, found = selector.value(run), None
        for value, branch in zip(values, branches, strict=True):
            same = chosen == value
            if isinstance(same, bool):
                if same:
                    return branch.value(run)
            elif same.all():
                return branch.value(run)
            elif same.any():  # of many points at once, each has its own branch
                found = branch.value(run) if found is None else _choose(run, same, branch.value(run), found)
        if found is None:
            raise Undefined(f"no branch for the value {chosen}")
        return found

    return compute


def _choose(run: Run, mask: Any, there: Any, elsewhere: Any) -> Any:
    """At each of many points the branch that the mask says."""
    return cast(ManyPoints, run.numbers).choose(mask, there, elsewhere)


# ---------------------------------------------------------------------- loops
def _loop(run: Run, low: Node, high: Node, body: Node, cell: int) -> list[Any]:
    cells, out = run.cells, []
    for i in range(integer(low, run), integer(high, run) + 1):
        cells[cell] = i
        out.append(body.value(run))
    return out


def total(low: Node, high: Node, body: Node, cell: int) -> Compute:
    return lambda run: run.numbers.add([0, *_loop(run, low, high, body, cell)])


def product(low: Node, high: Node, body: Node, cell: int) -> Compute:
    def compute(run: Run) -> Any:
        out: Any = 1
        for v in _loop(run, low, high, body, cell):
            out = run.numbers.mul(out, v)
        return out

    return compute


def largest(low: Node, high: Node, body: Node, cell: int) -> Compute:
    return lambda run: run.numbers.largest(_loop(run, low, high, body, cell))


def made_array(low: Node, high: Node, body: Node, cell: int) -> Compute:
    return lambda run: {(i,): v for i, v in enumerate(_loop(run, low, high, body, cell), 1)}


def applied(cell: int, name: str, low: Node, high: Node, body: Node, index: int) -> Compute:
    """An unspecified function at the list of the entries of a vector."""
    return lambda run: run.cells[cell][name](_loop(run, low, high, body, index))


def recurrence(start: Node, upto: Node, step: Node, state: int, index: int) -> Compute:
    def compute(run: Run) -> Any:
        value = start.value(run)
        for s in range(1, integer(upto, run) + 1):
            enter(run, state, value)
            run.cells[index] = s
            value = step.value(run)
        return value

    return compute


# ---------------------------------------------------------------------- other values for variables
def placed(expr: Node, names: tuple[str, ...], cell: int, *values: Node) -> Compute:
    def compute(run: Run) -> Any:
        enter(run, cell, dict(zip(names, [v.value(run) for v in values], strict=True)))
        return expr.value(run)

    return compute


def derivative(expr: Node, outer: int, name: str, cell: int) -> Compute:
    """By a variable whose value is in the cell `outer`; inside it is the one that the arithmetic differentiates by."""

    def compute(run: Run) -> Any:
        def moved(v: Any) -> Any:
            enter(run, cell, {name: v})
            return expr.value(run)

        return run.numbers.derivative(moved, run.cells[outer][name])

    return compute


def derivative_by_entry(expr: Node, outer: int, name: str, cell: int, *indices: Node) -> Compute:
    def compute(run: Run) -> Any:
        entries, key = _looked_up(run, outer, name, indices)

        def moved(v: Any) -> Any:
            changed = {**entries, key: v} if type(entries) is dict else ChainMap({key: v}, entries)
            enter(run, cell, {name: changed})  # an outcome draws its entries when asked, so it cannot be copied
            return expr.value(run)

        return run.numbers.derivative(moved, entries[key])

    return compute


def expectation(expr: Node, names: tuple[str, ...], cell: int) -> Compute:
    """The mean over the outcomes of the random arrays that occur; an expectation inside has outcomes of its own."""

    def compute(run: Run) -> Any:
        def at(realised: Any) -> Any:
            enter(run, cell, realised)
            return expr.value(run)

        try:
            found = weighted({name: run.laws[name] for name in names}, at)
        except TooMany as reason:
            raise Unsupported(str(reason)) from reason
        k = run.numbers
        return k.add([k.mul(k.exact(p), v) for p, v in found])

    return compute

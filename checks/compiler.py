"""Expressions compiled once to programs that run at many points, at any precision and in any arithmetic.

Equal subexpressions become one node, wherever they stand and whatever their indices are called: a binder sets the cell
numbered by its height, which is above the height of every binder inside it. No binder can so disturb one that runs
around it, and two sums that differ in the letter of their index are the same node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.claims import GAP, REGISTRY, definition_of, unfold
from . import program
from .program import ROOT, Form, Node

MOST_EXPRESSIONS = 20_000  # that a compiler keeps before it begins anew: about 20 MB
FUNCTIONS = (sp.log, sp.Abs, sp.tanh, x.log1p, x.expm1, x.signum, x.cos)
BINDERS = {x.Total: program.total, x.Product: program.product, x.Largest: program.largest}
HIGHER = (x.Binder, x.Recurrence, x.Derivative, x.At, x.Expectation, x.Application)


class Scope:
    """What names mean at one place: the cells of bound indices and states, and those that variables are read from."""

    def __init__(self, bound: dict[x.Bound, int], variables: dict[str, int]) -> None:
        self.bound = bound
        self.variables = variables
        self._inner: dict[Any, Scope] = {}

    def binding(self, *places: tuple[x.Bound, int]) -> Scope:
        if places not in self._inner:
            self._inner[places] = Scope({**self.bound, **dict(places)}, self.variables)
        return self._inner[places]

    def changing(self, names: Iterable[str], cell: int) -> Scope:
        key = (*names, cell)
        if key not in self._inner:
            self._inner[key] = Scope(self.bound, {**self.variables, **dict.fromkeys(names, cell)})
        return self._inner[key]

    def place(self, name: str) -> int:
        return self.variables.get(name, ROOT)


class Compiler:
    """Compiles for one reading of definitions (literal or stable) and one set of random arrays.

    >>> a = x.Array("a", sp.Symbol("n"))
    >>> with x.as_written():
    ...     one, other = (x.total(f, over=a) for f in (lambda k: x.exp(a[k]), lambda l: x.exp(a[l])))
    >>> compiler = Compiler(stable=False, random=frozenset())
    >>> one == other, compiler.compiled(one) is compiler.compiled(other)
    (False, True)
    """

    def __init__(self, stable: bool, random: frozenset[str]) -> None:
        self.stable = stable
        self.random = random
        self.forget()

    def forget(self) -> None:
        self.outermost = Scope({}, {})
        self._loose: dict[x.Bound, int] = {}
        self._compiled: dict[tuple[Any, Scope], Node] = {}
        self._nodes: dict[tuple[Any, ...], Node] = {}
        self._forms: dict[tuple[Any, ...], Form] = {}
        self._heights: dict[Any, int] = {}
        self._unfolded: dict[Any, Any] = {}
        self._named: dict[str, Any] = {}

    def current(self) -> Compiler:
        """This compiler, begun anew where it holds too much, or something that another definition stood for."""
        changed = any(REGISTRY.get(name) is not item for name, item in self._named.items())
        if changed or len(self._compiled) > MOST_EXPRESSIONS:
            self.forget()
        return self

    def compiled(self, e: Any) -> Node:
        """The node of a whole expression."""
        node = self._node(e, self.outermost)
        node.form.remember()
        return node

    def entries(self, vector: Any) -> tuple[Node, int]:
        """The node of an entry of a vector, and the cell that its index is read from."""
        body, cell = self._entry_of(vector, self.outermost)
        body.form.remember()
        return body, cell

    def loose_cell(self, index: x.Bound) -> int:
        """The cell of an index that stands outside its binder: even and negative, so that no binder sets it."""
        return self._loose.setdefault(index, -2 * len(self._loose) - 2)

    # ------------------------------------------------------------------ nodes
    def _join(
        self,
        source: Any,
        make: Callable[..., program.Compute],
        *parts: Any,
        within: Iterable[Node] = (),
        sets: Iterable[int] = (),
        reads: Iterable[int] = (),
    ) -> Node:
        """The one node for an instruction and its parts; those `within` are computed with the cells `sets` set."""
        key = (make, *parts)
        known = self._nodes.get(key)
        if known is not None:
            return known
        inner, own = list(within), frozenset(sets)
        outer = [n for n in parts if isinstance(n, Node) and n not in inner]
        cells = frozenset(reads).union(*[n.cells for n in outer], *[n.cells - own for n in inner]) - {ROOT}
        form, indices = self._form(make, parts, cells | own)
        node = self._nodes[key] = Node(make(*parts), form, cells, tuple(c for c in indices if c in cells), source)
        if form.remembered and make not in program.SIMPLE:
            node.remember()
        form.nodes.append(node)
        for n in outer:
            n.need(cells)
        for n in inner:
            n.need(cells | own)
        return node

    def _form(self, make: Any, parts: tuple[Any, ...], cells: frozenset[int]) -> tuple[Form, Iterable[int]]:
        """The form of a node, in which index cells are numbered as they occur, and those cells in order."""
        numbers: dict[int, int] = {}

        def numbered(cell: int) -> int:
            return cell if cell % 2 else -2 * numbers.setdefault(cell, len(numbers))

        form: list[Any] = [make]
        for p in parts:
            if isinstance(p, Node):
                form.append((p.form, *map(numbered, p.indices)))
            else:
                form.append(numbered(p) if type(p) is int and p in cells else p)
        key = tuple(form)
        if key not in self._forms:
            self._forms[key] = Form(remembered=make in program.SIMPLE)
        return self._forms[key], numbers

    def _node(self, e: Any, scope: Scope) -> Node:
        key = (e, scope)
        node = self._compiled.get(key)
        if node is None:
            node = self._compiled[key] = self._made(e, scope)
        return node

    def _made(self, e: Any, scope: Scope) -> Node:
        def nodes(parts: Iterable[Any]) -> list[Node]:
            return [self._node(p, scope) for p in parts]

        if e.is_Integer:
            return self._join(e, program.constant, int(e))
        if e is sp.S.NegativeInfinity:  # of a maximum over nothing
            return self._join(e, program.minus_infinity)
        if e.is_Rational:
            return self._join(e, program.exact, Fraction(e.p, e.q))
        if isinstance(e, x.Bound):
            cell = scope.bound[e] if e in scope.bound else self.loose_cell(e)
            return self._join(e, program.held, cell, reads=(cell,))
        if isinstance(e, sp.Symbol):
            cell = scope.place(e.name)
            return self._join(e, program.variable, cell, e.name, reads=(cell,))
        if isinstance(e, sp.Add):
            return self._join(e, program.add, *nodes(e.args))
        if isinstance(e, sp.Mul):
            return self._product(e, scope)
        if isinstance(e, sp.exp):
            return self._join(e, program.function, "exp", *nodes(e.args))
        if isinstance(e, sp.Pow):
            if e.exp in (sp.S.Half, -sp.S.Half):
                return self._join(e, program.root, *nodes([e.base]), e.exp > 0)
            return self._join(e, program.power, *nodes(e.args))
        if e is sp.pi:
            return self._join(e, program.pi)
        if e is sp.E:
            return self._join(e, program.euler)
        if isinstance(e, FUNCTIONS):
            return self._join(e, program.function, type(e).__name__, *nodes(e.args))
        if isinstance(e, x.maximum):
            return self._join(e, program.maximum, *nodes(e.args))
        if isinstance(e, x.minimum):
            return self._join(e, program.minimum, *nodes(e.args))
        if isinstance(e, (x.floor, x.ceiling)):
            return self._join(e, program.floor, *nodes(e.args), isinstance(e, x.ceiling))
        match e:
            case x.Entry():
                cell = scope.place(e.array.name)
                return self._join(e, program.entry, cell, e.array.name, *nodes(e.indices), reads=(cell,))
            case x.delta():
                return self._join(e, program.delta, *nodes(e.args))
            case x.xlogy():
                return self._join(e, program.xlogy, *nodes(e.args))
            case x.WhereNonnegative():
                return self._join(e, program.where_nonnegative, *nodes(e.args))
            case x.ByValue():
                values, branches = tuple(int(v) for v, _ in e.branches), nodes(b for _, b in e.branches)
                return self._join(e, program.by_value, self._node(e.selector, scope), values, *branches)
            case x.Named():
                return self._node(self._unfold(e), scope)
            case x.Moment():
                return self._join(e, program.moment, e.args[0].name, int(e.args[1]))
        return self._scoped(e, scope)

    def _scoped(self, e: Any, scope: Scope) -> Node:
        """The nodes that set cells for what is inside them."""
        cell, state = 2 * self._height(e), 2 * self._height(e) + 1
        match e:
            case x.Total() | x.Product() | x.Largest():
                body = self._node(e.body, scope.binding((e.index, cell)))
                ends = [self._node(p, scope) for p in (e.low, e.high)]
                return self._join(e, BINDERS[type(e)], *ends, body, cell, within=[body], sets=[cell])
            case x.Recurrence():
                ends = [self._node(p, scope) for p in (e.start, e.upto)]
                step = self._node(e.step, scope.binding((e.previous, state), (e.index, cell)))
                sets = [state, cell]
                return self._join(e, program.recurrence, *ends, step, *sets, within=[step], sets=sets)
            case x.Derivative():
                return self._derivative(e, scope, state)
            case x.At():
                names = tuple(v.name for v, _ in e.places)
                expr = self._node(e.expr, scope.changing(names, state))
                values = [self._placed(v, value, scope) for v, value in e.places]
                return self._join(e, program.placed, expr, names, state, *values, within=[expr], sets=[state])
            case x.Expectation():
                expr = e.args[0]
                found = {s.name for s in expr.free_symbols if not isinstance(s, x.Bound)}
                names = tuple(sorted(found & self.random))
                if not names:
                    return self._node(expr, scope)
                inner = self._node(expr, scope.changing(names, state))
                return self._join(e, program.expectation, inner, names, state, within=[inner], sets=[state])
            case x.Application():
                place = scope.place(e.name)
                ends, body, index = self._vector(e.vector, scope)
                parts = (place, e.name, *ends, body, index)
                return self._join(e, program.applied, *parts, within=[body], sets=[index], reads=[place])
        return self._join(e, program.no_value, type(e).__name__)

    def _product(self, e: sp.Mul, scope: Scope) -> Node:
        """A power with a negative integer for its exponent is divided by."""
        factors, divides = [], []
        for a in e.args:
            below = isinstance(a, sp.Pow) and a.exp.is_Integer and a.exp < 0
            node = self._node(a.base if below else a, scope)
            if below and a.exp != -1:
                node = self._join(a, program.power, node, self._node(-a.exp, scope))
            factors.append(node)
            divides.append(bool(below))
        return self._join(e, program.multiply, tuple(divides), *factors)

    def _derivative(self, e: x.Derivative, scope: Scope, cell: int) -> Node:
        expr, wrt = e.args
        name = wrt.array.name if isinstance(wrt, x.Entry) else wrt.name
        outer, inner = scope.place(name), self._node(expr, scope.changing([name], cell))
        make, indices = program.derivative, []
        if isinstance(wrt, x.Entry):
            make, indices = program.derivative_by_entry, [self._node(i, scope) for i in wrt.indices]
        return self._join(e, make, inner, outer, name, cell, *indices, within=[inner], sets=[cell], reads=[outer])

    def _placed(self, variable: Any, value: Any, scope: Scope) -> Node:
        if not isinstance(variable, x.Array):
            return self._node(value, scope)
        if isinstance(value, x.Array):
            cell = scope.place(value.name)
            return self._join(value, program.array, cell, value.name, reads=[cell])
        ends, body, index = self._vector(value, scope)
        return self._join(value, program.made_array, *ends, body, index, within=[body], sets=[index])

    def _vector(self, vector: Any, scope: Scope) -> tuple[list[Node], Node, int]:
        """The ends 1 and n of a vector's index, the node of an entry, and the index's cell."""
        return [self._node(p, scope) for p in (sp.S.One, vector.dims[0])], *self._entry_of(vector, scope)

    def _entry_of(self, vector: Any, scope: Scope) -> tuple[Node, int]:
        if isinstance(vector, x.Family):
            cell = 2 * self._height(vector)
            return self._node(vector.body, scope.binding((vector.index, cell))), cell
        index = x.Bound("i", 1)
        return self._node(vector[index], scope.binding((index, 2))), 2

    # ------------------------------------------------------------------ heights and definitions
    def _height(self, e: Any) -> int:
        """How deep the binders inside are nested, definitions unfolded."""
        if not e.args:
            return 0
        known = self._heights.get(e)
        if known is None:
            if isinstance(e, x.Named):
                known = self._height(self._unfold(e))
            else:
                known = max(map(self._height, e.args)) + isinstance(e, HIGHER)
            self._heights[e] = known
        return known

    def _unfold(self, e: x.Named) -> Any:
        if e not in self._unfolded:
            name = e.id.removeprefix(GAP)
            stable = self.stable and name == e.id
            self._unfolded[e] = definition_of(e).expand(*e.arguments, stable=True) if stable else unfold(e)
            self._named[name] = REGISTRY[name]
        return self._unfolded[e]


@lru_cache(maxsize=8)
def _compiler(stable: bool, random: frozenset[str]) -> Compiler:
    return Compiler(stable, random)


def compiler_for(stable: bool, random: frozenset[str]) -> Compiler:
    """The compiler that all evaluations of this kind share."""
    return _compiler(stable, random).current()

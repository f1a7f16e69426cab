"""Where a derivative is taken of something with a kink: it exists only beside the kink, and the reader is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from ...spec.language import expressions as x
from ...spec.language.claims import unfold
from .calls import positive
from .derivative import derivative, mentions, placed
from .engine import Unproved
from .signs import minus
from .terms import Poly, var

Places = dict[Any, Any]
MARK = "?"  # before the names of indices in a condition

if TYPE_CHECKING:
    from .translate import Translation


def assume_derivable(walk: Translation, e: Any, wrt: Any, places: Places | None = None) -> None:
    """Take as conditions that ∂e/∂wrt exists: e has a value, also its parts without `wrt`, and no kink is met."""
    with x.as_written():
        walk.poly(x.substitute(e, places) if places else e)
    assume_smooth(walk, e, wrt, places or {})


def assume_derivable_at(walk: Translation, e: Any, places: Places) -> None:
    """The same for all derivatives inside, which are taken before the values are put in."""
    match e:
        case x.Derivative():
            return assume_derivable(walk, e.args[0], e.args[1], places)
        case x.Named():
            return assume_derivable_at(walk, unfold(e), places)
        case x.At():
            further = {variable: x.substitute(value, places) for variable, value in e.places}
            return assume_derivable_at(walk, e.expr, {**places, **further})
        case x.Binder():
            return assume_derivable_at(_inside(walk, e, places), e.body, places)
    for part in e.args if e.has(x.Derivative, x.At, x.Named) else ():
        if isinstance(part, sp.Expr):
            assume_derivable_at(walk, part, places)
    return None


def assume_smooth(walk: Translation, e: Any, wrt: Any, places: Places) -> None:
    """Take as a condition that no kink that varies with `wrt` is met; |u|ⁿ and max(u, 0)ⁿ have none for n ≥ 2."""
    if not mentions(e, wrt):
        return
    match e:
        case x.Named():
            return assume_smooth(walk, unfold(e), wrt, places)
        case x.Derivative():  # taken first; its own kinks are conditions for the value of e
            return assume_smooth(walk, derivative(*e.args), wrt, places)
        case x.At():
            return assume_smooth(walk, placed(e), wrt, places)
        case sp.Pow() if e.exp.is_Integer and e.exp >= 2 and _vanishes_at_its_kink(e.base):
            parts = [a for a in e.base.args if a != 0]
        case sp.Abs():
            _assume_nonzero(walk, e.args[0], wrt, places)
            parts = e.args
        case x.maximum() | x.minimum():
            with x.as_written():
                _assume_nonzero(walk, e.args[0] - e.args[1], wrt, places)
            parts = e.args
        case x.WhereNonnegative():
            _assume_nonzero(walk, e.args[0], wrt, places)
            parts = e.args
        case x.Binder():
            return assume_smooth(_inside(walk, e, places), e.body, wrt, places)
        case _:
            parts = e.args
    for part in parts:
        if isinstance(part, sp.Expr):
            assume_smooth(walk, part, wrt, places)
    return None


def _vanishes_at_its_kink(e: Any) -> bool:
    return isinstance(e, sp.Abs) or (isinstance(e, (x.maximum, x.minimum)) and 0 in e.args)


def _assume_nonzero(walk: Translation, argument: Any, wrt: Any, places: Places) -> None:
    if not mentions(argument, wrt):
        return
    with x.as_written():
        p = walk.poly(x.substitute(argument, places) if places else argument)
    if not p.terms:
        raise Unproved("a derivative at a kink")
    if positive(walk.engine, p) or positive(walk.engine, minus(Poly({}), p)):
        return
    over = [name.removeprefix(MARK) for name in sorted(p.free) if name.startswith(MARK)]
    walk.engine.assume(p, f"≠ 0 for every {', '.join(over)}" if over else "≠ 0")


def _inside(walk: Translation, e: Any, places: Places) -> Translation:
    """The walk under a binder, its index a variable that the condition is for every value of."""
    name = f"{MARK}{e.index.name}"
    while any(name in p.free for p in walk.names.values()):
        name += "′"
    low, high = (x.substitute(end, places) if places else end for end in (e.low, e.high))
    walk.engine.declare(name, walk.poly(low), walk.poly(high))
    return type(walk)(walk.engine, {**walk.names, e.index: var(name)})

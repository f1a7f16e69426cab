"""Where a derivative is taken of something with a kink: it exists only beside the kink, and the reader is told so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from ...spec.language import expressions as x
from ...spec.language.claims import unfold
from .calls import positive
from .derivative import mentions
from .signs import minus
from .terms import Poly, var

MARK = "?"  # before the names of indices in a condition

if TYPE_CHECKING:
    from .translate import Translation


def assume_smooth(walk: Translation, e: Any, wrt: Any) -> None:
    """Take as a condition that no kink that varies with `wrt` is met; |u|ⁿ and max(u, 0)ⁿ have none for n ≥ 2."""
    if not mentions(e, wrt):
        return
    match e:
        case x.Named():
            return assume_smooth(walk, unfold(e), wrt)
        case x.Derivative() | x.At():
            return None  # taken first, and its own kinks with it
        case sp.Pow() if e.exp.is_Integer and e.exp >= 2 and _vanishes_at_its_kink(e.base):
            parts = [a for a in e.base.args if a != 0]
        case sp.Abs():
            _assume_nonzero(walk, e.args[0], wrt)
            parts = e.args
        case x.maximum() | x.minimum():
            with x.as_written():
                _assume_nonzero(walk, e.args[0] - e.args[1], wrt)
            parts = e.args
        case x.WhereNonnegative():
            _assume_nonzero(walk, e.args[0], wrt)
            parts = e.args
        case x.Binder():
            return assume_smooth(_inside(walk, e), e.body, wrt)
        case _:
            parts = e.args
    for part in parts:
        if isinstance(part, sp.Expr):
            assume_smooth(walk, part, wrt)
    return None


def _vanishes_at_its_kink(e: Any) -> bool:
    return isinstance(e, sp.Abs) or (isinstance(e, (x.maximum, x.minimum)) and 0 in e.args)


def _assume_nonzero(walk: Translation, argument: Any, wrt: Any) -> None:
    if not mentions(argument, wrt):
        return
    p = walk.poly(argument)
    if positive(walk.engine, p) or positive(walk.engine, minus(Poly({}), p)):
        return
    over = [name.removeprefix(MARK) for name in sorted(p.free) if name.startswith(MARK)]
    walk.engine.assume(p, f"≠ 0 for every {', '.join(over)}" if over else "≠ 0")


def _inside(walk: Translation, e: Any) -> Translation:
    """The walk under a binder, its index a variable that the condition is for every value of."""
    name = f"{MARK}{e.index.name}"
    while any(name in p.free for p in walk.names.values()):
        name += "′"
    walk.engine.declare(name, walk.poly(e.low), walk.poly(e.high))
    return type(walk)(walk.engine, {**walk.names, e.index: var(name)})

"""The guards of the prover, each with a way to remove it: the fuzzer must then find a false proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sympy as sp

from lemmata.checks.prover import derivative, ranges, rewriting, signs, spans, terms, translate
from lemmata.checks.prover.context import Context
from lemmata.checks.prover.engine import Engine
from lemmata.checks.prover.terms import ONE, Term
from lemmata.spec.language import expressions as x

from . import captures, partial, tables
from . import falsehoods as f
from .generate import Rule


@dataclass(frozen=True)
class Guard:
    """What is guarded, how to remove it, and the near misses that it stops."""

    name: str
    remove: Callable[[pytest.MonkeyPatch], None]
    stops: tuple[Rule, ...]


def _yes(*_: Any) -> bool:
    return True


def _everything_positive(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(signs.Signs, "positive", _yes)


def _everything_nonnegative(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(signs.Signs, "nonnegative", _yes)


def _one_minus_anything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(signs.Signs, "below_one", _yes)


def _every_range_covers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rewriting, "_covers", _yes)


def _no_range_is_empty(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(signs.Signs, "nonempty", _yes)


def _context(patch: pytest.MonkeyPatch, change: Callable[[Context], None]) -> None:
    """Every engine believes something else of the sorts."""
    init = Engine.__init__

    def changed(engine: Engine, ctx: Context) -> None:
        init(engine, ctx)
        change(ctx)

    patch.setattr(Engine, "__init__", changed)


def _all_arrays_normalised(patch: pytest.MonkeyPatch) -> None:
    """Σₖ aₖ = 1 for every vector, over its own length."""

    class Everywhere(dict[str, Any]):
        def __contains__(self, name: object) -> bool:
            return True

        def __missing__(self, name: str) -> Any:
            return ((0, terms.var("n")),)

    def believed(ctx: Context) -> None:
        ctx.sums = Everywhere(ctx.sums)

    _context(patch, believed)


def _sums_over(name: str, *axes: int) -> Callable[[pytest.MonkeyPatch], None]:
    """The entries of a square array sum to 1 over other axes than its sort says."""
    return lambda patch: _context(patch, lambda ctx: ctx.sums.update({name: tuple((k, terms.var("n")) for k in axes)}))


def _all_symmetric(patch: pytest.MonkeyPatch) -> None:
    _context(patch, lambda ctx: ctx.symmetric.update({"S", "W", "J", "X"}))


def _every_bit_one_hot(patch: pytest.MonkeyPatch) -> None:
    _context(patch, lambda ctx: ctx.sums.update(bits=((0, terms.var("n")),)))


def _one_hot_across_rows(patch: pytest.MonkeyPatch) -> None:
    """Labels of different examples are multiplied as if they were of one."""

    def careless(engine: Engine, t: Term, ranges: rewriting.Ranges) -> Any:
        found = [a for a, e in t.powers.items() if a.kind == "entry" and e >= 1 and engine.ctx.one_hot(a.args[0])]
        for k, b in enumerate(found):
            for a in found[k + 1 :]:
                if a.args[0] == b.args[0]:
                    kept = Term(t.coef, t.bounds, {**rewriting.without(t.powers, b), a: ONE})
                    return engine.times([kept], engine.kronecker(a.args[-1], b.args[-1]))
        return None

    _replace_rule(patch, rewriting.one_hot, careless)


def _one_hot_without_delta(patch: pytest.MonkeyPatch) -> None:
    plain = rewriting.one_hot

    def careless(engine: Engine, t: Term, ranges: rewriting.Ranges) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Engine, "kronecker", lambda *_: terms.constant_terms(1))
            return plain(engine, t, ranges)

    _replace_rule(patch, plain, careless)


def _every_mean_positive(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(signs, "mean_of_positive", lambda ctx, a, positive: "entry(" in a.key)


def _normalised_over_any_range(patch: pytest.MonkeyPatch) -> None:
    _constraint_without(patch, check_range=False)


def _normalised_next_to_its_index(patch: pytest.MonkeyPatch) -> None:
    _constraint_without(patch, check_rest=False)


def _normalised_on_the_diagonal(patch: pytest.MonkeyPatch) -> None:
    _constraint_without(patch, check_row=False)


def _constraint_without(
    patch: pytest.MonkeyPatch, check_range: bool = True, check_rest: bool = True, check_row: bool = True
) -> None:
    def constraint(engine: Engine, t: Term, ranges: rewriting.Ranges) -> Any:
        for a, e in t.powers.items():
            if a.kind != "entry" or e != 1 or a.args[0] not in engine.ctx.sums:
                continue
            axes = dict(engine.ctx.sums[a.args[0]])
            names = {axis: a.args[axis + 1].variable() for axis in axes}
            if any(k not in ranges or (check_range and ranges[k][1] != axes[axis]) for axis, k in names.items()):
                continue
            rest, own = rewriting.without(t.powers, a), {*names.values()}
            others = [i for axis, i in enumerate(a.args[1:]) if axis not in axes]
            if check_row and (len(own) < len(axes) or any(not i.free.isdisjoint(own) for i in others)):
                continue
            if check_rest and any(not b.free.isdisjoint(own) for b in rest):
                continue
            rest = {b: p for b, p in rest.items() if b.free.isdisjoint(own)}
            return [Term(t.coef, tuple(b for b in t.bounds if b[0] not in own), rest)]
        return None

    _replace_rule(patch, rewriting.use_constraint, constraint)


def _replace_rule(patch: pytest.MonkeyPatch, old: Any, new: Any) -> None:
    assert old in rewriting.RULES
    patch.setattr(rewriting, "RULES", tuple(new if rule is old else rule for rule in rewriting.RULES))


def _ratio_of_anything(patch: pytest.MonkeyPatch) -> None:
    """A sum divided by its first factor's sum, whatever else depends on the index."""

    def fold(engine: Engine, t: Term, ranges: rewriting.Ranges) -> Any:
        for a, e in t.powers.items():
            if a.kind == "sum" and e == -1 and len(t.bounds) == 1 and len(a.args[0]) == 1:
                ((v, _, _),) = t.bounds
                names = {a.args[0][0][0]: v}
                wanted = {terms.rename(b, names) for b, _ in a.args[1].powers}
                if wanted <= set(t.powers):
                    kept = {b: k for b, k in t.powers.items() if b != a and v not in b.free}
                    return [Term(t.coef, (), kept)]
        return None

    _replace_rule(patch, rewriting.fold, fold)


def _every_value_a_bit(patch: pytest.MonkeyPatch) -> None:
    def bits(engine: Engine, t: Term, a: Any, e: Any) -> Any:
        return [Term(t.coef, t.bounds, {**t.powers, a: ONE})] if e > 1 else None

    patch.setattr(rewriting, "_finite_values", bits)


def _same_fresh_name(patch: pytest.MonkeyPatch) -> None:
    """Nested sums share one variable: the inner index captures the outer one."""
    patch.setattr(translate, "fresh_name", lambda: "#same")


def _no_end_in_the_way(patch: pytest.MonkeyPatch) -> None:
    """Every whole number is at least every other: parts of ranges lie wherever they are wanted."""
    patch.setattr(spans, "at_least", _yes)


def _every_triangle_symmetric(patch: pytest.MonkeyPatch) -> None:
    """A triangle as half the square, whatever is summed."""
    patch.setattr(ranges, "SPREAD", (*ranges.SPREAD[:3], _halved, *ranges.SPREAD[4:]))


def _halved(engine: Engine, t: Term, found: rewriting.Ranges) -> Any:
    for u, lo, hi in t.bounds:
        v = hi.variable()
        if v in found and v != u and found[v][0] == lo:
            square = spans.with_range(t.bounds, u, lo, found[v][1])
            half = terms.fmpq(1, 2)
            return [Term(t.coef * half, square, t.powers), *ranges.diagonal(engine, t, u, v, half)]
    return None


def _any_range_possible(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(signs.Signs, "possible", _yes)


def _no_delta_in_derivatives(patch: pytest.MonkeyPatch) -> None:
    """∂aₖ/∂aⱼ = 1, the capture that sympy.diff commits."""
    plain = derivative._node

    def node(e: Any, wrt: Any) -> Any:
        return sp.Integer(1) if isinstance(e, x.Entry) and isinstance(wrt, x.Entry) else plain(e, wrt)

    patch.setattr(derivative, "_node", node)


GUARDS = (
    Guard(
        "positivity", _everything_positive, (f.root_of_square, f.log_of_square, f.absolute_dropped, f.root_of_product)
    ),
    Guard(
        "signs of roots and moduli", _everything_nonnegative, (f.root_of_square, f.absolute_dropped, f.absolute_of_sum)
    ),
    Guard("below one", _one_minus_anything, (f.one_minus_anything,)),
    Guard(
        "range of a delta",
        _every_range_covers,
        (f.delta_over_another_range, f.delta_at_a_number, f.diagonal_of_nothing),
    ),
    Guard("empty ranges", _no_range_is_empty, (f.delta_at_an_end_of_nothing,)),
    Guard("which arrays are normalised", _all_arrays_normalised, (f.not_normalised,)),
    Guard("range of a constraint", _normalised_over_any_range, (f.normalised_elsewhere,)),
    Guard("index of a constraint", _normalised_next_to_its_index, (f.normalised_beyond, f.normalised_weights)),
    Guard("row of a constraint", _normalised_on_the_diagonal, (tables.diagonal_of_weights,)),
    Guard("rows, not columns", _sums_over("W", 0), (tables.columns_for_rows,)),
    Guard("both indices of a table", _sums_over("J", 0), (tables.one_index_of_a_table,)),
    Guard("labels sum over classes", _sums_over("labels", 0), (tables.columns_for_rows,)),
    Guard("which bits are one-hot", _every_bit_one_hot, (tables.bits_as_one_hot,)),
    Guard("one row of labels", _one_hot_across_rows, (tables.labels_of_two_examples,)),
    Guard("the delta of one-hot entries", _one_hot_without_delta, (tables.one_hot_without_delta,)),
    Guard("which matrices are symmetric", _all_symmetric, (tables.transposed_at_will,)),
    Guard("which means are positive", _every_mean_positive, (tables.sign_of_a_mean,)),
    Guard("ends of a part", _no_end_in_the_way, (partial.mask_over_another_range,)),
    Guard("deltas over a part", _no_end_in_the_way, (partial.delta_beyond_a_part,)),
    Guard("the two triangles", _every_triangle_symmetric, (partial.triangle_for_triangle,)),
    Guard("summand of a quotient", _ratio_of_anything, (f.mean_without_its_values,)),
    Guard("finite values", _every_value_a_bit, (f.bits_for_all, f.squares_of_terms)),
    Guard("fresh names in nested sums", _same_fresh_name, (captures.captured, f.transposed)),
    Guard("ranges that may be negative", _any_range_possible, (f.range_of_negative_length,)),
    Guard("delta of a derivative", _no_delta_in_derivatives, (f.slope_of_captured_logsumexp, f.slope_without_delta)),
)

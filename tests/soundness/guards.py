"""The guards of the prover, each with a way to remove it: the fuzzer must then find a false proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sympy as sp

from lemmata.checks.prover import derivative, rewriting, signs, terms, translate
from lemmata.checks.prover.engine import Engine
from lemmata.checks.prover.terms import ONE, Poly, Term
from lemmata.spec.language import expressions as x

from . import captures
from . import falsehoods as f
from .truths import Rule


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


def _all_arrays_normalised(patch: pytest.MonkeyPatch) -> None:
    """Σₖ aₖ = 1 for every vector, over its own length."""

    class Everywhere(dict[str, Poly]):
        def __contains__(self, name: object) -> bool:
            return True

        def __missing__(self, name: str) -> Poly:
            return terms.var("n")

    init = Engine.__init__

    def all_normalised(engine: Engine, ctx: Any) -> None:
        init(engine, ctx)
        ctx.sums_to_one = Everywhere(ctx.sums_to_one)

    patch.setattr(Engine, "__init__", all_normalised)


def _normalised_over_any_range(patch: pytest.MonkeyPatch) -> None:
    _constraint_without(patch, check_range=False)


def _normalised_next_to_its_index(patch: pytest.MonkeyPatch) -> None:
    _constraint_without(patch, check_rest=False)


def _constraint_without(patch: pytest.MonkeyPatch, check_range: bool = True, check_rest: bool = True) -> None:
    def constraint(engine: Engine, t: Term, ranges: rewriting.Ranges) -> Any:
        for a, e in t.powers.items():
            if a.kind != "entry" or e != 1 or a.args[0] not in engine.ctx.sums_to_one:
                continue
            k = a.args[1].variable()
            if k not in ranges or (check_range and ranges[k][1] != engine.ctx.sums_to_one[a.args[0]]):
                continue
            rest = rewriting.without(t.powers, a)
            if check_rest and any(k in b.free for b in rest):
                continue
            rest = {b: p for b, p in rest.items() if k not in b.free}
            return [Term(t.coef, tuple(b for b in t.bounds if b[0] != k), rest)]
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
    Guard("summand of a quotient", _ratio_of_anything, (f.mean_without_its_values,)),
    Guard("finite values", _every_value_a_bit, (f.bits_for_all, f.squares_of_terms)),
    Guard("fresh names in nested sums", _same_fresh_name, (captures.captured, f.transposed)),
    Guard("ranges that may be negative", _any_range_possible, (f.range_of_negative_length,)),
    Guard("delta of a derivative", _no_delta_in_derivatives, (f.slope_of_captured_logsumexp, f.slope_without_delta)),
)

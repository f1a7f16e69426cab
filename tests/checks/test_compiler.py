"""Compiled expressions: what is computed how often, and that nothing is compiled twice or kept for ever."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
import sympy as sp
from one_point import POINT, A, N, X, a, b, g, i, number, t, written, x
from registry import kept

from lemmata.checks import balls, compiler
from lemmata.checks.ball_arithmetic import PRECISIONS, Balls, precision
from lemmata.checks.compiler import Compiler
from lemmata.checks.evaluate import Evaluation
from lemmata.checks.format_balls import FLOAT32, FormatBalls
from lemmata.checks.program import Node
from lemmata.checks.same_value import Trees
from lemmata.spec.language import (
    D,
    E,
    Equals,
    Expr,
    Real,
    at,
    definition,
    exp,
    largest,
    product,
    recurrence,
    total,
    vector,
    where_nonnegative,
)
from lemmata.spec.language.expressions import Bound
from lemmata.spec.softmax import softmax


class Counting(Balls):
    """Balls that count how often each function is asked for."""

    def __init__(self):
        super().__init__()
        self.asked = Counter()

    def function(self, name, a):
        self.asked[name] += 1
        return super().function(name, a)


# ---------------------------------------------------------------------- hoisting
Z = lambda letter="k": total(lambda k: exp(a[k]), over=a)  # noqa: E731

# Expressions, and how many exponentials of a they need; N² or more where a sum is computed inside a loop again.
HOISTED = {
    "a sum of softmax": (lambda: total(lambda k: softmax(a, k) * b[k], over=a), N),
    "a double sum of softmax": (
        lambda: total(lambda k: total(lambda l: softmax(a, k) * softmax(a, l), over=a), over=a), N,
    ),
    "the same sum with another letter": (lambda: Z() * total(lambda s: Z() * exp(a[s]), over=a), N),
    "a part that needs the inner index only": (
        lambda: total(lambda k: total(lambda l: b[k] * exp(a[l]), over=a), over=a), N,
    ),
    "a part that needs the outer index only": (
        lambda: total(lambda k: total(lambda l: b[l] * exp(a[k]), over=a), over=a), N,
    ),
    "a sum in the limit of a sum": (lambda: total(lambda k: exp(a[k]) / total(lambda l: l * Z(), over=k), over=a), N),
    "a sum in a product and in a maximum": (
        lambda: product(lambda k: Z() * a[k], over=a) + largest(lambda k: Z() * a[k], over=a), N,
    ),
    "a recurrence": (lambda: recurrence(0, lambda m, s: m * Fraction(1, 2) + Z() * s, upto=t), N),
    "a recurrence inside a sum": (
        lambda: total(lambda k: recurrence(a[k], lambda m, s: m + Z() * s, upto=t), over=a), N,
    ),
    "what a derivative leaves as it is": (lambda: total(lambda k: D(x**2 * Z() * b[k], x), over=a), N),
    "what an outcome leaves as it is": (lambda: E(g[1] * g[2] * Z()), N),
    "what other values leave as it is": (lambda: total(lambda k: at(x * Z(), {x: b[k]}), over=a), N),
    "a choice at every index": (lambda: total(lambda k: where_nonnegative(b[k], Z(), -Z()), over=a), N),
}  # fmt: skip


def exponentials(make, point=POINT):
    numbers = Counting()
    Evaluation(point, numbers).value(written(make))
    return numbers.asked["exp"]


@pytest.mark.parametrize("name", HOISTED)
def test_every_loop_is_left_by_what_does_not_need_it(name):
    make, wanted = HOISTED[name]
    assert exponentials(make) == wanted


def test_what_needs_both_indices_is_computed_for_both():
    assert exponentials(lambda: total(lambda k: total(lambda l: exp(a[k] * b[l] + a[l]), over=a), over=a)) == N * N


@pytest.mark.parametrize("name", HOISTED)
def test_the_counts_notice_a_program_that_forgets(name, monkeypatch):
    """The mutant remembers nothing: some loop is then not left."""
    make, wanted = HOISTED[name]
    monkeypatch.setattr("lemmata.checks.evaluate.compiler_for", lambda stable, random: Compiler(stable, random))
    monkeypatch.setattr(Node, "need", lambda self, within: None)
    assert exponentials(make) > wanted


def test_two_expressions_of_one_evaluation_share_their_parts():
    numbers = Counting()
    at_point = Evaluation(POINT, numbers)
    one, other = written(lambda: softmax(a, i)), written(lambda: total(lambda s: exp(a[s]), over=a))
    for e in (one, other, one):
        at_point.value(e)
    assert numbers.asked["exp"] == N + 1  # and exp(a_i), whose index is a variable


# ---------------------------------------------------------------------- compiled once, and not for ever
@pytest.fixture
def counted(monkeypatch):
    """How many expressions were compiled, by a compiler of the test's own."""
    made, own, compile_one = [], {}, Compiler._made

    def counting(self, e, scope):
        made.append(e)
        return compile_one(self, e, scope)

    def compiler_for(stable, random):
        return own.setdefault((stable, random), Compiler(stable, random)).current()

    monkeypatch.setattr(Compiler, "_made", counting)
    monkeypatch.setattr("lemmata.checks.evaluate.compiler_for", compiler_for)
    return made


def test_raising_the_precision_compiles_nothing(counted):
    left, right = written(lambda: exp(x) * exp(-x)), written(lambda: 1 + exp(-1000 * exp(x)))
    seen = []
    for bits in PRECISIONS:
        with precision(bits):
            at_point = Evaluation(POINT, Balls())
            for e in (left, right):
                at_point.value(e)
            seen.append(len(counted))
    assert seen[0] > 5 and len(set(seen)) == 1
    balls.examine(Equals(left, right), {**POINT, "x": Fraction(1, 7)})
    assert len(counted) == seen[0]


def test_another_point_size_or_arithmetic_compiles_nothing(counted):
    e = written(lambda: total(lambda k: softmax(a, k) * b[k], over=a))
    Evaluation(POINT, Balls()).value(e)
    first = len(counted)
    for numbers in (Balls(), Trees(), FormatBalls(FLOAT32)):
        for size in (1, 2, 5):
            Evaluation({**POINT, "n": size}, numbers).value(e)
    assert len(counted) == first > 5


def test_the_entries_of_a_vector_compile_once(counted):
    at_point = Evaluation(POINT, Balls())
    made = written(lambda: vector(lambda k: a[k] + k, over=a))
    assert [*at_point.entries(made, N)] == [number(q + k) for k, q in enumerate(A, 1)]
    assert len(counted) < N


def test_a_compiler_holds_so_many_expressions_and_then_begins_anew(monkeypatch):
    monkeypatch.setattr(compiler, "MOST_EXPRESSIONS", 100)
    own, sizes = Compiler(False, frozenset()), []
    monkeypatch.setattr("lemmata.checks.evaluate.compiler_for", lambda stable, random: own.current())
    before = Evaluation(POINT, Balls())
    loose = Bound("k", 7)
    for q in range(300):
        e = written(lambda: total(lambda k: a[k] * q, over=a) + total(lambda k: softmax(a, k), over=(1, 0)) * q)  # noqa: B023
        expected = number(q * sum(A))
        assert Evaluation(POINT, Balls()).value(e) == expected
        assert before.value(e) == expected, "an evaluation that has begun goes on"
        assert before.value(a[loose], {loose: q % N + 1}) == number(Fraction(q % N + 1, 3))
        sizes.append(max(map(len, (own._compiled, own._nodes, own._heights, own._unfolded, own._loose))))
    assert max(sizes) < 150 and sizes.count(max(sizes)) < 100
    monkeypatch.setattr(compiler, "MOST_EXPRESSIONS", 10**9)
    for q in range(300, 330):
        Evaluation(POINT, Balls()).value(written(lambda: x * q))  # noqa: B023
    assert len(own._compiled) > sizes[-1], "without the limit it grows"


def test_there_are_few_compilers():
    for q in range(50):
        Evaluation({f"g{q}": POINT["g"]}, Balls()).value(sp.Integer(1))
    assert compiler._compiler.cache_info().currsize <= 20


def test_a_definition_that_another_takes_the_place_of_is_compiled_anew():
    found = []
    for factor in (2, 3):
        with kept():

            def multiple(x=Real) -> Expr:
                """A multiple of a number."""
                return factor * x  # noqa: B023

            made = definition(notation=r"m({x})")(multiple)
            found.append(Evaluation(POINT, Balls()).value(written(lambda: made(x) + 1)))  # noqa: B023
    assert found == [number(1 + 2 * X), number(1 + 3 * X)]

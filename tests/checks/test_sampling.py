"""Points lie in the sorts, sizes are tried from small to large, and a failing point is made simple and still fails."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from membership import strangers

from lemmata.checks import catalogue
from lemmata.checks.goal import plain_value
from lemmata.checks.sampling import (
    even_point,
    mixed_sizes,
    numbers_of,
    sample_point,
    simplified,
    size_choices,
    sizes_of,
)
from lemmata.spec.language import (
    Functional,
    Index,
    Matrix,
    Natural,
    OpenUnit,
    Positive,
    Real,
    Sign,
    Simplex,
    Size,
    Stationary,
    Unit,
    Vector,
)
from lemmata.spec.language.claims import Variable

catalogue.load()
CLAIMS = {c.id: c for claim in catalogue.claims() for c in (claim, *[p.reading for p in claim.printed])}


def variables(**sorts):
    mentioned = {d: Size for s in sorts.values() for d in s.dims if d not in sorts}
    return {name: Variable(name, s, None) for name, s in {**mentioned, **sorts}.items()}


@pytest.mark.parametrize(
    ("sorts", "inputs", "message"),
    [
        ({"x": Real}, {}, "x is missing"),
        ({"x": Positive}, {"x": 0}, "x has 0, which is not a positive number"),
        ({"x": OpenUnit}, {"x": 1}, "x has 1, which is not a number strictly between 0 and 1"),
        ({"i": Index["n"]}, {"n": 2, "i": 3}, "i = 3 is not in 1 … 2"),
        ({"i": Index["n"]}, {"n": 2, "i": "1/2"}, "i = 1/2 is not in 1 … 2"),
        ({"n": Size}, {"n": 0}, "n has 0, which is not a dimension, at least 1"),
        ({"a": Vector["n"]}, {"n": 2, "a": [1]}, "a has [1] where 2 entries should be"),
        ({"a": Vector["n", Sign]}, {"n": 2, "a": [1, 0]}, "a has 0, which is not −1 or +1"),
        ({"X": Matrix["n", "m"]}, {"n": 1, "m": 2, "X": [[1], [3]]}, "X has [[1], [3]] where 1 entries should be"),
        ({"p": Simplex["n"]}, {"n": 2, "p": ["1/2", "1/3"]}, "the entries of p sum to 5/6"),
        ({"p": Simplex["n"]}, {"n": 2, "p": ["3/2", "-1/2"]}, "p has 3/2, which is not a number in [0, 1]"),
        ({"t": Natural}, {"t": "3/2"}, "t has 3/2, which is not a natural number, 0 included"),
        ({"g": Stationary["t", Unit]}, {"t": 1, "g": {"outcomes": ["2"]}}, "g has 2, which is not a number in [0, 1]"),
    ],
)  # fmt: skip
def test_the_membership_check_of_these_tests_sees_strangers(sorts, inputs, message):
    assert strangers(variables(**sorts), inputs)[0] == message


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_points_of_every_claim_lie_in_its_sorts(claim_id):
    found = CLAIMS[claim_id].variables
    for seed in range(30):
        sizes = dict.fromkeys(sizes_of(found), 1 + seed % 4)
        point = sample_point(found, sizes, random.Random(seed))
        assert strangers(found, {name: plain_value(v) for name, v in point.items()}) == []


def test_a_narrowed_variable_stays_in_the_narrower_domain():
    both = variables(x=Real, y=Real)
    drawn = [sample_point(both, {}, random.Random(seed), {"x": Positive.domain}) for seed in range(200)]
    assert all(p["x"] > 0 for p in drawn)
    assert any(p["y"] < 0 for p in drawn)


def test_a_narrowed_variable_stays_in_the_narrower_domain_also_by_coincidence():
    both = variables(y=Real, x=Real)
    drawn = [sample_point(both, {}, random.Random(seed), {"x": Positive.domain}) for seed in range(200)]
    assert all(p["x"] > 0 for p in drawn)


@pytest.mark.parametrize(
    ("sorts", "equal"),
    [
        ({"x": Real, "y": Real}, lambda p: p["x"] == p["y"]),
        ({"p": Simplex["n"], "q": Simplex["n"]}, lambda p: p["p"] == p["q"]),
        ({"p": Simplex["n"]}, lambda p: sorted(p["p"].values()) == [0, 0, 1]),
    ],
)
def test_coincidences_are_drawn_and_do_not_prevail(sorts, equal):
    found = variables(**sorts)
    drawn = [sample_point(found, {"n": 3} if "n" in found else {}, random.Random(seed)) for seed in range(300)]
    assert 10 < sum(equal(p) for p in drawn) < 150


@pytest.mark.parametrize(
    ("names", "sizes", "first", "count"),
    [
        ([], (1, 2), {}, 2),
        (["n"], (1, 2, 3), {"n": 1}, 3),
        (["n", "m"], (1, 2), {"n": 1, "m": 1}, 4),
    ],
)
def test_sizes_are_tried_from_small_to_large_and_then_different(names, sizes, first, count):
    found = list(size_choices(names, sizes))
    assert found[0] == first
    assert len(found) == count
    assert len(names) < 2 or any(c["n"] != c["m"] for c in found)


def test_a_dimension_is_whatever_is_used_as_a_length():
    assert sizes_of(variables(n=Size, a=Vector["n"])) == ["n"]
    assert sizes_of(variables(t=Natural, a=Vector["t"])) == ["t"]
    assert sizes_of(variables(t=Natural)) == []
    assert sizes_of(variables(X=Matrix["m", "d"], ell=Functional["d"])) == ["m", "d"]


@pytest.mark.parametrize(
    ("fails", "minimal"),
    [
        (lambda p: p["x"] > 1, 2),
        (lambda p: p["x"] < 0, -1),
        (lambda p: True, 0),
        (lambda p: p["x"] != 0, 1),
        (lambda p: p["x"] not in (0, 1, -1, 2), Fraction(1, 2)),
        (lambda p: p["x"] == Fraction(17, 8), Fraction(17, 8)),
    ],
)
def test_a_failing_number_is_made_simple(fails, minimal):
    point = {"x": Fraction(17, 8) if minimal != -1 else Fraction(-5, 8)}
    assert simplified(variables(x=Real), point, fails)["x"] == minimal


def test_the_entries_of_a_failing_vector_are_made_simple_one_by_one():
    point = {"n": 3, "a": {(1,): Fraction(7, 3), (2,): Fraction(9, 8), (3,): Fraction(-5, 2)}}
    found = simplified(variables(a=Vector["n"]), point, lambda p: p["a"][2,] > p["a"][1,])
    assert found == {"n": 3, "a": {(1,): 0, (2,): 1, (3,): 0}}


def test_simple_values_stay_in_the_sorts():
    point = {"n": 2, "x": Fraction(7, 3), "s": {(1,): -1, (2,): -1}, "p": {(1,): Fraction(1, 3), (2,): Fraction(2, 3)}}
    found = simplified(variables(x=Positive, s=Vector["n", Sign], p=Simplex["n"]), point, lambda p: True)
    assert found["x"] == 1
    assert found["s"] == {(1,): 1, (2,): 1}
    assert found["p"] == point["p"]
    narrowed = simplified(variables(x=Real), {"x": Fraction(7, 3)}, lambda p: True, {"x": Positive.domain})
    assert narrowed["x"] == 1


def test_numbers_are_made_small_and_lengths_stay():
    found = variables(n=Size, s=Size, t=Natural, a=Vector["n"])
    point = {"n": 3, "s": 5, "t": 4, "a": {(i,): Fraction(0) for i in (1, 2, 3)}}
    assert simplified(found, point, lambda p: p["s"] + p["t"] > 3) == {**point, "s": 1, "t": 3}
    assert simplified(found, point, lambda p: True) == {**point, "s": 1, "t": 0}


def test_dimensions_that_are_only_numbers_differ_freely():
    found = variables(n=Size, s=Size, k=Size, t=Natural, a=Vector["n"], i=Index["n"])
    assert numbers_of(found) == ["s", "k"]
    drawn = [mixed_sizes(["n", "s", "k"], ["s", "k"], random.Random(seed)) for seed in range(100)]
    assert {len(set(d.values())) for d in drawn} == {1, 2, 3}
    assert max(d["n"] for d in drawn) == 3 and max(d["s"] for d in drawn) == 7


@pytest.mark.parametrize("value", [0, 1])
def test_the_plainest_points_lie_in_the_sorts(value):
    found = variables(x=Real, y=Positive, u=OpenUnit, t=Natural, a=Vector["n"], p=Simplex["n"], s=Sign, i=Index["n"])
    before = sample_point(found, {"n": 3}, random.Random(0))
    point = even_point(found, before, value)
    assert strangers(found, {name: plain_value(v) for name, v in point.items()}) == []
    assert point["x"] == point["t"] == value and set(point["a"].values()) == {value}
    assert isinstance(point["t"], int) and isinstance(point["x"], Fraction)
    assert point["y"] == (1 if value else before["y"])
    assert even_point(found, before, value, {"x": OpenUnit.domain})["x"] == before["x"]


@given(st.integers(0, 10**6), st.integers(0, 3), st.fractions(-2, 2, max_denominator=4))
def test_what_is_made_simple_still_fails(seed, entry, threshold):
    found = variables(a=Vector["n"], x=Real)
    point = sample_point(found, {"n": 3}, random.Random(seed))

    def fails(p):
        return sum(p["a"].values()) * p["x"] + entry > threshold

    if fails(point):
        assert fails(simplified(found, point, fails))


def test_the_same_seed_gives_the_same_point():
    found = CLAIMS["information.gibbs"].variables
    one, other = (sample_point(found, {"n": 3}, random.Random(7)) for _ in range(2))
    assert one == other
    assert one != sample_point(found, {"n": 3}, random.Random(8))

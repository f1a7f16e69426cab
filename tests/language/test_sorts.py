"""Sorts: what is sampled lies in them, what is said of them is true, and misuse is refused."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from membership import strangers

from lemmata.checks.goal import plain_value
from lemmata.checks.sampling import sample_point, sizes_of
from lemmata.spec.language import (
    Bit,
    Functional,
    Independent,
    Index,
    JointTable,
    LanguageError,
    Matrix,
    Natural,
    Nonnegative,
    Normalised,
    OneHot,
    OneHotRows,
    OpenJointTable,
    OpenSimplex,
    OpenStochastic,
    OpenUnit,
    Positive,
    Real,
    Sample,
    Sign,
    Simplex,
    Size,
    Standardised,
    Stationary,
    Stochastic,
    Symmetric,
    Unit,
    Vector,
)
from lemmata.spec.language.claims import Variable

SCALARS = {
    "Real": Real, "Positive": Positive, "Nonnegative": Nonnegative, "Unit": Unit, "OpenUnit": OpenUnit, "Bit": Bit,
    "Sign": Sign, "Natural": Natural,
}  # fmt: skip
SORTS = {
    **SCALARS,
    **{f"Vector of {name}": Vector["n", sort] for name, sort in SCALARS.items()},
    **{f"Matrix of {name}": Matrix["n", "m", sort] for name, sort in SCALARS.items()},
    "Size": Size, "Index": Index["n"], "Vector": Vector["n"], "Matrix": Matrix["n", "m"], "square": Matrix["n", "n"],
    "Simplex": Simplex["n"], "OpenSimplex": OpenSimplex["n"], "Normalised": Normalised["n"],
    "Stationary": Stationary["n"], "Stationary of Positive": Stationary["n", Positive], "Functional": Functional["n"],
    "Independent": Independent["n"], "a matrix of Independent": Independent["n", "m"],
    "Independent of Positive": Independent["n", Positive], "Standardised": Standardised["n"], "Sample": Sample["n"],
    "Sample of Bit": Sample["n", Bit],
    **{f"Symmetric of {name}": Symmetric["n", sort] for name, sort in SCALARS.items()}, "Symmetric": Symmetric["n"],
    "OneHot": OneHot["n"], "OneHotRows": OneHotRows["n", "m"], "JointTable": JointTable["n", "m"],
    "a square JointTable": JointTable["n", "n"], "OpenJointTable": OpenJointTable["n", "m"],
    "Stochastic": Stochastic["n", "m"], "a square Stochastic": Stochastic["n", "n"],
    "OpenStochastic": OpenStochastic["n", "m"],
}  # fmt: skip


def variables_of(sort):
    sorts = {**dict.fromkeys(sort.dims, Size), "v": sort}
    return {name: Variable(name, s, None) for name, s in sorts.items()}


@pytest.mark.parametrize("name", SORTS)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 6), m=st.integers(1, 3))
def test_every_sample_lies_in_its_sort(name, seed, n, m):
    variables = variables_of(SORTS[name])
    sizes = {d: {"n": n, "m": m}.get(d, n) for d in sizes_of(variables)}
    point = sample_point(variables, sizes, random.Random(seed))
    shown = {k: plain_value(v) for k, v in point.items()}
    assert strangers(variables, shown) == []


@pytest.mark.parametrize(
    ("sort", "values"),
    [
        (Real, [1, "-7/3", 0]),
        (Positive, [1, "1/9"]),
        (Nonnegative, [0, 3]),
        (Unit, [0, 1, "1/2"]),
        (OpenUnit, ["1/2"]),
        (Bit, [0, 1]),
        (Sign, [-1, 1]),
        (Natural, [0, 7]),
        (Size, [1, 7]),
    ],
    ids=lambda v: getattr(v, "name", None),
)
def test_a_domain_has_these_and_lacks_their_neighbours(sort, values):
    candidates = [Fraction(x) for x in (-2, -1, "-7/3", "-1/9", 0, "1/9", "1/2", "8/9", 1, "3/2", 2, 7)]
    assert all(Fraction(v) in sort.domain for v in values)
    stated = {x for x in candidates if x in sort.domain}
    assert stated == {x for x in candidates if not strangers(variables_of(sort), {"v": plain_value(x)})}


@pytest.mark.parametrize("name", ["Unit", "Nonnegative", "Natural", "Simplex", "JointTable", "Stochastic"])
def test_the_ends_of_a_domain_are_drawn(name):
    drawn = [SORTS[name].sample(random.Random(seed), {"n": 3, "m": 3}) for seed in range(200)]
    numbers = {x for v in drawn for x in (v.values() if isinstance(v, dict) else [v])}
    assert 0 in numbers
    assert len(numbers) > 5


def test_ties_are_drawn():
    drawn = [list(Vector["n"].sample(random.Random(seed), {"n": 2}).values()) for seed in range(100)]
    assert 5 < sum(x == y for x, y in drawn) < 60


def test_every_one_hot_vector_is_drawn():
    drawn = [tuple(OneHot["n"].sample(random.Random(seed), {"n": 3}).values()) for seed in range(100)]
    assert set(drawn) == {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


def test_independent_variables_and_equal_rows_are_drawn_and_do_not_prevail():
    sizes = {"n": 2, "m": 3}
    tables = [JointTable["n", "m"].sample(random.Random(seed), sizes) for seed in range(200)]
    rows = [Stochastic["n", "m"].sample(random.Random(seed), sizes) for seed in range(200)]
    independent = sum(t[1, 1] * t[2, 2] == t[1, 2] * t[2, 1] and t[1, 1] * t[2, 3] == t[1, 3] * t[2, 1] for t in tables)
    alike = sum(all(w[1, j] == w[2, j] for j in (1, 2, 3)) for w in rows)
    assert 20 < independent < 120
    assert 20 < alike < 80


def test_symmetric_matrices_are_not_only_diagonal_and_have_ties():
    drawn = [Symmetric["n"].sample(random.Random(seed), {"n": 2}) for seed in range(100)]
    assert sum(a[1, 2] != 0 for a in drawn) > 80
    assert any(a[1, 1] == a[1, 2] for a in drawn)


def test_a_stationary_sequence_has_the_same_distribution_at_every_index_and_may_be_dependent():
    outcomes = [Stationary["t"].sample(random.Random(seed), {"t": 3}) for seed in range(50)]
    for drawn in outcomes:
        k = range(len(drawn.values))
        first = sorted(drawn.at(w, 1) for w in k)
        assert all(sorted(drawn.at(w, i) for w in k) == first for i in range(2, 6))
    assert any(drawn.stride for drawn in outcomes)
    assert any(not drawn.stride for drawn in outcomes)


@pytest.mark.parametrize(
    ("sort", "words"),
    [
        (Size, "v ≥ 1, a dimension"),
        (Index["n"], "v ∈ {1, …, n}, an index"),
        (Real, "v: a real number"),
        (Sign, "v: −1 or +1"),
        (OpenUnit, "v: a number strictly between 0 and 1"),
        (Vector["n"], "v: a vector of n real entries"),
        (Vector["n", Positive], "v: a vector of n real entries, each entry a positive number"),
        (Matrix["m", "d"], "v: a matrix of m × d real entries"),
        (Matrix["m", "d", Bit], "v: a matrix of m × d real entries, each entry 0 or 1"),
        (Simplex["n"], "v: a probability distribution on n points, zeros allowed"),
        (OpenSimplex["n"], "v: a probability distribution on n points, all positive"),
        (Normalised["n"], "v: n real weights that sum to 1"),
        (OneHot["k"], "v: a one-hot vector of k entries (one entry is 1, the others are 0)"),
        (
            OneHotRows["n", "k"],
            "v: a matrix of n × k entries, each row one-hot (one entry is 1, the others are 0)",
        ),
        (JointTable["m", "n"], "v: a joint probability distribution on m × n points, zeros allowed"),
        (OpenJointTable["m", "n"], "v: a joint probability distribution on m × n points, all positive"),
        (Stochastic["m", "n"], "v: a matrix of m × n entries, each row a probability distribution, zeros allowed"),
        (OpenStochastic["m", "n"], "v: a matrix of m × n entries, each row a probability distribution, all positive"),
        (Symmetric["n"], "v: a symmetric matrix of n × n real entries"),
        (Symmetric["n", Bit], "v: a symmetric matrix of n × n real entries, each entry 0 or 1"),
        (Functional["d"], "v: any real function of a vector of length d"),
        (
            Stationary["t"],
            "v₁, …, v_t: real random variables, dependent or not, with E[vᵢ] and E[vᵢ²] the same for all i",
        ),
    ],
    ids=lambda v: getattr(v, "name", None),
)
def test_words(sort, words):
    assert sort.words("v") == words


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda: Vector["n", "m"], "Vector takes 1 dimension name(s), such as Vector[\"n\"], not ['n', 'm']"),
        (lambda: Matrix["n"], 'Matrix takes 2 dimension name(s), such as Matrix["n", "m"], not [\'n\']'),
        (lambda: Real["n"], "Real takes 0 dimension name(s), none at all, not ['n']"),
        (
            lambda: Vector["n", Vector["m"]],
            "Vector takes 1 dimension name(s), such as Vector[\"n\"], not ['n', Vector]",
        ),
        (lambda: Simplex["n", Sign], "Simplex takes 1 dimension name(s), such as Simplex[\"n\"], not ['n', Sign]"),
        (
            lambda: JointTable["n"],
            'JointTable takes 2 dimension name(s), such as JointTable["n", "m"], not [\'n\']',
        ),
        (
            lambda: Stochastic["n", "m", Positive],
            "Stochastic takes 2 dimension name(s), such as Stochastic[\"n\", \"m\"], not ['n', 'm', Positive]",
        ),
        (lambda: Symmetric["n", "m"], "Symmetric takes 1 dimension name(s), such as Symmetric[\"n\"], not ['n', 'm']"),
        (lambda: Index["n", Real], "Index takes 1 dimension name(s), such as Index[\"n\"], not ['n', Real]"),
    ],
)
def test_a_sort_says_what_it_takes(misuse, message):
    with pytest.raises(LanguageError) as error:
        misuse()
    assert str(error.value) == message

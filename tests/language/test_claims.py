"""What a claim and a definition are after they are built: frozen records, made on first look."""

from __future__ import annotations

import dataclasses

import pytest
import registry
import sympy as sp
from trees import shadowed

from lemmata.spec.information import gibbs, log_bound
from lemmata.spec.language import (
    AtMost,
    Cite,
    Determines,
    Equals,
    Identical,
    Index,
    Lecture,
    Matrix,
    Natural,
    OpenSimplex,
    Positive,
    Real,
    SameMinimiser,
    Simplex,
    Size,
    Vector,
    at_least,
    at_most,
    case,
    claim,
    definition,
    gap,
    hypothesis,
    log,
    successor,
    total,
    using,
    vector,
)
from lemmata.spec.language.claims import GAP, REGISTRY, expand, unfold
from lemmata.spec.language.expressions import Array, Named, as_written, substitute
from lemmata.spec.language.printing import text
from lemmata.spec.logistic import logreg_grad, sigmoid
from lemmata.spec.softmax import jacobian, log_softmax, softmax

LECTURE = Lecture("notes", "Notes", "Nobody", "en")


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def test_nothing_is_built_before_somebody_looks():
    looked = []

    @claim
    def late(x=Real):
        """x = x."""
        looked.append(x)
        return Equals(x, x)

    assert not looked
    assert late.statement == Equals(sp.Symbol("x", real=True), sp.Symbol("x", real=True))
    assert late.statement is late.statement
    assert len(looked) == 1


def test_a_claim_has_a_title_a_note_an_id_and_a_place():
    @claim(cites=[Cite(LECTURE, "Section 1", "notes.one")])
    def named(x=Real):
        """The title, in one line.

        A note,
        in two.
        """
        return Equals(x, x)

    assert (named.title, named.note) == ("The title, in one line.", "A note,\nin two.")
    assert (named.id, named.topic) == ("test_claims.named", "test_claims")
    assert named.cites == (Cite(LECTURE, "Section 1", "notes.one"),)
    assert named.where.startswith(f"{__file__}:")
    assert REGISTRY[named.id] is named


def test_dimensions_that_nobody_declared_come_first():
    @claim
    def implicit(X=Matrix["m", "d"], w=Vector["d"], j=Index["d"]):
        """A statement."""
        return Equals(w[j], w[j])

    assert list(implicit.variables) == ["m", "d", "X", "w", "j"]
    assert [v.sort for v in implicit.variables.values()][:2] == [Size, Size]
    assert implicit.variables["X"].expr == Array("X", sp.Symbol("m", integer=True), sp.Symbol("d", integer=True))
    assert implicit.variables["d"].expr == implicit.variables["w"].expr.dims[0]


def test_a_declared_dimension_keeps_its_sort_and_its_place():
    @claim
    def declared(w=Vector["t"], t=Natural):
        """A statement."""
        return Equals(t, t)

    assert list(declared.variables) == ["w", "t"]
    assert declared.variables["t"].sort == Natural


def test_a_reading_inherits_sorts_and_may_add_variables():
    @claim
    def stated(x=Positive, a=Vector["n"]):
        """A statement."""
        return Equals(x, x)

    @stated.as_printed(LECTURE, "notes.one", section="Section 1", latex="x = x", wrong="It is not.")
    def printed(a, i=Index["n"]):
        """As printed."""
        return Equals(a[i], 0)

    (found,) = stated.printed
    assert found.reading is printed
    assert (found.lecture, found.section, found.statement, found.latex, found.wrong) == (
        LECTURE, "Section 1", "notes.one", "x = x", "It is not.",
    )  # fmt: skip
    assert list(printed.variables) == ["n", "a", "i"]
    assert printed.outer is stated
    assert printed.cites == (Cite(LECTURE, "Section 1", "notes.one"),)


def test_steps_are_data():
    @claim
    def stepped(t=Natural, x=Real):
        """A statement."""
        return Equals(t * x, x * t)

    @stepped.proof
    def by_hand(t, x):
        """By hand.

        And patience.
        """
        yield case("t = 0", t=0)
        yield "nothing", 0
        yield case("on", t=successor)
        yield "down", at_most(x, because=x**2)
        yield "up", at_least(x)
        yield "again", x, hypothesis(times=x)
        yield "by a lemma", x, using(jacobian)

    (proof,) = stepped.proofs
    assert (proof.name, proof.title) == ("by_hand", "By hand.")
    assert [s.reason for s in proof.steps] == ["t = 0", "nothing", "on", "down", "up", "again", "by a lemma"]
    assert [s.case for s in proof.steps] == [{"t": 0}, None, {"t": successor}, None, None, None, None]
    assert [s.relation for s in proof.steps if s.case is None] == ["=", "≤", "≥", "=", "="]
    assert proof.steps[3].because == sp.Symbol("x", real=True) ** 2
    assert proof.steps[5].using.lemma is None
    assert proof.steps[6].using.lemma is jacobian
    with pytest.raises(dataclasses.FrozenInstanceError):
        proof.steps[0].reason = "other"


def test_a_proof_may_return_a_list_and_is_titled_by_its_name():
    @claim
    def listed(x=Real):
        """A statement."""
        return Equals(x, x)

    @listed.proof
    def one_step_in_a_list(x):
        return [("the same", x)]

    assert [(p.name, p.title, len(p.steps)) for p in listed.proofs] == [("one_step_in_a_list", "one step in a list", 1)]


def test_a_definition_is_a_node_until_it_is_expanded():
    n, i = sp.symbols("n i", integer=True)
    a = Array("a", n)
    with as_written():
        call = log_softmax(a, i)
        assert isinstance(call, Named)
        assert (call.id, call.arguments) == ("softmax.log_softmax", (a, i))
        assert unfold(call) == log(softmax(a, i))
        assert not expand(call).has(Named)
        assert expand(call, frozenset({"softmax.log_softmax"})) == log(softmax(a, i))
        assert expand(call, frozenset({"softmax.softmax"})) == call


def test_a_definition_takes_over_the_dimensions_of_its_arguments():
    r, k, j = sp.symbols("r k j", integer=True)
    X, w, y = Array("X", r, k), Array("w", k), Array("y", r)
    with as_written():
        shown = text(unfold(logreg_grad(w, X, y, j)))
    assert shown == "1/r·Σᵢ (σ(Σ_l w_l·X_(il)) − yᵢ)·Xᵢⱼ"


def test_a_definition_at_another_expression_is_not_captured():
    n = sp.Symbol("n", integer=True)
    a = Array("a", n)
    with as_written():
        e = total(lambda k: softmax(vector(lambda l: a[l] * a[k], over=a), k), over=a)
        shown = text(expand(e))
    assert shown == "Σₖ exp(aₖ·aₖ)/Σ_l exp(a_l·aₖ)"


def test_an_index_inside_a_definition_is_not_shadowed_where_it_is_expanded():
    n = sp.Symbol("n", integer=True)
    a = Array("a", n)
    with as_written():
        e = expand(total(lambda k: a[k] * softmax(a, k), over=a))
    assert not shadowed(e)
    assert text(e) == "Σₖ aₖ·exp(aₖ)/Σ_l exp(a_l)"


def test_a_stable_formula_may_be_narrower_than_its_definition():
    @definition(notation="h({p})")
    def half(p=Simplex["n"], c=Real):
        """Half the first entry, and c."""
        return p[1] / 2 + c

    @half.stable
    def half_stable(p=OpenSimplex["n"], c=Positive):
        return p[1] / 2 + c

    assert set(half.stable_domains) == {"p", "c"}
    assert half.stable_domains["c"] == Positive.domain
    assert half.stable_body == half.body
    assert sigmoid.stable_domains == {}
    assert sigmoid.stable_body != sigmoid.body


def test_a_gap_is_right_minus_left():
    x = sp.Symbol("x", positive=True)
    n = sp.Symbol("n", integer=True)
    p, q = Array("p", n), Array("q", n)
    with as_written():
        made = gap(log_bound, x=2 * x)
        assert made.id == f"{GAP}information.log_bound"
        assert unfold(made) == (2 * x - 1) - log(2 * x)
        assert text(unfold(gap(gibbs, n=n, p=q, q=p))) == "Σₖ qₖ log qₖ − Σₖ qₖ log pₖ"


def test_numbers_become_expressions():
    @claim
    def zero(x=Real):
        """A statement."""
        return AtMost(-1, 0, equality=Equals(x, 3))

    s = zero.statement
    assert all(isinstance(e, sp.Integer) for e in (s.left, s.right, s.equality.right))


@pytest.mark.parametrize(
    "statement",
    [
        Equals(sp.Symbol("x"), sp.Symbol("y")),
        AtMost(sp.Symbol("x"), sp.Symbol("y"), equality=Identical(sp.Symbol("x"), sp.Symbol("y"))),
        AtMost(sp.Symbol("x"), sp.Symbol("y")),
        SameMinimiser(sp.Symbol("x"), sp.Symbol("y"), over=sp.Symbol("x")),
        Determines(Equals(sp.Symbol("x"), sp.Symbol("y")), sp.Symbol("x"), sp.Symbol("z"), (sp.Symbol("y"),)),
    ],
)
def test_a_statement_is_rebuilt_from_its_parts(statement):
    x, y, z = sp.symbols("x y z")
    assert statement.rebuild(lambda e: e) == statement
    moved = statement.rebuild(lambda e: substitute(e, {x: y, y: x}))
    assert moved.rebuild(lambda e: substitute(e, {x: y, y: x})) == statement
    assert moved != statement
    assert set(statement.expressions()) <= {x, y, z}


def test_statements_are_only_data():
    x = sp.Symbol("x", positive=True)
    assert Equals(x, x) == Equals(x, x)
    assert not isinstance(Equals(x, x), bool)
    assert AtMost(x, x + 1) != AtMost(x + 1, x)

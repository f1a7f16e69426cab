"""Routines: the table of the audit, what a variant says of its arguments and results, and how misuse is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from refusals import refusal
from registry import kept

from lemmata.checks.ball_arithmetic import Balls
from lemmata.checks.evaluate import Evaluation
from lemmata.spec.language import (
    AS_IS,
    BITS,
    Bit,
    Choice,
    Functional,
    Index,
    LanguageError,
    Matrix,
    Nonnegative,
    Real,
    Sign,
    Simplex,
    Vector,
    definition,
    exp,
    per,
    routine,
    total,
    vector,
)
from lemmata.spec.language.codings import Coding
from lemmata.spec.language.routines import NAMES, ROUTINES, Routine, find

# What the design promises: arguments in order, with those that a convention or a caller adds in brackets; conventions.
TABLE = {
    "softmax": ("x", "axis=-1"),
    "log_softmax": ("x", "axis=-1"),
    "logsumexp": ("x", "axis=-1,none"),
    "logaddexp": ("a b", ""),
    **dict.fromkeys("sigmoid log_sigmoid softplus tanh relu".split(), ("x", "")),
    "relu_grad": ("x dout", ""),
    "logistic_loss": ("f y", "labels=pm1,01 reduction=mean,sum,none"),
    "bce_probs": ("p y", "reduction=mean,sum,none"),
    "bce_logits": ("z y", "reduction=mean,sum,none"),
    **dict.fromkeys(["cross_entropy", "ce_grad"], ("logits y", "labels=index,onehot reduction=mean,sum,none")),
    "entropy": ("p", "base=e,2"),
    "kl": ("p q", "base=e,2"),
    "kl_logq": ("logq p", ""),
    "js": ("p q", "output=divergence,distance base=e,2 normalise=False,True"),
    "mutual_information": ("P", "base=e,2"),
    "mse": ("pred target", "reduction=mean,sum,none"),
    "hinge": ("s y", "labels=pm1,01,args reduction=mean,sum,none"),
    **dict.fromkeys(["l2_penalty", "l2_penalty_grad"], ("w lam", "factor=1/2")),
    **dict.fromkeys(["l1_penalty", "l1_penalty_grad"], ("w lam", "")),
    "softmax_jacobian": ("x", ""),
    "logreg_grad": ("w X y", "labels=01,pm1"),
    "softmax_reg_grad": ("W X Y", ""),
    **dict.fromkeys(["batchnorm", "layernorm"], ("X gamma beta eps", "")),
    "attention": ("Q K V", "empty_rows=excluded,zero"),
    "gaussian_attention": ("x_query x_key y_key", ""),
    "corr2d": ("X K padding stride", ""),
    "sgd": ("w g lr wd", ""),
    "momentum": ("w g v lr beta", "form=torch,lecture"),
    "nesterov": ("w g v lr beta", ""),
    "sgd_momentum_wd": ("w g v lr beta wd", ""),
    "adagrad": ("w g s lr eps", "eps_placement=inside,outside"),
    "rmsprop": ("w g r lr gamma eps", "eps_placement=inside,outside"),
    "adam": ("w g m v t lr b1 b2 eps", "eps_placement=inside,outside weight_decay=none,decoupled"),
    "cosine_lr": ("step total lr_max lr_min", ""),
    "warmup_cosine_lr": ("step base_lr warmup total min_lr", ""),
    "perplexity": ("sequence", "input=probs,log_probs,nll"),
    "laplace_smoothing": ("counts alpha", ""),
}


def test_the_table_is_all():
    assert set(TABLE) == set(NAMES)
    assert len(NAMES) == len({*NAMES}) == len(TABLE)
    assert find("kl").name == "kl"
    assert set(NAMES) <= set(ROUTINES)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_and_conventions_are_those_of_the_design(name):
    arguments, conventions = TABLE[name]
    found = find(name)
    assert [p.name for p in found.variant().parameters] == arguments.split()
    said = [f"{n}={','.join(map(str, c.values))}" for n, c in found.choices.items()]
    assert said == conventions.split()


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_says_what_it_is(name):
    found = find(name).variant()
    assert found.title.endswith(".")
    assert found.latex
    assert found.outputs
    for out in found.outputs:
        assert len(out.indices) == len(out.sizes)
    assert find(name).variant() is found
    if found.maps == "elements":
        assert all(p.sort.rank == 0 for p in found.parameters)
    if found.maps == "rows":
        assert all(p.sort.rank == 1 for p in found.parameters)


def test_an_argument_is_there_with_its_convention_alone():
    adam = find("adam")
    assert "wd" not in [p.name for p in adam.variant().parameters]
    decoupled = adam.variant(weight_decay="decoupled")
    assert [p.name for p in decoupled.parameters][-2:] == ["eps", "wd"]
    assert [len(v.outputs) for v in (adam.variant(), decoupled)] == [3, 3]
    assert adam.variant().several


def test_an_optional_argument_is_there_when_asked_for():
    plain = find("attention").variant(empty_rows="zero")
    masked = plain.with_optional(["mask"])
    assert [p.name for p in masked.parameters] == ["Q", "K", "V", "mask"]
    assert masked.parameters[-1].coding is Coding.TRUTH
    assert masked.parameters[-1].optional
    assert masked.conventions == plain.conventions
    assert masked.with_optional([]) is plain
    with pytest.raises(LanguageError, match=r"^msk is no optional argument of attention; did you mean mask\?$"):
        plain.with_optional(["msk"])


@pytest.mark.parametrize(
    "name, conventions, argument, coding",
    [
        ("logistic_loss", {}, "y", "AS_IS"),
        ("logistic_loss", {"labels": "01"}, "y", "BITS"),
        ("hinge", {"labels": "args"}, "y", "TWO_VALUES"),
        ("logreg_grad", {}, "y", "AS_IS"),
        ("logreg_grad", {"labels": "pm1"}, "y", "SIGNS"),
        ("cross_entropy", {}, "y", "POSITIONS"),
        ("cross_entropy", {"labels": "onehot"}, "y", "AS_IS"),
        ("softmax_reg_grad", {}, "Y", "AS_IS"),
    ],
)
def test_labels_are_coded_by_convention(name, conventions, argument, coding):
    found = {p.name: p.coding.name for p in find(name).variant(**conventions).parameters}
    assert found[argument] == coding


@pytest.mark.parametrize(
    "name, argument, conventions, sort",
    [
        ("perplexity", "sequence", {"input": "probs"}, {"low": 0, "high": 1, "open_low": True}),
        ("perplexity", "sequence", {"input": "log_probs"}, {"low": None, "high": 0}),
        ("perplexity", "sequence", {"input": "nll"}, {"low": 0, "high": None}),
        ("js", "p", {}, {"sums": (0,)}),
        ("js", "p", {"normalise": True}, {"sums": (), "low": 0}),
        ("logsumexp", "x", {}, {"minus_infinity": True, "low": None}),
        ("softmax", "x", {}, {"minus_infinity": False}),
        ("adam", "t", {}, {"integer": True, "low": 1}),
        ("adam", "v", {}, {"low": 0, "high": None}),
        ("adam", "b1", {}, {"low": 0, "open_low": False, "high": 1, "open_high": True}),
        ("corr2d", "padding", {}, {"integer": True, "low": 0}),
        ("corr2d", "stride", {}, {"integer": True, "low": 1}),
    ],
)
def test_sorts_say_the_domain(name, argument, conventions, sort):
    (found,) = [p for p in find(name).variant(**conventions).parameters if p.name == argument]
    said = found.sort.description()
    assert {k: said[k] for k in sort} == sort


def test_infinity_belongs_to_some_domains_alone():
    (x,), (y,) = (find(name).variant().parameters for name in ("logsumexp", "softmax"))
    assert -float("inf") in x.sort.domain
    assert -float("inf") not in y.sort.domain


@pytest.mark.parametrize(
    "name, integers, admitted",
    [
        ("warmup_cosine_lr", {"warmup": 3, "total": 3, "step": 9}, True),
        ("warmup_cosine_lr", {"warmup": 4, "total": 3, "step": 0}, False),
        ("corr2d", {"H": 1, "W": 1, "h": 3, "w": 3, "padding": 1, "stride": 2}, True),
        ("corr2d", {"H": 1, "W": 1, "h": 3, "w": 4, "padding": 1, "stride": 2}, False),
        ("corr2d", {"padding": 1, "stride": 2}, True),
        ("cosine_lr", {"step": 5, "total": 1}, True),
    ],
)
def test_integers_that_may_stand_together(name, integers, admitted):
    assert find(name).variant().admits(integers) is admitted


@pytest.mark.parametrize(
    "name, given, value",
    [
        ("kl", {"base": "2"}, 2),
        ("kl", {"base": "e"}, "e"),
        ("js", {"normalise": "true"}, True),
        ("js", {"normalise": False}, False),
        ("softmax", {"axis": "0"}, 0),
        ("softmax", {"axis": -2}, -2),
        ("logsumexp", {"axis": None}, "none"),
        ("logistic_loss", {"labels": 1}, None),
        ("l2_penalty", {"factor": "0.5"}, Fraction(1, 2)),
        ("l2_penalty", {"factor": 0.1}, Fraction(1, 10)),
        ("l2_penalty", {"factor": 1}, Fraction(1)),
    ],
)
def test_values_of_conventions_are_read(name, given, value):
    ((convention, text),) = given.items()
    if value is None:
        with pytest.raises(LanguageError, match=f"^{convention} of {name} cannot be {text}"):
            find(name).variant(**given)
        return
    found = find(name).variant(**given)
    assert found.conventions[convention] == value
    assert type(found.conventions[convention]) is type(value)
    assert find(name).variant(**{convention: value}) is found


@pytest.mark.parametrize(
    "look, sentence",
    [
        (lambda: find("softmx"), r"^there is no definition softmx; did you mean softmax( or .*)?\?$"),
        (lambda: find("gibberish of no kind"), r"^there is no definition gibberish of no kind$"),
        (lambda: find("mse").variant(reducton="sum"), r"^mse has no convention reducton; did you mean reduction\?$"),
        (lambda: find("tanh").variant(axis=0), r"^tanh has no convention axis; it has none$"),
        (lambda: find("mse").variant(base=2), r"^mse has no convention base; it has reduction$"),
        (lambda: find("mse").variant(reduction="men"), r"^reduction of mse cannot be men; did you mean mean\?$"),
        (lambda: find("kl").variant(base=10), r"^base of kl cannot be 10; the values are e, 2$"),
        (
            lambda: find("softmax").variant(axis="rows"),
            r"^axis of softmax cannot be rows; the values are -1 or a whole number$",
        ),
        (
            lambda: find("l2_penalty").variant(factor="1/0"),
            r"^factor of l2_penalty cannot be 1/0; the values are 0.5 or a number$",
        ),
        (lambda: Choice(), r"^a convention has a default"),
        (lambda: Choice("a"), r"^Choice\('a'\) leaves no choice"),
        (lambda: Choice("a", "A"), r"differ, and these do not: a, A$"),
        (lambda: Choice(0.5, other=float), r"other=int or other=Fraction$"),
        (lambda: Sign.coded(a={}, b={}), r"^an argument is coded by one convention, not by a and b$"),
        (lambda: Real.only(), r"^only\(…\) takes one convention and its value"),
    ],
)
def test_refused(look, sentence):
    with pytest.raises(LanguageError, match=sentence):
        look()


def made(function: Any, **more: Any) -> Routine:
    function.__doc__ = "A formula of the tests."
    return Routine(function, "sample", **more)


REFUSED = {
    "no sort": (lambda x: x, "parameter x of sample needs a sort"),
    "no dimension": (lambda x=Vector: x[1], 'parameter x of sample needs its dimension, such as Vector["n"]'),
    "an index without its dimension": (lambda i=Index: i, "parameter i of sample needs its dimension"),
    "a function": (lambda f=Functional["n"]: f, "which no code can be called with"),
    "a coding by no convention": (lambda y=Sign.coded(labls={}), labels=Choice(1, 2): y, "did you mean labels?"),
    "a coding for some values": (
        lambda y=Sign.coded(labels={"pm1": AS_IS}), labels=Choice("pm1", "01"): y,
        "must say what it is for every value of labels: pm1, 01",
    ),
    "a sort by no convention": (lambda x=per("input", a=Real, b=Real): x, "depends on input, which is no convention"),
    "a sort for other values": (lambda x=per("c", a=Real), c=Choice("a", "b"): x, "for every value of c: a, b"),
    "no sort by a value": (lambda x=per("c", a=Real, b=3), c=Choice("a", "b"): x, "needs a sort, not 3"),
    "only with no value": (lambda x=Real.only(c="z"), c=Choice("a", "b"): x, "only with c=z, but the values are a, b"),
}  # fmt: skip


@pytest.mark.parametrize("function, sentence", REFUSED.values(), ids=REFUSED)
def test_parameters_that_make_no_sense_are_refused(function, sentence):
    assert sentence in refusal(lambda: made(function), function)


BODIES = {
    "an array": (lambda x=Vector["n"]: x, "is the array x itself"),
    "no expression": (lambda x=Real: "x", "is not an expression of the language"),
    "out of range": (lambda x=Vector["n"]: vector(lambda i: x[i + 1], over=x), "x"),
    "without end": (lambda x=Real: vector(lambda i: x * i, over=(0, 3)), "has entries 1, …, n, and no other ones"),
}


@pytest.mark.parametrize("function, sentence", BODIES.values(), ids=BODIES)
def test_bodies_that_make_no_sense_are_refused(function, sentence):
    assert sentence in refusal(lambda: made(function).variant().outputs, function)


def test_a_stable_formula_has_the_same_shape():
    sample = made(lambda x=Vector["n"]: total(lambda i: x[i], over=x))
    sample.stable(lambda x: vector(lambda i: x[i], over=x))
    with pytest.raises(LanguageError, match=r"the stable formula of sample gives another shape$"):
        _ = sample.variant().outputs
    with pytest.raises(LanguageError, match=r"z is not a parameter of sample$"):
        sample.stable(lambda z: z)


def test_a_routine_maps_in_one_of_two_ways():
    with pytest.raises(LanguageError, match=r"^.*maps is \"elements\" or \"rows\", not 'columns'$"):
        made(lambda x=Real: x, maps="columns")


def test_names_are_unique():
    def taken(x=Real):
        """A number."""
        return x

    def other(x=Real):
        """Another number."""
        return 2 * x

    other.__name__ = taken.__name__
    first = routine(taken)
    try:
        with pytest.raises(LanguageError, match=r"the name test_routines.taken is taken by .*; names are unique$"):
            routine(other)
        assert find("test_routines.taken") is first
    finally:
        del ROUTINES["test_routines.taken"]


def test_axes_of_a_result():
    """Index parameters first, then those of vectors; the two formulas share their indices."""
    sample = made(lambda X=Matrix["n", "m"], i=Index["n"]: vector(lambda j: X[i, j], over=X.dims[1]))
    (out,) = sample.variant().outputs
    assert [b.name for b in out.indices] == ["i", "j"]
    assert [str(s) for s in out.sizes] == ["n", "m"]
    env = {"n": 1, "m": 2, "X": {(1, 1): Fraction(5), (1, 2): Fraction(7)}}
    run = Evaluation(env, Balls())
    assert run.value(out.literal, dict(zip(out.indices, (1, 2), strict=True))) == 7


def test_a_definition_is_a_routine():
    with kept():

        @definition(notation="s({x})")
        def slope(x=Real, a=Nonnegative):
            """A steep sigmoid."""
            return 1 / (1 + exp(-a * x))

        @definition(notation="m({p})")
        def mixed(p=Simplex["k"], t=Bit, i=Index["k"]):
            """A choice."""
            return p[i] * t

        found = find("test_routines.slope")
        assert found is find("test_routines.slope")
        assert found.variant().maps == "elements"
        (out,) = found.variant().outputs
        assert 2 * Evaluation({"x": Fraction(0), "a": Fraction(1)}, Balls(), stable=True).value(out.stable) == 1
        other = find("test_routines.mixed").variant()
        assert other.maps == ""
        assert [p.name for p in other.parameters] == ["p", "t"]
        assert [len(o.indices) for o in other.outputs] == [1]
        with pytest.raises(LanguageError, match=r"did you mean test_routines.slope"):
            find("test_routines.slpe")
    with pytest.raises(LanguageError):
        find("test_routines.slope")


def test_a_definition_of_the_catalogue_keeps_its_stable_formula():
    (out,) = find("softmax.logsumexp").variant().outputs
    assert out.stable != out.literal


def test_codings_explain_themselves():
    assert all(c.value for c in Coding)
    assert BITS is Coding.BITS

"""Every misuse of the language ends in one sentence that names the file and the line, and says what to do."""

from __future__ import annotations

import re

import pytest
import registry
import sympy
from lemmata.spec.information import log_bound
from lemmata.spec.language import (
    Abs,
    AtMost,
    D,
    Determines,
    E,
    Equals,
    Functional,
    Identical,
    Index,
    LanguageError,
    Less,
    Matrix,
    Real,
    SameMinimiser,
    Size,
    Vector,
    at_most,
    by_value,
    case,
    claim,
    definition,
    delta,
    exp,
    expm1,
    gap,
    hypothesis,
    largest,
    log,
    log1p,
    maximum,
    minimum,
    moment_of,
    product,
    recurrence,
    signum,
    sqrt,
    successor,
    tanh,
    total,
    using,
    vector,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.logistic import sigmoid
from lemmata.spec.softmax import jacobian, softmax


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def refusal(look, where) -> str:
    """The sentence of the one LanguageError, which must name this file and the line of the function."""
    with pytest.raises(LanguageError) as error:
        look()
    place, _, sentence = str(error.value).partition(": ")
    assert place == f"{__file__}:{where.__code__.co_firstlineno}"
    assert sentence
    assert not re.search(r"\n|<function|0x", sentence)
    return sentence


A_NUMBER = "is a vector or matrix where a number is wanted; use its entries"
HERE = "in test_misuse.sample"
STATEMENTS = {
    # --- variables and sorts
    "a symbol that is nobody's": (
        lambda x=Real: Equals(x, sympy.Symbol("q")),
        "q is not a variable of test_misuse.sample; declare it as a parameter with a sort",
    ),
    "a parameter without a sort": (
        lambda x: Equals(x, 1),
        'parameter x of test_misuse.sample needs a sort, such as x=Vector["n"]',
    ),
    "a default value that is no sort": (
        lambda x=5: Equals(x, 1),
        'parameter x of test_misuse.sample needs a sort, such as x=Vector["n"]',
    ),
    "a sort without its dimension": (
        lambda a=Vector: Equals(1, 1),
        'parameter a of test_misuse.sample: Vector needs its dimension, such as Vector["n"]',
    ),
    "a dimension that is a real number": (
        lambda n=Real, a=Vector["n"]: Equals(1, 1),
        "n is a dimension of a but not of sort Size",
    ),
    "a dimension that is a vector": (
        lambda n=Vector["m"], a=Vector["n"]: Equals(1, 1),
        "n is a dimension of a but not of sort Size",
    ),
    # --- definitions and functionals
    "too few arguments": (
        lambda a=Vector["n"]: Equals(softmax(a), 1),
        "softmax.softmax takes (a, i), but 1 argument(s) were given",
    ),
    "a vector for a number": (
        lambda a=Vector["n"]: Equals(sigmoid(a), 1),
        "logistic.sigmoid needs x: a real number, not a",
    ),
    "a made vector for a number": (
        lambda a=Vector["n"]: Equals(sigmoid(vector(lambda k: a[k], over=a)), 1),
        "logistic.sigmoid needs x: a real number, not vector(…)",
    ),
    "a number for a vector": (
        lambda x=Real, i=Index["n"]: Equals(softmax(x, i), 1),
        "softmax.softmax needs a: a vector of n real entries, not x",
    ),
    "a matrix for a vector": (
        lambda X=Matrix["n", "m"], i=Index["n"]: Equals(softmax(X, i), 1),
        "softmax.softmax needs a: a vector of n real entries, not X",
    ),
    "a function of a vector at a number": (
        lambda ell=Functional["d"]: Equals(ell(1), 1),
        "ell is a function of a vector of length d, not of 1",
    ),
    "a function of a vector at a longer one": (
        lambda ell=Functional["d"], b=Vector["m"]: Equals(ell(b), 1),
        "ell is a function of a vector of length d, not of Array(b, m)",
    ),
    # --- vectors where numbers are wanted
    "the exponential of a vector": (lambda a=Vector["n"]: Equals(exp(a), 1), f"a {A_NUMBER}, a[…], {HERE}"),
    "a vector plus a number": (lambda a=Vector["n"]: Equals(a + 1, 1), f"a {A_NUMBER}, a[…], {HERE}"),
    "equality of vectors": (lambda a=Vector["n"]: Equals(a, a), f"a {A_NUMBER}, a[…], {HERE}"),
    "a sum of whole vectors": (
        lambda a=Vector["n"]: Equals(total(lambda k: a, over=a), 1),
        f"a {A_NUMBER}, a[…], {HERE}",
    ),
    "a vector below a number": (
        lambda a=Vector["n"]: AtMost(a, 1, equality=Identical(a, a)),
        f"a {A_NUMBER}, a[…], {HERE}",
    ),
    "the sum of Python": (
        lambda a=Vector["n"]: Equals(sum(a), 1),
        "test_misuse.sample cannot be built: TypeError: Array is not a sequence; use total(lambda k: …, over=…)",
    ),
    # --- indices and ranges
    "an index over another length": (
        lambda a=Vector["n"], i=Index["m"]: Equals(a[i], 1),
        f"the index i of a runs from 1 to m, but a has length n, {HERE}",
    ),
    "a sum over another length": (
        lambda a=Vector["n"], b=Vector["m"]: Equals(total(lambda k: a[k], over=b), 1),
        f"the index k of a runs from 1 to m, but a has length n, {HERE}",
    ),
    "a sum from 0": (
        lambda a=Vector["n"]: Equals(total(lambda k: a[k], over=(0, a.dims[0])), 1),
        f"the index k of a runs from 0 to n, but a has length n, {HERE}",
    ),
    "a definition at an index over another length": (
        lambda a=Vector["n"], i=Index["m"]: Equals(softmax(a, i), 1),
        f"the index i of a runs from 1 to m, but a has length n, {HERE}",
    ),
    "index 0": (lambda a=Vector["n"]: Equals(a[0], 1), f"a[0]: indices start at 1, {HERE}"),
    "a negative index": (lambda a=Vector["n"]: Equals(a[-1], 1), f"a[-1]: indices start at 1, {HERE}"),
    "a real index": (
        lambda a=Vector["n"], x=Real: Equals(a[x], 1),
        f"x is used as an index or a limit of a sum, but need not be a whole number, {HERE}",
    ),
    "a real number of terms": (
        lambda x=Real: Equals(total(lambda k: k, over=x), 1),
        f"x is used as an index or a limit of a sum, but need not be a whole number, {HERE}",
    ),
    "two indices for one": (lambda a=Vector["n"], i=Index["n"]: Equals(a[i, i], 1), "a has 1 indices, not 2"),
    "one index for two": (lambda X=Matrix["n", "n"], i=Index["n"]: Equals(X[i], 1), "X has 2 indices, not 1"),
    # --- what is no statement
    "SymPy's Eq": (
        lambda x=Real: sympy.Eq(x, x),
        "a claim must return a statement such as Equals(left, right), not Equality",
    ),
    "Python's ==": (
        lambda x=Real: x == x,
        "a claim must return a statement such as Equals(left, right), not bool",
    ),
    "an expression": (
        lambda x=Real: x + 1,
        "a claim must return a statement such as Equals(left, right), not Add",
    ),
    "nothing": (lambda: None, "a claim must return a statement such as Equals(left, right), not NoneType"),
    "the kind and not a statement": (
        lambda x=Real: Equals,
        "a claim must return a statement such as Equals(left, right), not type",
    ),
    "a relation inside a relation": (
        lambda x=Real: Equals(sympy.Eq(x, 1), 1),
        "Eq(x, 1) is a Equality, not an expression; use our own relations",
    ),
    "a statement inside a statement": (
        lambda x=Real: Equals(Equals(x, 1), 1),
        "Equals takes expressions, not Equals",
    ),
    "half a statement": (lambda x=Real: Equals(x, None), "Equals takes expressions, not NoneType"),
    "a list": (lambda x=Real: Equals(x, [1]), "[1] is not an expression of the language"),
    "a truth value": (
        lambda x=Real: Equals(x, True),
        "True is a BooleanTrue, not an expression; use our own relations",
    ),
    "an equality case that is an expression": (
        lambda x=Real: AtMost(x, x, equality=x),
        "the equality case of AtMost is Equals(…) or Identical(…), not Symbol",
    ),
    "an equality case by ==": (
        lambda x=Real: AtMost(x, x, equality=x == 1),
        "the equality case of AtMost is Equals(…) or Identical(…), not bool",
    ),
    "an equality case that is an inequality": (
        lambda x=Real: AtMost(x, x, equality=Less(x, 1)),
        "the equality case of AtMost is Equals(…) or Identical(…), not Less",
    ),
    "minimisers over a number": (
        lambda x=Real: SameMinimiser(x, x, over=x),
        "SameMinimiser is over a vector, not Symbol",
    ),
    "an unknown that is a number": (
        lambda x=Real: Determines(Equals(x, 1), 2, x, (x,)),
        "the unknown of Determines is a variable, not int",
    ),
    "an equation that is none": (
        lambda x=Real: Determines(AtMost(x, 1), x, 1, ()),
        "the equation of Determines is Equals(…), not AtMost",
    ),
    "for all, without a tuple": (
        lambda x=Real, w=Vector["d"]: Determines(Equals(x, 1), x, 1, w),
        "for_all of Determines is a tuple of variables, such as (w, j)",
    ),
    "a value that depends on what it holds for": (
        lambda tau=Real, x=Real: Determines(Equals(tau * x, x * x), tau, x, (x,)),
        "the value of tau may not depend on what it must hold for",
    ),
    # --- foreign words
    "a float": (
        lambda x=Real: Equals(0.5 * x, x / 2),
        f"0.5 is a float, and claims are exact; write x / 2 for 0.5 * x, {HERE}",
    ),
    "one half as Python sees it": (
        lambda x=Real: Equals(1 / 2 * x, x / 2),
        f"0.5 is a float, and claims are exact; write x / 2 for 0.5 * x, {HERE}",
    ),
    "not a number": (lambda x=Real: Equals(x, sympy.nan), f"NaN is no word of the language of claims, {HERE}"),
    "the imaginary unit": (
        lambda x=Real: Equals(x * sympy.I, 1),
        f"ImaginaryUnit is no word of the language of claims, {HERE}",
    ),
    "SymPy's Sum": (
        lambda x=Real, n=Size: Equals(sympy.Sum(x, (sympy.Symbol("k"), 1, n)), n * x),
        f"Sum is no word of the language of claims, {HERE}",
    ),
    "SymPy's Piecewise": (
        lambda x=Real: Equals(sympy.Piecewise((x, x > 0), (0, True)), x),
        f"Piecewise is no word of the language of claims, {HERE}",
    ),
    "SymPy's sine": (lambda x=Real: Equals(sympy.sin(x), x), f"sin is no word of the language of claims, {HERE}"),
    # --- derivatives
    "a derivative by a number": (
        lambda x=Real: Equals(D(x, 2), 1),
        "cannot differentiate with respect to 2; use a variable or an entry such as a[j]",
    ),
    "a derivative by an expression": (
        lambda x=Real: Equals(D(x, x**2), 1),
        "cannot differentiate with respect to x**2; use a variable or an entry such as a[j]",
    ),
    "a derivative by a dimension": (
        lambda n=Size: Equals(D(n**2, n), 2 * n),
        f"n is no real variable that one could differentiate by, {HERE}",
    ),
    "a derivative by an index": (
        lambda i=Index["n"]: Equals(D(i**2, i), 2 * i),
        f"i is no real variable that one could differentiate by, {HERE}",
    ),
    # --- sums and their like
    "a sum over a matrix": (
        lambda X=Matrix["n", "m"]: Equals(total(lambda k: k, over=X), 1),
        "sum over X needs one of its sizes: over=m or over=d",
    ),
    "a sum over text": (
        lambda n=Size: Equals(total(lambda k: k, over="n"), 1),
        "cannot sum over 'n'; give a vector, a size, or (low, high)",
    ),
    "a sum of nothing": (
        lambda n=Size: Equals(total(lambda k: None, over=n), 1),
        "None is not an expression of the language",
    ),
    "moments of a number": (
        lambda x=Real: Equals(moment_of(x), 1),
        f"x has no moments; moment_of takes a random array, such as one of sort Independent, {HERE}",
    ),
    # --- Python
    "a name that Python does not know": (
        lambda x=Real: Equals(x, unheard_of),  # noqa: F821
        "test_misuse.sample cannot be built: NameError: name 'unheard_of' is not defined",
    ),
    "a choice by if": (
        lambda x=Real: Equals(1 if x > 0 else 2, 1),
        "test_misuse.sample cannot be built: TypeError: cannot determine truth value of Relational: x > 0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("misuse", STATEMENTS)
def test_a_statement_that_is_none(misuse):
    function, message = STATEMENTS[misuse]
    made = registry.claim_of(function)
    assert refusal(lambda: made.statement, function) == message


@pytest.mark.parametrize(
    "function",
    [
        lambda a=Vector["n"]: Equals(total(a[1], over=a), 1),
        lambda n=Size: Equals(total(lambda: 1, over=n), 1),
        lambda n=Size: Equals(total(lambda k, l: 1, over=n), 1),
        lambda n=Size: Equals(recurrence(0, lambda m: m, upto=n), 1),
        lambda n=Size: Equals(recurrence(0, 1, upto=n), 1),
        lambda n=Size: Equals(total(lambda k: k, over=(n,)), 1),
        lambda x=Real: Equals(by_value(x, [1, 2]), 1),
        lambda x=Real, i=Index["n"]: Equals(x[i], 1),
    ],
)
def test_a_sum_that_is_none(function):
    made = registry.claim_of(function)
    assert refusal(lambda: made.statement, function).startswith("test_misuse.sample cannot be built: ")


PROOFS = {
    "no steps": (lambda x: None, "the proof <lambda> of test_misuse.sample must yield its steps"),
    "an empty generator": (lambda x: iter(()), "the proof <lambda> of test_misuse.sample must yield its steps"),
    "an expression without a reason": (
        lambda x: iter([x]),
        'a step is ("reason", expression), ("reason", at_most(expression, because=…)) or case("…")',
    ),
    "reason and expression exchanged": (
        lambda x: iter([(x, "reason")]),
        'a step is ("reason", expression), ("reason", at_most(expression, because=…)) or case("…")',
    ),
    "a lemma by its name": (
        lambda x: iter([("a", x, "softmax.jacobian")]),
        'a step is ("reason", expression), ("reason", at_most(expression, because=…)) or case("…")',
    ),
    "text for an expression": (lambda x: iter([("a", "x")]), "'x' is not an expression of the language"),
    "text for a certificate": (
        lambda x: iter([("a", at_most(x, because="x"))]),
        "'x' is not an expression of the language",
    ),
    "a statement for an expression": (
        lambda x: iter([("a", Equals(x, x))]),
        "Equals(left=x, right=x) is not an expression of the language",
    ),
    "a vector": (lambda a: iter([("a", a)]), f'"a": a {A_NUMBER}, a[…], {HERE}'),
    "a symbol that is nobody's": (
        lambda x: iter([("a", sympy.Symbol("q"))]),
        '"a": q is not a variable of test_misuse.sample; declare it as a parameter with a sort',
    ),
    "a float": (
        lambda x: iter([("a", 0.5)]),
        f'"a": 0.5 is a float, and claims are exact; write x / 2 for 0.5 * x, {HERE}',
    ),
    "a parameter that the claim lacks": (lambda q: iter([("a", q)]), "q is not a variable of test_misuse.sample"),
    "using a definition": (lambda x: iter([("a", x, using(softmax))]), "using(…) takes a claim, not Definition"),
    "a hypothesis without induction": (
        lambda x: iter([("a", x + 1, hypothesis())]),
        '"a": hypothesis() belongs into a case with t=successor',
    ),
    "a hypothesis in the base case": (
        lambda t: iter([case("t = 0", t=0), ("a", t + 1, hypothesis())]),
        '"a": hypothesis() belongs into a case with t=successor',
    ),
    "a case of no variable": (
        lambda x: iter([case("a", q=1), ("a", x)]),
        "case(…, q=1): q is not a variable of test_misuse.sample",
    ),
    "a case of a vector": (
        lambda a: iter([case("a", a=0), ("a", 1)]),
        "case(…, a=0): cases are on numbers, and a is none",
    ),
    "a case at a half": (
        lambda x: iter([case("a", x=0.5), ("a", x)]),
        "case(…, x=0.5): a case of x is a whole number or a sort such as Positive",
    ),
    "a step from real to real": (
        lambda x: iter([case("a", x=successor), ("a", x)]),
        "case(…, x=successor): a case of x is a whole number or a sort such as Positive",
    ),
    "the gap of an equation": (
        lambda x: iter([("a", at_most(x, because=gap(jacobian, n=1, a=x, i=1, j=1)))]),
        "gap(softmax.jacobian) needs an inequality and values for n, a, i, j",
    ),
    "the gap of a definition": (
        lambda x: iter([("a", at_most(x, because=gap(sigmoid, x=x)))]),
        "gap(logistic.sigmoid) needs an inequality and values for x",
    ),
    "a gap without its values": (
        lambda x: iter([("a", at_most(x, because=gap(log_bound)))]),
        "gap(information.log_bound) needs an inequality and values for x",
    ),
    "a gap at a vector": (
        lambda a: iter([("a", at_most(1, because=gap(log_bound, x=a)))]),
        "information.log_bound needs x: a positive number, not a",
    ),
}


@pytest.mark.parametrize("misuse", PROOFS)
def test_a_proof_that_is_none(misuse):
    function, message = PROOFS[misuse]
    made = registry.claim_of(lambda x=Real, t=Size, a=Vector["n"]: Equals(x, x), function)
    assert refusal(lambda: made.proofs, function) == message


def test_an_exception_in_a_claim_names_the_line_on_which_it_arose():
    def sample(x=Real):
        """A statement."""
        half = 1 / 0  # this line
        return Equals(x, half)

    made = claim(sample)
    with pytest.raises(LanguageError) as error:
        _ = made.statement
    assert error.value.where == f"{__file__}:{sample.__code__.co_firstlineno + 2}"
    assert error.value.bare == "test_misuse.sample cannot be built: ZeroDivisionError: division by zero"


def test_a_misuse_inside_a_claim_names_the_line_on_which_it_stands():
    def sample(a=Vector["n"]):
        """A statement."""
        left = sigmoid(a)  # this line
        return Equals(left, 1)

    made = claim(sample)
    with pytest.raises(LanguageError) as error:
        _ = made.statement
    assert error.value.where == f"{__file__}:{sample.__code__.co_firstlineno + 2}"


def test_an_exception_in_a_proof_names_the_line_on_which_it_arose():
    def proof(x):
        yield "first", x
        yield "second", x / missing  # noqa: F821

    made = registry.claim_of(lambda x=Real: Equals(x, x), proof)
    with pytest.raises(LanguageError) as error:
        _ = made.proofs
    assert error.value.where == f"{__file__}:{proof.__code__.co_firstlineno + 2}"


def test_a_claim_that_ends_the_program_does_not():
    made = registry.claim_of(lambda: exit(0))
    with pytest.raises(LanguageError, match="SystemExit"):
        _ = made.statement


def test_a_duplicate_id_names_the_other():
    def sample(x=Real):
        """A statement."""
        return Equals(x, x)

    other = sample
    claim(sample)
    assert refusal(lambda: claim(other), other) == (
        f"the id test_misuse.sample is taken by {__file__}:{sample.__code__.co_firstlineno}; ids are unique"
    )


def test_definitions_and_printed_formulas_share_the_space_of_ids():
    def sample(x=Real):
        """A statement or an expression."""
        return Equals(x, x)

    claim(sample)
    with pytest.raises(LanguageError, match=r"the id test_misuse.sample is taken by"):
        definition(notation="s")(sample)
    with pytest.raises(LanguageError, match=r"the id test_misuse.sample is taken by"):
        jacobian.as_printed(jacobian.cites[0].lecture, "x.y", section="", latex="")(sample)


@pytest.mark.parametrize("text", [None, "", "   \n  "])
def test_a_docstring_is_needed(text):
    def sample(x=Real):
        return Equals(x, x)

    sample.__doc__ = text
    message = "test_misuse.sample needs a docstring: the statement in the textbook's words"
    assert refusal(lambda: claim(sample), sample) == message
    assert refusal(lambda: definition(notation="s")(sample), sample) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda x=Real: Equals(x, x), "Equals(left=x, right=x) is not an expression of the language"),
        (lambda x=Real: "x", "'x' is not an expression of the language"),
        (lambda x=Real: x == x, "the definition test_misuse.sample must return an expression, not BooleanTrue"),
        (lambda a=Vector["n"]: a, f"a {A_NUMBER}, a[…], {HERE}"),
        (lambda x=Real: sympy.Symbol("q"), "q is not a variable of test_misuse.sample; declare it as a parameter with a sort"),
        (lambda x=Real: x * 0.1, f"0.1 is a float, and claims are exact; write x / 2 for 0.5 * x, {HERE}"),
    ],
)  # fmt: skip
def test_a_definition_that_is_none(body, message):
    body.__name__, body.__doc__ = "sample", "An expression."
    made = definition(notation="s")(body)
    assert refusal(lambda: made.body, body) == message


# Words that hand their arguments to SymPy, which reads text as code.
EVALUATES_TEXT = pytest.mark.xfail(strict=True, reason="a SymPy function evaluates text before the language sees it")
UNARY = [exp, log, tanh, Abs, log1p, expm1, signum]
WITH_TEXT = [
    *[pytest.param(lambda t, f=f: f(t), id=f.__name__, marks=EVALUATES_TEXT) for f in UNARY],
    pytest.param(lambda t: delta(t, 1), id="delta", marks=EVALUATES_TEXT),
    pytest.param(lambda t: xlogy(1, t), id="xlogy", marks=EVALUATES_TEXT),
    pytest.param(lambda t: maximum(1, t), id="maximum", marks=EVALUATES_TEXT),
    pytest.param(lambda t: minimum(1, t), id="minimum", marks=EVALUATES_TEXT),
    pytest.param(lambda t: sqrt(t), id="sqrt"),
    pytest.param(lambda t: D(t, sympy.Symbol("x")), id="D"),
    pytest.param(lambda t: D(sympy.Symbol("x"), t), id="D by text"),
    pytest.param(lambda t: E(t), id="E"),
    pytest.param(lambda t: total(lambda k: t, over=2), id="total"),
    pytest.param(lambda t: total(lambda k: k, over=t), id="total over text"),
    pytest.param(lambda t: total(lambda k: k, over=(1, t)), id="total up to text"),
    pytest.param(lambda t: product(lambda k: t, over=2), id="product"),
    pytest.param(lambda t: largest(lambda k: t, over=2), id="largest"),
    pytest.param(lambda t: vector(lambda k: t, over=2), id="vector"),
    pytest.param(lambda t: recurrence(t, lambda m, s: m, upto=2), id="recurrence"),
    pytest.param(lambda t: by_value(sympy.Symbol("x"), {1: t}), id="by_value"),
    pytest.param(lambda t: where_nonnegative(t, 1, 2), id="where_nonnegative"),
    pytest.param(lambda t: sigmoid(t), id="a definition"),
    pytest.param(lambda t: sympy.Symbol("x") + t, id="+"),
    pytest.param(lambda t: at_most(t), id="at_most"),
    pytest.param(lambda t: hypothesis(times=t), id="hypothesis"),
]


@pytest.mark.parametrize("word", WITH_TEXT)
def test_text_is_never_evaluated(word, tmp_path):
    trace = tmp_path / "evaluated"
    made = registry.claim_of(lambda: Equals(word(f"__import__('pathlib').Path({str(trace)!r}).write_text('1')"), 1))
    try:
        with pytest.raises(LanguageError):
            _ = made.statement
    finally:
        assert not trace.exists()

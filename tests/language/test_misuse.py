"""Every misuse of the language ends in one sentence that names the file and the line, and says what to do."""

# Misuse is the point, also of types and names.
# pyright: reportArgumentType=false, reportUndefinedVariable=false

from __future__ import annotations

import pytest
import registry
import sympy
from refusals import refusal

from lemmata.spec.language import (
    AtMost,
    Bit,
    D,
    Determines,
    Equals,
    Functional,
    Identical,
    Index,
    Less,
    Matrix,
    Real,
    SameMinimiser,
    Size,
    Symmetric,
    Vector,
    by_value,
    definition,
    exp,
    moment_of,
    recurrence,
    total,
    vector,
)
from lemmata.spec.logistic import sigmoid
from lemmata.spec.softmax import softmax


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


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
    "two indices for one": (lambda a=Vector["n"], i=Index["n"]: Equals(a[i, i], 1), "a has 1 index, not 2"),
    "one index for two": (
        lambda X=Matrix["n", "n"], i=Index["n"]: Equals(X[i], 1),
        "X has 2 indices, not 1; its row is vector(lambda k: X[i, k], over=X.dims[1])",
    ),
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
        "the equality case of AtMost is Equals(…), Identical(…) or a tuple of them, not Symbol",
    ),
    "an equality case by ==": (
        lambda x=Real: AtMost(x, x, equality=x == 1),
        "the equality case of AtMost is Equals(…), Identical(…) or a tuple of them, not bool",
    ),
    "an equality case that is an inequality": (
        lambda x=Real: AtMost(x, x, equality=Less(x, 1)),
        "the equality case of AtMost is Equals(…), Identical(…) or a tuple of them, not Less",
    ),
    "minimisers over a number": (
        lambda x=Real: SameMinimiser(x, x, over=x + 1),
        "SameMinimiser is over a vector or a real variable, not Add",
    ),
    "minimisers over a size": (
        lambda n=Size: SameMinimiser(n, n, over=n),
        f"SameMinimiser is over a vector or a real variable, and n is none, {HERE}",
    ),
    "minimisers over two values": (
        lambda x=Bit: SameMinimiser(x, x, over=x),
        f"SameMinimiser is over a vector or a real variable, and x is none, {HERE}",
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
        f"Sum is no word of the language of claims; write total(lambda k: …, over=n), {HERE}",
    ),
    "SymPy's Piecewise": (
        lambda x=Real: Equals(sympy.Piecewise((x, x > 0), (0, True)), x),
        "Piecewise is no word of the language of claims; write where_nonnegative(x, there, elsewhere) or by_value, "
        f"{HERE}",
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
    "a derivative by an entry of a symmetric matrix": (
        lambda A=Symmetric["n"], i=Index["n"], j=Index["n"]: Equals(D(A[i, j], A[i, j]), 1),
        "A is symmetric, so that no entry changes alone; to differentiate, declare it as a Matrix, "
        f"{HERE}",
    ),
    "a derivative by an index": (
        lambda i=Index["n"]: Equals(D(i**2, i), 2 * i),
        f"i is no real variable that one could differentiate by, {HERE}",
    ),
    # --- sums and their like
    "a sum over a matrix": (
        lambda X=Matrix["n", "m"]: Equals(total(lambda k: k, over=X), 1),
        "sum over X needs one of its sizes: over=X.dims[0] (that is n) or over=X.dims[1] (that is m)",
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
        "test_misuse.sample cannot be built: TypeError: cannot determine truth value of Relational: x > 0; "
        "Python cannot choose between formulas; use maximum, minimum or where_nonnegative",
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


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (lambda x=Real: Equals(x, x), "Equals(left=x, right=x) is not an expression of the language"),
        (lambda x=Real: "x", "'x' is not an expression of the language"),
        (lambda x=Real: x == x, "the definition test_misuse.sample must return an expression, not BooleanTrue"),
        (lambda a=Vector["n"]: a, f"a {A_NUMBER}, a[…], {HERE}"),
        (
            lambda: sympy.Symbol("q"),
            "q is not a variable of test_misuse.sample; declare it as a parameter with a sort",
        ),
        (lambda x=Real: x * 0.1, f"0.1 is a float, and claims are exact; write x / 2 for 0.5 * x, {HERE}"),
    ],
)
def test_a_definition_that_is_none(body, message):
    body.__name__, body.__doc__ = "sample", "An expression."
    made = definition(notation="s")(body)
    assert refusal(lambda: made.body, body) == message

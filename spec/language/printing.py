"""Expressions and statements as LaTeX and as one line of Unicode, made from the checked expression itself.

One printer, two styles: what a reader sees in the report and on the terminal is the same tree, never retyped.
"""

from __future__ import annotations

from typing import Any

from .latex_style import Latex
from .statements import Statement
from .text_style import Text


def latex(what: Any) -> str:
    """LaTeX of an expression or a statement.

    >>> import sympy as sp
    >>> from lemmata.spec.language import expressions as x
    >>> n, i = sp.symbols("n i"); a = x.Array("a", n)
    >>> with x.as_written():
    ...     latex(x.exp(a[i]) / x.total(lambda k: x.exp(a[k]), over=a))
    '\\\\frac{e^{a_{i}}}{\\\\sum_{k=1}^{n} e^{a_{k}}}'
    """
    return Latex(what).statement(what) if isinstance(what, Statement) else Latex(what).show(what, 0)


def text(what: Any) -> str:
    """One line of Unicode for an expression or a statement.

    >>> import sympy as sp
    >>> from lemmata.spec.language import expressions as x
    >>> n, i = sp.symbols("n i"); a = x.Array("a", n)
    >>> with x.as_written():
    ...     text(x.exp(a[i]) / x.total(lambda k: x.exp(a[k]), over=a))
    'exp(aᵢ)/Σₖ exp(aₖ)'
    """
    return Text(what).statement(what) if isinstance(what, Statement) else Text(what).show(what, 0)

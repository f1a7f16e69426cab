"""The exact minimiser of a function that is quadratic in a vector, at a point with rational data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import fmpq

from .equivalences import depends
from .prover.terms import Atom, Mono, Poly

Key = tuple[int, ...]
Vector = dict[Key, fmpq]


def is_quadratic(p: Poly, over: Any) -> bool:
    """Whether p is visibly a polynomial of degree at most 2 in the entries of the vector."""
    degrees = [_degree(m, over) for m, _ in p.terms]
    return all(d is not None and d <= 2 for d in degrees)


def _degree(m: Mono, over: Any) -> int | None:
    total = 0
    for a, e in m.powers:
        if not depends(a.key, over):
            continue
        inner = _inner_degree(a, over)
        if inner is None or e.q != 1 or e < 0:
            return None
        total += inner * int(e)
    return total


def _inner_degree(a: Atom, over: Any) -> int | None:
    if a.kind == "entry" and a.args[0] == over.name:
        return 1
    if a.kind == "sum" and not any(depends(lo.key + hi.key, over) for _, lo, hi in a.args[0]):
        return _degree(a.args[1], over)
    return None


def minimiser(value: Callable[[Vector], Any], keys: list[Key]) -> Vector | None:
    """A point at which the quadratic function with these values is smallest; None where there is none.

    The second derivatives are read off from values, brought to echelon form by symmetric elimination, which also shows
    whether they are positive semidefinite, and the gradient is made zero.

    >>> found = minimiser(lambda w: (w[1,] - 3) ** 2 + w[2,] ** 2, [(1,), (2,)])
    >>> [str(v) for v in found.values()]
    ['3', '0']
    """

    def at(*raised: Key) -> Any:
        return value({k: fmpq(raised.count(k)) for k in keys})

    base, single = at(), {k: at(k) for k in keys}
    values = [base, *single.values()]
    curvature = [
        [(at(k, k) - 2 * single[k] + base) if k == l else (at(k, l) - single[k] - single[l] + base) for l in keys]
        for k in keys
    ]
    if not all(isinstance(v, (int, fmpq)) for v in [*values, *[v for row in curvature for v in row]]):
        return None
    slope = [single[k] - base - curvature[i][i] / 2 for i, k in enumerate(keys)]
    solved = _solved([[fmpq(v) for v in row] for row in curvature], [-fmpq(b) for b in slope])
    return None if solved is None else dict(zip(keys, solved, strict=True))


def _solved(a: list[list[fmpq]], b: list[fmpq]) -> list[fmpq] | None:
    """x with a·x = b for a symmetric positive semidefinite a; None if it is not that, or there is no x."""
    n, pivots = len(b), []
    a, b = [row[:] for row in a], b[:]
    left = list(range(n))
    while left:
        if any(a[i][i] < 0 for i in left):
            return None
        p = next((i for i in left if a[i][i] > 0), None)
        if p is None:
            if any(a[i][j] != 0 for i in left for j in left) or any(b[i] != 0 for i in left):
                return None
            break
        left.remove(p)
        pivots.append(p)
        for i in left:
            factor = a[i][p] / a[p][p]
            b[i] -= factor * b[p]
            for j in [*left, p]:
                a[i][j] -= factor * a[p][j]
    x = [fmpq(0)] * n
    for position, p in reversed(list(enumerate(pivots))):
        x[p] = (b[p] - sum((a[p][j] * x[j] for j in pivots[position + 1 :]), fmpq(0))) / a[p][p]
    return x

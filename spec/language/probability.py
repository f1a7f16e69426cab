"""Expectation and what is made of it: moments, variance, covariance."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .expressions import Array, Expectation, Expr, Moment, plain_number


def E(expr: Any) -> Expr:
    """𝔼[expr]."""
    return Expectation(plain_number(expr))


def moment_of(array: Array, order: int = 1) -> Expr:
    """The moment 𝔼[gᵢʳ] that all entries of a random array share."""
    return Moment(array, sp.Integer(order))


def mean_of(array: Array) -> Expr:
    """The mean that all entries of a random array share."""
    return moment_of(array)


def variance_of(array: Array) -> Expr:
    """The variance that all entries of a random array share, 𝔼[g²] − 𝔼[g]²."""
    return moment_of(array, 2) - moment_of(array) ** 2


def variance(expr: Any) -> Expr:
    """Var[expr] = 𝔼[expr²] − 𝔼[expr]²."""
    return covariance(expr, expr)


def covariance(first: Any, second: Any) -> Expr:
    """𝔼[first · second] − 𝔼[first] 𝔼[second]."""
    first, second = plain_number(first), plain_number(second)
    together = first**2 if first == second else first * second
    return E(together) - (E(first) ** 2 if first == second else E(first) * E(second))

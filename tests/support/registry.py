"""Claims that a test makes for itself, gone when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lemmata.checks import catalogue
from lemmata.spec.language import claim
from lemmata.spec.language.claims import REGISTRY, Claim


@contextmanager
def kept() -> Iterator[None]:
    """The registry of ids is afterwards what it was before.

    >>> with kept():
    ...     made = claim_of(lambda: None)
    >>> made.id in REGISTRY
    False
    """
    catalogue.load()  # what is imported once must stay registered
    before = dict(REGISTRY)
    try:
        yield
    finally:
        REGISTRY.clear()
        REGISTRY.update(before)


def claim_of(statement: Callable[..., Any], *proofs: Callable[..., Any], name: str = "sample") -> Claim:
    """A claim with proofs, from functions that are too small to be written out."""
    statement.__name__, statement.__doc__ = name, "A statement."
    made = claim(statement)
    for proof in proofs:
        made.proof(proof)
    return made


def known(claim_id: str) -> Claim:
    """The claim of this id.

    >>> known("softmax.jacobian").topic
    'softmax'
    """
    catalogue.load()
    found = REGISTRY[claim_id]
    assert isinstance(found, Claim), f"{claim_id} is no claim"
    return found

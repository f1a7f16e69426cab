"""How the language says no."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from lemmata.spec.language import LanguageError


def refusal(look: Callable[[], Any], where: Callable[..., Any], below: int = 0) -> str:
    """The sentence of the one LanguageError, which must name the file and the line of a function, or one below it."""
    with pytest.raises(LanguageError) as error:
        look()
    place, _, sentence = str(error.value).partition(": ")
    assert place == f"{where.__code__.co_filename}:{where.__code__.co_firstlineno + below}"
    assert sentence
    assert not re.search(r"\n|<function|0x", sentence)
    return sentence

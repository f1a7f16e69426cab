"""The formats of an audit: those of `format_balls`, with room for another order of the same operations.

Code may multiply before it divides where the textbook divides first. So what is multiplied or divided counts as past
the range where a product of two such numbers might be, and below the square root of the smallest normal number a
rounding error is that of such a product. float16 has no such room: its whole range would be given away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from .. import format_balls
from ..format_balls import FLOAT16, Format


def _with_room(fmt: Format) -> Format:
    if fmt is FLOAT16:
        return fmt
    return replace(fmt, factor=math.sqrt(fmt.largest), eta=math.sqrt(fmt.eta) * fmt.u)


FORMATS: Mapping[str, Format] = {f.name: _with_room(f) for f in format_balls.FORMATS.values()}


def spacing(value: float, name: str) -> int:
    """The exponent of a unit in the last place of a number.

    >>> spacing(1.0, "float64"), spacing(0.0, "float64")
    (-52, -1074)
    """
    fmt = format_balls.FORMATS[name]
    least = math.frexp(fmt.eta)[1] - fmt.bits
    return max(math.frexp(value)[1] - fmt.bits, least) if value else least

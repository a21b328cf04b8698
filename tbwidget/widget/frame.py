"""Columns as message buffers: little-endian, with their dtype and length in the message itself.

`js/src/wire/frame.ts` is the other side.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

_WIRE_DTYPES = {"f8": "<f8", "f4": "<f4", "i4": "<i4", "u1": "u1"}


def pack_columns(
    columns: Mapping[str, npt.NDArray[Any]], buffers: list[memoryview]
) -> list[list[Any]]:
    """Append the bytes of `columns` to `buffers` and return ``[name, dtype, length]`` of each.

    JavaScript has no int64 arrays of plain numbers, so int64 travels as float64, exact to 2**53.
    NaN and infinities keep their bits, which JSON could not.
    """
    described = []
    for name, column in columns.items():
        kind = "f8" if column.dtype in (np.int64, np.float64) else column.dtype.str[1:]
        packed = np.ascontiguousarray(column, _WIRE_DTYPES[kind])
        described.append([name, kind, len(packed)])
        buffers.append(memoryview(packed.view(np.uint8).data))
    return described


def jsonable(number: float) -> float | str | None:
    """Return `number` as JSON can carry it: None for NaN, a name for an infinity."""
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return number


def canonical(value: Any) -> str:
    """Return `value` as JSON that is the same for equal values, here and in the page.

    Examples
    --------
    >>> canonical({"b": [1, True], "a": "x"})
    '{"a":"x","b":[1,true]}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def size_of(buffers: list[memoryview]) -> int:
    """Return the bytes in `buffers`."""
    return sum(buffer.nbytes for buffer in buffers)

"""What a page is sent of a tensor: a two-dimensional slice, whole, in part, or by blocks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from tbwidget.analysis.blocks import REDUCTIONS, block_of, reduced, slice_of
from tbwidget.widget.frame import pack_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

#: Rows and columns of a slice that are sent at most, and unasked.
MOST_CELLS = 256
PUSHED_CELLS = 64
#: What cards ask for, of a normal and a larger size; and slices of one tensor in a file at most.
CARD_CELLS = (128, 256)
MOST_INDICES = 65
#: Of texts so many rows and columns, and characters of each.
MOST_TEXTS = (128, 16)
MOST_CHARACTERS = 500
#: How a slice that is too large is sent: by blocks as in `REDUCTIONS`, or a part of it as it is.
PART = "part"
#: Larger integers are not exact in float64.
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a tensor is wanted."""

    index: list[int]
    cells: int
    how: str
    first: list[int]


def wish_of(wish: dict[str, Any]) -> Wish:
    """Return what the page asks for; what makes no sense is left out."""
    cells, how = wish.get("cells"), wish.get("how")
    return Wish(
        _whole_numbers(wish.get("index")),
        min(max(cells, 1), MOST_CELLS) if type(cells) is int else PUSHED_CELLS,
        how if how in (*REDUCTIONS, PART) else REDUCTIONS[0],
        _whole_numbers(wish.get("first")),
    )


def wishes_beside(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what `js/src/dashboards/tensors/wishes.ts` asks for beside the small first slice."""
    if "cells" not in item:
        return
    indices = [list(one) for one in islice(np.ndindex(*item["shape"][:-2]), MOST_INDICES)]
    if "texts" in item:
        yield from ({"index": index, "first": [0, 0]} for index in indices[1:])
        return
    for cells in CARD_CELLS:
        if item["how"]:
            yield {"cells": cells}
        yield from ({"cells": cells, "index": index} for index in indices[1:])


def describe_slice(
    array: npt.NDArray[Any], wish: Wish, buffers: list[memoryview]
) -> dict[str, Any]:
    """Return a slice of a tensor as a message, and append its numbers to `buffers`.

    Returns
    -------
    dict
        ``index`` that the slice was taken at, ``slice`` (its rows and columns), ``first`` row and
        column that are sent, ``cells`` sent each way, ``block`` of rows and columns that each
        stands for, ``how`` they were made one (empty if each is one element), and either ``texts``
        (rows of str) or ``columns``: value, or for complex numbers real and imaginary, row by row.
    """
    if array.dtype.kind == "O" and array.ndim < 2:  # noqa: PLR2004 (texts read better in a column)
        array = array.reshape(-1, 1)
    whole, index = slice_of(array, wish.index)
    found: dict[str, Any] = {
        "index": index,
        "slice": whole.shape,
        "block": (1, 1),
        "how": "",
        "first": (0, 0),
    }
    block = block_of(whole.shape, wish.cells)
    texts = array.dtype.kind == "O"
    if block != (1, 1) and wish.how != PART and not texts:
        cells = reduced(whole, block, wish.how)
        found |= {"block": block, "how": wish.how}
    else:
        most = MOST_TEXTS if texts else (wish.cells, wish.cells)
        found["first"] = first = _first_of(whole.shape, wish.first, most)
        cells = whole[first[0] : first[0] + most[0], first[1] : first[1] + most[1]]
    found["cells"] = cells.shape
    if texts:
        return {**found, "texts": [[text_of(cell) for cell in row] for row in cells.tolist()]}
    if cells.dtype.kind in "iu" and cells.size:
        found["rounded"] = bool(cells.max() > _EXACT or cells.min() < -_EXACT)
    return {**found, "columns": pack_columns(_columns_of(cells), buffers)}


def text_of(cell: Any) -> str:
    """Return bytes as text: what is not UTF-8 is replaced, what is too long is cut."""
    data = cell if isinstance(cell, bytes) else str(cell).encode()
    # A character has four bytes at most.
    text = data[: 4 * MOST_CHARACTERS + 4].decode("utf-8", "replace")
    left = len(data) > 4 * MOST_CHARACTERS + 4 or len(text) > MOST_CHARACTERS
    return f"{text[:MOST_CHARACTERS]}… ({len(data):,} bytes)" if left else text


def _first_of(shape: tuple[int, ...], wanted: list[int], most: tuple[int, int]) -> tuple[int, int]:
    row, column = (*wanted, 0, 0)[:2]
    return (
        min(max(row, 0), max(0, shape[0] - most[0])),
        min(max(column, 0), max(0, shape[1] - most[1])),
    )


def _columns_of(cells: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return the cells in the narrowest type that a page can be sent and that holds them."""
    flat = cells.reshape(-1)
    if flat.dtype.kind == "c":
        return {"real": _sendable(flat.real), "imaginary": _sendable(flat.imag)}
    return {"value": _sendable(flat)}


def _sendable(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    kind, size = numbers.dtype.kind, numbers.dtype.itemsize
    if kind == "b" or (kind == "u" and size == 1):
        return numbers.astype(np.uint8)
    if kind in "iu" and size < (8 if kind == "i" else 4):
        return numbers.astype(np.int32)
    if kind == "f" and size <= 4:  # noqa: PLR2004 (half as single)
        return numbers.astype(np.float32)
    return numbers.astype(np.float64)


def _whole_numbers(value: Any) -> list[int]:
    if not isinstance(value, list):
        return []
    return [int(item) if type(item) is int else 0 for item in value[:32]]

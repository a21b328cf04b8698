"""A `Batch` as JSON and raw columns, for the cache.

The columns lie one after another, each beginning at a multiple of 64 bytes: first those of all
scalar tags (steps int64, wall times float64, values float64), then those of the index (steps
int64, wall times float64, offsets int64, lengths int64, slots int32), little-endian. Each holds the
rows of all tags, tag after tag; the JSON says how many rows a tag has.
"""

from __future__ import annotations

import base64
from dataclasses import asdict, fields
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from tbwidget.events.columns import (
    Batch,
    BlobColumns,
    Cursor,
    ScalarColumns,
    Start,
    TagMetadata,
)
from tbwidget.events.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

ALIGNMENT = 64

_SCALARS = {"steps": "<i8", "wall_times": "<f8", "values": "<f8"}
_BLOBS = {
    "steps": "<i8",
    "wall_times": "<f8",
    "offsets": "<i8",
    "lengths": "<i8",
    "slots": "<i4",
}


def header_of(batch: Batch) -> dict[str, Any]:
    """Return all of `batch` but its columns, as JSON can hold it."""
    names = [field.name for field in fields(Cursor) if field.name != "metadata"]
    return {
        "cursor": {name: getattr(batch.cursor, name) for name in names},
        "metadata": {
            tag: [
                one.plugin,
                base64.b64encode(one.content).decode("ascii"),
                one.display_name,
                one.description,
                one.data_class,
            ]
            for tag, one in batch.cursor.metadata.items()
        },
        "scalars": [[tag, len(columns)] for tag, columns in batch.scalars.items()],
        "blobs": [[kind, tag, len(columns)] for (kind, tag), columns in batch.blobs.items()],
        "starts": [[start.step, start.wall_time, start.rows] for start in batch.starts],
        "problems": [asdict(problem) for problem in batch.problems],
        "records": batch.records,
        "stop": batch.stop,
        "file_size": batch.file_size,
        "first_wall_time": batch.first_wall_time,
    }


def pieces_of(batch: Batch) -> Iterator[memoryview]:
    """Yield the bytes of the columns of `batch`, piece by piece and without a copy of the whole."""
    for dtype, arrays in _columns_of(batch):
        size = 0
        for array in arrays:
            piece = np.ascontiguousarray(array, dtype).view(np.uint8).data
            size += len(piece)
            yield piece
        yield memoryview(bytes(_padding(size)))


def size_of(batch: Batch) -> int:
    """Return how many bytes `pieces_of` gives."""
    sizes = (
        np.dtype(dtype).itemsize * sum(map(len, arrays)) for dtype, arrays in _columns_of(batch)
    )
    return sum(size + _padding(size) for size in sizes)


def batch_of(header: dict[str, Any], data: memoryview) -> Batch:
    """Return the batch of a header and the bytes of the columns, which become its arrays.

    Raises
    ------
    KeyError, TypeError, ValueError
        If they do not belong together.
    """
    scalars = dict(header["scalars"])
    blobs = {(kind, tag): rows for kind, tag, rows in header["blobs"]}
    reader = _ColumnReader(np.frombuffer(data, np.uint8))
    scalar_columns = [reader.split(dtype, list(scalars.values())) for dtype in _SCALARS.values()]
    blob_columns = [reader.split(dtype, list(blobs.values())) for dtype in _BLOBS.values()]
    reader.finish()
    metadata = {
        tag: TagMetadata(plugin, base64.b64decode(content), *rest)
        for tag, (plugin, content, *rest) in header["metadata"].items()
    }
    return Batch(
        Cursor(**header["cursor"], metadata=metadata),
        dict(zip(scalars, map(ScalarColumns, *scalar_columns), strict=True)),
        dict(zip(blobs, map(BlobColumns, *blob_columns), strict=True)),
        [Start(*start) for start in header["starts"]],
        [Problem(**problem) for problem in header["problems"]],
        header["records"],
        header["stop"],
        header["file_size"],
        header["first_wall_time"],
    )


class _ColumnReader:
    """Takes columns from the front of a buffer."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self._data = data
        self._position = 0

    def split(self, dtype: str, rows: list[int]) -> list[npt.NDArray[Any]]:
        """Return the next column, cut into parts of the given numbers of rows."""
        if any(count < 0 for count in rows):
            message = "a column has less than no rows"
            raise ValueError(message)
        kind = np.dtype(dtype)
        size = kind.itemsize * sum(rows)
        end = self._position + size
        if end > len(self._data):
            message = "the columns are cut"
            raise ValueError(message)
        column = self._data[self._position : end].view(kind)
        column = column.astype(kind.newbyteorder("="), copy=False)
        self._position = end + _padding(size)
        return [column[first:last] for first, last in pairwise(accumulate(rows, initial=0))]

    def finish(self) -> None:
        """Check that nothing is left."""
        if self._position != len(self._data):
            message = "there is more than the columns"
            raise ValueError(message)


def _columns_of(batch: Batch) -> Iterator[tuple[str, list[npt.NDArray[Any]]]]:
    for name, dtype in _SCALARS.items():
        yield dtype, [getattr(columns, name) for columns in batch.scalars.values()]
    for name, dtype in _BLOBS.items():
        yield dtype, [getattr(columns, name) for columns in batch.blobs.values()]


def _padding(size: int) -> int:
    return -size % ALIGNMENT

"""Scalar points as files: CSV, and Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import os
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from .frames import pieces_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .frames import Selection
    from .run import Run
    from .series import Points

    Pieces = Iterable[tuple[str, str, Points]]

COLUMNS = ("run", "tag", "step", "wall_time", "value")
#: Points that are Python objects at a time while a CSV file is written.
CSV_ROWS = 2**16
#: Rows of a row group, of 24 bytes and two names each: what a reader of Parquet takes in at once.
GROUP_ROWS = 2**20

#: A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def export(
    runs: Mapping[str, Run],
    path: str | os.PathLike[str],
    tags: Selection = None,
    which: Selection = None,
) -> int:
    """Write the scalar points of `runs` to `path`; see `Logdir.export`."""
    write = format_of(path)
    target = os.fspath(path)
    # Under another name until it is whole: half a table looks like a table.
    part = f"{target}.{os.getpid()}.part"
    try:
        rows = write(part, pieces_of(runs, tags, which))
        os.replace(part, target)
    finally:
        with suppress(FileNotFoundError):
            os.remove(part)
    return rows


def format_of(path: str | os.PathLike[str]) -> Callable[[str, Pieces], int]:
    """Return what writes a file of the name `path`.

    Raises
    ------
    ValueError
        If its suffix is neither ``.csv`` nor ``.parquet``.
    ImportError
        If it is ``.parquet`` and pyarrow is not installed.
    """
    suffix = os.path.splitext(os.fspath(path))[1].lower()
    if suffix == ".csv":
        return _write_csv
    if suffix != ".parquet":
        message = f"{os.fspath(path)!r} should end in .csv or .parquet to say what to write"
        raise ValueError(message)
    try:
        import pyarrow.parquet  # noqa: F401  (whether it is there is asked before anything is read)
    except ImportError:
        message = "Parquet files need pyarrow: `pip install pyarrow`, or write to a .csv file"
        raise ImportError(message) from None
    return _write_parquet


def _write_csv(path: str, pieces: Pieces) -> int:
    """Numbers are written as short as they can be for reading them back to be exact."""
    rows = 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for run, tag, points in pieces:
            names = repeat(_harmless(run)), repeat(_harmless(tag))
            for first in range(0, len(points.steps), CSV_ROWS):
                part = points.take(slice(first, first + CSV_ROWS))
                writer.writerows(zip(*names, *(column.tolist() for column in part), strict=False))
            rows += len(points.steps)
    return rows


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA_BEGINS) else name


def _write_parquet(path: str, pieces: Pieces) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    name = pa.dictionary(pa.int32(), pa.string())
    types = (name, name, pa.int64(), pa.float64(), pa.float64())
    schema = pa.schema(list(zip(COLUMNS, types, strict=True)))
    rows = 0
    with parquet.ParquetWriter(path, schema) as writer:
        for group in _grouped(pieces):
            counts = [len(points.steps) for _, _, points in group]
            runs, tags, all_points = zip(*group, strict=True)
            numbers = (np.concatenate(column) for column in zip(*all_points, strict=True))
            table = [_repeated(pa, runs, counts), _repeated(pa, tags, counts), *numbers]
            writer.write_table(pa.table(table, schema=schema), row_group_size=GROUP_ROWS)
            rows += sum(counts)
    return rows


def _grouped(pieces: Pieces) -> Iterator[list[tuple[str, str, Points]]]:
    """Yield lists of pieces that make a row group together; long series are cut."""
    group: list[tuple[str, str, Points]] = []
    room = GROUP_ROWS
    for run, tag, points in pieces:
        first, count = 0, len(points.steps)
        while first < count:
            end = min(count, first + room)
            group.append((run, tag, points.take(slice(first, end))))
            room -= end - first
            first = end
            if not room:
                yield group
                group, room = [], GROUP_ROWS
    if group:
        yield group


def _repeated(pa: Any, names: tuple[str, ...], counts: list[int]) -> Any:
    """Return each name as many times as its count says, each kept once."""
    distinct = list(dict.fromkeys(names))
    place = {name: number for number, name in enumerate(distinct)}
    codes = np.repeat(np.array([place[name] for name in names], np.int32), counts)
    return pa.DictionaryArray.from_arrays(codes, pa.array(distinct, pa.string()))

"""What of a series goes to the page: few points that keep its shape, in few bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tbwidget.analysis.downsample import extreme_rows
from tbwidget.analysis.smoothing import SmoothingState, smooth

if TYPE_CHECKING:
    import numpy.typing as npt

    from tbwidget.logs.series import Snapshot

COLUMNS = ("step", "wall", "value")
_INT32 = np.iinfo(np.int32).max


def overview(
    snapshot: Snapshot,
    limit: int,
    smoothing: float,
    item: dict[str, Any],
    first: int = 0,
    end: int | None = None,
) -> dict[str, Any]:
    """Return columns of rows ``first:end`` with at most about `limit` points.

    Unless they are all points of the series, smoothed values come along (the page could not
    compute them), and the state of the average goes into `item` so that the page can go on.
    """
    points = snapshot.points
    end = len(points.steps) if end is None else end
    rows = extreme_rows(points.values, limit, first, end)
    columns = {name: column[rows] for name, column in zip(COLUMNS, points, strict=True)}
    if len(rows) < len(points.steps):
        smoothed, state = smooth(points.values, smoothing)
        columns["smoothed"] = smoothed[rows]
        columns["row"] = rows
        item["smoothing"] = smoothing
        item["average"] = list(_finite(state))
    return _narrowed(columns)


def _narrowed(columns: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return the same columns in smaller types, where nothing is lost by it.

    Most values were written as float32. Of smoothed ones, which are computed, seven digits do.
    """
    with np.errstate(over="ignore"):
        narrow = columns["value"].astype(np.float32)
    if np.array_equal(narrow, columns["value"], equal_nan=True):
        columns["value"] = narrow
        if "smoothed" in columns:
            columns["smoothed"] = columns["smoothed"].astype(np.float32)
    for name in ("step", "row"):
        column = columns.get(name)
        # They ascend.
        if column is not None and len(column) and column[0] >= -_INT32 and column[-1] <= _INT32:
            columns[name] = column.astype(np.int32)
    return columns


def _finite(state: SmoothingState) -> SmoothingState:
    # JSON has no infinity; an average that overflowed cannot be continued anyway.
    return state if np.isfinite(state.last) else SmoothingState()

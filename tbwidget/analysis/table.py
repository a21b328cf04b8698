"""The numbers below a chart: of one step, and of a range of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """A series with what a table needs of it.

    Attributes
    ----------
    x
        float64[n]: where the points lie on the x axis that the table is asked about; ascending,
        but for NaN and for an axis of another tag.
    steps
        int64[n].
    wall_times
        float64[n], seconds since the epoch.
    values, smoothed
        float64[n]; the same array if nothing is smoothed.
    """

    x: Floats
    steps: npt.NDArray[np.int64]
    wall_times: Floats
    values: Floats
    smoothed: Floats


@dataclass(frozen=True, slots=True)
class PointRow:
    """The point of a series next to some x: its wall time, and the seconds since the first one."""

    step: int
    value: float
    smoothed: float
    wall_time: float
    relative: float


@dataclass(frozen=True, slots=True)
class RangeRow:
    """What a series does between two x.

    Attributes
    ----------
    start, end
        The points next to the ends of the range.
    points
        How many points lie from the one to the other.
    min, max, step_at_min, step_at_max
        The lowest and highest smoothed value and the first steps at which they are.
    raw_min, raw_max
        The same of the values as written.
    mean
        Of the values as written.
    change, percent_change
        From the first to the last smoothed value, and that as a fraction of the first.
    raw_change
        From the first to the last value as written.
    """

    start: PointRow
    end: PointRow
    points: int
    min: float
    max: float
    step_at_min: int
    step_at_max: int
    raw_min: float
    raw_max: float
    mean: float
    change: float
    percent_change: float
    raw_change: float


def nearest(x: Floats, at: float) -> int:
    """Return the row of the point nearest to `at`, the earlier one of two equally near.

    The source is TensorBoard's ``findClosestIndex``.

    Parameters
    ----------
    x
        float64[n], n > 0; searched one by one if not ascending.
    at
        Any number.
    """
    at = float(np.clip(at, np.fmin.reduce(x), np.fmax.reduce(x)))  # it may be infinite
    if not bool(np.all(x[1:] >= x[:-1])) or np.isnan(x[0]):
        distances = np.abs(x - at)
        return int(np.argmin(np.where(np.isnan(distances), np.inf, distances)))
    row = min(int(np.searchsorted(x, at)), len(x) - 1)
    before = max(0, row - 1)
    return before if abs(x[before] - at) <= abs(x[row] - at) else row


def point_row(curve: Curve, at: float) -> PointRow | None:
    """Return the point nearest to `at`; None if there is no point."""
    return _point(curve, nearest(curve.x, at)) if len(curve.x) else None


def range_row(curve: Curve, low: float, high: float) -> RangeRow | None:
    """Return what a series does between the points nearest to `low` and `high`.

    The numbers are those of TensorBoard's data table: where curves are smoothed, start, end,
    lowest, highest and change are of the smoothed curve, while mean and raw change are of the
    values as written. Other than there, NaN and infinities are left out of lowest, highest and mean
    (which are NaN if nothing else is there).

    Returns
    -------
    RangeRow or None
        None if there is no point.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> curve = Curve(x, x.astype(int), x, x + 1, x + 1)
    >>> row = range_row(curve, 0.9, 99)
    >>> row.start.step, row.end.value, row.mean, row.percent_change
    (1, 4.0, 3.0, 1.0)
    """
    if not len(curve.x):
        return None
    first, last = nearest(curve.x, low), nearest(curve.x, high)
    if last < first:
        first, last = last, first
    part = slice(first, last + 1)
    start, end = _point(curve, first), _point(curve, last)
    lowest, highest = (first + row for row in _extreme_rows(curve.smoothed[part]))
    raw_low, raw_high = (first + row for row in _extreme_rows(curve.values[part]))
    finite = curve.values[part][np.isfinite(curve.values[part])]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        change = np.float64(end.smoothed) - start.smoothed
        percent_change = change / start.smoothed
        raw_change = np.float64(end.value) - start.value
        mean = float(finite.mean()) if len(finite) else np.nan
    return RangeRow(
        start,
        end,
        last + 1 - first,
        _finite(curve.smoothed[lowest]),
        _finite(curve.smoothed[highest]),
        int(curve.steps[lowest]),
        int(curve.steps[highest]),
        _finite(curve.values[raw_low]),
        _finite(curve.values[raw_high]),
        mean,
        float(change),
        float(percent_change),
        float(raw_change),
    )


def _point(curve: Curve, row: int) -> PointRow:
    known = curve.wall_times[np.isfinite(curve.wall_times)]
    began = known[0] if len(known) else np.nan
    return PointRow(
        int(curve.steps[row]),
        float(curve.values[row]),
        float(curve.smoothed[row]),
        float(curve.wall_times[row]),
        float(curve.wall_times[row] - began),
    )


def _extreme_rows(values: Floats) -> tuple[int, int]:
    finite = np.isfinite(values)
    return (
        int(np.argmin(np.where(finite, values, np.inf))),
        int(np.argmax(np.where(finite, values, -np.inf))),
    )


def _finite(value: np.float64) -> float:
    return float(value) if np.isfinite(value) else float("nan")

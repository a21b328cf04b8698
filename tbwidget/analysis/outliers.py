"""The range of a y axis that leaves outliers out, as TensorBoard chooses it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

LOWER, UPPER = 0.05, 0.95


class Inliers(NamedTuple):
    """The lowest and highest value that is no outlier, and how many lie below and above."""

    low: float
    high: float
    below: int
    above: int


def inliers(columns: Iterable[npt.NDArray[np.float64]], *, log: bool = False) -> Inliers | None:
    """Return the range between the 5th and the 95th percentile of all values together.

    The ends are values that are there: of n ordered values those at ``ceil(0.05 * (n - 1))`` and
    ``floor(0.95 * (n - 1))``; of two or fewer values all (source: TensorBoard's line chart,
    ``computeDataSeriesExtent``, which is given the smoothed values where there is smoothing).

    Parameters
    ----------
    columns
        float64 arrays of any length; what is not finite is left out.
    log
        Whether the axis is logarithmic: then what is not positive is left out too.

    Returns
    -------
    Inliers or None
        None if no value is left.

    Examples
    --------
    >>> inliers([np.arange(100.0), np.array([1e9])])
    Inliers(low=5.0, high=95.0, below=5, above=5)
    """
    parts = [column[np.isfinite(column)] for column in columns]
    values = np.concatenate([np.empty(0), *parts])
    if log:
        values = values[values > 0]
    last = len(values) - 1
    if last < 0:
        return None
    first, end = 0, last
    if last >= 2:  # noqa: PLR2004  (with three or more values)
        first, end = math.ceil(LOWER * last), math.floor(UPPER * last)
    ordered = np.partition(values, (first, end))
    low, high = float(ordered[first]), float(ordered[end])
    return Inliers(
        low, high, int(np.count_nonzero(values < low)), int(np.count_nonzero(values > high))
    )

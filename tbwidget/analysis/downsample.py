"""Fewer points for drawing, with no spike lost: first, lowest, highest and last of every bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def extreme_rows(
    values: npt.NDArray[np.float64], limit: int, first: int = 0, end: int | None = None
) -> npt.NDArray[np.int64]:
    """Return at most about `limit` row numbers of `values` that keep its shape.

    Rows ``first:end`` are cut into equal buckets; of each, the rows of the first, lowest, highest
    and last value stay, and that of the first NaN or infinity, so that marks are not lost.

    Parameters
    ----------
    values
        float64[n].
    limit
        How many rows to keep. If there are no more than that, all are kept.
    first, end
        The part of `values` to look at.

    Returns
    -------
    int64[m]
        Ascending row numbers.

    Examples
    --------
    >>> spike = np.zeros(100_000)
    >>> spike[31_337] = 1.0
    >>> 31_337 in extreme_rows(spike, 400)
    True
    """
    end = len(values) if end is None else end
    count = end - first
    if count <= limit:
        return np.arange(first, end)
    buckets = max(1, limit // 4)
    edges = first + (np.arange(buckets + 1) * count) // buckets
    starts = edges[:-1]
    part = values[first:end]
    finite = np.isfinite(part)
    low, high = _extremes(part, finite, starts - first)
    rows = [starts, edges[1:] - 1, low + first, high + first]
    if not finite.all():
        rows.append(first + _first_of_bucket(~finite, starts - first))
    return np.unique(np.concatenate(rows))


def _extremes(
    part: npt.NDArray[np.float64], finite: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return, for each bucket, the row of its lowest and of its highest finite value."""
    lows = np.where(finite, part, np.inf)
    highs = np.where(finite, part, -np.inf)
    sizes = np.diff(np.append(starts, len(part)))
    is_low = lows == np.repeat(np.minimum.reduceat(lows, starts), sizes)
    is_high = highs == np.repeat(np.maximum.reduceat(highs, starts), sizes)
    return _first_of_bucket(is_low, starts), _first_of_bucket(is_high, starts)


def _first_of_bucket(
    where: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the first row of each bucket at which `where` holds (buckets without one left out)."""
    rows = np.flatnonzero(where)
    buckets = np.searchsorted(starts, rows, side="right")
    return rows[np.append(True, buckets[1:] != buckets[:-1])] if len(rows) else rows

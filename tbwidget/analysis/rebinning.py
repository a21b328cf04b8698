"""Histograms of many steps on the same bins, as TensorBoard's Histograms tab draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

#: Bins of TensorBoard's charts.
DEFAULT_BINS = 30
_LEAST_WIDENED = -10
#: Pieces of buckets looked at together: bounds the memory, whatever the buckets are.
_PIECES = 2**17
#: Above this the width of a range may be no finite number.
_HUGE = 2.0**1020


class Buckets(NamedTuple):
    """The buckets of several histograms, one after the other.

    Attributes
    ----------
    lefts, rights, counts
        float64[n]; left <= right, and all of them are numbers, edges may be infinite.
    owners
        int64[n]: of which histogram each bucket is.
    left_out
        How many buckets had a NaN for an edge or a count.
    """

    lefts: npt.NDArray[np.float64]
    rights: npt.NDArray[np.float64]
    counts: npt.NDArray[np.float64]
    owners: npt.NDArray[np.int64]
    left_out: int


def stack(histograms: Sequence[npt.NDArray[np.float64]]) -> Buckets:
    """Return the buckets of histograms float64[k, 3] (left edge, right edge, count) as columns.

    Edges that are the wrong way round are exchanged; buckets with a NaN are left out and counted.
    """
    rows = np.concatenate([np.empty((0, 3)), *histograms])
    owner = np.repeat(np.arange(len(histograms)), [len(one) for one in histograms])
    left_out = 0
    with np.errstate(invalid="ignore", over="ignore"):
        suspicious = bool(np.isnan(rows.sum()))  # opposite infinities are no numbers either
    if suspicious:
        numbers = ~np.isnan(rows).any(axis=1)
        left_out = len(rows) - int(numbers.sum())
        rows, owner = rows[numbers], owner[numbers]
    left, right = np.minimum(rows[:, 0], rows[:, 1]), np.maximum(rows[:, 0], rows[:, 1])
    return Buckets(left, right, rows[:, 2], owner, left_out)


def limits(buckets: Buckets) -> tuple[float, float] | None:
    """Return the lowest and the highest edge that is finite; None if there is none.

    Examples
    --------
    >>> limits(stack([np.array([[0.0, 1.0, 5.0]]), np.array([[-2.0, 0.5, 5.0]])]))
    (-2.0, 1.0)
    """
    edges = np.concatenate((buckets.lefts, buckets.rights))
    edges = edges[np.isfinite(edges)]
    return (float(edges.min()), float(edges.max())) if len(edges) else None


def widened(low: float, high: float) -> tuple[float, float]:
    """Return a range of some width: that of one value alone is widened as TensorBoard does.

    Source: ``convertBins`` of tensorboard/plugins/histogram/vz_histogram_timeseries. What that
    makes of a value below -10 does not hold the value; here its mirror image is taken.
    """
    if low != high:
        return low, high
    value = low
    if value >= _LEAST_WIDENED:
        low, high = value / 1.1 - 1, value * 1.1 + 1
    else:
        low, high = value * 1.1 - 1, value / 1.1 + 1
    most = float(np.finfo(float).max)
    return max(low, -most), min(high, most)


def edges_of(low: float, high: float, bins: int) -> npt.NDArray[np.float64]:
    """Return the edges of `bins` equal bins from `low` to `high`, float64[bins + 1].

    The last is `high` itself; the others are where TensorBoard puts them, rounding included.
    """
    scale = _scale(low, high)
    low, high = low * scale, high * scale
    width = (high - low) / bins
    edges = np.empty(bins + 1)
    edges[0] = low
    edges[1:] = low + np.arange(bins) * width + width
    edges[-1] = high
    return np.asarray(edges / scale)


def rebin(
    buckets: Buckets, count: int, low: float, high: float, bins: int = DEFAULT_BINS
) -> npt.NDArray[np.float64]:
    """Return histograms on equal bins, where a bucket gives each bin its share by width.

    Parameters
    ----------
    buckets
        As of `stack`.
    count
        How many histograms they are of.
    low, high
        The range of the bins; what lies outside is not in the result. ``low < high``.
    bins
        How many.

    Returns
    -------
    numpy.ndarray
        float64[count, bins].

    Notes
    -----
    The same as ``convertBins`` of TensorBoard's vz_histogram_timeseries, but that no count is
    lost: there a bucket without width vanishes if it lies on the edge between two bins. Here it is
    in the bin that begins there, or in the last one.
    """
    scale = _scale(low, high)
    edges = edges_of(low, high, bins) * scale
    left, right = buckets.lefts * scale, buckets.rights * scale
    low, high = float(edges[0]), float(edges[-1])
    # A bucket without end is taken to end with the range.
    left = np.where(np.isinf(left), np.minimum(low, right), left)
    right = np.where(np.isinf(right), np.maximum(high, left), right)
    inside = np.flatnonzero(
        (right >= low) & (left <= high) & np.isfinite(left) & np.isfinite(right)
    )
    left, right = left[inside], right[inside]
    first = np.clip(np.searchsorted(edges, left, side="right") - 1, 0, bins - 1)
    last = np.clip(np.searchsorted(edges, right, side="left") - 1, first, bins - 1)
    found = np.zeros(count * bins)
    pieces = np.cumsum(last - first + 1)
    start, total = 0, int(pieces[-1]) if len(pieces) else 0
    while start < len(inside):
        done = int(pieces[start - 1]) if start else 0
        stop = len(inside)
        if total - done > _PIECES:
            stop = max(start + 1, int(np.searchsorted(pieces, done + _PIECES, side="right")))
        part = slice(start, stop)
        spans = (left[part], right[part], first[part], last[part])
        row, column, share = _shares(spans, edges)
        rows = inside[part][row]
        cell = buckets.owners[rows] * bins + column
        found += np.bincount(cell, share * buckets.counts[rows], minlength=count * bins)
        start = stop
    return found.reshape(count, bins)


def _shares(spans: Any, edges: npt.NDArray[np.float64]) -> tuple[Any, Any, Any]:
    """Return bucket, bin and share of the bucket's count, for all pairs that overlap."""
    left, right, first, last = spans
    several = last - first + 1
    row = np.repeat(np.arange(len(left)), several)
    column = np.arange(len(row)) - np.repeat(np.cumsum(several) - several, several) + first[row]
    width = right[row] - left[row]
    overlap = np.minimum(right[row], edges[column + 1]) - np.maximum(left[row], edges[column])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(width > 0, np.maximum(overlap, 0) / width, 1.0)
    return row, column, share


def _scale(low: float, high: float) -> float:
    """Return a power of two by which numbers of a range this wide can be computed with."""
    return 2.0**-4 if max(abs(low), abs(high)) > _HUGE else 1.0

"""Histograms as a few percentiles, which make a picture of a distribution over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

#: Where a normal distribution has -1.5, -1, -0.5, 0, 0.5, 1 and 1.5 standard deviations, and both
#: ends, in hundredths of a percent (source: TensorBoard's distributions plugin, ``compressor.py``).
BASIS_POINTS = (0, 668, 1587, 3085, 5000, 6915, 8413, 9332, 10_000)
_POINTS = np.array(BASIS_POINTS, np.float64)


def compress(buckets: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the percentiles of a histogram at `BASIS_POINTS`.

    Counts are taken to be spread evenly over their bucket; the first and the last percentile are
    the outer edges of the buckets that hold something. The numbers are those of TensorBoard
    (``compress_histogram``), but finite also where the span of a bucket overflows.

    Parameters
    ----------
    buckets
        float64[k, 3]: left edge, right edge and count of each, edges ascending.

    Returns
    -------
    numpy.ndarray
        float64[9], ascending: all 0 for a histogram without buckets, as in TensorBoard; all NaN if
        a count is not a finite number or is below zero.

    Examples
    --------
    >>> compress(np.array([[0.0, 10.0, 1.0]])).round(2)
    array([ 0.  ,  0.67,  1.59,  3.08,  5.  ,  6.92,  8.41,  9.33, 10.  ])
    """
    if not len(buckets):
        return np.zeros(len(_POINTS))
    lowest, highest = buckets[0, 0], buckets[-1, 1]
    rights, counts = buckets[:, 1], buckets[:, 2]
    with np.errstate(over="ignore"):
        total = counts.sum()
    if not (np.isfinite(total) and (counts >= 0).all()):
        return np.full(len(_POINTS), np.nan)
    weights = (counts * _POINTS[-1] / (total or 1.0)).cumsum()
    at = np.searchsorted(weights, _POINTS, side="right")
    within = np.minimum(at, len(weights) - 1)
    before = np.where(within > 0, weights[within - 1], 0.0)
    left = np.where(before > 0, np.maximum(rights[within - 1], lowest), lowest)
    right = np.minimum(rights[within], highest)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = left + (_POINTS - before) * (right - left) / (weights[within] - before)
        if not np.isfinite(values).all():
            share = (_POINTS - before) / (weights[within] - before)
            values = left * (1 - share) + right * share
    # Beyond the last weight there is nothing more: what is asked for is the end.
    percentiles: npt.NDArray[np.float64] = np.where(at < len(weights), values, highest)
    return percentiles

"""Several runs as one curve with a band: where the runs lie, and how far apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .alignment import Member, align, extremes
from .smoothing import smooth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

CENTERS = ("mean", "median", "iqm")
BANDS = ("std", "sem", "ci95", "minmax")

#: Samples of the bootstrap, and the steps at which it is made at most.
RESAMPLES = 1000
RESAMPLED_STEPS = 1000
_SEED = 20_170_101


class Band(NamedTuple):
    """A curve for several runs.

    Attributes
    ----------
    steps
        int64[s], ascending.
    wall_times, relative_times
        float64[s]: means over the runs, in seconds since the epoch and since each run's own start.
    center, low, high
        float64[s]: the curve, and the bounds of the band (the curve itself if there is none).
    counts
        int32[s]: of how many runs there is a value, never 0.
    note
        One sentence if the runs were not logged at the same steps; empty if they were.
    """

    steps: npt.NDArray[np.int64]
    wall_times: Floats
    relative_times: Floats
    center: Floats
    low: Floats
    high: Floats
    counts: npt.NDArray[np.int32]
    note: str


def aggregate(
    members: Sequence[Member],
    center: str = "mean",
    band: str | None = "std",
    smoothing: float = 0.0,
) -> Band:
    """Return the curve and the band of several runs.

    Each run is smoothed first, then the runs are put on common steps (see `align`), then center and
    band are taken step by step over the runs that have a finite value there. So the band shows how
    far apart the smoothed runs are, not how noisy each is, and the center runs amid the curves that
    one sees without groups.

    Parameters
    ----------
    members
        The runs' points.
    center
        ``"mean"``, ``"median"`` or ``"iqm"``: the mean without the lowest and highest quarter of
        the runs (``int(n / 4)`` on either side, as ``scipy.stats.trim_mean``).
    band
        ``"std"`` (of the sample, n - 1) or ``"sem"`` (the same over ``sqrt(n)``) around the center,
        ``"ci95"`` (2.5th to 97.5th percentile of the center over 1,000 resamplings of the runs, the
        same in every call; above 1,000 steps made at 1,000 of them, and scaled with the standard
        error in between), ``"minmax"`` (lowest and highest, points between common steps included),
        or None. A single run has no spread: its band is as wide as its curve.
    smoothing
        Weight of the moving average, 0 to 1.

    Returns
    -------
    Band

    Raises
    ------
    ValueError
        If `center` or `band` is unknown.

    Examples
    --------
    >>> steps, times = np.arange(2), np.zeros(2)
    >>> result = aggregate([Member(steps, times, np.array([value, 1.0])) for value in (0.0, 2.0)])
    >>> result.center, result.high
    (array([1., 1.]), array([2.41421356, 1.        ]))
    """
    if center not in CENTERS or band not in (*BANDS, None):
        message = f"no such curve as {center!r} with {band!r}: {CENTERS} with {BANDS} or None"
        raise ValueError(message)
    if smoothing:
        members = [one._replace(values=smooth(one.values, smoothing)[0]) for one in members]
    aligned = align(members)
    values = aligned.values
    counts = np.count_nonzero(~np.isnan(values), axis=0)
    middle = _center(values, counts, center)
    if band == "minmax":
        low, high = extremes(members, aligned)
    elif band is None:
        low = high = middle
    else:
        below, above = _widths(values, counts, middle, center, band)
        low, high = middle - below, middle + above
    kept = counts > 0
    return Band(
        aligned.steps[kept],
        aligned.wall_times[kept],
        aligned.relative_times[kept],
        middle[kept],
        low[kept],
        high[kept],
        counts[kept].astype(np.int32),
        aligned.note,
    )


def _center(values: Floats, counts: npt.NDArray[np.intp], center: str) -> Floats:
    if center == "mean":
        with np.errstate(invalid="ignore"):
            mean: Floats = np.nansum(values, axis=0) / counts
        return mean
    result = np.full(len(counts), np.nan)
    for count, columns, ordered in _by_count(values, counts):
        result[columns] = ordered @ _rank_weights(center, count)
    return result


def _widths(
    values: Floats, counts: npt.NDArray[np.intp], middle: Floats, center: str, band: str
) -> tuple[Floats, Floats]:
    """Return how far the band reaches below and above the center."""
    mean = middle if center == "mean" else _center(values, counts, "mean")
    squares = np.nansum((values - mean) ** 2, axis=0)
    deviation = np.sqrt(squares / np.maximum(counts - 1, 1))
    if band == "std":
        return deviation, deviation
    error = deviation / np.sqrt(np.maximum(counts, 1))
    if band == "sem":
        return error, error
    # Of equal runs, rounding alone would make a spread.
    where = np.flatnonzero((counts > 1) & (error > 1e-12 * np.abs(mean)))
    if not len(where):
        return np.zeros(len(counts)), np.zeros(len(counts))
    if len(where) > RESAMPLED_STEPS:
        ranks = np.linspace(0, len(where) - 1, RESAMPLED_STEPS).round().astype(np.int64)
        where = where[ranks]
    low, high = _resampled(values[:, where], counts[where], center)
    everywhere = np.arange(len(counts))
    below, above = (
        np.interp(everywhere, where, width / error[where]) * error
        for width in (middle[where] - low, high - middle[where])
    )
    # A bound that passes the center is a rounding error.
    return np.maximum(below, 0.0), np.maximum(above, 0.0)


def _resampled(values: Floats, counts: npt.NDArray[np.intp], center: str) -> tuple[Floats, Floats]:
    """Return the 2.5th and 97.5th percentile of the center of resampled runs, step by step.

    Every center is a sum of the ordered values with fixed weights. So a resampling is a matrix
    product: the weight of each value is that of the ranks at which the sample holds it.
    """
    low, high = np.empty(len(counts)), np.empty(len(counts))
    for count, columns, ordered in _by_count(values, counts):
        samples = np.random.default_rng(_SEED).integers(count, size=(RESAMPLES, count))
        samples.sort(axis=1)
        cells = samples + count * np.arange(RESAMPLES)[:, None]
        weights = np.tile(_rank_weights(center, count), RESAMPLES)
        mix = np.bincount(cells.ravel(), weights, RESAMPLES * count).reshape(RESAMPLES, count)
        low[columns], high[columns] = np.percentile(ordered @ mix.T, [2.5, 97.5], axis=1)
    return low, high


def _by_count(
    values: Floats, counts: npt.NDArray[np.intp]
) -> Iterator[tuple[int, npt.NDArray[np.intp], Floats]]:
    """Yield (n, steps with n values, those values in order as float64[steps, n])."""
    for count in np.unique(counts[counts > 0]).tolist():
        columns = np.flatnonzero(counts == count)
        # NaN sorts last.
        yield count, columns, np.sort(values[:, columns].T, axis=1)[:, :count]


def _rank_weights(center: str, count: int) -> Floats:
    """Return the weight of each of `count` ordered values in their center."""
    cut = {"mean": 0, "median": (count - 1) // 2, "iqm": count // 4}[center]
    weights = np.zeros(count)
    weights[cut : count - cut] = 1.0 / (count - 2 * cut)
    return weights

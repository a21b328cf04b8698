"""Which steps of a histogram series are shown, and on which buckets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tbwidget.analysis.rebinning import Buckets, edges_of, limits, rebin, stack, widened
from tbwidget.logs.blobs import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from tbwidget.logs.blobs import Index
    from tbwidget.logs.kinds import HistogramSeries

#: Steps shown at most, and numbers (steps times bins) of one series at most.
MOST_SLICES = 60
MOST_NUMBERS = 24_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be shown of a series.

    Attributes
    ----------
    bins
        How many equal bins; 0 for the buckets as they were written.
    step_range
        First and last step; None for all.
    marked
        Steps of which the nearest are shown in any case.
    limit
        How many steps at most, besides those.
    """

    bins: int
    step_range: tuple[float, float] | None = None
    marked: tuple[float, ...] = ()
    limit: int = MOST_SLICES


@dataclass(frozen=True, slots=True)
class Held:
    """The histograms of the steps to show, as they were written."""

    index: Index
    rows: npt.NDArray[np.int64]
    buckets: Buckets
    steps_in_range: int
    unreadable: int


class Slices(NamedTuple):
    """Histograms of some steps: `sizes[i]` buckets of the i-th, one after the other."""

    lefts: npt.NDArray[np.float64]
    rights: npt.NDArray[np.float64]
    counts: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int64]
    low: float
    high: float


def rows_shown(steps: npt.NDArray[np.int64], wish: Wish) -> tuple[npt.NDArray[np.int64], int]:
    """Return which rows to show, and how many there are in the range of steps.

    They are evenly spaced from the first on, and the last is always among them. So a row keeps its
    place while steps are added, until there are so many that the spaces must grow.
    """
    low, high = wish.step_range or (-np.inf, np.inf)
    inside = np.flatnonzero((steps >= low) & (steps <= high))
    count = len(inside)
    stride = max(1, -(-(count - 1) // max(1, wish.limit - 1)))
    rows = [inside[::stride], inside[-1:]]
    if count:
        rows += [_nearest(steps, inside, step) for step in wish.marked]
    return np.unique(np.concatenate(rows)).astype(np.int64), count


def _nearest(
    steps: npt.NDArray[np.int64], inside: npt.NDArray[np.int64], step: float
) -> npt.NDArray[np.int64]:
    return inside[[int(np.argmin(np.abs(steps[inside] - step)))]]


def hold(series: HistogramSeries, wish: Wish) -> Held:
    """Read what is to be shown of a series; what cannot be read is counted."""
    index = series.index()
    limit = min(wish.limit, max(1, MOST_NUMBERS // wish.bins)) if wish.bins else wish.limit
    wish = Wish(wish.bins, wish.step_range, wish.marked, limit)
    rows, count = rows_shown(index.columns.steps, wish)
    read, histograms = _read(series, index, rows)
    unreadable = len(rows) - len(read)
    if not wish.bins:
        kept = _few_enough([len(one) for one in histograms])
        read, histograms = read[kept], [histograms[at] for at in kept]
    return Held(index, read, stack(histograms), count, unreadable)


def _read(series: HistogramSeries, index: Index, rows: Any) -> tuple[Any, list[Any]]:
    read, histograms = [], []
    for row in rows.tolist():
        try:
            histograms.append(series.value_at(index, row))
        except UnreadableValueError:
            continue  # it is among the problems
        read.append(row)
    return np.array(read, np.int64), histograms


def _few_enough(sizes: list[int]) -> npt.NDArray[np.int64]:
    """Return places evenly spaced, the last among them, that hold few enough buckets together."""
    places = np.arange(len(sizes))
    stride = max(1, -(-sum(sizes) // MOST_NUMBERS))
    return np.sort(places[::-1][::stride])


def range_of(held: Iterable[Held]) -> tuple[float, float]:
    """Return the range that holds all of several series, as TensorBoard takes it."""
    found = [one for one in (limits(each.buckets) for each in held) if one]
    if not found:
        return widened(0.0, 0.0)
    return widened(min(low for low, _ in found), max(high for _, high in found))


def slices_of(held: Held, bins: int, low: float, high: float) -> Slices:
    """Return histograms on `bins` bins from `low` to `high`, or as they were written if it is 0."""
    count = len(held.rows)
    if bins:
        edges = edges_of(low, high, bins)
        counts = rebin(held.buckets, count, low, high, bins).ravel()
        sizes = np.full(count, bins)
        return Slices(
            np.tile(edges[:-1], count), np.tile(edges[1:], count), counts, sizes, low, high
        )
    buckets = held.buckets
    sizes = np.bincount(buckets.owners, minlength=count)
    return Slices(buckets.lefts, buckets.rights, buckets.counts, sizes, low, high)

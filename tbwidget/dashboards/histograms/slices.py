"""Which steps of a histogram series are shown, and on which buckets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tbwidget.analysis.rebinning import Buckets, edges_of, limits, rebin, stack, widened
from tbwidget.logs.blobs import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from tbwidget.logs.blobs import Index
    from tbwidget.logs.kinds import HistogramSeries

#: Steps shown if nothing else is asked for, and at most.
DEFAULT_SLICES = 60
MOST_SLICES = 2_000
#: Numbers (steps times bins) of one series at most, and buckets as written, which take five each.
MOST_NUMBERS = 60_000
MOST_BUCKETS = 24_000
#: More steps than these are not kept decoded for a second look: they would crowd out all else.
KEPT_SLICES = 2 * DEFAULT_SLICES
#: Histograms looked at together, which bounds the memory that takes.
_TOGETHER = 64


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
    limit: int = DEFAULT_SLICES


@dataclass(frozen=True, slots=True)
class Held:
    """The histograms of the steps to show, as they were written.

    Attributes
    ----------
    index, rows
        Where they are from.
    histograms
        float64[k, 3] each: left edge, right edge, count.
    steps_in_range, unreadable, left_out
        How many steps there are to choose from, how many of the chosen cannot be read, and how many
        buckets hold a NaN.
    limits
        The lowest and the highest edge; None if there is none.
    """

    index: Index
    rows: npt.NDArray[np.int64]
    histograms: list[npt.NDArray[np.float64]]
    steps_in_range: int
    unreadable: int
    left_out: int
    limits: tuple[float, float] | None


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
        rows += [inside[[nearest_row(steps[inside], step)]] for step in wish.marked]
    return np.unique(np.concatenate(rows)).astype(np.int64), count


def nearest_row(steps: npt.NDArray[np.int64], step: float) -> int:
    """Return which of ascending steps is nearest to `step`; of the same ones the last.

    Examples
    --------
    >>> [nearest_row(np.array([0, 10, 20]), step) for step in (-np.inf, 5.0, 14.0, 1e308)]
    [0, 0, 1, 2]
    """
    after = int(np.searchsorted(steps, step, side="right"))
    if after in (0, len(steps)):
        return max(0, after - 1)
    return after - 1 if step - steps[after - 1] <= steps[after] - step else after


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
    left_out, found = 0, []
    for buckets in _stacks(histograms):
        left_out += buckets.left_out
        found.append(limits(buckets))
    return Held(index, read, histograms, count, unreadable, left_out, _hull(found))


def _read(series: HistogramSeries, index: Index, rows: Any) -> tuple[Any, list[Any]]:
    keep = len(rows) <= KEPT_SLICES
    read, histograms = [], []
    for row in rows.tolist():
        try:
            histograms.append(series.value_at(index, row, keep=keep))
        except UnreadableValueError:
            continue  # it is among the problems
        read.append(row)
    return np.array(read, np.int64), histograms


def _few_enough(sizes: list[int]) -> npt.NDArray[np.int64]:
    """Return places evenly spaced, the last among them, that hold few enough buckets together."""
    places = np.arange(len(sizes))
    stride = max(1, -(-sum(sizes) // MOST_BUCKETS))
    return np.sort(places[::-1][::stride])


def _stacks(histograms: list[Any]) -> Iterator[Buckets]:
    for first in range(0, len(histograms), _TOGETHER):
        yield stack(histograms[first : first + _TOGETHER])


def _hull(ranges: Iterable[tuple[float, float] | None]) -> tuple[float, float] | None:
    found = [one for one in ranges if one]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def range_of(held: Iterable[Held]) -> tuple[float, float]:
    """Return the range that holds all of several series, as TensorBoard takes it."""
    return widened(*(_hull(one.limits for one in held) or (0.0, 0.0)))


def slices_of(held: Held, bins: int, low: float, high: float) -> Slices:
    """Return histograms on `bins` bins from `low` to `high`, or as they were written if it is 0."""
    count = len(held.rows)
    if bins:
        edges = edges_of(low, high, bins)
        counts = np.empty((count, bins))
        for first, buckets in zip(
            range(0, count, _TOGETHER), _stacks(held.histograms), strict=True
        ):
            end = min(count, first + _TOGETHER)
            counts[first:end] = rebin(buckets, end - first, low, high, bins)
        sizes = np.full(count, bins)
        return Slices(
            np.tile(edges[:-1], count), np.tile(edges[1:], count), counts.ravel(), sizes, low, high
        )
    buckets = stack(held.histograms)
    sizes = np.bincount(buckets.owners, minlength=count)
    return Slices(buckets.lefts, buckets.rights, buckets.counts, sizes, low, high)

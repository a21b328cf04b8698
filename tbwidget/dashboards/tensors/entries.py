"""Where the tensors of a series lie, with statistics of so many of them as can be read in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tbwidget.widget.summarising import MOST_STEPS, Summary, keys_of, thinned_rows
from tbwidget.widget.values import PLACE, Entries

if TYPE_CHECKING:
    import numpy.typing as npt

    from tbwidget.logs.blobs import Index

#: Bytes of records that are read for the statistics of one series, about; but of so many steps, if
#: they are not larger than that by themselves.
READ_BYTES = 16 * 2**20
FEWEST_STEPS = 8


class TensorEntries(Entries):
    """The places of all tensors of a series, and statistics of evenly spaced ones.

    The numbers of a row are its place and then its statistics, NaN if none were made.
    """

    def updated(self, index: Index) -> tuple[int, Summary]:
        """Return how many rows the page may keep of what it has, and those that come after."""
        before = len(self._places)
        same, found = super().updated(index)
        if same < before:  # some have been replaced
            kept = keys_of(index, np.arange(same))
            self._known = {key: self._known[key] for key in kept if key in self._known}
        rows = summarised_rows(index)
        rows = rows[rows >= same]
        numbers = np.full((len(found.steps), len(PLACE) + self._width), np.nan)
        numbers[:, : len(PLACE)] = found.numbers
        numbers[rows - same, len(PLACE) :] = self.summary(index, rows).numbers
        return same, found._replace(numbers=numbers)


def summarised_rows(index: Index) -> npt.NDArray[np.int64]:
    """Return the rows of which statistics are made: evenly spaced, and the first and the last."""
    lengths = index.columns.lengths
    if not len(lengths):
        return np.empty(0, np.int64)
    most = int(READ_BYTES / max(1.0, float(lengths.mean())))
    rows = thinned_rows(len(lengths), min(max(most, FEWEST_STEPS), MOST_STEPS))
    return rows[lengths[rows] <= READ_BYTES]

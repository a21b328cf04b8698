"""A stretch of records that are decoded together, though they are not all alike."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from .columns import ScalarColumns
from .layouts import MAX_LENGTH, Columns, Group

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]


class Stretch:
    """The records of a buffer, which of them are left to be read, and the points of the others."""

    def __init__(self, starts: Rows, lengths: Rows) -> None:
        self.starts, self.lengths = starts, lengths
        self.left = np.ones(len(starts), bool)
        self.restarts: list[int] = []
        self._present = set(
            np.flatnonzero(np.bincount(np.minimum(lengths, MAX_LENGTH + 1))).tolist()
        )
        self._parts: dict[str, list[tuple[Rows, Columns]]] = defaultdict(list)

    def may_hold(self, group: Group) -> bool:
        """Tell whether there are records of all its lengths."""
        return len(group.lengths) > 1 and self._present.issuperset(group.lengths)

    def places_of(self, group: Group) -> Rows:
        """Return the numbers of those records that begin a run of this group's lengths."""
        lengths, size = self.lengths, len(group.lengths)
        last = len(lengths) - size + 1
        if last < 1:
            return np.empty(0, np.int64)
        chosen = np.flatnonzero(lengths[:last] == group.lengths[0])
        for number in range(1, size):
            chosen = chosen[lengths[chosen + number] == group.lengths[number]]
        unread = np.concatenate([[0], np.cumsum(self.left)])
        chosen = chosen[unread[chosen + size] - unread[chosen] == size]
        if len(chosen) > 1 and (np.diff(chosen) < size).any():
            chosen = _apart(chosen, size)
        return chosen

    def add(self, tag: str, records: Rows, columns: Columns) -> None:
        """Take points of one tag, and the numbers of the records they are of."""
        self._parts[tag].append((records, columns))

    def merged(self) -> list[tuple[str, Rows, ScalarColumns]]:
        """Return the points of each tag in the order written, and which records they are of."""
        result = []
        for tag, parts in self._parts.items():
            if len(parts) == 1:
                result.append((tag, parts[0][0], ScalarColumns(*parts[0][1])))
                continue
            records = np.concatenate([records for records, _ in parts])
            order = np.argsort(records, kind="stable")
            columns = zip(*(columns for _, columns in parts), strict=True)
            merged = ScalarColumns(*(np.concatenate(column)[order] for column in columns))
            result.append((tag, records[order], merged))
        return result


def _apart(places: Rows, size: int) -> Rows:
    """Return those of the ascending `places` that are at least `size` apart, the first ones."""
    kept, next_free = [], -1
    for place in places.tolist():
        if place >= next_free:
            kept.append(place)
            next_free = place + size
    return np.array(kept, np.int64)

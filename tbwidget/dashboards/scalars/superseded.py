"""What the page is sent of points that a restart or a later write replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tbwidget.analysis.downsample import extreme_rows
from tbwidget.widget.frame import pack_columns, size_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from tbwidget.logs import ScalarSeries
    from tbwidget.logs.series import Points
    from tbwidget.widget.dashboard import View
    from tbwidget.widget.publisher import Message

#: Points sent of one series at most; what is left out is never a spike.
MOST_POINTS = 2_000
MESSAGE_BYTES = 2**18


def stretches(steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return for each step in which stretch of ascending steps it is.

    source: `partitionSeries` of TensorBoard's ``webapp/metrics``, which draws each as a line.

    Examples
    --------
    >>> stretches(np.array([5, 6, 6, 5, 6]))
    array([0, 0, 0, 1, 1], dtype=int32)
    """
    begins = np.concatenate([np.zeros(min(1, len(steps)), bool), np.diff(steps) < 0])
    return np.cumsum(begins, dtype=np.int32)


class Superseded:
    """Keeps the page of a view supplied with superseded points, while they are to be shown."""

    def __init__(self, view: View) -> None:
        self._view = view
        #: By series what the page holds: the points themselves are never changed, only replaced.
        self._sent: dict[tuple[int, int], tuple[Any, int]] = {}

    def forget(self, tags: set[int]) -> None:
        """Send what there is of `tags` again: the page lacks it."""
        for key in [key for key in self._sent if key[1] in tags]:
            del self._sent[key]

    def updates(self, wanted: dict[tuple[int, int], ScalarSeries]) -> Iterator[Message]:
        """Yield what the page lacks of the series that it shows."""
        if not self._view.state.superseded:
            wanted = {}
        for key in self._sent.keys() - wanted.keys():
            del self._sent[key]
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        for key, series in wanted.items():
            points = series.superseded
            version = (series, len(points.steps))
            # Of a series that has none the page need not be told, unless it had some.
            if self._sent.get(key, (series, 0)) == version:
                continue
            self._sent[key] = version
            items.append(_item(key, points, buffers))
            if size_of(buffers) >= MESSAGE_BYTES:
                yield {"op": "superseded", "items": items}, buffers
                items, buffers = [], []
        if items:
            yield {"op": "superseded", "items": items}, buffers


def _item(key: tuple[int, int], points: Points, buffers: list[memoryview]) -> dict[str, Any]:
    rows = extreme_rows(points.values, MOST_POINTS)
    columns: dict[str, npt.NDArray[Any]] = {
        "step": points.steps[rows],
        "wall": points.wall_times[rows],
        "value": points.values[rows],
        "stretch": stretches(points.steps)[rows],
    }
    return {"key": key, "n": len(points.steps), "columns": pack_columns(columns, buffers)}

"""A scalar series: append-only numpy columns that other threads may read at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from .ordering import Segment, Writer, current_rows

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from tbwidget.events.columns import ScalarColumns, Start


_T = TypeVar("_T", bound=np.generic)


class Points(NamedTuple):
    """Equally long columns of points: steps, wall times (seconds since the epoch), values."""

    steps: npt.NDArray[np.int64]
    wall_times: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]

    def take(self, rows: Any) -> Points:
        """Return the points at `rows`: a slice, a mask or row numbers."""
        return Points(self.steps[rows], self.wall_times[rows], self.values[rows])


class Snapshot(NamedTuple):
    """A consistent look at a series.

    As long as `generation` is the same, points are only added at the end; a new generation means
    that earlier points changed (a restart, a step written again).
    """

    generation: int
    points: Points


_NO_POINTS = Points(np.empty(0, np.int64), np.empty(0), np.empty(0))


class _Columns:
    """Three columns that grow in steps; `view` hands out the published part without a copy."""

    __slots__ = ("_arrays", "_length")

    def __init__(self, points: Points | None = None) -> None:
        self._arrays = points or _NO_POINTS
        self._length = len(self._arrays.steps)

    def view(self) -> Points:
        return self._arrays.take(slice(self._length))

    def append(self, points: Points) -> None:
        length, new = self._length, self._length + len(points.steps)
        if not length and not any(array.flags.writeable for array in points):
            # Columns that nobody can change (of the cache, on disk) are taken as they are.
            self._arrays, self._length = points, new
            return
        if new == length:
            return
        if new > len(self._arrays.steps):
            self._resize(max(new, length + length // 2, 64))
        for target, source in zip(self._arrays, points, strict=True):
            target[length:new] = source
        self._length = new

    def trim(self) -> None:
        """Give back room for points that may never come."""
        if len(self._arrays.steps) > self._length + self._length // 16:
            self._resize(self._length)

    def _resize(self, capacity: int) -> None:
        length = self._length
        resized = Points(np.empty(capacity, np.int64), np.empty(capacity), np.empty(capacity))
        for target, source in zip(resized, self._arrays, strict=True):
            target[:length] = source[:length]
        self._arrays = resized


class ScalarSeries:
    """The points of one scalar tag in one run, by step.

    Attributes
    ----------
    tag
        The tag's name.
    display_name, description
        What the writer gave with the tag; empty if nothing.

    Examples
    --------
    >>> series = logs["train"].scalars["loss"]  # doctest: +SKIP
    >>> series.steps, series.values  # doctest: +SKIP
    (array([0, 1, 2]), array([0.9, 0.7, 0.4]))
    """

    def __init__(self, tag: str, *, purge: bool = True) -> None:
        self.tag = tag
        self.display_name = ""
        self.description = ""
        self._purge = purge
        self._segments: list[Segment] = []  # of the points in the order that they arrived
        self._current = _Columns()
        self._superseded = _NO_POINTS
        #: Where those that had arrived by the last `settle` are now: in the current points, and
        #: behind them in the superseded ones. None: where they were.
        self._order: npt.NDArray[np.int32] | None = None
        #: Whether points have arrived that `settle` has yet to put in their place, and those.
        self.unsettled = False
        self._pending = _Columns()
        self._snapshot = Snapshot(0, self._current.view())

    def __len__(self) -> int:
        """Return the number of current points."""
        return len(self._snapshot.points.steps)

    def __repr__(self) -> str:
        return f"<ScalarSeries {self.tag!r}: {len(self):,} points>"

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """Steps, int64[n], ascending (or all equal)."""
        return _frozen(self._snapshot.points.steps)

    @property
    def wall_times(self) -> npt.NDArray[np.float64]:
        """Wall times, float64[n], in seconds since the epoch."""
        return _frozen(self._snapshot.points.wall_times)

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """Values, float64[n]; NaN and infinities as written."""
        return _frozen(self._snapshot.points.values)

    @property
    def superseded(self) -> Points:
        """Points that a restart or a later write to the same step replaced, as written."""
        steps, wall_times, values = self._superseded
        return Points(_frozen(steps), _frozen(wall_times), _frozen(values))

    def to_pandas(self) -> pd.DataFrame:
        """Return the points as a table.

        Returns
        -------
        pandas.DataFrame
            Columns step (int64), wall_time (float64, seconds since the epoch), value (float64).
        """
        from .frames import series_frame

        return series_frame(self)

    def snapshot(self) -> Snapshot:
        """Return a consistent look at all columns, for use from any thread."""
        return self._snapshot

    def append(self, writer: Writer, epoch: int, start: Start | None, new: ScalarColumns) -> None:
        """Take in points that `writer` wrote since its `epoch`-th restart `start`.

        Only the thread that reads the log directory may call this, and calls `settle` in the end.
        """
        points = Points(new.steps, new.wall_times, new.values)
        if not self._extends(writer, epoch, start, points.steps):
            self.unsettled = True
        first = self._arrived_count
        (self._pending if self.unsettled else self._current).append(points)
        end = first + len(points.steps)
        last = self._segments[-1] if self._segments else None
        if last and last.writer == writer and last.epoch == epoch:
            last.end = end
        else:
            self._segments.append(Segment(writer, epoch, start, first, end))
        if not self.unsettled:
            self._publish(self._snapshot.generation)

    def restart(self, writer: Writer, epoch: int, start: Start) -> None:
        """Take note of a restart; points at or after its step are superseded."""
        if not self._extends(writer, epoch, start, np.empty(0, np.int64)):
            self.unsettled = True
        rows = self._arrived_count
        self._segments.append(Segment(writer, epoch, start, rows, rows))

    def forget(self, writer: Writer) -> int:
        """Drop all that `writer` wrote, since its file was replaced; tell how many it was."""
        arrived = self._arrived()
        kept, segments, length = [], [], 0
        for segment in self._segments:
            if segment.writer == writer:
                continue
            rows = np.arange(segment.first, segment.end)
            kept.append(rows)
            segment.first, segment.end = length, length + len(rows)
            length += len(rows)
            segments.append(segment)
        rows = np.concatenate(kept) if kept else np.empty(0, np.int64)
        self._segments = segments
        self._pending, self._current = _Columns(arrived.take(rows)), _Columns()
        self._superseded, self._order = _NO_POINTS, None
        self.unsettled = True
        return len(arrived.steps) - length

    def settle(self) -> None:
        """Put the points that arrived in their order, and publish them."""
        if self.unsettled:
            self._reorder()
            self.unsettled = False

    def trim(self) -> None:
        """Give back memory that was kept for points to come."""
        self._current.trim()
        self._publish(self._snapshot.generation)

    def written_by(self, writer: Writer) -> tuple[Points, dict[int, int]]:
        """Return all that `writer` wrote, as it arrived, and how much of it since which restart."""
        parts: list[slice] = []
        rows: dict[int, int] = {}
        for segment in self._segments:
            if segment.writer != writer:
                continue
            rows[segment.epoch] = rows.get(segment.epoch, 0) + segment.end - segment.first
            if parts and parts[-1].stop == segment.first:
                parts[-1] = slice(parts[-1].start, segment.end)
            else:
                parts.append(slice(segment.first, segment.end))
        arrived = self._arrived()
        if len(parts) == 1:
            return arrived.take(parts[0]), rows
        columns = (np.concatenate([column[:0], *(column[p] for p in parts)]) for column in arrived)
        return Points(*columns), rows

    def _extends(
        self, writer: Writer, epoch: int, start: Start | None, steps: npt.NDArray[np.int64]
    ) -> bool:
        """Tell whether new points simply follow the current ones, with nothing to reorder."""
        if self.unsettled:
            return False
        current = self._snapshot.points.steps
        if len(steps) > 1 and not bool(np.all(steps[1:] > steps[:-1])):
            return False
        if not len(current):
            return not self._segments
        latest = max(segment.writer.order for segment in self._segments)
        if writer.order < latest or current[0] == current[-1]:
            return False
        if start is not None and epoch > 0 and self._is_new(writer, epoch):
            return bool(start.step > current[-1]) and (not len(steps) or steps[0] > current[-1])
        return not len(steps) or bool(steps[0] > current[-1])

    def _is_new(self, writer: Writer, epoch: int) -> bool:
        return not any(s.writer == writer and s.epoch == epoch for s in self._segments)

    @property
    def _arrived_count(self) -> int:
        counts = (self._current.view(), self._superseded, self._pending.view())
        return sum(len(points.steps) for points in counts)

    def _arrived(self) -> Points:
        """Return all points in the order that they arrived."""
        current, pending = self._current.view(), self._pending.view()
        if self._order is None:
            return _joined(current, pending)
        settled = len(self._order) - len(self._superseded.steps)
        ordered = _joined(current.take(slice(settled)), self._superseded).take(self._order)
        return _joined(ordered, current.take(slice(settled, None)), pending)

    def _reorder(self) -> None:
        arrived = self._arrived()
        rows = current_rows(arrived.steps, arrived.wall_times, self._segments, purge=self._purge)
        before, count = self._snapshot, len(arrived.steps)
        pending, self._pending = self._pending, _Columns()
        if len(rows) == count and bool(np.all(rows == np.arange(count))):
            # The columns themselves where there is but one: they have room for more.
            settled, arrives = len(self._current.view().steps), len(pending.view().steps)
            if self._order is not None or (settled and arrives):
                self._current = _Columns(arrived)
            elif arrives:
                self._current = pending
            self._superseded, self._order = _NO_POINTS, None
        else:
            replaced = np.ones(count, bool)
            replaced[rows] = False
            self._order = np.empty(count, np.int32)
            self._order[np.concatenate([rows, np.flatnonzero(replaced)])] = np.arange(count)
            self._current = _Columns(arrived.take(rows))
            self._superseded = arrived.take(replaced)
        now = self._current.view()
        same = goes_on(before.points, now)
        self._publish(before.generation if same else before.generation + 1)

    def _publish(self, generation: int) -> None:
        self._snapshot = Snapshot(generation, self._current.view())


def goes_on(before: Points, now: Points) -> bool:
    """Tell whether `now` begins with all points of `before`."""
    kept = len(before.steps)
    return kept <= len(now.steps) and all(
        np.array_equal(old, new[:kept], equal_nan=old.dtype.kind == "f")
        for old, new in zip(before, now, strict=True)
    )


def _frozen(array: npt.NDArray[_T]) -> npt.NDArray[_T]:
    """Return a read-only view: writing into it would write into the store."""
    view = array.view()
    view.flags.writeable = False
    return view


def _joined(*parts: Points) -> Points:
    """Return the points of all parts; without a copy if there are only those of one."""
    full = [part for part in parts if len(part.steps)] or [*parts[:1]]
    if len(full) == 1:
        return full[0]
    return Points(*(np.concatenate(columns) for columns in zip(*full, strict=True)))

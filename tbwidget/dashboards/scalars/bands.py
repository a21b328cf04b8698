"""What the page is sent of groups of runs: for each group and tag a curve and a band."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tbwidget.analysis.alignment import Member
from tbwidget.analysis.bands import aggregate
from tbwidget.analysis.downsample import extreme_rows
from tbwidget.logs.groups import group_runs
from tbwidget.widget.frame import pack_columns, size_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tbwidget.analysis.bands import Band
    from tbwidget.logs import ScalarSeries
    from tbwidget.widget.dashboard import View
    from tbwidget.widget.publisher import Message

    #: Series by the numbers of their run and tag.
    Wanted = dict[tuple[int, int], ScalarSeries]

#: Points of a curve that is sent, of all together and of one at least and at most.
TOTAL_POINTS = 80_000
FEWEST_POINTS = 240
MOST_POINTS = 3_000
MESSAGE_BYTES = 2**20
#: Bands of runs that grow may take this part of the thread's time; and so long at a time.
DUTY = 0.05
SLICE_SECONDS = 0.5
LONGEST_REST = 5.0


@dataclass(slots=True)
class Group:
    """A group of runs: its number in messages, its name, and the numbers of its runs."""

    number: int
    name: str
    runs: list[int]


class _Sent(NamedTuple):
    """What the page holds of a band: made with which settings of which points, and how fine."""

    settings: object
    version: object
    limit: int


class Grouping(NamedTuple):
    """Groups, what they were made of, and what is wrong with the setting if there are none."""

    key: object = None
    groups: tuple[Group, ...] = ()
    error: str = ""


class Bands:
    """Keeps the page of a view supplied with the bands of the groups that its settings ask for."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._numbers: dict[str, int] = {}
        self._grouping = Grouping()
        self._announced: object = None
        self._sent: dict[tuple[int, int], _Sent] = {}
        self._rest_until = 0.0
        self._lock = threading.Lock()

    def forget(self, tags: set[int]) -> None:
        """Send the bands of `tags` again: the page lacks them."""
        for key in [key for key in self._sent if key[1] in tags]:
            del self._sent[key]
        if tags:
            self._announced = None

    def updates(self, wanted: Wanted, names: list[str]) -> Iterator[Message]:
        """Yield the bands that the page lacks of the series that it shows.

        Parameters
        ----------
        wanted
            What the page shows, in the order of importance.
        names
            The runs that the view is about, shown or hidden.
        """
        _, groups, error = grouping = self._regroup(names)
        if grouping[1:] != self._announced and (groups or error or self._announced):
            self._announced = grouping[1:]
            rows = [[one.number, one.name, one.runs] for one in groups]
            yield {"op": "bands", "groups": rows, "error": error, "items": []}, []
        members = members_of(wanted, groups)
        for key in self._sent.keys() - members.keys():
            del self._sent[key]
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        for item in self._items(members, buffers):
            items.append(item)
            if size_of(buffers) >= MESSAGE_BYTES:
                yield {"op": "bands", "items": items}, buffers
                items, buffers = [], []
        if items:
            yield {"op": "bands", "items": items}, buffers

    def detail(
        self, wanted: Wanted, names: list[str], axis: str, low: float, high: float, limit: int
    ) -> Message:
        """Return the bands between two x values, in as much detail as `limit` points allow."""
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        for key, several in members_of(wanted, self._regroup(names).groups).items():
            band = self._aggregate(several)
            times = {"wall": band.wall_times, "relative": band.relative_times}
            x = times.get(axis, band.steps.astype(np.float64))
            inside = np.flatnonzero((x >= low) & (x <= high))
            first = max(0, int(inside[0]) - 1) if len(inside) else 0
            end = min(len(x), int(inside[-1]) + 2) if len(inside) else 0
            items.append(_item(key, band, len(several), limit, buffers, first, end))
        return {"items": items}, buffers

    def _regroup(self, names: list[str]) -> Grouping:
        """Return the groups of the runs, found anew if anything that tells them has changed."""
        state, error = self._view.state, ""
        runs, group_by = state.logdir.runs, state.group_by
        if not group_by:
            self._grouping = Grouping()
            return self._grouping
        key = (group_by, tuple((name, runs[name].revision) for name in names))
        if key == self._grouping.key:
            return self._grouping
        try:
            found = group_runs(runs, names, group_by)
        except ValueError as refused:
            found, error = {}, str(refused)
        groups = (
            Group(self._number(name), name, [state.run_number(run) for run in group])
            for name, group in found.items()
        )
        self._grouping = Grouping(key, tuple(groups), error)
        return self._grouping

    def _number(self, name: str) -> int:
        with self._lock:  # requests for details come on other threads
            return self._numbers.setdefault(name, len(self._numbers))

    def _items(
        self, members: dict[tuple[int, int], list[ScalarSeries]], buffers: list[memoryview]
    ) -> Iterator[dict[str, Any]]:
        limit = max(FEWEST_POINTS, min(MOST_POINTS, TOTAL_POINTS // max(1, len(members))))
        state = self._view.state
        settings = (state.center, state.band, state.smoothing)
        began = time.monotonic()
        for key, several in members.items():
            version = tuple(
                (id(series), snapshot.generation, len(snapshot.points.steps))
                for series, snapshot in ((series, series.snapshot()) for series in several)
            )
            sent = self._sent.get(key)
            # What is shown changes with every scroll: only much finer is worth sending anew.
            same = sent is not None and sent.settings == settings and limit <= 2 * sent.limit
            if sent is not None and same and sent.version == version:
                continue
            now = time.monotonic()
            if now - began > SLICE_SECONDS:
                break  # the rest at the next tick
            if same and began < self._rest_until:
                continue  # has only grown
            item = _item(key, self._aggregate(several), len(several), limit, buffers)
            self._sent[key] = _Sent(settings, version, MOST_POINTS if item["exact"] else limit)
            yield item
        spent = time.monotonic() - began
        if began >= self._rest_until:
            self._rest_until = began + spent + min(spent / DUTY, LONGEST_REST)

    def _aggregate(self, several: list[ScalarSeries]) -> Band:
        state = self._view.state
        points = [Member(*series.snapshot().points) for series in several]
        return aggregate(points, state.center, state.band, state.smoothing)


def members_of(
    wanted: Wanted, groups: Iterable[Group]
) -> dict[tuple[int, int], list[ScalarSeries]]:
    """Return the series that each (group, tag) is made of, in the order of `wanted`."""
    group_of = {run: group.number for group in groups for run in group.runs}
    members: dict[tuple[int, int], list[ScalarSeries]] = {}
    for (run, tag), series in wanted.items():
        if run in group_of:
            members.setdefault((group_of[run], tag), []).append(series)
    return members


def _item(
    key: tuple[int, int],
    band: Band,
    runs: int,
    limit: int,
    buffers: list[memoryview],
    first: int = 0,
    end: int | None = None,
) -> dict[str, Any]:
    """Return rows ``first:end`` of a band, with every bucket's extremes of all three curves."""
    end = len(band.steps) if end is None else end
    rows = np.arange(first, end)
    if len(rows) > limit:
        curves = (band.center, band.low, band.high)
        rows = np.unique(
            np.concatenate([extreme_rows(curve, limit // 3, first, end) for curve in curves])
        )
    columns: dict[str, Any] = {
        "step": band.steps,
        "wall": band.wall_times,
        "relative": band.relative_times,
        "value": band.center,
        "low": band.low,
        "high": band.high,
        "count": band.counts,
    }
    return {
        "key": key,
        "n": len(band.steps),
        "runs": runs,
        "exact": len(rows) == end - first,
        "note": band.note,
        "columns": pack_columns({name: column[rows] for name, column in columns.items()}, buffers),
    }

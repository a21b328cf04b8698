"""Recording what a page asks for step by step: images, clips, texts, tensors, PR curves."""

from __future__ import annotations

import math
from collections import deque
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .budget import spread
from .notes import left_out_note
from .recording import FullError, Recording, encoded_size, entry_size, listed_size, pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tbwidget.widget.summarising import SummaryDashboard
    from tbwidget.widget.watching import Request

#: Beyond what is deflated of an empty one, the summary of a series may take this much.
MARGIN = 64
#: Steps of each series that come before what else there is of the newest.
FIRST_STEPS = 5
#: After so many that did not fit no others are tried.
MOST_FAILURES = 10


class _Answered(NamedTuple):
    request: Request
    result: dict[str, Any]
    packed: bytes
    #: Whether it is what a card asks for first of a step, and not what belongs to that.
    is_first: bool

    @property
    def entry(self) -> int:
        return len(self.request.key) + 12


class _Series:
    """One series: what the page is told of its steps, and which of them are in the file."""

    def __init__(self, run: str, tag: str, item: dict[str, Any], buffers: list[Any]) -> None:
        self.run, self.tag, self.item = run, tag, item
        columns = item["columns"]
        self.columns = {
            name: np.frombuffer(buffer, f"<{dtype}")
            for (name, dtype, _), buffer in zip(columns, buffers, strict=False)
        }
        #: What comes with it unasked.
        self.extra = buffers[len(columns) :]
        self.rows: set[int] = set()
        self._order = spread(len(self.columns["step"]))
        #: The row that is to be recorded next; None if there is no other.
        self.next_row = next(self._order, None)

    def advance(self) -> None:
        """Go on to the row after that."""
        self.next_row = next(self._order, None)

    @property
    def next_size(self) -> int:
        """Bytes that the next row takes at most beside the value itself."""
        row = encoded_size(sum(column.itemsize for column in self.columns.values())) + 1
        if self.rows:
            return row
        names = listed_size(entry_size(self.tag, self.tag, self.run))
        return row + names + encoded_size(len(pack(*self.thinned()))) + MARGIN

    def thinned(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return the item of those steps that are in the file, and its buffers."""
        rows = sorted(self.rows)
        described = [[name, dtype, len(rows)] for name, dtype, _ in self.item["columns"]]
        buffers = [column[rows].tobytes() for column in self.columns.values()]
        item = {**self.item, "from": 0, "n": len(rows), "columns": described}
        return item, [*buffers, *map(bytes, self.extra)]


class ValueGroup:
    """A dashboard whose page asks for what it shows: the newest of all series, then others."""

    def __init__(self, dashboards: list[SummaryDashboard]) -> None:
        (self.dashboard,) = dashboards
        pinned = set(self.dashboard.state.pinned)
        self._tags = sorted(self.dashboard.shown_tags(), key=lambda tag: tag not in pinned)
        self._series: list[_Series] = []
        #: Those of which further steps may be recorded; None before the first.
        self._open: deque[_Series] | None = None
        #: Bytes kept free for the summaries.
        self._reserved = 0
        #: Steps that are in the file, and then what belongs to such and found no room.
        self._new: list[tuple[_Series, Request, dict[str, Any]]] = []
        self._missing: list[tuple[_Series, list[Request]]] = []

    def demand(self) -> float:
        """Return about how many bytes would hold everything."""
        total = 0
        for _, _, series in self.dashboard.shown_series(self.dashboard.shown_runs()):
            total += encoded_size(int(series.index().columns.lengths.sum()))
        return total

    def fill(self, recording: Recording) -> None:
        """Record the newest values of all tags, then further steps of all alike, then the rest.

        Called again with more room, it goes on.
        """
        missing, self._missing = self._missing, []
        if self._open is None:
            self._open = self._begin()
        self._add_steps(recording, len(self._open))
        newest = self._take_beside()
        self._add_steps(recording, FIRST_STEPS * len(self._open))
        self._add_beside(recording, [*missing, *newest])
        self._add_steps(recording)
        self._add_beside(recording, self._take_beside())

    def finish(self, recording: Recording) -> None:
        """Record what the page is told of the steps that are in the file."""
        recording.room += self._reserved
        for tag, series in self._recorded().items():
            items, buffers = [], []
            for one in series:
                item, own = one.thinned()
                items.append(item)
                buffers += own
            packed = pack({"op": "summaries", "items": items}, buffers)
            recording.channel(self._channel)["tags"][tag] = recording.add([packed])

    def _recorded(self) -> dict[str, list[_Series]]:
        """Return the series that are in the file, by tag."""
        found: dict[str, list[_Series]] = {}
        for one in self._series:
            if one.rows:
                found.setdefault(one.tag, []).append(one)
        return found

    def runs_by_tag(self) -> dict[str, set[int] | None]:
        """Return the numbers of the runs of which there is something in the file, by tag."""
        return {
            tag: {one.item["key"][0] for one in series} for tag, series in self._recorded().items()
        }

    @property
    def _channel(self) -> str:
        return f"anywidget:{self.dashboard.model_id}"

    def _begin(self) -> deque[_Series]:
        """Return all series, the first of each tag before the second of any."""
        by_tag = [list(self._series_of(tag)) for tag in self._tags]
        self._series = [one for several in by_tag for one in several]
        return deque(one for turn in zip_longest(*by_tag) for one in turn if one is not None)

    def _series_of(self, tag: str) -> Iterator[_Series]:
        names = {self.dashboard.state.run_number(run): run for run in self.dashboard.shown_runs()}
        for message, buffers in self.dashboard.recorded(tag):
            if message["op"] != "summaries":
                continue
            left = list(buffers)
            for item in message["items"]:
                count = len(item["columns"]) + len(item.get("curve", {}).get("columns", ()))
                yield _Series(names[item["key"][0]], tag, item, left[:count])
                del left[:count]

    def _add_steps(self, recording: Recording, turns: float = math.inf) -> None:
        """Record the next step of all series in turn, until none fits or so often."""
        queue, full = self._open or deque(), []
        while queue and turns > 0:
            turns -= 1
            series = queue.popleft()
            row = series.next_row
            if row is None:
                continue
            found, size = self._ask(series, row), series.next_size
            try:
                # What comes unasked is in the summary.
                self._add(recording, series, [found] if found else [], size)
            except FullError:
                full.append(series)  # nor would a later one fit
                continue
            self._reserved += size
            series.rows.add(row)
            series.advance()
            queue.append(series)
        queue.extend(full)

    def _ask(self, series: _Series, row: int) -> _Answered | None:
        request = self.dashboard.request_at(series.run, series.tag, series.columns, row)
        return None if request is None else self._answer(request, is_first=True)

    def _answer(self, request: Request, *, is_first: bool = False) -> _Answered | None:
        asked = {"op": request.operation, "id": 0, "args": request.args}
        answer = self.dashboard.operations.answer(asked)
        if answer is None or not answer[0]["ok"] or not answer[0]["result"]:
            return None
        (result,) = answer[0]["result"]
        return _Answered(request, result, pack(result, answer[1]), is_first)

    def _add(
        self, recording: Recording, series: _Series, answers: list[_Answered], more: int = 0
    ) -> None:
        packed = [found.packed for found in answers]
        entry = sum(found.entry for found in answers)
        if recording.cost(packed, entry) + more > recording.room:
            raise FullError
        numbers = recording.add(packed, entry)
        recording.room -= more
        values = recording.channel(self._channel)["values"]
        for number, found in zip(numbers, answers, strict=True):
            values.setdefault(series.tag, {}).setdefault(series.run, {})[found.request.key] = number
            if found.is_first:
                self._new.append((series, found.request, found.result))

    def _take_beside(self) -> list[tuple[_Series, list[Request]]]:
        """Return what can be asked of the steps that were recorded since the last call."""
        new, self._new = self._new, []
        return [
            (series, list(self.dashboard.requests_beside(request, result)))
            for series, request, result in new
        ]

    def _add_beside(
        self, recording: Recording, wanted: list[tuple[_Series, list[Request]]]
    ) -> None:
        """Record what belongs to steps that are in the file."""
        failures = 0
        for series, requests in wanted:
            left = deque(requests)
            while left and failures < MOST_FAILURES:
                more = self._answer(left[0])
                try:
                    if more is not None:
                        self._add(recording, series, [more])
                except FullError:
                    failures += 1
                    break  # the others of this step are as large
                failures = 0
                left.popleft()
            if left:
                self._missing.append((series, list(left)))

    def notes(self) -> list[tuple[str, str]]:
        """Return what must be known of what is not in the file, by title."""
        title, notes = self.dashboard.title, []
        recorded = self._recorded()
        series = [one for several in recorded.values() for one in several]
        thinned = [one for one in series if len(one.rows) < one.item["steps"]]
        if thinned:
            largest = max(thinned, key=lambda one: one.item["steps"])
            kept, steps = len(largest.rows), largest.item["steps"]
            notes.append((title, f"{kept:,} of {steps:,} steps, the newest among them."))
        if note := left_out_note(self._tags, recorded):
            notes.append((title, note))
        every = [one for one in self._series if one.tag in recorded]
        if len(series) < len(every):
            left = len(every) - len(series)
            note = f"Left out: {left:,} of {len(every):,} series (one tag of one run)."
            notes.append((title, note))
        if missing := sum(len(requests) for _, requests in self._missing):
            what = "further samples, whole texts or slices of these steps"
            notes.append((title, f"Left out: {missing:,} {what}."))
        return notes

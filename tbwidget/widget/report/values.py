"""Recording what a page asks for step by step: images, clips, texts, tensors, PR curves."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .budget import spread
from .notes import left_out_note
from .recording import FullError, Recording, encoded_size, pack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tbwidget.widget.summarising import SummaryDashboard
    from tbwidget.widget.watching import Request

#: Beyond what is deflated of its one row, a summary may take this much for each series.
MARGIN = 64


class _Answered(NamedTuple):
    request: Request
    result: dict[str, Any]
    packed: bytes

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
        self._next = spread(len(self.columns["step"]))

    def next_row(self) -> int | None:
        """Return the row that is to be recorded next; None if there is no other."""
        return next(self._next, None)

    @property
    def row_size(self) -> int:
        """Bytes that one more row takes at most."""
        return encoded_size(sum(column.itemsize for column in self.columns.values())) + 1

    def thinned(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return the item of those steps that are in the file, and its buffers."""
        rows = sorted(self.rows)
        described = [[name, dtype, len(rows)] for name, dtype, _ in self.item["columns"]]
        buffers = [column[rows].tobytes() for column in self.columns.values()]
        item = {**self.item, "from": 0, "n": len(rows), "columns": described}
        return item, [*buffers, *map(bytes, self.extra)]


class _Section:
    """The series of one tag."""

    def __init__(self, tag: str, series: list[_Series]) -> None:
        self.tag, self.series = tag, series
        #: Bytes kept free for `message`, which grows with every row.
        self.reserved = 0

    def message(self) -> bytes:
        """Return the summaries of what is in the file."""
        items, buffers = [], []
        for one in self.series:
            item, own = one.thinned()
            items.append(item)
            buffers += own
        return pack({"op": "summaries", "items": items}, buffers)


class ValueGroup:
    """A dashboard whose page asks for what it shows: the newest of all series, then others."""

    def __init__(self, dashboards: list[SummaryDashboard]) -> None:
        (self.dashboard,) = dashboards
        pinned = set(self.dashboard.state.pinned)
        self._tags = sorted(self.dashboard.shown_tags(), key=lambda tag: tag not in pinned)
        self._sections: list[_Section] = []
        self._missing = 0  # of what belongs to steps that are in the file
        self.recorded: set[str] = set()

    def demand(self) -> float:
        """Return about how many bytes would hold everything."""
        total = 0
        for _, _, series in self.dashboard.shown_series(self.dashboard.shown_runs()):
            total += encoded_size(int(series.index().columns.lengths.sum()))
        return total

    def fill(self, recording: Recording) -> None:
        """Record the newest values of all tags, then further steps of all alike, then the rest."""
        beside: deque[tuple[_Series, _Answered]] = deque()
        for tag in self._tags:
            beside += self._begin(recording, tag)
        self._add_beside(recording, beside)
        queue = deque((section, one) for section in self._sections for one in section.series)
        while queue:
            section, series = queue.popleft()
            row = series.next_row()
            if row is None:
                continue
            found = self._ask(series, row)
            if found is None:  # it cannot be asked for: nothing is lost without it
                queue.append((section, series))
                continue
            try:
                self._add(recording, series, found, series.row_size)
            except FullError:
                continue  # nor would a later one fit
            section.reserved += series.row_size
            series.rows.add(row)
            beside.append((series, found))
            queue.append((section, series))
        self._add_beside(recording, beside)
        for section in self._sections:
            recording.room += section.reserved
            (number,) = recording.add([section.message()])
            recording.channel(self._channel)["tags"][section.tag] = [number]

    @property
    def _channel(self) -> str:
        return f"anywidget:{self.dashboard.model_id}"

    def _begin(self, recording: Recording, tag: str) -> list[tuple[_Series, _Answered]]:
        """Record the newest value of each run, or nothing of a tag if there is no room for it."""
        section = _Section(tag, list(self._series(tag)))
        answers: list[tuple[_Series, _Answered]] = []
        for one in section.series:
            row = one.next_row()
            if row is None:
                continue
            one.rows.add(row)
            if found := self._ask(one, row):
                answers.append((one, found))
        base = encoded_size(len(section.message())) + MARGIN * (1 + len(section.series)) + len(tag)
        entry = sum(found.entry for _, found in answers)
        if recording.cost([found.packed for _, found in answers], entry) + base > recording.room:
            return []
        recording.room -= base
        section.reserved = base
        for one, found in answers:
            self._add(recording, one, found)
        self._sections.append(section)
        self.recorded.add(tag)
        return answers

    def _series(self, tag: str) -> Iterator[_Series]:
        names = {self.dashboard.state.run_number(run): run for run in self.dashboard.shown_runs()}
        for message, buffers in self.dashboard.recorded(tag):
            if message["op"] != "summaries":
                continue
            left = list(buffers)
            for item in message["items"]:
                count = len(item["columns"]) + len(item.get("curve", {}).get("columns", ()))
                yield _Series(names[item["key"][0]], tag, item, left[:count])
                del left[:count]

    def _ask(self, series: _Series, row: int) -> _Answered | None:
        request = self.dashboard.request_at(series.run, series.tag, series.columns, row)
        return None if request is None else self._answer(request)

    def _answer(self, request: Request) -> _Answered | None:
        asked = {"op": request.operation, "id": 0, "args": request.args}
        answer = self.dashboard.operations.answer(asked)
        if answer is None or not answer[0]["ok"] or not answer[0]["result"]:
            return None
        (result,) = answer[0]["result"]
        return _Answered(request, result, pack(result, answer[1]))

    def _add(self, recording: Recording, series: _Series, found: _Answered, more: int = 0) -> None:
        if recording.cost([found.packed], found.entry) + more > recording.room:
            raise FullError
        (number,) = recording.add([found.packed], found.entry)
        recording.room -= more
        values = recording.channel(self._channel)["values"]
        values.setdefault(series.tag, {}).setdefault(series.run, {})[found.request.key] = number

    def _add_beside(self, recording: Recording, answered: deque[tuple[_Series, _Answered]]) -> None:
        """Record what else can be asked of values that are in the file."""
        while answered:
            series, found = answered.popleft()
            for request in self.dashboard.requests_beside(found.request, found.result):
                more = self._answer(request)
                try:
                    if more is not None:
                        self._add(recording, series, more)
                except FullError:
                    self._missing += 1

    def notes(self) -> list[tuple[str, str]]:
        """Return what must be known of what is not in the file, by title."""
        title, notes = self.dashboard.title, []
        series = [one for section in self._sections for one in section.series]
        thinned = [one for one in series if len(one.rows) < one.item["steps"]]
        if thinned:
            largest = max(thinned, key=lambda one: one.item["steps"])
            kept, steps = len(largest.rows), largest.item["steps"]
            notes.append((title, f"{kept:,} of {steps:,} steps, the newest among them."))
        if note := left_out_note(self._tags, self.recorded):
            notes.append((title, note))
        if self._missing:
            what = "further samples, whole texts or slices"
            notes.append((title, f"{self._missing:,} {what} of these steps are left out."))
        return notes

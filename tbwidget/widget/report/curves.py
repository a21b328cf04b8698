"""Recording what a page is sent by tag: curves, histograms, distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .notes import left_out_note
from .recording import FullError, Recording, entry_size, pack

if TYPE_CHECKING:
    from tbwidget.widget.watching import TagDashboard

#: Of a point of a curve about so many characters are in a file.
POINT_CHARACTERS = 12
#: What is estimated to be so many times too large is not tried.
HOPELESS = 2


class CurveGroup:
    """Dashboards of the same tags, of which all steps come at once, as finely as fits for all."""

    def __init__(self, dashboards: list[TagDashboard]) -> None:
        self.dashboards = dashboards
        self._shown = [set(one.shown_tags()) for one in dashboards]
        first = dashboards[0]
        pinned = set(first.state.pinned)
        tags = [tag for one in dashboards for tag in one.shown_tags()]
        self._tags = sorted(dict.fromkeys(tags), key=lambda tag: tag not in pinned)
        self._levels = max(len(one.recorded_steps) for one in dashboards)
        self._level = 0
        #: The tags that are in the file.
        self._recorded: dict[str, None] = {}

    def demand(self, level: int = 0) -> float:
        """Return about how many bytes would hold everything."""
        most = self._steps(self.dashboards[0], level)
        return POINT_CHARACTERS * self._points(most or 2**31)

    def _points(self, most: int) -> int:
        """Return how many steps there are, so many of each series at most."""
        first, total = self.dashboards[0], 0
        for run in first.shown_runs():
            for tag, series in _series_of(first, run).items():
                total += min(len(series), most) if tag in self._shown[0] else 0
        return total

    def fill(self, recording: Recording) -> None:
        """Record all tags, as finely as there is room for; at the coarsest as many as fit."""
        for level in range(self._levels):
            self._level = level
            last = level == self._levels - 1
            if not last and self.demand(level) > HOPELESS * recording.room:
                continue
            if self._try(recording, last=last):
                return

    def _try(self, recording: Recording, *, last: bool) -> bool:
        for dashboard in self.dashboards:
            dashboard.most_steps = self._steps(dashboard, self._level)
        found: list[tuple[str, list[tuple[str, list[bytes]]]]] = []
        left = recording.room
        for tag in self._tags:
            parts = self._parts(tag)
            packed = [one for _, packed in parts for one in packed]
            left -= recording.cost(packed, len(parts) * entry_size(tag))
            if last:
                self._add(recording, tag, parts)
            elif left < 0:
                return False
            found.append((tag, parts))
        for tag, parts in () if last else found:
            self._add(recording, tag, parts)
        return True

    def _add(self, recording: Recording, tag: str, parts: list[tuple[str, list[bytes]]]) -> None:
        try:
            packed = [one for _, packed in parts for one in packed]
            numbers = recording.add(packed, len(parts) * entry_size(tag))
        except FullError:
            return
        self._recorded[tag] = None
        for channel, packed in parts:
            recording.channel(channel)["tags"][tag] = numbers[: len(packed)]
            del numbers[: len(packed)]

    def _parts(self, tag: str) -> list[tuple[str, list[bytes]]]:
        """Return what the page of each dashboard gets that shows a tag, by channel."""
        parts = []
        for dashboard, shown in zip(self.dashboards, self._shown, strict=True):
            if tag not in shown:
                continue
            messages = [one for one in dashboard.recorded(tag) if one[0]["op"] != "module"]
            packed = [pack(message, buffers) for message, buffers in messages]
            parts.append((f"anywidget:{dashboard.model_id}", packed))
        return parts

    @staticmethod
    def _steps(dashboard: TagDashboard, level: int) -> int | None:
        return dashboard.recorded_steps[min(level, len(dashboard.recorded_steps) - 1)]

    def runs_by_tag(self) -> dict[str, set[int] | None]:
        """Return the runs of which there is something in the file, by tag: None for all."""
        return dict.fromkeys(self._recorded)

    def notes(self) -> list[tuple[str, str]]:
        """Return what must be known of what is not in the file, by title."""
        title = " and ".join(one.title.lower() for one in self.dashboards).capitalize()
        notes = []
        steps = self._steps(self.dashboards[0], self._level)
        if steps is not None and self._points(steps) < self._points(2**31):
            what = f"{steps:,} of the steps of a series at most, evenly spaced and the last."
            if self.dashboards[0].tag_kind == "scalars":
                what = f"{steps:,} points of a series at most; no spike is left out."
            notes.append((title, what))
        if note := left_out_note(self._tags, self._recorded):
            notes.append((title, note))
        return notes


def _series_of(dashboard: TagDashboard, run: str) -> Any:
    """Return the series of a run whose steps are counted, by tag."""
    if dashboard.tag_kind == "scalars":
        return dashboard.state.scalars_of(run)
    return getattr(dashboard.logdir.runs[run], dashboard.tag_kind)

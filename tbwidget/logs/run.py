"""A run: the series and other values of one directory of event files."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tbwidget.events.columns import KINDS, Batch, Cursor, ScalarColumns

from .accessors import Accessors
from .discovery import natural_key
from .kinds import SERIES_OF_KIND
from .mapping import NaturalMapping
from .meshes import part_of
from .series import ScalarSeries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tbwidget.events.columns import BlobColumns, Start
    from tbwidget.events.problems import Problem

    from .blobs import BlobSeries
    from .logdir import Logdir
    from .ordering import Writer

#: Distinct tags of a run before further ones are left out with a note.
MAX_TAGS = 50_000


class Run(Accessors):
    """One run of a log directory.

    Attributes
    ----------
    logdir
        The log directory it is a run of.
    name
        Path relative to the log directory, ``"."`` for the directory itself.
    first_wall_time
        Earliest wall time of any of its events, seconds since the epoch; NaN while there is none.
    deleted
        True if its files have gone from the disk; what was read stays.

    Examples
    --------
    >>> run = logs["train"]  # doctest: +SKIP
    >>> run.tags  # doctest: +SKIP
    {'scalars': ['accuracy', 'loss'], 'histograms': ['dense/kernel']}
    """

    def __init__(self, name: str, logdir: Logdir, *, purge: bool = True) -> None:
        self.name = name
        self.logdir = logdir
        self.first_wall_time = math.nan
        self.deleted = False
        #: Goes up with every change of the list of tags.
        self.revision = 0
        self._purge = purge
        self._series: dict[str, ScalarSeries] = {}
        self._blobs: dict[tuple[str, str], BlobSeries[Any]] = {}
        self._starts: dict[Writer, list[Start]] = {}
        self.tags_left_out = 0
        self._unsettled: set[ScalarSeries] = set()

    def __repr__(self) -> str:
        kinds = ", ".join(f"{len(tags)} {kind}" for kind, tags in self.tags.items())
        return f"<Run {self.name!r}: {kinds or 'empty'}>"

    @property
    def tags(self) -> dict[str, list[str]]:
        """The tags by kind, each list in natural order; only the kinds present."""
        by_kind: dict[str, list[str]] = {"scalars": list(self._series.copy())}
        for kind, name in self.plugins:
            by_kind.setdefault(kind, []).append(name)
        return {
            kind: sorted(set(by_kind[kind]), key=natural_key) for kind in KINDS if by_kind.get(kind)
        }

    @property
    def plugins(self) -> dict[tuple[str, str], str]:
        """The plugins that values are for, by kind and tag as in `tags`; empty if none is named.

        Scalars, which are many, are left out.
        """
        found: dict[tuple[str, str], str] = {}
        for (kind, tag), series in self._blobs.copy().items():
            name = part_of(tag, series.metadata)[0] if kind == "meshes" else tag
            found.setdefault((kind, name), series.metadata.plugin)
        return found

    @property
    def kinds(self) -> set[str]:
        """The kinds present, as in `tags`."""
        return {kind for kind, _ in self._blobs.copy()} | ({"scalars"} if self._series else set())

    @property
    def scalars(self) -> Mapping[str, ScalarSeries]:
        """The scalar series by tag.

        Raises
        ------
        KeyError
            On access to a tag that is not there; the message lists those that are.
        """
        return NaturalMapping(self._series, self._missing_scalar)

    def _missing_scalar(self, tag: str) -> str:
        known = ", ".join(repr(name) for name in sorted(self._series, key=natural_key)[:20])
        return f"run {self.name!r} has no scalar tag {tag!r}; it has: {known or 'none'}"

    def apply(self, writer: Writer, batch: Batch) -> None:
        """Take in what was read from one file; only the reading thread may call this."""
        self._note_wall_time(batch.first_wall_time)
        all_series = [self._series_of(tag, batch) for tag in batch.scalars]
        seen = self._starts.setdefault(writer, [])
        before = len(seen)
        seen.extend(batch.starts)
        for series, columns in zip(all_series, batch.scalars.values(), strict=True):
            if series is not None:
                _append_in_epochs(series, writer, columns, seen, before)
        for number, start in enumerate(batch.starts, before + 1):
            for tag, series in self._series.items():
                if tag not in batch.scalars:
                    series.restart(writer, number, start)
        for key, index in batch.blobs.items():
            self._add_index(key, writer, index, batch)
        self._note_unsettled()

    def forget(self, writer: Writer) -> int:
        """Drop what came from a file that was replaced by another; tell how many points it was."""
        self._starts.pop(writer, None)
        dropped = sum(series.forget(writer) for series in self._series.values())
        dropped += sum(series.forget(writer) for series in self._blobs.values())
        self._note_unsettled()
        return dropped

    def settle(self) -> None:
        """Put what arrived out of order in its place; only the reading thread may call this."""
        while self._unsettled:
            self._unsettled.pop().settle()

    def trim(self) -> None:
        """Give back memory that was kept for points to come."""
        for series in self._series.values():
            series.trim()
        for index in self._blobs.values():
            index.trim()

    def _note_unsettled(self) -> None:
        self._unsettled.update(series for series in self._series.values() if series.unsettled)

    def written_by(self, writer: Writer) -> Batch:
        """Return all that one file brought, as one batch: `apply` with it brings it back."""
        scalars, starts = {}, self._starts.get(writer, [])
        rows: list[dict[str, int]] = [{} for _ in starts]
        for tag, series in self._series.copy().items():
            points, of_epoch = series.written_by(writer)
            if not len(points.steps):
                continue
            scalars[tag] = ScalarColumns(*points)
            before = 0
            for epoch, counts in enumerate(rows):
                before += of_epoch.get(epoch, 0)
                counts[tag] = before
        blobs = {}
        for key, series_of_key in self._blobs.copy().items():
            if len(index := series_of_key.written_by(writer)):
                blobs[key] = index
        restarts = [replace(start, rows=count) for start, count in zip(starts, rows, strict=True)]
        return Batch(Cursor(), scalars, blobs, restarts)

    def _note_wall_time(self, wall_time: float) -> None:
        if not math.isnan(wall_time) and not self.first_wall_time <= wall_time:
            self.first_wall_time = wall_time

    def _add_index(
        self, key: tuple[str, str], writer: Writer, index: BlobColumns, batch: Batch
    ) -> None:
        kind, tag = key
        metadata = batch.cursor.metadata.get(tag)
        if kind == "tensors" and metadata is None:
            # A later file may leave out what the first one said of the tag.
            known = (one for one in KINDS if one != kind and (one, tag) in self._blobs)
            key = next(known, kind), tag
        series = self._blobs.get(key)
        if series is None:
            if not self._has_room():
                return
            make = SERIES_OF_KIND[key[0]]
            series = self._blobs[key] = make(tag, metadata, self._report, purge=self._purge)
            self.revision += 1
        series.append(writer, index)

    def _report(self, problem: Problem) -> None:
        self.logdir.report(problem)

    def _series_of(self, tag: str, batch: Batch) -> ScalarSeries | None:
        series = self._series.get(tag)
        if series is None:
            if not self._has_room():
                return None
            series = ScalarSeries(tag, purge=self._purge)
            if metadata := batch.cursor.metadata.get(tag):
                series.display_name = metadata.display_name
                series.description = metadata.description
            for writer, starts in self._starts.items():
                for number, start in enumerate(starts, 1):
                    series.restart(writer, number, start)
            self._series[tag] = series
            self.revision += 1
        return series

    def _has_room(self) -> bool:
        if len(self._series) + len(self._blobs) < MAX_TAGS:
            return True
        self.tags_left_out += 1
        return False


def _append_in_epochs(
    series: ScalarSeries, writer: Writer, columns: ScalarColumns, starts: list[Start], before: int
) -> None:
    """Append `columns`, split where the writer restarted between two points."""
    first = 0
    for epoch in range(before, len(starts) + 1):
        start = starts[epoch - 1] if epoch else None
        end = starts[epoch].rows.get(series.tag, 0) if epoch < len(starts) else len(columns)
        if end > first:
            series.append(writer, epoch, start, columns.rows(first, end))
        elif epoch > before and start is not None:
            series.restart(writer, epoch, start)
        first = end

"""A run: the series and other values of one directory of event files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from tbwidget.events.columns import KINDS, Batch, Cursor, ScalarColumns, joined

from .discovery import natural_key
from .series import ScalarSeries

if TYPE_CHECKING:
    from tbwidget.events.columns import BlobColumns, Start, TagMetadata

    from .logdir import Logdir
    from .ordering import Writer

_V = TypeVar("_V")
#: Distinct tags of a run before further ones are left out with a note.
MAX_TAGS = 50_000


class NaturalMapping(Mapping[str, _V]):
    """A read-only, naturally ordered view of a dictionary that another thread adds to."""

    def __init__(self, items: dict[str, _V], missing: Callable[[str], str]) -> None:
        self._items = items
        self._missing = missing

    def __getitem__(self, name: str) -> _V:
        try:
            return self._items[name]
        except KeyError:
            raise KeyError(self._missing(name)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._items.copy(), key=natural_key))

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"


class Run:
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
        self._blobs: dict[tuple[str, str], list[tuple[Writer, BlobColumns]]] = {}
        self._starts: dict[Writer, list[Start]] = {}
        self._metadata: dict[Writer, dict[str, TagMetadata]] = {}
        self.tags_left_out = 0
        self._unsettled: set[ScalarSeries] = set()

    def __repr__(self) -> str:
        kinds = ", ".join(f"{len(tags)} {kind}" for kind, tags in self.tags.items())
        return f"<Run {self.name!r}: {kinds or 'empty'}>"

    @property
    def tags(self) -> dict[str, list[str]]:
        """The tags by kind, each list in natural order; only the kinds present."""
        by_kind: dict[str, list[str]] = {"scalars": list(self._series.copy())}
        for kind, tag in self._blobs.copy():
            by_kind.setdefault(kind, []).append(tag)
        return {kind: sorted(by_kind[kind], key=natural_key) for kind in KINDS if by_kind.get(kind)}

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
        self._metadata[writer] = batch.cursor.metadata
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
            self._add_index(key, writer, index)
        self._note_unsettled()

    def forget(self, writer: Writer) -> int:
        """Drop what came from a file that was replaced by another; tell how many points it was."""
        self._starts.pop(writer, None)
        self._metadata.pop(writer, None)
        dropped = sum(series.forget(writer) for series in self._series.values())
        for key, indexes in list(self._blobs.items()):
            dropped += sum(len(index) for owner, index in indexes if owner == writer)
            self._blobs[key] = [pair for pair in indexes if pair[0] != writer]
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

    def _note_unsettled(self) -> None:
        self._unsettled.update(series for series in self._series.values() if series.unsettled)

    def metadata_of(self, tag: str) -> TagMetadata | None:
        """Return what the first file that said anything of `tag` said."""
        known = (metadata.get(tag) for metadata in self._metadata.copy().values())
        return next(filter(None, known), None)

    def index_of(self, kind: str, tag: str) -> BlobColumns:
        """Return where the values of a tag other than a scalar lie, in the order read."""
        return joined([index for _, index in self._blobs[kind, tag]])

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
        for key, indexes in self._blobs.copy().items():
            if parts := [index for owner, index in indexes if owner == writer]:
                blobs[key] = parts[0] if len(parts) == 1 else joined(parts)
        restarts = [replace(start, rows=count) for start, count in zip(starts, rows, strict=True)]
        return Batch(Cursor(), scalars, blobs, restarts)

    def _note_wall_time(self, wall_time: float) -> None:
        if not math.isnan(wall_time) and not self.first_wall_time <= wall_time:
            self.first_wall_time = wall_time

    def _add_index(self, key: tuple[str, str], writer: Writer, index: BlobColumns) -> None:
        if key not in self._blobs:
            if not self._has_room():
                return
            self.revision += 1
        self._blobs.setdefault(key, []).append((writer, index))

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

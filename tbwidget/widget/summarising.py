"""Dashboards that show a few numbers a step, made of values that would be too many to send."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from tbwidget.logs import UnreadableValueError

from .frame import pack_columns, size_of
from .publisher import PUBLISHER
from .watching import Request, TagDashboard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy.typing as npt

    from tbwidget.logs.blobs import BlobSeries, Index

    from .publisher import Message

#: Steps of one series that are sent at most; a request for a range gets as many of that range.
MOST_STEPS = 500
MESSAGE_BYTES = 2**18  # a page draws between two messages, so that none makes it stutter
#: Decoding takes so long at a time; what else is shown follows with the next message.
SLICE_SECONDS = 0.25


def thinned_rows(count: int, most: int = MOST_STEPS) -> npt.NDArray[np.int64]:
    """Return at most ``most + 1`` of `count` rows: evenly spaced, and the first and the last.

    The space doubles as rows are added, so what was chosen of fewer rows but for the last is mostly
    chosen again.

    Examples
    --------
    >>> thinned_rows(10, 5)
    array([0, 2, 4, 6, 8, 9])
    """
    space = 1
    while space * most < count:
        space *= 2
    rows = np.arange(0, count, space)
    if count and rows[-1] != count - 1:
        rows = np.append(rows, count - 1)
    return rows


class Summary(NamedTuple):
    """Steps, wall times and numbers (float64[n, columns]) of some rows of a series.

    Numbers are NaN where a value cannot be read; `unreadable` counts these.
    """

    steps: npt.NDArray[np.int64]
    wall_times: npt.NDArray[np.float64]
    numbers: npt.NDArray[np.float64]
    unreadable: int


class Summarised:
    """The numbers of one series, kept so that each value is decoded once."""

    def __init__(
        self,
        series: BlobSeries[Any],
        summarise: Callable[[Any], npt.NDArray[np.float64]],
        width: int,
    ) -> None:
        self.series = series
        self._summarise = summarise
        self._width = width
        self._known: dict[Any, npt.NDArray[np.float64] | None] = {}
        #: Steps that are sent at most; None for what a page can show.
        self.most: int | None = None
        #: What the page holds: the index it was made of, and the keys of its rows.
        self.sent: Index | None = None
        self._sent_keys: list[Any] = []

    def send_again(self) -> None:
        """Forget what the page was sent: it lacks it."""
        self.sent, self._sent_keys = None, []

    def updated(self, index: Index) -> tuple[int, Summary]:
        """Return how many rows the page may keep of what it has, and those that come after."""
        count = len(index.columns)
        rows = thinned_rows(count) if self.most is None else thinned_rows(count, self.most)
        keys = keys_of(index, rows)
        same = 0
        for old, new in zip(self._sent_keys, keys, strict=False):
            if old != new:
                break
            same += 1
        summary = self.summary(index, rows[same:])
        self._known = {key: self._known[key] for key in keys if key in self._known}
        self.sent, self._sent_keys = index, keys
        return same, summary

    def summary(self, index: Index, rows: npt.NDArray[np.int64]) -> Summary:
        """Return the numbers of some rows of `index`."""
        numbers = np.full((len(rows), self._width), np.nan)
        unreadable = 0
        for at, (row, key) in enumerate(zip(rows.tolist(), keys_of(index, rows), strict=True)):
            if key not in self._known:
                self._known[key] = self._made(index, row)
            known = self._known[key]
            if known is None:
                unreadable += 1
            else:
                numbers[at] = known
        columns = index.columns
        return Summary(columns.steps[rows], columns.wall_times[rows], numbers, unreadable)

    def _made(self, index: Index, row: int) -> npt.NDArray[np.float64] | None:
        try:
            return self._summarise(self.series.value_at(index, row))
        except UnreadableValueError:
            return None  # listed among the problems

    @property
    def unreadable(self) -> int:
        """How many of the rows sent could not be read."""
        return sum(known is None for known in self._known.values())


def row_at(index: Index, step: float | None) -> int | None:
    """Return the row at `step` or the last before it; None if there is none."""
    steps = index.columns.steps
    row = len(steps) - 1
    if step is not None:
        row = int(np.searchsorted(steps, step, side="right")) - 1
    return row if row >= 0 else None


def keys_of(index: Index, rows: npt.NDArray[np.int64]) -> list[Any]:
    """Return what tells the entries of some rows from all others."""
    columns, writers = index.columns, index.writers
    places = zip(
        index.files[rows].tolist(),
        columns.offsets[rows].tolist(),
        columns.slots[rows].tolist(),
        strict=True,
    )
    return [(writers[file], offset, slot) for file, offset, slot in places]


class SummaryDashboard(TagDashboard):
    """A dashboard that sends, for each series its page shows, numbers by step.

    A message is ``{op: "summaries", items: [...]}``. An item has the ``key`` (run and tag), the
    rows that the page keeps of what it has (``from``) and has then (``n``), all ``steps`` of the
    series, how many of those sent are ``unreadable``, and columns step, wall and `summary_columns`.
    """

    #: Names of the numbers that `summarise` makes.
    summary_columns: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self._summarised: dict[tuple[int, int], Summarised] = {}
        super().__init__(*arguments, **keywords)

    @abstractmethod
    def series_of(self, run: str) -> Mapping[str, BlobSeries[Any]]:
        """Return the series of a run by tag."""

    @abstractmethod
    def summarise(self, value: Any) -> npt.NDArray[np.float64]:
        """Return the numbers made of one value, one for each of `summary_columns`."""

    def shown_series(self, runs: list[str]) -> Iterator[tuple[str, str, Any]]:
        """Yield run, tag and series of all that this view is about in some of its runs."""
        for name in runs:
            held = self.series_of(name)
            for tag in self.shown_tags():
                if tag in held:
                    yield name, tag, held[tag]

    def request_at(
        self, run: str, tag: str, columns: Mapping[str, Any], row: int
    ) -> Request | None:
        """Return what a page asks for that shows a row of `columns`, which it was sent; or None."""

    def requests_beside(
        self,
        request: Request,  # noqa: ARG002 (the interface)
        result: Mapping[str, Any],  # noqa: ARG002 (the interface)
    ) -> Iterator[Request]:
        """Yield what a page may ask for that has got `result`."""
        yield from ()

    def complete(
        self, item: dict[str, Any], summarised: Summarised, index: Index, buffers: list[memoryview]
    ) -> None:
        """Add to the item of a series what else the page needs of it."""

    def new_summarised(self, series: BlobSeries[Any]) -> Summarised:
        """Return an empty holder of the numbers of a series."""
        return Summarised(series, self.summarise, len(self.summary_columns))

    def columns_of(self, summary: Summary) -> dict[str, npt.NDArray[Any]]:
        """Return a summary as the columns of a message."""
        columns: dict[str, npt.NDArray[Any]] = {"step": summary.steps, "wall": summary.wall_times}
        return columns | dict(zip(self.summary_columns, summary.numbers.T, strict=True))

    def updates(self) -> Iterator[Message]:
        """Yield what the page shows and lacks, for a while; the rest comes with the next call."""
        self.publish_selection()
        missing = self.take_missing()
        wanted = self._wanted()
        for key in list(self._summarised):
            held = self._summarised[key]
            if key not in wanted or held.series is not wanted[key]:
                del self._summarised[key]
            elif key[1] in missing:
                held.send_again()
        until = time.monotonic() + SLICE_SECONDS
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        for key, series in wanted.items():
            if time.monotonic() > until:
                if self.is_watched:
                    PUBLISHER.wake(self.state)
                break
            item = self._item(key, series, buffers)
            if item is not None:
                items.append(item)
            if size_of(buffers) >= MESSAGE_BYTES:
                yield {"op": "summaries", "items": items}, buffers
                items, buffers = [], []
        if items:
            yield {"op": "summaries", "items": items}, buffers

    def _wanted(self) -> dict[tuple[int, int], BlobSeries[Any]]:
        """Return the series to keep the page supplied with, by their numbers."""
        if self.is_behind and not self.logdir.progress.complete:
            return {}  # what is in sight comes first
        shown = {name: self.series_of(name) for name in self.shown_runs()}
        wanted: dict[tuple[int, int], BlobSeries[Any]] = {}
        for name, tag in self.watched():
            if (series := shown[name].get(tag)) is not None:
                wanted[self.state.run_number(name), self.state.tag_number(tag)] = series
        return wanted

    def _item(
        self, key: tuple[int, int], series: BlobSeries[Any], buffers: list[memoryview]
    ) -> dict[str, Any] | None:
        held = self._summarised.setdefault(key, self.new_summarised(series))
        index = series.index()
        if held.sent is index:
            return None
        held.most = self.most_steps
        kept, summary = held.updated(index)
        item: dict[str, Any] = {
            "key": key,
            "from": kept,
            "n": kept + len(summary.steps),
            "steps": len(index.columns),
            "unreadable": held.unreadable,
        }
        item["columns"] = pack_columns(self.columns_of(summary), buffers)
        self.complete(item, held, index, buffers)
        return item

"""The Scalars tab: curves by tag, all selected runs in one chart, live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tbwidget.widget.deriving import Deriving
from tbwidget.widget.frame import pack_columns, size_of
from tbwidget.widget.rpc import Answer, RequestError, number, texts

from .axis import AxisVersion, TagAxis
from .bands import Bands
from .out import ScalarsOut
from .overview import COLUMNS, overview
from .superseded import Superseded
from .table import answer_table, x_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy.typing as npt

    from tbwidget.logs import ScalarSeries
    from tbwidget.logs.frames import Selection
    from tbwidget.logs.series import Snapshot
    from tbwidget.widget.dashboard import Source
    from tbwidget.widget.publisher import Message
    from tbwidget.widget.view_state import ViewState

#: Points sent for all watched series together, and for one at least and at most. What is left out
#: is never a spike (`extreme_rows`), and a zoom asks for it.
TOTAL_POINTS = 64_000
FEWEST_POINTS = 64
MOST_POINTS = 2_000
#: Of a zoom so many points of a series are sent even to a small chart: a next zoom may need none.
DETAIL_POINTS = 6_000
#: While reading goes on, a series is sent again each time it has grown so many times over.
GROWTH_WHILE_READING = 3
#: With so many runs, those half read wait: there are others to show.
MANY_RUNS = 10
#: Tags in one chart at most.
MOST_TAGS = 300
MESSAGE_BYTES = 2**18  # a page draws between two messages, so that none makes it stutter


@dataclass(slots=True)
class _Sent:
    """What the page holds of one series."""

    generation: int
    rows: int
    whole_until: int  # rows that the last whole sending covered
    exact: bool
    smoothing: float
    x: AxisVersion
    reading: bool  # whether there was more to read
    limit: int


class Scalars(Deriving, ScalarsOut):
    """Scalar series as line charts, one card a tag.

    Parameters
    ----------
    source
        A path, a `Logdir`, a `Run` or a list of runs.
    tags
        Which tags: a name, a list of names or a compiled regular expression; None for all.
    runs
        Which runs, in the same way; None for those of `source`.
    **traits
        Settings as of `Settings`; given here they hold for this view alone.
    height
        Height of the view in CSS pixels.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> tbwidget.Scalars("logs", tags=re.compile("^val/"), smoothing=0.9)  # doctest: +SKIP
    """

    kind: ClassVar[str] = "scalars"
    title: ClassVar[str] = "Scalars"
    data_kinds: ClassVar[tuple[str, ...]] = ("scalars",)
    recorded_steps: ClassVar[tuple[int | None, ...]] = (
        *(2**31, 20_000, 10_000, 5_000, 3_000, 2_000, 1_000, 500, 250, 120, 64),
    )

    def __init__(
        self,
        source: Source,
        *,
        tags: Selection = None,
        runs: Selection = None,
        state: ViewState | None = None,
        **traits: Any,
    ) -> None:
        self._sent: dict[tuple[int, int], _Sent] = {}
        self._rows_seen: dict[tuple[int, int], int] = {}  # while reading
        self._bands = Bands(self)
        self._superseded = Superseded(self)
        self._x = TagAxis("", {})
        super().__init__(source, tags=tags, runs=runs, state=state, **traits)
        self.operations.register("band_detail", self._band_detail)
        self.operations.register("table", lambda args: answer_table(self.state, args))
        self.operations.register("code", self._answer_code)
        self.operations.register("file", self._answer_file)
        self.operations.register("detail", self._detail)

    def tags_of(self, run: str) -> Iterable[str]:
        """Return the scalar tags of a run, derived ones too."""
        return self.state.scalars_of(run)

    # -- sending -------------------------------------------------------------------------------

    def updates(self) -> Iterator[Message]:
        """Yield the series that the page shows and lacks, whole or only what is new of them."""
        self.publish_selection()
        missing = self.take_missing()
        for key in [key for key in self._sent if key[1] in missing]:
            del self._sent[key]
        self._bands.forget(missing)
        self._superseded.forget(missing)
        wanted = self._wanted()
        reading = not self.logdir.progress.complete
        limit = self._limit(len(wanted), reading=reading)
        if not reading:
            self._rows_seen.clear()
        for key in set(self._sent) - set(wanted):
            del self._sent[key]
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        for key, series in wanted.items():
            item = self._item(key, series, limit, buffers, reading=reading)
            if item is None:
                continue
            items.append(item)
            if size_of(buffers) >= MESSAGE_BYTES:
                yield {"op": "series", "reading": reading, "items": items}, buffers
                items, buffers = [], []
        if items:
            yield {"op": "series", "reading": reading, "items": items}, buffers
        yield from self._bands.updates(wanted, self.shown_runs())
        yield from self._superseded.updates(wanted)

    def _limit(self, wanted: int, *, reading: bool) -> int:
        """Return how many points to send of a series, so that all together are not too many."""
        if self.most_steps is not None:
            return self.most_steps
        few = len(self.logdir.runs) < MANY_RUNS  # long series will be sent several times
        if reading:  # runs that have no series yet will want their share
            wanted = max(wanted, self.expected_series())
        most = MOST_POINTS // 2 if reading and few else MOST_POINTS
        return max(FEWEST_POINTS, min(most, TOTAL_POINTS // max(1, wanted)))

    def _wanted(self) -> dict[tuple[int, int], ScalarSeries]:
        """Return the series to keep the page supplied with, by their numbers."""
        shown = {name: self.state.scalars_of(name) for name in self.shown_runs()}
        numbers = {self.state.run_number(name): scalars for name, scalars in shown.items()}
        self._x = TagAxis(self.state.x_axis, numbers)
        wanted: dict[tuple[int, int], ScalarSeries] = {}
        for name, tag in self.watched():
            key = (self.state.run_number(name), self.state.tag_number(tag))
            if (series := shown[name].get(tag)) is None:
                continue  # it came while this was asked
            wanted[key] = series
            if not self.is_watched and len(wanted) * FEWEST_POINTS > TOTAL_POINTS:
                break
        return wanted

    def _item(
        self,
        key: tuple[int, int],
        series: ScalarSeries,
        limit: int,
        buffers: list[memoryview],
        *,
        reading: bool,
    ) -> dict[str, Any] | None:
        snapshot, smoothing = series.snapshot(), self.state.smoothing
        steps, end = snapshot.points.steps, len(snapshot.points.steps)
        sent = self._sent.get(key)
        if sent is None and reading and self._is_growing(key, end):
            return None
        if sent is not None and sent.reading:
            if reading and sent.rows < end < GROWTH_WHILE_READING * sent.rows:
                return None
            coarse = not reading and not sent.exact and 2 * sent.limit <= limit
            if end != sent.rows or coarse:
                sent = None
        if sent is None or not _continues(sent, snapshot, smoothing, limit):
            return self._whole(key, snapshot, smoothing, limit, buffers, reading=reading)
        if not self._x.holds(sent.x, key[0], int(steps[sent.rows - 1]) if sent.rows else 0):
            return self._whole(key, snapshot, smoothing, limit, buffers, reading=reading)
        if end == sent.rows:
            return None
        columns: dict[str, Any] = {
            name: column[sent.rows : end]
            for name, column in zip(COLUMNS, snapshot.points, strict=True)
        }
        item = {"key": key, "generation": sent.generation, "from": sent.rows, "n": end}
        columns |= self._x.column(key[0], steps[sent.rows : end])
        item["columns"] = pack_columns(columns, buffers)
        sent.rows, sent.x = end, self._x.version(key[0])
        return item

    def _is_growing(self, key: tuple[int, int], rows: int) -> bool:
        """Tell whether a series had fewer rows when last looked at, if others can be shown."""
        before = self._rows_seen.get(key)
        self._rows_seen[key] = rows
        return bool(self._sent) and len(self.logdir.runs) >= MANY_RUNS and before != rows

    def _whole(
        self,
        key: tuple[int, int],
        snapshot: Snapshot,
        smoothing: float,
        limit: int,
        buffers: list[memoryview],
        *,
        reading: bool,
    ) -> dict[str, Any]:
        """Return a message with the whole series: every point, or what keeps its shape."""
        end = len(snapshot.points.steps)
        exact = end <= limit
        self._sent[key] = _Sent(
            snapshot.generation,
            end,
            end,
            exact,
            smoothing,
            self._x.version(key[0]),
            reading,
            limit,
        )
        item = {"key": key, "generation": snapshot.generation, "from": 0, "n": end, "exact": exact}
        columns = overview(snapshot, limit, smoothing, item)
        columns |= self._x.column(key[0], columns["step"])
        item["columns"] = pack_columns(columns, buffers)
        return item

    # -- answering -----------------------------------------------------------------------------

    def _detail(self, args: dict[str, Any]) -> Answer:
        """Return the points of a chart between two x values, as many as pixels can show."""
        tags, names = texts(args, "tags"), texts(args, "runs")
        if not 1 <= len(tags) <= MOST_TAGS:
            message = f"'tags' must name 1 to {MOST_TAGS} tags"
            raise RequestError(message)
        found = {tag: self._found(tag, names) for tag in tags}
        low = number(args, "low", -np.inf, np.inf, -np.inf)
        high = number(args, "high", -np.inf, np.inf, np.inf)
        pixels = number(args, "pixels", 50, 8_000, 1_000)
        count = sum(map(len, found.values()))
        wanted = max(4 * pixels, DETAIL_POINTS)
        limit = int(min(wanted, max(FEWEST_POINTS, TOTAL_POINTS // max(1, count))))
        axis, smoothing = str(args.get("x_axis", "step")), self.state.smoothing
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        pairs = ((tag, *one) for tag, holders in found.items() for one in holders.items())
        for tag, name, scalars in pairs:
            snapshot = scalars[tag].snapshot()
            x = x_of(snapshot.points, axis, scalars)
            first, end = _rows_between(x, low, high, ascending=axis == "step")
            key = (self.state.run_number(name), self.state.tag_number(tag))
            item = {"key": key, "generation": snapshot.generation, "exact": end - first <= limit}
            columns = overview(snapshot, limit, smoothing, item, first, end)
            columns |= TagAxis(axis, {key[0]: scalars}).column(key[0], columns["step"])
            item["columns"] = pack_columns(columns, buffers)
            items.append(item)
        return Answer(items, buffers)

    def _found(self, tag: str, names: list[str]) -> dict[str, Mapping[str, ScalarSeries]]:
        """Return the series of those runs that have a tag."""
        runs = self.logdir.runs
        scalars = {name: self.state.scalars_of(name) for name in names if name in runs}
        return {name: several for name, several in scalars.items() if tag in several}

    def _band_detail(self, args: dict[str, Any]) -> Answer:
        """Return the bands of one tag between two x values, made of `runs` alone."""
        (tag,) = texts(args, "tags")
        low = number(args, "low", -np.inf, np.inf, -np.inf)
        high = number(args, "high", -np.inf, np.inf, np.inf)
        limit = int(4 * number(args, "pixels", 50, 8_000, 1_000))
        tag_number = self.state.tag_number(tag)
        wanted = {
            (self.state.run_number(name), tag_number): scalars[tag]
            for name, scalars in self._found(tag, texts(args, "runs")).items()
        }
        axis = str(args.get("x_axis", "step"))
        message, buffers = self._bands.detail(wanted, self.shown_runs(), axis, low, high, limit)
        return Answer(message["items"], buffers)


def _continues(sent: _Sent, snapshot: Snapshot, smoothing: float, limit: int) -> bool:
    """Tell whether the page can go on from what it has, given only the new points."""
    end = len(snapshot.points.steps)
    if sent.generation != snapshot.generation or end < sent.rows:
        return False
    if not sent.exact and sent.smoothing != smoothing:
        return False
    # Above twice the limit the page would hold ever more points than it can draw.
    return end - sent.whole_until <= max(limit, 1_000)


def _rows_between(
    x: npt.NDArray[np.float64], low: float, high: float, *, ascending: bool
) -> tuple[int, int]:
    """Return the row range that covers ``low..high``, with one neighbour on either side."""
    count = len(x)
    inside = np.flatnonzero((x >= low) & (x <= high))
    if not len(inside):
        middle = int(np.searchsorted(x, (low + high) / 2)) if ascending else 0
        return max(0, middle - 1), min(count, middle + 1)
    return max(0, int(inside[0]) - 1), min(count, int(inside[-1]) + 2)

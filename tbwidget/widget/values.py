"""Dashboards that show values themselves: images, clips, texts, tensors.

The page holds an index of each series that it shows, is given the newest values as they come, and
asks for others. What names a value is its place: the number of its file, its record's offset there
and its slot in the record, so that a value keeps its name whatever else is added or replaced.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tbwidget.logs import UnreadableValueError

from .frame import canonical, pack_columns, size_of
from .modules import ModuleView
from .rpc import Answer, RequestError
from .summarising import Summarised, Summary, SummaryDashboard, row_at
from .watching import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy.typing as npt

    from tbwidget.logs.blobs import BlobSeries, Index
    from tbwidget.logs.ordering import Writer

#: Values in the answer to one request, and bytes of it unless one value alone has more.
MOST_VALUES = 64
ANSWER_BYTES = 4 * 2**20
#: Records larger than this are not pushed: who wants to see one asks for it.
PUSHED_BYTES = 2 * 2**20
#: What is pushed unasked keeps to this rate, and to less the longer the page has not answered: what
#: a busy kernel may send unanswered is to last for hours. After a rest so much goes out at once.
BYTES_PER_SECOND = 96 * 2**10
PATIENCE_BYTES = 4 * 2**20
BURST_BYTES = 4 * 2**20
#: Of that so much is for a page that has not said yet that it shows any of it.
UNWATCHED_BYTES = 2**20

PLACE = ("file", "offset", "slot")


def _nothing(_value: Any) -> npt.NDArray[np.float64]:
    return np.empty(0)


class Entries(Summarised):
    """Where the values of one series lie, of which the page holds a copy."""

    def __init__(
        self,
        series: BlobSeries[Any],
        writers: list[Writer],
        summarise: Callable[[Any], npt.NDArray[np.float64]] = _nothing,
        width: int = 0,
    ) -> None:
        super().__init__(series, summarise, width)
        self._writers = writers
        self._places = np.empty((0, len(PLACE)))
        #: Whether the page has yet to be given the newest value, and whether it was given any.
        self.behind, self.given = True, False

    def send_again(self) -> None:
        """Forget what the page was sent: it lacks it."""
        super().send_again()
        self._places = self._places[:0]
        self.behind, self.given = True, False

    def updated(self, index: Index) -> tuple[int, Summary]:
        """Return how many rows the page may keep of what it has, and those that come after."""
        before, places = self._places, places_of(index, self._writers)
        common = min(len(before), len(places))
        changed = np.flatnonzero((before[:common] != places[:common]).any(axis=1))
        same = int(changed[0]) if len(changed) else common
        self._places, self.sent, self.behind = places, index, True
        columns = index.columns
        return same, Summary(columns.steps[same:], columns.wall_times[same:], places[same:], 0)


def places_of(index: Index, writers: list[Writer]) -> npt.NDArray[np.float64]:
    """Return the places of all entries, float64[n, 3]; writers not known yet are added."""
    for writer in index.writers:
        if writer not in writers:
            writers.append(writer)
    numbers = np.array([writers.index(writer) for writer in index.writers], float)
    columns = index.columns
    files = numbers[index.files] if len(columns) else np.empty(0)
    return np.column_stack((files, columns.offsets, columns.slots)).astype(float)


class ValueDashboard(ModuleView, SummaryDashboard):
    """A dashboard that sends values, the newest unasked, others when asked for.

    To the items of `SummaryDashboard` a ``value`` is added where the newest is given along. The
    request ``values`` has a list of ``{run, tag, place, ...}``, what else there is being up to the
    dashboard; its answer has an item for each of the first of them, as many as fit.
    """

    summary_columns: ClassVar[tuple[str, ...]] = PLACE
    asks_by_step: ClassVar[bool] = True
    #: What a card asks for with every value that it shows.
    first_wish: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self._writers: list[Writer] = []
        self._allowance, self._allowance_at = float(BURST_BYTES), time.monotonic()
        super().__init__(*arguments, **keywords)
        self.operations.register("values", self._answer_values)

    @abstractmethod
    def describe(
        self, value: Any, wish: dict[str, Any], buffers: list[memoryview]
    ) -> dict[str, Any]:
        """Return what the page is told of a value, and append its bytes to `buffers`.

        `wish` is what the page asked for, unchecked; empty for what is pushed.
        """

    def request_at(self, run: str, tag: str, columns: Mapping[str, Any], row: int) -> Request:
        """Return what a page asks for that shows a row of `columns`."""
        place = [int(columns[name][row]) for name in PLACE]
        return self._request({"run": run, "tag": tag, "place": place, **self.first_wish})

    def requests_beside(self, request: Request, result: Mapping[str, Any]) -> Iterator[Request]:
        """Yield what a page may ask for that has got `result`."""
        (wish,) = request.args["wishes"]
        for more in self.wishes_beside(result):
            yield self._request(wish | more)

    def wishes_beside(
        self,
        item: Mapping[str, Any],  # noqa: ARG002 (the interface)
    ) -> Iterator[dict[str, Any]]:
        """Yield what else a page may want of the value that `item` tells of."""
        yield from ()

    @staticmethod
    def _request(wish: dict[str, Any]) -> Request:
        own = {name: wish[name] for name in wish.keys() - {"run", "tag"}}
        return Request("values", {"wishes": [wish]}, canonical(own))

    def pushed_size(self, length: int) -> int:
        """Return about how many bytes are pushed of a value whose record has `length` bytes."""
        return length

    def summarise(self, value: Any) -> npt.NDArray[np.float64]:
        """Make nothing of a value: it is sent itself."""
        return _nothing(value)

    def new_summarised(self, series: BlobSeries[Any]) -> Summarised:
        """Return an empty holder of the places of a series."""
        return Entries(series, self._writers)

    def values_at_step(self, runs: list[str]) -> Iterator[tuple[str, str, int, float, Any]]:
        """Yield run, tag, step, wall time and value of what is looked at in some runs.

        It is of each series the last value at `step` or before it; the newest one if that is None.
        What cannot be read is left out; it is listed in `Logdir.problems`.
        """
        for name, tag, series in self.shown_series(runs):
            index = series.index()
            row = row_at(index, self.state.step)
            if row is None:
                continue
            step, wall_time = index.columns.steps[row], index.columns.wall_times[row]
            try:
                value = series.value_at(index, row)
            except UnreadableValueError:
                continue
            yield name, tag, int(step), float(wall_time), value

    # -- sending -------------------------------------------------------------------------------

    def _item(
        self, key: tuple[int, int], series: BlobSeries[Any], buffers: list[memoryview]
    ) -> dict[str, Any] | None:
        item = super()._item(key, series, buffers)
        held = self._summarised[key]
        if not isinstance(held, Entries) or not held.behind or held.sent is None:
            return item
        count = len(held.sent.columns)
        size = self.pushed_size(int(held.sent.columns.lengths[-1])) if count else 0
        if not count or size > PUSHED_BYTES:
            held.behind = False
        elif self._may_send(size, held):
            if item is None:
                item = {"key": key, "from": count, "n": count, "steps": count, "unreadable": 0}
                columns = ("step", "wall", *self.summary_columns)
                item["columns"] = pack_columns({name: np.empty(0) for name in columns}, buffers)
            held.behind, held.given = False, True
            before = size_of(buffers)
            item["value"] = self._value(series, held.sent, count - 1, {}, buffers)
            self._allowance -= size_of(buffers) - before
        return item

    def _may_send(self, size: int, held: Entries) -> bool:
        if self.detached or (held.given and not self.logdir.progress.complete):
            return False  # asked for by its place; or it will not be the newest for long
        now = time.monotonic()
        rate = BYTES_PER_SECOND / (1 + self.unacknowledged / PATIENCE_BYTES)
        self._allowance += (now - self._allowance_at) * rate
        self._allowance = min(BURST_BYTES, self._allowance)
        self._allowance_at = now
        kept = 0 if self.is_watched else BURST_BYTES - UNWATCHED_BYTES
        return self._allowance - kept >= size

    def _value(
        self,
        series: BlobSeries[Any],
        index: Index,
        row: int,
        wish: dict[str, Any],
        buffers: list[memoryview],
    ) -> dict[str, Any]:
        """Return the item of one value, or of the reason why there is none."""
        writer = index.writers[index.files[row]]
        columns = index.columns
        file, offset, slot = self._number_of(writer), columns.offsets[row], columns.slots[row]
        place = (file, int(offset), int(slot))
        before = len(buffers)
        try:
            item = self.describe(series.value_at(index, row), wish, buffers)
        except UnreadableValueError as error:
            del buffers[before:]
            return {"place": place, "error": str(error)}
        except Exception as error:  # noqa: BLE001  (what one value holds must not stop others)
            del buffers[before:]
            return {"place": place, "error": f"It cannot be shown: {error}"}
        return {"place": place, **item, "buffers": len(buffers) - before}

    # -- answering -----------------------------------------------------------------------------

    def _answer_values(self, args: dict[str, Any]) -> Answer:
        """Return the values that the page asks for, as many of the first as fit an answer."""
        wishes = args.get("wishes")
        if not isinstance(wishes, list) or not wishes:
            message = "'wishes' must be a list of values to send"
            raise RequestError(message)
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        runs = set(self.shown_runs())
        for wish in wishes[:MOST_VALUES]:
            items.append(self._answer_wish(wish, runs, buffers))
            if size_of(buffers) >= ANSWER_BYTES:
                break
        return Answer(items, buffers)

    def _answer_wish(self, wish: Any, runs: set[str], buffers: list[memoryview]) -> dict[str, Any]:
        if not isinstance(wish, dict):
            message = "a wish must be an object"
            raise RequestError(message)
        run, tag = str(wish.get("run", "")), str(wish.get("tag", ""))
        series = self.series_of(run).get(tag) if run in runs else None
        if series is None:
            return {"error": f"run {run[:80]!r} has no {self.data_kinds[0]} {tag[:80]!r}"}
        place = wish.get("place")
        if not (isinstance(place, list) and list(map(type, place)) == [int] * len(PLACE)):
            message = f"'place' must be {', '.join(PLACE)}"
            raise RequestError(message)
        index = series.index()
        row = self._row_at(index, *place)
        if row is None:
            return {"place": place, "error": "It has been replaced in the log."}
        return self._value(series, index, row, wish, buffers)

    def _row_at(self, index: Index, file: int, offset: int, slot: int) -> int | None:
        columns = index.columns
        for row in np.flatnonzero((columns.offsets == offset) & (columns.slots == slot)).tolist():
            if self._number_of(index.writers[index.files[row]]) == file:
                return int(row)
        return None

    def _number_of(self, writer: Writer) -> int:
        return self._writers.index(writer) if writer in self._writers else -1

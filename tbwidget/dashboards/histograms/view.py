"""The Histograms tab: how the distribution of a tensor changes over the steps, live."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets

from tbwidget.analysis.rebinning import DEFAULT_BINS
from tbwidget.widget.frame import jsonable, pack_columns, size_of
from tbwidget.widget.publisher import PUBLISHER
from tbwidget.widget.rpc import Answer, RequestError, number
from tbwidget.widget.settings import Range
from tbwidget.widget.watching import TagDashboard

from .data import data_frame, rows_at
from .slices import DEFAULT_SLICES, MOST_SLICES, Held, Wish, hold, nearest_row, range_of, slices_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tbwidget.drawing.sheet import Preview
    from tbwidget.logs.blobs import Index
    from tbwidget.logs.frames import Selection
    from tbwidget.logs.kinds import HistogramSeries
    from tbwidget.widget.dashboard import Source
    from tbwidget.widget.publisher import Message
    from tbwidget.widget.view_state import ViewState

#: Settings of its own, which its page may write.
_OWN = (
    "mode", "bins", "max_slices", "log_counts", "density", "same_range", "value_range",
    "second_step",
)  # fmt: skip
MODES = ("offset", "overlay", "heatmap", "runs")
MOST_BINS = 1_000
#: Runs of one tag that are sent at most; a card has no room for more.
MOST_RUNS = 12
#: Steps sent for all watched series together: so many, or those of a few series if more are asked
#: for; each has some in any case.
TOTAL_SLICES = 4_000
SERIES_IN_FULL = 8
FEWEST_SLICES = 16
#: Series sent before the page has said what it shows.
FIRST_SERIES = 24
MESSAGE_BYTES = 2**17
#: Seconds of work before what is made is sent, and before others get their turn.
MESSAGE_SECONDS = 0.05
TURN_SECONDS = 3.0
#: What is sent again for new steps keeps to this rate, and to less the longer the page has not
#: answered: what a busy kernel may send unanswered is to last for hours.
BYTES_PER_SECOND = 96 * 2**10
PATIENCE_BYTES = 4 * 2**20
#: Of the time of a core that is also meant for training, making that takes at most one part in:
SHARE_OF_TIME = 20


@dataclass(slots=True)
class _Sent:
    """What the page holds of one series."""

    index: Index
    wish: tuple[Any, ...]
    at: float
    size: int
    seconds: float  # that it took to make
    reading: bool  # whether more was yet to be read


class Histograms(TagDashboard):
    """Histograms over the steps, one card a tag.

    Parameters
    ----------
    source
        A path, a `Logdir`, a `Run` or a list of runs.
    tags
        Which tags: a name, a list of names or a compiled regular expression; None for all.
    runs
        Which runs, in the same way; None for those of `source`.
    **traits
        Those below, or settings as of `Settings`; given here they hold for this view alone.

    Attributes
    ----------
    mode : {"offset", "overlay", "heatmap", "runs"}
        Slices one behind the other, lines over each other, colours over time, or the runs over
        each other at the linked step.
    bins : int
        Equal bins to which histograms are brought, 1 to 1,000; 0 for the buckets as written.
    max_slices : int
        Steps of a series that are shown at most, 2 to 2,000, evenly spaced and the last; with many
        series in sight it is fewer, which their cards say.
    log_counts : bool
        Draw the logarithm of 1 + count.
    density : bool
        Draw counts divided by their sum and the widths of the bins.
    same_range : bool
        Give all runs of a card one range of values, so that they can be compared.
    value_range : tuple of two floats, or None
        The range of values of all cards; None fits it to the data.
    second_step : float or None
        A step to compare with the linked step (`step`).

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> tbwidget.Histograms("logs", tags="dense/kernel", mode="heatmap")  # doctest: +SKIP
    """

    kind: ClassVar[str] = "histograms"
    title: ClassVar[str] = "Histograms"
    data_kinds: ClassVar[tuple[str, ...]] = ("histograms",)
    page_writes: ClassVar[frozenset[str]] = TagDashboard.page_writes | set(_OWN)
    recorded_steps: ClassVar[tuple[int | None, ...]] = (None, 60, 30, 12, 5)
    most_runs: ClassVar[int | None] = MOST_RUNS

    mode = traitlets.Enum(MODES, "offset").tag(sync=True)
    bins = traitlets.Int(DEFAULT_BINS, min=0, max=MOST_BINS).tag(sync=True)
    max_slices = traitlets.Int(DEFAULT_SLICES, min=2, max=MOST_SLICES).tag(sync=True)
    log_counts = traitlets.Bool(default_value=False).tag(sync=True)
    density = traitlets.Bool(default_value=False).tag(sync=True)
    same_range = traitlets.Bool(default_value=False).tag(sync=True)
    value_range = Range().tag(sync=True)
    second_step = traitlets.Float(None, allow_none=True).tag(sync=True)

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
        super().__init__(source, tags=tags, runs=runs, state=state, **traits)
        self.operations.register("slices", self._answer_slices)
        self.operations.register("buckets", self._answer_buckets)
        names = [*_OWN, "step", "step_range"]
        self.observe(lambda _change: PUBLISHER.wake(self.state), names)

    @property
    def data(self) -> pd.DataFrame:
        """What is shown, as a table with a row a bucket.

        Columns are run, tag, step (int64), wall_time (seconds since the epoch), left, right and
        count (float64), of the visible runs, on the bins and for the steps that are shown. All
        steps with the buckets as written are in ``run.histograms[tag].to_pandas()``.
        """
        wish = self._wish(self.max_slices)
        return data_frame(self._shown_series(), wish, self._ranges, self.bins)

    @property
    def selection(self) -> pd.DataFrame:
        """The rows of `data` at the linked step and at `second_step`, or at the steps nearest.

        With no step marked it is the last step of each series.
        """
        return rows_at(self.data, self._marked())

    def preview(self) -> Preview:
        """Return histograms of a few steps at a glance."""
        from tbwidget.dashboards import previews

        return previews.histograms(self)

    def _wish(self, limit: int) -> Wish:
        return Wish(self.bins, self.state.step_range, self._marked(), limit)

    def _limit(self, series: int) -> int:
        """Return how many steps the page gets of each of so many series."""
        if self.most_steps is not None:
            return min(self.max_slices, self.most_steps)
        total = max(TOTAL_SLICES, SERIES_IN_FULL * self.max_slices)
        return min(self.max_slices, max(FEWEST_SLICES, total // max(1, series)))

    def _marked(self) -> tuple[float, ...]:
        return tuple(step for step in (self.state.step, self.second_step) if step is not None)

    def _shown_series(self) -> Iterator[tuple[str, str, HistogramSeries]]:
        hidden = set(self.state.hidden_runs)
        for tag in self.shown_tags():
            for run in self.shown_runs():
                series = self.logdir.runs[run].histograms.get(tag)
                if series is not None and run not in hidden:
                    yield run, tag, series

    @property
    def _one_range(self) -> bool:
        return self.same_range or self.mode == "runs"

    def _ranges(self, held: list[Held]) -> list[tuple[float, float]]:
        """Return the range of values for each of the series of one tag."""
        if self.value_range is not None:
            return [self.value_range] * len(held)
        if self._one_range:
            return [range_of(held)] * len(held)
        return [range_of([one]) for one in held]

    # -- sending -------------------------------------------------------------------------------

    def updates(self) -> Iterator[Message]:
        """Yield the slices that the page shows and lacks, and anew where steps were added."""
        self.publish_selection()
        missing = self.take_missing()
        for key in [key for key in self._sent if key[1] in missing]:
            del self._sent[key]
        wanted = self._wanted()
        shown = {(run, tag) for tag, runs in wanted.items() for run in runs}
        for key in set(self._sent) - shown:
            del self._sent[key]
        began = sent = time.monotonic()
        wish = self._wish(self._limit(len(shown)))
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        for tag, series in wanted.items():
            items += self._items(tag, series, wish, len(shown), buffers)
            now = time.monotonic()
            if items and (size_of(buffers) >= MESSAGE_BYTES or now - sent > MESSAGE_SECONDS):
                yield {"op": "slices", "items": items}, buffers
                items, buffers, sent = [], [], now
            if now - began > TURN_SECONDS:
                break  # the rest comes with the next turn
        if items:
            yield {"op": "slices", "items": items}, buffers

    def _wanted(self) -> dict[int, dict[int, HistogramSeries]]:
        """Return the series to keep the page supplied with, by number of tag and run."""
        if self.is_behind:
            return {}
        wanted: dict[int, dict[int, HistogramSeries]] = {}
        count = 0
        for run, tag in self.watched():
            series = self.logdir.runs[run].histograms.get(tag)
            of_tag = wanted.setdefault(self.state.tag_number(tag), {})
            if series is None or len(of_tag) >= MOST_RUNS:
                continue
            of_tag[self.state.run_number(run)] = series
            count += 1
            if not self.is_watched and count >= FIRST_SERIES:
                break
        return wanted

    def _items(
        self,
        tag: int,
        wanted: dict[int, HistogramSeries],
        wish: Wish,
        count: int,
        buffers: list[memoryview],
    ) -> Iterator[dict[str, Any]]:
        key = (wish, self.value_range, self._one_range)
        due = {run: self._is_due((run, tag), wanted[run], key, count) for run in wanted}
        if self._one_range and any(due.values()):
            due = dict.fromkeys(due, True)
        chosen = [run for run in wanted if due[run]]
        # Those of one range are read before any is sent; of others one at a time is held.
        for runs in [chosen] if self._one_range else [[run] for run in chosen]:
            began, reading = time.monotonic(), not self.logdir.progress.complete
            held = [hold(wanted[run], wish) for run in runs]
            for run, one, limits in zip(runs, held, self._ranges(held), strict=True):
                before = size_of(buffers)
                yield {"key": (run, tag), **item_of(one, self.bins, limits, buffers)}
                now, size = time.monotonic(), size_of(buffers) - before
                seconds = (now - began) / len(runs)
                self._sent[run, tag] = _Sent(one.index, key, now, size, seconds, reading)

    def _is_due(
        self, key: tuple[int, int], series: HistogramSeries, wish: tuple[Any, ...], count: int
    ) -> bool:
        sent = self._sent.get(key)
        if sent is None or sent.wish != wish:
            return True
        if sent.index is series.index():
            return False
        if sent.reading and self.logdir.progress.complete:
            return True
        rate = BYTES_PER_SECOND / (1 + self.unacknowledged / PATIENCE_BYTES)
        pause = max(sent.size / rate, SHARE_OF_TIME * sent.seconds)
        return time.monotonic() - sent.at >= pause * count

    # -- answering -----------------------------------------------------------------------------

    def _answer_slices(self, args: dict[str, Any]) -> Answer:
        """Return slices of one series between two values and two steps."""
        run, tag = str(args.get("run", "")), str(args.get("tag", ""))
        series = self._series(run, tag)
        bins = int(number(args, "bins", 0, MOST_BINS, self.bins))
        limit = int(number(args, "limit", 1, MOST_SLICES, self.max_slices))
        steps = [number(args, name, -np.inf, np.inf, at) for name, at in _STEPS]
        held = hold(series, Wish(bins, (steps[0], steps[1]), self._marked(), limit))
        low, high = range_of([held])
        low, high = (
            number(args, "low", -_MOST, _MOST, low),
            number(args, "high", -_MOST, _MOST, high),
        )
        if not low < high:
            message = f"the range from {low} to {high} is empty"
            raise RequestError(message)
        buffers: list[memoryview] = []
        key = (self.state.run_number(run), self.state.tag_number(tag))
        return Answer({"key": key, **item_of(held, bins, (low, high), buffers)}, buffers)

    def _answer_buckets(self, args: dict[str, Any]) -> Answer:
        """Return the buckets of the step nearest to ``step``, exactly as they were written."""
        series = self._series(str(args.get("run", "")), str(args.get("tag", "")))
        index = series.index()
        if not len(index.columns):
            return Answer({"columns": []})
        step = number(args, "step", -np.inf, np.inf, np.inf)
        steps = index.columns.steps
        row = nearest_row(steps, step)
        left, right, count = series.value_at(index, row).T
        buffers: list[memoryview] = []
        columns = pack_columns({"left": left, "right": right, "count": count}, buffers)
        return Answer({"step": int(steps[row]), "columns": columns}, buffers)

    def _series(self, run: str, tag: str) -> HistogramSeries:
        runs = self.logdir.runs
        series = runs[run].histograms.get(tag) if run in self.shown_runs() else None
        if series is None:
            message = f"run {run[:80]!r} has no histograms {tag[:80]!r}"
            raise RequestError(message)
        return series


_MOST = float(np.finfo(float).max)
_STEPS = (("first", -np.inf), ("last", np.inf))


def item_of(
    held: Held, bins: int, limits: tuple[float, float], buffers: list[memoryview]
) -> dict[str, Any]:
    """Return the message about one series, and append its columns to `buffers`."""
    slices = slices_of(held, bins, *limits)
    columns = held.index.columns
    packed: dict[str, Any] = {
        "step": columns.steps[held.rows],
        "wall": columns.wall_times[held.rows],
        "count": _short(slices.counts),
    }
    if not bins:
        packed |= {
            "left": slices.lefts,
            "right": slices.rights,
            "size": slices.sizes.astype(np.int32),
        }
    wall_times = columns.wall_times
    return {
        "n": len(columns),
        "in_range": held.steps_in_range,
        "unreadable": held.unreadable,
        "left_out": held.left_out,
        "bins": bins,
        "low": slices.low,
        "high": slices.high,
        "start": jsonable(float(wall_times[0])) if len(wall_times) else None,
        "columns": pack_columns(packed, buffers),
    }


def _short(counts: Any) -> Any:
    """Return counts in 32 bits if these can hold them: they are for the eye."""
    fits = not len(counts) or np.abs(counts).max() < np.finfo(np.float32).max
    return counts.astype(np.float32) if fits else counts

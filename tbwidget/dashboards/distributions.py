"""The Distributions tab: percentiles of histograms over steps, as bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets

from tbwidget.analysis.compression import BASIS_POINTS, compress
from tbwidget.logs import UnreadableValueError
from tbwidget.widget.frame import pack_columns
from tbwidget.widget.rpc import Answer, number, texts
from tbwidget.widget.summarising import MOST_STEPS, SummaryDashboard, thinned_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    import pandas as pd

    from tbwidget.drawing.sheet import Preview
    from tbwidget.logs import Run
    from tbwidget.logs.blobs import Index
    from tbwidget.logs.kinds import HistogramSeries

#: Names of the percentiles: ``p668`` is that of 668 hundredths of a percent.
PERCENTILES = tuple(f"p{point}" for point in BASIS_POINTS)
MODES = ("auto", "overlay", "single")


class Distributions(SummaryDashboard):
    """Histograms over time as nested bands of nine percentiles, one card a tag.

    The percentiles are 0, 6.68, 15.87, 30.85, 50, 69.15, 84.13, 93.32 and 100: of a normal
    distribution the bands are 1, 2 and 3 standard deviations wide. They are those of TensorBoard.

    Parameters
    ----------
    source
        A path, a `Logdir`, a `Run` or a list of runs.
    tags
        Which tags: a name, a list of names or a compiled regular expression; None for all.
    runs
        Which runs, in the same way; None for those of `source`.
    **traits
        The one below, or settings as of `Settings`; given here they hold for this view alone.
    height
        Height of the view in CSS pixels.

    Attributes
    ----------
    mode : {"auto", "overlay", "single"}
        How several runs share a card: over each other, one at a time, or the former if they are
        few.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> bands = tbwidget.Distributions("logs", tags="dense/kernel")  # doctest: +SKIP
    >>> bands.data.plot(x="step", y=["p668", "p5000", "p9332"])  # doctest: +SKIP
    """

    kind: ClassVar[str] = "distributions"
    title: ClassVar[str] = "Distributions"
    data_kinds: ClassVar[tuple[str, ...]] = ("histograms",)
    page_writes: ClassVar[frozenset[str]] = SummaryDashboard.page_writes | {"mode"}
    recorded_steps: ClassVar[tuple[int | None, ...]] = (None, 60, 30, 12, 5)
    summary_columns: ClassVar[tuple[str, ...]] = (*PERCENTILES, "count")

    mode = traitlets.Enum(MODES, "auto").tag(sync=True)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.operations.register("detail", self._detail)

    @property
    def data(self) -> pd.DataFrame:
        """The percentiles of all histograms of this view as a table with a row a step.

        Columns are run, tag, step (int64), wall_time (seconds since the epoch) and the percentiles
        by hundredths of a percent: p0, p668, p1587, p3085, p5000, p6915, p8413, p9332 and p10000
        (float64). Histograms that cannot be read are left out.
        """
        return self._frame(self.shown_runs(), lambda index: np.arange(len(index.columns)))

    @property
    def selection(self) -> pd.DataFrame:
        """What is looked at, as a table like `data`.

        These are the rows of visible runs (`hidden_runs`) in `step_range`; if that is None, of each
        run and tag the row at `step` or the nearest step before it; if that is None too, all.
        """
        return self._frame(self.visible_runs(), self._selected_rows)

    def _selected_rows(self, index: Index) -> npt.NDArray[np.int64]:
        steps = index.columns.steps
        if self.state.step_range is not None:
            low, high = self.state.step_range
            return np.flatnonzero((steps >= low) & (steps <= high))
        if self.state.step is not None:
            row = int(np.searchsorted(steps, self.state.step, side="right")) - 1
            return np.arange(max(row, 0), row + 1)
        return np.arange(len(steps))

    def _frame(self, runs: list[str], rows_of: Any) -> pd.DataFrame:
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for name, tag, series in self.shown_series(runs):
            index = series.index()
            for row in rows_of(index).tolist():
                try:
                    percentiles = compress(series.value_at(index, row))
                except UnreadableValueError:
                    continue  # listed among the problems
                time = int(index.columns.steps[row]), float(index.columns.wall_times[row])
                rows.append((name, tag, *time, *percentiles.tolist()))
        names = ("run", "tag", "step", "wall_time", *PERCENTILES)
        types = {"run": object, "tag": object, "step": np.int64}
        return pd.DataFrame(rows, columns=list(names)).astype(
            {name: types.get(name, np.float64) for name in names}
        )

    def preview(self) -> Preview:
        """Return bands of percentiles at a glance."""
        from tbwidget.dashboards import previews

        return previews.distributions(self)

    # -- what the page gets ----------------------------------------------------------------------

    def series_of(self, run: str) -> Mapping[str, HistogramSeries]:
        """Return the histograms of a run by tag."""
        found: Run = self.logdir.runs[run]
        return found.histograms

    def summarise(self, value: Any) -> npt.NDArray[np.float64]:
        """Return the percentiles of one histogram, and how many values it holds."""
        with np.errstate(over="ignore"):
            return np.append(compress(value), value[:, 2].sum())

    def _detail(self, args: dict[str, Any]) -> Answer:
        """Return the percentiles of one tag between two x values, of as many steps as fit."""
        (tag,) = texts(args, "tags")
        low = number(args, "low", -np.inf, np.inf, -np.inf)
        high = number(args, "high", -np.inf, np.inf, np.inf)
        axis = str(args.get("x_axis", "step"))
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        runs = self.logdir.runs
        for name in texts(args, "runs"):
            series = self.series_of(name).get(tag) if name in runs else None
            if series is None:
                continue
            index = series.index()
            inside = rows_between(x_of(index, axis), low, high)
            rows = inside[thinned_rows(len(inside), MOST_STEPS)]
            summary = self.new_summarised(series).summary(index, rows)
            item = {
                "key": [self.state.run_number(name), self.state.tag_number(tag)],
                "from": 0,
                "n": len(rows),
                "steps": len(inside),
                "unreadable": summary.unreadable,
            }
            item["columns"] = pack_columns(self.columns_of(summary), buffers)
            items.append(item)
        return Answer(items, buffers)


def x_of(index: Index, axis: str) -> npt.NDArray[np.float64]:
    """Return where the entries of a series stand on the x axis: step, relative, wall or order."""
    steps, wall_times = index.columns.steps, index.columns.wall_times
    if axis == "wall":
        return wall_times
    if axis == "relative":
        known = wall_times[np.isfinite(wall_times)]
        return wall_times - (known[0] if len(known) else 0.0)
    if axis == "order":
        return np.arange(len(steps), dtype=np.float64)
    return steps.astype(np.float64)


def rows_between(x: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.int64]:
    """Return the rows that cover ``low..high``, with one neighbour on either side."""
    inside = np.flatnonzero((x >= low) & (x <= high))
    if not len(inside):
        inside = np.flatnonzero(x < low)[-1:]
        return np.arange(inside[0], min(inside[0] + 2, len(x))) if len(inside) else inside
    return np.arange(max(0, inside[0] - 1), min(len(x), inside[-1] + 2))

"""The PR curves tab: precision over recall by tag, and the average precision over steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets

from tbwidget.analysis.pr import average_precision, roc_auc, thresholds_of
from tbwidget.logs import UnreadableValueError
from tbwidget.widget.frame import jsonable, pack_columns
from tbwidget.widget.rpc import Answer, number, texts
from tbwidget.widget.summarising import Summarised, SummaryDashboard, row_at, thinned_rows
from tbwidget.widget.watching import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt
    import pandas as pd

    from tbwidget.drawing.sheet import Preview
    from tbwidget.logs import Run
    from tbwidget.logs.blobs import Index
    from tbwidget.logs.kinds import PRCurveSeries

MODES = ("pr", "roc")
#: Settings of its own, which its page may write.
_OWN = ("mode", "f1_lines", "threshold", "run_steps")
#: Thresholds of one curve that are sent at most: more than pixels can show.
MOST_THRESHOLDS = 2_000
_COLUMNS = ("tp", "fp", "tn", "fn", "precision", "recall")


class PRCurves(SummaryDashboard):
    """Precision-recall curves, one card a tag, all selected runs in one plot.

    Shown is each run's curve at its own step (`run_steps`), else at `step`, or at the nearest step
    before that; the newest one if both are None.

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
    height
        Height of the view in CSS pixels.

    Attributes
    ----------
    mode : {"pr", "roc"}
        Precision over recall, or the true over the false positive rate.
    f1_lines : bool
        Draw lines of equal F1 score.
    threshold : float or None
        The threshold that is picked, 0 to 1, by a click on a curve or from here.
    run_steps : dict of str to float
        Steps of single runs, which go before `step`.

    Raises
    ------
    TypeError, ValueError
        If `source` cannot be shown; the message says why.

    Examples
    --------
    >>> import tbwidget
    >>> curves = tbwidget.PRCurves("logs", tags="pr/class_0")  # doctest: +SKIP
    >>> curves.threshold = 0.5  # doctest: +SKIP
    >>> curves.selection[["run", "precision", "recall"]]  # doctest: +SKIP
    """

    kind: ClassVar[str] = "pr_curves"
    title: ClassVar[str] = "PR curves"
    data_kinds: ClassVar[tuple[str, ...]] = ("pr_curves",)
    page_writes: ClassVar[frozenset[str]] = SummaryDashboard.page_writes | set(_OWN)
    asks_by_step: ClassVar[bool] = True
    summary_columns: ClassVar[tuple[str, ...]] = ("average_precision", "auc")

    mode = traitlets.Enum(MODES, "pr").tag(sync=True)
    f1_lines = traitlets.Bool(default_value=True).tag(sync=True)
    threshold = traitlets.Float(None, min=0.0, max=1.0, allow_none=True).tag(sync=True)
    run_steps = traitlets.Dict(traitlets.Float(), traitlets.Unicode()).tag(sync=True)

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.operations.register("curve", self._curve)

    @property
    def data(self) -> pd.DataFrame:
        """All curves of this view as a table with a row a threshold.

        Columns are run, tag, step (int64), wall_time (seconds since the epoch), threshold (0 to 1),
        tp, fp, tn, fn, precision and recall (float64). Curves that cannot be read are left out.
        """
        return _frame(
            (name, tag, step, wall_time, curve, slice(None))
            for name, tag, series in self.shown_series(self.shown_runs())
            for step, wall_time, curve in series.readable()
        )

    @property
    def selection(self) -> pd.DataFrame:
        """What is looked at, as a table like `data`.

        These are the curves of visible runs (`hidden_runs`) at the run's step in `run_steps`, else
        at `step`, or at the nearest step before that, or the newest ones if both are None; of each
        the row nearest to `threshold`, or all rows if that is None.
        """
        return _frame(self.looked_at(self.visible_runs()))

    def looked_at(self, runs: list[str]) -> Iterator[Any]:
        """Yield run, tag, step, wall time and curve of what is looked at, and its rows selected."""
        for name, tag, series in self.shown_series(runs):
            index = series.index()
            row = row_at(index, self.run_steps.get(name, self.state.step))
            if row is None:
                continue
            try:
                curve = series.value_at(index, row)
            except UnreadableValueError:
                continue  # listed among the problems
            columns = index.columns
            rows = slice(None)
            if self.threshold is not None and curve.shape[1]:
                nearest = round(self.threshold * (curve.shape[1] - 1))
                rows = slice(nearest, nearest + 1)
            yield name, tag, int(columns.steps[row]), float(columns.wall_times[row]), curve, rows

    def preview(self) -> Preview:
        """Return curves at a glance."""
        from tbwidget.dashboards import previews

        return previews.pr_curves(self)

    # -- what the page gets ----------------------------------------------------------------------

    def series_of(self, run: str) -> Mapping[str, PRCurveSeries]:
        """Return the curves of a run by tag."""
        found: Run = self.logdir.runs[run]
        return found.pr_curves

    def summarise(self, value: Any) -> npt.NDArray[np.float64]:
        """Return average precision and area under the ROC curve."""
        return np.array([average_precision(value), roc_auc(value)])

    def complete(
        self, item: dict[str, Any], summarised: Summarised, index: Index, buffers: list[memoryview]
    ) -> None:
        """Add the newest curve, which a busy kernel could not be asked for."""
        last = len(index.columns) - 1
        if last >= 0:
            item["curve"] = pack_curve(summarised.series, index, last, buffers)

    def request_at(
        self, run: str, tag: str, columns: Mapping[str, Any], row: int
    ) -> Request | None:
        """Return what a page asks for to show a row; the newest curve comes unasked."""
        if row == len(columns["step"]) - 1:
            return None
        step = int(columns["step"][row])
        return Request("curve", {"tags": [tag], "runs": [run], "step": step}, str(step))

    def _curve(self, args: dict[str, Any]) -> Answer:
        """Return the curves of one tag at a step, or the nearest before it."""
        (tag,) = texts(args, "tags")
        step = number(args, "step", -np.inf, np.inf, np.inf)
        items: list[dict[str, Any]] = []
        buffers: list[memoryview] = []
        runs = self.logdir.runs
        for name in texts(args, "runs"):
            series = self.series_of(name).get(tag) if name in runs else None
            if series is None:
                continue
            index = series.index()
            row = row_at(index, step)
            if row is not None:
                curve = pack_curve(series, index, row, buffers)
                items.append({"run": self.state.run_number(name), "curve": curve})
        return Answer(items, buffers)


def pack_curve(
    series: PRCurveSeries | Any, index: Index, row: int, buffers: list[memoryview]
) -> dict[str, Any]:
    """Return one curve as a message: its time and columns, its areas, and how many thresholds."""
    step, wall_time = int(index.columns.steps[row]), float(index.columns.wall_times[row])
    packed: dict[str, Any] = {"step": step, "wall_time": jsonable(wall_time), "n": 0, "error": ""}
    packed["columns"] = []
    try:
        curve = series.value_at(index, row)
    except UnreadableValueError as error:
        return {**packed, "error": str(error)}
    count = curve.shape[1]
    kept = thinned_rows(count, MOST_THRESHOLDS)
    named = {"threshold": thresholds_of(count)[kept]}
    named |= {name: row[kept] for name, row in zip(_COLUMNS, curve, strict=True)}
    packed["average_precision"] = jsonable(average_precision(curve))
    packed["auc"] = jsonable(roc_auc(curve))
    return {**packed, "n": count, "columns": pack_columns(named, buffers)}


def _frame(curves: Iterator[tuple[str, str, int, float, Any, slice]]) -> pd.DataFrame:
    """Return a table of some rows of curves."""
    import pandas as pd

    names: list[tuple[str, str]] = []
    times: list[tuple[int, float]] = []
    parts = [np.empty((0, 1 + len(_COLUMNS)))]
    for run, tag, step, wall_time, curve, rows in curves:
        part = np.column_stack((thresholds_of(curve.shape[1]), curve.T))[rows]
        names += [(run, tag)] * len(part)
        times += [(step, wall_time)] * len(part)
        parts.append(part)
    table: dict[str, Any] = {
        "run": np.array([run for run, _ in names], object),
        "tag": np.array([tag for _, tag in names], object),
        "step": np.array([step for step, _ in times], np.int64),
        "wall_time": np.array([wall_time for _, wall_time in times], np.float64),
    }
    numbers = np.concatenate(parts)
    return pd.DataFrame(table | dict(zip(("threshold", *_COLUMNS), numbers.T, strict=True)))

"""The table below a card: exact numbers of every run at a step, or over a range."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from tbwidget.analysis.axes import seconds_since_start, values_at
from tbwidget.analysis.smoothing import smooth
from tbwidget.analysis.table import Curve, point_row, range_row
from tbwidget.widget.frame import jsonable
from tbwidget.widget.rpc import Answer, RequestError, number, texts
from tbwidget.widget.settings import TAG_AXIS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from tbwidget.logs import Points, ScalarSeries
    from tbwidget.widget.view_state import ViewState


def x_of(points: Points, axis: str, scalars: Mapping[str, ScalarSeries]) -> npt.NDArray[np.float64]:
    """Return where points lie on an x axis.

    Parameters
    ----------
    points
        The points of a series.
    axis
        ``"step"``, ``"relative"``, ``"wall"``, ``"order"`` (of writing), or ``"tag:epoch"`` for the
        value that the tag ``epoch`` has at the same step, else had last (NaN before its first).
    scalars
        The series of the same run.
    """
    if axis == "order":
        return np.arange(len(points.steps), dtype=np.float64)
    if axis == "wall":
        return points.wall_times
    if axis == "relative":
        return seconds_since_start(points.wall_times)
    if axis.startswith(TAG_AXIS):
        tag = axis[len(TAG_AXIS) :]
        if tag not in scalars:
            return np.full(len(points.steps), np.nan)
        other = scalars[tag].snapshot().points
        return values_at(points.steps, other.steps, other.values)
    return points.steps.astype(np.float64)


def answer_table(state: ViewState, args: dict[str, Any]) -> Answer:
    """Return a row a run of one tag: of the point next to ``at``, or from ``low`` to ``high``.

    Numbers are those of all points, whatever the page holds. Runs without the tag have no row.
    """
    tags = texts(args, "tags")
    if len(tags) != 1:
        message = "'tags' must name one tag"
        raise RequestError(message)
    runs, axis = state.logdir.runs, str(args.get("x_axis", "step"))
    smoothing = number(args, "smoothing", 0.0, 1.0, state.smoothing)
    rows = []
    for name in texts(args, "runs"):
        scalars = state.scalars_of(name) if name in runs else {}
        if tags[0] in scalars:
            points = scalars[tags[0]].snapshot().points
            smoothed = smooth(points.values, smoothing)[0] if smoothing else points.values
            curve = Curve(x_of(points, axis, scalars), *points, smoothed)
            rows.append({"run": state.run_number(name), **_row(curve, args)})
    return Answer([row for row in rows if len(row) > 1])


def _row(curve: Curve, args: dict[str, Any]) -> dict[str, Any]:
    if "at" in args:
        row: Any = point_row(curve, number(args, "at", -np.inf, np.inf, 0.0))
    else:
        low = number(args, "low", -np.inf, np.inf, -np.inf)
        row = range_row(curve, low, number(args, "high", -np.inf, np.inf, np.inf))
    return {} if row is None else _plain(asdict(row))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as JSON can carry it."""
    return {
        name: _plain(value)
        if isinstance(value, dict)
        else jsonable(value)
        if isinstance(value, float)
        else value
        for name, value in row.items()
    }

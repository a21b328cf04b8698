"""The charts of a layout as a picture that needs no browser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tbwidget.dashboards.scalars.figure import (
    DASHES,
    MOST_PANELS,
    axis_of,
    line_of,
    panel_of,
    visible_scalars,
)
from tbwidget.drawing.figure import draw
from tbwidget.drawing.palette import color_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from tbwidget.drawing.chart import Line, Panel
    from tbwidget.drawing.shapes import Picture
    from tbwidget.logs import ScalarSeries
    from tbwidget.logs.series import Snapshot
    from tbwidget.widget.view_state import ViewState

    from .charts import TagCategory, TagChart

    Scalars = dict[str, Mapping[str, ScalarSeries]]


def picture_of(state: ViewState, categories: tuple[TagCategory, ...], runs: list[str]) -> Picture:
    """Return the charts of a layout with the visible ones of `runs`, as the settings say.

    Runs are not grouped in it.

    Raises
    ------
    ValueError
        If there are more charts than fit a picture.
    """
    charts = [chart for category in categories for chart in category.charts]
    if len(charts) > MOST_PANELS:
        message = f"{len(charts):,} charts are more than fit one picture, {MOST_PANELS}"
        raise ValueError(message)
    titles = ", ".join(category.title for category in categories[:10])
    return draw(panels_of(state, charts, runs), title=f"{state.logdir.name}: {titles}")


def panels_of(state: ViewState, charts: list[TagChart], runs: list[str]) -> list[Panel]:
    """Return the charts of a layout with the visible ones of `runs`, as the settings say."""
    scalars = visible_scalars(state, runs)
    return [_panel(state, chart, scalars) for chart in charts]


def _panel(state: ViewState, chart: TagChart, scalars: Scalars) -> Panel:
    places = [(tag, "", "") for tag in chart.tags] + list(chart.margins)
    found = [
        (place, run, margin, several)
        for place, margin in enumerate(places)
        for run, several in scalars.items()
        if margin[0] in several
    ]
    axis = axis_of(state, [several[margin[0]] for _, _, margin, several in found])
    # With one run, colour is free to tell tags apart, as in the page.
    alone = len(scalars) == 1 and len(places) > 1
    lines = []
    for place, run, (tag, lower, upper), several in found:
        # A band that was smoothed would not hold the values that were written.
        smoothing = 0.0 if lower or upper else state.smoothing
        line = line_of(state, run, tag, axis, several, smoothing=smoothing)
        line = replace(line, name=f"{line.name} · {tag}")
        if alone:
            line = replace(line, color=color_of(place), dash=())
        elif place:
            line = replace(line, dash=DASHES[place % len(DASHES)])
        if lower in several and upper in several:
            line = _with_band(line, several, (tag, lower, upper))
        lines.append(line)
    return panel_of(state, chart.title, axis, lines)


def _with_band(line: Line, several: Mapping[str, ScalarSeries], tags: tuple[str, str, str]) -> Line:
    """Return a line with the limits at its steps."""
    value, lower, upper = (several[tag].snapshot() for tag in tags)
    low, high = (_limit(limit, value.points.steps) for limit in (lower, upper))
    return replace(line, low=low, high=high)


def _limit(limit: Snapshot, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    points = limit.points
    if not len(points.steps):
        return np.full(len(steps), np.nan)
    return np.interp(steps, points.steps, points.values, left=np.nan, right=np.nan)

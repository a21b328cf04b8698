"""What a view of scalars shows, as a picture that needs no browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tbwidget.analysis.alignment import Member
from tbwidget.analysis.bands import aggregate
from tbwidget.analysis.smoothing import smooth
from tbwidget.drawing.chart import Line, Panel
from tbwidget.drawing.figure import draw
from tbwidget.drawing.palette import color_of
from tbwidget.logs.groups import group_runs
from tbwidget.widget.settings import X_AXES

from .table import x_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tbwidget.drawing.shapes import Picture
    from tbwidget.logs import ScalarSeries
    from tbwidget.widget.view_state import ViewState

    Scalars = Mapping[str, Mapping[str, ScalarSeries]]

#: Charts in one picture; a log can have thousands of tags.
MOST_PANELS = 100
DASHES = ((), (6.0, 3.0), (2.0, 2.0), (8.0, 3.0, 2.0, 3.0))


def picture_of(state: ViewState, tags: list[str], runs: list[str]) -> Picture:
    """Return the charts of `tags` with the visible ones of `runs`, as the settings say.

    Raises
    ------
    ValueError
        If there are more tags than fit a picture.
    """
    if len(tags) > MOST_PANELS:
        message = (
            f"{len(tags):,} tags are more than fit one picture; choose {MOST_PANELS} or fewer, "
            "as Scalars(..., tags=[...])"
        )
        raise ValueError(message)
    return draw(panels_of(state, tags, runs), title=f"{state.logdir.name}: {', '.join(tags[:10])}")


def panels_of(state: ViewState, tags: list[str], runs: list[str]) -> list[Panel]:
    """Return a chart for each of `tags` with the visible ones of `runs`, as the settings say."""
    scalars = visible_scalars(state, runs)
    groups = group_runs(state.logdir.runs, runs, state.group_by)
    return [_panel(state, tag, scalars, groups) for tag in tags]


def visible_scalars(state: ViewState, runs: list[str]) -> dict[str, Mapping[str, ScalarSeries]]:
    """Return the scalars of those of `runs` that are not hidden."""
    hidden = set(state.hidden_runs)
    return {name: state.scalars_of(name) for name in runs if name not in hidden}


def _panel(state: ViewState, tag: str, scalars: Scalars, groups: dict[str, list[str]]) -> Panel:
    holders = {name: several for name, several in scalars.items() if tag in several}
    axis = axis_of(state, [several[tag] for several in holders.values()])
    if axis not in X_AXES:
        groups = {}  # a band is put together step by step, so it has no place on other axes
    grouped = {name for group in groups.values() for name in group}
    lines = [
        _band(state, number, name, [holders[run][tag] for run in group if run in holders], axis)
        for number, (name, group) in enumerate(groups.items())
    ]
    lines += [
        line_of(state, name, tag, axis, several, smoothing=state.smoothing)
        for name, several in holders.items()
        if name not in grouped
    ]
    return panel_of(state, tag, axis, lines)


def panel_of(state: ViewState, title: str, axis: str, lines: list[Line]) -> Panel:
    """Return a chart of `lines` with the axes that are set."""
    return Panel(
        title,
        [line for line in lines if len(line.x)],
        axis,
        state.x_scale,
        state.y_scale,
        state.x_range,
        state.y_range,
        state.ignore_outliers,
    )


def axis_of(state: ViewState, several: list[ScalarSeries]) -> str:
    """Return the x axis; the order of writing where all steps of all series are equal."""
    if state.x_axis != "step":
        return state.x_axis
    all_steps = [series.snapshot().points.steps for series in several]
    long = [steps for steps in all_steps if len(steps) > 1]
    return "order" if long and all(steps[0] == steps[-1] for steps in long) else "step"


def line_of(
    state: ViewState,
    run: str,
    tag: str,
    axis: str,
    scalars: Mapping[str, ScalarSeries],
    *,
    smoothing: float,
) -> Line:
    """Return the curve of a tag in a run."""
    points = scalars[tag].snapshot().points
    number = state.run_number(run)
    smoothed = smooth(points.values, smoothing)[0] if smoothing else points.values
    return Line(
        state.run_notes.get(run, {}).get("name") or run,
        state.run_colors.get(run) or color_of(number),
        x_of(points, axis, scalars),
        smoothed,
        points.values if smoothing else None,
        dash=DASHES[number % len(DASHES)] if state.dashes else (),
    )


def _band(state: ViewState, number: int, name: str, several: list[ScalarSeries], axis: str) -> Line:
    members = [Member(*series.snapshot().points) for series in several]
    band = aggregate(members, state.center, state.band, state.smoothing)
    times = {"wall": band.wall_times, "relative": band.relative_times}
    x = times.get(axis, band.steps.astype(np.float64))
    low, high = (band.low, band.high) if state.band else (None, None)
    return Line(
        f"{name} ({len(members)})",
        color_of(number),
        x,
        band.center,
        low=low,
        high=high,
        dash=DASHES[number % len(DASHES)] if state.dashes else (),
    )

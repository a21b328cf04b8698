"""The same curves as a bqplot figure, for who wants to go on with it in Python."""

from __future__ import annotations

import time
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from tbwidget.analysis.downsample import extreme_rows
from tbwidget.analysis.smoothing import smooth
from tbwidget.drawing.palette import color_of
from tbwidget.logs import follow

from .data import visible
from .table import x_of

if TYPE_CHECKING:
    from .out import ScalarsOut

#: Points of a line, and seconds between two looks at what has grown.
MOST_POINTS = 2_000
SECONDS = 0.5
#: A legend of more lines would hide them.
MOST_IN_LEGEND = 8


class LiveFigure:
    """Makes a figure, and keeps its lines as long as the log grows and somebody has the figure."""

    def __init__(self, view: ScalarsOut) -> None:
        import bqplot

        self._view = view
        state = view.state
        self._scales: dict[str, Any] = {
            "x": bqplot.LogScale() if state.x_scale == "log" else bqplot.LinearScale(),
            "y": bqplot.LogScale() if state.y_scale == "log" else bqplot.LinearScale(),
        }
        if state.x_axis == "wall":
            self._scales["x"] = bqplot.DateScale()
        self._lines: dict[tuple[str, str], Any] = {}
        self._versions: dict[tuple[str, str], object] = {}
        self._due = 0.0
        self._legend = True
        tags = view.shown_tags()
        upright = {"side": "left"}
        if "orientation" in bqplot.Axis.class_trait_names():  # before 0.13
            upright["orientation"] = "vertical"
        figure = bqplot.Figure(
            marks=[],
            axes=[
                bqplot.Axis(scale=self._scales["x"], label=state.x_axis.removeprefix("tag:")),
                bqplot.Axis(scale=self._scales["y"], **upright),
            ],
            title=tags[0] if len(tags) == 1 else "",
            legend_location="top-right",
        )
        self._figure = weakref.ref(figure)
        self._update(figure)
        self.figure: Any = figure

    def release(self) -> Any:
        """Return the figure; from now on only its owner keeps it alive."""
        figure, self.figure = self.figure, None
        follow.FOLLOWER.add(self._view.logdir)
        follow.FOLLOWER.subscribe(self._tick)
        return figure

    def _tick(self) -> bool:
        """Bring the lines up to date, on the thread that reads; tell whether anybody has them."""
        figure = self._figure()
        if figure is None or figure.comm is None:
            follow.FOLLOWER.unsubscribe(self._tick)
            return False
        now = time.monotonic()
        if now >= self._due:
            self._update(figure)
            self._due = now + SECONDS
        return True

    def _update(self, figure: Any) -> None:
        state, wanted = self._view.state, {}
        for run in visible(state, self._view.shown_runs()):
            scalars = state.scalars_of(run)
            for tag in self._view.shown_tags():
                if tag in scalars:
                    wanted[run, tag] = scalars
        if self._legend and len(wanted) > MOST_IN_LEGEND:
            self._legend = False
            for line in self._lines.values():
                line.display_legend = False
        for key, scalars in wanted.items():
            generation, points = scalars[key[1]].snapshot()
            version = (generation, len(points.steps), state.smoothing, state.x_axis)
            if self._versions.get(key) != version:
                self._versions[key] = version
                x = x_of(points, state.x_axis, scalars)
                rows = extreme_rows(points.values, MOST_POINTS)
                y = smooth(points.values, state.smoothing)[0] if state.smoothing else points.values
                self._draw(key, x[rows], y[rows])
        for key in self._lines.keys() - wanted.keys():
            del self._lines[key], self._versions[key]
        marks = list(self._lines.values())
        if figure.marks != marks:
            figure.marks = marks

    def _draw(self, key: tuple[str, str], x: Any, y: Any) -> None:
        if self._view.state.x_axis == "wall":
            x = np.where(np.isfinite(x), x * 1e3, np.nan).astype("datetime64[ms]")
        line = self._lines.get(key)
        if line is None:
            self._lines[key] = self._new_line(key, x, y)
        elif len(y) >= len(line.y):
            # Two messages: in between, the page must have a y for every x.
            line.y, line.x = y, x
        else:
            line.x, line.y = x, y

    def _new_line(self, key: tuple[str, str], x: Any, y: Any) -> Any:
        import bqplot

        run, tag = key
        state = self._view.state
        alone = len(self._view.shown_tags()) == 1
        return bqplot.Lines(
            x=x,
            y=y,
            scales=self._scales,
            colors=[state.run_colors.get(run) or color_of(state.run_number(run))],
            labels=[run if alone else f"{run}: {tag}"],
            stroke_width=1.5,
            display_legend=self._legend,
        )

"""One chart: its axes, and the lines and bands of a tag."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tbwidget.analysis.downsample import extreme_rows

from .domain import x_domain, y_domain
from .shapes import Clip, Dot, Polygon, Polyline, Shape, Text, fitted, text_width
from .ticks import Tick, duration_ticks, linear_ticks, log_ticks, symlog_ticks, time_ticks

if TYPE_CHECKING:
    import numpy.typing as npt

    from .palette import Theme

    Floats = npt.NDArray[np.float64]

_TITLE, _RIGHT, _BOTTOM = 22.0, 10.0, 20.0
_TITLE_SIZE = 12.0
_PIXELS_PER_X_TICK, _PIXELS_PER_Y_TICK = 50, 28
_SMALLEST_GUTTER = 32.0
_RAW_OPACITY, _BAND_OPACITY = 0.25, 0.16


@dataclass(frozen=True)
class Line:
    """A curve of a chart.

    Attributes
    ----------
    name, color
        What the legend says.
    x, y
        float64[n].
    raw
        float64[n] to draw faintly behind it, or None.
    low, high
        float64[n] bounds of a band, or None.
    dash
        Lengths of dashes and gaps; empty for a solid line.
    """

    name: str
    color: str
    x: Floats
    y: Floats
    raw: Floats | None = None
    low: Floats | None = None
    high: Floats | None = None
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A chart: its title, its lines and how its axes run; ranges are None to fit the lines.

    Of a line about `most_points` are drawn, those that keep its shape; 0 for as many as can be
    told apart.
    """

    title: str
    lines: list[Line]
    x_kind: str = "step"
    x_scale: str = "linear"
    y_scale: str = "linear"
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    ignore_outliers: bool = False
    most_points: int = 0


class Scale(NamedTuple):
    """Where values of an axis lie: transformed, then from ``domain`` to ``pixels``."""

    kind: str
    domain: tuple[float, float]
    pixels: tuple[float, float]
    threshold: float = 1.0

    def place(self, values: Floats) -> Floats:
        """Return the pixels of values, NaN where the axis has none."""
        low, high = (float(self._forward(np.array(end))) for end in self.domain)
        first, last = self.pixels
        placed = first + (self._forward(values) - low) / (high - low) * (last - first)
        return np.where(np.isfinite(values), np.clip(placed, -1e5, 1e5), np.nan)

    def _forward(self, values: Floats) -> Floats:
        if self.kind == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                result: Floats = np.where(values > 0, np.log10(values), np.nan)
            return result
        if self.kind == "symlog":
            return np.sign(values) * np.log1p(np.abs(values) / self.threshold)
        return values


def draw_panel(
    panel: Panel, x: float, y: float, width: float, height: float, theme: Theme
) -> list[Shape]:
    """Return the shapes of a chart in a rectangle."""
    top, bottom = y + _TITLE, y + height - _BOTTOM
    domain, threshold = y_domain(panel)
    count = max(2, int((bottom - top) / _PIXELS_PER_Y_TICK))
    y_ticks = _y_ticks(panel.y_scale, domain, count, threshold)
    gutter = max(_SMALLEST_GUTTER, *(text_width(tick.label) + 10 for tick in y_ticks), 0.0)
    left, right = x + gutter, x + width - _RIGHT
    across = Scale(panel.x_scale, x_domain(panel), (left, right))
    up = Scale(panel.y_scale, domain, (bottom, top), threshold)
    shapes: list[Shape] = [_title(panel.title, x, y, width, theme)]
    for tick, place in zip(y_ticks, up.place(_values(y_ticks)).tolist(), strict=True):
        level = round(place) + 0.5
        shapes.append(Polyline(np.array([[left, level], [right, level]]), theme.grid))
        shapes.append(Text(left - 6, place, tick.label, theme.muted, anchor="end"))
    shapes += _x_labels(across, panel.x_kind, bottom + _BOTTOM / 2 + 2, theme)
    inside = Clip(left, top, right - left, bottom - top)
    limit = panel.most_points or max(64, int(4 * (right - left)))
    for line in panel.lines:
        inside.shapes.extend(_band(line, across, up, limit))
    for line in panel.lines:
        if line.raw is not None:
            faint = replace(line, dash=())
            inside.shapes.extend(_curve(faint, line.raw, across, up, limit, 1.0, _RAW_OPACITY))
    for line in panel.lines:
        inside.shapes.extend(_curve(line, line.y, across, up, limit, 1.5, 1.0))
    return [*shapes, inside]


def _title(title: str, x: float, y: float, width: float, theme: Theme) -> Text:
    """Return the title, cut to the width, with the part before its last slash dimmed."""
    prefix, slash, name = fitted(title, width, _TITLE_SIZE).rpartition("/")
    middle = y + _TITLE / 2 - 2
    return Text(
        x, middle, name, theme.foreground, _TITLE_SIZE, lead=prefix + slash, lead_color=theme.muted
    )


def _x_labels(across: Scale, kind: str, y: float, theme: Theme) -> list[Shape]:
    """Return as many labels as have room side by side, none of them cut."""
    first, last = across.pixels
    for count in range(max(2, int((last - first) / _PIXELS_PER_X_TICK)), 0, -1):
        ticks = _x_ticks(across, kind, count)
        places = across.place(_values(ticks)).tolist()
        free, shapes = -math.inf, list[Shape]()
        for tick, place in zip(ticks, places, strict=True):
            half = text_width(tick.label) / 2
            middle = max(first - 20 + half, min(last + _RIGHT - 1 - half, place))
            if middle - half < free:
                break
            free = middle + half + 12
            shapes.append(Text(middle, y, tick.label, theme.muted, anchor="middle"))
        else:
            return shapes
    return []


def _x_ticks(across: Scale, kind: str, count: int) -> list[Tick]:
    low, high = across.domain
    if across.kind == "log":
        return log_ticks(low, high, count)
    if kind == "wall":
        return time_ticks(low, high, count)
    if kind == "relative":
        return duration_ticks(low, high, count)
    return linear_ticks(low, high, count, whole=kind in ("step", "order"))


def _y_ticks(scale: str, domain: tuple[float, float], count: int, threshold: float) -> list[Tick]:
    if scale == "symlog":
        return symlog_ticks(*domain, count, threshold)
    return (log_ticks if scale == "log" else linear_ticks)(*domain, count)


def _band(line: Line, across: Scale, up: Scale, limit: int) -> list[Shape]:
    if line.low is None or line.high is None:
        return []
    known = np.flatnonzero(np.isfinite(line.low) & np.isfinite(line.high) & np.isfinite(line.x))
    x, low, high = line.x[known], line.low[known], line.high[known]
    rows = np.union1d(extreme_rows(low, limit // 2), extreme_rows(high, limit // 2))
    if up.kind == "log":
        low = np.maximum(low, up.domain[0])  # what reaches below zero reaches the bottom
    places = across.place(x[rows])
    edge = np.column_stack([places, up.place(high[rows])])
    back = np.column_stack([places, up.place(low[rows])])[::-1]
    corners = np.concatenate([edge, back])
    return [Polygon(corners[~np.isnan(corners).any(axis=1)], line.color, _BAND_OPACITY)]


def _curve(
    line: Line,
    values: Floats,
    across: Scale,
    up: Scale,
    limit: int,
    width: float,
    opacity: float,
) -> list[Shape]:
    """Return the pieces of a curve between what is not finite; a lone point is a dot."""
    low, high = across.domain
    inside = np.flatnonzero((line.x >= low) & (line.x <= high))
    if len(inside):
        first, end = max(0, int(inside[0]) - 1), int(inside[-1]) + 2
        x, values = line.x[first:end], values[first:end]
    else:
        x = line.x
    rows = extreme_rows(values, limit)
    places = np.column_stack([across.place(x[rows]), up.place(values[rows])])
    finite = np.isfinite(places).all(axis=1)
    breaks = np.flatnonzero(np.diff(np.concatenate([[False], finite, [False]]).astype(np.int8)))
    shapes: list[Shape] = []
    for begin, end in breaks.reshape(-1, 2).tolist():
        if end - begin == 1:
            at_x, at_y = places[begin].tolist()
            shapes.append(Dot(at_x, at_y, 2.2, line.color))
        else:
            shapes.append(Polyline(places[begin:end], line.color, width, opacity, line.dash))
    return shapes


def _values(ticks: list[Tick]) -> Floats:
    return np.array([tick.value for tick in ticks], np.float64)

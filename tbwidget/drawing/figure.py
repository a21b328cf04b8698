"""Several charts as one picture, with a legend below them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .chart import Panel, draw_panel
from .palette import LIGHT, Theme
from .shapes import Picture, Polyline, Shape, Text, text_width

if TYPE_CHECKING:
    from .chart import Line

_MARGIN, _GAP = 14.0, 18.0
_LEGEND_ROW, _SWATCH = 18.0, 14.0


def draw(
    panels: list[Panel],
    *,
    columns: int | None = None,
    panel_size: tuple[float, float] = (380.0, 230.0),
    theme: Theme = LIGHT,
    title: str = "",
    most_names: int = 60,
) -> Picture:
    """Return a picture of `panels` in a grid.

    Parameters
    ----------
    panels
        The charts, row by row.
    columns
        How many stand side by side; about as many as rows if None, three at most.
    panel_size
        Width and height of each in pixels.
    theme
        The colours around the lines.
    title
        What the picture is called for who cannot see it.
    most_names
        How many lines the legend names; of others it says how many they are.
    """
    columns = columns or max(1, min(3, math.ceil(math.sqrt(len(panels)))))
    rows = max(1, math.ceil(len(panels) / columns))
    wide, high = panel_size
    width = 2 * _MARGIN + columns * wide + (columns - 1) * _GAP
    shapes: list[Shape] = []
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        x, y = _MARGIN + column * (wide + _GAP), _MARGIN + row * (high + _GAP)
        shapes += draw_panel(panel, x, y, wide, high, theme)
    bottom = _MARGIN + rows * (high + _GAP)
    if not panels:
        shapes.append(Text(width / 2, bottom / 2, "No data", theme.muted, 13.0, "middle"))
    legend, height = _legend(panels, bottom, width, theme, most_names)
    return Picture(width, height + _MARGIN, theme.background, [*shapes, *legend], title)


def _legend(
    panels: list[Panel], y: float, width: float, theme: Theme, most: int
) -> tuple[list[Shape], float]:
    """Return the names of all lines, each once, wrapped to the width, and where they end."""
    lines: dict[str, Line] = {line.name: line for panel in panels for line in panel.lines}
    shapes: list[Shape] = []
    x = _MARGIN
    for name, line in list(lines.items())[:most]:
        text = name if len(name) <= 80 else f"{name[:30]}…{name[-49:]}"  # noqa: PLR2004
        wide = _SWATCH + 6 + text_width(text) + 16
        if x > _MARGIN and x + wide > width - _MARGIN:
            x, y = _MARGIN, y + _LEGEND_ROW
        middle = y + _LEGEND_ROW / 2
        swatch = np.array([[x, middle], [x + _SWATCH, middle]])
        shapes.append(Polyline(swatch, line.color, 2.0, dash=line.dash))
        shapes.append(Text(x + _SWATCH + 6, middle, text, theme.foreground))
        x += wide
    left_out = len(lines) - most
    if left_out > 0:
        y += _LEGEND_ROW
        more = f"and {left_out:,} more"
        shapes.append(Text(_MARGIN, y + _LEGEND_ROW / 2, more, theme.muted))
    return shapes, y + (_LEGEND_ROW if lines else 0.0)

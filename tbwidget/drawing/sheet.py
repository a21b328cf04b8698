"""A preview of a tab as one picture: a heading, charts, rows of text, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .figure import draw
from .palette import PAPER
from .shapes import Picture, Polyline, Shape, Text, fitted, moved, text_width
from .table import Table, draw_table

if TYPE_CHECKING:
    from .chart import Panel

#: Width in CSS pixels: what a notebook's cell has room for.
WIDTH = 960.0
#: Lines that a legend names: the picture is to show curves.
MOST_NAMES = 24
_HEADING, _MARGIN, _GAP, _NOTE = 38.0, 14.0, 18.0, 26.0
_COLUMNS, _HEIGHTS = 3, {1: 300.0, 2: 230.0}
_LOW = 190.0
_TITLE_SIZE, _BORDER = 14.0, "#c9ced4"


@dataclass(frozen=True)
class Preview:
    """What a tab shows at a glance.

    Attributes
    ----------
    panels
        Its charts.
    table
        Rows of text below them; None for none.
    note
        A sentence on what is left out, or on why there is nothing.
    """

    panels: list[Panel] = field(default_factory=list)
    table: Table | None = None
    note: str = ""


def draw_sheet(title: str, facts: str, preview: Preview) -> Picture:
    """Return the picture of a preview, headed by a title and some facts."""
    theme = PAPER
    inner = WIDTH - 2 * _MARGIN
    shapes: list[Shape] = [*_heading(title, facts)]
    y = _HEADING
    if preview.panels:
        count = min(_COLUMNS, len(preview.panels))
        size = ((inner - (count - 1) * _GAP) / count, _HEIGHTS.get(len(preview.panels), _LOW))
        charts = draw(
            preview.panels, columns=count, panel_size=size, theme=theme, most_names=MOST_NAMES
        )
        shapes += moved(charts.shapes, y)
        y += charts.height
    if preview.table is not None:
        y += 6
        shapes += draw_table(preview.table, _MARGIN, y, inner, theme)
        y += preview.table.height + 8
    if preview.note:
        text = fitted(preview.note, inner)
        shapes.append(Text(_MARGIN, y + _NOTE / 2, text, theme.muted))
        y += _NOTE
    border = np.array([[0, 0], [WIDTH, 0], [WIDTH, y], [0, y], [0, 0]]) + 0.5
    border = np.minimum(border, (WIDTH - 0.5, y - 0.5))
    shapes.append(Polyline(border, _BORDER))
    return Picture(WIDTH, y, theme.background, shapes, title)


def _heading(title: str, facts: str) -> list[Shape]:
    middle = _HEADING / 2
    room = WIDTH - 3 * _MARGIN
    title = fitted(title, room * 0.6, _TITLE_SIZE)
    facts = fitted(facts, room - text_width(title, _TITLE_SIZE))
    line = np.array([[0.0, _HEADING - 0.5], [WIDTH, _HEADING - 0.5]])
    return [
        Text(_MARGIN, middle, title, PAPER.foreground, _TITLE_SIZE),
        Text(WIDTH - _MARGIN, middle, facts, PAPER.muted, anchor="end"),
        Polyline(line, PAPER.grid),
    ]

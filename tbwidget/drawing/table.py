"""Rows of text in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .shapes import Polyline, Shape, Text, fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .palette import Theme

ROW_HEIGHT = 22.0
_GAP = 16.0


@dataclass(frozen=True)
class Table:
    """Rows of text.

    Attributes
    ----------
    columns
        The title of each column and its part of the width; all parts make 1.
    rows
        A text for each column. What does not fit is cut, in the middle.
    """

    columns: Sequence[tuple[str, float]]
    rows: Sequence[Sequence[str]]

    @property
    def height(self) -> float:
        """How high it is drawn, in pixels."""
        return ROW_HEIGHT * (1 + len(self.rows))


def draw_table(table: Table, x: float, y: float, width: float, theme: Theme) -> list[Shape]:
    """Return the shapes of a table whose upper left corner is at `x`, `y`."""
    shapes: list[Shape] = []
    titles = [title for title, _ in table.columns]
    for number, row in enumerate([titles, *table.rows]):
        middle = y + (number + 0.5) * ROW_HEIGHT
        at = x
        for text, (_, part) in zip(row, table.columns, strict=True):
            color = theme.foreground if number else theme.muted
            shapes.append(Text(at, middle, fitted(text, part * width - _GAP), color))
            at += part * width
        level = y + (number + 1) * ROW_HEIGHT - 0.5
        shapes.append(Polyline(np.array([[x, level], [x + width, level]]), theme.grid))
    return shapes

"""What a picture is made of; x to the right and y down, in pixels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Places = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Polyline:
    """A line through float64[n, 2] places."""

    places: Places
    color: str
    width: float = 1.0
    opacity: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Polygon:
    """A filled area with float64[n, 2] corners."""

    places: Places
    color: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Dot:
    """A filled circle."""

    x: float
    y: float
    radius: float
    color: str


@dataclass(frozen=True)
class Text:
    """A line of text, `lead` in front of it in a colour of its own; `anchor` is what lies at `x`,
    and `y` is its middle.
    """

    x: float
    y: float
    text: str
    color: str
    size: float = 11.0
    anchor: str = "start"
    lead: str = ""
    lead_color: str = ""


@dataclass(frozen=True)
class Clip:
    """Shapes of which only what lies in a rectangle is seen."""

    x: float
    y: float
    width: float
    height: float
    shapes: list[Shape] = field(default_factory=list)


Shape = Polyline | Polygon | Dot | Text | Clip


@dataclass(frozen=True)
class Picture:
    """All shapes, from back to front, and the size and colour of what they lie on."""

    width: float
    height: float
    background: str
    shapes: list[Shape]
    title: str = ""


def text_width(text: str, size: float = 11.0) -> float:
    """Return about how wide a text is: without a browser nobody knows its font."""
    return size * sum(0.3 if letter in " .,:;|il'" else 0.58 for letter in text)


def fitted(text: str, width: float, size: float = 11.0) -> str:
    """Return a text that is about `width` wide at most: its middle is left out, never its tail.

    Examples
    --------
    >>> fitted("runs/2026/baseline/seed_7", 90.0)
    'runs…ne/seed_7'
    """
    if text_width(text, size) <= width:
        return text
    room = max(0, int(width / (0.58 * size)) - 1)
    tail = (2 * room + 2) // 3
    return f"{text[: room - tail]}…{text[len(text) - tail :]}"


def moved(shapes: list[Shape], down: float) -> list[Shape]:
    """Return shapes `down` pixels below where they are."""
    return [_moved(shape, down) for shape in shapes]


def _moved(shape: Shape, down: float) -> Shape:
    if isinstance(shape, (Polyline, Polygon)):
        return replace(shape, places=shape.places + np.array([0.0, down]))
    if isinstance(shape, Clip):
        return replace(shape, y=shape.y + down, shapes=moved(shape.shapes, down))
    return replace(shape, y=shape.y + down)

"""Colours: of runs, as the front end has them, and of what lies around them."""

from __future__ import annotations

from typing import NamedTuple

_BASE = (
    "#5f7ceb",
    "#c47d04",
    "#04896a",
    "#d05faf",
    "#3babef",
    "#ac4923",
    "#cda629",
    "#8a48b3",
    "#5aa26b",
    "#fe77a6",
)
_MIXED = 0.35


class Theme(NamedTuple):
    """The colours of a picture."""

    background: str
    foreground: str
    muted: str
    grid: str


LIGHT = Theme("#ffffff", "#1f2328", "#767f8b", "#eceef0")
#: For pictures in notebooks, whose pages may be light or dark: paper, not glaring on either.
PAPER = Theme("#f7f8f9", "#1f2328", "#666f7a", "#e2e5e8")
DARK = Theme("#111418", "#e4e7eb", "#858f9b", "#22262b")


def color_of(number: int) -> str:
    """Return the colour of run number `number`.

    Examples
    --------
    >>> color_of(0), color_of(10)
    ('#5f7ceb', '#97aaf2')
    """
    base, around = _BASE[number % len(_BASE)], number // len(_BASE) % 3
    if around == 0:
        return base
    return mixed(base, "#ffffff" if around == 1 else "#000000", _MIXED)


def mixed(color: str, other: str, part: float) -> str:
    """Return a colour between two, of which `part` is the other one.

    Examples
    --------
    >>> mixed("#000000", "#ff0000", 0.5)
    '#800000'
    """
    ends = [[int(one[at : at + 2], 16) for at in (1, 3, 5)] for one in (color, other)]
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(*ends, strict=True))

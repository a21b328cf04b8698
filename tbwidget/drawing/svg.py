"""A picture as SVG."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np

from .shapes import Clip, Dot, Picture, Polygon, Polyline, Shape, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"
#: XML has no place for these, even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def to_svg(picture: Picture) -> str:
    """Return a picture as a self-contained SVG document: no script, no style, no reference out."""
    size = f"{picture.width:g} {picture.height:g}"
    clips: list[Clip] = []
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{picture.width:g}" '
        f'height="{picture.height:g}" viewBox="0 0 {size}" role="img" '
        f'font-family="{_FONT}" fill="none" stroke-linejoin="round">'
    )
    parts = [
        opening,
        f"<title>{_text(picture.title)}</title>" if picture.title else "",
        f'<rect width="100%" height="100%" fill="{picture.background}"/>',
        *_elements(picture.shapes, clips),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _elements(shapes: list[Shape], clips: list[Clip]) -> Iterator[str]:
    for shape in shapes:
        if isinstance(shape, Clip):
            clips.append(shape)
            name = f"c{len(clips)}"
            yield (
                f'<clipPath id="{name}"><rect x="{shape.x:g}" y="{shape.y:g}" '
                f'width="{shape.width:g}" height="{shape.height:g}"/></clipPath>'
            )
            yield f'<g clip-path="url(#{name})">'
            yield from _elements(shape.shapes, clips)
            yield "</g>"
        else:
            yield _element(shape)


def _element(shape: Polyline | Polygon | Dot | Text) -> str:
    if isinstance(shape, Dot):
        place = f'cx="{shape.x:.2f}" cy="{shape.y:.2f}" r="{shape.radius:g}"'
        return f'<circle {place} fill="{shape.color}"/>'
    if isinstance(shape, Text):
        anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
        lead = f'<tspan fill="{shape.lead_color}">{_text(shape.lead)}</tspan>' if shape.lead else ""
        return (
            f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" dy="0.35em" font-size="{shape.size:g}"'
            f'{anchor} fill="{shape.color}" xml:space="preserve">{lead}{_text(shape.text)}</text>'
        )
    opacity = f"{shape.opacity:g}"
    if isinstance(shape, Polygon):
        places = _path(shape.places)
        return f'<path d="{places}Z" fill="{shape.color}" fill-opacity="{opacity}"/>'
    faint = f' stroke-opacity="{opacity}"' if shape.opacity < 1 else ""
    dash = f' stroke-dasharray="{" ".join(f"{one:g}" for one in shape.dash)}"' if shape.dash else ""
    return (
        f'<path d="{_path(shape.places)}" stroke="{shape.color}" '
        f'stroke-width="{shape.width:g}"{faint}{dash}/>'
    )


def _path(places: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    pairs = (f"{x:g} {y:g}" for x, y in np.round(places, 1).tolist())
    return "M" + "L".join(pairs) if len(places) else ""


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))

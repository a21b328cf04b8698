"""A picture as PNG, drawn by Pillow."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from .shapes import Clip, Dot, Picture, Polygon, Polyline, Shape, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Drawn so many times larger, then made smaller: Pillow's own lines have rough edges.
_OVERSAMPLING = 2
_LARGEST_SIDE = 20_000
#: Scale and number of colours of smaller and smaller files.
_FINENESS = ((1.5, 64), (1.5, 32), (1.25, 32), (1.0, 32), (1.0, 16), (0.5, 16))
#: Signature and first chunk of every PNG; 33 + 4 + 4 + 12 + 1 bytes stand before a key.
_HEADER_BYTES, _KEYWORD = 33, b"tbwidget key"
_ANCHORS = {"start": "lm", "middle": "mm", "end": "rm"}


def to_png(picture: Picture, scale: float = 2.0) -> bytes:
    """Return a picture as PNG, with `scale` pixels for each of its own.

    Raises
    ------
    ImportError
        If Pillow is not installed.
    ValueError
        If it would be larger than 20,000 pixels.
    """
    return _encoded(_reduced(_painted(picture, scale), picture, scale), scale)


def to_small_png(picture: Picture, most_bytes: int) -> bytes:
    """Return a picture as PNG of few colours, as fine as so many bytes allow.

    Raises
    ------
    ImportError
        If Pillow is not installed.
    ValueError
        If it does not fit even at its coarsest.
    """
    from PIL import Image

    painted = _painted(picture, _FINENESS[0][0])
    for scale, colors in _FINENESS:
        image = _reduced(painted, picture, scale)
        # An octree is much faster than a median cut, and keeps colours that few pixels have.
        octree = Image.Quantize.FASTOCTREE
        data = _encoded(image.quantize(colors, octree, dither=Image.Dither.NONE), scale)
        if len(data) <= most_bytes:
            return data
    message = f"the picture takes {len(data):,} bytes, more than {most_bytes:,}"
    raise ValueError(message)


def _painted(picture: Picture, scale: float) -> Any:
    """Return a picture as an image that is `_OVERSAMPLING` times too large."""
    try:
        from PIL import Image
    except ImportError:
        message = "PNG files need Pillow: `pip install pillow`, or save as .svg"
        raise ImportError(message) from None
    size = _size(picture, scale)
    if max(size) > _LARGEST_SIDE:
        message = f"the picture would have {size[0]:,} x {size[1]:,} pixels; show fewer tags"
        raise ValueError(message)
    zoom = scale * _OVERSAMPLING
    image = Image.new("RGB", [side * _OVERSAMPLING for side in size], picture.background)
    _Painter(image, zoom).paint(picture.shapes)
    return image


def _reduced(image: Any, picture: Picture, scale: float) -> Any:
    from PIL import Image

    return image.resize(_size(picture, scale), Image.Resampling.LANCZOS)


def _encoded(image: Any, scale: float) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG", dpi=(96 * scale, 96 * scale))
    return buffer.getvalue()


def _size(picture: Picture, scale: float) -> list[int]:
    return [round(side * scale) for side in (picture.width, picture.height)]


def with_key(data: bytes, key: str) -> bytes:
    """Return a PNG with a `key` by which a page can tell it from others.

    It is a ``tEXt`` chunk, the second of the file, so that the key begins at a multiple of three
    bytes: in a ``data:`` URL the base64 of a key of 24 characters is always the same.

    Source of the format: https://www.w3.org/TR/png-3/#11tEXt
    """
    body = b"tEXt" + _KEYWORD + b"\0" + key.encode("ascii")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:_HEADER_BYTES] + chunk + data[_HEADER_BYTES:]


class _Painter:
    def __init__(self, image: Any, zoom: float, x: float = 0.0, y: float = 0.0) -> None:
        from PIL import ImageDraw

        self._image, self._zoom = image, zoom
        self._origin = np.array([x, y])
        self._draw = ImageDraw.Draw(image, "RGBA")

    def paint(self, shapes: list[Shape]) -> None:
        for shape in shapes:
            if isinstance(shape, Clip):
                self._paint_clipped(shape)
            elif isinstance(shape, Text):
                self._paint_text(shape)
            elif isinstance(shape, Dot):
                (place,) = self._places(np.array([[shape.x, shape.y]]))
                self._draw.circle(place, shape.radius * self._zoom, fill=shape.color)
            elif isinstance(shape, Polygon):
                places = self._places(shape.places)
                if len(places) > 2:  # noqa: PLR2004
                    self._draw.polygon(places, fill=_color(shape.color, shape.opacity))
            else:
                self._paint_line(shape)

    def _paint_line(self, shape: Polyline) -> None:
        color, width = _color(shape.color, shape.opacity), max(1, round(shape.width * self._zoom))
        for places in _dashes(shape.places, shape.dash):
            self._draw.line(self._places(places), fill=color, width=width, joint="curve")

    def _paint_text(self, shape: Text) -> None:
        from PIL import ImageFont

        font = ImageFont.load_default(shape.size * self._zoom)
        (place,) = self._places(np.array([[shape.x, shape.y]]))
        x, y = place
        for text, color in ((shape.lead, shape.lead_color), (shape.text, shape.color)):
            if text:
                printable = "".join(one if one.isprintable() else "\ufffd" for one in text)
                self._draw.text((x, y), printable, color, font, _ANCHORS[shape.anchor])
                x += font.getlength(printable)

    def _paint_clipped(self, clip: Clip) -> None:
        corners = self._places(
            np.array([[clip.x, clip.y], [clip.x + clip.width, clip.y + clip.height]])
        )
        box = [round(side) for corner in corners for side in corner]
        part = self._image.crop(box)
        origin = np.array(box[:2]) / self._zoom + self._origin
        _Painter(part, self._zoom, *origin).paint(clip.shapes)
        self._image.paste(part, box[:2])

    def _places(self, places: Any) -> list[tuple[float, float]]:
        return [tuple(place) for place in ((places - self._origin) * self._zoom).tolist()]


def _color(color: str, opacity: float) -> tuple[int, ...]:
    return (*(int(color[at : at + 2], 16) for at in (1, 3, 5)), round(255 * opacity))


def _dashes(places: Any, dash: tuple[float, ...]) -> Iterator[Any]:
    """Yield the pieces of a dashed line; the whole if it is solid."""
    if not dash:
        yield places
        return
    lengths = np.append(0.0, np.cumsum(np.hypot(*np.diff(places, axis=0).T)))
    pattern = dash if len(dash) % 2 == 0 else dash * 2
    at, number = 0.0, 0
    while at < lengths[-1]:
        end = at + max(0.5, pattern[number % len(pattern)])
        if number % 2 == 0:
            inside = places[(lengths > at) & (lengths < end)]
            ends = [[np.interp(one, lengths, side) for side in places.T] for one in (at, end)]
            yield np.concatenate([ends[:1], inside, ends[1:]])
        at, number = end, number + 1

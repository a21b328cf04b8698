"""Boxes on a picture, as torch draws them with Pillow, and a picture in another size."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    import numpy.typing as npt

#: Red, by the number of channels of the picture.
_RED = (None, (76,), (76, 255), (255, 0, 0), (255, 0, 0, 255))


def draw_boxes(
    picture: npt.NDArray[Any], boxes: npt.NDArray[Any], labels: Sequence[str]
) -> npt.NDArray[Any]:
    """Return a copy of uint8[height, width, channels] with boxes on it.

    Parameters
    ----------
    picture
        What to draw on.
    boxes
        Numbers of shape [n, 4]: left, top, right, bottom.
    labels
        A text for each box, or nothing.

    Raises
    ------
    ImportError
        If there are labels, and Pillow is not installed.
    """
    picture = picture.copy()
    red = _RED[picture.shape[2]]
    for number, box in enumerate(boxes.tolist()):
        left, top, right, bottom = map(int, box)
        corners = [(left, top), (left, bottom), (right, bottom), (right, top), (left, top)]
        for (x, y), (x_end, y_end) in itertools.pairwise(corners):
            # Two pixels wide: Pillow adds those to the left of the line, seen along it.
            columns = _slice_of(x, x_end + (y_end > y) - (y_end < y))
            rows = _slice_of(y, y_end + (x_end > x) - (x_end < x))
            picture[rows, columns] = red
        if labels and labels[number]:
            _draw_label(picture, str(labels[number]), box[0], box[3], red)
    return picture


def _slice_of(first: int, last: int) -> slice:
    """Return the part of an axis from one pixel to another, both included, in either order."""
    return slice(max(0, min(first, last)), max(0, max(first, last) + 1))


def _draw_label(
    picture: npt.NDArray[Any], label: str, left: float, bottom: float, color: Any
) -> None:
    """Draw a text above `bottom`, black on the given colour."""
    import numpy as np

    pillow = _pillow("labels")
    from PIL import ImageDraw, ImageFont

    font = ImageFont.load_default()
    start, above, end, below = font.getbbox(label)
    width, height = end - start, below - above
    margin = math.ceil(0.05 * height)
    top = bottom - height - 2 * margin
    # Only this part of the picture is touched; letters reach below the coloured ground.
    x, y = max(0, math.floor(left)), max(0, math.floor(top))
    part = picture[y : max(0, math.ceil(bottom + below)), x : max(0, math.ceil(left + end + 2))]
    if not part.size:
        return
    image = pillow.fromarray(np.ascontiguousarray(part))
    draw = ImageDraw.Draw(image)
    draw.rectangle([(left - x, top - y), (left - x + width, bottom - y)], fill=color)
    draw.text((left - x + margin, top - y + margin), label, fill="black", font=font)
    part[:] = np.asarray(image)


def resized(tag: str, picture: npt.NDArray[Any], scale: float) -> npt.NDArray[Any]:
    """Return a picture `scale` times as large.

    Raises
    ------
    ValueError
        If there would be no pixels left.
    ImportError
        If the scale is not 1, and Pillow is not installed.
    """
    import numpy as np

    if scale == 1:
        return picture
    height, width, _ = picture.shape
    size = [int(side * scale) if math.isfinite(scale) else 0 for side in (width, height)]
    if min(size) < 1:
        message = f"rescale of {tag!r} leaves no pixels of {width}x{height}: {scale}"
        raise ValueError(message)
    pillow = _pillow("rescale")
    image = pillow.fromarray(picture).resize(size, pillow.Resampling.LANCZOS)
    return np.asarray(image)


def _pillow(what: str) -> ModuleType:
    try:
        from PIL import Image
    except ImportError:
        message = f"{what} of add_image_with_boxes needs Pillow: `pip install pillow`"
        raise ImportError(message) from None
    else:
        return Image

"""Numbers of any layout as pictures: which pixels torch makes of them.

Follows torch's ``utils/tensorboard/summary.py`` and ``_utils.py``. A picture here is
uint8[height, width, channels].
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .arguments import array_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

#: The letters that may name the dimensions of an image, sorted.
_LAYOUTS = ("HW", "CHW", "CHNW")
_MOST_CHANNELS = 4
_MOST_COLUMNS = 8
_VIDEO_DIMENSIONS = 5


def picture_of(tag: str, values: Any, dataformats: str) -> npt.NDArray[Any]:
    """Return an image, or a batch of images side by side, as one picture.

    Parameters
    ----------
    tag
        Whose image it is, for the message of an error.
    values
        Numbers of any type and layout.
    dataformats
        What its dimensions are, such as ``"CHW"``.

    Raises
    ------
    TypeError
        If the values are no real numbers.
    ValueError
        If dataformats and shape are none of an image, or there are NaN.
    """
    array = array_of(tag, values)
    sizes = _sizes_of(tag, array.shape, dataformats)
    names = list(sizes)
    array = array.transpose([names.index(name) for name in "NHWC" if name in sizes])
    pictures = levels_of(tag, array if "C" in sizes else array[..., None])
    if pictures.shape[-1] == 1:
        pictures = pictures.repeat(3, axis=-1)
    return side_by_side(pictures) if "N" in sizes else pictures


def frames_of(tag: str, values: Any) -> npt.NDArray[Any]:
    """Return the frames of a video, or of several side by side.

    Parameters
    ----------
    tag
        Whose video it is, for the message of an error.
    values
        Numbers of any type, of shape [videos, frames, channels, height, width].

    Returns
    -------
    numpy.ndarray
        uint8[frames, height, width, channels].

    Raises
    ------
    TypeError
        If the values are no real numbers.
    ValueError
        If their shape is none of a video, or there are NaN.
    """
    array = array_of(tag, values)
    if array.ndim != _VIDEO_DIMENSIONS or not array.size or array.shape[2] not in (1, 3):
        message = (
            f"the video {tag!r} must have the shape [N, T, C, H, W] (videos, frames, 1 or 3 "
            f"channels, height, width), not {list(array.shape)}"
        )
        raise ValueError(message)
    pictures = levels_of(tag, array).transpose(1, 0, 3, 4, 2)
    # torch has as many tiles as a power of two, and at most twice as many columns as rows.
    count = len(array)
    rows = 1 << (count.bit_length() - 1) // 2
    return tiled(pictures, rows, (1 << (count - 1).bit_length()) // rows)


def levels_of(tag: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return levels from 0 to 255: of uint8 as they are, of all else 255 times as many, cut off.

    Raises
    ------
    ValueError
        If there are NaN.
    """
    import numpy as np

    if array.dtype == np.uint8:
        return array
    if array.dtype.kind in "iu" and array.max() > 1:
        message = (
            f"the image {tag!r} has integers above 1 of type {array.dtype}, which are taken for "
            "white: as in torch, only uint8 goes from 0 to 255, all other types from 0 to 1"
        )
        warnings.warn(message, stacklevel=4)  # where the writer's method is called
    with np.errstate(over="ignore"):
        levels = array.astype(np.float32) * 255
    if count := np.count_nonzero(np.isnan(levels)):
        message = f"the image {tag!r} has {count:,} NaN among its {levels.size:,} values"
        raise ValueError(message)
    return levels.clip(0, 255).astype(np.uint8)


def side_by_side(pictures: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return uint8[n, height, width, channels] as one picture, eight in a row."""
    columns = min(len(pictures), _MOST_COLUMNS)
    return tiled(pictures, -(-len(pictures) // columns), columns)


def tiled(pictures: npt.NDArray[Any], rows: int, columns: int) -> npt.NDArray[Any]:
    """Return [..., n, height, width, channels] in rows and columns, what is left over black."""
    import numpy as np

    *more, count, height, width, channels = pictures.shape
    black = np.zeros((*more, rows * columns - count, height, width, channels), pictures.dtype)
    tiles = np.concatenate((pictures, black), axis=-4)
    tiles = tiles.reshape(*more, rows, columns, height, width, channels).swapaxes(-4, -3)
    return tiles.reshape(*more, rows * height, columns * width, channels)


def _sizes_of(tag: str, shape: tuple[int, ...], dataformats: object) -> Mapping[str, int]:
    """Return the size of each dimension by its letter, in the order of the array."""
    names = dataformats.upper() if isinstance(dataformats, str) else ""
    if "".join(sorted(names)) not in _LAYOUTS:
        message = (
            f"dataformats of {tag!r} must be 'CHW', 'HWC', 'HW', 'NCHW' or the like in another "
            f"order, not {dataformats!r}"
        )
        raise ValueError(message)
    if len(names) != len(shape):
        message = (
            f"the image {tag!r} has the shape {shape}, which is not {names}; "
            "dataformats must name its dimensions"
        )
        raise ValueError(message)
    sizes = dict(zip(names, shape, strict=True))
    if 0 in shape:
        message = f"the image {tag!r} has no pixels: its shape is {shape}"
        raise ValueError(message)
    if sizes.get("C", 1) > _MOST_CHANNELS:
        message = (
            f"the image {tag!r} has {sizes['C']} channels, which must be 1 (grey), 3 (RGB) or "
            f"4 (RGBA): its shape is {shape}, dataformats {names!r}"
        )
        if shape[-1] <= _MOST_CHANNELS:
            message += f"; with the channels last, they are {names.replace('C', '')}C"
        raise ValueError(message)
    return sizes

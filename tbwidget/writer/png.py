"""A picture as the bytes of a PNG file (source: https://www.w3.org/TR/png-3)."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: By the number of channels: grey, grey and alpha, RGB, RGBA.
_COLOR_TYPES = (None, 0, 4, 2, 6)


def to_png(pixels: npt.NDArray[Any]) -> bytes:
    """Return a PNG file of uint8[height, width, channels], with 1 to 4 channels."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOR_TYPES[channels], 0, 0, 0)
    body = zlib.compress(_filtered(pixels))
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def _filtered(pixels: npt.NDArray[Any]) -> bytes:
    """Return the rows, each as it is or as differences to its neighbours: the smallest."""
    import numpy as np

    height, width, channels = pixels.shape
    rows = pixels.reshape(height, width * channels)
    left, above = np.zeros_like(rows), np.zeros_like(rows)
    left[:, channels:] = rows[:, :-channels]
    above[1:] = rows[:-1]
    mean = (left & above) + ((left ^ above) >> 1)
    filtered = np.stack((rows, rows - left, rows - above, rows - mean))
    kinds = np.minimum(filtered, -filtered).sum(axis=2, dtype=np.int64).argmin(axis=0)
    best = filtered[kinds, np.arange(height)]
    return np.column_stack((kinds.astype(np.uint8), best)).tobytes()

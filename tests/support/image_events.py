"""Images without a library, and events that hold them."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import event_files as ef
import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(pixels: np.ndarray, level: int = 1) -> bytes:
    """Return a PNG of uint8[height, width, 3]."""
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each begins with the filter: none
    lines[:, 1:] = pixels.reshape(height, -1)
    data = zlib.compress(lines.tobytes(), level)
    return SIGNATURE + png_header(width, height) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def png_header(width: int, height: int) -> bytes:
    """Return the first chunk of a PNG, which may claim any size."""
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def _chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def plain_png(width: int, height: int, color: tuple[int, int, int]) -> bytes:
    """Return a PNG of one colour."""
    return png(np.full((height, width, 3), color, np.uint8))


def noise_png(seed: int, width: int, height: int) -> bytes:
    """Return a PNG of noise, which takes 3 bytes a pixel."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return png(pixels, 0)


def image_event(step: int, images: list[bytes], tag: str = "x", **size: int) -> bytes:
    """Return the bytes of an event with the samples of one step, as TensorFlow 2 writes them."""
    width, height = size.get("width", 1), size.get("height", 1)
    strings = [str(width).encode(), str(height).encode(), *images]
    shape = {"dim": [{"size": len(strings)}]}
    tensor: dict[str, Any] = {"dtype": 7, "tensor_shape": shape, "string_val": strings}
    return ef.summary(step, {"tag": tag, "metadata": ef.plugin("images"), "tensor": tensor})

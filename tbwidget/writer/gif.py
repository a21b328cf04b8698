"""Pictures in a row as the bytes of an animated GIF file, which goes round for ever.

The format is of https://www.w3.org/Graphics/GIF/spec-gif89a.txt; that an animation is repeated is
Netscape's addition to it.
"""

from __future__ import annotations

import heapq
import itertools
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

LARGEST_SIDE = 65_535
_MOST_COLORS = 256
#: Where there are more colours, those are one that agree in so many bits of each channel.
_BITS = 6
#: Colours that are spread less differ by rounding alone.
_LEAST_SPREAD = 1e-6
_FOREVER = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
#: Codes of the compression that stand for no pixels, and the first that stands for several.
_CLEAR, _END, _FIRST = 256, 257, 258
_LONGEST = 12


def to_gif(frames: npt.NDArray[Any], delays: Sequence[int]) -> bytes:
    """Return a GIF file of uint8[n, height, width, 3].

    Up to 256 colours are kept as they are; more are made 256, the same in all frames.

    Parameters
    ----------
    frames
        The pictures, with sides of 65,535 at most.
    delays
        How long each is shown, in hundredths of a second.
    """
    height, width = frames.shape[1:3]
    palette, indices = _indexed(frames)
    size = struct.pack("<HH", width, height)
    parts = [b"GIF89a", size, b"\xf7\x00\x00", palette.tobytes(), _FOREVER]
    for index, delay in zip(indices, delays, strict=True):
        parts += [
            struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0, delay, 0, 0),
            struct.pack("<BHH", 0x2C, 0, 0) + size + b"\x00",
            _blocks_of(_compressed(index.tobytes())),
        ]
    return b"".join([*parts, b"\x3b"])


def _indexed(frames: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return a palette, uint8[256, 3], and the index in it of each pixel."""
    import numpy as np

    palette = np.zeros((_MOST_COLORS, 3), np.uint8)
    codes = _packed(frames, 8)
    seen = np.zeros(1 << 24, bool)
    seen[codes] = True
    colors = np.flatnonzero(seen)
    if len(colors) <= _MOST_COLORS:
        palette[: len(colors)] = colors[:, None] >> (16, 8, 0) & 0xFF
        return palette, np.searchsorted(colors, codes).astype(np.uint8)
    cells = _packed(frames >> (8 - _BITS), _BITS)
    counts = np.bincount(cells.ravel(), minlength=1 << 3 * _BITS)
    used = np.flatnonzero(counts)
    sums = [np.bincount(cells.ravel(), frames[..., i].ravel(), len(counts)) for i in range(3)]
    weights, totals = counts[used], np.stack(sums, axis=1)[used]
    groups = _groups_of(totals / weights[:, None], weights)
    index = np.zeros(len(counts), np.uint8)
    for number, group in enumerate(groups):
        index[used[group]] = number
        palette[number] = np.rint(totals[group].sum(axis=0) / weights[group].sum())
    return palette, index[cells]


def _packed(channels: npt.NDArray[Any], bits: int) -> npt.NDArray[Any]:
    """Return three channels of `bits` each as one number."""
    import numpy as np

    red, green, blue = np.moveaxis(channels, -1, 0).astype(np.uint32)
    packed: npt.NDArray[Any] = red << 2 * bits | green << bits | blue
    return packed


def _groups_of(colors: npt.NDArray[Any], weights: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Return 256 groups of like colours, as their indices, or fewer if there are no more colours.

    The group that is spread the most is parted at the mean of the channel that is (source: X. Wu,
    "Efficient statistical computations for optimal color quantization", Graphics Gems II).
    """
    import numpy as np

    number = itertools.count()

    def entry_of(group: npt.NDArray[Any]) -> tuple[float, int, int, float, npt.NDArray[Any]]:
        own, weight = colors[group], weights[group, None]
        mean = (own * weight).sum(axis=0) / weight.sum()
        spread = ((own - mean) ** 2 * weight).sum(axis=0)
        channel = int(spread.argmax())
        return -float(spread[channel]), next(number), channel, float(mean[channel]), group

    heap = [entry_of(np.arange(len(colors)))]
    while len(heap) < _MOST_COLORS and heap[0][0] < -_LEAST_SPREAD:
        *_, channel, mean, group = heapq.heappop(heap)
        above = colors[group, channel] > mean
        for part in (group[above], group[~above]):
            heapq.heappush(heap, entry_of(part))
    return [group for *_, group in heap]


def _compressed(pixels: bytes) -> bytes:
    """Return one byte a pixel as LZW codes of 9 to 12 bits, the lowest bit first."""
    import numpy as np

    codes, widths, width = [_CLEAR], [9], 9
    known: dict[int, int] = {}
    code = pixels[0]
    for pixel in itertools.islice(pixels, 1, None):
        longer = code << 8 | pixel
        if longer in known:
            code = known[longer]
            continue
        codes.append(code)
        widths.append(width)
        code, number = pixel, _FIRST + len(known)
        if number < 1 << _LONGEST:
            known[longer] = number
            width += number == 1 << width
        else:
            codes.append(_CLEAR)
            widths.append(width)
            known.clear()
            width = 9
    codes += [code, _END]
    widths += [width, min(_LONGEST, width + (_FIRST + len(known) == 1 << width))]
    places = np.arange(_LONGEST)
    bits = np.array(codes)[:, None] >> places & 1
    return np.packbits(bits[places < np.array(widths)[:, None]], bitorder="little").tobytes()


def _blocks_of(data: bytes) -> bytes:
    """Return compressed pixels in blocks of at most 255 bytes, each behind its length."""
    blocks = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"\x08" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\x00"

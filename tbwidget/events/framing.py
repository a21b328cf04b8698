"""Finding where the records of a buffer lie, many at a time.

A record can be found only from the one before it. So the buffer is cut into lanes that begin where
the header of a common length is found, and all lanes are followed at once. A lane counts only if
the one before it ends exactly where it begins; so a header that occurs by chance inside a record
does no harm.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from crc32c import crc32c

from .records import FOOTER_BYTES, HEADER_BYTES, masked_crc32c

if TYPE_CHECKING:
    import numpy.typing as npt

    Offsets = npt.NDArray[np.int64]

FRAME_BYTES = HEADER_BYTES + FOOTER_BYTES
_TABLED_LENGTH = 4096
_PROBED_RECORDS = 64
#: Longer records than this are found faster one after the other.
_LONG_RECORD_BYTES = 512
_FEWEST_LANES = 8
_COMMON_HEADERS = 6
_LEAST_LANE_BYTES, _MOST_LANE_BYTES = 2048, 16384
_LANES = 256
#: A lane with more records than this is left to be followed alone: there was no other to begin.
_MOST_ROUNDS = 2048
_LENGTH = struct.Struct("<Q")


@lru_cache(maxsize=2 * _TABLED_LENGTH)
def header(length: int) -> bytes:
    """Return the header of a record of that length."""
    size = _LENGTH.pack(length)
    return size + masked_crc32c(size).to_bytes(4, "little")


@lru_cache(maxsize=1)
def _length_crcs() -> npt.NDArray[np.uint32]:
    crcs = [masked_crc32c(_LENGTH.pack(length)) for length in range(_TABLED_LENGTH)]
    return np.array(crcs, np.uint32)


def hop(data: bytearray, position: int, size: int, limit: int) -> tuple[list[int], int]:
    """Return the starts of up to `limit` whole records from `position` on, and where they end.

    Ends early at a header that is wrong and at a record that goes on past `size`.
    """
    starts: list[int] = []
    while position + FRAME_BYTES <= size and len(starts) < limit:
        (length,) = _LENGTH.unpack_from(data, position)
        end = position + FRAME_BYTES + length
        if end > size or data[position : position + HEADER_BYTES] != header(length):
            break
        starts.append(position)
        position = end
    return starts, position


def are_intact(data: bytearray, starts: Offsets, lengths: Offsets) -> npt.NDArray[np.bool_]:
    """Tell of each of some records whether its data have the CRC that follows them.

    Parameters
    ----------
    data
        The bytes of whole records.
    starts, lengths
        Where the data of each record begin, and how many bytes they are.
    """
    ends = starts + lengths
    view = memoryview(data)
    places = zip(starts.tolist(), ends.tolist(), strict=True)
    crcs = np.array([crc32c(view[start:end]) for start, end in places], np.uint32)
    words = np.ndarray((len(data) - 3,), "<u4", data, strides=(1,))
    masked = ((crcs >> 15) | (crcs << 17)) + np.uint32(0xA282EAD8)
    sound: npt.NDArray[np.bool_] = masked == words[ends]
    return sound


def frame(
    data: bytearray, buffer: npt.NDArray[np.uint8], position: int, size: int
) -> tuple[Offsets, Offsets]:
    """Return starts and data lengths of the whole records from `position` on.

    Parameters
    ----------
    data, buffer
        The same bytes, as a ``bytearray`` and as an array.
    position, size
        Where the first record begins, and where the bytes end.
    """
    words = np.ndarray((len(buffer) - 3,), "<u4", buffer, strides=(1,))
    probed, end = hop(data, position, size, _PROBED_RECORDS)
    lanes = np.empty(0, np.int64)
    if end - position < _LONG_RECORD_BYTES * len(probed):
        lanes = _lanes(data, probed, size)
    if len(lanes) < _FEWEST_LANES:
        starts = np.array(probed + hop(data, end, size, size)[0], np.int64)
        return starts, words[starts].astype(np.int64)
    starts, good_until = _follow(words, lanes, size)
    starts = starts[_good_headers(data, words, starts)]
    if good_until < size:  # a lane that began at a chance match, or damage: one by one from there
        first = int(starts[-1]) + FRAME_BYTES + int(words[starts[-1]]) if len(starts) else position
        rest = hop(data, first, size, size)[0]
        starts = np.concatenate([starts, np.array(rest, np.int64)])
    lengths = words[starts].astype(np.int64)
    if len(starts) and starts[-1] + FRAME_BYTES + lengths[-1] > size:
        starts, lengths = starts[:-1], lengths[:-1]
    return starts, lengths


def _lanes(data: bytearray, probed: list[int], size: int) -> Offsets:
    """Return where lanes begin; all but the first are guesses from the `probed` records."""
    position = probed[0]
    counts: dict[bytes, int] = {}
    for start in probed:
        one = bytes(data[start : start + HEADER_BYTES])
        counts[one] = counts.get(one, 0) + 1
    common = sorted(counts, key=lambda one: counts[one], reverse=True)[:_COMMON_HEADERS]
    width = max(_LEAST_LANE_BYTES, min(_MOST_LANE_BYTES, (size - position) // _LANES))
    lanes = [position]
    for begin in range(position + width, size - width, width):
        for one in common:
            found = data.find(one, begin, begin + width)
            if found >= 0:
                lanes.append(found)
                break
    return np.array(lanes, np.int64)


def _follow(words: npt.NDArray[np.uint32], lanes: Offsets, size: int) -> tuple[Offsets, int]:
    """Return the starts on all lanes up to the first that misses the next, and where that is."""
    ends = np.append(lanes[1:], size)
    last_word = len(words) - 1
    at = lanes.copy()
    passed = []
    for round_number in range(1, _MOST_ROUNDS):
        passed.append(at)
        step = words[np.minimum(at, last_word)].astype(np.int64)
        step += FRAME_BYTES
        at = np.where(at < ends, at + step, at)
        if round_number % 16 == 0 and not bool((at < ends).any()):
            break
    missed = np.flatnonzero((at < ends) | (np.append(at[:-1], size) != ends))
    kept = int(missed[0]) if len(missed) else len(lanes)
    table = np.array(passed)[:, :kept]
    on_lane = table < ends[:kept]
    starts = table.T[on_lane.T]
    # The last lane may end in a record that is not all there.
    return starts[starts + FRAME_BYTES <= size], size if kept == len(lanes) else int(lanes[kept])


def _good_headers(
    data: bytearray, words: npt.NDArray[np.uint32], starts: Offsets
) -> npt.NDArray[np.int64]:
    """Return the row numbers of `starts` up to the first whose header's CRC is wrong."""
    lengths = words[starts]
    short = lengths < _TABLED_LENGTH
    good = words[starts + 4] == 0
    good &= ~short | (words[starts + 8] == _length_crcs()[np.where(short, lengths, 0)])
    for row in np.flatnonzero(~short & good):
        start = int(starts[row])
        good[row] = data[start : start + HEADER_BYTES] == header(int(lengths[row]))
    count = len(starts) if good.all() else int(good.argmin())
    return np.arange(count)

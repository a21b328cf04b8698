"""TFRecord framing: lengths, masked CRC-32C checksums, and finding the way back after damage.

A record is ``uint64 length, uint32 masked_crc(length), data, uint32 masked_crc(data)``, all little
endian (source: TensorFlow, ``lib/io/record_writer.h``).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from crc32c import crc32c

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER_BYTES = 12
FOOTER_BYTES = 4
#: No writer makes records beyond protobuf's own limit of 2 GiB; a longer length is damage.
MAX_RECORD_BYTES = 2**31
#: How far `resync` looks for the next good record.
RESYNC_BYTES = 64 * 2**20

_LENGTH = struct.Struct("<Q")
_CRC = struct.Struct("<I")
_HEADER = struct.Struct("<QI")
_NOT_ZERO = re.compile(rb"[^\0]")


def masked_crc32c(data: bytes | bytearray | memoryview) -> int:
    r"""Return TFRecord's masked CRC-32C of `data`.

    Examples
    --------
    >>> hex(masked_crc32c(b"\x18" + bytes(7)))
    '0x224b7fa3'
    """
    crc: int = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def frame_record(payload: bytes) -> bytes:
    """Return `payload` framed as one TFRecord."""
    length = _LENGTH.pack(len(payload))
    return b"".join(
        (length, _CRC.pack(masked_crc32c(length)), payload, _CRC.pack(masked_crc32c(payload)))
    )


class Record(NamedTuple):
    """One framed record: where it starts, its data, and whether the data's CRC holds."""

    offset: int
    data: memoryview
    intact: bool

    @property
    def end(self) -> int:
        """Offset of the byte after the record."""
        return self.offset + HEADER_BYTES + len(self.data) + FOOTER_BYTES


@dataclass(frozen=True, slots=True)
class Stop:
    """Why reading stopped at `offset`.

    ``"end"``: nothing follows. ``"cut"``: a record goes on past the bytes given. ``"zeros"``: the
    header is all zero, so nothing has been written there yet. ``"damaged"``: the header is wrong.
    """

    offset: int
    reason: str
    needed: int = 0


def scan(buffer: memoryview, base: int, *, lengths_checked: bool = True) -> Iterator[Record | Stop]:
    """Yield every record in `buffer`, then one `Stop`.

    Parameters
    ----------
    buffer
        Bytes of the file from offset `base` on.
    base
        File offset of the buffer's first byte, which starts a record.
    lengths_checked
        Whether a length must have the right CRC.
    """
    position, size = 0, len(buffer)
    while True:
        if position == size:
            yield Stop(base + position, "end")
            return
        if size - position < HEADER_BYTES:
            # Zeros among these say nothing: a length of 256 begins with one.
            yield Stop(base + position, "cut", HEADER_BYTES)
            return
        length, length_crc = _HEADER.unpack_from(buffer, position)
        if length == 0 and length_crc == 0:
            yield Stop(base + position, "zeros")
            return
        wrong = lengths_checked and length_crc != masked_crc32c(buffer[position : position + 8])
        if wrong or length > MAX_RECORD_BYTES:
            yield Stop(base + position, "damaged")
            return
        start = position + HEADER_BYTES
        end = start + length + FOOTER_BYTES
        if end > size:
            yield Stop(base + position, "cut", end - position)
            return
        yield record_at(buffer, position, length, base + position)
        position = end


def record_at(buffer: memoryview, position: int, length: int, offset: int) -> Record:
    """Return the record at `position`, whose header has been checked; `offset` is the file's."""
    start = position + HEADER_BYTES
    return Record(offset, buffer[start : start + length], is_intact(buffer, start, length))


def is_header(buffer: memoryview, position: int) -> bool:
    """Tell whether the header at `position` has the right CRC of its length."""
    length_crc = _CRC.unpack_from(buffer, position + 8)[0]
    return bool(masked_crc32c(buffer[position : position + 8]) == length_crc)


def is_intact(buffer: memoryview, start: int, length: int) -> bool:
    """Tell whether the `length` bytes of data at `start` have the CRC that follows them."""
    (data_crc,) = _CRC.unpack_from(buffer, start + length)
    return bool(masked_crc32c(buffer[start : start + length]) == data_crc)


def needed_at(buffer: bytearray) -> int:
    """Return how many bytes the record at the start of `buffer` says that it takes."""
    (length,) = _LENGTH.unpack_from(buffer)
    return HEADER_BYTES + int(length) + FOOTER_BYTES


def resync(buffer: memoryview, start: int, *, data_checked: bool = True) -> int | None:
    """Return the position of the next good record in `buffer` at or after `start`.

    Good means that both its length's CRC and its data's CRC hold, so a chance match is out of the
    question; that of the length alone if not `data_checked`. ``None`` if there is none in the first
    `RESYNC_BYTES` after `start`.
    """
    window = bytes(buffer[start : start + RESYNC_BYTES])
    # A file made of headers that claim long records must not cost the square of its size.
    allowance = 4 * len(window) + HEADER_BYTES
    # A length below 4 GiB ends in four zero bytes: only these places are worth a CRC.
    at = window.find(b"\0\0\0\0", 4)
    while at != -1 and allowance > 0:
        good, checked = _record_at(window, at - 4, data_checked=data_checked)
        if good:
            return start + at - 4
        allowance -= checked
        at = _next_candidate(window, at)
    return None


def _next_candidate(window: bytes, at: int) -> int:
    if window[at - 4 : at + 8] == bytes(12):
        # Inside a run of zeros no header holds: go to its last bytes at once.
        other = _NOT_ZERO.search(window, at)
        end = other.start() if other else len(window)
        if end - at > HEADER_BYTES:
            return end - 8
    return window.find(b"\0\0\0\0", at + 1)


def _record_at(window: bytes, position: int, *, data_checked: bool) -> tuple[bool, int]:
    """Tell whether a good record is at `position`, and how many data bytes that took to check."""
    if len(window) - position < HEADER_BYTES:
        return False, 0
    length, length_crc = _HEADER.unpack_from(window, position)
    end = position + HEADER_BYTES + length
    if end + FOOTER_BYTES > len(window):
        return False, 0
    if length_crc != masked_crc32c(window[position : position + 8]):
        return False, 0
    if not data_checked:
        return True, 0
    (data_crc,) = _CRC.unpack_from(window, end)
    data = memoryview(window)[position + HEADER_BYTES : end]
    return bool(data_crc == masked_crc32c(data)), len(data)

"""Decoding many records of the same layout at once, every byte of them checked.

Records of one tag differ in a few bytes only: wall time, step, value and checksum. A template says
where these are; all others must equal the template's, which the strict walk of `wire` and protobuf
have both read. So nothing is assumed of a record: one that differs is left to protobuf.

CRC-32C is affine over GF(2): that of a record is that of the template with its variable bytes
zeroed, XOR one table entry for each variable byte, which depends on the byte and on its distance
from the end alone. So checksums of a whole block take a few table look-ups per record.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from crc32c import crc32c

from .framing import FRAME_BYTES, header
from .records import FOOTER_BYTES, HEADER_BYTES
from .wire import ScalarEvent, walk_scalars

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Mask = npt.NDArray[np.bool_]

#: Longest record that is decoded with others; a tag is no longer than this.
MAX_LENGTH = 4096
#: Templates of one family: its table of slots grows with their square.
MAX_TEMPLATES = 1024
_LEAST_SLOT_BITS = 13
#: What is worked on at once should stay in the processor's cache.
_CACHED_BYTES = 2**17
_MASK_DELTA = np.uint32(0xA282EAD8)

#: Points of one tag: row numbers, steps, wall times, values.
Columns = tuple["npt.NDArray[np.int64]", "npt.NDArray[np.float64]", "npt.NDArray[np.float64]"]


@lru_cache(maxsize=2 * MAX_LENGTH)
def _table(distance: int) -> npt.NDArray[np.uint32]:
    """Return what each value of the byte that far from the end adds to a CRC."""
    data = bytearray(distance + 1)
    zero = crc32c(data)
    table = np.zeros(256, np.uint32)
    for bit in range(8):
        data[0] = 1 << bit
        table[1 << bit : 2 << bit] = table[: 1 << bit] ^ np.uint32(crc32c(data) ^ zero)
    return table


class Shape:
    """Which bytes of a record's data may differ, and what they mean."""

    def __init__(self, length: int, event: ScalarEvent) -> None:
        self.length = length
        self.wall_time = event.wall_time
        self.step, self.step_bytes = event.step, event.step_bytes
        self.values = tuple((value.offset, value.dtype) for value in event.values)
        variable = [*range(self.wall_time, self.wall_time + 8)]
        variable += range(self.step, self.step + self.step_bytes)
        for offset, dtype in self.values:
            variable += range(offset, offset + np.dtype(dtype).itemsize)
        self.variable = tuple(variable)
        self.key = (length, self.step, self.step_bytes, self.values)

    def mask(self) -> Bytes:
        """Return 0xff where a framed record must equal its template, 0 where it may differ."""
        mask = np.full(self.length + FRAME_BYTES, 0xFF, np.uint8)
        data = mask[HEADER_BYTES:-FOOTER_BYTES]
        data[list(self.variable)] = 0
        data[self.step : self.step + self.step_bytes] = 0x80  # where a varint ends is structure
        mask[-FOOTER_BYTES:] = 0
        return mask

    def constant_crc(self, data: bytes) -> int:
        """Return the CRC of `data` with its variable bytes zeroed."""
        zeroed = bytearray(data)
        for offset in self.variable:
            zeroed[offset] = 0
        crc: int = crc32c(zeroed)
        return crc

    def intact(self, rows: Bytes, first: int, crcs: Any, varies: Bytes | None = None) -> Mask:
        """Tell which rows have the data CRC that they say.

        Parameters
        ----------
        rows
            One framed record a row, whose data begins at column `first`.
        crcs
            The constant CRC, of all rows or of each.
        varies
            Zero for the columns that are the same in all rows.
        """
        result = np.empty(len(rows), np.uint32)
        result[:] = crcs
        part = np.empty(len(rows), np.uint32)
        same = 0
        for offset in self.variable:
            column, table = first + offset, _table(self.length - 1 - offset)
            if varies is not None and not varies[column]:
                same ^= int(table[rows[0, column]])
                continue
            table.take(rows[:, column], out=part, mode="clip")
            np.bitwise_xor(result, part, out=result)
        result ^= np.uint32(same)
        np.left_shift(result, np.uint32(17), out=part)
        np.right_shift(result, np.uint32(15), out=result)
        result |= part
        result += _MASK_DELTA
        intact: Mask = result == _column(rows, first + self.length, "<u4")
        return intact

    def steps(self, rows: Bytes, first: int) -> npt.NDArray[np.int64]:
        """Return the step of each row."""
        steps = np.zeros(len(rows), np.int64)
        for byte in range(self.step_bytes):
            column = rows[:, first + self.step + byte] & np.uint8(0x7F)
            steps |= column.astype(np.int64) << (7 * byte)
        return steps

    def wall_times(self, rows: Bytes, first: int) -> npt.NDArray[np.float64]:
        """Return the wall time of each row."""
        return _column(rows, first + self.wall_time, "<f8").astype(np.float64)

    def value(self, rows: Bytes, first: int, slot: int) -> npt.NDArray[np.float64]:
        """Return the `slot`-th value of each row."""
        offset, dtype = self.values[slot]
        with np.errstate(invalid="ignore"):  # of NaNs that signal
            return _column(rows, first + offset, dtype).astype(np.float64)


def _column(rows: Bytes, first: int, dtype: str) -> npt.NDArray[Any]:
    """Return the numbers of `dtype` at column `first`, without a copy."""
    stride = rows.strides[0]
    return np.ndarray((len(rows),), dtype, rows, first, (stride,))


class Group:
    """A run of records that a training loop writes again and again: one row of bytes a repeat."""

    def __init__(self, payloads: Sequence[bytes], events: Sequence[ScalarEvent]) -> None:
        self.events = tuple(events)
        self.lengths = tuple(map(len, payloads))
        shapes = [Shape(len(data), event) for data, event in zip(payloads, events, strict=True)]
        self.shapes = tuple(shapes)
        self.firsts: list[int] = []
        masks, templates = [], []
        size = 0
        for data, shape in zip(payloads, shapes, strict=True):
            self.firsts.append(size + HEADER_BYTES)
            masks.append(shape.mask())
            templates.append(np.frombuffer(framed(data), np.uint8) & masks[-1])
            size += len(data) + FRAME_BYTES
        self.size = size
        self.mask, self.template = np.concatenate(masks), np.concatenate(templates)
        self.crcs = [s.constant_crc(d) for s, d in zip(shapes, payloads, strict=True)]
        self.points = sum(len(event.values) for event in events)
        tags = [value.tag for event in events for value in event.values]
        self.repeated = {tag for tag in tags if tags.count(tag) > 1}

    def fits(self, row: Bytes) -> bool:
        """Tell whether `row` is this group, but for what may differ."""
        return len(row) == self.size and bool(np.array_equal(row & self.mask, self.template))

    def sound(self, rows: Bytes) -> Mask | None:
        """Tell which rows are this group, their checksums too; None if all are."""
        varies = _varying(rows)
        wrong = np.flatnonzero((varies & self.mask) | ((rows[0] & self.mask) ^ self.template))
        if len(wrong):
            good: Mask = ((rows[:, wrong] & self.mask[wrong]) == self.template[wrong]).all(axis=1)
            if good.any():
                chosen = rows[good]
                intact = self.sound(chosen)
                if intact is not None:
                    good[np.flatnonzero(good)[~intact]] = False
            return good
        intact = np.ones(len(rows), bool)
        for shape, first, crc in zip(self.shapes, self.firsts, self.crcs, strict=True):
            intact &= shape.intact(rows, first, crc, varies)
        return None if intact.all() else intact

    def columns(self, rows: Bytes) -> list[tuple[str, int, Columns]]:
        """Return for each value of the group its tag, its record's number, and its columns."""
        result = []
        steps, before = None, None
        for number, (shape, first) in enumerate(zip(self.shapes, self.firsts, strict=True)):
            raw = rows[:, first + shape.step : first + shape.step + shape.step_bytes]
            if steps is None or before is None or not np.array_equal(raw, before):
                steps = shape.steps(rows, first)
            before = raw
            walls = shape.wall_times(rows, first)
            for slot, value in enumerate(self.events[number].values):
                result.append((value.tag, number, (steps, walls, shape.value(rows, first, slot))))
        return result


def _varying(rows: Bytes) -> Bytes:
    """Return zero for the columns that are the same in all rows."""
    some = max(1, _CACHED_BYTES // rows.shape[1])
    scratch = np.empty((min(some, len(rows)), rows.shape[1]), np.uint8)
    varies = np.zeros(rows.shape[1], np.uint8)
    for first in range(0, len(rows), some):
        part = rows[first : first + some]
        np.bitwise_xor(part, rows[0], out=scratch[: len(part)])
        varies |= np.bitwise_or.reduce(scratch[: len(part)], axis=0)
    return varies


class Family:
    """Records of one length and shape, whatever their tags: one template for each."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.words = words_of(shape.length)
        mask = np.zeros(8 * self.words, np.uint8)
        mask[: shape.length + FRAME_BYTES] = shape.mask()
        self.mask = mask.view("<u8")
        self.events: list[ScalarEvent] = []
        self._templates = np.empty((16, self.words), np.uint64)
        self._crcs = np.empty(16, np.uint32)
        self._random = Random(shape.length)  # noqa: S311  (it guards nothing)
        self._draw()

    @property
    def full(self) -> bool:
        """Whether it takes no more templates."""
        return len(self.events) >= MAX_TEMPLATES

    def learn(self, row: npt.NDArray[np.uint64], data: bytes, event: ScalarEvent) -> None:
        """Take the record `row` with the data `data` for a template."""
        count = len(self.events)
        if count == len(self._crcs):
            self._templates = np.concatenate([self._templates, np.empty_like(self._templates)])
            self._crcs = np.concatenate([self._crcs, np.empty_like(self._crcs)])
        self._templates[count] = row & self.mask
        self._crcs[count] = self.shape.constant_crc(data)
        self.events.append(event)
        while not self._spread():
            self._draw()

    def match(self, rows: npt.NDArray[np.uint64]) -> npt.NDArray[np.int16]:
        """Return for each row which template it is, -1 for none."""
        masked = rows & self.mask
        found: npt.NDArray[np.int16] = self._slots[self._hash(masked)]
        # The hash only says where to look; what counts is that every byte is the same.
        masked ^= self._templates.take(found, axis=0, mode="clip")
        differs = masked[:, 0]
        for word in range(1, self.words):  # faster than to reduce rows this short
            differs |= masked[:, word]
        found[differs != 0] = -1
        return found

    def intact(self, rows: Bytes, templates: npt.NDArray[np.int16]) -> Mask:
        """Tell which rows, each of the template given for it, have the right checksum."""
        return self.shape.intact(rows, HEADER_BYTES, self._crcs[templates])

    def _draw(self) -> None:
        """Choose another hash, of so many slots that it is likely to tell all templates apart."""
        bits = max(_LEAST_SLOT_BITS, 2 * len(self.events).bit_length())
        self._shift = np.uint64(64 - bits)
        self._slots = np.full(1 << bits, -1, np.int16)
        factors = [self._random.getrandbits(63) | 1 for _ in range(2 * self.words)]
        self._factors = np.array(factors, np.uint64).reshape(2, self.words)

    def _hash(self, masked: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
        # Of a product's upper bits, only the lowest of a factor's have met a word's highest: names
        # that differ in nothing but the last bytes of words would never get slots of their own.
        low, high = self._factors
        mixed = masked @ low + (masked >> np.uint64(32)) @ high
        slots: npt.NDArray[np.int64] = (mixed >> self._shift).astype(np.int64)
        return slots

    def _spread(self) -> bool:
        """Give every template a slot of its own; tell whether that went."""
        count = len(self.events)
        slots = self._hash(self._templates[:count])
        self._slots[:] = -1
        self._slots[slots] = np.arange(count)
        return bool(np.array_equal(self._slots[slots], np.arange(count)))


def words_of(length: int) -> int:
    """Return how many 8-byte words a framed record of that length covers."""
    return (length + FRAME_BYTES + 7) // 8


def framed(data: bytes) -> bytes:
    """Return `data` with the header of its length and an empty footer."""
    return header(len(data)) + data + bytes(FOOTER_BYTES)


def read_event(data: bytes) -> ScalarEvent | None:
    """Return where the scalars of an event lie, if the strict walk and protobuf agree on it."""
    event = walk_scalars(data)
    return event if event is not None and _parses_alike(data, event) else None


def _parses_alike(data: bytes, event: ScalarEvent) -> bool:
    from .protos import Event

    try:
        parsed = Event.FromString(data)
    except Exception:  # noqa: BLE001  (whatever it raises, the record is not of the usual form)
        return False
    return [value.tag for value in parsed.summary.value] == [value.tag for value in event.values]

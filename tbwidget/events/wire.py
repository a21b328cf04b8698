"""A strict walk over the bytes of an event, for what most records of a log are.

It takes only what every writer makes: each field once, in the order of their numbers where that
matters, scalars of rank 0. Anything else is ``None``, and protobuf's to parse. So it never has to
be complete, only never to accept what protobuf would read in another way.

Source: protobuf's encoding (https://protobuf.dev/programming-guides/encoding) and the field numbers
of ``proto/tbwidget/event.proto`` and ``summary.proto``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

# Keys of fields: number * 8 + wire type.
WALL_TIME = 0x09
STEP = 0x10
SUMMARY = 0x2A
VALUE = 0x0A
TAG = 0x0A
_SIMPLE_VALUE = 0x15
_TENSOR = 0x42
_METADATA = 0x4A
_DTYPE = 0x08
_SHAPE = 0x12
FIELD_OF_KEY = {0x22: "image", 0x2A: "histo", 0x32: "audio", _TENSOR: "tensor"}

#: Key of a tensor's field and its `DataType` -> how the one number in it is stored.
_DTYPES = {
    (0x22, 1): "<f4",  # tensor_content, DT_FLOAT
    (0x2A, 1): "<f4",  # float_val, packed
    (0x22, 2): "<f8",  # tensor_content, DT_DOUBLE
    (0x32, 2): "<f8",  # double_val, packed
}
#: An event's fields up to the payload of its first value are within so many bytes, or unusual.
_HEAD_BYTES = 320
CONTINUED = 0x80
_MOST_VARINT_BITS = 64
#: Bytes of a step's varint that still fit a positive int64.
MAX_STEP_BYTES = 9

_DOUBLE = struct.Struct("<d")


@dataclass(frozen=True, slots=True)
class ScalarField:
    """One scalar of an event: its tag, where its number lies in the event's bytes and as what.

    ``is_tensor`` is whether the tag's metadata decides of what kind it is.
    """

    tag: str
    offset: int
    dtype: str
    metadata: bytes | None
    is_tensor: bool


@dataclass(frozen=True, slots=True)
class ScalarEvent:
    """Where the wall time, the step and the scalars of an event lie in its bytes."""

    wall_time: int
    step: int
    step_bytes: int
    values: tuple[ScalarField, ...]


class BlobEvent(NamedTuple):
    """An event with one value that is not a scalar, whose payload was not looked at."""

    wall_time: float
    step: int
    tag: str
    field: str
    metadata: bytes | None


class _UnusualError(Exception):
    """The bytes are not of the form that is walked here."""


def walk_scalars(data: bytes) -> ScalarEvent | None:
    """Return where the scalars of an event lie, or None if it is not of the usual form."""
    try:
        step, step_bytes, at = _walk_head(data)
        values = []
        while at < len(data):
            if data[at] != VALUE:
                return None
            size, at = _varint(data, at + 1)
            if at + size > len(data):
                return None
            values.append(_walk_scalar(data, at, at + size))
            at += size
    except (_UnusualError, IndexError, UnicodeDecodeError):
        return None
    return ScalarEvent(1, step, step_bytes, tuple(values)) if values else None


def _walk_head(data: bytes) -> tuple[int, int, int]:
    """Return offset and bytes of the step, and the offset of the first value."""
    if data[0] != WALL_TIME:
        raise _UnusualError
    at, step, step_bytes = 9, 0, 0
    if data[at] == STEP:
        step = at + 1
        _, at = _varint(data, step)
        step_bytes = at - step
        if step_bytes > MAX_STEP_BYTES:
            raise _UnusualError
    if data[at] != SUMMARY:
        raise _UnusualError
    size, at = _varint(data, at + 1)
    if at + size != len(data):
        raise _UnusualError
    return step, step_bytes, at


def _walk_scalar(data: bytes, at: int, end: int) -> ScalarField:
    tag = metadata = number = None
    while at < end:
        key = data[at]
        if key == _SIMPLE_VALUE and number is None:
            number, is_tensor = (at + 1, "<f4"), False
            at += 5
            continue
        size, at = _varint(data, at + 1)
        if key == TAG and tag is None:
            tag = data[at : at + size].decode()
        elif key == _METADATA and metadata is None:
            metadata = data[at : at + size]
        elif key == _TENSOR and number is None:
            number, is_tensor = _walk_tensor(data, at, at + size), True
        else:
            raise _UnusualError
        at += size
    if at != end or tag is None or number is None:
        raise _UnusualError
    return ScalarField(tag, *number, metadata, is_tensor)


def _walk_tensor(data: bytes, at: int, end: int) -> tuple[int, str]:
    dtype, number = 0, None
    while at < end:
        key = data[at]
        size, at = _varint(data, at + 1)
        if key == _DTYPE:
            dtype = size
        elif key == _SHAPE and size == 0:
            pass  # rank 0
        elif number is None and (found := _DTYPES.get((key, dtype))) and size == int(found[2]):
            number = (at, found)
            at += size
        else:
            raise _UnusualError
    if at != end or number is None:
        raise _UnusualError
    return number


# One walk in one place: this is the inner loop of indexing.
def walk_blob(data: memoryview) -> BlobEvent | None:  # noqa: C901, PLR0911, PLR0912
    """Return what an event with one image, histogram, clip or tensor says of itself.

    Its payload is skipped, so this costs the same whatever the size.
    """
    head = bytes(data[:_HEAD_BYTES])
    try:
        if head[0] != WALL_TIME:
            return None
        (wall_time,) = _DOUBLE.unpack_from(head, 1)
        step, at = 0, 9
        if head[at] == STEP:
            step, at = _varint(head, at + 1)
            if at > 10 + MAX_STEP_BYTES:
                return None
        if head[at] != SUMMARY:
            return None
        size, at = _varint(head, at + 1)
        if at + size != len(data) or head[at] != VALUE:
            return None
        size, at = _varint(head, at + 1)
        if at + size != len(data):
            return None
        tag = metadata = field = None
        while at < len(data):
            if at >= _HEAD_BYTES:  # what follows a long payload
                head, data, at = bytes(data[at : at + _HEAD_BYTES]), data[at:], 0
            key = head[at]
            size, at = _varint(head, at + 1)
            end = at + size
            if key == TAG and tag is None:
                tag = bytes(data[at:end]).decode()
            elif field is None and key in FIELD_OF_KEY:
                field = FIELD_OF_KEY[key]
            elif key == _METADATA and metadata is None:
                metadata = bytes(data[at:end])
            else:
                return None
            at = end
    except (IndexError, UnicodeDecodeError, struct.error):
        return None
    if at != len(data) or tag is None or field is None:
        return None
    return BlobEvent(wall_time, step, tag, field, metadata)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at`, and the offset after it."""
    byte = data[at]
    if byte < CONTINUED:
        return byte, at + 1
    number, shift = byte & 0x7F, 7
    while shift < _MOST_VARINT_BITS:
        at += 1
        byte = data[at]
        number |= (byte & 0x7F) << shift
        if byte < CONTINUED:
            return number, at + 1
        shift += 7
    raise IndexError

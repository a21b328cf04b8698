"""The wire format of protobuf, byte by byte, and the parts of an `Event` in it.

Written by hand, so that forms can be made which no protobuf library would write.
"""

from __future__ import annotations

import struct


def varint(number: int) -> bytes:
    """Return `number`, negative ones as protobuf's int64, as a base-128 varint."""
    number %= 2**64
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def whole(field: int, number: int) -> bytes:
    """Return an integer field."""
    return varint(field << 3) + varint(number)


def nested(field: int, data: bytes) -> bytes:
    """Return a field of bytes, text or a message."""
    return varint(field << 3 | 2) + varint(len(data)) + data


def double(field: int, number: float) -> bytes:
    """Return a double field."""
    return varint(field << 3 | 1) + struct.pack("<d", number)


def single(field: int, number: float) -> bytes:
    """Return a float field."""
    return varint(field << 3 | 5) + struct.pack("<f", number)


def event_of(wall_time: float, step: int, what: bytes = b"") -> bytes:
    """Return an `Event` in the order in which protobuf writes it; a step of 0 is left out."""
    return double(1, wall_time) + (whole(2, step) if step else b"") + what


def summary_of(*values: bytes) -> bytes:
    """Return the `summary` field of an event with these values."""
    return nested(5, b"".join(nested(1, value) for value in values))


RANK_0 = nested(2, b"")
VECTOR_OF_ONE = nested(2, nested(2, whole(1, 1)))


def tensor(dtype: int, numbers: bytes, shape: bytes = RANK_0) -> bytes:
    """Return the `tensor` field of a value."""
    return nested(8, whole(1, dtype) + shape + numbers)


def metadata_field(plugin: str, **texts: str) -> bytes:
    """Return the `metadata` field of a value; `texts` are display_name and description."""
    data = nested(1, nested(1, plugin.encode()))
    if "display_name" in texts:
        data += nested(2, texts["display_name"].encode())
    if "description" in texts:
        data += nested(3, texts["description"].encode())
    return nested(9, data)

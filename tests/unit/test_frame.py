"""Columns as buffers of a message."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np
import pytest

from tbwidget.widget.frame import jsonable, pack_columns, size_of


def packed(**columns: Any) -> tuple[list[list[Any]], list[bytes]]:
    buffers: list[memoryview] = []
    described = pack_columns(columns, buffers)
    return described, [bytes(buffer) for buffer in buffers]


@pytest.mark.parametrize(
    ("dtype", "kind", "code"),
    [
        (np.float64, "f8", "d"),
        (np.float32, "f4", "f"),
        (np.int32, "i4", "i"),
        (np.uint8, "u1", "B"),
        (np.int64, "f8", "d"),
        (">f8", "f8", "d"),
    ],
)
def test_columns_travel_as_little_endian(dtype: Any, kind: str, code: str) -> None:
    described, (data,) = packed(x=np.array([1, 2, 200], dtype))
    assert described == [["x", kind, 3]]
    assert data == struct.pack(f"<3{code}", 1, 2, 200)


def test_the_order_of_the_columns_is_that_of_the_buffers() -> None:
    described, buffers = packed(a=np.zeros(1), b=np.ones(2, np.uint8), c=np.empty(0))
    assert described == [["a", "f8", 1], ["b", "u1", 2], ["c", "f8", 0]]
    assert [len(buffer) for buffer in buffers] == [8, 2, 0]
    json.dumps(described)


def test_buffers_are_added_to_those_there_are() -> None:
    buffers = [memoryview(b"first")]
    pack_columns({"x": np.zeros(2)}, buffers)
    assert [buffer.nbytes for buffer in buffers] == [5, 16]
    assert size_of(buffers) == 21


def test_int64_is_exact_to_53_bits() -> None:
    _, (data,) = packed(x=np.array([2**53, -(2**53), 2**53 - 1]))
    assert struct.unpack("<3d", data) == (2.0**53, -(2.0**53), 2.0**53 - 1)


def test_what_is_not_contiguous_is_packed() -> None:
    table = np.arange(12.0).reshape(4, 3)
    _, buffers = packed(column=table[:, 1], backwards=np.arange(3.0)[::-1], every=np.arange(6)[::2])
    assert [struct.unpack("<" + "d" * (len(b) // 8), b) for b in buffers] == [
        (1, 4, 7, 10),
        (2, 1, 0),
        (0, 2, 4),
    ]


def test_nan_and_infinities_keep_their_bits() -> None:
    bits = np.array([0x7FF8_0000_0000_0001, 0xFFF8_0000_0000_0000, 0x7FF0 << 48], np.uint64)
    _, (data,) = packed(x=bits.view(np.float64))
    assert data == bits.astype("<u8").tobytes()


def test_a_buffer_is_not_changed_by_later_writes_to_a_column_of_another_type() -> None:
    column = np.array([1, 2])
    _, (data,) = packed(x=column)
    column[:] = 9
    assert struct.unpack("<2d", data) == (1, 2)


def test_numbers_as_json() -> None:
    numbers = [jsonable(number) for number in (1.5, math.nan, math.inf, -math.inf)]
    assert numbers == [1.5, None, "Infinity", "-Infinity"]
    json.dumps(numbers, allow_nan=False)

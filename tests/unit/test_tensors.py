"""Tensors of every type, and tensors that claim more than they hold."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from tbwidget.events.protos import TensorProto
from tbwidget.events.tensors import MalformedValueError, array_of, shape_of, strings_of

LIMIT = 1000
# (data type, dtype, repeated field, numbers)
NUMERIC = [
    (1, "<f4", "float_val", [-1.5, 0.25]),
    (2, "<f8", "double_val", [0.1, 1e300]),
    (3, "<i4", "int_val", [-(2**31), 2**31 - 1]),
    (4, "u1", "int_val", [0, 255]),
    (5, "<i2", "int_val", [-(2**15), 2**15 - 1]),
    (6, "i1", "int_val", [-128, 127]),
    (9, "<i8", "int64_val", [-(2**63), 2**63 - 1]),
    (10, "?", "bool_val", [True, False]),
    (11, "i1", "int_val", [-128, 127]),
    (12, "u1", "int_val", [0, 255]),
    (13, "<i4", "int_val", [-5, 5]),
    (15, "<i2", "int_val", [-5, 5]),
    (16, "<u2", "int_val", [0, 65535]),
    (17, "<u2", "int_val", [0, 65535]),
    (22, "<u4", "uint32_val", [0, 2**32 - 1]),
    (23, "<u8", "uint64_val", [0, 2**64 - 1]),
    (29, "i1", "int_val", [-8, 7]),
    (30, "u1", "int_val", [0, 15]),
]


def tensor(dtype: int, shape: tuple[int, ...] = (), **fields: Any) -> Any:
    dims = [{"size": size} for size in shape]
    return TensorProto(dtype=dtype, tensor_shape={"dim": dims}, **fields)


@pytest.mark.parametrize(("dtype", "numpy_dtype", "field", "numbers"), NUMERIC)
@pytest.mark.parametrize("shape", [(2,), (1, 2), (2, 1, 1)])
def test_numbers(
    dtype: int, numpy_dtype: str, field: str, numbers: list[Any], shape: tuple[int, ...]
) -> None:
    expected = np.array(numbers, numpy_dtype).reshape(shape)
    for message in (
        tensor(dtype, shape, **{field: numbers}),
        tensor(dtype, shape, tensor_content=expected.tobytes()),
        tensor(dtype + 100, shape, **{field: numbers}),  # of a variable
    ):
        found = array_of(message, LIMIT)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("dtype", "parts"), [("<c8", "scomplex_val"), ("<c16", "dcomplex_val")])
def test_complex_numbers(dtype: str, parts: str) -> None:
    number = {"<c8": 8, "<c16": 18}[dtype]
    expected = np.array([1 + 2j, -3.5j], dtype)
    found = array_of(tensor(number, (2,), **{parts: [1, 2, 0, -3.5]}), LIMIT)
    np.testing.assert_array_equal(found, expected)
    found = array_of(tensor(number, (2,), tensor_content=expected.tobytes()), LIMIT)
    np.testing.assert_array_equal(found, expected)


def test_half_and_bfloat16() -> None:
    halves = np.array([1.5, -np.inf, 6e-8], np.float16)
    bits = halves.view(np.uint16)
    np.testing.assert_array_equal(array_of(tensor(19, (3,), half_val=bits.tolist()), LIMIT), halves)
    brain = np.array([1.5, -np.inf, 3.375e38], np.float32)
    bits = (brain.view(np.uint32) >> 16).astype(np.uint16)
    expected = (bits.astype(np.uint32) << 16).view(np.float32)
    for message in (
        tensor(14, (3,), half_val=bits.tolist()),
        tensor(14, (3,), tensor_content=bits.tobytes()),
    ):
        np.testing.assert_array_equal(array_of(message, LIMIT), expected)


@pytest.mark.parametrize(
    ("dtype", "codes", "numbers"),
    [
        # 0, least, one, largest, then what the format has beside numbers
        (24, [0, 0x01, 0x3C, 0x7B, 0xFC, 0x7F], [0, 2**-16, 1, 57344, -np.inf, np.nan]),
        (25, [0, 0x01, 0x38, 0x7E, 0xB8, 0x7F], [0, 2**-9, 1, 448, -1, np.nan]),
        (26, [0, 0x01, 0x40, 0x7F, 0xC0, 0x80], [0, 2**-10, 1, 240, -1, np.nan]),
        (27, [0, 0x01, 0x58, 0x7F, 0xD8, 0x80], [0, 2**-13, 1, 30, -1, np.nan]),
        (28, [0, 0x01, 0x40, 0x7F, 0xC0, 0x80], [0, 2**-17, 1, 57344, -1, np.nan]),
    ],
)
def test_8_bit_floats(dtype: int, codes: list[int], numbers: list[float]) -> None:
    for message in (
        tensor(dtype, (6,), float8_val=bytes(codes)),
        tensor(dtype, (6,), tensor_content=bytes(codes)),
    ):
        found = array_of(message, LIMIT)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, np.float32(numbers))


def test_strings() -> None:
    message = tensor(7, (2, 2), string_val=[b"a", b"", b"\xff\0", b"d"])
    found = array_of(message, LIMIT)
    assert found.shape == (2, 2)
    assert found.ravel().tolist() == strings_of(message) == [b"a", b"", b"\xff\0", b"d"]


def test_the_last_number_stands_for_all_that_follow() -> None:
    found = array_of(tensor(1, (2, 3), float_val=[1, 2]), LIMIT)
    np.testing.assert_array_equal(found, [[1, 2, 2], [2, 2, 2]])
    assert array_of(tensor(1, (LIMIT,), float_val=[1]), LIMIT).shape == (LIMIT,)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0, 2**40)])
def test_no_elements_at_all(shape: tuple[int, ...]) -> None:
    assert array_of(tensor(1, shape), LIMIT).shape == shape


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (tensor(1, (LIMIT + 1,), float_val=[1.0]), r"1001\] that holds 1 "),
        (tensor(1, (2**32, 2**32), float_val=[1.0]), "that holds 1 "),  # 2**64 is 0 in 64 bits
        (tensor(1, (2**62, 2**62, 4), float_val=[1.0]), "that holds 1 "),
        (tensor(1, (-1,), float_val=[1.0]), "unknown shape"),
        (tensor(1, (-1, -1), float_val=[1.0]), "unknown shape"),
        (tensor(1, (1,), float_val=[1.0, 2.0]), "2 numbers"),
        (tensor(1, (0,), float_val=[1.0]), "1 numbers"),
        (tensor(1, (2,)), "0 numbers"),
        (tensor(1, (2,), double_val=[1.0, 2.0]), "0 numbers"),
        (tensor(1, (2,), tensor_content=bytes(7)), "7 bytes"),
        (tensor(1, (2**40,), tensor_content=bytes(8)), "8 bytes"),
        (tensor(0, (1,), float_val=[1.0]), "data type 0"),
        (tensor(20, (1,), float_val=[1.0]), "data type 20"),
        (tensor(999, (1,), float_val=[1.0]), "data type 999"),
        (tensor(7, (3,), string_val=[b"a"]), "1 strings"),
        (tensor(7, (2**40,), string_val=[b"a"]), "1 strings"),
        (tensor(1, (1,) * 33, float_val=[1.0]), "33 dimensions"),
        (tensor(1, (0, 2**62, 2**62)), "a tensor of shape"),
    ],
)
def test_what_does_not_agree_with_itself_is_refused(message: Any, why: str) -> None:
    with pytest.raises(MalformedValueError, match=why):
        array_of(message, LIMIT)


def test_unknown_rank_is_refused() -> None:
    with pytest.raises(MalformedValueError, match="unknown"):
        shape_of(TensorProto(dtype=1, tensor_shape={"unknown_rank": True}))


def test_a_few_bytes_that_claim_two_gigabytes_allocate_nothing() -> None:
    claim = tensor(1, (16384, 32768), float_val=[1.0])
    assert claim.ByteSize() < 32
    tracemalloc.start()
    with pytest.raises(MalformedValueError):
        array_of(claim, 5_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_random_bytes_are_an_array_or_refused(data: bytes) -> None:
    try:
        message = TensorProto.FromString(data)
    except DecodeError:
        return
    try:
        found = array_of(message, LIMIT)
    except MalformedValueError:
        return
    assert found.shape == shape_of(message)


@given(
    dtype=st.integers(0, 140),
    shape=st.lists(st.integers(0, 4), max_size=3),
    numbers=st.lists(st.integers(-(2**31), 2**31 - 1), max_size=16),
    content=st.binary(max_size=16),
)
@settings(max_examples=500)
def test_random_tensors_are_an_array_or_refused(
    dtype: int, shape: list[int], numbers: list[int], content: bytes
) -> None:
    floats = [struct.unpack("<f", struct.pack("<i", number))[0] for number in numbers]
    message = tensor(
        dtype,
        tuple(shape),
        tensor_content=content,
        int_val=numbers,
        half_val=numbers,
        int64_val=numbers,
        float_val=floats,
        scomplex_val=floats,
        float8_val=content,
        string_val=[content] * len(numbers),
    )
    try:
        found = array_of(message, LIMIT)
    except MalformedValueError:
        return
    assert list(found.shape) == shape

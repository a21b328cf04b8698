"""Values of every kind that writers make, and values that are not what they say."""

from __future__ import annotations

import math
import struct
import tracemalloc
from typing import Any

import event_files as ef
import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from tbwidget.events.columns import KINDS, TagMetadata
from tbwidget.events.protos import Summary, TensorProto
from tbwidget.events.values import (
    NotAScalarError,
    kind_of,
    metadata_of,
    scalar_of,
    scalar_of_tensor,
)

# (data type, dtype of tensor_content, repeated field, number)
NUMERIC = [
    (1, "<f4", "float_val", -1.5),
    (2, "<f8", "double_val", 0.1),
    (3, "<i4", "int_val", -(2**31)),
    (4, "u1", "int_val", 255),
    (5, "<i2", "int_val", -(2**15)),
    (6, "i1", "int_val", -128),
    (9, "<i8", "int64_val", -(2**53)),
    (10, "?", "bool_val", True),
    (17, "<u2", "int_val", 65535),
    (22, "<u4", "uint32_val", 2**32 - 1),
    (23, "<u8", "uint64_val", 2**64 - 2**11),
]


def tensor(dtype: int, shape: list[int] | None = None, **fields: Any) -> Any:
    if shape is not None:
        fields["tensor_shape"] = {"dim": [{"size": size} for size in shape]}
    return TensorProto(dtype=dtype, **fields)


def value(**fields: Any) -> Any:
    return Summary(value=[{"tag": "t", **fields}]).value[0]


# -- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "numpy_dtype", "_field", "number"), NUMERIC)
@pytest.mark.parametrize("shape", [None, [], [1]])
def test_number_in_content(
    dtype: int, numpy_dtype: str, _field: str, number: float, shape: list[int] | None
) -> None:
    """Cases 61 and 63."""
    content = np.array(number, numpy_dtype).tobytes()
    assert scalar_of_tensor(tensor(dtype, shape, tensor_content=content)) == number


@pytest.mark.parametrize(("dtype", "_numpy_dtype", "field", "number"), NUMERIC)
@pytest.mark.parametrize("shape", [None, [], [1]])
def test_number_in_its_field(
    dtype: int, _numpy_dtype: str, field: str, number: float, shape: list[int] | None
) -> None:
    """Cases 61 and 63."""
    assert scalar_of_tensor(tensor(dtype, shape, **{field: [number]})) == number


@pytest.mark.parametrize("number", [1.0, -2.5, 65504.0, 6e-8, math.inf, -math.inf])
def test_half(number: float) -> None:
    """Case 63."""
    half = np.float16(number)
    content = half.tobytes()
    (bits,) = struct.unpack("<H", content)
    assert scalar_of_tensor(tensor(19, tensor_content=content)) == float(half)
    assert scalar_of_tensor(tensor(19, half_val=[bits])) == float(half)


@pytest.mark.parametrize("number", [1.0, -2.5, 3.3895314e38, 0.0, math.inf])
def test_bfloat16(number: float) -> None:
    """Case 63."""
    content = struct.pack("<f", number)[2:]  # the upper half of a float32
    (bits,) = struct.unpack("<H", content)
    assert scalar_of_tensor(tensor(14, tensor_content=content)) == pytest.approx(number, rel=2**-7)
    assert scalar_of_tensor(tensor(14, half_val=[bits])) == pytest.approx(number, rel=2**-7)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931e308])
def test_special_doubles_survive(number: float) -> None:
    for found in (
        scalar_of_tensor(tensor(2, double_val=[number])),
        scalar_of_tensor(tensor(2, tensor_content=struct.pack("<d", number))),
    ):
        assert struct.pack("<d", found) == struct.pack("<d", number)


def test_simple_value_is_exact_to_float32() -> None:
    """Case 60."""
    (number,) = struct.unpack("<f", struct.pack("<I", 0x5F3759DF))
    assert scalar_of(value(simple_value=number)) == number


@pytest.mark.parametrize(
    ("dtype", "shape", "fields"),
    [
        (1, [], {}),  # no number at all
        (1, [], {"float_val": [1.0, 2.0]}),
        (1, [], {"double_val": [1.0]}),  # in the field of another type
        (1, [], {"tensor_content": bytes(3)}),
        (1, [], {"tensor_content": bytes(5)}),
        (1, [], {"tensor_content": bytes(8)}),
        (2, [], {"tensor_content": bytes(4)}),
        (1, [0], {"float_val": [1.0]}),
        (1, [2], {"float_val": [1.0, 2.0]}),
        (1, [1, 1, 1], {"float_val": [1.0]}),
        (1, [-1], {"float_val": [1.0]}),
        (7, [], {"string_val": [b"1.0"]}),  # strings
        (8, [], {"scomplex_val": [1.0, 0.0]}),  # complex
        (0, [], {"float_val": [1.0]}),  # no type
        (999, [], {"float_val": [1.0]}),
    ],
)
def test_what_is_not_one_number_is_refused(
    dtype: int, shape: list[int], fields: dict[str, Any]
) -> None:
    with pytest.raises(NotAScalarError):
        scalar_of_tensor(tensor(dtype, shape, **fields))


def test_unknown_rank_is_refused() -> None:
    unknown = TensorProto(dtype=1, float_val=[1.0], tensor_shape={"unknown_rank": True})
    with pytest.raises(NotAScalarError):
        scalar_of_tensor(unknown)


def test_a_few_bytes_that_claim_two_gigabytes_allocate_nothing() -> None:
    claim = tensor(1, [16384, 32768], float_val=[1.0])
    assert claim.ByteSize() < 32
    tracemalloc.start()
    with pytest.raises(NotAScalarError, match=r"16384, 32768"):
        scalar_of_tensor(claim)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_random_bytes_are_a_number_or_refused(data: bytes) -> None:
    try:
        message = TensorProto.FromString(data)
    except DecodeError:
        return
    try:
        number = scalar_of_tensor(message)
    except NotAScalarError:
        return
    assert isinstance(number, float)


@given(
    dtype=st.integers(0, 30),
    shape=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3),
    content=st.binary(max_size=9),
    ints=st.lists(st.integers(-(2**31), 2**31 - 1), max_size=3),
    floats=st.lists(st.floats(width=32), max_size=3),
)
@settings(max_examples=500)
def test_random_tensors_are_a_number_or_refused(
    dtype: int, shape: list[int], content: bytes, ints: list[int], floats: list[float]
) -> None:
    message = tensor(
        dtype,
        shape,
        tensor_content=content,
        int_val=ints,
        half_val=ints,
        int64_val=ints,
        float_val=floats,
        double_val=floats,
        bool_val=[bool(number) for number in ints],
    )
    try:
        number = scalar_of_tensor(message)
    except NotAScalarError:
        return
    assert isinstance(number, float)
    assert shape in ([], [1])


# -- kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plugin", "kind"),
    [
        ("scalars", "scalars"),
        ("images", "images"),
        ("audio", "audio"),
        ("text", "text"),
        ("histograms", "histograms"),
        ("pr_curves", "pr_curves"),
        ("mesh", "meshes"),
        ("graphs", "graphs"),
        ("graph_run_metadata", "graphs"),
        ("graph_run_metadata_graph", "graphs"),
        ("graph_keras_model", "graphs"),
        ("hparams", "hparams"),
        ("custom_scalars", "custom_scalars"),
        ("nobody_knows", "tensors"),
        ("", "tensors"),
    ],
)
def test_kind_of_a_tensor_is_that_of_its_plugin(plugin: str, kind: str) -> None:
    assert kind_of(value(tensor={"dtype": 1}), TagMetadata(plugin)) == kind
    assert kind in KINDS


def test_kind_of_a_tensor_without_metadata() -> None:
    assert kind_of(value(tensor={"dtype": 1}), None) == "tensors"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"simple_value": 1.0}, "scalars"),
        ({"image": {"width": 1}}, "images"),
        ({"audio": {"sample_rate": 1.0}}, "audio"),
        ({"histo": {"num": 1.0}}, "histograms"),
    ],
)
def test_kind_of_an_old_value_is_that_of_its_field(fields: dict[str, Any], kind: str) -> None:
    for metadata in (None, TagMetadata("text"), TagMetadata("nobody_knows")):
        assert kind_of(value(**fields), metadata) == kind


def test_only_hparams_need_no_value() -> None:
    assert kind_of(value(), TagMetadata("hparams")) == "hparams"
    assert kind_of(value(), TagMetadata("scalars")) is None
    assert kind_of(value(), None) is None


def test_metadata() -> None:
    held = value(
        metadata=ef.plugin("scalars", b"\x12\x00", display_name="Loss", summary_description="**d**")
    )
    data = held.metadata.SerializeToString()
    assert metadata_of(data) == TagMetadata("scalars", b"\x12\x00", "Loss", "**d**")

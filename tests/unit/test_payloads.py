"""Old and new forms of each kind come out the same; what is malformed is refused by itself."""

from __future__ import annotations

import struct
import sys
from typing import Any

import numpy as np
import pytest
from tensorboard import data_compat
from tensorboard.compat.proto import summary_pb2
from tensorboard.util import tensor_util

from tbwidget.events import payloads
from tbwidget.events.protos import CustomScalarsLayout, HistogramProto, Summary
from tbwidget.events.tensors import MalformedValueError

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\x07\0\0\0\x05"


def value(**fields: Any) -> Any:
    return Summary(value=[{"tag": "t", **fields}]).value[0]


def strings(shape: list[int], *items: bytes) -> Any:
    dims = [{"size": size} for size in shape]
    return value(tensor={"dtype": 7, "tensor_shape": {"dim": dims}, "string_val": items})


def packed(numbers: Any) -> list[bytes]:
    return [struct.pack("<d", number) for number in numbers]


def floats(shape: list[int], *items: float) -> Any:
    dims = [{"size": size} for size in shape]
    return value(tensor={"dtype": 1, "tensor_shape": {"dim": dims}, "float_val": items})


# -- histograms (cases 64, 65) -------------------------------------------------------------------

BIG = sys.float_info.max
OLD = {
    "empty": ({}, []),
    "all buckets empty": ({"bucket_limit": [0, 1], "bucket": [0, 0]}, []),
    "one bucket": ({"min": 2, "max": 2, "bucket_limit": [BIG], "bucket": [5]}, [[2, 2, 5]]),
    "empty buckets at both ends": (
        {"min": -1, "max": 2, "bucket_limit": [-2, -0.5, 1, 3, BIG], "bucket": [0, 2, 0, 4, 0]},
        [[-1, -0.5, 2], [-0.5, 1, 0], [1, 2, 4]],
    ),
    "the largest numbers as limits": (
        {"min": -1e20, "max": 1e20, "bucket_limit": [-BIG, 0, BIG], "bucket": [0, 1, 1]},
        [[-1e20, 0, 1], [0, 1e20, 1]],
    ),
}


@pytest.mark.parametrize("case", OLD)
def test_old_histogram(case: str) -> None:
    fields, buckets = OLD[case]
    found = payloads.histogram_of(value(histo=fields))
    np.testing.assert_array_equal(found, np.array(buckets).reshape(-1, 3))
    assert found.dtype == np.float64


@pytest.mark.parametrize("case", OLD)
def test_old_histogram_as_tensorboard_makes_it_but_for_rounding(case: str) -> None:
    message = value(histo=OLD[case][0])
    theirs = summary_pb2.Summary.Value.FromString(message.SerializeToString())
    expected = tensor_util.make_ndarray(data_compat.migrate_value(theirs).tensor)
    np.testing.assert_array_equal(payloads.histogram_of(message).astype(np.float32), expected)


def test_edges_keep_their_64_bits() -> None:
    histogram = {"min": 0.1, "max": 0.3, "bucket_limit": [0.2, 1], "bucket": [1, 1]}
    found = payloads.histogram_of(value(histo=histogram))
    assert found.tolist() == [[0.1, 0.2, 1], [0.2, 0.3, 1]]


@pytest.mark.parametrize(
    "unknown",
    [b"\x48\x05", b"\x49" + bytes(8), b"\x4d" + bytes(4), b"\x81\x01" + bytes(8), b"\xb2\x01\x01x"],
    ids=["varint", "double", "float", "a key of two bytes", "bytes"],
)
def test_old_histogram_as_other_writers_may_lay_it_out(unknown: bytes) -> None:
    numbers = np.arange(300.0)
    limits, counts = b"".join(map(b"\x31".__add__, packed(numbers))), b"".join(packed(numbers + 1))
    head = b"\x09" + packed([-1.0])[0] + b"\x11" + packed([500.0])[0]
    data = head + unknown + b"\x3a\xe0\x12" + counts + limits + unknown
    found = payloads.histogram_of(value(histo=HistogramProto.FromString(data)))
    assert found[:, 2].tolist() == (numbers + 1).tolist()
    assert found[:, 0].tolist() == [-1.0, *numbers[:-1].tolist()]
    assert found[-1, 1] == 500


def test_new_histogram() -> None:
    found = payloads.histogram_of(floats([2, 3], 0, 1, 5, 1, 2, 6))
    assert found.dtype == np.float64
    assert found.tolist() == [[0, 1, 5], [1, 2, 6]]
    for shape in ([0], [0, 3]):
        assert payloads.histogram_of(floats(shape)).shape == (0, 3)


@pytest.mark.parametrize(
    "held",
    [
        value(histo={"bucket_limit": [1, 2], "bucket": [1]}),
        floats([3], 0, 1, 2),
        floats([1, 2], 0, 1),
        floats([1, 3, 1], 0, 1, 2),
        strings([1, 3], b"a", b"b", b"c"),
        floats([30_001, 3], 0.0),
        value(simple_value=1.0),
    ],
)
def test_malformed_histogram(held: Any) -> None:
    with pytest.raises(MalformedValueError):
        payloads.histogram_of(held)


# -- images and audio (cases 66 to 68) -----------------------------------------------------------


def test_old_and_new_image_are_the_same() -> None:
    old = value(image={"width": 7, "height": 5, "encoded_image_string": PNG})
    new = strings([4], b"7", b"5", PNG, PNG)
    assert payloads.images_of(new) == payloads.images_of(old) * 2
    (image,) = payloads.images_of(old)
    assert (image.data, image.mime, image.width, image.height) == (PNG, "image/png", 7, 5)


def test_no_images() -> None:
    assert payloads.images_of(strings([0])) == []
    assert payloads.images_of(strings([2], b"7", b"5")) == []


@pytest.mark.parametrize("size", [b"", b"-7", b"7.5", b"9" * 100_000, b"\xff"])
def test_a_size_that_is_none(size: bytes) -> None:
    (image,) = payloads.images_of(strings([3], size, size, b"?"))
    assert (image.width, image.height) == (0, 0)


@pytest.mark.parametrize(
    "held",
    [
        strings([], PNG),
        strings([1], b"7"),
        strings([1, 3], b"7", b"5", PNG),
        strings([0, 3]),
        strings([3], b"7"),
        floats([3], 1, 2, 3),
    ],
)
def test_malformed_images(held: Any) -> None:
    with pytest.raises(MalformedValueError):
        payloads.images_of(held)


def test_labels_of_clips_are_kept() -> None:
    first, second = payloads.audio_clips_of(strings([2, 2], b"A", b"*a*", b"B", b"\xff"))
    assert (first.data, first.label) == (b"A", "*a*")
    assert (second.data, second.label) == (b"B", "�")


def test_clips_without_labels() -> None:
    assert [c.data for c in payloads.audio_clips_of(strings([2], b"A", b"B"))] == [b"A", b"B"]
    assert payloads.audio_clips_of(strings([0])) == []
    (old,) = payloads.audio_clips_of(
        value(audio={"sample_rate": 44100.0, "encoded_audio_string": b"A"})
    )
    assert (old.data, old.label, old.sample_rate) == (b"A", "", 44100)


@pytest.mark.parametrize(
    "held",
    [strings([], b"A"), strings([1, 3], b"A", b"B", b"C"), strings([2, 2], b"A"), floats([1], 1)],
)
def test_malformed_audio(held: Any) -> None:
    with pytest.raises(MalformedValueError):
        payloads.audio_clips_of(held)


# -- text (cases 94, 95) -------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [[], [2], [1, 2], [2, 1, 1]])
def test_text_of_every_rank(shape: list[int]) -> None:
    items = [b"word_with_underscores", "⁴ ü".encode()][: 1 if shape == [] else 2]
    text = payloads.text_of(strings(shape, *items))
    assert list(text.shape) == shape
    assert text.ravel().tolist() == [item.decode() for item in items]


def test_of_higher_ranks_the_first_table() -> None:
    text = payloads.text_of(strings([2, 1, 2, 2], *(bytes([65 + n]) for n in range(8))))
    assert payloads.first_table_of(text).tolist() == [["A", "B"], ["C", "D"]]
    empty = payloads.text_of(strings([0, 2, 2]))
    assert payloads.first_table_of(empty).size == 0


def test_odd_text_survives() -> None:
    text = payloads.text_of(strings([3], b"a\0b\0", b"\xffx", b"long" * 1000))
    assert text.tolist() == ["a\0b\0", "�x", "long" * 1000]


def test_one_long_line_does_not_make_all_of_them_long() -> None:
    items = [b"x" * 1_000_000, *[b""] * 9999]
    assert payloads.text_of(strings([10_000], *items)).nbytes < 1_000_000


@pytest.mark.parametrize(
    "held",
    [
        *(floats([], 1.0), strings([5], b"a"), value(simple_value=1.0)),
        *(strings([2**62, 2**32, 0]), strings([0, 2**62, 2**62])),
    ],
)
def test_malformed_text(held: Any) -> None:
    with pytest.raises(MalformedValueError):
        payloads.text_of(held)


# -- the rest ------------------------------------------------------------------------------------


def test_pr_curve() -> None:
    curve = payloads.pr_curve_of(floats([6, 2], *range(12)))
    assert curve.dtype == np.float64
    assert curve.tolist() == np.arange(12.0).reshape(6, 2).tolist()


@pytest.mark.parametrize(
    "held", [floats([5, 2], *range(10)), floats([12], *range(12)), floats([6, 10_001], 0.5)]
)
def test_malformed_pr_curve(held: Any) -> None:
    with pytest.raises(MalformedValueError):
        payloads.pr_curve_of(held)


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ('{"camera": {"cls": "PerspectiveCamera"}}', {"camera": {"cls": "PerspectiveCamera"}}),
        ("", {}),
        ("null", {}),
        ("[1]", {}),
        ("{", {}),
        ('{"a":' * 51 + "1" + "}" * 51, {}),
        ("[" * 1_000_000, {}),
        ('{"a": "' + "x" * 2**20 + '"}', {}),
    ],
)
def test_options_of_a_mesh(text: str, config: dict[str, Any]) -> None:
    assert payloads.mesh_config_of(text) == config


def test_layout() -> None:
    message = CustomScalarsLayout(
        category=[
            {
                "title": "A",
                "closed": True,
                "chart": [
                    {"title": "m", "multiline": {"tag": ["loss.*", "acc"]}},
                    {
                        "title": "n",
                        "margin": {"series": [{"value": "v", "lower": "l", "upper": "u"}]},
                    },
                ],
            }
        ]
    )
    for shape in ([], [1]):
        layout = payloads.layout_of(strings(shape, message.SerializeToString()))
        (category,) = layout.categories
        assert (category.title, category.closed) == ("A", True)
        lines, margins = category.charts
        assert (lines.title, lines.tags, lines.margins) == ("m", ("loss.*", "acc"), ())
        assert (margins.title, margins.tags, margins.margins) == ("n", (), (("v", "l", "u"),))


@pytest.mark.parametrize(
    "held", [strings([], b"\xff\xff"), strings([2], b"", b""), strings([0]), strings([1, 1], b"")]
)
def test_malformed_layout(held: Any) -> None:
    with pytest.raises(MalformedValueError):
        payloads.layout_of(held)

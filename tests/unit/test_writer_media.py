"""Audio, text and tensors: what torch writes of the same."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from written import GOLDEN, Tensor, array_in, values_of

from tbwidget import Logdir, SummaryWriter
from tbwidget.events.protos import Summary
from tbwidget.writer import tensors

if TYPE_CHECKING:
    from pathlib import Path

DTYPES = [
    *("float16", "float32", "float64", "int8", "int16", "int32", "int64", "longlong"),
    *("uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128"),
    *(">f2", ">f4", ">i8", ">c16"),
]


@pytest.mark.filterwarnings("ignore:.*numbers outside -1 to 1")
@pytest.mark.parametrize(
    "case", GOLDEN["whole_media"], ids=lambda case: f"{case['kind']}, {case['name']}"
)
def test_audio_and_tensors_are_those_of_torch(tmp_path: Path, case: dict[str, Any]) -> None:
    values = array_in(case["values"])
    with SummaryWriter(tmp_path) as writer:
        if case["kind"] == "audio":
            writer.add_audio("x", values, 7, sample_rate=8000)
        else:
            writer.add_tensor("x", values, 7)
    summary = Summary(value=values_of(tmp_path))
    assert summary == Summary.FromString(bytes.fromhex(case["summary"]))


# -- audio -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [[0, 0.5, -1], Tensor([[0, 0.5, -1]])], ids=["list", "tensor"])
def test_audio_is_read_back(tmp_path: Path, values: Any) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_audio("x", values, 3, sample_rate=16_000)
    series = Logdir(tmp_path)["."].audio["x"]
    assert series.steps.tolist() == [3]
    (clip,) = series[0]
    assert (clip.mime, clip.sample_rate) == ("audio/wav", 16_000)
    with wave.open(io.BytesIO(clip.data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        samples = np.frombuffer(file.readframes(9), "<i2")
    assert samples.tolist() == [0, 16_383, -32_767]


def test_half_precision_is_no_louder_than_it_can_be(tmp_path: Path) -> None:
    """float16 has no 32,767."""
    with SummaryWriter(tmp_path) as writer:
        writer.add_audio("x", np.array([1, -1], np.float16))
    audio = values_of(tmp_path)[0].audio
    assert np.frombuffer(audio.encoded_audio_string[-4:], "<i2").tolist() == [32_767, -32_767]


def test_loud_audio_is_warned_of(tmp_path: Path) -> None:
    warned = pytest.warns(UserWarning, match="'x' has numbers outside -1 to 1")
    with SummaryWriter(tmp_path) as writer, warned as found:
        writer.add_audio("x", np.array([-32_768, 2, 0], np.int16))
    assert found[0].filename == __file__
    audio = values_of(tmp_path)[0].audio
    assert np.frombuffer(audio.encoded_audio_string[-6:], "<i2").tolist() == [-32_767, 32_767, 0]


@pytest.mark.parametrize(
    ("values", "rate", "error", "message"),
    [
        ([], 8000, ValueError, r"'x' must have the shape \[L\] .* at least one number, not \[0\]"),
        (np.zeros((2, 9)), 8000, ValueError, r"audio 'x' must have the shape .*, not \[2, 9\]"),
        ([0, np.nan], 8000, ValueError, "the audio 'x' has 1 NaN among its 2 numbers"),
        ([0.1], 0, ValueError, "sample_rate of 'x' must be above 0, not 0"),
        ([0.1], "8000", TypeError, "the value of 'x' must be a number, not str"),
        ("spoken.wav", 8000, TypeError, "numbers, not 'spoken.wav'; a file must be read first"),
    ],
)
def test_wrong_audio(
    tmp_path: Path, values: Any, rate: Any, error: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(error, match=message):
        writer.add_audio("x", values, sample_rate=rate)
    assert values_of(tmp_path) == []


# -- text ------------------------------------------------------------------------------------------


def test_text_is_that_of_torch(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_text("x", GOLDEN["text"], 3)
    summary = Summary(value=values_of(tmp_path))
    assert summary == Summary.FromString(bytes.fromhex(GOLDEN["text_summary"]))
    series = Logdir(tmp_path)["."].text["x/text_summary"]
    assert series.steps.tolist() == [3]
    assert series[0].tolist() == [GOLDEN["text"]]


@pytest.mark.parametrize(
    ("tag", "text", "error", "message"),
    [
        ("x", b"bytes", TypeError, "the text 'x' must be a str, not bytes: b'bytes'"),
        ("x", None, TypeError, "the text 'x' must be a str, not NoneType"),
        (3, "text", TypeError, "a tag must be a str, not int: 3"),
        ("x", "\ud800", ValueError, "surrogates not allowed"),
    ],
)
def test_wrong_text(
    tmp_path: Path, tag: Any, text: Any, error: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(error, match=message):
        writer.add_text(tag, text)
    assert values_of(tmp_path) == []


# -- tensors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3)])
def test_tensors_are_read_back(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    values = (np.random.default_rng(9).normal(size=shape) * 50).astype("f8")
    array = np.asarray(np.abs(values) if "uint" in dtype else values).astype(dtype)
    with SummaryWriter(tmp_path) as writer:
        writer.add_tensor("x", array, 3)
    series = Logdir(tmp_path)["."].tensors["x"]
    assert series.steps.tolist() == [3]
    assert series[0].dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(series[0], array)


@pytest.mark.parametrize(
    "values",
    [[[1, 2]], Tensor([[1, 2]]), Tensor([[1, 2]], "torch.bfloat16"), [Tensor([1, 2])]],
    ids=["list", "tensor", "bfloat16", "list of tensors"],
)
def test_tensors_of_any_sort(tmp_path: Path, values: Any) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_tensor("x", values)
    assert Logdir(tmp_path)["."].tensors["x"][0].tolist() == [[1, 2]]


def test_wrong_tensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(TypeError, match="the values of 'x' must be an array of numbers"):
            writer.add_tensor("x", ["a"])
        with pytest.raises(TypeError, match=r"'x' is of type (float|complex)\d+, which no event"):
            writer.add_tensor("x", np.zeros(3, np.clongdouble))
        monkeypatch.setattr(tensors, "_LARGEST", 80)
        with pytest.raises(ValueError, match="'x' has 80 bytes; it must have less than 2 GiB"):
            writer.add_tensor("x", np.zeros(10))
    assert values_of(tmp_path) == []

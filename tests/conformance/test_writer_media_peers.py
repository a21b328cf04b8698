"""Media: what tensorboardX and torch write of the same, and what TensorBoard reads of ours."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from written import values_of

from tbwidget import Logdir, SummaryWriter

if TYPE_CHECKING:
    from pathlib import Path

accumulators = pytest.importorskip(
    "tensorboard.backend.event_processing.plugin_event_accumulator",
    reason="it is in the `test` extra",
)
tensor_util = pytest.importorskip("tensorboard.util.tensor_util")

RNG = np.random.default_rng(11)
LEVELS = RNG.integers(0, 256, (3, 30, 50), dtype=np.uint8)
# tensorboardX scales in other steps than torch: of these numbers, all make the same.
NUMBERS = RNG.integers(0, 5, (9, 3, 8, 6)) / 4
BOXES = np.array([[2, 3, 40, 20], [-4, 9.5, 25.25, 28], [30, 1, 60, 45]])
LABELS = ["cat", "", "gq 0.75"]
SOUND = np.sin(np.arange(4000) / 20)


def write(writer: Any) -> None:
    writer.add_image("uint8", LEVELS, 1)
    writer.add_image("uint8", LEVELS[:, ::-1], 2, walltime=4.5)
    writer.add_image("float", NUMBERS[0], 1)
    writer.add_image("last", LEVELS.transpose(1, 2, 0), 1, dataformats="HWC")
    writer.add_image("grey", LEVELS[0], 1, dataformats="HW")
    writer.add_images("batch", NUMBERS, 1)
    writer.add_images("batch of grey", NUMBERS[:, :1].transpose(0, 2, 3, 1), 1, dataformats="NHWC")
    writer.add_image_with_boxes("boxes", LEVELS, BOXES, 1)
    writer.add_image_with_boxes("labels", LEVELS, BOXES, 1, labels=LABELS)
    writer.add_image_with_boxes("large", LEVELS, BOXES, 1, rescale=1.5)
    writer.add_image_with_boxes("small", LEVELS, BOXES, 1, rescale=0.6, labels=LABELS)
    writer.add_figure("figures", [drawn(1), drawn(2)], 1)
    writer.add_text("text", "A *small* café", 3)


def write_more(writer: Any) -> None:
    """Write what tensorboardX has not, or needs more libraries for."""
    writer.add_audio("audio", SOUND, 1, sample_rate=8000)
    writer.add_audio("row", SOUND[None].astype(np.float32), 2)


def drawn(number: int) -> Any:
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="it is in the `test` extra")
    figure, axes = pyplot.subplots(figsize=(2, 1.5), dpi=60)
    axes.plot([number, 3, 2])
    return figure


@pytest.fixture(scope="module", autouse=True)
def _no_window() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MPLBACKEND", "agg")
        yield


@pytest.mark.parametrize("library", ["tensorboardX", "torch.utils.tensorboard"])
def test_the_same_as_peers(tmp_path: Path, library: str) -> None:
    peer = pytest.importorskip(library)
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for writer in (SummaryWriter(ours), peer.SummaryWriter(str(theirs))):
        write(writer)
        if library != "tensorboardX":
            write_more(writer)
        writer.close()
    for own, other in zip(values_of(ours), values_of(theirs), strict=True):
        if own.HasField("image") and other.HasField("image"):
            pixels = [
                np.asarray(Image.open(io.BytesIO(value.image.encoded_image_string)))
                for value in (own, other)
            ]
            np.testing.assert_array_equal(*pixels, err_msg=own.tag)
            own.image.encoded_image_string = other.image.encoded_image_string
        if library == "tensorboardX":  # which allows fewer characters in a tag
            own.tag = own.tag.replace(" ", "_")
        assert own == other
    run, peers_run = (Logdir(folder)["."] for folder in (ours, theirs))
    for kind in ("images", "audio", "text"):
        steps, others = (
            [series.steps.tolist() for series in getattr(one, kind).values()]
            for one in (run, peers_run)
        )
        assert steps == others
    assert run.images["uint8"].wall_times[1] == 4.5


@pytest.fixture(scope="module")
def accumulator(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What TensorBoard's server reads: old kinds of values as tensors."""
    folder = tmp_path_factory.mktemp("run")
    with SummaryWriter(folder) as writer:
        write(writer)
        write_more(writer)
        writer.add_video("video", NUMBERS[None], 1, fps=10)
        for name in ("float16", "float32", "float64", "uint8", "int8", "int64", "bool"):
            writer.add_tensor(f"tensor/{name}", (LEVELS[0, :2, :3] // 3).astype(name), 5)
    read = accumulators.EventAccumulator(str(folder), tensor_size_guidance={"images": 0})
    read.Reload()
    return read


def value_in(accumulator: Any, tag: str) -> tuple[Any, int, str]:
    event = accumulator.Tensors(tag)[-1]
    plugin = accumulator.SummaryMetadata(tag).plugin_data.plugin_name
    return tensor_util.make_ndarray(event.tensor_proto), event.step, plugin


def test_tensorboard_reads_images(accumulator: Any) -> None:
    sizes = {
        "uint8": (50, 30, LEVELS[:, ::-1].transpose(1, 2, 0)),
        "large": (50, 30, None),
        "batch": (48, 16, None),
        "video": (6, 8, None),
    }
    for tag, (width, height, expected) in sizes.items():
        (found_width, found_height, data), _, plugin = value_in(accumulator, tag)
        assert (plugin, int(found_width), int(found_height)) == ("images", width, height)
        pixels = np.asarray(Image.open(io.BytesIO(data)))
        if expected is not None:
            np.testing.assert_array_equal(pixels, expected)


def test_tensorboard_reads_audio(accumulator: Any) -> None:
    value, step, plugin = value_in(accumulator, "audio")
    assert (plugin, step) == ("audio", 1)
    with wave.open(io.BytesIO(value.ravel()[0])) as file:
        assert (file.getframerate(), file.getnframes()) == (8000, 4000)
        samples = np.frombuffer(file.readframes(4000), "<i2")
    np.testing.assert_allclose(samples / 32_767, SOUND, atol=1 / 32_767)


def test_tensorboard_reads_text(accumulator: Any) -> None:
    value, step, plugin = value_in(accumulator, "text/text_summary")
    assert (plugin, step, value.tolist()) == ("text", 3, ["A *small* café".encode()])


@pytest.mark.parametrize(
    "name", ["float16", "float32", "float64", "uint8", "int8", "int64", "bool"]
)
def test_tensorboard_reads_tensors(accumulator: Any, name: str) -> None:
    value, step, plugin = value_in(accumulator, f"tensor/{name}")
    assert (plugin, step, value.dtype.name) == ("tensor", 5, name)
    np.testing.assert_array_equal(value, (LEVELS[0, :2, :3] // 3).astype(name))

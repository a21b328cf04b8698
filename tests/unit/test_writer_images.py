"""Images, figures and videos: the pixels that torch makes of the same."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from written import GOLDEN, Tensor, array_in, values_of

from tbwidget import Logdir, SummaryWriter
from tbwidget.writer.gif import to_gif
from tbwidget.writer.png import to_png

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(8)


def pixels_of(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)))


def frames_of(data: bytes) -> Any:
    with Image.open(io.BytesIO(data)) as animation:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(animation)]
    return np.stack(frames)


# -- images ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", GOLDEN["images"], ids=lambda case: case["name"])
def test_images_are_those_of_torch(tmp_path: Path, case: dict[str, Any]) -> None:
    values, dataformats = array_in(case["values"]), case["dataformats"]
    with SummaryWriter(tmp_path) as writer:
        if case["boxes"] is None:
            writer.add_image("x", values, 7, dataformats=dataformats)
        else:
            writer.add_image_with_boxes("x", values, case["boxes"], 7, dataformats=dataformats)
    (value,) = values_of(tmp_path)
    assert (value.tag, value.HasField("metadata")) == ("x", False)
    image = value.image
    assert [image.height, image.width, image.colorspace] == case["size"]
    np.testing.assert_array_equal(pixels_of(image.encoded_image_string), array_in(case["pixels"]))


@pytest.mark.parametrize(
    "values",
    [
        [[0.0, 1.0], [0.5, 0.25]],
        Tensor([[0.0, 1.0], [0.5, 0.25]]),
        Tensor([[0.0, 1.0], [0.5, 0.25]], "torch.bfloat16"),
        [Tensor([0.0, 1.0]), Tensor([0.5, 0.25])],
    ],
    ids=["list", "tensor", "bfloat16", "list of tensors"],
)
def test_values_of_any_sort(tmp_path: Path, values: Any) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("x", values, dataformats="HW")
    (value,) = values_of(tmp_path)
    pixels = pixels_of(value.image.encoded_image_string)
    assert pixels[..., 0].tolist() == [[0, 255], [127, 63]]


def test_pictures_of_pillow_are_arrays_too(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("x", Image.new("RGB", (5, 3), "red"), dataformats="HWC")
    pixels = pixels_of(values_of(tmp_path)[0].image.encoded_image_string)
    assert pixels.tolist() == [[[255, 0, 0]] * 5] * 3


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step in range(3):
            batch = np.full((2, 3, 4, 5), step * 10, np.uint8)
            writer.add_images("batch", batch, step, walltime=step + 0.5)
    series = Logdir(tmp_path)["."].images["batch"]
    assert (series.steps.tolist(), series.wall_times.tolist()) == ([0, 1, 2], [0.5, 1.5, 2.5])
    (image,) = series[2]
    assert (image.mime, image.width, image.height) == ("image/png", 10, 4)
    assert (pixels_of(image.data) == 20).all()


@pytest.mark.parametrize(
    ("values", "dataformats", "error", "message"),
    [
        ("cat.png", "CHW", TypeError, "array of numbers, not 'cat.png'; a file must be read first"),
        (None, "CHW", TypeError, "the values of 'x' must be an array of numbers, not None"),
        ([[1j]], "HW", TypeError, "the values of 'x' must be an array of numbers"),
        (np.zeros((3, 4, 4)), "XYZ", ValueError, "dataformats of 'x' must be .*, not 'XYZ'"),
        (np.zeros((3, 4, 4)), "CHH", ValueError, "dataformats of 'x' must be .*, not 'CHH'"),
        (np.zeros((3, 4)), "CH", ValueError, "dataformats of 'x' must be .*, not 'CH'"),
        (np.zeros((3, 4, 4)), None, ValueError, "dataformats of 'x' must be .*, not None"),
        (np.zeros((4, 4)), "CHW", ValueError, r"'x' has the shape \(4, 4\), which is not CHW"),
        (np.zeros((2, 3, 4, 4)), "chw", ValueError, r"\(2, 3, 4, 4\), which is not CHW; dataform"),
        (0.5, "HW", ValueError, r"'x' has the shape \(\), which is not HW"),
        (np.zeros((3, 0, 4)), "CHW", ValueError, r"no pixels: its shape is \(3, 0, 4\)"),
        (np.zeros((9, 8, 3)), "CHW", ValueError, "9 channels, .*; with the channels last, .* HWC"),
        (np.zeros((9, 8, 7)), "CHW", ValueError, "9 channels, which must be 1 .*, 3 .* or 4"),
        (np.array([[0.5, np.nan]]), "HW", ValueError, "image 'x' has 1 NaN among its 2 values"),
    ],
)
def test_wrong_images(
    tmp_path: Path, values: Any, dataformats: Any, error: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(error, match=message):
        writer.add_image("x", values, dataformats=dataformats)
    assert values_of(tmp_path) == []


def test_integers_that_are_not_uint8_are_warned_of(tmp_path: Path) -> None:
    numbers = np.array([[0, 1, 200]])
    with SummaryWriter(tmp_path) as writer:
        with pytest.warns(UserWarning, match="'x' has integers above 1 of type int64") as found:
            writer.add_image("x", numbers, dataformats="HW")
        with pytest.warns(UserWarning, match="'y' has integers above 1") as more:
            writer.add_video("y", numbers[None, None, None])
    assert {one.filename for one in (*found, *more)} == {__file__}
    pixels = pixels_of(values_of(tmp_path)[0].image.encoded_image_string)
    assert pixels[0, :, 0].tolist() == [0, 255, 255]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 47)])
def test_png_files_hold_the_pixels(channels: int, size: tuple[int, int]) -> None:
    noise = RNG.integers(0, 256, (*size, channels), dtype=np.uint8)
    slopes = (np.arange(noise.size).reshape(noise.shape) // 7).astype(np.uint8)
    for picture in (noise, slopes, slopes[::-1, ::-1]):
        found = pixels_of(to_png(picture))
        np.testing.assert_array_equal(found.reshape(picture.shape), picture)


def test_smooth_pictures_become_small() -> None:
    slope = np.add.outer(np.arange(256), np.arange(256))[..., None].repeat(3, 2) // 2
    assert len(to_png(slope.astype(np.uint8))) < 3000


# -- boxes -----------------------------------------------------------------------------------------


def test_labels_and_another_size(tmp_path: Path) -> None:
    grey = np.full((40, 60), 0.5)
    box = [[10, 10, 40, 30]]
    with SummaryWriter(tmp_path) as writer:
        writer.add_image_with_boxes("x", grey, box, dataformats="HW")
        writer.add_image_with_boxes("x", grey, box, dataformats="HW", labels="cat")
        writer.add_image_with_boxes("x", grey, box, rescale=2, dataformats="HW")
    plain, labelled, large = (value.image for value in values_of(tmp_path))
    changed = (
        pixels_of(plain.encoded_image_string) != pixels_of(labelled.encoded_image_string)
    ).any(-1)
    rows, columns = np.nonzero(changed)
    assert (rows.min() > 15, rows.max() < 38, columns.min() >= 10) == (True, True, True)
    assert columns.max() < 35
    assert (large.width, large.height) == (60, 40)  # as torch writes it
    assert pixels_of(large.encoded_image_string).shape == (80, 120, 3)


def test_labels_that_are_too_few_are_left_out(tmp_path: Path) -> None:
    boxes = np.array([[1, 1, 8, 8], [2, 2, 6, 6]])
    with SummaryWriter(tmp_path) as writer:
        writer.add_image_with_boxes("x", np.zeros((3, 9, 9)), boxes)
        with pytest.warns(UserWarning, match="'x' has 1 labels for 2 boxes: they are left out"):
            writer.add_image_with_boxes("x", np.zeros((3, 9, 9)), boxes, labels=["a"])
    first, second = values_of(tmp_path)
    assert first == second


@pytest.mark.parametrize(
    ("boxes", "more", "error", "message"),
    [
        ([1, 2, 3, 4], {}, ValueError, r"shape \[n, 4\] \(left, top, right, bottom\), not \[4\]"),
        ([[1, 2, 3]], {}, ValueError, r"the boxes of 'x' must have .*, not \[1, 3\]"),
        ([[1, 2, np.nan, 4]], {}, ValueError, "the boxes of 'x' have numbers that are not finite"),
        ("boxes.json", {}, TypeError, "the values of 'x' must be an array of numbers"),
        ([], {"rescale": 0.01}, ValueError, "rescale of 'x' leaves no pixels of 9x9: 0.01"),
        ([], {"rescale": np.nan}, ValueError, "rescale of 'x' leaves no pixels"),
        ([], {"rescale": "2"}, TypeError, "the value of 'x' must be a number"),
    ],
)
def test_wrong_boxes(
    tmp_path: Path, boxes: Any, more: dict[str, Any], error: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(error, match=message):
        writer.add_image_with_boxes("x", np.zeros((3, 9, 9)), boxes, **more)
    assert values_of(tmp_path) == []


def test_only_numpy_is_needed(tmp_path: Path) -> None:
    code = """
import sys
sys.modules["PIL"] = sys.modules["matplotlib"] = None  # as if they were not installed
import numpy as np
import tbwidget.writer
with tbwidget.writer.SummaryWriter(sys.argv[1]) as writer:
    image = np.zeros((3, 9, 9))
    writer.add_image("image", image)
    writer.add_image_with_boxes("boxes", image, [[1, 2, 3, 4]])
    writer.add_video("video", image[None, None])
    writer.add_audio("audio", image[0, 0])
    writer.add_text("text", "text")
    writer.add_tensor("tensor", image)
    for change in ({"labels": ["cat"]}, {"rescale": 2}):
        try:
            writer.add_image_with_boxes("boxes", image, [[1, 2, 3, 4]], **change)
        except ImportError as error:
            print(error)
    try:
        writer.add_figure("figure", "a figure")
    except TypeError as error:
        print(error)
heavy = {"PIL", "matplotlib", "pandas", "IPython", "ipywidgets", "tbwidget.logs"}
print([name for name in heavy if sys.modules.get(name)])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, check=True, text=True
    )
    assert done.stdout.splitlines() == [
        "labels of add_image_with_boxes needs Pillow: `pip install pillow`",
        "rescale of add_image_with_boxes needs Pillow: `pip install pillow`",
        "the figure 'figure' must be a matplotlib.figure.Figure, or a list of such, not str",
        "[]",
    ]
    assert len(values_of(tmp_path)) == 6


# -- figures ---------------------------------------------------------------------------------------


@pytest.fixture
def pyplot(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MPLBACKEND", "agg")
    return pytest.importorskip("matplotlib.pyplot", reason="it is in the `test` extra")


def test_figures(tmp_path: Path, pyplot: Any) -> None:
    figure, axes = pyplot.subplots(figsize=(2, 1), dpi=50)
    axes.plot([1, 3, 2])
    other = pyplot.figure(figsize=(2, 1), dpi=50, facecolor="blue")
    canvas = figure.canvas
    with SummaryWriter(tmp_path) as writer:
        writer.add_figure("one", figure, 3, close=False)
        assert figure.canvas is canvas
        assert pyplot.get_fignums() == [figure.number, other.number]
        writer.add_figure("both", [figure, other], 3)
        assert pyplot.get_fignums() == []
    one, both = (value.image for value in values_of(tmp_path))
    assert (one.height, one.width, one.colorspace) == (50, 100, 3)
    assert (both.height, both.width, both.colorspace) == (50, 200, 3)
    saved = io.BytesIO()
    figure.savefig(saved, dpi=50)
    expected = pixels_of(saved.getvalue())[..., :3]
    np.testing.assert_array_equal(pixels_of(one.encoded_image_string), expected)
    np.testing.assert_array_equal(pixels_of(both.encoded_image_string)[:, :100], expected)
    assert (pixels_of(both.encoded_image_string)[:, 100:] == [0, 0, 255]).all()


def test_wrong_figures(tmp_path: Path, pyplot: Any) -> None:
    figures = [pyplot.figure(figsize=(1, 1), dpi=dpi) for dpi in (50, 60)]
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match=r"'x' must be of one size, .*: \[\(50, 50\), \(60, 6"):
            writer.add_figure("x", figures)
        with pytest.raises(ValueError, match=r"'x' must be of one size, in pixels: \[\]"):
            writer.add_figure("x", [])
        with pytest.raises(TypeError, match=r"'x' must be a matplotlib.figure.Figure, .* not Axes"):
            writer.add_figure("x", figures[0].add_subplot())
    assert values_of(tmp_path) == []
    pyplot.close("all")


# -- videos ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", GOLDEN["videos"], ids=lambda case: case["name"])
def test_frames_are_those_of_torch(tmp_path: Path, case: dict[str, Any]) -> None:
    values, frames = array_in(case["values"]), array_in(case["frames"])
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("x", values, 7)
    (image,) = (value.image for value in values_of(tmp_path))
    assert (image.height, image.width, image.colorspace) == frames.shape[1:]
    found = frames_of(image.encoded_image_string)
    np.testing.assert_array_equal(found, np.broadcast_to(frames, found.shape))


@pytest.mark.parametrize(
    ("fps", "delays"),
    [(4, [250] * 4), (30, [30, 40, 30, 30]), (1000, [20] * 4), (0.5, [2000] * 4)],
)
def test_delays(tmp_path: Path, fps: float, delays: list[int]) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_video("x", RNG.random((1, 4, 3, 2, 2)), fps=fps)
    (image,) = Logdir(tmp_path)["."].images["x"][0]
    assert (image.mime, image.width, image.height) == ("image/gif", 2, 2)
    with Image.open(io.BytesIO(image.data)) as animation:
        assert animation.info["loop"] == 0  # for ever
        found = [frame.info["duration"] for frame in ImageSequence.Iterator(animation)]
    assert found == delays


@pytest.mark.parametrize("colors", [1, 2, 3, 200, 256])
@pytest.mark.parametrize("count", [1, 2, 7, 300, 3838, 3839, 3840, 3841, 30_000])
def test_up_to_256_colors_are_kept(colors: int, count: int) -> None:
    palette = RNG.integers(0, 256, (colors, 3), dtype=np.uint8)
    frames = palette[RNG.integers(0, colors, (2, 1, count))]
    np.testing.assert_array_equal(frames_of(to_gif(frames, [1, 2])), frames)


def test_a_run_of_one_color_is_told_to_the_end() -> None:
    """Its codes grow by one pixel each: no two are alike, and all lengths end somewhere."""
    for count in (*range(1, 60), 32_000, 33_000, 34_000):
        frames = np.full((1, 1, count, 3), 9, np.uint8)
        np.testing.assert_array_equal(frames_of(to_gif(frames, [1])), frames)


def test_many_colors_become_the_nearest_of_256() -> None:
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    frames = np.stack(np.meshgrid(ramp, ramp, [0, 128]), axis=-1).reshape(2, 64, 64, 3)
    error = np.abs(frames_of(to_gif(frames, [1, 1])).astype(int) - frames)
    assert error.mean() < 5
    assert error.max() < 32


@pytest.mark.parametrize(
    ("values", "fps", "message"),
    [
        (np.zeros((2, 3, 4, 4)), 4, r"'x' must have the shape \[N, T, C, H, W\] .* not \[2, 3, 4"),
        (np.zeros((1, 2, 4, 4, 3)), 4, r"'x' must have the shape .* not \[1, 2, 4, 4, 3\]"),
        (np.zeros((1, 0, 3, 4, 4)), 4, r"'x' must have the shape .* not \[1, 0, 3, 4, 4\]"),
        (np.full((1, 1, 3, 1, 1), np.nan), 4, "'x' has 3 NaN among its 3 values"),
        (np.zeros((1, 1, 3, 4, 4)), 0, "fps of 'x' must be above 0, not 0"),
        (np.zeros((1, 1, 3, 4, 4)), np.nan, "fps of 'x' must be above 0, not nan"),
        (np.zeros((1, 1, 1, 1, 70_000)), 4, "'x' is too large for a GIF: 70,000x1 pixels"),
    ],
)
def test_wrong_videos(tmp_path: Path, values: Any, fps: float, message: str) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(ValueError, match=message):
        writer.add_video("x", values, fps=fps)
    assert values_of(tmp_path) == []

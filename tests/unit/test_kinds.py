"""Every kind of value from the bytes of an event file to what a run gives out of it."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from wire import event_of, nested, summary_of

from tbwidget import Logdir
from tbwidget.logs.blobs import UnreadableValueError

if TYPE_CHECKING:
    from pathlib import Path

    from tbwidget import Run

SECOND = ef.NAME.replace("1700000000", "1700000500")
PNG = b"\x89PNG\r\n\x1a\n"


def strings(*items: bytes, shape: list[int] | None = None) -> dict[str, Any]:
    """Return a tensor of strings, a list of them unless a shape is given."""
    dims = [{"size": size} for size in ([len(items)] if shape is None else shape)]
    return {"dtype": 7, "tensor_shape": {"dim": dims}, "string_val": items}


def numbers(*items: float, shape: list[int]) -> dict[str, Any]:
    dims = [{"size": size} for size in shape]
    return {"dtype": 1, "tensor_shape": {"dim": dims}, "float_val": items}


def value(plugin: str, tensor: dict[str, Any], tag: str = "v", **metadata: Any) -> dict[str, Any]:
    return {"tag": tag, "tensor": tensor, "metadata": ef.plugin(plugin, **metadata)}


def read(folder: Path, *events: bytes) -> Run:
    """Return the run of a file of these events."""
    ef.write(folder / ef.NAME, *map(ef.record, events))
    return Logdir(folder)["."]


def written(*values: dict[str, Any]) -> list[bytes]:
    return [ef.summary(step, one) for step, one in enumerate(values)]


# -- which kind a value is (cases 57 to 60) ------------------------------------------------------


def test_a_number_with_metadata_of_another_plugin_is_a_scalar(tmp_path: Path) -> None:
    """Case 60."""
    number = {"tag": "v", "simple_value": 0.1, "metadata": ef.plugin("text", data_class=2)}
    run = read(tmp_path, *written(number))
    assert run.tags == {"scalars": ["v"]}
    assert run.scalars["v"].values.tolist() == [float(np.float32(0.1))]


def test_a_plugin_that_nobody_knows_harms_no_other(tmp_path: Path) -> None:
    """Case 59."""
    unknown = value("no_such_plugin", strings(b"\xff"), tag="u")
    run = read(tmp_path, *written(unknown, value("text", strings(b"a"), tag="t")))
    assert run.tags == {"text": ["t"], "tensors": ["u"]}
    assert run.tensors["u"][0].tolist() == [b"\xff"]
    assert run.logdir.problems == []


def test_a_tensor_that_is_no_scalar_costs_its_point_alone(tmp_path: Path) -> None:
    """Case 62."""
    tensors = [
        numbers(1.0, shape=[]),
        numbers(1.0, 2.0, shape=[2]),
        numbers(2.0, shape=[1, 1, 1]),
        numbers(shape=[]),
        {"dtype": 1, "tensor_content": b"abc"},
        {"dtype": 7, "string_val": [b"1"]},
        numbers(3.0, shape=[]),
    ]
    run = read(tmp_path, *written(*(value("scalars", tensor) for tensor in tensors)))
    assert run.scalars["v"].steps.tolist() == [0, 6]
    assert [problem.kind for problem in run.logdir.problems] == ["value"] * 5


def test_steps_and_wall_times_are_those_written(tmp_path: Path) -> None:
    """Case 73."""
    old: list[dict[str, Any]] = [
        {"tag": "s", "simple_value": 1.0},
        {"tag": "i", "image": {"encoded_image_string": PNG}},
        {"tag": "a", "audio": {"encoded_audio_string": b"A"}},
        {"tag": "h", "histo": {"min": 0, "max": 1, "bucket_limit": [1], "bucket": [1]}},
        value("text", strings(b"t"), tag="t"),
    ]
    events = [ef.summary(step, *old, wall_time=step / 3) for step in (-(2**63), -1, 7, 2**63 - 1)]
    run = read(tmp_path, *events)
    for series in (run.scalars["s"], run.images["i"], run.audio["a"], run.histograms["h"]):
        assert series.steps.tolist() == [-(2**63), -1, 7, 2**63 - 1]
        assert series.wall_times.tolist() == [-(2**63) / 3, -1 / 3, 7 / 3, (2**63 - 1) / 3]
    assert run.text["t"].steps.tolist() == run.scalars["s"].steps.tolist()


def test_what_is_neither_a_value_nor_of_hparams_is_told(tmp_path: Path) -> None:
    run = read(tmp_path, *written({"tag": "v", "metadata": ef.plugin("text")}), ef.scalar(1))
    assert run.tags == {"scalars": ["loss"]}
    (problem,) = run.logdir.problems
    assert "'v' has no value" in problem.message


# -- old and new forms (cases 64 to 68, 70, 72) --------------------------------------------------


def test_an_old_histogram_is_the_new_one_without_empty_ends(tmp_path: Path) -> None:
    """Cases 64 and 65."""
    limits, counts = [-1.0, 0.0, 1.0, 1e300], [0.0, 2.0, 1.0, 0.0]
    old = {"min": -0.5, "max": 0.75, "num": 3, "bucket_limit": limits, "bucket": counts}
    new = numbers(-0.5, 0.0, 2.0, 0.0, 0.75, 1.0, shape=[2, 3])
    run = read(tmp_path, *written({"tag": "o", "histo": old}, value("histograms", new, tag="n")))
    assert run.histograms["o"][0].tolist() == run.histograms["n"][0].tolist()
    assert run.histograms["o"][0].tolist() == [[-0.5, 0.0, 2.0], [0.0, 0.75, 1.0]]


def test_a_histogram_that_does_not_agree_with_itself_is_lost_alone(tmp_path: Path) -> None:
    """Case 64."""
    good = {"min": 0, "max": 1, "bucket_limit": [1], "bucket": [4]}
    bad = {"min": 0, "max": 1, "bucket_limit": [1, 2], "bucket": [4]}
    run = read(tmp_path, *written(*({"tag": "h", "histo": one} for one in (good, bad, good))))
    series = run.histograms["h"]
    assert [len(series[0]), len(series[2])] == [1, 1]
    with pytest.raises(UnreadableValueError, match="1 buckets with 2 limits"):
        series[1]


def test_an_old_image_keeps_its_tag_and_its_bytes(tmp_path: Path) -> None:
    """Case 66."""
    old = {"width": 3, "height": 2, "encoded_image_string": PNG + b"old"}
    new = value("images", strings(b"3", b"2", PNG + b"new", PNG), tag="x")
    run = read(tmp_path, *written({"tag": "x/image/0", "image": old}, new))
    assert list(run.images) == ["x", "x/image/0"]
    (image,) = run.images["x/image/0"][0]
    assert (image.data, image.width, image.height) == (PNG + b"old", 3, 2)
    assert [image.data for image in run.images["x"][0]] == [PNG + b"new", PNG]


def test_a_moving_image_is_one_image(tmp_path: Path) -> None:
    gif = b"GIF89a" + struct.pack("<HH", 4, 3) + b"frames"
    run = read(tmp_path, *written({"tag": "v", "image": {"encoded_image_string": gif}}))
    (image,) = run.images["v"][0]
    assert (image.mime, image.width, image.height, image.data) == ("image/gif", 4, 3, gif)


def test_clips_keep_their_labels_and_their_sample_rate(tmp_path: Path) -> None:
    """Case 67."""
    old = {"sample_rate": 8000.0, "encoded_audio_string": b"A"}
    labelled = value("audio", strings(b"B", b"**b**", b"C", b"", shape=[2, 2]), tag="l")
    plain = value("audio", strings(b"D", b"E"), tag="p")
    run = read(tmp_path, *written({"tag": "o", "audio": old}, labelled, plain))
    (clip,) = run.audio["o"][0]
    assert (clip.data, clip.label, clip.sample_rate) == (b"A", "", 8000.0)
    found = [(clip.data, clip.label) for clip in run.audio["l"][0]]
    assert found == [(b"B", "**b**"), (b"C", "")]
    assert [clip.data for clip in run.audio["p"][0]] == [b"D", b"E"]


@pytest.mark.parametrize("kind", ["images", "audio"])
@pytest.mark.parametrize(("items", "shape"), [((b"1",), []), ((b"1",), [1, 1]), ((), [0, 3])])
def test_blobs_of_a_wrong_rank_are_refused(
    kind: str, items: tuple[bytes, ...], shape: list[int], tmp_path: Path
) -> None:
    """Case 68."""
    run = read(tmp_path, *written(value(kind, strings(*items, shape=shape))))
    with pytest.raises(UnreadableValueError):
        getattr(run, kind)["v"][0]


@pytest.mark.parametrize("kind", ["images", "audio"])
def test_no_blobs_at_all_are_an_empty_list(kind: str, tmp_path: Path) -> None:
    """Case 68."""
    run = read(tmp_path, *written(value(kind, strings())))
    assert getattr(run, kind)["v"][0] == []


def test_text_of_rank_0_to_2_as_written_and_of_more_the_first_table(tmp_path: Path) -> None:
    """Cases 72 and 94."""
    items = [b"a", b"b", b"c", b"d"]
    tensors = [
        strings(b"word_with_underscores", shape=[]),
        strings(*items),
        strings(*items, shape=[2, 2]),
        strings(*items, *items, shape=[2, 2, 2]),
        strings(*items * 4, shape=[2, 2, 2, 2]),
        strings(shape=[0, 2, 2]),
    ]
    series = read(tmp_path, *written(*(value("text", one) for one in tensors))).text["v"]
    table = [["a", "b"], ["c", "d"]]
    assert [text.tolist() for text in series[:5]] == [
        "word_with_underscores",
        ["a", "b", "c", "d"],
        table,
        table,
        table,
    ]
    assert series[5].size == 0
    assert [bool(series.note(item)) for item in range(6)] == [False] * 3 + [True] * 3


def test_text_that_is_not_utf_8_or_holds_zeros_is_kept(tmp_path: Path) -> None:
    """Case 95."""
    held = strings("⁴".encode(), b"a\0b", b"\xff\xfe")
    run = read(tmp_path, *written(value("text", held)))
    assert run.text["v"][0].tolist() == ["⁴", "a\0b", "\ufffd\ufffd"]


def test_pr_curves_as_written_and_of_a_wrong_shape_not_at_all(tmp_path: Path) -> None:
    """Cases 72 and 101."""
    curve = np.arange(18.0).reshape(6, 3)
    curve[4, 0] = math.nan
    tensors = [
        numbers(*curve.ravel(), shape=[6, 3]),
        numbers(1.0, shape=[1]),
        numbers(shape=[6, 0]),
    ]
    series = read(tmp_path, *written(*(value("pr_curves", one) for one in tensors))).pr_curves["v"]
    np.testing.assert_array_equal(series[0], curve)
    with pytest.raises(UnreadableValueError, match=r"where a PR curve \[6, T\] belongs"):
        series[1]
    assert series[2].shape == (6, 0)


# -- what a tag is, several files tell ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["images", "audio", "text", "histograms", "pr_curves", "meshes"])
def test_a_later_file_need_not_say_what_a_tag_is(kind: str, tmp_path: Path) -> None:
    """Case 56."""
    plugin = "mesh" if kind == "meshes" else kind
    bare = {"tag": "v", "tensor": strings(b"1", b"1", b"x")}
    first, later = value(plugin, strings(b"1", b"1", b"x")), bare
    ef.write(tmp_path / ef.NAME, ef.record(ef.summary(0, first)), ef.record(ef.summary(1, later)))
    ef.write(tmp_path / SECOND, ef.record(ef.summary(2, later)))
    run = Logdir(tmp_path)["."]
    assert run.tags == {kind: ["v"]}
    assert getattr(run, kind)["v"].steps.tolist() == [0, 1, 2]


# -- what cannot be parsed ------------------------------------------------------------------------


def image_event(step: int, metadata: bytes, data: bytes = PNG) -> bytes:
    """Return the bytes of an event with one image and these bytes for its metadata."""
    image = nested(1, b"x") + nested(4, nested(4, data)) + nested(9, metadata)
    return event_of(ef.WALL + step, step, summary_of(image))


@pytest.mark.parametrize(
    "metadata",
    [b"\xff", b"\x0a\x05ab", nested(1, b"\x0a\x09text"), nested(2, b"\xff"), b"\x0b\x0b\x0b"],
)
@pytest.mark.parametrize("size", [3, 500])
def test_metadata_that_is_none_costs_its_record_alone(
    metadata: bytes, size: int, tmp_path: Path
) -> None:
    good, bad = ef.plugin("images"), image_event(1, metadata, PNG + b"." * size)
    held = {"tag": "x", "image": {"encoded_image_string": PNG}, "metadata": good}
    run = read(tmp_path, bad, ef.summary(2, held), ef.scalar(3))
    assert run.images["x"].steps.tolist() == [2]
    assert run.scalars["loss"].steps.tolist() == [3]
    (problem,) = run.logdir.problems
    assert (problem.kind, problem.offset) == ("not_protobuf", 0)


def test_metadata_that_is_none_of_a_tag_known_already(tmp_path: Path) -> None:
    held = {"tag": "x", "image": {"encoded_image_string": PNG}, "metadata": ef.plugin("images")}
    run = read(tmp_path, ef.summary(0, held), image_event(1, b"\xff"), ef.summary(2, held))
    readable = [step for step, _, _ in run.images["x"].readable()]
    assert readable == [0, 2]
    assert len(run.logdir.problems) == 1


def test_a_payload_that_is_none_is_told_when_it_is_looked_at(tmp_path: Path) -> None:
    image = nested(1, b"x") + nested(4, b"\xff" * 200)
    run = read(tmp_path, event_of(ef.WALL, 0, summary_of(image)))
    with pytest.raises(UnreadableValueError, match="not a valid event"):
        run.images["x"][0]
    assert [problem.kind for problem in run.logdir.problems] == ["value"]


def test_a_damaged_record_does_not_say_when_a_run_began(tmp_path: Path) -> None:
    """Case 11."""
    held = {"tag": "x", "image": {"encoded_image_string": PNG + b"." * 1000}}
    events = [ef.record(ef.summary(step, held, wall_time=100.0 + step)) for step in range(500)]
    for step in range(40, 500, 20):
        events[step] = ef.record(ef.summary(step, held, wall_time=1.0), bad_data_crc=1)
    ef.write(tmp_path / ef.NAME, *events)
    run = Logdir(tmp_path)["."]
    assert len(run.images["x"]) == 500 - len(range(40, 500, 20)) == 500 - len(run.logdir.problems)
    assert run.first_wall_time == 100.0

"""Every kind of value where it is known what the writer was given: that is what is read."""

from __future__ import annotations

import io
import math
import wave
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs
from expected_kinds import as_message
from PIL import Image

from tbwidget import Logdir

if TYPE_CHECKING:
    from collections.abc import Callable

    from tbwidget import Run

#: How the writers' methods name what they write.
TAG_OF_TEXT = "{}/text_summary"
#: What writers made of hyperparameters that they cannot write as they are.
AS_WRITTEN = {
    "clu_jax": lambda given: {
        **{name: value for name, value in given.items() if name != "layers"},
        **{f"layers.{number}": float(n) for number, n in enumerate(given["layers"])},
    },
    # torch takes a bool for a number
    "torch_hparams_sweep": lambda given: {
        name: float(value) if isinstance(value, bool) else value for name, value in given.items()
    },
}


def arrays_of(name: str) -> Any:
    path = shared_logs.SHARED_LOGS / name / "truth.npz"
    return np.load(path, allow_pickle=False) if path.exists() else {}


def truths(kind: str) -> list[Any]:
    """Return (directory, run, tag) of all that is known of a kind."""
    found = []
    for name in shared_logs.names():
        for run, kinds in (
            (shared_logs.read_json(name, "truth.json") or {}).get("runs") or {}
        ).items():
            found += [
                pytest.param(name, run, tag, id=f"{name}-{run}-{tag}")
                for tag in kinds.get(kind, {})
            ]
    return found or [pytest.param("absent", "", "", id="absent")]


def read(name: str, run: str) -> Run:
    shared_logs.require()
    return Logdir(shared_logs.SHARED_LOGS / name / "logs")[run]


def written(name: str, run: str, kind: str, tag: str) -> list[dict[str, Any]]:
    """Return what was written, of a step written again the last, by step."""
    points = shared_logs.read_json(name, "truth.json")["runs"][run][kind][tag]
    return sorted({point["step"]: point for point in points}.values(), key=lambda p: p["step"] or 0)


def series_of(mapping: Any, tag: str) -> Any:
    """Return the one series of a tag, whatever the writer put behind its name."""
    names = [name for name in mapping if name == tag or name.startswith(f"{tag}/")]
    exact = [name for name in names if name == tag]
    (name,) = exact or names
    return mapping[name]


def check_steps(series: Any, points: list[dict[str, Any]]) -> None:
    if all(point["step"] is not None for point in points):
        assert series.steps.tolist() == [point["step"] for point in points]
    else:
        assert len(series) == len(points)


# -- histograms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "run", "tag"), truths("histograms"))
def test_buckets_hold_the_values_that_were_given(name: str, run: str, tag: str) -> None:
    arrays, points = arrays_of(name), written(name, run, "histograms", tag)
    series = series_of(read(name, run).histograms, tag)
    check_steps(series, points)
    for buckets, point in zip(series, points, strict=True):
        if "npz" not in point:
            continue
        values = np.sort(np.float64(arrays[point["npz"]]), axis=None)
        left, right, count = buckets.T
        assert count.sum() == len(values)
        assert np.all(left <= right)
        if not len(values):
            continue
        np.testing.assert_allclose([left[0], right[-1]], values[[0, -1]], rtol=2e-7)
        # A value on an edge may be counted on either side of it.
        slack = 1e-6 * max(abs(values[0]), abs(values[-1]))
        below = np.searchsorted(values, right - slack, "left")
        not_above = np.searchsorted(values, right + slack, "right")
        assert np.all(below <= np.cumsum(count))
        assert np.all(np.cumsum(count) <= not_above)


# -- images and audio ----------------------------------------------------------------------------


def pixels(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)))


def frames_of(image: Any) -> int:
    assert image.mime == "image/gif"
    return int(Image.open(io.BytesIO(image.data)).n_frames)


def as_images(array: Any, point: dict[str, Any]) -> list[Any]:
    """Return a writer's input as images of bytes [height, width, channels]."""
    array = np.float64(array) * (255.0 if array.dtype.kind == "f" else 1.0)
    if point.get("dataformats") == "HWC":
        return [array]
    if array.ndim == 3:  # channels first
        return [array.transpose(1, 2, 0)]
    return list(array[: point.get("max_outputs", len(array))])


@pytest.mark.parametrize(("name", "run", "tag"), truths("images"))
def test_images_show_what_was_given(name: str, run: str, tag: str) -> None:
    arrays, points = arrays_of(name), written(name, run, "images", tag)
    series = series_of(read(name, run).images, tag)
    check_steps(series, points)
    for images, point in zip(series, points, strict=True):
        assert images
        shape = pixels(images[0].data).shape
        assert all((image.height, image.width) == shape[:2] for image in images)
        drawn_upon = {"boxes", "figure of this matrix"} & {*point, point.get("note")}
        if point.get("note", "").startswith("gif"):
            assert [frames_of(image) for image in images] == [point["shape"][1]]
            continue
        if drawn_upon or "grid" in point.get("dataformats", ""):
            assert [image.mime for image in images] == ["image/png"]
            continue
        expected = as_images(arrays[point["npz"]], point)
        assert len(images) == len(expected)
        for image, given in zip(images, expected, strict=True):
            found = np.float64(pixels(image.data)).reshape(*given.shape[:2], -1)
            assert np.abs(found - np.clip(given, 0, 255)).max() <= 1  # rounding


@pytest.mark.parametrize(("name", "run", "tag"), truths("audio"))
def test_clips_sound_as_was_given(name: str, run: str, tag: str) -> None:
    arrays, points = arrays_of(name), written(name, run, "audio", tag)
    series = series_of(read(name, run).audio, tag)
    check_steps(series, points)
    for clips, point in zip(series, points, strict=True):
        given = np.float64(arrays[point["npz"]])
        given = given.reshape(len(clips), -1)
        for clip, sound in zip(clips, given, strict=True):
            assert (clip.mime, clip.sample_rate) == ("audio/wav", point["sample_rate"])
            with wave.open(io.BytesIO(clip.data)) as file:
                assert (file.getsampwidth(), file.getframerate()) == (2, point["sample_rate"])
                samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 2**15
            assert np.abs(samples - np.clip(sound, -1, 1)).max() < 2 / 2**15


# -- text and tensors ----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "run", "tag"), truths("text"))
def test_text_is_what_was_given(name: str, run: str, tag: str) -> None:
    points = written(name, run, "text", tag)
    series = series_of(read(name, run).text, tag)
    check_steps(series, points)
    for text, point in zip(series, points, strict=True):
        # torch and tensorboardX write a list of one.
        assert text.tolist() in (point["text"], [point["text"]])
        assert all(isinstance(item, str) for item in text.flat)


@pytest.mark.parametrize(("name", "run", "tag"), truths("my_unknown_plugin"))
def test_tensors_of_unknown_plugins_are_what_was_given(name: str, run: str, tag: str) -> None:
    arrays, points = arrays_of(name), written(name, run, "my_unknown_plugin", tag)
    series = read(name, run).tensors[tag]
    check_steps(series, points)
    for tensor, point in zip(series, points, strict=True):
        given = arrays[point["npz"]]
        assert tensor.dtype == given.dtype
        np.testing.assert_array_equal(tensor, given)


# -- curves --------------------------------------------------------------------------------------


def curve_of(labels: Any, predictions: Any, thresholds: int) -> Any:
    """Return counts and ratios at each threshold as TensorBoard's summary defines them."""
    bucket = np.int64(np.floor(np.float64(predictions) * (thresholds - 1)))
    positive = np.bincount(bucket, labels, thresholds)
    negative = np.bincount(bucket, 1 - labels, thresholds)
    tp, fp = np.cumsum(positive[::-1])[::-1], np.cumsum(negative[::-1])[::-1]
    tn, fn = fp[0] - fp, tp[0] - tp
    tiny = 1e-7
    return np.stack(
        [tp, fp, tn, fn, tp / np.maximum(tiny, tp + fp), tp / np.maximum(tiny, tp + fn)]
    )


@pytest.mark.parametrize(("name", "run", "tag"), truths("pr_curves"))
def test_pr_curves_count_what_was_given(name: str, run: str, tag: str) -> None:
    arrays, points = arrays_of(name), written(name, run, "pr_curves", tag)
    series = series_of(read(name, run).pr_curves, tag)
    check_steps(series, points)
    for curve, point in zip(series, points, strict=True):
        if "npz" not in point:  # given as counts
            np.testing.assert_array_equal(
                curve[:4], [point[row] for row in ("tp", "fp", "tn", "fn")]
            )
            continue
        labels, predictions = arrays[point["npz"]]
        expected = curve_of(labels, predictions, point["num_thresholds"])
        assert curve.shape == expected.shape
        assert curve.dtype == np.float64
        np.testing.assert_array_equal(curve[:4], expected[:4])
        np.testing.assert_allclose(curve[4:], expected[4:], rtol=1e-6)


# -- meshes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "run", "tag"), truths("mesh"))
def test_meshes_are_what_was_given(name: str, run: str, tag: str) -> None:
    arrays, points = arrays_of(name), written(name, run, "mesh", tag)
    run_read = read(name, run)
    assert tag in run_read.tags["meshes"]
    assert set(run_read.meshes) == set(run_read.tags["meshes"])
    series = run_read.meshes[tag]
    check_steps(series, points)
    for mesh, point in zip(series, points, strict=True):
        np.testing.assert_array_equal(mesh.vertices, arrays[point["npz"]])
        if "faces" in point:
            batch = len(mesh.vertices)
            assert mesh.faces.shape == (batch, point["faces"], 3)
            assert mesh.faces.dtype == np.int32
        if mesh.colors is not None:
            assert mesh.colors.dtype == np.uint8
            assert mesh.colors.shape == mesh.vertices.shape


def test_a_mesh_has_the_options_that_were_given() -> None:
    config = read("tf_plugins_pr_mesh_custom", "eval").meshes["cloud"][0].config
    assert config["camera"] == {"cls": "PerspectiveCamera", "fov": 60}
    assert read("tbx_all", "exp0").meshes["m"][0].config == {}  # it writes "null"


# -- hyperparameters and layouts -----------------------------------------------------------------


@pytest.mark.parametrize(("name", "run", "tag"), truths("hparams"))
def test_hyperparameters_are_what_was_given(name: str, run: str, tag: str) -> None:
    (point,) = written(name, run, "hparams", tag)
    expected = AS_WRITTEN.get(name, dict)(point["hparams"])
    run_read = read(name, run)
    assert run_read.hparams == expected
    frame = run_read.logdir.hparams()
    row = frame[frame.run == run].iloc[0]
    assert {key: row[key] for key in expected} == expected
    for metric, value in point.get("metrics", {}).items():
        assert math.isclose(row[metric], value, rel_tol=1e-6)


def test_sessions_below_an_experiment() -> None:
    shared_logs.require()
    frame = Logdir(shared_logs.SHARED_LOGS / "tf_hparams_api" / "logs").hparams()
    assert len(frame) == 12
    assert list(frame)[:5] == ["run", "group", "status", "start_time", "end_time"]
    # in the order of the experiment, which stands in the run above
    assert list(frame)[5:] == ["num_units", "dropout", "optimizer", "accuracy", "train/epoch_loss"]
    assert frame[["accuracy", "train/epoch_loss"]].notna().all(axis=None)
    assert frame.start_time.gt(1.7e9).all()


@pytest.mark.parametrize(("name", "run", "tag"), truths("custom_scalars"))
def test_layouts_are_what_was_given(name: str, run: str, tag: str) -> None:
    (point,) = written(name, run, "custom_scalars", tag)
    (series,) = read(name, run).custom_scalars.values()
    given = point["layout"]
    if "category" not in given:  # as torch and tensorboardX take it
        given = {
            "category": [
                {
                    "title": title,
                    "chart": [
                        {"title": name, "multiline": {"tag": tags}}
                        for name, (_, tags) in charts.items()
                    ],
                }
                for title, charts in given.items()
            ]
        }
    assert as_message(series[-1]) == given


# -- graphs --------------------------------------------------------------------------------------


def names_of(graph: Any) -> list[str]:
    return [node.name for node in graph.nodes]


@pytest.mark.parametrize(
    ("name", "run", "tag", "kind", "holds"),
    [
        ("tf_summary_all", "alpha", "my_trace", "op", lambda g: "graph_" in names_of(g)[0]),
        ("tf_summary_all", "alpha", "__run_graph__", "run", names_of),
        ("tf1_session_mlp", "train", "__meta_graph__", "meta", names_of),
        ("torch_all_digits_cnn", "cnn", "__run_graph__", "run", names_of),
        ("torch_all_digits_cnn", "cnn", "step1", "profile", lambda g: not names_of(g)),
        # Keras writes an empty one: no graph, and no failure
        ("tf_keras_callback_cnn", "train", "batch_6", "op", lambda g: not names_of(g)),
    ],
)
def test_graphs_of_every_writer(
    name: str, run: str, tag: str, kind: str, holds: Callable[[Any], Any]
) -> None:
    graph = read(name, run).graphs[tag]
    assert graph.kind == kind
    assert holds(graph)


def test_a_traced_step_says_where_it_ran() -> None:
    run = read("tf1_session_mlp", "train")
    truth = shared_logs.read_json("tf1_session_mlp", "truth.json")["runs"]["train"]["run_metadata"]
    for tag, (point,) in truth.items():
        graph = run.graphs[tag]
        assert graph.kind == "profile"
        devices = [device.device for device in graph.run_metadata.step_stats.dev_stats]
        assert devices == point["devices"]
        assert any(
            node.op_end_rel_micros
            for one in graph.run_metadata.step_stats.dev_stats
            for node in one.node_stats
        )


@pytest.mark.parametrize("name", ["tf_keras_callback_cnn", "tf_keras_callback_text"])
def test_a_keras_model_is_its_configuration(name: str) -> None:
    graph = read(name, "train").graphs["keras"]
    assert graph.kind == "keras"
    for layer in shared_logs.read_json(name, "truth.json")["keras_config_layers"]:
        assert f'"{layer}"' in graph.keras_config
    assert (graph.graph_def, graph.run_metadata) == (b"", None)


# -- sub-runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parent", "children"),
    [
        ("torch_all_digits_cnn", "cnn", ["cnn/recall_0", "cnn/recall_1", "cnn/recall_2"]),
        ("tbx_all", "exp0", ["exp0/group/acc", "exp0/group/err", "exp0/hp"]),
    ],
)
def test_sub_runs_are_children_of_their_run(name: str, parent: str, children: list[str]) -> None:
    shared_logs.require()
    logs = Logdir(shared_logs.SHARED_LOGS / name / "logs")
    assert [run.name for run in logs[parent].children] == children
    assert all(logs[child].parent is logs[parent] for child in children)
    assert logs[parent].parent is None
    assert set(children) <= set(logs.runs)  # under their own names as before


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in shared_logs.names()
        if name not in ("torch_all_digits_cnn", "tbx_all", "growing")
    ]
    or ["absent"],
)
def test_runs_of_other_writers_stand_for_themselves(name: str, tmp_path: Any) -> None:
    for root in shared_logs.logs_of(name, tmp_path):
        assert [run.name for run in Logdir(root).values() if run.parent is not None] == []

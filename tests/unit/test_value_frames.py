"""Each kind of series as a table: its columns, their types, and one row for what."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest

from tbwidget import Logdir
from tbwidget.events.protos import CustomScalarsLayout, MeshPluginData

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tbwidget import Run

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\x07\0\0\0\x05"
TIME = {"step": "int64", "wall_time": "float64"}


def strings(*items: bytes, shape: list[int] | None = None) -> dict[str, Any]:
    dims = [{"size": size} for size in ([len(items)] if shape is None else shape)]
    return {"dtype": 7, "tensor_shape": {"dim": dims}, "string_val": items}


def numbers(*items: float, shape: list[int]) -> dict[str, Any]:
    dims = [{"size": size} for size in shape]
    return {"dtype": 1, "tensor_shape": {"dim": dims}, "float_val": items}


def read(folder: Path, plugin: str, *tensors: dict[str, Any], content: bytes = b"") -> Run:
    """Return a run with one tag, with these tensors at steps 0, 10, 20, ..."""
    metadata = ef.plugin(plugin, content)
    values = [{"tag": "v", "tensor": one, "metadata": metadata} for one in tensors]
    events = [ef.record(ef.summary(10 * number, one)) for number, one in enumerate(values)]
    ef.write(folder / ef.NAME, *events)
    return Logdir(folder)["."]


def check(frame: pd.DataFrame, dtypes: dict[str, str], rows: list[tuple[Any, ...]]) -> None:
    """Check columns, their types (text may be of any), and rows without the wall time."""
    expected = {**TIME, **dtypes}
    assert list(frame) == list(expected)
    for name, dtype in expected.items():
        assert dtype == "text" or frame[name].dtype == dtype
    assert frame.wall_time.tolist() == [ef.WALL + step for step in frame.step]
    found = frame.drop(columns="wall_time").itertuples(index=False, name=None)
    assert list(found) == rows


BAD = strings(b"", shape=[])


def test_text(tmp_path: Path) -> None:
    tensors = [
        strings(b"alone", shape=[]),
        strings(b"a", b"b"),
        strings(b"c", b"d", shape=[1, 2]),
        strings(b"a", shape=[5]),
        strings(shape=[0, 2]),
        strings(b"e", b"f", b"g", b"h", shape=[2, 2, 1]),
    ]
    frame = read(tmp_path, "text", *tensors).text["v"].to_pandas()
    rows = [
        (0, 0, 0, "alone"),
        (10, 0, 0, "a"),
        (10, 1, 0, "b"),
        (20, 0, 0, "c"),
        (20, 0, 1, "d"),
        (50, 0, 0, "e"),
        (50, 1, 0, "f"),
    ]
    check(frame, {"row": "int64", "column": "int64", "text": "text"}, rows)


def test_images(tmp_path: Path) -> None:
    tensors = [strings(b"7", b"5", PNG, b"?"), BAD, strings(), strings(b"1", b"2", PNG)]
    run = read(tmp_path, "images", *tensors)
    columns = {
        "item": "int64",
        "mime": "text",
        "width": "int64",
        "height": "int64",
        "bytes": "int64",
    }
    rows = [
        (0, 0, "image/png", 7, 5, len(PNG)),
        (0, 1, "application/octet-stream", 7, 5, 1),
        (30, 0, "image/png", 7, 5, len(PNG)),
    ]
    check(run.images["v"].to_pandas(), columns, rows)
    assert len(run.logdir.problems) == 1


def test_audio(tmp_path: Path) -> None:
    tensors = [strings(b"ID3", b"*a*", b"x", b"", shape=[2, 2]), BAD]
    run = read(tmp_path, "audio", *tensors)
    path = next(tmp_path.iterdir())
    old = {"tag": "v", "audio": {"sample_rate": 8000.0, "encoded_audio_string": b"fLaC"}}
    ef.append(path, ef.record(ef.summary(20, old)))
    run.logdir.refresh()
    frame = run.audio["v"].to_pandas()
    assert frame.sample_rate.tolist()[2] == 8000.0
    assert frame.sample_rate.isna().tolist() == [True, True, False]
    check(
        frame.drop(columns="sample_rate"),
        {"item": "int64", "mime": "text", "label": "text", "bytes": "int64"},
        [
            (0, 0, "audio/mpeg", "*a*", 3),
            (0, 1, "application/octet-stream", "", 1),
            (20, 0, "audio/flac", "", 4),
        ],
    )
    assert frame.sample_rate.dtype == "float64"


def test_histograms(tmp_path: Path) -> None:
    tensors = [numbers(0, 1, 2, 1, 2, 3, shape=[2, 3]), BAD, numbers(shape=[0, 3])]
    frame = read(tmp_path, "histograms", *tensors).histograms["v"].to_pandas()
    columns = dict.fromkeys(("left", "right", "count"), "float64")
    check(frame, columns, [(0, 0.0, 1.0, 2.0), (0, 1.0, 2.0, 3.0)])


def test_pr_curves(tmp_path: Path) -> None:
    tensors = [numbers(*range(18), shape=[6, 3]), BAD]
    frame = read(tmp_path, "pr_curves", *tensors).pr_curves["v"].to_pandas()
    names = "true_positives", "false_positives", "true_negatives", "false_negatives"
    columns = dict.fromkeys(("threshold", *names, "precision", "recall"), "float64")
    curve = np.arange(18.0).reshape(6, 3)
    rows = [(0, half / 2, *curve[:, half].tolist()) for half in range(3)]
    check(frame, columns, rows)


def test_meshes(tmp_path: Path) -> None:
    content = MeshPluginData(name="m", content_type=1).SerializeToString()
    tensors = [numbers(*range(12), shape=[2, 2, 3]), BAD]
    frame = read(tmp_path, "mesh", *tensors, content=content).meshes["m"].to_pandas()
    columns = {"item": "int64", "vertices": "int64", "faces": "int64", "colored": "bool"}
    check(frame, columns, [(0, 0, 2, 0, False), (0, 1, 2, 0, False)])


def test_tensors_are_objects(tmp_path: Path) -> None:
    tensors = [numbers(1, 2, shape=[2]), numbers(3, 4, shape=[2]), numbers(5, shape=[])]
    frame = read(tmp_path, "own", *tensors).tensors["v"].to_pandas()
    assert (list(frame), frame.step.tolist()) == ([*TIME, "value"], [0, 10, 20])
    assert [array.tolist() for array in frame.value] == [[1, 2], [3, 4], 5]


def test_layouts_are_objects(tmp_path: Path) -> None:
    data = CustomScalarsLayout(category=[{"title": "A"}]).SerializeToString()
    run = read(tmp_path, "custom_scalars", strings(data, shape=[]))
    (layout,) = run.custom_scalars["v"].to_pandas().value
    assert layout == run.custom_scalars["v"][0]


@pytest.mark.parametrize("kind", ["images", "audio", "text", "histograms", "pr_curves", "meshes"])
def test_a_table_of_nothing_has_its_columns_and_types(kind: str, tmp_path: Path) -> None:
    plugin, content = kind, b""
    if kind == "meshes":
        plugin, content = "mesh", MeshPluginData(name="v", content_type=1).SerializeToString()
    bad = numbers(1.0, 2.0, shape=[2])  # of no kind
    frame = getattr(read(tmp_path, plugin, bad, content=content), kind)["v"].to_pandas()
    assert frame.empty
    assert {name: str(frame[name].dtype) for name in TIME} == TIME
    assert len(list(frame)) > len(TIME)


def test_a_table_is_the_callers_own(tmp_path: Path) -> None:
    series = read(tmp_path, "histograms", numbers(0, 1, 2, shape=[1, 3])).histograms["v"]
    frame = series.to_pandas()
    frame.loc[0, "count"] = math.inf
    assert series[0].tolist() == [[0, 1, 2]]

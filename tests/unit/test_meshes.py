"""Meshes are put together by what their metadata says, and refused where parts do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest

from tbwidget import Logdir
from tbwidget.events.protos import MeshPluginData
from tbwidget.logs.blobs import UnreadableValueError

if TYPE_CHECKING:
    from pathlib import Path

    from tbwidget import Run

VERTEX, FACE, COLOR = 1, 2, 3
SQUARE = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
TRIANGLES = [[0, 1, 2], [0, 2, 3]]


def part(
    tag: str, of: str, kind: int, rows: Any, config: str = "", dtype: int = 1
) -> dict[str, Any]:
    """Return a value that is a part of the mesh `of`; rows are of one mesh, or of a batch."""
    array = np.atleast_3d(np.array(rows, float))
    array = array if np.ndim(rows) == 3 else np.array(rows, float)[None]
    field = {1: "float_val", 3: "int_val", 4: "int_val"}[dtype]
    dims = [{"size": size} for size in array.shape]
    items = array.ravel().tolist() if dtype == 1 else array.ravel().astype(int).tolist()
    content = MeshPluginData(name=of, content_type=kind, json_config=config).SerializeToString()
    tensor = {"dtype": dtype, "tensor_shape": {"dim": dims}, field: items}
    return {"tag": tag, "tensor": tensor, "metadata": ef.plugin("mesh", content)}


def read(folder: Path, *steps: tuple[int, list[dict[str, Any]]]) -> Run:
    events = [ef.record(ef.summary(step, one)) for step, values in steps for one in values]
    ef.write(folder / ef.NAME, *events)
    return Logdir(folder)["."]


def square(**others: Any) -> list[dict[str, Any]]:
    return [part("m_VERTEX", "m", VERTEX, SQUARE), *others.values()]


def test_parts_belong_together_by_metadata_and_never_by_suffix(tmp_path: Path) -> None:
    values = [
        part("a_FACE", "shape", VERTEX, SQUARE, '{"camera": {"fov": 60}}'),
        part("b_VERTEX", "shape", FACE, TRIANGLES, dtype=3),
        part("c", "shape", COLOR, [[255, 0, 9]] * 4, dtype=4),
        part("cloud_COLOR", "cloud_COLOR", VERTEX, SQUARE[:3]),
        {"tag": "shape_VERTEX", "simple_value": 1.0},
    ]
    run = read(tmp_path, (0, values))
    assert run.tags == {"scalars": ["shape_VERTEX"], "meshes": ["cloud_COLOR", "shape"]}
    assert list(run.meshes) == run.tags["meshes"]
    mesh = run.meshes["shape"][0]
    assert mesh.vertices.tolist() == [SQUARE]
    assert mesh.faces.tolist() == [TRIANGLES]
    assert mesh.colors.tolist() == [[[255, 0, 9]] * 4]
    assert (mesh.faces.dtype, mesh.colors.dtype) == (np.int32, np.uint8)
    assert mesh.config == {"camera": {"fov": 60}}


def test_vertices_alone_are_points(tmp_path: Path) -> None:
    """Case 113."""
    mesh = read(tmp_path, (0, square())).meshes["m"][0]
    assert (mesh.faces, mesh.colors, mesh.config) == (None, None, {})


def test_meshes_are_in_the_order_of_their_steps(tmp_path: Path) -> None:
    """Case 113."""
    shifted = [[[x + step, y, z] for x, y, z in SQUARE] for step in range(4)]
    parts = [(step, [part("m_VERTEX", "m", VERTEX, shifted[step])]) for step in (2, 0, 3, 1)]
    faces = [(step, [part("m_FACE", "m", FACE, [[0, 1, step]], dtype=3)]) for step in (3, 1, 2)]
    series = read(tmp_path, *parts, *faces).meshes["m"]
    assert series.steps.tolist() == [0, 1, 2, 3]
    assert [mesh.vertices[0, 0, 0] for mesh in series] == [0, 1, 2, 3]
    assert [None if mesh.faces is None else int(mesh.faces[0, 0, 2]) for mesh in series] == [
        None,
        1,
        2,
        3,
    ]
    assert series[-1].vertices.tolist() == series[3].vertices.tolist()
    with pytest.raises(IndexError, match="has 4 steps"):
        series[4]


def test_meshes_of_one_step_go_by_the_order_written(tmp_path: Path) -> None:
    rounds = [
        (0, square(face=part("m_FACE", "m", FACE, [[0, 1, 2 + one]], dtype=3))) for one in (0, 1)
    ]
    series = read(tmp_path, *rounds).meshes["m"]
    assert [mesh.faces[0, 0, 2] for mesh in series] == [2, 3]


def test_numbers_of_torch_are_made_whole(tmp_path: Path) -> None:
    faces = part("m_FACE", "m", FACE, TRIANGLES)
    colors = part("m_COLOR", "m", COLOR, [[300, -5, 7.9]] * 4)
    mesh = read(tmp_path, (0, square(faces=faces, colors=colors))).meshes["m"][0]
    assert mesh.faces.tolist() == [TRIANGLES]
    assert mesh.colors.tolist() == [[[255, 0, 7]] * 4]


@pytest.mark.parametrize(
    ("kind", "rows", "why"),
    [
        (FACE, [[0, 1, 4]], "name vertices from 0.0 to 4.0 of 4"),
        (FACE, [[-1, 1, 2]], "name vertices from -1.0 to 2.0 of 4"),
        (FACE, [[0, 1, 1.5]], "by fractions"),
        (FACE, [[0, 1, float("nan")]], "name vertices from nan"),
        (FACE, [TRIANGLES, TRIANGLES], "1 sets of vertices and 2 of faces"),
        (COLOR, [[1, 2, 3]] * 3, r"colours of \[1, 3, 3\]"),
        (COLOR, [[1, 2, float("inf")]] * 4, "colours that are not finite"),
        (FACE, [[0, 1]], "where a part of a mesh"),
    ],
)
def test_parts_that_do_not_fit_are_refused_and_harm_no_other(
    kind: int, rows: Any, why: str, tmp_path: Path
) -> None:
    """Case 113."""
    run = read(tmp_path, (0, square(odd=part("odd", "m", kind, rows))), (1, square()))
    for _ in range(2):
        with pytest.raises(UnreadableValueError, match=why):
            run.meshes["m"][0]
    assert run.meshes["m"][1].vertices.tolist() == [SQUARE]
    assert [problem.kind for problem in run.logdir.problems] == ["value"]
    assert run.meshes["m"].to_pandas().step.tolist() == [1]


def test_a_mesh_without_vertices_says_so(tmp_path: Path) -> None:
    run = read(tmp_path, (0, [part("m_FACE", "m", FACE, TRIANGLES)]))
    with pytest.raises(UnreadableValueError, match="mesh 'm' has no vertices"):
        run.meshes["m"][0]


@pytest.mark.parametrize("content", [b"", b"\xff"])
def test_a_part_that_does_not_say_of_what_is_a_mesh_of_its_own(
    content: bytes, tmp_path: Path
) -> None:
    value = part("v", "", VERTEX, SQUARE)
    value["metadata"] = ef.plugin("mesh", content)
    run = read(tmp_path, (0, [value]))
    assert (run.tags, list(run.meshes)) == ({"meshes": ["v"]}, ["v"])
    assert run.meshes["v"].config == {}
    with pytest.raises(UnreadableValueError, match="has no vertices"):
        run.meshes["v"][0]

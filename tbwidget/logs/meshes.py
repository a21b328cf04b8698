"""Meshes: vertices, faces and colours, which lie in tags of their own, put together again.

Which tags belong together, and as what, is in their metadata. Their names tell nothing: TensorFlow
and torch append ``_VERTEX``, tensorboardX ``_1``, and a user's own tag may end so too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from google.protobuf.message import DecodeError

from tbwidget.events.payloads import mesh_config_of
from tbwidget.events.protos import MeshPluginData

from .blobs import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pandas as pd

    from tbwidget.events.columns import TagMetadata

    from .blobs import Index
    from .kinds import MeshPartSeries

VERTEX, FACE, COLOR = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Mesh:
    """A batch of meshes of one step.

    Attributes
    ----------
    vertices
        float[B, N, 3], coordinates; without faces they are a cloud of points.
    faces
        int32[B, F, 3], numbers of each triangle's vertices; None if there are none.
    colors
        uint8[B, N, 3], red, green and blue of each vertex, 0 to 255; None if there are none.
    config
        Options for three.js, as the writer gave them: camera, lights, material.
    """

    vertices: npt.NDArray[Any]
    faces: npt.NDArray[Any] | None
    colors: npt.NDArray[Any] | None
    config: dict[str, Any]

    def __repr__(self) -> str:
        batch, count, _ = self.vertices.shape
        faces = "no" if self.faces is None else f"{self.faces.shape[1]:,}"
        return f"<Mesh {batch} x {count:,} vertices, {faces} faces>"


def part_of(tag: str, metadata: TagMetadata | None) -> tuple[str, int]:
    """Return the name of the mesh that a tag belongs to, and as which part (0: unknown)."""
    try:
        data = MeshPluginData.FromString(metadata.content if metadata else b"")
    except DecodeError:
        return tag, 0
    return (data.name, data.content_type) if data.name else (tag, data.content_type)


class MeshSeries:
    """Meshes of one name in one run, by the steps at which there are vertices.

    Attributes
    ----------
    tag
        The name that the writer gave to the whole mesh.

    Examples
    --------
    >>> mesh = run.meshes["torus"][-1]  # doctest: +SKIP
    >>> mesh.vertices.shape, mesh.faces.shape  # doctest: +SKIP
    ((1, 288, 3), (1, 576, 3))
    """

    kind = "meshes"

    def __init__(self, tag: str, parts: dict[int, MeshPartSeries]) -> None:
        self.tag = tag
        self._parts = parts
        self.vertices_index = parts.get(VERTEX) or next(iter(parts.values()))

    @property
    def display_name(self) -> str:
        """What the writer wants the mesh to be called; empty if it did not say."""
        return self.vertices_index.display_name

    @property
    def description(self) -> str:
        """What the writer said of the mesh, in Markdown; empty if nothing."""
        return self.vertices_index.description

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """Steps, int64[n], ascending (or all equal)."""
        return self.vertices_index.steps

    @property
    def wall_times(self) -> npt.NDArray[np.float64]:
        """Wall times, float64[n], in seconds since the epoch."""
        return self.vertices_index.wall_times

    @property
    def config(self) -> dict[str, Any]:
        """Options for three.js; empty if the writer gave none or they cannot be read."""
        try:
            data = MeshPluginData.FromString(self.vertices_index.metadata.content)
        except DecodeError:
            return {}
        return mesh_config_of(data.json_config)

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.steps)

    def __repr__(self) -> str:
        return f"<MeshSeries {self.tag!r}: {len(self):,} steps>"

    def __iter__(self) -> Iterator[Mesh]:
        """Iterate over the meshes."""
        index = self.vertices_index.index()
        return (self._mesh_at(index, row) for row in range(len(index.columns)))

    def __getitem__(self, item: int) -> Mesh:
        """Return the mesh of the `item`-th step.

        Raises
        ------
        IndexError
            If there is none.
        UnreadableValueError
            If one of its parts cannot be decoded, or they do not fit together.
        """
        index = self.vertices_index.index()
        return self._mesh_at(index, self.vertices_index.row_of(index, item))

    def readable(self) -> Iterator[tuple[int, float, Mesh]]:
        """Yield step, wall time and mesh of all that can be read."""
        index = self.vertices_index.index()
        times = zip(index.columns.steps.tolist(), index.columns.wall_times.tolist(), strict=True)
        for row, (step, wall_time) in enumerate(times):
            try:
                mesh = self._mesh_at(index, row)
            except UnreadableValueError:
                continue
            yield step, wall_time, mesh

    def to_pandas(self) -> pd.DataFrame:
        """Return how large the meshes are as a tidy table; their numbers are in ``[i]`` alone.

        Returns
        -------
        pandas.DataFrame
            Columns step (int64), wall_time (float64, seconds since the epoch), item (int64, its
            number in the batch), vertices, faces (int64, how many) and colored (bool); one row a
            mesh. Meshes that cannot be read are left out.
        """
        from .value_frames import meshes_frame

        return meshes_frame(self)

    def _mesh_at(self, index: Index, row: int) -> Mesh:
        if VERTEX not in self._parts:
            message = f"mesh {self.tag!r} has no vertices"
            raise UnreadableValueError(message)
        vertices = self.vertices_index.value_at(index, row)
        faces, colors = self._at(FACE, index, row), self._at(COLOR, index, row)
        if wrong := _misfit(vertices, faces, colors):
            raise self.vertices_index.refused(index, row, wrong)
        # torch writes all three as float32.
        if faces is not None:
            faces = faces.astype(np.int32)
        if colors is not None and colors.dtype != np.uint8:
            colors = np.clip(colors, 0, 255).astype(np.uint8)
        return Mesh(vertices, faces, colors, self.config)

    def _at(self, part: int, vertices: Index, row: int) -> npt.NDArray[Any] | None:
        """Return the part that belongs to one row of the vertices; None if there is none."""
        series = self._parts.get(part)
        if series is None:
            return None
        index, step = series.index(), vertices.columns.steps[row]
        rows = np.flatnonzero(index.columns.steps == step)
        if not len(rows):
            return None
        # Where a step occurs more than once, all steps are equal: then order tells.
        alike = len(index.columns) == len(vertices.columns) and index.columns.steps[row] == step
        return series.value_at(index, row if alike else int(rows[-1]))  # type: ignore[no-any-return]


def _misfit(
    vertices: npt.NDArray[Any], faces: npt.NDArray[Any] | None, colors: npt.NDArray[Any] | None
) -> str:
    """Return why the parts of a mesh do not fit together; empty if they do."""
    batch, count, _ = vertices.shape
    if faces is not None:
        if len(faces) != batch:
            return f"{batch} sets of vertices and {len(faces)} of faces"
        # In this form, NaN is out of range too.
        if not (faces.size == 0 or (faces.min() >= 0 and faces.max() < count)):
            return f"faces that name vertices from {faces.min()} to {faces.max()} of {count}"
        if faces.dtype.kind == "f" and np.any(faces != np.floor(faces)):
            return "faces that name vertices by fractions"
    if colors is not None:
        if colors.shape != vertices.shape:
            return f"vertices of shape {list(vertices.shape)} and colours of {list(colors.shape)}"
        if not np.all(np.isfinite(colors)):
            return "colours that are not finite"
    return ""

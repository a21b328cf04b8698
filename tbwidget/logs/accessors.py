"""What a run gives out of each kind: typed series by tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .families import children_of, kinship_of
from .graphs import Graph
from .hparams import session_of
from .mapping import NaturalMapping, missing_tag
from .meshes import MeshSeries, part_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .blobs import BlobSeries
    from .kinds import (
        AudioSeries,
        HistogramSeries,
        HParamsSeries,
        ImageSeries,
        LayoutSeries,
        PRCurveSeries,
        TensorSeries,
        TextSeries,
    )
    from .logdir import Logdir
    from .run import Run

_GRAPHS_OF_THE_RUN = ("__run_graph__", "__meta_graph__")


class Accessors:
    """The accessors of a `Run` for all kinds but scalars."""

    name: str
    logdir: Logdir
    _blobs: dict[tuple[str, str], BlobSeries[Any]]

    def _of_kind(self, kind: str) -> NaturalMapping[Any]:
        items = {tag: series for (one, tag), series in self._blobs.copy().items() if one == kind}
        return NaturalMapping(items, missing_tag(self.name, kind, items))

    def index_of(self, kind: str, tag: str) -> BlobSeries[Any]:
        """Return the series that says where the values of a tag other than a scalar lie."""
        if kind == "meshes":
            return self.meshes[tag].vertices_index
        series: BlobSeries[Any] = self._of_kind(kind)[tag]
        return series

    @property
    def histograms(self) -> Mapping[str, HistogramSeries]:
        """The histograms by tag; ``[i]`` is float64[k, 3]: left edge, right edge, count."""
        return self._of_kind("histograms")

    @property
    def images(self) -> Mapping[str, ImageSeries]:
        """The images by tag; ``[i]`` is a list of `Image`: data, mime, width, height."""
        return self._of_kind("images")

    @property
    def audio(self) -> Mapping[str, AudioSeries]:
        """The audio by tag; ``[i]`` is a list of `Audio`: data, mime, label, sample_rate."""
        return self._of_kind("audio")

    @property
    def text(self) -> Mapping[str, TextSeries]:
        """The texts by tag; ``[i]`` is an array of `str` of rank 0 to 2."""
        return self._of_kind("text")

    @property
    def tensors(self) -> Mapping[str, TensorSeries]:
        """The tensors of unknown plugins by tag; ``[i]`` is an array."""
        return self._of_kind("tensors")

    @property
    def pr_curves(self) -> Mapping[str, PRCurveSeries]:
        """The precision-recall curves by tag; ``[i]`` is float64[6, T]."""
        return self._of_kind("pr_curves")

    @property
    def custom_scalars(self) -> Mapping[str, LayoutSeries]:
        """The layouts of custom scalars by tag; ``[i]`` is a `Layout`, the last one counts."""
        return self._of_kind("custom_scalars")

    @property
    def hparams_records(self) -> Mapping[str, HParamsSeries]:
        """The messages of the hparams plugin by tag, as `hparams` makes sense of them."""
        return self._of_kind("hparams")

    @property
    def meshes(self) -> Mapping[str, MeshSeries]:
        """The meshes by the name of the whole; ``[i]`` has vertices, faces, colors, config."""
        parts: dict[str, dict[int, Any]] = {}
        for series in self._of_kind("meshes").values():
            name, part = part_of(series.tag, series.metadata)
            parts.setdefault(name, {})[part] = series
        items = {name: MeshSeries(name, several) for name, several in parts.items()}
        return NaturalMapping(items, missing_tag(self.name, "mesh", items))

    @property
    def graphs(self) -> Mapping[str, Graph]:
        """The graphs by tag, those of the run, of traced functions, profiles and Keras models."""
        items = {tag: Graph(series) for tag, series in self._of_kind("graphs").items()}
        return NaturalMapping(items, missing_tag(self.name, "graph", items))

    @property
    def graph(self) -> Graph | None:
        """The graph of the run, else that of its meta graph, else None."""
        graphs = self.graphs
        return next((graphs[tag] for tag in _GRAPHS_OF_THE_RUN if tag in graphs), None)

    @property
    def hparams(self) -> dict[str, Any] | None:
        """The hyperparameters that the run was started with; None if it says nothing of any.

        Numbers are floats and flags of torch are 1.0 and 0.0, as written. A run that was started
        again has those that it said last; TensorBoard shows those that it said first.

        Raises
        ------
        UnreadableValueError
            If they cannot be read.
        """
        return session_of(cast("Run", self)).hparams

    @property
    def parent(self) -> Run | None:
        """The run whose ``add_scalars`` or ``add_hparams`` made this one; None if none did."""
        kinship = kinship_of(cast("Run", self), self.logdir.runs)
        return kinship.parent if kinship else None

    @property
    def children(self) -> list[Run]:
        """The runs that ``add_scalars`` and ``add_hparams`` of this one made, in natural order."""
        return children_of(cast("Run", self), self.logdir.runs)

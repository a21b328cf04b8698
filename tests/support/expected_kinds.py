"""How a kind of value other than scalars compares with what TensorBoard's loader read of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from google.protobuf.json_format import MessageToDict
from references import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tbwidget import Run
    from tbwidget.events.payloads import Chart, Layout

#: The accessor of each plugin; what is not listed is a tensor.
ACCESSORS = {
    "histograms": "histograms",
    "images": "images",
    "audio": "audio",
    "text": "text",
    "pr_curves": "pr_curves",
    "custom_scalars": "custom_scalars",
    "hparams": "hparams_records",
}
GRAPHS = (
    "graphs",
    "graph_keras_model",
    "graph_run_metadata",
    "graph_run_metadata_graph",
    "graph_tagged_run_metadata",
)
PARTS = {"VERTEX": "vertices", "FACE": "faces", "COLOR": "colors"}


def digest(data: bytes) -> str:
    """Return the digest by which the references know bytes."""
    return hashlib.sha256(data).hexdigest()


def tags_of(run: Run) -> Iterator[tuple[str, str]]:
    """Yield (accessor, tag) of all that a run has but scalars."""
    for kind, tags in run.tags.items():
        if kind != "scalars":
            yield from ((ACCESSORS.get(kind, kind), tag) for tag in tags)


def place_of(plugin: str, tag: str, theirs: dict[str, Any]) -> tuple[str, str]:
    """Return the accessor and tag under which we have what TensorBoard has as plugin and tag."""
    if plugin == "mesh":
        return "meshes", theirs["mesh"]["name"]
    if plugin in GRAPHS:
        return "graphs", tag
    return ACCESSORS.get(plugin, "tensors"), tag


def relation(run: Run, plugin: str, tag: str, theirs: dict[str, Any]) -> str:
    """Return in a few words how TensorBoard's reading of a series compares with ours."""
    accessor, name = place_of(plugin, tag, theirs)
    mapping = getattr(run, accessor)
    if name not in mapping:
        return "missing here"
    if accessor == "graphs":
        last = theirs["points"][-1]
        return "same" if digest(mapping[name].data) == last["sha256"] else "other"
    series = mapping[name]
    steps = relation_of_steps(series.steps, theirs)
    for row, point in shared_points(series.steps.tolist(), theirs):
        if not is_same(plugin, series[row], point, theirs):
            only_size = plugin == "images" and has_same_bytes(series[row], point)
            return "other size" if only_size else f"other {plugin}"
    if plugin == "custom_scalars" and as_message(series[-1]) != theirs["layout"]:
        return "other layout"
    if plugin == "hparams" and MessageToDict(series[0]) != theirs["hparams"]:
        return "other hparams"
    return steps


def relation_of_steps(ours: Any, theirs: dict[str, Any]) -> str:
    """Return how the steps of two readings compare."""
    if sha256(ours, "<i8") == theirs["steps_sha256"]:
        return "same"
    if ours.tolist() == sorted(set(theirs["steps"])):
        return "written again"
    return "fewer there" if set(theirs["steps"]) < set(ours.tolist()) else "other steps"


def shared_points(steps: list[int], theirs: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield our rows with what TensorBoard read at the same step, of several the last."""
    points = theirs.get("points", [])
    if [point["step"] for point in points] == steps:
        yield from enumerate(points)
        return
    last = {point["step"]: point for point in points}
    yield from ((row, last[step]) for row, step in enumerate(steps) if step in last)


def is_same(plugin: str, ours: Any, point: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Tell whether one value is what TensorBoard read."""
    if plugin == "histograms":
        # TensorBoard rounds the edges of old histograms to float32.
        rounded = [sha256(ours.astype(kind), "<f8") for kind in ("<f4", "<f8")]
        return list(ours.shape) == point["buckets"] and point["sha256_f64"] in rounded
    if plugin in ("images", "audio"):
        return has_same_bytes(ours, point) and (plugin == "audio" or is_same_size(ours, point))
    if plugin == "text":
        return list(ours.shape) == point["shape"] and ours.ravel().tolist() == point["strings"]
    if plugin == "mesh":
        ours = getattr(ours, PARTS[theirs["mesh"]["contentType"]])
    same_shape = list(ours.shape) == point["shape"]
    return same_shape and sha256(ours, np.dtype(point["dtype"]).str) == point["sha256"]


def has_same_bytes(blobs: list[Any], point: dict[str, Any]) -> bool:
    """Tell whether blobs are byte for byte what TensorBoard read."""
    return [[len(blob.data), digest(blob.data)] for blob in blobs] == point["items"]


def is_same_size(images: list[Any], point: dict[str, Any]) -> bool:
    """Tell whether images have the size that TensorBoard shows."""
    size = (int(point["width"]), int(point["height"]))
    return all((image.width, image.height) == size for image in images)


def as_message(layout: Layout) -> dict[str, Any]:
    """Return a layout as JSON of its message has it, what is empty left out."""
    categories = []
    for category in layout.categories:
        charts = [as_chart(chart) for chart in category.charts]
        closed = {"closed": True} if category.closed else {}
        categories.append({"title": category.title, "chart": charts, **closed})
    return {"category": categories}


def as_chart(chart: Chart) -> dict[str, Any]:
    """Return one chart of a layout as JSON of its message has it."""
    if chart.margins:
        names = ("value", "lower", "upper")
        series = [dict(zip(names, margin, strict=True)) for margin in chart.margins]
        return {"title": chart.title, "margin": {"series": series}}
    return {"title": chart.title, "multiline": {"tag": list(chart.tags)}}

"""Graphs of every kind, where they lie in a file, and several functions made one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
from tensorboard.compat.proto import graph_pb2
from tensorboard.plugins.graph import graph_util
from wire import nested

from tbwidget import Logdir
from tbwidget.events.protos import GraphDef, MetaGraphDef, RunMetadata
from tbwidget.logs.blobs import UnreadableValueError
from tbwidget.logs.graphs import merge

if TYPE_CHECKING:
    from pathlib import Path

    from tbwidget import Run

STATS = {"dev_stats": [{"device": "/cpu:0", "node_stats": [{"node_name": "a"}]}]}


def graph(*names: str, **fields: Any) -> Any:
    """Return a graph of nodes, each with the one before it as input."""
    inputs = [[], *([name] for name in names)]
    nodes = [
        {"name": name, "op": "Add", "input": before}
        for name, before in zip(names, inputs, strict=False)
    ]
    return GraphDef(node=nodes, **fields)


def plugin_event(step: int, plugin: str, data: bytes, tag: str = "g", **metadata: Any) -> bytes:
    tensor = {"dtype": 7, "string_val": [data]}
    return ef.summary(
        step, {"tag": tag, "tensor": tensor, "metadata": ef.plugin(plugin, **metadata)}
    )


def read(folder: Path, *events: bytes) -> Run:
    ef.write(folder / ef.NAME, *map(ef.record, events))
    return Logdir(folder)["."]


def names_of(found: Any) -> list[str]:
    return [node.name for node in found.nodes]


def test_the_graph_of_the_run_is_kept_to_the_byte(tmp_path: Path) -> None:
    """Case 69."""
    data = graph("a", "b").SerializeToString() + b"\xfa\x3f\x03new"  # a field of a later version
    run = read(tmp_path, ef.event(0, graph_def=data))
    assert run.tags == {"graphs": ["__run_graph__"]}
    assert (run.graph.kind, run.graph.data, run.graph.graph_def) == ("run", data, data)
    assert names_of(run.graph) == ["a", "b"]
    assert run.graph.run_metadata is None


def test_a_meta_graph_has_a_graph(tmp_path: Path) -> None:
    """Case 76."""
    inner = graph("a").SerializeToString()
    meta = MetaGraphDef(graph_def=inner).SerializeToString()
    run = read(tmp_path, ef.event(0, meta_graph_def=meta))
    assert (run.graph.kind, run.graph.data, run.graph.graph_def) == ("meta", meta, inner)
    assert names_of(run.graph) == ["a"]


@pytest.mark.parametrize("meta_first", [True, False])
def test_the_graph_of_the_run_goes_before_its_meta_graph(meta_first: bool, tmp_path: Path) -> None:
    """Case 76."""
    meta = MetaGraphDef(graph_def=graph("meta").SerializeToString()).SerializeToString()
    events = [
        ef.event(0, meta_graph_def=meta),
        ef.event(1, graph_def=graph("run").SerializeToString()),
    ]
    run = read(tmp_path, *(events if meta_first else events[::-1]))
    assert names_of(run.graph) == ["run"]
    assert names_of(run.graphs["__meta_graph__"]) == ["meta"]


def test_tagged_run_metadata_has_its_own_tag(tmp_path: Path) -> None:
    """Case 69."""
    data = RunMetadata(step_stats=STATS).SerializeToString()
    tagged = {"tag": "step5", "run_metadata": data}
    run = read(tmp_path, ef.event(5, tagged_run_metadata=tagged))
    assert run.tags == {"graphs": ["step5"]}
    found = run.graphs["step5"]
    assert (found.kind, found.data, found.nodes) == ("profile", data, [])
    assert [device.device for device in found.run_metadata.step_stats.dev_stats] == ["/cpu:0"]
    assert run.graph is None


@pytest.mark.parametrize("data_class", [0, 3])
@pytest.mark.parametrize(
    ("plugin", "kind"),
    [
        ("graphs", "run"),
        ("graph_run_metadata_graph", "op"),
        ("graph_run_metadata", "profile"),
        ("graph_tagged_run_metadata", "profile"),
        ("graph_keras_model", "keras"),
    ],
)
def test_graphs_of_plugins_keep_their_bytes(
    plugin: str, kind: str, data_class: int, tmp_path: Path
) -> None:
    """Case 70."""
    whole = graph("a", "b")
    metadata = RunMetadata(step_stats=STATS, function_graphs=[{"pre_optimization_graph": b""}])
    metadata.function_graphs[0].pre_optimization_graph = whole.SerializeToString()
    data = {"run": whole.SerializeToString(), "keras": b'{"class_name": "Sequential"}'}.get(
        kind, metadata.SerializeToString()
    )
    run = read(tmp_path, plugin_event(0, plugin, data, data_class=data_class))
    found = run.graphs["g"]
    assert (found.kind, found.data) == (kind, data)
    assert names_of(found) == ([] if kind == "keras" else ["a", "b"])
    assert bool(found.keras_config) == (kind == "keras")
    assert (found.run_metadata is not None) == (kind in ("op", "profile"))


def test_of_several_graphs_of_a_tag_the_last(tmp_path: Path) -> None:
    events = [ef.event(0, graph_def=graph(name).SerializeToString()) for name in ("old", "new")]
    assert names_of(read(tmp_path, *events).graph) == ["new"]


@pytest.mark.parametrize(
    ("strings", "shape"), [([b"a", b"b"], [2]), ([], [0]), ([b"a"], [1, 1]), ([b"a"], [2])]
)
def test_a_tensor_that_is_no_graph_is_refused(
    strings: list[bytes], shape: list[int], tmp_path: Path
) -> None:
    """Case 68."""
    dims = [{"size": size} for size in shape]
    tensor = {"dtype": 7, "string_val": strings, "tensor_shape": {"dim": dims}}
    held = {"tag": "g", "tensor": tensor, "metadata": ef.plugin("graph_keras_model")}
    found = read(tmp_path, ef.summary(0, held)).graphs["g"]
    with pytest.raises(UnreadableValueError):
        found.data  # noqa: B018 (it is the access that is refused)


def test_bytes_that_are_no_graph_are_refused_when_looked_at(tmp_path: Path) -> None:
    run = read(tmp_path, ef.event(0, graph_def=b"\xff"), ef.scalar(1))
    with pytest.raises(UnreadableValueError, match="holds no GraphDef"):
        run.graph.nodes  # noqa: B018
    assert run.graph.data == b"\xff"
    assert len(run.scalars["loss"]) == 1


def test_a_graph_whose_file_was_replaced_says_so(tmp_path: Path) -> None:
    run = read(tmp_path, ef.event(0, graph_def=b""))
    ef.write(tmp_path / ef.NAME, ef.record(ef.scalar(1)))
    run.logdir.refresh()
    for what in ("kind", "data", "graph_def", "nodes"):
        with pytest.raises(UnreadableValueError, match="was replaced"):
            getattr(run.graph, what)


def graph_of_nested_functions(depth: int) -> bytes:
    """Return a graph whose only node has functions within attributes within functions."""
    function = nested(1, b"f")
    for _ in range(depth):
        function = nested(1, b"f") + nested(2, attribute(function))
    return nested(1, nested(1, b"n") + nested(5, attribute(function)))


def attribute(function: bytes) -> bytes:
    """Return an entry of a map of attributes that holds a function."""
    return nested(1, b"a") + nested(2, nested(10, function))


def test_attributes_nested_without_end_are_refused(tmp_path: Path) -> None:
    """Threat T4."""
    ef.write(
        tmp_path / "shallow" / ef.NAME,
        ef.record(ef.event(0, graph_def=graph_of_nested_functions(10))),
    )
    ef.write(
        tmp_path / "deep" / ef.NAME,
        ef.record(ef.event(0, graph_def=graph_of_nested_functions(5000))),
    )
    logs = Logdir(tmp_path)
    assert names_of(logs["shallow"].graph) == ["n"]
    with pytest.raises(UnreadableValueError, match="holds no GraphDef"):
        logs["deep"].graph.nodes  # noqa: B018


def with_function(*names: str, producer: int = 1) -> Any:
    """Return a graph whose first node calls a function that has a gradient."""
    whole = graph(*names, versions={"producer": producer})
    whole.node[0].op = "PartitionedCall"
    whole.node[0].attr["f"].func.name = "f"
    whole.library.function.add(signature={"name": "f"}, node_def=[{"name": "n", "op": "Add"}])
    whole.library.gradient.add(function_name="f", gradient_func="g")
    return whole


def test_several_functions_are_made_one_graph_as_tensorboard_does() -> None:
    """Case 109."""
    graphs = [with_function("a", "b"), with_function("a", "c"), with_function("a", "a")]
    theirs = graph_util.merge_graph_defs(
        [graph_pb2.GraphDef.FromString(one.SerializeToString()) for one in graphs]
    )
    assert graph_pb2.GraphDef.FromString(merge(graphs)) == theirs


def test_control_inputs_and_calls_within_functions_lead_where_they_did() -> None:
    """Case 109, where TensorBoard makes of ``^b`` the node ``graph_1/^b``, which is not there."""
    one, two = with_function("a", "b"), with_function("a", "b")
    one.node[1].input.append("^a")
    one.node[1].op = "f"
    one.library.function[0].node_def.add(name="self", op="f")
    merged = GraphDef.FromString(merge([one, two]))
    assert list(merged.node[1].input) == ["graph_1/a", "^graph_1/a"]
    assert merged.node[1].op == "graph_1_f"
    assert [node.op for node in merged.library.function[0].node_def] == ["Add", "graph_1_f"]
    assert [node.op for node in merged.library.function[1].node_def] == ["Add"]


def test_one_function_needs_no_scope(tmp_path: Path) -> None:
    """Case 109."""
    metadata = RunMetadata(function_graphs=[{}])
    metadata.function_graphs[0].pre_optimization_graph = graph("a").SerializeToString()
    data = metadata.SerializeToString()
    found = read(tmp_path, plugin_event(0, "graph_run_metadata_graph", data)).graphs["g"]
    assert names_of(found) == ["a"]


def test_functions_of_different_versions_are_not_made_one(tmp_path: Path) -> None:
    """Case 109."""
    metadata = RunMetadata(function_graphs=[{}, {}])
    for producer, function in enumerate(metadata.function_graphs):
        one = with_function("a", producer=producer)
        function.pre_optimization_graph = one.SerializeToString()
    data = metadata.SerializeToString()
    found = read(tmp_path, plugin_event(0, "graph_run_metadata_graph", data)).graphs["g"]
    with pytest.raises(UnreadableValueError, match="different versions"):
        found.nodes  # noqa: B018

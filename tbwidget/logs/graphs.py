"""Graphs: of the run, of a traced function, of a Keras model, and what a traced step cost.

Sources: tensorboard/plugins/graph/graphs_plugin.py for which bytes are what, graph_util.py for how
the graphs of several functions become one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError

from tbwidget.events.protos import GraphDef, MetaGraphDef, RunMetadata

from .blobs import UnreadableValueError

if TYPE_CHECKING:
    from .kinds import GraphSeries

#: What a graph is, by the field or the plugin that its bytes came in.
_KINDS = {
    "graph_def": "run",
    "graphs": "run",
    "meta_graph_def": "meta",
    "graph_run_metadata_graph": "op",
    "graph_run_metadata": "profile",
    "tagged_run_metadata": "profile",
    "graph_tagged_run_metadata": "profile",
    "graph_keras_model": "keras",
}


class Graph:
    """A graph, read from its file when looked at; of several under a tag the last one.

    Attributes
    ----------
    tag
        Its tag; ``"__run_graph__"`` and ``"__meta_graph__"`` for those that have none.

    Examples
    --------
    >>> graph = run.graph  # doctest: +SKIP
    >>> [(node.name, node.op) for node in graph.nodes][:2]  # doctest: +SKIP
    [('input/input', 'IO Node'), ('net/fc/weight', 'prim::GetAttr')]
    """

    def __init__(self, series: GraphSeries) -> None:
        self.tag = series.tag
        self._series = series

    def __repr__(self) -> str:
        return f"<Graph {self.tag!r}>"

    @property
    def kind(self) -> str:
        """``"run"``, ``"meta"``, ``"op"`` (a traced function), ``"profile"`` (with what its step
        cost) or ``"keras"`` (a model's configuration).
        """
        return _KINDS.get(self._last()[0], "run")

    @property
    def data(self) -> bytes:
        """The bytes as written: a `GraphDef`, `MetaGraphDef`, `RunMetadata` or JSON, by `kind`.

        Raises
        ------
        UnreadableValueError
            If the file has gone or changed, or holds something else; so do the others here.
        """
        return self._last()[1]

    @property
    def graph_def(self) -> bytes:
        """The bytes of the `GraphDef`; empty if there is none, as in a Keras configuration."""
        kind = self.kind
        if kind == "run":
            return self.data
        if kind == "meta":
            graph_def: bytes = self._parsed(MetaGraphDef).graph_def
            return graph_def
        if kind == "keras":
            return b""
        graphs = [one.pre_optimization_graph for one in self._run_metadata().function_graphs]
        return self._merged(graphs) if len(graphs) > 1 else b"".join(graphs)

    @property
    def message(self) -> Any:
        """The graph as a `GraphDef` message of protobuf, parsed anew with each access.

        Constants in attributes are bytes, so that large ones cost nothing.
        """
        return self._parse(GraphDef, self.graph_def)

    @property
    def nodes(self) -> list[Any]:
        """The nodes as `NodeDef` messages: name, op, input, device, attr."""
        return list(self.message.node)

    @property
    def run_metadata(self) -> Any:
        """What a traced step cost, as a `RunMetadata` message; None if the graph has none."""
        return self._run_metadata() if self.kind in ("op", "profile") else None

    @property
    def keras_config(self) -> str:
        """The JSON text of a Keras model's configuration; empty if it is no such graph."""
        return self.data.decode("utf-8", "replace") if self.kind == "keras" else ""

    def _last(self) -> tuple[str, bytes]:
        if not len(self._series):
            message = f"graph {self.tag!r} has gone: its file was replaced by one without it"
            raise UnreadableValueError(message)
        return self._series[-1]

    def _run_metadata(self) -> Any:
        return self._parsed(RunMetadata)

    def _parsed(self, message: Any) -> Any:
        return self._parse(message, self.data)

    def _parse(self, message: Any, data: bytes) -> Any:
        try:
            return message.FromString(data)
        except DecodeError:
            text = f"graph {self.tag!r} holds no {message.DESCRIPTOR.name}"
            raise UnreadableValueError(text) from None

    def _merged(self, graphs: list[bytes]) -> bytes:
        try:
            merged: bytes = merge([self._parse(GraphDef, graph) for graph in graphs])
        except ValueError as error:
            message = f"graph {self.tag!r}: {error}"
            raise UnreadableValueError(message) from error
        return merged


def merge(graphs: list[Any]) -> bytes:
    """Return several `GraphDef` messages as the bytes of one, each under a scope of its own.

    Scopes are ``graph_1``, ``graph_2``, ...; functions get them in front of their names too, since
    functions of the same name in different graphs need not be the same. Unlike TensorBoard's, the
    result has control inputs and calls within functions that lead to what they led to.

    Raises
    ------
    ValueError
        If the graphs are of different versions.
    """
    whole = GraphDef()
    whole.versions.CopyFrom(graphs[0].versions)
    for number, graph in enumerate(graphs, 1):
        if graph.versions.producer != whole.versions.producer:
            message = "the graphs of its functions are of different versions"
            raise ValueError(message)
        own = {function.signature.name for function in graph.library.function}
        for node in graph.node:
            added = whole.node.add()
            added.CopyFrom(node)
            added.name = f"graph_{number}/{node.name}"
            added.input[:] = [_in_scope(name, number) for name in node.input]
            _rename_functions(added, own, number)
        for function in graph.library.function:
            added = whole.library.function.add()
            added.CopyFrom(function)
            added.signature.name = f"graph_{number}_{function.signature.name}"
            for node in added.node_def:
                _rename_functions(node, own, number)
        for gradient in graph.library.gradient:
            whole.library.gradient.add(
                function_name=f"graph_{number}_{gradient.function_name}",
                gradient_func=f"graph_{number}_{gradient.gradient_func}",
            )
    data: bytes = whole.SerializeToString()
    return data


def _in_scope(name: str, number: int) -> str:
    control = "^" if name.startswith("^") else ""
    return f"{control}graph_{number}/{name.removeprefix('^')}"


def _rename_functions(node: Any, own: set[str], number: int) -> None:
    if node.op in own:
        node.op = f"graph_{number}_{node.op}"
    for attribute in node.attr.values():
        if attribute.WhichOneof("value") == "func" and attribute.func.name in own:
            attribute.func.name = f"graph_{number}_{attribute.func.name}"

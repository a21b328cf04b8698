"""Layouts of custom scalars, and the tags of their charts, as TensorBoard's plugin has them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import shared_logs
from google.protobuf import json_format

from tbwidget import CustomScalars, Logdir, SummaryWriter
from tbwidget.events.chart_layouts import message_of

if TYPE_CHECKING:
    from pathlib import Path

plugin_module = pytest.importorskip(
    "tensorboard.plugins.custom_scalar.custom_scalars_plugin", reason="it is in the `test` extra"
)
scalars_plugin = pytest.importorskip("tensorboard.plugins.scalar.scalars_plugin")
data_provider = pytest.importorskip("tensorboard.backend.event_processing.data_provider")
multiplexer_module = pytest.importorskip(
    "tensorboard.backend.event_processing.plugin_event_multiplexer"
)
layout_pb2 = pytest.importorskip("tensorboard.plugins.custom_scalar.layout_pb2")
context_module = pytest.importorskip("tensorboard.context")

NAMES = ["tbx_all", "tf_plugins_pr_mesh_custom", "torch_all_digits_cnn"]
CONTEXT = context_module.RequestContext()


def plugin_of(folder: Path) -> Any:
    """Return TensorBoard's plugin over the logs in `folder`."""
    multiplexer = multiplexer_module.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    plugins: dict[str, Any] = {}
    context = SimpleNamespace(
        logdir=str(folder),
        data_provider=provider,
        plugin_name_to_instance=plugins,
        sampling_hints={},
        flags=None,
    )
    plugins["scalars"] = scalars_plugin.ScalarsPlugin(context)
    return plugin_module.CustomScalarsPlugin(context)


def assert_same(folder: Path) -> int:
    """Compare layout and tags; return how many charts there are."""
    plugin = plugin_of(folder)
    theirs = plugin.layout_impl(CONTEXT, "")
    view = CustomScalars(Logdir(folder))
    try:
        ours = message_of(view.chart_layout).SerializeToString()
        assert layout_pb2.Layout.FromString(ours) == json_format.Parse(theirs, layout_pb2.Layout())
        charts = [chart for one in view.chart_layout.categories for chart in one.charts]
        found = [chart for category in view.categories() for chart in category.charts]
        for chart, shown in zip(charts, found, strict=True):
            if chart.margins:
                assert shown.margins == chart.margins
                continue
            tags = {
                tag
                for run in view.shown_runs()
                for pattern in chart.tags
                for tag in plugin.scalars_impl(CONTEXT, run, pattern, "")["tag_to_events"]
            }
            assert set(shown.tags) == tags
            assert bool(shown.message) == (not tags)
        return len(charts)
    finally:
        view.close()


@pytest.mark.skipif(not shared_logs.names(), reason="the shared logs are absent")
@pytest.mark.parametrize("name", NAMES)
def test_shared_logs(name: str, tmp_path: Path) -> None:
    (root,) = shared_logs.logs_of(name, tmp_path)
    count = assert_same(root / "logs" if (root / "logs").is_dir() else root)
    assert count > 0


def test_layouts_of_several_runs(tmp_path: Path) -> None:
    layouts: dict[str, Any] = {
        "a": {"A": {"x": ["Multiline", ["l", "acc$"]]}, "B": {"m": ["Margin", ["l", "a", "b"]]}},
        "b": {"B": {"m": ["Margin", ["l", "a", "b"]], "n": ["Multiline", ["(?:l|a).*/1"]]}},
        "c": {"A": {"x": ["Multiline", ["l"]]}, "C": {"empty": ["Multiline", ["zzz"]]}},
    }
    for run, charts in layouts.items():
        with SummaryWriter(tmp_path / run) as writer:
            for tag in ("l", "loss", "acc", "accuracy", "l/1", "a/2/1", f"only/{run}"):
                writer.add_scalar(tag, 1, 1)
            writer.add_custom_scalars(charts)
    assert assert_same(tmp_path) == 5

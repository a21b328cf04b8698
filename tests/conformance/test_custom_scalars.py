"""Layouts of custom scalars, and the tags of their charts, as TensorBoard's plugin has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import shared_logs
from tensorboard_plugins import TensorBoardPlugins

from tbwidget import CustomScalars, Logdir, SummaryWriter
from tbwidget.events.chart_layouts import message_of

if TYPE_CHECKING:
    from pathlib import Path


def assert_same(folder: Path) -> int:
    """Compare layout and tags; return how many charts there are."""
    plugins = TensorBoardPlugins(folder)
    theirs = plugins.layout()
    view = CustomScalars(Logdir(folder))
    try:
        ours = message_of(view.chart_layout).SerializeToString()
        assert type(theirs).FromString(ours) == theirs
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
                for tag in plugins.matches(run, pattern)
            }
            assert set(shown.tags) == tags
            assert bool(shown.message) == (not tags)
        return len(charts)
    finally:
        view.close()


@pytest.mark.parametrize("folder", shared_logs.folders_with("custom_scalars") or ("absent",))
def test_shared_logs(folder: str) -> None:
    shared_logs.require()
    assert assert_same(shared_logs.SHARED_LOGS / folder) > 0


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

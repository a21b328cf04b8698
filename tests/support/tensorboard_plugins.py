"""TensorBoard's own plugins over a log directory, without its server: what its pages are sent."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from google.protobuf.message import DecodeError

if TYPE_CHECKING:
    from pathlib import Path

Value = TypeVar("Value")
#: By run and tag: step and value, in their order.
BySeries = dict[tuple[str, str], list[tuple[int, Value]]]

PLUGINS = "tensorboard.plugins"
#: More values than any of the logs has: nothing is sampled.
ALL = 1_000_000


class TensorBoardPlugins:
    """TensorBoard's loader and plugins on the logs in `folder`, read in whole.

    The test that makes one is skipped where TensorBoard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        reason = "TensorBoard is in the `test` extra"
        self._import = lambda name: pytest.importorskip(name, reason=reason)
        processing = "tensorboard.backend.event_processing"
        multiplexers = self._import(f"{processing}.plugin_event_multiplexer")
        names = ("histograms", "pr_curves", "custom_scalars", "scalars")
        multiplexer = multiplexers.EventMultiplexer(
            tensor_size_guidance=dict.fromkeys(names, 0),  # 0 keeps all
            event_file_active_filter=lambda _time: True,  # all files of a run, not the last alone
        )
        multiplexer.AddRunsFromDirectory(str(folder))
        for run in multiplexer.Runs():
            # A broken record stops TensorBoard; what it has read until then counts.
            with contextlib.suppress(DecodeError, OverflowError, MemoryError):
                multiplexer.GetAccumulator(run).Reload()
        provider = self._import(f"{processing}.data_provider")
        self._plugins: dict[str, Any] = {}
        self._base = SimpleNamespace(
            logdir=str(folder),
            data_provider=provider.MultiplexerDataProvider(multiplexer, str(folder)),
            plugin_name_to_instance=self._plugins,
            sampling_hints=dict.fromkeys(names, ALL),
            flags=None,
        )
        self._request = self._import("tensorboard.context").RequestContext()

    def distributions(self) -> BySeries[list[float]]:
        """Return the nine percentiles of every histogram."""
        plugin = self._plugin("distribution.distributions_plugin", "DistributionsPlugin")
        plugin.SAMPLE_SIZE = ALL
        found: BySeries[list[float]] = {}
        for run, tags in plugin.index_impl(self._request, experiment="").items():
            for tag in tags:
                body, _ = plugin.distributions_impl(self._request, tag, run, experiment="")
                found[run, tag] = [(step, [value for _, value in rows]) for _, step, rows in body]
        return found

    def pr_curves(self) -> BySeries[dict[str, Any]]:
        """Return what the page draws of every PR curve."""
        plugin = self._plugin("pr_curve.pr_curves_plugin", "PrCurvesPlugin")
        found: BySeries[dict[str, Any]] = {}
        for run, tags in plugin.tags_impl(self._request, "").items():
            for tag in tags:
                entries = plugin.pr_curves_impl(self._request, "", [run], tag)[run]
                found[run, tag] = [(entry["step"], entry) for entry in entries]
        return found

    def layout(self) -> Any:
        """Return the merged layout as a message, None if there is none."""
        text = self._custom_scalars.layout_impl(self._request, "")
        layouts = self._import(f"{PLUGINS}.custom_scalar.layout_pb2")
        json_format = self._import("google.protobuf.json_format")
        return json_format.Parse(text, layouts.Layout()) if text else None

    def matches(self, run: str, pattern: str) -> set[str]:
        """Return the scalar tags of a run that a pattern of a layout finds."""
        found = self._custom_scalars.scalars_impl(self._request, run, pattern, "")
        return set(found["tag_to_events"])

    @property
    def _custom_scalars(self) -> Any:
        if "scalars" not in self._plugins:
            self._plugins["scalars"] = self._plugin("scalar.scalars_plugin", "ScalarsPlugin")
        return self._plugin("custom_scalar.custom_scalars_plugin", "CustomScalarsPlugin")

    def _plugin(self, module: str, name: str) -> Any:
        return getattr(self._import(f"{PLUGINS}.{module}"), name)(self._base)

"""Nothing in a log is invisible: what has no tab is told by plugin, with counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
import shared_logs

from tbwidget import Logdir, ViewState
from tbwidget.dashboards import DASHBOARDS
from tbwidget.logs.discovery import plugin_of_file

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = {kind for dashboard in DASHBOARDS for kind in dashboard.data_kinds}


@pytest.mark.parametrize("name", shared_logs.names())
def test_every_tag_of_the_real_logs_has_a_tab_or_is_told(name: str, tmp_path: Path) -> None:
    for directory in shared_logs.logs_of(name, tmp_path):
        logs = Logdir(directory)
        catalog = ViewState(logs).catalog()
        tags: dict[str, set[str]] = {}
        for run in logs.values():
            for kind, names in run.tags.items():
                tags.setdefault(kind, set()).update(names)
        assert {kind: {row[1] for row in rows} for kind, rows in catalog["tags"].items()} == tags
        for kind, names in tags.items():
            if kind not in SHOWN:
                assert sum(catalog["plugins"][kind].values()) >= len(names)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("jax_profiler", {"profile": 2}),
        ("torch_profiler", {"profile": 2}),
        ("pub_kineto_tf_profile_demo", {"profile": 9}),
        ("pub_xprof_demo_tool_pbs", {"profile": 8}),
        ("tf_keras_callback_text", {"profile": 1, "projector": 1}),
        ("pub_tbreview_hparams", {"projector": 2}),
        ("catboost_clf", {}),
    ],
)
def test_files_of_plugins_are_counted(name: str, expected: dict[str, int]) -> None:
    shared_logs.require()
    assert Logdir(shared_logs.SHARED_LOGS / name / "logs").plugin_files == expected


def test_plugins_are_counted_by_their_names(tmp_path: Path) -> None:
    def value(tag: str, plugin: str) -> dict[str, Any]:
        return {"tag": tag, "metadata": ef.plugin(plugin), "tensor": {"dtype": 1, "float_val": [1]}}

    values = [value("m_VERTEX", "mesh"), value("g", "graph_keras_model"), value("x", "odd")]
    values += [value("y", "odd"), {"tag": "z", "tensor": {"dtype": 1, "float_val": [1]}}]
    for run in ("a", "b"):
        ef.write(tmp_path / run / ef.NAME, ef.record(ef.summary(0, *values)))
    assert ViewState(Logdir(tmp_path)).catalog()["plugins"] == {
        "meshes": {"mesh": 1},
        "graphs": {"graph_keras_model": 1},
        "tensors": {"odd": 2, "tensors": 1},
    }


def test_new_files_of_plugins_are_told(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / ef.NAME, [0])
    logs = Logdir(tmp_path)
    before = logs.revision
    folder = tmp_path / "plugins" / "profile" / "now"
    folder.mkdir(parents=True)
    (folder / "host.xplane.pb").write_bytes(b"")
    (tmp_path / "projector_config.pbtxt").write_text("")
    (tmp_path / "notes.txt").write_text("")
    logs.refresh()
    assert logs.plugin_files == {"profile": 1, "projector": 1}
    assert logs.revision > before


@pytest.mark.parametrize(
    ("name", "directory", "plugin"),
    [
        ("host.xplane.pb", "a/plugins/profile/now", "profile"),
        ("x", "plugins/mine", "mine"),
        ("x", "plugins", ""),
        ("x", "a/b", ""),
        ("worker.123.pt.trace.json.gz", "a", "profile"),
        ("trace.json", "a", ""),
        ("projector_config.pbtxt", "", "projector"),
    ],
)
def test_plugin_of_a_file(name: str, directory: str, plugin: str) -> None:
    assert plugin_of_file(name, directory) == plugin

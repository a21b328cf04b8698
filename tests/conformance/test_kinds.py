"""Every kind of value in real log directories, as TensorBoard's loader reads it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs
from expected_kinds import digest, place_of, relation, tags_of
from google.protobuf.json_format import MessageToDict

from tbwidget import Logdir
from tbwidget.logs.blobs import BlobSeries, UnreadableValueError

if TYPE_CHECKING:
    from pathlib import Path

    from tbwidget import Run

NAMES = shared_logs.names() or ["absent"]

#: Where we differ from TensorBoard on purpose: directory -> run and tag -> how, and why.
STOPS = ("fewer there", "it stops at damage, we go on after it")
SIZE = ("other size", "its size is what the log says, ours is that of the image itself")
DIFFERENCES: dict[str, dict[str, tuple[str, str]]] = {
    "damaged_framing": {
        "bad_*_b *": STOPS,
        "huge_length_*_b *": STOPS,
        "negative_length_b *": STOPS,
        "valid_frame_bad_proto_b *": STOPS,
        "bad_*_b custom_scalars__config__": ("missing there", STOPS[1]),
        "huge_length_*_b custom_scalars__config__": ("missing there", STOPS[1]),
        "negative_length_b custom_scalars__config__": ("missing there", STOPS[1]),
        "valid_frame_bad_proto_b custom_scalars__config__": ("missing there", STOPS[1]),
    },
    "damaged_semantics": {
        "image_oddities im/image/0": SIZE,
        "tag_collision x": ("missing there", "it knows a tag as one kind only"),
    },
    "pub_kitware_3d_plugin": {"image_*": SIZE},
    "pub_tbreview_hparams": {
        "log-base/train *": ("written again", "1: of a step written again the later one"),
    },
    "torch_restart_purge": {"job fc2": ("written again", "1, 2: a restart wrote step 30 again")},
}
START = "_hparams_/session_start_info"
#: Runs that said their hyperparameters anew when they were started again. TensorBoard shows what
#: was said first, ours what was said last: what the points that follow were made with.
SAID_AGAIN = {"pub_lightning_pixel": [f"lightning_logs/version_{number}" for number in range(3)]}


def root_of(name: str, scratch: Path) -> Path:
    (root,) = shared_logs.logs_of(name, scratch)
    return root / "logs" if (root / "logs").is_dir() else root


@pytest.mark.parametrize("name", [name for name in NAMES if name != "growing"])
def test_the_same_as_tensorboard_but_for_the_listed(name: str, tmp_path: Path) -> None:
    logs = Logdir(root_of(name, tmp_path))
    theirs = shared_logs.read_json(name, "expected.json")["runs"]
    listed = DIFFERENCES.get(name, {})
    used, wrong, seen = set(), [], set()
    for run, read in theirs.items():
        for plugin, tags in read["plugins"].items():
            for tag, expected in tags.items() if plugin != "scalars" else ():
                seen.add((run, *place_of(plugin, tag, expected)))
                found = relation(logs[run], plugin, tag, expected) if run in logs else "no run"
                if found == "same":
                    continue
                patterns = [p for p in listed if fnmatchcase(f"{run} {tag}", p)]
                used |= {pattern for pattern in patterns if listed[pattern][0] == found}
                if not any(listed[pattern][0] == found for pattern in patterns):
                    wrong.append((run, tag[:40], found))
    for run in logs.values():
        for accessor, tag in tags_of(run):
            key = (run.name, accessor, tag)
            if key in seen or tag == "__meta_graph__":  # of which it keeps no tag
                continue
            patterns = [p for p in listed if fnmatchcase(f"{run.name} {tag}", p)]
            used |= {p for p in patterns if listed[p][0] == "missing there"}
            if not any(listed[p][0] == "missing there" for p in patterns):
                wrong.append((run.name, tag[:40], "missing there"))
    assert wrong == []
    assert sorted(set(listed) - used) == []  # a difference that no longer exists


@pytest.mark.parametrize("name", [name for name in NAMES if name != "growing"])
def test_the_graph_of_a_run_is_the_one_that_tensorboard_shows(name: str, tmp_path: Path) -> None:
    logs = Logdir(root_of(name, tmp_path))
    for run, read in shared_logs.read_json(name, "expected.json")["runs"].items():
        if (graph := read.get("graph")) is not None:
            ours = logs[run].graph
            assert digest(ours.graph_def) == graph["sha256"]
            message = ours.message
            edges = sum(len(node.input) for node in message.node)
            functions = message.library.function
            assert (len(message.node), edges) == (graph["nodes"], graph["edges"])
            assert len(functions) == graph["functions"]
            assert sum(len(one.node_def) for one in functions) == graph["function_nodes"]
        assert ("__meta_graph__" in logs[run].graphs if run in logs else False) == bool(
            read.get("meta_graph")
        )


@pytest.mark.parametrize("name", [name for name in NAMES if name != "growing"])
def test_every_session_of_the_log_is_in_the_table(name: str, tmp_path: Path) -> None:
    logs = Logdir(root_of(name, tmp_path))
    sessions = {
        run: tags[START]["hparams"]["sessionStartInfo"]
        for run, read in shared_logs.read_json(name, "expected.json")["runs"].items()
        if START in (tags := read["plugins"].get("hparams", {}))
    }
    table = logs.hparams()
    assert sorted(table.run) == sorted(sessions)
    different = set()
    for run, start in sessions.items():
        hparams = start.get("hparams", {})
        assert set(hparams) <= set(table)
        if logs[run].hparams != hparams:
            different.add(run)
            assert written_more_than_once(logs[run], hparams)
    assert different == set(SAID_AGAIN.get(name, ()))


def written_more_than_once(run: Run, hparams: dict[str, Any]) -> bool:
    """Tell whether a run said its hyperparameters several times, these ones first."""
    messages = [MessageToDict(one) for one in run.hparams_records[START]]
    first = messages[0]["sessionStartInfo"]["hparams"]
    return len(messages) > 1 and first == hparams


def is_readable(series: BlobSeries[Any], item: int) -> bool:
    try:
        series[item]
    except UnreadableValueError:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_every_value_is_read_or_reported_and_harms_no_other(name: str, tmp_path: Path) -> None:
    for root in shared_logs.logs_of(name, tmp_path):
        logs = Logdir(root)
        before = len(logs.problems)
        failed = 0
        for run in logs.values():
            for series in run._blobs.values():
                assert isinstance(series, BlobSeries)
                assert len(series.steps) == len(series.wall_times) == len(series)
                assert np.all(np.diff(series.steps) >= 0)
                for item in range(len(series)):
                    failed += not is_readable(series, item)
        assert len(logs.problems) == before + failed

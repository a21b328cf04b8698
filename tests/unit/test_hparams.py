"""Hyperparameters: from metadata without a value to a table of sessions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
from hparams_records import (
    FAILURE,
    RUNNING,
    START,
    SUCCESS,
    end,
    experiment,
    proto,
    scalar,
    session,
)
from wire import nested

from tbwidget import Logdir
from tbwidget.events.protos import HParamsPluginData
from tbwidget.logs.blobs import UnreadableValueError

if TYPE_CHECKING:
    from pathlib import Path

SECOND = ef.NAME.replace("1700000000", "1700000500")


# -- one run -------------------------------------------------------------------------------------


def test_content_needs_no_value(tmp_path: Path) -> None:
    """Case 71."""
    given = {"lr": 0.1, "layers": [16.0, 32.0], "adam": True, "name": "ü", "none": None}
    ef.write(tmp_path / ef.NAME, session(given))
    run = Logdir(tmp_path)["."]
    assert run.tags == {"hparams": [START]}
    assert run.hparams == given
    assert run.logdir.problems == []


def test_content_beside_a_value_of_nothing(tmp_path: Path) -> None:
    """Case 71."""
    content = HParamsPluginData(session_start_info={"hparams": {"lr": proto(0.5)}})
    held = {
        "tag": START,
        "metadata": ef.plugin("hparams", content.SerializeToString()),
        "tensor": {"dtype": 1, "tensor_shape": {"dim": [{"size": 0}]}},
    }
    ef.write(tmp_path / ef.NAME, ef.record(ef.summary(0, held)))
    assert Logdir(tmp_path)["."].hparams == {"lr": 0.5}


def test_a_run_that_is_no_session_has_none(tmp_path: Path) -> None:
    ef.write(tmp_path / "a" / ef.NAME, scalar(1.0))
    ef.write(tmp_path / "b" / ef.NAME, experiment(["lr"], []), end())
    ef.write(tmp_path / "c" / ef.NAME, session({}))
    logs = Logdir(tmp_path)
    assert [logs[name].hparams for name in "abc"] == [None, None, {}]
    assert logs.hparams().run.tolist() == ["c"]


def test_what_was_said_last_counts(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, session({"lr": 1.0}), session({"lr": 2.0}))
    logs = Logdir(tmp_path)
    assert logs["."].hparams == {"lr": 2.0}
    ef.write(tmp_path / SECOND, session({"lr": 3.0}))
    logs.refresh()
    assert logs["."].hparams == {"lr": 3.0}


@pytest.mark.parametrize("content", [b"\xff", b"\x08\x01"])
def test_what_cannot_be_read_is_left_out_of_the_table(content: bytes, tmp_path: Path) -> None:
    """Case 75."""
    held = {"tag": START, "metadata": ef.plugin("hparams", content)}
    ef.write(tmp_path / "a" / ef.NAME, ef.record(ef.summary(0, held)))
    ef.write(tmp_path / "b" / ef.NAME, session({"lr": 1.0}))
    logs = Logdir(tmp_path)
    assert logs.hparams().run.tolist() == ["b"]
    with pytest.raises(UnreadableValueError):
        _ = logs["a"].hparams
    assert [problem.kind for problem in logs.problems] == ["value"]


def test_values_nested_without_end_are_refused(tmp_path: Path) -> None:
    """Threat T4."""
    shallow: list[Any] = []
    for _ in range(10):
        shallow = [shallow]
    ef.write(tmp_path / "shallow" / ef.NAME, session({"v": shallow}))
    value = b""
    for _ in range(1000):
        value = nested(6, nested(1, value))  # list_value, values
    entry = nested(1, b"v") + nested(2, value)
    content = nested(3, nested(1, entry))  # session_start_info, hparams
    held = {"tag": START, "metadata": ef.plugin("hparams", content)}
    ef.write(tmp_path / "deep" / ef.NAME, ef.record(ef.summary(0, held)))
    logs = Logdir(tmp_path)
    assert logs["shallow"].hparams == {"v": shallow}
    assert logs.hparams().run.tolist() == ["shallow"]
    assert [problem.kind for problem in logs.problems] == ["value"]


# -- the table -----------------------------------------------------------------------------------


def test_a_session_without_an_end_is_unknown_until_it_comes(tmp_path: Path) -> None:
    """Case 105."""
    path = ef.write(tmp_path / ef.NAME, session({}, start_time_secs=5.0, group_name="g"))
    logs = Logdir(tmp_path)
    row = logs.hparams().iloc[0]
    assert (row.group, row.status, row.start_time) == ("g", "unknown", 5.0)
    assert math.isnan(row.end_time)
    for status, word in ((RUNNING, "running"), (FAILURE, "failure"), (SUCCESS, "success")):
        ef.append(path, end(status, 9.0))
        logs.refresh()
        row = logs.hparams().iloc[0]
        assert (row.status, row.end_time) == (word, 9.0)


def test_values_keep_their_types_and_what_is_missing_is_missing(tmp_path: Path) -> None:
    """Case 102."""
    given = [{"v": 100.0}, {"v": True}, {"v": False}, {"v": "100.0"}, {"v": ""}, {}]
    for number, hparams in enumerate(given):
        ef.write(tmp_path / f"{number}" / ef.NAME, session(hparams))
    column = Logdir(tmp_path).hparams()["v"].tolist()
    assert column == [100.0, True, False, "100.0", "", None]
    assert [type(value) for value in column[:5]] == [float, bool, bool, str, str]


def test_a_session_without_a_metric_stays_listed(tmp_path: Path) -> None:
    """Case 104."""
    ef.write(tmp_path / "a" / ef.NAME, session({"lr": 1.0}), scalar(0.5), scalar(0.25, step=1))
    ef.write(tmp_path / "b" / ef.NAME, session({"lr": 2.0}))
    table = Logdir(tmp_path).hparams()
    assert table.run.tolist() == ["a", "b"]
    assert table.loss[0] == 0.25
    assert math.isnan(table.loss[1])


def test_metrics_and_order_are_those_of_the_experiment_above(tmp_path: Path) -> None:
    metrics = [("", "acc"), ("val", "loss"), ("", "absent")]
    ef.write(tmp_path / ef.NAME, experiment(["z", "a"], metrics))
    ef.write(tmp_path / "s1" / ef.NAME, session({"a": 1.0, "b": 2.0, "z": 3.0}), scalar(0.5, "acc"))
    ef.write(tmp_path / "s1" / "val" / ef.NAME, scalar(0.125), scalar(0.3, "other"))
    # A writer may name a group and yet write beside it.
    ef.write(tmp_path / "s2" / ef.NAME, session({"a": 4.0}), scalar(0.75), scalar(0.9, "more"))
    table = Logdir(tmp_path).hparams()
    assert list(table)[5:] == ["z", "a", "b", "acc", "val/loss", "absent"]
    assert table["val/loss"].tolist() == [0.125, 0.75]
    assert table["acc"].tolist()[0] == 0.5
    assert table["absent"].isna().all()


def test_without_an_experiment_all_scalars_of_a_session_are_its_metrics(tmp_path: Path) -> None:
    ef.write(tmp_path / "s" / ef.NAME, session({"lr": 1.0}), scalar(0.5, "acc"))
    ef.write(tmp_path / "s" / "val" / ef.NAME, scalar(0.25))
    ef.write(tmp_path / "elsewhere" / ef.NAME, scalar(9.0, "foreign"))
    table = Logdir(tmp_path).hparams()
    assert list(table)[5:] == ["lr", "acc", "val/loss"]
    assert table.iloc[0, 5:].tolist() == [1.0, 0.5, 0.25]


def test_names_that_are_taken_are_told_apart(tmp_path: Path) -> None:
    ef.write(tmp_path / "s" / ef.NAME, session({"run": "x", "lr": 1.0}), scalar(0.5, "lr"))
    table = Logdir(tmp_path).hparams()
    assert list(table)[5:] == ["lr", "hparams/run", "metrics/lr"]
    assert (table["run"][0], table["hparams/run"][0]) == ("s", "x")
    assert (table["lr"][0], table["metrics/lr"][0]) == (1.0, 0.5)


def test_an_empty_table_has_its_columns(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, scalar(1.0))
    table = Logdir(tmp_path).hparams()
    assert list(table) == ["run", "group", "status", "start_time", "end_time"]
    assert table.empty

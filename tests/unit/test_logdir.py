"""The log directory as it grows, breaks and changes, and what it says of itself."""

from __future__ import annotations

import itertools
import os
import re
import time
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest

import tbwidget
from tbwidget import Logdir
from tbwidget.events import files as events_files
from tbwidget.logs import problem_list, source
from tbwidget.logs import run as run_module
from tbwidget.logs.roots import Roots

if TYPE_CHECKING:
    from pathlib import Path

SECOND = ef.NAME.replace("1700000000", "1700000500")


def steps(logs: Logdir, run: str = "a", tag: str = "loss") -> list[int]:
    return logs[run].scalars[tag].steps.tolist()


def kinds(logs: Logdir) -> list[str]:
    return [problem.kind for problem in logs.problems]


def grow_old(path: Path) -> None:
    """Make it look as if nothing had been written to `path` for a while."""
    past = time.time() - 2 * source.PATIENCE_SECONDS
    os.utime(path, (past, past))


# -- growth --------------------------------------------------------------------------------------


def test_what_is_appended_is_read_once(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1])
    logs = Logdir(tmp_path)
    assert steps(logs) == [0, 1]
    logs.refresh()
    assert steps(logs) == [0, 1]
    ef.append(path, ef.record(ef.scalar(2)))
    assert steps(logs) == [0, 1]
    logs.refresh()
    assert steps(logs) == [0, 1, 2]
    assert logs.problems == []


def test_a_record_is_read_when_its_last_byte_is_there(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    logs = Logdir(tmp_path)
    for byte in ef.record(ef.scalar(1)):
        assert steps(logs) == [0]
        ef.append(path, bytes([byte]))
        logs.refresh()
    assert steps(logs) == [0, 1]
    assert logs.problems == []


def test_an_empty_file_is_an_empty_run_until_it_is_written(tmp_path: Path) -> None:
    path = ef.write(tmp_path / "a" / ef.NAME)
    logs = Logdir(tmp_path)
    assert list(logs) == ["a"]
    assert logs["a"].tags == {}
    assert np.isnan(logs["a"].first_wall_time)
    ef.append(path, ef.record(ef.scalar(5)))
    logs.refresh()
    assert steps(logs) == [5]
    assert logs["a"].first_wall_time == ef.WALL + 5


def test_all_files_of_a_run_are_read_on(tmp_path: Path) -> None:
    first = ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1])
    logs = Logdir(tmp_path)
    second = ef.write_scalars(tmp_path / "a" / SECOND, [10])
    logs.refresh()
    assert steps(logs) == [0, 1, 10]
    ef.append(first, ef.record(ef.scalar(2)))
    logs.refresh()
    ef.append(second, ef.record(ef.scalar(11)))
    logs.refresh()
    assert steps(logs) == [0, 1, 2, 10, 11]


def test_an_empty_file_between_two_is_no_end(tmp_path: Path) -> None:
    names = [ef.NAME.replace("1700000000", f"17000000{n}0") for n in range(3)]
    ef.write_scalars(tmp_path / "a" / names[0], [0])
    middle = ef.write(tmp_path / "a" / names[1])
    ef.write_scalars(tmp_path / "a" / names[2], [2])
    logs = Logdir(tmp_path)
    assert steps(logs) == [0, 2]
    ef.append(middle, ef.record(ef.scalar(1)))
    logs.refresh()
    assert steps(logs) == [0, 1, 2]


def test_new_runs_are_found(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "run-10" / ef.NAME, [0])
    logs = Logdir(tmp_path)
    ef.write_scalars(tmp_path / "run-9" / ef.NAME, [0])
    assert list(logs) == ["run-10"]
    logs.refresh()
    assert list(logs) == ["run-9", "run-10"]


def test_a_directory_that_is_not_there_yet_is_picked_up(tmp_path: Path) -> None:
    logs = Logdir(tmp_path / "later")
    assert (len(logs), logs.exists, kinds(logs)) == (0, False, ["missing"])
    ef.write_scalars(tmp_path / "later" / "a" / ef.NAME, [0])
    logs.refresh()
    assert (list(logs), logs.exists, kinds(logs)) == (["a"], True, [])


def test_a_single_event_file_is_a_log_directory(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "other" / ef.NAME, [9])
    path = ef.write_scalars(tmp_path / ef.NAME, [0])
    logs = Logdir(path)
    assert list(logs) == ["."]
    assert steps(logs, ".") == [0]


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    logs = Logdir(tmp_path / "notes.txt")
    assert (len(logs), kinds(logs)) == (0, ["not_event_file"])


# -- loss and replacement ------------------------------------------------------------------------


def test_a_deleted_run_keeps_what_was_read(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1])
    ef.write_scalars(tmp_path / "b" / ef.NAME, [0])
    logs = Logdir(tmp_path)
    path.unlink()
    path.parent.rmdir()
    revision = logs.revision
    logs.refresh()
    assert (logs["a"].deleted, logs["b"].deleted) == (True, False)
    assert steps(logs) == [0, 1]
    assert logs.revision > revision
    assert logs.problems == []


def test_a_file_that_comes_back_is_read_on(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1])
    content = path.read_bytes()
    logs = Logdir(tmp_path)
    path.unlink()
    logs.refresh()
    ef.write(path, content, ef.record(ef.scalar(2)))
    logs.refresh()
    assert (logs["a"].deleted, steps(logs)) == (False, [0, 1, 2])
    assert logs.progress.points == 3


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("new", [[5], list(range(20, 40))])
def test_a_file_made_anew_is_read_from_its_start(
    tmp_path: Path, seen: bool, new: list[int]
) -> None:
    path = tmp_path / "a" / ef.NAME
    ef.write(path, ef.record(ef.file_version(1.0)), ef.record(ef.scalar(0)), b"\xff" * 20)
    logs = Logdir(tmp_path)
    assert (steps(logs), kinds(logs)) == ([0], ["header"])
    path.unlink()
    if seen:
        logs.refresh()
    else:
        (path.parent / "takes the inode").touch()
    points = [ef.record(ef.scalar(step)) for step in new]
    ef.write(path, ef.record(ef.file_version(2.0)), *points)
    logs.refresh()
    assert (steps(logs), logs.problems) == (new, [])
    assert logs.progress.points == len(new)


def test_a_file_replaced_by_a_longer_one_with_the_same_beginning_is_read_on(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1])
    logs = Logdir(tmp_path)
    series, generation = logs["a"].scalars["loss"], logs["a"].scalars["loss"].snapshot().generation
    copy = ef.write_scalars(tmp_path / "copy", [0, 1, 2])
    copy.rename(path)  # as rsync does
    logs.refresh()
    assert steps(logs) == [0, 1, 2]
    assert (series.snapshot().generation, logs.progress.points) == (generation, 3)


def test_a_file_that_shrinks_for_a_moment_loses_nothing(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1, 2])
    content = path.read_bytes()
    logs = Logdir(tmp_path)
    for size in (0, len(content) - 30):
        with path.open("r+b") as file:
            file.truncate(size)
        before = steps(logs)
        logs.refresh()
        assert steps(logs) == before
        with path.open("r+b") as file:
            file.write(content + ef.record(ef.scalar(3)))
        logs.refresh()
        assert steps(logs) == [0, 1, 2, 3]


def test_a_file_that_stays_shorter_is_another_file(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1, 2, 3])
    logs = Logdir(tmp_path)
    with path.open("r+b") as file:
        file.truncate(len(ef.record(ef.file_version())) + len(ef.record(ef.scalar(0))))
    logs.refresh()
    assert steps(logs) == [0, 1, 2, 3]
    logs.refresh()
    assert steps(logs) == [0]
    ef.append(path, ef.record(ef.scalar(7)))
    logs.refresh()
    assert steps(logs) == [0, 7]


def test_a_file_written_over_in_place_is_another_file(tmp_path: Path) -> None:
    path = tmp_path / "a" / ef.NAME
    ef.write(path, ef.record(ef.file_version(1.0)), *[ef.record(ef.scalar(s)) for s in range(9)])
    logs = Logdir(tmp_path)
    with path.open("r+b") as file:  # the same inode
        file.truncate(0)
        file.write(ef.record(ef.file_version(2.0)) + ef.record(ef.scalar(5)))
    logs.refresh()
    assert steps(logs) == [5]


def test_a_failing_listing_is_no_deletion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    logs = Logdir(tmp_path)

    def fails(_path: str) -> Any:
        raise OSError(116, "Stale file handle")

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", fails)
        logs.refresh()
        assert (logs["a"].deleted, steps(logs), kinds(logs)) == (False, [0], ["unreadable"])
    logs.refresh()
    assert (logs["a"].deleted, logs.problems) == (False, [])


def test_a_file_that_cannot_be_read_stops_no_other_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    ef.write_scalars(tmp_path / "a" / SECOND, [10])
    opened = os.open
    tries = []

    def denied(path: str, flags: int, *rest: Any) -> int:
        if str(path).endswith(ef.NAME):
            tries.append(path)
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *rest)

    now = [1000.0]
    monkeypatch.setattr(source.time, "monotonic", lambda: now[0])
    with monkeypatch.context() as patch:
        patch.setattr(events_files.os, "open", denied)
        logs = Logdir(tmp_path)
        assert steps(logs) == [10]
        (problem,) = logs.problems
        assert (problem.kind, problem.file) == ("unreadable", f"a/{ef.NAME}")
        assert "Permission denied" in problem.message
        logs.refresh()
        assert len(tries) == 1  # not at every look
        now[0] += source.PATIENCE_SECONDS + 1
        logs.refresh()
        assert len(tries) == 2
        assert len(logs.problems) == 1
    now[0] += source.PATIENCE_SECONDS + 1
    logs.refresh()
    assert (steps(logs), logs.problems) == ([0, 10], [])


# -- patience ------------------------------------------------------------------------------------


def test_zeros_are_skipped_only_after_a_minute_without_a_write(tmp_path: Path) -> None:
    path = tmp_path / "a" / ef.NAME
    ef.write(path, ef.record(ef.scalar(0)), bytes(32), ef.record(ef.scalar(1)))
    logs = Logdir(tmp_path)
    assert (steps(logs), logs.problems) == ([0], [])
    grow_old(path)
    logs.refresh()
    assert (steps(logs), kinds(logs)) == ([0, 1], ["zeros"])


def test_zeros_that_are_filled_in_are_read(tmp_path: Path) -> None:
    records = [ef.record(ef.scalar(step)) for step in range(4)]
    path = tmp_path / "a" / ef.NAME
    ef.write(path, records[0], records[1], bytes(len(records[2])), records[3])
    logs = Logdir(tmp_path)
    assert steps(logs) == [0, 1]
    with path.open("r+b") as file:
        file.write(b"".join(records))
    grow_old(path)  # the size is the same: what tells is the time of the write
    logs.refresh()
    assert (steps(logs), logs.problems) == ([0, 1, 2, 3], [])


def test_a_cut_record_that_nobody_ends_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "a" / ef.NAME
    ef.write(path, ef.record(ef.scalar(0)), ef.record(ef.scalar(1))[:-2])
    grow_old(path)
    logs = Logdir(tmp_path)
    for _ in range(3):
        logs.refresh()
    assert (steps(logs), logs.problems, logs.progress.complete) == ([0], [], True)


def test_a_file_with_nothing_new_is_not_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a" / ef.NAME
    ef.write(path, ef.record(ef.scalar(0)), bytes(64))
    ef.write_scalars(tmp_path / "b" / ef.NAME, [0])
    ef.write(tmp_path / "c" / ef.NAME, b"\xff" * 50)
    grow_old(path)
    logs = Logdir(tmp_path)
    logs.refresh()
    opened: list[str] = []
    monkeypatch.setattr(events_files.os, "open", opened.append)
    revision = logs.revision
    logs.refresh()
    assert (opened, logs.revision) == ([], revision)


# -- several directories -------------------------------------------------------------------------


def test_named_directories_are_one(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "x" / ef.NAME, [1])
    ef.write_scalars(tmp_path / "x" / "sub" / ef.NAME, [2])
    ef.write_scalars(tmp_path / "y" / ef.NAME, [3])
    logs = Logdir({"b": tmp_path / "x", "a": str(tmp_path / "y")})
    assert list(logs) == ["a", "b", "b/sub"]
    assert [steps(logs, run) for run in logs] == [[3], [1], [2]]
    assert logs.paths == {"b": str(tmp_path / "x"), "a": str(tmp_path / "y")}
    assert logs.name == "b, a"


def test_named_directories_may_lie_in_each_other(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "x" / ef.NAME, [1])
    logs = Logdir({"all": tmp_path, "one": tmp_path / "x"})
    assert [steps(logs, run) for run in ("all/x", "one")] == [[1], [1]]


def test_problems_of_named_directories_are_told_apart(tmp_path: Path) -> None:
    for name in ("x", "y"):
        ef.write(tmp_path / name / ef.NAME, b"\xff" * 50)
    logs = Logdir({"b": tmp_path / "x", "a": tmp_path / "y"})
    assert [problem.file for problem in logs.problems] == [f"a/{ef.NAME}", f"b/{ef.NAME}"]


def test_one_of_several_directories_may_be_missing(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "x" / ef.NAME, [1])
    logs = Logdir({"a": tmp_path / "x", "b": tmp_path / "missing"})
    assert (list(logs), logs.exists) == (["a"], True)


def test_two_log_directories_know_nothing_of_each_other(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    one, other = Logdir(tmp_path), Logdir(tmp_path)
    ef.append(path, ef.record(ef.scalar(1)))
    one.refresh()
    assert (steps(one), steps(other)) == ([0, 1], [0])
    assert one != other
    assert len({one, other}) == 2


@pytest.mark.parametrize("bad", [None, 3, ["logs"], object(), {"a": 3}])
def test_what_is_no_path_is_refused(bad: Any) -> None:
    with pytest.raises(TypeError, match="a log directory is a path, not"):
        Logdir(bad)


@pytest.mark.parametrize("bad", ["", "  ", {}, {"a": ""}])
def test_what_is_empty_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match="give"):
        Logdir(bad)


def test_paths_are_made_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ef.write_scalars(tmp_path / "logs" / "a" / ef.NAME, [0])
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("~/logs", f"file://{tmp_path}/logs", f"{tmp_path}/./logs//"):
        assert list(Logdir(path)) == ["a"]
        assert Logdir(path).paths == {"": str(tmp_path / "logs")}


def test_the_name_is_the_last_part_of_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").mkdir()
    monkeypatch.chdir(tmp_path / "logs")
    assert [Logdir(path).name for path in (".", tmp_path / "logs")] == ["logs", "logs"]


# -- looking things up ---------------------------------------------------------------------------


@pytest.fixture
def logs(tmp_path: Path) -> Logdir:
    """Two runs with two tags, one of them with a value of another kind."""
    for run, offset in (("train", 0), ("val", 10)):
        for number, tag in enumerate(("loss", "acc/top-1")):
            name = ef.NAME.replace("1700000000", f"170000000{number}")
            path = tmp_path / run / name
            ef.write_scalars(path, [0, 1], [offset + number, offset + number + 0.5], tag)
    ef.append(path, ef.record(ef.summary(0, {"tag": "img", "image": {"width": 1}})))
    return Logdir(tmp_path)


def test_a_log_directory_is_a_mapping_of_runs(logs: Logdir) -> None:
    assert list(logs) == list(logs.runs) == ["train", "val"]
    assert len(logs) == 2
    assert "train" in logs
    assert "test" not in logs
    assert logs["train"] is logs.runs["train"]
    assert logs["train"].name == "train"
    assert logs["train"].logdir is logs
    assert [name for name, _ in logs.items()] == ["train", "val"]
    assert "2 runs" in repr(logs)


def test_tags_by_kind_only_those_present(logs: Logdir) -> None:
    assert logs["train"].tags == {"scalars": ["acc/top-1", "loss"]}
    assert logs["val"].tags == {"scalars": ["acc/top-1", "loss"], "images": ["img"]}
    assert repr(logs["val"]) == "<Run 'val': 2 scalars, 1 images>"
    assert list(logs["val"].scalars) == ["acc/top-1", "loss"]


def test_errors_name_what_there_is(logs: Logdir, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match=r"no run 'test'; there are: 'train', 'val'"):
        logs["test"]
    with pytest.raises(KeyError, match=r"no scalar tag 'los'; it has: 'acc/top-1', 'loss'"):
        logs["train"].scalars["los"]
    with pytest.raises(KeyError, match=r"no run 'a'; there are: none yet"):
        Logdir(_empty(tmp_path))["a"]
    with pytest.raises(KeyError, match="there is no directory"):
        Logdir(tmp_path / "missing")["a"]


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def test_display_name_and_description(tmp_path: Path) -> None:
    metadata = ef.plugin("scalars", display_name="Loss", summary_description="of training")
    value = {"tag": "loss", "metadata": metadata, "tensor": {"dtype": 1, "float_val": [1.0]}}
    ef.write(tmp_path / "a" / ef.NAME, ef.record(ef.summary(0, value)))
    series = Logdir(tmp_path)["a"].scalars["loss"]
    assert (series.display_name, series.description) == ("Loss", "of training")


def test_the_first_wall_time_of_a_run_is_that_of_any_event(tmp_path: Path) -> None:
    first = [ef.record(ef.file_version(50.0)), ef.record(ef.scalar(0, wall_time=60.0))]
    ef.write(tmp_path / "a" / ef.NAME, *first)
    ef.write(tmp_path / "a" / SECOND, ef.record(ef.scalar(1, wall_time=20.0)))
    assert Logdir(tmp_path)["a"].first_wall_time == 20.0


# -- tables --------------------------------------------------------------------------------------


def test_scalars_as_a_table(logs: Logdir) -> None:
    frame = logs.scalars()
    assert frame.columns.tolist() == ["run", "tag", "step", "wall_time", "value"]
    assert [str(frame[name].dtype) for name in ("step", "wall_time", "value")] == [
        "int64",
        "float64",
        "float64",
    ]
    assert frame[["run", "tag", "step", "value"]].to_numpy().tolist() == [
        ["train", "acc/top-1", 0, 1.0],
        ["train", "acc/top-1", 1, 1.5],
        ["train", "loss", 0, 0.0],
        ["train", "loss", 1, 0.5],
        ["val", "acc/top-1", 0, 11.0],
        ["val", "acc/top-1", 1, 11.5],
        ["val", "loss", 0, 10.0],
        ["val", "loss", 1, 10.5],
    ]
    assert frame.wall_time.tolist() == [ef.WALL, ef.WALL + 1] * 4
    assert frame.index.tolist() == list(range(8))


@pytest.mark.parametrize(
    ("tags", "runs", "rows"),
    [
        ("loss", None, 4),
        ("los", None, 0),
        (["loss", "acc/top-1"], None, 8),
        (("loss", "nothing"), ["val"], 2),
        (re.compile("^acc/"), None, 4),
        (re.compile("s"), re.compile("al$"), 2),
        (None, "train", 4),
        ([], None, 0),
    ],
)
def test_a_table_of_a_selection(logs: Logdir, tags: Any, runs: Any, rows: int) -> None:
    assert len(logs.scalars(tags, runs)) == rows


def test_an_empty_table_has_its_columns(logs: Logdir) -> None:
    full, empty = logs.scalars(), logs.scalars("nothing")
    assert empty.columns.tolist() == full.columns.tolist()
    for name in ("step", "wall_time", "value"):
        assert empty[name].dtype == full[name].dtype


def test_a_selection_of_another_type_is_refused(logs: Logdir) -> None:
    with pytest.raises(TypeError, match=r"re\.compile"):
        logs.scalars(3)  # type: ignore[arg-type]


# -- what it says of itself ----------------------------------------------------------------------


def test_each_problem_is_listed_once_in_order(tmp_path: Path) -> None:
    good = ef.record(ef.scalar(0))
    ef.write(tmp_path / "run-10" / ef.NAME, good, ef.record(ef.scalar(1), bad_data_crc=1), good)
    ef.write(
        tmp_path / "run-9" / ef.NAME,
        good,
        ef.record(b"\xff\xff"),
        ef.record(ef.scalar(1), bad_length_crc=1),
        ef.record(ef.summary(1, {"tag": "x"})),
    )
    ef.write(tmp_path / "lfs" / ef.NAME, b"version https://git-lfs.github.com/spec/v1")
    ef.write(tmp_path / "raw" / ef.NAME, *[ef.unchecked(ef.scalar(step)) for step in range(3)])
    logs = Logdir(tmp_path)
    found = [(problem.file.split("/")[0], problem.kind) for problem in logs.problems]
    expected = [
        ("lfs", "not_event_file"),
        ("raw", "no_crc"),
        ("run-9", "not_protobuf"),
        ("run-9", "header"),
        ("run-9", "value"),
        ("run-10", "data_crc"),
    ]
    assert found == expected
    for folder in ("lfs", "run-9"):
        ef.append(tmp_path / folder / ef.NAME, good[:5])
    for _ in range(3):
        logs.refresh()
    assert [(problem.file.split("/")[0], problem.kind) for problem in logs.problems] == expected
    assert all(re.fullmatch(r"[A-Z0-9].*\.", problem.message) for problem in logs.problems)


def test_too_many_problems_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_list, "MAX_PROBLEMS", 5)
    bad = [ef.record(ef.scalar(step), bad_data_crc=1) for step in range(8)]
    ef.write(tmp_path / "a" / ef.NAME, ef.record(ef.scalar(0)), *bad)
    logs = Logdir(tmp_path)
    assert sorted(kinds(logs)) == ["data_crc"] * 5 + ["too_many_problems"]
    assert "3 further" in next(p.message for p in logs.problems if p.kind == "too_many_problems")


def test_too_many_tags_are_left_out_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "MAX_TAGS", 3)
    path = tmp_path / "a" / ef.NAME
    ef.write(path, *[ef.record(ef.scalar(0, tag=f"tag-{number}")) for number in range(5)])
    ef.append(path, ef.record(ef.scalar(1, tag="tag-0")))
    logs = Logdir(tmp_path)
    assert logs["a"].tags == {"scalars": ["tag-0", "tag-1", "tag-2"]}
    assert steps(logs, tag="tag-0") == [0, 1]
    (problem,) = logs.problems
    assert problem.kind == "too_many_tags"
    assert problem.message.startswith("2 values")


def test_progress(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1])
    ef.write_scalars(tmp_path / "b" / ef.NAME, [0])
    logs = Logdir(tmp_path)
    size = sum(file.stat().st_size for file in tmp_path.rglob(ef.NAME))
    progress = logs.progress
    assert (progress.bytes_read, progress.bytes_total) == (size, size)
    assert (progress.files, progress.points, progress.complete) == (2, 3, True)
    assert progress.last_write == max(file.stat().st_mtime for file in tmp_path.rglob(ef.NAME))
    ef.append(path, ef.record(ef.scalar(2)))
    logs.refresh()
    assert logs.progress.points == 4


def test_progress_while_reading(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, list(range(300)))
    logs = Logdir(tmp_path / "missing")
    logs._roots = Roots(tmp_path)
    logs._complete = False
    seen = []
    for _ in logs.read_slices(2000):
        assert not logs.progress.complete
        seen.append(logs.progress.bytes_read)
    assert seen == sorted(seen)
    assert len(set(seen)) > 5
    assert seen[-1] == logs.progress.bytes_total
    assert (logs.progress.complete, len(steps(logs))) == (True, 300)


def test_the_revision_goes_up_with_every_change_and_only_then(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    logs = Logdir(tmp_path)
    seen = [logs.revision]
    for change in (
        lambda: None,
        lambda: ef.append(path, ef.record(ef.scalar(1))),
        lambda: None,
        lambda: ef.write(tmp_path / "b" / ef.NAME),
        path.unlink,
        lambda: None,
    ):
        change()
        logs.refresh()
        seen.append(logs.revision)
    assert [after > before for before, after in itertools.pairwise(seen)] == [
        False,
        True,
        False,
        True,
        True,
        False,
    ]


def test_no_purge(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, list(range(6)))
    ef.write_scalars(tmp_path / "a" / SECOND, [3])
    assert steps(Logdir(tmp_path)) == [0, 1, 2, 3]
    logs = Logdir(tmp_path, purge_orphaned_data=False)
    assert steps(logs) == [0, 1, 2, 3, 4, 5]


def test_public_names() -> None:
    assert set(tbwidget.__all__) <= set(dir(tbwidget))
    for name in tbwidget.__all__:
        assert getattr(tbwidget, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = tbwidget.nothing

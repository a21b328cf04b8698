"""What a log directory makes of odd orders of events: files that come and go, steps that repeat."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest

from tbwidget import Logdir
from tbwidget.events import decode as decode_module
from tbwidget.logs import source

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND, THIRD = (ef.NAME.replace("1700000000", f"170000{n}000") for n in range(3))


def steps(logs: Logdir, run: str = "a", tag: str = "loss") -> list[int]:
    return logs[run].scalars[tag].steps.tolist()


def values(logs: Logdir, run: str = "a", tag: str = "loss") -> list[float]:
    return logs[run].scalars[tag].values.tolist()


def kinds(logs: Logdir) -> list[str]:
    return [problem.kind for problem in logs.problems]


# -- growth, several files -----------------------------------------------------------------------


def test_reading_that_is_not_begun_reads_nothing(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0])
    logs = Logdir(tmp_path)
    ef.append(path, ef.record(ef.scalar(1)))
    logs.read_slices()
    assert steps(logs) == [0]
    logs.refresh()
    assert steps(logs) == [0, 1]


def test_the_rest_of_a_file_comes_before_a_new_file(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0])
    logs = Logdir(tmp_path)
    ef.append(path, ef.record(ef.scalar(1, tag="rest")))
    ef.write(tmp_path / "a" / SECOND, ef.record(ef.scalar(2, tag="new")))
    seen = [sorted(logs["a"].scalars) for _ in logs.read_slices()]
    assert seen == [["loss", "rest"], ["loss", "new", "rest"]]


def test_a_file_that_was_idle_for_days_is_read_on(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0])
    long_ago = path.stat().st_mtime - 10 * 86_400
    os.utime(path, (long_ago, long_ago))
    logs = Logdir(tmp_path)
    ef.append(path, ef.record(ef.scalar(1)))
    os.utime(path, (long_ago, long_ago))  # not even a new time of the write
    logs.refresh()
    assert (steps(logs), logs.problems) == ([0, 1], [])


def test_the_current_file_may_be_deleted_as_another_appears(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0, 1])
    logs = Logdir(tmp_path)
    path.unlink()
    ef.write_scalars(tmp_path / "a" / SECOND, [2, 3])
    logs.refresh()
    assert (steps(logs), logs["a"].deleted, logs.problems) == ([0, 1, 2, 3], False, [])


def test_a_file_may_be_deleted_just_before_it_is_read(tmp_path: Path) -> None:
    logs = Logdir(tmp_path)
    ef.write_scalars(tmp_path / "a" / FIRST, [0])
    gone = ef.write_scalars(tmp_path / "a" / SECOND, [1])
    ef.write_scalars(tmp_path / "a" / THIRD, [2])
    slices = logs.read_slices()
    next(slices)
    gone.unlink()
    list(slices)
    assert (steps(logs), logs.problems) == ([0, 2], [])


def test_a_file_that_cannot_be_looked_at_is_read_on_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0])
    logs = Logdir(tmp_path)
    look = os.stat

    def fails(name: Any, **options: Any) -> os.stat_result:
        if os.fspath(name).endswith(FIRST):
            raise OSError(116, "Stale file handle")
        return look(name, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", fails)
        logs.refresh()
        (problem,) = logs.problems
        assert (problem.kind, problem.file) == ("unreachable", f"a/{FIRST}")
        assert "Stale file handle" in problem.message
        assert (steps(logs), logs["a"].deleted) == ([0], False)
    revision = logs.revision
    logs.refresh()  # although nothing was written
    assert logs.problems == []
    assert logs.revision > revision
    ef.append(path, ef.record(ef.scalar(1)))
    logs.refresh()
    assert steps(logs) == [0, 1]


@pytest.mark.parametrize("new", [range(5), range(40)])
@pytest.mark.parametrize("tag", ["loss", "another"])
def test_a_second_writer_of_the_same_name_truncates_the_file_of_the_first(
    tmp_path: Path, new: range, tag: str
) -> None:
    """Records of the same tag are of the same length, so that reading on would find good ones."""
    path = tmp_path / "a" / FIRST
    points = [ef.record(ef.scalar(step, 1.0)) for step in range(9)]
    ef.write(path, ef.record(ef.file_version(1.0)), *points)
    logs = Logdir(tmp_path)
    with path.open("r+b") as file:  # the same inode
        file.truncate(0)
        file.write(ef.record(ef.file_version(2.0)))
        file.writelines(ef.record(ef.scalar(step, 2.0, tag)) for step in new)
    logs.refresh()
    assert {
        name: steps(logs, tag=name) for name in logs["a"].scalars if len(logs["a"].scalars[name])
    } == {tag: list(new)}
    assert set(values(logs, tag=tag)) == {2.0}
    assert logs.problems == []


def test_one_damaged_file_of_three_hides_nothing_of_the_others(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / FIRST, [0, 1])
    hit = ef.record(ef.scalar(3), bad_length_crc=1)
    ef.write(tmp_path / "a" / SECOND, ef.record(ef.scalar(2)), hit, ef.record(ef.scalar(4)))
    ef.write_scalars(tmp_path / "a" / THIRD, [5])
    logs = Logdir(tmp_path)
    assert steps(logs) == [0, 1, 2, 4, 5]
    (problem,) = logs.problems
    assert (problem.file, problem.bytes_skipped) == (f"a/{SECOND}", len(hit))
    assert f"{len(hit)} bytes" in problem.message


def test_an_empty_file_is_a_run_that_waits(tmp_path: Path) -> None:
    ef.write(tmp_path / "a" / FIRST)
    logs = Logdir(tmp_path)
    assert (list(logs), logs["a"].tags, logs.problems) == (["a"], {}, [])
    assert logs["a"].deleted is False


@pytest.mark.parametrize("error", [5, 13, 116])
def test_reading_that_fails_once_is_tried_again_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    """Whether the disk says so when the file is opened or in the midst of reading it."""
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0])
    ef.write_scalars(tmp_path / "b" / FIRST, [7])
    logs = Logdir(tmp_path, cache=False)
    for folder in "ab":
        ef.append(tmp_path / folder / FIRST, ef.record(ef.scalar(8)))
    now = [1000.0]
    monkeypatch.setattr(source.time, "monotonic", lambda: now[0])
    read_into = decode_module.read_into

    def fails(name: str, *arguments: Any) -> Any:
        if name == str(path):
            raise OSError(error, os.strerror(error))
        return read_into(name, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(decode_module, "read_into", fails)
        logs.refresh()
        assert (steps(logs), steps(logs, "b"), kinds(logs)) == ([0], [7, 8], ["unreadable"])
        assert logs.problems[0].file == f"a/{FIRST}"
        assert os.strerror(error) in logs.problems[0].message
    now[0] += source.PATIENCE_SECONDS + 1
    logs.refresh()
    assert (steps(logs), logs.problems, logs["a"].deleted) == ([0, 8], [], False)


def test_a_log_directory_that_is_unmounted_and_mounted_again_is_read_on(tmp_path: Path) -> None:
    logdir, elsewhere = tmp_path / "logs", tmp_path / "elsewhere"
    path = ef.write_scalars(logdir / "a" / FIRST, [0])
    logs = Logdir(logdir, cache=False)
    generation = logs["a"].scalars["loss"].snapshot().generation
    logdir.rename(elsewhere)
    logs.refresh()
    assert (logs.exists, logs["a"].deleted, steps(logs)) == (False, True, [0])
    elsewhere.rename(logdir)
    ef.append(path, ef.record(ef.scalar(1)))
    logs.refresh()
    assert (logs.exists, logs["a"].deleted, steps(logs), logs.problems) == (True, False, [0, 1], [])
    assert logs["a"].scalars["loss"].snapshot().generation == generation


def test_a_file_that_begins_with_zeros_is_read_once_they_are_filled(tmp_path: Path) -> None:
    path = tmp_path / "a" / FIRST
    data = points_with_a_hole(path, 0, 300)
    logs = Logdir(tmp_path, cache=False)
    assert (logs["a"].tags, logs.problems) == ({}, [])
    path.write_bytes(data)
    logs.refresh()
    assert (steps(logs), logs.problems) == ([*range(40)], [])


def test_a_file_swapped_between_looking_and_reading_is_read_anew_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0, 1])
    logs = Logdir(tmp_path, cache=False)
    ef.append(path, ef.record(ef.scalar(2)))
    decode = source.decode
    other = [ef.record(ef.scalar(step, 5.0)) for step in range(9)]

    def swapped(*arguments: Any, **options: Any) -> Any:
        path.unlink()
        ef.write(path, ef.record(ef.file_version(1.0)), *other)
        return decode(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(source, "decode", swapped)
        logs.refresh()
    logs.refresh()
    assert (steps(logs), set(values(logs)), logs.problems) == ([*range(9)], {5.0}, [])


# -- steps, restarts -----------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["brain.Event:1", "brain.Event:2", "brain.Event:99", "no", ""])
def test_the_version_of_a_file_changes_no_rule(tmp_path: Path, version: str) -> None:
    """TensorBoard purges out-of-order steps of version 1, and warns of what it does not know."""
    ef.write(
        tmp_path / "a" / FIRST,
        ef.record(ef.event(0, file_version=version)),
        *[ef.record(ef.scalar(step)) for step in (0, 2, 1, 4, 3)],
        ef.record(ef.event(0, file_version="brain.Event:2")),
        ef.record(ef.scalar(5)),
    )
    logs = Logdir(tmp_path)
    assert (steps(logs), logs.problems) == ([0, 1, 2, 3, 4, 5], [])
    assert len(logs["a"].scalars["loss"].superseded.steps) == 0


def test_a_later_file_supersedes_the_steps_that_it_writes_again(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / FIRST, [0, 1, 2, 3], [1.0] * 4)
    later = [ef.record(ef.scalar(step, 2.0, wall_time=ef.WALL + 50 + step)) for step in (2, 3, 4)]
    ef.write(tmp_path / "a" / SECOND, *later)
    logs = Logdir(tmp_path)
    assert steps(logs) == [0, 1, 2, 3, 4]
    assert values(logs) == [1.0, 1.0, 2.0, 2.0, 2.0]
    assert logs["a"].scalars["loss"].superseded.steps.tolist() == [2, 3]


def test_a_restart_purges_no_graph_and_no_text(tmp_path: Path) -> None:
    text = {"tag": "note", "metadata": ef.plugin("text"), "tensor": {"dtype": 7}}
    ef.write(
        tmp_path / "a" / FIRST,
        ef.record(ef.event(0, graph_def=b"graph")),
        ef.record(ef.summary(3, text)),
        ef.record(ef.scalar(3)),
        ef.record(ef.start(0, ef.WALL + 9)),
        ef.record(ef.scalar(0, wall_time=ef.WALL + 10)),
    )
    logs = Logdir(tmp_path)
    assert logs["a"].tags == {
        "scalars": ["loss"],
        "text": ["note"],
        "graphs": ["__run_graph__"],
    }
    assert steps(logs) == [0]


def test_events_without_values_are_no_restart(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / FIRST, [0, 1, 2])
    ef.write(
        tmp_path / "a" / SECOND,
        ef.record(ef.file_version(ef.WALL + 50)),
        ef.record(ef.event(0, ef.WALL + 50, graph_def=b"graph")),
        ef.record(ef.event(0, ef.WALL + 50, log_message={"message": "m"})),
        ef.record(ef.event(0, ef.WALL + 50, session_log={"status": 2})),
    )
    logs = Logdir(tmp_path)
    assert steps(logs) == [0, 1, 2]


def test_equal_steps_keep_every_point_across_a_start(tmp_path: Path) -> None:
    """A writer that never gives a step says nothing of where it begins anew."""
    ef.write(
        tmp_path / "a" / FIRST,
        ef.record(ef.start(0)),
        *[ef.record(ef.scalar(0, value, wall_time=ef.WALL + value)) for value in (1, 2, 3)],
        ef.record(ef.start(0, ef.WALL + 9)),
        *[ef.record(ef.scalar(0, value, wall_time=ef.WALL + value)) for value in (10, 11)],
    )
    logs = Logdir(tmp_path)
    assert (steps(logs), values(logs)) == ([0] * 5, [1, 2, 3, 10, 11])
    assert len(logs["a"].scalars["loss"].superseded.steps) == 0


def test_a_second_start_purges_all_tags_from_its_step_on(tmp_path: Path) -> None:
    ef.write(
        tmp_path / "a" / FIRST,
        ef.record(ef.start(0)),
        *[ef.record(ef.scalar(step, tag=tag)) for step in range(5) for tag in ("loss", "other")],
        ef.record(ef.start(3, ef.WALL + 9)),
        ef.record(ef.scalar(3, 9.0, wall_time=ef.WALL + 10)),
    )
    logs = Logdir(tmp_path)
    assert (steps(logs), steps(logs, tag="other")) == ([0, 1, 2, 3], [0, 1, 2])
    assert values(logs)[3] == 9.0
    assert logs["a"].scalars["other"].superseded.steps.tolist() == [3, 4]


def test_a_restart_goes_by_the_host_and_process_of_the_file(tmp_path: Path) -> None:
    """Where only the chief writes a START, what the workers write at the same time stays."""
    worker = FIRST.replace("host.1", "worker.7")
    points = [ef.record(ef.scalar(step, 1.0, "w", ef.WALL + 20 + step)) for step in range(9)]
    ef.write(tmp_path / "a" / worker, *points)
    ef.write(
        tmp_path / "a" / SECOND,
        ef.record(ef.start(5, ef.WALL + 24)),
        ef.record(ef.scalar(5, 1.0, "w", ef.WALL + 24.5)),
    )
    logs = Logdir(tmp_path)
    assert steps(logs, tag="w") == [*range(9)]


def test_text_at_step_0_leaves_scalars_at_step_100_alone(tmp_path: Path) -> None:
    text = {"tag": "note", "metadata": ef.plugin("text"), "tensor": {"dtype": 7}}
    ef.write_scalars(tmp_path / "a" / FIRST, list(range(98, 103)))
    ef.write(tmp_path / "a" / SECOND, ef.record(ef.summary(0, text, wall_time=ef.WALL + 500)))
    logs = Logdir(tmp_path)
    assert steps(logs) == [98, 99, 100, 101, 102]
    assert len(logs["a"].scalars["loss"].superseded.steps) == 0


def test_steps_are_of_their_tag_alone(tmp_path: Path) -> None:
    """One tag that counts epochs, another that counts batches: neither is a restart."""
    records = [
        record
        for epoch in range(3)
        for record in (
            *[ef.record(ef.scalar(100 * epoch + batch, tag="batch")) for batch in range(100)],
            ef.record(ef.scalar(epoch, tag="epoch", wall_time=ef.WALL + 100 * epoch + 99)),
        )
    ]
    logs = Logdir(ef.write(tmp_path / "a" / FIRST, *records).parent.parent)
    assert steps(logs, tag="batch") == list(range(300))
    assert steps(logs, tag="epoch") == [0, 1, 2]


def test_steps_may_repeat_and_runs_have_tags_of_their_own(tmp_path: Path) -> None:
    """Other readers assert that neither is so."""
    ef.write_scalars(tmp_path / "a" / FIRST, [0, 0, 1, 1, 1, 2])
    ef.write_scalars(tmp_path / "b" / FIRST, [0, 1], tag="only here")
    logs = Logdir(tmp_path)
    assert len(logs.scalars()) == 5
    assert logs["a"].scalars["loss"].superseded.steps.tolist() == [0, 1, 1]


def test_every_point_is_kept(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / FIRST, list(range(20_000)))
    logs = Logdir(path)
    assert len(logs["."].scalars["loss"]) == 20_000
    assert logs.progress.points == 20_000


# -- queries -------------------------------------------------------------------------------------


def test_unknown_names_in_a_selection_are_absent_and_no_error(tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / FIRST, [0, 1])
    ef.write(tmp_path / "empty" / FIRST)
    logs = Logdir(tmp_path)
    assert len(logs.scalars(["loss", "no such tag"], ["a", "no such run"])) == 2
    assert len(logs.scalars("no such tag")) == len(logs.scalars(runs="empty")) == 0
    assert list(logs) == ["a", "empty"]  # a run without data is none of the table's, but is listed
    assert logs.scalars().run.unique().tolist() == ["a"]


def test_the_last_point_is_the_greatest_step(tmp_path: Path) -> None:
    """What TensorBoard calls max_step, max_wall_time and the number of points of a series."""
    ef.write_scalars(tmp_path / "a" / FIRST, [3, 9, 4, 9])
    series = Logdir(tmp_path)["a"].scalars["loss"]
    assert (len(series), int(series.steps[-1])) == (3, 9)
    assert series.wall_times.max() == ef.WALL + 9


def test_threads_that_ask_while_another_reads_always_see_equal_columns(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0])
    logs = Logdir(tmp_path)
    wrong: list[Any] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            points = logs["a"].scalars["loss"].snapshot().points
            lengths = set(map(len, points))
            if len(lengths) > 1 or not (points.values == points.steps).all():
                wrong.append(lengths)
            if not (points.wall_times == ef.WALL + points.steps).all():
                wrong.append("wall times of other points")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for first in range(1, 2000, 40):
        ef.append(path, *[ef.record(ef.scalar(step, step)) for step in range(first, first + 40)])
        logs.refresh()
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(logs["a"].scalars["loss"]) == 2001


# -- places that are not written yet ---------------------------------------------------------------


def points_with_a_hole(path: Path, first: int, last: int) -> bytes:
    """Write 40 points to `path` with zeros from byte `first` to `last`; return what they were."""
    data = b"".join(ef.record(ef.scalar(step, step / 7)) for step in range(40))
    ef.write(path, data[:first] + bytes(last - first) + data[last:])
    return data


RECORD = len(ef.record(ef.scalar(1)))
#: The first record is shorter by its step of 0, which protobuf leaves out.
TENTH = len(ef.record(ef.scalar(0))) + 9 * RECORD


@pytest.mark.parametrize("first", range(TENTH, TENTH + RECORD))
def test_a_page_of_zeros_that_is_filled_in_later_loses_nothing(tmp_path: Path, first: int) -> None:
    """Network disks write pages in any order, and pages begin anywhere in a record."""
    path = tmp_path / "a" / FIRST
    data = points_with_a_hole(path, first, first + 5 * RECORD)
    logs = Logdir(tmp_path, cache=False)
    assert (steps(logs), logs.problems) == ([*range(10)], [])
    path.write_bytes(data)
    logs.refresh()
    assert (steps(logs), logs.problems) == ([*range(40)], [])


@pytest.mark.parametrize("first", [TENTH, TENTH + 4, TENTH + 20, TENTH + RECORD - 2])
def test_a_page_of_zeros_that_stays_is_passed_though_the_writer_writes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    now = [1000.0]
    monkeypatch.setattr(source.time, "monotonic", lambda: now[0])
    path = tmp_path / "a" / FIRST
    points_with_a_hole(path, first, first + 5 * RECORD)
    logs = Logdir(tmp_path, cache=False)
    for step in range(40, 45):
        ef.append(path, ef.record(ef.scalar(step)))  # the time of the last write is never long ago
        now[0] += source.PATIENCE_SECONDS / 6
        logs.refresh()
        assert steps(logs) == [*range(10)]
    now[0] += source.PATIENCE_SECONDS / 4
    logs.refresh()
    lost = 5 if first == TENTH else 6
    assert steps(logs) == [*range(10), *range(10 + lost, 45)]
    assert sum(problem.bytes_skipped for problem in logs.problems) == lost * RECORD


def test_a_record_that_is_never_ended_is_passed_though_the_writer_writes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that was killed in the midst of a large record, and another that wrote on."""
    now = [1000.0]
    monkeypatch.setattr(source.time, "monotonic", lambda: now[0])
    path = tmp_path / "a" / FIRST
    ef.write(path, ef.record(ef.scalar(0)), ef.header(2**30) + b"large")
    logs = Logdir(tmp_path, cache=False)
    ef.append(path, ef.record(ef.scalar(1)))
    logs.refresh()
    assert (steps(logs), logs.problems) == ([0], [])
    now[0] += source.PATIENCE_SECONDS
    ef.append(path, ef.record(ef.scalar(2)))
    logs.refresh()
    assert (steps(logs), kinds(logs)) == ([0, 1, 2], ["cut"])


def test_a_large_record_that_comes_slowly_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(source.time, "monotonic", lambda: now[0])
    path = ef.write_scalars(tmp_path / "a" / FIRST, [0])
    large = ef.record(ef.summary(1, {"tag": "t", "tensor": {"tensor_content": b"x" * 90_000}}))
    logs = Logdir(tmp_path, cache=False)
    for begin in range(0, len(large), 10_000):
        ef.append(path, large[begin : begin + 10_000])
        now[0] += source.PATIENCE_SECONDS + 1
        logs.refresh()
    assert logs["a"].tags == {"scalars": ["loss"], "tensors": ["t"]}
    assert logs.problems == []

"""What has not changed for a while is looked at less often, if looking takes long."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import event_files as ef
import pytest

from tbwidget import Logdir
from tbwidget.logs import logdir as module
from tbwidget.logs import source

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, and a directory that always takes long to look at."""
    monkeypatch.setattr(module, "LOOK_SECONDS", -1.0)
    monkeypatch.setattr(module, "LOOK_DUTY", 1e-9)
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def look(logs: Logdir) -> None:
    for _ in logs.read_slices():
        pass


def write_long_ago(path: Path) -> Path:
    ef.write_scalars(path, [0])
    long_ago = time.time() - 10_000
    os.utime(path, (long_ago, long_ago))
    return path


def steps(logs: Logdir, run: str) -> list[int]:
    return logs[run].scalars["loss"].steps.tolist()


def test_a_file_that_is_being_written_is_read_at_every_look(
    tmp_path: Path, clock: list[float]
) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    logs = Logdir(tmp_path)
    for step in range(1, 4):
        clock[0] += 0.4
        ef.append(path, ef.record(ef.scalar(step)))
        look(logs)
        assert steps(logs, "a") == list(range(step + 1))


def test_what_was_idle_is_found_within_the_longest_interval(
    tmp_path: Path, clock: list[float]
) -> None:
    idle = write_long_ago(tmp_path / "idle" / ef.NAME)
    logs = Logdir(tmp_path)
    ef.append(idle, ef.record(ef.scalar(1)))
    ef.write_scalars(tmp_path / "new" / ef.NAME, [5])
    clock[0] += 0.4
    look(logs)
    assert steps(logs, "idle") == [0]
    assert list(logs) == ["idle"]
    clock[0] += module.LONGEST_LOOK_INTERVAL
    look(logs)
    assert steps(logs, "idle") == [0, 1]
    assert steps(logs, "new") == [5]
    # Now it is being written.
    ef.append(idle, ef.record(ef.scalar(2)))
    clock[0] += 0.4
    look(logs)
    assert steps(logs, "idle") == [0, 1, 2]


def test_a_file_that_is_written_no_more_is_idle_after_a_while(
    tmp_path: Path, clock: list[float]
) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    logs = Logdir(tmp_path)
    clock[0] += source.ACTIVE_SECONDS + module.LONGEST_LOOK_INTERVAL
    look(logs)
    ef.append(path, ef.record(ef.scalar(1)))
    clock[0] += 0.4
    look(logs)
    assert steps(logs, "a") == [0]
    clock[0] += module.LONGEST_LOOK_INTERVAL
    look(logs)
    assert steps(logs, "a") == [0, 1]


def test_who_asks_gets_what_is_new_now(tmp_path: Path, clock: list[float]) -> None:
    path = write_long_ago(tmp_path / "idle" / ef.NAME)
    logs = Logdir(tmp_path)
    ef.append(path, ef.record(ef.scalar(1)))
    logs.refresh()
    assert steps(logs, "idle") == [0, 1]


def test_a_read_that_was_given_up_is_gone_on_with(tmp_path: Path, clock: list[float]) -> None:
    for run in "abc":
        write_long_ago(tmp_path / run / ef.NAME)
    logs = Logdir(tmp_path / "later", cache=False)
    (tmp_path / "later").symlink_to(tmp_path)
    clock[0] += module.LONGEST_LOOK_INTERVAL
    slices = logs.read_slices()
    next(slices)
    slices.close()
    look(logs)
    assert len(logs) >= 3
    assert all(steps(logs, run) == [0] for run in "abc")

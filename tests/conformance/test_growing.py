"""A log directory that grows, replayed in place, ends equal to a fresh reading of its end."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs
from references import reference, sha256
from waiting import eventually

from tbwidget import Logdir
from tbwidget.logs.follow import FOLLOWER

if TYPE_CHECKING:
    from pathlib import Path

STAGES = range(5)


def stage(number: int) -> Path:
    shared_logs.require()
    return shared_logs.SHARED_LOGS / "growing" / f"logs_stage{number}"


def copy_over(number: int, target: Path) -> None:
    """Write what stage `number` has beyond what is there, in place, as a job would."""
    for source in sorted(path for path in stage(number).rglob("*") if path.is_file()):
        path = target / source.relative_to(stage(number))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        there, data = path.read_bytes(), source.read_bytes()
        if data.startswith(there):
            with path.open("ab") as file:
                file.write(data[len(there) :])
        else:
            with path.open("r+b") as file:
                file.write(data)


def content(logs: Logdir) -> dict[str, Any]:
    return {
        run.name: {
            "tags": run.tags,
            "first": run.first_wall_time,
            "scalars": {
                tag: [column.tobytes() for column in (s.steps, s.wall_times, s.values)]
                for tag, s in run.scalars.items()
            },
            "superseded": {
                tag: np.sort(s.superseded.steps).tolist() for tag, s in run.scalars.items()
            },
        }
        for run in logs.values()
    }


def test_reading_on_ends_equal_to_reading_anew(tmp_path: Path) -> None:
    logs = Logdir(tmp_path)
    for number in STAGES:
        copy_over(number, tmp_path)
        logs.refresh()
        assert content(logs) == content(Logdir(stage(number)))
        assert logs.problems == []


@pytest.mark.parametrize("number", STAGES)
def test_every_stage_is_what_tensorboard_reads(number: int) -> None:
    logs = Logdir(stage(number))
    for file in (f"expected_stage{number}.json", f"expected_fast_stage{number}.json"):
        theirs = reference("growing", file)
        for run, read in theirs.items():
            assert set(read) == set(logs[run].scalars)
            for tag, series in logs[run].scalars.items():
                assert sha256(series.steps, "<i8") == read[tag]["steps_sha256"]
                assert sha256(series.values, "<f4") == read[tag]["values_f32_sha256"]
                assert sha256(series.wall_times, "<f8") == read[tag]["wall_times_sha256"]


def test_every_byte_may_come_alone(tmp_path: Path) -> None:
    """The smallest file of the last stage, written 97 bytes at a time."""
    files = [path for path in stage(4).rglob("*tfevents*") if path.stat().st_size > 1000]
    source = min(files, key=lambda path: path.stat().st_size)
    data = source.read_bytes()
    target = tmp_path / "run" / source.name
    target.parent.mkdir()
    logs = Logdir(tmp_path)
    for first in range(0, len(data), 97):
        with target.open("ab") as file:
            file.write(data[first : first + 97])
        logs.refresh()
    assert content(logs) == content(Logdir(tmp_path))
    assert logs.problems == []


def test_following_ends_equal_to_reading_anew(tmp_path: Path) -> None:
    logs = Logdir(tmp_path / "logs", follow=True)
    for number in STAGES:
        copy_over(number, tmp_path / "logs")
    expected = content(Logdir(stage(STAGES[-1])))

    def caught_up() -> bool:
        FOLLOWER.wake()
        return content(logs) == expected

    assert eventually(caught_up)
    logs.close()
    shutil.rmtree(tmp_path / "logs")

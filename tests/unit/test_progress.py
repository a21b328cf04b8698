"""How far reading has come, and telling so."""

from __future__ import annotations

import sys
from dataclasses import FrozenInstanceError
from types import ModuleType
from typing import TYPE_CHECKING

import event_files as ef
import pytest

from tbwidget import Logdir
from tbwidget.logs import Progress, progress, worker_pool
from tbwidget.logs.progress import Pace, Reporter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def write_runs(root: Path, count: int) -> None:
    for number in range(count):
        ef.write_scalars(root / str(number) / ef.NAME, list(range(100)))


def test_a_callback_is_told_of_files_and_bytes_and_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "REPORT_SECONDS", 0.0)
    write_runs(tmp_path, 5)
    told: list[Progress] = []
    logs = Logdir(tmp_path, progress=told.append)
    assert [one.files_read for one in told] == [1, 2, 3, 4, 5, 5]
    assert {one.files for one in told} == {5}
    assert [one.complete for one in told] == [False] * 5 + [True]
    total = sum(path.stat().st_size for path in tmp_path.rglob("e*"))
    assert [one.bytes_read for one in told[:5]] == [total * n // 5 for n in range(1, 6)]
    assert told[-1].bytes_total == total
    assert told[-1].seconds_remaining == 0.0
    assert told[-1] == logs.progress
    with pytest.raises(FrozenInstanceError):
        told[0].files = 7  # type: ignore[misc]


def test_a_callback_is_not_called_too_often(tmp_path: Path) -> None:
    write_runs(tmp_path, 5)
    told: list[Progress] = []
    reporter = Reporter(told.append)
    logs = Logdir(tmp_path)
    for _ in range(100):
        reporter.report(lambda: logs.progress)
    assert len(told) == 1
    reporter.report(lambda: logs.progress, final=True)
    assert len(told) == 2


def test_a_callback_that_fails_is_told_once_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "REPORT_SECONDS", 0.0)
    write_runs(tmp_path, 5)
    calls: list[Progress] = []

    def fails(one: Progress) -> None:
        calls.append(one)
        message = "no bar"
        raise ValueError(message)

    logs = Logdir(tmp_path, progress=fails)
    assert len(calls) == 1
    assert [problem.message for problem in logs.problems] == [
        "The progress callback failed (ValueError: no bar); it is not called again."
    ]
    assert [len(run.scalars["loss"]) for run in logs.values()] == [100] * 5


def test_later_reads_tell_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "REPORT_SECONDS", 0.0)
    path = ef.write_scalars(tmp_path / ef.NAME, [0])
    told: list[Progress] = []
    logs = Logdir(tmp_path, progress=told.append)
    count = len(told)
    ef.append(path, ef.record(ef.scalar(1)))
    logs.refresh()
    assert [one.points for one in told[count:]] == [2]
    logs.refresh()
    assert len(told) == count + 1  # there was nothing


def test_the_rest_takes_as_long_as_at_the_pace_of_the_last_seconds(clock: list[float]) -> None:
    pace = Pace()
    pace.begin()
    assert pace.remaining(1000) is None
    pace.note(0)
    clock[0] += 0.4
    pace.note(100)
    assert pace.remaining(1000) is None  # too early to tell
    clock[0] += 0.6
    pace.note(100)
    assert pace.remaining(1000) == pytest.approx(5.0)
    for _ in range(20):
        clock[0] += 1
        pace.note(10)
    assert pace.remaining(1000) == pytest.approx(100.0)
    assert pace.remaining(0) == 0.0
    assert pace.elapsed == pytest.approx(21.0)
    pace.end()
    clock[0] += 50
    assert pace.elapsed == pytest.approx(21.0)
    assert pace.remaining(1000) == 0.0


# -- a pool of processes, by itself ---------------------------------------------------------------


@pytest.fixture
def safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "_is_safe", lambda: True)
    monkeypatch.setattr(worker_pool, "_cores", lambda: 8)


def test_a_long_read_of_many_files_gets_a_pool(safe: None) -> None:
    pool = worker_pool.pool_for(10.0, [100] * 30)
    assert pool is not None
    assert pool._max_workers == worker_pool.MOST_WORKERS  # type: ignore[attr-defined]
    pool.shutdown()


@pytest.mark.parametrize(
    ("seconds", "sizes"),
    [
        (None, [100] * 30),
        (worker_pool.WORTH_SECONDS - 0.1, [100] * 30),
        (10.0, []),
        (10.0, [100]),
        (10.0, [100, 5, 5, 5]),
        (10.0, [10**8] * 30),
    ],
    ids=["not known", "soon over", "none", "one file", "one that is most", "fast"],
)
def test_no_pool_where_it_does_not_pay(safe: None, seconds: float | None, sizes: list[int]) -> None:
    assert worker_pool.pool_for(seconds, sizes) is None


def test_no_pool_on_one_core(safe: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "_cores", lambda: 1)
    assert worker_pool.pool_for(10.0, [100] * 30) is None


@pytest.mark.parametrize("name", ["__file__", "__spec__"])
def test_no_pool_where_a_worker_would_run_a_script_again(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(worker_pool, "_cores", lambda: 8)
    notebook = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", notebook)
    assert worker_pool.pool_for(10.0, [100] * 30) is not None
    monkeypatch.setattr(notebook, name, "something", raising=False)
    assert worker_pool.pool_for(10.0, [100] * 30) is None

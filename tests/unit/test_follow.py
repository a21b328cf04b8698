"""Following: one thread reads for all, tells who listens, and is not there in a forked child."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
from waiting import eventually

from tbwidget import Logdir
from tbwidget.logs import follow
from tbwidget.logs.follow import Follower
from tbwidget.logs.roots import Roots

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def follower(monkeypatch: pytest.MonkeyPatch) -> Iterator[Follower]:
    """A follower of the test's own, in no hurry to rest, that must end with the test."""
    follower = Follower()
    monkeypatch.setattr(follow, "FOLLOWER", follower)
    monkeypatch.setattr(follow, "UNWATCHED_INTERVAL", 0.01)
    yield follower
    for followed in list(follower._followed):
        follower.remove(followed)
    assert eventually(lambda: not follower.alive)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "tbwidget-follower"]


def steps(logs: Logdir, run: str = "a") -> list[int]:
    if run not in logs or "loss" not in logs[run].scalars:
        return []
    return logs[run].scalars["loss"].steps.tolist()


def test_the_thread_reads_what_is_there_and_what_comes(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    logs = Logdir(tmp_path, follow=True)
    assert eventually(lambda: steps(logs) == [0])
    ef.append(path, ef.record(ef.scalar(1)))
    assert eventually(lambda: steps(logs) == [0, 1])
    ef.write_scalars(tmp_path / "b" / ef.NAME, [7])
    assert eventually(lambda: steps(logs, "b") == [7])
    assert logs.progress.complete
    logs.close()


def test_following_returns_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    may_read = threading.Event()
    read_slices = Logdir.read_slices

    def held(self: Logdir, budget: int = 1000) -> Iterator[None]:
        assert may_read.wait(30)
        yield from read_slices(self, budget)

    monkeypatch.setattr(Logdir, "read_slices", held)
    logs = Logdir(tmp_path, follow=True)
    assert (len(logs), logs.progress.complete) == (0, False)
    may_read.set()
    assert eventually(lambda: steps(logs) == [0])
    logs.close()


def test_one_thread_reads_for_all(tmp_path: Path) -> None:
    for name in "abc":
        ef.write_scalars(tmp_path / name / ef.NAME, [0])
    before = set(threads())
    logs = [Logdir(tmp_path / name, follow=True) for name in "abc"]
    assert eventually(lambda: all(steps(one, ".") == [0] for one in logs))
    assert len(set(threads()) - before) == 1
    assert all(thread.daemon for thread in threads())
    for one in logs:
        one.close()


def test_the_thread_ends_with_the_last_to_be_closed(tmp_path: Path, follower: Follower) -> None:
    one, other = Logdir(tmp_path, follow=True), Logdir(tmp_path, follow=True)
    one.close()
    follower.wake()
    assert eventually(lambda: other.progress.complete)
    assert follower.alive
    other.close()
    assert eventually(lambda: not follower.alive)


def test_the_thread_ends_when_nothing_refers_to_what_it_follows(
    tmp_path: Path, follower: Follower
) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    held = [Logdir(tmp_path, follow=True)]
    assert eventually(lambda: steps(held[0]) == [0])
    held.clear()

    def ended() -> bool:
        gc.collect()
        return not follower.alive

    assert eventually(ended)


def test_following_begins_again_after_it_has_ended(tmp_path: Path, follower: Follower) -> None:
    logs = Logdir(tmp_path, follow=True)
    logs.close()
    assert eventually(lambda: not follower.alive)
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    follower.add(logs)
    assert eventually(lambda: steps(logs) == [0])
    logs.close()


def test_what_was_read_stays_after_closing(tmp_path: Path) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    logs = Logdir(tmp_path, follow=True)
    assert eventually(lambda: steps(logs) == [0])
    logs.close()
    ef.append(path, ef.record(ef.scalar(1)))
    logs.refresh()  # still possible by hand
    assert steps(logs) == [0, 1]


def test_a_listener_is_called_after_reading(tmp_path: Path, follower: Follower) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    heard: list[tuple[str, list[int]]] = []
    logs = Logdir(tmp_path / "later")

    def listener() -> bool:
        heard.append((threading.current_thread().name, steps(logs)))
        return False

    follower.subscribe(listener)
    follower.subscribe(listener)  # once is enough
    assert len(follower._listeners) == 1
    logs._roots = Roots(tmp_path)
    follower.add(logs)
    assert eventually(lambda: ("tbwidget-follower", [0]) in heard)
    logs.close()


def test_waking_has_the_thread_look_at_once(
    tmp_path: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "UNWATCHED_INTERVAL", 3600.0)
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    logs = Logdir(tmp_path, follow=True)
    assert eventually(lambda: logs.progress.complete)
    ef.append(path, ef.record(ef.scalar(1)))
    follower.wake()
    assert eventually(lambda: steps(logs) == [0, 1])
    logs.close()


def test_a_failure_in_one_stops_no_other_and_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    broken, healthy = Logdir(tmp_path / "broken"), Logdir(tmp_path, follow=True)

    def fails(_budget: int) -> Any:
        message = "a defect"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(broken, "read_slices", fails)
    follow.FOLLOWER.add(broken)
    assert eventually(lambda: any(problem.kind == "internal" for problem in broken.problems))
    ef.append(path, ef.record(ef.scalar(1)))
    assert eventually(lambda: steps(healthy) == [0, 1])
    (problem,) = [problem for problem in broken.problems if problem.kind == "internal"]
    assert "ZeroDivisionError: a defect" in problem.message
    assert healthy.problems == []
    broken.close()
    healthy.close()


def test_a_failing_listener_stops_nothing(tmp_path: Path, follower: Follower) -> None:
    path = ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    heard: list[bool] = []

    def fails() -> bool:
        message = "a defect"
        raise ZeroDivisionError(message)

    def listens() -> bool:
        heard.append(True)
        return False

    follower.subscribe(fails)
    follower.subscribe(listens)
    logs = Logdir(tmp_path, follow=True)
    assert eventually(lambda: steps(logs) == [0])
    ef.append(path, ef.record(ef.scalar(1)))
    assert eventually(lambda: steps(logs) == [0, 1] and heard)
    logs.close()


def test_pauses_are_longer_when_nobody_watches_and_after_much_work(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "UNWATCHED_INTERVAL", 5.0)
    assert follower._pause(watched=True, spent=0.0) == follow.WATCHED_INTERVAL
    assert follower._pause(watched=True, spent=100.0) == follow.LONGEST_WATCHED_INTERVAL
    assert follower._pause(watched=False, spent=0.0) == 5.0
    assert follower._pause(watched=False, spent=0.1) == pytest.approx(0.1 / follow.DUTY)
    follower._changed_at = time.monotonic() - follow.IDLE_AFTER - 1
    assert follower._pause(watched=False, spent=0.0) == follow.IDLE_INTERVAL


FORKING = """
import os, sys, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads is what this is about
import tbwidget
from tbwidget.logs import follow
import event_files as ef
from pathlib import Path

follow.UNWATCHED_INTERVAL = 0.0
folder = Path(sys.argv[1])
path = ef.write_scalars(folder / "a" / ef.NAME, list(range(12000)))
logs = tbwidget.Logdir(folder, follow=True)
children = []
for number in range(50):
    ef.append(path, *[ef.record(ef.scalar(12000 + 100 * number + i)) for i in range(100)])
    follow.FOLLOWER.wake()
    child = os.fork()
    if not child:
        try:
            inert = not follow.FOLLOWER.alive
            logs.refresh()
            mine = logs["a"].scalars["loss"].steps.tolist()
            follow.FOLLOWER.add(logs)
            inert = inert and not follow.FOLLOWER.alive
            steps = tbwidget.Logdir(folder)["a"].scalars["loss"].steps.tolist()
            whole = len(steps) >= 12100 + 100 * number and steps == list(range(len(steps)))
            whole = whole and mine == list(range(len(mine)))
            os._exit(0 if inert and whole else 3)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(4)
    children.append(child)
    if number % 8 == 7:
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert codes == [0] * len(codes), codes
        children = []
    time.sleep(number % 5 / 1000)
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
deadline = time.monotonic() + 60
while len(logs["a"].scalars["loss"]) < 17000 and time.monotonic() < deadline:
    time.sleep(0.01)
assert len(logs["a"].scalars["loss"]) == 17000
print("done")
"""


@pytest.mark.skipif(not hasattr(follow.os, "fork"), reason="this system cannot fork")
def test_forked_children_neither_hang_nor_follow(tmp_path: Path) -> None:
    """What a DataLoader does: fork at any moment, beside the thread that reads."""
    done = subprocess.run(
        [sys.executable, "-c", FORKING, str(tmp_path)],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)

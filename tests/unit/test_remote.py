"""Log directories behind a URL, by fsspec's file system in memory."""

from __future__ import annotations

import builtins
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import event_files as ef
import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from waiting import eventually

from tbwidget import Logdir
from tbwidget.events import remote
from tbwidget.events.columns import Cursor
from tbwidget.events.decode import decode
from tbwidget.events.files import read_bytes
from tbwidget.events.remote import RemotePath, Store, is_url

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "memory://logs"
FIRST, SECOND = f"/logs/a/{ef.NAME}", f"/logs/b/c/{ef.NAME}"


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryFileSystem]:
    """The file system, with two runs in it, in no hurry and with no rest."""
    monkeypatch.setattr(remote, "RETRY_SECONDS", 0.0)
    files = fsspec.filesystem("memory")
    files.pipe_file(FIRST, data_of(range(3)))
    files.pipe_file(SECOND, data_of(range(5)))
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


def data_of(steps: range, wall_time: float = ef.WALL) -> bytes:
    records = [ef.record(ef.scalar(step)) for step in steps]
    return ef.record(ef.file_version(wall_time)) + b"".join(records)


def steps(logs: Logdir, run: str = "a") -> list[int]:
    return logs[run].scalars["loss"].steps.tolist()


def append(files: MemoryFileSystem, path: str, *records: bytes) -> None:
    with files.open(path, "ab") as file:
        file.write(b"".join(records))


# -- what is a URL -------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["s3://b", "memory://x/y", "simplecache::hf://a", "GS://b"])
def test_urls_are_told_from_paths(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize("path", ["logs", "/a/b", "C:/logs", "c://logs", "a:b", "a::b", "://a"])
def test_paths_are_told_from_urls(path: str) -> None:
    assert not is_url(path)


def test_an_unknown_kind_of_url_is_an_error_and_not_an_empty_directory() -> None:
    with pytest.raises(ValueError, match=r"'foo://x': there is no kind of storage called foo://"):
        Logdir("foo://x")


def test_a_missing_driver_is_named() -> None:
    with pytest.raises(ImportError, match=r"gs://b.*gcsfs"):
        Logdir("gs://b")


def test_without_fsspec_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import_module = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name.startswith("fsspec"):
            raise ModuleNotFoundError(name)
        return import_module(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'tbwidget\[remote\]'"):
        Logdir(URL)


# -- reading -------------------------------------------------------------------------------------


def test_runs_are_named_as_those_of_a_local_directory() -> None:
    logs = Logdir(URL + "/")
    assert list(logs) == ["a", "b/c"]
    assert logs.name == "logs"
    assert logs.paths == {"": URL}
    assert steps(logs, "b/c") == [0, 1, 2, 3, 4]
    assert not logs.problems


def test_several_directories_local_and_not_go_under_one_roof(tmp_path: Any) -> None:
    ef.write_scalars(tmp_path / ef.NAME, [7])
    logs = Logdir({"here": tmp_path, "there": URL})
    assert list(logs) == ["here", "there/a", "there/b/c"]
    assert steps(logs, "here") == [7]


def test_the_url_of_a_file_is_a_run_of_its_own() -> None:
    logs = Logdir("memory:/" + FIRST)
    assert list(logs) == ["."]
    assert steps(logs, ".") == [0, 1, 2]


def test_only_what_was_appended_is_read(
    files: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = Logdir(URL)
    size = files.size(FIRST)
    append(files, FIRST, ef.record(ef.scalar(3)))
    asked: list[tuple[str, int, int]] = []
    cat = MemoryFileSystem.cat_file

    def spy(self: Any, path: str, start: int, end: int) -> Any:
        asked.append((path, start, end))
        return cat(self, path, start=start, end=end)

    monkeypatch.setattr(MemoryFileSystem, "cat_file", spy)
    logs.refresh()
    assert steps(logs) == [0, 1, 2, 3]
    # The beginning tells whether it is still the same file.
    assert asked == [(FIRST, 0, 64), (FIRST, size, files.size(FIRST))]


def test_a_record_that_comes_in_two_parts_is_read_once_it_is_whole(
    files: MemoryFileSystem,
) -> None:
    logs = Logdir(URL)
    record = ef.record(ef.scalar(3))
    append(files, FIRST, record[:9])
    logs.refresh()
    assert steps(logs) == [0, 1, 2]
    append(files, FIRST, record[9:])
    logs.refresh()
    assert steps(logs) == [0, 1, 2, 3]
    assert not logs.problems


def test_new_runs_are_found_and_lost_ones_marked(files: MemoryFileSystem) -> None:
    logs = Logdir(URL)
    files.pipe_file(f"/logs/d/{ef.NAME}", data_of(range(2)))
    files.rm_file(FIRST)
    logs.refresh()
    assert steps(logs, "d") == [0, 1]
    assert logs["a"].deleted
    assert steps(logs) == [0, 1, 2]


def test_a_directory_that_is_not_there_yet_is_waited_for(files: MemoryFileSystem) -> None:
    logs = Logdir("memory://later")
    assert not logs.exists
    assert [problem.kind for problem in logs.problems] == ["missing"]
    files.pipe_file(f"/later/a/{ef.NAME}", data_of(range(2)))
    logs.refresh()
    assert steps(logs) == [0, 1]
    assert not logs.problems


@pytest.mark.parametrize("count", [3, 2], ids=["of the same size", "smaller"])
def test_a_file_written_over_is_read_anew(files: MemoryFileSystem, count: int) -> None:
    logs = Logdir(URL)
    records = [ef.record(ef.scalar(step, 9.0)) for step in range(10, 10 + count)]
    files.pipe_file(FIRST, ef.record(ef.file_version()) + b"".join(records))
    logs.refresh()
    assert steps(logs) == list(range(10, 10 + count))
    assert logs["a"].scalars["loss"].values.tolist() == [9.0] * count
    assert not len(logs["a"].scalars["loss"].superseded.steps)


def test_a_longer_file_with_another_beginning_is_read_anew(files: MemoryFileSystem) -> None:
    logs = Logdir(URL)
    files.pipe_file(FIRST, data_of(range(20, 40), ef.WALL + 5))
    logs.refresh()
    assert steps(logs) == list(range(20, 40))


def test_what_is_looked_at_later_is_read_from_there(files: MemoryFileSystem) -> None:
    value = {
        "tag": "t",
        "tensor": {"dtype": 7, "string_val": [b"hello"]},
        "metadata": ef.plugin("text"),
    }
    files.pipe_file(FIRST, ef.record(ef.file_version()) + ef.record(ef.summary(4, value)))
    assert Logdir(URL)["a"].text["t"][0].tolist() == "hello"


# -- when it fails -------------------------------------------------------------------------------


def failing(times: int, error: Exception) -> Any:
    """Return a `find` or `cat_file` that fails so often."""
    left = [times]

    def decorate(function: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if left[0]:
                left[0] -= 1
                raise error
            return function(*arguments, **named)

        return call

    return decorate


@pytest.mark.parametrize("name", ["find", "cat_file"])
@pytest.mark.parametrize("error", [OSError("hiccup"), RuntimeError("of a driver")], ids=repr)
def test_what_fails_once_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, name: str, error: Exception
) -> None:
    works = getattr(MemoryFileSystem, name)
    monkeypatch.setattr(MemoryFileSystem, name, failing(1, error)(works))
    logs = Logdir(URL)
    assert steps(logs) == [0, 1, 2]
    assert not logs.problems


def test_a_listing_that_fails_is_told_and_loses_nothing(
    files: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = Logdir(URL)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "find", failing(2, OSError("down"))(MemoryFileSystem.find))
        append(files, FIRST, ef.record(ef.scalar(3)))
        logs.refresh()
        (problem,) = logs.problems
        assert (problem.kind, problem.message) == ("unreadable", "Cannot be listed: down.")
        assert steps(logs) == [0, 1, 2]
        assert logs.exists
        assert not logs["a"].deleted
        logs.refresh()
    assert steps(logs) == [0, 1, 2, 3]
    assert not logs.problems


def test_a_first_listing_that_fails_says_why_there_is_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    denied = PermissionError(13, "Access Denied")
    works = MemoryFileSystem.find
    monkeypatch.setattr(MemoryFileSystem, "find", failing(1, denied)(works))
    logs = Logdir(URL)
    assert [problem.message for problem in logs.problems] == ["Cannot be listed: Access Denied."]
    logs.refresh()
    assert list(logs) == ["a", "b/c"]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cat = MemoryFileSystem.cat_file

    def fails(self: Any, path: str, **named: Any) -> Any:
        if path == FIRST:
            message = "broken"
            raise OSError(message)
        return cat(self, path, **named)

    monkeypatch.setattr(MemoryFileSystem, "cat_file", fails)
    logs = Logdir(URL)
    assert steps(logs, "b/c") == [0, 1, 2, 3, 4]
    assert [(problem.file, problem.kind) for problem in logs.problems] == [
        (f"a/{ef.NAME}", "unreadable")
    ]


def test_a_store_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = Logdir(URL)
    answer = threading.Event()
    find = MemoryFileSystem.find

    def hangs(*arguments: Any, **named: Any) -> Any:
        answer.wait()
        return find(*arguments, **named)

    monkeypatch.setattr(MemoryFileSystem, "find", hangs)
    monkeypatch.setattr(remote, "LISTING_SECONDS", 0.01)
    logs.refresh()
    (problem,) = logs.problems
    assert problem.message.startswith("Cannot be listed: no answer since ")
    assert steps(logs) == [0, 1, 2]
    answer.set()
    monkeypatch.setattr(remote, "LISTING_SECONDS", 30)
    logs.refresh()  # takes the answer to what was asked before
    assert not logs.problems


def test_while_one_request_hangs_others_fail_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, asked = threading.Event(), []

    def hangs(_: Any, path: str, **named: Any) -> Any:
        asked.append(path)
        answer.wait()
        return b""

    monkeypatch.setattr(MemoryFileSystem, "cat_file", hangs)
    monkeypatch.setattr(remote, "REQUEST_SECONDS", 0.01)
    monkeypatch.setattr(remote, "BYTES_PER_SECOND", 2**40)
    store = Store(URL)
    store.connect()
    for path in (FIRST, SECOND):
        with pytest.raises(TimeoutError, match="no answer since"):
            RemotePath.of(store, path).read(0, 10)
    assert asked == [FIRST]
    answer.set()
    assert eventually(lambda: store._silent is not None and store._silent.done)
    RemotePath.of(store, SECOND).read(0, 10)
    assert asked == [FIRST, SECOND]


# -- how often -----------------------------------------------------------------------------------


def test_a_follower_lists_once_in_a_while_and_a_user_when_asked(
    files: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists: list[str] = []
    find = MemoryFileSystem.find

    def spy(self: Any, path: str, **named: Any) -> Any:
        lists.append(path)
        return find(self, path, **named)

    monkeypatch.setattr(MemoryFileSystem, "find", spy)
    now = [100.0]
    monkeypatch.setattr(remote.time, "monotonic", lambda: now[0])
    store = Store(URL)

    def look(*, fresh: bool = False) -> int:
        store.list_files(lambda _: True, fresh=fresh)
        return len(lists)

    assert look() == 1
    assert look() == 1
    assert look(fresh=True) == 2
    now[0] += remote.CHANGING_INTERVAL - 1
    assert look() == 2
    now[0] += 1
    assert look() == 3
    now[0] += remote.IDLE_AFTER + 1
    assert look() == 4
    now[0] += remote.CHANGING_INTERVAL + 1
    assert look() == 4  # nothing changes there
    now[0] += remote.IDLE_INTERVAL
    append(files, FIRST, b"x")
    assert look() == 5
    now[0] += remote.CHANGING_INTERVAL
    assert look() == 6


def test_a_small_file_is_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    cat = MemoryFileSystem.cat_file

    def spy(self: Any, path: str, **named: Any) -> Any:
        asked.append(path)
        return cat(self, path, **named)

    monkeypatch.setattr(MemoryFileSystem, "cat_file", spy)
    Logdir(URL)
    assert sorted(asked) == [FIRST, SECOND]


# -- the path of a file --------------------------------------------------------------------------


def test_a_path_can_be_sent_to_another_process() -> None:
    store = Store(URL)
    store.list_files(lambda _: True)
    path = RemotePath.of(store, FIRST)
    again, cursor = pickle.loads(pickle.dumps((path, Cursor())))  # noqa: S301
    assert again == path == f"{URL}/a/{ef.NAME}"
    assert decode(again, cursor).scalars["loss"].steps.tolist() == [0, 1, 2]
    assert again.state().size == path.state().size


def test_threads_that_read_at_once_do_not_mix(files: MemoryFileSystem) -> None:
    paths = [f"/logs/many/{number}/{ef.NAME}" for number in range(40)]
    for number, path in enumerate(paths):
        files.pipe_file(path, data_of(range(number)))
    with ThreadPoolExecutor(8) as threads:
        logs = Logdir("memory://logs/many", executor=threads)
    assert [len(logs[str(number)].scalars["loss"]) for number in range(1, 40)] == list(range(1, 40))


def test_a_server_without_ranges_sends_more_than_it_is_asked_for(
    files: MemoryFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryFileSystem, "cat_file", lambda *_, **__: bytes(range(200)))
    files.pipe_file(FIRST, bytes(200))
    store = Store(URL)
    store.connect()
    data, state = read_bytes(RemotePath.of(store, FIRST), 50, 10)
    assert data == bytes(range(50, 60))
    assert state.size == 200


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        (12.5, 12.5),
        (datetime(2026, 1, 1, tzinfo=timezone.utc), 1767225600.0),
        ("2026-01-01T00:00:00Z", 1767225600.0),
        ("yesterday", None),
        (object(), None),
    ],
)
def test_times_are_read_as_file_systems_give_them(when: object, seconds: float | None) -> None:
    assert remote._seconds(when) == seconds

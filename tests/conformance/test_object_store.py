"""Log directories on S3: a real client against a server on the loopback interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
from s3_server import s3_server
from same_data import assert_same_data

from tbwidget import Logdir
from tbwidget.events import remote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

s3fs = pytest.importorskip("s3fs")

URL = "s3://bucket/team/logs"
FIRST = f"bucket/team/logs/a/{ef.NAME}"


@pytest.fixture(scope="module")
def options() -> Iterator[dict[str, Any]]:
    with s3_server() as options:
        s3fs.S3FileSystem(**options).mkdir("bucket")
        yield options


@pytest.fixture
def store(options: dict[str, Any]) -> Iterator[Any]:
    """The file system, with three runs in it: one in several parts, one of more than scalars."""
    store = s3fs.S3FileSystem(**options)
    store.pipe_file(FIRST, data_of(range(3)))
    store.pipe_file(f"bucket/team/logs/b/c/{ef.NAME}", data_of(range(120_000)))
    text = {"tag": "t", "tensor": {"dtype": 7, "string_val": [b"hello"]}}
    value = ef.record(ef.summary(4, {**text, "metadata": ef.plugin("text")}))
    store.pipe_file(f"bucket/team/logs/words/{ef.NAME}", ef.record(ef.file_version()) + value)
    store.pipe_file("bucket/team/logs/checkpoint.bin", bytes(1000))
    yield store
    store.rm("bucket/team", recursive=True)


def data_of(steps: range) -> bytes:
    points = [ef.record(ef.scalar(step)) for step in steps]
    return ef.record(ef.file_version()) + b"".join(points)


def steps(logs: Logdir, run: str = "a") -> list[int]:
    return logs[run].scalars["loss"].steps.tolist()


def test_a_bucket_holds_what_a_local_directory_holds(
    store: Any, options: dict[str, Any], tmp_path: Path
) -> None:
    store.get("bucket/team/logs", str(tmp_path), recursive=True)
    logs = Logdir(URL, storage_options=options)
    assert logs.name == "logs"
    assert_same_data(logs, Logdir(tmp_path / "logs"))
    assert logs["words"].text["t"][0].tolist() == "hello"


def test_reading_goes_on_at_its_offset_in_a_grown_object(
    store: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = Logdir(URL, storage_options=options)
    size = store.info(FIRST)["size"]
    store.pipe_file(FIRST, data_of(range(5)))
    asked: list[tuple[str, int]] = []
    fetch = remote.Store._fetch

    def spy(self: Any, key: str, start: int, end: int) -> bytes:
        asked.append((key, start))
        return fetch(self, key, start, end)

    monkeypatch.setattr(remote.Store, "_fetch", spy)
    logs.refresh()
    assert steps(logs) == [0, 1, 2, 3, 4]
    assert asked == [(FIRST, 0), (FIRST, size)]
    assert not logs.problems


@pytest.mark.parametrize("times", [1, 2])
def test_a_listing_that_fails_loses_nothing(
    store: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(remote, "RETRY_SECONDS", 0.0)
    logs = Logdir(URL, storage_options=options)
    store.pipe_file(FIRST, data_of(range(4)))
    failures = [OSError("SlowDown")] * times
    find = s3fs.S3FileSystem.find

    def fails(*arguments: Any, **named: Any) -> Any:
        if failures:
            raise failures.pop()
        return find(*arguments, **named)

    monkeypatch.setattr(s3fs.S3FileSystem, "find", fails)
    logs.refresh()
    if times > 1:  # once is tried again at once
        assert [problem.message for problem in logs.problems] == ["Cannot be listed: SlowDown."]
        assert steps(logs) == [0, 1, 2]
        assert not any(run.deleted for run in logs.values())
        logs.refresh()
    assert steps(logs) == [0, 1, 2, 3]
    assert not logs.problems


def test_objects_that_are_written_over_appear_and_go(store: Any, options: dict[str, Any]) -> None:
    logs = Logdir(URL, storage_options=options)
    again = [ef.record(ef.scalar(step, 9.0)) for step in (7, 8, 9)]
    store.pipe_file(FIRST, ef.record(ef.file_version()) + b"".join(again))
    store.pipe_file(f"bucket/team/logs/new/{ef.NAME}", data_of(range(2)))
    store.rm_file(f"bucket/team/logs/words/{ef.NAME}")
    logs.refresh()
    assert steps(logs) == [7, 8, 9]
    assert steps(logs, "new") == [0, 1]
    assert logs["words"].deleted
    assert not logs.problems


def test_a_bucket_that_is_not_there_is_missing(options: dict[str, Any]) -> None:
    logs = Logdir("s3://no-such-bucket/logs", storage_options=options)
    assert not logs.exists
    assert [problem.kind for problem in logs.problems] == ["missing"]

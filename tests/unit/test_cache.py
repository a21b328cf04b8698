"""A log directory opened again: what the cache brings back, and when it must not."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tbwidget import Logdir
from tbwidget.events.columns import Batch, BlobColumns, Cursor, ScalarColumns, TagMetadata
from tbwidget.events.files import FileState, state_of
from tbwidget.logs import batch_format, source
from tbwidget.logs import cache as cache_module
from tbwidget.logs.cache import Cache, Reading, user_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECOND = ef.NAME.replace("1700000000", "1700000500")
LONG_AGO = 1_600_000_000.0


@pytest.fixture(autouse=True)
def cache_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache of this test's own, in which small files have their place too."""
    home = tmp_path / "cache"
    monkeypatch.setenv(cache_module.DIRECTORY_VARIABLE, str(home))
    monkeypatch.setattr(source, "WORTH_BYTES", 1)
    return home


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the offsets from which files have been decoded."""
    offsets: list[int] = []
    original = source.decode

    def decode(path: str, cursor: Cursor, *arguments: Any, **options: Any) -> Batch:
        offsets.append(cursor.offset)
        return original(path, cursor, *arguments, **options)

    monkeypatch.setattr(source, "decode", decode)
    return offsets


def settle(*paths: Path, ago: float = 30.0) -> None:
    """Make it look as if nothing had been written for a little while."""
    for path in paths:
        os.utime(path, (time.time() - ago,) * 2)


def cached(home: Path) -> list[Path]:
    return sorted(home.glob("*")) if home.exists() else []


def everything(logs: Logdir) -> dict[str, Any]:
    """Return all that a log directory knows, to the bit."""
    runs = {}
    for name, run in logs.runs.items():
        series = {
            tag: [
                column.tobytes()
                for columns in (series.snapshot().points, series.superseded)
                for column in columns
            ]
            + [series.display_name, series.description]
            for tag, series in run.scalars.items()
        }
        blobs = {
            key: [
                np.concatenate(
                    [getattr(index, field.name) for _, index in series._pieces]
                ).tobytes()
                for field in dataclasses.fields(BlobColumns)
            ]
            for key, series in run._blobs.items()
        }
        runs[name] = (run.tags, series, blobs, np.float64(run.first_wall_time).tobytes())
    progress = logs.progress
    return {
        "runs": runs,
        "problems": logs.problems,
        "progress": (progress.bytes_read, progress.bytes_total, progress.points),
    }


def all_sorts() -> list[bytes]:
    """Return records of many kinds, with a restart, a duplicate, odd numbers and damage."""
    nan, infinity = float("nan"), float("inf")
    described = ef.plugin("scalars", display_name="Loss", summary_description="of *all*")
    return [
        ef.record(ef.file_version()),
        ef.record(ef.event(0, graph_def=b"graph")),
        ef.record(
            ef.summary(0, {"tag": "loss", "simple_value": 0.5, "metadata": described}),
        ),
        *(ef.record(ef.scalar(step, step / 3, "loss")) for step in range(1, 9)),
        *(
            ef.record(ef.scalar(step, value, "ödd\ntag"))
            for step, value in ((3, nan), (1, -infinity))
        ),
        ef.record(ef.scalar(7, 7.5, "loss")),
        ef.record(ef.scalar(8, 1.0, "early", wall_time=nan)),
        ef.record(ef.scalar(8, 1.0, "late"), bad_data_crc=1),
        ef.record(ef.start(5, wall_time=ef.WALL + 100)),
        *(ef.record(ef.scalar(step, 9.0, "loss", ef.WALL + 100 + step)) for step in (5, 6)),
        ef.record(ef.scalar(2, 4.0, "late", ef.WALL + 102)),
        ef.record(
            ef.summary(
                3,
                {"tag": "h", "metadata": ef.plugin("hparams", b"\0\xff\x80")},
                {"tag": "text", "tensor": {"dtype": 7}, "metadata": ef.plugin("text")},
            )
        ),
        ef.record(ef.event(3, summary={"value": [{"tag": "bad"}]})),
        ef.record(ef.summary(4, {"tag": "text", "tensor": {"dtype": 7}})),
    ]


# -- the same again --------------------------------------------------------------------------------


def test_an_unchanged_directory_is_not_decoded_again(
    tmp_path: Path, cache_home: Path, decoded: list[int]
) -> None:
    settle(ef.write(tmp_path / "logs" / "a" / ef.NAME, *all_sorts()))
    settle(ef.write_scalars(tmp_path / "logs" / "a" / SECOND, [4, 5, 6]))
    cold = Logdir(tmp_path / "logs")
    assert len(cached(cache_home)) == 2
    assert decoded
    decoded.clear()
    warm = Logdir(tmp_path / "logs")
    assert decoded == []
    assert everything(warm) == everything(cold)
    assert [problem.kind for problem in warm.problems] == ["data_crc", "value"]
    uncached = Logdir(tmp_path / "logs", cache=False)
    assert decoded
    assert everything(warm) == everything(uncached)


def test_columns_are_mapped_and_cannot_be_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decoded: list[int]
) -> None:
    monkeypatch.setattr(cache_module, "MAPPED_BYTES", 1)
    monkeypatch.setattr(cache_module, "_can_map", lambda _directory: True)
    path = ef.write_scalars(tmp_path / "logs" / "a" / ef.NAME, list(range(100)))
    settle(path)
    Logdir(tmp_path / "logs")
    warm = Logdir(tmp_path / "logs")
    columns = warm["a"].scalars["loss"].snapshot().points
    assert all(not column.flags.writeable and not column.flags.owndata for column in columns)
    before = columns.steps
    ef.append(path, ef.record(ef.scalar(100)))
    decoded.clear()
    warm.refresh()
    assert decoded != []
    assert warm["a"].scalars["loss"].steps.tolist() == list(range(101))
    assert before.tolist() == list(range(100))


@pytest.mark.parametrize("mapped", [True, False])
def test_what_is_read_or_mapped_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, mapped: bool
) -> None:
    monkeypatch.setattr(cache_module, "MAPPED_BYTES", 1 if mapped else 2**40)
    monkeypatch.setattr(cache_module, "_can_map", lambda _directory: mapped)
    settle(ef.write(tmp_path / "logs" / ef.NAME, *all_sorts()))
    cold = everything(Logdir(tmp_path / "logs"))
    assert everything(Logdir(tmp_path / "logs")) == cold


def test_restarts_may_be_taken_or_not_of_the_same_cache(tmp_path: Path, decoded: list[int]) -> None:
    settle(ef.write(tmp_path / "logs" / ef.NAME, *all_sorts()))
    Logdir(tmp_path / "logs")
    decoded.clear()
    kept = Logdir(tmp_path / "logs", purge_orphaned_data=False)
    assert decoded == []
    fresh = Logdir(tmp_path / "logs", purge_orphaned_data=False, cache=False)
    assert everything(kept) == everything(fresh)
    assert len(kept["."].scalars["loss"]) == 9


def test_the_same_file_by_another_way_is_the_same(
    tmp_path: Path, cache_home: Path, decoded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(ef.write(tmp_path / "logs" / "deep" / "a" / ef.NAME, *all_sorts()))
    Logdir(tmp_path / "logs")
    decoded.clear()
    monkeypatch.chdir(tmp_path / "logs")
    below = Logdir("deep")
    (tmp_path / "link").symlink_to(tmp_path / "logs" / "deep")
    linked = Logdir({"mine": "../link"})
    assert decoded == []
    assert len(cached(cache_home)) == 1
    assert (list(below), list(linked)) == (["a"], ["mine/a"])
    assert {problem.file for problem in below.problems} == {os.path.join("a", ef.NAME)}
    assert {problem.file for problem in linked.problems} == {os.path.join("mine", "a", ef.NAME)}


# -- changed files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", range(0, len(all_sorts()), 3))
def test_of_a_grown_file_only_the_tail_is_decoded(
    tmp_path: Path, decoded: list[int], cut: int
) -> None:
    records = all_sorts()
    path = ef.write(tmp_path / "logs" / ef.NAME, *records[:cut], records[cut][:-1])
    settle(path)
    Logdir(tmp_path / "logs")
    ef.append(path, records[cut][-1:], *records[cut + 1 :])
    settle(path)
    decoded.clear()
    warm = Logdir(tmp_path / "logs")
    assert decoded[0] == sum(map(len, records[:cut]))
    assert everything(warm) == everything(Logdir(tmp_path / "logs", cache=False))


def test_a_file_being_written_is_cached_for_when_it_has_grown(
    tmp_path: Path, cache_home: Path, decoded: list[int]
) -> None:
    path = ef.write_scalars(tmp_path / "logs" / ef.NAME, [0, 1])
    Logdir(tmp_path / "logs")
    assert len(cached(cache_home)) == 1
    size = path.stat().st_size
    ef.append(path, ef.record(ef.scalar(2)))
    decoded.clear()
    assert Logdir(tmp_path / "logs")["."].scalars["loss"].steps.tolist() == [0, 1, 2]
    assert decoded[0] == size


def flip(path: Path, position: int) -> None:
    """Change a byte in place; the file's times stay as they were."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_file_that_may_have_changed_in_the_instant_of_reading_is_decoded_again(
    tmp_path: Path, decoded: list[int]
) -> None:
    path = ef.write_scalars(tmp_path / "logs" / ef.NAME, list(range(2000)))
    Logdir(tmp_path / "logs")  # read within two seconds of the last write
    middle = path.stat().st_size // 2
    flip(path, middle)
    decoded.clear()
    warm = Logdir(tmp_path / "logs")
    assert decoded[0] == 0
    assert len(warm["."].scalars["loss"]) == 1999 or len(warm.problems) == 1


def replaced(path: Path) -> None:
    other = path.with_name("other")
    ef.write_scalars(other, [7, 8, 9])
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


def rewritten(path: Path) -> None:
    """The same inode and the same times, but longer, with the same first bytes."""
    status = path.stat()
    path.write_bytes(
        b"".join(map(ef.record, (ef.file_version(), *(ef.scalar(n, 5.0) for n in range(9)))))
    )
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def touched(path: Path) -> None:
    """The same size, at another time."""
    flip(path, path.stat().st_size - 30)
    settle(path, ago=20)


def shrunk(path: Path) -> None:
    status = path.stat()
    os.truncate(path, status.st_size - len(ef.record(ef.scalar(2, 2.0))))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def emptied(path: Path) -> None:
    os.truncate(path, 0)


@pytest.mark.parametrize("change", [replaced, rewritten, touched, shrunk, emptied])
def test_a_file_that_is_not_the_same_is_decoded_from_its_start(
    tmp_path: Path, decoded: list[int], change: Callable[[Path], None]
) -> None:
    path = ef.write_scalars(tmp_path / "logs" / ef.NAME, [0, 1, 2])
    settle(path)
    before = everything(Logdir(tmp_path / "logs"))
    change(path)
    decoded.clear()
    warm = everything(Logdir(tmp_path / "logs"))
    assert decoded == [] if change is emptied else decoded[0] == 0
    assert warm == everything(Logdir(tmp_path / "logs", cache=False))
    assert warm != before


def test_what_was_replaced_while_followed_is_cached_anew(
    tmp_path: Path, decoded: list[int]
) -> None:
    path = ef.write_scalars(tmp_path / "logs" / ef.NAME, [0, 1, 2])
    settle(path)
    logs = Logdir(tmp_path / "logs")
    other = ef.write(tmp_path / "other", *all_sorts())
    settle(other)
    other.replace(path)
    logs.refresh()
    decoded.clear()
    warm = Logdir(tmp_path / "logs")
    assert decoded == []
    assert everything(warm) == everything(Logdir(tmp_path / "logs", cache=False))


def test_what_a_followed_directory_reads_later_is_cached_too(
    tmp_path: Path, decoded: list[int]
) -> None:
    """Files that grow by turns: their rows lie among each other in the series."""
    first = ef.write_scalars(tmp_path / "logs" / ef.NAME, list(range(5)))
    second = ef.write_scalars(tmp_path / "logs" / SECOND, list(range(5, 10)))
    logs = Logdir(tmp_path / "logs")
    for step in range(10, 40):
        grown = first if step % 2 else second
        ef.append(grown, ef.record(ef.scalar(step)))
        settle(grown)
        logs.refresh()
    fresh = everything(Logdir(tmp_path / "logs", cache=False))
    decoded.clear()
    assert everything(Logdir(tmp_path / "logs")) == fresh
    assert min(decoded, default=1) > 0


def test_a_little_more_is_not_written_again(tmp_path: Path, cache_home: Path) -> None:
    path = ef.write_scalars(tmp_path / "logs" / ef.NAME, list(range(100)))
    logs = Logdir(tmp_path / "logs")
    (entry,) = cached(cache_home)
    before = entry.stat().st_ino, entry.read_bytes()
    ef.append(path, ef.record(ef.scalar(100)))
    logs.refresh()
    assert (entry.stat().st_ino, entry.read_bytes()) == before


# -- damaged and foreign caches ------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, bytes, Any]]:
    """An event file, its cached file, the bytes of that, and what both hold."""
    folder = tmp_path_factory.mktemp("sample")
    path = ef.write(folder / "logs" / ef.NAME, *all_sorts())
    settle(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(cache_module.DIRECTORY_VARIABLE, str(folder / "cache"))
        patch.setattr(source, "WORTH_BYTES", 1)
        truth = everything(Logdir(path.parent))
        (entry,) = cached(folder / "cache")
        yield path, entry, entry.read_bytes(), truth


def load(path: Path, entry: Path) -> Reading | None:
    return Cache(str(entry.parent)).load(str(path), state_of(path.stat()))


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_cache_damaged_anywhere_is_ignored(
    sample: tuple[Path, Path, bytes, Any], data: st.DataObject
) -> None:
    path, entry, good, _ = sample
    position = data.draw(st.integers(0, len(good) - 1), "position")
    mask = data.draw(st.integers(1, 255), "mask")
    bad = bytearray(good)
    bad[position] ^= mask
    entry.write_bytes(bad)
    assert load(path, entry) is None
    entry.write_bytes(good)
    assert load(path, entry) is not None


@pytest.mark.parametrize("part", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_cache_is_ignored(sample: tuple[Path, Path, bytes, Any], part: float) -> None:
    path, entry, good, truth = sample
    entry.write_bytes(good[: int(len(good) * part)])
    assert load(path, entry) is None
    entry.write_bytes(good + b"\0")
    assert load(path, entry) is None
    entry.write_bytes(good)
    assert everything(Logdir(path.parent)) == truth


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_a_foreign_file_is_ignored(sample: tuple[Path, Path, bytes, Any], foreign: bytes) -> None:
    path, entry, good, _ = sample
    entry.write_bytes(foreign)
    assert load(path, entry) is None
    entry.write_bytes(good)


def test_checksums_alone_do_not_make_a_cache(
    sample: tuple[Path, Path, bytes, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Well-formed files of which the header says what the columns do not hold."""
    path, entry, good, _ = sample
    reading = load(path, entry)
    assert reading is not None
    original = batch_format.header_of
    lies: list[Callable[[dict[str, Any]], Any]] = [
        lambda header: header["scalars"][0].__setitem__(1, 2**60),
        lambda header: header["scalars"][0].__setitem__(1, -1),
        lambda header: header["scalars"].pop(0),
        lambda header: header.pop("blobs"),
        lambda header: header.__setitem__("scalars", 5),
        lambda header: header["cursor"].__setitem__("offset", -5),
        lambda header: header["cursor"].__setitem__("unknown", 1),
        lambda header: header.__setitem__("problems", [{"file": 1}]),
    ]
    for lie in lies:

        def header_of(batch: Batch, lie: Callable[[dict[str, Any]], Any] = lie) -> dict[str, Any]:
            header = original(batch)
            lie(header)
            return header

        monkeypatch.setattr(batch_format, "header_of", header_of)
        Cache(str(entry.parent)).save(str(path), reading)
        assert entry.read_bytes() != good
        assert load(path, entry) is None
    entry.write_bytes(good)


def test_a_cache_of_another_version_is_ignored(
    sample: tuple[Path, Path, bytes, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, entry, _, _ = sample
    monkeypatch.setattr(cache_module, "_VERSION", cache_module._VERSION + 1)
    assert load(path, entry) is None


def test_a_cache_of_another_reader_is_ignored(
    sample: tuple[Path, Path, bytes, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, entry, _, _ = sample
    assert re.fullmatch("[0-9a-f]{32}", cache_module._reader())
    monkeypatch.setattr(cache_module, "_reader", lambda: "of other code")
    assert load(path, entry) is None


def test_a_cache_of_another_path_is_ignored(
    sample: tuple[Path, Path, bytes, Any], tmp_path: Path
) -> None:
    path, _, good, _ = sample
    other = tmp_path / "other" / ef.NAME
    other.parent.mkdir()
    os.link(path, other)
    place = Path(Cache(str(tmp_path / "cache"))._place(str(other)))
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(good)
    assert Cache(str(place.parent)).load(str(other), state_of(other.stat())) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
def test_a_cache_of_another_user_is_ignored(
    sample: tuple[Path, Path, bytes, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, entry, _, _ = sample
    owner = os.getuid()
    assert load(path, entry) is not None
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert load(path, entry) is None


def test_a_pipe_in_the_place_of_a_cache_is_not_waited_for(
    sample: tuple[Path, Path, bytes, Any],
) -> None:
    path, entry, good, _ = sample
    entry.unlink()
    os.mkfifo(entry)
    assert load(path, entry) is None
    entry.unlink()
    entry.write_bytes(good)


# -- writing -----------------------------------------------------------------------------------


def test_without_a_cache_nothing_is_written_or_read(
    tmp_path: Path, cache_home: Path, decoded: list[int]
) -> None:
    settle(ef.write_scalars(tmp_path / "logs" / ef.NAME, [0, 1]))
    Logdir(tmp_path / "logs", cache=False)
    assert cached(cache_home) == []
    Logdir(tmp_path / "logs")
    decoded.clear()
    Logdir(tmp_path / "logs", cache=False)
    assert decoded[0] == 0


def test_small_files_are_not_cached(
    tmp_path: Path, cache_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "WORTH_BYTES", cache_module.WORTH_BYTES)
    settle(ef.write_scalars(tmp_path / "logs" / ef.NAME, list(range(100))))
    Logdir(tmp_path / "logs")
    assert cached(cache_home) == []


def test_nothing_is_written_among_the_logs(tmp_path: Path, cache_home: Path) -> None:
    path = ef.write_scalars(tmp_path / "logs" / ef.NAME, [0, 1])
    Logdir(tmp_path / "logs")
    assert list((tmp_path / "logs").iterdir()) == [path]
    assert [entry.suffix for entry in cached(cache_home)] == [".columns"]
    assert cache_home.stat().st_mode & 0o077 == 0
    assert cached(cache_home)[0].stat().st_mode & 0o077 == 0


def read_only(_path: str, *_arguments: Any, **_options: Any) -> None:
    raise PermissionError


def full(_source: str, _target: str) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("name", "failure"), [("makedirs", read_only), ("replace", full)], ids=["read-only", "full"]
)
def test_a_cache_that_cannot_be_written_is_no_matter(
    tmp_path: Path,
    cache_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    failure: Callable[..., None],
) -> None:
    settle(ef.write_scalars(tmp_path / "logs" / ef.NAME, [0, 1]))
    monkeypatch.setattr(cache_module.os, name, failure)
    for _ in range(2):
        logs = Logdir(tmp_path / "logs")
        assert logs["."].scalars["loss"].steps.tolist() == [0, 1]
        assert logs.problems == []
    assert cached(cache_home) == []


def test_a_file_where_the_directory_should_be_is_no_matter(
    tmp_path: Path, cache_home: Path
) -> None:
    cache_home.write_text("not a directory")
    ef.write_scalars(tmp_path / "logs" / ef.NAME, [0, 1])
    assert Logdir(tmp_path / "logs")["."].scalars["loss"].steps.tolist() == [0, 1]
    assert cache_home.read_text() == "not a directory"


def test_a_nearly_full_disk_is_left_alone(
    tmp_path: Path, cache_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = cache_module.shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(cache_module.shutil, "disk_usage", lambda _path: usage)
    ef.write_scalars(tmp_path / "logs" / ef.NAME, [0, 1])
    Logdir(tmp_path / "logs")
    assert cached(cache_home) == []


def test_the_least_recently_used_go_first(tmp_path: Path, cache_home: Path) -> None:
    paths = [tmp_path / "logs" / f"run{n}" / ef.NAME for n in range(4)]
    settle(*(ef.write_scalars(path, list(range(100))) for path in paths))
    Logdir(tmp_path / "logs")
    cache = Cache()
    places = [Path(cache._place(str(path))) for path in paths]
    sizes = [place.stat().st_size for place in places]
    for number, place in enumerate(places):
        os.utime(place, (LONG_AGO + number,) * 2)
    assert cache.load(str(paths[0]), state_of(paths[0].stat())) is not None  # used just now
    Cache(max_bytes=sum(sizes[2:])).trim()
    assert [place.exists() for place in places] == [True, False, False, True]
    Cache(max_bytes=1).save(str(paths[1]), _any_reading(paths[1]))  # would never fit
    assert [place.exists() for place in places] == [True, False, False, True]
    bounded = Cache(max_bytes=2 * max(sizes) + 1)
    bounded.save(str(paths[1]), _any_reading(paths[1]))
    assert sum(entry.stat().st_size for entry in cached(cache_home)) <= bounded.max_bytes


def _any_reading(path: Path) -> Reading:
    columns = ScalarColumns(np.arange(100), np.zeros(100), np.zeros(100))
    return Reading(state_of(path.stat()), True, Batch(Cursor(), {"loss": columns}), b"")  # noqa: FBT003


def test_what_was_left_half_done_is_cleared_away(cache_home: Path) -> None:
    cache_home.mkdir()
    old, new, other = (cache_home / name for name in ("a.part", "b.part", "mine.txt"))
    for path in (old, new, other):
        path.write_text("x")
    settle(old, other, ago=7200)
    Cache().trim()
    assert cached(cache_home) == [new, other]


def test_kernels_that_write_at_the_same_time_do_not_break_each_other(
    tmp_path: Path, cache_home: Path
) -> None:
    path = ef.write(tmp_path / "logs" / ef.NAME, *all_sorts())
    settle(path)
    truth = everything(Logdir(tmp_path / "logs"))
    reading = Cache().load(str(path), state_of(path.stat()))
    assert reading is not None
    wrong: list[Any] = []
    done = threading.Event()

    def write() -> None:
        cache = Cache()
        while not done.is_set():
            cache.save(str(path), reading)
            cache.trim()

    def read() -> None:
        for _ in range(50):
            found = everything(Logdir(tmp_path / "logs"))
            if found != truth:
                wrong.append(found)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in writers:
        thread.start()
    read()
    done.set()
    for thread in writers:
        thread.join()
    assert wrong == []
    assert [entry.suffix for entry in cached(cache_home)] == [".columns"]


# -- the format ----------------------------------------------------------------------------------


def test_all_of_a_batch_and_of_a_cursor_is_kept() -> None:
    """Whoever adds a field has to think of the cache: here it would be lost."""
    assert [field.name for field in dataclasses.fields(Batch)] == [
        "cursor",
        "scalars",
        "blobs",
        "starts",
        "problems",
        "records",
        "stop",
        "file_size",
        "first_wall_time",
        "anew",  # of how the batch came about, which is over
    ]
    for columns, kept in ((ScalarColumns, "_SCALARS"), (BlobColumns, "_BLOBS")):
        names = [field.name for field in dataclasses.fields(columns)]
        assert names == list(getattr(batch_format, kept))
    names = [field.name for field in dataclasses.fields(TagMetadata)]
    assert names == ["plugin", "content", "display_name", "description", "data_class"]


def test_a_cursor_comes_back(sample: tuple[Path, Path, bytes, Any]) -> None:
    path, entry, _, _ = sample
    reading = load(path, entry)
    assert reading is not None
    cursor = source.EventFile(str(path), "f", ".").cursor
    while (batch := source.decode(str(path), cursor)).cursor != cursor:
        cursor = batch.cursor
    assert reading.batch.cursor == cursor
    assert reading.batch.cursor.metadata["h"].content == b"\0\xff\x80"
    assert reading.head == path.read_bytes()[:64]


# -- where it is -----------------------------------------------------------------------------------


def test_the_cache_is_where_the_platform_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_directory() == str(tmp_path / "cache")
    monkeypatch.delenv(cache_module.DIRECTORY_VARIABLE)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert user_directory() == str(tmp_path / ".cache" / "tbwidget")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_directory() == str(tmp_path / ".cache" / "tbwidget")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert user_directory() == str(tmp_path / "xdg" / "tbwidget")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert user_directory() == str(tmp_path / "Library" / "Caches" / "tbwidget")


def test_what_another_machine_could_take_away_is_not_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/a / ext4 rw 0 0\nserver:/home /home nfs4 rw 0 0\n/dev/b /home/local xfs rw 0 0\n"
        "overlay /home/shared overlay rw 0 0\nserver:/s /home/shared nfs rw 0 0\n"
    )
    original = open

    def open_mounts(path: Any, *arguments: Any, **options: Any) -> Any:
        return original(mounts if path == "/proc/self/mounts" else path, *arguments, **options)

    monkeypatch.setattr(cache_module, "open", open_mounts, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    can_map = cache_module._can_map.__wrapped__
    assert can_map("/var/cache")
    assert not can_map("/home/me/.cache")
    assert can_map("/home/local/cache")
    assert can_map("/homely")
    assert not can_map("/home/shared/cache")
    mounts.write_text("")
    assert not can_map("/var/cache")


def test_a_state_is_told_from_others() -> None:
    file = {"inode": 5, "size": 100, "mtime": 1.5, "settled": True}
    unsettled = {**file, "settled": False}

    def same(file: dict[str, Any], size: int, mtime: float = 1.5, inode: int = 5) -> bool:
        return cache_module._is_same(file, FileState((1, inode), size, mtime), 90)

    assert same(file, 100)
    assert not same(file, 100, mtime=1.6)
    assert not same(file, 99)
    assert not same(file, 100, inode=6)
    assert same(file, 101, mtime=1.6)
    assert not same(unsettled, 100)
    assert same(unsettled, 101)

"""One file and a cursor in, columns and problems out."""

from __future__ import annotations

import gzip
import io
import math
import multiprocessing
import os
import pickle
import random
import struct
import tempfile
import tracemalloc
import zipfile
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import event_files as ef
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbwidget.events.columns import Batch, BlobColumns, Cursor, TagMetadata
from tbwidget.events.decode import decode
from tbwidget.events.decoder import MAX_TAG_CHARACTERS, RUN_GRAPH_TAG
from tbwidget.events.protos import Event

SCALAR = {"metadata": ef.plugin("scalars"), "tensor": {"dtype": 1, "float_val": [0.5]}}


def read(path: Path, budget: int = 4 * 2**20, *, patient: bool = True) -> list[Batch]:
    """Return all batches of `path`, until there is no more."""
    batches = [decode(str(path), Cursor(), budget, patient=patient)]
    while batches[-1].stop == "more":
        batches.append(decode(str(path), batches[-1].cursor, budget, patient=patient))
        assert len(batches) < 100_000
    return batches


def points(batches: list[Batch], tag: str = "loss") -> list[tuple[int, float]]:
    return [
        point
        for batch in batches
        if tag in batch.scalars
        for point in zip(
            batch.scalars[tag].steps.tolist(), batch.scalars[tag].values.tolist(), strict=True
        )
    ]


def steps(batches: list[Batch], tag: str = "loss") -> list[int]:
    return [step for step, _ in points(batches, tag)]


def kinds(batches: list[Batch]) -> list[tuple[str, int]]:
    return [(problem.kind, problem.offset) for batch in batches for problem in batch.problems]


def flat(batches: list[Batch]) -> dict[str, Any]:
    """Return all that the batches hold, joined."""
    scalars: dict[str, list[Any]] = {}
    blobs: dict[tuple[str, str], list[Any]] = {}
    starts = []
    for batch in batches:
        before = {tag: len(rows) for tag, rows in scalars.items()}
        for start in batch.starts:
            rows = {tag: before.get(tag, 0) + n for tag, n in start.rows.items()}
            starts.append((start.step, start.wall_time, {**before, **rows}))
        for tag, columns in batch.scalars.items():
            points = (columns.steps, columns.wall_times, columns.values)
            scalars.setdefault(tag, []).extend(zip(*(c.tolist() for c in points), strict=True))
        for key, index in batch.blobs.items():
            entries = (index.steps, index.wall_times, index.offsets, index.lengths, index.slots)
            blobs.setdefault(key, []).extend(zip(*(c.tolist() for c in entries), strict=True))
    return {
        "scalars": scalars,
        "blobs": blobs,
        "starts": starts,
        "problems": [problem for batch in batches for problem in batch.problems],
        "records": sum(batch.records for batch in batches),
        "cursor": batches[-1].cursor,
        "stop": batches[-1].stop,
        "first": np.nanmin([batch.first_wall_time for batch in batches]),
    }


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A file with something of everything, lengths that are multiples of 256, and damage."""
    image = {"image": {"width": 1, "height": 1, "encoded_image_string": b"PNG" * 50}}
    records = [ef.record(ef.file_version()), ef.record(ef.start(0))]
    for step in range(60):
        records.append(ef.record(ef.scalar(step, step / 2)))
        for length in (256, 512):
            shorter = ef.event(step, log_message={"message": "x" * (length - 40)})
            missing = length - len(shorter)
            padded = ef.event(step, log_message={"message": "x" * (length - 40 + missing)})
            assert len(padded) == length
            records.append(ef.record(padded))
        if step % 10 == 3:
            records.append(ef.record(ef.summary(step, {"tag": "new", **SCALAR})))
            records.append(ef.record(ef.summary(step, {"tag": "image", **image})))
        if step == 30:
            records += [ef.record(ef.scalar(1000), bad_data_crc=1), ef.record(ef.start(20))]
            records.append(ef.record(ef.scalar(1001), bad_length_crc=1))
            records.append(ef.record(b"\xff\xff\xff garbage"))
    records.append(ef.record(b"")[:-3])
    return ef.write(tmp_path / ef.NAME, *records)


@pytest.mark.parametrize("budget", [1, 12, 13, 64, 100, 1000, 3333])
def test_small_budgets_give_the_same_as_one_call(mixed: Path, budget: int) -> None:
    (whole, *_) = batches = read(mixed)
    assert whole.records > 100
    assert flat(read(mixed, budget)) == flat(batches)


def test_a_call_reads_no_more_than_its_budget(mixed: Path) -> None:
    for batch in read(mixed, 1000)[:-1]:
        assert batch.stop == "more"
    first = decode(str(mixed), Cursor(), 1000)
    assert 0 < first.cursor.offset <= 1000


def test_a_record_longer_than_the_budget_is_read(tmp_path: Path) -> None:
    big = ef.summary(1, {"tag": "big", "tensor": {"tensor_content": bytes(5000)}})
    path = ef.write(tmp_path / ef.NAME, ef.record(ef.scalar(0)), ef.record(big))
    batches = read(path, 100)
    assert [key for batch in batches for key in batch.blobs] == [("tensors", "big")]


def test_arguments_and_results_can_be_pickled(mixed: Path) -> None:
    batch = decode(str(mixed), Cursor(), 2000)
    arguments = pickle.loads(pickle.dumps((str(mixed), batch.cursor)))  # noqa: S301
    assert arguments[1] == batch.cursor
    again = pickle.loads(pickle.dumps(batch))  # noqa: S301
    assert flat([again]) == flat([batch])


def test_a_process_pool_can_decode(mixed: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        batch = pool.submit(decode, str(mixed), Cursor()).result(timeout=120)
        rest = pool.submit(decode, str(mixed), batch.cursor).result(timeout=120)
    assert flat([batch, rest]) == flat(read(mixed))


def test_the_given_cursor_is_not_changed(tmp_path: Path) -> None:
    path = ef.write(
        tmp_path / ef.NAME,
        ef.record(ef.summary(0, {"tag": "a", **SCALAR})),
        ef.record(ef.summary(1, {"tag": "b", **SCALAR})),
    )
    first = decode(str(path), Cursor(), 70)
    cursor = first.cursor
    assert set(cursor.metadata) == {"a"}
    second = decode(str(path), cursor)
    assert set(cursor.metadata) == {"a"}
    assert set(second.cursor.metadata) == {"a", "b"}
    assert decode(str(path), cursor).cursor == second.cursor  # and again the same


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = ef.write(tmp_path / ef.NAME, ef.record(ef.scalar(0)))
    first = decode(str(path), Cursor())
    size = path.stat().st_size
    assert (first.stop, first.cursor.offset, first.file_size) == ("end", size, size)
    ef.append(path, ef.record(ef.scalar(1)))
    second = decode(str(path), first.cursor)
    assert (steps([first]), steps([second])) == ([0], [1])
    assert decode(str(path), second.cursor).records == 0


def test_an_empty_file_is_no_problem(tmp_path: Path) -> None:
    batch = decode(str(ef.write(tmp_path / ef.NAME)), Cursor())
    assert (batch.stop, batch.records, batch.problems) == ("end", 0, [])
    assert math.isnan(batch.first_wall_time)


def test_what_is_no_file_is_an_error(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(OSError):  # noqa: PT011  (which one is up to the system)
            decode(str(path), Cursor())


def test_good_and_bad_records_are_each_told_apart(tmp_path: Path) -> None:
    """And the bad ones, whatever their wall times, are not where a run begins."""
    early = ef.WALL - 500
    path = ef.write(
        tmp_path / ef.NAME,
        ef.record(ef.scalar(0)),
        ef.record(ef.scalar(1, wall_time=math.nan)),
        ef.record(b"\xff\xff\xff"),
        ef.record(b"\xff\xff\xff", bad_data_crc=1),
        ef.record(ef.scalar(4, wall_time=early), bad_data_crc=1),
        ef.record(ef.scalar(5)),
    )
    batches = read(path)
    assert steps(batches) == [0, 1, 5]
    assert [kind for kind, _ in sorted(kinds(batches), key=lambda one: one[1])] == [
        "not_protobuf",
        "data_crc",
        "data_crc",
    ]
    assert batches[0].first_wall_time == ef.WALL


def test_a_failing_image_is_not_where_a_run_begins(tmp_path: Path) -> None:
    image = {"tag": "image", "image": {"encoded_image_string": b"x" * 400}}
    good = [ef.record(ef.summary(step, image)) for step in range(100)]
    bad = ef.record(ef.summary(7, image, wall_time=ef.WALL - 500), bad_data_crc=1)
    batches = read(ef.write(tmp_path / ef.NAME, *good[:50], bad, *good[50:]))
    assert len(batches[0].blobs["images", "image"]) == 100
    assert batches[0].first_wall_time == ef.WALL


# -- table of the damaged ------------------------------------------------------------------------


def damaged(folder: Path, bad: bytes) -> Path:
    """Return a file of steps 0..5 in which `bad` stands for step 2."""
    good = [ef.record(ef.scalar(step)) for step in range(6)]
    return ef.write(folder / ef.NAME, ef.record(ef.file_version()), *good[:2], bad, *good[3:])


def offset_of_step_2() -> int:
    return len(ef.record(ef.file_version())) + 2 * len(ef.record(ef.scalar(0)))


# Protobuf leaves out a step of 0, so the first point is shorter.
SHORTER = len(ef.record(ef.scalar(1))) - len(ef.record(ef.scalar(0)))


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (ef.record(ef.scalar(2), bad_data_crc=1), "data_crc"),
        (ef.record(ef.scalar(2), bad_length_crc=1), "header"),
        (ef.record(b"\xff\xff\xff garbage"), "not_protobuf"),
        (ef.header(1 << 40) + b"rubbish", "header"),
        (ef.header(1 << 62) + b"rubbish", "header"),
        (ef.header(2**64 - 1) + b"rubbish", "header"),
        (ef.record(ef.summary(2, {"tag": "loss", **SCALAR, "tensor": {"dtype": 7}})), "value"),
    ],
)
def test_one_bad_record_stops_no_neighbour(tmp_path: Path, bad: bytes, kind: str) -> None:
    path = damaged(tmp_path, bad)
    batches = read(path)
    assert steps(batches) == [0, 1, 3, 4, 5]
    assert kinds(batches) == [(kind, offset_of_step_2() + SHORTER)]
    (problem,) = [problem for batch in batches for problem in batch.problems]
    assert problem.bytes_skipped == (0 if kind == "value" else len(bad))
    assert problem.file == str(path)
    assert problem.message.endswith(".")


def test_nan_wall_time_keeps_its_point(tmp_path: Path) -> None:
    path = damaged(tmp_path, ef.record(ef.scalar(2, wall_time=math.nan)))
    (batch,) = read(path)
    assert steps([batch]) == [0, 1, 2, 3, 4, 5]
    assert np.isnan(batch.scalars["loss"].wall_times).tolist() == [False] * 2 + [True] + [False] * 3
    assert not batch.problems


def test_first_wall_time_is_the_earliest_finite_one_of_any_event(tmp_path: Path) -> None:
    path = ef.write(
        tmp_path / ef.NAME,
        ef.record(ef.file_version(wall_time=-math.inf)),
        ef.record(ef.scalar(0, wall_time=math.nan)),
        ef.record(ef.scalar(1, wall_time=30.0)),
        ef.record(ef.event(2, 20.0, log_message={"message": "m"})),
    )
    assert read(path)[0].first_wall_time == 20.0


@pytest.mark.parametrize("zeros", [12, 32, 64, 4096])
def test_zeros_are_waited_for_and_then_skipped(tmp_path: Path, zeros: int) -> None:
    first = [ef.record(ef.scalar(step)) for step in range(3)]
    path = ef.write(tmp_path / ef.NAME, *first, bytes(zeros), ef.record(ef.scalar(3)))
    patient = read(path)
    assert (steps(patient), patient[-1].stop, kinds(patient)) == ([0, 1, 2], "zeros", [])
    assert patient[-1].cursor.offset == sum(map(len, first))
    impatient = read(path, patient=False)
    assert steps(impatient) == [0, 1, 2, 3]
    assert kinds(impatient) == [("zeros", sum(map(len, first)))]
    assert impatient[0].problems[0].bytes_skipped == zeros


def test_zeros_filled_in_later_lose_nothing(tmp_path: Path) -> None:
    records = [ef.record(ef.scalar(step)) for step in range(6)]
    path = ef.write(tmp_path / ef.NAME, *records[:2], bytes(len(records[2])), *records[3:])
    before = read(path)
    ef.write(path, *records)
    after = decode(str(path), before[-1].cursor)
    assert (steps(before), steps([after])) == ([0, 1], [2, 3, 4, 5])


@pytest.mark.parametrize("patient", [True, False])
@pytest.mark.parametrize("zeros", [1, 11, 12, 64])
def test_zeros_at_the_end_are_no_problem(tmp_path: Path, zeros: int, patient: bool) -> None:
    path = ef.write(tmp_path / ef.NAME, ef.record(ef.scalar(0)), bytes(zeros))
    batches = read(path, patient=patient)
    assert (steps(batches), kinds(batches)) == ([0], [])
    assert batches[-1].stop == ("zeros" if zeros >= 12 else "cut")
    assert batches[-1].cursor.offset == len(ef.record(ef.scalar(0)))


@pytest.mark.parametrize("patient", [True, False])
def test_a_cut_record_is_left_for_later(tmp_path: Path, patient: bool) -> None:
    whole = ef.record(ef.scalar(1))
    path = ef.write(tmp_path / ef.NAME, ef.record(ef.scalar(0)), whole[:-3])
    batches = read(path, patient=patient)
    assert (steps(batches), batches[-1].stop, kinds(batches)) == ([0], "cut", [])
    ef.append(path, whole[-3:])
    assert steps([decode(str(path), batches[-1].cursor)]) == [1]


def test_a_record_that_claims_more_than_the_file_is_skipped_after_a_while(tmp_path: Path) -> None:
    lost = ef.header(5000) + b"a crash, and another process wrote on"
    path = ef.write(
        tmp_path / ef.NAME, ef.record(ef.scalar(0)), lost, *[ef.record(ef.scalar(1))] * 3
    )
    assert steps(read(path)) == [0]
    batches = read(path, patient=False)
    assert steps(batches) == [0, 1, 1, 1]
    assert kinds(batches) == [("cut", len(ef.record(ef.scalar(0))))]


def test_damage_with_nothing_after_it_is_looked_at_again(tmp_path: Path) -> None:
    path = ef.write(tmp_path / ef.NAME, ef.record(ef.scalar(0)), b"\xff" * 40)
    batches = read(path)
    assert (batches[-1].stop, kinds(batches)) == (
        "damaged",
        [("header", len(ef.record(ef.scalar(0))))],
    )
    ef.append(path, ef.record(ef.scalar(1)))
    after = decode(str(path), batches[-1].cursor)
    assert after.stop == "more"
    assert steps([decode(str(path), after.cursor)]) == [1]


@pytest.mark.parametrize("length", [2**20, 2**31, 2**32 - 1, 1 << 40, 1 << 62, 2**64 - 1])
@pytest.mark.parametrize("patient", [True, False])
def test_nothing_is_allocated_for_a_length(tmp_path: Path, length: int, patient: bool) -> None:
    path = ef.write(tmp_path / ef.NAME, ef.record(ef.scalar(0)), ef.header(length) + bytes(100))
    tracemalloc.start()
    batches = read(path, patient=patient)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20
    assert steps(batches) == [0]


# -- files of another kind -----------------------------------------------------------------------


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("events", b"data")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (gzip.compress(ef.record(ef.scalar(0)) * 100), "gzip"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "git lfs pull"),
        (zipped(), "zip"),
        (zlib.compress(ef.record(ef.scalar(0)) * 100, 1), "zlib"),
        (zlib.compress(ef.record(ef.scalar(0)) * 100, 9), "zlib"),
    ],
    ids=["gzip", "git lfs", "zip", "zlib", "zlib at its best"],
)
def test_files_of_another_kind_are_named(tmp_path: Path, data: bytes, word: str) -> None:
    (batch,) = read(ef.write(tmp_path / ef.NAME, data))
    (problem,) = batch.problems
    assert (problem.kind, problem.bytes_skipped) == ("not_event_file", len(data))
    assert word in problem.message
    assert (batch.records, batch.stop) == (0, "damaged")


@pytest.mark.parametrize("length", [0x8B1F, 0x0178, 0x5E78, 0x9C78, 0xDA78])
@pytest.mark.parametrize("bad", [0, 1])
def test_a_file_that_begins_like_a_compressed_one_is_read(
    tmp_path: Path, length: int, bad: int
) -> None:
    """What looks like the first bytes of gzip or zlib may be the length of a record."""
    padding = length - len(ef.event(0, log_message={"message": "x" * 300})) + 300
    first = ef.event(0, log_message={"message": "x" * padding})
    first = ef.event(0, log_message={"message": "x" * (padding - len(first) + length)})
    assert len(first) == length
    records = [ef.record(first, bad_length_crc=bad), ef.record(ef.scalar(1))]
    batches = read(ef.write(tmp_path / ef.NAME, *records))
    assert steps(batches) == [1]
    assert kinds(batches) == [("header", 0)] * bad


def test_random_bytes_are_one_problem(tmp_path: Path) -> None:
    data = random.Random(1).randbytes(100_000)  # noqa: S311
    batches = read(ef.write(tmp_path / ef.NAME, data), patient=False)
    assert kinds(batches) == [("header", 0)]
    assert batches[0].problems[0].bytes_skipped == len(data)


@given(st.lists(st.binary(max_size=60), max_size=6), st.integers(1, 200))
@settings(max_examples=100)
def test_random_events_raise_nothing(payloads: list[bytes], budget: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = ef.write(Path(folder) / ef.NAME, *map(ef.record, payloads), ef.record(ef.scalar(9)))
        batches = read(path, budget, patient=False)
        assert 9 in steps(batches)
        assert sum(batch.records for batch in batches) == len(payloads) + 1


# -- what events hold ----------------------------------------------------------------------------


def one(folder: Path, *events: bytes) -> Batch:
    (batch,) = read(ef.write(folder / ef.NAME, *map(ef.record, events)))
    return batch


def test_metadata_of_a_tag_is_that_of_its_first_value(tmp_path: Path) -> None:
    bare = {"tensor": {"dtype": 1, "float_val": [0.25]}}
    late = {**bare, "metadata": ef.plugin("text", display_name="late")}
    batch = one(
        tmp_path,
        ef.summary(0, {"tag": "t", **bare, "metadata": ef.plugin("scalars", display_name="D")}),
        ef.summary(1, {"tag": "t", **bare}),
        ef.summary(2, {"tag": "t", **late}),
    )
    assert batch.scalars["t"].steps.tolist() == [0, 1, 2]
    assert batch.cursor.metadata == {"t": TagMetadata("scalars", display_name="D")}
    assert not batch.blobs


def test_a_summary_may_hold_values_of_many_kinds(tmp_path: Path) -> None:
    batch = one(
        tmp_path,
        ef.summary(
            7,
            {"tag": "old", "simple_value": 1.0},
            {"tag": "image", "image": {"width": 2}},
            {"tag": "new", **SCALAR},
            {"tag": "empty"},
            {"tag": "text", "metadata": ef.plugin("text"), "tensor": {"dtype": 7}},
            {"tag": "hp", "metadata": ef.plugin("hparams", b"content")},
        ),
    )
    assert {tag: c.values.tolist() for tag, c in batch.scalars.items()} == {
        "old": [1.0],
        "new": [0.5],
    }
    assert {key: c.slots.tolist() for key, c in batch.blobs.items()} == {
        ("images", "image"): [1],
        ("text", "text"): [4],
        ("hparams", "hp"): [5],
    }
    assert [problem.kind for problem in batch.problems] == ["value"]


def event_at(path: Path, index: BlobColumns, row: int) -> Any:
    data = path.read_bytes()
    offset, length = int(index.offsets[row]), int(index.lengths[row])
    (crc,) = struct.unpack_from("<I", data, offset + length)
    assert ef.masked(data[offset : offset + length]) == crc
    return Event.FromString(data[offset : offset + length])


def test_the_index_points_at_the_events(tmp_path: Path) -> None:
    text = {"tag": "text", "metadata": ef.plugin("text")}
    records = [ef.record(ef.file_version())]
    for step in range(5):
        content = {"tensor": {"dtype": 7, "string_val": [b"text %d" % step]}}
        filler = [{"tag": "loss", "simple_value": 1.0}] * step
        records.append(ef.record(ef.summary(step, *filler, {**text, **content})))
    path = ef.write(tmp_path / ef.NAME, *records)
    index = read(path)[0].blobs["text", "text"]
    for row in range(5):
        event = event_at(path, index, row)
        assert event.step == index.steps[row] == row
        assert event.wall_time == index.wall_times[row]
        value = event.summary.value[index.slots[row]]
        assert value.tensor.string_val == [b"text %d" % row]


def test_graphs_and_run_metadata_are_indexed_as_events(tmp_path: Path) -> None:
    path = ef.write(
        tmp_path / ef.NAME,
        ef.record(ef.event(0, graph_def=b"graph")),
        ef.record(ef.event(1, meta_graph_def=b"meta")),
        ef.record(ef.event(2, tagged_run_metadata={"tag": "step2", "run_metadata": b"r"})),
    )
    (batch,) = read(path)
    assert set(batch.blobs) == {
        ("graphs", RUN_GRAPH_TAG),
        ("graphs", "__meta_graph__"),
        ("graphs", "step2"),
    }
    assert all(index.slots.tolist() == [-1] for index in batch.blobs.values())
    assert event_at(path, batch.blobs["graphs", RUN_GRAPH_TAG], 0).graph_def == b"graph"
    metadata = event_at(path, batch.blobs["graphs", "step2"], 0).tagged_run_metadata
    assert (metadata.tag, metadata.run_metadata) == ("step2", b"r")


def test_only_a_session_start_is_a_restart(tmp_path: Path) -> None:
    batch = one(
        tmp_path,
        ef.start(0),
        ef.event(5, session_log={"status": 2}),
        ef.event(6, session_log={"status": 3, "checkpoint_path": "p"}),
        ef.start(7, wall_time=9.0),
    )
    assert [(start.step, start.wall_time) for start in batch.starts] == [(0, ef.WALL), (7, 9.0)]


def test_events_without_a_summary_end_nothing(tmp_path: Path) -> None:
    batch = one(
        tmp_path,
        b"",
        ef.file_version(),
        ef.file_version(),
        ef.event(0, log_message={"level": 20, "message": "m"}),
        ef.event(0, source_metadata={"writer": "w" * 10_000}),
        b"\xa2\x06\x03new",  # a field that does not exist yet
        ef.scalar(1),
    )
    assert (batch.records, steps([batch]), batch.problems) == (7, [1], [])


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -0.0, 1e-45])
def test_special_values_survive(tmp_path: Path, number: float) -> None:
    (found,) = one(tmp_path, ef.scalar(0, number)).scalars["loss"].values
    assert struct.pack("<f", found) == struct.pack("<f", number)


@pytest.mark.parametrize("step", [-(2**63), -5, 0, 2**53 + 1, 2**63 - 1])
def test_steps_are_exact(tmp_path: Path, step: int) -> None:
    assert steps([one(tmp_path, ef.scalar(step, wall_time=1.0))]) == [step]


def test_odd_tags_are_tags(tmp_path: Path) -> None:
    tags = ["", "/", "a//b", "../up", "⁴ 学習率", "__proto__", "x" * MAX_TAG_CHARACTERS]
    batch = one(tmp_path, *(ef.scalar(0, tag=tag) for tag in tags))
    assert list(batch.scalars) == tags


def test_a_tag_that_is_far_too_long_is_left_out(tmp_path: Path) -> None:
    batch = one(tmp_path, ef.scalar(0, tag="x" * (MAX_TAG_CHARACTERS + 1)), ef.scalar(0))
    assert list(batch.scalars) == ["loss"]
    assert [problem.kind for problem in batch.problems] == ["value"]
    assert len(batch.problems[0].message) < 200


@pytest.mark.parametrize("size", [20, 400])
def test_metadata_that_is_none_costs_only_its_record(tmp_path: Path, size: int) -> None:
    """In a record whose payload is only indexed as well, however often the tag was seen before."""
    image = {"tag": "image", "image": {"encoded_image_string": b"x" * size}}
    bare = ef.summary(1, image)
    described = ef.summary(2, {**image, "metadata": ef.plugin("images", display_name="abc")})
    batch = one(tmp_path, described.replace(b"abc", b"a\xffc"), bare, described)
    assert batch.blobs["images", "image"].steps.tolist() == [1, 2]
    assert [problem.kind for problem in batch.problems] == ["not_protobuf"]
    again = one(tmp_path / "again", described, described.replace(b"abc", b"a\xffc"), bare)
    assert again.blobs["images", "image"].steps.tolist() == [2, 1]
    assert [problem.kind for problem in again.problems] == ["not_protobuf"]


def test_a_tag_that_is_not_utf8_costs_only_its_record(tmp_path: Path) -> None:
    bad = ef.scalar(1, tag="abc").replace(b"abc", b"a\xffc")
    batch = one(tmp_path, ef.scalar(0), bad, ef.scalar(2))
    assert steps([batch]) == [0, 2]
    assert [problem.kind for problem in batch.problems] == ["not_protobuf"]


@pytest.mark.parametrize("before", range(8))
def test_tags_that_differ_in_letters_eight_apart_are_told_apart(
    before: int, tmp_path: Path
) -> None:
    """Their records differ in one byte of several words alone, whichever of the eight it is."""
    digits = "0123456789abcdef"
    tags = [f"{'x' * before}{one}/middle{other}" for one in digits for other in digits]
    order = [tags[at] for at in np.random.default_rng(1).permutation(6 * 256) % 256]
    records = [ef.record(ef.scalar(1000 + at, at, tag)) for at, tag in enumerate(order)]
    batch = decode(ef.write(tmp_path / ef.NAME, *records), Cursor())
    assert batch.scalars.keys() == set(tags)
    for tag, columns in batch.scalars.items():
        assert columns.values.tolist() == [at for at, one in enumerate(order) if one == tag]

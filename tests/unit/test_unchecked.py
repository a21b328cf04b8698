"""Writers that make no checksums, or wrong ones, and how they are told from damage.

That every record of a file fails says that its writer makes none; one that holds says that it does.
What is read must not depend on how much of the file was there at which time.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import event_files as ef
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_reader import Reading, decode_file, read, reading_of

from tbwidget import Logdir
from tbwidget.events.columns import Cursor
from tbwidget.events.decode import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

BUDGETS = [1, 60, 200, 4 * 2**20]


def no_length_crc(data: bytes) -> bytes:
    """Return `data` framed by a writer that computes checksums of data only."""
    return ef.record(data)[:8] + bytes(4) + ef.record(data)[12:]


def no_crc(data: bytes) -> bytes:
    """Return `data` framed by a writer that computes no checksum at all."""
    return ef.unchecked(data)[:8] + bytes(4) + ef.unchecked(data)[12:]


def wrong_crc(data: bytes) -> bytes:
    """Return `data` framed by a writer whose checksums are of some other sort."""
    return ef.record(data, bad_length_crc=0x5A5A5A5A, bad_data_crc=0xA5A5A5A5)


WRITERS = [ef.unchecked, no_length_crc, no_crc, wrong_crc]


def steps(reading: Reading) -> list[int]:
    return [step for step, _, _ in reading.scalars.get("loss", [])]


def read_file(path: Path, budget: int = 4 * 2**20, *, patient: bool = True) -> Reading:
    return reading_of(decode_file(path, budget, patient=patient))


def write(folder: Path, frames: Iterable[Callable[[bytes], bytes]]) -> Path:
    """Write a file of one point a record, each framed by its own function."""
    points = [frame(ef.scalar(step)) for step, frame in enumerate(frames)]
    return ef.write(folder / ef.NAME, *points)


def bad(data: bytes) -> bytes:
    return ef.record(data, bad_data_crc=1)


# -- no checksum holds ---------------------------------------------------------------------------


@pytest.mark.parametrize("frame", WRITERS)
@pytest.mark.parametrize("budget", BUDGETS)
def test_a_writer_without_checksums_is_read_with_a_note(
    tmp_path: Path, frame: Callable[[bytes], bytes], budget: int
) -> None:
    reading = read_file(write(tmp_path, [frame] * 9), budget)
    assert steps(reading) == list(range(9))
    assert reading.problems == [(0, "no_crc", 0)]


@pytest.mark.parametrize("frame", WRITERS)
def test_a_writer_without_checksums_is_read_live(
    tmp_path: Path, frame: Callable[[bytes], bytes]
) -> None:
    path = ef.write(tmp_path / "a" / ef.NAME)
    logs = Logdir(tmp_path, cache=False)
    seen = []
    for step in range(4):
        ef.append(path, frame(ef.scalar(step)))
        logs.refresh()
        series = logs["a"].scalars.get("loss")
        found = [] if series is None else series.steps.tolist()
        seen.append((found, [problem.kind for problem in logs.problems]))
    assert seen[0] == ([], ["data_crc" if frame is ef.unchecked else "header"])
    assert seen[1:] == [([*range(n)], ["no_crc"]) for n in (2, 3, 4)]
    assert logs.progress.points == 4


def test_a_file_without_checksums_is_without_them_from_then_on(tmp_path: Path) -> None:
    path = write(tmp_path, [ef.unchecked] * 3)
    before = decode(str(path), Cursor())
    ef.append(path, ef.unchecked(ef.scalar(3)))
    after = decode(str(path), before.cursor)
    assert (after.scalars["loss"].steps.tolist(), after.problems, after.anew) == ([3], [], False)


def test_what_is_no_event_is_withheld_without_checksums_too(tmp_path: Path) -> None:
    frames = [ef.unchecked, lambda _: ef.unchecked(b"\xff\xff\xff"), ef.unchecked, ef.unchecked]
    path = write(tmp_path, frames)
    for budget in BUDGETS:
        reading = read_file(path, budget)
        assert steps(reading) == [0, 2, 3]
        assert [kind for _, kind, _ in reading.problems] == ["no_crc", "data_crc"]


def test_a_broken_header_costs_its_record_without_checksums_too(tmp_path: Path) -> None:
    broken = ef.record(ef.scalar(2), bad_length_crc=1)
    path = write(tmp_path, [ef.unchecked] * 2 + [lambda _: broken] + [ef.unchecked] * 3)
    for budget in BUDGETS:
        reading = read_file(path, budget)
        assert steps(reading) == [0, 1, 3, 4, 5]
        assert [(kind, size) for _, kind, size in reading.problems[1:]] == [("header", len(broken))]


# -- one that holds --------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("good", [0, 1, 2, 5, 9])
def test_failing_records_are_damage_if_one_holds(tmp_path: Path, budget: int, good: int) -> None:
    path = write(tmp_path, [bad] * good + [ef.record] + [bad] * (9 - good))
    reading = read_file(path, budget)
    assert steps(reading) == [good]
    assert [kind for _, kind, _ in reading.problems] == ["data_crc"] * 9


def test_points_are_taken_back_when_a_record_holds_after_all(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [bad] * 3)
    logs = Logdir(tmp_path, cache=False)
    assert logs["a"].scalars["loss"].steps.tolist() == [0, 1, 2]
    ef.append(path, ef.record(ef.scalar(7)))
    logs.refresh()
    assert logs["a"].scalars["loss"].steps.tolist() == [7]
    assert [problem.kind for problem in logs.problems] == ["data_crc"] * 3
    assert logs.progress.points == 1
    ef.append(path, bad(ef.scalar(8)), bad(ef.scalar(9)))
    logs.refresh()
    assert logs["a"].scalars["loss"].steps.tolist() == [7]


def test_a_broken_first_header_is_no_writer_without_checksums(tmp_path: Path) -> None:
    broken = ef.record(ef.scalar(0), bad_length_crc=1)
    path = write(tmp_path, [lambda _: broken, ef.record])
    for budget in BUDGETS:
        reading = read_file(path, budget)
        assert steps(reading) == [1]
        assert reading.problems == [(0, "header", len(broken))]


def test_a_length_that_holds_ends_the_reading_without(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [no_crc] * 3)
    logs = Logdir(tmp_path, cache=False)
    assert logs["a"].scalars["loss"].steps.tolist() == [0, 1, 2]
    ef.append(path, ef.record(ef.scalar(7)))
    logs.refresh()
    assert logs["a"].scalars["loss"].steps.tolist() == [7]
    assert [problem.kind for problem in logs.problems] == ["header"]


# -- a record alone --------------------------------------------------------------------------------


def test_one_record_alone_that_fails_is_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [bad])
    logs = Logdir(tmp_path, cache=False)
    (problem,) = logs.problems
    assert (problem.kind, problem.offset) == ("data_crc", 0)
    assert problem.bytes_skipped == path.stat().st_size
    ef.append(path, ef.record(ef.scalar(1)))
    logs.refresh()
    assert logs["a"].scalars["loss"].steps.tolist() == [1]
    assert logs.problems == [problem]


def test_failing_records_that_are_no_events_are_withheld(tmp_path: Path) -> None:
    path = ef.write(tmp_path / ef.NAME, *[ef.record(b"\xff\xff\xff", bad_data_crc=1)] * 3)
    for budget in BUDGETS:
        assert [kind for _, kind, _ in read_file(path, budget).problems] == ["data_crc"] * 3


def test_one_event_among_failing_records_says_nothing_of_the_writer(tmp_path: Path) -> None:
    rubbish = ef.record(b"\xff\xff\xff", bad_data_crc=1)
    path = ef.write(tmp_path / ef.NAME, rubbish, bad(ef.scalar(1)), rubbish)
    for budget in BUDGETS:
        reading = read_file(path, budget)
        assert (steps(reading), len(reading.problems)) == ([], 3)


@given(
    st.lists(st.sampled_from([ef.record, bad, *WRITERS]), max_size=9),
    st.lists(st.sampled_from([bad, *WRITERS]), max_size=3),
    st.sampled_from(BUDGETS),
    st.booleans(),
    st.integers(0, 2**32),
)
@settings(max_examples=300)
def test_any_mix_of_checksums_is_read_as_record_by_record(
    tmp_path_factory: pytest.TempPathFactory,
    frames: list[Callable[[bytes], bytes]],
    same: list[Callable[[bytes], bytes]],
    budget: int,
    patient: bool,
    seed: int,
) -> None:
    """Whole files, and files that grow: the end is the same."""
    rng = random.Random(seed)  # noqa: S311  (not a secret)
    path = write(tmp_path_factory.getbasetemp(), same * 3 + frames)
    data = path.read_bytes()
    expected = read(data, patient=patient)
    assert read_file(path, budget, patient=patient) == expected
    batches, cursor = [], Cursor()
    for end in sorted({*rng.choices(range(len(data) + 1), k=rng.randint(0, 9)), len(data)}):
        path.write_bytes(data[:end])
        while True:
            batches.append(decode(str(path), cursor, budget, patient=patient))
            cursor = batches[-1].cursor
            if batches[-1].stop != "more":
                break
    grown = reading_of(batches)
    assert (grown.scalars, grown.offset) == (expected.scalars, expected.offset)
    assert {(offset, kind) for offset, kind, _ in expected.problems} <= {
        (offset, kind) for offset, kind, _ in grown.problems
    }

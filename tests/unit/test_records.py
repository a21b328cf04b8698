"""Framing: what is read of good and of damaged bytes."""

from __future__ import annotations

import random
import struct
import tempfile
from collections import Counter
from pathlib import Path

import event_files as ef
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tbwidget.events import records
from tbwidget.events.columns import Batch, Cursor
from tbwidget.events.decode import decode
from tbwidget.events.records import Record, Stop, frame_record, masked_crc32c, resync, scan


def read(data: bytes, base: int = 0) -> tuple[list[Record], Stop]:
    *found, stop = scan(memoryview(data), base)
    assert isinstance(stop, Stop)
    assert all(isinstance(item, Record) for item in found)
    return found, stop  # type: ignore[return-value]


def stops(data: bytes) -> tuple[str, int]:
    _, stop = read(data)
    return stop.reason, stop.offset


# -- checksums -----------------------------------------------------------------------------------


def test_crc_of_32_zero_bytes_is_the_published_one() -> None:
    crc = 0x8A9136AA  # RFC 3720, B.4
    assert masked_crc32c(bytes(32)) == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_crc_of_text_is_that_of_tensorboard() -> None:
    assert masked_crc32c(b"\x1a\x11CRC test, one two") == 0x5794D08A


def test_known_header_is_accepted() -> None:
    known = bytes.fromhex("1800000000000000a37f4b22")
    found, stop = read(known + bytes(24) + struct.pack("<I", masked_crc32c(bytes(24))))
    assert [len(record.data) for record in found] == [24]
    assert stop == Stop(40, "end")


@given(st.binary(max_size=300))
def test_framing_and_reading_are_inverse(payload: bytes) -> None:
    assert frame_record(payload) == ef.record(payload)
    ((record,), stop) = read(frame_record(payload))
    assert (bytes(record.data), record.intact, record.offset) == (payload, True, 0)
    assert (stop.reason, stop.offset) == ("end", record.end)


# -- reading -------------------------------------------------------------------------------------


def test_reads_delivered_in_pieces_lose_and_repeat_nothing() -> None:
    first, second = ef.record(b"\x1a\x0dincremental!!"), ef.record(b"the next one")
    whole = first + second
    seen, position = [], 0
    for arrived in (5, 11, 12, 12 + 7, len(first) + 12, len(whole) - 1, len(whole)):
        found, stop = read(whole[position:arrived], position)
        seen.append((len(found), stop.reason))
        position = stop.offset
    assert seen == [
        (0, "cut"),
        (0, "cut"),
        (0, "cut"),
        (0, "cut"),
        (1, "cut"),
        (0, "cut"),
        (1, "end"),
    ]


def test_offsets_count_from_the_base() -> None:
    found, stop = read(ef.record(b"a") + ef.record(b"bc"), 1000)
    assert [record.offset for record in found] == [1000, 1017]
    assert stop.offset == 1035


def test_a_record_without_payload_is_a_record() -> None:
    ((record,), stop) = read(ef.record(b""))
    assert (len(record.data), record.intact, stop.reason) == (0, True, "end")


def test_a_wrong_data_checksum_is_told_and_the_data_delivered() -> None:
    found, stop = read(ef.record(b"one") + ef.record(b"two", bad_data_crc=1) + ef.record(b"six"))
    assert [(bytes(r.data), r.intact) for r in found] == [
        (b"one", True),
        (b"two", False),
        (b"six", True),
    ]
    assert stop.reason == "end"


def test_a_cut_record_says_how_many_bytes_it_needs() -> None:
    whole = ef.record(b"0123456789")
    for arrived in range(12, len(whole)):
        _, stop = read(whole[:arrived])
        assert (stop.reason, stop.needed) == ("cut", len(whole))
    for arrived in range(1, 12):
        _, stop = read(whole[:arrived])
        assert (stop.reason, stop.needed) == ("cut", 12)


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        (b"", "end"),
        (ef.record(b"data")[:-1], "cut"),
        (ef.record(b"data")[:3], "cut"),
        (bytes(12), "zeros"),
        (bytes(4096), "zeros"),
        (ef.record(b"data", bad_length_crc=1), "damaged"),
        (bytes(8) + b"\1\0\0\0" + bytes(20), "damaged"),
        (ef.header(2**31 + 1) + bytes(20), "damaged"),
        (ef.header(2**32 - 1) + bytes(20), "damaged"),
        (ef.header(2**62 + 5) + bytes(20), "damaged"),
        (ef.header(2**64 - 1) + bytes(20), "damaged"),
        (ef.header(2**31) + bytes(20), "cut"),
    ],
)
def test_why_reading_stops(tail: bytes, reason: str) -> None:
    good = ef.record(b"good")
    assert stops(good + tail) == (reason, len(good))


# -- finding the way back ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"\xff" * 5,
        bytes(4),
        bytes(64),
        bytes(4096),
        bytes(4097) + b"\1" + bytes(31),
        b"rubbish" + bytes(100) + b"rubbish",
        ef.record(b"bad", bad_length_crc=1),
        ef.record(b"bad", bad_data_crc=1),
        ef.header(1 << 40),
        ef.header(10**6),
    ],
)
@pytest.mark.parametrize("payload", [b"", b"x", bytes(40), b"p" * 255, b"p" * 256, b"p" * 65536])
def test_resync_finds_the_next_good_record(rubbish: bytes, payload: bytes) -> None:
    data = rubbish + ef.record(payload) + ef.record(b"another")
    assert resync(memoryview(data), 0) == len(rubbish)


def test_resync_starts_where_it_is_told() -> None:
    data = ef.record(b"one") + ef.record(b"two")
    assert resync(memoryview(data), 0) == 0
    assert resync(memoryview(data), 1) == len(ef.record(b"one"))


@pytest.mark.parametrize(
    "data",
    [b"", bytes(3), bytes(11), bytes(10_000), b"\xff" * 10_000, ef.record(b"cut off")[:-1]],
)
def test_resync_finds_nothing_where_there_is_nothing(data: bytes) -> None:
    assert resync(memoryview(data), 0) is None


def test_zeros_that_begin_a_header_do_not_stop_reading() -> None:
    data = ef.record(bytes(256))  # its length begins with a zero byte
    assert [stops(data[:arrived])[0] for arrived in (1, 11)] == ["cut", "cut"]
    data = ef.record(bytes(65536))
    assert stops(data[:2])[0] == "cut"


def test_resync_takes_no_record_with_only_one_good_checksum() -> None:
    data = ef.record(b"a" * 40, bad_data_crc=1) + ef.record(b"b" * 40, bad_length_crc=1)
    assert resync(memoryview(data), 0) is None


def test_resync_looks_no_further_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "RESYNC_BYTES", 100)
    good = ef.record(b"good")
    assert resync(memoryview(b"\xff" * (100 - len(good)) + good), 0) == 100 - len(good)
    assert resync(memoryview(b"\xff" * (101 - len(good)) + good), 0) is None


def test_resync_is_not_quadratic_in_zeros() -> None:
    """64 MiB of zeros would take hours if every place in them were looked at."""
    data = bytes(records.RESYNC_BYTES - 100) + ef.record(b"good")
    assert resync(memoryview(data), 0) == records.RESYNC_BYTES - 100


def test_resync_is_not_quadratic_in_headers_or_short_runs_of_zeros() -> None:
    """Here hours too, if each header's claim were checked, or each run copied to be measured."""
    claims = ef.header(8 * 2**20) * 2_000_000
    assert resync(memoryview(claims), 0) is None
    runs = (bytes(16) + b"\1") * 100_000 + ef.record(b"good")
    assert resync(memoryview(runs), 0) == len(runs) - len(ef.record(b"good"))


# -- whatever happens to a file ------------------------------------------------------------------

_RANDOM = random.Random(20)  # noqa: S311  (values to tell apart)
VALUES = [float(struct.unpack("<f", struct.pack("<f", _RANDOM.random()))[0]) for _ in range(49)]
RECORDS = [ef.record(ef.file_version())] + [
    ef.record(ef.scalar(step, value)) for step, value in enumerate(VALUES)
]
FILE = b"".join(RECORDS)
#: Where each record begins, and where the last one ends.
EDGES = [sum(map(len, RECORDS[:number])) for number in range(51)]
WRITTEN = dict(enumerate(VALUES))


def decode_bytes(data: bytes, *, patient: bool = False) -> tuple[dict[int, float], list[Batch]]:
    """Return the points in `data` by step, and the batches they came in."""
    with tempfile.TemporaryDirectory() as folder:
        path = ef.write(Path(folder) / ef.NAME, data)
        batches, cursor = [], Cursor()
        while not batches or batches[-1].stop == "more":
            batches.append(decode(str(path), cursor, patient=patient))
            cursor = batches[-1].cursor
    points = [
        (int(step), float(value))
        for batch in batches
        for columns in batch.scalars.values()
        for step, value in zip(columns.steps, columns.values, strict=True)
    ]
    assert not [step for step, count in Counter(step for step, _ in points).items() if count > 1]
    return dict(points), batches


def record_at(offset: int) -> int:
    return max(number for number in range(50) if EDGES[number] <= offset)


@given(st.integers(0, len(FILE)), st.booleans())
@settings(max_examples=300)
def test_a_file_cut_anywhere_gives_all_that_is_whole(length: int, patient: bool) -> None:
    points, batches = decode_bytes(FILE[:length], patient=patient)
    whole = sum(edge <= length for edge in EDGES) - 1
    assert points == {step: WRITTEN[step] for step in range(max(0, whole - 1))}
    assert batches[-1].cursor.offset == EDGES[whole]
    assert batches[-1].stop == ("end" if length == EDGES[whole] else "cut")
    assert not [problem for batch in batches for problem in batch.problems]


@given(st.integers(0, len(FILE) - 1), st.integers(0, 7))
@example(0, 0)
@example(7, 7)  # a length beyond any file
@example(8, 0)
@example(len(FILE) - 1, 7)
@settings(max_examples=600)
def test_a_flipped_bit_costs_one_record_and_no_value_is_wrong(position: int, bit: int) -> None:
    damaged = bytearray(FILE)
    damaged[position] ^= 1 << bit
    points, batches = decode_bytes(bytes(damaged))
    hit = record_at(position)
    expected = {step: value for step, value in WRITTEN.items() if step != hit - 1}
    assert points == expected
    problems = [problem for batch in batches for problem in batch.problems]
    assert [problem.offset for problem in problems] == [EDGES[hit]]
    assert problems[0].bytes_skipped == len(RECORDS[hit])


@given(st.integers(0, len(FILE) - 1), st.binary(min_size=1, max_size=400))
@settings(max_examples=300)
def test_overwritten_bytes_cost_only_the_records_they_hit(position: int, rubbish: bytes) -> None:
    end = min(len(FILE), position + len(rubbish))
    damaged = FILE[:position] + rubbish[: end - position] + FILE[end:]
    points, batches = decode_bytes(damaged)
    hit = range(record_at(position), record_at(end - 1) + 1)
    untouched = {step: value for step, value in WRITTEN.items() if step + 1 not in hit}
    assert untouched.items() <= points.items()
    assert points.items() <= WRITTEN.items()
    assert sum(batch.records for batch in batches) <= 50


@given(st.lists(st.integers(1, 49), min_size=2, max_size=2, unique=True).map(sorted), st.data())
@settings(max_examples=100)
def test_two_flipped_bits_cost_two_records(hit: list[int], data: st.DataObject) -> None:
    damaged = bytearray(FILE)
    for number in hit:
        position = data.draw(st.integers(EDGES[number], EDGES[number + 1] - 1))
        damaged[position] ^= 1 << data.draw(st.integers(0, 7))
    points, _ = decode_bytes(bytes(damaged))
    assert points == {step: v for step, v in WRITTEN.items() if step + 1 not in hit}


@given(st.binary(max_size=500), st.booleans())
@settings(max_examples=200)
def test_random_bytes_raise_nothing(data: bytes, patient: bool) -> None:
    points, _ = decode_bytes(data, patient=patient)
    assert not points


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_random_payloads_raise_nothing_and_stop_no_neighbour(payload: bytes) -> None:
    points, _ = decode_bytes(RECORDS[0] + RECORDS[1] + ef.record(payload) + RECORDS[2])
    assert {0, 1} <= set(points)

"""Finding the records of a buffer on many lanes at once, held against following them one by one."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import event_files as ef
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tbwidget.events import framing
from tbwidget.events.columnar import PADDING_BYTES
from tbwidget.events.framing import frame, header, hop

if TYPE_CHECKING:
    from collections.abc import Callable

RANDOMS = st.integers(0, 2**32).map(random.Random)


def framed(data: bytes, position: int = 0, size: int | None = None) -> list[tuple[int, int]]:
    """Return starts and lengths as `frame` finds them."""
    padded = bytearray(data) + bytearray(b"\xaa" * PADDING_BYTES)
    size = len(data) if size is None else size
    starts, lengths = frame(padded, np.frombuffer(padded, np.uint8), position, size)
    return list(zip(starts.tolist(), lengths.tolist(), strict=True))


def followed(data: bytes, position: int = 0, size: int | None = None) -> list[tuple[int, int]]:
    """Return the same found from record to record."""
    size, found = len(data) if size is None else size, []
    while position + 16 <= size:
        length = int.from_bytes(data[position : position + 8], "little")
        if data[position : position + 12] != ef.header(length) or position + 16 + length > size:
            break
        found.append((position, length))
        position += 16 + length
    return found


# -- files that lanes are hard on ------------------------------------------------------------------


def alike(rng: random.Random, count: int) -> list[bytes]:
    """Return records of one length: all lanes begin at once."""
    return [ef.record(rng.randbytes(20))] * count


def of_some_lengths(rng: random.Random, count: int) -> list[bytes]:
    lengths = [rng.randint(0, 60) for _ in range(rng.choice([2, 5, 40]))]
    return [ef.record(rng.randbytes(rng.choice(lengths))) for _ in range(count)]


def with_headers_inside(rng: random.Random, count: int) -> list[bytes]:
    """Return records whose data hold headers of the length of others: lanes begin where none is."""
    inside = [ef.header(20), ef.record(bytes(20)), ef.header(20) * 3, ef.header(300), b"x" * 20]
    return [ef.record(rng.choice(inside)) for _ in range(count)]


def with_long_ones(rng: random.Random, count: int) -> list[bytes]:
    """Return short records with long ones among them that skip whole lanes."""
    long = [ef.record(rng.choice([b"y", ef.header(20)]) * 3000) for _ in range(3)]
    return [rng.choice(long) if rng.random() < 0.02 else ef.record(b"x" * 20) for _ in range(count)]


def empty(rng: random.Random, count: int) -> list[bytes]:
    return [ef.record(b"")] * count


SORTS = [alike, of_some_lengths, with_headers_inside, with_long_ones, empty]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 5000])
def test_good_files_are_framed_whole(
    sort: Callable[[random.Random, int], list[bytes]], count: int
) -> None:
    records = sort(random.Random(count), count)  # noqa: S311  (not a secret)
    found = framed(b"".join(records))
    assert [length + 16 for _, length in found] == [*map(len, records)]
    assert found == followed(b"".join(records))


@given(RANDOMS, st.sampled_from(SORTS))
@settings(max_examples=150)
def test_any_file_is_framed_as_one_record_after_the_other(
    rng: random.Random, sort: Callable[[random.Random, int], list[bytes]]
) -> None:
    records = sort(rng, rng.choice([70, 500, 3000]))
    data = bytearray(b"".join(records))
    for _ in range(rng.choice([0, 1, 1, 3])):
        place = rng.randrange(len(data))
        if rng.random() < 0.5:
            data[place] ^= 1 << rng.randrange(8)
        else:
            data[place : place + 1] = rng.choice([b"", b"zz", ef.header(20), bytes(40), records[0]])
    first = rng.choice([0, 0, sum(map(len, records[:7]))])
    size = rng.choice([len(data), rng.randint(first, len(data))])
    assert framed(bytes(data), first, size) == followed(bytes(data), first, size)


@given(RANDOMS)
@settings(max_examples=150)
def test_any_bytes_are_framed_as_one_record_after_the_other(rng: random.Random) -> None:
    begin = b"".join(alike(rng, rng.choice([0, 70, 400])))
    rest = rng.choice([rng.randbytes(9000), ef.header(20) * 900, ef.header(2**32 - 1) * 900])
    assert framed(begin + rest) == followed(begin + rest)


def test_lanes_are_in_use_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the tests above would say less than they seem to."""
    lanes = []
    follow = framing._follow

    def counted(words: object, begins: np.ndarray, size: int) -> object:
        lanes.append(len(begins))
        return follow(words, begins, size)

    monkeypatch.setattr(framing, "_follow", counted)
    for sort in SORTS:
        framed(b"".join(sort(random.Random(1), 5000)))  # noqa: S311  (not a secret)
    assert len(lanes) >= 4
    assert max(lanes) > 50


def test_hop_ends_where_it_is_told() -> None:
    data = bytearray(b"".join([ef.record(b"x" * 20)] * 9))
    assert hop(data, 36, len(data), 3) == ([36, 72, 108], 144)
    assert hop(data, 0, 107, 9) == ([0, 36], 72)


@pytest.mark.parametrize("length", [0, 1, 255, 256, 4095, 4096, 2**31])
def test_headers_are_those_of_the_format(length: int) -> None:
    assert header(length) == ef.header(length)

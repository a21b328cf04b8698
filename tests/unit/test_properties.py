"""What holds of every event file: decoding is held against a reader as plain as can be."""

from __future__ import annotations

import random
import tempfile
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import event_files as ef
import pytest
from generated_logs import (
    BLOB_FORMS,
    SCALAR_FORMS,
    Recipe,
    Tag,
    damaged,
    random_recipe,
    records_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_reader import Reading, decode_file, read, reading_of

from tbwidget.events.columns import Cursor
from tbwidget.events.decode import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The first shrinks, the second finds more.
RANDOMS = st.randoms(use_true_random=False) | st.integers(0, 2**32).map(random.Random)
#: From a byte at a time to all at once; small files only get the small ones.
BUDGETS = (1, 13, 100, 1000, 5000, 30_000, 200_000, 4 * 2**20)


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    """A path to write event files to; Hypothesis calls a test often, so it is shared."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / ef.NAME


def decoded(file: Path, data: bytes, budget: int = 4 * 2**20, *, patient: bool = False) -> Reading:
    file.write_bytes(data)
    return reading_of(decode_file(file, budget, patient=patient))


def budget_of(rng: random.Random, data: bytes) -> int:
    return rng.choice([budget for budget in BUDGETS if len(data) / budget < 200])


# -- the same as record by record ----------------------------------------------------------------


@given(RANDOMS)
@settings(max_examples=150)
def test_any_file_is_read_as_record_by_record(file: Path, rng: random.Random) -> None:
    data = b"".join(records_of(random_recipe(rng)))
    assert decoded(file, data, budget_of(rng, data)) == read(data)


@pytest.mark.parametrize("seed", range(25))
def test_long_files_are_read_as_record_by_record(file: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (not a secret)
    recipe = random_recipe(rng, 12_000)
    data = b"".join(records_of(recipe))
    assert decoded(file, data, budget_of(rng, data)) == read(data)


@given(RANDOMS, st.booleans())
@settings(max_examples=150)
def test_any_damage_is_read_as_record_by_record(
    file: Path, rng: random.Random, patient: bool
) -> None:
    records = records_of(random_recipe(rng))
    data = damaged(rng, records)
    reading = decoded(file, data, budget_of(rng, data), patient=patient)
    assert reading == read(data, patient=patient)


@given(RANDOMS)
@settings(max_examples=60)
def test_a_file_that_grows_is_read_as_it_stands_at_the_end(file: Path, rng: random.Random) -> None:
    data = b"".join(records_of(random_recipe(rng)))
    batches, cursor = [], Cursor()
    for end in sorted({*rng.choices(range(len(data) + 1), k=rng.randint(0, 30)), len(data)}):
        file.write_bytes(data[:end])
        while True:
            batches.append(decode(str(file), cursor))
            cursor = batches[-1].cursor
            if batches[-1].stop != "more":
                break
    assert reading_of(batches) == read(data)


@pytest.mark.parametrize("form", [*SCALAR_FORMS, *BLOB_FORMS])
@pytest.mark.parametrize("metadata", ["first", "always"])
def test_every_form_of_a_value_at_every_width_of_a_step(
    file: Path, form: str, metadata: str
) -> None:
    tags = (Tag("loss", form), Tag("train/accuracy", "simple_value"), Tag("x", form, 5, 2))
    for first_step, values_per_event in (0, 1), (100, 3), (16_300, 1), (-50, 3), (2**63 - 300, 1):
        recipe = Recipe(
            iterations=600,
            tags=tags,
            values_per_event=values_per_event,
            first_step=first_step,
            metadata=metadata,
            specials=0.02,
        )
        data = b"".join(records_of(recipe))
        assert decoded(file, data) == read(data), recipe


# -- damage costs what it hits -------------------------------------------------------------------

RECORDS = [
    ef.record(ef.file_version()),
    *(ef.record(ef.scalar(step, step / 4)) for step in range(49)),
]
FILE = b"".join(RECORDS)
EDGES = [sum(map(len, RECORDS[:number])) for number in range(51)]


@pytest.mark.parametrize("patient", [False, True])
def test_fifty_records_cut_anywhere_keep_all_that_is_whole(file: Path, patient: bool) -> None:
    points = read(FILE).scalars["loss"]
    for length in range(len(FILE) + 1):
        whole = sum(edge <= length for edge in EDGES) - 1
        reading = decoded(file, FILE[:length], patient=patient)
        assert reading.scalars.get("loss", []) == points[: max(0, whole - 1)], length
        assert (reading.records, reading.problems) == (whole, []), length


@pytest.mark.parametrize("patient", [False, True])
def test_fifty_records_with_any_byte_changed_lose_only_the_one_it_is_in(
    file: Path, patient: bool
) -> None:
    points = read(FILE).scalars["loss"]
    for place in range(len(FILE)):
        hit = max(number for number in range(50) if EDGES[number] <= place)
        data = bytearray(FILE)
        data[place] ^= place % 255 + 1
        reading = decoded(file, bytes(data), patient=patient)
        expected = points if hit == 0 else points[: hit - 1] + points[hit:]
        assert reading.scalars["loss"] == expected, place
        assert [(offset, size) for offset, _, size in reading.problems] == [
            (EDGES[hit], len(RECORDS[hit]))
        ], place


@given(RANDOMS)
@settings(max_examples=100)
def test_a_changed_byte_in_a_long_file_gives_no_wrong_value(file: Path, rng: random.Random) -> None:
    """A file of some thousand records, which are alike, is where decoding takes short cuts."""
    recipe = Recipe(
        seed=rng.randrange(2**32),
        iterations=rng.choice([100, 700, 2000]),
        tags=tuple(
            Tag(f"tag{n}", rng.choice([*SCALAR_FORMS][:6])) for n in range(rng.choice([1, 3]))
        ),
        first_step=rng.choice([0, 100, -5]),
        metadata=rng.choice(["first", "always"]),
    )
    records = records_of(recipe)
    hit = rng.randrange(1, len(records))
    changed = bytearray(records[hit])
    changed[rng.randrange(len(changed))] ^= rng.randint(1, 255)
    before, after = records[:hit], records[hit + 1 :]
    reading = decoded(file, b"".join([*before, changed, *after]), rng.choice([3000, 4 * 2**20]))
    expected = read(b"".join([*before, *after]))
    if hit == len(records) - 1 and reading.stop == "cut":
        assert not reading.problems  # a record that may still be written to its end
    else:
        assert [problem[0] for problem in reading.problems] == [sum(map(len, before))]
    assert reading.scalars == expected.scalars
    assert reading.blobs.keys() == expected.blobs.keys()


# -- whatever the bytes --------------------------------------------------------------------------


def pieces(rng: random.Random) -> Iterator[bytes]:
    """Yield bytes that are or claim to be something, up to about a megabyte together."""
    bombs = [
        ef.summary(1, {"tag": "loss", "tensor": {"dtype": dtype, **tensor}})
        for dtype in (1, 2, 7, 10)
        for tensor in (
            {"tensor_shape": {"dim": [{"size": 16384}, {"size": 32768}]}, "float_val": [1]},
            {"tensor_shape": {"dim": [{"size": 2**62}, {"size": 2**62}]}, "bool_val": [True]},
            {"tensor_shape": {"dim": [{"size": -1}]}, "string_val": [b"s"]},
        )
    ]
    left = rng.choice([100, 10_000, 1_000_000])
    while left > 0:
        piece = rng.choice(
            [
                rng.randbytes(rng.choice([1, 12, 1000])),
                bytes(rng.choice([1, 12, 100_000])),
                ef.header(rng.choice([0, 1, 2**16, 2**20, 2**31, 2**32, 2**40, 2**63])),
                ef.record(rng.choice(bombs)),
                ef.record(rng.randbytes(rng.choice([0, 1, 30]))),
                ef.record(ef.scalar(1, tag="x" * rng.choice([1, 4000, 60_000]))),
                ef.unchecked(ef.scalar(2)),
                ef.scalar(3),
            ]
        )
        repeats = rng.choice([1, 1, 100, 5000])
        yield (piece * repeats)[:left]
        left -= len(piece) * repeats


@given(RANDOMS, st.booleans())
@settings(max_examples=50)
def test_any_bytes_raise_nothing_and_take_little_memory(
    file: Path, rng: random.Random, patient: bool
) -> None:
    file.write_bytes(b"".join(pieces(rng)))
    tracemalloc.start()
    try:
        decode_file(file, rng.choice([10_000, 4 * 2**20]), patient=patient)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 2**20


@given(st.binary(max_size=2000), st.integers(1, 3000), st.booleans())
@settings(max_examples=300)
def test_any_bytes_after_a_good_record_are_read_as_record_by_record(
    file: Path, tail: bytes, budget: int, patient: bool
) -> None:
    data = ef.record(ef.file_version()) + tail
    assert decoded(file, data, budget, patient=patient) == read(data, patient=patient)


def test_the_generated_files_hold_every_kind_of_thing() -> None:
    """Else the tests above would say less than they seem to."""
    found: Counter[str] = Counter()
    for seed in range(120):
        rng = random.Random(seed)  # noqa: S311  (not a secret)
        recipe = random_recipe(rng)
        records = records_of(recipe)
        reading = read(damaged(rng, records))
        found.update(kind for _, kind, _ in reading.problems)
        found.update(kind for kind, _ in reading.blobs)
        found["scalars"] += len(reading.scalars)
        found["starts"] += len(reading.starts)
        found["long and even"] += len(records) > 1000 and not recipe.odd and not recipe.shuffled
        found["negative steps"] += any(p[0] < 0 for t in reading.scalars.values() for p in t)
    assert set(found) >= {
        *("scalars", "images", "audio", "text", "histograms", "pr_curves", "tensors", "graphs"),
        *("hparams", "starts", "negative steps", "long and even"),
        *("header", "data_crc", "not_protobuf", "value", "zeros", "cut"),
    }
    assert found["long and even"] > 10

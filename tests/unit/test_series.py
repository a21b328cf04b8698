"""A series as an object: its columns, its generation, and readers in other threads."""

from __future__ import annotations

import math
import threading
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import Feed, Point, Restart, batch_of, file_name, points
from waiting import eventually

from tbwidget.logs.ordering import Writer

if TYPE_CHECKING:
    from runs import Entry

    from tbwidget.logs.series import Snapshot

FIRST, SECOND = file_name(0), file_name(1)


def test_columns_and_their_types() -> None:
    feed = Feed()
    feed.feed(FIRST, Point(1, math.nan, 10), Point(2, -math.inf, math.nan), Point(3, 0.5, 12))
    series = feed.run.scalars["loss"]
    assert (series.steps.dtype, series.wall_times.dtype, series.values.dtype) == (
        np.int64,
        np.float64,
        np.float64,
    )
    np.testing.assert_array_equal(series.steps, [1, 2, 3])
    np.testing.assert_array_equal(series.wall_times, [10, math.nan, 12])
    np.testing.assert_array_equal(series.values, [math.nan, -math.inf, 0.5])
    assert len(series) == 3
    assert repr(series) == "<ScalarSeries 'loss': 3 points>"


def test_nothing_can_be_written_into_a_series() -> None:
    feed = Feed()
    feed.feed(FIRST, *points(range(3)))
    series = feed.run.scalars["loss"]
    for column in (series.steps, series.wall_times, series.values):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    assert series.steps.tolist() == [0, 1, 2]
    feed.feed(FIRST, *points([3]))  # the store itself can still be written to
    assert series.steps.tolist() == [0, 1, 2, 3]


def test_what_a_reader_holds_does_not_change() -> None:
    feed = Feed()
    feed.feed(FIRST, *points(range(5)))
    series = feed.run.scalars["loss"]
    steps, snapshot = series.steps, series.snapshot()
    feed.feed(FIRST, *points(range(5, 500)))
    feed.feed(FIRST, Restart(2, 1000.0), *points(range(2, 100), 2.0, 1001))
    assert steps.tolist() == [0, 1, 2, 3, 4]
    assert snapshot.points.values.tolist() == [1.0] * 5
    assert len(series) == 100


def test_appending_keeps_the_generation() -> None:
    feed = Feed()
    feed.feed(FIRST, *points([0]))
    series = feed.run.scalars["loss"]
    for step in range(1, 200):
        feed.feed(FIRST, Point(step, step, step))
        assert series.snapshot().generation == 0
    feed.feed(SECOND, *points(range(200, 210), 1.0, 300))
    assert series.snapshot().generation == 0
    assert len(series) == 210


def test_the_generation_goes_up_only_if_earlier_points_changed() -> None:
    feed = Feed()
    feed.feed(FIRST, *points(range(6)))
    series = feed.run.scalars["loss"]
    feed.feed(FIRST, Restart(9, 10.0))  # beyond all: changes nothing
    assert series.snapshot().generation == 0
    feed.feed(FIRST, Point(9, 2, 11), Point(8, 2, 12))  # backwards, but both are new
    assert series.snapshot().generation == 0
    assert series.steps.tolist() == [0, 1, 2, 3, 4, 5, 8, 9]
    feed.feed(FIRST, Point(7, 2, 13))  # in between
    assert series.snapshot().generation == 1
    feed.feed(FIRST, Point(7, 3, 14))  # written again
    assert series.snapshot().generation == 2
    feed.feed(FIRST, Restart(3, 15.0))
    assert series.snapshot().generation == 3
    feed.feed(FIRST, *points([3, 4], 4.0, 16))
    assert series.snapshot().generation == 3
    assert series.steps.tolist() == [0, 1, 2, 3, 4]


def test_an_earlier_file_that_grows_goes_in_before_a_later_one() -> None:
    feed = Feed()
    feed.feed(FIRST, *points(range(3)))
    feed.feed(SECOND, *points(range(10, 13), 2.0, 50))
    feed.feed(FIRST, *points(range(3, 5), 1.0, 3))
    series = feed.run.scalars["loss"]
    assert series.steps.tolist() == [0, 1, 2, 3, 4, 10, 11, 12]
    assert series.snapshot().generation == 1


def test_forgetting_a_file_takes_away_its_points_and_its_restarts() -> None:
    feed = Feed()
    feed.feed(FIRST, *points(range(6)))
    feed.feed(SECOND, Restart(2, 50.0), *points([2], 2.0, 51))
    assert feed.points() == [(0, 1), (1, 1), (2, 2)]
    feed.forget(SECOND)
    assert feed.points() == [(step, 1) for step in range(6)]
    feed.feed(SECOND, *points([4], 3.0, 60))
    assert feed.points() == [*((step, 1) for step in range(4)), (4, 3)]
    feed.forget(FIRST)
    assert feed.points() == [(4, 3)]
    feed.forget(SECOND)
    assert feed.points() == []
    feed.feed(FIRST, *points([7]))
    assert feed.points() == [(7, 1)]


def test_current_and_superseded_are_all_that_was_written() -> None:
    feed = Feed()
    feed.feed(FIRST, *points(range(100)))
    feed.feed(SECOND, *points(range(40, 80), 2.0, 200))
    series = feed.run.scalars["loss"]
    assert len(series) + len(series.superseded.steps) == 140
    assert set(series.superseded.values.tolist()) == {1.0}


def faults(before: Snapshot, now: Snapshot) -> list[str]:
    """Return what is torn in a snapshot of points of value = 3 * step and wall time = step + 1."""
    steps, wall_times, values = now.points
    if not len(steps) == len(wall_times) == len(values):
        return ["lengths"]
    found = []
    if not (np.array_equal(values, 3 * steps) and np.array_equal(wall_times, steps + 1)):
        found.append("values")
    if np.any(np.diff(steps) <= 0):
        found.append("order")
    earlier = before.points.steps
    if now.generation == before.generation and not np.array_equal(steps[: len(earlier)], earlier):
        found.append("generation")
    return found


def test_a_reader_always_sees_consistent_columns_while_another_thread_appends() -> None:
    feed = Feed()
    feed.feed(FIRST, Point(0, 0, 1), Point(1, 3, 2))
    series = feed.run.scalars["loss"]
    done = threading.Event()
    torn: list[str] = []
    seen: list[int] = []

    def look() -> None:
        before = series.snapshot()
        while not done.is_set():
            now = series.snapshot()
            torn.extend(faults(before, now))
            if len({len(column) for column in series.superseded}) != 1:
                torn.append("superseded")
            seen.append(len(now.points.steps))
            before = now

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    step = 2
    for number in range(2000):
        count = number % 7 + 1
        feed.feed(FIRST, *(Point(s, 3 * s, s + 1) for s in range(step, step + count)))
        step += count
        if number % 400 == 399:
            step -= 50
            feed.feed(FIRST, Restart(step, math.nan))
        if number % 100 == 99:  # they do look while it grows
            assert eventually(lambda: bool(seen) and seen[-1] == len(series))
    done.set()
    for thread in threads:
        thread.join()
    assert not torn
    assert len(set(seen)) > 10
    assert len(series) == step


entries = st.lists(
    st.builds(Point, st.integers(0, 9), st.floats(0, 9), st.integers(0, 99).map(float))
    | st.builds(Restart, st.integers(0, 9), st.integers(0, 99).map(float)),
    max_size=8,
)
writes = st.lists(st.tuples(st.sampled_from([FIRST, SECOND]), entries), min_size=1, max_size=8)


@given(writes, st.booleans())
def test_nothing_written_is_lost_however_it_arrives(
    written: list[tuple[str, list[Entry]]], purge: bool
) -> None:
    """A series put in order after each piece is the one put in order once, in the end."""
    feed, whole = Feed(purge=purge), Feed(purge=purge)
    everything: dict[str, list[Entry]] = {}
    for name, some in written:
        feed.feed(name, *some)
        everything.setdefault(name, []).extend(some)
        whole.run.apply(Writer.of(f"logs/run/{name}"), batch_of(some))
    whole.run.settle()
    for name, some in everything.items():
        expected = batch_of(some).scalars
        again = feed.run.written_by(Writer.of(f"logs/run/{name}"))
        assert again.scalars.keys() == expected.keys()
        for tag, columns in expected.items():
            for column in ("steps", "wall_times", "values"):
                kept = getattr(again.scalars[tag], column)
                np.testing.assert_array_equal(kept, getattr(columns, column))
        restarts = zip(again.starts, batch_of(some).starts, strict=True)
        assert all(Counter(one.rows) == Counter(other.rows) for one, other in restarts)
    for tag in feed.run.scalars:
        assert feed.points(tag) == whole.points(tag)
        assert sorted(feed.superseded(tag)) == sorted(whole.superseded(tag))
        series = feed.run.scalars[tag]
        count = sum(len(batch_of(some).scalars.get(tag, ())) for some in everything.values())
        assert len(series) + len(series.superseded.steps) == count

"""The rules of a series: what is current, in which order, and what is superseded."""

from __future__ import annotations

import math
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import Entry, Feed, Point, Restart, file_name, points

from tbwidget.logs.ordering import Segment, Writer, current_rows

FIRST, SECOND, THIRD = (file_name(number) for number in range(3))


def fed(*files: tuple[str, list[Entry]], purge: bool = True) -> Feed:
    feed = Feed(purge=purge)
    for name, entries in files:
        feed.feed(name, *entries)
    return feed


def steps(feed: Feed, tag: str = "loss") -> list[int]:
    return [step for step, _ in feed.points(tag)]


# -- rule 1: by step, the later write wins -------------------------------------------------------


def test_a_step_written_again_replaces_the_earlier_point() -> None:
    feed = fed((FIRST, [Point(0, 1, 0), Point(1, 2, 1), Point(1, 3, 2), Point(2, 4, 3)]))
    assert feed.points() == [(0, 1), (1, 3), (2, 4)]
    assert feed.superseded() == [(1, 2)]


def test_wall_times_go_with_their_points() -> None:
    feed = fed((FIRST, [Point(2, 20, 200), Point(1, 10, 100), Point(2, 21, 201)]))
    series = feed.run.scalars["loss"]
    assert series.steps.tolist() == [1, 2]
    assert series.wall_times.tolist() == [100, 201]
    assert series.superseded.wall_times.tolist() == [200]


def test_negative_and_very_large_steps_are_ordered() -> None:
    feed = fed((FIRST, points([0, -5, 2**62, -(2**63), 1, 2**63 - 1, -1])))
    assert steps(feed) == [-(2**63), -5, -1, 0, 1, 2**62, 2**63 - 1]


# -- rule 2: restarts ----------------------------------------------------------------------------


def test_a_start_supersedes_points_from_its_step_on() -> None:
    feed = fed((FIRST, [*points(range(6)), Restart(3, 10), *points(range(3, 5), 2.0, 11)]))
    assert feed.points() == [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2)]
    assert feed.superseded() == [(3, 1), (4, 1), (5, 1)]


def test_a_start_supersedes_before_anything_new_is_written() -> None:
    feed = fed((FIRST, [*points(range(6)), Restart(3, 10)]))
    assert steps(feed) == [0, 1, 2]


def test_a_start_concerns_tags_that_are_not_written_again() -> None:
    feed = fed((FIRST, [*points(range(4), tag="a"), *points(range(4), tag="b"), Restart(2, 10)]))
    feed.feed(FIRST, *points([2], 2.0, 11, tag="a"))
    assert feed.points("a") == [(0, 1), (1, 1), (2, 2)]
    assert feed.points("b") == [(0, 1), (1, 1)]


def test_the_first_start_of_a_first_file_supersedes_nothing() -> None:
    feed = fed((FIRST, [Restart(0, 0), *points(range(4))]))
    assert steps(feed) == [0, 1, 2, 3]


def test_a_start_in_a_later_file_supersedes_those_of_earlier_files() -> None:
    feed = fed(
        (FIRST, points(range(10))), (SECOND, [Restart(6, 20), *points(range(6, 8), 2.0, 21)])
    )
    assert feed.points() == [*((step, 1.0) for step in range(6)), (6, 2), (7, 2)]


def test_starts_in_a_row() -> None:
    feed = fed(
        (
            FIRST,
            [*points(range(9)), Restart(6, 10), Restart(4, 11), *points([4], 2.0, 12)],
        )
    )
    assert feed.points() == [*((step, 1.0) for step in range(4)), (4, 2)]


def test_a_start_beyond_what_was_written_supersedes_nothing() -> None:
    feed = fed((FIRST, [*points(range(3)), Restart(5, 10), *points([5, 6], 2.0, 11)]))
    assert steps(feed) == [0, 1, 2, 5, 6]
    assert feed.superseded() == []


def test_a_start_removes_points_of_steps_that_came_back_earlier() -> None:
    """The restart at 2 also takes what was written again after the one at 5."""
    feed = fed(
        (FIRST, [*points(range(8)), Restart(5, 10), *points([5, 6], 2.0, 11), Restart(2, 20)])
    )
    assert feed.points() == [(0, 1), (1, 1)]


def test_a_later_file_that_begins_earlier_is_a_restart() -> None:
    feed = fed((FIRST, points(range(6))), (SECOND, points(range(3, 5), 2.0, 10)))
    assert feed.points() == [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2)]
    assert feed.superseded() == [(3, 1), (4, 1), (5, 1)]


def test_a_later_file_that_begins_at_the_last_step_is_a_restart() -> None:
    feed = fed((FIRST, points(range(4))), (SECOND, points([3, 4], 2.0, 10)))
    assert feed.points() == [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2)]


def test_a_later_file_that_goes_on_is_no_restart() -> None:
    feed = fed((FIRST, points(range(4))), (SECOND, points(range(4, 8), 2.0, 10)))
    assert steps(feed) == list(range(8))
    assert feed.superseded() == []


def test_restarts_of_restarts() -> None:
    feed = fed(
        (FIRST, points(range(9))),
        (SECOND, points(range(5, 9), 2.0, 10)),
        (THIRD, points(range(2, 6), 3.0, 20)),
    )
    assert feed.points() == [(0, 1), (1, 1), (2, 3), (3, 3), (4, 3), (5, 3)]


def test_a_later_file_is_a_restart_for_each_tag_of_its_own() -> None:
    """Text at step 0 after scalars at step 100 must not cost the scalars."""
    feed = fed(
        (FIRST, [*points(range(4), tag="a"), *points(range(4), tag="b")]),
        (SECOND, points([1], 2.0, 10, tag="a")),
    )
    assert feed.points("a") == [(0, 1), (1, 2)]
    assert steps(feed, "b") == [0, 1, 2, 3]


def test_no_purge_keeps_what_is_not_written_again() -> None:
    feed = fed(
        (FIRST, [*points(range(6)), Restart(3, 10), *points([3], 2.0, 11)]),
        (SECOND, points([2], 3.0, 20)),
        purge=False,
    )
    assert feed.points() == [(0, 1), (1, 1), (2, 3), (3, 2), (4, 1), (5, 1)]
    assert feed.superseded() == [(2, 1), (3, 1)]


def test_two_hosts_at_work_do_not_supersede_each_other() -> None:
    feed = fed(
        (file_name(0, "hostA.1"), points(range(0, 20, 2), 1.0, 0)),
        (file_name(1, "hostB.1"), points(range(1, 20, 2), 2.0, 1)),
    )
    assert steps(feed) == list(range(20))
    assert feed.superseded() == []


def test_the_start_of_a_worker_leaves_a_host_at_work_alone() -> None:
    feed = fed(
        (file_name(0, "hostA.1"), points(range(10), 1.0, 0)),
        (file_name(1, "hostB.1"), [Restart(0, 5), *points([20], 2.0, 6)]),
    )
    assert steps(feed) == [*range(10), 20]


def test_another_host_that_goes_on_after_a_crash_is_a_restart() -> None:
    feed = fed(
        (file_name(0, "hostA.1"), points(range(10), 1.0, 0)),
        (file_name(1, "hostB.1"), points(range(4, 6), 2.0, 100)),
    )
    assert feed.points() == [*((step, 1.0) for step in range(4)), (4, 2), (5, 2)]


def test_it_was_no_restart_if_the_other_host_is_found_to_write_on() -> None:
    feed = fed(
        (file_name(0, "hostA.1"), points(range(3), 1.0, 0)),
        (file_name(1, "hostB.1"), points([1], 2.0, 10)),
    )
    assert feed.points() == [(0, 1), (1, 2)]
    feed.feed(file_name(0, "hostA.1"), *points([3], 1.0, 11))
    assert feed.points() == [(0, 1), (1, 2), (2, 1), (3, 1)]
    assert feed.superseded() == [(1, 1)]


@pytest.mark.parametrize("wall", [math.nan, math.inf, -math.inf])
def test_odd_wall_times_decide_nothing_within_a_lineage(wall: float) -> None:
    feed = fed(
        (FIRST, [Point(step, 1, wall) for step in range(4)]),
        (SECOND, [Point(2, 2, wall), Point(3, 2, wall)]),
    )
    assert feed.points() == [(0, 1), (1, 1), (2, 2), (3, 2)]


# -- rule 3: interleaving ------------------------------------------------------------------------


def test_steps_that_run_backwards_within_a_file_are_sorted() -> None:
    feed = fed((FIRST, [Point(step, step, i) for i, step in enumerate([0, 2, 1, 4, 3, 5])]))
    assert feed.points() == [(step, step) for step in range(6)]
    assert feed.superseded() == []


def test_a_file_that_runs_backwards_at_its_first_point_is_sorted_in() -> None:
    """Only the first step of a later file tells of a restart, not any step in it."""
    feed = fed((FIRST, points(range(4))), (SECOND, points([4, 3, 5], 2.0, 10)))
    assert feed.points() == [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 2)]
    assert feed.superseded() == [(3, 1)]


# -- rule 4: equal steps -------------------------------------------------------------------------


def test_equal_steps_keep_every_point_as_written() -> None:
    feed = fed((FIRST, [Point(0, value, value) for value in range(6)]))
    assert feed.points() == [(0, value) for value in range(6)]
    assert feed.superseded() == []


def test_equal_steps_keep_every_point_over_files() -> None:
    feed = fed((FIRST, points([7, 7])), (SECOND, [Restart(7, 9), *points([7], 2.0, 10)]))
    assert feed.points() == [(7, 1), (7, 1), (7, 2)]


def test_a_further_step_ends_equal_steps() -> None:
    feed = fed((FIRST, [Point(0, value, value) for value in range(3)]))
    feed.feed(FIRST, Point(1, 9, 9))
    assert feed.points() == [(0, 2), (1, 9)]
    assert feed.superseded() == [(0, 0), (0, 1)]


# -- file order ----------------------------------------------------------------------------------


def test_files_are_in_natural_order_not_as_they_were_found() -> None:
    late, early = "events.out.tfevents.1000000000.h", "events.out.tfevents.999999999.h"
    feed = fed((late, points([2, 3], 2.0, 10)), (early, points([0, 1, 2], 1.0, 0)))
    assert feed.points() == [(0, 1), (1, 1), (2, 2), (3, 2)]
    assert feed.superseded() == [(2, 1)]


@pytest.mark.parametrize("reverse", [False, True])
def test_five_files_make_one_series(reverse: bool) -> None:
    files = [(file_name(n), points(range(10 * n, 10 * n + 10), n, 10 * n)) for n in range(5)]
    feed = fed(*(reversed(files) if reverse else files))
    assert steps(feed) == list(range(50))


# -- `current_rows` itself -----------------------------------------------------------------------


def test_no_rows() -> None:
    empty = np.empty(0)
    assert current_rows(empty.astype(np.int64), empty, []).tolist() == []
    start = Segment(Writer.of(FIRST), 1, None, 0, 0)
    assert current_rows(empty.astype(np.int64), empty, [start]).tolist() == []


def test_rows_of_one_file_may_lie_apart() -> None:
    first, second = Writer.of(FIRST), Writer.of(SECOND)
    segments = [Segment(first, 0, None, 0, 1), Segment(second, 0, None, 1, 2)]
    segments.append(Segment(first, 0, None, 2, 3))
    rows = current_rows(np.array([0, 9, 1]), np.zeros(3), segments)
    assert rows.tolist() == [0, 2, 1]


# -- against the rules written down once more, slowly ---------------------------------------------


def lineage(name: str) -> str:
    return name.split(".", 4)[4].rsplit(".", 1)[0]


def by_the_rules(files: dict[str, list[Entry]], *, purge: bool) -> list[tuple[int, float]]:
    """Return the current points of tag "loss", point by point, as the rules say."""
    parts: list[dict[str, Any]] = []
    for name in sorted(files):
        epochs: list[dict[str, Any]] = [{"start": None, "points": []}]
        for entry in files[name]:
            if isinstance(entry, Restart):
                epochs.append({"start": entry, "points": []})
            else:
                epochs[-1]["points"].append(entry)
        for number, epoch in enumerate(epochs):
            walls = [point.wall_time for point in epoch["points"]]
            last = max((w for w in walls if math.isfinite(w)), default=-math.inf)
            parts.append({**epoch, "name": name, "first": number == 0, "last": last})
    all_steps = {point.step for part in parts for point in part["points"]}
    for number, part in enumerate(parts if purge and len(all_steps) > 1 else []):
        begun = part["start"] or (part["points"][0] if part["first"] and part["points"] else None)
        if begun is None:
            continue
        earlier = [
            other
            for other in parts[:number]
            if lineage(other["name"]) == lineage(part["name"])
            or not other["last"] > begun.wall_time
        ]
        seen = [point.step for other in earlier for point in other["points"]]
        if part["start"] is None and not (seen and begun.step <= max(seen)):
            continue
        for other in earlier:
            other["points"] = [point for point in other["points"] if point.step < begun.step]
    left = [(point.step, point.value) for part in parts for point in part["points"]]
    if len({step for step, _ in left}) == 1:
        return left
    left.sort(key=lambda point: point[0])
    return [list(same)[-1] for _, same in groupby(left, key=lambda point: point[0])]


WALLS = st.one_of(st.integers(0, 30).map(float), st.sampled_from([math.nan, math.inf]))
ENTRIES = st.lists(
    st.one_of(
        st.tuples(st.just("point"), st.integers(0, 6), WALLS),
        st.tuples(st.just("point"), st.integers(0, 6), WALLS),
        st.tuples(st.just("restart"), st.integers(0, 6), WALLS),
    ),
    max_size=8,
)
NAMES = [file_name(0, "a.1"), file_name(1, "a.1"), file_name(2, "b.1"), file_name(3, "b.1")]


@st.composite
def made_files(draw: st.DrawFn) -> dict[str, list[Entry]]:
    files: dict[str, list[Entry]] = {}
    value = 0
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)):
        entries: list[Entry] = []
        for what, step, wall in draw(ENTRIES):
            value += 1
            entries.append(Restart(step, wall) if what == "restart" else Point(step, value, wall))
        files[name] = entries
    return files


@given(made_files(), st.booleans())
@settings(max_examples=1000)
def test_the_fast_way_follows_the_rules(files: dict[str, list[Entry]], purge: bool) -> None:
    feed = fed(*files.items(), purge=purge)
    if "loss" not in feed.run.scalars:
        return
    assert feed.points() == by_the_rules(files, purge=purge)


@given(made_files(), st.data(), st.booleans())
@settings(max_examples=1000)
def test_arbitrary_batches_give_the_same_as_all_at_once(
    files: dict[str, list[Entry]], data: st.DataObject, purge: bool
) -> None:
    whole, bit_by_bit = fed(*files.items(), purge=purge), Feed(purge=purge)
    left = {name: list(entries) for name, entries in files.items()}
    while any(left.values()):
        name = data.draw(st.sampled_from(sorted(name for name in left if left[name])))
        count = data.draw(st.integers(1, len(left[name])))
        series = bit_by_bit.run.scalars.get("loss")
        before = series.snapshot() if series else None
        batch = left[name][:count]
        bit_by_bit.feed(name, *batch)
        del left[name][:count]
        if before is None:
            continue
        after = series.snapshot()
        kept = [
            np.array_equal(old, new[: len(old)], equal_nan=True)
            for old, new in zip(before.points, after.points, strict=True)
        ]
        # A new generation if what was there before has changed, and only then (a restart within
        # the batch may take away what the batch itself had brought).
        if not all(kept):
            assert after.generation > before.generation
        elif not any(isinstance(entry, Restart) for entry in batch):
            assert after.generation == before.generation
    if "loss" in whole.run.scalars:
        assert bit_by_bit.points() == whole.points()
        assert sorted(bit_by_bit.superseded()) == sorted(whole.superseded())
        written = sorted(
            (entry.step, entry.value)
            for entries in files.values()
            for entry in entries
            if isinstance(entry, Point)
        )
        assert sorted(whole.points() + whole.superseded()) == written

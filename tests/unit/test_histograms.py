"""The Histograms tab on the kernel's side, heard without a browser."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from pages import Page, unpack

from tbwidget import Histograms, Logdir, Scalars, TensorBoard
from tbwidget.analysis.rebinning import edges_of, rebin, stack
from tbwidget.dashboards.histograms import view as module
from tbwidget.dashboards.histograms.slices import MOST_BUCKETS, Wish, rows_shown
from tbwidget.logs.decoded import DECODED
from tbwidget.widget import publisher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def histogram(step: int, *buckets: tuple[float, float, float], tag: str = "w") -> bytes:
    """Return an event with a histogram of the new kind."""
    numbers = [number for bucket in buckets for number in bucket]
    tensor = {
        "dtype": 2,
        "tensor_shape": {"dim": [{"size": len(buckets)}, {"size": 3}]},
        "tensor_content": np.array(numbers, float).tobytes(),
    }
    value = {"tag": tag, "metadata": ef.plugin("histograms"), "tensor": tensor}
    return ef.record(ef.summary(step, value))


def spread(step: int, size: int = 10, tag: str = "w", width: float = 1.0) -> bytes:
    """Return a histogram of `size` buckets from 0 to `width`, with 1, 2, 3, ... counts."""
    edges = np.linspace(0, width, size + 1)
    counts = np.arange(size) + 1.0 + step
    rows = np.column_stack((edges[:-1], edges[1:], counts))
    return histogram(step, *map(tuple, rows.tolist()), tag=tag)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    page = Page(monkeypatch)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: page.now))
    yield page
    publisher.PUBLISHER._reset()


def lists(described: list[Any], buffers: list[Any]) -> dict[str, list[float]]:
    return {name: column.tolist() for name, column in unpack(described, buffers).items()}


def items(page: Page, view: Any) -> dict[tuple[str, str], Any]:
    """Return the last item of each run and tag that was sent, with its columns as lists."""
    runs = {view.state.run_number(name): name for name in view.logdir.runs}
    tags = {view.state.tag_number(tag): tag for tag in view.shown_tags()}
    found = {}
    for message, buffers in page.custom(view, "slices"):
        left = list(buffers)
        for item in message["items"]:
            columns = lists(item["columns"], left)
            run, tag = item["key"]
            found[runs[run], tags[tag]] = {**item, "columns": columns}
    return found


def opened(page: Page, source: Any, **options: Any) -> Histograms:
    view = Histograms(source, **options)
    page.read()
    page.tick()
    return view


# -- which steps ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 59, 60, 61, 120, 2_000, 99_999])
def test_steps_are_evenly_thinned_with_the_first_and_the_last(count: int) -> None:
    rows, total = rows_shown(np.arange(count), Wish(30, limit=60))
    assert total == count
    assert (rows[0], rows[-1]) == (0, count - 1)
    assert min(count, 30) <= len(rows) <= 61
    assert len(set(np.diff(rows)[:-1].tolist())) <= 1


def test_rows_keep_their_places_while_steps_are_added() -> None:
    before, _ = rows_shown(np.arange(1_000), Wish(30, limit=60))
    after, _ = rows_shown(np.arange(1_001), Wish(30, limit=60))
    assert before[:-1].tolist() == after[: len(before) - 1].tolist()


def test_a_range_of_steps_and_marked_steps() -> None:
    steps = np.arange(0, 10_000, 10)
    rows, total = rows_shown(steps, Wish(30, (995, 3_004), (1_236.0,), 5))
    assert total == 201
    assert (steps[rows[0]], steps[rows[-1]]) == (1_000, 3_000)
    assert 1_240 in steps[rows]
    assert rows_shown(steps, Wish(30, (1, 2), (5.0,)))[0].tolist() == []


# -- what is sent --------------------------------------------------------------------------------


def test_slices_are_on_the_bins_of_all_steps(page: Page, tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, spread(0), spread(5, 7, width=3), spread(9, 1, width=2))
    view = opened(page, tmp_path)
    item = items(page, view)[".", "w"]
    assert (item["low"], item["high"], item["bins"], item["n"]) == (0, 3, 30, 3)
    assert item["columns"]["step"] == [0, 5, 9]
    assert item["columns"]["wall"] == [ef.WALL, ef.WALL + 5, ef.WALL + 9]
    series = view.logdir["."].histograms["w"]
    expected = rebin(stack(list(series)), 3, 0, 3)
    np.testing.assert_allclose(item["columns"]["count"], expected.ravel(), rtol=1e-6)


def test_new_steps_are_pushed_and_nothing_new_is_not(page: Page, tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, spread(0), spread(1))
    view = opened(page, tmp_path)
    page.tick(1)
    page.forget()
    page.tick(1)
    assert page.custom(view, "slices") == []
    ef.append(tmp_path / ef.NAME, spread(2, width=2))
    page.read()
    page.tick(1)
    item = items(page, view)[".", "w"]
    assert item["columns"]["step"] == [0, 1, 2]
    assert item["high"] == 2


def test_new_steps_are_paced_and_a_setting_is_not(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BYTES_PER_SECOND", 10)
    ef.write(tmp_path / ef.NAME, spread(0))
    view = opened(page, tmp_path)
    page.forget()
    ef.append(tmp_path / ef.NAME, spread(1))
    page.read()
    page.tick(1)
    assert page.custom(view, "slices") == []
    view.bins = 7
    page.tick(1)
    assert items(page, view)[".", "w"]["columns"]["step"] == [0, 1]
    ef.append(tmp_path / ef.NAME, spread(2))
    page.read()
    page.tick(1)
    assert items(page, view)[".", "w"]["columns"]["step"] == [0, 1]
    page.tick(30)
    assert items(page, view)[".", "w"]["columns"]["step"] == [0, 1, 2]


def test_a_setting_is_answered_with_other_slices(page: Page, tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, *(spread(step) for step in range(200)))
    view = opened(page, tmp_path)
    first = items(page, view)[".", "w"]
    assert len(first["columns"]["step"]) < 61
    assert first["in_range"] == 200
    view.bins = 7
    view.value_range = (0.5, 2)
    view.step_range = (10, 14)
    page.tick(1)
    item = items(page, view)[".", "w"]
    assert item["columns"]["step"] == [10, 11, 12, 13, 14]
    assert (item["low"], item["high"], len(item["columns"]["count"])) == (0.5, 2, 35)
    view.step_range, view.step, view.second_step = None, 101, 107
    page.tick(1)
    assert {101, 107} <= set(items(page, view)[".", "w"]["columns"]["step"])


def test_the_buckets_as_written(page: Page, tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, spread(0, 3), spread(1, 1), histogram(2))
    view = opened(page, tmp_path, bins=0)
    columns = items(page, view)[".", "w"]["columns"]
    assert columns["size"] == [3, 1, 0]
    np.testing.assert_allclose(columns["left"], [0, 1 / 3, 2 / 3, 0])
    np.testing.assert_allclose(columns["right"], [1 / 3, 2 / 3, 1, 1])
    assert columns["count"] == [1, 2, 3, 2]


def test_buckets_as_written_are_fewer_steps_if_they_are_many(page: Page, tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, *(spread(step, 1_600) for step in range(50)))
    columns = items(page, opened(page, tmp_path, bins=0))[".", "w"]["columns"]
    assert 8 < len(columns["step"]) < 50
    assert columns["step"][-1] == 49
    assert len(columns["count"]) <= MOST_BUCKETS


def test_as_many_steps_as_asked_for(page: Page, tmp_path: Path) -> None:
    content = [spread(step, 3, tag) for tag in "abcdefghijklmnop" for step in range(300)]
    ef.write(tmp_path / ef.NAME, *content)
    view = opened(page, tmp_path, max_slices=300, tags="a")
    (item,) = items(page, view).values()
    assert item["columns"]["step"] == list(range(300))
    # With many series it is fewer of each, and the kernel says of how many.
    view.tags = list("abcdefghijklmnop")
    page.tick(1)
    found = items(page, view)
    assert len(found) == 16
    for item in found.values():
        assert 200 < len(item["columns"]["step"]) * 16 / 8 <= 300 * 2
        assert (item["in_range"], item["columns"]["step"][-1]) == (300, 299)
    view.max_slices = 2
    page.tick(1)
    assert items(page, view)[".", "c"]["columns"]["step"] == [0, 299]
    assert view.data.step.unique().tolist() == [0, 299]


def test_many_steps_are_not_kept_decoded(page: Page, tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, *(spread(step) for step in range(400)))
    DECODED.clear()
    view = opened(page, tmp_path, max_slices=400)
    assert len(items(page, view)[".", "w"]["columns"]["step"]) == 400
    assert len(DECODED) == 0
    view.max_slices = 60
    page.tick(1)
    assert 30 < len(DECODED) <= 61


def test_runs_of_one_range(page: Page, tmp_path: Path) -> None:
    for run, width in (("a", 1), ("b", 4)):
        ef.write(tmp_path / run / ef.NAME, spread(0, width=width))
    view = opened(page, tmp_path)
    assert [one["high"] for one in items(page, view).values()] == [1, 4]
    view.same_range = True
    page.tick(1)
    assert [one["high"] for one in items(page, view).values()] == [4, 4]


def test_no_more_runs_than_a_card_can_show(page: Page, tmp_path: Path) -> None:
    for run in range(15):
        ef.write(tmp_path / f"run{run}" / ef.NAME, spread(0))
    found = items(page, opened(page, tmp_path))
    assert [run for run, _ in found] == [f"run{number}" for number in range(12)]


def test_odd_histograms_are_sent_and_told_of(page: Page, tmp_path: Path) -> None:
    nan, huge = float("nan"), 1.7e308
    ef.write(
        tmp_path / ef.NAME,
        histogram(0, tag="empty"),
        histogram(0, (2, 2, 5), tag="equal"),
        histogram(0, (-huge, 0, 1), (0, huge, 3), tag="huge"),
        histogram(0, (0, 1, nan), (1, 2, 3), tag="nan"),
        histogram(0, (0, 1, 1e300), tag="many"),
        histogram(0, (-np.inf, 0, 1), (0, 1, 2), (1, np.inf, 3), tag="endless"),
        spread(0, 1_600, tag="torch"),
    )
    found = items(page, opened(page, tmp_path))
    sums = {tag: sum(item["columns"]["count"]) for (_, tag), item in found.items()}
    totals = {"empty": 0, "equal": 5, "huge": 4, "nan": 3, "many": 1e300, "endless": 6}
    assert sums == pytest.approx({**totals, "torch": 1_600 * 1_601 / 2}, rel=1e-5)
    assert {tag: item["left_out"] for (_, tag), item in found.items() if item["left_out"]} == {
        "nan": 1
    }
    assert all(item["low"] < item["high"] for item in found.values())


def test_what_cannot_be_read_is_counted(page: Page, tmp_path: Path) -> None:
    bad = {"tag": "w", "metadata": ef.plugin("histograms"), "tensor": {"dtype": 2}}
    ef.write(tmp_path / ef.NAME, spread(0), ef.record(ef.summary(1, bad)), spread(2))
    item = items(page, opened(page, tmp_path))[".", "w"]
    assert (item["unreadable"], item["columns"]["step"]) == (1, [0, 2])


def test_nothing_is_sent_for_a_tab_behind_another(page: Page, tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, spread(0), ef.record(ef.scalar(0)))
    board = TensorBoard(tmp_path)
    scalars, histograms = (
        next(one for one in board._dashboards if isinstance(one, kind))
        for kind in (Scalars, Histograms)
    )
    scalars.operations.answer({"op": "watch", "args": {"view": "1", "tags": ["loss"]}})
    page.read()
    page.tick()
    assert page.custom(histograms, "slices") == []
    histograms.operations.answer({"op": "watch", "args": {"view": "2", "tags": ["w"]}})
    page.tick(1)
    assert list(items(page, histograms)) == [(".", "w")]


# -- what is answered ----------------------------------------------------------------------------


def test_a_zoom(page: Page, tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, *(spread(step) for step in range(100)))
    view = opened(page, tmp_path)
    args = {"run": ".", "tag": "w", "first": 10, "last": 30, "low": 0.2, "high": 0.4, "bins": 4}
    answer, buffers = view.operations.answer({"id": 1, "op": "slices", "args": args}) or ({}, [])
    assert answer["ok"]
    columns = lists(answer["result"]["columns"], list(buffers))
    assert columns["step"] == list(range(10, 31))
    assert columns["count"][:4] == [6.5, 6.5, 7, 7]


def test_buckets_of_a_step_are_exact(page: Page, tmp_path: Path) -> None:
    third = 1 / 3
    ef.write(tmp_path / ef.NAME, spread(0), histogram(7, (-third, third, 1e15 + 1)))
    view = opened(page, tmp_path)
    args = {"run": ".", "tag": "w", "step": 6}
    answer, buffers = view.operations.answer({"id": 1, "op": "buckets", "args": args}) or ({}, [])
    assert answer["result"]["step"] == 7
    columns = lists(answer["result"]["columns"], list(buffers))
    assert columns == {"left": [-third], "right": [third], "count": [1e15 + 1]}
    for step, expected in ((None, 7), (1e308, 7), (-1e308, 0), (3.6, 7), (3.4, 0)):
        asked = {"run": ".", "tag": "w"} | ({} if step is None else {"step": step})
        answer, _ = view.operations.answer({"id": 1, "op": "buckets", "args": asked}) or ({}, [])
        assert answer["result"]["step"] == expected


@pytest.mark.parametrize("args", [{"run": "no", "tag": "w"}, {"run": ".", "tag": "no"}, {}])
def test_what_is_not_there_is_refused(page: Page, tmp_path: Path, args: dict[str, str]) -> None:
    ef.write(tmp_path / ef.NAME, spread(0))
    view = opened(page, tmp_path)
    for operation in ("slices", "buckets"):
        answer, _ = view.operations.answer({"id": 1, "op": operation, "args": args}) or ({}, [])
        assert "has no histograms" in answer["error"]["message"]


# -- what Python gets ----------------------------------------------------------------------------


def test_data_is_what_is_shown(page: Page, tmp_path: Path) -> None:
    for run in ("a", "b", "c"):
        ef.write(tmp_path / run / ef.NAME, spread(0), spread(5, width=2), spread(0, tag="v"))
    view = opened(page, Logdir(tmp_path), tags="w", bins=4)
    view.hidden_runs = ["c"]
    data = view.data
    assert list(data.columns) == ["run", "tag", "step", "wall_time", "left", "right", "count"]
    assert data["step"].dtype == np.int64
    assert sorted(set(data["run"])) == ["a", "b"]
    assert set(data["tag"]) == {"w"}
    one = data[(data.run == "a") & (data.step == 5)]
    np.testing.assert_allclose(one.left, edges_of(0, 2, 4)[:-1])
    assert one["count"].sum() == sum(range(6, 16))
    assert view.selection.step.unique().tolist() == [5]
    view.step = 1
    assert view.selection.step.unique().tolist() == [0]
    view.second_step = 4
    assert view.selection.step.unique().tolist() == [0, 5]


def test_no_data_is_an_empty_table(page: Page, tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / ef.NAME, [0])
    view = opened(page, tmp_path)
    assert len(view.data) == len(view.selection) == 0
    assert page.custom(view, "slices") == []

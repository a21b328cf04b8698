"""The Distributions tab on the side of the kernel: what is pushed, answered and given to Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
from array_events import histogram_event
from pages import Page, unpack

from tbwidget import Distributions
from tbwidget.analysis.compression import compress
from tbwidget.dashboards.distributions import PERCENTILES
from tbwidget.widget import summarising

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def buckets(step: int) -> np.ndarray:
    counts, edges = np.histogram(np.random.default_rng(step).normal(step, 1, 500), 5 + step % 7)
    return np.column_stack((edges[:-1], edges[1:], counts))


def records(steps: Any) -> list[bytes]:
    return [ef.record(histogram_event(step, buckets(step))) for step in steps]


def write(path: Path, steps: Any) -> None:
    ef.write(path / ef.NAME, ef.record(ef.file_version()), *records(steps))


def held(page: Page, view: Distributions) -> dict[str, Any]:
    """Put together what was pushed of each run, checking that it fits."""
    runs = {number: name for name, number in view.state._run_numbers.items()}
    found: dict[str, Any] = {}
    for message, buffers in page.custom(view, "summaries"):
        left = list(buffers)
        for item in message["items"]:
            run = runs[item["key"][0]]
            before = found.get(run, {})
            assert item["from"] <= len(before.get("step", []))
            for name, column in unpack(item["columns"], left).items():
                before[name] = np.append(before.get(name, np.empty(0))[: item["from"]], column)
            assert len(before["step"]) == item["n"]
            before |= {"steps": item["steps"], "unreadable": item["unreadable"]}
            found[run] = before
        assert not left
    return found


def check(columns: dict[str, Any], steps: list[int]) -> None:
    assert columns["step"].tolist() == steps
    for row, step in enumerate(steps):
        assert columns["count"][row] == 500
        percentiles = [columns[name][row] for name in PERCENTILES]
        assert percentiles == compress(buckets(step)).tolist()


def test_percentiles_are_pushed_and_grow(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5, 9])
    write(tmp_path / "b", [3])
    view = Distributions(tmp_path)
    page.read()
    page.tick()
    found = held(page, view)
    check(found["a"], [0, 5, 9])
    check(found["b"], [3])
    assert found["a"]["wall"].tolist() == [ef.WALL + step for step in (0, 5, 9)]
    ef.append(tmp_path / "a" / ef.NAME, *records([10, 11]))
    page.read()
    page.tick(0.3)
    (item,) = page.custom(view, "summaries")[-1][0]["items"]
    assert (item["from"], item["n"]) == (3, 5)
    check(held(page, view)["a"], [0, 5, 9, 10, 11])


def test_a_file_that_begins_again_takes_the_place_of_what_was(page: Page, tmp_path: Path) -> None:
    write(tmp_path, range(6))
    view = Distributions(tmp_path)
    page.read()
    page.tick()
    later = tmp_path / ef.NAME.replace("1700000000", "1700000999")
    ef.write(later, ef.record(ef.file_version()), *records([4]))
    page.read()
    page.tick(0.3)
    check(held(page, view)["."], [0, 1, 2, 3, 4])


def test_what_takes_long_comes_in_pieces(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarising, "SLICE_SECONDS", -1.0)
    for run in "abc":
        write(tmp_path / run, [0])
    view = Distributions(tmp_path)
    page.read()
    page.tick()
    assert held(page, view) == {}
    monkeypatch.setattr(summarising, "SLICE_SECONDS", 10.0)
    page.tick()
    assert list(held(page, view)) == ["a", "b", "c"]


def test_only_what_is_watched_is_sent_and_again_if_it_is_missing(
    page: Page, tmp_path: Path
) -> None:
    write(tmp_path / "a", [0])
    write(tmp_path / "b", [0])
    view = Distributions(tmp_path)
    page.read()
    page.ask(view, "watch", view="v", tags=["weights"], hidden_runs=["b"], missing=["weights"])
    page.tick()
    assert list(held(page, view)) == ["a"]
    page.forget()
    page.ask(view, "watch", view="v", tags=["weights"], hidden_runs=[], missing=["weights"])
    page.tick()
    assert list(held(page, view)) == ["a", "b"]
    page.forget()
    page.ask(view, "watch", view="v", tags=[], hidden_runs=[], missing=[])
    page.tick()
    assert held(page, view) == {}


def test_a_range_is_answered_with_its_neighbours(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", range(0, 100, 10))
    view = Distributions(tmp_path)
    page.read()

    def steps(low: float, high: float, axis: str = "step") -> list[float]:
        request = {"tags": ["weights"], "runs": ["a", "gone"], "low": low, "high": high}
        answer, buffers = page.ask(view, "detail", **request, x_axis=axis)
        (item,) = answer["result"]
        columns = unpack(item["columns"], list(buffers))
        check(columns, [int(step) for step in columns["step"]])
        return columns["step"].tolist()

    assert steps(25, 45) == [20, 30, 40, 50]
    assert steps(41, 42) == [40, 50]
    assert steps(-9, -1) == []
    assert steps(-9, 500) == list(range(0, 100, 10))
    assert steps(25, 45, "relative") == [20, 30, 40, 50]
    assert steps(ef.WALL + 25, ef.WALL + 45, "wall") == [20, 30, 40, 50]


def test_data_and_selection(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5, 9])
    write(tmp_path / "b", [7])
    bad = ef.record(histogram_event(12, np.zeros((2, 4))))
    ef.append(tmp_path / "a" / ef.NAME, bad)
    view = Distributions(tmp_path)
    page.read()
    data = view.data
    assert list(data.columns) == ["run", "tag", "step", "wall_time", *PERCENTILES]
    assert data.step.tolist() == [0, 5, 9, 7]
    assert data[list(PERCENTILES)].to_numpy()[1].tolist() == compress(buckets(5)).tolist()
    view.step = 6
    assert view.selection[["run", "step"]].to_numpy().tolist() == [["a", 5]]
    view.step_range = 5, 8
    assert view.selection.step.tolist() == [5, 7]
    view.hidden_runs = ["a"]
    assert view.selection.run.tolist() == ["b"]
    page.tick()
    view.hidden_runs = []
    assert "holds a tensor of shape [2, 4]" in view.logdir.problems[0].message


def test_odd_histograms_are_drawn_or_explained(page: Page, tmp_path: Path) -> None:
    odd = [np.empty((0, 3)), np.array([[1.0, 1.0, 4.0]]), np.array([[0.0, 1.0, np.nan]])]
    odd.append(np.array([[-1e308, 0.0, 1.0], [0.0, 1e308, 1.0]]))
    odd.append(np.zeros((4, 5)))
    written = [ef.record(histogram_event(step, one)) for step, one in enumerate(odd)]
    ef.write(tmp_path / ef.NAME, *written)
    view = Distributions(tmp_path)
    page.read()
    page.tick()
    columns = held(page, view)["."]
    assert columns["unreadable"] == 1
    np.testing.assert_array_equal(columns["count"], [0, 4, np.nan, 2, np.nan])
    rows = np.array([columns[name] for name in PERCENTILES]).T
    assert (rows[0] == 0).all()
    assert (rows[1] == 1).all()
    assert np.isnan(rows[2]).all()
    assert np.isfinite(rows[3]).all()
    assert np.isnan(rows[4]).all()

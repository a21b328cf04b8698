"""The PR curves tab on the side of the kernel: what is pushed, answered and given to Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
from array_events import curve_event, curve_of
from pages import Page, unpack

from tbwidget import PRCurves
from tbwidget.analysis.pr import average_precision, roc_auc
from tbwidget.widget import summarising

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NAMES = ["threshold", "tp", "fp", "tn", "fn", "precision", "recall"]


def curve(step: int, count: int = 11) -> np.ndarray:
    random = np.random.default_rng(step)
    labels = random.integers(0, 2, 200)
    return curve_of(labels, np.clip(random.normal(0.3 + 0.4 * labels, 0.2), 0, 1), count)


def write(path: Path, steps: Any, **options: Any) -> None:
    records = [ef.record(curve_event(step, curve(step, **options))) for step in steps]
    ef.write(path / ef.NAME, ef.record(ef.file_version()), *records)


def held(page: Page, view: PRCurves) -> dict[str, Any]:
    """Put together what was pushed of each run, checking that it fits."""
    runs = {number: name for name, number in view.state._run_numbers.items()}
    found: dict[str, Any] = {}
    for message, buffers in page.custom(view, "summaries"):
        left = list(buffers)
        for item in message["items"]:
            columns = unpack(item["columns"], left)
            newest = {**item["curve"], "columns": unpack(item["curve"]["columns"], left)}
            before = found.get(runs[item["key"][0]], {"columns": {}})["columns"]
            kept = {name: before.get(name, np.empty(0))[: item["from"]] for name in columns}
            assert all(len(column) == item["from"] for column in kept.values())
            joined = {name: np.append(kept[name], columns[name]) for name in columns}
            assert len(joined["step"]) == item["n"]
            found[runs[item["key"][0]]] = {**item, "columns": joined, "curve": newest}
        assert not left
    return found


def test_areas_by_step_and_the_newest_curve_are_pushed(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5, 9])
    write(tmp_path / "b", [3])
    view = PRCurves(tmp_path)
    page.read()
    page.tick()
    found = held(page, view)
    columns = found["a"]["columns"]
    assert columns["step"].tolist() == [0, 5, 9]
    assert columns["wall"].tolist() == [ef.WALL + step for step in (0, 5, 9)]
    for row, step in enumerate((0, 5, 9)):
        assert columns["average_precision"][row] == average_precision(curve(step))
        assert columns["auc"][row] == roc_auc(curve(step))
    newest = found["a"]["curve"]
    assert (newest["step"], newest["n"], newest["error"]) == (9, 11, "")
    assert newest["wall_time"] == ef.WALL + 9
    assert list(newest["columns"]) == NAMES
    np.testing.assert_array_equal(np.array(list(newest["columns"].values())[1:]), curve(9))
    np.testing.assert_allclose(newest["columns"]["threshold"], np.arange(11) / 10)
    assert found["b"]["curve"]["step"] == 3


def test_only_what_is_new_follows(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1])
    view = PRCurves(tmp_path)
    page.read()
    page.tick()
    page.read()
    assert page.tick(0.3) == 0
    ef.append(tmp_path / ef.NAME, ef.record(curve_event(2, curve(2))))
    page.read()
    page.tick(0.3)
    message, _ = page.custom(view, "summaries")[-1]
    (item,) = message["items"]
    assert (item["from"], item["n"]) == (2, 3)
    assert held(page, view)["."]["curve"]["step"] == 2


def test_a_step_written_again_takes_the_place_of_the_old_one(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1, 2])
    view = PRCurves(tmp_path)
    page.read()
    page.tick()
    again = curve(77)
    ef.append(tmp_path / ef.NAME, ef.record(curve_event(1, again)))
    page.read()
    page.tick(0.3)
    columns = held(page, view)["."]["columns"]
    assert columns["step"].tolist() == [0, 1, 2]
    assert columns["average_precision"][1] == average_precision(again)


def test_many_steps_are_thinned_with_both_ends(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarising.thinned_rows, "__defaults__", (8,))
    write(tmp_path, range(20))
    view = PRCurves(tmp_path)
    page.read()
    page.tick()
    found = held(page, view)["."]
    assert found["columns"]["step"].tolist() == [0, 4, 8, 12, 16, 19]
    assert found["steps"] == 20
    for step in range(20, 40):
        ef.append(tmp_path / ef.NAME, ef.record(curve_event(step, curve(step))))
        page.read()
        page.tick(0.3)
    assert held(page, view)["."]["columns"]["step"].tolist() == [0, 8, 16, 24, 32, 39]


def test_an_older_step_is_answered_with_the_nearest_before(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5, 9])
    write(tmp_path / "b", [7])
    view = PRCurves(tmp_path)
    page.read()
    answer, buffers = page.ask(view, "curve", tags=["pr"], runs=["a", "b", "gone"], step=6)
    assert answer["ok"]
    (item,) = answer["result"]
    assert item["run"] == view.state.run_number("a")
    assert item["curve"]["step"] == 5
    columns = unpack(item["curve"]["columns"], list(buffers))
    np.testing.assert_array_equal(columns["recall"], curve(5)[5])
    assert not page.ask(view, "curve", tags=["pr"], runs=["a"], step="x")[0]["ok"]


def test_what_cannot_be_read_is_counted_and_stops_no_other(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1])
    ef.append(tmp_path / ef.NAME, ef.record(curve_event(2, np.zeros((5, 3)))))
    view = PRCurves(tmp_path)
    page.read()
    page.tick()
    found = held(page, view)["."]
    assert found["unreadable"] == 1
    assert np.isnan(found["columns"]["average_precision"]).tolist() == [False, False, True]
    assert "shape [5, 3]" in found["curve"]["error"]
    assert any("shape [5, 3]" in problem.message for problem in view.logdir.problems)
    assert view.data.step.unique().tolist() == [0, 1]


def test_odd_curves_are_sent_as_they_are(page: Page, tmp_path: Path) -> None:
    odd = {"one": curve(1, 1), "none": np.empty((6, 0)), "nan": np.full((6, 3), np.nan)}
    for name, values in odd.items():
        ef.write(tmp_path / name / ef.NAME, ef.record(curve_event(0, values)))
    write(tmp_path / "many", [0], count=9_001)
    view = PRCurves(tmp_path)
    page.read()
    page.tick()
    found = held(page, view)
    assert [found[name]["curve"]["n"] for name in (*odd, "many")] == [1, 0, 3, 9_001]
    many = found["many"]["curve"]["columns"]["threshold"]
    assert (many[0], many[-1], len(many)) == (0, 1, 1126)


def test_data_and_selection(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5, 9])
    write(tmp_path / "b", [7])
    view = PRCurves(tmp_path)
    page.read()
    data = view.data
    assert list(data.columns) == ["run", "tag", "step", "wall_time", *NAMES]
    assert len(data) == 44
    assert data.dtypes.step == np.int64
    rows = data[(data.run == "a") & (data.step == 5)]
    np.testing.assert_array_equal(rows[NAMES[1:]].to_numpy().T, curve(5))

    assert view.selection.step.unique().tolist() == [9, 7]
    view.threshold = 0.52
    view.step = 6
    chosen = view.selection
    assert chosen[["run", "tag", "step"]].to_numpy().tolist() == [["a", "pr", 5]]
    assert chosen.threshold.tolist() == [0.5]
    assert chosen.recall.tolist() == [curve(5)[5, 5]]
    view.run_steps = {"a": 9, "b": 8}
    assert view.selection[["run", "step"]].to_numpy().tolist() == [["a", 9], ["b", 7]]
    view.hidden_runs = ["a", "b"]
    assert view.selection.empty


def test_the_page_picks_a_threshold_and_steps(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0])
    view = PRCurves(tmp_path)
    page.set(view, threshold=0.25, run_steps={".": 3}, mode="roc", kind="x", title="x")
    assert (view.threshold, view.run_steps, view.mode) == (0.25, {".": 3.0}, "roc")
    page.set(view, threshold=4, run_steps={".": "x"}, mode="x")
    assert (view.threshold, view.run_steps, view.mode) == (0.25, {".": 3.0}, "roc")

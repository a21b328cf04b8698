"""Tags that are derived from others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pandas as pd
import pytest

from tbwidget import Scalars, TensorBoard
from tbwidget.logs.derived import Derived, RunSeries
from tbwidget.logs.series import Points

if TYPE_CHECKING:
    from pathlib import Path

    from pages import Page


def append(folder: Path, run: str, tag: str, points: dict[int, float]) -> None:
    records = [ef.record(ef.scalar(step, value, tag)) for step, value in points.items()]
    path = folder / run / ef.NAME
    (ef.append if path.exists() else ef.write)(path, *records)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for run, offset in (("a", 0.0), ("b", 10.0)):
        append(tmp_path, run, "train/loss", {step: offset + step for step in range(0, 31, 10)})
        append(tmp_path, run, "val/loss", {10: 20.0, 30: 50.0})
    append(tmp_path, "c", "train/loss", {0: 1.0})
    return tmp_path


def gap(series: RunSeries) -> Any:
    return series["val/loss"] - series["train/loss"]


def rested(view: Any) -> None:
    """Let what has grown be evaluated at once."""
    for derived in view.state.derived._tags.values():
        derived._known = {
            run: known._replace(rest_until=0.0) for run, known in derived._known.items()
        }


def tags(page: Page, view: Any) -> dict[str, Any]:
    catalog, _ = page.custom(view.state, "catalog")[-1]
    return {name: runs for _, name, runs in catalog["tags"]["scalars"]}


def problems(page: Page, view: Any) -> list[dict[str, Any]]:
    answer, _ = page.ask(view.state, "problems")
    json.dumps(answer, allow_nan=False)
    return answer["result"]


def test_it_is_a_tag_like_any_other(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    view.add("gap", gap)
    page.tick()
    numbers = {name: view.state.run_number(name) for name in "abc"}
    assert tags(page, view)["gap"] == [numbers["a"], numbers["b"]]
    assert view.shown_tags() == ["gap", "train/loss", "val/loss"]
    held = page.held(view)
    assert ("c", "gap") not in held
    columns = held["b", "gap"].columns
    assert columns["step"] == [10, 30]
    assert columns["value"] == [20 - 20, 50 - 40]
    assert columns["wall"] == [ef.WALL + 10, ef.WALL + 30]
    frame = view.data.query("tag == 'gap' and run == 'a'")
    assert frame["step"].tolist() == [10, 30]
    assert frame["value"].tolist() == [10, 20]
    assert problems(page, view) == []
    (row,) = page.ask(view, "table", tags=["gap"], runs=["a"], at=30)[0]["result"]
    assert row["value"] == 20.0
    assert "gap" not in view.logdir["a"].scalars  # the log itself is as it was


def test_it_grows_with_what_it_is_made_of(page: Page, folder: Path) -> None:
    board = TensorBoard(folder)
    view: Any = board.scalars
    board.add("gap", gap)
    page.read()
    page.tick()
    append(folder, "a", "train/loss", {40: 0.0})
    append(folder, "a", "val/loss", {40: 7.0})
    page.read()
    rested(view)
    page.tick()
    (item,) = [
        item
        for item in page.custom(view, "series")[-1][0]["items"]
        if item["key"][1] == view.state.tag_number("gap")
    ]
    assert (item["from"], item["n"]) == (2, 3)  # only what is new
    assert page.held(view)["a", "gap"].columns["value"] == [10, 20, 7]
    ef.append(folder / "a" / ef.NAME, ef.record(ef.start(30)))
    page.read()
    rested(view)
    page.tick()
    assert page.held(view)["a", "gap"].columns["step"] == [10]


def test_what_grows_waits_until_the_thread_has_rested(page: Page, folder: Path) -> None:
    calls = []

    def counted(series: RunSeries) -> Any:
        calls.append(series.run)
        return series["train/loss"] * 2

    view = Scalars(folder)
    page.read()
    view.add("twice", counted)
    page.tick()
    assert sorted(calls) == ["a", "b", "c"]
    page.tick()
    assert len(calls) == 3  # nothing has grown
    derived = view.state.derived._tags["twice"]
    derived._known["a"] = derived._known["a"]._replace(rest_until=1e12)
    append(folder, "a", "train/loss", {40: 4.0})
    page.read()
    page.tick()
    assert len(calls) == 3
    rested(view)
    page.tick()
    assert calls[3:] == ["a"]


def test_it_can_be_taken_away_or_changed(page: Page, folder: Path) -> None:
    board = TensorBoard(folder)
    page.read()
    board.add("gap", gap)
    page.tick()
    board.add("gap", lambda s: s["train/loss"] + 0.5)
    page.tick()
    assert page.held(board.scalars)["c", "gap"].columns["value"] == [1.5]
    assert page.held(board.scalars)["a", "gap"].columns["step"] == [0, 10, 20, 30]
    board.remove("gap")
    page.tick()
    assert "gap" not in tags(page, board)
    with pytest.raises(KeyError, match="no derived tag 'gap'; there are: none"):
        board.remove("gap")


def test_what_fails_is_a_problem_and_stops_nothing(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    view.add("broken", lambda s: s["val/loss"].no_such_thing)
    view.add("gap", gap)
    page.tick()
    (problem,) = problems(page, view)
    assert (problem["kind"], problem["file"]) == ("derived", "broken")
    assert "run 'a' (and 1 more runs): AttributeError" in problem["message"]
    status, _ = page.custom(view.state, "status")[-1]
    assert status["problems"] == 1
    assert ("a", "gap") in page.held(view)
    assert "broken" not in tags(page, view)
    view.add("broken", gap)  # mended
    page.tick(2.0)
    assert problems(page, view) == []


def test_a_tag_that_no_run_has_is_told(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    view.add("gap", lambda s: s["nothing"] - s["train/loss"])
    page.tick()
    (problem,) = problems(page, view)
    assert "none has all tags it uses ('nothing')" in problem["message"]
    append(folder, "b", "nothing", {0: 1.0})
    page.read()
    page.tick()
    assert problems(page, view) == []
    assert page.held(view)["b", "gap"].columns["value"] == [-9.0]


def test_a_tag_can_be_asked_for_in_case(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    view.add("best", lambda s: s.get("val/loss", s["train/loss"]).cummin())
    page.tick()
    assert page.held(view)["c", "best"].columns["value"] == [1.0]
    assert page.held(view)["a", "best"].columns["value"] == [20.0, 20.0]


def test_a_derived_tag_takes_part_in_groups_and_axes(page: Page, folder: Path) -> None:
    view = Scalars(folder, group_by="directory", x_axis="tag:epoch", smoothing=0.0)
    page.read()
    view.add("epoch", lambda s: s["train/loss"].index / 10)
    page.tick()
    message, _ = page.custom(view, "bands")[-1]
    assert view.state.tag_number("epoch") in {item["key"][1] for item in message["items"]}
    assert page.held(view)["a", "val/loss"].columns["x"] == [1.0, 3.0]


@pytest.mark.parametrize("bad", [None, 3, "s['a']"])
def test_what_cannot_be_called_is_refused(page: Page, folder: Path, bad: Any) -> None:
    with pytest.raises(TypeError, match="give a function"):
        Scalars(folder).add("gap", bad)


@pytest.mark.parametrize("name", ["", "x" * 1001, "train/loss"])
def test_a_name_that_is_taken_or_none_is_refused(page: Page, folder: Path, name: str) -> None:
    view = Scalars(folder)
    page.read()
    with pytest.raises(ValueError, match=r"derived"):
        view.add(name, gap)


# -- what a function is given, and may give --------------------------------------------------------


def points(values: dict[int, float]) -> Points:
    steps = np.array(list(values), np.int64)
    return Points(steps, 100.0 + steps, np.array(list(values.values()), np.float64))


def evaluate(function: Any, **series: dict[int, float]) -> dict[int, float]:
    from tbwidget.logs.derived import _call

    given = RunSeries("run", {tag: points(values) for tag, values in series.items()})
    result = _call(function, given)
    np.testing.assert_array_equal(result.wall_times, 100.0 + result.steps)
    return dict(zip(*(column.tolist() for column in (result[0], result[2])), strict=True))


DENSE = {0: 0.0, 10: 1.0, 20: 4.0, 30: 9.0}


@pytest.mark.parametrize(
    ("sparse", "expected"),
    [
        ({0: 5.0, 20: 5.0}, {0: 5.0, 20: 1.0}),  # at the same steps
        ({5: 5.0, 25: 5.0}, {5: 4.5, 25: -1.5}),  # between them
        ({-5: 5.0, 15: 5.0, 35: 5.0}, {15: 2.5}),  # and never beyond the ends
        ({100: 5.0}, {}),
        ({}, {}),
    ],
)
def test_what_is_used_together_is_aligned(
    sparse: dict[int, float], expected: dict[int, float]
) -> None:
    assert evaluate(lambda s: s["a"] - s["b"], a=sparse, b=DENSE) == expected
    # Plain arrays too, though at first they do not fit together.
    assert evaluate(lambda s: s["a"].to_numpy() - s["b"].to_numpy(), a=sparse, b=DENSE) == expected


def test_infinities_survive_alignment() -> None:
    odd = {**DENSE, 10: np.inf, 20: np.nan}
    result = evaluate(lambda s: s["a"] + s["b"], a=odd, b={0: 1.0, 10: 1.0, 20: 1.0})
    np.testing.assert_array_equal(list(result.values()), [1.0, np.inf, np.nan])


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda s: s["a"] * 2, {0: 0.0, 10: 2.0, 20: 8.0, 30: 18.0}),
        (lambda s: s["a"].to_numpy() > 1, {0: 0.0, 10: 0.0, 20: 1.0, 30: 1.0}),
        (lambda s: s["a"].max(), {0: 9.0, 10: 9.0, 20: 9.0, 30: 9.0}),
        (lambda s: s["a"][s["a"] > 1], {20: 4.0, 30: 9.0}),
        (lambda s: s["a"].iloc[::-1], DENSE),
        (lambda s: list(s["a"]), DENSE),
        (lambda s: s["a"] / 0 * 0, dict.fromkeys(DENSE, np.nan)),
    ],
)
def test_what_a_function_may_give(function: Any, expected: dict[int, float]) -> None:
    result = evaluate(function, a=DENSE)
    assert list(result) == list(expected)
    np.testing.assert_array_equal(list(result.values()), list(expected.values()))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda s: s["a"].to_numpy()[:2], "has the shape"),
        (lambda s: pd.DataFrame({"x": s["a"]}), "DataFrame"),
        (lambda s: str(s["a"]), "is a str"),
        (lambda s: s["a"].set_axis(list("abcd")), "index of the result"),
        (len, "uses no tag"),
        (lambda s: list(s["a"]).sort(), "is a NoneType"),
        (lambda s: s["a"] + object(), "unsupported operand"),
    ],
)
def test_what_it_may_not_give(function: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError, ZeroDivisionError), match=message):
        evaluate(function, a=DENSE)


def test_what_it_is_given_cannot_change_the_log() -> None:
    given = RunSeries("run", {"a": points(DENSE)})
    series = given["a"]
    series.iloc[0] = 99.0
    assert given["a"].tolist() == list(DENSE.values())
    assert (len(given), list(given), "a" in given, "b" in given) == (1, ["a"], True, False)
    assert given.get("b") is None


def test_equal_steps_are_kept_where_all_have_them() -> None:
    same = Points(np.array([3, 3, 3]), np.arange(3.0), np.array([1.0, 2.0, 3.0]))
    from tbwidget.logs.derived import _call

    result = _call(lambda s: s["a"].to_numpy() * 2, RunSeries("run", {"a": same}))
    assert result.steps.tolist() == [3, 3, 3]
    assert result.values.tolist() == [2.0, 4.0, 6.0]  # noqa: PD011
    assert Derived("x", lambda s: s).problem() is None

"""Views and what they send, heard without a browser."""

from __future__ import annotations

import itertools
import json
import os
import re
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from pages import Page, unpack

from tbwidget import Logdir, Scalars, TensorBoard, ViewState
from tbwidget.widget import publisher

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for run in ("train", "val"):
        ef.write_scalars(tmp_path / run / ef.NAME, [0, 1, 2])
        ef.write_scalars(tmp_path / run / ef.NAME.replace("host", "host2"), [0, 1], tag="acc")
    return tmp_path


def shown(page: Page, view: Any) -> dict[tuple[str, str], list[float]]:
    """Return the steps of each series that the page holds."""
    return {key: series.columns["step"] for key, series in page.held(view).items()}


def append(folder: Path, *points: bytes, run: str = "train") -> None:
    ef.append(folder / run / ef.NAME, *map(ef.record, points))


# -- what is pushed ------------------------------------------------------------------------------


def test_the_first_tick_brings_all_that_a_busy_kernel_could_not_be_asked_for(
    page: Page, folder: Path
) -> None:
    view = Scalars(folder)
    page.read()
    page.tick()
    (catalog, _), (status, _) = page.custom(view.state)[:2]
    runs = {name: number for number, name, *_ in catalog["runs"]}
    assert list(runs) == ["train", "val"]
    assert [tag[1:] for tag in catalog["tags"]["scalars"]] == [["acc", None], ["loss", None]]
    assert (status["op"], status["complete"], status["points"]) == ("status", True, 10)
    assert (status["files"], status["problems"], status["exists"]) == (4, 0, True)
    assert shown(page, view) == {
        (run, tag): steps
        for run in ("train", "val")
        for tag, steps in (("loss", [0, 1, 2]), ("acc", [0, 1]))
    }
    for series in page.held(view).values():
        assert series.columns["value"] == series.columns["step"]
        assert series.columns["wall"] == [ef.WALL + step for step in series.columns["step"]]
        assert series.exact


def test_while_a_long_file_is_read_a_series_is_sent_a_few_times_only(
    page: Page, tmp_path: Path
) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, list(range(20_000)))
    view = Scalars(tmp_path)
    sent = []
    for _ in view.logdir.read_slices(20_000):
        before = len(page.custom(view, "series"))
        page.tick()
        sent += [
            (item["from"], item["n"])
            for message, _ in page.custom(view, "series")[before:]
            for item in message["items"]
            if message["reading"]
        ]
    assert 2 <= len(sent) <= 6
    assert {first for first, _ in sent} == {0}
    assert all(n >= 3 * before for (_, before), (_, n) in itertools.pairwise(sent))
    page.tick()
    (message, _) = page.custom(view, "series")[-1]
    assert not message["reading"]
    (series,) = page.held(view).values()
    assert series.n == 20_000
    assert len(series.columns["step"]) <= 2_100  # an overview of the whole, not of its beginning
    append(tmp_path, ef.scalar(20_000), run="a")
    page.read()
    page.tick()
    assert page.custom(view, "series")[-1][0]["items"][0]["from"] == 20_000


def test_of_many_runs_those_half_read_wait(page: Page, tmp_path: Path) -> None:
    for run in range(12):
        ef.write_scalars(tmp_path / f"{run:02}" / ef.NAME, list(range(200)))
    view = Scalars(tmp_path)
    for _ in view.logdir.read_slices(5000):
        page.tick()
    page.tick()
    sent = [
        (item["key"][0], item["n"])
        for message, _ in page.custom(view, "series")
        for item in message["items"]
    ]
    assert len(set(sent)) == len(sent)
    assert {key for key, n in sent if n == 200} == set(range(12))
    assert {key for key, n in sent if n < 200} == {0}  # the first is shown at once


def test_columns_are_as_narrow_as_they_can_be_without_loss(page: Page, tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, list(range(9000)))
    ef.write_scalars(tmp_path / "b" / ef.NAME, [0, 2**40], [0.5, float("nan")])
    view = Scalars(tmp_path)
    page.read()
    page.tick()
    kinds = {
        item["n"]: {name: kind for name, kind, _ in item["columns"]}
        for message, _ in page.custom(view, "series")
        for item in message["items"]
    }
    whole = {"step": "i4", "wall": "f8", "value": "f4"}
    assert kinds[9000] == {**whole, "smoothed": "f4", "row": "i4"}
    assert kinds[2] == {**whole, "step": "f8"}
    assert shown(page, view)["b", "loss"] == [0, 2**40]


def test_nothing_new_is_nothing_sent(page: Page, folder: Path) -> None:
    Scalars(folder)
    page.read()
    page.tick()
    page.tick()
    page.forget()
    page.read()
    assert page.tick(0.3) == 0


def test_new_points_are_appended(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.tick()
    append(folder, ef.scalar(3), ef.scalar(4))
    page.read()
    page.tick()
    (message, _) = page.custom(view, "series")[-1]
    (item,) = message["items"]
    assert (item["from"], item["n"], item["generation"]) == (3, 5, 0)
    assert shown(page, view)["train", "loss"] == [0, 1, 2, 3, 4]


def test_a_restart_is_a_new_generation_sent_whole(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.tick()
    append(folder, ef.start(1), ef.scalar(1, 9.0))
    page.read()
    page.tick()
    item = next(
        item
        for item in page.custom(view, "series")[-1][0]["items"]
        if item["generation"] > 0 and item["n"] == 2
    )
    assert item["from"] == 0
    series = page.held(view)["train", "loss"]
    assert (series.columns["step"], series.columns["value"]) == ([0, 1], [0, 9])


def test_the_catalog_is_sent_again_when_it_changes(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.tick()
    append(folder, ef.scalar(3))
    page.read()
    page.tick()
    assert len(page.custom(view.state, "catalog")) == 1
    ef.write_scalars(folder / "test" / ef.NAME, [0])
    page.read()
    page.tick()
    catalogs = page.custom(view.state, "catalog")
    assert len(catalogs) == 2
    assert [name for _, name, *_ in catalogs[1][0]["runs"]] == ["test", "train", "val"]
    numbers = [{name: number for number, name, *_ in c["runs"]} for c, _ in catalogs]
    assert numbers[0].items() <= numbers[1].items()  # a run keeps its number


def test_messages_are_counted_without_a_gap(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    for step in range(3, 9):
        append(folder, ef.scalar(step))
        page.read()
        page.tick()
    for channel in (view, view.state):
        numbers = [message["seq"] for message, _ in page.custom(channel)]
        assert numbers == list(range(1, len(numbers) + 1))
    (beat, _) = page.custom(view.state, "heartbeat")[-1]
    assert view.model_id in beat["channels"]


def test_messages_are_json_that_any_page_can_read(page: Page, folder: Path) -> None:
    append(folder, ef.scalar(3, float("nan")), ef.scalar(4, float("inf"), wall_time=float("nan")))
    view = Scalars(folder)
    page.read()
    page.tick()
    for channel in (view, view.state):
        for message, _ in page.custom(channel):
            json.dumps(message, allow_nan=False)
    values = page.held(view)["train", "loss"].columns["value"]
    np.testing.assert_array_equal(values, [0, 1, 2, np.nan, np.inf])


def test_a_page_that_says_hello_gets_everything_again(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.tick()
    page.forget()
    answer, _ = page.ask(view.state, "hello")
    assert answer["result"] == {"heartbeat": publisher.HEARTBEAT_SECONDS}
    page.tick()
    assert page.custom(view.state, "catalog")
    assert page.custom(view.state, "status")


def test_a_hidden_page_is_sent_nothing(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.say(view.state, {"op": "visible", "args": {"visible": False}})
    assert page.tick() == 0
    page.say(view.state, {"op": "visible", "args": {"visible": True}})
    assert page.tick() > 0


def test_a_page_that_is_gone_is_sent_only_so_much(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "UNATTACHED_BYTES", 3000)
    monkeypatch.setattr(publisher, "LOST_SECONDS", 1e9)
    view = Scalars(folder)
    for step in range(3, 60):
        append(folder, ef.scalar(step))
        page.read()
        page.tick()
    sent = sum(len(message) for *_, buffers in page.heard for message in buffers)
    assert sent < 6000
    page.say(view, {"op": "ack", "args": {"seq": view.sequence}})
    page.say(view.state, {"op": "ack", "args": {"seq": view.state.sequence}})
    page.tick()
    assert shown(page, view)["train", "loss"] == list(range(60))


def test_a_page_that_is_not_heard_of_is_given_up(page: Page, folder: Path) -> None:
    Scalars(folder)
    page.read()
    assert page.tick() > 0
    append(folder, ef.scalar(3))
    page.read()
    assert page.tick(publisher.LOST_SECONDS + 1) == 0


# -- limits --------------------------------------------------------------------------------------


def test_messages_are_small_and_come_in_short_bursts(page: Page, tmp_path: Path) -> None:
    for run in range(30):
        records = [
            ef.record(
                ef.summary(step, *[{"tag": f"t{n}", "simple_value": step} for n in range(20)])
            )
            for step in range(300)
        ]
        ef.write(tmp_path / f"run-{run}" / ef.NAME, *records)
    view = Scalars(tmp_path)
    page.read()
    for _ in range(20):
        assert page.tick() <= publisher.MESSAGES_PER_SECOND
    for *_, buffers in page.heard:
        assert sum(len(buffer) for buffer in buffers) <= 4 * 2**20
    held = page.held(view)
    assert len(held) > 300
    assert all(series.n == 300 for series in held.values())


def test_many_views_share_the_messages_of_a_second(page: Page, folder: Path) -> None:
    for number in range(60):
        Scalars(folder, smoothing=number / 100)
    page.read()
    assert page.tick() <= publisher.MESSAGES_PER_SECOND
    assert page.tick(0.1) <= 3


def test_a_long_series_is_sent_in_outline_with_its_spike(page: Page, tmp_path: Path) -> None:
    values = [0.0] * 20_000
    values[12_345] = 1.0
    ef.write_scalars(tmp_path / "a" / ef.NAME, list(range(20_000)), values)
    view = Scalars(tmp_path)
    page.read()
    page.tick()
    series = page.held(view)["a", "loss"]
    assert (series.exact, series.n) == (False, 20_000)
    assert len(series.columns["step"]) <= 4000
    assert 12_345 in series.columns["step"]
    assert series.columns["row"] == series.columns["step"]
    assert len(series.columns["smoothed"]) == len(series.columns["step"])


# -- what the page asks for ----------------------------------------------------------------------


def test_watching_narrows_what_is_sent(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.ask(view, "watch", view="v1", tags=["acc"], hidden_runs=["val"])
    page.tick()
    assert shown(page, view) == {("train", "acc"): [0, 1]}
    page.ask(view, "watch", view="v2", tags=["loss"])
    page.tick()
    assert set(shown(page, view)) == {("train", "acc"), ("train", "loss"), ("val", "loss")}
    page.say(view, {"op": "unwatch", "args": {"view": "v1"}})
    ef.append(folder / "train" / ef.NAME, ef.record(ef.scalar(2, tag="acc")))
    page.read()
    page.tick()
    assert shown(page, view)["train", "acc"] == [0, 1]


def test_what_is_missing_is_sent_again(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.tick()
    page.forget()
    page.ask(view, "watch", view="v", tags=["acc", "loss"], missing=["loss"])
    page.tick()
    assert shown(page, view) == {("train", "loss"): [0, 1, 2], ("val", "loss"): [0, 1, 2]}


def test_smoothing_sends_again_only_what_was_not_sent_exactly(page: Page, tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, list(range(9000)), tag="long")
    ef.write_scalars(tmp_path / "b" / ef.NAME, list(range(10)), tag="short")
    view = Scalars(tmp_path)
    page.read()
    page.tick()
    assert {key: series.exact for key, series in page.held(view).items()} == {
        ("a", "long"): False,
        ("b", "short"): True,
    }
    page.forget()
    view.state.smoothing = 0.9
    page.tick()
    assert set(shown(page, view)) == {("a", "long")}
    assert page.custom(view, "series")[0][0]["items"][0]["smoothing"] == 0.9


def detail(page: Page, view: Any, **args: Any) -> dict[str, np.ndarray]:
    answer, buffers = page.ask(view, "detail", **args)
    assert answer["ok"], answer
    (item,) = answer["result"]
    assert item["exact"]
    return unpack(item["columns"], list(buffers))


def test_detail_brings_the_exact_points_of_a_range(page: Page, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=20_000).astype(np.float32).astype(float).tolist()
    ef.write_scalars(tmp_path / "a" / ef.NAME, list(range(20_000)), values)
    view = Scalars(tmp_path)
    page.read()
    asked = {"tags": ["loss"], "runs": ["a"], "pixels": 500}
    columns = detail(page, view, low=5000, high=5100, **asked)
    assert columns["step"].tolist() == list(range(4999, 5102))  # and a neighbour on either side
    assert columns["value"].tolist() == values[4999:5102]
    columns = detail(page, view, low=ef.WALL + 7, high=ef.WALL + 9, x_axis="wall", **asked)
    assert columns["step"].tolist() == [6, 7, 8, 9, 10]
    columns = detail(page, view, low=7, high=9, x_axis="relative", **asked)
    assert columns["step"].tolist() == [6, 7, 8, 9, 10]
    columns = detail(page, view, low=7.2, high=7.3, **asked)
    assert columns["step"].tolist() == [7, 8]


def test_relative_time_begins_at_the_first_wall_time_there_is(page: Page, folder: Path) -> None:
    points = [ef.scalar(0, tag="late", wall_time=float("nan"))]
    points += [ef.scalar(step, tag="late") for step in range(1, 6)]
    append(folder, *points)
    view = Scalars(folder)
    page.read()
    asked = {"tags": ["late"], "runs": ["train"], "x_axis": "relative"}
    columns = detail(page, view, low=2, high=2, **asked)
    assert columns["step"].tolist() == [2, 3, 4]


def test_detail_between_two_points_brings_both(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    columns = detail(page, view, low=1.2, high=1.3, tags=["loss"], runs=["train"])
    assert columns["step"].tolist() == [1, 2]


def test_detail_of_unknown_names_is_empty(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    for tags, runs in ((["nothing"], ["train"]), (["loss"], ["nobody"]), (["loss"], [])):
        answer, buffers = page.ask(view, "detail", tags=tags, runs=runs)
        assert (answer["ok"], answer["result"], buffers) == (True, [], [])


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("detail", {"tags": "loss", "runs": ["train"]}),
        ("detail", {"tags": ["loss"], "runs": ["train"], "low": "zero"}),
        ("detail", {"tags": ["loss"] * 301, "runs": ["train"]}),
        ("detail", {}),
        ("watch", {"view": "v", "tags": ["x"] * 10_001}),
        ("watch", {"view": "v", "tags": [1]}),
        ("close", {}),
        ("push", {}),
        ("set_trait", {"name": "_esm"}),
    ],
)
def test_bad_requests_are_answered_with_an_error(
    page: Page, folder: Path, op: str, args: dict[str, Any]
) -> None:
    view = Scalars(folder)
    page.read()
    answer, _ = page.ask(view, op, **args)
    assert not answer["ok"]
    assert answer["error"]["message"]
    page.tick()
    assert len(shown(page, view)) == 4  # and nothing is broken


def test_so_many_views_of_one_widget_are_kept(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    for number in range(1000):
        page.say(view, {"op": "watch", "args": {"view": f"v{number}", "tags": ["loss"]}})
    assert len(view._watches) <= 8


def test_problems_can_be_asked_for(page: Page, folder: Path) -> None:
    ef.append(folder / "train" / ef.NAME, b"\xff" * 30)
    view = Scalars(folder)
    page.read()
    answer, _ = page.ask(view.state, "problems")
    ((problem,)) = answer["result"]
    assert (problem["file"], problem["kind"]) == (f"train/{ef.NAME}", "header")
    json.dumps(answer, allow_nan=False)


# -- traits --------------------------------------------------------------------------------------


def test_a_page_can_set_only_what_is_the_page_s(page: Page, folder: Path) -> None:
    board = TensorBoard(folder, tab="scalars")
    view, state = board.scalars, board.state
    before = {
        (one, name): getattr(one, name)
        for one in (board, view, state, view._runtime)
        for name in one.keys
        if name in {"_esm", "_css", "_runtime", "_state", "_kind", "_channel", "_dashboards"}
        or name in {"title", "_anywidget_id", "_model_module", "_view_name"}
    }
    assert any(name == "_esm" for _, name in before)
    for one, name in before:
        page.set(one, **{name: "IPY_MODEL_x" if name in {"_runtime", "_state"} else "evil"})
    for (one, name), value in before.items():
        assert getattr(one, name) is value or getattr(one, name) == value
    page.set(board, tab="images", height=500)
    page.set(state, smoothing=0.25, hidden_runs=["val"], run_filter="a.*", y_scale="log")
    assert (board.tab, board.height) == ("images", 500)
    assert (state.smoothing, state.hidden_runs) == (0.25, ["val"])
    assert (state.run_filter, state.y_scale) == ("a.*", "log")


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("smoothing", 2.0),
        ("smoothing", "x"),
        ("x_axis", "other"),
        ("hidden_runs", [1]),
        ("hidden_runs", ["a"] * 10_001),
        ("columns", ["value", "other"]),
        ("run_filter", "a" * 10_001),
        ("tag_filter", "a" * 10_001),
    ],
)
def test_what_does_not_validate_is_left_as_it_was(
    page: Page, folder: Path, trait: str, value: Any
) -> None:
    state = Scalars(folder).state
    before = getattr(state, trait)
    page.set(state, **{trait: value, "ignore_outliers": True})
    assert getattr(state, trait) == before
    assert state.ignore_outliers  # what came with it counts


def test_no_trait_names_a_path(page: Page, folder: Path) -> None:
    board = TensorBoard(folder)
    for one in (board, board.scalars, board.state):
        kept = {name: value for name, value in one.get_state().items() if name != "_esm"}
        assert str(folder) not in repr(kept)


# -- sources -------------------------------------------------------------------------------------


def test_two_views_of_a_path_share_a_log_directory_and_a_state(page: Page, folder: Path) -> None:
    one, other = Scalars(folder), TensorBoard(f"{folder}/.")
    assert one.logdir is other.logdir
    assert one.state is other.state
    assert page.follower.followed == [one.logdir]
    state = ViewState(one.logdir)
    assert Scalars(folder, state=state).state is state
    own = Scalars(folder, smoothing=0.1)
    assert own.state is not one.state
    assert (own.state.smoothing, own.logdir) == (0.1, one.logdir)


def test_a_run_or_runs_are_shown_alone(page: Page, folder: Path) -> None:
    logs = Logdir(folder)
    assert Scalars(logs).shown_runs() == ["train", "val"]
    assert Scalars(logs["val"]).shown_runs() == ["val"]
    assert Scalars([logs["val"], logs["train"]]).shown_runs() == ["train", "val"]
    view = Scalars(logs["val"], tags=re.compile("^a"))
    page.tick()
    assert shown(page, view) == {("val", "acc"): [0, 1]}
    assert (view.runs, view.tags) == (["val"], ["acc"])
    assert view.data.groupby(["run", "tag"]).size().to_dict() == {("val", "acc"): 2}
    board = TensorBoard(logs["val"])
    assert board.scalars.shown_runs() == ["val"]


def test_a_selection_follows_what_comes(page: Page, folder: Path) -> None:
    view = Scalars(folder, runs=re.compile("^t"), tags="loss")
    page.read()
    page.tick()
    ef.write_scalars(folder / "test" / ef.NAME, [5])
    page.read()
    page.tick()
    assert shown(page, view) == {("train", "loss"): [0, 1, 2], ("test", "loss"): [5]}
    assert view.runs == ["test", "train"]


@pytest.mark.parametrize("bad", [None, 3, object(), ["train"], [None]])
@pytest.mark.parametrize("kind", [Scalars, TensorBoard])
def test_what_cannot_be_shown_is_refused(page: Page, kind: Any, bad: Any) -> None:
    with pytest.raises(TypeError):
        kind(bad)
    assert page.heard == []


@pytest.mark.parametrize("bad", ["", " ", [], {}])
def test_what_is_empty_is_refused(page: Page, bad: Any) -> None:
    with pytest.raises(ValueError, match=r"give|hold"):
        Scalars(bad)


def test_runs_of_two_log_directories_are_refused(page: Page, folder: Path) -> None:
    one, other = Logdir(folder), Logdir(folder)
    with pytest.raises(ValueError, match="several log directories"):
        Scalars([one["train"], other["val"]])


def test_a_bad_selection_is_refused_before_anything_is_shown(page: Page, folder: Path) -> None:
    with pytest.raises(TypeError, match=r"re\.compile"):
        Scalars(folder, tags=3)
    assert page.heard == []


def test_a_missing_directory_is_waited_for(page: Page, tmp_path: Path) -> None:
    view = Scalars(tmp_path / "later")
    page.read()
    page.tick()
    (status, _) = page.custom(view.state, "status")[-1]
    assert not status["exists"]
    ef.write_scalars(tmp_path / "later" / "a" / ef.NAME, [0])
    page.read()
    page.tick()
    assert shown(page, view) == {("a", "loss"): [0]}


# -- the end -------------------------------------------------------------------------------------


def test_the_last_view_to_close_ends_following(page: Page, folder: Path) -> None:
    one, other = Scalars(folder), TensorBoard(folder)
    state, logdir = one.state, one.logdir
    one.close()
    assert (one.comm, state.comm is None) == (None, False)
    assert page.follower.followed == [logdir]
    other.close()
    assert state.comm is None
    assert page.follower.followed == []
    assert publisher.PUBLISHER._sessions == {}
    one.close()  # once more does nothing
    page.forget()
    append(folder, ef.scalar(3))
    assert page.tick() == 0


def test_what_the_user_opened_stays_open(page: Page, folder: Path) -> None:
    logdir = Logdir(folder, follow=True)
    state = ViewState(logdir)
    Scalars(logdir, state=state).close()
    assert state.comm is not None
    Scalars(logdir).close()
    assert page.follower.followed == [logdir]


def test_settings_of_one_view_keep_the_options_of_its_log_directory(
    page: Page, folder: Path
) -> None:
    options = {"purge_orphaned_data": False}
    shared = Scalars(folder, logdir_options=options)
    own = Scalars(folder, smoothing=0.1, logdir_options=options)
    assert own.logdir is own.state.logdir is shared.logdir
    assert (own.state.smoothing, shared.state.smoothing) == (0.1, 0.6)
    with pytest.raises(ValueError, match="set smoothing on the state"):
        Scalars(folder, smoothing=0.1, state=shared.state)
    own.close()
    assert own.state.comm is None
    assert page.follower.followed == [shared.logdir]


def test_a_path_can_be_shown_again_after_closing(page: Page, folder: Path) -> None:
    first = Scalars(folder)
    first.close()
    second = Scalars(folder)
    page.read()
    page.tick()
    assert len(shown(page, second)) == 4
    assert page.follower.followed == [second.logdir]


def test_a_closed_view_is_sent_nothing(page: Page, folder: Path) -> None:
    one, other = Scalars(folder), Scalars(folder)
    one.push({"op": "x"})
    one.close()
    page.forget()
    one.push({"op": "x"})
    page.read()
    page.tick()
    assert len(shown(page, other)) == 4
    senders = {comm_id for comm_id, *_ in page.heard}
    assert senders == {other.model_id, other.state.model_id}


def test_a_forked_child_sends_nothing(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.forget()
    pid = view._process
    view._process = view.state._process = -1  # as it would be in a child
    view.push({"op": "x"})
    view.state.smoothing = 0.3
    page.say(view, {"op": "watch", "id": 1, "args": {"view": "v"}})
    page.tick()
    assert page.heard == []
    assert pid == os.getpid()


def test_after_a_fork_nobody_is_published_for(page: Page, folder: Path) -> None:
    Scalars(folder)
    page.read()
    publisher.PUBLISHER.after_fork_in_child()
    page.forget()
    assert page.tick() == 0

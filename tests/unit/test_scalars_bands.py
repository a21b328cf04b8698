"""What a page is sent of groups of runs."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from pages import Page, unpack

from tbwidget import Scalars
from tbwidget.dashboards.scalars import bands
from tbwidget.events.protos import HParamsPluginData

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two groups of two runs with the same steps, and one run beside them."""
    for run, values in {
        "a/1": [1.0, 2.0, 4.0],
        "a/2": [3.0, 2.0, 0.0],
        "b/1": [5.0, 5.0, 5.0],
        "b/2": [7.0, 9.0, 5.0],
        "alone": [0.0, 0.0, 0.0],
    }.items():
        ef.write_scalars(tmp_path / run / ef.NAME, [0, 10, 20], values)
    return tmp_path


Held = dict[tuple[str, str], dict[str, Any]]


def held(page: Page, view: Any) -> tuple[dict[str, list[str]], Held, str]:
    """Return the groups, the bands by group and tag, and the error that the page holds."""
    groups: dict[int, tuple[str, list[int]]] = {}
    items: Held = {}
    error = ""
    runs = {number: name for name, number in view.state._run_numbers.items()}
    tags = {number: name for name, number in view.state._tag_numbers.items()}
    for message, buffers in page.custom(view, "bands"):
        json.dumps(message, allow_nan=False)
        if "groups" in message:
            groups = {number: (name, members) for number, name, members in message["groups"]}
            error = message["error"]
        left = list(buffers)
        for item in message["items"]:
            group, tag = item["key"]
            columns = unpack(item["columns"], left)
            items[groups[group][0], tags[tag]] = {**item, **columns}
        assert not left
    named = {name: [runs[number] for number in members] for name, members in groups.values()}
    return named, {key: item for key, item in items.items() if key[0] in named}, error


def test_without_groups_nothing_is_sent(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.tick()
    assert page.custom(view, "bands") == []


def test_each_group_is_a_curve_with_a_band(page: Page, folder: Path) -> None:
    view = Scalars(folder, group_by="(.)/", smoothing=0.0)
    page.read()
    page.tick()
    groups, items, error = held(page, view)
    assert groups == {"a": ["a/1", "a/2"], "b": ["b/1", "b/2"]}
    assert error == ""
    assert set(items) == {("a", "loss"), ("b", "loss")}
    item = items["b", "loss"]
    assert item["step"].tolist() == [0, 10, 20]
    assert item["value"].tolist() == [6, 7, 5]
    width = np.sqrt([2.0, 8.0, 0.0])
    np.testing.assert_allclose(item["low"], [6, 7, 5] - width)
    np.testing.assert_allclose(item["high"], np.add([6, 7, 5], width))
    assert item["count"].tolist() == [2, 2, 2]
    assert item["wall"].tolist() == [ef.WALL, ef.WALL + 10, ef.WALL + 20]
    assert item["relative"].tolist() == [0, 10, 20]
    assert (item["n"], item["runs"], item["exact"], item["note"]) == (3, 2, True, "")


def test_settings_and_new_points_bring_new_bands(page: Page, folder: Path) -> None:
    view = Scalars(folder, group_by="(.)/", smoothing=0.0)
    page.read()
    page.tick()
    page.forget()
    page.tick()
    assert page.custom(view, "bands") == []  # nothing has changed
    view.band = "minmax"
    view.center = "median"
    page.tick()
    (message, _) = page.custom(view, "bands")[0]
    assert "groups" not in message
    assert len(message["items"]) == 2
    page.forget()
    view.smoothing = 0.5
    page.tick()
    assert len(page.custom(view, "bands")[0][0]["items"]) == 2
    page.forget()
    ef.append(folder / "a/1" / ef.NAME, ef.record(ef.scalar(30, 8.0)))
    page.read()
    view._bands._rest_until = 0.0
    page.tick()
    ((message, _),) = page.custom(view, "bands")
    (item,) = message["items"]
    assert item["n"] == 4


def test_what_only_grows_waits_until_the_thread_has_rested(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(bands, "time", SimpleNamespace(monotonic=lambda: now[0]))
    view = Scalars(folder, group_by="(.)/")
    page.read()
    page.tick()
    view._bands._rest_until = 102.0  # as if that had taken a tenth of a second
    ef.append(folder / "a/1" / ef.NAME, ef.record(ef.scalar(30, 8.0)))
    page.read()
    page.forget()
    page.tick()
    assert page.custom(view, "bands") == []
    view.band = "sem"  # who asks for something else need not wait
    page.tick()
    assert len(page.custom(view, "bands")[0][0]["items"]) == 2
    ef.append(folder / "a/1" / ef.NAME, ef.record(ef.scalar(40, 8.0)))
    page.read()
    page.forget()
    now[0] = 103.0
    page.tick()
    (item,) = page.custom(view, "bands")[0][0]["items"]
    assert item["n"] == 5


def test_hidden_runs_do_not_count_and_only_watched_tags_are_sent(page: Page, folder: Path) -> None:
    ef.append(folder / "a/1" / ef.NAME, ef.record(ef.scalar(0, 1.0, tag="acc")))
    view = Scalars(folder, group_by="directory", smoothing=0.0)
    page.read()
    page.ask(view, "watch", view="v", tags=["loss"], hidden_runs=["a/1", "b/1", "b/2"])
    page.tick()
    groups, items, _ = held(page, view)
    assert groups == {"a": ["a/1", "a/2"], "b": ["b/1", "b/2"], ".": ["alone"]}
    assert set(items) == {("a", "loss"), (".", "loss")}
    item = items["a", "loss"]
    assert item["value"].tolist() == item["low"].tolist() == [3, 2, 0]
    assert item["count"].tolist() == [1, 1, 1]


def test_the_groups_are_named_again_when_they_change(page: Page, folder: Path) -> None:
    view = Scalars(folder, group_by="(.)/")
    page.read()
    page.tick()
    ef.write_scalars(folder / "c/1" / ef.NAME, [0])
    page.read()
    page.tick()
    groups, items, _ = held(page, view)
    assert groups["c"] == ["c/1"]
    assert ("c", "loss") in items
    numbers = [
        {name: number for number, name, _ in message["groups"]}
        for message, _ in page.custom(view, "bands")
        if "groups" in message
    ]
    assert numbers[0].items() <= numbers[1].items()  # a group keeps its number
    view.group_by = ""
    page.tick()
    assert held(page, view)[:2] == ({}, {})
    view.group_by = "(.)/"
    page.tick()
    assert set(held(page, view)[1]) == {("a", "loss"), ("b", "loss"), ("c", "loss")}


def test_a_page_that_lacks_a_tag_gets_groups_and_bands_again(page: Page, folder: Path) -> None:
    view = Scalars(folder, group_by="(.)/")
    page.read()
    page.tick()
    page.forget()
    page.ask(view, "watch", view="v", tags=["loss"], missing=["loss"])
    page.tick()
    groups, items, _ = held(page, view)
    assert (len(groups), len(items)) == (2, 2)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(", "*"])
def test_a_pattern_that_cannot_be_used_is_told(page: Page, folder: Path, pattern: str) -> None:
    view = Scalars(folder, group_by=pattern)
    page.read()
    page.tick()
    groups, items, error = held(page, view)
    assert (groups, items) == ({}, {})
    assert error.startswith("the pattern")
    assert len(page.held(view)) == 5  # and the rest is shown


def test_by_hyperparameters_wherever_they_were_written(page: Page, tmp_path: Path) -> None:
    def session(run: str, lr: float) -> None:
        start = {"hparams": {"lr": {"number_value": lr}}}
        content = HParamsPluginData(session_start_info=start).SerializeToString()
        ef.write(
            tmp_path / run / ef.NAME,
            ef.record(
                ef.summary(
                    0,
                    {
                        "tag": "_hparams_/session_start_info",
                        "metadata": ef.plugin("hparams", content),
                    },
                )
            ),
        )

    for run in ("x/train", "x/val", "y", "z", "w"):
        ef.write_scalars(tmp_path / run / ef.NAME.replace("host", "host2"), [0, 1])
    session("x", 0.1)  # above
    session("y/1700000000.5", 0.1)  # as add_hparams of torch does
    session("z", 0.01)
    view = Scalars(tmp_path, group_by="hparam:lr")
    page.read()
    page.tick()
    groups, items, _ = held(page, view)
    assert groups == {
        "lr=0.1": ["x", "x/train", "x/val", "y", "y/1700000000.5"],
        "lr=0.01": ["z"],
    }
    assert items["lr=0.1", "loss"]["count"].tolist() == [3, 3]


def test_no_spike_of_a_bound_is_lost(page: Page, tmp_path: Path) -> None:
    steps = list(range(20_000))
    low, high = [0.0] * 20_000, [1.0] * 20_000
    low[12_345], high[777] = -9.0, 9.0
    ef.write_scalars(tmp_path / "g/1" / ef.NAME, steps, low)
    ef.write_scalars(tmp_path / "g/2" / ef.NAME, steps, high)
    view = Scalars(tmp_path, group_by="directory", band="minmax", smoothing=0.0)
    page.read()
    page.tick()
    item = held(page, view)[1]["g", "loss"]
    assert (item["exact"], item["n"]) == (False, 20_000)
    assert len(item["step"]) <= 3000
    assert item["low"][item["step"] == 12_345].tolist() == [-9]
    assert item["high"][item["step"] == 777].tolist() == [9]
    answer, buffers = page.ask(
        view, "band_detail", tags=["loss"], runs=["g/1", "g/2"], low=700, high=800, pixels=500
    )
    (detail,) = answer["result"]
    columns = unpack(detail["columns"], list(buffers))
    assert columns["step"].tolist() == list(range(699, 802))
    assert detail["exact"]
    answer, buffers = page.ask(view, "band_detail", tags=["loss"], runs=["g/1", "nobody"])
    columns = unpack(answer["result"][0]["columns"], list(buffers))
    assert columns["high"].max() == 0.0  # of the runs that were asked for alone
    answer, _ = page.ask(view, "band_detail", tags=["nothing"], runs=["g/1"])
    assert answer["result"] == []


def test_long_work_is_done_a_slice_at_a_time(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(1000))
    clock_of_0_3 = SimpleNamespace(monotonic=lambda: 0.3 * next(clock))
    monkeypatch.setattr(bands, "time", clock_of_0_3)
    view = Scalars(folder, group_by="(.*)")  # five groups
    page.read()
    for sent in (1, 2, 3, 4, 5):
        page.tick()
        assert len(held(page, view)[1]) == sent


def test_scrolling_sends_only_what_was_not_there(page: Page, tmp_path: Path) -> None:
    steps = list(range(1000))
    for tag in range(200):
        for run in ("g/1", "g/2"):
            path = tmp_path / run / ef.NAME.replace("host", f"host{tag}")
            ef.write_scalars(path, steps if tag < 2 else [0], tag=f"t{tag}")
    view = Scalars(tmp_path, group_by="directory")
    page.read()

    def sent(*numbers: int) -> dict[str, int]:
        page.forget()
        page.ask(view, "watch", view="v", tags=[f"t{number}" for number in numbers])
        for _ in range(5):  # what takes longer than a slice comes at a later tick
            page.tick(10.0)
        return {
            f"t{held['key'][1]}": held["n"]
            for message, _ in page.custom(view, "bands")
            for held in message["items"]
        }

    number_of = view.state.tag_number
    everything = sent(*range(200))
    assert everything[f"t{number_of('t0')}"] == 1000
    assert len(everything) == 200
    assert sent(*range(1, 170)) == {}  # there is somewhat more room now, but not much
    finer = sent(1)
    assert finer == {f"t{number_of('t1')}": 1000}
    assert sent(1) == {}

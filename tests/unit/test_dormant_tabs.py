"""Tabs of a board that wait until there is something of their kind."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import ipywidgets
import pytest

import tbwidget
from tbwidget import TensorBoard, board
from tbwidget.dashboards import Text
from tbwidget.widget import publisher

if TYPE_CHECKING:
    from pathlib import Path

    from pages import Page


def write(folder: Path, *, text: bool = False) -> None:
    with tbwidget.SummaryWriter(folder / "run") as writer:
        writer.add_scalar("loss", 1.0, 0)
        if text:
            writer.add_text("note", "hello", 0)


def opened(page: Page) -> list[str]:
    return [
        data["state"].get("_kind", "") for _, kind, data, _ in page.heard if kind == "comm_open"
    ]


def references(page: Page, shown: TensorBoard) -> dict[str, str]:
    """Return the models of tabs that the page was told of last."""
    told = [
        data["state"]["_dashboards"]
        for comm_id, _, data, _ in page.heard
        if comm_id == shown.model_id and "_dashboards" in data.get("state", {})
    ]
    return {one["kind"]: one["model"] for one in told[-1]}


def asleep(shown: TensorBoard) -> set[str]:
    return {one.kind for one in shown.dashboards if one.dormant}


def test_a_tab_opens_its_comm_when_there_is_something_of_its_kind(
    page: Page, tmp_path: Path
) -> None:
    write(tmp_path)
    shown = TensorBoard(tmp_path)
    page.read()
    page.tick()
    models = references(page, shown)
    assert [kind for kind, model in models.items() if model] == ["scalars"]
    assert {"text", "images"} <= asleep(shown)
    assert not {"text", "images"} & set(opened(page))
    write(tmp_path, text=True)
    page.read()
    page.tick()
    models = references(page, shown)
    assert [kind for kind, model in models.items() if model] == ["scalars", "text"]
    (text,) = (one for one in shown.dashboards if one.kind == "text")
    assert models["text"] == f"anywidget:{text.model_id}"
    order = [
        (kind, data["state"].get("_kind") or sorted(data["state"]))
        for _, kind, data, _ in page.heard
        if "state" in data
    ]
    assert order.index(("comm_open", "text")) < order.index(("comm_msg", ["_dashboards"]))
    assert page.custom(text)


def test_a_tab_that_wakes_while_the_board_is_made_is_told_of(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, text=True)
    first = TensorBoard(tmp_path)
    page.read()
    set_trait = TensorBoard.set_trait

    def set_and_tick(board: TensorBoard, *args: Any) -> None:
        if args[0] == "title":  # the board's comm is open: the thread that sends may come between
            page.tick()
        set_trait(board, *args)

    monkeypatch.setattr(TensorBoard, "set_trait", set_and_tick)
    shown = TensorBoard(first.logdir, title="second")
    assert references(page, shown)["text"] == f"anywidget:{shown.dashboards[6].model_id}"


def test_a_tab_that_begins_to_wake_before_the_board_opens_is_told_of(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, text=True)
    first = TensorBoard(tmp_path)
    page.read()
    page.tick()
    begun, go = threading.Event(), threading.Event()
    sender = threading.Thread(target=page.tick)
    open_comm, may_wait = Text.open, TensorBoard._may_wait

    def open_slowly(tab: Text) -> None:
        if threading.current_thread() is sender:
            begun.set()
            go.wait(10)
        open_comm(tab)

    def begin_to_wake(at: int, kind: str, traits: Any) -> bool:
        if kind == "tensors":  # made after the tab of texts
            sender.start()
            assert begun.wait(10)
        return may_wait(at, kind, traits)

    monkeypatch.setattr(Text, "open", open_slowly)
    monkeypatch.setattr(TensorBoard, "_may_wait", staticmethod(begin_to_wake))
    second = TensorBoard(first.logdir)
    go.set()
    sender.join(10)
    text = next(one for one in second.dashboards if one.kind == "text")
    assert references(page, second)["text"] == f"anywidget:{text.model_id}"


def test_tabs_of_a_second_board_open_too(page: Page, tmp_path: Path) -> None:
    write(tmp_path, text=True)
    first = TensorBoard(tmp_path)
    page.read()
    page.tick()
    second = TensorBoard(first.logdir)
    page.tick()
    models = references(page, second)
    assert [kind for kind, model in models.items() if model] == ["scalars", "text"]


def test_the_tab_to_be_opened_first_does_not_wait(page: Page, tmp_path: Path) -> None:
    write(tmp_path)
    assert "images" not in asleep(TensorBoard(tmp_path, tab="images"))
    assert asleep(TensorBoard(tmp_path, tabs=["images"])) == set()


@pytest.mark.parametrize("use", ["id", "show", "link"])
def test_a_tab_that_is_used_from_python_opens_its_comm(
    use: str, page: Page, tmp_path: Path
) -> None:
    write(tmp_path)
    shown = TensorBoard(tmp_path)
    tab: Any = shown.histograms
    assert tab.dormant
    tab.smoothing = 0.5
    if use == "id":
        assert len(tab.model_id) == 32
    elif use == "show":
        assert tab._repr_mimebundle_()
    else:
        link = ipywidgets.jslink((ipywidgets.FloatSlider(), "value"), (tab, "smoothing"))
        assert link.get_state()["target"] == [f"IPY_MODEL_{tab.comm.comm_id}", "smoothing"]
    assert (tab.dormant, tab.comm is None) == (False, False)
    assert references(page, shown)["histograms"] == f"anywidget:{tab.model_id}"
    (state,) = (
        data["state"]
        for _, _, data, _ in page.heard
        if data.get("state", {}).get("_kind") == "histograms"
    )
    assert state["smoothing"] == 0.5


def test_closing_a_board_ends_its_dormant_tabs(page: Page, tmp_path: Path) -> None:
    write(tmp_path)
    shown = TensorBoard(tmp_path)
    shown.close()
    shown.close()
    assert all(one.is_closed for one in shown.dashboards)
    assert shown.state.comm is None
    assert publisher.PUBLISHER._sessions == {}
    page.forget()
    for one in shown.dashboards:
        one.wake()
    assert not page.heard


def test_a_forked_child_wakes_no_tab(page: Page, tmp_path: Path) -> None:
    write(tmp_path)
    tab = TensorBoard(tmp_path).histograms
    tab._process = os.getpid() + 1
    page.forget()
    tab.wake()
    assert tab.dormant
    assert not page.heard


def test_where_comms_belong_to_threads_no_tab_waits(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "current_page", object)
    write(tmp_path)
    assert asleep(TensorBoard(tmp_path)) == set()


def test_a_report_has_tabs_that_are_dormant(page: Page, tmp_path: Path) -> None:
    write(tmp_path, text=True)
    shown = TensorBoard(tmp_path)
    page.read()
    path = shown.save_html(tmp_path / "report.html")
    assert "hello" in path.read_text(encoding="utf-8")
    assert "text" in asleep(shown)

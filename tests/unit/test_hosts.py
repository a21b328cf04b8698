"""Hosts that differ from a notebook: one process with many pages, threads that reach no page."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest

from tbwidget import Scalars, TensorBoard
from tbwidget.widget import publisher

if TYPE_CHECKING:
    from pathlib import Path

    from pages import Page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1, 2])
    return tmp_path


def steps(page: Page, view: Any) -> list[float]:
    return page.held(view)["a", "loss"].columns["step"]


def test_each_visitor_of_a_marimo_application_has_widgets_of_his_own(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They share a process and the log, but what one page holds no other knows of."""
    context = SimpleNamespace(stream=object())
    marimo = SimpleNamespace(safe_get_context=lambda: context)
    monkeypatch.setitem(sys.modules, "marimo._runtime.context", marimo)
    boards = []
    for _ in range(2):
        context.stream = object()
        boards += [TensorBoard(folder), TensorBoard(folder)]
    first, again, other, _ = boards
    assert first._runtime is again._runtime is not other._runtime
    assert first.state is again.state is not other.state
    assert {one.logdir for one in boards} == {first.logdir}
    first.state.smoothing = 0.1
    assert other.state.smoothing != 0.1
    page.read()
    page.tick()
    assert steps(page, first.scalars) == steps(page, other.scalars) == [0, 1, 2]


@pytest.fixture
def colab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())


def test_in_colab_the_end_of_a_cell_sends_what_no_thread_could(
    page: Page, folder: Path, colab: None
) -> None:
    view = Scalars(folder)
    page.read()
    assert page.tick() == 0
    publisher.PUBLISHER._cell_ended()
    assert steps(page, view) == [0, 1, 2]
    ef.append(folder / "a" / ef.NAME, ef.record(ef.scalar(3)))  # the follower has not looked yet
    page.now += 1
    publisher.PUBLISHER._cell_ended()
    assert steps(page, view) == [0, 1, 2, 3]


def test_in_colab_a_page_that_says_something_is_sent_what_is_due(
    page: Page, folder: Path, colab: None
) -> None:
    view = Scalars(folder)
    page.read()
    page.now += 1
    page.ask(view.state, "hello")
    assert len(page.custom(view.state, "catalog")) == 1
    assert steps(page, view) == [0, 1, 2]
    page.forget()
    page.now += 1
    page.ask(view, "watch", view="v", tags=["loss"], missing=["loss"])
    assert steps(page, view) == [0, 1, 2]


def test_elsewhere_a_cell_sends_nothing(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    publisher.PUBLISHER._cell_ended()
    page.ask(view.state, "hello")
    assert page.custom(view.state, "catalog") == []
    assert page.tick() > 0

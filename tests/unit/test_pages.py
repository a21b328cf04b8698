"""Several pages on one notebook, pages that are gone, and pages that come back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import event_files as ef
import pytest

from tbwidget import Histograms, Images, Scalars, SummaryWriter
from tbwidget.widget import publisher

if TYPE_CHECKING:
    from pages import Page


@pytest.fixture
def view(page: Page, tmp_path: Path) -> Scalars:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0, 1, 2])
    view = Scalars(tmp_path)
    page.read()
    return view


def append(page: Page, view: Scalars, step: int) -> None:
    ef.append(path_of(view), ef.record(ef.scalar(step)))
    page.read()


def path_of(view: Scalars) -> Path:
    return Path(view.logdir.paths[""], "a", ef.NAME)


def steps(page: Page, view: Scalars) -> list[float]:
    return page.held(view)["a", "loss"].columns["step"]


def visible(page: Page, view: Scalars, name: str, *, visible: bool) -> None:
    page.say(view.state, {"op": "visible", "args": {"visible": visible, "page": name}})


def test_a_page_is_served_while_another_of_the_same_notebook_is_hidden(
    page: Page, view: Scalars
) -> None:
    for name in ("one", "other"):
        page.ask(view.state, "hello", page=name)
    page.tick()
    visible(page, view, "other", visible=False)
    append(page, view, 3)
    page.tick()
    assert steps(page, view) == [0, 1, 2, 3]
    visible(page, view, "one", visible=False)
    append(page, view, 4)
    assert page.tick() == 0
    visible(page, view, "other", visible=True)
    page.tick()
    assert steps(page, view) == [0, 1, 2, 3, 4]


def test_a_page_loaded_anew_is_served_though_the_old_one_is_hidden(
    page: Page, view: Scalars
) -> None:
    page.ask(view.state, "hello", page="old")
    visible(page, view, "old", visible=False)
    assert page.tick() == 0
    page.ask(view.state, "hello", page="new")
    page.tick()
    assert steps(page, view) == [0, 1, 2]


def test_so_many_pages_are_remembered(page: Page, view: Scalars) -> None:
    for number in range(1000):
        visible(page, view, f"{number}", visible=False)
    (session,) = publisher.PUBLISHER._sessions.values()
    assert len(session._pages) == publisher.MAX_PAGES
    assert session.hidden


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """A bound of a few messages."""
    monkeypatch.setattr(publisher, "UNACKNOWLEDGED_BYTES", 4000)
    monkeypatch.setattr(publisher, "UNATTACHED_BYTES", 4000)
    monkeypatch.setattr(publisher, "LOST_SECONDS", 1e9)
    return 4000


def test_a_page_loaded_anew_is_served_whatever_the_old_one_left_unacknowledged(
    page: Page, view: Scalars, small: int
) -> None:
    page.ask(view.state, "hello", page="old")
    for step in range(3, 60):
        append(page, view, step)
        page.tick()
    assert steps(page, view) != list(range(60))
    page.forget()
    page.ask(view.state, "hello", page="new")
    page.say(view, {"op": "ack", "args": {"seq": 0}})  # it has not seen anything
    page.ask(view, "watch", view="v", tags=["loss"], missing=["loss"])
    page.tick()
    assert steps(page, view) == list(range(60))


def test_all_that_a_notebook_sends_is_bounded_together(
    page: Page, tmp_path: Path, small: int
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        views = [kind(tmp_path) for kind in (Scalars, Histograms, Images) for _ in range(3)]
        state = views[0].state
        page.ask(state, "hello")
        for step in range(40):
            writer.add_scalar("loss", step, step)
            writer.add_histogram("weights", [0.0, 1.0, step], step)
            writer.flush()
            page.read()
            page.tick()
    beats = len(page.custom(state, "heartbeat"))
    sent = state.unacknowledged + sum(view.unacknowledged for view in views)
    largest = max(256 + sum(len(buffer) for buffer in buffers) for *_, buffers in page.heard)
    assert small <= sent <= small + largest + 256 * beats
    page.tick(publisher.HEARTBEAT_SECONDS + 1)
    assert len(page.custom(state, "heartbeat")) == beats + 1  # a page that is there may answer


def test_hours_of_silence_cost_nothing_and_end_with_a_hello(page: Page, view: Scalars) -> None:
    """A laptop that sleeps: the kernel runs on elsewhere."""
    page.ask(view.state, "hello", page="one")
    page.tick()
    page.forget()
    for step in range(3, 3003):
        ef.append(path_of(view), ef.record(ef.scalar(step)))
        if step % 100 == 0:
            page.read()
            page.tick(1000)
    assert page.heard == []
    page.read()
    page.ask(view.state, "hello", page="one")
    page.ask(view, "watch", view="v", tags=["loss"], missing=["loss"])  # a gap has been seen
    page.tick()
    series = page.held(view)["a", "loss"]
    assert series.n == 3003
    assert series.columns["step"][-1] == 3002
    assert sum(len(buffer) for *_, buffers in page.heard for buffer in buffers) < 20 * 2**20

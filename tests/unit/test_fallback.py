"""The output beside a view: what it holds, and when it is published anew."""

from __future__ import annotations

import base64
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest

import tbwidget
from tbwidget import Logdir, Scalars, TensorBoard
from tbwidget.widget import fallback, publisher, stills
from tbwidget.widget.fallback import Output, Outputs

if TYPE_CHECKING:
    from pathlib import Path

    from pages import Page

VIEW = "application/vnd.jupyter.widget-view+json"


class Channel:
    """Stands for IPython's display publisher."""

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []
        self.pub_socket = None
        self.broken = False

    def publish(self, **message: Any) -> None:
        if self.broken:
            message_of_error = "no parent in this thread"
            raise LookupError(message_of_error)
        self.published.append(message)

    @property
    def updates(self) -> int:
        return sum(message["update"] for message in self.published)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ef.write_scalars(tmp_path / "run" / ef.NAME, [0, 1, 2])
    return tmp_path


@pytest.fixture
def view(page: Page, folder: Path) -> Any:
    return Scalars(Logdir(folder, cache=False))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pictures that cost nothing, each another; the first one is brief."""
    pictures: list[str] = []

    def draw(_view: Any, *, brief: bool = False) -> stills.Still:
        assert brief == (not pictures)
        pictures.append(f"picture {len(pictures)}")
        return stills.Still(pictures[-1], pictures[-1].encode())

    monkeypatch.setattr(fallback, "still_of", draw)
    monkeypatch.setattr(fallback, "with_key", lambda picture, _key: picture)
    return pictures


@pytest.fixture
def output(view: Any, drawn: list[str]) -> Output:
    """An output that has been drawn a while ago."""
    output = Output(view, Channel(), 900.0)
    output.show()
    assert output.tick(901.0)
    output._channel.published.clear()
    output._drawn_at = 1000.0
    output._pause = 0.0
    return output


def grow(folder: Path, step: int) -> None:
    ef.append(folder / "run" / ef.NAME, ef.record(ef.scalar(step, 1.0)))


# -- what is in the bundle -------------------------------------------------------------------------


def test_without_a_kernel_the_bundle_itself_holds_the_picture(view: Any) -> None:
    data, metadata = view._repr_mimebundle_()
    assert set(data) == {VIEW, "image/png", "text/plain"}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"].startswith("Scalars of ")
    assert metadata["image/png"] == {"width": 960}


def test_what_is_asked_for_is_included(view: Any) -> None:
    assert set(view._repr_mimebundle_(include=["text/plain"])[0]) == {"text/plain"}
    assert set(view._repr_mimebundle_(exclude=["image/png"])[0]) == {VIEW, "text/plain"}


def test_it_can_be_switched_off(view: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tbwidget.options, "static_fallback", False)
    assert set(view._repr_mimebundle_()[0]) == {VIEW, "text/plain"}
    with pytest.raises(AttributeError):
        tbwidget.options.static_falback = False  # type: ignore[attr-defined]


def test_in_a_kernel_the_picture_is_an_output_of_its_own_in_front(
    view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, hooks = Channel(), []
    monkeypatch.setattr(fallback, "_channel", lambda: channel)
    monkeypatch.setattr(Outputs, "_hook", lambda _self: hooks.append(1))
    data, _ = view._repr_mimebundle_()
    assert set(data) == {VIEW, "text/plain"}  # what shows both would show the picture twice
    assert "\n" not in data["text/plain"]
    (message,) = channel.published
    assert set(message["data"]) == {"image/png", "text/plain"}
    assert message["update"] is False
    assert view.picture_key in message["transient"]["display_id"]
    picture = base64.b64decode(message["data"]["image/png"])
    assert view.picture_key.encode() in picture
    assert view._picture_mark in message["data"]["image/png"]
    assert len(hooks) == 1
    # For notebooks saved with the state of widgets; the page cannot set it.
    assert view._picture.startswith(b"\x89PNG")
    view.set_state({"_picture": b"another"})
    assert view._picture.startswith(b"\x89PNG")


def test_two_views_have_two_keys(page: Page, folder: Path) -> None:
    logs = Logdir(folder)
    assert Scalars(logs).picture_key != Scalars(logs).picture_key


# -- when it is published anew ---------------------------------------------------------------------


def test_an_idle_view_publishes_nothing(output: Output) -> None:
    assert [output.tick(now) for now in range(1001, 2000)] == [False] * 999
    assert output._channel.updates == 0


def test_the_first_picture_waits_for_the_view_to_be_drawn(view: Any, drawn: list[str]) -> None:
    output = Output(view, Channel(), 0.0)
    output.show()
    output.ended = True
    assert not output.tick(0.9)
    assert output.tick(1.0)
    contents = [message["data"]["text/plain"] for message in output._channel.published]
    assert contents == ["picture 0", "picture 1"]


def test_a_change_is_published_once_it_is_quiet(output: Output, view: Any, folder: Path) -> None:
    grow(folder, 3)
    view.logdir.refresh()
    assert not output.tick(1001.0)
    assert not output.tick(1002.9)
    assert output.tick(1003.0)
    (message,) = output._channel.published
    assert message["update"] is True
    assert message["transient"]["display_id"].endswith(view.picture_key)
    assert view._picture == b"picture 2"
    assert not any(output.tick(now) for now in range(1004, 1200))


def test_a_change_that_never_rests_is_published_once_a_minute(
    output: Output, view: Any, folder: Path
) -> None:
    moments = []
    for second in range(1001, 1181):
        grow(folder, second)
        view.logdir.refresh()
        if output.tick(float(second)):
            moments.append(second)
    assert moments == [1060, 1120, 1180]


def test_the_end_of_a_cell_waits_for_no_rest(output: Output, view: Any, folder: Path) -> None:
    output.ended = True
    assert not output.tick(1001.0)  # nothing has changed
    grow(folder, 3)
    view.logdir.refresh()
    assert not output.tick(1002.0)
    output.ended = True
    assert output.tick(1002.1)


def test_drawing_takes_a_small_part_of_the_time(
    output: Output, view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.4, 1.0, 1.0])
    monkeypatch.setattr(
        fallback, "time", SimpleNamespace(thread_time=lambda: next(clock), monotonic=time.monotonic)
    )
    view.state.smoothing = 0.1
    output.tick(1000.0)
    assert output.tick(1002.0)  # took 0.4 s: the next after 20 s
    view.state.smoothing = 0.2
    output.tick(1003.0)
    assert not output.tick(1021.9)
    assert output.tick(1022.0)
    assert output._pause == fallback.SHORTEST_SECONDS


@pytest.mark.parametrize(
    ("name", "value"), [("hidden_runs", ["run"]), ("pinned", ["loss"]), ("tag_filter", "x")]
)
def test_settings_are_changes(output: Output, view: Any, name: str, value: Any) -> None:
    setattr(view.state, name, value)
    output.tick(1001.0)
    assert output.tick(1003.0)


def test_the_tab_of_a_board_is_a_change(page: Page, folder: Path, drawn: list[str]) -> None:
    board = TensorBoard(Logdir(folder))
    output = Output(board, Channel(), 0.0)
    output.show()
    assert output.tick(5.0)
    for change in (
        lambda: setattr(board, "tab", "histograms"),
        lambda: setattr(board.histograms, "bins", 50),
    ):
        change()
        output.tick(10.0)
        output._pause = 0.0
        assert output.tick(12.0)


def test_a_picture_that_is_the_same_is_not_published(
    view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    still = stills.Still("text", b"")
    monkeypatch.setattr(fallback, "still_of", lambda _view, **_keywords: still)
    output = Output(view, Channel(), 0.0)
    output.show()
    assert not output.tick(5.0)
    view.state.tooltip_rows = 20
    output.tick(10.0)
    assert not output.tick(20.0)
    assert output._drawn == output._seen
    assert output._channel.updates == 0
    assert output._channel.published[0]["data"] == {"text/plain": "text"}


def test_a_page_that_is_not_heard_of_gets_few(
    output: Output, view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher.PUBLISHER, "heard_since", lambda *_arguments: False)
    moments = []
    for second in range(1001, 6000):
        view.state.smoothing = second % 100 / 1000
        if output.tick(float(second)):
            moments.append(second)
    assert len(moments) < fallback.MOST_UNHEARD + 10
    assert moments[-1] - moments[-2] == fallback.UNHEARD_SECONDS
    monkeypatch.setattr(publisher.PUBLISHER, "heard_since", lambda *_arguments: True)
    view.state.smoothing = 0.5
    output.tick(9000.0)
    assert output._unheard == 1


def test_a_kernel_that_cannot_send_is_left_alone(output: Output, view: Any) -> None:
    output._channel.broken = True
    for number in range(10):
        view.state.smoothing = number / 100
        output.tick(2000.0 + 100 * number)
        output.tick(2050.0 + 100 * number)
    assert output._failures == fallback.MOST_FAILURES


def test_a_notebook_that_is_run_without_a_page_has_the_last_state(
    output: Output, view: Any, folder: Path, drawn: list[str]
) -> None:
    grow(folder, 3)
    view.logdir.refresh()
    output.finish(1000.5)
    assert output._channel.updates == 1
    output.finish(1000.6)
    assert len(drawn) == 3


def test_a_closed_view_is_forgotten(page: Page, view: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs, channel = Outputs(), Channel()
    monkeypatch.setattr(fallback, "_channel", lambda: channel)
    monkeypatch.setattr(Outputs, "_hook", lambda _self: None)
    outputs.show(view)
    assert page.follower.listeners.count(outputs.tick) == 1
    outputs.remove(view)
    view.state.smoothing = 0.1
    outputs.tick(time.monotonic() + 100)
    assert channel.updates == 0
    view.close()
    assert set(outputs.show(view)[0]) <= {"image/png", "text/plain"}
    assert len(channel.published) == 1


def test_a_cell_that_ends_is_heard(
    page: Page, view: Any, monkeypatch: pytest.MonkeyPatch, drawn: list[str]
) -> None:
    outputs, channel = Outputs(), Channel()
    monkeypatch.setattr(fallback, "_channel", lambda: channel)
    monkeypatch.setattr(Outputs, "_hook", lambda _self: None)
    outputs.show(view)
    monkeypatch.setattr(fallback, "parent_message", lambda: {"metadata": {"cellId": "one"}})
    outputs.end_cell()
    assert channel.updates == 0  # the follower does it
    monkeypatch.setattr(fallback, "parent_message", lambda: {"metadata": {}})
    outputs.end_cell()
    assert channel.updates == 1


def test_pictures_are_drawn_beside_the_reading_thread(
    view: Any, monkeypatch: pytest.MonkeyPatch, drawn: list[str]
) -> None:
    outputs, channel = Outputs(), Channel()
    monkeypatch.setattr(fallback, "_channel", lambda: channel)
    monkeypatch.setattr(Outputs, "_hook", lambda _self: None)
    outputs.show(view)
    go_on, draw = threading.Event(), fallback.still_of

    def wait_and_draw(view: Any) -> stills.Still:
        assert go_on.wait(30)
        return draw(view)

    monkeypatch.setattr(fallback, "still_of", wait_and_draw)
    later = time.monotonic() + 10
    outputs.tick(later)
    outputs.tick(later)  # does not wait
    assert channel.updates == 0
    assert outputs._drawing is not None
    go_on.set()
    outputs._drawing[1].join()
    outputs.tick(later)
    assert channel.updates == 1


def test_the_reading_thread_does_not_wait_for_a_cell_that_ends(
    view: Any, monkeypatch: pytest.MonkeyPatch, drawn: list[str]
) -> None:
    outputs = Outputs()
    monkeypatch.setattr(fallback, "_channel", Channel)
    monkeypatch.setattr(Outputs, "_hook", lambda _self: None)
    outputs.show(view)
    view.state.smoothing = 0.1
    with outputs._lock:  # would wait for ever
        outputs.tick(time.monotonic() + 10)
    assert outputs._drawing is None


def test_shown_again_it_is_not_drawn_again(
    view: Any, monkeypatch: pytest.MonkeyPatch, drawn: list[str]
) -> None:
    outputs, channel = Outputs(), Channel()
    monkeypatch.setattr(fallback, "_channel", lambda: channel)
    monkeypatch.setattr(Outputs, "_hook", lambda _self: None)
    outputs.show(view)
    outputs.show(view)
    assert (len(drawn), len(channel.published)) == (1, 2)


def test_outside_of_a_kernel_there_is_no_place_for_an_output() -> None:
    assert fallback._channel() is None
    assert fallback.parent_message() == {}

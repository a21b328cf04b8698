"""What a page is sent of points that a restart or a later write replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
from pages import Page, unpack

from tbwidget import Scalars

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run that was started anew twice, and one that was not."""
    ef.write_scalars(tmp_path / "restarted" / ef.NAME, [0, 1, 2, 3], [10.0, 11.0, 12.0, 13.0])
    for step, value in ((2, 20.0), (1, 30.0)):
        points = [ef.start(step), *(ef.scalar(step + i, value + i) for i in range(2))]
        ef.append(tmp_path / "restarted" / ef.NAME, *map(ef.record, points))
    ef.write_scalars(tmp_path / "plain" / ef.NAME, [0, 1], [5.0, 6.0])
    return tmp_path


def sent(page: Page, view: Any) -> list[dict[str, Any]]:
    """Return the items that the page was sent, oldest first."""
    items: list[dict[str, Any]] = []
    for message, buffers in page.custom(view, "superseded"):
        left = list(buffers)
        items += [{**item, **unpack(item["columns"], left)} for item in message["items"]]
        assert not left
    return items


def test_each_stretch_of_ascending_steps_is_told_apart(page: Page, folder: Path) -> None:
    view = Scalars(folder, superseded=True)
    page.read()
    page.tick()
    (item,) = sent(page, view)
    assert item["key"] == (view.state.run_number("restarted"), view.state.tag_number("loss"))
    assert item["n"] == 5
    assert item["step"].tolist() == [1, 2, 3, 2, 3]
    assert item["value"].tolist() == [11, 12, 13, 20, 21]
    assert item["stretch"].tolist() == [0, 0, 0, 1, 1]
    series = page.held(view)["restarted", "loss"]
    assert series.columns["value"] == [10, 30, 31]


def test_they_are_sent_when_asked_for_and_when_they_change(page: Page, folder: Path) -> None:
    view = Scalars(folder)
    page.read()
    page.tick()
    assert sent(page, view) == []
    view.superseded = True
    page.tick()
    page.tick()
    assert [item["n"] for item in sent(page, view)] == [5]
    points = [ef.start(1), ef.scalar(1, 7.0)]
    ef.append(folder / "plain" / ef.NAME, *map(ef.record, points))
    page.read()
    page.tick()
    assert [item["value"].tolist() for item in sent(page, view)[1:]] == [[6]]
    page.ask(view, "watch", view="v", tags=["loss"], hidden_runs=[], missing=["loss"])
    page.tick()
    assert sorted(item["n"] for item in sent(page, view)[2:]) == [1, 5]


def test_a_spike_among_many_is_sent(page: Page, tmp_path: Path) -> None:
    values = [0.0] * 10_000
    values[1234] = 99.0
    ef.write_scalars(tmp_path / ef.NAME, range(10_000), values)
    ef.append(tmp_path / ef.NAME, ef.record(ef.start(0)), ef.record(ef.scalar(0, 0.0)))
    view = Scalars(tmp_path, superseded=True)
    page.read()
    page.tick()
    (item,) = sent(page, view)
    assert item["n"] == 10_000
    assert len(item["value"]) <= 2_000
    assert item["step"][item["value"].argmax()] == 1234

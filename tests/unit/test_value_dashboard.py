"""Dashboards of values on the side of the kernel: the index, the newest by push, others on request.

What is tested is `ValueDashboard`, by the one of images.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from image_events import image_event, noise_png, plain_png
from pages import Page, unpack

from tbwidget import Images
from tbwidget.widget import values

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(values, "time", clock)
    return clock


def picture(step: int) -> bytes:
    return plain_png(4, 3, (step % 256, 1, 2))


def write(path: Path, steps: Any, tag: str = "x") -> None:
    records = [ef.record(image_event(step, [picture(step)], tag)) for step in steps]
    ef.write(path / ef.NAME, ef.record(ef.file_version()), *records)


def append(path: Path, step: int, data: bytes | None = None, tag: str = "x") -> None:
    one = picture(step) if data is None else data
    ef.append(path / ef.NAME, ef.record(image_event(step, [one], tag)))


class Held:
    """What a page would hold of one series: its columns, and the values pushed by place."""

    def __init__(self) -> None:
        self.columns: dict[str, np.ndarray] = {}
        self.pushed: dict[tuple[int, ...], tuple[dict[str, Any], bytes]] = {}
        self.kept: list[int] = []

    @property
    def places(self) -> list[tuple[int, ...]]:
        columns = [self.columns[name].astype(int).tolist() for name in values.PLACE]
        return list(zip(*columns, strict=True))


def held(page: Page, view: Images) -> dict[tuple[str, str], Held]:
    """Put together what was pushed, checking that it fits."""
    runs = {number: name for name, number in view.state._run_numbers.items()}
    tags = {number: name for name, number in view.state._tag_numbers.items()}
    found: dict[tuple[str, str], Held] = {}
    for message, buffers in page.custom(view, "summaries"):
        left = list(buffers)
        for item in message["items"]:
            run, tag = item["key"]
            one = found.setdefault((runs[run], tags[tag]), Held())
            columns = unpack(item["columns"], left)
            one.kept.append(item["from"])
            for name, column in columns.items():
                before = one.columns.get(name, np.empty(0))[: item["from"]]
                assert len(before) == item["from"]
                one.columns[name] = np.append(before, column)
                assert len(one.columns[name]) == item["n"]
            if value := item.get("value"):
                data = b"".join(bytes(left.pop(0)) for _ in range(value.get("buffers", 0)))
                one.pushed[tuple(value["place"])] = value, data
        assert not left
    return found


def shown(page: Page, view: Images) -> Held:
    (one,) = held(page, view).values()
    return one


def wishes(one: Held, rows: list[int], run: str = ".", tag: str = "x") -> list[dict[str, Any]]:
    return [{"run": run, "tag": tag, "place": list(one.places[row])} for row in rows]


def answered(page: Page, view: Images, asked: list[dict[str, Any]]) -> list[tuple[Any, bytes]]:
    """Ask for values; return each item with its bytes."""
    answer, buffers = page.ask(view, "values", wishes=asked)
    assert answer["ok"], answer
    left = list(buffers)
    found = [
        (item, b"".join(bytes(left.pop(0)) for _ in range(item.get("buffers", 0))))
        for item in answer["result"]
    ]
    assert not left
    return found


def test_the_index_and_the_newest_value_are_pushed(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 5, 9])
    view = Images(tmp_path)
    page.read()
    page.tick()
    one = shown(page, view)
    assert one.columns["step"].tolist() == [0, 5, 9]
    assert one.columns["wall"].tolist() == [ef.WALL + step for step in (0, 5, 9)]
    ((place, (item, data)),) = one.pushed.items()
    assert place == one.places[-1]
    assert (item["width"], item["height"], item["mime"]) == (4, 3, "image/png")
    assert data == picture(9)


def test_what_is_new_is_appended(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1])
    view = Images(tmp_path)
    page.read()
    page.tick()
    before = shown(page, view).places
    page.read()
    assert page.tick(0.3) == 0
    append(tmp_path, 2)
    page.read()
    page.tick(0.3)
    one = shown(page, view)
    assert one.kept == [0, 2]
    assert one.places[:2] == before
    assert [data for _, data in one.pushed.values()] == [picture(1), picture(2)]


def test_rows_that_stay_keep_their_names_when_one_is_replaced(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1, 2])
    view = Images(tmp_path)
    page.read()
    page.tick()
    before = shown(page, view).places
    append(tmp_path, 1, picture(99))
    page.read()
    page.tick(0.3)
    one = shown(page, view)
    assert one.columns["step"].tolist() == [0, 1, 2]
    assert (one.places[0], one.places[2]) == (before[0], before[2])
    assert one.places[1] not in before
    assert one.kept == [0, 1]
    assert answered(page, view, wishes(one, [1]))[0][1] == picture(99)
    old = {"run": ".", "tag": "x", "place": list(before[1])}
    (item, data), (_, new) = answered(page, view, [old, *wishes(one, [2])])
    assert "replaced" in item["error"]
    assert (data, new) == (b"", picture(2))


def test_another_file_gets_a_number_of_its_own(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1])
    view = Images(tmp_path)
    page.read()
    page.tick()
    ef.write(tmp_path / f"{ef.NAME}.2", ef.record(image_event(1, [picture(7)])))
    page.read()
    page.tick(0.3)
    one = shown(page, view)
    assert [place[0] for place in one.places] == [0, 1]
    assert answered(page, view, wishes(one, [0, 1]))[1][1] == picture(7)


def test_a_page_that_lost_what_was_sent_is_sent_all_again(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1])
    view = Images(tmp_path)
    page.read()
    page.tick()
    page.forget()
    page.ask(view, "watch", view="v", tags=["x"], hidden_runs=[], missing=["x"])
    page.tick()
    one = shown(page, view)
    assert one.kept == [0]
    assert [data for _, data in one.pushed.values()] == [picture(1)]


# -- what is pushed unasked has its limits ---------------------------------------------------------


def many(root: Path, count: int, size: int) -> list[bytes]:
    """Write a run a picture; return their bytes."""
    found = []
    for number in range(count):
        found.append(noise_png(number, size, size))
        path = root / f"{number:02}" / ef.NAME
        ef.write(path, ef.record(image_event(0, [found[-1]])))
    return found


def test_a_page_that_says_nothing_is_given_little(
    page: Page, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "UNWATCHED_BYTES", 100_000)
    pictures = many(tmp_path, 8, 100)  # of 30 kB
    view = Images(tmp_path)
    page.read()
    page.tick()
    found = held(page, view)
    assert len(found) == 8
    assert sum(len(one.pushed) for one in found.values()) == 100_000 // len(pictures[0])
    page.ask(view, "watch", view="v", tags=["x"], hidden_runs=[], missing=[])
    for _ in range(3):
        page.tick()
    assert sum(len(one.pushed) for one in held(page, view).values()) == 8
    assert clock.now == 1000.0


def test_what_is_pushed_keeps_to_a_rate(
    page: Page, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "BURST_BYTES", 70_000)
    monkeypatch.setattr(values, "BYTES_PER_SECOND", 31_000)
    many(tmp_path, 6, 100)
    view = Images(tmp_path)
    view._allowance = values.BURST_BYTES
    page.read()
    page.ask(view, "watch", view="v", tags=["x"], hidden_runs=[], missing=[])

    def pushed() -> int:
        for _ in range(3):
            page.tick()
        return sum(len(one.pushed) for one in held(page, view).values())

    assert pushed() == 2
    assert pushed() == 2  # time has not passed
    clock.now += 1
    assert pushed() == 3
    clock.now += 100
    assert pushed() == 5  # a rest is worth a burst, no more


def test_the_rate_falls_as_long_as_the_page_answers_nothing(
    page: Page, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "BURST_BYTES", 70_000)
    monkeypatch.setattr(values, "BYTES_PER_SECOND", 31_000)
    monkeypatch.setattr(values, "PATIENCE_BYTES", 10_000)
    many(tmp_path, 6, 100)
    view = Images(tmp_path)
    view._allowance = values.BURST_BYTES
    page.read()
    page.ask(view, "watch", view="v", tags=["x"], hidden_runs=[], missing=[])

    def pushed() -> int:
        page.tick()
        return sum(len(one.pushed) for one in held(page, view).values())

    assert pushed() == 2
    clock.now += 2
    assert pushed() == 2
    clock.now += 20
    assert pushed() > 2


def test_a_value_too_large_to_push_is_there_when_asked_for(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "PUSHED_BYTES", 1_000)
    large = noise_png(1, 40, 40)
    ef.write(tmp_path / ef.NAME, ef.record(image_event(0, [large])))
    view = Images(tmp_path)
    page.read()
    page.tick()
    one = shown(page, view)
    assert not one.pushed
    assert answered(page, view, wishes(one, [0]))[0][1] == large


# -- answers ---------------------------------------------------------------------------------------


def test_as_many_values_are_answered_as_fit(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, range(100))
    view = Images(tmp_path)
    page.read()
    page.tick()
    one = shown(page, view)
    found = answered(page, view, wishes(one, list(range(100))))
    assert [data for _, data in found] == [picture(step) for step in range(values.MOST_VALUES)]
    monkeypatch.setattr(values, "ANSWER_BYTES", 3 * len(picture(0)))
    assert len(answered(page, view, wishes(one, list(range(10))))) == 3
    monkeypatch.setattr(values, "ANSWER_BYTES", 1)
    assert len(answered(page, view, wishes(one, [4, 5]))) == 1  # one always goes


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "x",
        {"run": "."},
        [1],
        [{"run": ".", "tag": "x"}],
        [{"run": ".", "tag": "x", "place": [0, 0]}],
        [{"run": ".", "tag": "x", "place": [0, 0, True]}],
        [{"run": ".", "tag": "x", "place": [0.5, 0, 0]}],
        [{"run": ".", "tag": "x", "place": "000"}],
    ],
)
def test_bad_requests_are_refused_with_a_word(page: Page, tmp_path: Path, asked: Any) -> None:
    write(tmp_path, [0])
    view = Images(tmp_path)
    page.read()
    answer, buffers = page.ask(view, "values", wishes=asked)
    assert not answer["ok"]
    assert answer["error"]["type"] == "RequestError"
    assert answer["error"]["message"]
    assert buffers == []


@pytest.mark.parametrize("place", [[0, 2**60, 0], [-1, 0, 0], [9, 24, 0]])
def test_a_place_where_nothing_lies_stops_no_other(
    page: Page, tmp_path: Path, place: list[int]
) -> None:
    write(tmp_path, [0])
    view = Images(tmp_path)
    page.read()
    page.tick()
    wrong = [
        {"run": ".", "tag": "x", "place": place},
        {"run": "none", "tag": "x", "place": place},
        {"run": ".", "tag": "none", "place": place},
    ]
    found = answered(page, view, [*wrong, *wishes(shown(page, view), [0])])
    assert [bool(item.get("error")) for item, _ in found] == [True, True, True, False]
    assert found[-1][1] == picture(0)


def test_only_runs_of_the_view_are_answered(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0])
    write(tmp_path / "b", [0])
    both, one = Images(tmp_path), Images(tmp_path, runs="a")
    page.read()
    page.tick()
    place = held(page, both)["b", "x"].places[0]
    ((item, data),) = answered(page, one, [{"run": "b", "tag": "x", "place": list(place)}])
    assert "has no images" in item["error"]
    assert data == b""


def test_a_value_that_cannot_be_read_is_explained(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0])
    shape = {"dim": [{"size": 1}]}
    tensor = {"dtype": 1, "tensor_shape": shape, "float_val": [1.0]}
    value = {"tag": "x", "metadata": ef.plugin("images"), "tensor": tensor}
    ef.append(tmp_path / ef.NAME, ef.record(ef.summary(1, value)))
    view = Images(tmp_path)
    page.read()
    page.tick()
    one = shown(page, view)
    ((item, _),) = one.pushed.values()
    assert "cannot be read" in item["error"]
    (_, first), (second, nothing) = answered(page, view, wishes(one, [0, 1]))
    assert first == picture(0)
    assert "cannot be read" in second["error"]
    assert nothing == b""
    assert len(view.logdir.problems) == 1


def test_what_one_value_does_to_the_dashboard_stops_no_other(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [0, 1])
    view = Images(tmp_path)
    page.read()
    page.tick()
    original = view.describe

    def describe(value: Any, wish: dict[str, Any], buffers: list[memoryview]) -> dict[str, Any]:
        item = original(value, wish, buffers)
        if value[0].data == picture(0):
            _ = 1 / 0
        return item

    monkeypatch.setattr(view, "describe", describe)
    (bad, nothing), (_, good) = answered(page, view, wishes(shown(page, view), [0, 1]))
    assert bad["error"] == "It cannot be shown: division by zero"
    assert (nothing, good) == (b"", picture(1))


def test_a_file_that_has_gone_is_explained(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1])
    view = Images(tmp_path)
    page.read()
    page.tick()
    one = shown(page, view)
    (tmp_path / ef.NAME).unlink()
    ((item, _),) = answered(page, view, wishes(one, [0]))
    assert "cannot be read" in item["error"]

"""The Text tab on the side of the kernel: what is pushed, answered, found and given to Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from pages import Page, unpack
from text_events import text_event
from text_events import write_texts as write

from tbwidget import Text
from tbwidget.dashboards import text as tab
from tbwidget.widget import modules, publisher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setattr(modules, "built", lambda name: f"export const name = '{name}';")
    modules.source_of.cache_clear()
    yield Page(monkeypatch)
    modules.source_of.cache_clear()
    publisher.PUBLISHER._reset()


def pushed(page: Page, view: Text) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Return the newest text that was pushed of each tag: what it is, and its elements."""
    tags = {number: tag for tag, number in view.state._tag_numbers.items()}
    found = {}
    for message, buffers in page.custom(view, "summaries"):
        left = list(buffers)
        for item in message["items"]:
            unpack(item["columns"], left)
            if "value" in item:
                value = item["value"]
                elements = json.loads(bytes(left.pop(0))) if value.get("buffers") else []
                found[tags[item["key"][1]]] = value, elements
        assert not left
    return found


def wish(page: Page, view: Text, step: int, tag: str = "note", **options: Any) -> Any:
    """Return the answer to the wish for a text: what it is, and its elements."""
    series = view.series_of(".")[tag]
    index = series.index()
    row = index.columns.steps.tolist().index(step)
    writer = view._writers.index(index.writers[index.files[row]])
    place = [writer, int(index.columns.offsets[row]), int(index.columns.slots[row])]
    wishes = [{"run": ".", "tag": tag, "place": place, **options}]
    answer, buffers = page.ask(view, "values", wishes=wishes)
    assert answer["ok"], answer
    (item,) = answer["result"]
    return item, json.loads(bytes(buffers[0])) if item.get("buffers") else []


def show(page: Page, path: Path, **traits: Any) -> Text:
    view = Text(path, **traits)
    page.read()
    page.tick()
    return view


def test_the_newest_text_is_pushed_after_the_code_that_renders_it(
    page: Page, tmp_path: Path
) -> None:
    write(tmp_path, *(text_event(step, f"**step** {step}") for step in (0, 5, 9)))
    view = show(page, tmp_path)
    value, elements = pushed(page, view)["note"]
    assert elements == ["**step** 9"]
    assert (value["shape"], value["characters"], value["cut"]) == ([], 10, False)
    sent = [(message["op"], message.get("name")) for message, _ in page.custom(view)]
    assert sent[:2] == [("module", "text"), ("module", "markdown")]
    assert sent[2][0] == "summaries"
    ef.append(tmp_path / ef.NAME, ef.record(text_event(10, "ten")))
    page.read()
    page.tick()
    assert pushed(page, view)["note"][1] == ["ten"]
    assert [message["op"] for message, _ in page.custom(view)].count("module") == 2


def test_a_module_is_sent_when_asked_for_and_no_other_file(page: Page, tmp_path: Path) -> None:
    write(tmp_path, text_event(0, "a"))
    view = show(page, tmp_path)
    answer, (source,) = page.ask(view, "module", name="markdown")
    assert answer["ok"]
    assert bytes(source) == b"export const name = 'markdown.js';"
    for name in ("runtime", "../../secret", None, ["markdown"]):
        answer, buffers = page.ask(view, "module", name=name)
        assert not answer["ok"]
        assert buffers == []


def test_no_code_is_sent_to_a_board_without_texts(page: Page, tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / ef.NAME, [0, 1])
    view = show(page, tmp_path)
    assert page.custom(view, "module") == []


def test_texts_of_every_rank(page: Page, tmp_path: Path) -> None:
    write(
        tmp_path,
        text_event(0, "scalar", "rank0"),
        text_event(0, ["a", "b"], "rank1"),
        text_event(0, [["a", "b", "c"], ["d", "e", "f"]], "rank2"),
        text_event(0, [[["a", "b"], ["c", "d"]]] * 2, "rank3"),
        text_event(0, np.empty((0, 3), object), "empty"),
    )
    found = pushed(page, show(page, tmp_path))
    assert {
        tag: (value["shape"], value["columns"], elements)
        for tag, (value, elements) in found.items()
    } == {
        "rank0": ([], 1, ["scalar"]),
        "rank1": ([2], 1, ["a", "b"]),
        "rank2": ([2, 3], 3, list("abcdef")),
        "rank3": ([2, 2], 2, list("abcd")),
        "empty": ([0, 3], 0, []),
    }
    assert "3 dimensions" in found["rank3"][0]["note"]
    assert "note" not in found["rank2"][0]


def test_nuls_and_what_is_no_utf8_are_replaced_and_counted(page: Page, tmp_path: Path) -> None:
    write(tmp_path, text_event(0, b"a\x00b\x00 \xff\xc3 ok"))
    value, elements = pushed(page, show(page, tmp_path))["note"]
    assert elements == ["a\ufffdb\ufffd \ufffd\ufffd ok"]
    assert (value["nuls"], value["invalid"]) == (2, 2)


def test_a_long_text_is_cut_until_all_of_it_is_asked_for(page: Page, tmp_path: Path) -> None:
    long = "word " * 5_000
    table = [[f"{row} {column}" for column in range(4)] for row in range(400)]
    write(tmp_path, text_event(0, long), text_event(0, table, "table"))
    view = show(page, tmp_path)
    found = pushed(page, view)
    value, elements = found["note"]
    assert (value["cut"], value["characters"]) == (True, 25_000)
    assert elements == [long[: tab.FIRST_CHARACTERS]]
    value, elements = found["table"]
    assert value["cut"]
    assert len(elements) == 4 * (tab.FIRST_ELEMENTS // 4)
    value, elements = wish(page, view, 0, all=True)
    assert (value["cut"], elements) == (False, [long])
    value, elements = wish(page, view, 0, "table", all=True)
    assert (value["cut"], elements) == (False, [one for row in table for one in row])


def test_a_text_of_any_shape_stays_within_bounds() -> None:
    wide = np.full((3, 50_000), "x" * 10, object)
    item, elements = tab.cut(wide, 1_000, 500)
    assert (item["columns"], len(elements), item["cut"]) == (500, 500, True)
    assert sum(map(len, elements)) == 1_000
    item, elements = tab.cut(np.full(100_000, "", object), 1_000, 500)
    assert (item["cut"], len(elements)) == (True, 500)


def test_a_text_that_is_none_has_a_reason_and_its_neighbours_stay(
    page: Page, tmp_path: Path
) -> None:
    tensor = {"dtype": 1, "float_val": [1.0]}
    broken = {"tag": "broken", "metadata": ef.plugin("text"), "tensor": tensor}
    write(tmp_path, ef.summary(0, broken), text_event(0, "fine"))
    view = show(page, tmp_path)
    found = pushed(page, view)
    assert found["note"][1] == ["fine"]
    assert "cannot be read" in found["broken"][0]["error"]
    assert view.data.tag.tolist() == ["note"]


def search(page: Page, view: Text, query: str, **args: Any) -> tuple[list[Any], dict[str, Any]]:
    """Search to the end; return (run, tag, step, found) of all, and the last answer."""
    runs = {number: name for name, number in view.state._run_numbers.items()}
    tags = {number: name for name, number in view.state._tag_numbers.items()}
    given = {"runs": view.shown_runs(), "tags": view.shown_tags(), **args}
    found: list[Any] = []
    following: Any = [0, -1]
    looked = 0
    while following:
        answer, _ = page.ask(view, "search", query=query, next=following, **given)
        assert answer["ok"], answer["error"]
        result = answer["result"]
        following, looked = result["next"], looked + result["looked"]
        found += [(runs[r], tags[t], step, words) for r, t, step, _, _, words in result["items"]]
    return found, {**result, "looked": looked}


def test_a_search_looks_through_all_steps_of_the_given_runs_and_tags(
    page: Page, tmp_path: Path
) -> None:
    for run in "ab":
        write(
            tmp_path / run,
            *(
                text_event(step, f"{run} needle {step}" if step % 3 == 0 else "hay")
                for step in range(7)
            ),
            text_event(0, [["x", "Needle"]], "table"),
        )
    view = show(page, tmp_path)
    found, result = search(page, view, "needle")
    steps = [("a", "note", 6), ("a", "note", 3), ("a", "note", 0), ("a", "table", 0)]
    assert [row[:3] for row in found[:4]] == steps
    assert found[3][3] == ["Needle"]
    assert (len(found), result["looked"]) == (8, 16)
    assert {row[0] for row in search(page, view, "needle", runs=["b"])[0]} == {"b"}
    assert len(search(page, view, "needle", tags=["table"])[0]) == 2
    assert len(search(page, view, "needle [0-3]", regex=True)[0]) == 4
    assert search(page, view, "needle [0-3]")[0] == []
    assert search(page, view, "needle", runs=["gone"], tags=["gone"])[0] == []


def test_a_search_goes_on_where_it_stopped(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab, "SEARCH_MATCHES", 4)
    for run in "ab":
        write(tmp_path / run, *(text_event(step, f"text {step}") for step in range(10)))
    view = show(page, tmp_path)
    answer, _ = page.ask(view, "search", query="text", runs=["a", "b"], tags=["note"])
    assert len(answer["result"]["items"]) == 4
    assert answer["result"]["next"] == [0, 5]
    found, result = search(page, view, "text")
    assert [row[2] for row in found] == [*range(9, -1, -1)] * 2
    assert result["looked"] == 20


def test_a_search_has_an_answer_soon_however_much_there_is(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter(np.arange(0, 1_000, 0.1).tolist())
    monkeypatch.setattr(tab.time, "monotonic", lambda: next(now))
    write(tmp_path, *(text_event(step, "hay") for step in range(40)))
    view = show(page, tmp_path)
    answer, _ = page.ask(view, "search", query="hay", runs=["."], tags=["note"])
    assert 0 < len(answer["result"]["items"]) < 10
    assert answer["result"]["next"][0] == 0
    assert len(search(page, view, "hay")[0]) == 40


@pytest.mark.parametrize(
    "args",
    [
        {"query": ""},
        {"query": 5},
        {"query": "a" * 501},
        {"query": "(a+)+$", "regex": True},
        {"query": "[", "regex": True},
        {"query": "a", "next": "x"},
        {"query": "a", "next": [True, 0]},
        {"query": "a", "runs": "x"},
    ],
)
def test_a_search_that_cannot_be_made_is_refused(
    page: Page, tmp_path: Path, args: dict[str, Any]
) -> None:
    write(tmp_path, text_event(0, "a" * 100))
    answer, _ = page.ask(show(page, tmp_path), "search", **args)
    assert not answer["ok"]
    assert answer["error"]["message"]


def test_data_and_selection(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", *(text_event(step, f"a {step}") for step in (0, 5)))
    write(tmp_path / "b", text_event(3, [["x", "y"]]), text_event(9, ["one"]))
    view = show(page, tmp_path)
    data = view.data
    assert list(data.columns) == ["run", "tag", "step", "wall_time", "text"]
    assert data.step.tolist() == [0, 5, 3, 9]
    assert data.dtypes.step == np.int64
    assert data.wall_time.tolist() == [ef.WALL + step for step in (0, 5, 3, 9)]
    assert data.text.iloc[[0, 1, 3]].tolist() == ["a 0", "a 5", "one"]
    assert data.text[2].tolist() == [["x", "y"]]
    assert view.selection.text.tolist() == ["a 5", "one"]
    view.step = 4
    assert view.selection.step.tolist() == [0, 3]
    view.hidden_runs = ["b"]
    assert view.selection.run.tolist() == ["a"]
    assert view.data.run.tolist() == ["a", "a"]


def test_the_page_sets_what_is_the_pages_to_set(page: Page, tmp_path: Path) -> None:
    write(tmp_path, text_event(0, "a"))
    view = show(page, tmp_path, mode="all", markdown=False)
    assert (view.mode, view.markdown) == ("all", False)
    page.set(view, mode="difference", markdown=True, search="x", regex=True, _kind="evil")
    assert (view.mode, view.markdown, view.search, view.regex) == ("difference", True, "x", True)
    page.set(view, mode="nonsense")
    assert view.mode == "difference"
    assert view._kind == "text"

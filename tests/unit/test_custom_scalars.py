"""The Custom scalars tab in the kernel: layouts, what their patterns find, what the page hears."""

from __future__ import annotations

import itertools
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from pages import Page

from tbwidget import CustomScalars, SummaryWriter, layout
from tbwidget.dashboards.custom_scalars.charts import ChartMaker, merged
from tbwidget.events.payloads import Chart, Layout

if TYPE_CHECKING:
    from pathlib import Path

TAGS = ["acc", "loss/train", "loss/val", "high", "low", "mean"]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(monkeypatch)


def write(folder: Path, charts: Any = None, tags: list[str] = TAGS, steps: int = 5) -> None:
    with SummaryWriter(folder) as writer:
        for step in range(steps):
            for number, tag in enumerate(tags):
                writer.add_scalar(tag, number + step, step)
        if charts is not None:
            writer.add_custom_scalars(charts)


def multiline(*tags: str) -> dict[str, Any]:
    return {"A": {"chart": ["Multiline", list(tags)]}}


def chart_of(view: CustomScalars) -> Any:
    ((chart,),) = (category.charts for category in view.categories())
    return chart


# -- merging layouts -------------------------------------------------------------------------------


def test_layouts_are_merged_by_the_title_of_a_category() -> None:
    a = {"A": {"x": ["Multiline", ["x"]]}, "B": {"y": ["Multiline", ["y"]]}}
    b = {"B": {"y": ["Multiline", ["y"]], "z": ["Margin", ["a", "b", "c"]]}, "C": {}}
    c = {"C": {"x": ["Multiline", ["x"]]}, "B": {"y": ["Multiline", ["other"]]}}
    found = merged([layout(a, closed=["B"]), layout(b), layout(c, closed=["C"])])
    assert [(one.title, one.closed) for one in found.categories] == [
        ("A", False),
        ("B", True),
        ("C", False),
    ]
    assert found.categories[1].charts == (
        Chart("y", ("y",)),
        Chart("z", margins=(("a", "b", "c"),)),
        Chart("y", ("other",)),
    )
    assert found.categories[2].charts == (Chart("x", ("x",)),)
    assert merged([]) == Layout(())


def test_the_last_layout_of_a_run_counts(page: Page, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "b") as writer:
        writer.add_custom_scalars(multiline("old"))
        writer.add_custom_scalars(multiline("new"))
    write(tmp_path / "a", {"Z": {}})
    view = CustomScalars(tmp_path)
    page.read()
    assert view.chart_layout == layout({"Z": {}, **multiline("new")})


# -- patterns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "tags"),
    [
        (["loss/.*"], ["loss/train", "loss/val"]),
        (["loss"], ["loss/train", "loss/val"]),  # from the start, not to the end
        (["oss"], []),
        (["loss/val", "loss/.*", "acc$"], ["loss/val", "loss/train", "acc"]),
        (["(?i)LOSS/T"], ["loss/train"]),
        ([".*"], sorted(TAGS)),
    ],
)
def test_patterns_match_tags_from_their_start(
    page: Page, tmp_path: Path, patterns: list[str], tags: list[str]
) -> None:
    write(tmp_path, multiline(*patterns))
    view = CustomScalars(tmp_path)
    page.read()
    chart = chart_of(view)
    assert list(chart.tags) == tags
    assert bool(chart.message) == (not tags)
    assert view.shown_tags() == sorted(tags)
    assert sorted(view.data.tag.unique()) == sorted(tags)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "the pattern '(' is no regular expression: missing )"),
        ("", "an empty pattern"),
        ("(a+)+$", "repeats a group in which something repeats"),
        ("x" * 501, "has more than 500 characters"),
        ("nothing", "no tag matches 'nothing'"),
    ],
)
def test_a_bad_pattern_is_told_on_its_chart_alone(
    page: Page, tmp_path: Path, pattern: str, message: str
) -> None:
    good = {"good": ["Multiline", ["acc"]]}
    write(tmp_path, {"A": {"bad": ["Multiline", [pattern]], **good}})
    view = CustomScalars(tmp_path)
    page.read()
    ((bad, other),) = (category.charts for category in view.categories())
    assert message in bad.message
    assert bad.tags == ()
    assert (other.tags, other.message) == (("acc",), "")


def test_a_bad_pattern_leaves_the_others_of_its_chart(page: Page, tmp_path: Path) -> None:
    write(tmp_path, multiline("(", "acc"))
    view = CustomScalars(tmp_path)
    page.read()
    chart = chart_of(view)
    assert chart.tags == ("acc",)
    assert "no regular expression" in chart.message


def test_patterns_together_take_no_longer_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: next(now) * 0.12)
    charts = {f"c{number}": ["Multiline", [f"tag{number}"]] for number in range(5)}
    holders = {f"tag{number}": ["run"] for number in range(5)}
    maker = ChartMaker()
    (category,) = maker.categories_of(layout({"A": charts}), holders)
    tried = [chart.tags for chart in category.charts if chart.tags]
    assert 0 < len(tried) < 5
    assert not maker.complete
    assert "is still to be tried: the others take long" in category.charts[-1].message
    (category,) = maker.categories_of(layout({"A": charts}), holders)
    assert maker.complete
    assert [chart.tags for chart in category.charts] == [(f"tag{number}",) for number in range(5)]


def test_what_is_left_out_is_told() -> None:
    holders = {f"tag{number:03}": ["run"] for number in range(300)}
    charts = {f"c{number}": ["Multiline", ["tag.*"]] for number in range(600)}
    (category,) = ChartMaker().categories_of(layout({"A": charts}), holders)
    assert len(category.charts) == 500
    assert category.charts[0].tags == tuple(holders)[:100]
    assert category.charts[0].message == "the first 100 of 300 tags"


# -- margins ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("margin", "message"),
    [
        (["mean", "low", "high"], ""),
        (["mean", "low", "nope"], "no run has the upper bound 'nope'"),
        (["mean", "low", ""], "no run has the upper bound"),
        (["mean", "low", "one"], "run 'b' has no upper bound 'one'"),
        (["one", "low", "high"], "run 'b' has no value 'one'"),
        (["x", "y", "z"], "no run has the value 'x'; no run has the lower bound 'y'; no run has"),
    ],
)
def test_a_missing_bound_is_told(
    page: Page, tmp_path: Path, margin: list[str], message: str
) -> None:
    write(tmp_path / "a", {"A": {"band": ["Margin", margin]}}, [*TAGS, "one"])
    write(tmp_path / "b")
    view = CustomScalars(tmp_path)
    page.read()
    chart = chart_of(view)
    assert chart.margins == (tuple(margin),)
    assert chart.message.startswith(message)
    assert bool(chart.message) == bool(message)
    assert set(view.shown_tags()) == set(margin) & {*TAGS, "one"}


# -- the page --------------------------------------------------------------------------------------


def layouts_of(page: Page, view: CustomScalars) -> list[Any]:
    return [message["categories"] for message, _ in page.custom(view, "layout")]


def test_the_page_hears_charts_and_series(page: Page, tmp_path: Path) -> None:
    charts = {"A": {"l": ["Multiline", ["loss.*"]], "m": ["Margin", ["mean", "low", "nope"]]}}
    write(tmp_path, layout(charts, closed=["A"]))
    view = CustomScalars(tmp_path)
    page.read()
    page.tick()
    number = view.state.tag_number
    assert layouts_of(page, view) == [
        [
            {
                "title": "A",
                "closed": True,
                "charts": [
                    {
                        "title": "l",
                        "tags": [number("loss/train"), number("loss/val")],
                        "margins": [],
                        "patterns": ["loss.*"],
                        "message": "",
                    },
                    {
                        "title": "m",
                        "tags": [],
                        "margins": [[number("mean"), number("low"), None]],
                        "patterns": [],
                        "message": "no run has the upper bound 'nope'",
                    },
                ],
            }
        ]
    ]
    assert {tag for _, tag in page.held(view)} == {"loss/train", "loss/val", "mean", "low"}


def test_charts_are_sent_when_they_change_and_when_asked_for(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", multiline("loss/.*"))
    view = CustomScalars(tmp_path)
    page.read()
    page.tick()
    write(tmp_path / "b", tags=["unrelated"])  # a new tag, and still the same charts
    page.read()
    page.tick()
    assert len(layouts_of(page, view)) == 1
    write(tmp_path / "c", {"B": {"x": ["Multiline", ["acc"]]}}, tags=["loss/test"])
    page.read()
    page.tick()
    first, second = layouts_of(page, view)
    assert (len(first[0]["charts"][0]["tags"]), len(second[0]["charts"][0]["tags"])) == (2, 3)
    assert [category["title"] for category in second] == ["A", "B"]
    page.ask(view, "layout")
    page.tick()
    assert layouts_of(page, view)[2] == second


def test_new_points_of_all_tags_of_a_chart_follow(page: Page, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_custom_scalars(multiline("a", "b"))
        for step in range(10):
            writer.add_scalar("a", step, step)
            writer.add_scalar("b", -step, step)
            writer.add_scalar("c", 0, step)
            writer.flush()
            if step == 0:
                view = CustomScalars(tmp_path)
            page.read()
            page.tick()
    held = page.held(view)
    assert {tag for _, tag in held} == {"a", "b"}
    assert held[".", "b"].columns["value"] == [-step for step in range(10)]


def test_a_zoom_asks_for_all_tags_of_a_chart_at_once(page: Page, tmp_path: Path) -> None:
    write(tmp_path, multiline("loss/.*"), steps=50)
    view = CustomScalars(tmp_path)
    page.read()
    answer, _ = page.ask(
        view, "detail", tags=["loss/train", "loss/val"], runs=["."], low=10, high=20
    )
    assert answer["ok"]
    run, number = view.state.run_number("."), view.state.tag_number
    keys = [item["key"] for item in answer["result"]]
    assert keys == [(run, number("loss/train")), (run, number("loss/val"))]


# -- layouts of the user's -------------------------------------------------------------------------


def test_a_layout_of_the_users_for_logs_that_have_none(page: Page, tmp_path: Path) -> None:
    write(tmp_path)
    view = CustomScalars(tmp_path, layout=multiline("acc"))
    page.read()
    page.tick()
    assert chart_of(view).tags == ("acc",)
    assert view._data_kinds == ["scalars"]
    view.chart_layout = multiline("loss/.*")
    page.tick()
    assert chart_of(view).tags == ("loss/train", "loss/val")
    assert len(layouts_of(page, view)) == 2
    with SummaryWriter(tmp_path) as writer:
        writer.add_custom_scalars(view.chart_layout)
    view.chart_layout = None
    page.read()
    assert view.chart_layout == layout(multiline("loss/.*"))
    assert view._data_kinds == ["custom_scalars"]
    with pytest.raises(TypeError, match="a layout must be a dict of categories, not list"):
        CustomScalars(tmp_path, layout=[])  # type: ignore[arg-type]


def test_tags_and_runs_can_be_chosen(page: Page, tmp_path: Path) -> None:
    for run in ("a", "b"):
        write(tmp_path / run, {run: {"c": ["Multiline", [".*"]]}})
    view = CustomScalars(tmp_path, tags=re.compile("^loss"), runs="b")
    page.read()
    assert [category.title for category in view.categories()] == ["b"]
    assert chart_of(view).tags == ("loss/train", "loss/val")
    assert list(view.selection.run.unique()) == ["b"]


def test_code_makes_the_view_again(page: Page, tmp_path: Path) -> None:
    write(tmp_path)
    charts = {"A": {"c": ["Multiline", ["acc"]], "m": ["Margin", ["mean", "low", "high"]]}}
    view = CustomScalars(tmp_path, layout=charts)
    page.read()
    assert f"layout={charts!r}" in view.to_code()
    assert view.to_code().startswith("import tbwidget\n\ntbwidget.CustomScalars(")
    answer, _ = page.ask(view, "code", category=0, chart=1, settings={"smoothing": 0.5})
    code = answer["result"]["code"]
    assert "layout={'A': {'m': ['Margin', ['mean', 'low', 'high']]}}" in code
    assert "smoothing=0.5" in code
    answer, _ = page.ask(view, "code", category=0, chart=7)
    assert not answer["ok"]


def test_a_picture_has_a_chart_a_chart_of_the_layout(page: Page, tmp_path: Path) -> None:
    charts = {"A": {"lines": ["Multiline", ["loss/.*"]], "nothing": ["Multiline", ["x"]]}}
    charts["B"] = {"band": ["Margin", ["mean", "low", "high"]]}
    for run in ("a", "b"):
        write(tmp_path / "logs" / run)
    view = CustomScalars(tmp_path / "logs", layout=charts)
    page.read()
    view.save(tmp_path / "both.svg")
    both = (tmp_path / "both.svg").read_text()
    for name in ("lines", "nothing", "band", "a · loss/train", "b · loss/val", "b · mean"):
        assert f">{name}<" in both
    assert "low" not in both
    assert both.count('fill-opacity="0.16"') == 2
    view.state.hidden_runs = ["a"]
    view.save(tmp_path / "one.svg")
    one = (tmp_path / "one.svg").read_text()
    assert "a · loss/train" not in one
    assert one.count('fill-opacity="0.16"') == 1
    view.chart_layout = {"A": {str(n): ["Multiline", ["x"]] for n in range(101)}}
    with pytest.raises(ValueError, match="101 charts are more than fit one picture"):
        view.save(tmp_path / "many.svg")


def test_bands_are_drawn_as_they_were_written(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "logs")
    view = CustomScalars(
        tmp_path / "logs", layout={"A": {"m": ["Margin", ["mean", "low", "high"]]}}
    )
    page.read()
    pictures = []
    for smoothing in (0.0, 0.9):
        view.smoothing = smoothing
        view.save(tmp_path / "m.svg")
        pictures.append((tmp_path / "m.svg").read_text())
    assert pictures[0] == pictures[1]
    view.chart_layout = {"A": {"m": ["Multiline", ["mean"]]}}
    view.save(tmp_path / "m.svg")
    smoothed = (tmp_path / "m.svg").read_text()
    view.smoothing = 0.0
    view.save(tmp_path / "m.svg")
    assert (tmp_path / "m.svg").read_text() != smoothed

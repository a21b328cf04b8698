"""The Custom scalars tab in a real JupyterLab: every chart of every layout, and what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs
from cards import CARD, box, drag, point_until, press, tooltip, wait_for_probe, wait_for_text
from tensorboard_plugins import TensorBoardPlugins

import tbwidget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

TEXT = f"(tag) => {CARD}.innerText"
GROUPS = """() => deepAll('.group').map((group) => [
  group.ariaLabel, [...group.querySelectorAll('.card')].map((card) => card.dataset.tag)])"""
LAYOUT = {
    "Losses": {
        "all losses": ["Multiline", ["loss/.*"]],
        "bad": ["Multiline", ["(loss"]],
        "half bad": ["Multiline", ["(a+)+$", "loss/train"]],
        "nothing": ["Multiline", ["epoch"]],
    },
    "Bands": {
        "band": ["Margin", ["mean", "low", "high"]],
        "missing": ["Margin", ["mean", "low", "nope"]],
    },
    "Folded": {"folded": ["Multiline", ["mean"]]},
}


def write(root: Path, *, steps: int = 40, runs: int = 2, charts: bool = True) -> None:
    for number in range(runs):
        with tbwidget.SummaryWriter(root / f"run{number}") as writer:
            for step in range(steps):
                writer.add_scalar("loss/train", 1 / (1 + step) + number, step)
                writer.add_scalar("loss/val", 2 / (1 + step) + number, step)
                for shift, tag in enumerate(("low", "mean", "high")):
                    writer.add_scalar(tag, step + 3 * shift, step)
            if charts and number == 0:
                writer.add_custom_scalars(tbwidget.layout(LAYOUT, closed=["Folded"]))


def show(notebook: Notebook, count: int) -> None:
    notebook.run(0)
    notebook.wait_for_drawn(count)


@pytest.mark.parametrize("folder", shared_logs.folders_with("custom_scalars") or ("absent",))
def test_every_chart_of_the_real_logs_is_that_of_tensorboard(
    open_notebook: Open, folder: str
) -> None:
    shared_logs.require()
    root = shared_logs.SHARED_LOGS / folder
    plugins = TensorBoardPlugins(root)
    categories = list(plugins.layout().category)
    logs = tbwidget.Logdir(root)
    notebook = open_notebook([f"import tbwidget; tbwidget.CustomScalars({str(root)!r})"])
    show(notebook, 1)
    for category in categories:
        if category.closed:
            press(notebook, category.title)
    groups = [[one.title, [chart.title for chart in one.chart]] for one in categories]
    notebook.wait_for(f"(groups) => JSON.stringify(({GROUPS})()) === JSON.stringify(groups)",
                      argument=groups)  # fmt: skip
    compared = 0
    for chart in (chart for category in categories for chart in category.chart):
        pairs = [
            (run, tag)
            for run in logs
            for tag in (
                set().union(*(plugins.matches(run, pattern) for pattern in chart.multiline.tag))
                or {one.value for one in chart.margin.series if one.value in logs[run].scalars}
            )
        ]
        held = [logs[run].scalars[tag] for run, tag in pairs]
        lasts = sorted(series.values[-1] for series in held)
        points = sorted(len(series) for series in held)
        wait_for_probe(
            notebook, chart.title,
            """[['last', given[0]], ['points', given[1]]].every(([key, wanted]) => {
              const found = p.drawn.map((line) => line[key]).sort((a, b) => a - b);
              return found.length === wanted.length
                && found.every((one, i) => Math.abs(one - wanted[i]) <= 1e-9);
            })""",
            [lasts, points],
        )  # fmt: skip
        compared += len(held)
    assert compared
    assert notebook.errors() == []


def test_layout_messages_and_folding(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "layout")
    notebook = open_notebook(
        ["import tbwidget; tbwidget.TensorBoard('layout', tab='custom_scalars')"]
    )
    show(notebook, 4)
    assert notebook.page.evaluate(GROUPS) == [
        ["Losses", list(LAYOUT["Losses"])],
        ["Bands", list(LAYOUT["Bands"])],
        ["Folded", []],
    ]
    expected = {"all losses": 4, "half bad": 2, "band": 2, "missing": 2}
    notebook.wait_for_series(expected)
    cards = notebook.cards()
    assert {tag: card["series"] for tag, card in cards.items()} == expected
    text = {
        tag: notebook.page.evaluate(TEXT, tag) for tag in ("bad", "half bad", "nothing", "missing")
    }
    assert "the pattern '(loss' is no regular expression" in text["bad"]
    assert "repeats a group in which something repeats" in text["half bad"]
    assert "no tag matches 'epoch'" in text["nothing"]
    assert "no run has the upper bound 'nope'" in text["missing"]
    press(notebook, "Folded")
    notebook.wait_for_drawn(5)
    # Only what may be seen, bands among it, is in the domain.
    wait_for_probe(notebook, "band", "p.yDomain[0] <= 0 && p.yDomain[1] >= 39 + 6")
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []


def test_settings_are_those_of_scalars(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "same")
    notebook = open_notebook(
        [
            "import tbwidget; board = tbwidget.TensorBoard('same', tab='custom_scalars'); board",
            "board.state.x_range = 10, 20; board.state.hidden_runs = ['run1']",
            "board.state.step = 12; board.state.tag_filter = 'loss/val'",
        ]
    )
    show(notebook, 4)
    notebook.run(1)
    wait_for_probe(
        notebook, "all losses", "p.series === 2 && p.xDomain[0] === 10 && p.xDomain[1] === 20"
    )
    notebook.run(2)
    wait_for_probe(notebook, "all losses", "p.step === 12")
    notebook.wait_for("() => deepAll('.card').length === 1")
    # With one run, tags are told apart by colour.
    strokes = """() => deepAll('.card .legend line').map((line) => line.getAttribute('stroke'))"""
    colors = notebook.page.evaluate(strokes)
    assert len(set(colors)) == 2
    assert all(color.startswith("#") for color in colors)
    assert notebook.errors() == []


def test_the_tooltip_names_run_and_tag_and_the_bounds_of_a_margin(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "tooltip")
    notebook = open_notebook(["import tbwidget; tbwidget.CustomScalars('tooltip', smoothing=0.6)"])
    show(notebook, 4)

    def point_at(tag: str, names: list[str]) -> list[list[str]]:
        def place() -> tuple[float, float]:
            left, top, width, height = box(notebook, tag, ".chart canvas")
            return left + width / 2, top + height / 2

        shown = "deepAll('.tooltip tbody tr').map((row) => row.cells[0].textContent).sort()"
        point_until(
            notebook, place, f"(names) => JSON.stringify({shown}) === JSON.stringify(names)", names
        )
        return tooltip(notebook)

    tags = ("loss/train", "loss/val")
    heading, *_ = point_at("all losses", [f"run{run} · {tag}" for run in (0, 1) for tag in tags])
    assert heading[1:] == ["smoothed", "value", "time", "relative"]
    heading, *rows = point_at("band", ["run0 · mean", "run1 · mean"])
    # What is within bounds is drawn as it was written.
    assert heading[1:] == ["value", "lower", "upper", "time", "relative"]
    step = int(heading[0].removeprefix("step "))
    for row in rows:
        assert [float(cell) for cell in row[1:4]] == [step + 3, step, step + 6]
    assert notebook.errors() == []


def test_the_tags_of_a_chart_are_listed(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "listed")
    notebook = open_notebook(
        [
            "import tbwidget; view = tbwidget.CustomScalars('listed'); view",
            "view.state.hidden_runs = ['run1']",
        ]
    )
    show(notebook, 4)
    press(notebook, "2 tags")
    text = "() => deepAll('.matches')[0]?.innerText.split('\\n').filter(Boolean).join('|')"
    lines = "'Pattern|loss/.*|Matching tags|loss/train|{0}|loss/val|{0}'"
    notebook.wait_for(f"() => ({text})() === {lines.format('2 lines')}")
    # Colour tells runs apart and dashes tags; with one run colour is free for the tags.
    sample = "() => deepAll('.matches line').map((line) => [line.getAttribute('{}')]).flat()"
    dashes = notebook.page.evaluate(sample.format("stroke-dasharray"))
    assert len(set(dashes)) == 2
    assert set(notebook.page.evaluate(sample.format("stroke"))) == {"currentColor"}
    notebook.run(1)
    wait_for_probe(notebook, "all losses", "p.series === 2")
    press(notebook, "2 tags")
    notebook.wait_for(f"() => ({text})() === {lines.format('1 line')}")
    assert len(set(notebook.page.evaluate(sample.format("stroke")))) == 2
    press(notebook, "3 tags")
    notebook.wait_for(f"() => ({text})()?.includes('mean, low, high')")
    assert notebook.errors() == []


def test_one_chart_in_logarithms_fitted_and_saved(
    open_notebook: Open, server: JupyterServer, tmp_path: Path
) -> None:
    write(server.root / "saved")
    notebook = open_notebook(["import tbwidget; tbwidget.CustomScalars('saved', smoothing=0)"])
    show(notebook, 4)
    wait_for_probe(notebook, "all losses", "p.series === 4 && p.xDomain[1] === 39")
    drag(notebook, "all losses", ".chart canvas", 0.4, 0.7)
    wait_for_probe(notebook, "all losses", "p.xDomain[0] > 5 && p.xDomain[1] < 35")
    press(notebook, "Show everything again")
    wait_for_probe(notebook, "all losses", "p.xDomain[0] === 0 && p.xDomain[1] === 39")
    press(notebook, "More for all losses")
    notebook.wait_for("() => deepAll('.settings select').length > 0")
    notebook.page.evaluate("""() => {
      const select = deepAll('.settings select').find((one) => one.value === '');
      select.value = 'log';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }""")
    wait_for_probe(notebook, "all losses", "p.yDomain[0] > 0 && p.yDomain[0] < 0.025")
    wait_for_probe(notebook, "band", "p.yDomain[0] <= 0")

    def save(ending: str) -> str:
        with notebook.page.expect_download() as download:
            press(notebook, ending)
        target = tmp_path / ending
        download.value.save_as(target)
        return target.read_text()

    heading, *rows = save("CSV").splitlines()
    assert heading == "run,tag,step,wall_time,value,smoothed"
    assert len(rows) == 4 * 40
    run, tag, step, _, value, _ = rows[5].split(",")
    assert (run, tag, step, float(value)) == ("run0", "loss/train", "5", np.float32(1 / 6))
    series = json.loads(save("JSON"))
    assert [(one["run"], one["tag"]) for one in series] == [
        (f"run{run}", tag) for tag in ("loss/train", "loss/val") for run in (0, 1)
    ]
    assert series[2]["value"][5] == np.float32(2 / 6)
    press(notebook, "More for band")
    heading, first, *_ = save("CSV").splitlines()
    assert heading.endswith(",value,smoothed,lower,upper")
    assert first.split(",")[4:] == ["3", "3", "0", "6"]
    assert notebook.errors() == []


def test_layouts_of_runs_are_merged_and_odd_charts_drawn_or_explained(
    open_notebook: Open, server: JupyterServer
) -> None:
    odd = {
        "nan": [np.nan] * 3,
        "some": [1.0, np.nan, 2.0],
        "equal": [5.0] * 3,
        "huge": [-3e38, 0.0, 3e38],
        "once": [7.0],
    }
    layouts = {
        "a": {"One": {"some": ["Margin", ["some", "nan", "equal"]]}},
        "b": {"One": {"nan": ["Multiline", ["nan$"]]}, "Two": {"huge": ["Multiline", ["huge"]]}},
        "c": {"Two": {"once": ["Margin", ["once", "equal", "equal"]]}},
    }
    for run, layout in layouts.items():
        with tbwidget.SummaryWriter(server.root / "merged" / run) as writer:
            writer.add_custom_scalars(layout)
            for tag, values in odd.items():
                for step, value in enumerate(values):
                    writer.add_scalar(tag, value, step)
    notebook = open_notebook(["import tbwidget; tbwidget.CustomScalars('merged', height=700)"])
    show(notebook, 4)
    assert notebook.page.evaluate(GROUPS) == [["One", ["some", "nan"]], ["Two", ["huge", "once"]]]
    for tag, points in {"some": 3, "nan": 3, "huge": 3, "once": 1}.items():
        wait_for_probe(
            notebook, tag,
            "p.series === 3 && p.drawn.every((line) => line.points === given)", points,
        )  # fmt: skip
        low, high = notebook.cards()[tag]["probe"]["yDomain"]
        assert np.isfinite([low, high]).all()
        assert low < high
    assert all(line["nonFinite"] == 1 for line in notebook.cards()["some"]["probe"]["drawn"])
    assert all(line["nonFinite"] == 3 for line in notebook.cards()["nan"]["probe"]["drawn"])
    assert notebook.errors() == []


def test_logs_without_a_layout_say_what_to_do(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "none", charts=False)
    notebook = open_notebook(
        [
            "import tbwidget; view = tbwidget.CustomScalars('none'); view",
            "view.chart_layout = {'A': {'one': ['Multiline', ['mean']]}}",
        ]
    )
    notebook.run(0)
    wait_for_text(notebook, "No run has a layout of charts")
    wait_for_text(notebook, "SummaryWriter.add_custom_scalars")
    notebook.run(1)
    wait_for_probe(notebook, "one", "p.series === 2")
    assert notebook.errors() == []


def test_a_layout_from_python_live(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "live", charts=False)
    train = """
import time
with tbwidget.SummaryWriter("live/run2") as writer:
    for step in range(60):
        writer.add_scalar("loss/train", step, step)
        time.sleep(0.05)
"""
    change = """
view.chart_layout = {"A": {"one": ["Multiline", ["loss/.*"]], "two": ["Multiline", ["mean"]]}}
"""
    log = """
with tbwidget.SummaryWriter("live/run3") as writer:
    writer.add_custom_scalars(view.chart_layout)
tbwidget.CustomScalars("live")
"""
    first = """
import tbwidget
layout = {"A": {"one": ["Multiline", ["loss/train"]]}}
view = tbwidget.CustomScalars("live", smoothing=0, layout=layout)
view
"""
    notebook = open_notebook([first, train, change, log])
    show(notebook, 1)
    notebook.start(1)
    wait_for_probe(notebook, "one", "p.series === 3")  # while the cell runs
    assert notebook.running()
    notebook.wait_done()
    wait_for_probe(notebook, "one", "p.drawn.some((line) => line.last === 59)")
    notebook.run(2)
    wait_for_probe(notebook, "one", "p.series === 5")
    wait_for_probe(notebook, "two", "p.series === 2")
    notebook.run(3)
    notebook.wait_for(
        "() => deepAll('.tbw').length === 2 && deepAll('.card[data-drawn=\"1\"]').length === 4"
    )
    assert notebook.errors() == []


def test_a_zoom_brings_every_point_of_every_tag(open_notebook: Open, server: JupyterServer) -> None:
    steps = 6000
    rng = np.random.default_rng(7)
    with tbwidget.SummaryWriter(server.root / "long") as writer:
        for step, noise in enumerate(rng.normal(size=steps)):
            for tag in ("low", "mean", "high"):
                writer.add_scalar(tag, {"low": -5, "mean": 0, "high": 5}[tag] + noise, step)
    first = """
import tbwidget
layout = {"A": {"lines": ["Multiline", ["low", "high"]],
                "band": ["Margin", ["mean", "low", "high"]]}}
view = tbwidget.CustomScalars("long", smoothing=0, layout=layout)
view
"""
    notebook = open_notebook([first, "view.state.x_range = 3000, 3100"])
    show(notebook, 2)
    probes: dict[str, Any] = {tag: card["probe"] for tag, card in notebook.cards().items()}
    assert all(line["points"] < steps for line in probes["lines"]["drawn"])
    notebook.run(1)
    wait_for_probe(notebook, "lines", "p.drawn.every((line) => line.points === 101)")
    wait_for_probe(notebook, "band", "p.drawn.every((line) => line.points === 101)")
    assert notebook.errors() == []

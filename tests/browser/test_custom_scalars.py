"""The Custom scalars tab in a real JupyterLab: every chart of every layout, and what is wrong."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs

import tbwidget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

NAMES = ["damaged_framing", "tbx_all", "tf_plugins_pr_mesh_custom", "torch_all_digits_cnn"]
BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()"""
CARD = 'deepAll(`.card[data-tag="${tag}"]`)[0]'
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


def wait(notebook: Notebook, tag: str, condition: str) -> None:
    """Wait until a card's probe `p` meets `condition`."""
    code = f"(tag) => {{ const p = {CARD}?.tbwidgetProbe?.(); return p && ({condition}); }}"
    notebook.wait_for(code, 20, tag)


@pytest.mark.skipif(not shared_logs.names(), reason="the shared logs are absent")
@pytest.mark.parametrize("name", NAMES)
def test_every_chart_of_real_logs(
    open_notebook: Open, server: JupyterServer, tmp_path: Path, name: str
) -> None:
    (root,) = shared_logs.logs_of(name, tmp_path)
    shutil.copytree(root, server.root / name)
    logs = tbwidget.Logdir(server.root / name)
    view = tbwidget.CustomScalars(logs)
    expected = view.categories()
    shown = set(view.shown_tags())
    view.close()
    drawn = [chart for one in expected for chart in one.charts if shown & set(chart.all_tags)]
    assert drawn
    notebook = open_notebook([f"import tbwidget; tbwidget.CustomScalars({name!r}, smoothing=0)"])
    show(notebook, 1)
    for category in expected:
        if category.closed:
            notebook.page.evaluate(BUTTON, category.title)
    notebook.wait_for_drawn(len(drawn))
    assert notebook.page.evaluate(GROUPS) == [
        [one.title, [chart.title for chart in one.charts]] for one in expected
    ]
    for chart in drawn:
        tags = chart.tags or [margin[0] for margin in chart.margins]
        held = [run.scalars[tag] for tag in tags for run in logs.values() if tag in run.scalars]
        wait(notebook, chart.title, f"p.series === {len(held)}")  # they come in several messages
        card = notebook.cards()[chart.title]
        assert card["series"] == len(held)
        last = [line["last"] for line in card["probe"]["drawn"]]
        assert sorted(last) == pytest.approx(sorted(series.values[-1] for series in held))
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
    notebook.page.evaluate(BUTTON, "Folded")
    notebook.wait_for_drawn(5)
    # Only what may be seen, bands among it, is in the domain.
    low, high = cards["band"]["probe"]["yDomain"]
    assert low <= 0
    assert high >= 39 + 6
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
    wait(notebook, "all losses", "p.series === 2 && p.xDomain[0] === 10 && p.xDomain[1] === 20")
    notebook.run(2)
    wait(notebook, "all losses", "p.step === 12")
    notebook.wait_for("() => deepAll('.card').length === 1")
    # With one run, tags are told apart by colour.
    strokes = """() => deepAll('.card .legend line').map((line) => line.getAttribute('stroke'))"""
    colors = notebook.page.evaluate(strokes)
    assert len(set(colors)) == 2
    assert all(color.startswith("#") for color in colors)
    assert notebook.errors() == []


def test_the_tooltip_names_run_and_tag(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "tooltip")
    notebook = open_notebook(["import tbwidget; tbwidget.CustomScalars('tooltip', smoothing=0)"])
    show(notebook, 4)
    for tag, names in (
        (
            "all losses",
            ["run0 · loss/train", "run0 · loss/val", "run1 · loss/train", "run1 · loss/val"],
        ),
        ("band", ["run0 · mean", "run1 · mean"]),
    ):
        place = f"""(tag) => {{ const card = {CARD}; card.scrollIntoView({{ block: 'nearest' }});
            const r = card.querySelector('.chart canvas').getBoundingClientRect();
            return [r.left, r.top, r.width, r.height]; }}"""
        rows = "deepAll('.tooltip tbody tr').map((row) => row.cells[0].textContent).sort()"
        for turn in range(40):  # cards and lines may still be on their way at the first time
            left, top, width, height = notebook.page.evaluate(place, tag)
            notebook.page.mouse.move(left + width / 2 - turn % 2, top + height / 2)
            notebook.page.wait_for_timeout(250)
            if notebook.page.evaluate(f"() => {rows}") == names:
                break
        assert notebook.page.evaluate(f"() => {rows}") == names
    text = notebook.page.evaluate("() => deepAll('.tooltip')[0].innerText")
    assert "band" in text
    assert "runs" not in text
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
    wait(notebook, "one", "p.series === 3")  # while the cell runs
    assert notebook.running()
    notebook.wait_done()
    wait(notebook, "one", "p.drawn.some((line) => line.last === 59)")
    notebook.run(2)
    wait(notebook, "one", "p.series === 5")
    wait(notebook, "two", "p.series === 2")
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
    wait(notebook, "lines", "p.drawn.every((line) => line.points === 101)")
    wait(notebook, "band", "p.drawn.every((line) => line.points === 101)")
    assert notebook.errors() == []

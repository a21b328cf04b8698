"""The Distributions tab in a real JupyterLab, on real logs and on odd ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import shared_logs
from array_events import histogram_event
from cards import (
    box,
    drag,
    output_when,
    point_until,
    press,
    probe,
    tooltip,
    wait_for_probe,
    wait_for_text,
)
from curve_logs import buckets, write
from same_curves import ONLY_HERE, assert_same_percentiles
from shared_views import show_each
from tensorboard_plugins import TensorBoardPlugins

from tbwidget.analysis.compression import compress
from tbwidget.dashboards.distributions import PERCENTILES

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

CHART = ".chart canvas"
STATE = """
medians = view.selection[['run', 'p5000']].values.tolist()
print(json.dumps([view.step, view.mode, medians]))
"""


def test_every_distribution_of_the_real_logs_has_the_percentiles_of_tensorboard(
    open_notebook: Open,
) -> None:
    shown = show_each(
        open_notebook, "Distributions", "histograms", "mode='overlay'",
        len,
        """p.percentiles.every((line) => line.step.length === runs[line.run])
          && p.points === Object.values(runs).reduce((sum, count) => sum + count, 0)""",
    )  # fmt: skip
    compared = 0
    for folder, cards in shown:
        theirs = TensorBoardPlugins(shared_logs.SHARED_LOGS / folder).distributions()
        lines = {
            (line["run"], tag): line for tag, card in cards.items() for line in card["percentiles"]
        }
        assert set(lines) - ONLY_HERE == set(theirs), folder
        for (run, tag), expected in theirs.items():
            line = lines[run, tag]
            percentiles = np.transpose([line[name] for name in PERCENTILES])
            assert_same_percentiles(line["step"], percentiles, expected, run)
            compared += 1
    assert compared > 100


def test_a_click_marks_a_step_of_the_run_that_is_chosen(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "five_bands", runs=5)
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.Distributions('five_bands', height=400); view",
            STATE,
            "view.state.x_axis = 'relative'",
            "view.state.x_axis = 'wall'; view.mode = 'single'",
        ]
    )
    notebook.run(0)
    wait_for_probe(notebook, "weights", "p.series === 1")
    wait_for_text(notebook, "run 1 of 5")
    notebook.wait_for("() => deepAll('.run-switch select')[0]?.options.length === 5")
    notebook.page.evaluate("""() => {
      const select = deepAll('.run-switch select')[0];
      select.value = select.options[3].value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }""")
    expected = compress(buckets(93))[4]
    wait_for_probe(notebook, "weights", "p.drawn[0].last === given", expected)

    def place() -> tuple[float, float]:
        left, top, width, height = box(notebook, "weights", CHART)
        return left + width * 0.55, top + height * 0.5

    x, y = point_until(notebook, place, "() => deepAll('.tooltip thead th').length === 10")
    heading, row = tooltip(notebook)
    step = int(heading[0].split()[1])
    names = ["min", "6.7%", "15.9%", "30.9%", "median", "69.2%", "84.1%", "93.3%", "max"]
    assert heading[1:] == names
    assert row[0] == "run3"
    np.testing.assert_allclose(
        [float(cell) for cell in row[1:]], compress(buckets(step + 3)), rtol=1e-3
    )
    notebook.page.mouse.click(x, y)
    wait_for_probe(notebook, "weights", "p.step === given", step)
    press(notebook, "Overlay")
    wait_for_probe(notebook, "weights", "p.series === 5")
    marked, mode, medians = output_when(
        notebook, 1, lambda found: found[:2] == [step, "overlay"] and len(found[2]) == 5
    )
    assert (marked, mode) == (step, "overlay")
    assert medians == [[f"run{run}", compress(buckets(step + run))[4]] for run in range(5)]
    notebook.run(2)
    wait_for_probe(notebook, "weights", "p.xDomain[0] === 0 && p.xDomain[1] === 90")
    notebook.run(3)
    wait_for_probe(notebook, "weights", "p.series === 1 && p.xDomain[0] === given", ef.WALL)
    assert notebook.errors() == []


def test_the_slice_of_a_step_is_marked_among_the_histograms(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "linked_bands", runs=1)
    notebook = open_notebook(
        ["import tbwidget; tbwidget.TensorBoard('linked_bands', tab='distributions', height=480)"]
    )
    notebook.run(0)
    wait_for_probe(notebook, "weights", "p.points === 10")

    def place() -> tuple[float, float]:
        left, top, width, height = box(notebook, "weights", CHART)
        return left + width * 0.55, top + height * 0.5

    point = point_until(notebook, place, "() => deepAll('.tooltip').length === 1")
    notebook.page.mouse.click(*point)
    wait_for_probe(notebook, "weights", "p.step !== null")
    step = probe(notebook, "weights")["step"]
    assert step in range(30, 80, 10)
    press(notebook, "See its histograms")
    marked = "p.plots?.[0]?.marked?.includes(given) && p.plots[0].draws > 0"
    wait_for_probe(
        notebook, "weights", f"{marked} && p.plots[0].sources[0]?.steps.includes(given)", step
    )
    (plot,) = probe(notebook, "weights")["plots"]
    assert plot["marked"] == [step]
    focused = "() => deepAll('.card:focus').map((card) => card.dataset.tag).join() === 'weights'"
    notebook.wait_for(focused)
    assert notebook.errors() == []


def test_a_zoom_and_a_range_bring_the_steps_that_were_left_out(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "long_bands", runs=1, steps=range(1200))
    notebook = open_notebook(
        [
            "import tbwidget; view = tbwidget.Distributions('long_bands', height=400); view",
            "view.state.x_range = 300, 350",
            "view.state.x_range = None; view.state.step_range = 200, 400",
        ]
    )
    notebook.run(0)
    wait_for_probe(notebook, "weights", "p.points === 301")
    wait_for_text(notebook, "301 of 1,200 steps")

    def assert_shown_are_right() -> None:
        shown = probe(notebook, "weights")
        found, (low, high) = shown["percentiles"][0], shown["xDomain"]
        rows = [row for row, step in enumerate(found["step"]) if low <= step <= high]
        for row in rows:
            percentiles = [found[name][row] for name in PERCENTILES]
            assert percentiles == compress(buckets(int(found["step"][row]))).tolist()

    drag(notebook, "weights", CHART, 0.5, 0.6)
    wait_for_probe(notebook, "weights", "p.xDomain[1] - p.xDomain[0] < 200")
    wait_for_probe(notebook, "weights", "p.points > (p.xDomain[1] - p.xDomain[0]) - 1")
    assert_shown_are_right()
    press(notebook, "Show everything again")
    wait_for_probe(notebook, "weights", "p.points === 301")
    notebook.run(1)
    wait_for_probe(notebook, "weights", "p.xDomain[0] === 300 && p.points === 51")
    assert_shown_are_right()
    notebook.run(2)
    wait_for_probe(notebook, "weights", "p.range?.[0] === 200 && p.range[1] === 400")
    assert notebook.errors() == []


ODD: dict[str, list[Any]] = {
    "equal": [np.array([[3.0, 3.0, 5.0]])] * 3,
    "extreme": [np.array([[-1e308, 0.0, 1.0], [0.0, 1e308, 1.0]])] * 2,
    "changing": [buckets(5), np.array([[0.0, 1.0, 4.0]]), buckets(7)[:7], np.empty((0, 3))],
    "nan": [np.array([[0.0, 1.0, np.nan]])] * 2,
    "some_nan": [buckets(5), np.array([[0.0, 1.0, np.nan]]), buckets(7)],
    "empty": [np.empty((0, 3))],
    "no_counts": [np.array([[0.0, 1.0, 0.0], [1.0, 2.0, 0.0]])],
    "many": [np.column_stack((np.arange(1600), np.arange(1, 1601), np.ones(1600)))],
    "unreadable": [np.zeros((2, 4))],
}
NOTES = {
    "extreme": "cut off beyond ±2.247e307",
    "changing": "1 step holds no values",
    "nan": "No step has percentiles",
    "some_nan": "1 step counts NaN",
    "empty": "1 step holds no values",
    "no_counts": "1 step holds no values",
    "unreadable": "No step has percentiles",
}


def test_odd_histograms_are_drawn_or_explained(open_notebook: Open, server: JupyterServer) -> None:
    records = [
        ef.record(histogram_event(step, values, tag))
        for tag, several in ODD.items()
        for step, values in enumerate(several)
    ]
    ef.write(server.root / "odd_histograms" / ef.NAME, *records)
    notebook = open_notebook(["import tbwidget; tbwidget.Distributions('odd_histograms')"])
    notebook.run(0)
    for tag, several in ODD.items():
        wait_for_probe(notebook, tag, "p.points === given", len(several))
        shown = probe(notebook, tag)
        (line,) = shown["percentiles"]
        expected = [compress(one) if one.shape[1] == 3 else [np.nan] * 9 for one in several]
        found = np.array(np.transpose([line[name] for name in PERCENTILES]), float)
        np.testing.assert_array_equal(found, expected)
        low, high = shown["yDomain"]
        assert np.isfinite([low, high]).all(), tag
        assert low < high, tag
        card = f"deepAll('.card[data-tag=\"{tag}\"]')[0]"
        text = notebook.page.evaluate(f"() => {card}.innerText")
        assert NOTES.get(tag, "") in text
        assert tag in NOTES or "step" not in text
    assert notebook.errors() == []


def test_a_card_of_one_run_among_several_names_it(
    open_notebook: Open, server: JupyterServer
) -> None:
    root = server.root / "named"
    write(root, runs=2)
    ef.write(root / "alone" / ef.NAME, ef.record(histogram_event(0, buckets(0), "only")))
    notebook = open_notebook(
        [
            "import tbwidget; view = tbwidget.Distributions('named', height=500); view",
            "view.state.hidden_runs = ['run1']",
        ]
    )
    notebook.run(0)
    notebook.wait_for_series({"weights": 2, "only": 1})
    captions = "() => deepAll('.run-switch').map((caption) => caption.innerText.trim()).join()"
    notebook.wait_for(f"() => ({captions})() === 'alone'")
    notebook.run(1)
    notebook.wait_for_series({"weights": 1, "only": 1})
    notebook.wait_for(f"() => ({captions})().split(',').sort().join() === 'alone,run0'")
    assert notebook.errors() == []

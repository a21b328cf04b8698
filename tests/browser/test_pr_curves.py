"""The PR curves tab in a real JupyterLab, on real logs and on odd ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
import shared_logs
from array_events import curve_event
from cards import (
    box,
    drag,
    output_when,
    point_until,
    press,
    probe,
    slide,
    tooltip,
    wait_for_probe,
    wait_for_text,
)
from curve_logs import curve, write
from same_curves import assert_same_curve
from shared_views import show_each
from tensorboard_plugins import TensorBoardPlugins

from tbwidget.analysis.pr import average_precision, roc, roc_auc

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

ROWS = ("tp", "fp", "tn", "fn", "precision", "recall")
PLOT = ".plot canvas"
COLUMNS = ["run", "threshold", "precision", "recall", "F1", "TP", "FP", "TN", "FN"]
STATE = """
rows = view.selection.drop_duplicates('run')  # a row for each curve is enough to look at
print(json.dumps([view.threshold, view.state.step, view.run_steps, rows.to_dict('records')]))
"""


def show(open_notebook: Open, name: str, *cells: str, **options: Any) -> Notebook:
    show = f"import json, tbwidget; view = tbwidget.PRCurves({name!r}, height=500); view"
    notebook = open_notebook([show, *cells], **options)
    notebook.run(0)
    return notebook


def rows_of(line: dict[str, Any]) -> list[Any]:
    return [line[name] for name in ROWS]


def test_every_pr_curve_of_the_real_logs_has_the_numbers_of_tensorboard(
    open_notebook: Open,
) -> None:
    shown = show_each(
        open_notebook, "PRCurves", "pr_curves", "",
        lambda series: int(series.steps[-1]),
        """p.series === Object.keys(runs).length
          && p.drawn.every((line) => line.step === runs[line.run])
          && p.overSteps?.series === p.series""",
    )  # fmt: skip
    compared = 0
    for folder, cards in shown:
        theirs = TensorBoardPlugins(shared_logs.SHARED_LOGS / folder).pr_curves()
        lines = {(line["run"], tag): line for tag, card in cards.items() for line in card["drawn"]}
        assert set(lines) == set(theirs), folder
        for (run, tag), entries in theirs.items():
            line = lines[run, tag]
            last, expected = entries[-1]
            if line["step"] != last:  # it lies behind damage, at which TensorBoard stops
                assert line["step"] > last
                assert run.endswith("_b")
                continue
            assert_same_curve(line, expected)
            # As in TensorBoard nothing is drawn where no positive is called any more.
            assert len(line["pixels"]) == len(expected["thresholds"])
            assert np.isfinite(line["pixels"]).all()
            array = np.array(rows_of(line))
            assert line["averagePrecision"] == average_precision(array)
            assert line["auc"] == pytest.approx(roc_auc(array), nan_ok=True)
            compared += 1
    assert compared > 15


def test_a_threshold_is_picked_and_curves_are_compared(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "picked")
    notebook = show(
        open_notebook, "picked", STATE, "view.threshold = 0.25; view.step = 42",
        "view.state.hidden_runs = ['run0']",
    )  # fmt: skip
    wait_for_probe(notebook, "pr", "p.series === 2 && p.draws > 0")
    at = 30

    def place() -> tuple[float, float]:
        left, top, _, _ = box(notebook, "pr", PLOT)
        x, y = probe(notebook, "pr")["drawn"][0]["pixels"][at]
        return left + x, top + y

    x, y = point_until(notebook, place, "() => deepAll('.tooltip tbody tr').length === 2")
    heading, *rows = tooltip(notebook)
    assert heading == COLUMNS
    assert sorted(row[0] for row in rows) == ["run0", "run1"]
    for row in rows:
        values = curve(90, 0.1 * int(row[0][-1]))
        index = round(float(row[1]) * 50)
        assert [int(cell) for cell in row[5:]] == values[:4, index].tolist()
        np.testing.assert_allclose([float(cell) for cell in row[2:4]], values[4:, index], rtol=1e-3)
    notebook.page.mouse.click(x, y)
    notebook.wait_for("() => deepAll('.curves-legend thead th').length === 4")
    threshold, _, _, found = output_when(
        notebook, 1, lambda found: found[0] is not None and len(found[3]) == 2
    )
    line = probe(notebook, "pr")["drawn"][0]
    index = line["threshold"].index(threshold)
    assert np.hypot(*np.subtract(line["pixels"][index], line["pixels"][at])) < 2
    assert [row["run"] for row in found] == ["run0", "run1"]
    for number, row in enumerate(found):
        assert rows_of(row) == curve(90, 0.1 * number)[:, index].tolist()

    notebook.run(2)
    wait_for_probe(notebook, "pr", "p.threshold === 0.25 && p.step === 42")
    wait_for_probe(notebook, "pr", "p.drawn.every((line) => line.step === 40)")
    np.testing.assert_array_equal(probe(notebook, "pr")["drawn"][1]["recall"], curve(40, 0.1)[5])
    press(notebook, "newest")
    wait_for_probe(notebook, "pr", "p.step === null && p.drawn.every((line) => line.step === 90)")
    slide(notebook, ".curves-step input", 3)
    wait_for_probe(notebook, "pr", "p.step === 30 && p.drawn.every((line) => line.step === 30)")
    output_when(notebook, 1, lambda found: found[1] == 30)
    notebook.run(3)
    wait_for_probe(notebook, "pr", "p.series === 1 && p.drawn[0].run === 'run1'")
    assert notebook.errors() == []


def test_each_run_has_a_step_of_its_own(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "apart")
    notebook = show(
        open_notebook, "apart", STATE, "view.run_steps = {'run0': 25}", "view.x_axis = 'relative'",
        "view.x_axis = 'wall'",
    )  # fmt: skip
    wait_for_probe(notebook, "pr", "p.series === 2 && p.draws > 0")
    press(notebook, "by run")
    notebook.wait_for("() => deepAll('.own-step input').length === 2")
    names = "() => deepAll('.own-step input').map((slider) => slider.ariaLabel)"
    number = notebook.page.evaluate(names).index("Step of run1")
    notebook.page.evaluate(
        """(number) => {
          const slider = deepAll('.own-step input')[number];
          slider.value = '4';
          slider.dispatchEvent(new Event('input', { bubbles: true }));
        }""",
        number,
    )
    steps = "Object.fromEntries(p.drawn.map((line) => [line.run, line.step]))"
    equal = f"JSON.stringify({steps}) === JSON.stringify(given)"
    wait_for_probe(notebook, "pr", equal, {"run0": 90, "run1": 40})
    found = output_when(notebook, 1, lambda found: found[2] == {"run1": 40})
    assert {row["run"]: row["step"] for row in found[3]} == {"run0": 90, "run1": 40}
    notebook.run(2)
    wait_for_probe(notebook, "pr", equal, {"run0": 20, "run1": 90})
    # The time of each curve is told as the x axis has it.
    times = """(given) => deepAll('.curves-legend tbody tr:not(.own-step)').some((row) =>
      row.cells[0].textContent === 'run0' && row.cells[2].textContent === given)"""
    notebook.wait_for(times, argument="20")
    notebook.run(3)
    notebook.wait_for(times, argument="20 s")
    notebook.run(4)
    clock = notebook.page.evaluate(
        "(wall) => new Date(wall * 1000).toTimeString().slice(0, 8)", ef.WALL + 20
    )
    notebook.wait_for(times, argument=clock)
    press(notebook, "together")
    wait_for_probe(notebook, "pr", equal, {"run0": 90, "run1": 90})
    notebook.wait_for("() => deepAll('.own-step').length === 0")
    output_when(notebook, 1, lambda found: found[2] == {})
    assert notebook.errors() == []


def test_f1_lines_roc_areas_over_steps_and_a_zoom(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "areas")
    notebook = show(open_notebook, "areas", "view.mode = 'pr'; view.f1_lines = False")
    wait_for_probe(notebook, "pr", "p.series === 2 && p.f1Lines.length === 5")
    steps = list(range(0, 100, 10))

    def assert_areas(area_of: Callable[[np.ndarray], float]) -> None:
        for number in range(2):
            areas = [area_of(curve(step, 0.1 * number)) for step in steps]
            wait_for_probe(
                notebook, "pr",
                """p.overSteps.drawn[given[0]].points === 10
                  && p.overSteps.drawn[given[0]].last === given[1]""",
                [number, areas[-1]],
            )  # fmt: skip
            line = probe(notebook, "pr")["overSteps"]["drawn"][number]
            assert [line["first"], line["min"], line["max"]] == [areas[0], min(areas), max(areas)]
            wait_for_text(notebook, f"{areas[-1]:.3f}")

    assert_areas(average_precision)
    press(notebook, "ROC")
    wait_for_probe(notebook, "pr", "p.mode === 'roc' && p.f1Lines.length === 0")
    wait_for_text(notebook, "ROC AUC over steps")
    assert_areas(roc_auc)
    shown = probe(notebook, "pr")
    (left, right), (low, high) = shown["domains"]
    assert [left, right, low, high] == [0, 1, 0, 1]
    line = shown["drawn"][0]
    rates = roc(curve(90))
    x, y = np.transpose(line["pixels"])
    # Places in the plot go with the rates: a straight line between two corners.
    assert np.allclose(np.polyval(np.polyfit(rates.false_positive_rate, x, 1), rates[0]), x)
    assert np.allclose(np.polyval(np.polyfit(rates.true_positive_rate, y, 1), rates[1]), y)
    drag(notebook, "pr", PLOT, 0.3, 0.6)
    wait_for_probe(notebook, "pr", "p.domains[0][0] > 0.05 && p.domains[0][1] < 0.95")
    press(notebook, "Show everything again")
    wait_for_probe(notebook, "pr", "p.domains.flat().join() === '0,1,0,1'")
    notebook.run(1)
    wait_for_probe(notebook, "pr", "p.mode === 'pr' && p.f1Lines.length === 0")
    assert notebook.errors() == []


ODD = {
    "one": np.array([[3.0], [1.0], [4.0], [2.0], [0.75], [0.6]]),
    "none": np.empty((6, 0)),
    "nan": np.full((6, 3), np.nan),
    "wrong": np.zeros((5, 3)),
    "equal": np.array([[4.0] * 3, [0.0] * 3, [5.0] * 3, [0.0] * 3, [1.0] * 3, [1.0] * 3]),
    "extreme": np.array([[1e308, 1], [1e308, 0], [1e308, 1e308], [0, 1e308], [0.5, 1], [1, 0]]),
}  # fmt: skip


def test_odd_curves_are_drawn_or_explained(open_notebook: Open, server: JupyterServer) -> None:
    for name, values in ODD.items():
        path = server.root / "odd_curves" / name / ef.NAME
        ef.write(path, ef.record(curve_event(0, values, "odd")))
    # The number of thresholds changes from step to step.
    records = [ef.record(curve_event(step, curve(step)[:, :: step + 1], "odd")) for step in (0, 3)]
    ef.write(server.root / "odd_curves" / "changing" / ef.NAME, *records)
    notebook = show(open_notebook, "odd_curves")
    wait_for_probe(notebook, "odd", "p.series === 4 && p.draws > 0")
    lines = {line["run"]: line for line in probe(notebook, "odd")["drawn"]}
    assert set(lines) == {"one", "equal", "extreme", "changing"}
    for name in ("one", "equal", "extreme"):
        np.testing.assert_array_equal(rows_of(lines[name]), ODD[name])
        assert np.isfinite(lines[name]["pixels"]).all()
    assert len(lines["one"]["pixels"]) == 1
    assert len(lines["changing"]["threshold"]) == 13
    text = notebook.text()
    for reason in ("no thresholds", "only NaN", "cannot be read", "0.450"):
        assert reason in text
    slide(notebook, ".curves-step input", 0)
    wait_for_probe(
        notebook, "odd", "p.drawn.some((line) => line.run === 'changing' && line.step === 0)"
    )
    assert notebook.errors() == []


def test_a_log_without_curves_says_so(open_notebook: Open, server: JupyterServer) -> None:
    ef.write_scalars(server.root / "no_curves" / ef.NAME, [1, 2])
    notebook = show(open_notebook, "no_curves")
    wait_for_text(notebook, "Nothing here that this view can show")
    assert notebook.errors() == []

"""The PR curves and Distributions tabs in a real JupyterLab, on real logs and on logs that grow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
import shared_logs
from array_events import curve_event, curve_of, histogram_event

from tbwidget import Logdir
from tbwidget.analysis.compression import compress
from tbwidget.analysis.pr import average_precision, roc_auc
from tbwidget.dashboards.distributions import PERCENTILES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

ROWS = ("tp", "fp", "tn", "fn", "precision", "recall")
BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()"""
CARD = 'deepAll(`.card[data-tag="${tag}"]`)[0]'
#: The probes of all cards that the last cell shows, once so many are drawn.
PROBES = """([cell, count]) => {
  const root = document.querySelector(`.jp-Cell[data-windowed-list-index="${cell}"]`);
  const cards = root ? deepAll('.card[data-drawn="1"]', root) : [];
  if (cards.length < count) return false;
  return cards.map((card) => [card.dataset.tag, Number(card.dataset.series),
    card.tbwidgetProbe()]);
}"""

#: How many series they have in all.
SERIES = """(cell) => deepAll('.card[data-drawn="1"]',
  document.querySelector(`.jp-Cell[data-windowed-list-index="${cell}"]`))
  .reduce((sum, card) => sum + Number(card.dataset.series), 0)"""


def logs_with(kind: str) -> list[tuple[str, Logdir]]:
    """Return all shared log directories that hold a kind, with what is read of them."""
    shared_logs.require()
    found = []
    for name in shared_logs.names():
        root = shared_logs.SHARED_LOGS / name / "logs"
        if name == "growing" or not root.is_dir():
            continue
        logs = Logdir(root)
        if any(getattr(run, kind) for run in logs.values()):
            found.append((str(root), logs))
    return found


def curve(step: int, shift: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(step)
    labels = random.integers(0, 2, 300)
    scores = np.clip(random.normal(0.3 + 0.4 * labels - shift * labels, 0.2), 0, 1)
    return curve_of(labels, scores, 51)


def buckets(step: int) -> np.ndarray:
    counts, edges = np.histogram(np.random.default_rng(step).normal(step / 50, 1, 500), 20)
    return np.column_stack((edges[:-1], edges[1:], counts))


def write(root: Path, runs: int = 2, steps: Any = range(0, 100, 10)) -> None:
    for run in range(runs):
        records = [ef.record(ef.file_version())]
        for step in steps:
            records.append(ef.record(curve_event(step, curve(step, 0.1 * run))))
            records.append(ef.record(histogram_event(step, buckets(step + run))))
        ef.write(root / f"run{run}" / ef.NAME, *records)


def probe(notebook: Notebook, tag: str) -> dict[str, Any]:
    return notebook.page.evaluate(f"(tag) => {CARD}.tbwidgetProbe()", tag)


def wait(notebook: Notebook, tag: str, condition: str, timeout: float = 30) -> None:
    """Wait until a card's probe `p` meets `condition`."""
    code = f"(tag) => {{ const p = {CARD}?.tbwidgetProbe?.(); return p && ({condition}); }}"
    notebook.wait_for(code, timeout, tag)


def shown(open_notebook: Open, view: str, kind: str, prepare: str = "") -> list[Any]:
    """Show every shared log directory of a kind in turn; return logs and probes of each."""
    found = logs_with(kind)
    cells = ["import tbwidget; view = None"]
    for root, logs in found:
        tags = {tag for run in logs.values() for tag in getattr(run, kind)}
        height = min(10_000, 400 * (2 + len(tags)))
        cells.append(
            f"if view: view.close()\nview = tbwidget.{view}({root!r}, height={height}); view"
        )
    notebook = open_notebook(cells)
    notebook.run(0)
    results = []
    for number, (_, logs) in enumerate(found, 1):
        notebook.run(number)
        count = len({tag for run in logs.values() for tag in getattr(run, kind)})
        notebook.wait_for(f"(given) => !!({PROBES})(given)", 40, [number, count])
        if prepare:
            notebook.page.evaluate(BUTTON, prepare)
        total = sum(len(getattr(run, kind)) for run in logs.values())
        notebook.wait_for(f"([cell, n]) => ({SERIES})(cell) === n", 40, [number, total])
        notebook.page.wait_for_timeout(300)  # what has come is drawn with the next frame
        results.append((logs, notebook.page.evaluate(PROBES, [number, count])))
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []
    return results


def test_every_pr_curve_of_the_real_logs_is_drawn_with_its_numbers(open_notebook: Open) -> None:
    for logs, cards in shown(open_notebook, "PRCurves", "pr_curves"):
        drawn = 0
        for tag, series, found in cards:
            holders = {
                name: run.pr_curves[tag] for name, run in logs.items() if tag in run.pr_curves
            }
            assert series == len(found["drawn"]) == len(holders)
            expected = [(one.steps[-1], one[-1]) for one in holders.values()]
            for (step, array), line in zip(expected, found["drawn"], strict=True):
                assert line["step"] == step
                np.testing.assert_array_equal([line[name] for name in ROWS], array)
                assert line["averagePrecision"] == average_precision(array)
                assert line["auc"] == pytest.approx(roc_auc(array), nan_ok=True)
                assert np.isfinite(line["pixels"]).all()
            drawn += 1
        assert drawn == len({tag for run in logs.values() for tag in run.pr_curves})


def test_every_distribution_of_the_real_logs_is_drawn_with_its_numbers(
    open_notebook: Open,
) -> None:
    for logs, cards in shown(open_notebook, "Distributions", "histograms", "Overlay"):
        for tag, series, found in cards:
            holders = [run.histograms[tag] for run in logs.values() if tag in run.histograms]
            assert series == len(found["percentiles"]) == len(holders)
            for one, line in zip(holders, found["percentiles"], strict=True):
                assert line["step"] == one.steps.tolist()
                expected = [compress(array) for array in one]
                np.testing.assert_array_equal(
                    [line[name] for name in PERCENTILES], np.transpose(expected)
                )
            assert found["points"] == sum(len(one) for one in holders)


def test_a_threshold_is_picked_and_curves_are_compared(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "picked")
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.PRCurves('picked', height=500); view",
            "print(json.dumps([view.threshold, view.selection.to_dict('records')]))",
            "view.threshold = 0.25; view.step = 42",
        ]
    )
    notebook.run(0)
    notebook.wait_for_drawn()
    wait(notebook, "pr", "p.series === 2")
    line = probe(notebook, "pr")["drawn"][0]
    at = 30
    box = notebook.page.evaluate(
        f"(tag) => {{ const r = {CARD}.querySelector('.plot canvas').getBoundingClientRect();"
        " return [r.left, r.top]; }",
        "pr",
    )
    x, y = (corner + place for corner, place in zip(box, line["pixels"][at], strict=True))
    notebook.page.mouse.move(x - 3, y)
    notebook.page.mouse.move(x, y)
    notebook.wait_for("() => deepAll('.tooltip').length === 1")
    text = notebook.page.evaluate("() => deepAll('.tooltip')[0].innerText")
    assert text.split("\n")[0].split("\t")[1:4] == ["threshold", "precision", "recall"]
    assert "run0" in text
    assert "run1" in text
    notebook.page.mouse.click(x, y)
    notebook.wait_for("() => deepAll('.curves-legend thead th').length === 4")
    notebook.page.wait_for_timeout(500)
    notebook.run(1)
    threshold, rows = json.loads(notebook.output(1))
    assert threshold in line["threshold"]
    index = line["threshold"].index(threshold)
    assert np.hypot(*np.subtract(line["pixels"][index], line["pixels"][at])) < 2
    assert [row["run"] for row in rows] == ["run0", "run1"]
    for number, row in enumerate(rows):
        expected = curve(90, 0.1 * number)[:, index]
        np.testing.assert_array_equal([row[name] for name in ROWS], expected)

    notebook.run(2)
    wait(notebook, "pr", "p.threshold === 0.25 && p.step === 42")
    wait(notebook, "pr", "p.drawn.every((line) => line.step === 40)")
    np.testing.assert_array_equal(probe(notebook, "pr")["drawn"][1]["recall"], curve(40, 0.1)[5])
    notebook.page.evaluate(BUTTON, "newest")
    wait(notebook, "pr", "p.step === null && p.drawn.every((line) => line.step === 90)")
    notebook.page.evaluate("""() => {
      const slider = deepAll('.curves-step input')[0];
      slider.value = '3';
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }""")
    wait(notebook, "pr", "p.step === 30 && p.drawn.every((line) => line.step === 30)")
    notebook.page.evaluate(BUTTON, "ROC")
    wait(notebook, "pr", "p.mode === 'roc'")
    assert "ROC AUC over steps" in notebook.text()
    area = roc_auc(curve(30))
    assert f"{area:.3f}" in notebook.text()
    assert notebook.errors() == []


def test_odd_curves_are_drawn_or_explained(open_notebook: Open, server: JupyterServer) -> None:
    odd = {
        "one": np.array([[3.0], [1.0], [4.0], [2.0], [0.75], [0.6]]),
        "none": np.empty((6, 0)),
        "nan": np.full((6, 3), np.nan),
        "wrong": np.zeros((5, 3)),
    }
    for name, values in odd.items():
        path = server.root / "odd_curves" / name / ef.NAME
        ef.write(path, ef.record(curve_event(0, values, "odd")))
    notebook = open_notebook(["import tbwidget; tbwidget.PRCurves('odd_curves', height=400)"])
    notebook.run(0)
    notebook.wait_for_drawn()
    wait(notebook, "odd", "p.series === 1 && p.points === 1")
    text = notebook.text()
    for reason in ("no thresholds", "only NaN", "cannot be read"):
        assert reason in text
    assert "0.450" in text
    assert notebook.errors() == []


def test_new_curves_and_bands_come_while_a_cell_runs(
    open_notebook: Open, server: JupyterServer
) -> None:
    root = server.root / "growing_curves"
    write(root, runs=1)
    notebook = open_notebook(
        [
            "import tbwidget; tbwidget.TensorBoard('growing_curves', tab='pr_curves', height=480)",
            "import time; time.sleep(25)",
        ]
    )
    notebook.run(0)
    notebook.wait_for_drawn()
    wait(notebook, "pr", "p.drawn[0]?.step === 90")
    notebook.start(1)
    records = [curve_event(step, curve(step)) for step in (100, 110)]
    records += [histogram_event(step, buckets(step)) for step in (100, 110)]
    ef.append(root / "run0" / ef.NAME, *map(ef.record, records))
    wait(notebook, "pr", "p.drawn[0].step === 110", 15)
    np.testing.assert_array_equal(probe(notebook, "pr")["drawn"][0]["precision"], curve(110)[4])
    notebook.page.evaluate(BUTTON, "Distributions")
    wait(notebook, "weights", "p.percentiles[0]?.step.length === 12", 15)
    found = probe(notebook, "weights")["percentiles"][0]
    assert [found[name][-1] for name in PERCENTILES] == compress(buckets(110)).tolist()
    assert notebook.running()
    assert notebook.errors() == []


def test_a_click_on_a_distribution_marks_its_step(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "five", runs=5)
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.Distributions('five', height=400); view",
            "print(json.dumps([view.step, view.selection[['run', 'p5000']].values.tolist()]))",
            "view.state.x_axis = 'relative'",
        ]
    )
    notebook.run(0)
    notebook.wait_for_drawn()
    wait(notebook, "weights", "p.series === 1")
    assert "run 1 of 5" in notebook.text()
    notebook.page.evaluate("""() => {
      const select = deepAll('.run-switch select')[0];
      select.value = select.options[3].value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }""")
    expected = compress(buckets(93))[4]
    wait(notebook, "weights", f"p.drawn[0].last === {expected}")
    box = notebook.page.evaluate(
        f"(tag) => {{ const r = {CARD}.querySelector('.chart canvas').getBoundingClientRect();"
        " return [r.left, r.top, r.width, r.height]; }",
        "weights",
    )
    x, y = box[0] + box[2] * 0.55, box[1] + box[3] * 0.5
    notebook.page.mouse.move(x, y)
    notebook.wait_for("() => deepAll('.tooltip thead th').length === 10")
    notebook.page.mouse.click(x, y)
    wait(notebook, "weights", "p.step !== null")
    notebook.page.evaluate(BUTTON, "Overlay")
    wait(notebook, "weights", "p.series === 5")
    notebook.page.wait_for_timeout(500)
    notebook.run(1)
    step, medians = json.loads(notebook.output(1))
    assert step in range(30, 80, 10)
    assert medians == [[f"run{run}", compress(buckets(int(step) + run))[4]] for run in range(5)]
    notebook.run(2)
    wait(notebook, "weights", "p.xDomain[0] === 0 && p.xDomain[1] === 90")
    assert notebook.errors() == []


def test_a_zoom_brings_the_steps_that_were_left_out(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "long", runs=1, steps=range(1200))
    notebook = open_notebook(["import tbwidget; tbwidget.Distributions('long', height=400)"])
    notebook.run(0)
    notebook.wait_for_drawn()
    wait(notebook, "weights", "p.points === 301")
    assert "301 of 1,200 steps" in notebook.text()
    box = notebook.page.evaluate(
        f"(tag) => {{ const r = {CARD}.querySelector('.chart canvas').getBoundingClientRect();"
        " return [r.left, r.top, r.width, r.height]; }",
        "weights",
    )
    y = box[1] + box[3] * 0.5
    notebook.page.mouse.move(box[0] + box[2] * 0.5, y)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box[0] + box[2] * 0.6, y, steps=4)
    notebook.page.mouse.up()
    wait(notebook, "weights", "p.xDomain[1] - p.xDomain[0] < 200")
    wait(notebook, "weights", "p.points > (p.xDomain[1] - p.xDomain[0]) - 1")
    found = probe(notebook, "weights")["percentiles"][0]
    low, high = probe(notebook, "weights")["xDomain"]
    for row, step in enumerate(found["step"]):
        if low <= step <= high:
            assert found["p9332"][row] == compress(buckets(int(step)))[7]
    assert notebook.errors() == []

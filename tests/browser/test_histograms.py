"""The Histograms tab in a real JupyterLab: every tag drawn, as it should be, and in every way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
import shared_logs
import tensorboard_bins
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
from histogram_logs import (
    buckets,
    heights,
    open_view,
    place_of,
    records,
    wait_for_heights,
    write,
)
from shared_views import show_each

from tbwidget.analysis.rebinning import edges_of, rebin, stack
from tbwidget.dashboards.histograms.slices import Wish, rows_shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

CHART = ".chart canvas"
BETWEEN = " \N{EN DASH} "
#: The bins of each step are drawn where TensorBoard has them, as high as it has them. Where that
#: has none, or loses counts, it is the sum of them that is known.
AS_TENSORBOARD = """Object.entries(runs).every(([run, { steps, bins, totals }]) => {
  const at = p.plots.findIndex(({ sources }) => sources?.[0]?.name === run);
  if (at < 0 || String(p.plots[at].sources[0]?.steps) !== String(steps)) return false;
  const top = Math.max(1e-300, ...bins.flatMap((one) => (one ?? []).map(([, count]) => count)));
  return card.tbwidgetHeights(at)[0].every((drawn, i) => {
    const sum = drawn.reduce((all, [, height]) => all + height, 0);
    if (drawn.length !== 30 || Math.abs(sum - totals[i]) > 1e-6 * totals[i]) return false;
    if (!bins[i]) return true;
    const wide = bins[i][29][0] - bins[i][0][0];
    return drawn.every(([x, y], place) => Math.abs(x - bins[i][place][0]) <= 1e-6 * wide
      && Math.abs(y - bins[i][place][1]) <= 1e-6 * top);
  });
})"""


def as_tensorboard(series: Any) -> dict[str, Any]:
    """Return what a card must draw of a series: middles and counts of bins, by step shown."""
    steps = series.steps[rows_shown(series.steps, Wish(30))[0]].tolist()
    readable = {step for step, _, _ in series.readable()}
    steps = [step for step in steps if step in readable]
    given = tensorboard_bins.buckets_at(series, steps)
    (made,) = tensorboard_bins.rebin([[one for one in given if one]])
    expected: dict[str, Any] = {"steps": steps, "bins": [], "totals": []}
    found = iter(made)
    for one in given:
        total = sum(bucket[2] for bucket in one or ())
        theirs = next(found) if one else {"x": 0, "dx": 0, "y": [-1]}
        kept = one and np.isclose(sum(theirs["y"]), total)
        middles = theirs["x"] + theirs["dx"] * (0.5 + np.arange(30))
        pairs = [list(pair) for pair in zip(middles, theirs["y"], strict=False)]
        expected["bins"].append(pairs if kept else None)
        expected["totals"].append(total)
    return expected


def test_every_histogram_of_the_real_logs_has_the_bins_of_tensorboard(open_notebook: Open) -> None:
    if reason := tensorboard_bins.why_not():
        pytest.skip(reason)
    shown = show_each(
        open_notebook, "Histograms", "histograms", "", as_tensorboard, AS_TENSORBOARD
    )  # fmt: skip
    counts = {folder: len(cards) for folder, cards in shown}
    assert set(counts) == set(shared_logs.folders_with("histograms"))
    assert sum(counts.values()) > 100


# -- how they are drawn ----------------------------------------------------------------------------


def drawn_as(mode: str, bins: int) -> str:
    return f"p.plots[0].mode === '{mode}' && p.plots[0].sources[0]?.buckets === {20 * bins}"


def on_bins(bins: int, low: float, high: float) -> np.ndarray:
    return rebin(stack([buckets(step) for step in range(20)]), 20, low, high, bins)


def test_modes_bins_and_scales_of_counts(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "modes")
    notebook = open_view(
        open_notebook, "tbwidget.Histograms('modes', height=420)", "w", 19,
        "view.mode = 'overlay'; view.bins = 12",
        "print(json.dumps([view.mode, view.log_counts, view.density]))",
        "view.mode = 'overlay'; view.value_range = (0, 2)",
        "view.value_range = None; view.bins = 0; view.density = view.log_counts = False",
    )  # fmt: skip
    wait_for_probe(notebook, "w", drawn_as("offset", 30))
    low, high = probe(notebook, "w")["plots"][0]["domain"]
    wait_for_heights(notebook, on_bins(30, low, high), rtol=1e-6, atol=1e-4)
    notebook.run(1)
    wait_for_probe(notebook, "w", drawn_as("overlay", 12))
    expected = on_bins(12, low, high)
    wait_for_heights(notebook, expected, rtol=1e-6, atol=1e-4)
    press(notebook, "Density")
    wait_for_probe(notebook, "w", "p.plots[0].highest < 1")
    density = expected / 500 / ((high - low) / 12)
    wait_for_heights(notebook, density, atol=1e-6)
    press(notebook, "Density")
    press(notebook, "Log counts")
    wait_for_probe(notebook, "w", "p.plots[0].highest > 1 && p.plots[0].highest < 4")
    wait_for_heights(notebook, np.log10(1 + expected), atol=1e-5)
    press(notebook, "Heat map")
    wait_for_probe(notebook, "w", drawn_as("heatmap", 12))
    assert output_when(notebook, 2, lambda found: found[0] == "heatmap") == ["heatmap", True, False]
    notebook.run(3)
    wait_for_probe(notebook, "w", "String(p.plots[0].domain) === '0,2'")
    wait_for_probe(notebook, "w", drawn_as("overlay", 12))
    wait_for_heights(notebook, np.log10(1 + on_bins(12, 0, 2)), atol=1e-5)
    notebook.run(4)
    # The buckets as they were written; of each both ends are drawn.
    wait_for_probe(notebook, "w", drawn_as("overlay", 20))
    wait_for_probe(notebook, "w", "p.plots[0].highest > 10")  # no longer logarithms
    for step, found in enumerate(heights(notebook, "w")[0]):
        np.testing.assert_allclose(found[::2, 0], buckets(step)[:, 0], atol=1e-6)
        np.testing.assert_allclose(found[::2, 1], buckets(step)[:, 2], rtol=1e-6, atol=1e-6)
    assert notebook.errors() == []


def test_axes_of_time(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "times", steps=range(0, 60, 3))
    notebook = open_view(open_notebook, "tbwidget.Histograms('times', height=420)", "w", 57)
    seconds = list(range(0, 60, 3))
    for label, axis, first in (
        ("Relative", "relative", 0), ("Wall", "wall", ef.WALL), ("Step", "step", 0)
    ):  # fmt: skip
        press(notebook, label)
        wait_for_probe(notebook, "w", "p.plots[0].axis === given", axis)
        (source,) = probe(notebook, "w")["plots"][0]["sources"]
        np.testing.assert_allclose(source["times"], np.add(seconds, first), rtol=0, atol=1e-3)
        assert source["baselines"] == sorted(source["baselines"])
    assert notebook.errors() == []


def test_the_pointer_tells_of_a_slice_and_a_bucket(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "hover")
    notebook = open_view(
        open_notebook, "tbwidget.Histograms('hover', height=420)", "w", 19,
        "view.step = 3; view.second_step = 11", "view.step = None; view.bins = 0",
    )  # fmt: skip
    low, high = probe(notebook, "w")["plots"][0]["domain"]
    edges, bins = edges_of(low, high, 30), on_bins(30, low, high)

    def assert_row(row: list[str], step: int, place: int) -> None:
        left, right = (float(text) for text in row[1].split(BETWEEN))
        assert row[0] == f"step {step}"
        assert (left, right) == pytest.approx(edges[place : place + 2], rel=1e-3)
        assert float(row[2]) == pytest.approx(bins[step, place], rel=1e-3)
        assert row[3] == f"{bins[step, place] / 5:.1f} %"

    # The newest slice is in front: nothing hides its middle. Behind it one is met by its baseline.
    for step, place in ((19, int(bins[19].argmax())), (12, int(np.flatnonzero(bins[12])[0]))):
        middle = (edges[place] + edges[place + 1]) / 2
        point_until(
            notebook, lambda s=step, m=middle: place_of(notebook, "w", s, m),
            "(step) => deepAll('.tooltip tbody td')[0]?.textContent === `step ${step}`", step,
        )  # fmt: skip
        heading, row = tooltip(notebook)
        assert heading == ["a", "values", "count", "share"]
        assert_row(row, step, place)
    spot = probe(notebook, "w")["plots"][0]["hover"]
    assert spot == {"source": 0, "slice": 12, "place": place}
    # The same values at the marked steps.
    notebook.run(1)
    notebook.wait_for("() => deepAll('.card .chart').length > 0")
    wait_for_probe(notebook, "w", "String(p.plots[0].marked) === '3,11'")
    place = int(bins[19].argmax())
    middle = (edges[place] + edges[place + 1]) / 2
    point_until(
        notebook, lambda: place_of(notebook, "w", 19, middle),
        "() => deepAll('.tooltip tbody tr').length === 3",
    )  # fmt: skip
    for row, step in zip(tooltip(notebook)[1:], (19, 3, 11), strict=True):
        assert_row(row, step, place)
    notebook.page.mouse.move(5, 5)
    notebook.wait_for("() => deepAll('.tooltip').length === 0")
    # A bucket as it was written.
    notebook.run(2)
    wait_for_probe(notebook, "w", drawn_as("offset", 20))
    left, right, count = buckets(19)[10]
    point_until(
        notebook, lambda: place_of(notebook, "w", 19, (left + right) / 2),
        "(count) => Number(deepAll('.tooltip tbody td')[2]?.textContent) === count", count,
    )  # fmt: skip
    values = [float(text) for text in tooltip(notebook)[1][1].split(BETWEEN)]
    assert values == pytest.approx([left, right], rel=1e-3)
    assert notebook.errors() == []


def test_a_drag_zooms_to_finer_bins_and_a_double_click_shows_all(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "zoom")
    notebook = open_view(open_notebook, "tbwidget.Histograms('zoom', height=420)")
    whole = probe(notebook, "w")["plots"][0]["domain"]
    drag(notebook, "w", CHART, 0.3, 0.5)
    # At first it is the bins that are there; then those of the part alone.
    wait_for_probe(
        notebook, "w",
        "p.plots[0].domain[1] - p.plots[0].domain[0] < 0.3 * (given[1] - given[0])", whole,
    )  # fmt: skip
    low, high = probe(notebook, "w")["plots"][0]["domain"]
    wait_for_heights(notebook, on_bins(30, low, high), rtol=1e-6, atol=1e-4)
    left, top, width, height = box(notebook, "w", CHART)
    notebook.page.mouse.dblclick(left + 0.5 * width, top + 0.5 * height)
    wait_for_probe(notebook, "w", "String(p.plots[0].domain) === String(given)", whole)
    assert notebook.errors() == []


# -- which steps and runs --------------------------------------------------------------------------


def test_thousands_of_steps_are_thinned_and_told_of(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "long_ridges", steps=range(2_000))
    notebook = open_view(
        open_notebook, "tbwidget.Histograms('long_ridges', height=420)", "w", 1_999,
        "view.step_range = None",
        "view.max_slices = 2_000",
        "view.mode = 'heatmap'",
        "print(json.dumps([view.data.step.nunique(), view.step]))",
    )  # fmt: skip
    wait_for_text(notebook, "of 2,000 steps shown")
    (source,) = probe(notebook, "w")["plots"][0]["sources"]
    assert 30 < source["slices"] <= 61
    assert len(set(np.diff(source["steps"])[:-1].tolist())) == 1
    # A range of steps, typed into the panel.
    press(notebook, "Settings")
    notebook.wait_for("() => deepAll('.panel .range').length === 2")
    notebook.page.evaluate("""() => {
      const [from, to] = deepAll('.panel .range')[1].querySelectorAll('input');
      from.value = '1000';
      to.value = '1039';
      to.dispatchEvent(new Event('change', { bubbles: true }));
    }""")
    steps = "p.plots[0]?.sources[0]?.steps"
    wait_for_probe(notebook, "w", f"String({steps}) === String(given)", list(range(1_000, 1_040)))
    wait_for_text(notebook, "steps limited to a range: 40 of 2,000")
    press(notebook, "Settings")
    notebook.run(1)
    wait_for_probe(notebook, "w", f"{steps}[0] === 0 && {steps}.at(-1) === 1999")
    # All of them, with nothing to be told.
    notebook.run(2)
    wait_for_probe(notebook, "w", "p.plots[0]?.sources[0]?.slices === 2000")
    notebook.wait_for("() => deepAll('.card .note').length === 0")
    point_until(
        notebook, lambda: place_of(notebook, "w", 1_999, 400), "() => deepAll('.tooltip').length"
    )
    assert tooltip(notebook)[1][0] == "step 1,999"
    notebook.run(3)
    wait_for_probe(notebook, "w", "p.plots[0].mode === 'heatmap'")
    x, y = place_of(notebook, "w", 1_500, 300, 0)
    notebook.page.mouse.click(x, y)
    wait_for_probe(notebook, "w", "p.plots[0].marked.length === 1")
    (marked,) = probe(notebook, "w")["plots"][0]["marked"]
    assert abs(marked - 1_500) < 20  # several steps share a pixel
    assert output_when(notebook, 4, lambda found: found[1] == marked) == [2_000, marked]
    assert notebook.errors() == []


def test_a_click_marks_a_step_and_shift_a_second_one(
    open_notebook: Open, server: JupyterServer
) -> None:
    write(server.root / "marks")
    notebook = open_view(
        open_notebook, "tbwidget.Histograms('marks', height=420)", "w", 19,
        "print(json.dumps([view.step, view.second_step,"
        " sorted(set(view.selection.step.tolist())), view.selection['count'].sum()]))",
        "view.step = 3",
    )  # fmt: skip
    marked = "String(p.plots[0].marked) === String(given)"
    low, _ = probe(notebook, "w")["plots"][0]["domain"]
    for step, chosen in ((14, [14]), (6, [14, 6])):
        # At the left end slices have nothing, so that each is met by its baseline.
        x, y = place_of(notebook, "w", step, low)
        keys = ["Shift"] if len(chosen) > 1 else []
        for key in keys:
            notebook.page.keyboard.down(key)
        notebook.page.mouse.click(x + 1, y)
        for key in keys:
            notebook.page.keyboard.up(key)
        wait_for_probe(notebook, "w", marked, chosen)
    step, second_step, steps, total = output_when(notebook, 1, lambda found: found[1] == 6)
    assert (step, second_step, steps) == (14, 6, [6, 14])
    assert total == pytest.approx(1_000)
    notebook.run(2)
    wait_for_probe(notebook, "w", marked, [3, 6])
    press(notebook, "step 3 and 6")
    wait_for_probe(notebook, "w", marked, [])
    assert notebook.errors() == []


def test_a_step_is_marked_in_all_tabs(open_notebook: Open, server: JupyterServer) -> None:
    root = server.root / "linked"
    scalars = [ef.record(ef.scalar(step)) for step in range(20)]
    ef.write(root / ef.NAME, *records(range(20)), *scalars)
    notebook = open_view(
        open_notebook, "tbwidget.TensorBoard('linked', tab='histograms', height=420)", "w", 19,
        "print(json.dumps(view.histograms.step))",
    )  # fmt: skip
    low, _ = probe(notebook, "w")["plots"][0]["domain"]
    x, y = place_of(notebook, "w", 8, low)
    notebook.page.mouse.click(x + 1, y)
    wait_for_probe(notebook, "w", "String(p.plots[0].marked) === '8'")
    press(notebook, "Scalars")
    wait_for_probe(notebook, "loss", "p.step === 8")
    assert output_when(notebook, 1, lambda found: found == 8) == 8
    assert notebook.errors() == []


def test_runs_side_by_side_and_over_each_other(open_notebook: Open, server: JupyterServer) -> None:
    write(server.root / "many", runs="abcdefghijklmn", steps=[1, 5])
    notebook = open_view(
        open_notebook, "tbwidget.Histograms('many', height=700)", "w", 5, "view.step = 1"
    )
    names = "p.plots.flatMap(({ sources }) => (sources ?? []).map(({ name }) => name))"
    wait_for_probe(notebook, "w", f"String({names}) === String(given)", list("abcdefghijkl"))
    wait_for_text(notebook, "12 of 14 runs shown")
    captions = "() => deepAll('.card figcaption').map((caption) => caption.innerText)"
    assert notebook.page.evaluate(captions) == list("abcdefghijkl")
    press(notebook, "Runs")
    wait_for_probe(notebook, "w", "p.plots.length === 1 && p.plots[0].mode === 'runs'")
    wait_for_probe(notebook, "w", f"String({names}) === String(given)", list("abcdefghijkl"))
    notebook.run(1)
    wait_for_probe(notebook, "w", "String(p.plots[0].marked) === '1'")
    left, top, width, height = box(notebook, "w", CHART)
    point_until(
        notebook, lambda: (left + width / 2, top + height / 2),
        "() => deepAll('.tooltip tbody tr').length === 12",
    )  # fmt: skip
    assert [row[0] for row in tooltip(notebook)[1:]] == [f"{run}, step 1" for run in "abcdefghijkl"]
    assert notebook.errors() == []


def test_files(open_notebook: Open, server: JupyterServer, tmp_path: Path) -> None:
    write(server.root / "files")
    notebook = open_view(open_notebook, "tbwidget.Histograms('files', height=420)")
    press(notebook, "More for w")
    for label, ending in (("SVG", "svg"), ("PNG", "png"), ("CSV", "csv"), ("Buckets", "csv")):
        with notebook.page.expect_download() as download:
            press(notebook, label)
        target = tmp_path / f"{label}.{ending}"
        download.value.save_as(target)
        assert target.stat().st_size > 500
    assert (tmp_path / "SVG.svg").read_text().startswith("<svg")
    lines = (tmp_path / "CSV.csv").read_text().splitlines()
    assert len(lines) == 1 + 20 * 30
    lines = (tmp_path / "Buckets.csv").read_text().splitlines()[1:]
    assert [float(line.split(",")[5]) for line in lines] == buckets(19)[:, 2].tolist()
    assert notebook.errors() == []

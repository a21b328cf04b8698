"""Histograms while a cell runs, also where nobody can be asked, and histograms that are odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from array_events import histogram_event
from cards import BUSY, NOTE, RUN, box, drag, press, probe, wait_for_probe, wait_for_text
from histogram_logs import SHOWS_STEP, buckets, heights, open_view, records, write

from tbwidget.analysis.rebinning import rebin, stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

TRAIN = """
import numpy as np, time
random = np.random.default_rng(0)
writer = tbwidget.SummaryWriter({!r})
for step in range(20, 200):
    writer.add_histogram('w', random.normal(size=100) * step, step)
    writer.flush()
    time.sleep(0.04)
writer.close()
"""


def test_slices_arrive_while_a_cell_trains(
    open_notebook: Open, either_server: JupyterServer
) -> None:
    root = either_server.root / "trained"
    write(root)
    notebook = open_view(
        lambda cells: open_notebook(cells, on=either_server),
        "tbwidget.Histograms('trained', height=420)",
        "w", 19, TRAIN.format(str(root / "a")),
    )  # fmt: skip
    notebook.start(1)
    for step in (25, 60, 100):
        wait_for_probe(notebook, "w", SHOWS_STEP, step)
        assert notebook.running()
    notebook.wait_done()
    wait_for_probe(notebook, "w", SHOWS_STEP, 199)
    (source,) = probe(notebook, "w")["plots"][0]["sources"]
    totals = [500 if step < 20 else 100 for step in source["steps"]]
    found = [step[:, 1].sum() for step in heights(notebook, "w")[0]]
    np.testing.assert_allclose(found, totals, rtol=1e-5)
    wait_for_text(notebook, f"{len(totals)} of 200 steps shown")
    assert notebook.errors() == []


def test_without_subshells_a_zoom_keeps_the_coarse_picture_and_is_filled_in(
    open_notebook: Open, server_without_subshells: JupyterServer, end: Path
) -> None:
    server = server_without_subshells
    write(server.root / "ridges", steps=range(1_000))
    notebook = open_view(
        lambda cells: open_notebook(cells, on=server), "tbwidget.Histograms('ridges', height=420)",
        "w", 999, RUN.format(str(end)),
    )  # fmt: skip
    wait_for_text(notebook, "of 1,000 steps shown")
    whole = probe(notebook, "w")["plots"][0]
    notebook.start(1)
    drag(notebook, "w", ".chart canvas", 0.45, 0.55)
    notebook.wait_for(BUSY)
    notebook.wait_for(NOTE)
    coarse = probe(notebook, "w")["plots"][0]
    assert coarse["sources"] == whole["sources"]  # never a blank
    # What is new is pushed all the same.
    ef.append(server.root / "ridges" / "a" / ef.NAME, *records((1_000,)))
    wait_for_probe(notebook, "w", SHOWS_STEP, 1_000)
    assert notebook.running()
    end.touch()
    notebook.wait_done()
    low, high = whole["domain"]
    wait_for_probe(
        notebook, "w", "p.plots[0].domain[1] - p.plots[0].domain[0] < 0.2 * given", high - low
    )
    notebook.wait_for(f"() => !({BUSY})() && !({NOTE})()")
    fine = probe(notebook, "w")["plots"][0]
    low, high = fine["domain"]
    steps = fine["sources"][0]["steps"]
    expected = rebin(stack([buckets(step) for step in steps]), len(steps), low, high)
    found = np.array(heights(notebook, "w")[0])[:, :, 1]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-4)
    assert notebook.errors() == []


def test_without_subshells_cards_scrolled_to_say_why_they_are_empty(
    open_notebook: Open, server_without_subshells: JupyterServer, end: Path
) -> None:
    server = server_without_subshells
    tags = [f"layer{number:02}/w" for number in range(60)]
    content = [record for tag in tags for record in records((0, 1), tag)]
    ef.write(server.root / "scrolled" / ef.NAME, *content)
    notebook = open_view(
        lambda cells: open_notebook(cells, on=server),
        "tbwidget.Histograms('scrolled', height=420)", tags[0], 1, RUN.format(str(end)),
    )  # fmt: skip
    notebook.start(1)
    box(notebook, tags[-1], ".chart")  # brings it into sight
    notebook.wait_for(BUSY)
    wait_for_text(notebook, "The kernel is busy; this follows")
    assert notebook.running()
    end.touch()
    notebook.wait_done()
    wait_for_probe(notebook, tags[-1], SHOWS_STEP, 1)
    notebook.wait_for(f"() => !({BUSY})()")
    assert "The kernel is busy" not in notebook.text()
    assert notebook.errors() == []


# -- odd histograms --------------------------------------------------------------------------------

HUGE = 1e308
#: What is written, and how many counts are to be seen at each step (None: all of them).
ODD: dict[str, tuple[list[Any], list[float] | None]] = {
    "all_equal": ([[[2.5, 2.5, 100]], [[2.5, 2.5, 50]]], None),
    "changing_number": ([buckets(step, 3 + 40 * step).tolist() for step in range(4)], None),
    "empty": ([np.empty((0, 3)), np.empty((0, 3))], [0, 0]),
    "empty_between": ([buckets(0).tolist(), np.empty((0, 3)), buckets(2).tolist()], None),
    "endless": ([[[-np.inf, 0, 1], [0, 1, 2], [1, np.inf, 3]]], None),
    "huge": ([[[-HUGE, 0, 1], [0, HUGE, 3]], [[-1, 1, 5]]], None),
    "huge_counts": ([[[0, 1, 1e300], [1, 2, 2e300]]], None),
    "negative_equal": ([[[-7.0, -7.0, 9]]], None),
    "not_a_number": ([[[0, 1, np.nan], [1, 2, 3], [np.nan, 3, 1]]], [3]),
    "one_bucket": ([[[0, 1, 7]], [[1, 2, 8]]], None),
    "only_zeros": ([[[0, 1, 0], [1, 2, 0]]], [0]),
    "tiny": ([[[0, 5e-324, 4]]], None),
    "torch": ([buckets(step, 1_600).tolist() for step in range(3)], None),
    "zero": ([[[0, 0, 12]], [[-1, 1, 4]]], None),
}
#: What is said of those where there is nothing to see.
MESSAGES = {"empty": "No values in any of the steps", "only_zeros": "No values in this step"}


def write_odd(root: Path) -> None:
    content = [
        ef.record(histogram_event(step, np.reshape(one, (-1, 3)), tag))
        for tag, (histograms, _) in ODD.items()
        for step, one in enumerate(histograms)
    ]
    ef.write(root / ef.NAME, *content)


@pytest.mark.parametrize("bins", [30, 0])
def test_odd_histograms_are_drawn_or_explained(
    open_notebook: Open, server: JupyterServer, bins: int
) -> None:
    root = server.root / "odd"
    if not root.exists():
        write_odd(root)
    notebook = open_view(
        open_notebook, f"tbwidget.Histograms('odd', bins={bins}, height=2200)", "zero", 1
    )
    for tag, (histograms, totals) in ODD.items():
        wait_for_probe(notebook, tag, SHOWS_STEP, len(histograms) - 1)
        sums = totals or [sum(bucket[2] for bucket in one) for one in histograms]
        found = heights(notebook, tag)[0]
        # Both ends of buckets as written are drawn.
        drawn = [step[:, 1].sum() if bins else step[::2, 1].sum() for step in found]
        np.testing.assert_allclose(drawn, sums, rtol=1e-5, err_msg=tag)
        assert all(np.isfinite(step).all() for step in found)
        plot = probe(notebook, tag)["plots"][0]
        assert plot["message"] == MESSAGES.get(tag, "")
        assert np.isfinite([*plot["domain"], *plot["sources"][0]["baselines"]]).all()
        assert plot["domain"][0] < plot["domain"][1]
    wait_for_text(notebook, "2 buckets hold NaN and are left out")
    for text in MESSAGES.values():
        wait_for_text(notebook, text)
    for label, mode in (("Overlay", "overlay"), ("Heat map", "heatmap"), ("Runs", "runs")):
        press(notebook, label)
        for tag in ODD:
            wait_for_probe(notebook, tag, "p.plots[0]?.mode === given && p.plots[0].draws", mode)
    for label in ("Offset", "Log counts", "Density"):
        press(notebook, label)
    for tag in ODD:
        wait_for_probe(notebook, tag, "p.plots[0]?.mode === 'offset' && p.plots[0].draws")
        assert all(np.isfinite(step).all() for step in heights(notebook, tag)[0])
    assert notebook.errors() == []


def test_a_range_without_steps_and_a_step_that_cannot_be_read(
    open_notebook: Open, server: JupyterServer
) -> None:
    bad = {"tag": "w", "metadata": ef.plugin("histograms"), "tensor": {"dtype": 2}}
    content = [*records((0,)), ef.record(ef.summary(1, bad)), *records((2,))]
    ef.write(server.root / "bad" / ef.NAME, *content)
    notebook = open_view(
        open_notebook, "tbwidget.Histograms('bad', height=420)", "w", 2,
        "view.step_range = (50, 60)",
    )  # fmt: skip
    wait_for_text(notebook, "1 step cannot be read")
    wait_for_probe(notebook, "w", "String(p.plots[0]?.sources[0]?.steps) === '0,2'")
    wait_for_text(notebook, "1 problem")
    notebook.run(1)
    wait_for_text(notebook, "No step in the range")
    assert notebook.errors() == []

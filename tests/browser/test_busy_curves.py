"""Distributions, PR curves and custom scalars while a cell runs, also where nobody can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from cards import BUSY, NOTE, RUN, drag, press, probe, slide, wait_for_probe
from curve_logs import buckets, curve, records, write

import tbwidget
from tbwidget.analysis.compression import compress
from tbwidget.dashboards.distributions import PERCENTILES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

EACH = pytest.mark.parametrize("subshells", [True, False], ids=["subshells", "no_subshells"])


class BusyNotebook:
    """A view of a log directory, and a cell below it that runs until told to end."""

    def __init__(self, notebook: Notebook, end: Path) -> None:
        self.notebook, self._end = notebook, end

    def end(self) -> None:
        """Let the cell end."""
        self._end.touch()
        self.notebook.wait_done()


@pytest.fixture
def open_busy(
    open_notebook: Open, server: JupyterServer, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., BusyNotebook]]:
    opened: list[BusyNotebook] = []

    def open_(root: Path, view: str, *, subshells: bool, ready: Callable[[Notebook], Any]) -> Any:
        on = server if subshells else request.getfixturevalue("server_without_subshells")
        end = tmp_path / "end"
        cells = [f"import tbwidget; view = {view.format(repr(str(root)))}; view"]
        notebook = open_notebook([*cells, RUN.format(str(end))], on=on)
        notebook.run(0)
        ready(notebook)
        notebook.start(1)
        busy = BusyNotebook(notebook, end)
        opened.append(busy)
        return busy

    yield open_
    for busy in opened:
        busy._end.touch()


@EACH
def test_new_curves_and_bands_come_while_a_cell_runs(
    open_busy: Callable[..., BusyNotebook], tmp_path: Path, subshells: bool
) -> None:
    root = tmp_path / "logs"
    write(root, runs=1)
    busy = open_busy(
        root, "tbwidget.TensorBoard({}, tab='pr_curves', height=480)", subshells=subshells,
        ready=lambda notebook: wait_for_probe(notebook, "pr", "p.drawn[0]?.step === 90"),
    )  # fmt: skip
    notebook = busy.notebook
    ef.append(root / "run0" / ef.NAME, *records((100, 110)))
    wait_for_probe(notebook, "pr", "p.drawn[0].step === 110 && p.overSteps.points === 12")
    line = probe(notebook, "pr")["drawn"][0]
    assert line["precision"] == curve(110)[4].tolist()
    # The other tab was not open when the cell began.
    press(notebook, "Distributions")
    wait_for_probe(notebook, "weights", "p.percentiles?.[0]?.step.length === 12")
    ef.append(root / "run0" / ef.NAME, *records((120,)))
    wait_for_probe(notebook, "weights", "p.percentiles[0].step.length === 13 && p.points === 13")
    found = probe(notebook, "weights")["percentiles"][0]
    assert [found[name][-1] for name in PERCENTILES] == compress(buckets(120)).tolist()
    assert notebook.running()
    busy.end()
    assert notebook.errors() == []


def test_a_zoom_of_distributions_keeps_the_coarse_picture_and_is_filled_in(
    open_busy: Callable[..., BusyNotebook], tmp_path: Path
) -> None:
    write(tmp_path / "logs", runs=1, steps=range(1200))
    busy = open_busy(
        tmp_path / "logs", "tbwidget.Distributions({}, height=400)", subshells=False,
        ready=lambda notebook: wait_for_probe(notebook, "weights", "p.points === 301"),
    )  # fmt: skip
    notebook = busy.notebook
    drag(notebook, "weights", ".chart canvas", 0.5, 0.6)
    wait_for_probe(notebook, "weights", "p.xDomain[1] - p.xDomain[0] < 200")
    notebook.wait_for(BUSY)
    notebook.wait_for(NOTE)
    assert notebook.running()
    coarse = probe(notebook, "weights")
    low, high = coarse["xDomain"]
    assert 0 < coarse["points"] < (high - low) / 2  # never a blank, and not all yet
    busy.end()
    wait_for_probe(notebook, "weights", "p.points > (p.xDomain[1] - p.xDomain[0]) - 1")
    notebook.wait_for(f"() => !({BUSY})() && !({NOTE})()")
    found = probe(notebook, "weights")["percentiles"][0]
    row = found["step"].index(int(high))
    assert [found[name][row] for name in PERCENTILES] == compress(buckets(int(high))).tolist()
    assert notebook.errors() == []


def test_an_older_step_of_pr_curves_keeps_the_picture_and_is_filled_in(
    open_busy: Callable[..., BusyNotebook], tmp_path: Path
) -> None:
    root = tmp_path / "logs"
    write(root)
    newest = "p.series === 2 && p.drawn.every((line) => line.step === given)"
    busy = open_busy(
        root, "tbwidget.PRCurves({}, height=420)", subshells=False,
        ready=lambda notebook: wait_for_probe(notebook, "pr", newest, 90),
    )  # fmt: skip
    notebook = busy.notebook
    slide(notebook, ".curves-step input", 3)
    wait_for_probe(notebook, "pr", "p.step === 30")
    notebook.wait_for(BUSY)
    notebook.wait_for(NOTE)
    wait_for_probe(notebook, "pr", newest, 90)  # the curves that were there stay
    # What is new is still pushed.
    ef.append(root / "run0" / ef.NAME, *records((100, 110)))
    wait_for_probe(notebook, "pr", "p.overSteps.drawn[0].points === 12")
    assert notebook.running()
    busy.end()
    wait_for_probe(notebook, "pr", newest, 30)
    notebook.wait_for(f"() => !({BUSY})() && !({NOTE})()")
    line = probe(notebook, "pr")["drawn"][1]
    np.testing.assert_array_equal(line["recall"], curve(30, 0.1)[5])
    assert notebook.errors() == []


LAYOUT = {
    "A": {"lines": ["Multiline", ["low", "high"]], "band": ["Margin", ["mean", "low", "high"]]}
}


def write_scalars(root: Path, steps: range) -> None:
    with tbwidget.SummaryWriter(root / "run") as writer:
        for step in steps:
            for shift, tag in enumerate(("low", "mean", "high")):
                writer.add_scalar(tag, np.sin(step) + shift, step)
        writer.add_custom_scalars(LAYOUT)


@EACH
def test_new_points_of_custom_scalars_come_while_a_cell_runs(
    open_busy: Callable[..., BusyNotebook], tmp_path: Path, subshells: bool
) -> None:
    write_scalars(tmp_path / "logs", range(40))
    points = "p.drawn.length === given[0] && p.drawn.every((line) => line.points === given[1])"
    busy = open_busy(
        tmp_path / "logs", "tbwidget.CustomScalars({}, height=400)", subshells=subshells,
        ready=lambda notebook: wait_for_probe(notebook, "band", points, [1, 40]),
    )  # fmt: skip
    notebook = busy.notebook
    write_scalars(tmp_path / "logs", range(40, 60))
    wait_for_probe(notebook, "lines", points, [2, 60])
    wait_for_probe(notebook, "band", points, [1, 60])
    assert notebook.running()
    busy.end()
    assert notebook.errors() == []


def test_a_zoom_of_custom_scalars_keeps_the_coarse_picture_and_is_filled_in(
    open_busy: Callable[..., BusyNotebook], tmp_path: Path
) -> None:
    write_scalars(tmp_path / "logs", range(6000))
    busy = open_busy(
        tmp_path / "logs", "tbwidget.CustomScalars({}, height=400)", subshells=False,
        ready=lambda notebook: wait_for_probe(
            notebook, "band", "p.drawn[0]?.points > 100 && p.xDomain[1] === 5999"
        ),
    )  # fmt: skip
    notebook = busy.notebook
    wait_for_probe(notebook, "lines", "p.drawn.length === 2 && p.xDomain[1] === 5999")
    inside = "Math.floor(p.xDomain[1]) - Math.ceil(p.xDomain[0]) + 1"
    for tag in ("lines", "band"):
        drag(notebook, tag, ".chart canvas", 0.5, 0.55)
        wait_for_probe(notebook, tag, "p.xDomain[1] - p.xDomain[0] < 600")
        wait_for_probe(
            notebook, tag,
            f"p.drawn.every((line) => line.points > 0 && line.points < {inside})",
        )  # fmt: skip
    notebook.wait_for(BUSY)
    notebook.wait_for(NOTE)
    assert notebook.running()
    busy.end()
    for tag in ("lines", "band"):
        wait_for_probe(notebook, tag, f"p.drawn.every((line) => line.points === {inside})")
    notebook.wait_for(f"() => !({BUSY})() && !({NOTE})()")
    assert notebook.errors() == []

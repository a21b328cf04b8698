"""Histograms that tests write, and what a card of them has drawn."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
from array_events import histogram_event
from cards import CARD, PATIENCE, box, wait_for_probe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lab import Notebook

#: Whether the first chart of a card shows the histograms up to a step.
SHOWS_STEP = "p.plots[0]?.sources?.[0]?.steps.at(-1) >= given"


def buckets(step: int, count: int = 20) -> np.ndarray:
    """Return a histogram float64[count, 3] of 500 values that move to the right with the steps."""
    values = np.random.default_rng(step).normal(step / 5, 1, 500)
    counts, edges = np.histogram(values, count)
    return np.column_stack((edges[:-1], edges[1:], counts))


def records(steps: Iterable[int], tag: str = "w", count: int = 20) -> list[bytes]:
    """Return records with `buckets` at some steps."""
    return [ef.record(histogram_event(step, buckets(step, count), tag)) for step in steps]


def write(root: Path, runs: Iterable[str] = ("a",), steps: Iterable[int] = range(20)) -> None:
    """Write a log directory of runs with histograms ``w``, if it is not there yet."""
    if not root.exists():
        content = records(steps)
        for run in runs:
            ef.write(root / run / ef.NAME, *content)


def open_view(open_notebook: Any, cell: str, tag: str = "w", step: int = 19, *cells: str) -> Any:
    """Open a notebook whose first cell shows histograms, once those of a tag are up to a step."""
    notebook = open_notebook([f"import json, tbwidget; view = {cell}; view", *cells])
    notebook.run(0)
    wait_for_probe(notebook, tag, SHOWS_STEP, step)
    return notebook


def heights(notebook: Notebook, tag: str, chart: int = 0) -> list[list[np.ndarray]]:
    """Return what a chart has drawn: of each run and step the middles and heights of its bins.

    They are read off the outlines: float64[bins, 2].
    """
    found = notebook.page.evaluate(f"([tag, at]) => {CARD}.tbwidgetHeights(at)", [tag, chart])
    return [[np.array(step).reshape(-1, 2) for step in of_run] for of_run in found]


def wait_for_heights(notebook: Notebook, expected: np.ndarray, **tolerance: float) -> None:
    """Wait until the chart of ``w`` draws bins of these heights: a setting needs a frame or two."""
    found = np.empty(0)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        drawn = heights(notebook, "w")[0]
        if len({step.shape for step in drawn}) == 1:
            found = np.array(drawn)[:, :, 1]
        if found.shape == expected.shape and np.allclose(found, expected, **tolerance):
            return
        notebook.page.wait_for_timeout(50)
    np.testing.assert_allclose(found, expected, **tolerance)


def place_of(
    notebook: Notebook, tag: str, step: int, value: float, above: float = 1
) -> tuple[float, float]:
    """Return where on the screen a value of a step is, so many pixels above its baseline."""
    left, top, _, _ = box(notebook, tag, ".chart canvas")
    plot = notebook.page.evaluate(f"(tag) => {CARD}.tbwidgetProbe().plots[0]", tag)
    (start, _, end, _), (low, high) = plot["frame"], plot["domain"]
    (source,) = plot["sources"]
    base = source["baselines"][source["steps"].index(step)]
    return left + start + (value - low) / (high - low) * (end - start), top + base - above

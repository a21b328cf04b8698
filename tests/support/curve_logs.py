"""Logs of PR curves and histograms that tests write, and the numbers in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
from array_events import curve_event, curve_of, histogram_event

if TYPE_CHECKING:
    from pathlib import Path

THRESHOLDS = 51


def curve(step: int, shift: float = 0.0) -> np.ndarray:
    """Return the curve of a step, float64[6, THRESHOLDS]; a higher `shift` is a worse one."""
    random = np.random.default_rng(step)
    labels = random.integers(0, 2, 300)
    scores = np.clip(random.normal(0.3 + 0.4 * labels - shift * labels, 0.2), 0, 1)
    return curve_of(labels, scores, THRESHOLDS)


def buckets(step: int) -> np.ndarray:
    """Return the histogram of a step, float64[20, 3]."""
    counts, edges = np.histogram(np.random.default_rng(step).normal(step / 50, 1, 500), 20)
    return np.column_stack((edges[:-1], edges[1:], counts))


def records(steps: Any, run: int = 0) -> list[bytes]:
    """Return framed events of the tags ``pr`` and ``weights`` at these steps."""
    made = []
    for step in steps:
        made.append(ef.record(curve_event(step, curve(step, 0.1 * run))))
        made.append(ef.record(histogram_event(step, buckets(step + run))))
    return made


def write(root: Path, runs: int = 2, steps: Any = range(0, 100, 10)) -> None:
    """Write runs ``run0`` and so on."""
    for run in range(runs):
        ef.write(root / f"run{run}" / ef.NAME, ef.record(ef.file_version()), *records(steps, run))

"""Take golden histograms from TensorBoard itself: write tests/golden/histograms.json anew.

What runs its function is tests/support/tensorboard_bins.py; what is missing ends the script.

    python scripts/golden_histograms.py        (needs tensorboard 2.21.0 and node)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

import tensorboard_bins

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "histograms.json"


def main() -> None:
    """Make cases, have TensorBoard rebin them and write both."""
    if reason := tensorboard_bins.why_not():
        sys.exit(reason)
    cases = made_cases()
    answer = tensorboard_bins.rebin([case["histograms"] for case in cases])
    for case, expected in zip(cases, answer, strict=True):
        case["expected"] = expected
    lines = ",\n".join(json.dumps(case) for case in cases)
    GOLDEN.write_text(f"[\n{lines}\n]\n")


def made_cases() -> list[dict[str, Any]]:
    """Return histograms of several steps, of every form that writers give them."""
    random = np.random.default_rng(5)
    normal = [random.normal(step / 10, 1 + step / 5, 1_000) for step in range(3)]
    limits = np.cumprod(np.full(200, 1.1)) * 1e-6
    exponential = np.concatenate((-limits[::-1], [0], limits))
    cases = {
        "thirty equal buckets": [counted(values, 30) for values in normal],
        "exponential buckets": [counted(values, exponential) for values in normal],
        "another number of buckets at each step": [
            counted(values, 3 + 7 * step) for step, values in enumerate(normal)
        ],
        "one bucket": [[[0.0, 1.0, 7.0]]],
        "all values equal": [[[2.5, 2.5, 100.0]]],
        "all values equal and negative": [[[-2.5, -2.5, 100.0]]],
        "all values zero": [[[0.0, 0.0, 100.0]]],
        "one value within wider steps": [[[0.3, 0.3, 9.0]], [[-1.0, 1.0, 4.0]]],
        "one value at both ends": [[[0.0, 0.0, 3.0]], [[1.0, 1.0, 4.0]]],
        "one value between two bins": [[[0.0, 30.0, 3.0]], [[7.0, 7.0, 5.0]]],
        "thirty buckets of one value": [[[2.0, 2.0, 0.0]] * 29 + [[2.0, 2.0, 12.0]]],
        "large numbers": [[[-1e300, 0.0, 3.0], [0.0, 1e300, 9.0]]],
        "small numbers": [[[1e-300, 2e-300, 3.0], [2e-300, 9e-300, 8.0]]],
        "large counts": [[[0.0, 0.7, 1e15], [0.7, 2.0, 3e14]]],
    }
    return [{"name": name, "histograms": histograms} for name, histograms in cases.items()]


def counted(values: Any, bins: Any) -> list[list[float]]:
    """Return a histogram as writers store it: empty buckets at the ends left out."""
    counts, edges = np.histogram(values, bins)
    filled = np.flatnonzero(counts)
    rows = np.column_stack((edges[:-1], edges[1:], counts))[filled[0] : filled[-1] + 1]
    return [[float(number) for number in row] for row in rows]


if __name__ == "__main__":
    main()

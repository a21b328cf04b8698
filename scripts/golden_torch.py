"""Take golden vectors from torch's ``SummaryWriter``: write tests/golden/torch.json anew.

python scripts/golden_torch.py        (needs torch and tensorboard)
"""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.tensorboard import SummaryWriter, summary

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "torch.json"
#: Of longer lists of edges, only this many at both ends are kept.
ENDS = 3


def histograms() -> list[dict[str, Any]]:
    """Return what torch makes of some values."""
    rng = np.random.default_rng(3)
    normal = rng.normal(size=40).astype(np.float32).astype(float).tolist()
    cases: list[tuple[str, list[float], Any, int | None]] = [
        ("normal", normal, "tensorflow", None),
        ("normal, few bins", normal, "tensorflow", 50),
        ("normal, more bins than there are", normal, "tensorflow", 10_000),
        ("normal, auto", normal, "auto", None),
        ("normal, fd", normal, "fd", None),
        ("normal, doane", normal, "doane", None),
        ("normal, seven", normal, 7, None),
        ("normal, fifteen joined by four", normal, 15, 4),
        ("normal, edges", normal, [-1.0, -0.5, 0.0, 0.25, 1.0], None),
        ("zeros", [0.0] * 5, "tensorflow", None),
        ("one value", [3.0], "tensorflow", None),
        ("one value, auto", [3.0], "auto", None),
        ("all below", [-3.0, -2.0], "tensorflow", None),
        ("gaps", [-1e15, 0.0, 1e-9, 1e15], "tensorflow", 200),
        ("outside", [-1e25, 1.0, 1e25], "tensorflow", None),
        ("not finite", [1.0, 2.0, math.nan, math.inf], "tensorflow", None),
    ]
    found = []
    for name, values, bins, most in cases:
        edges = tensorflow_bins() if bins == "tensorflow" else bins
        with np.errstate(all="ignore"):
            proto = summary.make_histogram(np.array(values), edges, most)
        limits = list(proto.bucket_limit)
        found.append(
            {
                "name": name,
                "values": [plain(value) for value in values],
                "bins": bins,
                "max_bins": most,
                "numbers": [plain(getattr(proto, field)) for field in FIELDS],
                "buckets": len(limits),
                "limits": limits if len(limits) <= 2 * ENDS else limits[:ENDS] + limits[-ENDS:],
                "counts": {str(i): count for i, count in enumerate(proto.bucket) if count},
            }
        )
    return found


FIELDS = ("min", "max", "num", "sum", "sum_squares")


def tensorflow_bins() -> list[float]:
    """Return the edges of torch's own writer, which makes them when it is made."""
    with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
        return writer.default_bins


def curves() -> list[dict[str, Any]]:
    """Return what torch makes of some labels and predictions."""
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 2, 30).tolist()
    predictions = rng.random(30).round(3).tolist()
    cases: list[tuple[str, list[float], list[float], str, int, Any]] = [
        ("five thresholds", labels, predictions, "float64", 5, None),
        ("more than may be", labels, predictions, "float64", 500, None),
        ("float32", labels, predictions, "float32", 127, None),
        ("one threshold", labels, predictions, "float64", 1, None),
        ("two thresholds", labels, predictions, "float64", 2, None),
        ("weights", labels, predictions, "float64", 5, np.linspace(0, 2, 30).tolist()),
        ("one weight", labels, predictions, "float64", 5, 0.5),
        ("all true", [1] * 4, [0.0, 0.2, 0.9, 1.0], "float64", 11, None),
        ("none true", [0] * 4, [0.0, 0.2, 0.9, 1.0], "float64", 11, None),
        ("outside", [1, 0, 1], [-0.5, 0.5, 1.5], "float64", 11, None),
        ("on the edges", [1, 0] * 6, (np.arange(12) / 10).tolist(), "float32", 11, None),
    ]
    found = []
    for name, truth, guesses, dtype, count, weights in cases:
        value = summary.pr_curve(
            "x",
            np.array(truth),
            np.array(guesses, dtype),
            count,
            weights if weights is None else np.array(weights),
        ).value[0]
        found.append(
            {
                "name": name,
                "labels": truth,
                "predictions": guesses,
                "dtype": dtype,
                "num_thresholds": count,
                "weights": weights,
                "content": value.metadata.plugin_data.content.hex(),
                "shape": [dim.size for dim in value.tensor.tensor_shape.dim],
                "rows": list(value.tensor.float_val),
            }
        )
    return found


def others() -> dict[str, Any]:
    """Return whole summaries, in hex, of what leaves nothing to rounding."""
    layout = {
        "Taiwan": {"twse": ["Multiline", ["twse/0050", "twse/2330"]]},
        "USA": {
            "dow": ["Margin", ["dow/aaa", "dow/bbb", "dow/ccc"]],
            "nasdaq": ["Margin", ["nasdaq/aaa", "nasdaq/bbb", "nasdaq/ccc"]],
        },
        "nothing": {},
    }
    raw = {"min": -1.0, "max": 2.5, "num": 6, "sum": 3.5, "sum_squares": 9.0}
    limits, counts = [0.0, 1.0, 2.5], [1, 2, 3]
    rows = [[3.0, 1.0], [2.0, 0.0], [0.0, 2.0], [0.0, 2.0], [0.6, 1.0], [1.0, 0.25]]
    return {
        "layout": layout,
        "layout_summary": hex_of(summary.custom_scalars(layout)),
        "raw_histogram": {**raw, "bucket_limits": limits, "bucket_counts": counts},
        "raw_histogram_summary": hex_of(
            summary.histogram_raw("x", **raw, bucket_limits=limits, bucket_counts=counts)
        ),
        "raw_curve": rows,
        "raw_curve_summary": hex_of(summary.pr_curve_raw("x", *map(np.array, rows), 2)),
    }


def hex_of(message: Any) -> str:
    """Return a message as hexadecimal digits."""
    return message.SerializeToString(deterministic=True).hex()


def plain(value: float) -> float | str:
    """Return a number as JSON can hold it."""
    return value if math.isfinite(value) else str(value)


def main() -> None:
    """Take all golden vectors."""
    golden = {
        "taken_from": f"torch {torch.__version__}, by scripts/golden_torch.py",
        "histograms": histograms(),
        "curves": curves(),
        **others(),
    }
    parts = []
    for name, part in golden.items():
        text = json.dumps(part)
        if name in ("histograms", "curves"):
            text = "[\n" + ",\n".join(json.dumps(case) for case in part) + "\n]"
        parts.append(f"{json.dumps(name)}: {text}")
    GOLDEN.write_text("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main()

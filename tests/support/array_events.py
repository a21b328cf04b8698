"""PR curves as the plugin writes them, made of labels and scores, and events that hold them."""

from __future__ import annotations

from typing import Any

import event_files as ef
import numpy as np


def curve_of(labels: Any, scores: Any, count: int) -> np.ndarray:
    """Return float64[6, count]; a score at a threshold counts as positive."""
    rows = []
    for threshold in np.linspace(0, 1, count):
        called = scores >= threshold
        hits, alarms = np.sum(called & (labels == 1)), np.sum(called & (labels == 0))
        misses, rejections = np.sum(~called & (labels == 1)), np.sum(~called & (labels == 0))
        precision = hits / max(hits + alarms, 1e-7)
        rows.append((hits, alarms, rejections, misses, precision, hits / max(hits + misses, 1e-7)))
    return np.array(rows, np.float64).T


def curve_event(step: int, curve: np.ndarray, tag: str = "pr") -> bytes:
    """Return the bytes of an event with one curve, as float64."""
    return array_event(step, curve, tag, "pr_curves")


def histogram_event(step: int, buckets: np.ndarray, tag: str = "weights") -> bytes:
    """Return the bytes of an event with one histogram, as float64[k, 3]."""
    return array_event(step, buckets, tag, "histograms")


def array_event(step: int, array: np.ndarray, tag: str, plugin: str) -> bytes:
    shape = {"dim": [{"size": size} for size in array.shape]}
    content = np.ascontiguousarray(array, "<f8").tobytes()
    tensor = {"dtype": 2, "tensor_shape": shape, "tensor_content": content}
    value = {"tag": tag, "metadata": ef.plugin(plugin), "tensor": tensor}
    return ef.summary(step, value)

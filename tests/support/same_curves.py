"""How percentiles and PR curves that we show compare with what TensorBoard's plugins send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = TypeVar("Value")
#: Our rows of a curve, and what TensorBoard's plugin calls them.
ROWS = {
    "threshold": "thresholds",
    "precision": "precision",
    "recall": "recall",
    "tp": "true_positives",
    "fp": "false_positives",
    "tn": "true_negatives",
    "fn": "false_negatives",
}
#: Series that TensorBoard has under this tag as another kind: it knows a tag as one kind only.
ONLY_HERE = {("tag_collision", "x")}


def same_steps(
    steps: list[int], theirs: list[tuple[int, Value]], run: str
) -> list[tuple[int, Value]]:
    """Return our places in a series with TensorBoard's values there; no step may be missing.

    Of a step that was written again TensorBoard has both values, we the later one.
    """
    if steps == [step for step, _ in theirs]:
        return [(place, value) for place, (_, value) in enumerate(theirs)]
    last = dict(theirs)
    stops = run.endswith("_b")  # damage in the middle, after which TensorBoard reads nothing
    assert (set(last) <= set(steps)) if stops else (steps == sorted(last)), run
    return [(place, last[step]) for place, step in enumerate(steps) if step in last]


def assert_same_percentiles(
    steps: list[int], percentiles: Any, theirs: list[tuple[int, list[float]]], run: str
) -> None:
    """Compare the percentiles of one series, float64[step, 9], with TensorBoard's."""
    for place, expected in same_steps(steps, theirs, run):
        np.testing.assert_allclose(percentiles[place], expected, rtol=1e-6, atol=1e-12)


def assert_same_curve(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """Compare the rows of one curve, exactly; TensorBoard leaves out the end that has no calls."""
    end = len(theirs["thresholds"])
    for name, name_there in ROWS.items():
        np.testing.assert_array_equal(np.asarray(ours[name])[:end], theirs[name_there])
    assert not np.any(np.asarray(ours["tp"])[end:])
    assert not np.any(np.asarray(ours["fp"])[end:])

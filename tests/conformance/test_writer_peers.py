"""What tensorboardX writes of the same, and what TensorBoard reads of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tbwidget import Logdir, SummaryWriter

if TYPE_CHECKING:
    from pathlib import Path

tensorboard_x = pytest.importorskip("tensorboardX", reason="it is in the `test` extra")
event_accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator", reason="it is in the `test` extra"
)

RNG = np.random.default_rng(5)
VALUES = RNG.normal(size=1000)
LABELS, PREDICTIONS = RNG.integers(0, 2, 1000), RNG.random(1000)
LAYOUT = {"A": {"lines": ["Multiline", ["a.*", "b"]], "band": ["Margin", ["a", "b", "c"]]}}


def write(writer: Any) -> None:
    for step, bins in enumerate(["tensorflow", "auto", "fd", 12]):
        writer.add_histogram("histogram", VALUES, step, bins=bins)
    writer.add_histogram("joined", VALUES, 0, max_bins=64)
    counts, edges = np.histogram(VALUES, 8)
    writer.add_histogram_raw(
        "raw",
        min=VALUES.min(),
        max=VALUES.max(),
        num=len(VALUES),
        sum=VALUES.sum(),
        sum_squares=VALUES.dot(VALUES),
        bucket_limits=edges[1:].tolist(),
        bucket_counts=counts.tolist(),
        global_step=3,
    )
    writer.add_pr_curve("curve", LABELS, PREDICTIONS, 1)
    writer.add_pr_curve("curve", LABELS, PREDICTIONS, 2, num_thresholds=11, weights=PREDICTIONS)
    writer.add_custom_scalars(LAYOUT)
    writer.close()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    ours, theirs = tmp_path_factory.mktemp("ours"), tmp_path_factory.mktemp("theirs")
    write(SummaryWriter(ours))
    write(tensorboard_x.SummaryWriter(str(theirs)))
    return ours, theirs


@pytest.mark.parametrize("kind", ["histograms", "pr_curves", "custom_scalars"])
def test_the_same_as_tensorboardx(folders: tuple[Path, Path], kind: str) -> None:
    ours, theirs = (getattr(Logdir(folder)["."], kind) for folder in folders)
    assert list(ours) == list(theirs)
    for tag, series in theirs.items():
        np.testing.assert_array_equal(ours[tag].steps, series.steps)
        for own, other in zip(ours[tag], series, strict=True):
            if kind == "custom_scalars":
                assert own == other
            else:
                np.testing.assert_allclose(own, other, rtol=1e-6)


def test_tensorboard_reads_them(folders: tuple[Path, Path]) -> None:
    accumulator = event_accumulator.EventAccumulator(str(folders[0]), {"histograms": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    assert tags["histograms"] == ["histogram", "joined", "raw"]
    assert tags["tensors"] == ["curve", "custom_scalars__config__"]
    for event in accumulator.Histograms("histogram"):
        value = event.histogram_value
        assert value.num == sum(value.bucket) == len(VALUES)
        assert value.sum == pytest.approx(VALUES.sum())
        assert value.bucket_limit[0] <= value.min

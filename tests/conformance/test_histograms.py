"""The Histograms tab's bins of real logs, as TensorBoard's own code makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs
import tensorboard_bins
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

from tbwidget import Histograms, Logdir

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDERS = shared_logs.folders_with("histograms")
#: Where TensorBoard loses counts: a bucket without width on the edge between two bins.
LOSING = {
    "pub_tbreview_hparams/logs": {
        "output_layer/bias_0", *(f"output_layer_{n}/bias_0" for n in (1, 6, 7))
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _runnable() -> None:
    if reason := tensorboard_bins.why_not():
        pytest.skip(reason)


def bins_of(view: Histograms) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield run, tag, steps and bins (edges and counts, a row a step) of all that a view shows."""
    for (run, tag), rows in view.data.groupby(["run", "tag"], sort=False):
        steps = rows.step.to_numpy()[::30]
        yield run, tag, steps, rows[["left", "right", "count"]].to_numpy().reshape(-1, 30, 3)


def assert_same(ours: Any, theirs: list[Any], buckets: list[Any], rtol: float) -> bool:
    """Assert that bins are those of TensorBoard; tell whether that lost counts of any step."""
    counts = np.array([step["y"] for step in theirs])
    totals = np.array([sum(bucket[2] for bucket in step) for step in buckets])
    np.testing.assert_allclose(ours[:, :, 2].sum(axis=1), totals, rtol=1e-9)
    same = np.isclose(counts.sum(axis=1), totals, rtol=1e-9)
    scale = max(counts.max(), 1e-300)
    np.testing.assert_allclose(ours[same, :, 2] / scale, counts[same] / scale, atol=rtol)
    np.testing.assert_allclose(ours[:, 0, 0], [step["x"] for step in theirs], rtol=rtol)
    widths = ours[:, :, 1] - ours[:, :, 0]
    np.testing.assert_allclose(widths.mean(axis=1), [step["dx"] for step in theirs], rtol=rtol)
    return not same.all()


@pytest.mark.parametrize("folder", FOLDERS or ["absent"])
def test_bins_of_every_histogram(folder: str) -> None:
    shared_logs.require()
    logs = Logdir(shared_logs.SHARED_LOGS / folder)
    view = Histograms(logs)
    found, cases = [], []
    for run, tag, steps, bins in bins_of(view):
        buckets = tensorboard_bins.buckets_at(logs[run].histograms[tag], steps.tolist())
        found.append((tag, bins[[one is not None for one in buckets]]))
        cases.append([one for one in buckets if one is not None])
    view.close()
    assert sum(map(len, cases)) > 0
    losing = {
        tag
        for (tag, bins), theirs, case in zip(
            found, tensorboard_bins.rebin(cases), cases, strict=True
        )
        if case and assert_same(bins, theirs, case, 1e-9)
    }
    assert losing == LOSING.get(folder, set())


def test_bins_of_a_run_that_tensorboard_reads() -> None:
    root = shared_logs.SHARED_LOGS / "tf_keras_callback_cnn" / "logs"
    shared_logs.require()
    logs = Logdir(root)
    view = Histograms(logs)
    count = 0
    for run, tag, steps, bins in bins_of(view):
        read = EventAccumulator(str(root / run), size_guidance={"tensors": 0}).Reload()
        theirs = read.Tensors(tag)
        assert steps.tolist() == [event.step for event in theirs]
        case = [tensor_util.make_ndarray(event.tensor_proto).tolist() for event in theirs]
        # It rounds edges to 32 bits.
        assert not assert_same(bins, tensorboard_bins.rebin([case])[0], case, 2e-6)
        count += 1
    assert count > 3
    view.close()


def test_no_directory_with_histograms_is_missed(tmp_path: Path) -> None:
    shared_logs.require()
    found = {
        f"{name}/{root.name}"
        for name in shared_logs.names()
        for root in shared_logs.logs_of(name, tmp_path)
        if any(run.histograms for run in Logdir(root, cache=False).runs.values())
    }
    assert found == set(FOLDERS)
    assert len(found) == 15

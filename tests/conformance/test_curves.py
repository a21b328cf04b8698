"""What is made of histograms and PR curves, in real logs, as TensorBoard's own code makes it."""

from __future__ import annotations

import numpy as np
import pytest
import shared_logs
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.distribution import compressor
from tensorboard.util import tensor_util

from tbwidget import Distributions, Logdir, PRCurves
from tbwidget.analysis.compression import compress
from tbwidget.dashboards.distributions import PERCENTILES

NAMES = shared_logs.names() or ["absent"]


def logs_of(name: str) -> Logdir:
    shared_logs.require()
    root = shared_logs.SHARED_LOGS / name / "logs"
    return Logdir(root if root.is_dir() else root.parent)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "growing"])
def test_percentiles_of_every_histogram(name: str) -> None:
    for run in logs_of(name).values():
        for series in run.histograms.values():
            for _, _, buckets in series.readable():
                expected = [value for _, value in compressor.compress_histogram(buckets.tolist())]
                np.testing.assert_allclose(compress(buckets), expected, rtol=1e-6, atol=1e-12)


def test_percentiles_of_a_run_that_tensorboard_reads() -> None:
    logs = logs_of("tf_keras_callback_cnn")
    view = Distributions(logs)
    data = view.data
    assert len(data) > 10
    for run, tag in {(run, tag) for run, tag in zip(data.run, data.tag, strict=True)}:
        path = f"{logs.paths['']}/{run}"
        theirs = EventAccumulator(path, size_guidance={"tensors": 0}).Reload().Tensors(tag)
        rows = data[(data.run == run) & (data.tag == tag)]
        assert rows.step.tolist() == [event.step for event in theirs]
        for event, ours in zip(theirs, rows[list(PERCENTILES)].to_numpy(), strict=True):
            buckets = tensor_util.make_ndarray(event.tensor_proto)
            expected = [value for _, value in compressor.compress_histogram(buckets)]
            np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-12)
    view.close()


def test_curves_of_a_run_that_tensorboard_reads() -> None:
    logs = logs_of("tf_plugins_pr_mesh_custom")
    view = PRCurves(logs)
    data = view.data
    (tag,) = data.tag.unique()
    path = f"{logs.paths['']}/eval"
    theirs = EventAccumulator(path, size_guidance={"tensors": 0}).Reload().Tensors(tag)
    for event in theirs:
        rows = data[data.step == event.step]
        array = tensor_util.make_ndarray(event.tensor_proto)
        names = ["tp", "fp", "tn", "fn", "precision", "recall"]
        np.testing.assert_array_equal(rows[names].to_numpy().T, array)
        np.testing.assert_array_equal(rows.threshold, np.linspace(0, 1, array.shape[1]))
    assert data.step.nunique() == len(theirs)
    view.close()

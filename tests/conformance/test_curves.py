"""Percentiles and PR curves of real logs, as TensorBoard's own plugins send them to its page."""

from __future__ import annotations

import pytest
import shared_logs
from same_curves import ONLY_HERE, assert_same_curve, assert_same_percentiles, same_steps
from tensorboard_plugins import TensorBoardPlugins

from tbwidget import Distributions, Logdir, PRCurves
from tbwidget.dashboards.distributions import PERCENTILES

ABSENT = ("absent",)


@pytest.mark.parametrize("folder", shared_logs.folders_with("histograms") or ABSENT)
def test_percentiles_of_every_histogram(folder: str) -> None:
    shared_logs.require()
    theirs = TensorBoardPlugins(shared_logs.SHARED_LOGS / folder).distributions()
    view = Distributions(Logdir(shared_logs.SHARED_LOGS / folder))
    ours = dict(iter(view.data.groupby(["run", "tag"])))
    view.close()
    assert set(ours) - ONLY_HERE == set(theirs)
    for (run, tag), expected in theirs.items():
        rows = ours[run, tag]
        percentiles = rows[list(PERCENTILES)].to_numpy()
        assert_same_percentiles(rows.step.tolist(), percentiles, expected, run)


@pytest.mark.parametrize("folder", shared_logs.folders_with("pr_curves") or ABSENT)
def test_every_pr_curve(folder: str) -> None:
    shared_logs.require()
    theirs = TensorBoardPlugins(shared_logs.SHARED_LOGS / folder).pr_curves()
    view = PRCurves(Logdir(shared_logs.SHARED_LOGS / folder))
    ours = dict(iter(view.data.groupby(["run", "tag"])))
    view.close()
    assert set(ours) == set(theirs)
    for (run, tag), expected in theirs.items():
        curves = dict(iter(ours[run, tag].groupby("step")))
        steps = sorted(curves)
        for place, entry in same_steps(steps, expected, run):
            assert_same_curve(curves[steps[place]], entry)

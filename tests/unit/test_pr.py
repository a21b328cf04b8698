"""Average precision and ROC of PR curves, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from array_events import curve_of
from sklearn import metrics

from tbwidget.analysis.pr import average_precision, roc, roc_auc, thresholds_of


@pytest.mark.parametrize("count", [2, 11, 101])
@pytest.mark.parametrize("seed", range(5))
def test_both_areas_are_those_of_scikit_learn(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, 500)
    # On the grid of thresholds these tell all scores apart, so nothing is lost.
    grid = thresholds_of(count)
    scores = grid[random.binomial(count - 1, 0.35 + 0.3 * labels)]
    curve = curve_of(labels, scores, count)
    assert average_precision(curve) == pytest.approx(
        metrics.average_precision_score(labels, scores), abs=1e-12
    )
    assert roc_auc(curve) == pytest.approx(metrics.roc_auc_score(labels, scores), abs=1e-12)


def test_one_threshold() -> None:
    curve = np.array([[3.0], [1.0], [4.0], [2.0], [0.75], [0.6]])
    assert average_precision(curve) == pytest.approx(0.45)
    # (0, 0) to (1/5, 3/5) to (1, 1)
    assert roc_auc(curve) == pytest.approx(0.2 * 0.6 / 2 + 0.8 * (0.6 + 1) / 2)


def test_what_is_no_number_is_left_out() -> None:
    whole = curve_of(np.array([0, 1, 1, 0, 1]), np.array([0.1, 0.4, 0.9, 0.6, 0.7]), 11)
    holed = np.insert(whole, 5, np.nan, axis=1)
    assert average_precision(holed) == average_precision(whole)
    assert roc_auc(holed) == roc_auc(whole)
    for empty in (np.empty((6, 0)), np.full((6, 4), np.nan)):
        assert np.isnan(average_precision(empty))
        assert np.isnan(roc_auc(empty))


def test_without_negatives_there_is_no_roc() -> None:
    curve = curve_of(np.ones(4, int), np.array([0.2, 0.4, 0.6, 0.8]), 5)
    assert np.isnan(roc(curve).false_positive_rate).all()
    assert np.isnan(roc_auc(curve))
    assert average_precision(curve) == pytest.approx(1)

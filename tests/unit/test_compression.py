"""Percentiles of histograms, against TensorBoard's own compressor."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import pytest
from tensorboard.plugins.distribution import compressor

from tbwidget.analysis.compression import BASIS_POINTS, compress


def expected(buckets: Any) -> list[float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [value for _, value in compressor.compress_histogram(np.asarray(buckets).tolist())]


def random_buckets(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 60))
    edges = np.sort(random.normal(0, 10.0 ** random.integers(-3, 4), count + 1))
    counts = random.integers(0, 50, count) * (random.random(count) < 0.6)
    return np.column_stack((edges[:-1], edges[1:], counts))


CASES = {
    "no buckets": np.empty((0, 3)),
    "one bucket": np.array([[1.0, 3.0, 7.0]]),
    "one value": np.array([[2.0, 2.0, 7.0]]),
    "all empty": np.array([[0.0, 1.0, 0.0], [1.0, 2.0, 0.0]]),
    "empty at both ends": np.array([[0.0, 1.0, 0.0], [1.0, 2.0, 3.0], [2.0, 9.0, 0.0]]),
    "a gap": np.array([[0.0, 1.0, 5.0], [1.0, 2.0, 0.0], [2.0, 9.0, 5.0]]),
    "fractions": np.array([[0.0, 1.0, 0.25], [1.0, 2.0, 0.5]]),
    "TensorFlow 2.11 pads zeros": np.array([[0.0, 0.0, 0.0]] * 3 + [[0.0, 0.0, 9.0]]),
    "huge counts": np.array([[0.0, 1.0, 1e300], [1.0, 2.0, 1e300]]),
    **{f"random {seed}": random_buckets(seed) for seed in range(60)},
}


@pytest.mark.parametrize("case", CASES)
def test_percentiles_are_those_of_tensorboard(case: str) -> None:
    assert BASIS_POINTS == compressor.NORMAL_HISTOGRAM_BPS
    found = compress(CASES[case])
    np.testing.assert_allclose(found, expected(CASES[case]), rtol=1e-12, atol=1e-12)


def test_the_largest_numbers_do_not_overflow() -> None:
    big = sys.float_info.max
    found = compress(np.array([[-big, big, 4.0]]))
    assert found[0] == -big
    assert found[-1] == big
    assert found[4] == 0
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("count", [np.nan, np.inf, -1.0])
def test_counts_that_count_nothing(count: float) -> None:
    assert np.isnan(compress(np.array([[0.0, 1.0, 2.0], [1.0, 2.0, count]]))).all()

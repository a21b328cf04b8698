"""Bands against plain numpy and scipy, on runs with the same steps and with others."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from tbwidget.analysis import alignment
from tbwidget.analysis.alignment import Member, align
from tbwidget.analysis.bands import BANDS, CENTERS, Band, aggregate
from tbwidget.analysis.smoothing import smooth

RNG = np.random.default_rng(7)
WALL = 1.7e9


def member(steps: list[int] | np.ndarray, values: np.ndarray, start: float = WALL) -> Member:
    steps = np.asarray(steps, np.int64)
    return Member(steps, start + 2.0 * steps, np.asarray(values, np.float64))


def seeds(count: int = 5, points: int = 300) -> list[Member]:
    """Return runs with the same steps, and a week between their starts."""
    steps = np.arange(0, 10 * points, 10)
    return [
        member(steps, np.exp(-steps / 900) + RNG.normal(0, 0.1, points), WALL + run * 7 * 86400)
        for run in range(count)
    ]


def unaligned(count: int = 6, points: int = 400) -> list[Member]:
    runs = []
    for run in range(count):
        steps = np.sort(RNG.choice(np.arange(run * 50, 3000 + run * 100), points, replace=False))
        runs.append(member(steps, np.sin(steps / 300) + RNG.normal(0, 0.1, points)))
    return runs


def expected_band(values: np.ndarray, center: str, band: str | None) -> tuple[np.ndarray, ...]:
    middle = {
        "mean": np.mean,
        "median": np.median,
        "iqm": lambda v, axis: scipy.stats.trim_mean(v, 0.25, axis=axis),
    }[center](values, axis=0)
    if band == "minmax":
        return middle, values.min(axis=0), values.max(axis=0)
    width = {
        "std": lambda: values.std(axis=0, ddof=1),
        "sem": lambda: scipy.stats.sem(values, axis=0),
        None: lambda: 0.0,
    }[band]()
    return middle, middle - width, middle + width


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("band", ["std", "sem", "minmax", None])
@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_runs_with_the_same_steps(center: str, band: str | None, count: int) -> None:
    runs = seeds(count)
    result = aggregate(runs, center, band)
    values = np.array([run.values for run in runs])
    expected = expected_band(values, center, band) if count > 1 else (values[0],) * 3
    np.testing.assert_allclose((result.center, result.low, result.high), expected, rtol=1e-12)
    np.testing.assert_array_equal(result.steps, runs[0].steps)
    np.testing.assert_array_equal(result.counts, count)
    assert result.counts.dtype == np.int32
    assert result.note == ""


def test_times_are_means_and_relative_to_each_run_s_own_start() -> None:
    runs = seeds(3)
    result = aggregate(runs)
    np.testing.assert_allclose(result.wall_times, np.mean([run.wall_times for run in runs], axis=0))
    np.testing.assert_allclose(result.relative_times, 2.0 * (runs[0].steps - runs[0].steps[0]))


def test_a_wall_time_that_is_missing_counts_as_none() -> None:
    first, second = seeds(2)
    first.wall_times[[0, 3]] = np.nan
    result = aggregate([first, second])
    assert result.wall_times[3] == second.wall_times[3]
    assert result.relative_times[3] == 60.0
    # Relative time begins at the first wall time there is.
    assert result.relative_times[4] == pytest.approx((60.0 + 80.0) / 2)


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("band", ["std", "sem", None])
def test_runs_with_other_steps_are_interpolated_within_their_own_range(
    center: str, band: str | None
) -> None:
    runs = unaligned()
    result = aggregate(runs, center, band)
    assert result.note == f"interpolated onto {len(result.steps):,} common steps"
    for place in range(0, len(result.steps), 7):
        step = int(result.steps[place])
        inside = [run for run in runs if run.steps[0] <= step <= run.steps[-1]]
        values = np.array([[np.interp(step, run.steps, run.values)] for run in inside])
        assert result.counts[place] == len(inside)
        expected = [values[0], values[0], values[0]]
        if len(inside) > 1:
            expected = list(expected_band(values, center, band))
        actual = [[column[place]] for column in (result.center, result.low, result.high)]
        np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-12)


def test_common_steps_hold_the_ends_of_every_run_and_follow_their_density() -> None:
    steps = [np.unique(np.geomspace(1, 10**6 + run, 3000).astype(np.int64)) for run in range(40)]
    aligned = align([member(one, np.ones(len(one))) for one in steps])
    assert {int(one[0]) for one in steps} | {int(one[-1]) for one in steps} <= set(
        aligned.steps.tolist()
    )
    assert len(aligned.steps) <= 3000 + 2 * len(steps)
    # As many in one power of ten as in the next: the logarithm is where they lie evenly.
    decades = np.histogram(aligned.steps, [10**4, 10**5, 10**6])[0]
    assert 0.7 < decades[0] / decades[1] < 1.3


def test_no_point_lies_outside_of_the_lowest_and_highest() -> None:
    runs = unaligned(100, 2000)
    runs[31].values[1234] = 99.0
    runs[77].values[4] = -99.0
    result = aggregate(runs, "median", "minmax")
    assert (result.low.min(), result.high.max()) == (-99.0, 99.0)
    place = int(result.high.argmax())
    assert abs(result.steps[place] - runs[31].steps[1234]) <= 10
    for run in runs:
        nearest = np.abs(result.steps[None] - run.steps[:, None]).argmin(axis=1)
        assert np.all(run.values <= result.high[nearest])
        assert np.all(run.values >= result.low[nearest])


def test_live_runs_of_one_program_are_not_interpolated() -> None:
    runs = seeds(4)
    cut = [Member(*(column[: 300 - 40 * row] for column in run)) for row, run in enumerate(runs)]
    result = aggregate(cut)
    assert result.note == ""
    assert result.counts.tolist() == [4] * 180 + [3] * 40 + [2] * 40 + [1] * 40
    assert result.center[200] == pytest.approx(np.mean([run.values[200] for run in runs[:3]]))
    assert result.low[299] == result.high[299] == result.center[299] == runs[0].values[299]


def test_a_step_that_one_run_lacks_is_taken_from_the_others() -> None:
    runs = seeds(3)
    lacking = Member(*(np.delete(column, [5, 17]) for column in runs[0]))
    result = aggregate([lacking, *runs[1:]])
    assert result.note == ""
    assert result.counts[[4, 5, 17, 18]].tolist() == [3, 2, 2, 3]
    assert result.center[5] == pytest.approx((runs[1].values[5] + runs[2].values[5]) / 2)


def test_what_is_not_finite_is_left_out() -> None:
    runs = seeds(3)
    runs[0].values[10] = np.nan
    runs[1].values[10] = np.inf
    for run in runs:
        run.values[20] = -np.inf
    result = aggregate(runs, "mean", "std")
    assert 200 not in result.steps.tolist()  # nobody has a value there
    assert result.counts[10] == 1
    assert result.center[10] == runs[2].values[10]
    assert np.isfinite(np.array(result[1:6])).all()


def test_nothing_is_made_up_next_to_a_point_that_is_not_finite() -> None:
    odd = member([0, 10, 20, 30], np.array([0.0, 1.0, np.nan, 3.0]))
    other = member([5, 15, 25, 30], np.zeros(4))
    aligned = align([odd, other])
    assert aligned.interpolated
    assert aligned.steps.tolist() == [0, 5, 10, 15, 20, 25, 30]
    np.testing.assert_array_equal(aligned.values[0], [0, 0.5, 1, np.nan, np.nan, np.nan, 3])


def test_a_step_that_stands_twice_counts_once_with_its_last_value() -> None:
    same = member([3, 3, 3], np.array([1.0, 2.0, 7.0]))
    result = aggregate([same, member([3], np.array([9.0]))])
    assert (result.steps.tolist(), result.center.tolist()) == ([3], [8.0])


def test_nothing_gives_nothing() -> None:
    empty = member([], np.empty(0))
    for runs in ([], [empty], [empty, member([1], np.array([np.nan]))]):
        for band in (*BANDS, None):
            result = aggregate(runs, "iqm", band)
            assert [len(column) for column in result[:7]] == [0] * 7


def test_each_run_is_smoothed_before() -> None:
    runs = seeds(4)
    result = aggregate(runs, "median", "minmax", smoothing=0.9)
    values = np.array([smooth(run.values, 0.9)[0] for run in runs])
    np.testing.assert_allclose(result.center, np.median(values, axis=0))
    np.testing.assert_array_equal(result.high, values.max(axis=0))


def test_agreeing_runs_with_too_many_points_keep_their_extremes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alignment, "MOST_VALUES", 1000)
    monkeypatch.setattr(alignment, "GRID_VALUES", 1000)
    runs = seeds(4, 1000)
    runs[2].values[501] = 50.0
    result = aggregate(runs, "mean", "minmax")
    assert len(result.steps) == 253  # with the ends
    assert result.note == "interpolated onto 253 of 1,000 steps"
    assert result.high.max() == 50.0


# -- the bootstrap ---------------------------------------------------------------------------------

STATISTICS = {
    "mean": lambda v: v.mean(axis=-1),
    "median": lambda v: np.median(v, axis=-1),
    "iqm": lambda v: scipy.stats.trim_mean(v, 0.25, axis=-1),
}


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("count", [2, 5, 20])
def test_the_interval_is_that_of_scipy(center: str, count: int) -> None:
    runs = seeds(count, 12)
    result = aggregate(runs, center, "ci95")
    values = np.array([run.values for run in runs])
    reference = scipy.stats.bootstrap(
        (values.T,),
        lambda v, axis: STATISTICS[center](np.moveaxis(v, axis, -1)),
        axis=1,
        n_resamples=20_000,
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    # Both are samples: they agree up to the noise of the quantiles of a thousand.
    tolerance = 0.35 * scipy.stats.sem(values, axis=0).max()
    np.testing.assert_allclose(result.low, reference.low, atol=tolerance)
    np.testing.assert_allclose(result.high, reference.high, atol=tolerance)
    assert np.all(result.low <= result.center)
    assert np.all(result.center <= result.high)


@pytest.mark.parametrize("center", CENTERS)
def test_the_interval_is_that_of_a_loop_over_the_same_samples(center: str) -> None:
    runs = seeds(5, 20)
    result = aggregate(runs, center, "ci95")
    values = np.sort(np.array([run.values for run in runs]), axis=0)
    from tbwidget.analysis import bands

    samples = np.random.default_rng(bands._SEED).integers(5, size=(bands.RESAMPLES, 5))
    centers = np.array([STATISTICS[center](values[sample].T) for sample in samples])
    np.testing.assert_allclose(result.low, np.percentile(centers, 2.5, axis=0), rtol=1e-9)
    np.testing.assert_allclose(result.high, np.percentile(centers, 97.5, axis=0), rtol=1e-9)


def test_the_interval_is_the_same_each_time_and_none_where_runs_are_equal() -> None:
    runs = seeds(5)
    for run in runs:
        run.values[100:200] = 0.1
    one, other = aggregate(runs, "iqm", "ci95"), aggregate(runs, "iqm", "ci95")
    np.testing.assert_array_equal(one.low, other.low)
    np.testing.assert_array_equal(one.low[100:200], one.center[100:200])
    np.testing.assert_array_equal(one.high[100:200], one.center[100:200])


def test_of_many_steps_the_interval_is_scaled_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = seeds(8, 900)
    for row, run in enumerate(runs):
        run.values[451] += 5.0 * row  # at one step they are far apart
    exact = aggregate(runs, "mean", "ci95")
    monkeypatch.setattr("tbwidget.analysis.bands.RESAMPLED_STEPS", 100)
    coarse = aggregate(runs, "mean", "ci95")
    width, expected = coarse.high - coarse.low, exact.high - exact.low
    assert width[451] == pytest.approx(expected[451], rel=0.3)
    np.testing.assert_allclose(width, expected, rtol=0.5)


@pytest.mark.parametrize(("center", "band"), [("mode", "std"), ("mean", "iqr"), ("", None)])
def test_what_is_not_known_is_refused(center: str, band: str | None) -> None:
    with pytest.raises(ValueError, match="no such curve"):
        aggregate(seeds(2), center, band)


def test_the_input_is_left_alone() -> None:
    runs = unaligned(3, 50)
    runs[0].values[3] = np.inf
    before = [run.values.copy() for run in runs]
    assert isinstance(aggregate(runs, "mean", "minmax", 0.5), Band)
    for run, values in zip(runs, before, strict=True):
        np.testing.assert_array_equal(run.values, values)

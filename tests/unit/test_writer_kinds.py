"""Histograms, PR curves and layouts: what torch writes of the same, taken by a script of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from written import GOLDEN, Tensor, values_of

from tbwidget import Logdir, SummaryWriter, layout
from tbwidget.events.payloads import Category, Chart
from tbwidget.events.protos import Summary

if TYPE_CHECKING:
    from pathlib import Path


# -- histograms ------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", GOLDEN["histograms"], ids=lambda case: case["name"])
def test_histograms_are_those_of_torch(tmp_path: Path, case: dict[str, Any]) -> None:
    with SummaryWriter(tmp_path) as writer:
        values = [float(value) for value in case["values"]]
        writer.add_histogram("x", values, 7, case["bins"], max_bins=case["max_bins"])
    (value,) = values_of(tmp_path)
    histogram = value.histo
    fields = ("min", "max", "num", "sum", "sum_squares")
    np.testing.assert_allclose(
        [getattr(histogram, field) for field in fields],
        [float(number) for number in case["numbers"]],
        rtol=1e-14,
    )
    limits = list(histogram.bucket_limit)
    assert len(limits) == len(histogram.bucket) == case["buckets"]
    if len(limits) > len(case["limits"]):
        half = len(case["limits"]) // 2
        limits = limits[:half] + limits[-half:]
    np.testing.assert_allclose(limits, case["limits"], rtol=1e-15)
    counts = {str(i): count for i, count in enumerate(histogram.bucket) if count}
    assert counts == case["counts"]


@pytest.mark.parametrize(
    "values",
    [
        np.array([[1, 2], [3, 3]]),
        np.array([[1, 2], [3, 3]], np.float16),
        [1, 2, 3, 3],
        Tensor([[1.0, 2.0], [3.0, 3.0]]),
        Tensor([[1.0, 2.0], [3.0, 3.0]], "torch.bfloat16"),
    ],
    ids=["int", "half", "list", "tensor", "bfloat16"],
)
def test_values_of_any_sort(tmp_path: Path, values: Any) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_histogram("x", values, bins=[0, 1.5, 2.5, 3.5])
    (value,) = values_of(tmp_path)
    assert list(value.histo.bucket) == [0, 1, 1, 2]
    assert list(value.histo.bucket_limit) == [0, 1.5, 2.5, 3.5]


def test_bfloat16_of_other_libraries(tmp_path: Path) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    with SummaryWriter(tmp_path) as writer:
        writer.add_histogram("x", np.array([1, 2, 3], ml_dtypes.bfloat16), bins=[0, 2, 4])
    assert list(values_of(tmp_path)[0].histo.bucket) == [0, 1, 2]


def test_a_histogram_is_read_as_it_was_written(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_histogram("x", np.arange(10.0), 3, bins=[0, 5, 9], walltime=4.5)
    series = Logdir(tmp_path)["."].histograms["x"]
    assert (series.steps.tolist(), series.wall_times.tolist()) == ([3], [4.5])
    assert series[0].tolist() == [[0, 0, 0], [0, 5, 5], [5, 9, 5]][1:]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("x", []), ValueError, "the histogram of 'x' has no values"),
        (("x", [np.nan]), ValueError, "no value of 'x' is in any of the bins"),
        (("x", "abc"), TypeError, "values of 'x' must be an array of numbers, not 'abc'"),
        (("x", [1j]), TypeError, "values of 'x' must be an array of numbers"),
        (("x", [[1], [1, 2]]), TypeError, "values of 'x' must be an array of numbers"),
        (("x", None), TypeError, "values of 'x' must be an array of numbers"),
        ((3, [1]), TypeError, "a tag must be a str, not int: 3"),
        (("x", [1], "?"), TypeError, "step of 'x' must be an integer"),
        (("x", [1], 0, "tensorflow", None, 0), ValueError, "max_bins must be at least 1, not 0"),
    ],
)
def test_wrong_histograms(
    tmp_path: Path, arguments: Any, error: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(error, match=message):
        writer.add_histogram(*arguments)
    assert values_of(tmp_path) == []


def test_raw_histogram(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_histogram_raw("x", **GOLDEN["raw_histogram"])
        with pytest.raises(ValueError, match="'x' has 1 limits for 2 buckets"):
            writer.add_histogram_raw("x", 0, 1, 2, 1, 1, [1], [1, 1])
        with pytest.raises(TypeError, match="the value of 'x' must be a number"):
            writer.add_histogram_raw("x", "0", 1, 2, 1, 1, [1], [1])
    summary = Summary(value=values_of(tmp_path))
    assert summary == Summary.FromString(bytes.fromhex(GOLDEN["raw_histogram_summary"]))


# -- PR curves -------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", GOLDEN["curves"], ids=lambda case: case["name"])
def test_curves_are_those_of_torch(tmp_path: Path, case: dict[str, Any]) -> None:
    with SummaryWriter(tmp_path) as writer:
        predictions = np.array(case["predictions"], case["dtype"])
        arguments = (5, case["num_thresholds"], case["weights"])
        writer.add_pr_curve("x", np.array(case["labels"]), predictions, *arguments)
    (value,) = values_of(tmp_path)
    assert value.metadata.plugin_data.plugin_name == "pr_curves"
    assert value.metadata.plugin_data.content.hex() == case["content"]
    assert [dim.size for dim in value.tensor.tensor_shape.dim] == case["shape"]
    np.testing.assert_allclose(list(value.tensor.float_val), case["rows"], rtol=1e-6)


@pytest.mark.filterwarnings("error")
def test_predictions_that_are_none_are_not_counted(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        predictions = np.array([0.5, np.nan, np.inf, -np.inf])
        for count in (1, 3):
            writer.add_pr_curve("x", [True] * 4, predictions, count, num_thresholds=count)
    one, three = Logdir(tmp_path)["."].pr_curves["x"]
    assert one[0].tolist() == [1]
    assert three[0].tolist() == [1, 1, 0]


def test_raw_curve(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        rows = [np.array(row) for row in GOLDEN["raw_curve"]]
        writer.add_pr_curve_raw("x", *rows, num_thresholds=2)
        with pytest.raises(ValueError, match=r"'x' have different lengths: \[2, 1, 2, 2, 2, 2\]"):
            writer.add_pr_curve_raw("x", rows[0], rows[1][:1], *rows[2:])
    summary = Summary(value=values_of(tmp_path))
    assert summary == Summary.FromString(bytes.fromhex(GOLDEN["raw_curve_summary"]))


def test_wrong_curves(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match="'x' has 2 labels for 1 predictions"):
            writer.add_pr_curve("x", [0, 1], [0.5])
        with pytest.raises(ValueError, match="'x' must have at least one threshold, not 0"):
            writer.add_pr_curve("x", [0, 1], [0.5, 0.2], num_thresholds=0)
        with pytest.raises(TypeError, match="values of 'x' must be an array of numbers"):
            writer.add_pr_curve("x", ["a"], [0.5])
    assert values_of(tmp_path) == []


# -- layouts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [False, True], ids=["dict", "layout"])
def test_layouts_are_those_of_torch(tmp_path: Path, made: bool) -> None:
    charts = GOLDEN["layout"]
    with SummaryWriter(tmp_path) as writer:
        writer.add_custom_scalars(layout(charts) if made else charts)
    (value,) = values_of(tmp_path)
    expected = Summary.FromString(bytes.fromhex(GOLDEN["layout_summary"]))
    assert Summary(value=[value]) == expected
    assert Logdir(tmp_path)["."].custom_scalars[value.tag][-1] == layout(charts)


def test_layouts_of_one_chart(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_custom_scalars_multilinechart(["a", "b.*"])
        writer.add_custom_scalars_marginchart(["a", "b", "c"], "C", "T")
        with pytest.raises(ValueError, match="'T' needs the tags value, lower, upper"):
            writer.add_custom_scalars_marginchart(["a", "b"], title="T")
    layouts = Logdir(tmp_path)["."].custom_scalars["custom_scalars__config__"]
    assert [one.categories for one in layouts] == [
        (Category("default", (Chart("untitled", ("a", "b.*")),)),),
        (Category("C", (Chart("T", margins=(("a", "b", "c"),)),)),),
    ]


def test_folded_categories_and_several_margins() -> None:
    bands = [["a", "b", "c"], ("d", "e", "f")]
    found = layout({"A": {"m": ("margin", bands)}, "B": {"l": ["multiline", ["x"]]}}, closed=["B"])
    assert found.categories == (
        Category("A", (Chart("m", margins=(("a", "b", "c"), ("d", "e", "f"))),)),
        Category("B", (Chart("l", ("x",)),), closed=True),
    )
    assert layout(found) is found


@pytest.mark.parametrize(
    ("charts", "error", "message"),
    [
        ([], TypeError, "a layout must be a dict of categories, not list"),
        ({"A": []}, TypeError, "the category 'A' must be a dict of charts"),
        ({1: {}}, TypeError, "the title of a category must be a str, not 1"),
        ({"A": {1: ["Margin", []]}}, TypeError, "the title of a chart must be a str, not 1"),
        ({"A": {"c": ["x.*"]}}, TypeError, r'the chart \'c\' must be \["Multiline", tags\]'),
        ({"A": {"c": ["Multiline", "x"]}}, TypeError, "the chart 'c' must be"),
        ({"A": {"c": ["Bars", ["x"]]}}, ValueError, "the chart 'c' must be .*, not 'Bars'"),
        ({"A": {"c": ["Multiline", [1]]}}, TypeError, "a tag of the chart 'c' must be a str"),
        ({"A": {"c": ["Margin", ["x"]]}}, ValueError, "'c' needs the tags value, lower, upper"),
        ({"A": {"c": ["Margin", []]}}, ValueError, "'c' needs the tags value, lower, upper"),
        ({"A": {"c": ["Margin", [["x"]]]}}, ValueError, "'c' needs the tags"),
    ],
)
def test_wrong_layouts(charts: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        layout(charts)


def test_folding_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="closed names no category of the layout: 'B'"):
        layout({"A": {}}, closed=["B"])

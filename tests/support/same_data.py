"""Whether two log directories hold the same, bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tbwidget import Logdir

_COLUMNS = ("steps", "wall_times", "values")


def assert_same_data(one: Logdir, other: Logdir) -> None:
    """Compare the names, the arrays of every tag, the index of what is decoded on access."""
    assert list(one) == list(other)
    assert one.problems == other.problems
    assert one.progress.points == other.progress.points
    for name, run in one.items():
        assert run.tags == other[name].tags
        assert same(run.first_wall_time, other[name].first_wall_time)
        assert run.hparams == other[name].hparams
        for kind in run.kinds - {"hparams"}:
            for tag, series in getattr(run, kind).items():
                _assert_same_series(series, getattr(other[name], kind)[tag])


def _assert_same_series(one: Any, other: Any) -> None:
    if not hasattr(one, "steps"):  # a graph
        assert repr(one) == repr(other)
        return
    assert one.display_name == other.display_name
    for column in _COLUMNS if hasattr(one, "values") else _COLUMNS[:2]:
        assert same(getattr(one, column), getattr(other, column)), one.tag
    if hasattr(one, "superseded"):
        assert all(map(same, one.superseded, other.superseded)), one.tag
    if hasattr(one, "index"):
        columns, others = one.index().columns, other.index().columns
        for column in ("offsets", "lengths", "slots"):
            assert same(getattr(columns, column), getattr(others, column)), one.tag


def same(one: Any, other: Any) -> bool:
    """Tell whether two arrays are the same, NaN included."""
    one, other = np.asarray(one), np.asarray(other)
    return one.dtype == other.dtype and one.tobytes() == other.tobytes()

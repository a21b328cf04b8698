"""Series as pandas tables. pandas is imported when a table is asked for, not before."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from .blobs import UnreadableValueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from .kinds import HistogramSeries
    from .run import Run
    from .series import ScalarSeries

#: What picks names: one name, several, or a pattern to search for; None for all.
Selection = str | list[str] | tuple[str, ...] | re.Pattern[str] | None


def select(names: Iterable[str], selection: Any) -> list[str]:
    """Return those of `names` that `selection` picks, in their order.

    Raises
    ------
    TypeError
        If `selection` is none of the allowed types.
    """
    if selection is None:
        return list(names)
    if isinstance(selection, str):
        return [name for name in names if name == selection]
    if isinstance(selection, re.Pattern):
        return [name for name in names if selection.search(name)]
    if isinstance(selection, (list, tuple)):
        wanted = set(selection)
        return [name for name in names if name in wanted]
    message = (
        f"select by a name, a list of names or re.compile(...), not {type(selection).__name__}"
    )
    raise TypeError(message)


def scalars_frame(runs: Mapping[str, Run], tags: Selection, which: Selection) -> pd.DataFrame:
    """Return the tidy table of `Logdir.scalars`."""
    import pandas as pd

    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("run", "tag", "step", "wall_time", "value")
    }
    for name in select(runs, which):
        series = runs[name].scalars
        for tag in select(series, tags):
            points = series[tag].snapshot().points
            rows = len(points.steps)
            for column, part in zip(
                columns.values(),
                (np.full(rows, name, object), np.full(rows, tag, object), *points),
                strict=True,
            ):
                column.append(part)
    dtypes = {"run": object, "tag": object, "step": np.int64}
    return pd.DataFrame(
        {
            name: np.concatenate(parts) if parts else np.empty(0, dtypes.get(name, np.float64))
            for name, parts in columns.items()
        }
    )


def series_frame(series: ScalarSeries) -> pd.DataFrame:
    """Return the table of `ScalarSeries.to_pandas`."""
    import pandas as pd

    points = series.snapshot().points
    names = ("step", "wall_time", "value")
    # Copied: the columns are the store itself.
    return pd.DataFrame({name: part.copy() for name, part in zip(names, points, strict=True)})


def histograms_frame(series: HistogramSeries) -> pd.DataFrame:
    """Return the table of `HistogramSeries.to_pandas`."""
    import pandas as pd

    steps, wall_times = series.steps, series.wall_times
    rows, parts = [], []
    for row in range(len(steps)):
        with contextlib.suppress(UnreadableValueError):  # reported where it was read
            parts.append(series[row])
            rows.append(row)
    counts = [len(part) for part in parts]
    buckets = np.concatenate([np.empty((0, 3)), *parts])
    return pd.DataFrame(
        {
            "step": np.repeat(steps[rows], counts),
            "wall_time": np.repeat(wall_times[rows], counts),
            **dict(zip(("left", "right", "count"), buckets.T, strict=True)),
        }
    )

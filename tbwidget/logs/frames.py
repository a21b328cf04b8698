"""Scalar series as pandas tables. pandas is imported when a table is asked for, not before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from .series import Points

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

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
    """Return the tidy table of `Logdir.scalars`.

    Names are text, one reference a row: as categories they would take a tenth of the room, but
    pandas then groups by names that are not there, and will not join tables of other categories.
    """
    import pandas as pd

    pieces = list(pieces_of(runs, tags, which))
    rows = sum(len(points.steps) for _, _, points in pieces)
    run, tag = np.empty(rows, object), np.empty(rows, object)
    columns = Points(np.empty(rows, np.int64), np.empty(rows), np.empty(rows))
    first = 0
    for run_name, tag_name, points in pieces:
        part = slice(first, first + len(points.steps))
        run[part], tag[part] = run_name, tag_name
        for target, source in zip(columns, points, strict=True):
            target[part] = source
        first = part.stop
    steps, wall_times, values = columns
    names = ("run", "tag", "step", "wall_time", "value")
    # The arrays are of this table alone, so it need not copy them.
    table = zip(names, (run, tag, steps, wall_times, values), strict=True)
    return pd.DataFrame(dict(table), copy=False)


def pieces_of(
    runs: Mapping[str, Run], tags: Selection, which: Selection
) -> Iterator[tuple[str, str, Points]]:
    """Yield (run, tag, points) of the scalar series that are selected."""
    for name in select(runs, which):
        series = runs[name].scalars
        for tag in select(series, tags):
            yield name, tag, series[tag].snapshot().points


def series_frame(series: ScalarSeries) -> pd.DataFrame:
    """Return the table of `ScalarSeries.to_pandas`."""
    import pandas as pd

    points = series.snapshot().points
    names = ("step", "wall_time", "value")
    # Copied: the columns are the store itself.
    return pd.DataFrame({name: part.copy() for name, part in zip(names, points, strict=True)})

"""What a view of histograms shows, as a table."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from .slices import Held, Wish, hold, nearest_row, slices_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from tbwidget.logs.kinds import HistogramSeries

COLUMNS = ("step", "wall_time", "left", "right", "count")


def data_frame(
    series: Iterable[tuple[str, str, HistogramSeries]],
    wish: Wish,
    ranges: Callable[[list[Held]], list[tuple[float, float]]],
    bins: int,
) -> pd.DataFrame:
    """Return the table of `Histograms.data`."""
    import pandas as pd

    tags: list[str] = []
    runs: list[str] = []
    parts: dict[str, list[Any]] = {name: [np.empty(0)] for name in COLUMNS}
    for tag, of_tag in groupby(series, key=itemgetter(1)):
        several = list(of_tag)
        held = [hold(one, wish) for _, _, one in several]
        for (run, _, _), one, limits in zip(several, held, ranges(held), strict=True):
            slices = slices_of(one, bins, *limits)
            columns = one.index.columns
            parts["step"].append(np.repeat(columns.steps[one.rows], slices.sizes))
            parts["wall_time"].append(np.repeat(columns.wall_times[one.rows], slices.sizes))
            for name, column in zip(COLUMNS[2:], slices[:3], strict=True):
                parts[name].append(column)
            runs += [run] * len(slices.counts)
            tags += [tag] * len(slices.counts)
    table: dict[str, Any] = {"run": runs, "tag": tags}
    table |= {name: np.concatenate(columns) for name, columns in parts.items()}
    frame = pd.DataFrame(table)
    return frame.astype({"run": object, "tag": object, "step": np.int64})


def rows_at(frame: pd.DataFrame, steps: tuple[float, ...]) -> pd.DataFrame:
    """Return the rows of `data_frame` at the steps nearest to some, or at the last ones if none."""
    kept = np.zeros(len(frame), bool)
    for places in frame.groupby(["run", "tag"], sort=False).indices.values():
        found = frame["step"].to_numpy()[places]
        for step in steps or (np.inf,):
            kept[places] |= found == found[nearest_row(found, step)]
    return frame[kept].reset_index(drop=True)

"""Series as pandas tables. pandas is imported when a table is asked for, not before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from .run import Run

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

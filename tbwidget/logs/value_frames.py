"""Series of all kinds but scalars as pandas tables, which hold what can be read.

A value that cannot be is left out here; it is listed in `Logdir.problems`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd

    from .blobs import BlobSeries
    from .kinds import AudioSeries, HistogramSeries, ImageSeries, PRCurveSeries, TextSeries
    from .meshes import MeshSeries

_TIME = {"step": np.int64, "wall_time": np.float64}
#: Names and types of the columns that a table of several series begins with.
SERIES_COLUMNS: dict[str, Any] = {"run": object, "tag": object, **_TIME}


def frame_of(rows: Iterable[tuple[Any, ...]], columns: dict[str, Any]) -> pd.DataFrame:
    """Return a table of `rows`, whose columns have these names and numpy types.

    Examples
    --------
    >>> frame_of([(1, "a"), (2, "b")], {"step": np.int64, "text": object})
       step text
    0     1    a
    1     2    b
    """
    import pandas as pd

    held = list(rows)
    parts = {}
    for number, (name, dtype) in enumerate(columns.items()):
        parts[name] = np.empty(len(held), dtype)
        for at, row in enumerate(held):  # one by one: a value may be an array itself
            parts[name][at] = row[number]
    return pd.DataFrame(parts)


def values_frame(series: BlobSeries[Any]) -> pd.DataFrame:
    """Return the table of `BlobSeries.to_pandas`: one row a step, with the value as an object."""
    return _tidy(series, {"value": object}, lambda value: [(value,)])


def histograms_frame(series: HistogramSeries) -> pd.DataFrame:
    """Return the table of `HistogramSeries.to_pandas`."""
    return _stacked(series, ("left", "right", "count"), lambda buckets: buckets)


def pr_curves_frame(series: PRCurveSeries) -> pd.DataFrame:
    """Return the table of `PRCurveSeries.to_pandas`."""
    names = (
        "threshold",
        "true_positives",
        "false_positives",
        "true_negatives",
        "false_negatives",
        "precision",
        "recall",
    )

    def rows(curve: Any) -> Any:
        # source: tensorboard/plugins/pr_curve/summary.py, where thresholds are as far apart
        return np.column_stack((np.linspace(0.0, 1.0, curve.shape[1]), curve.T))

    return _stacked(series, names, rows)


def text_frame(series: TextSeries) -> pd.DataFrame:
    """Return the table of `TextSeries.to_pandas`."""

    def rows(text: Any) -> Iterator[tuple[int, int, str]]:
        table = text.reshape(len(text) if text.ndim else 1, -1) if text.size else text.reshape(0, 0)
        return ((row, column, str(table[row, column])) for row, column in np.ndindex(table.shape))

    return _tidy(series, {"row": np.int64, "column": np.int64, "text": object}, rows)


def images_frame(series: ImageSeries) -> pd.DataFrame:
    """Return the table of `ImageSeries.to_pandas`."""
    columns = {
        "item": np.int64,
        "mime": object,
        "width": np.int64,
        "height": np.int64,
        "bytes": np.int64,
    }
    return _tidy(
        series,
        columns,
        lambda images: (
            (item, image.mime, image.width, image.height, len(image.data))
            for item, image in enumerate(images)
        ),
    )


def audio_frame(series: AudioSeries) -> pd.DataFrame:
    """Return the table of `AudioSeries.to_pandas`."""
    columns = {
        "item": np.int64,
        "mime": object,
        "label": object,
        "sample_rate": np.float64,
        "bytes": np.int64,
    }
    return _tidy(
        series,
        columns,
        lambda clips: (
            (item, clip.mime, clip.label, clip.sample_rate or math.nan, len(clip.data))
            for item, clip in enumerate(clips)
        ),
    )


def meshes_frame(series: MeshSeries) -> pd.DataFrame:
    """Return the table of `MeshSeries.to_pandas`."""

    def rows(mesh: Any) -> Iterator[tuple[int, int, int, bool]]:
        batch, vertices, _ = mesh.vertices.shape
        faces = 0 if mesh.faces is None else mesh.faces.shape[1]
        return ((item, vertices, faces, mesh.colors is not None) for item in range(batch))

    columns = {"item": np.int64, "vertices": np.int64, "faces": np.int64, "colored": bool}
    return _tidy(series, columns, rows)


def _tidy(
    series: BlobSeries[Any] | MeshSeries,
    columns: dict[str, Any],
    rows_of: Callable[[Any], Iterable[tuple[Any, ...]]],
) -> pd.DataFrame:
    """Return a table of the rows that each value gives."""
    rows = (
        (step, wall_time, *row)
        for step, wall_time, value in series.readable()
        for row in rows_of(value)
    )
    return frame_of(rows, {**_TIME, **columns})


def _stacked(
    series: BlobSeries[Any], names: tuple[str, ...], rows_of: Callable[[Any], Any]
) -> pd.DataFrame:
    """Return a table of the rows of numbers that each value gives, float64[n, columns]."""
    import pandas as pd

    found = [(step, wall_time, rows_of(value)) for step, wall_time, value in series.readable()]
    counts = [len(rows) for _, _, rows in found]
    stacked = np.concatenate([np.empty((0, len(names))), *(rows for _, _, rows in found)])
    return pd.DataFrame(
        {
            "step": np.repeat(np.array([step for step, _, _ in found], np.int64), counts),
            "wall_time": np.repeat(np.array([wall for _, wall, _ in found], float), counts),
            **dict(zip(names, stacked.T, strict=True)),
        }
    )

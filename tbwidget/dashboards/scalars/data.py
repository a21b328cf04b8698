"""What a view of scalars shows, as tables and as files."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from tbwidget.analysis.smoothing import smooth
from tbwidget.events.files import write_whole
from tbwidget.logs.frames import pieces_of, scalars_frame
from tbwidget.logs.tables import export
from tbwidget.widget.frame import jsonable

from .table import x_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from tbwidget.drawing.shapes import Picture
    from tbwidget.logs import Run, ScalarSeries
    from tbwidget.widget.view_state import ViewState

PICTURES = (".svg", ".png")
TABLES = (".csv", ".json", ".parquet")
SUFFIXES = (*PICTURES, *TABLES)


class Shown(NamedTuple):
    """What a view shows of a run: the scalar series, derived ones among them."""

    scalars: Mapping[str, ScalarSeries]


def shown_scalars(state: ViewState, names: list[str]) -> Mapping[str, Run]:
    """Return what stands for runs where only their scalars are looked at."""
    return cast("Mapping[str, Run]", {name: Shown(state.scalars_of(name)) for name in names})


def data_frame(state: ViewState, tags: list[str], runs: list[str]) -> pd.DataFrame:
    """Return the tidy table of `Logdir.scalars`, with derived tags."""
    return scalars_frame(shown_scalars(state, runs), tags, runs)


def visible(state: ViewState, runs: list[str]) -> list[str]:
    """Return those of `runs` that are not hidden."""
    hidden = set(state.hidden_runs)
    return [name for name in runs if name not in hidden]


def selection_frame(state: ViewState, tags: list[str], runs: list[str]) -> pd.DataFrame:
    """Return the table of `Scalars.selection`."""
    import pandas as pd

    names = ("run", "tag", "step", "wall_time", "relative_time", "value", "smoothed")
    parts: dict[str, list[Any]] = {name: [np.empty(0)] for name in names}
    runs_of_rows: list[str] = []
    tags_of_rows: list[str] = []
    for run in visible(state, runs):
        scalars = state.scalars_of(run)
        for tag in tags:
            if tag not in scalars:
                continue
            points = scalars[tag].snapshot().points
            rows = _selected_rows(state, points, scalars)
            steps, wall_times, values = points
            smoothed = smooth(values, state.smoothing)[0]
            relative = x_of(points, "relative", scalars)
            columns = (steps, wall_times, relative, values, smoothed)
            for name, column in zip(names[2:], columns, strict=True):
                parts[name].append(column[rows])
            runs_of_rows += [run] * len(rows)
            tags_of_rows += [tag] * len(rows)
    table: dict[str, Any] = {"run": runs_of_rows, "tag": tags_of_rows}
    for name in names[2:]:
        column = np.concatenate(parts[name])
        table[name] = column.astype(np.int64) if name == "step" else column
    frame = pd.DataFrame(table)
    return frame.astype({"run": object, "tag": object})


def _selected_rows(state: ViewState, points: Any, scalars: Mapping[str, ScalarSeries]) -> Any:
    if state.step_range is not None:
        low, high = state.step_range
        return np.flatnonzero((points.steps >= low) & (points.steps <= high))
    inside = np.ones(len(points.steps), bool)
    if state.x_range is not None:
        x = x_of(points, state.x_axis, scalars)
        inside &= (x >= state.x_range[0]) & (x <= state.x_range[1])
    return np.flatnonzero(inside)


def save(
    path: str | os.PathLike[str],
    state: ViewState,
    tags: list[str],
    runs: list[str],
    draw: Callable[[], Picture],
) -> None:
    """Write what is shown to a file, `draw` being asked for a picture; see `Scalars.save`."""
    target = os.fspath(path)
    suffix = os.path.splitext(target)[1].lower()
    if suffix in PICTURES:
        write_whole(target, _picture(suffix, draw()))
    elif suffix == ".json":
        write_whole(target, _json(state, tags, runs))
    elif suffix in TABLES:
        export(shown_scalars(state, visible(state, runs)), target, tags, None)
    else:
        message = f"{target!r} should end in one of {', '.join(SUFFIXES)}"
        raise ValueError(message)


def _picture(suffix: str, picture: Picture) -> bytes:
    from tbwidget.drawing.png import to_png
    from tbwidget.drawing.svg import to_svg

    return to_svg(picture).encode() if suffix == ".svg" else to_png(picture)


def _json(state: ViewState, tags: list[str], runs: list[str]) -> bytes:
    """Return all series as JSON; NaN is null and infinities are texts, as JSON has neither."""
    series = [
        {
            "run": run,
            "tag": tag,
            "step": points.steps.tolist(),
            "wall_time": [jsonable(one) for one in points.wall_times.tolist()],
            "value": [jsonable(one) for one in points.values.tolist()],  # noqa: PD011
        }
        for run, tag, points in pieces_of(shown_scalars(state, visible(state, runs)), tags, None)
    ]
    return json.dumps(series, allow_nan=False).encode()

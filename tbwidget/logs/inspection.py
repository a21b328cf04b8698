"""What is in a log directory: every tag of every run with its kind, its steps and its times."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timezone
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from .logdir import Logdir

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt
    import pandas as pd

    from tbwidget.events.problems import Problem

    from .run import Run

#: Rows and problems that are shown in a notebook; `to_pandas` and the command line have all.
SHOWN = 100

#: The plugin, by TensorBoard's name, of tags that do not name one.
_PLUGIN_OF_KIND = {
    "scalars": "scalars",
    "images": "images",
    "audio": "audio",
    "text": "text",
    "histograms": "histograms",
    "pr_curves": "pr_curves",
    "meshes": "mesh",
    "graphs": "graphs",
    "hparams": "hparams",
    "custom_scalars": "custom_scalars",
}
#: So many of the columns are texts, the others numbers.
_TEXTS = 3
_HEADINGS = ("kind", "plugin", "tag", "count", "superseded", "first step", "last step")


@dataclass(frozen=True, slots=True)
class TagSummary:
    """One tag of one run.

    Attributes
    ----------
    run, kind, tag
        As in `Logdir.runs` and `Run.tags`.
    plugin
        The plugin that it belongs to, by TensorBoard's name; empty for a tensor of none.
    count
        How many values there are.
    superseded
        How many further ones a restart or a later write has replaced.
    first_step, last_step
        Lowest and highest step; None if there is no value.
    first_time, last_time
        Earliest and latest wall time, seconds since the epoch; NaN if there is none.
    """

    run: str
    kind: str
    tag: str
    plugin: str
    count: int
    superseded: int
    first_step: int | None
    last_step: int | None
    first_time: float
    last_time: float


class Inspection:
    """What `inspect` found. It shows itself as text and as HTML.

    Attributes
    ----------
    name
        The log directory's path, or its paths.
    problems
        What could not be read, as in `Logdir.problems`.
    """

    def __init__(self, logs: Logdir, tag: str | None = None) -> None:
        self.name = ", ".join(logs.paths.values())
        self._by_run = {name: list(_summaries(logs[name], tag)) for name in logs}
        if tag is not None:
            self._by_run = {name: tags for name, tags in self._by_run.items() if tags}
        self.problems: list[Problem] = logs.problems

    @property
    def runs(self) -> list[str]:
        """Names of the runs; those without a tag too, unless one tag was asked for."""
        return list(self._by_run)

    @property
    def tags(self) -> list[TagSummary]:
        """A `TagSummary` for each tag, by run, kind and name."""
        return [one for tags in self._by_run.values() for one in tags]

    def __repr__(self) -> str:
        return self.to_text(SHOWN)

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with the attributes of `TagSummary` as columns, one row a tag."""
        import pandas as pd

        columns = [field.name for field in fields(TagSummary)]
        frame = pd.DataFrame([asdict(one) for one in self.tags], columns=columns)
        for name in ("first_step", "last_step"):
            # From the numbers themselves: by way of float64 large ones would not be exact.
            steps = pd.array([getattr(one, name) for one in self.tags], dtype="Int64")
            frame[name] = steps
        return frame

    def to_text(self, limit: int | None = None) -> str:
        """Return it as text, of `limit` tags and problems at most."""
        lines = [f"{visible(self.name)}: {self._totals()}"]
        shown, left_out = self._shown(limit)
        cells = {run: [_cells(one) for one in tags] for run, tags in shown.items()}
        everything = [_HEADINGS, *(row for rows in cells.values() for row in rows)]
        widths = [max(map(len, column)) for column in zip(*everything, strict=True)]
        for run, rows in cells.items():
            lines += ["", f"{visible(run)}: {_span(self._by_run[run])}"]
            if rows:
                lines += [_line(row, widths) for row in (_HEADINGS, *rows)]
        if left_out:
            lines += ["", left_out]
        if self.problems:
            lines += ["", f"{_counted(len(self.problems), 'problem')}:"]
            lines += [f"  {_told(problem)}" for problem in self.problems[:limit]]
            if limit is not None and len(self.problems) > limit:
                lines.append(f"  ... and {len(self.problems) - limit:,} more in .problems")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = [f"<p><b>{_html(self.name)}</b>: {_html(self._totals())}</p>"]
        shown, left_out = self._shown(SHOWN)
        for run, tags in shown.items():
            parts.append(f"<p><b>{_html(run)}</b>: {_html(_span(self._by_run[run]))}</p>")
            if tags:
                rows = [_row(_HEADINGS, "th"), *(_row(_cells(one), "td") for one in tags)]
                parts.append(f"<table>{''.join(rows)}</table>")
        if left_out:
            parts.append(f"<p>{left_out}</p>")
        if self.problems:
            items = "".join(f"<li>{_html(_told(one))}</li>" for one in self.problems[:SHOWN])
            count = _counted(len(self.problems), "problem")
            parts.append(f"<details><summary>{count}</summary><ul>{items}</ul></details>")
        return "".join(parts)

    def _shown(self, limit: int | None) -> tuple[dict[str, list[TagSummary]], str]:
        """Return the first `limit` tags by run, and what to say of the others."""
        if limit is None:
            return self._by_run, ""
        shown: dict[str, list[TagSummary]] = {}
        room = limit
        for run, tags in self._by_run.items():
            if room <= 0:
                break
            shown[run] = tags[:room]
            room -= max(1, len(tags))
        runs = len(self._by_run) - len(shown)
        tags_left_out = len(self.tags) - sum(map(len, shown.values()))
        if not runs and not tags_left_out:
            return shown, ""
        words = [_counted(tags_left_out, "more tag")]
        if runs:
            words.append(_counted(runs, "more run"))
        return shown, f"... and {', '.join(words)}: see to_pandas()"

    def _totals(self) -> str:
        values = sum(one.count for one in self.tags)
        totals = [
            _counted(len(self.runs), "run"),
            _counted(len(self.tags), "tag"),
            _counted(values, "value"),
        ]
        if self.problems:
            totals.append(_counted(len(self.problems), "problem"))
        return ", ".join(totals)


def inspect(
    source: str | os.PathLike[str] | Mapping[str, str | os.PathLike[str]] | Logdir,
    tag: str | None = None,
) -> Inspection:
    """Tell what is in a log directory, as ``tensorboard --inspect`` does.

    Parameters
    ----------
    source
        A path of a directory or of an event file, ``{"name": path, ...}``, or a `Logdir`.
    tag
        The only tag to tell of.

    Returns
    -------
    Inspection
        Shows itself; has ``tags``, ``problems`` and ``to_pandas()``.

    Examples
    --------
    >>> tbwidget.inspect("logs")  # doctest: +SKIP
    logs: 1 run, 2 tags, 2,000 values
    <BLANKLINE>
    train: 2 tags, steps 0 to 999, 2026-01-31 12:00:00 to 12:16:39 UTC
      kind     plugin   tag       count  superseded  first step  last step
      scalars  scalars  accuracy   1000           0           0        999
      scalars  scalars  loss       1000           0           0        999
    """
    return Inspection(source if isinstance(source, Logdir) else Logdir(source), tag)


def visible(text: str) -> str:
    r"""Return `text` with what would steer a terminal written out.

    Examples
    --------
    >>> visible("a\x1b[31m")
    'a\\x1b[31m'
    """
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text
    )


def _summaries(run: Run, wanted: str | None) -> Iterator[TagSummary]:
    for kind, tags in run.tags.items():
        for tag in tags:
            if wanted is None or tag == wanted:
                yield _summary(run, kind, tag)


def _summary(run: Run, kind: str, tag: str) -> TagSummary:
    steps, wall_times, superseded = _columns_of(run, kind, tag)
    finite = wall_times[np.isfinite(wall_times)]
    return TagSummary(
        run.name,
        kind,
        tag,
        _plugin_of(run, kind, tag),
        len(steps),
        superseded,
        int(steps.min()) if len(steps) else None,
        int(steps.max()) if len(steps) else None,
        float(finite.min()) if len(finite) else float("nan"),
        float(finite.max()) if len(finite) else float("nan"),
    )


def _columns_of(
    run: Run, kind: str, tag: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], int]:
    """Return steps and wall times of a tag, and how many values were superseded."""
    if kind == "scalars":
        series = run.scalars[tag]
        points = series.snapshot().points
        return points.steps, points.wall_times, len(series.superseded.steps)
    index = run.index_of(kind, tag)
    return index.steps, index.wall_times, index.superseded_count


def _plugin_of(run: Run, kind: str, tag: str) -> str:
    said = run.index_of(kind, tag).metadata.plugin if kind != "scalars" else ""
    # Numbers and images of the old kind are so whatever their metadata say.
    if kind in ("graphs", "tensors") and said:
        return said
    return _PLUGIN_OF_KIND.get(kind, said)


# -- words -----------------------------------------------------------------------------------------


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _span(tags: list[TagSummary]) -> str:
    """Return what the tags of a run have in common: how many, which steps, which times."""
    words = [_counted(len(tags), "tag")]
    first = [one.first_step for one in tags if one.first_step is not None]
    last = [one.last_step for one in tags if one.last_step is not None]
    if first and last:
        words.append(f"steps {min(first)} to {max(last)}")
    times = [t for one in tags for t in (one.first_time, one.last_time) if not np.isnan(t)]
    if times:
        words.append(_times(min(times), max(times)))
    return ", ".join(words)


def _times(first: float, last: float) -> str:
    try:
        begin, end = (datetime.fromtimestamp(time, timezone.utc) for time in (first, last))
    except (ValueError, OverflowError, OSError):
        return f"wall times {first} to {last}"
    form = "%H:%M:%S" if begin.date() == end.date() else "%Y-%m-%d %H:%M:%S"
    return f"{begin:%Y-%m-%d %H:%M:%S} to {end.strftime(form)} UTC"


def _cells(one: TagSummary) -> tuple[str, ...]:
    numbers = (one.count, one.superseded, one.first_step, one.last_step)
    texts = (visible(text) for text in (one.kind, one.plugin or "-", one.tag))
    return (*texts, *("-" if number is None else str(number) for number in numbers))


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [
        cell.ljust(width) if number < _TEXTS else cell.rjust(width)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  " + "  ".join(padded).rstrip()


def _told(problem: Problem) -> str:
    where = f"{problem.file} at {problem.offset:,}" if problem.offset else problem.file
    return visible(f"{where}: {problem.kind}: {problem.message}")


def _html(text: str) -> str:
    return escape(visible(text))


def _row(cells: tuple[str, ...], element: str) -> str:
    return f"<tr>{''.join(f'<{element}>{_html(c)}</{element}>' for c in cells)}</tr>"

"""Hyperparameters: what each session was started with, and how it ended.

A session is a run that holds a `session_start_info`. An experiment, which may stand in a run above,
names hyperparameters and metrics and so gives the table's columns an order. TensorBoard takes the
first experiment that it meets for the only one; torch writes one into every run, so here all count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .blobs import UnreadableValueError
from .discovery import natural_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from .run import Run

_STATUS = {1: "success", 2: "failure", 3: "running"}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of an experiment: a scalar tag, and the path of its run below the session's run."""

    tag: str
    group: str = ""

    @property
    def name(self) -> str:
        """Its name as a column."""
        return f"{self.group}/{self.tag}" if self.group else self.tag


@dataclass(frozen=True, slots=True)
class Session:
    """What one run says of itself as a trial.

    Attributes
    ----------
    hparams
        By name: float, str, bool, None or a list of these, as written; None if the run is not a
        session.
    group
        Name of the group of sessions that it belongs to; empty if none was given.
    status
        ``"success"``, ``"failure"``, ``"running"``, or ``"unknown"`` if it never said.
    start_time, end_time
        Seconds since the epoch; NaN if not given.
    order
        Hyperparameters in the order of the run's own experiment.
    metrics
        Those of the run's own experiment.
    """

    hparams: dict[str, Any] | None = None
    group: str = ""
    status: str = "unknown"
    start_time: float = math.nan
    end_time: float = math.nan
    order: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()


def session_of(run: Run) -> Session:
    """Return what `run` says of itself as a session and as an experiment.

    Raises
    ------
    UnreadableValueError
        If its hyperparameters cannot be read.
    """
    last: dict[str, Any] = {}
    for series in run.hparams_records.values():
        for message in series:
            if what := message.WhichOneof("data"):
                last[what] = getattr(message, what)
    start, end = last.get("session_start_info"), last.get("session_end_info")
    experiment = last.get("experiment")
    return Session(
        _hparams_of(start) if start is not None else None,
        start.group_name if start is not None else "",
        _STATUS.get(end.status, "unknown") if end is not None else "unknown",
        (start.start_time_secs if start is not None else 0.0) or math.nan,
        (end.end_time_secs if end is not None else 0.0) or math.nan,
        tuple(info.name for info in experiment.hparam_infos) if experiment is not None else (),
        _metrics_of(experiment) if experiment is not None else (),
    )


def _hparams_of(start: Any) -> dict[str, Any]:
    names = sorted(start.hparams, key=natural_key)
    return {name: _plain(start.hparams[name]) for name in names}


def _metrics_of(experiment: Any) -> tuple[Metric, ...]:
    return tuple(Metric(info.name.tag, info.name.group) for info in experiment.metric_infos)


def _plain(value: Any) -> Any:
    """Return a `google.protobuf.Value` as Python; the parser has limited how deep it goes."""
    what = value.WhichOneof("kind")
    if what == "list_value":
        return [_plain(item) for item in value.list_value.values]  # noqa: PD011 (protobuf)
    if what == "struct_value":
        return {name: _plain(item) for name, item in value.struct_value.fields.items()}
    return None if what in (None, "null_value") else getattr(value, what)


def hparams_frame(runs: Mapping[str, Run]) -> pd.DataFrame:
    """Return the table of `Logdir.hparams`."""
    import pandas as pd

    found = dict(_sessions(runs))
    sessions = {name: one for name, one in found.items() if one.hparams is not None}
    scalars = _scalars_of_sessions(runs, sessions)
    metrics = [_metrics_for(name, found) or scalars[name] for name in sessions]
    columns: dict[str, list[Any]] = {
        "run": list(sessions),
        "group": [one.group for one in sessions.values()],
        "status": [one.status for one in sessions.values()],
        "start_time": [one.start_time for one in sessions.values()],
        "end_time": [one.end_time for one in sessions.values()],
    }
    for name in _hparam_names(found, sessions):
        values = [(one.hparams or {}).get(name) for one in sessions.values()]
        columns[_free(name, "hparams", columns)] = values
    for metric in dict.fromkeys(metric for several in metrics for metric in several):
        values = [_last_value(runs, name, metric) for name in sessions]
        columns[_free(metric.name, "metrics", columns)] = values
    return pd.DataFrame(columns)


def _free(name: str, sort: str, columns: dict[str, Any]) -> str:
    """Return a name for a column that none has yet."""
    while name in columns:
        name = f"{sort}/{name}"
    return name


def _sessions(runs: Mapping[str, Run]) -> Iterator[tuple[str, Session]]:
    for name in runs:
        if "hparams" in runs[name].kinds:
            try:
                yield name, session_of(runs[name])
            except UnreadableValueError:
                continue  # reported where it was read


def _hparam_names(found: dict[str, Session], sessions: dict[str, Session]) -> list[str]:
    present = {name for one in sessions.values() for name in one.hparams or {}}
    ordered = dict.fromkeys(name for one in found.values() for name in one.order)
    rest = sorted(present.difference(ordered), key=natural_key)
    return [*(name for name in ordered if name in present), *rest]


def _metrics_for(name: str, found: dict[str, Session]) -> list[Metric]:
    """Return the metrics that experiments name for a session; none if they leave it open."""
    above = [found[run] for run in (name, *ancestors_of(name)) if run in found]
    if not any(one.metrics or one.order for one in above):
        # An experiment beside the sessions, not above them.
        above = [one for one in found.values() if one.hparams is None]
    return list(dict.fromkeys(metric for one in above for metric in one.metrics))


def _scalars_of_sessions(
    runs: Mapping[str, Run], sessions: dict[str, Session]
) -> dict[str, list[Metric]]:
    """Return all scalars of each session, and of the runs below it that are no sessions."""
    found: dict[str, list[Metric]] = {name: [] for name in sessions}
    for run in runs:
        owner = next((name for name in (run, *ancestors_of(run)) if name in sessions), None)
        if owner is not None:
            group = "" if run == owner else run if owner == "." else run[len(owner) + 1 :]
            found[owner] += [Metric(tag, group) for tag in runs[run].scalars]
    return found


def _last_value(runs: Mapping[str, Run], session: str, metric: Metric) -> float:
    below = metric.group if session == "." else f"{session}/{metric.group}"
    # A writer may name a group and yet write into the session's own run.
    for name in (below if metric.group else session, session):
        if name in runs and metric.tag in runs[name].scalars:
            _, _, values = runs[name].scalars[metric.tag].snapshot().points
            return float(values[-1]) if len(values) else math.nan
    return math.nan


def ancestors_of(name: str) -> list[str]:
    """Return the names that runs above `name` would have, the nearest first.

    Examples
    --------
    >>> ancestors_of("a/b/c")
    ['a/b', 'a', '.']
    """
    if name == ".":
        return []
    parts = name.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)] + ["."]

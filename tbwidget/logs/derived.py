"""Tags that a user derives from others: a function of a run's series, evaluated as they grow."""

from __future__ import annotations

import itertools
import threading
import time
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tbwidget.events.problems import Problem

from .series import Points, ScalarSeries, Snapshot, goes_on

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from .run import Run

#: What a user gives: from a run's series by tag to a series, an array or a number.
Function = Callable[["RunSeries"], Any]

#: Evaluating anew what has grown may take this part of the time, and waits so long at most.
DUTY = 0.05
LONGEST_REST = 10.0
_MADE = itertools.count()
#: A function may ask for other tags once it has seen some; so often it is asked again.
_ROUNDS = 4


class MissingTagError(KeyError):
    """A run lacks a tag that a function asks for."""


class RunSeries(Mapping[str, Any]):
    """The scalar series of a run by tag, as a function that derives a tag is given them.

    ``s["loss"]`` is a `pandas.Series` of float64 indexed by step. All that a function asks for have
    the same steps: those of the tag that has the fewest, so far as they lie within the steps of the
    others. A tag that lacks such a step is interpolated linearly between its neighbours.

    Attributes
    ----------
    run
        The name of the run.
    """

    def __init__(self, run: str, points: Mapping[str, Points]) -> None:
        self.run = run
        self._points = points
        self._steps: npt.NDArray[np.int64] | None = None
        self.used: dict[str, Points] = {}

    def __getitem__(self, tag: str) -> pd.Series:
        """Return a series.

        Raises
        ------
        KeyError
            If the run has no such tag; it then has no such derived tag either.
        """
        import pandas as pd

        if tag not in self._points:
            raise MissingTagError(tag)
        points = self.used.setdefault(tag, self._points[tag])
        steps, _, values = points if self._steps is None else _points_on(self._steps, points)
        return pd.Series(values.copy(), pd.Index(steps, name="step"), name=tag)

    def __iter__(self) -> Iterator[str]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)

    def __contains__(self, tag: object) -> bool:
        return tag in self._points

    def align(self) -> bool:
        """Put what has been used on common steps; tell whether that changes anything."""
        before = self._steps
        self._steps = _common_steps(list(self.used.values()))
        if self._steps is None:
            return False
        return before is None or not np.array_equal(before, self._steps)

    def result(self, value: Any) -> Points:
        """Return what a function gave as points.

        Raises
        ------
        TypeError, ValueError
            If it is nothing that has a number for each step; the message says what it is.
        """
        import pandas as pd

        base = min(self.used.values(), key=lambda points: len(points.steps), default=None)
        if base is None:
            message = "the function uses no tag, so there are no steps to show it at"
            raise ValueError(message)
        steps = base.steps if self._steps is None else self._steps
        if isinstance(value, pd.Series):
            if not pd.api.types.is_integer_dtype(value.index):
                message = f"the index of the result holds {value.index.dtype}, not steps"
                raise TypeError(message)
            if not value.index.equals(pd.Index(steps)):
                value = value[~value.index.duplicated(keep="last")].sort_index()
            steps = value.index.to_numpy(np.int64)
        elif value is None or isinstance(value, (pd.DataFrame, str, bytes)):
            message = f"the result is a {type(value).__name__}, not a Series, an array or a number"
            raise TypeError(message)
        values = np.asarray(value, np.float64)
        if values.shape not in ((), steps.shape):
            message = f"the result has the shape {values.shape}, not one number for {steps.shape}"
            raise ValueError(message)
        values = np.broadcast_to(values, steps.shape).copy()
        return Points(steps.copy(), _points_on(steps, base).wall_times, values)


class DerivedSeries(ScalarSeries):
    """The series of a derived tag in one run."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        # A page must not take another function's points for the continuation of this one's.
        self._snapshot = Snapshot(next(_MADE) * 2**20, self._snapshot.points)

    def put(self, points: Points) -> None:
        """Take these points for those that there were."""
        generation, before = self._snapshot
        self._snapshot = Snapshot(generation + (not goes_on(before, points)), points)


class Derived:
    """A derived tag: its function, and its series in each run.

    Parameters
    ----------
    tag
        Its name.
    function
        Called as ``function(s)`` with the `RunSeries` of a run, on the thread that reads the log
        directory (so it must not touch what only the main thread may, and while it works nothing is
        read), and on the caller's where data is asked for.
    """

    def __init__(self, tag: str, function: Function) -> None:
        self.tag = tag
        self.function = function
        self._known: dict[str, _Known] = {}
        self._errors: dict[str, str] = {}
        self._missing: set[str] = set()
        self._lock = threading.RLock()

    def problem(self) -> Problem | None:
        """Return what is wrong with it, if anything."""
        errors = dict(self._errors)
        if errors:
            run, text = next(iter(errors.items()))
            others = f" (and {len(errors) - 1} more runs)" if len(errors) > 1 else ""
            message = f"Derived tag {self.tag!r} failed for run {run!r}{others}: {text}"
        elif self._missing and not any(known.series for known in list(self._known.values())):
            names = ", ".join(map(repr, sorted(self._missing)))
            message = f"Derived tag {self.tag!r} has no run: none has all tags it uses ({names})."
        else:
            return None
        return Problem(self.tag, 0, "derived", 0, message)

    def series_of(self, run: Run) -> ScalarSeries | None:
        """Return its series in `run`, up to date; None if the run lacks a tag or it failed."""
        with self._lock:
            known, now = self._known.get(run.name), time.monotonic()
            if known is not None:
                if _versions(run, [tag for tag, *_ in known.versions]) == known.versions:
                    return known.series
                if known.series is not None and now < known.rest_until:
                    return known.series
            series, versions = self._evaluate(run, known.series if known else None)
            spent = time.monotonic() - now
            rest = min(spent * (len(self._known) + 1) / DUTY, LONGEST_REST)
            self._known[run.name] = _Known(versions, series, now + spent + rest)
            return series

    def _evaluate(self, run: Run, series: DerivedSeries | None) -> tuple[DerivedSeries | None, Any]:
        """Return the series and what it was made of."""
        scalars = run.scalars
        snapshots = {tag: scalars[tag].snapshot() for tag in scalars}
        given = RunSeries(run.name, {tag: one.points for tag, one in snapshots.items()})
        self._errors.pop(run.name, None)
        missing: list[tuple[str, int, int]] = []
        try:
            points = _call(self.function, given)
        except MissingTagError as error:
            series, tag = None, str(error.args[0])
            self._missing.add(tag)
            missing = [(tag, -1, 0)]
        except Exception as error:  # noqa: BLE001  (a user's function may raise anything)
            series = None
            self._errors[run.name] = f"{type(error).__name__}: {error}"[:500]
        else:
            series = series or DerivedSeries(self.tag)
            series.put(points)
        used = [
            (tag, snapshots[tag].generation, len(points.steps))
            for tag, points in given.used.items()
        ]
        return series, (*used, *missing)


class _Known(NamedTuple):
    """What was used of a run, as (tag, generation, length), what came of it, and until when that
    will do though more is there.
    """

    versions: tuple[tuple[str, int, int], ...]
    series: DerivedSeries | None
    rest_until: float


def _call(function: Function, given: RunSeries) -> Points:
    """Call `function` until all that it uses is on common steps."""
    for _ in range(_ROUNDS):
        failure = value = None
        try:
            with np.errstate(all="ignore"):
                value = function(given)
        except MissingTagError:
            raise
        except Exception as error:  # noqa: BLE001  (arrays of different lengths: aligned, they work)
            failure = error
        if not given.align():
            break
    if failure is not None:
        raise failure
    return given.result(value)


def _versions(run: Run, tags: list[str]) -> tuple[tuple[str, int, int], ...]:
    scalars, versions = run.scalars, []
    for tag in tags:
        if tag in scalars:
            generation, points = scalars[tag].snapshot()
            versions.append((tag, generation, len(points.steps)))
        else:
            versions.append((tag, -1, 0))
    return tuple(versions)


def _common_steps(used: list[Points]) -> npt.NDArray[np.int64] | None:
    """Return the steps for all of `used`; None if they have the same ones as it is."""
    if not used or all(np.array_equal(points.steps, used[0].steps) for points in used):
        return None
    steps = np.unique(min((points.steps for points in used), key=len))
    for points in used:
        if not len(points.steps):
            return steps[:0]
        steps = steps[(steps >= points.steps[0]) & (steps <= points.steps[-1])]
    return steps


def _points_on(steps: npt.NDArray[np.int64], points: Points) -> Points:
    """Return points at `steps`: those that there are, else what lies between two of them."""
    if not len(points.steps):
        return Points(steps, *np.full((2, len(steps)), np.nan))
    rows = np.maximum(np.searchsorted(points.steps, steps, "right") - 1, 0)
    exact = points.steps[rows] == steps
    columns = []
    for column in points[1:]:
        # Of a step that stands twice the last counts, and what is infinite stays so.
        between = np.interp(steps, points.steps, column, np.nan, np.nan)
        columns.append(np.where(exact, column[rows], between))
    return Points(steps, *columns)


class DerivedTags:
    """The derived tags of a view, by name."""

    def __init__(self) -> None:
        self._tags: dict[str, Derived] = {}
        #: Goes up with every change of the list.
        self.revision = 0

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names in the order in which they were added."""
        return iter(list(self._tags))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._tags)

    def __contains__(self, tag: object) -> bool:
        """Tell whether there is a derived tag of that name."""
        return tag in self._tags

    def __repr__(self) -> str:
        return f"<DerivedTags: {list(self._tags)}>"

    def add(self, tag: str, function: Function) -> None:
        """Add a derived tag, or put another function in its place."""
        self._tags[tag] = Derived(tag, function)
        self.revision += 1

    def remove(self, tag: str) -> None:
        """Take a derived tag away.

        Raises
        ------
        KeyError
            If there is none; the message lists those that there are.
        """
        if tag not in self._tags:
            known = ", ".join(map(repr, self._tags)) or "none"
            message = f"there is no derived tag {tag!r}; there are: {known}"
            raise KeyError(message)
        del self._tags[tag]
        self.revision += 1

    def scalars_of(self, run: Run) -> Mapping[str, ScalarSeries]:
        """Return the scalar series of `run` and the derived ones; what was logged comes first."""
        scalars = run.scalars
        if not self._tags:
            return scalars
        found = {}
        for tag, derived in list(self._tags.items()):
            if tag not in scalars and (series := derived.series_of(run)) is not None:
                found[tag] = series
        return ChainMap(found, scalars)  # type: ignore[arg-type]  # nobody writes into it

    def problems(self) -> list[Problem]:
        """Return what is wrong with any of them."""
        found = (derived.problem() for derived in list(self._tags.values()))
        return [problem for problem in found if problem is not None]

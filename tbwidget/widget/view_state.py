"""What all views of a log directory share: the settings a user makes, the catalog and the status.

One hidden `ViewState` a log directory: move the smoothing in one view and all follow, in the page
itself, without the kernel.
"""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from tbwidget import logs as _logs

from .frame import jsonable
from .rpc import MAX_ITEMS, MAX_TEXT, Answer
from .runtime import Channel

if TYPE_CHECKING:
    from tbwidget.logs import Logdir

_STATES: weakref.WeakValueDictionary[int, ViewState] = weakref.WeakValueDictionary()

# A run has one number, and so one colour, in all views of its directory in this process.
_NUMBERS: dict[tuple[tuple[str, str], ...], dict[str, int]] = {}


def logdir_key(logdir: Logdir) -> tuple[tuple[str, str], ...]:
    """Return what two log directory objects of the same directories have in common."""
    return tuple((name, os.path.realpath(path)) for name, path in logdir.paths.items())


class ViewState(Channel):
    """Settings that the views of one log directory share, settable from Python and from the page.

    Attributes
    ----------
    smoothing : float
        Weight of the exponential moving average, 0 to 0.999.
    x_axis : {"step", "relative", "wall"}
    y_scale : {"linear", "log"}
    ignore_outliers : bool
        Fit the y axis to the 5th to 95th percentile.
    hidden_runs : list of str
        Runs switched off in the run list.
    run_filter, tag_filter : str
        Regular expressions.
    """

    page_writes: ClassVar[frozenset[str]] = frozenset(
        {
            "smoothing",
            "x_axis",
            "y_scale",
            "ignore_outliers",
            "hidden_runs",
            "run_filter",
            "tag_filter",
        }
    )

    _view_name: Any = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    smoothing = traitlets.Float(0.6, min=0.0, max=0.999).tag(sync=True)
    x_axis = traitlets.Enum(("step", "relative", "wall"), "step").tag(sync=True)
    y_scale = traitlets.Enum(("linear", "log"), "linear").tag(sync=True)
    ignore_outliers = traitlets.Bool(default_value=False).tag(sync=True)
    hidden_runs = traitlets.List(traitlets.Unicode(), maxlen=MAX_ITEMS).tag(sync=True)
    run_filter = traitlets.Unicode().tag(sync=True)
    tag_filter = traitlets.Unicode().tag(sync=True)

    @traitlets.validate("run_filter", "tag_filter")
    def _validate_filter(self, proposal: Any) -> str:
        text: str = proposal["value"]
        if len(text) > MAX_TEXT:
            message = f"{proposal['trait'].name} has {len(text):,} characters, {MAX_TEXT:,} at most"
            raise traitlets.TraitError(message)
        return text

    def __init__(self, logdir: Logdir | str, **traits: Any) -> None:
        self.logdir = logdir if isinstance(logdir, _logs.Logdir) else _logs.Logdir(logdir)
        self._run_numbers = _NUMBERS.setdefault(logdir_key(self.logdir), {})
        self._tag_numbers: dict[str, int] = {}
        #: The open views that share this state, and whether one of them made it.
        self.views: set[Any] = set()
        self.made_by_view = False
        super().__init__(**traits)
        self.operations.register("problems", self._answer_problems)

    @classmethod
    def of(cls, logdir: Logdir, **settings: Any) -> ViewState:
        """Return the state that views of `logdir` share by default; a new one for `settings`."""
        state = None if settings else _STATES.get(id(logdir))
        if state is None or state.comm is None or state.logdir is not logdir:
            state = cls(logdir, **settings)
            state.made_by_view = True
            if not settings:
                _STATES[id(logdir)] = state
        return state

    def run_number(self, run: str) -> int:
        """Return the number by which messages name a run; it never changes."""
        return self._run_numbers.setdefault(run, len(self._run_numbers))

    def tag_number(self, tag: str) -> int:
        """Return the number by which messages name a tag; it never changes."""
        return self._tag_numbers.setdefault(tag, len(self._tag_numbers))

    def catalog(self) -> dict[str, Any]:
        """Return the runs and tags there are, as the page wants them."""
        runs: list[list[Any]] = []
        by_kind: dict[str, dict[str, list[int]]] = {}
        for name, run in self.logdir.runs.items():
            number = self.run_number(name)
            started = jsonable(run.first_wall_time)
            runs.append([number, name, started, run.deleted])
            for kind, names in run.tags.items():
                holders = by_kind.setdefault(kind, {})
                for tag in names:
                    holders.setdefault(tag, []).append(number)
        tags = {
            kind: [
                [
                    self.tag_number(tag),
                    tag,
                    None if len(holders[tag]) == len(runs) else holders[tag],
                ]
                for tag in sorted(holders, key=_logs.natural_key)
            ]
            for kind, holders in by_kind.items()
        }
        return {"op": "catalog", "name": self.logdir.name, "runs": runs, "tags": tags}

    def status(self) -> dict[str, Any]:
        """Return how reading stands, as the page wants it."""
        progress = self.logdir.progress
        problems = self.logdir.problems
        return {
            "op": "status",
            "exists": self.logdir.exists,
            "complete": progress.complete,
            "bytes_read": progress.bytes_read,
            "bytes_total": progress.bytes_total,
            "files": progress.files,
            "points": progress.points,
            "last_write": progress.last_write,
            "problems": sum(problem.kind != "missing" for problem in problems),
            "bytes_skipped": sum(problem.bytes_skipped for problem in problems),
            "path": ", ".join(self.logdir.paths.values()),
            "notice": problems[0].message if problems and not progress.files else "",
        }

    def _answer_problems(self, _args: dict[str, Any]) -> Answer:
        rows = [
            {
                "file": problem.file,
                "offset": problem.offset,
                "kind": problem.kind,
                "message": problem.message,
            }
            for problem in self.logdir.problems[:200]
        ]
        return Answer(rows)

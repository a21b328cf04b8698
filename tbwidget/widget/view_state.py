"""What all views of a log directory share: the settings a user makes, the catalog and the status.

One hidden `ViewState` a log directory: move the smoothing in one view and all follow, in the page
itself, without the kernel.
"""

from __future__ import annotations

import contextlib
import weakref
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from tbwidget import logs as _logs
from tbwidget.events.files import real_path
from tbwidget.logs.derived import DerivedTags

from .frame import jsonable
from .rpc import Answer
from .runtime import Channel, current_page
from .settings import NAMES as SETTINGS
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tbwidget.events.problems import Problem
    from tbwidget.logs import Logdir

#: By log directory and page.
_STATES: weakref.WeakValueDictionary[tuple[int, Any], ViewState] = weakref.WeakValueDictionary()

# A run has one number, and so one colour, in all views of its directory in this process.
_NUMBERS: dict[tuple[tuple[str, str], ...], dict[str, int]] = {}


def logdir_key(logdir: Logdir) -> tuple[tuple[str, str], ...]:
    """Return what two log directory objects of the same directories have in common."""
    return tuple((name, real_path(path)) for name, path in logdir.paths.items())


class ViewState(Settings, Channel):
    """Settings that the views of one log directory share, settable from Python and from the page.

    Its attributes are those of `Settings`. Views of a `detached` one have no page: they send
    nothing, and no thread follows their log.

    Examples
    --------
    >>> board.state.smoothing = 0.9  # doctest: +SKIP
    >>> board.state.observe(print, "step")  # doctest: +SKIP
    """

    page_writes: ClassVar[frozenset[str]] = SETTINGS

    _view_name: Any = traitlets.Unicode(None, allow_none=True).tag(sync=True)

    def __init__(self, logdir: Logdir | str, *, detached: bool = False, **traits: Any) -> None:
        self.logdir = logdir if isinstance(logdir, _logs.Logdir) else _logs.Logdir(logdir)
        self._run_numbers = _NUMBERS.setdefault(logdir_key(self.logdir), {})
        self._tag_numbers: dict[str, int] = {}
        #: Tags that the user has derived from others; see `Deriving.add`.
        self.derived = DerivedTags()
        #: The open views that share this state, and whether one of them made it.
        self.views: set[Any] = set()
        self.made_by_view = False
        super().__init__(detached="state" if detached else "", **traits)
        self.operations.register("problems", self._answer_problems)
        self.operations.register("hparams", self._answer_hparams)

    @classmethod
    def of(cls, logdir: Logdir, **settings: Any) -> ViewState:
        """Return the state that views of `logdir` share by default; a new one for `settings`."""
        key = id(logdir), current_page()
        state = None if settings else _STATES.get(key)
        if state is None or state.comm is None or state.logdir is not logdir:
            state = cls(logdir, **settings)
            state.made_by_view = True
            if not settings:
                _STATES[key] = state
        return state

    def twin(self) -> ViewState:
        """Return a state of the same settings that no page and no thread knows of."""
        settings = {name: getattr(self, name) for name in SETTINGS}
        state = ViewState(self.logdir, detached=True, **settings)
        state.derived = self.derived
        return state

    def run_number(self, run: str) -> int:
        """Return the number by which messages name a run; it never changes."""
        return self._run_numbers.setdefault(run, len(self._run_numbers))

    def tag_number(self, tag: str) -> int:
        """Return the number by which messages name a tag; it never changes."""
        return self._tag_numbers.setdefault(tag, len(self._tag_numbers))

    def scalars_of(self, run: str) -> Mapping[str, _logs.ScalarSeries]:
        """Return the scalar series of a run by tag, the derived ones among them."""
        return self.derived.scalars_of(self.logdir.runs[run])

    @property
    def revision(self) -> int:
        """Goes up whenever the catalog may have changed."""
        return self.logdir.revision + self.derived.revision

    @property
    def problems(self) -> list[Problem]:
        """What could not be read, and what derived tags failed."""
        return [*self.derived.problems(), *self.logdir.problems]

    def catalog(self) -> dict[str, Any]:
        """Return the runs and tags there are, as the page wants them.

        ``plugins`` has for each kind but scalars how many tags are of which plugin, ``files`` how
        many files beside event files are.
        """
        runs: list[list[Any]] = []
        by_kind: dict[str, dict[str, list[int]]] = {}
        plugins: dict[str, dict[str, set[str]]] = {}
        all_runs = self.logdir.runs
        for name, run in all_runs.items():
            number = self.run_number(name)
            kin = _logs.kinship_of(run, all_runs)
            runs.append(
                [
                    number,
                    name,
                    jsonable(run.first_wall_time),
                    run.deleted,
                    self.run_number(kin.parent.name) if kin else None,
                    kin.key if kin else "",
                ]
            )
            tags_of_run = run.tags
            if self.derived:
                tags_of_run["scalars"] = list(self.derived.scalars_of(run))
            for kind, names in tags_of_run.items():
                holders = by_kind.setdefault(kind, {})
                for tag in names:
                    holders.setdefault(tag, []).append(number)
            for (kind, tag), plugin in run.plugins.items():
                plugins.setdefault(kind, {}).setdefault(plugin or kind, set()).add(tag)
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
        return {
            "op": "catalog",
            "name": self.logdir.name,
            "runs": runs,
            "tags": tags,
            "plugins": {
                kind: {plugin: len(names) for plugin, names in sorted(of_kind.items())}
                for kind, of_kind in plugins.items()
            },
            "files": self.logdir.plugin_files,
        }

    def status(self) -> dict[str, Any]:
        """Return how reading stands, as the page wants it."""
        progress = self.logdir.progress
        problems = self.problems
        return {
            "op": "status",
            "exists": self.logdir.exists,
            "complete": progress.complete,
            "bytes_read": progress.bytes_read,
            "bytes_total": progress.bytes_total,
            "files": progress.files,
            "files_read": progress.files_read,
            "seconds_remaining": progress.seconds_remaining,
            "points": progress.points,
            "last_write": progress.last_write,
            "problems": sum(problem.kind != "missing" for problem in problems),
            "bytes_skipped": sum(problem.bytes_skipped for problem in problems),
            "path": ", ".join(self.logdir.paths.values()),
            "notice": problems[0].message if problems and not progress.files else "",
        }

    def _answer_hparams(self, _args: dict[str, Any]) -> Answer:
        """Return what the sessions were started with, by run and name."""
        table: dict[int, dict[str, Any]] = {}
        for name, run in self.logdir.runs.items():
            if "hparams" not in run.kinds:
                continue
            # What cannot be read is listed among the problems.
            with contextlib.suppress(_logs.UnreadableValueError):
                if hparams := run.hparams:
                    table[self.run_number(name)] = {
                        key: jsonable(value) if isinstance(value, float) else value
                        for key, value in hparams.items()
                    }
        return Answer(table)

    def _answer_problems(self, _args: dict[str, Any]) -> Answer:
        rows = [
            {
                "file": problem.file,
                "offset": problem.offset,
                "kind": problem.kind,
                "message": problem.message,
            }
            for problem in self.problems[:200]
        ]
        return Answer(rows)

"""`Logdir`: a directory of event files as runs and series, read once or followed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tbwidget.events.memory import give_back
from tbwidget.events.problems import Problem

from . import follow as _follow
from .cache import Cache
from .discovery import Found
from .frames import Selection, scalars_frame
from .hparams import hparams_frame
from .mapping import NaturalMapping
from .problem_list import ProblemList, problems_of
from .roots import Roots
from .run import Run
from .source import EventFile

if TYPE_CHECKING:
    import os

    import pandas as pd

    from tbwidget.events.columns import Batch

#: Points that arrive out of order are put in their place so often during a long read.
SETTLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading has come: bytes read of bytes present, event files, points kept, seconds
    since the epoch of the last write, and whether the first read is complete.
    """

    bytes_read: int
    bytes_total: int
    files: int
    points: int
    last_write: float
    complete: bool


class Logdir(Mapping[str, Run]):
    """The runs of a log directory.

    Parameters
    ----------
    source
        Path of a directory (or of one event file), or ``{"name": path, ...}`` for several under
        one roof. A directory that is not there yet is waited for.
    follow
        If false, everything is read before the constructor returns, and `refresh` reads on. If
        true, the constructor returns at once and a background thread reads and keeps reading.
    purge_orphaned_data
        Whether a restart of the writer supersedes earlier points at or after its step.
    cache
        Whether what was read is kept in the user's cache directory, so that the directory opens at
        once the next time. ``$TBWIDGET_CACHE_DIR`` says where else that is.

    Examples
    --------
    >>> logs = Logdir("logs")  # doctest: +SKIP
    >>> logs["train"].scalars["loss"].values[-1]  # doctest: +SKIP
    0.0412
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | Mapping[str, str | os.PathLike[str]],
        *,
        follow: bool = False,
        purge_orphaned_data: bool = True,
        cache: bool = True,
    ) -> None:
        self._roots = Roots(source)
        self._purge = purge_orphaned_data
        self._cache = Cache() if cache else None
        self._runs: dict[str, Run] = {}
        self._files: dict[tuple[str, str], EventFile] = {}  # by run and path
        self._problems = ProblemList()
        self._last_found = Found()
        self._complete = False
        self._points = 0
        self._lock = threading.Lock()
        #: Goes up whenever anything that a view could show has changed.
        self.revision = 0
        _follow.register(self)
        if follow:
            _follow.FOLLOWER.add(self)
        else:
            self.refresh()

    # -- the data ------------------------------------------------------------------------------

    @property
    def paths(self) -> dict[str, str]:
        """The directories by name; the name is empty if only one was given."""
        return dict(self._roots.paths)

    @property
    def name(self) -> str:
        """A short name for titles: the last part of the path, or the given names."""
        return self._roots.name

    @property
    def runs(self) -> Mapping[str, Run]:
        """The runs by name, in natural order.

        Raises
        ------
        KeyError
            On access to a run that is not there; the message lists those that are.
        """
        return NaturalMapping(self._runs, self._missing_run)

    def __getitem__(self, name: str) -> Run:
        """Return the run called `name`."""
        return self.runs[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the runs in natural order."""
        return iter(self.runs)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._runs)

    # Two log directories are the same only if they are the same object.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<Logdir {str(self._roots)!r}: {len(self)} runs>"

    @property
    def problems(self) -> list[Problem]:
        """Everything that could not be read, by file and offset."""
        left_out = sum(run.tags_left_out for run in self._runs.copy().values())
        return self._problems.sorted_with(problems_of(self._last_found, self._roots, left_out))

    @property
    def exists(self) -> bool:
        """Whether any of the directories was there when last looked at."""
        return self._last_found.exists

    @property
    def progress(self) -> Progress:
        """How far reading has come."""
        files = list(self._files.copy().values())
        total = sum(file.size for file in files)
        left = sum(file.bytes_left for file in files)
        last = max((file.state.mtime for file in files if file.state), default=0.0)
        return Progress(total - left, total, len(files), self._points, last, self._complete)

    def scalars(self, tags: Selection = None, runs: Selection = None) -> pd.DataFrame:
        """Return scalar points as a tidy table.

        Parameters
        ----------
        tags, runs
            A name, a list of names, or a compiled regular expression (searched); None for all.

        Returns
        -------
        pandas.DataFrame
            Columns run, tag, step (int64), wall_time (float64, seconds since the epoch), value
            (float64); one row a point.

        Examples
        --------
        >>> logs.scalars("loss").groupby("run").value.min()  # doctest: +SKIP
        """
        return scalars_frame(self.runs, tags, runs)

    def hparams(self) -> pd.DataFrame:
        """Return the hyperparameters and metrics of all sessions as a table.

        A session is a run that says what hyperparameters it was started with. Sessions whose
        hyperparameters cannot be read are left out and listed in `problems`.

        Returns
        -------
        pandas.DataFrame
            One row a session: run, group (of sessions, as the writer named it), status
            ("success", "failure", "running" or "unknown"), start_time and end_time (seconds since
            the epoch, NaN if not given); then a column for each hyperparameter; then one for each
            metric, with its last value, called by its tag, behind the path of its run below the
            session's if it has one. A name that is taken already gets ``hparams/`` or
            ``metrics/`` in front. Metrics are those that an experiment in the session's run or
            above names, else all scalars of the session and below it.

        Examples
        --------
        >>> logs.hparams().sort_values("hparam/accuracy").tail(3)  # doctest: +SKIP
        """
        return hparams_frame(self.runs)

    def export(
        self, path: str | os.PathLike[str], tags: Selection = None, runs: Selection = None
    ) -> int:
        """Write the table of `scalars` to a file, without holding it in memory.

        Parameters
        ----------
        path
            Ends in ``.csv`` or ``.parquet`` (needs pyarrow). A file that is there is replaced. In
            CSV, names that a spreadsheet would run as formulas get an apostrophe in front.
        tags, runs
            A name, a list of names, or a compiled regular expression (searched); None for all.

        Returns
        -------
        int
            How many points were written.

        Raises
        ------
        ValueError, ImportError, OSError
            If the suffix is another, pyarrow is missing, or the file cannot be written.

        Examples
        --------
        >>> logs.export("loss.csv", tags="loss", runs=re.compile("lr=0.1"))  # doctest: +SKIP
        12000
        """
        from .tables import export

        return export(self.runs, path, tags, runs)

    # -- reading -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what is new now. Damage is collected in `problems`, never raised."""
        for _ in self.read_slices():
            pass

    def read_slices(self, budget: int = 4 * 2**20) -> Iterator[None]:
        """Read what is new, stopping for the caller after about every `budget` bytes."""
        with self._lock:
            self._look()
        settled = time.monotonic()
        for file in list(self._files.values()):
            while True:
                with self._lock:
                    more = self._read(file, budget)
                if not more:
                    break
                if time.monotonic() - settled > SETTLE_SECONDS:
                    self._settle()
                    settled = time.monotonic()
                yield
        self._settle()
        if not self._complete:
            for run in list(self._runs.values()):
                run.trim()
            give_back()
            self._complete = True
            self.revision += 1
        yield from self._remember()

    def close(self) -> None:
        """Stop following; what was read stays."""
        _follow.FOLLOWER.remove(self)

    def _settle(self) -> None:
        with self._lock:
            for run in list(self._runs.values()):
                run.settle()

    def _look(self) -> None:
        """Find new files and see what became of the known ones."""
        found = self._roots.discover()
        for item in found.files:
            if (item.run, item.path) not in self._files:
                relative = self._roots.relative(item.path)
                self._files[item.run, item.path] = EventFile(item.path, relative, item.run)
            if item.run not in self._runs:
                self._runs[item.run] = Run(item.run, self, purge=self._purge)
                self.revision += 1
        if found.exists != self._last_found.exists:
            self.revision += 1
        self._last_found = found
        for file in self._files.values():
            if problem := file.look():
                self._problems.note(problem)
                self.revision += 1
            elif file.recovered:
                self._problems.forget(self._roots.relative(file.path), "unreachable")
                self.revision += 1
            if file.replaced:
                file.replaced = False
                self._forget(file)
        self._mark_deleted_runs()

    def _forget(self, file: EventFile) -> None:
        """Drop what was read of a file that is read anew from its beginning."""
        self._points -= self._runs[file.run].forget(file.writer)
        self._problems.forget(self._roots.relative(file.path))
        self.revision += 1

    def _mark_deleted_runs(self) -> None:
        alive = {file.run for file in self._files.values() if not file.vanished}
        for name, run in self._runs.items():
            if run.deleted != (name not in alive):
                run.deleted = name not in alive
                self.revision += 1

    def _read(self, file: EventFile, budget: int) -> bool:
        """Read one slice of `file`; tell whether there was anything."""
        result = (self._cache and file.recall(self._cache)) or file.read(budget)
        if result is None:
            return False
        self.revision += 1
        if isinstance(result, Problem):
            self._problems.note(result)
            return False
        if result.anew:
            self._forget(file)
        self._apply(file, result)
        return True

    def _apply(self, file: EventFile, batch: Batch) -> None:
        # A file that can be read again is no longer a problem.
        self._problems.forget(self._roots.relative(file.path), "unreadable")
        for problem in batch.problems:
            self._problems.note(problem)
        self._points += sum(map(len, batch.scalars.values()))
        self._points += sum(map(len, batch.blobs.values()))
        self._runs[file.run].apply(file.writer, batch)

    def _remember(self) -> Iterator[None]:
        """Give the cache what was read, file by file."""
        files = [file for file in self._files.copy().values() if file.is_worth_remembering]
        if self._cache is None or not files:
            return
        for file in files:
            with self._lock:
                run = self._runs[file.run]
                if not run.tags_left_out:
                    file.remember(self._cache, run.written_by(file.writer))
            yield
        self._cache.trim()

    def _missing_run(self, name: str) -> str:
        if not self.exists:
            return f"no run {name!r}: there is no directory {str(self._roots)!r}"
        known = ", ".join(repr(run) for run in list(self)[:20])
        return f"no run {name!r}; there are: {known or 'none yet'}"

    def report(self, problem: Problem) -> None:
        """Record what turned out to be unreadable when it was looked at."""
        self._problems.note(replace(problem, file=self._roots.relative(problem.file)))

    def note_failure(self, error: Exception) -> None:
        """Record a defect of the reader itself as a problem, so that it is seen."""
        message = f"Reading failed ({type(error).__name__}: {error}); please report this."
        self._problems.note(Problem(str(self._roots), 0, "internal", 0, message))
        self.revision += 1

    def _after_fork_in_child(self) -> None:
        # The reading thread may have held the lock at the fork, and is not here to release it.
        self._lock = threading.Lock()

"""`Logdir`: a directory of event files as runs and series, read once or followed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tbwidget.events.problems import Problem

from . import follow as _follow
from .cache import Cache
from .discovery import Found, discover, natural_key, printable
from .frames import Selection, scalars_frame
from .run import NaturalMapping, Run
from .source import EventFile

if TYPE_CHECKING:
    import pandas as pd

    from tbwidget.events.columns import Batch

MAX_PROBLEMS = 1000
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
        self._roots = _roots_of(source)
        self._purge = purge_orphaned_data
        self._cache = Cache() if cache else None
        self._runs: dict[str, Run] = {}
        self._files: dict[tuple[str, str], EventFile] = {}  # by run and path
        self._problems: dict[tuple[str, int, str], Problem] = {}
        self._problems_left_out = 0
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
        return dict(self._roots)

    @property
    def name(self) -> str:
        """A short name for titles: the last part of the path, or the given names."""
        if list(self._roots) == [""]:
            path = os.path.abspath(self._roots[""])
            return os.path.basename(path) or path
        return ", ".join(self._roots)

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
        return f"<Logdir {', '.join(self._roots.values())!r}: {len(self)} runs>"

    @property
    def problems(self) -> list[Problem]:
        """Everything that could not be read, by file and offset."""
        problems = [*self._problems.copy().values(), *self._directory_problems()]
        return sorted(problems, key=lambda p: (natural_key(p.file), p.offset))

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
        found = self._discover()
        for item in found.files:
            if (item.run, item.path) not in self._files:
                relative = self._relative(item.path)
                self._files[item.run, item.path] = EventFile(item.path, relative, item.run)
            if item.run not in self._runs:
                self._runs[item.run] = Run(item.run, self, purge=self._purge)
                self.revision += 1
        if found.exists != self._last_found.exists:
            self.revision += 1
        self._last_found = found
        for file in self._files.values():
            if problem := file.look():
                self._note(problem)
            if file.replaced:
                file.replaced = False
                self._forget(file)
        self._mark_deleted_runs()

    def _discover(self) -> Found:
        found = Found()
        for name, root in self._roots.items():
            one = discover(root, name)
            found.files += one.files
            found.errors += one.errors
            found.exists |= one.exists
            found.partial |= one.partial
            found.not_event_file |= one.not_event_file
        return found

    def _forget(self, file: EventFile) -> None:
        """Drop what was read of a file that another one has taken the place of."""
        self._points -= self._runs[file.run].forget(file.writer)
        relative = self._relative(file.path)
        for key in [key for key in self._problems if key[0] == relative]:
            del self._problems[key]
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
            self._note(result)
            return False
        self._apply(file, result)
        return True

    def _apply(self, file: EventFile, batch: Batch) -> None:
        # A file that can be read again is no longer a problem.
        self._problems.pop((self._relative(file.path), 0, "unreadable"), None)
        for problem in batch.problems:
            self._note(problem)
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

    def _note(self, problem: Problem) -> None:
        key = (problem.file, problem.offset, problem.kind)
        if key in self._problems or len(self._problems) < MAX_PROBLEMS:
            self._problems[key] = problem
        else:
            self._problems_left_out += 1

    def _directory_problems(self) -> list[Problem]:
        """Problems of the directory as it is now, as against those of files."""
        found, paths = self._last_found, ", ".join(self._roots.values())
        problems = [
            Problem(self._relative(path), 0, "unreadable", 0, f"Cannot be listed: {reason}.")
            for path, reason in found.errors
        ]
        if not found.exists:
            message = f"There is no directory {paths!r} yet; it is picked up when it appears."
            problems.append(Problem(paths, 0, "missing", 0, message))
        elif found.not_event_file:
            message = f"{paths!r} is a file, and not an event file; give the directory of the logs."
            problems.append(Problem(paths, 0, "not_event_file", 0, message))
        if found.partial:
            message = f"{paths!r} holds too many files to look at all; give a directory below it."
            problems.append(Problem(paths, 0, "partial", 0, message))
        if left_out := sum(run.tags_left_out for run in self._runs.copy().values()):
            message = f"{left_out:,} values of further tags were left out: a run has too many tags."
            problems.append(Problem(paths, 0, "too_many_tags", 0, message))
        if self._problems_left_out:
            message = f"{self._problems_left_out:,} further problems are not listed."
            problems.append(Problem(paths, 0, "too_many_problems", 0, message))
        return problems

    def _relative(self, path: str) -> str:
        for name, root in self._roots.items():
            if path == root:
                return printable(os.path.join(name, os.path.basename(path)))
            if path.startswith(root.rstrip(os.sep) + os.sep):
                return printable(os.path.join(name, os.path.relpath(path, root)))
        return printable(path)

    def _missing_run(self, name: str) -> str:
        if not self.exists:
            where = ", ".join(self._roots.values())
            return f"no run {name!r}: there is no directory {where!r}"
        known = ", ".join(repr(run) for run in list(self)[:20])
        return f"no run {name!r}; there are: {known or 'none yet'}"

    def note_failure(self, error: Exception) -> None:
        """Record a defect of the reader itself as a problem, so that it is seen."""
        message = f"Reading failed ({type(error).__name__}: {error}); please report this."
        self._note(Problem(", ".join(self._roots.values()), 0, "internal", 0, message))
        self.revision += 1

    def _after_fork_in_child(self) -> None:
        # The reading thread may have held the lock at the fork, and is not here to release it.
        self._lock = threading.Lock()


def _roots_of(source: Any) -> dict[str, str]:
    """Return the directories by name of what a `Logdir` was given.

    Raises
    ------
    TypeError
        If it is neither a path nor a mapping of names to paths.
    ValueError
        If it is empty.
    """
    if isinstance(source, Mapping):
        if not source:
            message = "the log directory is an empty mapping; give at least one {'name': 'path'}"
            raise ValueError(message)
        return {str(name): _path_of(path) for name, path in source.items()}
    return {"": _path_of(source)}


def _path_of(path: Any) -> str:
    if not isinstance(path, (str, os.PathLike)):
        message = f"a log directory is a path, not {type(path).__name__}"
        raise TypeError(message)
    text = os.fsdecode(path)
    if not text.strip():
        message = "the log directory is an empty string; give the path of a directory"
        raise ValueError(message)
    if text.startswith("file://"):
        text = text.removeprefix("file://")
    return os.path.normpath(os.path.expanduser(text))

"""`Logdir`: a directory of event files as runs and series, read once or followed."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tbwidget.events.memory import give_back
from tbwidget.events.problems import Problem

from . import follow as _follow
from .bulk import BulkRead, Decoded
from .cache import Cache, Reading
from .discovery import Found
from .log_tables import LogTables
from .mapping import NaturalMapping
from .problem_list import ProblemList, problems_of
from .progress import Pace, Progress, Reporter, progress_of
from .roots import Roots
from .run import Run
from .source import EventFile
from .worker_pool import pool_for

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Executor

    from tbwidget.events.columns import Batch

#: Points that arrive out of order are put in their place so often during a long read.
SETTLE_SECONDS = 1.0
#: Whether a pool of processes would help is asked so often during a long first read.
POOL_SECONDS = 1.0
#: Files behind a URL that are read at a time: it is waiting that takes long.
REQUESTS_AT_ONCE = 16
#: A look at the whole of a directory that takes longer is made so often that it takes this part of
#: a core, but at least once in so many seconds. Waiting for a disk counts less than computing.
LOOK_SECONDS = 0.004
LOOK_DUTY = 0.005
LOOK_CORE = 0.1
LONGEST_LOOK_INTERVAL = 5.0


class Logdir(LogTables):
    """The runs of a log directory.

    Parameters
    ----------
    source
        Path of a directory (or of one event file), or ``{"name": path, ...}`` for several under
        one roof. A directory that is not there yet is waited for. A path may be any URL that
        fsspec knows, as ``s3://bucket/logs`` (needs ``tbwidget[remote]`` and a driver).
    follow
        If false, everything is read before the constructor returns, and `refresh` reads on. If
        true, the constructor returns at once and a background thread reads and keeps reading.
    purge_orphaned_data
        Whether a restart of the writer supersedes earlier points at or after its step.
    cache
        Whether what was read is kept in the user's cache directory, so that the directory opens at
        once the next time. ``$TBWIDGET_CACHE_DIR`` says where else that is.
    executor
        Decodes the files of the first read: a ``ProcessPoolExecutor``, Dask's
        ``Client.get_executor()``, or any other. It is not shut down. What it fails to do is done
        here, and told in `problems`.
    progress
        Is called with a `Progress` now and then while files are read, and when all are.
    storage_options
        Arguments of the fsspec file system, for a URL.

    Raises
    ------
    TypeError, ValueError
        If `source` is no path, or empty, or a URL of a kind that there is not.
    ImportError
        If what a URL needs is not installed; the message says what to install.

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
        executor: Executor | None = None,
        progress: Callable[[Progress], object] | None = None,
        storage_options: Mapping[str, Any] | None = None,
    ) -> None:
        self._roots = Roots(source, storage_options)
        self._purge = purge_orphaned_data
        self._cache = Cache() if cache else None
        self._runs: dict[str, Run] = {}
        self._files: dict[tuple[str, str], EventFile] = {}  # by run and path
        self._problems = ProblemList()
        self._last_found = Found()
        self._active: list[EventFile] | None = None  # of the last look at everything
        self._next_look = 0.0
        self._last_progress: tuple[int, Progress] | None = None
        self._complete = False
        self._points = 0
        self._executor = executor
        self._pace = Pace()
        self._reporter = Reporter(progress)
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
    def plugin_files(self) -> dict[str, int]:
        """How many files there are beside event files, by plugin: ``profile``, ``projector``, ...

        They are counted, not read; behind URLs they are not looked for.
        """
        return dict(self._last_found.plugins)

    @property
    def progress(self) -> Progress:
        """How far reading has come."""
        revision, last = self.revision, self._last_progress
        if last is not None and last[0] == revision:
            return last[1]
        files = self._files.copy().values()
        now = progress_of(files, self._points, self._pace, complete=self._complete)
        # Asked for several times a second, of thousands of files that may not change any more.
        self._last_progress = (revision, now) if now.complete else None
        return now

    # -- reading -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what is new now. Damage is collected in `problems`, never raised."""
        for _ in self.read_slices(fresh=True):
            pass

    def read_slices(self, budget: int = 4 * 2**20, *, fresh: bool = False) -> Iterator[None]:
        """Read what is new, stopping for the caller after about every `budget` bytes.

        Parameters
        ----------
        budget
            Bytes.
        fresh
            Whether directories behind URLs are listed now; else once in a while will do.
        """
        self._pace.begin()
        with self._lock:
            files = self._look(fresh=fresh)
            executor, self._executor = self._executor, None
        settled = time.monotonic()
        for _ in self._read_files(files, executor, budget):
            if time.monotonic() - settled > SETTLE_SECONDS:
                self._settle()
                settled = time.monotonic()
            self._tell()
            yield
        self._settle()
        if not self._complete:
            for run in list(self._runs.values()):
                run.trim()
            give_back()
            self._complete = True
            self._pace.end()
            self._tell(final=True)
            self.revision += 1
        yield from self._remember()

    def _read_files(
        self, files: list[EventFile], executor: Executor | None, budget: int
    ) -> Iterator[None]:
        """Read `files`, the first time with an executor where one is given or pays."""
        if executor is not None:
            bulk = BulkRead(files, executor, self._load)
            yield from self._read_in_bulk(bulk, budget)
            if bulk.error is not None:
                message = f"The executor failed ({_text(bulk.error)}); files were decoded here."
                self._note(Problem(str(self._roots), 0, "executor", 0, message))
        elif self._roots.are_remote and not self._complete:
            threads = ThreadPoolExecutor(REQUESTS_AT_ONCE, "tbwidget-remote")
            yield from self._read_in_bulk(BulkRead(files, threads, self._load, own=True), budget)
        asked = time.monotonic()
        while files:
            yield from self._read_file(files.pop(0), budget)
            if not self._complete and time.monotonic() - asked > POOL_SECONDS:
                asked = time.monotonic()
                sizes = [file.bytes_left for file in files]
                if pool := pool_for(self._pace.remaining(sum(sizes)), sizes):
                    bulk = BulkRead(files, pool, self._load, own=True)
                    yield from self._read_in_bulk(bulk, budget)

    def _read_file(self, file: EventFile, budget: int) -> Iterator[None]:
        while True:
            with self._lock:
                if not self._read(file, budget):
                    return
            yield

    def _read_in_bulk(self, bulk: BulkRead, budget: int) -> Iterator[None]:
        for result in bulk.results():
            if result is not None:
                file, what = result
                if what is None:
                    yield from self._read_file(file, budget)
                else:
                    with self._lock:
                        self._take(file, what)
            yield

    def _take(self, file: EventFile, what: Reading | Decoded) -> None:
        """Take in what was read of a file elsewhere, unless it was read here meanwhile."""
        if isinstance(what, Reading):
            if not file.cursor.offset:
                self._add(file, file.recall(what))
        elif what.part.cursor is file.cursor:
            self._pace.note(what.batches[-1].cursor.offset - file.cursor.offset)
            for batch in what.batches:
                accepted = file.accept(batch, patient=what.part.patient, head=what.head)
                self._add(file, accepted)

    def _load(self, file: EventFile) -> Reading | None:
        return file.load(self._cache) if self._cache is not None else None

    def close(self) -> None:
        """Stop following; what was read stays."""
        _follow.FOLLOWER.remove(self)

    def _settle(self) -> None:
        with self._lock:
            for run in list(self._runs.values()):
                run.settle()

    def _tell(self, *, final: bool = False) -> None:
        """Tell of the progress, if somebody wants to know."""
        error = self._reporter.report(lambda: self.progress, final=final)
        if error is not None:
            message = f"The progress callback failed ({_text(error)}); it is not called again."
            self._note(Problem(str(self._roots), 0, "callback", 0, message))

    def _look(self, *, fresh: bool) -> list[EventFile]:
        """Find new files, see what became of the known ones, and return those to read.

        If that takes long, what has not changed for a while is looked at less often.
        """
        began, began_cpu = time.monotonic(), time.thread_time()
        if began < self._next_look and not fresh:
            if self._active is None:
                self._active = [file for file in self._files.values() if file.is_active]
            self._look_at(self._active)
            return self._active.copy()
        self._active = None
        self._discover(fresh=fresh)
        files = list(self._files.values())
        self._look_at(files)
        self._mark_deleted_runs()
        now = time.monotonic()
        cost = max(time.thread_time() - began_cpu, (now - began) * LOOK_CORE)
        if cost > LOOK_SECONDS:
            self._next_look = now + min(cost / LOOK_DUTY, LONGEST_LOOK_INTERVAL)
        return files

    def _discover(self, *, fresh: bool) -> None:
        found = self._roots.discover(fresh=fresh)
        for item in found.files:
            if (item.run, item.path) not in self._files:
                relative = self._roots.relative(item.path)
                self._files[item.run, item.path] = EventFile(item.path, relative, item.run)
            if item.run not in self._runs:
                self._runs[item.run] = Run(item.run, self, purge=self._purge)
                self.revision += 1
        before = self._last_found
        if (found.exists, found.plugins) != (before.exists, before.plugins):
            self.revision += 1
        self._last_found = found

    def _look_at(self, files: list[EventFile]) -> None:
        for file in files:
            if problem := file.look():
                self._note(problem)
            elif file.recovered:
                self._problems.forget(self._roots.relative(file.path), "unreachable")
                self.revision += 1
            if file.replaced:
                file.replaced = False
                self._forget(file)

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
        if (reading := self._load(file)) is not None:
            self._add(file, file.recall(reading))
            return True
        before = file.cursor.offset
        result = file.read(budget)
        if isinstance(result, Problem):
            self._note(result)
            return False
        if result is None:
            return False
        self._pace.note(file.cursor.offset - before)
        self._add(file, result)
        return True

    def _add(self, file: EventFile, batch: Batch) -> None:
        self.revision += 1
        if batch.anew:
            self._forget(file)
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
        message = f"Reading failed ({_text(error)}); please report this."
        self._note(Problem(str(self._roots), 0, "internal", 0, message))

    def _note(self, problem: Problem) -> None:
        self._problems.note(problem)
        self.revision += 1

    def _after_fork_in_child(self) -> None:
        # The reading thread is not here to release the lock, nor to finish what it was at: begin
        # anew, lest half of it be taken for all, here or by who finds it in the cache.
        if self._lock.locked():
            self._runs, self._files, self._problems = {}, {}, ProblemList()
            self._points, self._complete, self._active = 0, False, None
        self._lock = threading.Lock()


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"

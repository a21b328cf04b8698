"""The first read by an executor: the same data, whatever becomes of the executor."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
from generated_logs import Recipe, Tag, records_of
from same_data import assert_same_data

from tbwidget import Logdir
from tbwidget.logs import bulk, source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TAGS = (
    Tag("loss", "simple_value"),
    Tag("accuracy", "float_val"),
    Tag("weights", "histo", 5),
    Tag("pictures", "image", 7),
    Tag("words", "text", 9),
)


@pytest.fixture
def logdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six files of three runs, each read in several parts; later ones say less of their tags."""
    monkeypatch.setattr(bulk, "PART_BYTES", 3000)
    monkeypatch.setattr(bulk, "DEFAULT_BUDGET", 1000)
    for run in "abc":
        for number in range(2):
            recipe = Recipe(
                seed=number,
                iterations=60 + 40 * ("abc".index(run) % 2),
                tags=TAGS,
                first_step=50 * number,
                metadata="first" if not number else "never",
                resets=((30, True),),
            )
            path = tmp_path / "logs" / run / f"events.out.tfevents.170000000{number}.host"
            ef.write(path, *records_of(recipe))
    return tmp_path / "logs"


class Instant(Executor):
    """Does everything at once, as another process would: nothing is shared.

    Parameters
    ----------
    change
        What becomes of a future that is about to be done.
    """

    def __init__(self, change: Callable[[Future[Any], Any], None] | None = None) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._change = change or (lambda future, result: future.set_result(result))

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self.calls.append(arguments)
        job = pickle.loads(pickle.dumps((function, arguments, named)))  # noqa: S301
        result = job[0](*job[1], **job[2])
        future: Future[Any] = Future()
        self._change(future, pickle.loads(pickle.dumps(result)))  # noqa: S301
        return future


def test_a_read_by_an_executor_is_the_same_as_without(logdir: Path) -> None:
    executor = Instant()
    logs = Logdir(logdir, cache=False, executor=executor)
    assert_same_data(logs, Logdir(logdir, cache=False))
    assert {path for path, *_ in executor.calls} == {str(path) for path in logdir.rglob("e*")}
    assert len(executor.calls) > 6
    assert logs.progress.bytes_read == logs.progress.bytes_total


def test_what_comes_back_in_any_order_is_taken_in_its_own(logdir: Path) -> None:
    class Backwards(ThreadPoolExecutor):
        """Has the parts of the first files done last."""

        last = threading.Event()

        def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
            path = arguments[0]

            def job() -> Any:
                if path.endswith("0.host"):
                    assert self.last.wait(30)
                result = function(*arguments, **named)
                if path.endswith("c/events.out.tfevents.1700000001.host"):
                    self.last.set()
                return result

            return super().submit(job)

    with Backwards(8) as executor:
        logs = Logdir(logdir, cache=False, executor=executor)
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_the_executor_has_the_first_read_only_and_is_left_running(logdir: Path) -> None:
    executor = Instant()
    logs = Logdir(logdir, cache=False, executor=executor)
    calls = len(executor.calls)
    path = logdir / "a" / "events.out.tfevents.1700000001.host"
    ef.append(path, ef.record(ef.scalar(500, 5.0)))
    logs.refresh()
    assert logs["a"].scalars["loss"].steps[-1] == 500
    assert len(executor.calls) == calls
    with ThreadPoolExecutor(1) as threads:
        Logdir(logdir, cache=False, executor=threads)
        assert threads.submit(int).result() == 0


def test_a_worker_that_fails_costs_no_file(logdir: Path) -> None:
    def fail(future: Future[Any], result: Any) -> None:
        head, batches = result
        if batches[0].cursor.offset > 3000:
            future.set_exception(MemoryError("too little"))
        else:
            future.set_result((head, batches))

    logs = Logdir(logdir, cache=False, executor=Instant(fail))
    (problem,) = logs.problems
    assert problem.kind == "executor"
    assert (
        problem.message == "The executor failed (MemoryError: too little); files were decoded here."
    )
    logs._problems.forget(problem.file)
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_an_executor_that_takes_nothing_costs_no_file(logdir: Path) -> None:
    class Broken(Executor):
        def submit(self, *_: Any, **__: Any) -> Any:
            message = "a child process terminated abruptly"
            raise BrokenProcessPool(message)

    logs = Logdir(logdir, cache=False, executor=Broken())
    (problem,) = logs.problems
    assert "BrokenProcessPool: a child process" in problem.message
    logs._problems.forget(problem.file)
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_an_executor_that_is_shut_down_while_reading_costs_no_file(logdir: Path) -> None:
    executor = ThreadPoolExecutor(1)
    logs = Logdir(logdir, cache=False, executor=executor, progress=lambda _: executor.shutdown())
    assert [problem.kind for problem in logs.problems] == ["executor"]
    logs._problems.forget(logs.problems[0].file)
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_an_executor_that_does_not_answer_is_not_waited_for(
    logdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(bulk, "TURN_SECONDS", 0.001)

    class Silent(Executor):
        futures: list[Future[Any]] = []  # noqa: RUF012

        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            self.futures.append(Future())
            return self.futures[-1]

    executor = Silent()
    logs = Logdir(logdir, cache=False, executor=executor)
    assert [problem.kind for problem in logs.problems] == ["executor"]
    assert all(future.cancelled() for future in executor.futures)
    logs._problems.forget(logs.problems[0].file)
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_workers_that_see_other_files_are_not_believed(logdir: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    for path in logdir.rglob("e*"):
        other = elsewhere / path.relative_to(logdir)
        ef.write(other, ef.record(ef.file_version(5.0)), ef.record(ef.scalar(9, 9.0, "foreign")))

    class Elsewhere(Instant):
        def submit(self, function: Any, /, path: str, *arguments: Any, **named: Any) -> Any:
            path = path.replace(str(logdir), str(elsewhere))
            return super().submit(function, path, *arguments, **named)

    logs = Logdir(logdir, cache=False, executor=Elsewhere())
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_workers_that_see_no_files_cost_none(logdir: Path) -> None:
    class Blind(Instant):
        def submit(self, _: Any, /, path: str, *__: Any, **___: Any) -> Any:
            future: Future[Any] = Future()
            future.set_exception(FileNotFoundError(2, "No such file", path))
            return future

    logs = Logdir(logdir, cache=False, executor=Blind())
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_what_was_read_here_meanwhile_is_not_taken_twice(logdir: Path) -> None:
    logs = Logdir.__new__(Logdir)
    once = [True]

    def read_too(_: object) -> None:
        if once:
            once.clear()
            logs.refresh()

    logs.__init__(logdir, cache=False, executor=Instant(), progress=read_too)  # type: ignore[misc]
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_a_read_that_was_interrupted_is_gone_on_with(logdir: Path) -> None:
    logs = Logdir.__new__(Logdir)
    once = [True]

    def interrupt(_: object) -> None:
        if once:
            once.clear()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        logs.__init__(logdir, cache=False, executor=Instant(), progress=interrupt)  # type: ignore[misc]
    logs.refresh()
    assert_same_data(logs, Logdir(logdir, cache=False))


def test_what_the_cache_knows_is_not_decoded_again(
    logdir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TBWIDGET_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(source, "WORTH_BYTES", 1)
    monkeypatch.setattr(source, "SETTLED_SECONDS", -1.0)
    Logdir(logdir)
    grown = logdir / "b" / "events.out.tfevents.1700000000.host"
    ef.append(grown, ef.record(ef.scalar(900, 5.0)))
    executor = Instant()
    logs = Logdir(logdir, executor=executor)
    assert not executor.calls
    assert_same_data(logs, Logdir(logdir, cache=False))

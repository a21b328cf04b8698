"""The first read by a pool of processes and by a Dask cluster gives the data of a read here."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import textwrap
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import event_files as ef
import pytest
from generated_logs import Recipe, Tag, records_of
from same_data import assert_same_data

from tbwidget import Logdir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
TAGS = (
    *(Tag(f"loss/{number}", "simple_value", number + 1) for number in range(5)),
    Tag("accuracy", "float_val"),
    Tag("weights", "histo", 5),
    Tag("pictures", "image", 7),
    Tag("words", "text", 9),
)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight runs of two files: long and short, restarted, odd, damaged."""
    root = tmp_path_factory.mktemp("logs")
    for number in range(16):
        recipe = Recipe(
            seed=number,
            iterations=400 * (1 + number % 3),
            tags=TAGS,
            first_step=300 * (number % 2),
            metadata="never" if number % 2 else "first",
            resets=((300, True),) if number % 3 else (),
            specials=0.05,
            odd=0.01,
        )
        data = bytearray(b"".join(records_of(recipe)))
        if number % 5 == 4:
            data[len(data) // 2] ^= 1
        run = root / f"run{number // 2}"
        ef.write(run / f"events.out.tfevents.17000000{number:02}.host", bytes(data))
    return root


@contextmanager
def process_pool(_: Path) -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


@contextmanager
def dask_cluster(scratch: Path) -> Iterator[Executor]:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            local_directory=str(scratch),
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        yield executor


@pytest.mark.parametrize("open_executor", [process_pool, dask_cluster])
def test_an_executor_gives_the_same_data(
    logdir: Path, tmp_path: Path, open_executor: Callable[[Path], AbstractContextManager[Executor]]
) -> None:
    with open_executor(tmp_path) as executor:
        logs = Logdir(logdir, cache=False, executor=executor)
    here = Logdir(logdir, cache=False)
    assert here.problems
    assert_same_data(logs, here)
    path = logdir / "run0" / "events.out.tfevents.1700000001.host"
    size = path.stat().st_size
    try:
        ef.append(path, ef.record(ef.scalar(10_000, 5.0, "loss/0")))
        logs.refresh()
        here.refresh()
    finally:
        os.truncate(path, size)
    assert logs["run0"].scalars["loss/0"].steps[-1] == 10_000
    assert_same_data(logs, here)


PROGRAM = """
import os
import sys

print("main ran", flush=True)
from tbwidget import Logdir
from tbwidget.logs import logdir, worker_pool

worker_pool.WORTH_SECONDS = -1.0
worker_pool._cores = lambda: 2
logdir.POOL_SECONDS = -1.0
logdir.Pace.remaining = lambda self, left: 100.0
pools = []
pool_for = worker_pool.pool_for


def spy(*arguments):
    pool = pool_for(*arguments)
    pools.append(type(pool).__name__)
    return pool


logdir.pool_for = spy
logs = Logdir(sys.argv[1], cache=False)
print(logs.progress.points, [problem.kind for problem in logs.problems if problem.offset == 0])
print("pool" if "ProcessPoolExecutor" in pools else "no pool")
"""


@pytest.mark.parametrize("script", [False, True], ids=["as in a notebook", "as a script"])
def test_a_pool_by_itself_only_where_no_script_would_run_again(
    logdir: Path, tmp_path: Path, script: bool
) -> None:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM), encoding="utf-8")
    command = [str(program)] if script else ["-c", PROGRAM]
    done = subprocess.run(
        [sys.executable, *command, str(logdir)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    points = Logdir(logdir, cache=False).progress.points
    assert done.stdout.splitlines() == [
        "main ran",
        f"{points} []",
        "no pool" if script else "pool",
    ]
    assert not done.stderr

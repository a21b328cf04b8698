"""Interrupts, a second board and the end of the process, in real kernels without a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import event_files as ef
import pytest
from kernels import ROOT, Kernel, KernelPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEGIN = """
import threading, time
import tbwidget
get_ipython().run_line_magic("load_ext", "tbwidget")
writer, step = tbwidget.SummaryWriter("logs/run"), 0

def write():
    global step
    writer.add_scalar("loss", step, step)
    writer.flush()
    step += 1

def threads():
    return [one for one in threading.enumerate() if one.name.startswith("tbwidget-follower")]

write()
board = get_ipython().run_line_magic("tensorboard", "--logdir logs")
print(board.scalars.model_id, board.state.model_id)
"""
TRAIN = """
print("training")
while True:
    write()
    sum(i * i for i in range(10_000))
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("kernel"), subshell=False)
    yield kernel
    kernel.stop()


def test_an_interrupted_cell_leaves_the_view_alive(kernel: Kernel) -> None:
    page = KernelPage(kernel, *kernel.run(BEGIN).split())
    page.open()
    before = kernel.run("reading = threads(); print(len(reading))")
    assert before == "1\n"
    for _ in range(3):
        cell = kernel.start(TRAIN)
        page.wait_for(lambda cell=cell: kernel.printed(cell))
        # A long series is thinned, and not longer with each point.
        last = page.steps("loss")[-1]
        page.wait_for(lambda last=last: page.steps("loss")[-1] > last)
        kernel.interrupt()
        kernel.finish(cell, status="error")
        assert kernel.replies[cell]["ename"] == "KeyboardInterrupt"
    kernel.run("write()")
    written = int(kernel.run("print(step)"))
    page.wait_for(lambda: page.steps("loss")[-1:] == [written - 1])
    assert page.gaps == 0
    assert kernel.run("print(threads() == reading, board.logdir.problems)") == "True []\n"


def test_a_second_board_of_a_directory_shares_the_loader(kernel: Kernel) -> None:
    kernel.run("""
first, other = (get_ipython().run_line_magic("tensorboard", "--logdir logs") for _ in range(2))
""")
    assert kernel.run("print(first.logdir is other.logdir, first.state is other.state)") == (
        "True True\n"
    )
    assert kernel.run("print(first.model_id != other.model_id, len(threads()))") == "True 1\n"


EXIT = """
import sys, time
from tbwidget import TensorBoard
from tbwidget.logs import follow
board = TensorBoard(sys.argv[1])
while not board.logdir.progress.bytes_read:
    time.sleep(0.001)
assert not board.logdir.progress.complete
print("reading", flush=True)
"""


def test_the_process_ends_though_a_large_log_is_being_read(tmp_path: Path) -> None:
    """It neither waits for the rest nor complains."""
    written = ef.write_scalars(tmp_path / "logs" / "0" / ef.NAME, list(range(20_000)))
    for number in range(1, 40):
        folder = tmp_path / "logs" / f"{number}"
        folder.mkdir()
        shutil.copy(written, folder)
    finished = subprocess.run(
        [sys.executable, "-c", EXIT, str(tmp_path / "logs")],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TBWIDGET_CACHE_DIR": str(tmp_path / "cache")},
        text=True,
        timeout=60,
    )
    assert (finished.stdout, finished.stderr, finished.returncode) == ("reading\n", "", 0)

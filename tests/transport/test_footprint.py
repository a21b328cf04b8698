"""No port is opened, and no file written but in the cache and where the user says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kernels import ROOT, Kernel, KernelPage

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Remembers, in `done`, every file opened to be written, made or removed, and every socket.
WATCH = """
import json, os, sys
done = []

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        written = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if flags else False
        if not isinstance(path, int) and (written or set(str(mode)) & set("wax+")):
            done.append(["write", str(path)])
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link"):
        done.append([event, str(arguments[1 if event == "os.rename" else 0])])
    elif event in ("socket.__new__", "socket.bind", "socket.connect", "_thread.start_new_thread",
                   "subprocess.Popen", "os.exec", "os.fork", "os.system"):
        done.append([event, ""])

sys.addaudithook(watch)
"""
OPEN = """
import threading
import psutil, tbwidget

def listening():
    sockets = psutil.Process().net_connections()
    return sorted(str(one.laddr) for one in sockets if one.status == "LISTEN")

before = listening()
board = tbwidget.TensorBoard("logs")
board
"""
USE = """
board.scalars.data, board.logdir.scalars(), board.logdir.problems
board.state.smoothing = 0.5
board.save_html("report.html")
board.logdir.export("table.csv")
print(json.dumps([before, listening(), done]))
"""


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """A kernel whose every folder is the test's."""
    for name, folder in {
        "HOME": "home",
        "XDG_CACHE_HOME": "home/.cache",
        "TMPDIR": "temporary",
        "TBWIDGET_CACHE_DIR": "cache",
    }.items():
        (tmp_path / folder).mkdir(exist_ok=True)
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    (tmp_path / "work").mkdir()
    kernel = Kernel(tmp_path / "work", subshell=True)
    yield kernel
    kernel.stop()


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_board_opens_no_port_and_writes_only_its_cache_and_what_it_is_told_to(
    kernel: Kernel, tmp_path: Path
) -> None:
    kernel.run(
        "import tbwidget\nwith tbwidget.SummaryWriter('logs/run') as writer:\n"
        "    for step in range(9000): writer.add_scalar('loss', step, step)\n"
        "    writer.add_histogram('weights', [1.0, 2.0], 0)\n"
    )
    before = files_of(tmp_path)
    kernel.run(WATCH)
    kernel.run(OPEN)
    view, state = kernel.run("print(board.scalars.model_id, board.state.model_id)").split()
    page = KernelPage(kernel, view, state)
    page.open()
    asked = page.ask(view, "detail", tags=["loss"], runs=["run"], low=10, high=20)
    page.wait_for(lambda: asked in page.answers and page.steps("loss"))
    listening, then, done = json.loads(kernel.run(USE))
    assert then == listening
    made = files_of(tmp_path) - before
    named = {f"work/{name}" for name in ("report.html", "table.csv")}
    others = {path for path in made - named if not path.startswith(("cache/", "work/.ipython/"))}
    assert others == set()
    assert named <= made
    assert any(path.startswith("cache/") for path in made)
    allowed = (f"{tmp_path}/cache", f"{tmp_path}/work/.ipython", os.devnull)
    written = [path for event, path in done if event in {"write", "os.mkdir", "os.rename"}]
    assert written
    stray = [path for path in written if not path.startswith(allowed)]
    assert {Path(path).name for path in stray if not _is_temporary(path)} <= {*map(_name, named)}
    assert not {event for event, _ in done} & {"socket.bind", "subprocess.Popen", "os.fork"}


def _name(path: str) -> str:
    return Path(path).name


def _is_temporary(path: str) -> bool:
    """Tell whether it is what a named file is written as before it gets its name."""
    return Path(path).name.startswith((".report.html", "report.html.", ".table.csv", "table.csv."))


IMPORT = f"""
{WATCH}
import threading
import tbwidget
tbwidget.SummaryWriter, tbwidget.Logdir  # the names that need no widget
threads = [thread.name for thread in threading.enumerate()]
print(json.dumps([threads, done, sorted(m for m in sys.modules if m in
    ("socket", "asyncio", "pandas", "sklearn", "bqplot"))]))
"""


def test_importing_starts_no_thread_opens_no_socket_and_writes_no_file(tmp_path: Path) -> None:
    finished: Any = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        text=True,
        timeout=120,
    )
    threads, done, heavy = json.loads(finished.stdout)
    assert (threads, done) == (["MainThread"], [])
    assert not {"pandas", "sklearn", "bqplot"} & set(heavy)
    assert list(tmp_path.iterdir()) == []

"""Kernels of several versions of ipykernel, with and without subshells."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from kernels import INSTALLED, KERNELS, Kernel, KernelPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRELUDE = """
import os, threading, time
import tbwidget
from tbwidget.logs import follow
from tbwidget.widget import publisher
from tbwidget.widget.publisher import PUBLISHER
from tbwidget.widget.rpc import Answer
from tbwidget.widget.runtime import Channel

publisher.HEARTBEAT_SECONDS = follow.WATCHED_INTERVAL = 0.2
pushed, push = [], Channel.push

def noted(self, message, buffers=None):
    pushed.append((time.monotonic(), threading.current_thread().name))
    push(self, message, buffers)

Channel.push = noted
writer, step = tbwidget.SummaryWriter("logs/run"), 0

def write(*tags):
    global step
    for tag in tags:
        writer.add_scalar(tag, step, step)
    writer.flush()
    step += 1

def train(end):
    deadline = time.monotonic() + 90
    while not os.path.exists(end):
        assert time.monotonic() < deadline
        write("a", "b")
        if step % 10 == 0:  # a trait set in a cell must not draw requests to the cell's thread
            view.state.smoothing = step % 20 / 20
            view.height = 500 + step % 20
        sum(i * i for i in range(100_000))

def follow_on():
    "Wait until all that was written has been read, and sent if it may be."
    ticks = []
    def listener():
        ticks.append(view.logdir.progress.points)
        return True
    follow.FOLLOWER.subscribe(listener)
    follow.FOLLOWER.wake()
    while len(ticks) < 3:
        time.sleep(0.01)
        PUBLISHER._sessions[view.state.model_id].urgent = True
        follow.FOLLOWER.wake()
    follow.FOLLOWER.unsubscribe(listener)

view = tbwidget.Scalars("logs")
for channel in (view, view.state):
    channel.operations.register("where", lambda _args: Answer(threading.current_thread().name))
print(view.model_id, view.state.model_id)
"""


@cache
def _install(wanted: str, folder: Path) -> str:
    """Install this version of ipykernel into `folder`; return why that could not be done."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    done = subprocess.run(
        # nest_asyncio: all that version 6 needs and version 7 does not.
        [*command, folder, f"ipykernel=={wanted}", "nest_asyncio"],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout.strip()[-300:] if done.returncode else ""


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the versions that are not installed."""
    return tmp_path_factory.mktemp("ipykernel")


@pytest.fixture(scope="module", params=KERNELS)
def kernel(
    request: pytest.FixtureRequest, packages: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kernel]:
    """A kernel in which a view is open."""
    wanted, subshell = request.param
    folder = None
    if wanted != INSTALLED:
        folder = packages / wanted
        if reason := _install(wanted, folder):
            pytest.skip(f"ipykernel {wanted} could not be installed: {reason}")
    kernel = Kernel(tmp_path_factory.mktemp("kernel"), packages=folder, subshell=subshell)
    try:
        assert kernel.run("import ipykernel; print(ipykernel.__version__)") == f"{wanted}\n"
        kernel.view, kernel.state = kernel.run(PRELUDE).split()
        yield kernel
    finally:
        kernel.stop()


@pytest.fixture
def page(kernel: Kernel) -> KernelPage:
    """A page that has just been opened on the kernel's view."""
    return KernelPage(kernel, kernel.view, kernel.state)

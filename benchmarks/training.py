"""What a live board costs a loop that trains in the same kernel.

    python -m benchmarks.training --minutes 5

How fast a machine is changes within a minute by more than a board costs. So one loop goes by turns
of two seconds: in one it writes what the board follows, 10 tags 10 times a second; in the other it
writes as much where nobody looks, and the board's thread is held. Each turn is set against the
mean of its neighbours. The page draws every turn of the first kind, in the same machine.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

from .board.contenders import python_path
from .board.page import MeasuredNotebook
from .live import RATE, SLOWER, TAGS

from lab import CHROMIUM_ARGUMENTS, JupyterServer, chromium_path  # isort: skip

TURN_SECONDS = 2.0

TRAIN = f"""
import json, threading, time
import tbwidget
from tbwidget.logs.follow import Follower

free, read = threading.Event(), Follower._read
free.set()

def wait_and_read(*args):
    free.wait()
    read(*args)

Follower._read = wait_and_read

def clocks():
    return time.perf_counter(), time.thread_time(), time.process_time()

def turn(writer, step, seconds):
    iterations, begin = 0, clocks()
    end = due = begin[0]
    while end < begin[0] + seconds:
        loss = 0.0
        for i in range(20_000):
            loss += i * 0.5 % 3
        iterations += 1
        if end >= due:
            due += 1 / {RATE}
            for tag in range({TAGS}):
                writer.add_scalar(f"metric_{{tag}}", loss / (step + 1) + tag, step)
            writer.flush()
            step += 1
        end = time.perf_counter()
    return step, [iterations, *(b - a for a, b in zip(begin, clocks()))]

def train(seconds):
    writers = [tbwidget.SummaryWriter(name, max_queue=1000) for name in ("alone", "live")]
    steps, turns, end = [0, 0], [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        which = len(turns) % 2
        (free.set if which else free.clear)()
        steps[which], turned = turn(writers[which], steps[which], {TURN_SECONDS})
        turns.append(turned)
    free.set()
    return turns
"""


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=float, default=5)
    seconds = 60 * parser.parse_args().minutes
    python_path(None)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _run(folder, seconds)
        _show(np.array(json.loads((folder / "turns.json").read_text())))


def _run(folder: Path, seconds: float) -> None:
    from playwright.sync_api import sync_playwright

    keep = f"open({str(folder / 'turns.json')!r}, 'w').write(json.dumps(turns))"
    cells = [
        f"import os; os.environ['TBWIDGET_CACHE_DIR'] = {str(folder / 'cache')!r}\n{TRAIN}",
        "board = tbwidget.Scalars('live', height=800, card_width=240)\nboard",
        f"turns = train({seconds})\n{keep}",
    ]
    server = JupyterServer(folder / "lab")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        context = browser.new_context(viewport={"width": 1500, "height": 1100})
        page = MeasuredNotebook(context, server, cells)
        for number, timeout in enumerate((60, 60, seconds + 60)):
            page.notebook.run(number, timeout=timeout)
        assert not page.notebook.errors(), page.notebook.errors()
        page.close()
        browser.close()
    server.stop()


def _show(turns: np.ndarray) -> None:
    iterations, clock, own, kernel = turns.T
    live = np.arange(1, len(turns) - 1, 2)
    print(f"{len(live)} turns of {TURN_SECONDS:g} s with a board, as many without")
    for what, time, goal in (
        ("by the clock", clock, f" (goal {SLOWER:.0%})"),
        ("by its own CPU time", own, ""),
    ):
        rate = iterations / time
        costs = 1 - rate[live] / ((rate[live - 1] + rate[live + 1]) / 2)
        error = 1.25 * costs.std() / np.sqrt(len(costs))  # of a median
        print(f"  loop {np.median(costs):.1%} ± {error:.1%} slower {what}{goal}")
    others = (kernel - own) / clock
    print(
        f"  other threads of the kernel take {others[live].mean():.1%} of a core, "
        f"and {others[live - 1].mean():.1%} without"
    )
    waits = 1 - own / clock
    print(
        f"  the loop does not run {waits[live].mean():.1%} of the time, "
        f"and {waits[live - 1].mean():.1%} without"
    )


if __name__ == "__main__":
    main()

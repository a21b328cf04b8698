"""What following a live log costs the training loop that writes it, in one process.

    python -m benchmarks.following                     # 10 s a reader, seven rounds
    python -m benchmarks.following --seconds 3 --rounds 3

The loop is pure Python, the worst case: it needs the interpreter all the time. It logs four scalars
about every 5 ms with tensorboardX and flushes every 0.2 s. Each reader runs in a thread beside it:
none; ours, as if a view were open, which looks every 0.4 s; TensorBoard's `EventAccumulator`,
reloaded every second. Each turn is a fresh process. What counts is how many steps the loop does in
a second; that tells the truth on a quiet machine only. On a busy one, go by the CPU time that
threads beside the loop's take, more than without a reader: that long it has to wait for them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

READERS = ("none", "ours", "EventAccumulator")
#: Following may take this part of the loop's time.
GOAL = 0.02
FLUSH_SECONDS = 0.2
RELOAD_SECONDS = 1.0
TAGS = 4


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.following", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--reader", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reader:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(train_beside(options.reader, folder, options.seconds)))
        return
    turns: dict[str, list[dict[str, float]]] = {name: [] for name in READERS}
    for number in range(options.rounds):
        for name in READERS if number % 2 else reversed(READERS):
            turns[name].append(measure(name, options.seconds))
    show(turns)


def measure(reader: str, seconds: float) -> dict[str, float]:
    """Return what `train_beside` does in a fresh interpreter."""
    command = [sys.executable, "-m", "benchmarks.following", "--reader", reader]
    done = subprocess.run(  # noqa: S603  (our own module)
        [*command, "--seconds", str(seconds)], check=True, capture_output=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def train_beside(reader: str, folder: str, seconds: float) -> dict[str, float]:
    """Train for so long beside a reader; say how that went."""
    from tensorboardX import SummaryWriter

    with SummaryWriter(folder, flush_secs=3600) as writer:
        writer.add_scalar("tag0", 0.0, 0)
        writer.flush()
        points = READ[reader](folder)
        figures = _train(writer, seconds)
        writer.close()
        if reader != "none":  # the last steps are seen within a look or two
            deadline = time.monotonic() + 10
            while points() < figures["steps"] and time.monotonic() < deadline:
                time.sleep(0.05)
            assert points() >= figures["steps"], (points(), figures)
    return figures


def _train(writer: object, seconds: float) -> dict[str, float]:
    steps, flushed = 0, time.monotonic()
    wall, own, everything = time.monotonic(), time.thread_time(), time.process_time()
    while (now := time.monotonic()) - wall < seconds:
        loss = _work(steps)
        steps += 1
        for tag in range(TAGS):
            writer.add_scalar(f"tag{tag}", loss, steps)  # type: ignore[attr-defined]
        if now - flushed > FLUSH_SECONDS:
            writer.flush()  # type: ignore[attr-defined]
            flushed = now
    wall, own = time.monotonic() - wall, time.thread_time() - own
    others = time.process_time() - everything - own
    return {"steps": steps, "wall": wall, "own": own, "others": others}


def _work(step: int) -> float:
    total = 0.0
    for number in range(60_000):
        total += (number ^ step) * 1e-9
    return total


def no_reader(_folder: str) -> Callable[[], int]:
    """Read nothing."""
    return lambda: 0


def read_ours(folder: str) -> Callable[[], int]:
    """Follow as the widgets do, and take what is new as a view does."""
    from tbwidget import Logdir
    from tbwidget.logs.follow import FOLLOWER

    logs = Logdir(folder, follow=True)

    def listen() -> bool:
        for run in logs.runs.values():
            for series in run.scalars.values():
                series.snapshot()
        return logs.progress is not None

    FOLLOWER.subscribe(listen)
    while not logs.progress.complete:
        time.sleep(0.05)
    return lambda: len(logs["."].scalars["tag0"])


def read_accumulator(folder: str) -> Callable[[], int]:
    """Reload TensorBoard's own reader again and again."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0})
    accumulator.Reload()

    def reload() -> None:
        while True:
            accumulator.Reload()
            time.sleep(RELOAD_SECONDS)

    threading.Thread(target=reload, daemon=True).start()
    return lambda: len(accumulator.Scalars("tag0"))


READ = {"none": no_reader, "ours": read_ours, "EventAccumulator": read_accumulator}


def show(turns: dict[str, list[dict[str, float]]]) -> None:
    """Print the figures: medians."""

    def median(name: str, figure: Callable[[dict[str, float]], float]) -> float:
        return statistics.median(figure(one) for one in turns[name])

    alone = median("none", lambda one: one["steps"] / one["wall"])
    base = median("none", lambda one: one["others"] / one["wall"])
    print(f"{'reader':20}steps/s   cost by the clock   CPU beside the loop")
    for name in turns:
        rate = median(name, lambda one: one["steps"] / one["wall"])
        others = median(name, lambda one: one["others"] / one["wall"]) - base
        goal = f"   goal {GOAL:.0%}" if name == "ours" else ""
        print(f"{name:20}{rate:7.1f}{1 - rate / alone:18.1%}{others:20.2%}{goal}")


if __name__ == "__main__":
    main()

"""What following a log directory costs in which nothing happens, against TensorBoard's readers.

    python -m benchmarks.polling                       # 1,000 runs, 30 s each, three rounds
    python -m benchmarks.polling --runs 100 --seconds 10

Each reader runs in a process of its own and reads the directory; then the CPU time is taken that
it uses while nothing is written. TensorBoard's look at the directory every 5 s, its default, and
know of a new point 2.5 s later on average; ours, with a view open, at most every 0.4 s at what is
being written, and at the rest as often as 0.5 % of a core allows, but every 5 s.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.reader.rustboard import following

READERS = ("ours, watched", "ours, not watched", "RustBoard", "EventMultiplexer")
RELOAD_SECONDS = 5
#: Following may take this part of a core.
GOAL = 0.01
#: A file written less long ago is still looked at often.
SETTLED_SECONDS = 61.0
TAGS, STEPS = 4, 25


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.polling", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reader", help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reader:
        print(READ[options.reader](options.path, options.seconds))
        return
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), options.runs)
        shares: dict[str, list[float]] = {name: [] for name in READERS}
        for _ in range(options.rounds):
            for name in READERS:
                shares[name].append(measure(name, folder, options.seconds))
        show({name: statistics.median(several) for name, several in shares.items()}, options.runs)


def make(folder: Path, runs: int) -> None:
    """Write the directory, as if long ago."""
    import os

    from tensorboardX import SummaryWriter

    long_ago = time.time() - SETTLED_SECONDS
    for number in range(runs):
        run = folder / f"sweep{number % 10}" / f"run{number}"
        with SummaryWriter(str(run)) as writer:
            for step in range(STEPS):
                for tag in range(TAGS):
                    writer.add_scalar(f"tag{tag}", step, step)
        for path in run.iterdir():
            os.utime(path, (long_ago, long_ago))


def measure(name: str, folder: str, seconds: float) -> float:
    """Return which part of a core a reader takes, in a process of its own."""
    if name == "RustBoard":
        return following(folder, seconds, RELOAD_SECONDS)
    command = [sys.executable, "-m", "benchmarks.polling", "--reader", name, "--path", folder]
    done = subprocess.run(  # noqa: S603  (our own module)
        [*command, "--seconds", str(seconds)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def _share(seconds: float) -> float:
    """Return which part of a core this process takes for so many seconds."""
    wall, cpu = time.monotonic(), time.process_time()
    time.sleep(seconds)
    return (time.process_time() - cpu) / (time.monotonic() - wall)


def read_ours(path: str, seconds: float, *, watched: bool) -> float:
    """Follow as the widgets do, with or without somebody who looks."""
    from tbwidget import Logdir
    from tbwidget.logs.follow import FOLLOWER

    logs = Logdir(path, follow=True, cache=False)
    FOLLOWER.subscribe(lambda: watched and bool(logs.progress))
    while not logs.progress.complete:
        time.sleep(0.1)
    assert logs.progress.points == len(logs) * TAGS * STEPS
    return _share(seconds)


def read_multiplexer(path: str, seconds: float) -> float:
    """Reload as TensorBoard does without RustBoard."""
    import threading

    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

    multiplexer = EventMultiplexer()
    multiplexer.AddRunsFromDirectory(path)
    multiplexer.Reload()

    def reload() -> None:
        while True:
            multiplexer.AddRunsFromDirectory(path)
            multiplexer.Reload()
            time.sleep(RELOAD_SECONDS)

    threading.Thread(target=reload, daemon=True).start()
    return _share(seconds)


READ = {
    "ours, watched": lambda path, seconds: read_ours(path, seconds, watched=True),
    "ours, not watched": lambda path, seconds: read_ours(path, seconds, watched=False),
    "EventMultiplexer": read_multiplexer,
}


def show(shares: dict[str, float], runs: int) -> None:
    """Print the figures."""
    ours = shares["ours, watched"]
    print(f"{runs:,} idle runs      % of a core   watched/it")
    for name, share in shares.items():
        goal = f"   goal {GOAL:.0%}" if name == "ours, watched" else ""
        ratio = f"{ours / share:12.3f}" if share else "           -"
        print(f"    {name:20}{share * 100:9.3f}{ratio}{goal}")


if __name__ == "__main__":
    main()

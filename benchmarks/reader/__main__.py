"""How fast event files are read: ours against TensorBoard's Rust server and its peers in Python.

    python -m benchmarks.reader                      # all corpora, five rounds: some ten minutes
    python -m benchmarks.reader a i --rounds 9
    python -m benchmarks.reader --scale 0.1 --corpora corpora

Every reading is a fresh process, its files in the page cache. Readers take turns within a round, so
that whatever else the machine does befalls them alike; figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
from pathlib import Path
from typing import NamedTuple

from . import rustboard
from .corpora import GENERATORS, Corpus, make
from .measurement import Measurement, measure_python, median_of

NOTES = """\
CPU is user + system time. Of the readers in Python it leaves out what a kernel has behind it: the
interpreter and the imports ("from start" has them). Of RustBoard it is all from its start on.
Ours verifies every data CRC, RustBoard none. Ours keeps every point; RustBoard by default 1,000 a
tag. Of histograms, images and text ours keeps an index, RustBoard what was written.
EventAccumulator is given a fast CRC, which TensorBoard without TensorFlow does not have.
ours/it is the ratio of CPU and of wall time: below 1, ours is faster. MB are 10^6 bytes.
"""
OURS, SAMPLED, ALL = "tbwidget", "RustBoard, sampling", "RustBoard, all points"
#: Measured once, and on one corpus; and what is to be installed for them.
SLOW = {"EventAccumulator": "tensorboard", "tbparse": "tbparse"}
SLOW_CORPUS = "a"
MODULE = "benchmarks.reader.python_readers"


class Goal(NamedTuple):
    """The ratios of CPU time to stay below."""

    sampled: float
    everything: float


GOALS = {
    "a": Goal(0.45, 0.2),
    "b": Goal(0.9, 0.75),
    "c": Goal(0.8, 0.75),
    "d": Goal(1.0, 0.75),
    "e": Goal(0.45, 0.2),
    "f": Goal(0.45, 0.2),
    "g": Goal(0.4, 0.2),
    "h": Goal(0.9, 0.75),
    "i": Goal(1.0, 0.75),
    "t": Goal(0.7, 0.75),
}
SLOW_GOAL = 1 / 50
#: Bytes a scalar point, kept and at the peak; bytes of an index of images.
KEPT_GOAL, PEAK_GOAL, INDEX_GOAL = 24, 52, 5e6


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reader", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="corpus", help=f"of {' '.join(GENERATORS)}")
    parser.add_argument("--corpora", type=Path, help="where they are kept; without, in /tmp")
    parser.add_argument("--scale", type=float, default=1.0, help="part of their full length")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only-make", action="store_true", help="make the corpora, read none")
    options = parser.parse_args()
    names = options.names or list(GENERATORS)
    if unknown := set(names) - GENERATORS.keys():
        parser.error(f"no corpus {', '.join(sorted(unknown))}; there are {' '.join(GENERATORS)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.corpora or Path(temporary)).resolve()
        corpora = [make(name, folder, options.scale) for name in names]
        if options.only_make:
            return
        print(NOTES)
        for corpus in corpora:
            sampled = check(corpus)
            show(corpus, sampled, measure(corpus, options.rounds), options.rounds)


def check(corpus: Corpus) -> int:
    """Check that all have the points that were written; return how many RustBoard samples."""
    ours = measure_python(MODULE, OURS, corpus.path).points
    assert ours == corpus.total, f"{corpus.name}: ours has {ours} points of {corpus.total}"
    everything = rustboard.count(corpus.path, rustboard.KEEP_ALL)
    assert everything == corpus.in_lineage, f"{corpus.name}: RustBoard has {everything} points"
    return rustboard.count(corpus.path)


def measure(corpus: Corpus, rounds: int) -> dict[str, Measurement]:
    """Return the medians by reader; a reader that is not installed is left out."""
    taken: dict[str, list[Measurement]] = {OURS: [], SAMPLED: [], ALL: []}
    for _ in range(rounds):
        taken[OURS].append(measure_python(MODULE, OURS, corpus.path))
        taken[SAMPLED].append(rustboard.measure(corpus.path))
        taken[ALL].append(rustboard.measure(corpus.path, rustboard.KEEP_ALL))
    if corpus.name == SLOW_CORPUS:
        for name in filter(is_installed, SLOW):
            taken[name] = [measure_python(MODULE, name, corpus.path)]
            assert taken[name][0].points == corpus.total, f"{name} has other points than ours"
    return {name: median_of(measurements) for name, measurements in taken.items()}


def is_installed(name: str) -> bool:
    """Tell whether a reader of `SLOW` is installed, in a line if it is not."""
    package = SLOW[name]
    if importlib.util.find_spec(package):
        return True
    print(f"{name} is left out: `pip install {package}` brings it")
    return False


def show(corpus: Corpus, sampled: int, by_reader: dict[str, Measurement], rounds: int) -> None:
    """Print the figures of a corpus."""
    ours = by_reader[OURS]
    size = f"{corpus.megabytes:.0f} MB, {corpus.total:,} points"
    print(f"{corpus.name}   {size}, of which RustBoard samples {sampled:,}; {rounds} rounds")
    if corpus.note:
        print(f"    {corpus.note}")
    columns = "CPU s  from start   wall s  peak MB  ours/it: CPU   wall   goal"
    print(f"    {'':30}{columns}")
    for name, one in by_reader.items():
        figures = f"{one.cpu:6.3f}{one.cpu_from_start:11.3f}{one.wall:9.3f}{one.peak / 1e6:9.0f}"
        print(f"    {name:29}{figures}{_ratios(corpus, name, ours, one)}")
    peak = ours.peak - ours.base
    if set(corpus.points) == {"scalars"}:
        kept, grown, most = (size / corpus.total for size in (ours.kept, ours.grown, peak))
        figures = f"{kept:.1f} B a point kept, {grown:.1f} with garbage and free blocks"
        print(f"    ours: {figures}, {most:.1f} at the peak (goals {KEPT_GOAL} and {PEAK_GOAL})")
    else:
        goal = f" (goal {INDEX_GOAL / 1e6:.0f})" if "images" in corpus.points else ""
        kept, grown, most = (size / 1e6 for size in (ours.kept, ours.grown, peak))
        figures = f"{kept:.1f} MB kept{goal}, {grown:.1f} with garbage and free blocks"
        print(f"    ours: {figures}, {most:.1f} at the peak")
    print(flush=True)


def _ratios(corpus: Corpus, name: str, ours: Measurement, it: Measurement) -> str:
    if name == OURS:
        return ""
    goals = {SAMPLED: GOALS[corpus.name].sampled, ALL: GOALS[corpus.name].everything}
    goal, ratio = goals.get(name, SLOW_GOAL), ours.cpu / it.cpu
    met = ("met" if ratio <= goal else "MISSED") if corpus.scale == 1 else "at full size"
    return f"{ratio:14.3f}{ours.wall / it.wall:7.3f}   {goal:.2f} {met}"


if __name__ == "__main__":
    main()

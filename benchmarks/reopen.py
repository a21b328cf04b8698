"""How fast a log directory opens again: from the cache, against decoding it, and against RustBoard.

    python -m benchmarks.reopen                      # corpus a, five rounds
    python -m benchmarks.reopen b c --rounds 9

Corpora and figures are those of ``python -m benchmarks.reader``. Each round has a cache directory
of its own, which is empty at first; the event files and what is cached are in the page cache.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.reader import rustboard
from benchmarks.reader.corpora import GENERATORS, Corpus, make
from benchmarks.reader.measurement import Measurement, measure_python, median_of

MODULE = "benchmarks.reader.python_readers"
COLD, FILL, WARM = "decoded, no cache", "decoded, cache filled", "from the cache"
SAMPLED, ALL = "RustBoard, sampling", "RustBoard, all points"
#: The most that opening again may take of the wall time of decoding.
GOAL = 0.1
#: A file written less long ago is not taken from the cache as it is.
SETTLED_SECONDS = 2.5


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reopen", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="corpus", help=f"of {' '.join(GENERATORS)}")
    parser.add_argument("--corpora", type=Path, help="where they are kept; without, in /tmp")
    parser.add_argument("--scale", type=float, default=1.0, help="part of their full length")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.corpora or Path(temporary)).resolve()
        corpora = [make(name, folder, options.scale) for name in options.names or ["a"]]
        time.sleep(SETTLED_SECONDS)
        for corpus in corpora:
            check(corpus, Path(temporary) / "check" / corpus.name)
            caches = [Path(temporary) / str(one) / corpus.name for one in range(options.rounds)]
            show(corpus, measure(corpus, caches))


def check(corpus: Corpus, cache: Path) -> None:
    """Check that what comes from the cache is, bit by bit, what is decoded."""
    from tbwidget import Logdir

    os.environ["TBWIDGET_CACHE_DIR"] = str(cache)
    decoded = Logdir(corpus.path, cache=False)
    assert not cache.exists()
    Logdir(corpus.path)
    assert any(cache.rglob("*.*")), "nothing was cached"
    cached = Logdir(corpus.path)
    assert list(cached) == list(decoded)
    for name, run in decoded.items():
        assert cached[name].tags == run.tags
        for kind in run.kinds:
            for tag, series in getattr(run, kind).items():
                other = getattr(cached[name], kind)[tag]
                columns = ["steps", "wall_times", *(["values"] if kind == "scalars" else [])]
                for column in columns:
                    one, two = getattr(series, column), getattr(other, column)
                    assert one.dtype == two.dtype
                    assert np.array_equal(one.view(np.int64), two.view(np.int64)), (name, tag)


def measure(corpus: Corpus, caches: list[Path]) -> dict[str, Measurement]:
    """Return the medians of one round for each of the empty `caches`."""
    rounds: list[dict[str, Measurement]] = []
    for cache in caches:
        where = {"TBWIDGET_CACHE_DIR": str(cache)}
        rounds.append({
            COLD: measure_python(MODULE, "tbwidget", corpus.path),
            FILL: measure_python(MODULE, "tbwidget, cache", corpus.path, **where),
            WARM: measure_python(MODULE, "tbwidget, cache", corpus.path, **where),
            SAMPLED: rustboard.measure(corpus.path),
            ALL: rustboard.measure(corpus.path, rustboard.KEEP_ALL),
        })  # fmt: skip
    for one in (COLD, FILL, WARM):
        assert rounds[0][one].points == corpus.total
    return {name: median_of([one[name] for one in rounds]) for name in rounds[0]}


def show(corpus: Corpus, by_way: dict[str, Measurement]) -> None:
    """Print the figures of a corpus."""
    warm = by_way[WARM]
    print(f"{corpus.name}   {corpus.megabytes:.0f} MB, {corpus.total:,} points")
    print(f"    {'':26}CPU s   wall s  peak MB   again/it: CPU    wall")
    for name, one in by_way.items():
        ratios = f"{warm.cpu / one.cpu:16.3f}{warm.wall / one.wall:8.3f}" if one != warm else ""
        goal = f"   goal {GOAL}" if name == COLD and corpus.name == "a" else ""
        figures = f"{one.cpu:8.4f}{one.wall:9.4f}{one.peak / 1e6:9.0f}"
        print(f"    {name:23}{figures}{ratios}{goal}")
    print(flush=True)


if __name__ == "__main__":
    main()

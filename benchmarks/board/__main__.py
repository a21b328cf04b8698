"""How fast the board opens and moves in a real JupyterLab, beside TensorBoard and tuff-bird.

    python -m benchmarks.board                  # corpora a, b and c, three rounds: some ten minutes
    python -m benchmarks.board a --rounds 5 --only tbwidget
    python -m benchmarks.board d e --only tbwidget      # many runs
    python -m benchmarks.board h i                      # histograms and images
    python -m benchmarks.board c --uplot node_modules/uplot/dist

Every opening is a page and a kernel of its own, files in the page cache, our own cache empty.
Contenders take turns within a round.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .contenders import OURS, TENSORBOARD, TUFF_BIRD, missing, python_path
from .corpora import CORPORA, make
from .opening import STEPS, Opening, median_of, open_once

from lab import CHROMIUM_ARGUMENTS, JupyterServer, chromium_path  # isort: skip  (page finds it)

if TYPE_CHECKING:
    from .corpora import AnyCorpus
    from .page import Motion

#: Ratio of TensorBoard's time; bytes, ms of long tasks and bytes of heap in the load.
TIME_RATIO, RECEIVED, LONG_TASKS, HEAP = 0.25, 2e6, 300, 40e6
#: While pointing and zooming: no task of 50 ms, and the median frame.
LONGEST_TASK, MEDIAN_FRAME = 50, 20
#: Images a second, and bytes of heap after a thousand of them.
RATE, HEAP_AFTER = 20, 150e6
#: Bytes that the kernel grows by, however long the log is.
MEMORY = 200e6
NOTES = f"""\
first: from Shift+Enter to the first chart with data. all: until every chart of the first screen
has (of TensorBoard: a row in each card's table). complete: until they show all runs to their last
steps, which TensorBoard does not tell; what is counted is counted until then.
painted, received: bytes over HTTP as on the wire and over the kernel's socket, until the charts of
the first screen and until all. long: tasks of 50 ms and more in the page's process, all together;
by CPU: those that took 50 ms of CPU time (a busy machine makes tasks longer than they work).
heap: objects and array buffers more than before. memory: resident bytes more than before of the
kernel and what it started, gestures included.
whole: the pointer moves over a chart that shows the histograms of all steps.
Goals: <= {TIME_RATIO} of TensorBoard's time, <= {RECEIVED / 1e6:.0f} MB, <= {LONG_TASKS} ms, \
<= {HEAP / 1e6:.0f} MB, of memory <= {MEMORY / 1e6:.0f} MB; in gestures no task of \
{LONGEST_TASK} ms and the median frame
<= {MEDIAN_FRAME} ms. MB are 10^6 bytes.
"""


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.board", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="corpus", help=f"of {' '.join(CORPORA)}")
    parser.add_argument("--corpora", type=Path, help="where they are kept; without, in /tmp")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", help="leave the other contenders out")
    parser.add_argument("--peers", type=Path, help="folder where peers are installed")
    parser.add_argument("--uplot", type=Path, help="folder of uPlot.iife.min.js, drawn beside c")
    parser.add_argument("--profile", type=Path, help="folder to write CPU profiles to")
    options = parser.parse_args()
    names = options.names or list("abc")
    if unknown := set(names) - CORPORA.keys():
        parser.error(f"no corpus {', '.join(sorted(unknown))}; there are {' '.join(CORPORA)}")
    python_path(options.peers)
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as driver:
        folder = (options.corpora or Path(temporary, "corpora")).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        server = JupyterServer(Path(temporary, "lab"))
        browser = driver.chromium.launch(
            executable_path=chromium_path(), args=[*CHROMIUM_ARGUMENTS, "--js-flags=--expose-gc"]
        )
        print(NOTES)
        try:
            for name in names:
                corpus = CORPORA[name]
                path = make(corpus, folder)
                found = _take_turns(browser, server, corpus, path, options)
                if name == "c" and options.uplot:
                    from .uplot import measure_uplot

                    found["uPlot, bare"] = [measure_uplot(browser, corpus, options.uplot)]
                show(corpus, found)
        finally:
            browser.close()
            server.stop()


def _take_turns(
    browser: object,
    server: JupyterServer,
    corpus: AnyCorpus,
    path: Path,
    options: argparse.Namespace,
) -> dict[str, list[Opening]]:
    contenders = options.only or [OURS, TENSORBOARD, TUFF_BIRD]
    for name in list(contenders):
        if hint := missing(name, options.peers):
            print(hint)
            contenders.remove(name)
    if corpus.kind != "scalars" and TUFF_BIRD in contenders:
        contenders.remove(TUFF_BIRD)  # it draws scalars
    found: dict[str, list[Opening]] = {name: [] for name in contenders}
    for turn in range(options.rounds):
        for name in contenders:
            if name == TUFF_BIRD and turn:
                continue  # takes half a minute, and more memory than all others
            opening = open_once(
                browser,
                server,
                corpus,
                path,
                name,
                gestures=corpus.name not in "bi",
                profile=options.profile if turn == options.rounds - 1 else None,
            )
            if opening is not None:
                found[name].append(opening)
                print(f"  {corpus.name} {name}: {_figures(opening)}", flush=True)
    return found


def _figures(one: Opening) -> str:
    load = f"{one.load.long:7.0f}{one.load.longest:9.0f}{one.load.long_by_cpu:7.0f}"
    times = f"{one.first:7.0f}{one.all:7.0f}{one.complete:9.0f}"
    sizes = f"{one.painted / 1e6:9.2f}{one.received / 1e6:9.2f}"
    return f"{times}{sizes}{load}{one.heap / 1e6:7.1f}{one.memory / 1e6:8.0f}"


def show(corpus: AnyCorpus, found: dict[str, list[Opening]]) -> None:
    """Print the figures of a corpus, with ratios and what is met."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\n{corpus.name}   {corpus.text}; load average {load}")
    times = f"{'first':>7}{'all':>7}{'complete':>9}"
    tasks = f"{'long':>7}{'longest':>9}{'by CPU':>7}"
    print(f"    {'':14}{times}{'painted':>9}{'received':>9}{tasks}{'heap':>7}{'memory':>8}")
    medians = {name: median_of(openings) for name, openings in found.items() if openings}
    for name, one in medians.items():
        print(f"    {name:14}{_figures(one)}   {one.charts} charts, {len(found[name])} rounds")
    for name, one in medians.items():
        for gesture, motion in one.gestures.items():
            print(f"    {name:14}{gesture:6} {_gesture_figures(motion)}")
        if one.rate:
            after = f"heap {one.heap_after / 1e6:.0f} MB more than before"
            print(f"    {name:14}{one.rate:.0f} images a second in {STEPS:,} steps, {after}")
    if OURS in medians:
        _judge(medians)
    print(flush=True)


def _gesture_figures(motion: Motion) -> str:
    frames = f"frames median {motion.median_frame:5.1f} worst {motion.worst_frame:5.0f} ms"
    tasks = f"{len(motion.long_tasks)} long tasks, longest {motion.longest:.0f} ms"
    return f"{frames}, {tasks} (by CPU time {motion.longest_by_cpu:.0f})"


def _judge(medians: dict[str, Opening]) -> None:
    ours, theirs = medians[OURS], medians.get(TENSORBOARD)
    goals = [
        ("MB received at first paint", ours.painted / 1e6, RECEIVED / 1e6),
        ("ms of long tasks", ours.load.long, LONG_TASKS),
        ("ms of long tasks by CPU time", ours.load.long_by_cpu, LONG_TASKS),
        ("MB of heap", ours.heap / 1e6, HEAP / 1e6),
        ("MB of memory", ours.memory / 1e6, MEMORY / 1e6),
    ]
    if theirs:
        goals.insert(0, ("of TensorBoard's time, first", ours.first / theirs.first, TIME_RATIO))
        goals.insert(1, ("of TensorBoard's time, all", ours.all / theirs.all, TIME_RATIO))
    for gesture, motion in ours.gestures.items():
        goals.append((f"ms longest task, {gesture}", motion.longest, LONGEST_TASK))
        by_cpu = f"ms longest task by CPU time, {gesture}"
        goals.append((by_cpu, motion.longest_by_cpu, LONGEST_TASK))
        goals.append((f"ms median frame, {gesture}", motion.median_frame, MEDIAN_FRAME))
    if ours.rate:
        goals.append(("MB of heap after stepping", ours.heap_after / 1e6, HEAP_AFTER / 1e6))
        goals.append(("ms an image, stepping", 1000 / ours.rate, 1000 / RATE))
    for what, figure, goal in goals:
        met = "met" if figure <= goal else "MISSED"
        print(f"    {figure:8.2f} {what} (goal {goal:g}): {met}")


if __name__ == "__main__":
    main()

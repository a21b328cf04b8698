"""How soon points are on screen while a cell of the same kernel trains, and what that costs it.

    python -m benchmarks.live                        # ten minutes
    python -m benchmarks.live --minutes 2 --without-subshells
    python -m benchmarks.live --minutes 2 --reload   # or --hide, or --cut

The cell is a loop in pure Python, which holds the interpreter, and writes 10 tags 10 times a
second. Before it and after it the same loop runs without a board.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from .board.contenders import python_path
from .board.page import PROBE_JS, MeasuredNotebook

from lab import CHROMIUM_ARGUMENTS, JupyterServer, chromium_path  # isort: skip

if TYPE_CHECKING:
    from collections.abc import Iterator

TAGS, RATE = 10, 10
#: Goals: seconds from flush to screen, and how much slower the loop may be.
LATEST_SECONDS, SLOWER = 1.5, 0.05
BASE_SECONDS = 20
HIDDEN_SECONDS, CUT_SECONDS = 60, 30
#: How long a disturbance may show after it is over: JupyterLab, whose socket was cut for so long,
#: tries again after up to 31 seconds.
RECOVERY_SECONDS = 32

TRAIN = f"""
import json, time
import psutil, tbwidget

def train(folder, seconds):
    writer, process = tbwidget.SummaryWriter(folder, max_queue=1000), psutil.Process()
    flushed, memory, iterations = [], [], 0
    began = due = look = time.perf_counter()
    all_threads, this_thread = time.process_time(), time.thread_time()
    while (now := time.perf_counter()) < began + seconds:
        loss = 0.0
        for i in range(20_000):
            loss += i * 0.5 % 3
        iterations += 1
        if now >= due:
            step, due = len(flushed), due + 1 / {RATE}
            for tag in range({TAGS}):
                writer.add_scalar(f"metric_{{tag}}", loss / (step + 1) + tag, step)
            writer.flush()
            flushed.append(time.time())
        if now >= look:
            memory.append(process.memory_info().rss)
            look += 5
    took = time.perf_counter() - began
    this_thread = time.thread_time() - this_thread
    others = time.process_time() - all_threads - this_thread
    writer.close()
    return dict(flushed=flushed, memory=memory, rate=iterations / took, others=others / took,
                own_rate=iterations / this_thread)

def count(folder):
    scalars = tbwidget.Logdir(folder)["."].scalars
    return {{tag: [len(series.steps), int(series.steps[-1])] for tag, series in scalars.items()}}
"""

#: Notes for every card when it first shows which step.
SAMPLER_JS = """
  if (!window.seen) {
    window.seen = {};
    const draws = new WeakMap();
    const look = () => {
      window.board = window.board?.isConnected ? window.board : deepAll('.tbw')[0];
      for (const card of window.board?.querySelectorAll('.card[data-drawn]') ?? []) {
        const { draws: count, xDomain } = card.tbwidgetProbe();
        if (draws.get(card) === count) continue;
        draws.set(card, count);
        (window.seen[card.dataset.tag] ??= []).push([Date.now() / 1000, xDomain[1]]);
      }
      requestAnimationFrame(look);
    };
    look();
  }
"""


class Proxy:
    """Passes TCP on to a server, until it is cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._open: set[socket.socket] = set()
        self._cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break all connections, and those to come."""
        self._cut = True
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again."""
        self._cut = False

    def _accept(self) -> None:
        while True:
            here, _ = self._listener.accept()
            if self._cut:
                here.close()
                continue
            there = socket.create_connection(("127.0.0.1", self._target))
            self._open |= {here, there}
            for pair in ((here, there), (there, here)):
                threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for one in (source, target):
            self._open.discard(one)
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--without-subshells", action="store_true")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--reload", action="store_const", const="reload", dest="disturbance")
    what.add_argument("--hide", action="store_const", const="hide", dest="disturbance")
    what.add_argument("--cut", action="store_const", const="cut", dest="disturbance")
    options = parser.parse_args()
    python_path(None)
    with tempfile.TemporaryDirectory() as temporary, _notebook(Path(temporary), options) as page:
        _run(page, options)


@contextlib.contextmanager
def _notebook(folder: Path, options: argparse.Namespace) -> Iterator[MeasuredNotebook]:
    from playwright.sync_api import sync_playwright

    settings = {
        "@jupyterlab/apputils-extension/kernels-settings": {"commsOverSubshells": "disabled"}
    }
    server = JupyterServer(folder / "lab", settings=settings if options.without_subshells else None)
    proxy = Proxy(server.port)
    seconds = 60 * options.minutes
    result = folder / "result.json"
    keep = f"open({str(result)!r}, 'w').write(json.dumps([before, during, after, counted]))"
    cells = [
        f"import os; os.environ['TBWIDGET_CACHE_DIR'] = {str(folder / 'cache')!r}\n{TRAIN}",
        f"before = train('base_1', {BASE_SECONDS})",
        "board = tbwidget.Scalars('live', height=800, card_width=240)\nboard",
        f"during = train('live', {seconds})",
        f"board.close()\nafter = train('base_2', {BASE_SECONDS})",
        f"counted = count('live')\n{keep}",
    ]
    proxied = SimpleNamespace(
        root=server.root,
        port=proxy.port,
        token=server.token,
        url=server.url.replace(str(server.port), str(proxy.port)),
    )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        context = browser.new_context(viewport={"width": 1500, "height": 1100})
        page = MeasuredNotebook(context, proxied, cells)
        page.proxy, page.result = proxy, result
        yield page
        page.close()
        browser.close()
    server.stop()


def _run(page: Any, options: argparse.Namespace) -> None:
    notebook, seconds = page.notebook, 60 * options.minutes
    for number in range(3):
        notebook.run(number, timeout=BASE_SECONDS + 60)
    page.page.evaluate(SAMPLER_JS)
    notebook.start(3)
    began = time.monotonic()
    page.page.wait_for_timeout(15_000)
    heaps = [page.heap()]
    page.page.wait_for_timeout(max(0, seconds / 2 - (time.monotonic() - began)) * 1000)
    heaps.append(page.heap())
    seen = page.page.evaluate("seen")
    disturbed = _disturb(page, options.disturbance)
    page.page.wait_for_timeout(max(0, seconds - 5 - (time.monotonic() - began)) * 1000)
    heaps.append(page.heap())
    if options.disturbance == "reload":
        # JupyterLab asks a kernel for its widgets when no cell runs.
        page.page.wait_for_timeout(20_000)
    else:
        notebook.wait_done(timeout=60)
        page.page.wait_for_timeout(3_000)
    for tag, samples in page.page.evaluate("seen").items():
        seen[tag] = seen.get(tag, []) + samples if options.disturbance == "reload" else samples
    labels = page.page.evaluate(
        "Object.fromEntries(deepAll('.card').map((c) => [c.dataset.tag, c.ariaLabel]))"
    )
    errors = notebook.errors()
    _close_dialogs(page)
    for number in (4, 5):
        notebook.run(number, timeout=BASE_SECONDS + 60)
    assert page.result.exists(), notebook.errors()
    _show(json.loads(page.result.read_text()), seen, disturbed, heaps, labels, options)
    for error in errors[:5]:
        print(f"  error in the page: {str(error)[:150]}")


def _disturb(page: Any, disturbance: str | None) -> tuple[float, float]:
    """Do what is asked for; return when it began, and when all should be well again."""
    began = time.time()
    if disturbance == "reload":
        page.notebook.command("docmanager:save")  # its outputs come back from the file
        page.page.wait_for_timeout(2_000)
        page.page.reload()
        page.page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.page.evaluate(PROBE_JS)
        page.page.evaluate(SAMPLER_JS)
    elif disturbance == "hide":
        _set_hidden(page, hidden=True)
        page.page.wait_for_timeout(HIDDEN_SECONDS * 1000)
        _set_hidden(page, hidden=False)
    elif disturbance == "cut":
        page.proxy.cut()
        page.page.wait_for_timeout(CUT_SECONDS * 1000)
        page.proxy.mend()
        _close_dialogs(page)
    else:
        return 0.0, 0.0
    return began - 2, time.time() + RECOVERY_SECONDS


def _close_dialogs(page: Any) -> None:
    """Close what JupyterLab says of a server that is gone, and of a file not saved meanwhile."""
    while (buttons := page.page.locator(".jp-Dialog button")).count():
        buttons.last.click()
        page.page.wait_for_timeout(300)


def _set_hidden(page: Any, *, hidden: bool) -> None:
    page.page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def _show(
    result: list[Any],
    seen: dict[str, list[list[float]]],
    disturbed: tuple[float, float],
    heaps: list[float],
    labels: dict[str, str],
    options: argparse.Namespace,
) -> None:
    before, during, after, counted = result
    flushed = np.array(during["flushed"])
    how = "without subshells" if options.without_subshells else "with subshells"
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{options.minutes:g} minutes {how}, {options.disturbance or 'undisturbed'}; load {load}")
    latency = _latencies(flushed, seen)
    calm = ~((flushed > disturbed[0]) & (flushed < disturbed[1]))
    _print_latency("flush to screen", latency[:, calm])
    if not calm.all():
        _print_latency("  and while disturbed", latency[:, ~calm])
    base = (before["rate"] + after["rate"]) / 2
    slower = 1 - during["rate"] / base
    own = during["own_rate"] * 2 / (before["own_rate"] + after["own_rate"])
    print(
        f"  loop {slower:.1%} slower by the clock (goal {SLOWER:.0%}): {base:.0f} a second before"
    )
    print(f"    and after, {during['rate']:.0f} with the board; by its own CPU time {1 - own:.1%};")
    print(f"    other threads of the kernel take {during['others']:.1%} of a core")
    print(f"  page heap {_megabytes(heaps)} MB at the start, middle and end")
    memory = during["memory"]
    print(f"  kernel RSS {_megabytes([memory[3], memory[len(memory) // 2], memory[-1]])} MB")
    complete = all(one == [len(flushed), len(flushed) - 1] for one in counted.values())
    print(f"  {len(flushed):,} points x {len(counted)} tags in the file: {complete}")
    on_screen = [tag for tag in counted if f" {len(flushed)} points" in labels.get(tag, "")]
    print(f"  of {len(on_screen)} of {len(counted)} tags the page has every point", flush=True)
    for tag in sorted(set(counted) - set(on_screen))[:3]:
        print(f"    {tag}: {labels.get(tag)}")


def _latencies(flushed: Any, seen: dict[str, list[list[float]]]) -> Any:
    """Return seconds by tag and step; NaN for what never was on screen."""
    rows = []
    for samples in seen.values():
        at, last = np.array(samples).T
        first = np.searchsorted(np.maximum.accumulate(last), np.arange(len(flushed)))
        rows.append(np.append(at, np.nan)[first] - flushed)
    return np.array(rows)


def _print_latency(what: str, latency: Any) -> None:
    never = np.isnan(latency).sum()
    low, most = np.nanpercentile(latency, [50, 95])
    met = "met" if np.nanmax(latency) <= LATEST_SECONDS and not never else "MISSED"
    late = f"{(latency > LATEST_SECONDS).mean():.2%} later than {LATEST_SECONDS} s"
    print(
        f"  {what}: median {low:.2f} s, p95 {most:.2f}, most {np.nanmax(latency):.2f} "
        f"({met}; {late}, {never} never)"
    )


def _megabytes(sizes: list[float]) -> str:
    return " ".join(f"{size / 1e6:.1f}" for size in sizes)


if __name__ == "__main__":
    main()

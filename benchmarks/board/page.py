"""A notebook's page that is measured: times by its own clock, bytes, long tasks, frames, heap."""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error as PlaywrightError

sys.path.append(str(Path(__file__).parents[2] / "tests" / "support"))

from lab import Notebook, write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab import JupyterServer
    from playwright.sync_api import BrowserContext, CDPSession, Frame, Page

LONG = 50.0
#: Chromium reports a task from 50 ms on: none reported is what we ask for.
PROBE_JS = """
if (!window.benchmark) {
  const long = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) long.push([entry.startTime, entry.duration]);
  }).observe({ type: 'longtask', buffered: true });
  let frames = [];
  let ticking = 0;
  window.benchmark = {
    now: () => performance.timeOrigin + performance.now(),
    start() {
      long.length = 0;
      frames = [];
      const turn = ++ticking;
      const tick = (at) => {
        if (turn !== ticking) return;
        frames.push(at);
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    },
    stop() {
      ticking++;
      const gaps = frames.slice(1).map((at, i) => at - frames[i]);
      return { long: long.map(([, ms]) => ms), gaps };
    },
    until: (condition) => new Promise((resolve) => {
      const look = () => {
        const found = condition();
        if (found) resolve([performance.timeOrigin + performance.now(), found]);
        else requestAnimationFrame(look);
      };
      look();
    }),
  };
}
"""


@dataclass
class Motion:
    """What a page did while something was going on: long tasks and frames, in ms."""

    long_tasks: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    #: CPU time of every task of 20 ms and more: on a busy machine tasks take longer than they work.
    cpu_tasks: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        """The longest task of 50 ms or more; 0 if there was none."""
        return max(self.long_tasks, default=0.0)

    @property
    def long(self) -> float:
        """All long tasks together."""
        return sum(self.long_tasks)

    @property
    def longest_by_cpu(self) -> float:
        """The most CPU time that a task took; 0 if it is below 20 ms."""
        return max(self.cpu_tasks, default=0.0)

    @property
    def long_by_cpu(self) -> float:
        """All tasks together that took 50 ms of CPU time and more."""
        return sum(task for task in self.cpu_tasks if task >= LONG)

    @property
    def median_frame(self) -> float:
        """The median time between two frames."""
        return statistics.median(self.frames) if self.frames else 0.0

    @property
    def worst_frame(self) -> float:
        """The longest time between two frames."""
        return max(self.frames, default=0.0)


class MeasuredPage:
    """Any page, with its frames and long tasks."""

    _http = _socket = 0

    def __init__(self, page: Page) -> None:
        self.page = page
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.devtools.send("Network.enable")
        self.devtools.send("Performance.enable")
        self.devtools.on("Network.loadingFinished", self._count)

    def _count_socket(self, socket: Any) -> None:
        """Count what the kernel sends through a web socket."""
        if "/channels" in socket.url:
            socket.on("framereceived", self._count_frame)

    def _count(self, event: dict[str, Any]) -> None:
        self._http += int(event["encodedDataLength"])

    def _count_frame(self, data: str | bytes) -> None:
        self._socket += len(data)

    @property
    def received(self) -> int:
        """Bytes that came to the page, as yet: over HTTP as on the wire, over sockets as sent."""
        return self._http + self._socket

    @contextlib.contextmanager
    def motion(self) -> Iterator[Motion]:
        """Fill in what the page does while the body runs, and in the 200 ms after it."""
        found = Motion()
        browser = self.page.context.browser
        assert browser is not None
        browser.start_tracing(page=self.page, categories=["toplevel"])
        self.page.evaluate("benchmark.start()")
        try:
            yield found
            self.page.wait_for_timeout(200)
        finally:
            found.cpu_tasks = _cpu_tasks(json.loads(browser.stop_tracing())["traceEvents"])
        result = self.page.evaluate("benchmark.stop()")
        found.long_tasks, found.frames = result["long"], result["gaps"]

    def heap(self) -> float:
        """Return the bytes of objects and array buffers after a garbage collection."""
        for _ in range(2):
            self.devtools.send("HeapProfiler.collectGarbage")
        usage = self.devtools.send("Runtime.getHeapUsage")
        return usage["usedSize"] + usage.get("backingStorageSize", 0)

    @contextlib.contextmanager
    def profile(self, path: Path | None) -> Iterator[None]:
        """Write a CPU profile of the body, for the performance panel of a browser."""
        if path is None:
            yield
            return
        self.devtools.send("Profiler.enable")
        self.devtools.send("Profiler.setSamplingInterval", {"interval": 200})
        self.devtools.send("Profiler.start")
        yield
        path.write_text(json.dumps(self.devtools.send("Profiler.stop")["profile"]))


def _cpu_tasks(events: list[dict[str, Any]]) -> list[float]:
    """Return the CPU time in ms of the tasks of the page's main thread, those above 20 ms."""
    threads: dict[tuple[int, int], list[float]] = {
        (event["pid"], event["tid"]): []
        for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    for event in events:
        if str(event.get("name")).endswith("RunTask") and "tdur" in event:
            threads.get((event["pid"], event["tid"]), []).append(event["tdur"] / 1000)
    busiest = max(threads.values(), key=sum, default=[])
    return [task for task in busiest if task > 20]  # noqa: PLR2004


class MeasuredNotebook(MeasuredPage):
    """A notebook in JupyterLab, its kernel up, none of its cells run."""

    def __init__(self, context: BrowserContext, server: JupyterServer, cells: list[str]) -> None:
        path = f"benchmark_{time.monotonic_ns()}.ipynb"
        write_notebook(server.root / path, cells)
        context.add_init_script(PROBE_JS)
        context.on("page", self._watch)
        self.notebook = Notebook(context, server, path)
        super().__init__(self.notebook.page)

    def _watch(self, page: Page) -> None:
        page.on("websocket", self._count_socket)

    def kernel_pid(self) -> int:
        """Return the number of the kernel's process."""
        pid = self.page.evaluate(
            """async () => {
              const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
              const ask = { pid: "__import__('os').getpid()" };
              const content = { code: '', silent: true, user_expressions: ask };
              const reply = await kernel.requestExecute(content).done;
              return reply.content.user_expressions.pid.data['text/plain'];
            }"""
        )
        return int(pid)

    def start(self, number: int) -> float:
        """Press Shift+Enter in a cell; return the time by the page's clock."""
        self.page.evaluate(
            """() => window.addEventListener('keydown', (event) => {
              if (event.key === 'Enter') window.pressed ??= benchmark.now();
            }, { capture: true })"""
        )
        self.notebook.start(number)
        return self.page.evaluate("window.pressed")

    def frame(self, number: int) -> Frame:
        """Return the frame in the output of a cell."""
        handle = self.notebook.cell(number).locator(".jp-Cell-outputArea iframe").first
        handle.wait_for(state="attached")
        return handle.element_handle().content_frame()

    def close(self) -> None:
        """Shut the kernel down and close the page."""
        self.page.evaluate("window.jupyterapp?.shell.currentWidget?.sessionContext?.shutdown()")
        self.page.wait_for_timeout(300)
        self.notebook.close()


def wait_until(frame: Callable[[], Page | Frame], condition: str, timeout: float) -> Any:
    """Wait until a JavaScript function returns something true; return when, and what.

    It is asked at every animation frame, in the page: what asks from outside asks too rarely.

    Raises
    ------
    TimeoutError
        If it does not within `timeout` seconds.
    """
    end = time.monotonic() + timeout
    while (left := end - time.monotonic()) > 0:
        try:
            return frame().evaluate(
                """([condition, ms]) => Promise.race([
                  benchmark.until(eval(condition)),
                  new Promise((_, reject) => setTimeout(() => reject(new Error('late')), ms)),
                ])""",
                [condition, left * 1000],
            )
        except PlaywrightError as error:  # noqa: PERF203  (it is asked until it answers)
            if "late" in str(error):
                break
            # A frame that is still loading destroys what is asked in it: ask again.
            time.sleep(0.01)
    raise TimeoutError(condition)

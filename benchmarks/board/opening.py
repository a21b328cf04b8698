"""One measured opening of a corpus by one contender."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .contenders import OURS, contender
from .gestures import gesture_motions, hover_motion, scroll_motion
from .memory import growth_of
from .page import PROBE_JS, MeasuredNotebook, Motion, wait_until

if TYPE_CHECKING:
    from lab import JupyterServer

    from .corpora import AnyCorpus

#: How long a contender may take; tuff-bird takes half a minute.
PATIENCE_SECONDS = {"TensorBoard": 40.0, OURS: 40.0}
LONG_PATIENCE_SECONDS = 90.0
#: Moves of a slider of images.
STEPS = 1_000
VIEWPORT = {"width": 1400, "height": 1000}


@dataclass
class Opening:
    """Times in ms since Shift+Enter, bytes, and what the page did."""

    first: float
    all: float
    complete: float
    charts: int
    #: Bytes until every chart of the first screen is drawn, and until all is complete.
    painted: float
    received: float
    heap: float
    #: Of the kernel and the processes it started: the most that was seen.
    memory: float
    load: Motion
    gestures: dict[str, Motion] = field(default_factory=dict)
    #: Steps of images a second, and the heap after that; 0 where there are none.
    rate: float = 0.0
    heap_after: float = 0.0


def open_once(
    browser: Any,
    server: JupyterServer,
    corpus: AnyCorpus,
    path: Path,
    name: str,
    *,
    gestures: bool,
    profile: Path | None = None,
) -> Opening | None:
    """Measure one opening in a page and a kernel of its own; None if nothing ever was drawn."""
    with tempfile.TemporaryDirectory() as cache:
        how = contender(name, corpus, path, Path(cache))
        context = browser.new_context(viewport=VIEWPORT)
        cells = [*how.cells, how.whole[0]] if how.whole else how.cells
        measured = MeasuredNotebook(context, server, cells)
        try:
            for number in range(len(how.cells) - 1):
                measured.notebook.run(number)
            with growth_of(measured.kernel_pid()) as growth:
                opening = _measure(measured, how, name, gestures=gestures, profile=profile)
        except TimeoutError as error:
            print(f"  {name} drew nothing: {str(error)[:60]}")
            measured.page.screenshot(path=f"{tempfile.gettempdir()}/board_{name}_{corpus.name}.png")
            return None
        else:
            opening.memory = growth.most
            return opening
        finally:
            measured.close()


def _measure(
    measured: MeasuredNotebook, how: Any, name: str, *, gestures: bool, profile: Path | None
) -> Opening:
    last = len(how.cells) - 1
    patience = PATIENCE_SECONDS.get(name, LONG_PATIENCE_SECONDS)
    heap, received = measured.heap(), measured.received

    def frame() -> Any:
        if not how.framed:
            return measured.page
        found = measured.frame(last)
        found.evaluate(PROBE_JS)
        return found

    with measured.motion() as load, measured.profile(profile and profile / f"{name}_load.json"):
        pressed = measured.start(last)
        first, what = wait_until(frame, how.first, patience)
        if what == "stuck":
            message = "stuck on 'No dashboards are active'"
            raise TimeoutError(message)
        every, charts = wait_until(frame, how.all, patience)
        painted = measured.received - received
        complete, _ = wait_until(frame, how.complete, patience) if how.complete else (every, 0)
        received = measured.received - received
    measured.page.wait_for_timeout(1_500)
    before, heap = heap, measured.heap() - heap
    times = [at - pressed for at in (first, every, complete)]
    opening = Opening(*times, charts, painted, received, heap, 0.0, load)
    if how.steps:
        with measured.motion() as motion:
            opening.rate = frame().evaluate(how.steps, STEPS)
        opening.gestures["steps"] = motion
        opening.heap_after = measured.heap() - before
    elif gestures:
        with measured.profile(profile and profile / f"{name}_gestures.json"):
            box = _chart_box(measured, how, last, frame)
            opening.gestures = gesture_motions(measured, box, how.zoom_key)
            if how.runs:
                runs = measured.page.evaluate(how.runs)
                opening.gestures["runs"] = scroll_motion(measured, runs)
                cards = measured.page.evaluate(how.runs.replace("'ul'", "'.cards'"))
                opening.gestures["cards"] = scroll_motion(measured, cards)
            if how.whole:
                measured.notebook.run(last + 1)
                wait_until(frame, how.whole[1], patience)
                box = _chart_box(measured, how, last, frame)
                opening.gestures["whole"] = hover_motion(measured, box)
    return opening


def _chart_box(measured: MeasuredNotebook, how: Any, last: int, frame: Any) -> Any:
    """Return the box of the first chart in the page, scrolled to where it can be seen."""
    measured.notebook.cell(last).evaluate(
        "(cell) => cell.querySelector('.jp-OutputArea').scrollIntoView({ block: 'start' })"
    )
    measured.page.wait_for_timeout(300)
    left, top, width, height = frame().evaluate(how.chart)
    if how.framed:
        handle = measured.notebook.cell(last).locator("iframe").first
        outer = handle.bounding_box()
        left, top = left + outer["x"], top + outer["y"]
    return left, top, width, height


def median_of(openings: list[Opening]) -> Opening:
    """Return the medians of several openings; of long tasks and frames those of all together."""

    def median(name: str) -> float:
        return statistics.median(getattr(one, name) for one in openings)

    together = {
        name: Motion(
            [task for one in openings for task in one.gestures[name].long_tasks],
            [gap for one in openings for gap in one.gestures[name].frames],
            [task for one in openings for task in one.gestures[name].cpu_tasks],
        )
        for name in openings[0].gestures
    }
    load = sorted((one.load for one in openings), key=lambda motion: motion.long)
    return Opening(
        median("first"),
        median("all"),
        median("complete"),
        openings[0].charts,
        median("painted"),
        median("received"),
        median("heap"),
        median("memory"),
        load[len(load) // 2],
        together,
        median("rate"),
        median("heap_after"),
    )

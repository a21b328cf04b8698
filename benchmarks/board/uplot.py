"""uPlot on a bare page: the same points, no kernel, no notebook."""

from __future__ import annotations

import functools
import http.server
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .gestures import gesture_motions
from .opening import VIEWPORT, Opening
from .page import PROBE_JS, MeasuredPage, Motion, wait_until

if TYPE_CHECKING:
    from .corpora import Corpus

# uPlot wants one x axis for all: `uPlot.join` makes it, with gaps that are spanned.
PAGE = """<!doctype html><link rel="stylesheet" href="uPlot.min.css">
<script src="uPlot.iife.min.js"></script><body><script>
addEventListener('load', async () => {
  const bytes = await (await fetch('points.bin')).arrayBuffer();
  window.began = performance.timeOrigin + performance.now();
  const columns = new Float64Array(bytes);
  const length = columns.length / (2 * RUNS);
  const tables = [...Array(RUNS).keys()].map((i) => [
    Array.from(columns.subarray(2 * i * length, (2 * i + 1) * length)),
    Array.from(columns.subarray((2 * i + 1) * length, (2 * i + 2) * length)),
  ]);
  const data = uPlot.join(tables);
  const series = tables.map((_, i) => ({
    label: 'run ' + i, stroke: `hsl(${i * 18} 70% 50%)`, spanGaps: true, points: { show: false },
  }));
  const wheel = (chart) => chart.over.addEventListener('wheel', (event) => {
    event.preventDefault();
    const at = chart.posToVal(event.offsetX, 'x');
    const factor = event.deltaY < 0 ? 1 / 1.22 : 1.22;
    const { min, max } = chart.scales.x;
    chart.setScale('x', { min: at - (at - min) * factor, max: at + (max - at) * factor });
  }, { passive: false });
  const chart = new uPlot({
    width: 800, height: 400, scales: { x: { time: false } },
    series: [{}, ...series], hooks: { ready: [wheel], draw: [() => { window.drawn = true; }] },
  }, data, document.body);
});
</script>"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


def measure_uplot(browser: Any, corpus: Corpus, uplot: Path) -> Opening:
    """Return what uPlot takes from having the points to having drawn them, and in gestures."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("uPlot.iife.min.js", "uPlot.min.css"):
            (folder / name).write_bytes((uplot / name).read_bytes())
        columns = [
            column.astype(np.float64)
            for run in range(corpus.runs)
            for column in (corpus.steps(run), corpus.values(run, 0))
        ]
        (folder / "points.bin").write_bytes(np.concatenate(columns).tobytes())
        (folder / "index.html").write_text(PAGE.replace("RUNS", str(corpus.runs)))
        handler = functools.partial(_Quiet, directory=temporary)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            return _measure(browser, f"http://127.0.0.1:{server.server_port}/index.html")
        finally:
            server.shutdown()


def _measure(browser: Any, url: str) -> Opening:
    context = browser.new_context(viewport=VIEWPORT)
    context.add_init_script(PROBE_JS)
    page = context.new_page()
    page.set_default_timeout(120_000)
    measured = MeasuredPage(page)
    page.goto(url)
    at, _ = wait_until(lambda: page, "() => window.drawn", 120)
    took = at - page.evaluate("window.began")
    time.sleep(1)
    load = Motion(page.evaluate("benchmark.stop()")["long"])
    received, heap = measured.received, measured.heap()
    box = page.evaluate(
        """() => { const box = document.querySelector('.u-over').getBoundingClientRect();
        return [box.left, box.top, box.width, box.height]; }"""
    )
    gestures = gesture_motions(measured, box, "Control")
    context.close()
    return Opening(
        first=took,
        all=took,
        complete=took,
        charts=1,
        painted=received,
        received=received,
        heap=heap,
        memory=0.0,
        load=load,
        gestures=gestures,
    )

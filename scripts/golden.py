"""Take golden vectors from TensorBoard itself: write tests/golden/*.json anew.

TensorBoard is started on logs made here, its Time Series tab is opened in Chromium, and its own
functions for smoothing, for the data table and for the range without outliers are called on what it
has loaded. To reach them, a few characters of its bundle are changed on the way to the browser;
they are those of one version, and anything that is not found ends the script.

    python scripts/golden.py        (needs tensorboard 2.21.0, playwright and chromium)
"""

from __future__ import annotations

import json
import math
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorboard.version
from playwright.sync_api import sync_playwright

from tbwidget import SummaryWriter

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

VERSION = "2.21.0"
GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
SMOOTHING = 0.8
WALL = 1_700_000_000.0
PAUSE, PAUSED_AT = 3 * 86_400, 200

#: What is put into the bundle, behind what stands there once: an object of ours gets hold of a
#: function, or of data, and all works as before.
HOOKS = {
    # scalar_card_container.ts: classicSmoothing, and the series of a card as written and smoothed
    "return c<=0?Lt(d):io(": "(self.golden.smooth=",
    "n.push({id:i.id,points:l})}return n})}": ")",
    "h.points[C],y:b}))}));return": " self.golden.series=",
    # scalar_card_data_table.ts
    "var Foe=(()=>{class t{": "static{self.golden.Table=t}",
    # computeDataSeriesExtent of line_chart_internal_utils.ts
    "else if(!this.isViewBoxOverridden&&this.isViewBoxChanged){let i=": "(self.golden.extent=",
    "y:void 0!==c&&void 0!==d?[c,d]:void 0}}": ")",
}

COLUMNS = {
    "STEP": "step",
    "VALUE": "value",
    "SMOOTHED": "smoothed",
    "RELATIVE_TIME": "relative_ms",
    "START_STEP": "start_step",
    "END_STEP": "end_step",
    "START_VALUE": "start_value",
    "END_VALUE": "end_value",
    "MIN_VALUE": "min",
    "MAX_VALUE": "max",
    "STEP_AT_MIN": "step_at_min",
    "STEP_AT_MAX": "step_at_max",
    "MEAN": "mean",
    "VALUE_CHANGE": "change",
    "PERCENTAGE_CHANGE": "percent_change",
    "RAW_CHANGE": "raw_change",
}

TABLE_JS = """([columns, start, end, smoothed]) => {
  const {Table, series} = self.golden;
  const chosen = series.filter(({id}) => id.startsWith('["smoothed"') === smoothed);
  const metadata = Object.fromEntries(chosen.map(({id}) =>
    [id, {id, displayName: id, visible: true, aux: false, color: ''}]));
  const table = Object.assign(Object.create(Table.prototype), {
    dataSeries: chosen,
    chartMetadataMap: metadata,
    columnHeaders: Object.entries(columns).map(([type, name]) => ({type, name, enabled: true})),
    sortingInfo: {name: 'none', order: 0},
    stepOrLinkedTimeSelection: {start: {step: start}, end: end === null ? null : {step: end}},
  });
  return table.getTimeSelectionTableData();
}"""

SMOOTH_JS = """async ([values, weight]) => {
  const points = values.map((y, x) => ({x, y: Number(y)}));
  const [{points: smoothed}] = await self.golden.smooth([{id: 'a', points}], weight);
  return smoothed.map(({y}) => Number.isFinite(y) ? y : String(y));
}"""

EXTENT_JS = """([columns, log]) => {
  const series = columns.map((values, id) =>
    ({id, points: values.map((y, x) => ({x, y: Number(y)}))}));
  const metadata = Object.fromEntries(series.map(({id}) => [id, {visible: true, aux: false}]));
  const safe = (y) => Number.isFinite(y) && (!log || y > 0);
  return self.golden.extent(series, metadata, true, Number.isFinite, safe).y ?? null;
}"""


def logged() -> dict[str, dict[str, list[Any]]]:
    """Return what is logged: runs with the same steps and others, and a pause of days."""
    rng = np.random.default_rng(1)
    runs = {}
    for name, steps in {
        "same-1": np.arange(0, 400, 2),
        "same-2": np.arange(0, 400, 2),
        "other": np.sort(rng.choice(397, 150, replace=False)) + 3,
        "constant": np.arange(0, 100),
        "short": np.array([150]),
    }.items():
        values = np.exp(-steps / 100) + rng.normal(0, 0.1, len(steps))
        if name == "constant":
            values = np.full(len(steps), 0.1)
        wall_times = WALL + steps * 0.37 + PAUSE * (steps > PAUSED_AT)
        runs[name] = {
            "steps": steps.tolist(),
            "wall_times": wall_times.tolist(),
            "values": values.astype(np.float32).astype(float).tolist(),
        }
    return runs


def write(folder: Path, runs: dict[str, dict[str, list[Any]]]) -> None:
    """Write `runs` as event files."""
    for name, columns in runs.items():
        with SummaryWriter(str(folder / name)) as writer:
            for step, wall_time, value in zip(*columns.values(), strict=True):
                writer.add_scalar("loss", value, step, wall_time)


def pass_on(route: Route) -> None:
    """Pass the bundle on to the browser with the hooks in it."""
    response = route.fetch()
    body = response.text()
    for place, hook in HOOKS.items():
        if body.count(place) != 1:
            message = f"TensorBoard's bundle is not that of {VERSION}: no {place[:60]!r} in it"
            raise SystemExit(message)
        body = body.replace(place, place + hook)
    route.fulfill(response=response, body="self.golden={};" + body)


def taken(page: Page, runs: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:
    """Return TensorBoard's own numbers of `runs`."""
    page.wait_for_function(f"self.golden?.series?.length === {2 * len(runs)}", timeout=60_000)
    smoothed, relative = {}, {}
    for series in page.evaluate("self.golden.series"):
        is_smoothed = series["id"].startswith('["smoothed"')
        run = series["id"].strip('[]"').split("/")[-1]
        if is_smoothed:
            smoothed[run] = [point["y"] for point in series["points"]]
        else:
            relative[run] = [point["relativeTimeInMs"] for point in series["points"]]
    tables = []
    for is_smoothed in (True, False):
        for start, end in ((0, None), (151, None), (77.5, None), (10, 301), (99, 100), (-5, 1e6)):
            rows = page.evaluate(TABLE_JS, [COLUMNS, start, end, is_smoothed])
            by_run = {row.pop("id").strip('[]"').split("/")[-1]: row for row in rows}
            for row in by_run.values():
                del row["color"]
            rows = {run: by_run[run] for run in runs}  # theirs come in any order
            tables.append({"smoothed": is_smoothed, "low": start, "high": end, "rows": rows})
    in_order = ({run: column[run] for run in runs} for column in (smoothed, relative))
    return {**dict(zip(("smoothed", "relative_ms"), in_order, strict=True)), "tables": tables}


def ranges(page: Page) -> list[dict[str, Any]]:
    """Return the ranges without outliers of some values."""
    rng = np.random.default_rng(2)
    normal = rng.normal(size=501).round(6).tolist()
    cases = {
        "two values": [[3.0, 1.0]],
        "three values": [[3.0, 1.0, 2.0]],
        "normal": [normal],
        "several series": [normal[:100], normal[100:137], [1e9, -1e9]],
        "not finite": [[*normal[:50], math.nan, math.inf, -math.inf]],
        "twenty-one": [[float(value) for value in range(21)]],
        "equal": [[0.5] * 30],
        "nothing": [[math.nan]],
    }
    return [
        {
            "name": f"{name}, {'log' if log else 'linear'}",
            "log": log,
            "columns": [[plain(value) for value in column] for column in columns],
            "range": page.evaluate(EXTENT_JS, [[list(map(str, c)) for c in as_js(columns)], log]),
        }
        for name, columns in cases.items()
        for log in (False, True)
    ]


def as_js(columns: list[list[float]]) -> list[list[str]]:
    """Return numbers as JavaScript's ``Number`` reads them."""
    return [[str(plain(value)) for value in column] for column in columns]


def plain(value: float) -> float | str:
    """Return a number as JSON can hold it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def main() -> None:
    """Take all golden vectors."""
    if tensorboard.version.VERSION != VERSION:
        sys.exit(f"this needs tensorboard {VERSION}, not {tensorboard.version.VERSION}")
    runs = logged()
    path = GOLDEN / "smoothing.json"
    cases = json.loads(path.read_text())
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        write(Path(folder), runs)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = ["-m", "tensorboard.main", "--logdir", folder, "--port", str(port)]
        with subprocess.Popen([sys.executable, *command], stderr=subprocess.DEVNULL) as server:  # noqa: S603
            try:
                url = f"http://127.0.0.1:{port}/"
                wait_for(url, len(runs))
                with sync_playwright() as driver:
                    browser = driver.chromium.launch(
                        executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                    )
                    page = browser.new_page(viewport={"width": 1400, "height": 900})
                    page.route("**/index.js*", pass_on)
                    page.goto(f"{url}?smoothing={SMOOTHING}#timeseries")
                    numbers = taken(page, runs)
                    for case in cases:
                        case["expected"] = page.evaluate(
                            SMOOTH_JS, [list(map(str, case["values"])), case["weight"]]
                        )
                    outliers = ranges(page)
                    browser.close()
            finally:
                server.terminate()
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text(f"[\n{lines}\n]\n")
    golden = {
        "taken_from": f"TensorBoard {VERSION}, by scripts/golden.py",
        "smoothing": SMOOTHING,
        "runs": runs,
        **numbers,
        "outliers": outliers,
    }
    parts = ",\n".join(f"{json.dumps(name)}: {json.dumps(part)}" for name, part in golden.items())
    (GOLDEN / "tensorboard.json").write_text(f"{{\n{parts}\n}}\n")


def wait_for(url: str, runs: int) -> None:
    """Wait until TensorBoard has read the logs."""
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{url}data/runs") as answer:  # noqa: S310
                if len(json.load(answer)) == runs:
                    return
        except OSError:
            pass
        time.sleep(0.5)
    sys.exit("TensorBoard does not answer")


if __name__ == "__main__":
    main()

"""Histograms on the bins of TensorBoard's Histograms tab, made by its own code.

The function that rebins histograms is cut out of the bundle of the installed TensorBoard and run by
node.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tbwidget.logs.kinds import HistogramSeries

#: The version whose bundle is known to hold the function.
VERSION = "2.21.0"
#: Around it stand the two functions beside it: backend data in, bins of every step out.
MARK = "n=30){(t===void 0||r==null)"
DRIVER = """
const min = (list, of) => Math.min(...list.map(of ?? ((one) => one)));
const max = (list, of) => Math.max(...list.map(of ?? ((one) => one)));
const rebin = new Function("LOW", "HIGH", `SOURCE; return NAME`)(min, max);
const cases = JSON.parse(require("fs").readFileSync(0));
process.stdout.write(JSON.stringify(cases.map((histograms) =>
  rebin(histograms.map((buckets, step) => [0, step, buckets])).map(({bins}) =>
    ({x: bins[0].x, dx: bins[0].dx, y: bins.map(({y}) => y)})))));
"""


def why_not() -> str:
    """Return why it cannot be run here; empty if it can."""
    import tensorboard.version

    if tensorboard.version.VERSION != VERSION:
        return f"TensorBoard {VERSION} is needed, not {tensorboard.version.VERSION}"
    return "" if shutil.which("node") else "node is needed to run TensorBoard's code"


def rebin(cases: Sequence[Sequence[Any]]) -> list[list[dict[str, Any]]]:
    """Return TensorBoard's bins for the histograms of several series.

    Parameters
    ----------
    cases
        For each series the histograms of its steps, each with rows of left edge, right edge, count.

    Returns
    -------
    list
        For each series and step ``x`` and ``dx``, the left edge and the width of the first bin, and
        ``y``, the counts of all.
    """
    given = json.dumps(cases).encode()
    command = ["node", "-e", driver()]
    answer = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True).stdout
    found: list[list[dict[str, Any]]] = json.loads(answer)
    return found


def buckets_at(series: HistogramSeries, steps: list[int]) -> list[Any]:
    """Return the buckets of readable steps; None for those that TensorBoard brings to no bins."""
    readable = [(step, buckets) for step, _, buckets in series.readable()]
    if [step for step, _ in readable] != steps:  # else a step may be there several times
        by_step = dict(readable)
        readable = [(step, by_step[step]) for step in steps]
    return [
        buckets.tolist() if len(buckets) and np.isfinite(buckets).all() else None
        for _, buckets in readable
    ]


@cache
def driver() -> str:
    """Return the script for node, with TensorBoard's function in it."""
    import tensorboard

    with zipfile.ZipFile(Path(tensorboard.__file__).parent / "webfiles.zip") as files:
        bundle = files.read("index.js").decode()
    at = bundle.find(MARK)
    if at < 0:
        message = "the bundle has no such function; is it another version?"
        raise LookupError(message)
    begin = bundle.rindex("function", 0, bundle.rindex("function", 0, at))
    middle = bundle.index("function", at)
    source = bundle[begin : bundle.index("var ", bundle.index("return t.map(", middle))]
    name = bundle[middle + len("function ") : bundle.index("(", middle)]
    # The two names of d3 that it calls: min in the first function, max after it.
    low = source.split("min:")[1].split("(")[0]
    high = source.split("max:")[1].split("(")[0]
    for of, word in ((low, "LOW"), (high, "HIGH")):
        source = source.replace(f"{of}(", f"{word}(")
    return DRIVER.replace("SOURCE", source).replace("NAME", name)

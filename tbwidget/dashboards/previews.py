"""What each tab shows at a glance: for a notebook that is read without its kernel.

Images are never decoded: their names and sizes are told.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from tbwidget.analysis.compression import BASIS_POINTS, compress
from tbwidget.analysis.pr import roc
from tbwidget.analysis.statistics import STATISTICS, statistics_of
from tbwidget.analysis.waveform import UnreadableWaveError, envelope, parse_wave
from tbwidget.drawing.chart import Line, Panel
from tbwidget.drawing.palette import PAPER, color_of, mixed
from tbwidget.drawing.sheet import Preview
from tbwidget.drawing.table import Table
from tbwidget.drawing.text import format_bytes, format_number, public_name
from tbwidget.events.media import header_size
from tbwidget.logs import UnreadableValueError
from tbwidget.widget.summarising import row_at, thinned_rows

from .histograms.slices import Wish, hold, range_of, slices_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    from tbwidget.events.media import Image
    from tbwidget.widget.summarising import SummaryDashboard
    from tbwidget.widget.watching import TagDashboard

    from .distributions import Distributions
    from .histograms.view import Histograms
    from .pr_curves import PRCurves

Row = tuple[str, ...]
MOST_PANELS, MOST_ROWS = 9, 14
#: Points of all curves of a picture: it takes the kernel a moment, and then is a small file.
TOTAL_POINTS, FEWEST_POINTS = 60_000, 48
#: Lines of a chart and of all charts, and points that are looked at to draw them.
MOST_LINES, TOTAL_LINES, TOTAL_READ = 100, 300, 1_500_000
#: Histograms of a series, the newest drawn the strongest, and their bins.
SLICES, BINS = 8, 30
#: Steps of a distribution, and the outer percentiles of its nested bands.
DISTRIBUTION_STEPS, BANDS = 80, ((0, 8), (1, 7), (2, 6), (3, 5))
#: Larger values are not read for a glance.
MOST_BYTES = 8 * 2**20
WAVE_COLUMNS, TEXT_CHARACTERS = 400, 300


def curves(panels: list[Panel], count: int, noun: str) -> Preview:
    """Return the preview of charts of curves, of which there are `count` in all."""
    shown = [replace(panel, lines=panel.lines[:MOST_LINES]) for panel in panels]
    most = TOTAL_POINTS // max(1, sum(len(panel.lines) for panel in shown))
    shown = [replace(panel, most_points=min(max(FEWEST_POINTS, most), 1200)) for panel in shown]
    notes = [_left_out(count - len(panels), noun)]
    if any(len(panel.lines) > MOST_LINES for panel in panels):
        notes.append(f"no more than {MOST_LINES} lines a chart")
    return Preview(shown, note=", ".join(filter(None, notes)))


def few_enough(charts: list[Any], sizes: Callable[[Any], list[int]]) -> list[Any]:
    """Return the first charts, as many as are drawn in a moment; one at least.

    Parameters
    ----------
    charts
        What is to be drawn, each a chart.
    sizes
        Returns the number of points of each line of a chart.
    """
    lines = points = 0
    for number, chart in enumerate(charts[:MOST_PANELS]):
        lengths = sizes(chart)
        lines, points = lines + len(lengths), points + sum(lengths)
        if number and (lines > TOTAL_LINES or points > TOTAL_READ):
            return charts[:number]
    return charts[:MOST_PANELS]


def histograms(view: Histograms) -> Preview:
    """Return histograms of a few steps over each other, a chart a tag and run."""
    panels: list[Panel] = []
    count = 0
    for run, tag, series in _by_tag(view, "histograms"):
        count += 1
        if len(panels) == MOST_PANELS:
            continue
        held = hold(series, Wish(view.bins or BINS, view.state.step_range, limit=SLICES))
        slices = slices_of(held, view.bins or BINS, *range_of([held]))
        shape = (len(held.rows), view.bins or BINS)
        middles = ((slices.lefts + slices.rights) / 2).reshape(shape)
        color, lines = color_of(view.state.run_number(run)), []
        for number, (x, y) in enumerate(zip(middles, slices.counts.reshape(shape), strict=True)):
            age = 1 - (number + 1) / shape[0]
            lines.append(Line(run, mixed(color, PAPER.background, 0.85 * age), x, y))
        panels.append(Panel(tag, lines, "value"))
    return Preview(panels, note=_left_out(count - len(panels), "histogram series"))


def distributions(view: Distributions) -> Preview:
    """Return percentiles over steps as nested bands, a chart a tag and run."""
    panels: list[Panel] = []
    count = 0
    for run, tag, series in _by_tag(view, "histograms"):
        count += 1
        if len(panels) == MOST_PANELS:
            continue
        index = series.index()
        steps, rows = [], []
        for row in thinned_rows(len(index.columns), DISTRIBUTION_STEPS).tolist():
            try:
                rows.append(compress(series.value_at(index, row)))
            except UnreadableValueError:
                continue  # listed among the problems
            steps.append(float(index.columns.steps[row]))
        x = np.array(steps)
        percentiles = np.array(rows).reshape(len(rows), len(BASIS_POINTS))
        middle = percentiles[:, len(BASIS_POINTS) // 2]
        color = color_of(view.state.run_number(run))
        lines = [
            Line(run, color, x, middle, low=percentiles[:, low], high=percentiles[:, high])
            for low, high in BANDS
            if rows
        ]
        panels.append(Panel(tag, lines))
    return Preview(panels, note=_left_out(count - len(panels), "distributions"))


def pr_curves(view: PRCurves) -> Preview:
    """Return the curves of all visible runs at the linked step, a chart a tag."""
    by_tag: dict[str, list[Line]] = {tag: [] for tag in view.preview_tags()}
    shown = list(by_tag)[:MOST_PANELS]
    for run, tag, step, _, curve, _ in view.looked_at(view.visible_runs()):
        if tag not in shown:
            continue
        x, y = (curve[5], curve[4]) if view.mode == "pr" else roc(curve)[:2]
        name = f"{run} · step {step:,}" if view.state.step is None else run
        by_tag[tag].append(Line(name, color_of(view.state.run_number(run)), x, y))
    panels = [
        Panel(tag, by_tag[tag], "value", x_range=(0.0, 1.0), y_range=(0.0, 1.05)) for tag in shown
    ]
    return curves(panels, len(by_tag), "tag")


def audio(view: SummaryDashboard) -> Preview:
    """Return the waveforms of clips; of those that are no WAV what they are."""
    panels: list[Panel] = []
    rows: list[Row] = []
    count = 0
    for run, tag, step, value, size in _values(view, "audio"):
        count, clips = count + 1, value or []
        for number, clip in enumerate(clips[:MOST_PANELS]):
            name = f"{tag} · step {step:,}"
            name += f" · {number + 1} of {len(clips)}" if len(clips) > 1 else ""
            line = _waveform(clip, color_of(view.state.run_number(run)), run)
            if line is not None and len(panels) < MOST_PANELS:
                panels.append(Panel(name, [line], "value"))
            elif line is None and len(rows) < MOST_ROWS:
                rows.append((tag, run, f"{step:,}", f"{clip.mime}, {format_bytes(len(clip.data))}"))
        if not clips and len(rows) < MOST_ROWS:
            rows.append((tag, run, f"{step:,}", size))
    return Preview(panels, _table(rows, "Clip"), _left_out(_more(view, count), "series"))


def _waveform(clip: Any, color: str, run: str) -> Line | None:
    try:
        wave = parse_wave(clip.data)
        low, high = envelope(wave, WAVE_COLUMNS)
    except UnreadableWaveError:
        return None
    seconds = (np.arange(len(low)) + 0.5) * wave.seconds / max(1, len(low))
    return Line(run, color, np.repeat(seconds, 2), np.column_stack((low, high)).ravel())


def images(view: SummaryDashboard) -> Preview:
    """Return which images there are: they are not decoded in the kernel."""
    return _described(view, "images", "Image", _describe_images)


def text(view: SummaryDashboard) -> Preview:
    """Return how texts begin."""
    return _described(view, "text", "Text", _describe_text)


def tensors(view: SummaryDashboard) -> Preview:
    """Return shapes and statistics of tensors."""
    return _described(view, "tensors", "Tensor", _describe_tensor)


def _described(
    view: SummaryDashboard, kind: str, title: str, describe: Callable[[Any], str]
) -> Preview:
    """Return a table of values in words."""
    rows: list[Row] = []
    for run, tag, step, value, word in _values(view, kind):
        rows.append((tag, run, f"{step:,}", word if value is None else describe(value)))
    note = _left_out(_more(view, len(rows)), "series")
    return Preview(table=_table(rows, title), note=note)


def _describe_images(pictures: list[Image]) -> str:
    if not pictures:
        return "no image"
    first = pictures[0]
    width, height = header_size(first.data, first.mime) or (first.width, first.height)
    total = format_bytes(sum(len(one.data) for one in pictures))
    kind = first.mime.removeprefix("image/").upper()
    count = f"{len(pictures):,} x " if len(pictures) > 1 else ""
    return f"{count}{width:,} x {height:,} pixels, {kind}, {total}"


def _describe_text(texts: npt.NDArray[Any]) -> str:
    start = "\n".join(one[:TEXT_CHARACTERS] for one in islice(texts.flat, 8))
    return _begin(" ".join(start.split()))


def _describe_tensor(tensor: npt.NDArray[Any]) -> str:
    what = f"{tensor.dtype.name} [{', '.join(map(str, tensor.shape))}]"
    found = dict(zip(STATISTICS, statistics_of(tensor).tolist(), strict=True))
    numbers = ((name, found[name]) for name in ("min", "max", "mean", "std"))
    known = [f"{name} {format_number(one)}" for name, one in numbers if one == one]  # noqa: PLR0124  (NaN)
    return f"{what}  {', '.join(known)}" if known else what


# -- what they share -------------------------------------------------------------------------------


def _by_tag(view: TagDashboard, kind: str) -> Iterator[tuple[str, str, Any]]:
    """Yield run, tag and series of what is visible, tag by tag."""
    runs = view.logdir.runs
    held = {name: getattr(runs[name], kind) for name in view.visible_runs()}
    for tag in view.preview_tags():
        for run, series in held.items():
            if tag in series:
                yield run, tag, series[tag]


def _values(view: SummaryDashboard, kind: str) -> Iterator[tuple[str, str, int, Any, str]]:
    """Yield run, tag, step and value of what is looked at, and a word in place of a value.

    There are at most `MOST_ROWS`. What cannot be read, or would take long, has no value.
    """
    for run, tag, series in islice(_by_tag(view, kind), MOST_ROWS):
        index = series.index()
        row = row_at(index, view.state.step)
        if row is None:
            continue
        value, word = None, "cannot be read"
        if (size := int(index.columns.lengths[row])) > MOST_BYTES:
            word = format_bytes(size)
        else:
            with suppress(UnreadableValueError):  # listed among the problems
                value = series.value_at(index, row)
        yield run, tag, int(index.columns.steps[row]), value, word


def _more(view: SummaryDashboard, shown: int) -> int:
    """Return how many series there are beyond those shown, as far as they were counted."""
    return sum(1 for _ in _by_tag(view, view.data_kinds[0])) - shown


def _table(rows: list[Row], title: str) -> Table | None:
    if not rows:
        return None
    shown = [tuple(public_name(cell) for cell in row) for row in rows]
    return Table((("Tag", 0.26), ("Run", 0.22), ("Step", 0.1), (title, 0.42)), shown)


def _begin(words: str) -> str:
    """Return the beginning of a text: where a name is cut in its middle, a text is at its end."""
    return words if len(words) <= 60 else f"{words[:58]} …"  # noqa: PLR2004


def _left_out(count: int, noun: str) -> str:
    if count <= 0:
        return ""
    plural = "" if count == 1 or noun.endswith("s") else "s"
    return f"and {count:,} more {noun}{plural}"

"""The Histograms tab in a real JupyterLab: every tag drawn, live, and both ways with Python."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs

from tbwidget import Logdir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()"""
PROBE = "(tag) => deepAll(`.card[data-tag=${JSON.stringify(tag)}]`)[0]?.tbwidgetProbe?.()"
#: Those of the shared logs that hold histograms.
SHARED = [
    "clu_jax", "damaged_semantics", "ignite_mlp", "pub_codehead_nlp_logs",
    "pub_mlagents_hide_seek", "pub_tbreview_hparams", "pub_tf1_zoo", "tbx_all",
    "tensorboard_logger_pkg", "tf1_session_mlp", "tf_keras_callback_cnn",
    "tf_keras_callback_text", "tf_summary_all", "torch_all_digits_cnn", "torch_restart_purge",
]  # fmt: skip

#: Writes histograms with the library's own messages, as torch's writer does.
WRITE = """
import numpy as np, time, tbwidget
from tbwidget.events.protos import Event
writer = tbwidget.SummaryWriter({folder!r})
def add(tag, values, step):
    counts, edges = np.histogram(values, 20)
    histogram = dict(min=values.min(), max=values.max(), num=len(values), sum=values.sum(),
                     bucket_limit=edges[1:], bucket=counts)
    event = Event(step=step, wall_time=time.time())
    event.summary.value.add(tag=tag, histo=histogram)
    writer._files.add(writer.log_dir, event)
    writer._files.flush()
random = np.random.default_rng(0)
"""
TRAIN = """
for step in range(1, 400):
    add('w', random.normal(size=100) * step, step)
    time.sleep(0.02)
"""


def probe(notebook: Notebook, tag: str) -> dict[str, Any]:
    """Return what the first chart of the card of `tag` shows."""
    found: dict[str, Any] = notebook.page.evaluate(PROBE, tag)["plots"][0]
    return found


def show(open_notebook: Open, cell: str, *cells: str, **options: Any) -> Notebook:
    notebook = open_notebook([cell, *cells], **options)
    notebook.run(0)
    notebook.wait_for_drawn()
    return notebook


def center(notebook: Notebook, tag: str) -> tuple[float, float, float, float]:
    """Return left, top, width and height of the first chart of a card, brought into sight."""
    js = """(tag) => {
      const chart = deepAll(`.card[data-tag="${tag}"] .chart`)[0];
      chart.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = chart.getBoundingClientRect();
      return [left, top, width, height];
    }"""
    left, top, width, height = notebook.page.evaluate(js, tag)
    return left, top, width, height


def click(notebook: Notebook, tag: str, across: float, down: float, *keys: str) -> None:
    left, top, width, height = center(notebook, tag)
    for key in keys:
        notebook.page.keyboard.down(key)
    notebook.page.mouse.click(left + across * width, top + down * height)
    for key in keys:
        notebook.page.keyboard.up(key)


def histograms_of(folder: Path) -> tuple[dict[str, set[str]], dict[str, float]]:
    """Return which runs have each tag, and all counts of those tags of which each step is shown."""
    logs = Logdir(folder)
    holders: dict[str, set[str]] = {}
    for run in logs.runs.values():
        for tag in run.histograms:
            holders.setdefault(tag, set()).add(run.name)
    totals = {}
    for tag, names in holders.items():
        series = [logs.runs[name].histograms[tag] for name in names]
        if all(len(one) <= 16 for one in series):
            buckets = np.concatenate([step for one in series for step in one])
            totals[tag] = float(buckets[~np.isnan(buckets).any(axis=1), 2].sum())
    logs.close()
    return holders, totals


@pytest.mark.parametrize("name", SHARED)
def test_every_tag_of_the_shared_logs_is_drawn(
    open_notebook: Open, server: JupyterServer, name: str
) -> None:
    shared_logs.require()
    target = server.root / name
    if not target.exists():
        shutil.copytree(shared_logs.SHARED_LOGS / name, target)
    expected, totals = histograms_of(target)
    notebook = show(open_notebook, f"import tbwidget; tbwidget.Histograms({name!r}, height=900)")
    for tag, runs in expected.items():
        notebook.wait_for(
            """([tag, runs]) => {
              const card = deepAll(`.card[data-tag=${JSON.stringify(tag)}]`)[0];
              card?.scrollIntoView({ block: 'center' });
              const plots = card?.tbwidgetProbe?.().plots ?? [];
              return plots.length === runs && plots.every((plot) =>
                  plot.draws > 0 && plot.sources.length && (plot.highest > 0 || plot.message))
                && card.dataset.drawn === '1' && Number(card.dataset.series) === runs;
            }""",
            argument=[tag, len(runs)],
        )
        if tag in totals:
            # What a file read later adds comes a moment later too.
            notebook.wait_for(
                """([tag, total]) => {
                  const card = deepAll(`.card[data-tag=${JSON.stringify(tag)}]`)[0];
                  const shown = card.tbwidgetProbe().plots
                    .reduce((sum, { sources }) => sum + sources[0].total, 0);
                  return Math.abs(shown - total) <= 1e-5 * total;
                }""",
                argument=[tag, totals[tag]],
            )
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []


def test_slices_arrive_while_a_cell_trains(open_notebook: Open, server: JupyterServer) -> None:
    folder = str(server.root / "live_histograms")
    notebook = open_notebook(
        [
            WRITE.format(folder=folder)
            + "add('w', random.normal(size=100), 0); tbwidget.Histograms(writer.log_dir)",
            TRAIN,
        ]
    )
    notebook.run(0)
    notebook.wait_for_drawn()
    notebook.start(1)
    arrived = """(least) => {
      const plot = deepAll('.card[data-tag="w"]')[0]?.tbwidgetProbe?.().plots[0];
      const steps = plot?.sources[0]?.steps ?? [];
      return steps[steps.length - 1] >= least;
    }"""
    for least in (20, 80, 160):
        notebook.wait_for(arrived, argument=least)
        assert notebook.running()
    notebook.wait_done()
    notebook.wait_for(arrived, argument=399)
    source = probe(notebook, "w")["sources"][0]
    assert source["total"] == pytest.approx(100 * source["slices"])
    notebook.wait_for("() => deepAll('.card .note')[0]?.innerText.includes('of 400 steps shown')")
    assert notebook.errors() == []


def written(server: JupyterServer, name: str, runs: int = 1) -> str:
    """Return a cell that writes histograms of 20 steps and shows them as `view`."""
    folder = str(server.root / name)
    cell = WRITE.format(folder=f"{folder}/a") + "for step in range(20):\n"
    cell += "    add('w', random.normal(step / 5, 1, 500), step)\n"
    for other in "bcdefghijklmnopq"[: runs - 1]:
        cell += WRITE.format(folder=f"{folder}/{other}")
        cell += "add('w', random.normal(3, 2, 300), 5)\n"
    return cell + f"view = tbwidget.Histograms({folder!r}, height=700); view"


def test_modes_and_settings_from_page_and_python(
    open_notebook: Open, server: JupyterServer
) -> None:
    notebook = show(
        open_notebook,
        written(server, "modes"),
        "view.mode = 'overlay'; view.bins = 12",
        "print(view.mode, view.log_counts, view.density)",
        "view.value_range = (0, 2)",
    )
    plain = probe(notebook, "w")
    assert (plain["mode"], plain["sources"][0]["slices"]) == ("offset", 20)
    assert plain["sources"][0]["buckets"] == 20 * 30
    notebook.run(1)
    notebook.wait_for(
        "() => { const p = deepAll('.card')[0].tbwidgetProbe().plots[0];"
        " return p.mode === 'overlay' && p.sources[0].buckets === 240; }"
    )
    for label in ("Heat map", "Log counts", "Density"):
        notebook.page.evaluate(BUTTON, label)
    notebook.wait_for(
        "() => deepAll('.card')[0].tbwidgetProbe().plots[0].mode === 'heatmap'"
        " && deepAll('.card')[0].tbwidgetProbe().plots[0].highest < 1"
    )
    notebook.page.wait_for_timeout(300)
    notebook.run(2)
    assert "heatmap True True" in notebook.output(2)
    notebook.run(3)
    notebook.wait_for(
        "() => { const [low, high] = deepAll('.card')[0].tbwidgetProbe().plots[0].domain;"
        " return low === 0 && high === 2; }"
    )
    assert notebook.errors() == []


def test_a_click_marks_a_step_and_shift_a_second_one(
    open_notebook: Open, server: JupyterServer
) -> None:
    notebook = show(
        open_notebook,
        written(server, "marks"),
        "import json; print(json.dumps([view.step, view.second_step,"
        " sorted(set(view.selection.step.tolist())), view.selection['count'].sum()]))",
        "view.step = 3",
    )
    click(notebook, "w", 0.5, 0.86)
    notebook.wait_for("() => deepAll('.card')[0].tbwidgetProbe().plots[0].marked.length === 1")
    click(notebook, "w", 0.05, 0.5, "Shift")
    notebook.wait_for("() => deepAll('.card')[0].tbwidgetProbe().plots[0].marked.length === 2")
    first, second = probe(notebook, "w")["marked"]
    assert first > second
    notebook.page.wait_for_timeout(400)
    notebook.run(1)
    step, second_step, steps, total = json.loads(notebook.output(1).splitlines()[-1])
    assert (step, second_step, steps) == (first, second, sorted((first, second)))
    assert total == pytest.approx(1000)
    notebook.run(2)
    notebook.wait_for("() => deepAll('.card')[0].tbwidgetProbe().plots[0].marked[0] === 3")
    notebook.page.evaluate(BUTTON, "step 3")
    notebook.wait_for("() => deepAll('.card')[0].tbwidgetProbe().plots[0].marked.length === 0")
    assert notebook.errors() == []


def test_the_pointer_tells_of_a_slice_and_a_bucket(
    open_notebook: Open, server: JupyterServer
) -> None:
    notebook = show(open_notebook, written(server, "hover"))
    left, top, width, height = center(notebook, "w")
    notebook.page.mouse.move(left + 0.5 * width, top + 0.6 * height)
    notebook.page.mouse.move(left + 0.5 * width, top + 0.7 * height)
    notebook.wait_for("() => deepAll('.tooltip').length === 1")
    text = notebook.page.evaluate("() => deepAll('.tooltip')[0].innerText")
    assert "step" in text
    assert "%" in text
    assert probe(notebook, "w")["hover"]["place"] >= 0
    notebook.page.mouse.move(5, 5)
    notebook.wait_for("() => deepAll('.tooltip').length === 0")
    assert notebook.errors() == []


def test_a_drag_zooms_and_a_double_click_shows_all(
    open_notebook: Open, server: JupyterServer
) -> None:
    notebook = show(open_notebook, written(server, "zoom"))
    whole = probe(notebook, "w")["domain"]
    left, top, width, height = center(notebook, "w")
    notebook.page.mouse.move(left + 0.3 * width, top + 0.5 * height)
    notebook.page.mouse.down()
    notebook.page.mouse.move(left + 0.5 * width, top + 0.52 * height, steps=4)
    notebook.page.mouse.up()
    span = "((d) => d[1] - d[0])(deepAll('.card')[0].tbwidgetProbe().plots[0].domain)"
    notebook.wait_for(f"(whole) => {span} < 0.3 * whole", argument=whole[1] - whole[0])
    assert probe(notebook, "w")["sources"][0]["buckets"] == 20 * 30
    notebook.page.mouse.dblclick(left + 0.5 * width, top + 0.5 * height)
    notebook.wait_for(f"(whole) => {span} === whole", argument=whole[1] - whole[0])
    assert notebook.errors() == []


def test_runs_side_by_side_and_over_each_other(open_notebook: Open, server: JupyterServer) -> None:
    notebook = show(open_notebook, written(server, "many", runs=14))
    notebook.wait_for("() => deepAll('.card')[0].dataset.series === '12'")
    plots = notebook.page.evaluate(PROBE, "w")["plots"]
    assert [plot["sources"][0]["name"] for plot in plots] == list("abcdefghijkl")
    assert "12 of 14 runs shown" in notebook.text()
    notebook.page.evaluate(BUTTON, "Runs")
    notebook.wait_for("() => deepAll('.card')[0].tbwidgetProbe().plots[0]?.mode === 'runs'")
    notebook.wait_for(
        "() => deepAll('.card')[0].tbwidgetProbe().plots[0].sources.length === 12"
        " && new Set(deepAll('.card').map((c) => c.tbwidgetProbe().plots.length)).has(1)"
    )
    assert notebook.errors() == []


def test_files(open_notebook: Open, server: JupyterServer, tmp_path: Path) -> None:
    notebook = show(open_notebook, written(server, "files"))
    notebook.page.evaluate(BUTTON, "More for w")
    for label, ending in (("SVG", "svg"), ("PNG", "png"), ("CSV", "csv"), ("Buckets", "csv")):
        with notebook.page.expect_download() as download:
            notebook.page.evaluate(BUTTON, label)
        target = tmp_path / f"{label}.{ending}"
        download.value.save_as(target)
        assert target.stat().st_size > 500
    assert (tmp_path / "SVG.svg").read_text().startswith("<svg")
    assert len((tmp_path / "CSV.csv").read_text().splitlines()) == 1 + 20 * 30
    assert len((tmp_path / "Buckets.csv").read_text().splitlines()) == 1 + 20
    assert notebook.errors() == []

"""What the Scalars tab can do, in a real JupyterLab, and both ways with Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import tbwidget

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()"""
CARD = 'deepAll(`.card[data-tag="${tag}"]`)[0]'
PROBE = f"(tag) => {CARD}.tbwidgetProbe()"
FIELD = """([label, value]) => {
  const field = deepAll('.panel label').find((f) => f.innerText.trim().startsWith(label));
  const control = field.querySelector('select, input, textarea');
  if (control.type === 'checkbox') { control.click(); return; }
  control.value = value;
  control.dispatchEvent(new Event('input', { bubbles: true }));
  control.dispatchEvent(new Event('change', { bubbles: true }));
}"""


class Board:
    """A notebook whose first cell shows a board, as tests use it."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook, self.page = notebook, notebook.page

    def press(self, label: str) -> None:
        self.page.evaluate(BUTTON, label)

    def set(self, field: str, value: str = "") -> None:
        """Set a control of the open panel."""
        self.page.evaluate(FIELD, [field, value])

    def probe(self, tag: str) -> dict[str, Any]:
        return self.page.evaluate(PROBE, tag)

    def wait(self, tag: str, condition: str, timeout: float = 20) -> None:
        """Wait until a card's probe `p` meets `condition`."""
        code = f"(tag) => {{ const p = {CARD}?.tbwidgetProbe?.(); return p && ({condition}); }}"
        self.notebook.wait_for(code, timeout, tag)

    def plot(self, tag: str) -> tuple[float, float, float, float]:
        """Return left, top, width and height of a chart on the screen."""
        code = f"""(tag) => {{
          const c = {CARD}; c.scrollIntoView({{ block: 'nearest' }});
          const r = c.querySelector('.chart canvas').getBoundingClientRect();
          return [r.left, r.top, r.width, r.height];
        }}"""
        return tuple(self.page.evaluate(code, tag))

    def at(self, tag: str, x: float, y: float = 0.5) -> tuple[float, float]:
        left, top, width, height = self.plot(tag)
        return left + width * x, top + height * y

    def python(self, cell: int) -> Any:
        """Run a cell and return what it printed, as JSON."""
        self.notebook.run(cell)
        return json.loads(self.notebook.output(cell))


@pytest.fixture
def board(server: JupyterServer, open_notebook: Open) -> Callable[..., Board]:
    """Return a function that opens a board on six runs, with further cells."""

    def write(root: Path) -> None:
        for number in range(6):
            optimizer, seed = ("adam", "sgd")[number // 3], number % 3
            with tbwidget.SummaryWriter(root / optimizer / f"seed{seed}") as writer:
                for step in range(0, 100, 1 + seed):
                    loss = 1 / (1 + step) + 0.1 * number
                    writer.add_scalar("loss", loss, step)
                    writer.add_scalar("signed", (loss - 0.3) * 100, step)
                    writer.add_scalar("epoch", step // 10, step)

    def open_(*cells: str, logs: str = "six") -> Board:
        if not (server.root / logs).exists():
            write(server.root / logs)
        first = f"import json, tbwidget; board = tbwidget.TensorBoard('{logs}', height=640); board"
        notebook = open_notebook([first, *cells])
        notebook.run(0)
        notebook.wait_for_series(dict.fromkeys(("loss", "signed", "epoch"), 6))
        return Board(notebook)

    return open_


def test_settings_go_both_ways(board: Callable[..., Board]) -> None:
    one = board(
        "board.scalars.smoothing = 0.9\n"
        "board.state.y_scale = 'log'\nboard.scalars.pinned = ['loss']",
        "print(json.dumps([board.state.y_scale, board.scalars.y_scale, board.scalars.step]))",
    )
    one.notebook.run(1)
    one.notebook.wait_for("() => deepAll('.toolbar output')[0].innerText === '0.90'")
    one.notebook.wait_for("() => deepAll('.group')[0].ariaLabel === 'pinned'")
    one.wait("loss", "p.yDomain[0] > 0")
    one.press("Symlog")
    one.page.mouse.click(*one.at("loss", 0.5))
    one.wait("loss", "p.step !== null")
    one.page.wait_for_timeout(500)
    state, view, step = one.python(2)
    assert (state, view) == ("symlog", "symlog")
    assert step == one.probe("loss")["step"]
    assert 30 < step < 70
    assert one.notebook.errors() == []


def test_traits_link_with_other_widgets_in_the_page(board: Callable[..., Board]) -> None:
    one = board(
        "import ipywidgets as w; s = w.FloatSlider(max=0.99, step=0.01);"
        "l = w.jslink((s, 'value'), (board.scalars, 'smoothing')); w.HBox([s])",
        "print(json.dumps(s.value))",
    )
    one.notebook.run(1)
    one.page.wait_for_timeout(500)
    one.page.evaluate("""() => {
      const slider = deepAll('.toolbar input[type=range]')[0];
      slider.value = '0.25';
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }""")
    one.notebook.wait_for("() => deepAll('.widget-readout')[0].innerText === '0.25'")
    one.page.wait_for_timeout(500)
    assert one.python(2) == 0.25
    assert one.notebook.errors() == []


def test_bands_are_those_of_numpy(board: Callable[..., Board]) -> None:
    one = board(
        "board.state.set_trait('smoothing', 0.0); board.state.group_by = 'directory'",
        "board.state.group_by = '('",
    )
    one.notebook.run(1)
    one.wait("loss", "p.series === 2 && p.drawn.every((line) => line.points > 50)")
    adam = one.probe("loss")["drawn"][0]
    # All three are there at step 0, whatever their stride.
    assert adam["first"] == pytest.approx(np.mean([1.0, 1.1, 1.2]), abs=1e-6)
    assert one.probe("loss")["yDomain"][1] > 1.3 + np.std([1.3, 1.4, 1.5])
    assert "interpolated" in one.notebook.text()
    one.notebook.run(2)
    one.notebook.wait_for("() => deepAll('.toolbar .note')[0]?.innerText.includes('Not grouped')")
    one.wait("loss", "p.series === 6")
    assert one.notebook.errors() == []


def test_derived_tags_are_live(board: Callable[..., Board], server: JupyterServer) -> None:
    one = board("board.add('double', lambda s: 2 * s['loss'])", logs="growing")
    one.notebook.run(1)
    one.notebook.wait_for("() => deepAll('.card[data-tag=\"double\"]').length === 1")
    one.wait("double", "p.series === 6 && p.drawn[0].points === 100")
    assert one.probe("double")["drawn"][0]["first"] == pytest.approx(2.0)
    with tbwidget.SummaryWriter(server.root / "growing" / "adam" / "seed0") as writer:
        for step in range(100, 110):
            writer.add_scalar("loss", 7.0, step)
    one.wait("double", "p.drawn[0].points === 110 && p.drawn[0].last === 14")
    assert one.notebook.errors() == []


def test_what_restarts_replaced_is_drawn_if_asked_for(
    server: JupyterServer, open_notebook: Open
) -> None:
    for first in (0, 50, 20):  # each begins before the last has ended
        with tbwidget.SummaryWriter(server.root / "restarts", purge_step=first) as writer:
            for step in range(first, first + 60):
                writer.add_scalar("loss", first + step, step)
    notebook = open_notebook(["import tbwidget; tbwidget.TensorBoard('restarts', height=640)"])
    notebook.run(0)
    one = Board(notebook)
    one.wait("loss", "p.series === 1 && p.drawn[0].points === 80")
    one.press("Settings")
    one.set("Points that restarts replaced")
    one.wait("loss", "p.series === 3 && p.drawn.map((line) => line.points).join() === '40,60,80'")
    old = one.probe("loss")["drawn"]
    assert [(line["first"], line["last"]) for line in old] == [(20, 59), (100, 159), (0, 99)]
    one.set("Points that restarts replaced")
    one.wait("loss", "p.series === 1")
    assert notebook.errors() == []


def test_axes_zoom_pan_and_marks(board: Callable[..., Board]) -> None:
    one = board("board.state.x_axis = 'tag:epoch'")
    whole = one.probe("signed")["xDomain"]
    x, y = one.at("signed", 0.5)
    one.page.mouse.move(x, y)
    one.page.keyboard.down("Control")
    one.page.mouse.wheel(0, -300)
    one.page.keyboard.up("Control")
    one.wait("signed", "p.xDomain[1] - p.xDomain[0] < 80")
    zoomed = one.probe("signed")["xDomain"]
    assert whole[0] < zoomed[0] < zoomed[1] < whole[1]
    one.page.keyboard.down("Shift")
    one.page.mouse.down()
    one.page.mouse.move(x + 60, y, steps=4)
    one.page.mouse.up()
    one.page.keyboard.up("Shift")
    one.wait("signed", f"p.xDomain[0] < {zoomed[0]} - 1")
    assert np.diff(one.probe("signed")["xDomain"]) == pytest.approx(np.diff(zoomed), rel=1e-6)
    one.page.mouse.dblclick(x, y)
    one.wait("signed", f"p.xDomain[1] === {whole[1]}")

    one.press("Settings")
    one.set("Logarithmic x axis")
    one.wait("signed", "p.xDomain[0] > 0")
    one.set("Logarithmic x axis")
    one.press("Settings")
    one.press("Symlog")
    one.wait("signed", "p.yDomain[0] < -20 && p.yDomain[1] > 60")
    one.press("Linear")
    one.press("More for signed")
    one.set("Y axis", "log")
    one.wait("signed", "p.yDomain[0] > 0")
    assert one.probe("loss")["yDomain"][0] < 0.1  # a scale of its own
    one.set("Smoothing of its own")
    one.page.wait_for_timeout(200)
    one.set("Smoothing", "0")
    limits = "() => deepAll('.panel .limits input')"
    for place, value in ((0, "20"), (1, "40")):
        code = f"""() => {{ const input = ({limits})()[{place}]; input.value = '{value}';
          input.dispatchEvent(new Event('change', {{ bubbles: true }})); }}"""
        one.page.evaluate(code)
    one.wait("signed", "p.xDomain[0] === 20 && p.xDomain[1] === 40")
    one.press("Show everything again")
    one.press("More for loss")
    one.page.wait_for_timeout(200)
    one.set("Draw with it", "signed")
    one.page.wait_for_timeout(200)
    one.set("On a y axis")
    one.wait("loss", "p.series === 12 && p.yDomain2 !== null && p.yDomain2[1] > 50")
    assert one.probe("loss")["yDomain"][1] < 5
    one.press("More for loss")
    one.notebook.run(1)
    one.wait("signed", "p.xDomain[0] === 0 && p.xDomain[1] === 9")
    assert one.notebook.errors() == []


def test_a_zoomed_part_stays_exact_when_its_run_grows(open_notebook: Open) -> None:
    more = "for step in range({}): writer.add_scalar('loss', step % 7, next(steps))\nwriter.flush()"
    write = (
        "import itertools\nsteps = itertools.count()\nwriter = tbwidget.SummaryWriter('grown/run')"
    )
    show = "import tbwidget; board = tbwidget.TensorBoard('grown', smoothing=0); board"
    zoom = "board.state.x_range = 0, 100"
    notebook = open_notebook([show, f"{write}\n{more.format(200)}", zoom, more.format(20_000)])
    for number in range(3):
        notebook.run(number)
    one = Board(notebook)
    one.wait("loss", "p.xDomain[1] === 100 && p.drawn[0].points === 101")
    notebook.run(3)
    notebook.wait_for("() => deepAll('.status')[0].innerText.includes('20,200 points')")
    one.wait("loss", "p.drawn[0].points === 101")
    assert notebook.errors() == []


def test_charts_follow_the_theme_of_the_page(board: Callable[..., Board]) -> None:
    one = board()
    change = """async (theme) => {
      await jupyterapp.commands.execute('apputils:change-theme', { theme });
    }"""
    one.wait("loss", "p.background === 'rgb(255, 255, 255)'")
    try:
        one.page.evaluate(change, "JupyterLab Dark")
        one.wait("loss", "p.background === 'rgb(17, 17, 17)'")
    finally:
        one.page.evaluate(change, "JupyterLab Light")
    one.wait("loss", "p.background === 'rgb(255, 255, 255)'")
    assert one.notebook.errors() == []


def test_cards_are_pinned_sized_and_folded(board: Callable[..., Board]) -> None:
    one = board("board.state.card_width = 900", "print(json.dumps(board.state.pinned))")
    width = f"(tag) => {CARD}.getBoundingClientRect().width"
    before = one.page.evaluate(width, "epoch")
    one.notebook.run(1)
    one.notebook.wait_for(f"(tag) => ({width})(tag) > {before} + 100", argument="epoch")
    one.press("Pin on top")
    one.notebook.wait_for("() => deepAll('.group')[0].ariaLabel === 'pinned'")
    one.press("Fill the view")
    one.notebook.wait_for("() => deepAll('.card.full').length === 1")
    one.page.keyboard.press("Escape")
    one.page.evaluate("() => deepAll('.card.full')[0]?.focus()")
    one.page.keyboard.press("Escape")
    one.notebook.wait_for("() => deepAll('.card.full').length === 0")
    one.page.wait_for_timeout(500)
    (pinned,) = one.python(2)
    one.press("Fold all groups")
    one.notebook.wait_for("() => deepAll('.card').length === 0")
    one.press("Unfold all groups")
    one.wait(pinned, "p.points > 0")
    assert one.notebook.errors() == []


def test_tables_at_a_step_and_over_a_range(board: Callable[..., Board]) -> None:
    one = board(
        "board.state.set_trait('smoothing', 0.0); board.scalars.tables = True",
        "print(json.dumps(board.scalars.columns))",
    )
    one.notebook.run(1)
    rows = "() => [...deepAll('.card[data-tag=\"loss\"] tbody tr')].map((r) => r.innerText)"
    one.notebook.wait_for(f"() => ({rows})().length === 6")
    one.page.mouse.click(*one.at("loss", 0.3))
    one.notebook.wait_for(f"() => !({rows})()[0].includes('\\t99\\t')")
    one.page.keyboard.down("Shift")
    one.page.mouse.click(*one.at("loss", 0.8))
    one.page.keyboard.up("Shift")
    heads = "() => [...deepAll('.card[data-tag=\"loss\"] thead th')].map((h) => h.innerText)"
    one.notebook.wait_for(f"() => ({heads})().includes('Change')")
    low, high = one.probe("loss")["range"]
    name, start, end, lowest, highest, *_ = one.page.evaluate(rows)[0].split("\t")
    assert name.strip() == "adam/seed0"
    assert float(start) == pytest.approx(1 / (1 + low), rel=1e-3)
    assert float(end) == float(lowest) == pytest.approx(1 / (1 + high), rel=1e-3)
    assert start == highest
    by_run = "(b) => b.innerText === 'Run'"
    for _ in "down", "up":
        one.page.evaluate(
            f"() => deepAll('.card[data-tag=\"loss\"] th button').find({by_run}).click()"
        )
    one.notebook.wait_for(f"() => ({rows})()[0].startsWith('sgd/seed2')")
    one.press("Settings")
    one.page.evaluate("() => { deepAll('details.columns')[0].open = true; }")
    one.set("Step of max")
    one.notebook.wait_for(f"() => ({heads})().at(-1) === 'Step of max'")
    steps = [row.split("\t")[-1] for row in one.page.evaluate(rows)]
    assert all(abs(float(step) - low) <= 2 for step in steps)
    one.page.wait_for_timeout(500)
    columns = one.python(2)
    assert columns[-1] == "max_step"
    assert one.notebook.errors() == []


def test_files_of_a_card(board: Callable[..., Board]) -> None:
    one = board()
    one.press("More for loss")
    saved = {}
    for kind in ("SVG", "CSV", "JSON", "PNG"):
        with one.page.expect_download() as download:
            one.page.evaluate(
                "(kind) => deepAll('.files button').find((b) => b.innerText === kind).click()", kind
            )
        path = download.value.path()
        saved[kind] = path.read_bytes()
        assert download.value.suggested_filename == f"loss.{kind.lower()}"
    assert saved["PNG"].startswith(b"\x89PNG")
    svg = saved["SVG"].decode()
    assert svg.startswith("<svg")
    assert "adam/seed0" in svg
    assert "<title>loss</title>" in svg
    lines = saved["CSV"].decode().splitlines()
    assert lines[0] == "run,tag,step,wall_time,value,smoothed"
    assert lines[1].startswith("adam/seed0,loss,0,")
    runs = json.loads(saved["JSON"])
    assert [run["run"] for run in runs][:2] == ["adam/seed0", "adam/seed1"]
    assert runs[0]["value"][0] == 1
    assert one.notebook.errors() == []


def test_files_of_all_cards(board: Callable[..., Board]) -> None:
    one = board()
    one.press("Settings")
    for kind, begins in (("CSV", b"run,tag,step"), ("SVG", b"<"), ("PARQUET", b"PAR1")):
        with one.page.expect_download() as download:
            one.page.evaluate(
                "(kind) => deepAll('.files button').find((b) => b.innerText === kind).click()", kind
            )
        saved = download.value.path().read_bytes()
        assert saved.startswith(begins)
        if kind == "CSV":
            assert saved.count(b"\n") == 1 + 3 * 2 * (100 + 50 + 34)
    assert one.notebook.errors() == []


def test_run_list_renames_colours_sorts_and_folds(
    board: Callable[..., Board], server: JupyterServer, open_notebook: Open
) -> None:
    one = board("print(json.dumps([board.state.run_notes, board.state.run_colors]))")
    one.press("More for run adam/seed0")
    one.set("Name", "the best")
    one.set("Colour", "#112233")
    one.notebook.wait_for("() => deepAll('.run .name')[0].title === 'the best'")
    one.page.wait_for_timeout(500)
    notes, colors = one.python(1)
    assert notes == {"adam/seed0": {"name": "the best"}}
    assert colors == {"adam/seed0": "#112233"}
    one.press("Run list")
    one.set("Descending")
    one.notebook.wait_for("() => deepAll('.run .name')[0].title === 'sgd/seed2'")

    with tbwidget.SummaryWriter(server.root / "family" / "run") as writer:
        for step in range(10):
            writer.add_scalar("alone", step, step)
            writer.add_scalars("losses", {"train": step, "val": 2 * step}, step)
    notebook = open_notebook(["import tbwidget; tbwidget.TensorBoard('family', height=640)"])
    notebook.run(0)
    notebook.wait_for_drawn(2)
    family = Board(notebook)
    family.wait("losses", "p.series === 2")
    assert notebook.page.evaluate("() => deepAll('.run').length") == 1
    family.press("Settings")
    family.set("Fold")
    notebook.wait_for("() => deepAll('.run').length === 3")
    assert notebook.errors() == []


def test_cards_by_keyboard(board: Callable[..., Board]) -> None:
    one = board()
    one.page.evaluate("() => deepAll('.card')[0].focus()")
    focused = "() => deepAll('.card').findIndex((c) => c === c.getRootNode().activeElement)"
    assert one.page.evaluate(focused) == 0
    one.page.keyboard.press("ArrowRight")
    assert one.page.evaluate(focused) == 1
    one.page.keyboard.press("End")
    assert one.page.evaluate(focused) == one.page.evaluate("() => deepAll('.card').length - 1")
    one.page.evaluate("() => deepAll('.card .chart > div')[0].focus()")
    one.page.keyboard.press("ArrowRight")
    one.page.keyboard.press("ArrowRight")
    one.notebook.wait_for("() => deepAll('.tooltip th')[0]?.innerText.startsWith('step')")
    unnamed = """() => deepAll('.tbw button, .tbw input, .tbw select').filter((e) =>
      !(e.ariaLabel || e.innerText?.trim() || e.labels?.length || e.title)).length"""
    assert one.page.evaluate(unnamed) == 0
    assert one.notebook.errors() == []

"""A notebook that was saved, opened where nothing of it is alive: never blank."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from cards import PATIENCE
from lab import DEEP_JS, Notebook, write_notebook
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer

    Open = Callable[..., Notebook]

VIEW = "application/vnd.jupyter.widget-view+json"
WRITE = """
import ipywidgets, tbwidget
def write(name, steps):
    with tbwidget.SummaryWriter(f"{0}/{name}") as writer:
        for step in range(steps):
            writer.add_scalar("loss", 1 / (step + 1), step)
write("first", 50)
"""
#: One run with something for each tab.
WRITE_ALL = """
import math, random, tbwidget
draw = random.Random(0)
writer = tbwidget.SummaryWriter("{0}/run")
noise = [[draw.gauss(0, 1) for _ in range(64)] for _ in range(64)]
for step in range(12):
    weights = [draw.gauss(step / 4, 1) for _ in range(500)]
    writer.add_scalar("loss", math.exp(-step / 4), step)
    writer.add_scalar("validation", math.exp(-step / 5), step)
    writer.add_histogram("weights", weights, step)
    writer.add_pr_curve("good", [one > 1 for one in weights],
                        [min(1, max(0, one / 6 + draw.gauss(0.3, 0.1))) for one in weights], step)
    writer.add_image("noise", [[min(1, abs(one) / 3) for one in row] for row in noise], step,
                     dataformats="HW")
    writer.add_audio("tone", [math.sin(at / 9) * at / 8_000 for at in range(8_000)], step, 8_000)
    writer.add_text("report", f"Step **{step}** is done.", step)
    writer.add_tensor("noise", noise, step)
writer.add_custom_scalars({"All": {"both": ["Multiline", ["loss", "validation"]]}})
writer.flush()
"""
TABS = (
    "Scalars", "Histograms", "Distributions", "PRCurves", "CustomScalars", "Images", "Audio",
    "Text", "Tensors",
)  # fmt: skip
BOARD = "board = tbwidget.TensorBoard('{0}', height=400)\nboard"
#: The outputs of a cell, as they would be saved.
OUTPUTS = "jupyterapp.shell.currentWidget.content.widgets[cell].model.outputs.toJSON()"
#: Pictures in the outputs of a cell, and those that can be seen.
PICTURES = "[...document.querySelectorAll('.jp-Notebook .jp-Cell')][cell].querySelectorAll('img')"
SEEN = f"[...{PICTURES}].filter((image) => image.getBoundingClientRect().height > 20)"
#: What JupyterLab shows the view of a cell in: the second output.
VIEW_OUTPUT = """[...document.querySelectorAll('.jp-Notebook .jp-Cell')][cell]
  .querySelectorAll('.jp-OutputArea-output')[1]"""
#: Whether a picture, in base64, is higher than a heading: its height stands at the 20th byte.
DRAWN = """(picture) => !!picture && new DataView(
  Uint8Array.from(atob(picture.slice(0, 40)), (one) => one.charCodeAt(0)).buffer
).getUint32(20) > 120"""
SAVED = "() => jupyterapp.shell.currentWidget.context.model.dirty === false"
SAVE_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"


def wait_for_points(notebook: Notebook, cell: int, points: int) -> None:
    """Wait until the picture beside a view is one of so many points."""
    notebook.wait_for(
        f"""([cell, text]) => {{
          const data = {OUTPUTS}[0]?.data;
          return data?.['text/plain']?.includes(text) && ({DRAWN})(data['image/png']);
        }}""",
        2 * PATIENCE,
        [cell, f" {points} points"],
    )


def wait_for_pictures(notebook: Notebook, cell: int, count: int) -> None:
    """Wait until so many pictures of a cell can be seen."""
    notebook.cell(cell).scroll_into_view_if_needed()
    notebook.wait_for(f"([cell, count]) => {SEEN}.length === count", PATIENCE, [cell, count])


def save(notebook: Notebook, path: Path) -> dict[str, Any]:
    notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    notebook.wait_for(SAVED)
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def untrusted(path: Path) -> Path:
    """Return a copy of a notebook that was not run here, so it has no signature."""
    copy = path.with_name(f"foreign_{path.name}")
    document = json.loads(path.read_text())
    document["cells"][0]["source"] = [*document["cells"][0]["source"], "\n"]
    copy.write_text(json.dumps(document))
    return copy


def to_html(path: Path) -> str:
    """Return a notebook as nbconvert renders it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbconvert's own
        from nbconvert import HTMLExporter

        html, _ = HTMLExporter().from_filename(str(path))
    return str(html)


def outputs(document: dict[str, Any], cell: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["cells"][cell]["outputs"]
    return found


@pytest.fixture(scope="module")
def saved(server: JupyterServer, browser: Any, idle: dict[str, Notebook]) -> Path:
    """The path of a saved notebook, whose kernel has ended."""
    path = server.root / "saved.ipynb"
    cells = [
        WRITE.replace("{0}", "saved_runs"),
        BOARD.format("saved_runs"),
        "display(tbwidget.Scalars('saved_runs', height=300))",
        "ipywidgets.VBox([tbwidget.Scalars('saved_runs', height=300)])",
    ]
    write_notebook(path, cells)
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    notebook = Notebook(context, server, path.name)
    for number in range(len(cells)):
        notebook.run(number)
    for cell in (1, 2):
        wait_for_points(notebook, cell, 50)
    save(notebook, path)
    assert notebook.errors() == []
    notebook.shut_down()
    idle[server.url] = notebook
    return path


@pytest.fixture(scope="module")
def all_saved(server: JupyterServer, browser: Any, idle: dict[str, Notebook]) -> Path:
    """The path of a saved notebook with a view of each tab, whose kernel has ended."""
    path = server.root / "all_saved.ipynb"
    views = [f"tbwidget.{tab}('all_saved_runs', height=300)" for tab in TABS]
    write_notebook(path, [WRITE_ALL.replace("{0}", "all_saved_runs"), *views])
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    notebook = Notebook(context, server, path.name)
    for number in range(len(TABS) + 1):
        notebook.run(number)
    for cell in range(1, len(TABS) + 1):
        wait_for_points(notebook, cell, 97)
    save(notebook, path)
    assert notebook.errors() == []
    notebook.shut_down()
    idle[server.url] = notebook
    return path


def test_the_picture_is_hidden_while_the_view_is_there(open_notebook: Open) -> None:
    notebook = open_notebook(
        [WRITE.replace("{0}", "hidden"), BOARD.format("hidden"), "write('second', 30)",
         "board.close()", "board"]
    )  # fmt: skip
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_drawn()
    notebook.wait_for(f"(cell) => {PICTURES}.length === 1", argument=1)
    wait_for_pictures(notebook, 1, 0)
    notebook.run(2)
    wait_for_points(notebook, 1, 80)  # an update, which draws the picture anew
    wait_for_pictures(notebook, 1, 0)
    notebook.run(4)
    notebook.wait_for("() => deepAll('.tbw').length === 2")
    wait_for_pictures(notebook, 4, 0)
    notebook.run(3)
    wait_for_pictures(notebook, 1, 1)
    assert notebook.foreign_requests() == []


def test_a_saved_notebook_holds_a_picture_and_a_text_of_each_view(saved: Path) -> None:
    document = json.loads(saved.read_text())
    for cell, name in ((1, "TensorBoard"), (2, "Scalars")):
        picture, view = outputs(document, cell)
        assert set(picture["data"]) == {"image/png", "text/plain"}
        data = base64.b64decode(picture["data"]["image/png"])
        width, height = Image.open(io.BytesIO(data)).size
        assert width == 1440
        assert height > 400  # a chart, not a heading alone
        assert len(data) < 200_000
        text = "".join(picture["data"]["text/plain"])
        assert text.startswith(f"{name} of saved_runs: 1 run, 50 points")
        assert "loss: 0.02 (first)" in text
        assert set(view["data"]) == {VIEW, "text/plain"}
        assert "".join(view["data"]["text/plain"]) == f"{name} of saved_runs"
    (alone,) = outputs(document, 3)
    assert VIEW in alone["data"]
    assert saved.stat().st_size < 200_000
    assert str(saved.parent) not in saved.read_text()


@pytest.mark.parametrize("trusted", [True, False])
def test_reopened_without_its_kernel_it_shows_the_picture(
    open_notebook: Open, saved: Path, *, trusted: bool
) -> None:
    path = saved if trusted else untrusted(saved)
    notebook = open_notebook(path=path.name)
    trust = "(cell) => jupyterapp.shell.currentWidget.content.widgets[cell].model.trusted"
    assert notebook.page.evaluate(trust, 1) is trusted
    for cell in (1, 2):
        wait_for_pictures(notebook, cell, 1)
    rest = "model not found" if trusted else "TensorBoard of saved_runs"
    notebook.wait_for(
        """(text) => document.querySelectorAll('.jp-Notebook .jp-Cell')[1]
          .textContent.includes(text)""",
        argument=rest,
    )
    # Our extension hides JupyterLab's complaint; without it, it stands below the picture.
    assert "model not found" not in notebook.output(1)
    first = notebook.cell(1).locator(".jp-OutputArea-output").first
    assert first.locator("img").count() == 1  # the reader sees it first


@pytest.mark.parametrize("trusted", [True, False])
def test_no_tab_is_blank_where_it_is_reopened(
    open_notebook: Open, all_saved: Path, *, trusted: bool
) -> None:
    path = all_saved if trusted else untrusted(all_saved)
    notebook = open_notebook(path=path.name)
    for cell in range(1, len(TABS) + 1):
        wait_for_pictures(notebook, cell, 1)
    assert notebook.foreign_requests() == []


def test_no_tab_is_blank_in_what_is_made_of_the_notebook(
    all_saved: Path, browser: Any, tmp_path: Path
) -> None:
    document = json.loads(all_saved.read_text())
    known = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
    for cell in range(1, len(TABS) + 1):
        chosen = [next(m for m in known if m in one["data"]) for one in outputs(document, cell)]
        assert chosen == ["image/png", "text/plain"], TABS[cell - 1]
    page_path = tmp_path / "all.html"
    page_path.write_text(to_html(all_saved))
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_offline(True)
    page = context.new_page()
    page.goto(page_path.as_uri())
    heights = page.evaluate("[...document.images].map((one) => one.getBoundingClientRect().height)")
    assert len(heights) == len(TABS)
    assert min(heights) > 50
    context.close()


def test_with_the_state_of_widgets_saved_the_view_shows_its_picture(
    open_notebook: Open, server: JupyterServer
) -> None:
    notebook = open_notebook([WRITE.replace("{0}", "state"), BOARD.format("state")])
    path = server.root / notebook.page.evaluate("jupyterapp.shell.currentWidget.context.path")
    notebook.run(0)
    notebook.run(1)
    wait_for_points(notebook, 1, 50)
    toggle = "(name) => jupyterapp.commands.execute(name)"
    notebook.page.evaluate(toggle, SAVE_STATE)
    try:
        document = save(notebook, path)
    finally:
        notebook.page.evaluate(toggle, SAVE_STATE)
    states = document["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    sizes = {one["state"].get("_kind"): len(json.dumps(one)) for one in states.values()}
    assert 2_000 < sizes["board"] < 200_000
    assert path.stat().st_size < 500_000
    assert str(server.root) not in path.read_text()
    notebook.shut_down()
    reopened = open_with_state(open_notebook, path)
    reopened.wait_for("() => deepAll('.tbw .saved img')[0]?.naturalWidth === 1440")
    assert "Run the cell to go on" in reopened.text()
    wait_for_pictures(reopened, 1, 0)  # once is enough
    assert reopened.foreign_requests() == []
    # As when JupyterLab gives up the view.
    reopened.page.evaluate(f"(cell) => {VIEW_OUTPUT}.classList.add('jupyter-widgets')", 1)
    wait_for_pictures(reopened, 1, 1)


def open_with_state(open_notebook: Open, path: Path) -> Notebook:
    """Open a notebook that was saved with the state of its widgets.

    JupyterLab asks for a model for two seconds. If it comes in the last tenth of these, JupyterLab
    gives the view up (jupyter-widgets/ipywidgets#4040); the picture is shown then, and the notebook
    is opened again, until the kernel is faster or slower than that.
    """
    for _ in range(5):
        notebook = open_notebook(path=path.name)
        ended = f"deepAll('.tbw').length || {VIEW_OUTPUT}?.matches('.jupyter-widgets')"
        notebook.wait_for(f"(cell) => {ended}", PATIENCE, 1)
        if notebook.page.evaluate("() => deepAll('.tbw').length > 0"):
            return notebook
        wait_for_pictures(notebook, 1, 1)
        notebook.shut_down()
    raise AssertionError(notebook.errors())


def test_what_renders_saved_notebooks_shows_the_picture(saved: Path) -> None:
    document = json.loads(saved.read_text())
    picture = outputs(document, 1)[0]["data"]["image/png"].replace("\n", "")
    # GitHub and nbviewer take the first of these; they know no widgets.
    known = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
    chosen = [next(mime for mime in known if mime in one["data"]) for one in outputs(document, 1)]
    assert chosen == ["image/png", "text/plain"]
    html = to_html(saved)
    assert f"data:image/png;base64,{picture}" in html.replace("\n", "")
    assert "TensorBoard of saved_runs" in html


def wait_for_frame(page: Any) -> None:
    """Wait until the page has one frame, and a card in it has drawn."""
    page.wait_for_function("() => document.querySelectorAll('iframe[srcdoc]').length === 1")
    page.locator("iframe[srcdoc]").scroll_into_view_if_needed()
    handle = page.query_selector("iframe[srcdoc]")
    handle.content_frame().wait_for_function("() => deepAll('.card[data-drawn=\"1\"]').length > 0")


def test_a_view_that_is_saved_with_its_data_is_alive_wherever_frames_may_be(
    open_notebook: Open, server: JupyterServer, tmp_path: Path
) -> None:
    show = "tbwidget.Scalars('embedded', height=300, embed='1MB')"
    notebook = open_notebook([WRITE.replace("{0}", "embedded"), show])
    path = server.root / notebook.page.evaluate("jupyterapp.shell.currentWidget.context.path")
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for(f"(cell) => {OUTPUTS}[0]?.data['text/html']", PATIENCE, 1)
    # Neither it nor the picture is there while the view is: it would run for nothing.
    notebook.wait_for(f"(cell) => {PICTURES}.length === 1", argument=1)
    wait_for_pictures(notebook, 1, 0)
    handle = notebook.page.query_selector("iframe[srcdoc]")
    assert handle.bounding_box() is None
    assert handle.content_frame().evaluate("deepAll('.card').length") == 0
    document = save(notebook, path)
    output = outputs(document, 1)[0]
    assert "Embedded: what the view shows" in "".join(output["data"]["text/plain"])
    assert path.stat().st_size < 1_000_000
    assert str(server.root) not in path.read_text()
    assert notebook.errors() == []
    notebook.shut_down()

    reopened = open_notebook(path=path.name)
    wait_for_frame(reopened.page)
    wait_for_pictures(reopened, 1, 0)
    assert reopened.foreign_requests() == []
    reopened.shut_down()

    reopened = open_notebook(path=untrusted(path).name)
    wait_for_pictures(reopened, 1, 1)
    assert reopened.page.locator("iframe[srcdoc]").count() == 0

    (tmp_path / "embedded.html").write_text(to_html(path))
    context = notebook.context.browser.new_context()
    context.set_offline(True)
    page = context.new_page()
    page.add_init_script(DEEP_JS)
    page.goto((tmp_path / "embedded.html").as_uri())
    wait_for_frame(page)
    assert page.locator("img").first.bounding_box() is None
    context.close()


def test_a_notebook_that_is_run_without_a_page_holds_the_picture(tmp_path: Path) -> None:
    write_notebook(tmp_path / "run.ipynb", [WRITE.replace("{0}", "run"), BOARD.format("run")])
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    subprocess.run(
        [*command, "run.ipynb"], cwd=tmp_path, check=True, capture_output=True, timeout=240
    )
    picture, view = outputs(json.loads((tmp_path / "run.ipynb").read_text()), 1)
    assert "1 run, 50 points" in "".join(picture["data"]["text/plain"])
    data = base64.b64decode(picture["data"]["image/png"])
    assert Image.open(io.BytesIO(data)).height > 400
    assert VIEW in view["data"]

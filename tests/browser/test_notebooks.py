"""The notebooks, these very files, run from top to bottom as a new user would."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from cards import wait_for_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import JupyterServer, Notebook

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_quickstart.ipynb"
POINTS = (
    "() => deepAll('.card[data-tag=\"train/loss\"]').reduce("
    "(sum, card) => sum + (card.tbwidgetProbe?.().points ?? 0), 0)"
)


def test_the_curves_grow_while_the_training_cell_runs(
    open_notebook: Callable[..., Notebook], server: JupyterServer
) -> None:
    shutil.copy(NOTEBOOK, server.root)
    notebook = open_notebook(path=NOTEBOOK.name)
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    code = [number for number, cell in enumerate(cells) if cell.cell_type == "code"]
    setup, board, train, *rest = code
    notebook.run(setup)
    notebook.run(board)
    wait_for_text(notebook, "Waiting for the log directory")
    notebook.start(train)
    notebook.wait_for_drawn(4)
    before = notebook.page.evaluate(POINTS)
    notebook.wait_for(f"(before) => ({POINTS})() > before + 20", argument=before)
    assert notebook.running()
    notebook.wait_done(900)  # with another test beside it, on a slow machine
    for number in rest:
        notebook.run(number)
    tags = "[...(deepAll('.tbw')[1]?.querySelectorAll('.card') ?? [])].map((c) => c.dataset.tag)"
    notebook.wait_for(f"() => {tags}.join() === 'test/accuracy,test/loss'")
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []


def run_all(
    open_notebook: Callable[..., Notebook], server: JupyterServer, name: str, views: dict[int, str]
) -> Notebook:
    """Run a notebook to its end, and wait until cells have drawn the tags given for them."""
    path = NOTEBOOK.with_name(name)
    shutil.copy(path, server.root)
    notebook = open_notebook(path=path.name)
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
        if cell.cell_type == "code":
            notebook.run(number, 120)
    # Each view in turn: what has been scrolled out of sight JupyterLab may take out of the page.
    for number, tag in views.items():
        notebook.cell(number).scroll_into_view_if_needed()
        drawn = f'() => deepAll(\'.card[data-tag="{tag}"][data-drawn="1"]\').length > 0'
        notebook.wait_for(drawn)
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []
    return notebook


@pytest.mark.parametrize(
    ("name", "views"),
    [
        ("03_histograms.ipynb", {3: "dense/kernel", 11: "dense/kernel"}),
        ("04_distributions.ipynb", {3: "kernel/0", 10: "kernel/2"}),
        ("05_pr_curves.ipynb", {3: "digit/3", 10: "digit/8"}),
        ("07_images.ipynb", {3: "filters", 8: "filters"}),
        ("08_audio.ipynb", {3: "bell", 8: "bell"}),
        ("09_text.ipynb", {3: "samples/text_summary", 10: "samples/text_summary"}),
        ("10_tensors.ipynb", {3: "filters", 10: "filters"}),
    ],
)
def test_a_notebook_runs_from_top_to_bottom(
    open_notebook: Callable[..., Notebook],
    server: JupyterServer,
    name: str,
    views: dict[int, str],
) -> None:
    run_all(open_notebook, server, name, views)


def test_the_notebook_of_scalars(
    open_notebook: Callable[..., Notebook], server: JupyterServer
) -> None:
    views = {3: "val/loss", 8: "train/loss", 12: "train/loss"}
    run_all(open_notebook, server, "02_scalars.ipynb", views)
    assert (server.root / "logs" / "scalars.svg").read_text().startswith("<")


def test_the_notebook_of_custom_scalars(
    open_notebook: Callable[..., Notebook], server: JupyterServer
) -> None:
    views = {3: "all losses", 9: "all losses"}
    notebook = run_all(open_notebook, server, "06_custom_scalars.ipynb", views)
    assert "tbwidget.CustomScalars(" in notebook.output(12)
    notebook.cell(9).scroll_into_view_if_needed()
    notebook.wait_for(
        "() => deepAll('.card[data-tag=\"all losses\"]')"
        ".some((card) => card.tbwidgetProbe?.().series === 9)"
    )

"""The board in a real JupyterLab: what it draws and asks for, also while a cell runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs
from lab import JupyterServer

import tbwidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab import Notebook

    Open = Callable[..., Notebook]


def board_cells(logdir: Path | str) -> list[str]:
    # Low enough for the next cell to stay in sight too.
    return ["%load_ext tbwidget", f"%tensorboard --logdir {logdir} --height 480"]


def expected_series(logdir: Path) -> dict[str, int]:
    """Return how many runs have each scalar tag."""
    logs = tbwidget.Logdir(logdir)
    tags = {tag for run in logs.runs.values() for tag in run.scalars}
    return {tag: sum(tag in run.scalars for run in logs.runs.values()) for tag in tags}


def write_scalars(path: Path, tag: str, values: Any) -> None:
    with tbwidget.SummaryWriter(path) as writer:
        for step, value in enumerate(values):
            writer.add_scalar(tag, value, step)


@pytest.mark.parametrize(
    "name", ["pub_lightning_pixel", "pub_cs285_hw3_pong", "damaged_tree", "torch_all_digits_cnn"]
)
def test_every_selected_series_is_drawn(name: str, open_notebook: Open, tmp_path: Path) -> None:
    (logdir,) = shared_logs.logs_of(name, tmp_path)
    expected = expected_series(logdir)
    notebook = open_notebook(board_cells(logdir))
    notebook.run(0)
    notebook.run(1)
    drawn: dict[str, Any] = {}
    while len(drawn) < len(expected):
        before = len(drawn)
        notebook.wait_for_drawn()
        notebook.page.wait_for_timeout(300)
        notebook.wait_for_series({tag: expected[tag] for tag in notebook.cards()})
        drawn.update(notebook.cards())
        scroll = "() => { const [c] = deepAll('.cards'); c.scrollTop += c.clientHeight * 0.8; }"
        notebook.page.evaluate(scroll)
        if len(drawn) == before:
            notebook.page.wait_for_timeout(500)
            notebook.wait_for_series({tag: expected[tag] for tag in notebook.cards()})
            drawn.update(notebook.cards())
            assert len(drawn) > before, sorted(set(expected) - set(drawn))
    assert {tag: card["series"] for tag, card in drawn.items()} == expected
    for tag, card in drawn.items():
        assert card["probe"]["series"] == expected[tag]
        assert all(line["points"] > 0 for line in card["probe"]["drawn"]), tag
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []


def test_five_widgets_evaluate_one_bundle(open_notebook: Open, server: JupyterServer) -> None:
    for run in "abc":
        write_scalars(server.root / "five" / run, "loss", np.linspace(1, 0, 50))
    show = "from IPython.display import display; display({})"
    notebook = open_notebook(
        [
            "import tbwidget; logs = tbwidget.Logdir('five')",
            show.format("tbwidget.TensorBoard(logs, height=300)"),
            show.format("*[tbwidget.Scalars(run, height=250) for run in logs.runs.values()]"),
            show.format("tbwidget.Scalars('five', height=250)"),
        ]
    )
    for number in range(4):
        notebook.run(number)
    notebook.wait_for("() => deepAll('.tbw').length === 5")
    notebook.wait_for_drawn(3)
    assert notebook.page.evaluate("window.__tbwidget_evaluations") == 1
    assert notebook.errors() == []


def test_a_spike_of_one_step_in_100_000_is_seen_and_zoomed_to(
    open_notebook: Open, server: JupyterServer
) -> None:
    values = np.sin(np.arange(100_000) / 5_000)
    values[61_803] = 50.0
    write_scalars(server.root / "spike" / "run", "loss", values)
    notebook = open_notebook(board_cells("spike"))
    notebook.run(0)
    notebook.run(1)
    wait_for_step(notebook, 99_999)
    (line,) = notebook.cards()["loss"]["probe"]["drawn"]
    assert line["max"] == 50.0
    assert line["points"] < 10_000  # an overview, not everything
    zoom_to(notebook, 61_803)
    notebook.wait_for("() => deepAll('.card')[0].tbwidgetProbe().xDomain[0] > 0")
    zoom_to(notebook, 61_803)
    notebook.wait_for(EVERY_POINT)
    (line,) = notebook.cards()["loss"]["probe"]["drawn"]
    assert line["max"] == 50.0
    assert line["points"] < 2_000
    notebook.page.mouse.dblclick(*middle_of_chart(notebook))
    wait_for_step(notebook, 99_999)
    assert notebook.errors() == []


def chart_box(notebook: Notebook) -> tuple[float, float, float, float]:
    box = notebook.page.evaluate(
        "() => { const r = deepAll('.card .chart canvas')[0].getBoundingClientRect();"
        " return [r.left, r.top, r.width, r.height]; }"
    )
    return tuple(box)


def middle_of_chart(notebook: Notebook) -> tuple[float, float]:
    left, top, width, height = chart_box(notebook)
    return left + width * 0.6, top + height / 2


#: The chart's zoomed part holds a point for every step in it.
EVERY_POINT = """() => deepAll('.card').some((card) => {
  const { points, xDomain: [low, high] } = card.tbwidgetProbe();
  return low > 0 && points === Math.floor(high) - Math.ceil(low) + 1;
})"""


def wait_for_step(notebook: Notebook, step: int) -> None:
    notebook.wait_for(
        "(step) => deepAll('.card').some((c) => c.tbwidgetProbe?.().xDomain[1] >= step)",
        argument=step,
    )


def zoom_to(notebook: Notebook, step: int) -> None:
    """Drag over a tenth of the chart around `step`."""
    left, top, width, height = chart_box(notebook)
    low, high = notebook.cards()["loss"]["probe"]["xDomain"]
    gutter = width - plot_width(notebook)
    at = left + gutter + (step - low) / (high - low) * plot_width(notebook)
    y = top + height / 2
    notebook.page.mouse.move(at - width / 20, y)
    notebook.page.mouse.down()
    notebook.page.mouse.move(at, y, steps=3)
    notebook.page.mouse.move(at + width / 20, y, steps=3)
    notebook.page.mouse.up()


def plot_width(notebook: Notebook) -> float:
    return chart_box(notebook)[2] - 48


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[JupyterServer]:
    server = JupyterServer(tmp_path / "hub", base_url="/user/alice/")
    yield server
    server.stop()


def test_the_board_works_behind_a_base_url_with_every_other_port_blocked(
    hub: JupyterServer, open_notebook: Open
) -> None:
    write_scalars(hub.root / "logs" / "run", "loss", [3, 2, 1])
    notebook = open_notebook(board_cells("logs"), on=hub)
    blocked: list[str] = []

    def only_the_server(route: Any) -> None:
        if f"127.0.0.1:{hub.port}/user/alice/" in route.request.url:
            route.continue_()
        else:
            blocked.append(route.request.url)
            route.abort()

    notebook.context.route("**/*", only_the_server)
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_drawn()
    assert notebook.cards()["loss"]["series"] == 1
    assert blocked == []
    assert notebook.foreign_requests() == []
    assert notebook.errors() == []


# -- while a cell runs -----------------------------------------------------------------------------

WRITE_WHILE_SLEEPING = """
import time
for step in range(100, 160):
    writer.add_scalar("loss", 1 / step, step); writer.flush()
    time.sleep(0.1)
"""
BEGIN = """
import tbwidget
writer = tbwidget.SummaryWriter("{0}/run")
for step in range(100):
    writer.add_scalar("loss", 1.0, step)
writer.flush()
tbwidget.TensorBoard("{0}")
"""


def test_new_points_are_drawn_while_a_cell_runs(
    open_notebook: Open, either_server: JupyterServer
) -> None:
    notebook = open_notebook([BEGIN.format("live_points"), WRITE_WHILE_SLEEPING], on=either_server)
    notebook.run(0)
    notebook.wait_for_drawn()
    notebook.start(1)
    for step in (105, 120, 140):
        wait_for_step(notebook, step)
        assert notebook.running()
    notebook.wait_done()
    assert notebook.errors() == []


WRITE_TEXT_WHILE_SLEEPING = """
import time
writer.add_text("note", "hello")
writer.flush()
for step in range(101, 180):
    time.sleep(0.1)
"""
TABS = "[...deepAll('.tabs [role=tab]')].map((tab) => tab.firstChild.data.trim())"


def test_a_tab_comes_with_its_first_value_while_a_cell_runs(
    open_notebook: Open, either_server: JupyterServer
) -> None:
    cells = [BEGIN.format("tabs_live"), WRITE_TEXT_WHILE_SLEEPING]
    notebook = open_notebook(cells, on=either_server)
    notebook.run(0)
    notebook.wait_for_drawn()
    assert notebook.page.evaluate(TABS) == ["Scalars"]
    notebook.start(1)
    notebook.wait_for(f"() => {TABS}.join() === 'Scalars,Text'")
    assert notebook.running()
    notebook.page.locator("[role=tab]", has_text="Text").click()
    notebook.page.get_by_text("hello").first.wait_for()
    assert notebook.running()
    notebook.wait_done()
    assert notebook.errors() == []


def test_a_request_is_answered_while_a_cell_runs(
    open_notebook: Open, server: JupyterServer
) -> None:
    write_scalars(server.root / "busy" / "run", "loss", np.arange(20_000))
    notebook = open_notebook([*board_cells("busy"), "import time; time.sleep(8)"])
    notebook.run(0)
    notebook.run(1)
    wait_for_step(notebook, 19_999)
    notebook.start(2)
    zoom_to(notebook, 10_000)
    notebook.wait_for(EVERY_POINT)
    assert notebook.running()
    notebook.wait_done()
    assert notebook.errors() == []


def test_without_subshells_a_zoom_keeps_the_coarse_picture_and_says_so(
    open_notebook: Open, server_without_subshells: JupyterServer
) -> None:
    server = server_without_subshells
    write_scalars(server.root / "busy" / "run", "loss", np.arange(20_000))
    notebook = open_notebook([*board_cells("busy"), "import time; time.sleep(6)"], on=server)
    notebook.run(0)
    notebook.run(1)
    wait_for_step(notebook, 19_999)
    notebook.start(2)
    zoom_to(notebook, 10_000)
    notebook.wait_for("() => deepAll('.status')[0].innerText.includes('kernel busy')")
    assert notebook.running()
    (card,) = notebook.cards().values()
    assert card["probe"]["points"] > 0  # never a blank
    notebook.wait_done()
    notebook.wait_for(EVERY_POINT)
    notebook.wait_for("() => !deepAll('.status')[0].innerText.includes('kernel busy')")
    assert notebook.errors() == []

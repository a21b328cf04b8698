"""Re-running, restarting, closing: nothing keeps growing, and a dead kernel is said to be dead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lab import Notebook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Open = Callable[..., Notebook]

WRITE = """
import tbwidget
with tbwidget.SummaryWriter("{0}/run") as writer:
    for step in range(50):
        writer.add_scalar("loss", 1 / (step + 1), step)
"""
COUNT = """
import gc, threading, ipywidgets
gc.collect()
ours = [w for w in ipywidgets.widgets.widget._instances.values()
        if type(w).__module__.startswith("tbwidget")]
print(len(ours), len([t for t in threading.enumerate() if t.name.startswith("tbwidget")]))
"""


def test_a_cell_run_20_times_leaves_one_set_of_models_and_one_thread(open_notebook: Open) -> None:
    notebook = open_notebook([WRITE.format("again"), "tbwidget.TensorBoard('again')", COUNT])
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_drawn()
    notebook.run(2)
    once = notebook.output(2)
    for _ in range(20):
        notebook.run(1)
    notebook.wait_for("() => deepAll('.tbw').length === 1")
    notebook.wait_for_drawn()
    notebook.run(2)
    assert notebook.output(2) == once
    assert once.split()[-1] == "1"
    assert notebook.errors() == []


def test_a_view_shown_in_another_cell_too_survives_a_rerun(open_notebook: Open) -> None:
    make = "board = tbwidget.Scalars('kept'); boards = globals().get('boards', []) + [board]; board"
    notebook = open_notebook([WRITE.format("kept"), make, "boards[0]"])
    for number in range(3):
        notebook.run(number)
    notebook.wait_for_drawn(2)
    notebook.run(1)
    notebook.page.wait_for_timeout(500)
    notebook.wait_for_drawn(2)
    assert notebook.errors() == []


def test_closing_the_last_view_stops_the_thread(open_notebook: Open) -> None:
    stop = (
        "board.close(); import time\n"
        "for _ in range(100):\n"
        "    if not any(t.name.startswith('tbwidget') for t in threading.enumerate()): break\n"
        "    time.sleep(0.1)\n"
    )
    cells = [WRITE.format("closed"), "board = tbwidget.TensorBoard('closed'); board", COUNT]
    notebook = open_notebook([*cells, stop + COUNT])
    for number in range(3):
        notebook.run(number)
    notebook.wait_for_drawn()
    notebook.run(3)
    # The runtime stays: the next view uses it again.
    assert notebook.output(3).split()[-2:] == ["1", "0"]
    assert notebook.errors() == []


def test_a_restarted_kernel_is_said_and_the_cell_can_be_run_again(open_notebook: Open) -> None:
    cells = [WRITE.format("restart"), "import tbwidget; tbwidget.TensorBoard('restart')"]
    notebook = open_notebook(cells)
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_drawn()
    notebook.restart_kernel()
    notebook.wait_for("() => deepAll('.status')[0]?.innerText.includes('kernel restarted')")
    (card,) = notebook.cards().values()
    assert card["probe"]["points"] == 50  # the last picture stays
    notebook.page.evaluate("() => deepAll('.segments button')[1].click()")
    notebook.page.wait_for_timeout(500)
    notebook.run(1)
    notebook.wait_for("() => deepAll('.tbw').length === 1")
    notebook.wait_for_drawn()
    notebook.wait_for("() => !deepAll('.status')[0].innerText.includes('restarted')")
    # What an old view sends to a new kernel would be printed there as "No such comm".
    assert [e for e in notebook.errors() if "comm" in str(e).lower()] == []


def test_a_reloaded_page_is_live_again(open_notebook: Open) -> None:
    notebook = open_notebook([WRITE.format("reload"), "tbwidget.TensorBoard('reload')"])
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_drawn()
    notebook.page.keyboard.press("Control+s")
    notebook.page.wait_for_timeout(1_500)
    notebook.page.reload()
    notebook.page.wait_for_selector(".jp-Notebook .jp-Cell")
    notebook.wait_for_kernel()
    notebook.wait_for_drawn()
    notebook.run(0)  # a later run of the same directory: 50 more points
    notebook.wait_for("() => deepAll('.status')[0].innerText.includes('100 points')")


TRAIN = """
import pathlib
writer = tbwidget.SummaryWriter("{0}/run")
while not pathlib.Path({1!r}).exists():
    writer.add_scalar("loss", 0.5, step := step + 1)
    writer.flush()
    sum(range(500_000))
"""
#: How many points the first card has drawn, once these are more than given.
MORE = """(before) => {
  const points = deepAll('.card[data-drawn="1"]')[0]?.tbwidgetProbe().points;
  return points > before && points;
}"""


def test_a_page_reloaded_while_a_cell_runs_is_live_at_once(open_notebook: Open, end: Path) -> None:
    name = "reloaded_while_busy"
    thread = "import threading; print(threading.current_thread() is threading.main_thread())"
    train = TRAIN.format(name, str(end))
    notebook = open_notebook([WRITE.format(name), f"tbwidget.TensorBoard({name!r})", train, thread])
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_drawn()
    notebook.page.evaluate("jupyterapp.shell.currentWidget.context.save()")
    notebook.start(2)
    points = notebook.wait_for(MORE, argument=50).json_value()
    notebook.page.reload()
    notebook.page.wait_for_selector(".jp-Notebook .jp-Cell")
    for _ in range(3):
        points = notebook.wait_for(MORE, argument=points).json_value()
    notebook.start(3)
    notebook.wait_for(MORE, argument=points)
    assert notebook.running()
    end.touch()
    notebook.wait_done()
    assert notebook.output(3).strip() == "True"


def test_two_pages_of_one_notebook_are_both_served(open_notebook: Open) -> None:
    write = WRITE.format("pages")
    notebook = open_notebook([write, "tbwidget.TensorBoard('pages')", write])
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for_drawn()
    path = notebook.page.evaluate("jupyterapp.shell.currentWidget.context.path")
    notebook.page.evaluate("jupyterapp.shell.currentWidget.context.save()")
    other = Notebook(notebook.context, notebook.server, path)
    other.wait_for_drawn()
    points = "(text) => deepAll('.status')[0]?.innerText.includes(text)"
    notebook.run(2)
    for one in (notebook, other):
        one.wait_for(points, argument="100 points")
    assert other.errors() == []
    other.page.close(run_before_unload=False)
    notebook.run(2)
    notebook.wait_for(points, argument="150 points")
    (card,) = notebook.cards().values()
    assert card["series"] == 1
    assert notebook.errors() == []


def test_two_views_share_settings_without_the_kernel(open_notebook: Open) -> None:
    cells = [WRITE.format("linked"), "tbwidget.Scalars('linked', height=300)"]
    notebook = open_notebook([*cells, cells[1], "import time; time.sleep(5)"])
    for number in range(3):
        notebook.run(number)
    notebook.wait_for_drawn(2)
    notebook.start(3)
    notebook.page.evaluate("() => deepAll('.segments button')[2].click()")
    pressed = "() => deepAll('[aria-label=\"X axis\"] [aria-pressed=true]').map(b => b.innerText)"
    assert notebook.page.evaluate(pressed) == ["Wall", "Wall"]
    assert notebook.running()
    notebook.wait_done()
    assert notebook.errors() == []


BAD: dict[str, tuple[str, str]] = {
    "a wrong path": ("missing/dir", "There is no missing/dir yet"),
    "a file": ("note.txt", "is a file, and not an event file"),
    "an empty directory": ("empty", "No event files yet"),
    "garbage": ("garbage", "1 problem"),
}
PREPARE = """
import os, tbwidget
os.makedirs("empty", exist_ok=True); os.makedirs("garbage", exist_ok=True)
open("note.txt", "w").write("hello")
open("garbage/events.out.tfevents.1.host", "wb").write(bytes(range(1, 256)) * 20)
"""


@pytest.mark.parametrize("what", BAD)
def test_bad_input_gets_one_clear_message(what: str, open_notebook: Open) -> None:
    path, message = BAD[what]
    notebook = open_notebook(
        [PREPARE + WRITE.format("good"), f"tbwidget.TensorBoard({path!r}, height=300)",
         "tbwidget.TensorBoard('good', height=300)"]
    )  # fmt: skip
    for number in range(3):
        notebook.run(number)
    says(notebook, message)
    notebook.wait_for_drawn()  # the good one is not disturbed
    assert notebook.errors() == []


def says(notebook: Notebook, message: str) -> Any:
    notebook.wait_for(
        "(text) => deepAll('.tbw').some((e) => e.innerText.replace(/\\s+/g, ' ').includes(text))",
        argument=message,
    )


def test_a_directory_that_appears_later_is_picked_up(open_notebook: Open) -> None:
    notebook = open_notebook(
        ["import tbwidget; tbwidget.TensorBoard('later')", WRITE.format("later")]
    )
    notebook.run(0)
    says(notebook, "Waiting for the log directory")
    notebook.run(1)
    notebook.wait_for_drawn()
    assert notebook.errors() == []

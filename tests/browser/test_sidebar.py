"""The side area of JupyterLab and Notebook 7: the notebook's boards, live, without their cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import JupyterServer, Notebook
    from playwright.sync_api import Locator

    Open = Callable[..., Notebook]

WRITE = """
import tbwidget
writer = tbwidget.SummaryWriter("{0}/run")
for step in range(50):
    writer.add_scalar("loss", 1 / (step + 1), step)
writer.flush()
"""
IN_PANEL = "document.querySelector('#tbwidget-sidebar')"
#: How many cards of the panel have drawn, and how many points a card of it has.
DRAWN = f"() => deepAll('.card[data-drawn=\"1\"]', {IN_PANEL}).length > 0"
POINTS = f"""(count) => deepAll('.card[data-drawn="1"]', {IN_PANEL}).some(
  (card) => card.tbwidgetProbe().points >= count)"""
ENTRIES = f"() => [...{IN_PANEL}.querySelectorAll('option')].map((one) => one.label)"
SAYS = f"(text) => {IN_PANEL}.querySelector('p').innerText.includes(text)"


def show(notebook: Notebook) -> None:
    notebook.command("tbwidget:show")
    notebook.page.wait_for_selector("#tbwidget-sidebar", state="visible")


def test_the_panel_shows_the_live_model_of_the_cell(open_notebook: Open) -> None:
    more = (
        "for step in range(50, 90): writer.add_scalar('loss', 0.01, step)\nwriter.flush()\n"
        "board.state.smoothing = 0.25"
    )
    cells = [WRITE.format("side"), "board = tbwidget.TensorBoard('side'); board", more]
    notebook = open_notebook([*cells, "print(board.state.smoothing, board.tab)"])
    show(notebook)
    notebook.wait_for(SAYS, argument="No board in this notebook yet")
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for(DRAWN)
    assert notebook.page.evaluate(ENTRIES) == ["side"]
    notebook.run(2)
    notebook.wait_for(POINTS, argument=90)
    slider = f"() => deepAll('input[type=range]', {IN_PANEL})[0].value === '0.25'"
    notebook.wait_for(slider)
    # It fills the panel, whatever the height of the cell's.
    heights = notebook.page.evaluate(
        f"""() => {{
          const area = {IN_PANEL}.querySelector('.tbwidget-area').clientHeight;
          return deepAll('.tbw', {IN_PANEL}).map((view) => view.offsetHeight - area);
        }}"""
    )
    assert heights == [0]
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []


def hover_until_looked_into(notebook: Notebook, folder: Locator, name: str) -> None:
    """Rest on a folder; once more where the list of files has moved under the pointer."""
    for _ in range(30):
        notebook.page.mouse.move(0, 0)
        folder.hover()
        notebook.page.wait_for_timeout(1_000)
        if any(f"/api/contents/{name}?" in url for url in notebook.requests):
            return
    pytest.fail(f"{name} was not looked into")


def test_a_folder_with_event_files_opens_by_its_menu(
    open_notebook: Open, server: JupyterServer
) -> None:
    (server.root / "no_events").mkdir()
    notebook = open_notebook([WRITE.format("menu_logs"), "import os; os.chdir('/')"])
    notebook.run(0)
    notebook.run(1)  # the directory is found all the same
    page = notebook.page
    notebook.command("filebrowser:activate")
    item = ".jp-DirListing-item[data-isdir='true']"
    for name, offered in (("no_events", False), ("menu_logs", True)):
        folder = page.locator(item, has_text=name)
        hover_until_looked_into(notebook, folder, name)
        folder.click(button="right")
        page.wait_for_selector(".lm-Menu")
        entry = page.locator(".lm-Menu-item:visible", has_text="Open in TensorBoard View")
        assert entry.count() == offered, name
        if offered:
            entry.click()
        else:
            page.keyboard.press("Escape")
    notebook.wait_for(DRAWN)
    assert page.evaluate(ENTRIES) == ["menu_logs"]
    page.fill("#tbwidget-sidebar input", "nowhere")
    page.click("#tbwidget-sidebar form button")
    notebook.wait_for(SAYS, argument="There is no directory 'nowhere'")
    assert notebook.errors() == []


def test_a_restart_is_said_and_the_next_run_followed_in_panel_and_tab(open_notebook: Open) -> None:
    cells = [WRITE.format("again_side"), "tbwidget.TensorBoard('again_side')"]
    notebook = open_notebook(cells)
    show(notebook)
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for(DRAWN)
    notebook.command("tbwidget:open-tab")
    in_tab = "document.querySelector('[id^=tbwidget-tab]')"
    drawn_in_tab = f"() => deepAll('.card[data-drawn=\"1\"]', {in_tab}).length > 0"
    notebook.wait_for(drawn_in_tab)
    notebook.restart_kernel()
    notebook.wait_for(SAYS, argument="The kernel was restarted")
    gone = "(panel) => deepAll('.status', panel).some((e) => /kernel restarted/.test(e.innerText))"
    for where in (IN_PANEL, in_tab):
        notebook.wait_for(f"() => ({gone})({where})")
    notebook.run(0)
    notebook.run(1)
    notebook.wait_for(f"() => !({gone})({IN_PANEL}) && !({gone})({in_tab})")
    notebook.wait_for(DRAWN)
    notebook.wait_for(drawn_in_tab)
    # JupyterLab's debugger has an error of its own after a restart.
    assert not [error for error in notebook.errors() if "debugger" not in str(error)]


def test_the_panel_follows_the_current_notebook_and_keeps_its_width(open_notebook: Open) -> None:
    notebook = open_notebook([WRITE.format("first_of_two"), "tbwidget.TensorBoard('first_of_two')"])
    notebook.run(0)
    notebook.run(1)
    show(notebook)
    notebook.wait_for(DRAWN)
    page = notebook.page
    path = page.evaluate("() => jupyterapp.shell.currentWidget.context.path")
    width = f"() => {IN_PANEL}.clientWidth"
    before = page.evaluate(width)
    handle = page.locator(".lm-SplitPanel-handle:visible").first.bounding_box()
    page.mouse.move(handle["x"] + 2, handle["y"] + 300)
    page.mouse.down()
    page.mouse.move(handle["x"] + 82, handle["y"] + 300, steps=4)
    page.mouse.up()
    wider = page.evaluate(width)
    assert wider > before + 40
    notebook.command("filebrowser:activate")
    notebook.wait_for("() => document.querySelector('#filebrowser').clientWidth > 0")
    show(notebook)
    notebook.wait_for(f"(wider) => Math.abs({IN_PANEL}.clientWidth - wider) < 10", argument=wider)
    page.evaluate(
        """async () => {
          const { commands, shell } = jupyterapp;
          await commands.execute('notebook:create-new', { kernelName: 'python3' });
        }"""
    )
    notebook.wait_for(SAYS, argument="No board in this notebook yet")
    back = "async (path) => { await jupyterapp.commands.execute('docmanager:open', { path }); }"
    page.evaluate(back, path)
    notebook.wait_for(DRAWN)
    page.evaluate(
        """async (path) => {
          for (const widget of [...jupyterapp.shell.widgets('main')])
            if (widget.context && widget.context.path !== path) {
              await widget.sessionContext.shutdown();
              widget.close();
            }
        }""",
        path,
    )
    assert notebook.errors() == []


def test_notebook_7_has_the_board_in_its_cell_and_in_the_panel(
    server: JupyterServer, browser: Any
) -> None:
    from lab import DEEP_JS, write_notebook

    write_notebook(
        server.root / "seven.ipynb", [WRITE.format("seven"), "tbwidget.TensorBoard('seven')"]
    )
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    # Notebook 7 has errors of its own.
    page.on("pageerror", lambda error: errors.append(f"{error} {error.stack}"))
    page.add_init_script(DEEP_JS)
    page.goto(f"{server.url}notebooks/seven.ipynb?token={server.token}")
    page.wait_for_function(
        """() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status
          === 'idle'""",
        timeout=60_000,
    )
    page.evaluate("() => jupyterapp.commands.execute('tbwidget:show')")
    page.wait_for_selector("#tbwidget-sidebar", state="visible")
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(DRAWN, timeout=60_000)
    in_cell = DRAWN.replace(IN_PANEL, "document.querySelector('.jp-Notebook')")
    page.wait_for_function(in_cell, timeout=60_000)
    assert not [error for error in errors if "tbwidget" in error]
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    context.close()

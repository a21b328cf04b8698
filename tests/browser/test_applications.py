"""A board in the page of an application, made by marimo or Voilà: live, and with settings."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from lab import DEEP_JS, Views, free_port, write_notebook
from waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CELL = """
    import tbwidget

    writer = tbwidget.SummaryWriter("logs/run")
    for step in range(50):
        writer.add_scalar("loss", 1 / (step + 1), step)
    writer.flush()
    tbwidget.TensorBoard("logs", height=400)
"""
APPLICATION = f"""
import marimo

app = marimo.App()


@app.cell
def _():
{CELL}


if __name__ == "__main__":
    app.run()
"""


class Visitor(Views):
    """The page of somebody who has opened the application."""

    def __init__(self, browser: Any, url: str) -> None:
        self.found: list[str] = []
        self.page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
        self.page.on("pageerror", lambda error: self.found.append(str(error)))
        self.page.add_init_script(DEEP_JS)
        self.page.goto(url)

    def errors(self) -> list[Any]:
        return self.found


@contextmanager
def served(folder: Path, *command: str) -> Iterator[str]:
    """Run a server, and hand out its address once it answers."""
    port = free_port()
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *(word.format(port=port) for word in command)],
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}/"

    def answers() -> bool:
        try:
            # Not the application itself: each visit runs it.
            urllib.request.urlopen(f"{url}nothing/here", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    try:
        assert eventually(answers, 60), (folder / "server.log").read_text()
        yield url
    finally:
        server.terminate()
        server.wait(30)


def check_two_visitors(browser: Any, url: str) -> None:
    """Open the application twice; a second one writes 50 points more."""
    first = Visitor(browser, url)
    first.wait_for_drawn(timeout=60)
    second = Visitor(browser, url)
    second.wait_for_drawn(timeout=60)
    for one in (first, second):
        one.wait_for("() => deepAll('.status')[0].innerText.includes('100 points')")
    second.page.evaluate("() => deepAll('.segments button')[2].click()")
    pressed = "deepAll('[aria-label=\"X axis\"] [aria-pressed=true]').map(b => b.innerText)"
    second.wait_for(f"() => {pressed}[0] === 'Wall'")
    assert first.page.evaluate(f"() => {pressed}") == ["Step"]
    assert first.errors() == second.errors() == []
    for one in (first, second):
        one.page.context.close()


def test_each_visitor_of_marimo_has_a_live_board(browser: Any, tmp_path: Path) -> None:
    pytest.importorskip("marimo", reason="marimo is not installed: pip install marimo")
    (tmp_path / "application.py").write_text(APPLICATION)
    command = ("marimo", "run", "--headless", "--no-token", "-p", "{port}", "application.py")
    with served(tmp_path, *command) as url:
        check_two_visitors(browser, url)


def test_each_visitor_of_voila_has_a_live_board(browser: Any, tmp_path: Path) -> None:
    pytest.importorskip("voila", reason="voila is not installed: pip install voila")
    write_notebook(tmp_path / "application.ipynb", [textwrap.dedent(CELL)])
    command = ("voila", "--no-browser", "--port={port}", "application.ipynb")
    with served(tmp_path, *command) as url:
        check_two_visitors(browser, url)

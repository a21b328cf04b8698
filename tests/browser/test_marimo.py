"""A board in a marimo application: live, with settings, and one of his own for each visitor."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from lab import DEEP_JS, Views, free_port
from waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("marimo", reason="marimo is not installed: pip install marimo")

APPLICATION = """
import marimo

app = marimo.App()


@app.cell
def _():
    import tbwidget

    writer = tbwidget.SummaryWriter("logs/run")
    for step in range(50):
        writer.add_scalar("loss", 1 / (step + 1), step)
    writer.flush()
    tbwidget.TensorBoard("logs", height=400)


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


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "application.py").write_text(APPLICATION)
    port = free_port()
    command = [sys.executable, "-m", "marimo", "run", "--headless", "--no-token", "-p", f"{port}"]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "application.py"], cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}/"

    def answers() -> bool:
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            return False
        return True

    assert eventually(answers, 60), (tmp_path / "server.log").read_text()
    yield url
    server.terminate()
    server.wait(30)


def test_a_board_is_live_for_each_visitor(browser: Any, url: str) -> None:
    first = Visitor(browser, url)
    first.wait_for_drawn()
    second = Visitor(browser, url)  # whose application writes 50 points more
    second.wait_for_drawn()
    for one in (first, second):
        one.wait_for("() => deepAll('.status')[0].innerText.includes('100 points')")
    second.page.evaluate("() => deepAll('.segments button')[2].click()")
    pressed = "deepAll('[aria-label=\"X axis\"] [aria-pressed=true]').map(b => b.innerText)"
    second.wait_for(f"() => {pressed}[0] === 'Wall'")
    assert first.page.evaluate(f"() => {pressed}") == ["Step"]
    assert first.errors() == second.errors() == []
    for one in (first, second):
        one.page.context.close()

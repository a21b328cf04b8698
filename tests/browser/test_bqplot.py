"""A bqplot figure of a view, in a real JupyterLab: drawn, and following the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Notebook

WRITE = """
import tbwidget
writer = tbwidget.SummaryWriter("logs_bqplot/a")
for step in range(50):
    writer.add_scalar("loss", 1 / (step + 1), step)
writer.flush()
"""
SHOW = """
view = tbwidget.Scalars("logs_bqplot", tags="loss", smoothing=0.0)
while not view.logdir.progress.complete:
    pass
figure = view.to_bqplot()
figure
"""
MORE = """
for step in range(50, 80):
    writer.add_scalar("loss", 0.0, step)
writer.flush()
"""


def test_a_figure_is_drawn_and_follows_the_log(open_notebook: Callable[..., Notebook]) -> None:
    notebook = open_notebook([WRITE, SHOW, MORE])
    for number in range(2):
        notebook.run(number)
    notebook.wait_for("() => deepAll('.bqplot path.line').length > 0")
    before = notebook.page.evaluate("() => deepAll('.bqplot path.line')[0].getAttribute('d')")
    assert len(before) > 200
    notebook.run(2)
    notebook.wait_for("(d) => deepAll('.bqplot path.line')[0].getAttribute('d') !== d", 20, before)
    assert notebook.errors() == []

"""Every shared log directory that holds a kind, shown in a real JupyterLab, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shared_logs

from tbwidget import Logdir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab import Notebook

#: The probes of all cards in the output of a cell, once each shows what is expected of it.
_READY = """([cell, expected]) => {
  const root = document.querySelector(`.jp-Cell[data-windowed-list-index="${cell}"]`);
  const cards = new Map((root ? deepAll('.card[data-drawn="1"]', root) : [])
    .map((card) => [card.dataset.tag, card]));
  const isReady = ([tag, runs]) => {
    const card = cards.get(tag);
    if (Number(card?.dataset.series) !== Object.keys(runs).length) return false;
    const p = card.tbwidgetProbe();
    return CONDITION;
  };
  if (!Object.entries(expected).every(isReady)) return false;
  return Object.fromEntries([...cards].map(([tag, card]) => [tag, card.tbwidgetProbe()]));
}"""


def show_each(
    open_notebook: Callable[..., Notebook],
    view: str,
    plugin: str,
    settings: str,
    expect: Callable[[Any], Any],
    condition: str,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each directory, as ``"name/folder"``, and the probe of each tag's card.

    `expect` makes of a series what a card must have of it: `condition`, in JavaScript, holds once a
    card's probe ``p`` shows ``runs``, which is that by run.
    """
    shared_logs.require()
    folders = shared_logs.folders_with(plugin)
    cells = ["import tbwidget; view = None"]
    wanted = []
    for folder in folders:
        root = shared_logs.SHARED_LOGS / folder
        expected: dict[str, dict[str, Any]] = {}
        for run, held in Logdir(root).items():
            for tag, series in getattr(held, plugin).items():
                expected.setdefault(tag, {})[run] = expect(series)
        wanted.append(expected)
        height = min(10_000, 400 * (2 + len(expected)))  # all cards in sight
        arguments = f"{str(root)!r}, height={height}, {settings}"
        cells.append(f"if view: view.close()\nview = tbwidget.{view}({arguments}); view")
    notebook = open_notebook(cells)
    notebook.run(0)
    for number, (folder, expected) in enumerate(zip(folders, wanted, strict=True), 1):
        notebook.run(number)
        ready = _READY.replace("CONDITION", condition)
        cards = notebook.wait_for(ready, 60, [number, expected]).json_value()
        assert set(cards) == set(expected), folder
        yield folder, cards
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []

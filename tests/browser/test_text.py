"""The Text tab in a real JupyterLab: real logs, its modes, its search, and a busy kernel."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
import shared_logs
from cards import BUSY, NOTE, RUN, output_when, press, probe, slide, wait_for_probe, wait_for_text
from image_events import plain_png
from text_events import text_event, write_texts

from tbwidget import Logdir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]
    #: How often a text was written: run, step, and its elements row by row.
    Texts = Counter[tuple[str, int, tuple[tuple[str, ...], ...]]]

#: Whether a card shows these texts, each as run and step.
SHOWS = "JSON.stringify(p.drawn.map((o) => !o.waiting && [o.run, o.step])) === given"
SEARCH = 'input[aria-label="Search all steps"]'
#: Scroll through the list of a card once it has as many texts as wanted (a log is read little by
#: little); all texts in it as they stand there, once all were seen.
COLLECT = """([cell, tag, wanted]) => {
  const root = document.querySelector(`.jp-Cell[data-windowed-list-index="${cell}"]`);
  const card = (root ? deepAll('.card.texts', root) : []).find((one) => one.dataset.tag === tag);
  const count = card?.tbwidgetProbe?.().count;
  const list = card?.querySelector('.text-list');
  if (count !== wanted || list.querySelector('.waiting')) return false;
  const found = (card.collected ??= new Map());
  for (const text of list.querySelectorAll('.text')) {
    const rows = [...text.querySelectorAll('.elements tr')].map((row) =>
      [...row.cells].map((cell) => cell.textContent));
    const plain = text.querySelector('.content > .plain')?.textContent;
    const { run, step } = text.dataset;
    found.set(text.parentElement.dataset.key,
      [run, Number(step), plain === undefined ? rows : [[plain]]]);
  }
  if (found.size === count) return [...found.values()];
  const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
  list.scrollTop = atEnd ? 0 : list.scrollTop + list.clientHeight / 2;
  return false;
}"""


def show(notebook: Notebook, tag: str, *texts: tuple[str, int]) -> None:
    """Wait until a card shows these texts, each given as run and step."""
    wait_for_probe(notebook, tag, SHOWS, json.dumps(texts, separators=(",", ":")))


def rows_of(text: Any) -> tuple[tuple[str, ...], ...]:
    """Return the elements of a text row by row, as TensorBoard lays them out."""
    table = np.asarray(text, object)
    if table.ndim < 2:
        table = table.reshape(-1, 1)
    return tuple(tuple(one.replace("\0", "\ufffd") for one in row) for row in table)


# -- real logs -----------------------------------------------------------------------------------


def read_texts(root: Path) -> dict[str, Texts]:
    """Return all texts of a log directory by tag."""
    found: dict[str, Texts] = {}
    for run, one in Logdir(root).items():
        for tag, series in one.text.items():
            texts = found.setdefault(tag, Counter())
            steps = series.steps.tolist()
            texts.update((run, step, rows_of(series[row])) for row, step in enumerate(steps))
    return found


def expected_texts(name: str) -> dict[str, Texts]:
    """Return by tag what TensorBoard reads, which is not each of the steps that it lists.

    What the programs say they have written is all in it.
    """
    found: dict[str, Texts] = {}
    expected = shared_logs.read_json(name, "expected.json")
    for run, one in expected["runs"].items():
        for tag, series in one["plugins"].get("text", {}).items():
            assert len(series["points"]) >= min(40, series["n"])
            for point in series["points"]:
                text = np.array(point["strings"], object).reshape(point["shape"])
                found.setdefault(tag, Counter())[run, point["step"], rows_of(text)] += 1
    truth = shared_logs.read_json(name, "truth.json") or {"runs": {}}
    for run, one in truth["runs"].items():
        for tag, points in one.get("text", {}).items():
            # torch and tensorboardX write a longer tag than they are given.
            full = tag if tag in found else f"{tag}/text_summary"
            written = {(run, point["step"], rows_of(point["text"])) for point in points}
            assert written <= set(found[full])
    return found


def test_every_text_of_the_real_logs_is_shown_as_it_was_written(open_notebook: Open) -> None:
    shared_logs.require()
    folders = shared_logs.folders_with("text")
    assert len(folders) >= 7
    cells = ["import tbwidget; view = None"]
    for folder in folders:
        root = str(shared_logs.SHARED_LOGS / folder)
        view = f"tbwidget.Text({root!r}, mode='all', markdown=False, height=2000)"
        cells.append(f"if view: view.close()\nview = {view}; view")
    notebook = open_notebook(cells, viewport=(1400, 2300))
    notebook.run(0)
    for number, folder in enumerate(folders, 1):
        notebook.run(number)
        read = read_texts(shared_logs.SHARED_LOGS / folder)
        expected = expected_texts(folder.partition("/")[0])
        assert set(read) == set(expected)
        for tag, texts in read.items():
            rows = notebook.wait_for(COLLECT, 60, [number, tag, texts.total()]).json_value()
            shown = Counter((run, step, rows_of(text)) for run, step, text in rows)
            assert shown == texts
            assert not expected[tag] - shown, f"{folder}: {tag}"
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []


def test_real_markdown_is_rendered(open_notebook: Open) -> None:
    shared_logs.require()
    root = str(shared_logs.SHARED_LOGS / "torch_all_digits_cnn" / "logs")
    notebook = open_notebook([f"import tbwidget; tbwidget.Text({root!r}, height=700)"])
    notebook.run(0)
    show(notebook, "report/text_summary", ("cnn", 126))
    notebook.wait_for("() => deepAll('.texts .markdown h1')[0]?.innerText === 'epoch 5'")
    cells = notebook.page.evaluate(
        "() => deepAll('.texts .markdown :is(th, td)').map((cell) => cell.innerText)"
    )
    assert cells == ["metric", "value", "loss", "0.3076", "acc", "0.9118"]
    last = notebook.page.evaluate("() => deepAll('.texts .markdown p')[0].innerHTML")
    assert last == "<em>naïve</em> <code>code</code> &lt;b&gt;bold?&lt;/b&gt; 漢字 é"
    assert notebook.errors() == []


# -- modes, search, Markdown -----------------------------------------------------------------------


def write_runs(root: Path) -> None:
    for run in "ab":
        events = [text_event(step, f"run {run} says **{step}** times") for step in (0, 10, 20, 30)]
        write_texts(root / run, *events, text_event(5, ["one", f"needle {run}"], "other"))


def test_one_step_all_steps_and_the_difference(open_notebook: Open, server: JupyterServer) -> None:
    write_runs(server.root / "text_modes")
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.Text('text_modes', tags='note'); view",
            "print(json.dumps([view.mode, view.markdown]))",
            "view.mode = 'step'",
        ]
    )
    notebook.run(0)
    show(notebook, "note", ("a", 30), ("b", 30))
    slide(notebook, ".texts .step-slider input", 1)
    show(notebook, "note", ("a", 10), ("b", 10))
    press(notebook, "All steps")
    wait_for_probe(notebook, "note", "p.count === 8")
    show(notebook, "note", *((run, step) for step in (30, 20, 10, 0) for run in "ab"))
    wait_for_text(notebook, "8 texts")

    press(notebook, "Difference")  # of two runs, at the step of the card
    show(notebook, "note", ("a", 10), ("b", 10))
    pieces = "[...deepAll('.difference :is(del, ins)')].map((one) => one.innerText).join()"
    notebook.wait_for(f"() => {pieces} === 'a,b'")
    wait_for_text(notebook, "1 word removed, 1 added")
    slide(notebook, 'input[aria-label="Before: step"]', 0)
    show(notebook, "note", ("a", 0), ("b", 10))
    notebook.wait_for(f"() => {pieces} === 'a,b,0,10'")
    press(notebook, "Lines")
    wait_for_text(notebook, "1 line removed, 1 added")
    notebook.page.locator('select[aria-label="Before: run"]').select_option(label="b")
    show(notebook, "note", ("b", 0), ("b", 10))
    slide(notebook, 'input[aria-label="Before: step"]', 1)
    show(notebook, "note", ("b", 10), ("b", 10))
    wait_for_text(notebook, "No difference")
    assert output_when(notebook, 1, lambda found: found[0] == "difference") == ["difference", True]
    notebook.run(2)
    show(notebook, "note", ("a", 10), ("b", 10))
    assert notebook.errors() == []


def test_a_search_looks_through_all_steps(open_notebook: Open, server: JupyterServer) -> None:
    root = server.root / "text_search"
    write_runs(root)
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.Text('text_search'); view",
            "print(json.dumps([view.search, view.regex]))",
            "view.hidden_runs = ['b']",
            "view.search = ''",
        ]
    )
    notebook.run(0)
    show(notebook, "other", ("a", 5), ("b", 5))
    notebook.page.locator(SEARCH).fill("SAYS")
    wait_for_text(notebook, "8 of 10 texts match")
    show(notebook, "note", *((run, step) for step in (30, 20, 10, 0) for run in "ab"))
    tags = "String(deepAll('.card').map((card) => card.dataset.tag))"
    notebook.wait_for(f"() => {tags} === 'note'")
    marks = "deepAll('.texts mark').map((mark) => mark.innerText)"
    notebook.wait_for(f"() => {marks}.length === 8 && {marks}.every((m) => m === 'says')")

    notebook.page.locator(SEARCH).fill("needle [ab]")
    wait_for_text(notebook, "0 of 10 texts match")
    notebook.page.locator('button[title="Search for a regular expression"]').click()
    wait_for_text(notebook, "2 of 10 texts match")
    notebook.wait_for(f"() => {tags} === 'other' && String({marks}) === 'needle a,needle b'")
    found = output_when(notebook, 1, lambda found: found == ["needle [ab]", True])
    assert found == ["needle [ab]", True]
    notebook.run(2)
    wait_for_text(notebook, "1 of 5 texts match")
    show(notebook, "other", ("a", 5))
    # What comes later is looked at when Enter is pressed.
    ef.append(root / "a" / ef.NAME, ef.record(text_event(6, "needle a", "other")))
    wait_for_probe(notebook, "other", "p.series === 1")
    wait_for_text(notebook, "11 points")
    notebook.page.locator(SEARCH).press("Enter")
    wait_for_text(notebook, "2 of 6 texts match")
    show(notebook, "other", ("a", 6), ("a", 5))
    for pattern in ("(", "(n+)+$"):
        notebook.page.locator(SEARCH).fill(pattern)
        wait_for_text(notebook, "Cannot search: the pattern")
    notebook.run(3)
    notebook.wait_for(f"() => {tags} === 'note,other' && {marks}.length === 0")
    assert notebook.errors() == []


MARKDOWN = """# Title

Some **bold** with [a link](https://example.com/a) and <unk> words

```python
def f(): return 1  # why
```

![plot](https://pictures.example/plot.png)
"""


def test_markdown_is_rendered_or_not_and_remote_images_wait_for_a_click(
    open_notebook: Open, server: JupyterServer
) -> None:
    write_texts(server.root / "text_markdown", text_event(0, MARKDOWN))
    notebook = open_notebook(["import tbwidget; tbwidget.Text('text_markdown', height=500)"])
    picture = "https://pictures.example/plot.png"
    body = plain_png(4, 4, (200, 30, 30))
    notebook.page.route(picture, lambda route: route.fulfill(content_type="image/png", body=body))
    notebook.run(0)
    notebook.wait_for("() => deepAll('.markdown h1')[0]?.innerText === 'Title'")
    link = notebook.page.evaluate(
        "() => { const a = deepAll('.markdown a')[0]; return [a.href, a.rel, a.target]; }"
    )
    assert link == ["https://example.com/a", "noopener noreferrer", "_blank"]
    code = notebook.page.evaluate(
        "() => deepAll('.markdown pre span').map((one) => [one.className, one.innerText])"
    )
    assert ["code-keyword", "def"] in code
    assert ["code-comment", "# why"] in code
    wait_for_text(notebook, "and <unk> words")
    assert notebook.foreign_requests() == []
    assert notebook.page.evaluate("() => deepAll('.markdown img').length") == 0
    press(notebook, "Markdown")
    plain = "deepAll('.content > .plain')[0]?.textContent"
    notebook.wait_for(f"(source) => {plain} === source", argument=MARKDOWN)
    press(notebook, "Markdown")
    press(notebook, "▧ plot (pictures.example)")
    notebook.wait_for("() => deepAll('.markdown img')[0]?.naturalWidth === 4")
    assert notebook.foreign_requests() == [picture]
    assert notebook.errors() == []


# -- what is odd -----------------------------------------------------------------------------------


def test_texts_of_every_rank_long_odd_and_broken_ones(
    open_notebook: Open, server: JupyterServer
) -> None:
    long = "word " * 3_000
    broken = {"tag": "broken", "metadata": ef.plugin("text"), "tensor": {"dtype": 1}}
    write_texts(
        server.root / "text_odd",
        text_event(0, ["**a**", "b"], "rank1"),
        text_event(0, [["k", "v"], ["lr", "`0.1`"]], "rank2"),
        text_event(0, [[["a", "b"], ["c", "d"]]] * 2, "rank3"),
        text_event(0, np.empty((0, 3), object), "empty"),
        text_event(0, b"nul \x00, \xff and word_with_underscores \xe2\x81\xb4", "bytes"),
        text_event(0, long, "long"),
        ef.summary(0, broken),
    )
    notebook = open_notebook(
        ["import tbwidget; tbwidget.Text('text_odd', height=1900)"], viewport=(1400, 2200)
    )
    notebook.run(0)
    tags = ("rank1", "rank2", "rank3", "empty", "bytes", "long", "broken")
    for tag in tags:
        show(notebook, tag, (".", 0))

    def cells(tag: str) -> list[list[str]]:
        return notebook.page.evaluate(
            """(tag) => [...deepAll('.card').find((card) => card.dataset.tag === tag)
              .querySelectorAll('.elements tr')].map((row) =>
                [...row.cells].map((cell) => cell.innerText))""",
            tag,
        )

    notebook.wait_for("() => deepAll('.elements strong').length === 1")
    assert cells("rank1") == [["a"], ["b"]]
    assert cells("rank2") == [["k", "v"], ["lr", "0.1"]]
    assert cells("rank3") == [["a", "b"], ["c", "d"]]
    for text in (
        "A text of 3 dimensions: only the first two-dimensional slice is shown.",
        "no texts, of shape 0 \N{MULTIPLICATION SIGN} 3",
        "nul \ufffd, \ufffd and word_with_underscores ⁴",
        "1 NUL shown as \ufffd, 1 \ufffd where a byte is no UTF-8",
        "text 'broken' at step 0 cannot be read",
    ):
        wait_for_text(notebook, text)
    assert len(probe(notebook, "long")["drawn"][0]["elements"][0]) == 4_000
    press(notebook, "Show all 15,000 characters")
    wait_for_probe(notebook, "long", "p.drawn[0].elements?.[0] === given && !p.drawn[0].cut", long)
    notebook.wait_for(
        "(length) => deepAll('.card').find((card) => card.dataset.tag === 'long')"
        ".querySelector('.content').textContent.trim().length === length",
        argument=len(long) - 1,
    )
    assert notebook.errors() == []


def test_of_many_runs_only_those_in_sight_are_fetched(
    open_notebook: Open, server: JupyterServer
) -> None:
    for run in range(60):
        events = [text_event(step, f"{run} {step}\n\n" * 4) for step in range(2)]
        write_texts(server.root / "text_runs" / f"run{run:02}", *events)
    notebook = open_notebook(["import tbwidget; tbwidget.Text('text_runs', height=600)"])
    notebook.run(0)
    notebook.wait_for_series({"note": 60})
    slide(notebook, ".texts .step-slider input", 0)
    first = "!p.drawn.some((o) => o.waiting) && p.drawn[0].run === 'run00' && p.drawn[0].step === 0"
    wait_for_probe(notebook, "note", first)
    assert len(probe(notebook, "note")["drawn"]) < 30
    # Texts that have come may be higher than was thought: on to the new end.
    end = "(deepAll('.text-list')[0].scrollTop = 1e6)"
    wait_for_probe(notebook, "note", f"{end} && p.drawn.at(-1).elements?.[0].startsWith('59 0')")
    assert notebook.errors() == []


# -- Python, and a busy kernel ---------------------------------------------------------------------


def test_the_step_the_runs_and_the_data_are_those_of_python(
    open_notebook: Open, server: JupyterServer
) -> None:
    write_runs(server.root / "text_python")
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.Text('text_python', step=10); view",
            """rows = view.selection.itertuples(); print(json.dumps(
            [view.step, *([r.run, r.tag, r.step, r.text] for r in rows if r.tag == 'note')]))""",
            "view.hidden_runs = ['a']",
            "print(json.dumps(view.data[view.data.tag == 'note'].step.tolist()))",
        ]
    )
    notebook.run(0)
    show(notebook, "note", ("a", 10), ("b", 10))
    show(notebook, "other", ("a", 5), ("b", 5))
    slide(notebook, '.texts[data-tag="note"] .step-slider input', 2)
    show(notebook, "note", ("a", 20), ("b", 20))
    expected = [20, *([run, "note", 20, f"run {run} says **20** times"] for run in "ab")]
    assert output_when(notebook, 1, lambda found: found[0] == 20) == expected
    notebook.run(2)
    show(notebook, "note", ("b", 20))
    notebook.wait_for_series({"note": 1, "other": 1})
    assert output_when(notebook, 3, len) == [0, 10, 20, 30]
    notebook.run(1)
    assert json.loads(notebook.output(1)) == [20, expected[2]]
    # A step at which there is nothing yet.
    slide(notebook, '.texts[data-tag="note"] .step-slider input', 0)
    show(notebook, "note", ("b", 0))
    wait_for_text(notebook, "There is no text at this step or before it.")
    assert notebook.errors() == []


@pytest.mark.parametrize("subshells", [True, False], ids=["subshells", "no_subshells"])
def test_the_newest_is_pushed_while_a_cell_runs_and_an_older_one_follows(
    open_notebook: Open, request: pytest.FixtureRequest, end: Path, subshells: bool
) -> None:
    server = request.getfixturevalue("server" if subshells else "server_without_subshells")
    path = server.root / "text_busy"
    write_texts(path, *(text_event(step, f"step {step}") for step in range(3)))
    notebook = open_notebook(
        ["import tbwidget; tbwidget.Text('text_busy', height=400)", RUN.format(str(end))],
        on=server,
    )
    notebook.run(0)
    show(notebook, "note", (".", 2))
    notebook.start(1)
    for step in (3, 4):
        ef.append(path / ef.NAME, ef.record(text_event(step, f"step {step}")))
        show(notebook, "note", (".", step))
        assert probe(notebook, "note")["drawn"][0]["elements"] == [f"step {step}"]
    slide(notebook, ".texts .step-slider input", 0)
    if subshells:  # what the kernel is asked for it answers at once
        show(notebook, "note", (".", 0))
        assert notebook.running()
        end.touch()
        notebook.wait_done()
        assert notebook.errors() == []
        return
    notebook.wait_for(BUSY)
    notebook.wait_for(NOTE)
    wait_for_probe(notebook, "note", "p.drawn[0].waiting && p.drawn[0].step === 0")
    assert notebook.running()
    end.touch()
    notebook.wait_done()
    show(notebook, "note", (".", 0))
    assert probe(notebook, "note")["drawn"][0]["elements"] == ["step 0"]
    notebook.wait_for(f"() => !({BUSY})() && !({NOTE})()")
    assert notebook.errors() == []

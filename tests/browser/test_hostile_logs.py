"""A hostile log directory on the whole board: nothing runs, leaves, or grows; the rest works."""

from __future__ import annotations

import json
import re
import time
from functools import partial
from typing import TYPE_CHECKING

import hostile_logs
from cards import PATIENCE, press, probe, wait_for_probe, wait_for_text
from hostile_logs import HOST, NAME, ODDITIES, PAYLOADS, RUN_NAME, TABS, tags_of
from text_events import text_event, write_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

BOARD = """
import resource, tracemalloc, tbwidget
tracemalloc.start()
before = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
board = tbwidget.TensorBoard('hostile', height=3000)
board
"""
READ_ALL = """
for run in board.logdir.values():
    for kind in ('histograms', 'images', 'audio', 'text', 'tensors', 'pr_curves'):
        for series in getattr(run, kind).values():
            list(series.readable())
"""
MEMORY = """
import json, resource, tracemalloc
peak = tracemalloc.get_traced_memory()[1]
resident = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([peak, resident - before]))
"""


def watch(notebook: Notebook) -> None:
    """Let nothing out of the machine; what is asked for is seen all the same."""
    outside = re.compile(r"^https?://(?!127\.0\.0\.1[:/])")
    notebook.context.route(outside, lambda route: route.abort())


def findings(notebook: Notebook) -> list[str]:
    """Return what has run, was asked for or stands in the page and must not."""
    found: list[str] = notebook.page.evaluate(ODDITIES)
    if notebook.page.evaluate("() => !window.jupyterapp?.commands"):
        found.append("a name of JupyterLab is taken")
    return found + notebook.foreign_requests()


def is_found(notebook: Notebook, start: str) -> bool:
    return any(one.startswith(start) for one in findings(notebook))


def wait_until(notebook: Notebook, holds: Callable[[], bool]) -> None:
    """Wait for what the page alone cannot tell, such as its requests."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, findings(notebook)
        notebook.page.wait_for_timeout(50)


def open_tab(notebook: Notebook, title: str) -> None:
    notebook.wait_for(
        """(title) => {
          const tab = deepAll('.tabs [role="tab"]').find((one) => one.innerText.startsWith(title));
          if (tab?.ariaSelected === 'true') return true;
          tab?.click();
          return false;
        }""",
        argument=title,
    )


def test_a_hostile_log_runs_nothing_and_leaves_all_else_working(
    open_notebook: Open, server: JupyterServer
) -> None:
    hostile_logs.write(server.root / "hostile")
    notebook = open_notebook([BOARD, READ_ALL, MEMORY], viewport=(1400, 3300))
    watch(notebook)
    notebook.run(0)
    titles = notebook.wait_for(
        f"() => {{ const tabs = deepAll('.tabs [role=\"tab\"]'); return tabs.length >= {len(TABS)}"
        " && tabs.map((one) => one.firstChild.textContent.trim()); }"
    ).json_value()
    assert set(titles) == set(TABS)
    for title, (kind, condition) in TABS.items():
        open_tab(notebook, title)
        for tag in tags_of(kind):
            notebook.wait_for_series({tag: 2})
            wait_for_probe(notebook, tag, condition)
        assert findings(notebook) == [], title
    open_tab(notebook, "Images")
    for tag in hostile_logs.IMAGES:
        wait_for_probe(notebook, tag, "p.drawn[0]?.error")
    open_tab(notebook, "Audio")
    for tag in ("clip rate", "clip html"):
        wait_for_probe(notebook, tag, "p.drawn[0]?.error || p.drawn[0]?.note")
    wait_for_probe(notebook, "clip label", "p.drawn[0]?.bytes")
    notebook.wait_for("() => deepAll('.clip-label.markdown, .clip-label .markdown').length > 0")
    assert findings(notebook) == []

    open_tab(notebook, "Tensors")
    wait_for_probe(notebook, "claim floats tensor", "p.error?.includes('[16384, 32768]')")
    look_through_texts(notebook)
    look_into_panels(notebook)
    notebook.run(1)
    notebook.run(2)
    peak, growth = json.loads(notebook.output(2))
    # Each claim is of 2 GB; what is counted here is small tables, code and packages.
    assert peak < 100 * 2**20
    assert growth < 300 * 2**20
    assert notebook.errors() == []


def look_through_texts(notebook: Notebook) -> None:
    """Bring all payloads into the page, in each way in which a text may be shown."""
    open_tab(notebook, "Text")
    for tag in ("elements", "joined"):
        wait_for_probe(notebook, tag, "p.drawn[0]?.cut")
    notebook.page.evaluate(
        "() => deepAll('.text .link').filter((b) => b.innerText.startsWith('Show all'))"
        ".forEach((b) => b.click())"
    )
    wait_for_probe(notebook, "joined", "p.drawn[0]?.cut === false")
    wait_for_probe(notebook, "elements", "p.drawn[0]?.elements?.length === given", len(PAYLOADS))
    notebook.wait_for(
        "(count) => deepAll('.elements td.markdown, .elements td.plain').length >= count",
        argument=len(PAYLOADS),
    )
    assert findings(notebook) == []
    press(notebook, "All steps")
    wait_for_probe(notebook, "payloads", "p.count === given", len(PAYLOADS))
    # All of them in turn, as they are scrolled through.
    notebook.wait_for(
        """(count) => {
          const card = deepAll('.card').find((one) => one.dataset.tag === 'payloads');
          const list = card.querySelector('.text-list');
          if (list.querySelector('.waiting')) return false;
          const seen = (card.seen ??= new Set());
          for (const text of list.querySelectorAll('.text')) seen.add(text.dataset.step);
          const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
          list.scrollTop = atEnd ? 0 : list.scrollTop + list.clientHeight / 2;
          return seen.size === count;
        }""",
        60,
        len(PAYLOADS),
    )
    assert findings(notebook) == []
    press(notebook, "Difference")
    notebook.wait_for("() => deepAll('.difference .plain').length > 0")
    assert findings(notebook) == []
    notebook.page.locator('input[aria-label="Search all steps"]').fill("hacked")
    notebook.wait_for("() => deepAll('.texts mark').length > 20")
    assert findings(notebook) == []
    press(notebook, "Markdown")  # as they are
    notebook.wait_for("() => deepAll('.texts .plain mark').length > 20")
    assert findings(notebook) == []


def look_into_panels(notebook: Notebook) -> None:
    """Look where names of files, runs and plugins are told."""
    notebook.page.evaluate("() => deepAll('.status button').find((b) => "
                           "b.innerText.includes('problem')).click()")  # fmt: skip
    wait_for_text(notebook, "events.out.tfevents.")
    wait_for_text(notebook, RUN_NAME)
    assert findings(notebook) == []
    notebook.page.evaluate("() => deepAll('.tabs button.quiet')[0]?.click()")
    notebook.wait_for("() => deepAll('.panel .others').length === 1")
    assert "<img src=x" in notebook.page.evaluate("() => deepAll('.others')[0].innerText")
    assert findings(notebook) == []
    notebook.page.keyboard.press("Escape")
    open_tab(notebook, "Scalars")
    tag = tags_of("scalars")[1]
    assert NAME in tag
    notebook.wait_for_series({tag: 2})
    box = notebook.page.locator(".card .chart canvas").first.bounding_box()
    notebook.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    notebook.wait_for("() => deepAll('.tooltip')[0]?.innerText.includes('<img src=x')")
    assert findings(notebook) == []


PLANTED = {
    "handler": ("<img src=x onerror='window.hacked=1'>", "a script has run: 1"),
    "frame": ("<iframe srcdoc='<script>parent.hacked=2</script>'></iframe>", "a script has run: 2"),
    "svg": ("<svg onload='window.hacked=3'></svg>", "a handler: <svg"),
    "request": (f"<img src='https://{HOST}/planted.png'>", f"https://{HOST}/planted.png"),
    "style": (f"<p style='background:url(https://{HOST}/b.png)'>x</p>", f"https://{HOST}/b.png"),
    "link": ("<a href='javascript:window.hacked=4'>x</a>", "an address: <a"),
    "clobber": ("<form><input name=hacked id=hacked></form>", "an element: <form"),
    "id": ("<p id=jupyterapp>x</p>", "an attribute: <p"),
    "command": ("<a data-commandlinker-command=x>x</a>", "an attribute: <a"),
}


def test_what_is_looked_for_would_be_found(open_notebook: Open, server: JupyterServer) -> None:
    write_texts(server.root / "planted", text_event(0, "# fine"))
    notebook = open_notebook(["import tbwidget; tbwidget.TensorBoard('planted', height=300)"])
    watch(notebook)
    notebook.run(0)
    notebook.wait_for("() => deepAll('.markdown h1').length === 1")
    notebook.page.evaluate("() => { window.place = deepAll('.markdown')[0]; }")
    for planted, expected in PLANTED.values():
        assert findings(notebook) == []
        notebook.page.evaluate("(html) => { window.place.innerHTML = html; }", planted)
        wait_until(notebook, partial(is_found, notebook, expected))
        notebook.page.evaluate("() => { window.place.innerHTML = ''; delete window.hacked; }")
        notebook.requests.clear()


def test_the_payloads_are_live(open_notebook: Open, server: JupyterServer) -> None:
    """Put into the page as they are, they run and fetch: it is the view that keeps them from it."""
    write_texts(server.root / "live_payloads", text_event(0, "# fine"))
    notebook = open_notebook(["import tbwidget; tbwidget.Text('live_payloads', height=300)"])
    watch(notebook)
    notebook.run(0)
    notebook.wait_for("() => deepAll('.markdown h1').length === 1")
    leads_away = ("<meta", "<base")
    raw = [one for one in PAYLOADS if one.startswith("<") and not one.startswith(leads_away)]
    notebook.page.evaluate(
        """(payloads) => {
          const host = deepAll('.markdown h1')[0].parentElement;
          let value;
          window.ran = new Set();
          Object.defineProperty(window, 'hacked', {
            set: (number) => { window.ran.add(number); }, get: () => value, configurable: true });
          for (const payload of payloads) {
            const part = document.createElement('div');
            part.innerHTML = payload;
            host.append(part);
          }
        }""",
        raw,
    )
    notebook.wait_for("() => window.ran.size >= 12")
    notebook.wait_for("() => deepAll('.markdown iframe').length >= 3")
    wait_until(notebook, lambda: len(set(notebook.foreign_requests())) >= 8)
    assert all(HOST in url for url in notebook.foreign_requests())
    assert len(findings(notebook)) > 40
    assert probe(notebook, "note")["drawn"][0]["elements"] == ["# fine"]

"""The Images tab in a real JupyterLab: hostile images, live ones, and what is fetched."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import event_files as ef
from cards import BUSY, NOTE, RUN
from image_cards import CLICK, loaded, probe, set_step, wait, write
from image_events import SIGNATURE, noise_png, plain_png, png_header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

# -- what is broken, or wants to do harm -----------------------------------------------------------

SCRIPT = "<img src=x onerror='window.hacked = 1'><script>window.hacked = 1</script>"


def test_hostile_images_show_a_reason_and_harm_no_other(
    open_notebook: Open, server: JupyterServer
) -> None:
    good = plain_png(4, 4, (1, 200, 3))
    hostile = {
        "a svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='hacked = 1'/>", "markup"),
        "b html": (f"<html>{SCRIPT}</html>".encode(), "markup"),
        "c bomb": (SIGNATURE + png_header(40_000, 40_000) + good[33:], "too many to show"),
        "d cut": (noise_png(1, 50, 50)[:3_000], "cut short"),
        "e broken": (good.replace(b"IDAT", b"IDAX"), "cannot decode"),
        "f nothing": (b"", "no image"),
    }
    root = server.root / "hostile_images"
    for name, (data, _) in hostile.items():
        write(root / name / ef.NAME, {0: [data]})
    good_run = "g <b>good<img src=x onerror=hacked=1>"
    write(root / good_run / ef.NAME, {0: [good]})
    write(root / "good" / ef.NAME, {0: [good]}, SCRIPT)
    notebook = open_notebook(["import tbwidget; tbwidget.Images('hostile_images', height=900)"])
    notebook.run(0)
    wait(notebook, "x", f"d.length === {len(hostile) + 1} && d.every((o) => o.loaded || o.error)")
    notebook.wait_for("() => deepAll('.card[data-drawn=\"1\"]').length === 2")
    shown = {one["run"]: one for one in probe(notebook, "x")}
    for name, (_, reason) in hostile.items():
        assert reason in shown[name]["error"], name
        assert not shown[name]["loaded"]
        assert reason in notebook.text()
    assert shown[good_run]["loaded"]
    found = "(tag) => deepAll('.card').find((c) => c.dataset.tag === tag).tbwidgetProbe().drawn"
    assert notebook.page.evaluate(found, SCRIPT)[0]["loaded"]
    assert notebook.page.evaluate("() => window.hacked") is None
    assert notebook.foreign_requests() == []
    assert notebook.errors() == []
    # What was looked for would have been found.
    planted = "(script) => { const e = document.createElement('div'); e.innerHTML = script;"
    notebook.page.evaluate(planted + " document.body.append(e); }", SCRIPT)
    notebook.wait_for("() => window.hacked === 1")


# -- while cells run -------------------------------------------------------------------------------


def test_new_images_come_while_a_cell_runs_and_cards_stay_pinned(
    open_notebook: Open, server: JupyterServer, end: Path
) -> None:
    path = server.root / "growing_images" / ef.NAME
    for tag in ("a", "z"):
        write(path, {0: [plain_png(6, 6, (0, 0, 0))]}, tag)
    notebook = open_notebook(
        [
            "import tbwidget; tbwidget.TensorBoard('growing_images', tab='images', height=480)",
            RUN.format(str(end)),
        ]
    )
    notebook.run(0)
    wait(notebook, "z", loaded(0))
    notebook.page.evaluate(CLICK, ["z", "Pin"])
    notebook.wait_for("() => deepAll('.card')[0].dataset.tag === 'z'")
    wait(notebook, "z", loaded(0))
    notebook.start(1)
    write(path, {step: [plain_png(6, 6, (step, 0, 0))] for step in (1, 2)}, "z")
    wait(notebook, "z", loaded(2))
    assert notebook.running()
    set_step(notebook, "z", 1)
    wait(notebook, "z", loaded(1))
    assert notebook.running()
    assert notebook.errors() == []


def test_without_subshells_the_newest_are_there_and_older_ones_follow(
    open_notebook: Open, server_without_subshells: JupyterServer, end: Path
) -> None:
    server = server_without_subshells
    path = server.root / "busy_images" / ef.NAME
    write(path, {step: [plain_png(6, 6, (step, 0, 0))] for step in range(5)})
    notebook = open_notebook(
        [
            "import tbwidget; tbwidget.Images('busy_images', height=420)",
            RUN.format(str(end)),
        ],
        on=server,
    )
    notebook.run(0)
    wait(notebook, "x", loaded(4))
    notebook.page.mouse.move(5, 5)
    notebook.start(1)
    write(path, {step: [plain_png(6, 6, (step, 0, 0))] for step in (5, 6)})
    wait(notebook, "x", loaded(6))
    set_step(notebook, "x", 0)
    notebook.wait_for(BUSY)
    notebook.wait_for(NOTE)
    (one,) = probe(notebook, "x")
    assert (one["loaded"], one["step"], one["wanted"]) == (True, 6, 0)  # never a blank
    assert notebook.running()
    end.touch()
    notebook.wait_done()
    wait(notebook, "x", loaded(0))
    notebook.wait_for("() => !deepAll('.card .note').length")
    assert notebook.errors() == []


def test_the_saved_notebook_holds_no_image(open_notebook: Open, server: JupyterServer) -> None:
    picture = noise_png(1, 200, 200)
    write(server.root / "saved_pictures" / ef.NAME, {step: [picture] for step in range(3)})
    notebook = open_notebook(["import tbwidget; tbwidget.Images('saved_pictures', height=400)"])
    notebook.run(0)
    wait(notebook, "x", loaded(2))
    notebook.command("docmanager:save")
    notebook.wait_for("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    (saved,) = [
        path for path in server.root.glob("test_*.ipynb") if "'saved_pictures'" in path.read_text()
    ]
    assert len(saved.read_text()) < 300_000
    # There is a picture of the view, but none of the log: nothing from inside its bytes.
    parts = [base64.b64encode(picture[at : at + 30]).decode() for at in range(300, 1200, 30)]
    assert not [part for part in parts if part in saved.read_text()]


def test_only_what_is_seen_is_asked_for(open_notebook: Open, server: JupyterServer) -> None:
    root = server.root / "unseen"
    for number in range(40):
        images = {step: [plain_png(4, 4, (step, number, 0))] for step in range(20)}
        write(root / ef.NAME, images, f"t{number:02}")
    notebook = open_notebook(
        [
            """import tbwidget
view = tbwidget.Images('unseen', height=400)
asked = []
original = view.describe
def describe(value, wish, buffers):
    asked.append((wish.get("tag", ""), value[0].data))
    return original(value, wish, buffers)
view.describe = describe
view""",
            "print(len({data for _, data in asked}), sorted({tag for tag, _ in asked if tag}))",
        ]
    )
    notebook.run(0)
    wait(notebook, "t00", loaded(19))
    notebook.page.wait_for_timeout(1_000)  # for anything that should not come
    notebook.run(1)
    count, _, tags = notebook.output(1).strip().partition(" ")
    assert int(count) <= 24 + 8  # pushed before the page spoke, and what it shows
    assert all(tag < "t10" for tag in json.loads(tags.replace("'", '"')))
    assert notebook.errors() == []

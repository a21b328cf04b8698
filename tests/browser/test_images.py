"""The Images tab in a real JupyterLab: real logs, and what can be set."""

from __future__ import annotations

import hashlib
import io
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import shared_logs
from image_cards import (
    BUTTON,
    CARD,
    CLICK,
    SET,
    box_of,
    loaded,
    pixel_on_screen,
    printed,
    probe,
    set_step,
    slide,
    wait,
    write,
)
from image_events import noise_png, plain_png, png
from PIL import Image

from tbwidget import Logdir
from tbwidget.dashboards.images.view import refusal_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

#: Whether a card knows so many steps.
LAST_ROW = f"([tag, row]) => {CARD}?.querySelector('.step-slider > input').max === String(row)"
#: Go through all samples and steps of a card; tell what is shown, by the digest of its bytes.
WALK = """async (tag) => {
  const set = SET;
  const card = CARD;
  const digest = async (url) => {
    const data = await (await fetch(url)).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  const settled = async (sample, at) => {
    for (;;) {
      const { drawn } = card.tbwidgetProbe();
      if (drawn.every((one) => (one.loaded || one.error) && one.step === one.wanted
        && (one.step === undefined || one.sample === sample && one.step <= at))) return drawn;
      await new Promise(requestAnimationFrame);
    }
  };
  const slider = card.querySelector('.step-slider > input');
  const found = new Map();
  const samples = Math.max(...(await settled(0, Infinity)).map((one) => one.samples ?? 1));
  for (let sample = 0; sample < samples; sample++) {
    if (sample) set(card.querySelector('.sample input'), sample);
    for (let row = Number(slider.max); row >= 0; row--) {
      set(slider, row);
      await new Promise(requestAnimationFrame);
      const shown = card.querySelector('.step-slider output').textContent.replaceAll(',', '');
      for (const one of await settled(sample, shown === 'newest' ? Infinity : Number(shown)))
        if (one.step !== undefined && sample < Math.max(1, one.samples))
          found.set([one.run, one.step, sample].join(), [one.run, one.step, sample,
            one.loaded ? await digest(one.url) : one.error, one.width, one.height]);
    }
  }
  return [...found.values()];
}""".replace("SET", SET).replace("CARD", CARD)


def split_png(left: tuple[int, int, int], right: tuple[int, int, int], side: int = 8) -> bytes:
    pixels = np.empty((side, side, 3), np.uint8)
    pixels[:, : side // 2], pixels[:, side // 2 :] = left, right
    return png(pixels)


# -- real logs -------------------------------------------------------------------------------------


def roots_with_images(scratch: Path) -> list[tuple[str, Path, Logdir]]:
    """Return all shared log directories that hold images, with what is read of them."""
    shared_logs.require()
    found = []
    for name in shared_logs.names():
        if name == "growing":
            continue
        for root in shared_logs.logs_of(name, scratch):
            logs = Logdir(root)
            if any(run.images for run in logs.values()):
                found.append((name, root, logs))
    return found


def test_every_image_of_the_real_logs_is_shown_byte_for_byte(
    open_notebook: Open, tmp_path: Path
) -> None:
    """Every tag, step and sample, compared with what TensorBoard's loader read."""
    found = roots_with_images(tmp_path)
    cells = ["import tbwidget; view = None"]
    for _, root, logs in found:
        tags = {tag for run in logs.values() for tag in run.images}
        height = min(10_000, 520 * (2 + len(tags)))
        cells.append(f"if view: view.close()\nview = tbwidget.Images({str(root)!r}, "
                     f"height={height}); view")  # fmt: skip
    notebook = open_notebook(cells)
    notebook.run(0)
    walked = 0
    for number, (name, _, logs) in enumerate(found, 1):
        notebook.run(number)
        tags = {tag for run in logs.values() for tag in run.images}
        notebook.wait_for_series(
            {tag: sum(tag in run.images for run in logs.values()) for tag in tags}
        )
        expected = shared_logs.read_json(name, "expected.json")["runs"]
        for tag in tags:
            series = [run.images[tag] for run in logs.values() if tag in run.images]
            last = len({step for one in series for step in one.steps.tolist()}) - 1
            notebook.wait_for(LAST_ROW, argument=[tag, last])
            shown = notebook.page.evaluate(WALK, tag)
            walked += len(shown)
            compare(tag, shown, logs, expected)
    assert walked > 100
    assert notebook.errors() == []
    assert notebook.foreign_requests() == []


def compare(tag: str, shown: list[Any], logs: Logdir, expected: dict[str, Any]) -> None:
    """Check what a card has shown against our reading and TensorBoard's."""
    ours = {
        (run.name, step, sample): image
        for run in logs.values()
        if tag in run.images
        for step, _, images in run.images[tag].readable()
        for sample, image in enumerate(images)
    }
    theirs = {
        (run, point["step"], sample): digest
        for run, read in expected.items()
        for point in read["plugins"].get("images", {}).get(tag, {}).get("points", [])
        for sample, (_, digest) in enumerate(point["items"])
    }
    steps = {
        (run, step)
        for run, read in expected.items()
        for step in read["plugins"].get("images", {}).get(tag, {}).get("steps", [])
    }
    assert {tuple(key) for *key, _, _, _ in shown} == set(ours) >= set(theirs)
    assert {(run, step) for run, step, _ in ours} == steps  # of many steps not all digests are kept
    for run, step, sample, result, width, height in shown:
        image = ours[run, step, sample]
        digest = hashlib.sha256(image.data).hexdigest()
        assert digest == theirs.get((run, step, sample), digest)
        assert (width, height) == (image.width, image.height)
        assert result == (refusal_of(image) or digest), (run, tag, step)


# -- what can be set -------------------------------------------------------------------------------


def test_step_sample_and_runs_are_chosen_here_and_in_python(
    open_notebook: Open, server: JupyterServer
) -> None:
    root = server.root / "chosen"
    for number, run in enumerate("ab"):
        write(root / run / ef.NAME, {
            step: [plain_png(4, 4, (step, number, at)) for at in range(3)]
            for step in range(0, 50, 10)
        })  # fmt: skip
    write(root / "a" / ef.NAME, {30: [plain_png(4, 4, (1, 2, 3))]}, "other")
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.Images('chosen', height=600); view",
            "view.step = 25",
            """found = view.selection
print(json.dumps([view.step, found.run.tolist(), found.step.tolist(),
  found['sample'].tolist(), [list(i.data) for i in found.image]]))""",
            "view.step = None; view.hidden_runs = ['a']; view.tag_filter = '^x'",
        ]
    )
    notebook.run(0)
    wait(notebook, "x", loaded(40, 40))
    set_step(notebook, "x", 1)
    wait(notebook, "x", loaded(10, 10))
    wait(notebook, "other", loaded(30))  # it has a step of its own
    slide(notebook, "x", ".sample input", 2)
    wait(notebook, "x", f"{loaded(10, 10)} && d.every((o) => o.sample === 2)")
    notebook.page.evaluate(CLICK, ["x", "link"])
    wait(notebook, "other", "d[0].error.includes('No image at step 10')")
    # The step is on its way to the kernel.
    step, runs, steps, samples, data = printed(notebook, 2, lambda found: found[0] == 10)
    assert (step, runs, steps, samples) == (10, ["a"] * 3 + ["b"] * 3, [10] * 6, [0, 1, 2] * 2)
    assert bytes(data[5]) == plain_png(4, 4, (10, 1, 2))
    notebook.run(1)
    wait(notebook, "x", loaded(20, 20))
    assert "Shared step 25" in notebook.text().replace("\n", " ")
    notebook.page.evaluate(CLICK, ["x", "newest"])
    wait(notebook, "x", loaded(40, 40))
    notebook.run(3)
    wait(notebook, "x", loaded(40))
    assert probe(notebook, "x")[0]["run"] == "b"
    assert "other" not in notebook.cards()
    assert notebook.errors() == []


def test_images_fit_are_crisp_or_have_their_size_and_are_read_under_the_pointer(
    open_notebook: Open, server: JupyterServer
) -> None:
    root = server.root / "looks"
    write(root / ef.NAME, {0: [split_png((200, 100, 50), (10, 20, 30))]})
    notebook = open_notebook(
        [
            "import json, tbwidget; view = tbwidget.Images('looks', height=500); view",
            "view.brightness = 0.5",
            "view.brightness = 1.0; view.contrast = 0.0",
            "print(json.dumps(view.actual_size))",
        ]
    )
    notebook.run(0)
    wait(notebook, "x", loaded(0))
    left, top, width, height = box_of(notebook, "x", ".stage img")
    assert height == 224
    middle = top + height / 2
    # An enlarged pixel has an edge: nothing is mixed from both.
    assert pixel_on_screen(notebook, left + width / 2 - 3, middle) == (200, 100, 50)
    assert pixel_on_screen(notebook, left + width / 2 + 3, middle) == (10, 20, 30)
    notebook.page.mouse.move(left + width / 2 + 14, middle + 14)
    notebook.wait_for("() => deepAll('.tooltip').length === 1")
    said = notebook.page.evaluate("() => deepAll('.tooltip')[0].innerText").split()
    assert said[:4] == ["x", "4,", "y", "4"]
    assert said[-3:] == ["10", "20", "30"]
    notebook.page.mouse.move(left + 2, middle)  # beside the image, which is as wide as high
    notebook.wait_for("() => deepAll('.tooltip').length === 0")
    notebook.run(1)
    image = f"{CARD}.querySelector('.stage img')".replace("${tag}", "x")
    look = f"(filter) => getComputedStyle({image}).filter === filter"
    notebook.wait_for(look, argument="contrast(1) brightness(0.5)")
    assert pixel_on_screen(notebook, left + width / 2 - 3, middle) == (100, 50, 25)
    notebook.run(2)
    notebook.wait_for(look, argument="contrast(0) brightness(1)")
    notebook.page.evaluate(BUTTON, "reset")
    notebook.wait_for(look, argument="none")
    notebook.page.evaluate(BUTTON, "Actual size")
    notebook.wait_for(
        f"(tag) => {CARD}.querySelector('.stage img').getBoundingClientRect().width === 8",
        argument="x",
    )
    assert box_of(notebook, "x", ".stage")[3] == 224
    assert printed(notebook, 3, bool)
    assert notebook.errors() == []


def test_nothing_moves_when_images_come_or_differ_in_size(
    open_notebook: Open, server: JupyterServer
) -> None:
    root = server.root / "calm"
    sizes = {0: (8, 8), 1: (640, 480), 2: (2, 300), 3: (900, 3)}
    for run in "abc":
        write(root / run / ef.NAME, {
            step: [plain_png(*size, (9, 99, 199))] for step, size in sizes.items()
        })  # fmt: skip
    notebook = open_notebook(
        [
            "import tbwidget",
            """from IPython.display import Javascript
Javascript('''window.heights = new Set();
const look = () => {
  const card = deepAll('.card')[0];
  if (card?.querySelectorAll('figure').length === 3)  // before that the runs have yet to come
    window.heights.add(card.getBoundingClientRect().height);
  requestAnimationFrame(look);
};
look();''')""",
            "tbwidget.Images('calm', height=500)",
        ]
    )
    for number in range(3):
        notebook.run(number)
    wait(notebook, "x", loaded(3, 3, 3))
    for row in (2, 1, 0, 3):
        set_step(notebook, "x", row)
        wait(notebook, "x", loaded(row, row, row))
    assert len(notebook.page.evaluate("[...heights]")) == 1
    assert notebook.errors() == []


def test_two_runs_and_two_steps_are_compared(open_notebook: Open, server: JupyterServer) -> None:
    root = server.root / "compared_images"
    write(root / "a" / ef.NAME, {0: [plain_png(8, 8, (200, 0, 0))]})
    write(root / "a" / ef.NAME, {5: [plain_png(8, 8, (0, 0, 250))]})
    write(root / "b" / ef.NAME, {5: [plain_png(8, 8, (0, 180, 50))]})
    notebook = open_notebook(["import tbwidget; tbwidget.Images('compared_images', height=600)"])
    notebook.run(0)
    wait(notebook, "x", loaded(5, 5))
    notebook.page.evaluate(CLICK, ["x", "Compare two"])
    notebook.wait_for("() => deepAll('.layers img').length === 2")
    wait(notebook, "x", loaded(5, 5))
    left, top, width, height = box_of(notebook, "x", ".layers")
    x, y = left + width / 2, top + height / 2

    def both() -> tuple[Any, Any]:
        notebook.page.mouse.move(5, 5)
        return pixel_on_screen(notebook, x - 40, y), pixel_on_screen(notebook, x + 40, y)

    assert both() == ((0, 0, 250), (0, 180, 50))  # a wipe, its edge in the middle
    notebook.page.mouse.move(x, y)
    notebook.page.mouse.down()
    notebook.page.mouse.move(x + 60, y, steps=3)
    notebook.page.mouse.up()
    notebook.wait_for(
        "(edge) => Math.abs(deepAll('.layers .edge')[0].getBoundingClientRect().left - edge) < 2",
        argument=x + 60,
    )
    assert both() == ((0, 0, 250), (0, 0, 250))
    slide(notebook, "x", "[aria-label='Edge']", 0)
    notebook.wait_for(
        "(edge) => Math.abs(deepAll('.layers .edge')[0].getBoundingClientRect().left - edge) < 2",
        argument=left,
    )
    assert both() == ((0, 180, 50), (0, 180, 50))
    notebook.page.evaluate(CLICK, ["x", "Difference"])
    notebook.wait_for("() => deepAll('.stage.difference').length === 1")
    assert both()[0] == (0, 180, 200)
    # The same run at another step: its first one.
    slide(notebook, "x", "[aria-label='Step of the second image']", 0)
    wait(notebook, "x", "d[1].error.includes('No image at step 0')")
    notebook.page.evaluate(
        f"""(tag) => {{ const select = {CARD}.querySelector('[aria-label="The second run"]');
          select.value = select.options[0].value;
          select.dispatchEvent(new Event('change', {{ bubbles: true }})); }}""",
        "x",
    )
    wait(notebook, "x", loaded(5, 0))
    assert both()[0] == (200, 0, 250)
    notebook.page.evaluate(CLICK, ["x", "Flicker"])
    seen = "(shown) => getComputedStyle(deepAll('.flicker .second')[0]).visibility === shown"
    for shown in ("hidden", "visible", "hidden"):
        notebook.wait_for(seen, argument=shown)
    notebook.page.evaluate(CLICK, ["x", "Compare no more"])
    notebook.wait_for("() => deepAll('.pictures.several img').length === 2")
    assert notebook.errors() == []


def test_a_card_plays_fills_the_view_and_stops_out_of_sight(
    open_notebook: Open, server: JupyterServer
) -> None:
    root = server.root / "played"
    for tag in ("a", *(f"b{number}" for number in range(8))):
        write(root / ef.NAME, {step: [plain_png(9, 9, (step, 0, 0))] for step in range(30)}, tag)
    notebook = open_notebook(
        ["import tbwidget; view = tbwidget.Images('played', height=420, rate=10); view"]
    )
    notebook.run(0)
    wait(notebook, "a", loaded(29))
    notebook.page.evaluate(
        f"""(tag) => {{ window.played = [];
          const look = () => {{
            const [one] = {CARD}?.tbwidgetProbe?.().drawn ?? [];
            if (one && one.step !== window.played.at(-1)) window.played.push(one.step);
            requestAnimationFrame(look);
          }};
          look(); }}""",
        "a",
    )
    notebook.page.evaluate(CLICK, ["a", "Play"])
    notebook.wait_for("() => window.played.length > 45")
    # One after the other, and around the end. A frame that took long may have hidden one.
    played = notebook.page.evaluate("window.played")
    strides = [(after - before) % 30 for before, after in pairwise(played)]
    assert set(strides) <= set(range(1, 15))
    assert strides.count(1) > len(strides) / 2
    notebook.page.evaluate(CLICK, ["a", "Fill the view"])
    before = notebook.page.evaluate("window.played.length")
    notebook.wait_for("(before) => window.played.length > before + 10", argument=before)
    assert box_of(notebook, "a", ".stage")[3] > 250
    notebook.page.evaluate(CLICK, ["a", "Back to"])
    notebook.page.evaluate("() => { deepAll('.cards')[0].scrollTop = 1e6; }")
    notebook.wait_for('() => deepAll(\'[data-tag="a"] [aria-label="Play the steps"]\').length')
    assert notebook.errors() == []


def test_a_film_plays_by_itself(open_notebook: Open, server: JupyterServer) -> None:
    frames = [Image.new("RGB", (8, 8), (220 * at, 0, 220 - 220 * at)) for at in range(2)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=300, loop=0)
    write(server.root / "film" / ef.NAME, {0: [buffer.getvalue()]})
    notebook = open_notebook(["import tbwidget; tbwidget.Images('film', height=400)"])
    notebook.run(0)
    wait(notebook, "x", loaded(0))
    left, top, width, height = box_of(notebook, "x", ".stage img")
    seen: set[Any] = set()
    for _ in range(60):
        seen.add(pixel_on_screen(notebook, left + width / 2, top + height / 2))
        if len(seen) == 2:
            break
        notebook.page.wait_for_timeout(100)
    assert seen == {(220, 0, 0), (0, 0, 220)}


def test_files_of_a_card(open_notebook: Open, server: JupyterServer) -> None:
    pictures = {step: [noise_png(step, 12, 10)] for step in range(0, 60, 10)}
    write(server.root / "saved_images" / "run" / ef.NAME, pictures, "a/b")
    notebook = open_notebook(["import tbwidget; tbwidget.Images('saved_images', height=500)"])
    notebook.run(0)
    wait(notebook, "a/b", loaded(50))
    # To a step that is typed, or the last one before it.
    notebook.page.evaluate(CLICK, ["a/b", "More"])
    notebook.wait_for("() => deepAll('.panel input[type=\"number\"]').length === 1")
    notebook.page.evaluate(
        """() => { const [input] = deepAll('.panel input[type="number"]'); input.value = '25';
          input.dispatchEvent(new Event('change', { bubbles: true })); }"""
    )
    notebook.page.keyboard.press("Escape")
    notebook.wait_for("() => deepAll('.panel').length === 0")
    wait(notebook, "a/b", loaded(20))

    def saved(label: str) -> tuple[str, bytes]:
        notebook.page.evaluate(CLICK, ["a/b", "More"])
        notebook.wait_for("() => deepAll('.panel').length === 1")
        with notebook.page.expect_download() as download:
            notebook.page.evaluate(BUTTON, label)
        with open(download.value.path(), "rb") as file:
            found = download.value.suggested_filename, file.read()
        notebook.page.keyboard.press("Escape")
        notebook.wait_for("() => deepAll('.panel').length === 0")
        return found

    assert saved("Images") == ("run_a_b_20.png", pictures[20][0])
    name, data = saved("Series")
    assert name == "a_b.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {f"run_a_b_{step}_0.png": data for step, (data,) in pictures.items()}
    name, data = saved("Strip")
    assert name == "a_b.png"
    strip = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    scale = 64 // 10
    assert strip.shape == (10 * scale + 4 + 16, 6 * (12 * scale + 4), 3)
    for column, (original,) in enumerate(pictures.values()):
        tile = strip[16::scale, column * (12 * scale + 4) :: scale][:10, :12]
        np.testing.assert_array_equal(tile, np.asarray(Image.open(io.BytesIO(original))))
    assert notebook.errors() == []

"""The Images tab in a real JupyterLab: real logs, what can be set, what comes while cells run."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import shared_logs
from cards import BUSY, NOTE, RUN
from image_events import SIGNATURE, image_event, noise_png, plain_png, png, png_header
from PIL import Image

from tbwidget import Logdir
from tbwidget.dashboards.images.view import refusal_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

CARD = """deepAll(`.card[data-tag="${tag}"]`).at(-1)"""
SET = """(input, value) => {
  input.value = String(value);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}"""
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
CLICK = """([tag, label]) => [...CARD.querySelectorAll('button')]
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()""".replace(
    "CARD", CARD
)
BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()"""


def probe(notebook: Notebook, tag: str) -> list[dict[str, Any]]:
    return notebook.page.evaluate(f"(tag) => {CARD}.tbwidgetProbe().drawn", tag)


def wait(notebook: Notebook, tag: str, condition: str, timeout: float = 30) -> None:
    """Wait until what a card has drawn, `d`, meets `condition`."""
    code = f"(tag) => {{ const d = {CARD}?.tbwidgetProbe?.().drawn; return d && ({condition}); }}"
    notebook.wait_for(code, timeout, tag)


def loaded(*steps: int) -> str:
    """Return the condition that the runs show these steps."""
    return f"JSON.stringify(d.map((o) => o.loaded && o.step)) === '{json.dumps(steps)}'".replace(
        ", ", ","
    )


def set_step(notebook: Notebook, tag: str, row: int) -> None:
    slide(notebook, tag, ".step-slider > input", row)


def slide(notebook: Notebook, tag: str, selector: str, value: float) -> None:
    notebook.page.evaluate(
        f"([tag, selector, value]) => ({SET})({CARD}.querySelector(selector), value)",
        [tag, selector, value],
    )


def printed(notebook: Notebook, cell: int, until: Callable[[Any], bool], tries: int = 20) -> Any:
    """Run a cell that prints JSON until what the page has set has reached the kernel."""
    for _ in range(tries):
        notebook.run(cell)
        found = json.loads(notebook.output(cell))
        if until(found):
            break
    return found


def box_of(notebook: Notebook, tag: str, selector: str) -> tuple[float, float, float, float]:
    box = notebook.page.evaluate(
        f"([tag, selector]) => {{ const r = {CARD}.querySelector(selector)"
        ".getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; }",
        [tag, selector],
    )
    return tuple(box)


def pixel_on_screen(notebook: Notebook, x: float, y: float) -> tuple[int, int, int]:
    data = notebook.page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1})
    return Image.open(io.BytesIO(data)).convert("RGB").getpixel((0, 0))


def write(path: Path, images: dict[int, list[bytes]], tag: str = "x") -> None:
    records = [ef.record(image_event(step, samples, tag)) for step, samples in images.items()]
    if path.exists():
        ef.append(path, *records)
    else:
        ef.write(path, ef.record(ef.file_version()), *records)


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
    write(server.root / "kept" / ef.NAME, {step: [picture] for step in range(3)})
    notebook = open_notebook(["import tbwidget; tbwidget.Images('kept', height=400)"])
    notebook.run(0)
    wait(notebook, "x", loaded(2))
    notebook.command("docmanager:save")
    notebook.wait_for("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    (saved,) = [path for path in server.root.glob("test_*.ipynb") if "'kept'" in path.read_text()]
    assert len(saved.read_text()) < 300_000
    assert "iVBORw0KGgo" not in saved.read_text()  # how every PNG begins in base64


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

"""The Tensors tab in a real JupyterLab, and what the board tells of what has no tab."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
import shared_logs
from array_events import array_event

from tbwidget import Logdir
from tbwidget.analysis.blocks import reduced
from tbwidget.analysis.statistics import statistics_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lab import JupyterServer, Notebook

    Open = Callable[..., Notebook]

CARD = 'deepAll(`.card[data-tag="${tag}"]`).at(-1)'
BUTTON = """(label) => deepAll('button')
  .find((b) => (b.ariaLabel || b.innerText).trim().startsWith(label)).click()"""
#: Set an input of a card as a user would.
SET = f"""([tag, label, value]) => {{
  const input = {CARD}.querySelector(`input[aria-label^="${{label}}"]`);
  input.value = value;
  for (const type of ['input', 'change'])
    input.dispatchEvent(new Event(type, {{ bubbles: true }}));
}}"""


def array(step: int, shape: tuple[int, ...] = (6, 9)) -> np.ndarray:
    return np.random.default_rng(step).normal(0, 1, shape)


def record(step: int, values: np.ndarray, tag: str = "t", plugin: str = "tensor") -> bytes:
    return ef.record(array_event(step, values, tag, plugin))


def tensor_record(step: int, tag: str, plugin: str, **tensor: Any) -> bytes:
    value = {"tag": tag, "metadata": ef.plugin(plugin), "tensor": tensor}
    return ef.record(ef.summary(step, value))


def probe(notebook: Notebook, tag: str) -> dict[str, Any]:
    notebook.wait_for(f"(tag) => !!{CARD}?.tbwidgetProbe", argument=tag)
    found: dict[str, Any] = notebook.page.evaluate(f"(tag) => {CARD}.tbwidgetProbe()", tag)
    return found


def wait(notebook: Notebook, tag: str, condition: str, timeout: float = 30) -> dict[str, Any]:
    """Wait until a card's probe `p` meets `condition`, and return it."""
    code = f"(tag) => {{ const p = {CARD}?.tbwidgetProbe?.(); return p && ({condition}) && p; }}"
    found: dict[str, Any] = notebook.wait_for(code, timeout, tag).json_value()
    return found


def shown_array(found: dict[str, Any]) -> np.ndarray:
    """Return what a card shows whole, as the array that it is."""
    (row,) = [row for row in found["rows"] if row["run"] == found["run"]]
    assert found["slice"]["how"] == ""
    return np.array(found["slice"]["values"], row["type"]).reshape(row["shape"])


def tensors_of(name: str) -> list[tuple[str, str, str, list[dict[str, Any]]]]:
    """Return run, tag, plugin and points of the tensors of a shared log directory."""
    expected = shared_logs.read_json(name, "expected.json") or {}
    directory = shared_logs.SHARED_LOGS / name / "logs"
    if not directory.is_dir():
        return []
    kept = {run: set(one.tensors) for run, one in Logdir(directory).items() if one.tensors}
    return [
        (run, tag, plugin, points["points"])
        for run, tags in kept.items()
        for plugin, of_plugin in expected["runs"][run]["plugins"].items()
        for tag, points in of_plugin.items()
        if tag in tags
    ]


def test_every_tensor_of_the_real_logs_is_shown_with_its_numbers(open_notebook: Open) -> None:
    shared_logs.require()
    found = {name: tensors_of(name) for name in shared_logs.names()}
    checked = 0
    for name, series in found.items():
        if not series:
            continue
        root = str(shared_logs.SHARED_LOGS / name / "logs")
        notebook = open_notebook(
            [
                f"import tbwidget; view = tbwidget.Tensors({root!r}, height=2400); view",
                *(f"view.hidden_runs = [r for r in view.logdir if r != {run!r}]\n"
                  f"view.state.step = {point['step']}"
                  for run, _, _, points in series for point in points),
            ],
            viewport=(1400, 2700),
        )  # fmt: skip
        notebook.run(0)
        number = 0
        for run, tag, plugin, points in series:
            for point in points:
                number += 1
                notebook.run(number)
                step = point["step"]
                condition = f"p.run === {run!r} && p.step === {step} && !p.stale"
                shown = wait(notebook, tag, condition)
                row = shown["rows"][0]
                assert (row["shape"], row["type"]) == (point["shape"], point["dtype"])
                assert row["plugin"] == ("" if plugin == "(no metadata)" else plugin)
                values = shown_array(shown)
                assert hashlib.sha256(values.tobytes()).hexdigest() == point["sha256"]
                assert row["statistics"]["mean"] == pytest.approx(values.mean(), rel=1e-12)
                checked += 1
        assert notebook.errors() == []
        assert notebook.foreign_requests() == []
    assert checked >= 14


def test_a_large_tensor_is_looked_at_in_blocks_in_part_and_as_a_table(
    open_notebook: Open, server: JupyterServer
) -> None:
    whole = array(1, (3, 600, 500))
    ef.write(server.root / "large" / ef.NAME, record(0, array(0)), record(5, whole))
    notebook = open_notebook(["import tbwidget; tbwidget.Tensors('large', height=500)"])
    notebook.run(0)
    shown = wait(notebook, "t", "!p.stale && p.slice?.how === 'mean' && p.slice?.block[0] === 5")
    assert shown["slice"]["cells"] == [120, 125]
    np.testing.assert_allclose(
        shown["slice"]["values"], reduced(whole[0], (5, 4)).ravel(), rtol=1e-12
    )
    low, high = np.min(shown["slice"]["values"]), np.max(shown["slice"]["values"])
    assert shown["range"] == {"low": low, "high": high}
    assert "mean of each 5 \N{MULTIPLICATION SIGN} 4 of 600" in notebook.text()

    notebook.page.evaluate(SET, ["t", "Index in dimension 0", "2"])
    wait(notebook, "t", "!p.stale && p.slice?.index[0] === 2")
    x, y, width, height = notebook.page.evaluate(
        f"(tag) => {{ const r = {CARD}.querySelector('.heat').getBoundingClientRect();"
        " return [r.left, r.top, r.width, r.height]; }",
        "t",
    )
    size = min(width / 125, height / 120)
    notebook.page.mouse.move(x + 50.5 * size, y + 20.5 * size)
    cell = reduced(whole[2], (5, 4))[20, 50]
    notebook.wait_for("() => deepAll('.slice-foot output')[0].innerText.startsWith('[2, 100')")
    readout = notebook.page.evaluate("() => deepAll('.slice-foot output')[0].innerText")
    assert readout.startswith("[2, 100\N{EN DASH}104, 200\N{EN DASH}203] mean ")
    assert float(readout.split()[-1]) == pytest.approx(cell, rel=1e-3)
    notebook.page.mouse.click(x + 50.5 * size, y + 20.5 * size)
    shown = wait(notebook, "t", "!p.stale && p.slice?.how === '' && p.slice?.cells[0] === 128")
    row, column = shown["slice"]["first"]
    assert (row, column) == (43, 140)
    part = whole[2, row : row + 128, column : column + 128]
    np.testing.assert_array_equal(shown["slice"]["values"], part.ravel())

    notebook.page.evaluate(BUTTON, "Table")
    shown = wait(notebook, "t", "!p.stale && p.slice?.cells[0] === 256")
    notebook.page.evaluate(SET, ["t", "First row", "300"])
    shown = wait(notebook, "t", "!p.stale && p.slice?.first[0] === 300")
    row, column = shown["slice"]["first"]
    notebook.page.evaluate("() => { deepAll('.cell-table')[0].scrollTop = 1e6; }")
    notebook.wait_for("() => deepAll('.cell-table tbody tr').at(-1)?.innerText.startsWith('555')")
    cells = notebook.page.evaluate(
        "() => [...deepAll('.cell-table tbody tr').at(-1).children].map((c) => c.innerText)"
    )
    assert [float(cell) for cell in cells[1:3]] == pytest.approx(
        whole[2, 555, column : column + 2].tolist(), rel=2e-3
    )
    # A card that fills the view is looked at as before.
    notebook.page.evaluate(BUTTON, "Fill the view")
    notebook.wait_for("() => deepAll('.card.full .chart canvas')[0]?.clientHeight > 150")
    notebook.page.evaluate(SET, ["t", "First row", "100"])
    wait(notebook, "t", "!p.stale && p.slice?.first[0] === 100")
    # The small one of step 0 has neither blocks nor other dimensions.
    notebook.page.evaluate(SET, ["t", "Step of", "0"])
    np.testing.assert_array_equal(
        shown_array(wait(notebook, "t", "!p.stale && p.step === 0")), array(0)
    )
    assert notebook.errors() == []


HOSTILE = b"<img src=x onerror=\"window.planted='text'\"><script>window.planted='script'</script>"


def test_odd_and_hostile_tensors_are_shown_or_explained(
    open_notebook: Open, server: JupyterServer
) -> None:
    name = HOSTILE.decode()
    two = {"tensor_shape": {"dim": [{"size": 2}]}}
    claim = {"tensor_shape": {"dim": [{"size": 16384}, {"size": 32768}]}}
    ef.write(
        server.root / "odd_tensors" / "run" / ef.NAME,
        record(0, np.empty((0, 3)), "a_empty"),
        tensor_record(0, "b_claim", "tensor", dtype=1, float_val=[1.0], **claim),
        record(0, np.full((2, 2), np.nan), "c_nan"),
        record(0, np.array([[1e308, -1e308], [np.inf, np.nan]]), "d_huge"),
        tensor_record(
            0, "e_texts", name, dtype=7, string_val=[HOSTILE, b"\xffcaf\xc3\xa9\0"], **two
        ),
        tensor_record(0, "f_complex", "tensor", dtype=18, dcomplex_val=[3, 4, 0, -1], **two),
        record(0, array(0), name),
        record(0, array(0, (2, 3)), "g_shapes"),
        record(1, array(1, (4,)), "g_shapes"),
    )
    notebook = open_notebook(
        ["import tbwidget; tbwidget.Tensors('odd_tensors', height=2900)"], viewport=(1400, 3200)
    )
    notebook.run(0)
    for tag in ("a_empty", "b_claim", "c_nan", "d_huge", "e_texts", "f_complex", "g_shapes"):
        wait(notebook, tag, "p.rows.length === 1 && (p.slice || p.error) && !p.stale")
    assert probe(notebook, "a_empty")["slice"]["cells"] == [0, 3]
    assert "[16384, 32768]" in probe(notebook, "b_claim")["error"]
    assert probe(notebook, "c_nan")["range"] is None
    huge = probe(notebook, "d_huge")
    assert huge["range"] == {"low": -1e308, "high": 1e308}
    statistics = huge["rows"][0]["statistics"]
    assert (statistics["nan"], statistics["inf"], statistics["mean"]) == (1, 1, 0)
    texts = probe(notebook, "e_texts")
    assert texts["slice"]["texts"] == [[name], ["\ufffdcafé\0"]]
    assert texts["rows"][0]["plugin"] == name
    complex_ = probe(notebook, "f_complex")["slice"]
    assert (complex_["values"], complex_["parts"]) == ([5, 1], [[3, 0], [4, -1]])
    assert probe(notebook, "g_shapes")["rows"][0]["shape"] == [4]
    text = notebook.text()
    assert "This tensor has no elements: its shape is (0, 3)." in text
    assert "cannot be read" in text
    assert "no finite value" in text
    assert HOSTILE.decode() in text
    assert notebook.page.evaluate("() => window.planted ?? null") is None
    assert notebook.page.evaluate("() => deepAll('.tbw img, .tbw script').length") == 0
    # A planted script that does run would be seen.
    notebook.page.evaluate(
        "(html) => { const e = document.createElement('div'); e.innerHTML = html;"
        " document.body.append(e); }",
        name,
    )
    notebook.wait_for("() => window.planted === 'text'")


def test_the_newest_is_pushed_while_a_cell_runs_and_an_older_one_follows(
    open_notebook: Open, server_without_subshells: JupyterServer
) -> None:
    path = server_without_subshells.root / "busy_tensors" / ef.NAME
    ef.write(path, *(record(step, array(step)) for step in range(3)))
    notebook = open_notebook(
        [
            "import tbwidget; tbwidget.Tensors('busy_tensors', height=400)",
            "import time; time.sleep(12)",
        ],
        on=server_without_subshells,
    )
    notebook.run(0)
    wait(notebook, "t", "p.step === 2 && !p.stale")
    notebook.start(1)
    ef.append(path, record(3, array(3)))
    shown = wait(notebook, "t", "p.step === 3 && !p.stale", 10)
    np.testing.assert_array_equal(shown_array(shown), array(3))
    notebook.page.evaluate(SET, ["t", "Step of", "0"])
    notebook.wait_for("() => deepAll('.status')[0].innerText.includes('kernel busy')")
    notebook.wait_for("() => deepAll('.card .note')[0]?.innerText.includes('kernel busy')")
    assert notebook.running()
    assert probe(notebook, "t")["stale"]
    assert len(probe(notebook, "t")["slice"]["values"]) == 54  # never a blank
    notebook.wait_done()
    shown = wait(notebook, "t", "p.step === 0 && !p.stale")
    np.testing.assert_array_equal(shown_array(shown), array(0))
    assert notebook.errors() == []


def test_runs_steps_and_colours_are_chosen_here_and_in_python(
    open_notebook: Open, server: JupyterServer
) -> None:
    root: Path = server.root / "runs_of_tensors"
    for run in range(2):
        records = [record(step, array(10 * run + step) + step) for step in range(4)]
        ef.write(root / f"run{run}" / ef.NAME, *records)
    notebook = open_notebook(
        [
            "import tbwidget; view = tbwidget.Tensors('runs_of_tensors', height=500); view",
            "view.state.step = 1",
            """import json; rows = view.selection.itertuples(); print(json.dumps(
            [view.step, *([row.run, row.step, row.tensor.tolist()] for row in rows)]))""",
        ]
    )
    notebook.run(0)
    notebook.wait_for_series({"t": 2})
    wait(notebook, "t", "p.run === 'run0' && p.step === 3 && !p.stale")
    notebook.page.evaluate(BUTTON, "run1")
    shown = wait(notebook, "t", "p.run === 'run1' && !p.stale")
    np.testing.assert_array_equal(shown_array(shown), array(13) + 3)
    notebook.page.evaluate(BUTTON, "All steps")
    every = [array(10 + step) + step for step in range(4)]
    wait(notebook, "t", f"p.range?.low === {np.min(every)} && p.range?.high === {np.max(every)}")
    notebook.run(1)
    shown = wait(notebook, "t", "p.step === 1 && !p.stale")
    np.testing.assert_array_equal(shown_array(shown), array(11) + 1)
    for row, run in zip(shown["rows"], range(2), strict=True):
        expected = statistics_of(array(10 * run + 1) + 1).tolist()
        assert list(row["statistics"].values()) == expected
    notebook.page.evaluate(SET, ["t", "Step of", "2"])
    wait(notebook, "t", "p.step === 2 && !p.stale")
    notebook.wait_for("() => deepAll('.tensors .chart canvas').length > 0")
    notebook.page.wait_for_function("() => deepAll('.step-slider output')[0].innerText === '2'")
    notebook.page.wait_for_timeout(500)  # the setting is on its way to the kernel
    notebook.run(2)
    step, *rows = json.loads(notebook.output(2))
    assert step == 2
    assert [row[:2] for row in rows] == [["run0", 2], ["run1", 2]]
    np.testing.assert_array_equal(rows[1][2], array(12) + 2)
    assert notebook.errors() == []


# -- what has no tab -----------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1400, 560])
def test_what_has_no_tab_is_told_by_plugin_at_a_button(
    width: int, open_notebook: Open, server: JupyterServer
) -> None:
    metadata = [("g", "graph_keras_model"), ("h", "hparams"), ("one", "odd"), ("two", "odd")]
    values = [
        {"tag": tag, "metadata": ef.plugin(plugin), "tensor": {"dtype": 1, "float_val": [1]}}
        for tag, plugin in metadata
    ]
    root = server.root / f"others_{width}"
    ef.write(root / ef.NAME, ef.record(ef.scalar(0)), ef.record(ef.summary(0, *values)))
    (root / "plugins" / "profile" / "now").mkdir(parents=True)
    (root / "plugins" / "profile" / "now" / "host.xplane.pb").write_bytes(b"")
    notebook = open_notebook(
        [f"import tbwidget; tbwidget.TensorBoard({root.name!r}, height=400)"], viewport=(width, 900)
    )
    notebook.run(0)
    notebook.wait_for("() => deepAll('.tabs button.quiet').length === 1")
    label = notebook.page.evaluate("() => deepAll('.tabs button.quiet')[0].innerText")
    if width > 1000:
        assert "graph_keras_model 1" in label
    notebook.page.evaluate("() => deepAll('.tabs button.quiet')[0].focus()")
    notebook.page.keyboard.press("Enter")
    notebook.wait_for("() => deepAll('.panel .others').length === 1")
    listed = notebook.page.evaluate(
        "() => deepAll('.others tr').map((row) => [...row.children].map((c) => c.innerText))"
    )
    assert sorted(listed) == [
        ["graph_keras_model", "1 tag"], ["hparams", "1 tag"], ["profile", "1 file"],
    ]  # fmt: skip
    notebook.page.keyboard.press("Escape")
    notebook.wait_for("() => deepAll('.panel').length === 0")
    assert notebook.page.evaluate(
        "() => deepAll('.tbw')[0].getRootNode().activeElement?.classList.contains('quiet')"
    )
    assert notebook.errors() == []

"""The packages that users get: built, looked into, installed in a clean environment and used."""

from __future__ import annotations

import os
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest
from lab import CHROMIUM_ARGUMENTS, JupyterServer, Notebook, chromium_path, write_notebook
from packages import build

import tbwidget

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.wheel

BUNDLES = ("audio", "images", "markdown", "report", "runtime", "stub", "tensors", "text")
BUILT = {"tbwidget/static/protos.binpb", *(f"tbwidget/static/{name}.js" for name in BUNDLES)}
EXTENSION = {"package.json", "install.json", "static/remoteEntry.js"}


def test_sdist_holds_sources_and_built_files(unpacked: Path) -> None:
    files = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    assert files >= BUILT | {f"tbwidget/labextension/{name}" for name in EXTENSION}
    assert files >= {
        "LICENSE",
        "README.md",
        "js/build.mjs",
        "package-lock.json",
        "proto/tbwidget/event.proto",
        "scripts/build_hook.py",
        "tbwidget/py.typed",
    }
    assert "node_modules" not in files


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        built = {name: archive.getinfo(name).file_size for name in BUILT}
    assert "tbwidget/py.typed" in names
    shared = f"tbwidget-{tbwidget.__version__}.data/data/share/jupyter/labextensions/tbwidget"
    assert names >= {f"{shared}/{name}" for name in EXTENSION}
    assert not any(name.startswith("tbwidget/labextension") for name in names)
    assert all(built.values())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith((".dist-info", ".data"))} == {"tbwidget"}
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.mark.parametrize("missing", ["runtime.js", "stub.js", "text.js"])
def test_a_checkout_without_node_is_told_what_to_do(
    unpacked: Path, no_node: str, tmp_path: Path, missing: str
) -> None:
    (unpacked / "tbwidget" / "static" / missing).unlink()
    done = build(unpacked, tmp_path / "out", path=no_node, check=False)
    assert done.returncode != 0
    assert "install Node.js" in done.stdout
    assert "Traceback" not in done.stdout


def test_stale_bundles_do_without_node(unpacked: Path, no_node: str, tmp_path: Path) -> None:
    os.utime(unpacked / "package.json")
    done = build(unpacked, tmp_path / "out", path=no_node)
    assert "using the files as they are" in done.stdout


USE = """
import sys

import tbwidget

heavy = {"pandas", "bqplot", "sklearn"} & sys.modules.keys()
assert not heavy, heavy

with tbwidget.SummaryWriter("logs/run") as writer:
    for step in range(100):
        writer.add_scalar("loss", 1 / (step + 1), step, new_style=True, double_precision=True)

series = tbwidget.Logdir("logs")["run"].scalars["loss"]
assert series.values.tolist() == [1 / (step + 1) for step in range(100)], series.values
assert series.steps.tolist() == list(range(100)), series.steps

from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.extension_manager.load_extension("tbwidget")
assert "tensorboard" in shell.magics_manager.magics["line"]
assert callable(tbwidget.load_ipython_extension)
print(tbwidget.__file__)
"""


def test_the_wheel_works_in_a_clean_environment(clean_python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [clean_python, "-I", "-c", USE],
        check=False,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert str(clean_python.parent.parent) in done.stdout


def test_the_wheel_brings_the_sidebar(clean_python: Path, tmp_path: Path) -> None:
    """Into JupyterLab of the same environment, with live data, without anything to be built."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    write = "import tbwidget\nwriter = tbwidget.SummaryWriter('logs/run')\n"
    write += "writer.add_scalar('loss', 1, 0)\nwriter.flush()\n"
    write_notebook(tmp_path / "n.ipynb", [write, "writer.add_scalar('loss', 2, 1); writer.flush()"])
    server = JupyterServer(tmp_path, python=clean_python)
    try:
        with sync_api.sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
            )
            notebook = Notebook(browser.new_context(), server, "n.ipynb")
            notebook.run(0)
            notebook.page.locator(".jp-DirListing-item", has_text="logs").click(button="right")
            notebook.page.locator(".lm-Menu-item", has_text="Open in TensorBoard View").click()
            notebook.wait_for_series({"loss": 1})
            notebook.run(1)
            notebook.wait_for(
                "() => deepAll('#tbwidget-sidebar').length === 1"
                " && deepAll('.card')[0].tbwidgetProbe().points === 2"
            )
            assert notebook.errors() == []
            browser.close()
    finally:
        server.stop()

"""The packages that users get: built, looked into, installed in a clean environment and used."""

from __future__ import annotations

import os
import subprocess
import venv
import zipfile
from typing import TYPE_CHECKING

import pytest
from packages import build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.wheel

BUNDLES = ("audio", "images", "markdown", "report", "runtime", "stub", "tensors", "text")
BUILT = {"tbwidget/static/protos.binpb", *(f"tbwidget/static/{name}.js" for name in BUNDLES)}


def test_sdist_holds_sources_and_built_files(unpacked: Path) -> None:
    files = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    assert files >= BUILT
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


def test_the_wheel_works_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    done = subprocess.run(
        [python, "-I", "-c", USE],
        check=False,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert str(environment) in done.stdout

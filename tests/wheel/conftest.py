from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import venv
from typing import TYPE_CHECKING

import pytest
from packages import ROOT, build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for package in ("build", "hatchling"):
        pytest.importorskip(package, reason="builds the packages; it is in the `dev` extra")
    target = tmp_path_factory.mktemp("sdist")
    build(ROOT, target)
    (path,) = target.glob("*.tar.gz")
    return path


@pytest.fixture
def unpacked(sdist: Path, tmp_path: Path) -> Path:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (path,) = tmp_path.iterdir()
    return path


@pytest.fixture(scope="session")
def no_node(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a ``PATH`` without node and npm."""
    path = str(tmp_path_factory.mktemp("bin"))
    assert shutil.which("npm", path=path) is None
    return path


@pytest.fixture(scope="session")
def wheel(sdist: Path, no_node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel built from the sdist on a machine without Node."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    build(source, folder, path=no_node)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def clean_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a new environment with the wheel and JupyterLab."""
    environment = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--no-compile"]
    subprocess.run([*command, wheel, "jupyterlab"], check=True)
    return python

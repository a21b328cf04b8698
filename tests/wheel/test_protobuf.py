"""The wheel on every major version of protobuf, beside what else puts messages into its pool.

Each version has an environment with the wheel, that protobuf, tensorboardX, and the TensorBoard
that takes that protobuf; all else (numpy, grpc, torch if there) is the environment's that runs the
tests. ``TBWIDGET_TEST_PROTOBUF="4 7"`` picks versions; all are run without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from functools import partial
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel

SCRIPT = Path(__file__).with_name("neighbours.py")
#: The major versions of protobuf and what goes with each.
ENVIRONMENTS = {
    "4": ["protobuf==4.25.*", "tensorboard==2.20.*"],
    "5": ["protobuf==5.*", "tensorboard==2.20.*"],
    "6": ["protobuf==6.*", "tensorboard==2.21.*"],
    "7": ["protobuf==7.*", "tensorboard>=2.21"],
}
PICKED = os.environ.get("TBWIDGET_TEST_PROTOBUF", "").split() or list(ENVIRONMENTS)

run = partial(
    subprocess.run, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
)


@pytest.fixture(scope="session", params=PICKED)
def python(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str]:
    """Return the version and an environment's interpreter."""
    folder = tmp_path_factory.mktemp(f"protobuf{request.param}")
    venv.create(folder)
    interpreter = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    requirements = [str(wheel), "tensorboardX", *ENVIRONMENTS[request.param]]
    pip = [sys.executable, "-m", "pip", "--python", interpreter, "--disable-pip-version-check"]
    done = run([*pip, "install", "--quiet", "--no-deps", *requirements])
    assert done.returncode == 0, done.stdout
    paths = sysconfig.get_paths("posix_prefix" if os.name != "nt" else "nt", {"base": str(folder)})
    rest = {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}
    Path(paths["purelib"], "rest.pth").write_text("\n".join(rest), encoding="utf-8")
    return request.param, interpreter


@pytest.mark.parametrize("implementation", ["upb", "python"])
@pytest.mark.parametrize("order", ["before", "between", "after"])
def test_beside_tensorboard_tensorboardx_and_torch(
    python: tuple[str, str], order: str, implementation: str, tmp_path: Path
) -> None:
    version, interpreter = python
    environment = {**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": implementation}
    command = [interpreter, "-I", "-W", "error", SCRIPT, tmp_path, order, version, implementation]
    done = run(command, env=environment)
    assert done.returncode == 0, done.stdout
    assert f"{Path(interpreter).parents[1]}{os.sep}" in done.stdout.splitlines()[-1]

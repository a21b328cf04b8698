"""What the design promises of the code as a whole."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tbwidget"
MODULES = sorted(PACKAGE.rglob("*.py"))
# From the ground up: a floor may import from those below it, and from itself.
FLOORS = [
    {"events", "analysis"},
    {"logs", "drawing"},
    {"widget"},
    {"dashboards"},
    {"board"},
    {"magic", "sidebar", "export", "cli"},
    {"__main__"},
]
#: Stand beside the floors: the writer uses only how records are framed, interop only analysis.
BESIDE = {"writer": {"events"}, "interop": {"events", "analysis", "logs"}}


def part_of(module: str) -> str:
    """Return the room of ``tbwidget.room.x``; empty for the package itself."""
    return ".".join(module.split(".")[1:2])


def name_of(path: Path) -> str:
    names = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every tbwidget module that `path` imports, wherever in it, and the line."""
    package = name_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            base += node.module.split(".") if node.module else []
            for alias in node.names:
                full = [*base, alias.name]
                if (ROOT.joinpath(*full).with_suffix(".py")).exists() or ROOT.joinpath(
                    *full
                ).is_dir():
                    yield ".".join(full), node.lineno
                else:
                    yield ".".join(base), node.lineno


def floor_of(room: str) -> int | None:
    return next((number for number, floor in enumerate(FLOORS) if room in floor), None)


def wrong_arrows(path: Path) -> list[str]:
    room = part_of(name_of(path))
    wrong = []
    for target, line in imports(path):
        if target != "tbwidget" and not target.startswith("tbwidget."):
            continue
        other = part_of(target)
        if room in ("", other) or (other == "" and room == "magic"):
            continue  # the public names come from everywhere; the magic prints the version
        below = BESIDE.get(room)
        if below is None:
            number = floor_of(room)
            assert number is not None, f"the room {room!r} has no floor: give it one"
            below = set[str]().union(*FLOORS[:number])
        if other not in below:
            wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    return wrong


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_up_the_floors_only(path: Path) -> None:
    assert wrong_arrows(path) == []


def test_an_arrow_up_or_to_the_side_would_be_found(tmp_path: Path) -> None:
    """The test above is only worth something if it can fail."""
    module = ast.parse(
        "def f():\n    from tbwidget.widget import rpc\n"
        "from ..analysis import smoothing\nfrom .. import logs\nimport tbwidget.board\n"
    )
    path = PACKAGE / "events" / "imagined.py"
    source = ast.unparse(module)
    found = []
    original = Path.read_text

    def read_text(self: Path, encoding: str | None = None) -> str:
        return source if self == path else original(self, encoding=encoding)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_text", read_text)
        found = [line.rpartition(" ")[2] for line in wrong_arrows(path)]
    assert sorted(found) == [
        "tbwidget.analysis.smoothing",
        "tbwidget.board",
        "tbwidget.logs",
        "tbwidget.widget.rpc",
    ]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 450


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_dangerous_is_used(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & {"pickle", "marshal", "shelve", "dill", "cloudpickle", "subprocess"}
    assert not imported & {"http", "socketserver", "tornado", "asyncio"}
    # Processes come from one place, which knows when they are safe.
    assert "multiprocessing" not in imported or path.name == "worker_pool.py"
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"eval", "exec", "compile", "__import__"}
    keywords = {
        keyword.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    }
    assert not keywords & {"allow_pickle", "shell"}
    for word in ("os.system", "os.popen"):
        assert word not in text


def run_python(code: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


HEAVY = "pandas bqplot sklearn scipy IPython ipywidgets anywidget matplotlib torch tensorflow"


def test_importing_is_light_and_starts_nothing(tmp_path: Path) -> None:
    code = f"""
import sys, threading
import tbwidget
print(sorted(set({HEAVY!r}.split()) & set(sys.modules)))
print([thread.name for thread in threading.enumerate()])
print("numpy" in sys.modules, "google.protobuf" in sys.modules)
"""
    assert run_python(code, tmp_path) == "[]\n['MainThread']\nFalse False\n"
    assert list(tmp_path.iterdir()) == []


def test_reading_needs_no_widgets_and_no_pandas(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    code = f"""
import sys, threading
import tbwidget
logs = tbwidget.Logdir("logs")
print(sorted(set({HEAVY!r}.split()) & set(sys.modules)))
print([thread.name for thread in threading.enumerate()])
"""
    assert run_python(code, tmp_path) == "[]\n['MainThread']\n"


def test_widgets_load_no_heavy_library_but_those_they_are_made_of(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    code = """
import sys
import tbwidget
board = tbwidget.TensorBoard("logs")
board.close()
print(sorted({"pandas", "bqplot", "sklearn", "scipy", "matplotlib"} & set(sys.modules)))
"""
    assert run_python(code, tmp_path) == "[]\n"
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]

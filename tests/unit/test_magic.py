"""``%tensorboard`` and its command lines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
from IPython.core.interactiveshell import InteractiveShell

import tbwidget
from tbwidget import TensorBoard, magic
from tbwidget.magic import UsageError, parse, parse_spec, source_of, tensorboard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pages import Page


@pytest.fixture
def shell(page: Page) -> Iterator[InteractiveShell]:
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    yield shell
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


# -- command lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("--logdir logs", "logs"),
        ("--logdir=logs", "logs"),
        ("  --logdir   logs  ", "logs"),
        ('--logdir "my logs/run 1"', "my logs/run 1"),
        ("--logdir 'my logs/run 1'", "my logs/run 1"),
        (r"--logdir my\ logs", "my logs"),
        ("--logdir logs # the good ones", "logs"),
        ("--logdir=logs #--port 3", "logs"),
        ("--logdir ~/logs", "~/logs"),
        ("--logdir '$HOME `ls` ; rm'", "$HOME `ls` ; rm"),
        ("--logdir logs --port 6006 --bind_all", "logs"),
        ("--port=6006 --logdir logs", "logs"),
        ("--logdir_spec a:logs/a,b:logs/b", {"a": "logs/a", "b": "logs/b"}),
        ("--logdir_spec=logs/a", {"logs/a": "logs/a"}),
    ],
)
def test_the_log_directory_of_a_command_line(line: str, source: Any) -> None:
    assert source_of(parse(line)[0]) == source


@pytest.mark.parametrize(
    ("spec", "directories"),
    [
        ("a:x", {"a": "x"}),
        ("a:x,b:y", {"a": "x", "b": "y"}),
        (" a:x , b:y ,", {"a": "x", "b": "y"}),
        ("a:~/x", {"a": "~/x"}),
        ("a:/data/b:c", {"a": "/data/b:c"}),
        ("/data/b:c", {"/data/b:c": "/data/b:c"}),
        ("gs://bucket/x", {"gs://bucket/x": "gs://bucket/x"}),
        ("a:gs://bucket/x", {"a": "gs://bucket/x"}),
        ("logs", {"logs": "logs"}),
    ],
)
def test_several_directories_by_name(spec: str, directories: dict[str, str]) -> None:
    assert parse_spec(spec) == directories


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "say where the event files are"),
        ("--port 6006", "say where the event files are"),
        ("--logdir", "expected one argument"),
        ("logs", "did you mean --logdir?"),
        ("--logdri logs", "unknown argument '--logdri'; see %tensorboard --help"),
        ("--logd logs", "unknown argument '--logd'"),
        ("--logdir logs more", "did you mean --logdir?"),
        ("--logdir 'logs", "No closing quotation"),
        ("--logdir logs --height tall", "invalid int value: 'tall'"),
        ("--logdir logs --purge_orphaned_data perhaps", "not true or false: 'perhaps'"),
        ("--logdir a --logdir_spec b:c", "not both"),
        ("--logdir_spec ,", "write name:path"),
    ],
)
def test_what_is_wrong_with_a_command_line_is_said_in_a_line(
    page: Page, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    with pytest.raises(UsageError):
        source_of(parse(line)[0])
    assert tensorboard(line) is None
    printed = capsys.readouterr()
    assert printed.out.startswith("%tensorboard: ")
    assert message in printed.out
    assert (len(printed.out.splitlines()), printed.err) == (1, "")
    assert page.heard == []


@pytest.mark.parametrize(
    ("line", "ignored"),
    [
        ("", []),
        ("--port 6006", ["port"]),
        ("--port=6006 --host 0.0.0.0 --bind_all", ["port", "host", "bind_all"]),
        ("--path_prefix /tb", ["path_prefix"]),
        ("--reload_interval 5 --samples_per_plugin scalars=0 --reload_multifile true", []),
        ("--load_fast=false --max_reload_threads 4", []),
    ],
)
def test_arguments_of_a_server_are_taken_without_effect(line: str, ignored: list[str]) -> None:
    arguments, found = parse(f"--logdir logs {line}")
    assert found == ignored
    assert arguments.logdir == "logs"


@pytest.mark.parametrize(
    ("line", "purge"),
    [
        ("", True),
        ("--purge_orphaned_data", True),
        ("--purge_orphaned_data true", True),
        ("--purge_orphaned_data=false", False),
        ("--purge_orphaned_data 0", False),
    ],
)
def test_purging(line: str, purge: bool) -> None:
    assert parse(f"--logdir logs {line}")[0].purge_orphaned_data is purge


# -- the magic -----------------------------------------------------------------------------------


def test_a_board_is_returned(page: Page, tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "a" / ef.NAME, [0])
    board = tensorboard(f"--logdir {tmp_path} --height 500 --window_title 'My runs'")
    assert isinstance(board, TensorBoard)
    assert (board.height, board.title) == (500, "My runs")
    page.read()
    assert list(board.logdir) == ["a"]


def test_ignored_arguments_are_noted_once_and_quietly(
    page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tensorboard(f"--logdir {tmp_path} --port 0 --bind_all") is not None
    printed = capsys.readouterr()
    assert printed.out == "(no server is started, so --port, --bind_all has no effect)\n"
    assert tensorboard(f"--logdir {tmp_path} --reload_interval 1") is not None
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("line", ["--help", "-h", "--helpfull", "--help --logdir x"])
def test_help_is_printed(page: Page, capsys: pytest.CaptureFixture[str], line: str) -> None:
    assert tensorboard(line) is None
    printed = capsys.readouterr().out
    for name in ("--logdir", "--logdir_spec", "--purge_orphaned_data", "--height"):
        assert name in printed
    assert "--port" not in printed
    assert page.heard == []


def test_the_version_is_printed(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    assert tensorboard("--version") is None
    assert capsys.readouterr().out == f"{tbwidget.__version__}\n"


def test_a_missing_directory_is_a_board_that_waits(page: Page, tmp_path: Path) -> None:
    board = tensorboard(f"--logdir {tmp_path}/later")
    assert isinstance(board, TensorBoard)
    page.read()
    assert not board.logdir.exists
    ef.write_scalars(tmp_path / "later" / "a" / ef.NAME, [0])
    page.read()
    assert list(board.logdir) == ["a"]


def test_purging_reaches_the_log_directory(page: Page, tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / ef.NAME, [0, 1, 2])
    ef.append(tmp_path / ef.NAME, ef.record(ef.start(1)))
    for line, steps in (("", [0]), ("--purge_orphaned_data=false", [0, 1, 2])):
        board = tensorboard(f"--logdir {tmp_path} {line}")
        page.read()
        assert board.logdir["."].scalars["loss"].steps.tolist() == steps


def test_several_named_directories(page: Page, tmp_path: Path) -> None:
    ef.write_scalars(tmp_path / "x" / ef.NAME, [0])
    ef.write_scalars(tmp_path / "y" / "z" / ef.NAME, [0])
    board = tensorboard(f"--logdir_spec one:{tmp_path}/x,two:{tmp_path}/y")
    page.read()
    assert list(board.logdir) == ["one", "two/z"]


# -- in IPython ----------------------------------------------------------------------------------


def test_the_extension_gives_the_magic_and_its_alias(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    shell.run_line_magic("load_ext", "tbwidget")
    for name in ("tensorboard", "tbwidget"):
        assert isinstance(shell.run_line_magic(name, f"--logdir {tmp_path}"), TensorBoard)
    shell.run_line_magic("unload_ext", "tbwidget")
    assert not {"tensorboard", "tbwidget"} & set(shell.magics_manager.magics["line"])


def test_variables_are_expanded_by_ipython(shell: InteractiveShell, tmp_path: Path) -> None:
    shell.run_line_magic("load_ext", "tbwidget")
    shell.user_ns["where"] = str(tmp_path)
    for cell in ("board = %tensorboard --logdir {where}", "board = %tensorboard --logdir $where"):
        shell.run_cell(cell).raise_error()
        assert shell.user_ns["board"].logdir.paths == {"": os.path.realpath(tmp_path)}


def test_unloading_leaves_the_magic_of_another_alone(shell: InteractiveShell) -> None:
    magic.load_ipython_extension(shell)

    def other(_line: str) -> None:
        """Do nothing."""

    shell.register_magic_function(other, "line", "tensorboard")
    magic.unload_ipython_extension(shell)
    assert shell.magics_manager.magics["line"]["tensorboard"] is other
    assert "tbwidget" not in shell.magics_manager.magics["line"]
    magic.unload_ipython_extension(shell)  # once more does no harm

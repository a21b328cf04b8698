"""``%load_ext tbwidget`` and ``%tensorboard``, with TensorBoard's own arguments."""

from __future__ import annotations

import argparse
import os
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .board import TensorBoard

#: TensorBoard's arguments that have no meaning without a server; with True, they take a value.
_SERVER_ARGUMENTS = {
    "port": True,
    "host": True,
    "bind_all": False,
    "path_prefix": True,
    "load_fast": True,
    "reuse_port": True,
    "grpc_data_provider": True,
    "grpc_creds_type": True,
    "db": True,
    "db_import": False,
    "cache_key": True,
    "max_reload_threads": True,
    "reload_task": True,
    "reload_multifile": True,
    "reload_multifile_inactive_secs": True,
    "generic_data": True,
    "extra_data_server_flags": True,
    "whatif-use-unsafe-custom-prediction": True,
    "verbosity": True,
    "detect_file_replacement": True,
    "samples_per_plugin": True,
    "reload_interval": True,
    "notf": False,
}
#: Those that are honoured better than asked for, so nothing needs to be said.
_QUIET = frozenset(
    {
        "samples_per_plugin",
        "reload_interval",
        "reload_multifile",
        "reload_multifile_inactive_secs",
        "detect_file_replacement",
        "load_fast",
        "max_reload_threads",
        "reload_task",
    }
)


class UsageError(Exception):
    """Arguments that make no sense; the message says what would."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise UsageError(message)

    def exit(self, status: int = 0, message: str | None = None) -> Any:
        raise UsageError(message or str(status))


def _parser() -> _Parser:
    parser = _Parser(
        prog="%tensorboard",
        description="Show event files in the notebook, live. Returns the board: "
        "board = %tensorboard --logdir logs",
        epilog="TensorBoard's other arguments are accepted; those that concern its server have "
        "no effect, since there is none.",
        add_help=False,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("-h", "--help", "--helpfull", action="store_true", help="print this")
    add("--logdir", metavar="PATH", help="directory of the event files; need not exist yet")
    add("--logdir_spec", metavar="NAME:PATH,...", help="several directories by name")
    add("--window_title", metavar="TEXT", default="", help="title of the board")
    add("--purge_orphaned_data", metavar="BOOL", type=_boolean, nargs="?", const=True,
        default=True, help="a restart supersedes earlier points at or after its step "
        "(default: true)")  # fmt: skip
    add("--height", metavar="PIXELS", type=int, default=760, help="height of the board")
    add("--version", action="store_true", help="print tbwidget's version")
    for name, takes_value in _SERVER_ARGUMENTS.items():
        kind: dict[str, Any] = {"nargs": "?", "const": True}
        if not takes_value:
            kind = {"action": "store_true"}
        add(f"--{name}", dest=name, default=None, help=argparse.SUPPRESS, **kind)
    return parser


def _boolean(text: str) -> bool:
    if text.lower() in {"true", "1", "yes", "t"}:
        return True
    if text.lower() in {"false", "0", "no", "f"}:
        return False
    message = f"not true or false: {text!r}"
    raise argparse.ArgumentTypeError(message)


def parse(line: str) -> tuple[argparse.Namespace, list[str]]:
    """Return the arguments in `line`, and those that were accepted without effect.

    The line is split as a shell would, comments left out, but nothing reaches a shell.

    Raises
    ------
    UsageError
        If the arguments make no sense.
    """
    try:
        words = shlex.split(line, comments=True, posix=True)
    except ValueError as error:
        message = f"{error} in: {line}"
        raise UsageError(message) from None
    arguments, unknown = _parser().parse_known_args(words)
    if unknown:
        hint = (
            "did you mean --logdir?"
            if not unknown[0].startswith("-")
            else "see %tensorboard --help"
        )
        message = f"unknown argument {unknown[0]!r}; {hint}"
        raise UsageError(message)
    ignored = [
        name
        for name in _SERVER_ARGUMENTS
        if getattr(arguments, name) is not None and name not in _QUIET
    ]
    return arguments, ignored


def source_of(arguments: argparse.Namespace) -> str | dict[str, str]:
    """Return what to open: ``--logdir``, or ``--logdir_spec`` as ``{"name": "path"}``.

    Raises
    ------
    UsageError
        If neither or both are given.
    """
    if arguments.logdir and arguments.logdir_spec:
        message = "give either --logdir or --logdir_spec, not both"
        raise UsageError(message)
    if arguments.logdir_spec:
        return parse_spec(arguments.logdir_spec)
    if arguments.logdir:
        return str(arguments.logdir)
    message = "say where the event files are: %tensorboard --logdir logs"
    raise UsageError(message)


def parse_spec(spec: str) -> dict[str, str]:
    """Return the directories by name of ``name:path,name2:path2``.

    A part without a name is named by its path. A colon after a slash, or after the single letter
    of a drive, belongs to the path.

    Examples
    --------
    >>> parse_spec("a:~/x,/data/b:c")
    {'a': '~/x', '/data/b:c': '/data/b:c'}
    """
    directories = {}
    for part in filter(None, (part.strip() for part in spec.split(","))):
        name, colon, path = part.partition(":")
        if (
            not colon
            or "/" in name
            or os.sep in name
            or path.startswith("//")
            or (len(name) == 1 and os.name == "nt")
        ):
            name, path = part, part
        directories[name] = path
    if not directories:
        message = f"no directory in --logdir_spec {spec!r}; write name:path,name2:path2"
        raise UsageError(message)
    return directories


def tensorboard(line: str) -> TensorBoard | None:
    """Open a board: the ``%tensorboard`` magic."""
    try:
        arguments, ignored = parse(line)
        if arguments.help:
            print(_parser().format_help())  # noqa: T201  (the user asked for it)
            return None
        if arguments.version:
            from tbwidget import __version__

            print(__version__)  # noqa: T201
            return None
        source = source_of(arguments)
    except UsageError as error:
        print(f"%tensorboard: {error}")  # noqa: T201  (a traceback would say less)
        return None
    from .board import TensorBoard

    if ignored:
        names = ", ".join(f"--{name}" for name in ignored)
        print(f"(no server is started, so {names} has no effect)")  # noqa: T201
    return TensorBoard(
        source,
        title=arguments.window_title,
        height=arguments.height,
        logdir_options={"purge_orphaned_data": arguments.purge_orphaned_data},
    )


def load_ipython_extension(ipython: Any) -> None:
    """Register ``%tensorboard`` and its alias ``%tbwidget``: ``%load_ext tbwidget``."""
    from . import board as _board  # noqa: F401  (here, so that no board waits for it)

    for name in ("tensorboard", "tbwidget"):
        ipython.register_magic_function(tensorboard, "line", name)


def unload_ipython_extension(ipython: Any) -> None:
    """Take the magics away again: ``%unload_ext tbwidget``."""
    for name in ("tensorboard", "tbwidget"):
        if ipython.magics_manager.magics["line"].get(name) is tensorboard:
            del ipython.magics_manager.magics["line"][name]

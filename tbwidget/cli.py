"""``python -m tbwidget``: look into log directories and take data out, without a notebook.

Exit codes: 0 all went well, 1 there is nothing there or it cannot be written, 2 the arguments make
no sense.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .logs import Logdir

NOTHING, USAGE, INTERRUPTED = 1, 2, 130


class FailedError(Exception):
    """What was asked for cannot be done; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    arguments
        Those after ``python -m tbwidget``; of this process unless given.
    """
    parsed = _parser().parse_args(arguments)
    # A tag may hold what the terminal's encoding does not.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        parsed.command(parsed)
        sys.stdout.flush()
    except (FailedError, ValueError, ImportError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            # Who read the output has seen enough, as `head` does; nothing more to say there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return NOTHING
        print(f"tbwidget {parsed.name}: {error}", file=sys.stderr)  # noqa: T201
        return USAGE if isinstance(error, ValueError) else NOTHING
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tbwidget", description="Look into directories of event files."
    )
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")

    one = commands.add_parser("inspect", help="tell which runs and tags there are")
    where = one.add_mutually_exclusive_group(required=True)
    where.add_argument("--logdir", metavar="DIR", help="directory of event files")
    where.add_argument("--event_file", metavar="FILE", help="a single event file")
    one.add_argument("--tag", metavar="TAG", help="tell of this tag only")
    one.set_defaults(command=_inspect)

    one = commands.add_parser(
        "export", help="write scalar points to a table, or the whole board to an HTML file"
    )
    one.add_argument("--logdir", metavar="DIR", required=True, help="directory of event files")
    kinds = ".html, .csv or .parquet"
    one.add_argument(
        "-o", "--out", metavar="FILE", required=True, help=f"file to write, ending in {kinds}"
    )
    one.add_argument("--runs", metavar="REGEX", type=_pattern, help="runs to take; default all")
    one.add_argument("--tags", metavar="REGEX", type=_pattern, help="tags of a table; default all")
    one.add_argument("--tabs", metavar="KINDS", help="of HTML: tabs, as scalars,images")
    one.add_argument("--budget", metavar="SIZE", help="of HTML: size at most; default 10MB")
    one.add_argument("--title", metavar="TEXT", help="of HTML: its title; default the directory's")
    one.set_defaults(command=_export)
    return parser


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        message = f"not a regular expression: {text!r} ({error})"
        raise argparse.ArgumentTypeError(message) from None


def _inspect(arguments: argparse.Namespace) -> None:
    from .logs.inspection import inspect

    if arguments.event_file and os.path.isdir(arguments.event_file):
        message = f"{arguments.event_file!r} is a directory; give it as --logdir"
        raise FailedError(message)
    logs = _open(arguments.event_file or arguments.logdir)
    found = inspect(logs, arguments.tag)
    if arguments.tag is not None and not found.tags:
        message = f"there is no tag {arguments.tag!r} in {found.name!r}"
        raise FailedError(message)
    print(found.to_text())  # noqa: T201


def _export(arguments: argparse.Namespace) -> None:
    if arguments.out.lower().endswith((".html", ".htm")):
        _export_page(arguments)
    else:
        _export_table(arguments)


def _export_page(arguments: argparse.Namespace) -> None:
    from .board import TensorBoard
    from .widget.report.budget import bytes_of, size_text
    from .widget.view_state import ViewState

    if arguments.tags is not None:
        message = "--tags is for tables; of HTML choose --tabs or --runs"
        raise ValueError(message)
    budget = arguments.budget or "10MB"
    bytes_of(budget)  # tells before a long read that it would be for nothing
    tabs = None if arguments.tabs is None else arguments.tabs.replace(" ", "").split(",")
    TensorBoard.check_tabs(tabs)
    logs = _open(arguments.logdir)
    runs = [logs[name] for name in _chosen(logs, arguments)]
    if not runs:
        message = f"no runs in {arguments.logdir!r} are selected; nothing was written"
        raise FailedError(message)
    source = logs if arguments.runs is None else runs
    board = TensorBoard(source, state=ViewState(logs, detached=True), tabs=tabs)
    path = board.save_html(arguments.out, budget=budget, title=arguments.title or "")
    print(f"{size_text(os.path.getsize(path))} to {path}")  # noqa: T201
    _tell_problems(logs)


def _chosen(logs: Logdir, arguments: argparse.Namespace) -> list[str]:
    return [name for name in logs if arguments.runs is None or arguments.runs.search(name)]


def _export_table(arguments: argparse.Namespace) -> None:
    from .logs.tables import format_of

    if arguments.tabs or arguments.budget or arguments.title:
        message = "--tabs, --budget and --title are for a file that ends in .html"
        raise ValueError(message)
    format_of(arguments.out)  # tells before a long read that it would be for nothing
    logs = _open(arguments.logdir)
    tags, runs = arguments.tags, arguments.runs
    chosen = _chosen(logs, arguments)
    if not any(tags is None or tags.search(tag) for name in chosen for tag in logs[name].scalars):
        message = f"no scalars in {arguments.logdir!r} are selected; nothing was written"
        raise FailedError(message)
    rows = logs.export(arguments.out, tags, runs)
    print(f"{rows:,} points to {arguments.out}")  # noqa: T201
    _tell_problems(logs)


def _tell_problems(logs: Logdir) -> None:
    if problems := logs.problems:
        count = f"{len(problems):,} problem{'' if len(problems) == 1 else 's'}"
        print(f"{count} in the files: see `inspect`", file=sys.stderr)  # noqa: T201


def _open(path: str) -> Logdir:
    """Read a log directory.

    Raises
    ------
    FailedError
        If there is none, or nothing in it.
    """
    from .logs import Logdir

    logs = Logdir(path)
    if not len(logs):
        reasons = "; ".join(problem.message for problem in logs.problems)
        raise FailedError(reasons or f"there are no event files in {path!r}")
    return logs

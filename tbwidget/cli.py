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

    one = commands.add_parser("export", help="write scalar points to a CSV or Parquet file")
    one.add_argument("--logdir", metavar="DIR", required=True, help="directory of event files")
    one.add_argument(
        "--out", metavar="FILE", required=True, help="file to write, ending in .csv or .parquet"
    )
    one.add_argument("--tags", metavar="REGEX", type=_pattern, help="tags to take; default all")
    one.add_argument("--runs", metavar="REGEX", type=_pattern, help="runs to take; default all")
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
    from .logs.tables import format_of

    format_of(arguments.out)  # tells before a long read that it would be for nothing
    logs = _open(arguments.logdir)
    tags, runs = arguments.tags, arguments.runs
    chosen = [name for name in logs if runs is None or runs.search(name)]
    if not any(tags is None or tags.search(tag) for name in chosen for tag in logs[name].scalars):
        message = f"no scalars in {arguments.logdir!r} are selected; nothing was written"
        raise FailedError(message)
    rows = logs.export(arguments.out, tags, runs)
    print(f"{rows:,} points to {arguments.out}")  # noqa: T201
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

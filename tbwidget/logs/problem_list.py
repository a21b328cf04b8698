"""The problems of a log directory: each told once, and not too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tbwidget.events.problems import Problem

from .discovery import natural_key

if TYPE_CHECKING:
    from .discovery import Found
    from .roots import Roots

MAX_PROBLEMS = 1000


class ProblemList:
    """Problems of files, by place and kind."""

    def __init__(self) -> None:
        self._problems: dict[tuple[str, int, str], Problem] = {}
        self._left_out = 0

    def note(self, problem: Problem) -> None:
        """Add a problem, or what is known of it by now."""
        key = (problem.file, problem.offset, problem.kind)
        if key in self._problems or len(self._problems) < MAX_PROBLEMS:
            self._problems[key] = problem
        else:
            self._left_out += 1

    def forget(self, file: str, kind: str | None = None) -> None:
        """Drop the problems of a file, or those of one kind: they are no more."""
        for key in [key for key in self._problems if key[0] == file and kind in (None, key[2])]:
            del self._problems[key]

    def sorted_with(self, others: list[Problem]) -> list[Problem]:
        """Return all of them and `others`, by file and offset."""
        problems = [*self._problems.copy().values(), *others]
        if self._left_out:
            message = f"{self._left_out:,} further problems are not listed."
            problems.append(Problem("", 0, "too_many_problems", 0, message))
        return sorted(problems, key=lambda p: (natural_key(p.file), p.offset))


def problems_of(found: Found, roots: Roots, tags_left_out: int) -> list[Problem]:
    """Return the problems of the directories as they are now, as against those of files."""
    paths = str(roots)
    problems = [
        Problem(roots.relative(path), 0, "unreadable", 0, f"Cannot be listed: {reason}.")
        for path, reason in found.errors
    ]
    if not found.exists:
        message = f"There is no directory {paths!r} yet; it is picked up when it appears."
        problems.append(Problem(paths, 0, "missing", 0, message))
    elif found.not_event_file:
        message = f"{paths!r} is a file, and not an event file; give the directory of the logs."
        problems.append(Problem(paths, 0, "not_event_file", 0, message))
    if found.partial:
        message = f"{paths!r} holds too many files to look at all; give a directory below it."
        problems.append(Problem(paths, 0, "partial", 0, message))
    if tags_left_out:
        message = f"{tags_left_out:,} values of further tags were left out: a run has too many."
        problems.append(Problem(paths, 0, "too_many_tags", 0, message))
    return problems

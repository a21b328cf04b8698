"""The real log directories that tests may read, which stand beside the checkout."""

from __future__ import annotations

import json
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SHARED_LOGS = Path(__file__).parents[3] / "shared" / "logs"


def names() -> list[str]:
    """Return the names of all log directories, none if they are absent."""
    if not SHARED_LOGS.is_dir():
        return []
    return sorted(path.name for path in SHARED_LOGS.iterdir() if path.is_dir())


def require() -> None:
    """Skip the test if the directories are absent."""
    if not SHARED_LOGS.is_dir():
        pytest.skip(f"the shared log directories are not at {SHARED_LOGS}")


def logs_of(name: str, scratch: Path) -> list[Path]:
    """Return the directories of event files of `name`; a tree of odd links is unpacked first."""
    require()
    directory = SHARED_LOGS / name
    archive = directory / "tree.tar"
    if archive.exists():
        target = scratch / name
        target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as tar:
            # Links to directories above are what it is about.
            tar.extractall(target, filter="fully_trusted")  # noqa: S202
        return [target]
    return sorted(path for path in directory.iterdir() if path.is_dir())


@cache
def folders_with(plugin: str) -> tuple[str, ...]:
    """Return all directories of event files in which TensorBoard reads series of a plugin.

    Each as ``"name/folder"``, a path below `SHARED_LOGS`; none if the logs are absent.
    """
    found = []
    for name in names():
        for path in sorted((SHARED_LOGS / name).glob("expected*.json")):
            folder = SHARED_LOGS / name / path.stem.replace("expected", "logs").replace("_fast", "")
            runs = json.loads(path.read_text()).get("runs") or {}
            if folder.is_dir() and any(run["plugins"].get(plugin) for run in runs.values()):
                found.append(f"{name}/{folder.name}")
    return tuple(dict.fromkeys(found))


def read_json(name: str, file: str) -> Any:
    """Return a JSON file beside the logs, None if there is none."""
    path = SHARED_LOGS / name / file
    return json.loads(path.read_text()) if path.exists() else None

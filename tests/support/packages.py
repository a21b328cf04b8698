"""Building this project's packages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def build(
    source: Path, target: Path, *, path: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Build `source` with this environment's hatchling; `path` replaces ``PATH``."""
    kind = "--sdist" if source == ROOT else "--wheel"
    environment = dict(os.environ) if path is None else {**os.environ, "PATH": path}
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", target, source],
        check=False,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0 or not check, done.stdout
    return done

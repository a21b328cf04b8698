"""The docs build as a site, and no link in them leads nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_site_builds_with_every_link_good(tmp_path: Path) -> None:
    for module in ("mkdocs", "mkdocstrings"):
        pytest.importorskip(module, reason=f"{module} is not installed; it is in the `docs` extra")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        check=False,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    api = (tmp_path / "site" / "api" / "index.html").read_text(encoding="utf-8")
    for name in ("Logdir", "TensorBoard", "Scalars", "SummaryWriter", "add_scalar", "save_html"):
        assert f">{name}<" in api, name

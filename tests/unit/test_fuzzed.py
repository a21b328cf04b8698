"""Log directories from random seeds, damaged in every way: some of what scripts/fuzz.py reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fuzzed_logs import MAX_BYTES, fuzzed_stages, read_stages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_in_the_files_nothing_raises(tmp_path: Path, seed: int) -> None:
    read_stages(fuzzed_stages(seed), tmp_path)


def test_the_seeds_make_directories_of_all_sorts() -> None:
    """Else the test above would say less than it seems to."""
    all_stages = [fuzzed_stages(seed) for seed in range(200)]
    sizes = [sum(len(stage.data) for stage in stages) for stages in all_stages]
    assert max(sizes) > MAX_BYTES // 4
    assert min(sizes) < 1000
    assert {len(stages) for stages in all_stages} >= {1, 2, 3, 5}
    text = b"".join(stage.data for stages in all_stages for stage in stages)
    for plugin in (b"hparams", b"mesh", b"pr_curves", b"custom_scalars", b"graph_keras_model"):
        assert plugin in text

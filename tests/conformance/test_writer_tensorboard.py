"""What TensorBoard itself reads from the writer's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tbwidget.writer import SummaryWriter

if TYPE_CHECKING:
    from pathlib import Path

event_accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator",
    reason="TensorBoard is the reference here; it is in the `test` extra",
)
event_file_loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
tensor_util = pytest.importorskip("tensorboard.util.tensor_util")


def accumulate(folder: Path) -> Any:
    accumulator = event_accumulator.EventAccumulator(str(folder), {"tensors": 0, "scalars": 0})
    accumulator.Reload()
    return accumulator


def series(folder: Path, tag: str) -> list[tuple[int, float, float]]:
    return [(event.step, event.wall_time, event.value) for event in accumulate(folder).Scalars(tag)]


def load(folder: Path) -> list[Any]:
    (path,) = folder.glob("events.out.tfevents.*")
    return list(event_file_loader.EventFileLoader(str(path)).Load())


def test_scalars(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step in range(1000):
            writer.add_scalar("train/loss", np.float32(1 / (step + 1)), step, walltime=step + 0.5)
    assert series(tmp_path, "train/loss") == [
        (step, step + 0.5, float(np.float32(1 / (step + 1)))) for step in range(1000)
    ]


def test_file_version_and_writer(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1)
    first, _ = load(tmp_path)
    assert first.file_version == "brain.Event:2"
    assert first.source_metadata.writer == "tbwidget"
    assert accumulate(tmp_path).GetSourceWriter() == "tbwidget"


@pytest.mark.parametrize("double_precision", [False, True])
def test_new_style(tmp_path: Path, double_precision: bool) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 0.1, 3, 4.0, new_style=True, double_precision=double_precision)
    expected = 0.1 if double_precision else float(np.float32(0.1))
    (event,) = accumulate(tmp_path).Tensors("loss")
    value = tensor_util.make_ndarray(event.tensor_proto)
    assert (event.step, event.wall_time, value.shape, value) == (3, 4.0, (), expected)
    metadata = accumulate(tmp_path).SummaryMetadata("loss")
    assert metadata.plugin_data.plugin_name == "scalars"
    assert metadata.data_class == 1


def test_read_while_the_writer_is_open(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, max_queue=1000, flush_secs=3600) as writer:
        accumulator = accumulate(tmp_path)
        for step in range(5):
            writer.add_scalar("loss", step, step)
            writer.flush()
            accumulator.Reload()
            assert [event.step for event in accumulator.Scalars("loss")] == list(range(step + 1))


def test_add_scalars_has_the_layout_of_torch(tmp_path: Path) -> None:
    """torch's ``add_scalars("run/14h", {"xsinx": ..., "tanx": ...})`` makes these runs."""
    with SummaryWriter(tmp_path) as writer:
        for step in range(3):
            writer.add_scalars("run/14h", {"xsinx": step, "tanx": -step}, step, walltime=1.0)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {
        "run_14h_xsinx",
        "run_14h_tanx",
    }
    assert series(tmp_path / "run_14h_xsinx", "run/14h") == [(s, 1.0, float(s)) for s in range(3)]
    assert series(tmp_path / "run_14h_tanx", "run/14h") == [(s, 1.0, -float(s)) for s in range(3)]


def test_purge_step_hides_what_the_crashed_run_wrote(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step in range(10):
            writer.add_scalar("loss", step, step)
    with SummaryWriter(tmp_path, purge_step=6, filename_suffix=".resumed") as writer:
        for step in range(6, 9):
            writer.add_scalar("loss", 100 + step, step)
    assert [(step, value) for step, _, value in series(tmp_path, "loss")] == [
        *((step, float(step)) for step in range(6)),
        (6, 106.0),
        (7, 107.0),
        (8, 108.0),
    ]

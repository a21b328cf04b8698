"""The writer on its own; what TensorBoard makes of its files is in tests/conformance."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tbwidget.events.protos import Event
from tbwidget.events.records import Record, Stop, scan
from tbwidget.writer import SummaryWriter


def read(folder: Path) -> list[Any]:
    """Return the events of the one file in `folder`; each of its records must be whole."""
    (path,) = folder.glob("events.out.tfevents.*")
    *records, stop = scan(memoryview(path.read_bytes()), 0)
    assert isinstance(stop, Stop)
    assert stop.reason == "end"
    events = []
    for record in records:
        assert isinstance(record, Record)
        assert record.intact
        events.append(Event.FromString(bytes(record.data)))
    return events


def points(folder: Path) -> list[tuple[str, int, float]]:
    return [
        (value.tag, event.step, value.simple_value)
        for event in read(folder)
        for value in event.summary.value
    ]


def eventually(condition: Any, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_file_name_and_first_record(tmp_path: Path) -> None:
    before = int(time.time())
    with SummaryWriter(tmp_path, filename_suffix=".v2"):
        (path,) = tmp_path.iterdir()
        (first,) = read(tmp_path)
    events, out, tfevents, seconds, rest = path.name.split(".", 4)
    assert (events, out, tfevents) == ("events", "out", "tfevents")
    assert before <= int(seconds) <= time.time()
    assert f".{os.getpid()}." in rest
    assert rest.endswith(".v2")
    assert first.file_version == "brain.Event:2"
    assert first.source_metadata.writer == "tbwidget"
    assert first.wall_time == pytest.approx(time.time(), abs=60)


def test_default_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with SummaryWriter(comment="_lr0.1") as writer:
        assert writer.get_logdir() == writer.log_dir
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder == Path(writer.log_dir).absolute()
    assert folder.name.endswith("_lr0.1")


class Tensor:
    """What a tensor of another library looks like from here."""

    def __init__(self, value: object) -> None:
        self.value = value

    def item(self) -> object:
        if isinstance(self.value, list):
            message = "a Tensor with 2 elements cannot be converted to Scalar"
            raise RuntimeError(message)  # noqa: TRY004 (torch's error)
        return self.value


@pytest.mark.parametrize(
    "value",
    [
        2,
        2.0,
        Decimal(2),
        np.float16(2),
        np.int64(2),
        np.longdouble(2),
        np.array(2),
        np.array([[2.0]]),
        Tensor(2.0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numbers_of_any_kind(tmp_path: Path, value: object) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", value, np.int32(7))
    assert points(tmp_path) == [("loss", 7, 2.0)]


def test_not_finite_values_are_kept(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step, value in enumerate((np.nan, np.inf, -np.inf)):
            writer.add_scalar("loss", value, step)
    values = [value for _, _, value in points(tmp_path)]
    np.testing.assert_array_equal(values, [np.nan, np.inf, -np.inf])


def test_steps_and_wall_times(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1)
        writer.add_scalar("loss", 1, -3, walltime=12.5)
        writer.add_scalar("loss", 1, 2**62, walltime=np.float64(13))
    _, default, *given = read(tmp_path)
    assert default.step == 0
    assert default.wall_time == pytest.approx(time.time(), abs=60)
    assert [(event.step, event.wall_time) for event in given] == [(-3, 12.5), (2**62, 13.0)]


@pytest.mark.parametrize("double_precision", [False, True])
def test_new_style(tmp_path: Path, double_precision: bool) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 0.1, 3, new_style=True, double_precision=double_precision)
    (value,) = read(tmp_path)[1].summary.value
    assert value.metadata.plugin_data.plugin_name == "scalars"
    assert value.tensor.HasField("tensor_shape")
    assert not value.tensor.tensor_shape.dim
    if double_precision:
        assert (value.tensor.dtype, list(value.tensor.double_val)) == (2, [0.1])
    else:
        assert (value.tensor.dtype, list(value.tensor.float_val)) == (1, [float(np.float32(0.1))])


@pytest.mark.parametrize(
    ("tag", "value", "step", "error", "message"),
    [
        ("loss", "0.5", 0, TypeError, "value of 'loss' must be a number, not str: '0.5'"),
        ("loss", None, 0, TypeError, "value of 'loss' must be a number, not NoneType"),
        ("loss", [1.0], 0, TypeError, "value of 'loss' must be a number, not list"),
        ("loss", 1j, 0, TypeError, "value of 'loss' must be a number, not complex"),
        ("loss", np.array("x"), 0, TypeError, "value of 'loss' must be a number, not ndarray"),
        ("loss", np.zeros((2, 3)), 0, ValueError, r"'loss' .* one element; its shape is \(2, 3\)"),
        ("loss", np.zeros(0), 0, ValueError, r"'loss' .* one element; its shape is \(0,\)"),
        ("loss", Tensor([1, 2]), 0, ValueError, "'loss' .* one element"),
        (7, 1.0, 0, TypeError, "a tag must be a str, not int: 7"),
        ("loss", 1.0, "x", TypeError, "step of 'loss' must be an integer, not 'x'"),
        ("loss", 1.0, float("nan"), TypeError, "step of 'loss' must be an integer, not nan"),
        ("loss", 1.0, 2**63, ValueError, "step of 'loss' .* 64 bits"),
    ],
)
def test_wrong_arguments(
    tmp_path: Path, tag: Any, value: object, step: Any, error: type[Exception], message: str
) -> None:
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(error, match=message):
            writer.add_scalar(tag, value, step)
        writer.add_scalar("good", 1)
    assert points(tmp_path) == [("good", 0, 1.0)]


def test_a_wrong_value_among_several_writes_none_of_them(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(TypeError, match="'val'"):
        writer.add_scalars("loss", {"train": 1.0, "val": "?"}, 1)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_remote_folder_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a local folder, not 's3://bucket/run'"):
        SummaryWriter("s3://bucket/run")


def test_add_scalars_layout(tmp_path: Path) -> None:
    log_dir = tmp_path / "run"
    with SummaryWriter(log_dir) as writer:
        for step in range(2):
            writer.add_scalars("a/b", {"x": step, "y/z": 10 + step}, step)
    tree = {str(path.parent.relative_to(log_dir)) for path in log_dir.rglob("events.*")}
    assert tree == {".", "a_b_x", "a_b_y/z"}
    assert points(log_dir) == []
    assert points(log_dir / "a_b_x") == [("a/b", 0, 0.0), ("a/b", 1, 1.0)]
    assert points(log_dir / "a_b_y" / "z") == [("a/b", 0, 10.0), ("a/b", 1, 11.0)]
    x, y = (read(log_dir / name)[1].wall_time for name in ("a_b_x", "a_b_y/z"))
    assert x == y


def test_purge_step(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, purge_step=40):
        version, again, start = read(tmp_path)
    assert (version.step, version.file_version) == (0, "brain.Event:2")
    assert (again.step, again.file_version) == (40, "brain.Event:2")
    assert (start.step, start.session_log.status) == (40, 1)


def test_a_point_is_in_the_file_without_a_flush(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, flush_secs=0.2) as writer:
        for step in range(3):
            writer.add_scalar("loss", 1.0, step)
            assert eventually(lambda step=step: len(points(tmp_path)) == step + 1)


def test_a_full_queue_is_written_at_once(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, max_queue=4, flush_secs=3600) as writer:
        # The first point wakes the thread, which then rests for an hour.
        writer.add_scalar("loss", 1.0, 0)
        assert eventually(lambda: len(points(tmp_path)) == 1)
        for step in range(1, 4):
            writer.add_scalar("loss", 1.0, step)
        assert len(points(tmp_path)) == 1
        writer.add_scalar("loss", 1.0, 4)
        assert len(points(tmp_path)) == 5


def test_flush_is_seen_by_another_process(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, max_queue=1000, flush_secs=3600) as writer:
        for step in range(100):
            writer.add_scalar("loss", step, step)
        writer.flush()
        (path,) = tmp_path.iterdir()
        code = f"print(len(open({str(path)!r}, 'rb').read()))"
        seen = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert int(seen.stdout) == path.stat().st_size
        assert len(points(tmp_path)) == 100


def test_flush_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    with SummaryWriter(tmp_path) as writer:
        monkeypatch.setattr(os, "fsync", synced.append)
        writer.add_scalars("loss", {"a": 1, "b": 2})
        writer.flush()
        assert len(set(synced)) == 3
        monkeypatch.undo()


def test_closing_twice_and_adding_after(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("loss", 1)
    writer.close()
    writer.close()
    writer.flush()
    with pytest.raises(ValueError, match="SummaryWriter is closed"):
        writer.add_scalar("loss", 2)
    assert points(tmp_path) == [("loss", 0, 1.0)]


def test_threads_share_a_writer(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path, flush_secs=0.01) as writer:

        def add(number: int) -> None:
            for step in range(500):
                writer.add_scalar(f"tag{number}", step, step)
                writer.add_scalars("many", {f"key{number % 2}": step}, step)

        threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    written = points(tmp_path)
    for number in range(4):
        steps = [step for tag, step, _ in written if tag == f"tag{number}"]
        assert steps == list(range(500))
    for key in ("many_key0", "many_key1"):
        assert len(points(tmp_path / key)) == 1000


def test_the_thread_ends_with_the_writer(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    closed = SummaryWriter(tmp_path / "closed")
    closed.close()
    dropped = SummaryWriter(tmp_path / "dropped", flush_secs=3600)
    dropped.add_scalar("loss", 1)
    del dropped
    gc.collect()
    assert eventually(lambda: set(threading.enumerate()) <= before)
    assert points(tmp_path / "dropped") == [("loss", 0, 1.0)]


def test_nothing_is_lost_at_exit(tmp_path: Path) -> None:
    code = (
        "import sys, tbwidget.writer\n"
        "writer = tbwidget.writer.SummaryWriter(sys.argv[1], max_queue=10**6, flush_secs=3600)\n"
        "for step in range(50): writer.add_scalar('loss', step, step)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    assert len(points(tmp_path)) == 50


def test_a_failed_write_is_raised_and_made_up_for(tmp_path: Path) -> None:
    class FullDisk:
        """Takes ten bytes, then none."""

        def __init__(self, file: Any) -> None:
            self.file, self.room = file, 10

        def write(self, data: bytes) -> int:
            if not self.room:
                raise OSError(28, "No space left on device")
            taken = self.file.write(data[: self.room])
            self.room -= taken
            return taken

    with SummaryWriter(tmp_path, flush_secs=3600, max_queue=3) as writer:
        (file,) = writer._files._files.values()
        writer.flush()
        real = file._file
        file._file = FullDisk(real)
        writer.add_scalar("loss", 0, 0)
        writer.add_scalar("loss", 1, 1)
        with pytest.raises(OSError, match="No space left"):
            writer.flush()
        file._file = real
    assert [step for _, step, _ in points(tmp_path)] == [0, 1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_fork_writes_nothing_and_says_why(tmp_path: Path) -> None:
    code = """
import os, sys, tbwidget.writer
writer = tbwidget.writer.SummaryWriter(sys.argv[1], max_queue=10**6, flush_secs=3600)
writer.add_scalar("before", 1)
writer._files._lock.acquire()  # as if another thread were adding at this moment
child = os.fork()
if child == 0:
    try:
        writer.add_scalar("child", 1)
    except RuntimeError as error:
        print(error, flush=True)
    writer.flush()
    writer.close()
    sys.exit(0)  # runs the child's own exit handlers
writer._files._lock.release()
assert os.waitpid(child, 0)[1] == 0
writer.add_scalar("after", 1)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(tmp_path)],
        capture_output=True,
        check=True,
        timeout=60,
        text=True,
    )
    assert "belongs to process" in done.stdout
    assert "make a new SummaryWriter" in done.stdout
    assert [tag for tag, _, _ in points(tmp_path)] == ["before", "after"]

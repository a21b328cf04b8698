"""RustBoard, the data server that TensorBoard loads event files with where it is installed."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .measurement import Measurement, memory_of

if TYPE_CHECKING:
    from collections.abc import Iterator

#: By default it keeps so many scalars of a tag, fewer of everything else.
PLUGINS = ("scalars", "histograms", "distributions", "images", "audio", "text", "pr_curves")
KEEP_ALL = "--samples-per-plugin=" + ",".join(f"{plugin}=all" for plugin in PLUGINS)
#: More than any tag has: nothing is left out of an answer.
EVERYTHING = 10**9
LOADED = b"Finished load cycle"
PATIENCE_SECONDS = 300.0


@contextmanager
def _serving(
    path: str, *options: str, reload: str = "once"
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start the server on `path`; once it has loaded all, give its process and its address."""
    import tensorboard_data_server

    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        command = [
            tensorboard_data_server.server_binary(),
            f"--logdir={path}",
            f"--port-file={port_file}",
            *("--port=0", f"--reload={reload}", "--die-after-stdin", "--verbose"),
            *options,
        ]
        with subprocess.Popen(  # noqa: S603  (an installed program on a directory of our own)
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stderr is not None
            impatience = threading.Timer(PATIENCE_SECONDS, process.kill)
            impatience.start()
            try:
                # Read as it comes: a full pipe would stop the server.
                if not any(LOADED in line for line in process.stderr):
                    message = f"RustBoard gave up loading {path!r}"
                    raise RuntimeError(message)
                yield process, f"localhost:{port_file.read_text().strip()}"
            finally:
                impatience.cancel()
                process.kill()


def measure(path: str, *options: str) -> Measurement:
    """Let the server load `path`, and say what that took from its start on."""
    started = time.perf_counter()
    with _serving(path, *options) as (process, _):
        wall = time.perf_counter() - started
        memory = memory_of(process.pid)
        process.kill()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return Measurement(cpu, cpu, wall, memory["VmHWM"])


def following(path: str, seconds: float, reload_seconds: float) -> float:
    """Return which part of a core the server takes once it has loaded `path`, and reloads it."""
    with _serving(path, reload=f"{reload_seconds:.0f}") as (process, _):
        assert process.stderr is not None
        log = process.stderr
        threading.Thread(target=lambda: all(iter(log)), daemon=True).start()
        wall, cpu = time.monotonic(), _cpu_of(process.pid)
        time.sleep(seconds)
        return (_cpu_of(process.pid) - cpu) / (time.monotonic() - wall)


def _cpu_of(process: int) -> float:
    """Return the CPU seconds that a running process has used, as Linux counts them."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def count(path: str, *options: str) -> int:
    """Return how many scalars, tensors and blobs the server holds of `path`."""
    import grpc
    from tensorboard.data.proto import data_provider_pb2 as messages
    from tensorboard.data.proto.data_provider_pb2_grpc import TensorBoardDataProviderStub

    total = 0
    unlimited = [("grpc.max_receive_message_length", -1)]
    with (
        _serving(path, *options) as (_, address),
        grpc.insecure_channel(address, options=unlimited) as channel,
    ):
        server = TensorBoardDataProviderStub(channel)
        request = messages.ReadScalarsRequest(downsample={"num_points": EVERYTHING})
        request.plugin_filter.plugin_name = "scalars"
        for run in server.ReadScalars(request).runs:
            total += sum(len(tag.data.step) for tag in run.tags)
        for plugin in ("histograms", "text"):
            listed = messages.ListTensorsRequest(plugin_filter={"plugin_name": plugin})
            tags = {tag.tag_name for run in server.ListTensors(listed).runs for tag in run.tags}
            for name in sorted(tags):  # one at a time: all at once are too many bytes
                request = messages.ReadTensorsRequest(downsample={"num_points": EVERYTHING})
                request.plugin_filter.plugin_name = plugin
                request.run_tag_filter.tags.names.append(name)
                for run in server.ReadTensors(request).runs:
                    total += sum(len(tag.data.step) for tag in run.tags)
        request = messages.ReadBlobSequencesRequest(downsample={"num_points": EVERYTHING})
        request.plugin_filter.plugin_name = "images"
        for run in server.ReadBlobSequences(request).runs:
            total += sum(len(tag.data.step) for tag in run.tags)
    return total

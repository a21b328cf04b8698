"""One process that writes with tensorboardX and reads with tbwidget, beside TensorBoard and torch.

``python -I -W error neighbours.py FOLDER before|after|between PROTOBUF IMPLEMENTATION`` says when
the neighbours are imported, and which protobuf this must be. It prints what was there.
"""

from __future__ import annotations

import importlib
import struct
import sys
import warnings
import zlib
from importlib.metadata import requires
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement

TENSORBOARD = "tensorboard.compat.proto"
STEPS = 50
VALUES = np.random.default_rng(0).standard_normal(2000)
AUDIO = b"RIFF" + bytes(40)


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")


def import_protobuf(version: str, implementation: str) -> None:
    """Check that protobuf is the one that is to be tried."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old ones use what newer Pythons warn of
        import google.protobuf.message
        from google.protobuf.internal import api_implementation
    assert google.protobuf.__version__.startswith(f"{version}."), google.protobuf.__version__
    assert api_implementation.Type() == implementation, api_implementation.Type()
    for package in ("tbwidget", "tensorboard", "tensorboardX"):
        for requirement in map(Requirement, requires(package) or []):
            if requirement.name == "protobuf":
                assert google.protobuf.__version__ in requirement.specifier, package
    say("protobuf", google.protobuf.__version__, implementation)


def import_neighbours() -> None:
    """Import all that hold messages of the same files in protobuf's default pool."""
    names = ["tensorboard", "tensorboardX", "torch"]
    modules = {
        "tensorboard": [f"{TENSORBOARD}.{name}_pb2" for name in ("event", "graph", "config")]
        + ["tensorboard.backend.event_processing.event_accumulator"]
        + [f"tensorboard.plugins.{name}.plugin_data_pb2" for name in ("hparams", "mesh", "text")],
        "tensorboardX": ["tensorboardX"],
        "torch": ["torch.utils.tensorboard"],
    }
    for name in names:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs are theirs
            try:
                package = importlib.import_module(name)
            except ModuleNotFoundError:
                assert name == "torch"
                say("torch is not installed, so it was left out")
                continue
            for module in modules[name]:
                importlib.import_module(module)
        say(name, package.__version__)


def png(height: int, width: int) -> bytes:
    """Return a grey PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(width)) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def write(folder: Path) -> None:
    """Write every kind with tensorboardX, some by its messages: its methods need more packages."""
    import tensorboardX
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.proto.graph_pb2 import GraphDef
    from tensorboardX.proto.node_def_pb2 import NodeDef
    from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboardX.proto.tensor_pb2 import TensorProto
    from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

    with tensorboardX.SummaryWriter(str(folder)) as writer:
        for step in range(STEPS):
            writer.add_scalar("loss", 1 / (step + 1), step)
        writer.add_histogram("weights", VALUES, 3)
        writer.add_text("note", "**bold** ünïcode", 1)
        writer.add_pr_curve("pr", np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.6, 0.4]), 2)
        writer.add_mesh("mesh", np.arange(9.0).reshape(1, 3, 3), faces=np.array([[[0, 1, 2]]]))
        writer.add_custom_scalars({"all": {"losses": ["Multiline", ["loss"]]}})
        writer.add_hparams({"rate": 0.5, "name": "adam"}, {"accuracy": 0.75}, name="session")
        image = Summary.Image(height=2, width=3, colorspace=1, encoded_image_string=png(2, 3))
        sound = Summary.Audio(sample_rate=8000, num_channels=1, length_frames=1,
                              encoded_audio_string=AUDIO, content_type="audio/wav")  # fmt: skip
        dim = TensorShapeProto.Dim(size=3)
        tensor = TensorProto(dtype="DT_INT64", tensor_shape=TensorShapeProto(dim=[dim]))
        tensor.int64_val.extend([-1, 2, 2**40])
        metadata = SummaryMetadata(plugin_data={"plugin_name": "ours"})
        values = [
            Summary.Value(tag="image", image=image),
            Summary.Value(tag="audio", audio=sound),
            Summary.Value(tag="tensor", tensor=tensor, metadata=metadata),
        ]
        writer.file_writer.add_summary(Summary(value=values), 7)
        graph = GraphDef(node=[NodeDef(name="a", op="Const"), NodeDef(name="b", input=["a"])])
        writer.file_writer.add_event(Event(graph_def=graph.SerializeToString()))


def check(folder: Path) -> None:
    """Check every kind of what `write` wrote."""
    import tbwidget

    logs = tbwidget.Logdir(folder)
    assert not logs.problems, logs.problems
    run = logs["."]
    loss = run.scalars["loss"]
    assert loss.steps.tolist() == list(range(STEPS))
    assert np.array_equal(loss.values, (1 / np.arange(1, STEPS + 1)).astype(np.float32))
    histogram = run.histograms["weights"]
    assert histogram.steps.tolist() == [3]
    assert histogram[0][:, 2].sum() == len(VALUES)
    assert histogram[0][0, 0] <= VALUES.min()
    assert histogram[0][-1, 1] >= VALUES.max()
    (image,) = run.images["image"][0]
    assert (image.data, image.mime, image.width, image.height) == (png(2, 3), "image/png", 3, 2)
    (sound,) = run.audio["audio"][0]
    assert (sound.data, sound.sample_rate) == (AUDIO, 8000)
    assert "**bold** ünïcode" in run.text[run.tags["text"][0]][0].ravel().tolist()
    assert run.pr_curves["pr"][0].shape[0] == 6
    assert run.tensors["tensor"][0].tolist() == [-1, 2, 2**40]
    mesh = run.meshes["mesh"][0]
    assert np.array_equal(mesh.vertices, np.arange(9.0).reshape(mesh.vertices.shape))
    assert mesh.faces.ravel().tolist() == [0, 1, 2]
    assert len(run.custom_scalars[run.tags["custom_scalars"][0]]) == 1
    assert run.graph is not None
    assert [(node.name, node.op) for node in run.graph.nodes] == [("a", "Const"), ("b", "")]
    assert logs["session"].hparams == {"rate": 0.5, "name": "adam"}


def write_ours(folder: Path) -> None:
    """Write with tbwidget, and check what it reads of that."""
    import tbwidget

    with tbwidget.SummaryWriter(folder) as writer:
        for step in range(STEPS):
            writer.add_scalar("ours", step / 4, step)
    assert tbwidget.Logdir(folder)["."].scalars["ours"].values[-1] == (STEPS - 1) / 4


def check_theirs(folder: Path) -> None:
    """Check what TensorBoard reads of what tbwidget wrote."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    scalars = EventAccumulator(str(folder)).Reload().Scalars("ours")
    assert [(point.step, point.value) for point in scalars] == [(n, n / 4) for n in range(STEPS)]


def check_torch(folder: Path) -> None:
    """Check what tbwidget reads of what torch wrote."""
    import torch
    from torch.utils.tensorboard import SummaryWriter

    import tbwidget

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing
        with SummaryWriter(str(folder)) as writer:
            writer.add_scalar("loss", 0.25, 3)
            writer.add_graph(torch.nn.Linear(2, 1), torch.zeros(1, 2))
    run = tbwidget.Logdir(folder)["."]
    assert run.scalars["loss"].values.tolist() == [0.25]
    assert run.graph is not None
    assert len(run.graph.nodes) > 3


def main() -> None:
    folder, order, version, implementation = sys.argv[1:]
    theirs, ours, torchs = (Path(folder) / name for name in ("theirs", "ours", "torchs"))
    import_protobuf(version, implementation)
    if order == "before":
        import_neighbours()
    import tbwidget

    if order == "between":  # tbwidget is imported, its messages are not made yet
        import_neighbours()
    write_ours(ours)
    if order == "after":
        import_neighbours()
    write(theirs)
    check(theirs)
    check_theirs(ours)
    if "torch" in sys.modules:
        check_torch(torchs)
    say("tbwidget", tbwidget.__version__, tbwidget.__file__)


if __name__ == "__main__":
    main()

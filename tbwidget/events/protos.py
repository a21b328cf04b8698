"""The protobuf messages of event files, in a descriptor pool of their own.

``proto/`` is compiled at build time to one ``FileDescriptorSet``. Generated ``_pb2`` modules would
register in protobuf's default pool, where tensorflow, tensorboard and tensorboardX each register
theirs, and would bind us to one major version of protobuf.

Examples
--------
>>> event = Event(step=3, summary={"value": [{"tag": "loss", "simple_value": 0.5}]})
>>> Event.FromString(event.SerializeToString()).summary.value[0].tag
'loss'
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_DESCRIPTORS = Path(__file__).parent.parent / "static" / "protos.binpb"


def _load() -> descriptor_pool.DescriptorPool:
    try:
        data = _DESCRIPTORS.read_bytes()
    except FileNotFoundError:
        message = (
            "tbwidget is not built: static/protos.binpb is missing; "
            "run `pip install -e .` in the source checkout"
        )
        raise ImportError(message) from None
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


_POOL = _load()


def message_class(name: str) -> Any:
    """Return the class of the message `name` of our ``.proto`` files, such as ``"Event"``."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"tbwidget.{name}"))


CustomScalarsLayout = message_class("CustomScalarsLayout")
Event = message_class("Event")
GraphDef = message_class("GraphDef")
HParamsPluginData = message_class("HParamsPluginData")
HistogramProto = message_class("HistogramProto")
MeshPluginData = message_class("MeshPluginData")
MetaGraphDef = message_class("MetaGraphDef")
PRCurvePluginData = message_class("PRCurvePluginData")
PluginVersion = message_class("PluginVersion")
RunMetadata = message_class("RunMetadata")
SessionLog = message_class("SessionLog")
Summary = message_class("Summary")
SummaryMetadata = message_class("SummaryMetadata")
TaggedRunMetadata = message_class("TaggedRunMetadata")
TensorProto = message_class("TensorProto")

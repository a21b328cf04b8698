"""Events of every kind with payloads as a hostile or careless writer would make them.

Most are valid protobuf, with shapes, sizes and contents that do not fit each other.
"""

from __future__ import annotations

import json
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from event_files import WALL, event, plugin, summary
from wire import nested, varint, whole

from tbwidget.events.protos import (
    CustomScalarsLayout,
    GraphDef,
    HParamsPluginData,
    MeshPluginData,
    MetaGraphDef,
    RunMetadata,
)

if TYPE_CHECKING:
    import random

_FLOATS = (0.0, -0.0, 1.0, -1.5, 1e-45, 1e308, -1e308, float("nan"), float("inf"), -float("inf"))
_SIZES = (0, 0, 1, 1, 2, 3, 4, 6, 100, 16_384, 32_768, 2**31, 2**32, 2**62, 2**63 - 1, -1, -(2**63))
_STEPS = (0, 0, 1, 2, 3, 5, 100, 2**31, 2**53 + 1, 2**63 - 1, -1, -(2**63))
_PLUGINS = (
    *("scalars", "histograms", "images", "audio", "text", "pr_curves", "mesh", "custom_scalars"),
    *("hparams", "graphs", "graph_run_metadata", "graph_run_metadata_graph", "graph_keras_model"),
    *("graph_tagged_run_metadata", "projector", "profile", "our_own", ""),
)
_TAGS = ("loss", "a/b", "x", "⁴ 学習率", "__proto__", "", "../up", "a\nb", "m_VERTEX", "hparam/lr")


def wild_event(rng: random.Random) -> bytes:
    """Return the bytes of one event."""
    step = rng.choice([*_STEPS, rng.randint(0, 40)])
    wall_time = rng.choice([WALL, WALL + step % 1000, WALL, *_FLOATS])
    if rng.random() < 0.15:
        return event(step, wall_time, **rng.choice(_OTHERS)(rng))
    values = [_value(rng) for _ in range(rng.choice([0, 1, 1, 1, 2, 5]))]
    return summary(step, *values, wall_time=wall_time)


def _value(rng: random.Random) -> dict[str, Any]:
    value: dict[str, Any] = {"tag": rng.choice(_TAGS)}
    value.update(rng.choice(_VALUES)(rng))
    if rng.random() < 0.7:
        kind = rng.choice(_PLUGINS)
        fields: dict[str, Any] = {"data_class": rng.randrange(4)} if rng.random() < 0.3 else {}
        value["metadata"] = plugin(kind, _content(rng, kind), **fields)
    return value


# -- values ----------------------------------------------------------------------------------------


def _number(rng: random.Random) -> float:
    return rng.choice([*_FLOATS, rng.uniform(-9, 9)])


def _tensor(rng: random.Random) -> dict[str, Any]:
    dims = [rng.choice(_SIZES) for _ in range(rng.choice([0, 0, 1, 1, 2, 2, 3, 3, 5, 300]))]
    if rng.random() < 0.5:
        dims = [size % 5 for size in dims[:4]]
    field, numbers = rng.choice(_FIELDS)(rng, rng.choice([0, 1, 1, 2, 3, 6, 12, 200, 3000]))
    shape = {"dim": [{"size": size} for size in dims], "unknown_rank": rng.random() < 0.02}
    return {
        "tensor": {"dtype": rng.choice([1, 1, 2, 7, rng.randrange(34), 101]), field: numbers}
        | ({"tensor_shape": shape} if rng.random() < 0.9 else {})
    }


_FIELDS = (
    lambda rng, n: ("float_val", [min(3e38, max(-3e38, _number(rng))) for _ in range(n)]),
    lambda rng, n: ("double_val", [_number(rng) for _ in range(n)]),
    lambda rng, n: ("int_val", [rng.randint(-9, 9) for _ in range(n)]),
    lambda rng, n: ("int64_val", [rng.randint(-(2**63), 2**63 - 1) for _ in range(n)]),
    lambda rng, n: ("half_val", [rng.randrange(2**16) for _ in range(n)]),
    lambda rng, n: ("bool_val", [rng.random() < 0.5 for _ in range(n)]),
    lambda rng, n: ("string_val", [blob(rng) for _ in range(min(n, 40))]),
    lambda rng, n: ("tensor_content", rng.randbytes(rng.choice([n, 4 * n, 8 * n]))),
)


def _histogram(rng: random.Random) -> dict[str, Any]:
    count = rng.choice([0, 1, 2, 30, 2000])
    limits = sorted(rng.uniform(-9, 9) for _ in range(count))
    return {
        "histo": {
            "min": _number(rng),
            "max": _number(rng),
            "num": _number(rng),
            "bucket_limit": [*limits, _number(rng)] if rng.random() < 0.7 else limits[::-1],
            "bucket": [_number(rng) for _ in range(count + rng.choice([0, 1, 1, 1, 2]))],
        }
    }


def _image(rng: random.Random) -> dict[str, Any]:
    size = {"width": rng.randint(-1, 2**31 - 1), "height": rng.choice([0, 1, 2**30])}
    return {"image": {**size, "encoded_image_string": blob(rng)}}


def _audio(rng: random.Random) -> dict[str, Any]:
    rate = {"sample_rate": rng.choice([0.0, -1.0, 8000.0, float("nan"), 3e38])}
    return {"audio": {**rate, "encoded_audio_string": blob(rng)}}


_VALUES = (
    _tensor,
    _tensor,
    _tensor,
    _histogram,
    _image,
    _audio,
    lambda rng: {"simple_value": min(3e38, max(-3e38, _number(rng)))},
    lambda _: {},
)


# -- what metadata and graphs hold -----------------------------------------------------------------


def _content(rng: random.Random, kind: str) -> bytes:
    """Return the content of a plugin's metadata, often its own."""
    if rng.random() < 0.3:
        return rng.choice([b"", b"{}", rng.randbytes(rng.randint(1, 30)), whole(1, 7)])
    if kind == "hparams":
        return _hparams(rng)
    if kind == "mesh":
        names = {"name": rng.choice(_TAGS), "components": rng.randrange(16)}
        kinds = {"content_type": rng.randrange(5), "shape": [rng.randint(-9, 9)]}
        return _bytes(MeshPluginData(json_config=_json(rng), **names, **kinds))
    return b""


def _hparams(rng: random.Random) -> bytes:
    name = rng.choice(_TAGS)
    number = {"number_value": _number(rng)}
    other: dict[str, Any] = {"string_value": "s" * rng.choice([0, 1, 5000])}
    deep: dict[str, Any] = {"list_value": {"values": [number, other, {}]}}
    value = rng.choice([number, other, deep, {}, {"bool_value": True}, {"null_value": 0}])
    info = {"name": name, "type": rng.randrange(5), "domain_discrete": {"values": [value]}}
    metric = {"name": {"group": rng.choice(["", "a", "../b"]), "tag": name}}
    data = rng.choice(
        [
            {"session_start_info": {"hparams": {name: value}, "group_name": name}},
            {"experiment": {"hparam_infos": [info], "metric_infos": [metric] * 3}},
            {"session_end_info": {"status": rng.randrange(5), "end_time_secs": _number(rng)}},
            {},
        ]
    )
    return _bytes(HParamsPluginData(version=rng.choice([0, 0, 0, 1]), **data))


def _json(rng: random.Random) -> str:
    depth = rng.choice([1, 5, 60, 3000])
    return rng.choice(
        [
            "",
            "{}",
            "[" * depth + "]" * depth,
            '{"a":' * depth + "1" + "}" * depth,
            json.dumps({"camera": {"cls": "PerspectiveCamera", "fov": 75}}),
            json.dumps({"lights": [{"cls": "x" * 99}] * 50}),
            '{"a": 1e999999, "b": NaN}',
            "not json",
        ]
    )


def _graph(rng: random.Random) -> bytes:
    if rng.random() < 0.2:
        return rng.randbytes(rng.randint(0, 60))
    names = [f"n{number}" for number in range(rng.choice([0, 1, 3, 40]))]
    nodes = [
        {"name": rng.choice(names), "op": "Op", "input": rng.choices(["^", *names, ":9"], k=3)}
        for _ in names
    ]
    function = {"signature": {"name": rng.choice(names or ["f"])}, "node_def": nodes[:2]}
    graph = GraphDef(
        node=nodes, library={"function": [function]}, versions={"producer": rng.randrange(2)}
    )
    return _bytes(graph) + _nested_functions(rng.choice([0, 0, 5, 90, 600]))


@lru_cache
def _nested_functions(depth: int) -> bytes:
    """Return a node with an attribute of functions within functions, `depth` levels deep."""
    value = b""
    for _ in range(depth):
        entry = nested(1, b"k") + nested(2, value)
        value = nested(10, nested(2, entry))
    return nested(1, nested(5, nested(1, b"k") + nested(2, value))) if depth else b""


def _run_metadata(rng: random.Random) -> bytes:
    function = {
        "pre_optimization_graph": _graph(rng),
        "partition_graphs": [_graph(rng), b"\xff"],
    }
    return _bytes(RunMetadata(function_graphs=[function] * rng.choice([0, 1, 2, 3])))


def _layout(rng: random.Random) -> bytes:
    chart = {"title": "t", "multiline": {"tag": [rng.choice(["loss", "(", "(a+)+$", "x" * 2000])]}}
    margin = {"margin": {"series": [{"value": "a", "lower": "b"}]}}
    return _bytes(CustomScalarsLayout(category=[{"chart": [chart, margin]}] * rng.randrange(4)))


_OTHERS = (
    lambda rng: {"graph_def": _graph(rng)},
    lambda rng: {"meta_graph_def": _bytes(MetaGraphDef(graph_def=_graph(rng)))},
    lambda rng: {
        "tagged_run_metadata": {"tag": rng.choice(_TAGS), "run_metadata": _run_metadata(rng)}
    },
    lambda rng: {"session_log": {"status": rng.randrange(4)}},
    lambda rng: {"log_message": {"message": "m" * rng.choice([0, 9, 9000])}},
    lambda rng: {"file_version": rng.choice(["brain.Event:2", "brain.Event:1", "", "9" * 300])},
)


def _bytes(message: Any) -> bytes:
    return bytes(message.SerializeToString())


def blob(rng: random.Random) -> bytes:
    """Return bytes that are, or begin like, what a blob may hold."""
    begin, random_bytes = rng.choice(_BLOBS)
    return begin + rng.randbytes(random_bytes) if begin else rng.choice(_MADE_BLOBS)(rng)


_BLOBS = (
    *(
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height), 9)
        for width, height in ((1, 1), (0, 0), (2**31 - 1, 2**30))
    ),
    (b"GIF89a", 6),
    (b"\xff\xd8\xff\xe0", 30),
    (b"\xff\xd8" + b"\xff\xc0\0\0" * 20, 3),
    (b"RIFF\xff\xff\xff\xffWAVEfmt ", 20),
    (b"RIFF\0\0\0\0WEBPVP8 ", 20),
    (b"<svg onload='x()'>", 0),
    ("text ⁴ <b>".encode(), 0),
    (b"\xff\xfe\0", 2),
    (b"x" * 2000, 0),
    *((b"", 0),) * 6,
)
_MADE_BLOBS = (
    lambda _: b"",
    lambda rng: varint(rng.randrange(2**60)),
    _graph,
    _layout,
    lambda rng: _json(rng).encode(),
)

"""Take golden vectors from torch's ``SummaryWriter``: write tests/golden/torch.json anew.

python scripts/golden_torch.py        (needs torch, tensorboard and Pillow)
"""

from __future__ import annotations

import io
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.tensorboard import SummaryWriter, summary

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "torch.json"
#: Of longer lists of edges, only this many at both ends are kept.
ENDS = 3


def histograms() -> list[dict[str, Any]]:
    """Return what torch makes of some values."""
    rng = np.random.default_rng(3)
    normal = rng.normal(size=40).astype(np.float32).astype(float).tolist()
    cases: list[tuple[str, list[float], Any, int | None]] = [
        ("normal", normal, "tensorflow", None),
        ("normal, few bins", normal, "tensorflow", 50),
        ("normal, more bins than there are", normal, "tensorflow", 10_000),
        ("normal, auto", normal, "auto", None),
        ("normal, fd", normal, "fd", None),
        ("normal, doane", normal, "doane", None),
        ("normal, seven", normal, 7, None),
        ("normal, fifteen joined by four", normal, 15, 4),
        ("normal, edges", normal, [-1.0, -0.5, 0.0, 0.25, 1.0], None),
        ("zeros", [0.0] * 5, "tensorflow", None),
        ("one value", [3.0], "tensorflow", None),
        ("one value, auto", [3.0], "auto", None),
        ("all below", [-3.0, -2.0], "tensorflow", None),
        ("gaps", [-1e15, 0.0, 1e-9, 1e15], "tensorflow", 200),
        ("outside", [-1e25, 1.0, 1e25], "tensorflow", None),
        ("not finite", [1.0, 2.0, math.nan, math.inf], "tensorflow", None),
    ]
    found = []
    for name, values, bins, most in cases:
        edges = tensorflow_bins() if bins == "tensorflow" else bins
        with np.errstate(all="ignore"):
            proto = summary.make_histogram(np.array(values), edges, most)
        limits = list(proto.bucket_limit)
        found.append(
            {
                "name": name,
                "values": [plain(value) for value in values],
                "bins": bins,
                "max_bins": most,
                "numbers": [plain(getattr(proto, field)) for field in FIELDS],
                "buckets": len(limits),
                "limits": limits if len(limits) <= 2 * ENDS else limits[:ENDS] + limits[-ENDS:],
                "counts": {str(i): count for i, count in enumerate(proto.bucket) if count},
            }
        )
    return found


FIELDS = ("min", "max", "num", "sum", "sum_squares")


def tensorflow_bins() -> list[float]:
    """Return the edges of torch's own writer, which makes them when it is made."""
    with tempfile.TemporaryDirectory() as folder, SummaryWriter(folder) as writer:
        return writer.default_bins


def curves() -> list[dict[str, Any]]:
    """Return what torch makes of some labels and predictions."""
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 2, 30).tolist()
    predictions = rng.random(30).round(3).tolist()
    cases: list[tuple[str, list[float], list[float], str, int, Any]] = [
        ("five thresholds", labels, predictions, "float64", 5, None),
        ("more than may be", labels, predictions, "float64", 500, None),
        ("float32", labels, predictions, "float32", 127, None),
        ("one threshold", labels, predictions, "float64", 1, None),
        ("two thresholds", labels, predictions, "float64", 2, None),
        ("weights", labels, predictions, "float64", 5, np.linspace(0, 2, 30).tolist()),
        ("one weight", labels, predictions, "float64", 5, 0.5),
        ("all true", [1] * 4, [0.0, 0.2, 0.9, 1.0], "float64", 11, None),
        ("none true", [0] * 4, [0.0, 0.2, 0.9, 1.0], "float64", 11, None),
        ("outside", [1, 0, 1], [-0.5, 0.5, 1.5], "float64", 11, None),
        ("on the edges", [1, 0] * 6, (np.arange(12) / 10).tolist(), "float32", 11, None),
    ]
    found = []
    for name, truth, guesses, dtype, count, weights in cases:
        value = summary.pr_curve(
            "x",
            np.array(truth),
            np.array(guesses, dtype),
            count,
            weights if weights is None else np.array(weights),
        ).value[0]
        found.append(
            {
                "name": name,
                "labels": truth,
                "predictions": guesses,
                "dtype": dtype,
                "num_thresholds": count,
                "weights": weights,
                "content": value.metadata.plugin_data.content.hex(),
                "shape": [dim.size for dim in value.tensor.tensor_shape.dim],
                "rows": list(value.tensor.float_val),
            }
        )
    return found


def others() -> dict[str, Any]:
    """Return whole summaries, in hex, of what leaves nothing to rounding."""
    layout = {
        "Taiwan": {"twse": ["Multiline", ["twse/0050", "twse/2330"]]},
        "USA": {
            "dow": ["Margin", ["dow/aaa", "dow/bbb", "dow/ccc"]],
            "nasdaq": ["Margin", ["nasdaq/aaa", "nasdaq/bbb", "nasdaq/ccc"]],
        },
        "nothing": {},
    }
    raw = {"min": -1.0, "max": 2.5, "num": 6, "sum": 3.5, "sum_squares": 9.0}
    limits, counts = [0.0, 1.0, 2.5], [1, 2, 3]
    rows = [[3.0, 1.0], [2.0, 0.0], [0.0, 2.0], [0.0, 2.0], [0.6, 1.0], [1.0, 0.25]]
    text = "A *small* caf\u00e9.\n\n| a | b |\n|---|---|"
    return {
        "text": text,
        "text_summary": hex_of(summary.text("x", text)),
        "layout": layout,
        "layout_summary": hex_of(summary.custom_scalars(layout)),
        "raw_histogram": {**raw, "bucket_limits": limits, "bucket_counts": counts},
        "raw_histogram_summary": hex_of(
            summary.histogram_raw("x", **raw, bucket_limits=limits, bucket_counts=counts)
        ),
        "raw_curve": rows,
        "raw_curve_summary": hex_of(summary.pr_curve_raw("x", *map(np.array, rows), 2)),
    }


def images() -> list[dict[str, Any]]:
    """Return which pixels torch makes of some images, with boxes or without."""
    rng = np.random.default_rng(5)
    levels = rng.integers(0, 256, (3, 5, 4), dtype=np.uint8)
    numbers = rng.uniform(-0.5, 1.5, (3, 5, 4))
    batch = rng.integers(0, 256, (10, 3, 2, 3), dtype=np.uint8)
    boxes = [[3, 2, 9, 7], [-2.5, 5.75, 3.25, 20], [12, 1, 12, 8], [9, 9, 5, 4], [13, 3, 30, 6]]
    cases: list[tuple[str, Any, str, Any]] = [
        ("uint8", levels, "CHW", None),
        ("float64", numbers, "CHW", None),
        ("float32", numbers.astype(np.float32), "CHW", None),
        ("float16", numbers.astype(np.float16), "CHW", None),
        ("infinite", np.array([[np.inf, -np.inf, 0.5]]), "HW", None),
        ("bool", numbers > 0, "CHW", None),
        ("zeros and ones", (numbers[0] > 0).astype(np.int64), "HW", None),
        ("channels last", levels, "whc", None),
        ("width first", levels[0], "WH", None),
        ("one channel", levels[:1], "CHW", None),
        ("alpha", rng.integers(0, 256, (4, 5, 4), dtype=np.uint8), "HWC", None),
        ("grey and alpha", levels[:2], "CHW", None),
        ("two rows", batch, "NCHW", None),
        ("one row", batch[:3, 0, :, :, None], "NHWC", None),
        ("boxes", np.zeros((12, 16), np.uint8), "HW", boxes),
        ("boxes, alpha", np.full((4, 12, 16), 0.5), "CHW", boxes),
        ("no boxes", levels, "CHW", np.zeros((0, 4)).tolist()),
    ]
    found = []
    for name, values, dataformats, places in cases:
        if places is None:
            made = summary.image("x", values, dataformats=dataformats)
        else:
            rows = np.array(places).reshape(-1, 4)
            made = summary.image_boxes("x", values, rows, dataformats=dataformats)
        image = made.value[0].image
        pixels = np.asarray(Image.open(io.BytesIO(image.encoded_image_string)))
        found.append(
            {
                "name": name,
                "values": array_in(values),
                "dataformats": dataformats,
                "boxes": places,
                "size": [image.height, image.width, image.colorspace],
                "pixels": array_in(pixels),
            }
        )
    return found


def videos() -> list[dict[str, Any]]:
    """Return what torch gives moviepy of some videos: the frames before they become a GIF."""
    rng = np.random.default_rng(6)
    cases = {
        "one": rng.integers(0, 256, (1, 3, 3, 2, 4), dtype=np.uint8),
        "grey": rng.uniform(-0.5, 1.5, (2, 2, 1, 3, 2)),
        "five": rng.integers(0, 256, (5, 2, 3, 2, 1), dtype=np.uint8),
        "seventeen": rng.uniform(-0.5, 1.5, (17, 1, 3, 1, 2)).astype(np.float32),
    }
    given: list[Any] = []

    def keep(frames: Any, fps: float) -> Any:  # noqa: ARG001 (torch's argument)
        given.append(frames)
        return summary.Summary.Image()

    make_video, summary.make_video = summary.make_video, keep
    for values in cases.values():
        summary.video("x", values)
    summary.make_video = make_video
    return [
        {"name": name, "values": array_in(values), "frames": array_in(frames)}
        for (name, values), frames in zip(cases.items(), given, strict=True)
    ]


def whole_media() -> list[dict[str, Any]]:
    """Return whole summaries, in hex, of audio and tensors."""
    rng = np.random.default_rng(7)
    sound, numbers = rng.uniform(-1, 1, 9), rng.normal(size=(2, 3)) * 100
    sounds: dict[str, Any] = {
        "float64": sound,
        "float32": sound.astype(np.float32),
        "outside": sound * 2,
        "one row": sound[None],
        "one column": sound[:, None],
        "integers": np.array([0, 1, -1, 1]),
    }
    dtypes = ("f4", "f8", "i1", "i2", "i4", "i8", "?", "c8", "c16")
    tensors = {np.dtype(dtype).name: numbers.astype(dtype) for dtype in dtypes}
    tensors |= {"scalar": np.array(2.5), "empty": np.zeros((0, 3))}
    made = [("audio", name, one, summary.audio("x", one, 8000)) for name, one in sounds.items()]
    for name, one in tensors.items():
        made.append(("tensor", name, one, summary.tensor_proto("x", torch.from_numpy(one))))
    return [
        {"kind": kind, "name": name, "values": array_in(values), "summary": hex_of(message)}
        for kind, name, values, message in made
    ]


def array_in(array: Any) -> dict[str, Any]:
    """Return an array as JSON can hold it."""
    return {"dtype": array.dtype.str, "shape": array.shape, "bytes": array.tobytes().hex()}


def hex_of(message: Any) -> str:
    """Return a message as hexadecimal digits."""
    return message.SerializeToString(deterministic=True).hex()


def plain(value: float) -> float | str:
    """Return a number as JSON can hold it."""
    return value if math.isfinite(value) else str(value)


def main() -> None:
    """Take all golden vectors."""
    golden = {
        "taken_from": f"torch {torch.__version__}, by scripts/golden_torch.py",
        "histograms": histograms(),
        "curves": curves(),
        "images": images(),
        "videos": videos(),
        "whole_media": whole_media(),
        **others(),
    }
    parts = []
    for name, part in golden.items():
        text = json.dumps(part)
        if isinstance(part, list) and isinstance(part[0], dict):
            text = "[\n" + ",\n".join(json.dumps(case) for case in part) + "\n]"
        parts.append(f"{json.dumps(name)}: {text}")
    GOLDEN.write_text("{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    main()

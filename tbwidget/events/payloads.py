"""What the values of each kind hold, old and new forms made one.

The new form is a tensor, the old a field of its own (``histo``, ``image``, ``audio``). They are
made one as TensorBoard's ``data_compat`` does, but for this: bucket edges stay float64, the labels
of audio clips are kept, and what does not agree with itself is refused, not guessed.

Every function takes a `Summary.Value` and raises `MalformedValueError`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from google.protobuf.message import DecodeError

from .media import Audio, Image, audio_of, image_of
from .protos import CustomScalarsLayout, HParamsPluginData
from .tensors import MalformedValueError, array_of, shape_of, shaped, strings_of

if TYPE_CHECKING:
    import numpy.typing as npt

#: Elements that a tensor may claim without holding them.
MAX_HISTOGRAM = 30_000 * 3
MAX_PR_CURVE = 6 * 10_000
MAX_MESH = 5_000_000
MAX_TENSOR = 5_000_000

MAX_CONFIG_CHARACTERS = 2**20
MAX_CONFIG_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of a custom scalars layout.

    Attributes
    ----------
    title
        Its title.
    tags
        Of a multiline chart: regular expressions that pick tags.
    margins
        Of a margin chart: (value, lower, upper) tags.
    """

    title: str
    tags: tuple[str, ...] = ()
    margins: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A titled group of charts; ``closed`` if it is to be shown folded."""

    title: str
    charts: tuple[Chart, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How the writer wants its scalars to be shown together."""

    categories: tuple[Category, ...]


def histogram_of(value: Any) -> npt.NDArray[np.float64]:
    """Return a histogram as float64[k, 3]: left edge, right edge, count of each bucket."""
    if value.WhichOneof("value") == "histo":
        return _old_histogram(value.histo)
    buckets = _tensor_of(value, MAX_HISTOGRAM)
    if not buckets.size and buckets.ndim <= 2:  # noqa: PLR2004 (buckets by columns)
        return np.empty((0, 3))
    if buckets.ndim != 2 or buckets.shape[1] != 3:  # noqa: PLR2004
        message = f"a tensor of shape {list(buckets.shape)} where buckets [k, 3] belong"
        raise MalformedValueError(message)
    return _floats(buckets)


def _old_histogram(histogram: Any) -> npt.NDArray[np.float64]:
    """Return a `HistogramProto` as TensorBoard does.

    Empty buckets at both ends are dropped, and the outer edges, which may be the largest numbers
    that there are, are replaced by minimum and maximum (source: tensorboard/data_compat.py).
    """
    edges, counts = _limits_and_counts(histogram)
    if len(edges) != len(counts):
        message = f"{len(counts):,} buckets with {len(edges):,} limits"
        raise MalformedValueError(message)
    filled = np.flatnonzero(counts > 0)
    if not len(filled):
        return np.empty((0, 3))
    first, last = filled[0], filled[-1]
    inner = edges[first:last]
    lefts = np.concatenate(([histogram.min], inner))
    rights = np.concatenate((inner, [histogram.max]))
    return np.column_stack((lefts, rights, counts[first : last + 1]))


#: Keys of the fields of a `HistogramProto`: min, max, num, sum and sum_squares; limits and counts.
_HISTOGRAM_NUMBERS = frozenset((0x09, 0x11, 0x19, 0x21, 0x29))
_HISTOGRAM_ARRAYS = frozenset((0x32, 0x3A))


def _limits_and_counts(histogram: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the two packed fields of a `HistogramProto`, float64[n] each.

    They are taken out of its bytes, which is several times as fast as number by number.
    """
    data = histogram.SerializeToString()
    fields = {6: np.empty(0), 7: np.empty(0)}
    at = 0
    while at < len(data):
        key = data[at]
        if key in _HISTOGRAM_NUMBERS:
            at += 9
            continue
        if key not in _HISTOGRAM_ARRAYS:  # fields that are not known come last
            break
        length, shift, at = 0, 0, at + 1
        while data[at] & 128:
            length |= (data[at] & 127) << shift
            shift, at = shift + 7, at + 1
        length |= data[at] << shift
        at += 1
        fields[key >> 3] = np.frombuffer(data, "<f8", length // 8, at)
        at += length
    return fields[6], fields[7]


def images_of(value: Any) -> list[Image]:
    """Return the images of one step."""
    if value.WhichOneof("value") == "image":
        image = value.image
        return [image_of(image.encoded_image_string, image.width, image.height)]
    parts = _strings_of_rank(value, 1)
    if not parts:
        return []
    if len(parts) < 2:  # noqa: PLR2004
        message = "one string where width, height and images belong"
        raise MalformedValueError(message)
    width, height = map(_size_of, parts[:2])
    return [image_of(data, width, height) for data in parts[2:]]


def _size_of(text: bytes) -> int:
    # At most nine digits: int() of a long text takes the square of its length.
    return int(text) if len(text) <= 9 and text.isdigit() else 0  # noqa: PLR2004


def audio_clips_of(value: Any) -> list[Audio]:
    """Return the audio clips of one step, each with its label."""
    if value.WhichOneof("value") == "audio":
        audio = value.audio
        return [audio_of(audio.encoded_audio_string, "", audio.sample_rate)]
    tensor = value.tensor
    shape, parts = shape_of(tensor), strings_of(tensor)
    if len(shape) == 1:
        return [audio_of(data) for data in parts]
    if len(shape) == 2 and shape[1] == 2:  # noqa: PLR2004 (clip and label)
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return [audio_of(data, label.decode("utf-8", "replace")) for data, label in pairs]
    message = f"a tensor of shape {list(shape)} where clips [k] or clips and labels [k, 2] belong"
    raise MalformedValueError(message)


def text_of(value: Any) -> npt.NDArray[Any]:
    """Return text as an array of `str`, of any rank.

    Elements are objects: numpy's own strings would take the longest one's space for each, and
    drop zeros at their ends. What is not UTF-8 becomes replacement characters.
    """
    tensor = value.tensor
    strings = strings_of(tensor)
    array = np.empty(len(strings), object)
    array[:] = [text.decode("utf-8", "replace") for text in strings]
    return shaped(array, shape_of(tensor))


def first_table_of(text: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the first two-dimensional slice of text of a higher rank, other text as it is."""
    table: npt.NDArray[Any] = text[(0,) * (text.ndim - 2)] if text.ndim > 2 and text.size else text  # noqa: PLR2004
    return table


def tensor_of(value: Any) -> npt.NDArray[Any]:
    """Return a tensor of any plugin; strings as bytes objects."""
    return _tensor_of(value, MAX_TENSOR)


def pr_curve_of(value: Any) -> npt.NDArray[np.float64]:
    """Return float64[6, T]: true and false positives, true and false negatives, precision and
    recall at each of T thresholds.
    """
    curve = _tensor_of(value, MAX_PR_CURVE)
    if curve.ndim != 2 or curve.shape[0] != 6:  # noqa: PLR2004
        message = f"a tensor of shape {list(curve.shape)} where a PR curve [6, T] belongs"
        raise MalformedValueError(message)
    return _floats(curve)


def mesh_part_of(value: Any) -> npt.NDArray[Any]:
    """Return the vertices, faces or colours of a batch of meshes, [B, n, 3]."""
    part = _tensor_of(value, MAX_MESH)
    if part.ndim != 3 or part.shape[2] != 3 or part.dtype.kind not in "fiu":  # noqa: PLR2004
        message = f"a tensor of shape {list(part.shape)} where a part of a mesh [B, n, 3] belongs"
        raise MalformedValueError(message)
    return part


def mesh_config_of(text: str) -> dict[str, Any]:
    """Return a mesh's options for three.js; empty if there are none or they are unreadable."""
    if len(text) > MAX_CONFIG_CHARACTERS or _depth_of(text) > MAX_CONFIG_DEPTH:
        return {}
    try:
        config = json.loads(text)
    except ValueError:
        return {}
    return config if isinstance(config, dict) else {}


def _depth_of(text: str) -> int:
    """Return how deep brackets nest in JSON; those in strings count too, which does no harm."""
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def blob_of(value: Any) -> bytes:
    """Return the only string of a graph's tensor, of rank 0 or 1."""
    parts = strings_of(value.tensor)
    if len(parts) != 1 or len(shape_of(value.tensor)) > 1:
        message = f"{len(parts):,} strings where one graph belongs"
        raise MalformedValueError(message)
    return parts[0]


def layout_of(value: Any) -> Layout:
    """Return the layout of custom scalars that a value holds as a serialized message."""
    try:
        layout = CustomScalarsLayout.FromString(blob_of(value))
    except DecodeError:
        message = "a layout that is not one"
        raise MalformedValueError(message) from None
    return Layout(
        tuple(
            Category(category.title, tuple(map(_chart_of, category.chart)), category.closed)
            for category in layout.category
        )
    )


def _chart_of(chart: Any) -> Chart:
    margins = ((one.value, one.lower, one.upper) for one in chart.margin.series)
    return Chart(chart.title, tuple(chart.multiline.tag), tuple(margins))


def hparams_of(content: bytes) -> Any:
    """Return the `HParamsPluginData` that a value of the hparams plugin has as its metadata."""
    try:
        return HParamsPluginData.FromString(content)
    except DecodeError:
        message = "hyperparameters that are none"
        raise MalformedValueError(message) from None


def _tensor_of(value: Any, limit: int) -> npt.NDArray[Any]:
    if value.WhichOneof("value") != "tensor":
        message = "no tensor"
        raise MalformedValueError(message)
    return array_of(value.tensor, limit)


def _strings_of_rank(value: Any, rank: int) -> list[bytes]:
    shape = shape_of(value.tensor)
    if len(shape) != rank:
        message = f"a tensor of shape {list(shape)} where a list belongs"
        raise MalformedValueError(message)
    return strings_of(value.tensor)


def _floats(array: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    if array.dtype.kind not in "fiub":
        message = f"a tensor of {array.dtype} where numbers belong"
        raise MalformedValueError(message)
    return np.ascontiguousarray(array, np.float64)

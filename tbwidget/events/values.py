"""Old and new kinds of summary values made one, as TensorBoard's ``data_compat`` does.

A value says what it is by its field (``simple_value``, ``histo``, ...: TensorFlow 1, torch) or by
its tag's metadata (a tensor with a plugin name: TensorFlow 2).
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import TagMetadata
from .protos import SummaryMetadata
from .tensors import BFLOAT16, NUMERIC

if TYPE_CHECKING:
    import numpy.typing as npt

_KIND_OF_PLUGIN = {
    "scalars": "scalars",
    "images": "images",
    "audio": "audio",
    "text": "text",
    "histograms": "histograms",
    "pr_curves": "pr_curves",
    "mesh": "meshes",
    "graphs": "graphs",
    "graph_run_metadata": "graphs",
    "graph_run_metadata_graph": "graphs",
    "graph_keras_model": "graphs",
    "graph_tagged_run_metadata": "graphs",
    "hparams": "hparams",
    "custom_scalars": "custom_scalars",
}
#: Longer metadata is not worth remembering.
_SHORT_BYTES = 1024
# DataClass of summary.proto, for kinds that are not tensors.
_SCALAR, _TENSOR, _BLOBS = 1, 2, 3
_DATA_CLASS_OF_KIND = {"scalars": _SCALAR, "images": _BLOBS, "audio": _BLOBS, "graphs": _BLOBS}
KIND_OF_FIELD = {"image": "images", "audio": "audio", "histo": "histograms"}


class NotAScalarError(ValueError):
    """A value that its tag's kind does not allow; the message names what is wrong with it."""


def metadata_of(data: bytes) -> TagMetadata:
    """Return what the bytes of a `SummaryMetadata` say.

    Raises
    ------
    google.protobuf.message.DecodeError
        If they are not one.
    """
    # Many writers repeat it with every value.
    return _short_metadata_of(data) if len(data) <= _SHORT_BYTES else _parsed_metadata(data)


def _parsed_metadata(data: bytes) -> TagMetadata:
    metadata = SummaryMetadata.FromString(data)
    return TagMetadata(
        metadata.plugin_data.plugin_name,
        metadata.plugin_data.content,
        metadata.display_name,
        metadata.summary_description,
        metadata.data_class,
    )


_short_metadata_of = lru_cache(maxsize=512)(_parsed_metadata)


def kind_of(value: Any, metadata: TagMetadata | None) -> str | None:
    """Return the kind of a `Summary.Value`, one of `columns.KINDS`; None if it holds nothing.

    Parameters
    ----------
    value
        The message.
    metadata
        That of the tag's first value.
    """
    field = value.WhichOneof("value")
    if field == "simple_value":
        return "scalars"
    if field in KIND_OF_FIELD:
        return KIND_OF_FIELD[field]
    if field == "tensor":
        return kind_of_tensor(metadata)
    plugin = metadata.plugin if metadata else ""
    # hparams keeps everything in the metadata and needs no value.
    return "hparams" if plugin == "hparams" else None


def kind_of_tensor(metadata: TagMetadata | None) -> str:
    """Return the kind of a tensor of a tag with this metadata.

    What the metadata calls a data class of another sort than its plugin's is a tensor like any.
    """
    if metadata is None:
        return "tensors"
    kind = _KIND_OF_PLUGIN.get(metadata.plugin, "tensors")
    fits = metadata.data_class in (0, _DATA_CLASS_OF_KIND.get(kind, _TENSOR))
    return kind if fits else "tensors"


def scalar_of(value: Any) -> float:
    """Return the number that a `Summary.Value` of a scalar tag holds.

    Raises
    ------
    NotAScalarError
        If it is not one number.
    """
    if value.WhichOneof("value") == "simple_value":
        return float(value.simple_value)
    return scalar_of_tensor(value.tensor)


def scalar_of_tensor(tensor: Any) -> float:
    """Return the only element of a numeric `TensorProto`, whatever field it lies in.

    Sizes are checked before anything is allocated: a 22-byte tensor can claim 2 GB.

    Raises
    ------
    NotAScalarError
        If the tensor is not numeric or has not exactly one element.
    """
    if tensor.dtype not in NUMERIC:
        message = f"a scalar of tensor data type {tensor.dtype}, which is not a number"
        raise NotAScalarError(message)
    shape = [dim.size for dim in tensor.tensor_shape.dim]
    # Writers that log a vector of one are common enough to be taken at their word.
    if shape not in ([], [1]) or tensor.tensor_shape.unknown_rank:
        message = f"a tensor of shape {shape} where a scalar belongs"
        raise NotAScalarError(message)
    dtype, field = NUMERIC[tensor.dtype]
    if tensor.tensor_content:
        if len(tensor.tensor_content) != np.dtype(dtype).itemsize:
            message = f"{len(tensor.tensor_content)} bytes where one {dtype} belongs"
            raise NotAScalarError(message)
        number = np.frombuffer(tensor.tensor_content, dtype)
    else:
        number = _repeated(getattr(tensor, field), dtype, field)
    if tensor.dtype == BFLOAT16:
        return float(struct.unpack("<f", b"\0\0" + number.tobytes())[0])
    return float(number[0])


def _repeated(numbers: Any, dtype: str, field: str) -> npt.NDArray[Any]:
    if len(numbers) != 1:
        message = f"{len(numbers)} numbers in {field} where one belongs"
        raise NotAScalarError(message)
    number = numbers[0]
    if field == "half_val":
        return np.array([number & 0xFFFF], "<u2").view(dtype)
    return np.array([number]).astype(dtype)

"""Tensors to numpy arrays, with sizes checked before anything is allocated.

A `TensorProto` says its shape in a few bytes and may then hold a single number that stands for all
of them, so 22 bytes can claim 2 GB. Products of shapes are therefore taken in Python integers,
which do not overflow, and whatever would have to be made up is held against a limit; what the file
really holds is never much larger than the file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

BFLOAT16 = 14
STRING = 7
#: TensorFlow's DataType enum (tensorflow/core/framework/types.proto): the numeric types that a
#: scalar can have, each with its dtype in `tensor_content` and the repeated field it may lie in.
NUMERIC: dict[int, tuple[str, str]] = {
    1: ("<f4", "float_val"),
    2: ("<f8", "double_val"),
    3: ("<i4", "int_val"),
    4: ("u1", "int_val"),
    5: ("<i2", "int_val"),
    6: ("i1", "int_val"),
    9: ("<i8", "int64_val"),
    10: ("?", "bool_val"),
    BFLOAT16: ("<u2", "half_val"),
    17: ("<u2", "int_val"),
    19: ("<f2", "half_val"),
    22: ("<u4", "uint32_val"),
    23: ("<u8", "uint64_val"),
}
_FLOAT8 = {  # bits of the exponent, its bias, whether there are infinities ("ieee") or not
    24: (5, 15, "ieee"),
    25: (4, 7, "fn"),
    26: (4, 8, "fnuz"),
    27: (4, 11, "fnuz"),
    28: (5, 16, "fnuz"),
}
_COMPLEX = {8: ("<c8", "scomplex_val"), 18: ("<c16", "dcomplex_val")}
_MORE = {
    **_COMPLEX,
    # quantised
    11: ("i1", "int_val"),
    12: ("u1", "int_val"),
    13: ("<i4", "int_val"),
    15: ("<i2", "int_val"),
    16: ("<u2", "int_val"),
    # of four and two bits, a byte each
    29: ("i1", "int_val"),
    30: ("u1", "int_val"),
    31: ("i1", "int_val"),
    32: ("u1", "int_val"),
    **dict.fromkeys(_FLOAT8, ("u1", "float8_val")),
}
_REFERENCE = 100  # added to the type of a TensorFlow 1 variable


class MalformedValueError(ValueError):
    """A value that is not what its kind allows; the message names what is wrong with it."""


def field_of(dtype: npt.DTypeLike) -> tuple[int, str] | None:
    """Return the data type that stands for a dtype, and the field that its numbers lie in.

    Examples
    --------
    >>> field_of("float64")
    (2, 'double_val')
    """
    wanted = np.dtype(dtype).newbyteorder("<")
    for kind, (name, field) in {**NUMERIC, **_COMPLEX}.items():
        if np.dtype(name) == wanted and kind != BFLOAT16:
            return kind, field
    return None


def shape_of(tensor: Any) -> tuple[int, ...]:
    """Return the shape that a `TensorProto` claims.

    Raises
    ------
    MalformedValueError
        If it is unknown or has a negative size.
    """
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    if tensor.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        message = "a tensor of unknown shape"
        raise MalformedValueError(message)
    if len(shape) > 32:  # noqa: PLR2004 (as far as any numpy goes)
        message = f"a tensor of {len(shape)} dimensions"
        raise MalformedValueError(message)
    return shape


def array_of(tensor: Any, limit: int) -> npt.NDArray[Any]:
    """Return a numeric or string `TensorProto` as an array.

    Parameters
    ----------
    tensor
        The message.
    limit
        How many elements may come out that the message does not hold, but lets one of its own
        stand for.

    Returns
    -------
    numpy.ndarray
        Of the tensor's shape and dtype; float32 for bfloat16 and 8-bit floats, which numpy lacks,
        objects (bytes) for strings. It may be read-only.

    Raises
    ------
    MalformedValueError
        If type, shape and content do not agree, or too many elements are claimed.
    """
    if tensor.dtype % _REFERENCE == STRING:
        strings = strings_of(tensor)
        array = np.empty(len(strings), object)
        array[:] = strings
        return shaped(array, shape_of(tensor))
    shape = shape_of(tensor)
    count = math.prod(shape)
    numbers = _numbers_of(tensor, count)
    if len(numbers) > count or (count and not len(numbers)):
        message = f"{len(numbers):,} numbers in a tensor of shape {list(shape)}"
        raise MalformedValueError(message)
    if len(numbers) < count:
        # The last number stands for all that follow (source: TensorFlow, tensor.proto).
        if count > limit:
            message = f"a tensor of shape {list(shape)} that holds {len(numbers):,} numbers"
            raise MalformedValueError(message)
        numbers = np.pad(numbers, (0, count - len(numbers)), "edge")
    return shaped(numbers, shape)


def strings_of(tensor: Any) -> list[bytes]:
    """Return the elements of a string `TensorProto` in the order of its shape's last dimension.

    Raises
    ------
    MalformedValueError
        If it holds no strings, or not as many as its shape says.
    """
    if tensor.dtype % _REFERENCE != STRING:
        message = f"a tensor of data type {tensor.dtype} where strings belong"
        raise MalformedValueError(message)
    shape = shape_of(tensor)
    if len(tensor.string_val) != math.prod(shape):
        message = f"{len(tensor.string_val):,} strings in a tensor of shape {list(shape)}"
        raise MalformedValueError(message)
    return list(tensor.string_val)


def shaped(array: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Return `array` in the shape that a `TensorProto` claims.

    Raises
    ------
    MalformedValueError
        If there is no such array.
    """
    try:
        return array.reshape(shape)
    except ValueError:  # no elements at all, in dimensions that are too large
        message = f"a tensor of shape {list(shape)}"
        raise MalformedValueError(message) from None


def _numbers_of(tensor: Any, count: int) -> npt.NDArray[Any]:
    kind = tensor.dtype % _REFERENCE
    dtype, field = NUMERIC.get(kind) or _MORE.get(kind) or ("", "")
    if not dtype:
        message = f"a tensor of data type {tensor.dtype}, which holds no numbers"
        raise MalformedValueError(message)
    if tensor.tensor_content:
        size = len(tensor.tensor_content)
        if size != count * np.dtype(dtype).itemsize:
            message = f"{size:,} bytes where {count:,} of {dtype.lstrip('<')} belong"
            raise MalformedValueError(message)
        numbers = np.frombuffer(tensor.tensor_content, dtype)
    else:
        numbers = _from_field(getattr(tensor, field), dtype, field)
    if kind == BFLOAT16:
        return (numbers.astype("<u4") << 16).view("<f4")
    if kind in _FLOAT8:
        return _from_float8(numbers, *_FLOAT8[kind])
    return numbers


def _from_field(values: Any, dtype: str, field: str) -> npt.NDArray[Any]:
    if field == "float8_val":
        return np.frombuffer(values, dtype)
    if field.endswith("complex_val"):
        parts = np.fromiter(values, f"<f{np.dtype(dtype).itemsize // 2}", len(values))
        return parts[: len(parts) // 2 * 2].view(dtype)
    if field == "half_val":
        return (np.fromiter(values, "<i8", len(values)) & 0xFFFF).astype("<u2").view(dtype)
    if field == "int_val":  # of the narrower types only the lower bits count
        return np.fromiter(values, "<i8", len(values)).astype(dtype)
    return np.fromiter(values, dtype, len(values))


def _from_float8(
    bits: npt.NDArray[Any], exponent_bits: int, bias: int, flavour: str
) -> npt.NDArray[np.float32]:
    """Return 8-bit floats as float32 (source: the OCP 8-bit float specification, and ml_dtypes)."""
    mantissa_bits = 7 - exponent_bits
    codes = np.arange(256)
    exponent = (codes & 0x7F) >> mantissa_bits
    mantissa = (codes & ((1 << mantissa_bits) - 1)) / (1 << mantissa_bits)
    size = np.where(exponent, 1 + mantissa, mantissa) * 2.0 ** (np.maximum(exponent, 1) - bias)
    if flavour == "ieee":
        last = exponent == (1 << exponent_bits) - 1
        size = np.where(last, np.where(mantissa, np.nan, np.inf), size)
    elif flavour == "fn":
        size[[0x7F, 0xFF]] = np.nan
    table = np.where(codes & 0x80, -size, size)
    if flavour == "fnuz":
        table[0x80] = np.nan
    floats: npt.NDArray[np.float32] = table.astype(np.float32)[bits]
    return floats

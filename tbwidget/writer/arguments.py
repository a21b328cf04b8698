"""What the methods of a writer are given, checked before anything is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


def tag_of(tag: object) -> str:
    """Return `tag` if it is a str."""
    if not isinstance(tag, str):
        message = f"a tag must be a str, not {type(tag).__name__}: {tag!r}"
        raise TypeError(message)
    return tag


def step_of(tag: str, step: Any) -> int:
    """Return a step as an int of 64 bits; 0 if it is None."""
    if step is None:
        return 0
    try:
        number = int(step)
    except (TypeError, ValueError, OverflowError):
        message = f"the step of {tag!r} must be an integer, not {step!r}"
        raise TypeError(message) from None
    if not -(2**63) <= number < 2**63:
        message = f"the step of {tag!r} must fit in 64 bits: {number}"
        raise ValueError(message)
    return number


def number_of(tag: str, value: Any) -> float:
    """Return the number that `value` is, or holds as its only element."""
    number = value
    if hasattr(value, "item"):
        try:
            number = value.item()
        except (TypeError, ValueError, RuntimeError):
            shape = getattr(value, "shape", "unknown")
            message = f"the value of {tag!r} must have exactly one element; its shape is {shape}"
            raise ValueError(message) from None
    if not isinstance(number, (str, bytes, bytearray)):
        try:
            return float(number)
        except (TypeError, ValueError):
            pass
    message = f"the value of {tag!r} must be a number, not {type(value).__name__}: {value!r:.80}"
    raise TypeError(message)


def array_of(tag: str, values: Any, kinds: str = "biuf") -> npt.NDArray[Any]:
    """Return numbers as an array, of any shape; tensors of torch and jax are such too.

    Parameters
    ----------
    tag
        Whose values they are, for the message of an error.
    values
        An array, a tensor, numbers, or lists of these.
    kinds
        Kinds of numpy's dtypes that will do. Default: real numbers.

    Raises
    ------
    TypeError
        If they are no such numbers.
    """
    import numpy as np

    values = _detached(values)
    try:
        array = np.asarray(values)
    except ValueError:  # lists of different lengths
        array = np.empty(0, object)
    # Other libraries' types, such as bfloat16 of ml_dtypes, have the kind V.
    if array.dtype.kind == "V" and array.dtype.names is None:
        array = array.astype(np.float32)
    if array.dtype.kind not in kinds:
        message = f"the values of {tag!r} must be an array of numbers, not {values!r:.80}"
        if isinstance(values, (str, os.PathLike)):
            message += "; a file must be read first"
        raise TypeError(message)
    return array


def _detached(values: Any) -> Any:
    """Return torch's tensors, in lists too, apart from the gradients and from the device."""
    if isinstance(values, (list, tuple)):
        tensors = values and (isinstance(values[0], (list, tuple)) or hasattr(values[0], "detach"))
        return [_detached(one) for one in values] if tensors else values
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if str(values.dtype) == "torch.bfloat16":  # of which numpy knows nothing
            values = values.float()
    return values

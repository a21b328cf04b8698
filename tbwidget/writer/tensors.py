"""The tensor method of a writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tbwidget.events.tensors import field_of

from .arguments import array_of, tag_of
from .base import EventWriter

if TYPE_CHECKING:
    import numpy.typing as npt

#: Bytes, of a message of protobuf.
_LARGEST = 2**31


class TensorMethods(EventWriter):
    """Add tensors."""

    def add_tensor(
        self,
        tag: str,
        tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Add a whole tensor.

        Parameters
        ----------
        tag
            Name of the series.
        tensor
            Numbers of any shape, in an array, tensor or list; they keep their type. Of bfloat16,
            which numpy does not have, float32 is made.
        global_step
            Step of the tensor. Default: 0.
        walltime
            Seconds since 1970. Default: now.

        Raises
        ------
        TypeError
            If `tag` is no string, or `tensor` no numbers, or of a type that no event can hold.
        ValueError
            If it has 2 GiB or more.

        Notes
        -----
        uint8 and float16 are written as TensorFlow writes them, so that they can be read. torch
        puts them where neither TensorBoard nor TensorFlow look.

        Examples
        --------
        >>> writer.add_tensor("embedding", weights, step)  # doctest: +SKIP
        >>> tbwidget.Logdir("logs")["."].tensors["embedding"][-1]  # doctest: +SKIP
        """
        array = array_of(tag_of(tag), tensor, kinds="biufc")
        form = field_of(array.dtype)
        if form is None:
            message = f"the tensor {tag!r} is of type {array.dtype}, which no event can hold"
            raise TypeError(message)
        if array.nbytes >= _LARGEST:
            message = f"the tensor {tag!r} has {array.nbytes:,} bytes; it must have less than 2 GiB"
            raise ValueError(message)
        kind, field = form
        fields = {
            "dtype": kind,
            "tensor_shape": {"dim": [{"size": size} for size in array.shape]},
            field: _numbers_in(field, array.ravel()),
        }
        metadata = {"plugin_data": {"plugin_name": "tensor"}}
        self._add(tag, global_step, walltime, metadata=metadata, tensor=fields)


def _numbers_in(field: str, array: npt.NDArray[Any]) -> list[Any]:
    """Return the numbers as the field has them."""
    if field == "half_val":  # as their bits
        array = array.astype("=f2").view("=u2")
    elif array.dtype.kind == "c":  # real and imaginary parts in turn
        array = array.astype(array.dtype.newbyteorder("=")).view(array.real.dtype.newbyteorder("="))
    numbers: list[Any] = array.tolist()
    return numbers

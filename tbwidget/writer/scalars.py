"""The scalar methods of a writer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .arguments import number_of, step_of, tag_of
from .base import EventWriter
from .files import event_of

if TYPE_CHECKING:
    from collections.abc import Mapping


class ScalarMethods(EventWriter):
    """Add scalars."""

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,  # noqa: FBT001, FBT002 (torch's argument)
        double_precision: bool = False,  # noqa: FBT001, FBT002 (torch's argument)
    ) -> None:
        """Add one point to the series `tag`.

        Parameters
        ----------
        tag
            Name of the series; ``"train/loss"`` is shown in the group ``train``.
        scalar_value
            A number, or an array or tensor of one element.
        global_step
            Step of the point. Default: 0.
        walltime
            Seconds since 1970. Default: now.
        new_style
            Write a tensor, as TensorFlow 2 does, instead of a ``simple_value``.
        double_precision
            With `new_style`, keep 64 bits. A ``simple_value`` always has 32.

        Raises
        ------
        TypeError
            If `tag` is no string, or `scalar_value` or `global_step` no number.
        ValueError
            If `scalar_value` has not exactly one element, or the writer is closed.
        RuntimeError
            In a forked process.

        Examples
        --------
        >>> writer.add_scalar("train/loss", loss, step)  # doctest: +SKIP
        """
        value: dict[str, Any] = {}
        number = number_of(tag_of(tag), scalar_value)
        if new_style:
            value["metadata"] = {
                "plugin_data": {"plugin_name": "scalars"},
                "data_class": "DATA_CLASS_SCALAR",
            }
            value["tensor"] = (
                {"dtype": "DT_DOUBLE", "tensor_shape": {}, "double_val": [number]}
                if double_precision
                else {"dtype": "DT_FLOAT", "tensor_shape": {}, "float_val": [number]}
            )
        else:
            value["simple_value"] = number
        self._add(tag, global_step, walltime, **value)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Add one point to each of several runs, so that they share the chart `main_tag`.

        Each key has a run of its own, ``<log_dir>/<main_tag>_<key>`` with ``/`` in the main tag
        as ``_``, with a series `main_tag`: torch's layout.

        Parameters
        ----------
        main_tag
            Name of the series in each run.
        tag_scalar_dict
            One value for each key.
        global_step
            Step of the points. Default: 0.
        walltime
            Seconds since 1970. Default: now, the same for all.

        Examples
        --------
        >>> writer.add_scalars("loss", {"train": 0.3, "val": 0.4}, step)  # doctest: +SKIP
        """
        start = f"{self.log_dir}/{tag_of(main_tag).replace('/', '_')}_"
        numbers = {tag_of(key): number_of(key, value) for key, value in tag_scalar_dict.items()}
        step = step_of(main_tag, global_step)
        walltime = time.time() if walltime is None else walltime
        for key, number in numbers.items():
            value = {"tag": main_tag, "simple_value": number}
            self._files.add(start + key, event_of(step, walltime, summary={"value": [value]}))

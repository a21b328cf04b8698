"""The series of each kind: what one of its values is in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tbwidget.events import payloads
from tbwidget.events.media import Audio, Image
from tbwidget.events.tensors import MalformedValueError, type_name_of

from .blobs import BlobSeries, check_version

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from .blobs import Index

_B = TypeVar("_B")
#: About what a small Python object takes.
_OBJECT_BYTES = 100


class _ArraySeries(BlobSeries[Any]):
    """Values that are arrays, handed out read-only: they are shared by all who ask."""

    _of: ClassVar[Any]

    def _decode(self, event: Any, slot: int) -> tuple[Any, int]:
        array = self._of(event.summary.value[slot])
        array.flags.writeable = False
        return array, _size_of(array)


class HistogramSeries(_ArraySeries):
    """Histograms by step; each is float64[k, 3]: left edge, right edge, count of its buckets.

    Empty buckets at both ends of old histograms are left out, and their outermost edges are
    minimum and maximum, as in TensorBoard; edges keep the 64 bits that the writer gave them.

    Examples
    --------
    >>> left, right, count = run.histograms["dense/kernel"][-1].T  # doctest: +SKIP
    """

    kind = "histograms"
    _purges = True
    _of = staticmethod(payloads.histogram_of)

    def to_pandas(self) -> pd.DataFrame:
        """Return all buckets as a tidy table.

        Returns
        -------
        pandas.DataFrame
            Columns step (int64), wall_time (float64, seconds since the epoch), left, right, count
            (float64); one row a bucket. Histograms that cannot be read are left out.
        """
        from .value_frames import histograms_frame

        return histograms_frame(self)


class TensorSeries(_ArraySeries):
    """Tensors of plugins not known here, by step; strings are bytes objects.

    Examples
    --------
    >>> run.tensors["embedding"][-1].shape  # doctest: +SKIP
    (512, 64)
    """

    kind = "tensors"
    _purges = True
    _has_version = False
    _of = staticmethod(payloads.tensor_of)

    def _decode(self, event: Any, slot: int) -> tuple[Any, int]:
        array, size = super()._decode(event, slot)
        return (array, type_name_of(event.summary.value[slot].tensor)), size

    def _handed_out(self, kept: Any) -> Any:
        return kept[0]

    def type_at(self, index: Index, row: int) -> str:
        """Return the name of the data type that was written: arrays of bfloat16 are float32.

        Raises
        ------
        UnreadableValueError
            If the value cannot be read.
        """
        name: str = self._kept(index, row)[1]
        return name


class PRCurveSeries(_ArraySeries):
    """Precision-recall curves by step.

    Each is float64[6, T]: true positives, false positives, true negatives, false negatives,
    precision and recall at T thresholds from 0 to 1.
    """

    kind = "pr_curves"
    _purges = True
    _of = staticmethod(payloads.pr_curve_of)

    def to_pandas(self) -> pd.DataFrame:
        """Return all curves as a tidy table.

        Returns
        -------
        pandas.DataFrame
            Columns step (int64), wall_time (float64, seconds since the epoch), threshold (0 to 1),
            true_positives, false_positives, true_negatives, false_negatives, precision, recall
            (float64); one row a threshold. Curves that cannot be read are left out.
        """
        from .value_frames import pr_curves_frame

        return pr_curves_frame(self)


class TextSeries(BlobSeries[Any]):
    """Text by step; each is an array of `str` (objects) of rank 0, 1 or 2.

    Of a higher rank it is the first two-dimensional slice, which `note` tells, as in TensorBoard.
    """

    kind = "text"

    def _decode(self, event: Any, slot: int) -> tuple[Any, int]:
        whole = payloads.text_of(event.summary.value[slot])
        text = payloads.first_table_of(whole).copy()
        text.flags.writeable = False
        return (text, whole.ndim), _size_of(text)

    def _handed_out(self, kept: Any) -> Any:
        return kept[0]

    def note(self, item: int) -> str:
        """Return what is left out of the `item`-th text, in a sentence; empty if nothing is."""
        index = self.index()
        return self.note_at(index, self.row_of(index, item))

    def note_at(self, index: Index, row: int) -> str:
        """Return what is left out of the text in one row of `index`; empty if nothing is."""
        _, rank = self._kept(index, row)
        if rank <= 2:  # noqa: PLR2004
            return ""
        return f"A text of {rank} dimensions: only the first two-dimensional slice is shown."

    def to_pandas(self) -> pd.DataFrame:
        """Return all texts as a tidy table.

        Returns
        -------
        pandas.DataFrame
            Columns step (int64), wall_time (float64, seconds since the epoch), row and column
            (int64, both 0 where a text has no dimensions) and text; one row an element. Texts
            that cannot be read are left out.
        """
        from .value_frames import text_frame

        return text_frame(self)


class _ListSeries(BlobSeries[list[_B]], Generic[_B]):
    """Values that are lists of blobs."""

    _of: ClassVar[Any]

    def _decode(self, event: Any, slot: int) -> tuple[list[_B], int]:
        blobs = self._of(event.summary.value[slot])
        return blobs, sum(len(blob.data) + _OBJECT_BYTES for blob in blobs)

    def _handed_out(self, kept: Any) -> list[_B]:
        return list(kept)


class ImageSeries(_ListSeries[Image]):
    """Images by step; each step has a list of them, as encoded bytes.

    Examples
    --------
    >>> image = run.images["sample"][-1][0]  # doctest: +SKIP
    >>> image.mime, image.width, image.height, len(image.data)  # doctest: +SKIP
    ('image/png', 28, 28, 512)
    """

    kind = "images"
    _of = staticmethod(payloads.images_of)

    def to_pandas(self) -> pd.DataFrame:
        """Return what the images are as a tidy table; their bytes are in ``[i]`` alone.

        Returns
        -------
        pandas.DataFrame
            Columns step (int64), wall_time (float64, seconds since the epoch), item (int64, its
            number among those of the step), mime, width, height (int64, pixels) and bytes (int64,
            how many); one row an image. Steps that cannot be read are left out.
        """
        from .value_frames import images_frame

        return images_frame(self)


class AudioSeries(_ListSeries[Audio]):
    """Audio clips by step; each step has a list of them, as encoded bytes with their labels."""

    kind = "audio"
    _of = staticmethod(payloads.audio_clips_of)

    def to_pandas(self) -> pd.DataFrame:
        """Return what the clips are as a tidy table; their bytes are in ``[i]`` alone.

        Returns
        -------
        pandas.DataFrame
            Columns step (int64), wall_time (float64, seconds since the epoch), item (int64, its
            number among those of the step), mime, label, sample_rate (float64, hertz, NaN if not
            known) and bytes (int64, how many); one row a clip. Steps that cannot be read are left
            out.
        """
        from .value_frames import audio_frame

        return audio_frame(self)


class LayoutSeries(BlobSeries[payloads.Layout]):
    """Layouts of custom scalars by step; the last is the one to show."""

    kind = "custom_scalars"
    _has_version = False

    def _decode(self, event: Any, slot: int) -> tuple[payloads.Layout, int]:
        value = event.summary.value[slot]
        return payloads.layout_of(value), value.ByteSize() + _OBJECT_BYTES


class HParamsSeries(BlobSeries[Any]):
    """Records of the hparams plugin, as `HParamsPluginData` messages; not to be changed."""

    kind = "hparams"
    _has_version = False

    def _decode(self, event: Any, slot: int) -> tuple[Any, int]:
        metadata = event.summary.value[slot].metadata
        # Everything is in the metadata, which a writer may have given only once.
        content = metadata.plugin_data.content or self.metadata.content
        check_version(content)
        return payloads.hparams_of(content), len(content) + _OBJECT_BYTES


class MeshPartSeries(_ArraySeries):
    """The vertices, faces or colours of a mesh by step, as `meshes` puts them together."""

    kind = "meshes"
    _of = staticmethod(payloads.mesh_part_of)


class GraphSeries(BlobSeries[tuple[str, bytes]]):
    """Graphs by step, each as what it is and its bytes; `graphs.Graph` makes sense of them."""

    kind = "graphs"
    _has_version = False

    def _decode(self, event: Any, slot: int) -> tuple[tuple[str, bytes], int]:
        if slot < 0:
            what = event.WhichOneof("what")
            data = getattr(event, what) if what else None
            if what == "tagged_run_metadata":
                data = event.tagged_run_metadata.run_metadata
        else:
            what = self.metadata.plugin
            data = payloads.blob_of(event.summary.value[slot])
        if not isinstance(data, bytes):
            message = "no graph"
            raise MalformedValueError(message)
        return (what, data), len(data)


SERIES_OF_KIND: dict[str, type[BlobSeries[Any]]] = {
    series.kind: series
    for series in (
        AudioSeries,
        GraphSeries,
        HParamsSeries,
        HistogramSeries,
        ImageSeries,
        LayoutSeries,
        MeshPartSeries,
        PRCurveSeries,
        TensorSeries,
        TextSeries,
    )
}


def _size_of(array: npt.NDArray[Any]) -> int:
    if array.dtype != object:
        return array.nbytes
    return array.nbytes + sum(len(item) + _OBJECT_BYTES for item in array.flat)


__all__ = [
    "SERIES_OF_KIND",
    "AudioSeries",
    "GraphSeries",
    "HParamsSeries",
    "HistogramSeries",
    "ImageSeries",
    "LayoutSeries",
    "MeshPartSeries",
    "PRCurveSeries",
    "TensorSeries",
    "TextSeries",
]

"""Series whose values are decoded when looked at: order, repeats, damage, files that change."""

from __future__ import annotations

import os
import threading
import tracemalloc
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest

from tbwidget import Logdir
from tbwidget.logs import blobs, decoded
from tbwidget.logs.blobs import UnreadableValueError
from tbwidget.logs.decoded import DECODED, DecodedCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECOND = ef.NAME.replace("1700000000", "1700000500")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    DECODED.clear()
    yield
    DECODED.clear()


def image(step: int, data: bytes = PNG, tag: str = "x", wall_time: float | None = None) -> bytes:
    held = {"tag": tag, "image": {"encoded_image_string": data}}
    return ef.record(ef.summary(step, held, wall_time=wall_time))


def text(step: int, *strings: bytes, shape: list[int] | None = None, tag: str = "t") -> bytes:
    dims = [{"size": size} for size in ([len(strings)] if shape is None else shape)]
    tensor = {"dtype": 7, "tensor_shape": {"dim": dims}, "string_val": strings}
    return ef.record(
        ef.summary(step, {"tag": tag, "tensor": tensor, "metadata": ef.plugin("text")})
    )


def histogram(step: int, count: float = 1.0, tag: str = "h") -> bytes:
    histo = {"min": 0, "max": 1, "bucket_limit": [1], "bucket": [count]}
    return ef.record(ef.summary(step, {"tag": tag, "histo": histo}))


def tensor(step: int, *numbers: float, tag: str = "n", plugin: str | None = None) -> bytes:
    held = {"dtype": 1, "tensor_shape": {"dim": [{"size": len(numbers)}]}, "float_val": numbers}
    metadata = {"metadata": ef.plugin(plugin)} if plugin else {}
    return ef.record(ef.summary(step, {"tag": tag, "tensor": held, **metadata}))


def data(series: Any) -> list[bytes]:
    return [images[0].data for images in series]


# -- access --------------------------------------------------------------------------------------


def test_items_are_those_of_a_sequence(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, *(image(step, b"%d" % step) for step in range(4)))
    series = Logdir(tmp_path)["."].images["x"]
    assert (len(series), series.steps.tolist()) == (4, [0, 1, 2, 3])
    assert series.wall_times.tolist() == [ef.WALL + step for step in range(4)]
    assert data(series) == [b"0", b"1", b"2", b"3"]
    assert [series[-1][0].data, series[np.int64(1)][0].data] == [b"3", b"1"]
    assert [images[0].data for images in series[::-2]] == [b"3", b"1"]
    for item in (4, -5):
        with pytest.raises(IndexError, match="has 4 steps"):
            series[item]


def test_what_is_handed_out_can_be_changed_without_harm_or_not_at_all(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, image(0), histogram(0), text(0, b"a"), tensor(0, 1.0, 2.0))
    run = Logdir(tmp_path)["."]
    run.images["x"][0].clear()
    assert len(run.images["x"][0]) == 1
    for series in (run.histograms["h"], run.text["t"], run.tensors["n"]):
        with pytest.raises(ValueError, match="read-only"):
            series[0][0] = 0
        with pytest.raises(ValueError, match="read-only"):
            series.steps[0] = 5


def test_names_and_descriptions(tmp_path: Path) -> None:
    metadata = ef.plugin("text", display_name="Notes", summary_description="**d**")
    held = {"tag": "t", "metadata": metadata, "tensor": {"dtype": 7, "string_val": [b"a"]}}
    ef.write(tmp_path / ef.NAME, ef.record(ef.summary(0, held)), image(0))
    run = Logdir(tmp_path)["."]
    assert (run.text["t"].display_name, run.text["t"].description) == ("Notes", "**d**")
    assert (run.images["x"].display_name, run.images["x"].description) == ("", "")


def test_an_unknown_tag_names_those_that_are_there(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, image(0, tag="b"), image(0, tag="a"), text(0, b"a"))
    run = Logdir(tmp_path)["."]
    with pytest.raises(KeyError, match=r"no images tag 'c'; it has: 'a', 'b'"):
        run.images["c"]
    with pytest.raises(KeyError, match="it has: none"):
        run.audio["x"]
    assert (list(run.images), "t" in run.images, len(run.audio)) == (["a", "b"], False, 0)


def test_several_values_of_one_event(tmp_path: Path) -> None:
    """Case 74."""
    values: list[dict[str, Any]] = [
        {"tag": "s", "simple_value": 1.0},
        {"tag": "x", "image": {"encoded_image_string": b"A"}},
        {"tag": "h", "histo": {"min": 0, "max": 1, "bucket_limit": [1], "bucket": [3]}},
        {"tag": "y", "image": {"encoded_image_string": b"B"}},
    ]
    ef.write(tmp_path / ef.NAME, ef.record(ef.summary(5, *values)))
    run = Logdir(tmp_path)["."]
    assert run.scalars["s"].values.tolist() == [1.0]
    assert (data(run.images["x"]), data(run.images["y"])) == ([b"A"], [b"B"])
    assert run.histograms["h"][0].tolist() == [[0, 1, 3]]


def test_one_tag_of_several_kinds(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, image(0, tag="x"), histogram(1, tag="x"), ef.record(ef.scalar(2)))
    run = Logdir(tmp_path)["."]
    assert run.tags == {"scalars": ["loss"], "images": ["x"], "histograms": ["x"]}
    assert (run.images["x"].steps.tolist(), run.histograms["x"].steps.tolist()) == ([0], [1])


# -- metadata ------------------------------------------------------------------------------------


def test_later_values_and_files_need_not_say_their_kind_again(tmp_path: Path) -> None:
    """Case 56."""
    ef.write(tmp_path / ef.NAME, tensor(0, *range(6), plugin="pr_curves"), tensor(1, *range(6)))
    ef.write(tmp_path / SECOND, tensor(2, *range(6)))
    run = Logdir(tmp_path)["."]
    assert run.tags == {"pr_curves": ["n"]}
    assert run.pr_curves["n"].steps.tolist() == [0, 1, 2]


def test_later_metadata_is_ignored(tmp_path: Path) -> None:
    """Case 56."""
    ef.write(tmp_path / ef.NAME, tensor(0, 1.0, plugin="one"), tensor(1, 2.0, plugin="text"))
    run = Logdir(tmp_path)["."]
    assert run.tags == {"tensors": ["n"]}
    assert [part.tolist() for part in run.tensors["n"]] == [[1.0], [2.0]]


@pytest.mark.parametrize(
    ("plugin", "data_class", "kind"),
    [
        ("scalars", 1, "scalars"),
        ("scalars", 2, "tensors"),
        ("scalars", 3, "tensors"),
        ("images", 2, "tensors"),
        ("histograms", 2, "histograms"),
        ("histograms", 3, "tensors"),
        ("own", 1, "tensors"),
        ("own", 0, "tensors"),
    ],
)
def test_the_data_class_decides(plugin: str, data_class: int, kind: str, tmp_path: Path) -> None:
    """Cases 57 to 59."""
    held = {"tag": "v", "tensor": {"dtype": 1, "float_val": [2.5]}}
    held["metadata"] = ef.plugin(plugin, data_class=data_class)
    ef.write(tmp_path / ef.NAME, ef.record(ef.summary(0, held)))
    run = Logdir(tmp_path)["."]
    assert run.tags == {kind: ["v"]}
    if kind == "tensors":
        assert run.tensors["v"][0].shape == ()
        assert run.tensors["v"][0] == 2.5


def test_a_newer_format_is_refused_once_and_the_rest_shown(tmp_path: Path) -> None:
    """Case 75."""
    newer = {"metadata": ef.plugin("text", b"\x08\x01")}
    strings = {"dtype": 7, "string_val": [b"a"]}
    ef.write(
        tmp_path / ef.NAME,
        ef.record(ef.summary(0, {"tag": "new", "tensor": strings, **newer})),
        text(0, b"a", tag="old"),
    )
    logs = Logdir(tmp_path)
    with pytest.raises(UnreadableValueError, match=r"newer format \(version 1\)"):
        logs["."].text["new"][0]
    assert logs["."].text["old"][0].tolist() == ["a"]
    assert [problem.kind for problem in logs.problems] == ["value"]


# -- order and repeats ---------------------------------------------------------------------------


def test_of_a_step_written_again_the_later_one_counts(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, image(0, b"a"), image(1, b"b"), image(1, b"c"), image(2, b"d"))
    series = Logdir(tmp_path)["."].images["x"]
    assert (series.steps.tolist(), data(series)) == ([0, 1, 2], [b"a", b"c", b"d"])


def test_all_at_one_step_are_all_kept_as_written(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, image(0, b"a"), image(0, b"b"), image(0, b"c"))
    series = Logdir(tmp_path)["."].images["x"]
    assert (series.steps.tolist(), data(series)) == ([0, 0, 0], [b"a", b"b", b"c"])


def test_order_is_by_step_over_several_files(tmp_path: Path) -> None:
    ef.write(tmp_path / SECOND, image(1, b"B"), image(3, b"d"))
    ef.write(tmp_path / ef.NAME, image(2, b"c"), image(0, b"a"), image(1, b"b"))
    series = Logdir(tmp_path)["."].images["x"]
    assert (series.steps.tolist(), data(series)) == ([0, 1, 2, 3], [b"a", b"B", b"c", b"d"])


@pytest.mark.parametrize("start", [[], [ef.record(ef.start(2))]])
def test_a_restart_takes_no_image_away(start: list[bytes], tmp_path: Path) -> None:
    """Cases 42 and 46."""
    ef.write(tmp_path / ef.NAME, *(image(step, b"old") for step in range(5)))
    ef.write(tmp_path / SECOND, *start, image(2, b"new"), image(4, b"new"))
    series = Logdir(tmp_path)["."].images["x"]
    assert series.steps.tolist() == [0, 1, 2, 3, 4]
    assert data(series) == [b"old", b"old", b"new", b"old", b"new"]


def test_a_restart_takes_no_graph_away(tmp_path: Path) -> None:
    """Case 42."""
    graph = ef.record(ef.event(0, graph_def=b"\x0a\x03\x0a\x01a"))
    ef.write(tmp_path / ef.NAME, graph, ef.record(ef.start(0)), image(0))
    run = Logdir(tmp_path)["."]
    assert [node.name for node in run.graph.nodes] == ["a"]


@pytest.mark.parametrize(("purge", "steps"), [(True, [0, 1, 2, 4]), (False, [0, 1, 2, 3, 4])])
def test_curves_of_histograms_begin_anew_with_a_later_file(
    purge: bool, steps: list[int], tmp_path: Path
) -> None:
    ef.write(tmp_path / ef.NAME, *(histogram(step) for step in range(4)))
    ef.write(tmp_path / SECOND, histogram(2, 9.0), histogram(4, 9.0))
    series = Logdir(tmp_path, purge_orphaned_data=purge)["."].histograms["h"]
    assert series.steps.tolist() == steps
    assert series[2].tolist() == [[0, 1, 9]]


def test_many_small_growths_make_few_pieces(tmp_path: Path) -> None:
    path = ef.write(tmp_path / ef.NAME, image(0))
    logs = Logdir(tmp_path)
    series = logs["."].images["x"]
    for step in range(1, 200):
        ef.append(path, image(step, b"%d" % step))
        logs.refresh()
    assert series.steps.tolist() == list(range(200))
    assert data(series)[1:] == [b"%d" % step for step in range(1, 200)]
    assert len(series._pieces) < 10


def test_many_of_the_usual_form_among_others_keep_the_order_written(tmp_path: Path) -> None:
    """Most are indexed by columns; those of several values, or damaged, are read one by one."""
    histo = {"bucket_limit": list(range(1, 42)), "bucket": [1.0] * 41, "min": 0, "max": 41}
    records, damaged = [], {77, 300}
    for step in range(400):
        values = [{"tag": tag, "histo": histo} for tag in ("a", "b")]
        events = [values] if step % 10 == 3 else [[value] for value in values]
        crc = int(step in damaged)
        records += [ef.record(ef.summary(step, *held), bad_data_crc=crc) for held in events]
    ef.write(tmp_path / ef.NAME, *records)
    logs = Logdir(tmp_path, cache=False)
    run = logs["."]
    for tag in ("a", "b"):
        series = run.histograms[tag]
        assert series.steps.tolist() == [step for step in range(400) if step not in damaged]
        assert (np.diff(series.index().columns.offsets) > 0).all()
        assert [series[at][:, 2].sum() for at in (0, 3, 397)] == [41, 41, 41]
    assert len(logs.problems) == 2 * len(damaged)
    assert run.first_wall_time == ef.WALL


def test_a_look_at_what_is_in_order_copies_nothing(tmp_path: Path) -> None:
    ef.write(tmp_path / ef.NAME, *(image(step) for step in range(100)))
    series = Logdir(tmp_path)["."].images["x"]
    ((_, piece),) = series._pieces
    assert np.shares_memory(series.index().columns.offsets, piece.offsets)
    assert sum(getattr(piece, name).itemsize for name in piece.__slots__) <= 40  # bytes an entry


# -- damage --------------------------------------------------------------------------------------


def test_a_value_that_cannot_be_read_harms_no_other(tmp_path: Path) -> None:
    ef.write(
        tmp_path / "a" / ef.NAME,
        text(0, b"a"),
        text(1, b"a", shape=[2**40]),
        text(2, b"c"),
        image(0),
    )
    logs = Logdir(tmp_path)
    series = logs["a"].text["t"]
    assert logs.problems == []
    assert (series[0].tolist(), series[2].tolist()) == (["a"], ["c"])
    for _ in range(2):
        with pytest.raises(UnreadableValueError, match=r"text 't' at step 1 cannot be read"):
            series[1]
    (problem,) = logs.problems
    assert (problem.kind, problem.file) == ("value", os.path.join("a", ef.NAME))
    assert problem.offset == len(text(0, b"a"))
    assert logs["a"].images["x"][0][0].data == PNG


def test_a_file_that_is_gone_is_an_error_of_the_value_alone(tmp_path: Path) -> None:
    path = ef.write(tmp_path / "a" / ef.NAME, image(0), image(1))
    ef.write(tmp_path / "b" / ef.NAME, image(0))
    logs = Logdir(tmp_path)
    series = logs["a"].images["x"]
    assert series[0]
    path.unlink()
    assert series[0]  # still known
    with pytest.raises(UnreadableValueError, match="No such file"):
        series[1]
    assert logs["b"].images["x"][0]
    logs.refresh()
    assert (logs["a"].deleted, len(series)) == (True, 2)


@pytest.mark.parametrize("cut", [0, 5, 12, 20])
def test_a_file_that_was_changed_is_noticed(cut: int, tmp_path: Path) -> None:
    path = ef.write(tmp_path / ef.NAME, image(0), image(1, b"second"))
    series = Logdir(tmp_path)["."].images["x"]
    path.write_bytes(path.read_bytes()[: len(image(0)) + cut])
    with pytest.raises(UnreadableValueError, match="was changed"):
        series[1]
    ef.write(path, image(0), image(1, b"third!"), image(1, b"second"))
    assert series[1][0].data == b"third!"  # not to be told from what was there
    ef.write(path, image(7), image(8, b"fourth"))
    with pytest.raises(UnreadableValueError, match="was changed"):
        series[0]


def test_a_file_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    path = ef.write(tmp_path / ef.NAME, image(0, b"old"))
    logs = Logdir(tmp_path)
    series = logs["."].images["x"]
    assert data(series) == [b"old"]
    other = ef.write(tmp_path / "new", image(0, b"new", wall_time=5.0), image(1, b"new"))
    other.replace(path)
    logs.refresh()
    assert data(logs["."].images["x"]) == [b"new", b"new"]
    assert logs.progress.points == 2


def test_a_claim_of_gigabytes_is_refused_before_it_is_allocated(tmp_path: Path) -> None:
    """Threats T2 and T3."""
    dims = [{"size": 16384}, {"size": 32768}]
    claim = {"dtype": 1, "tensor_shape": {"dim": dims}, "float_val": [1.0]}
    plugins = ["own", "histograms", "pr_curves", "mesh", "text", "images", "audio"]
    values = [{"tag": name, "tensor": claim, "metadata": ef.plugin(name)} for name in plugins]
    ef.write(tmp_path / ef.NAME, ef.record(ef.summary(0, *values)))
    run = Logdir(tmp_path)["."]
    tracemalloc.start()
    for series in run._blobs.values():
        with pytest.raises(UnreadableValueError):
            series[0]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(run._blobs) == len(plugins)
    assert peak < 2**20


def test_text_of_a_higher_rank_says_that_it_is_a_part(tmp_path: Path) -> None:
    """Case 94."""
    whole = [bytes([65 + n]) for n in range(8)]
    ef.write(tmp_path / ef.NAME, text(0, *whole, shape=[2, 2, 2]), text(1, b"a"))
    series = Logdir(tmp_path)["."].text["t"]
    assert series[0].tolist() == [["A", "B"], ["C", "D"]]
    assert "3 dimensions" in series.note(0)
    assert series.note(1) == ""


# -- the cache -----------------------------------------------------------------------------------


def test_what_was_looked_at_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ef.write(tmp_path / ef.NAME, image(0), image(1))
    series = Logdir(tmp_path)["."].images["x"]
    reads: list[int] = []
    read = blobs.read_bytes

    def counted(path: str, offset: int, count: int) -> Any:
        reads.append(offset)
        return read(path, offset, count)

    monkeypatch.setattr(blobs, "read_bytes", counted)
    for _ in range(3):
        assert len(data(series)) == 2
    assert len(reads) == 2


def test_no_more_is_kept_than_the_capacity() -> None:
    cache = DecodedCache(100)
    made: list[int] = []

    def make(key: int, size: int) -> int:
        def build() -> tuple[int, int]:
            made.append(key)
            return key, size

        return int(cache.get(key, build))

    assert [make(key, 20) for key in range(5)] == [0, 1, 2, 3, 4]
    assert (len(cache), cache.size) == (5, 100)
    make(0, 20)  # looked at again
    make(5, 20)
    assert cache.size == 100
    make(0, 20)
    assert made == [0, 1, 2, 3, 4, 5]
    make(1, 20)  # which was the one looked at longest ago
    assert made[-1] == 1
    make(9, 26)  # too large to be worth all that it would drive out
    make(9, 26)
    assert (made[-2:], cache.size) == ([9, 9], 100)


def test_an_error_is_not_kept() -> None:
    cache = DecodedCache()

    def fail() -> tuple[int, int]:
        raise KeyError

    with pytest.raises(KeyError):
        cache.get("a", fail)
    assert cache.get("a", lambda: (1, 8)) == 1


def test_a_forked_child_does_not_wait_for_a_thread_that_it_lacks() -> None:
    cache = DecodedCache()
    cache._lock.acquire()
    cache.after_fork_in_child()
    assert cache.get("a", lambda: (1, 8)) == 1
    assert decoded.DECODED.capacity == 128 * 2**20


def test_threads_look_while_another_reads_on(tmp_path: Path) -> None:
    """Case 93."""
    path = ef.write(tmp_path / ef.NAME, image(0, b"0"))
    logs = Logdir(tmp_path)
    series = logs["."].images["x"]
    wrong: list[Any] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            index = series.index()
            for item in range(0, len(index.columns), 7):
                found = series[item][0].data
                if found != b"%d" % item:
                    wrong.append((item, found))

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for step in range(1, 150):
        ef.append(path, image(step, b"%d" % step))
        logs.refresh()
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(series) == 150


# -- tables --------------------------------------------------------------------------------------


def test_tables(tmp_path: Path) -> None:
    ef.write(
        tmp_path / ef.NAME,
        ef.record(ef.scalar(0, 0.5)),
        ef.record(ef.scalar(3, 0.25)),
        histogram(0, 2.0),
        ef.record(ef.summary(1, {"tag": "h", "histo": {"bucket": [1], "bucket_limit": []}})),
        histogram(2, 4.0),
    )
    run = Logdir(tmp_path)["."]
    scalars = run.scalars["loss"].to_pandas()
    assert scalars.to_dict("list") == {
        "step": [0, 3],
        "wall_time": [ef.WALL, ef.WALL + 3],
        "value": [0.5, 0.25],
    }
    scalars.loc[0, "value"] = 9.0
    assert run.scalars["loss"].values.tolist() == [0.5, 0.25]
    assert run.histograms["h"].to_pandas().to_dict("list") == {
        "step": [0, 2],
        "wall_time": [ef.WALL, ef.WALL + 2],
        "left": [0.0, 0.0],
        "right": [1.0, 1.0],
        "count": [2.0, 4.0],
    }

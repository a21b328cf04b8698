"""The Tensors tab on the side of the kernel: what is pushed, answered and given to Python."""

from __future__ import annotations

import math
import tracemalloc
from typing import TYPE_CHECKING, Any

import event_files as ef
import numpy as np
import pytest
from array_events import array_event
from pages import Page, unpack

from tbwidget import SummaryWriter, Tensors
from tbwidget.analysis.statistics import STATISTICS, statistics_of
from tbwidget.dashboards.tensors import entries
from tbwidget.widget.values import PLACE

if TYPE_CHECKING:
    from pathlib import Path


def array(step: int, shape: tuple[int, ...] = (3, 4)) -> np.ndarray:
    return np.random.default_rng(step).normal(step, 1, shape)


def write(path: Path, steps: Any, tag: str = "t", plugin: str = "tensor", **options: Any) -> None:
    records = [ef.record(array_event(step, array(step, **options), tag, plugin)) for step in steps]
    ef.write(path / ef.NAME, ef.record(ef.file_version()), *records)


def tensor_event(step: int, tag: str, shape: list[int], dtype: int, **fields: Any) -> bytes:
    tensor = {"dtype": dtype, "tensor_shape": {"dim": [{"size": n} for n in shape]}, **fields}
    return ef.summary(step, {"tag": tag, "metadata": ef.plugin("tensor"), "tensor": tensor})


def value_of(item: dict[str, Any], buffers: list[Any]) -> dict[str, Any]:
    """Put the columns of a value's item together, in the shape of its cells."""
    columns = unpack(item.get("columns", []), buffers)
    return {**item, **{name: held.reshape(item["cells"]) for name, held in columns.items()}}


def held(page: Page, view: Tensors) -> dict[tuple[str, str], dict[str, Any]]:
    """Put together what was pushed of each run and tag, checking that it fits."""
    runs = {number: name for name, number in view.state._run_numbers.items()}
    tags = {number: name for name, number in view.state._tag_numbers.items()}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for message, buffers in page.custom(view, "summaries"):
        left = list(buffers)
        for item in message["items"]:
            key = runs[item["key"][0]], tags[item["key"][1]]
            columns = unpack(item["columns"], left)
            assert list(columns) == ["step", "wall", *PLACE, *STATISTICS]
            before = found.get(key, {"columns": {}})
            kept = {
                name: before["columns"].get(name, np.empty(0))[: item["from"]] for name in columns
            }
            joined = {name: np.append(kept[name], columns[name]) for name in columns}
            assert all(len(column) == item["n"] for column in joined.values())
            value = value_of(item["value"], left) if "value" in item else before.get("value")
            found[key] = {**item, "columns": joined, "value": value}
        assert not left
    return found


def ask(page: Page, view: Tensors, row: int, **wish: Any) -> dict[str, Any]:
    """Ask for a row of the first series."""
    (key, series), *_ = held(page, view).items()
    place = [int(series["columns"][name][row]) for name in PLACE]
    wish = {"run": key[0], "tag": key[1], "place": place, **wish}
    answer, buffers = page.ask(view, "values", wishes=[wish])
    assert answer["ok"], answer
    (item,) = answer["result"]
    return value_of(item, list(buffers))


def opened(page: Page, path: Path, **options: Any) -> Tensors:
    view = Tensors(path, **options)
    page.read()
    page.tick()
    return view


# -- pushes --------------------------------------------------------------------------------------


def test_statistics_by_step_and_the_newest_tensor_are_pushed(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5, 9])
    write(tmp_path / "b", [3], plugin="my_plugin")
    found = held(page, opened(page, tmp_path))
    columns = found["a", "t"]["columns"]
    assert columns["step"].tolist() == [0, 5, 9]
    for row, step in enumerate((0, 5, 9)):
        numbers = [columns[name][row] for name in STATISTICS]
        np.testing.assert_array_equal(numbers, statistics_of(array(step)))
    newest = found["a", "t"]["value"]
    assert (newest["shape"], newest["type"], newest["plugin"]) == ((3, 4), "float64", "tensor")
    np.testing.assert_array_equal(newest["value"], array(9))
    assert newest["statistics"] == dict(zip(STATISTICS, statistics_of(array(9)), strict=True))
    assert found["b", "t"]["value"]["plugin"] == "my_plugin"


def test_only_what_is_new_follows_and_what_is_replaced(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0, 1])
    view = opened(page, tmp_path)
    assert page.tick(0.3) == 0
    ef.append(tmp_path / ef.NAME, ef.record(array_event(2, array(2), "t", "tensor")))
    page.read()
    page.tick(0.3)
    ((message, _),) = page.custom(view, "summaries")[1:]
    assert [(item["from"], item["n"]) for item in message["items"]] == [(2, 3)]
    ef.append(tmp_path / ef.NAME, ef.record(array_event(1, array(77), "t", "tensor")))
    page.read()
    page.tick(0.3)
    series = held(page, view)[".", "t"]
    assert series["columns"]["mean"][1] == statistics_of(array(77))[5]
    np.testing.assert_array_equal(ask(page, view, 1)["value"], array(77))


def test_of_many_steps_all_places_and_some_statistics_are_sent(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MOST_STEPS", 8)
    write(tmp_path, range(20))
    view = opened(page, tmp_path)
    columns = held(page, view)[".", "t"]["columns"]
    assert columns["step"].tolist() == list(range(20))
    assert np.flatnonzero(~np.isnan(columns["size"])).tolist() == [0, 4, 8, 12, 16, 19]
    np.testing.assert_array_equal(ask(page, view, 13)["value"], array(13))


def test_of_large_tensors_fewer_are_read(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, range(40))
    monkeypatch.setattr(entries, "READ_BYTES", 500)
    columns = held(page, opened(page, tmp_path))[".", "t"]["columns"]
    assert 2 <= np.sum(~np.isnan(columns["size"])) <= entries.FEWEST_STEPS + 1
    monkeypatch.setattr(entries, "READ_BYTES", 20)  # less than any
    other = Tensors(tmp_path)
    page.tick()
    assert np.isnan(held(page, other)[".", "t"]["columns"]["size"]).all()
    other.close()


def test_a_large_tensor_is_pushed_by_blocks(page: Page, tmp_path: Path) -> None:
    write(tmp_path, [0], shape=(700, 130))
    view = opened(page, tmp_path)
    newest = held(page, view)[".", "t"]["value"]
    assert (newest["slice"], newest["block"], newest["how"]) == ((700, 130), (11, 3), "mean")
    assert newest["cells"] == newest["value"].shape == (64, 44)
    np.testing.assert_allclose(newest["value"][2, 1], array(0, (700, 130))[22:33, 3:6].mean())


# -- answers -------------------------------------------------------------------------------------


def test_slices_are_answered_as_they_are_wanted(page: Page, tmp_path: Path) -> None:
    shape = (3, 4, 300, 270)
    write(tmp_path, [0], shape=shape)
    view = opened(page, tmp_path)
    whole = array(0, shape)
    part = ask(page, view, 0, index=[2, 9], how="part", cells=256, first=[999, 3])
    assert (part["index"], part["first"], part["cells"]) == ((2, 3), (44, 3), (256, 256))
    np.testing.assert_array_equal(part["value"], whole[2, 3, 44:, 3:259])
    least = ask(page, view, 0, index=[1], how="min", cells=10_000)
    assert (least["block"], least["cells"]) == ((2, 2), (150, 135))
    assert least["value"][0, 0] == whole[1, 0, :2, :2].min()
    assert least["value"].nbytes <= 8 * 256**2


@pytest.mark.parametrize(
    "wish",
    [
        {"index": "x", "how": 3, "cells": "many", "first": None},
        {"index": [None, 1.5, "a"], "cells": -4, "first": [True]},
        {"index": [10**30] * 99, "how": "__class__", "first": [-(10**30), 10**30]},
    ],
)
def test_nonsense_is_answered_with_something_small(
    page: Page, tmp_path: Path, wish: dict[str, Any]
) -> None:
    write(tmp_path, [0], shape=(2, 80, 80))
    found = ask(page, opened(page, tmp_path), 0, **wish)
    assert found["how"] == "mean"
    assert max(found["cells"]) <= 64


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("?", "u1"), ("u1", "u1"), ("i1", "i4"), ("<i2", "i4"), ("<i4", "i4"), ("<f2", "f4"),
        ("<f4", "f4"), ("<f8", "f8"), ("<i8", "f8"), ("<u4", "f8"),
    ],
)  # fmt: skip
def test_numbers_of_every_type_arrive_exactly(
    page: Page, tmp_path: Path, name: str, wire: str
) -> None:
    given = np.arange(12).reshape(3, 4).astype(name)
    with SummaryWriter(tmp_path) as writer:
        writer.add_tensor("t", given, 0)
    newest = held(page, opened(page, tmp_path))[".", "t"]["value"]
    assert newest["type"] == given.dtype.name
    assert [kind for _, kind, _ in newest["columns"]] == [wire]
    np.testing.assert_array_equal(newest["value"], given)


def test_complex_bfloat16_large_integers_and_texts(page: Page, tmp_path: Path) -> None:
    numbers = np.array([[1 + 2j, np.nan], [3, -4j]])
    texts = [b"caf\xc3\xa9", b"\xff", b"x" * 4000, b"<b>"]
    events = [
        tensor_event(0, "complex", [2, 2], 18, tensor_content=numbers.astype("<c16").tobytes()),
        tensor_event(0, "brain", [2], 14, half_val=[0x3F80, 0xBF80]),
        tensor_event(0, "long", [2], 9, int64_val=[2**53 + 1, -5]),
        tensor_event(0, "texts", [4], 7, string_val=texts),
    ]
    ef.write(tmp_path / ef.NAME, *map(ef.record, events))
    found = {tag: item["value"] for (_, tag), item in held(page, opened(page, tmp_path)).items()}
    np.testing.assert_array_equal(found["complex"]["real"], numbers.real)
    np.testing.assert_array_equal(found["complex"]["imaginary"], numbers.imag)
    assert (found["complex"]["type"], found["complex"]["statistics"]["nan"]) == ("complex128", 1)
    assert found["brain"]["type"] == "bfloat16"
    assert found["brain"]["value"].tolist() == [[1, -1]]
    assert found["long"]["rounded"]
    assert found["texts"]["cells"] == (4, 1)
    assert [row[0][:500] for row in found["texts"]["texts"]] == ["café", "\ufffd", "x" * 500, "<b>"]
    assert found["texts"]["texts"][2][0].endswith("… (4,000 bytes)")


def test_many_texts_are_sent_in_part(page: Page, tmp_path: Path) -> None:
    texts = [str(number).encode() for number in range(300 * 40)]
    event = tensor_event(0, "t", [300, 40], 7, string_val=texts)
    ef.write(tmp_path / ef.NAME, ef.record(event))
    view = opened(page, tmp_path)
    found = ask(page, view, 0, first=[250, 30])
    assert (found["cells"], found["first"], found["slice"]) == ((128, 16), (172, 24), (300, 40))
    assert found["texts"][0][0] == str(172 * 40 + 24)


def test_odd_tensors_are_sent_as_they_are(page: Page, tmp_path: Path) -> None:
    odd = {
        "empty": np.empty((0, 3)),
        "nothing": np.empty((3, 0, 2)),
        "nan": np.full((2, 2), np.nan),
        "huge": np.array([1e308, -1e308]),
        "number": np.float64(7),
        "deep": np.ones((1,) * 20),
    }
    events = [array_event(0, np.asarray(values), tag, "tensor") for tag, values in odd.items()]
    ef.write(tmp_path / ef.NAME, *map(ef.record, events))
    found = {tag: item["value"] for (_, tag), item in held(page, opened(page, tmp_path)).items()}
    assert {tag: item["shape"] for tag, item in found.items()} == {
        tag: np.shape(values) for tag, values in odd.items()
    }
    for tag, values in odd.items():
        assert found[tag]["value"].ravel().tolist() == pytest.approx(
            np.ravel(values).tolist(), nan_ok=True
        )
    assert found["nan"]["statistics"]["mean"] is None
    assert math.isclose(found["huge"]["statistics"]["std"], 1e308)


def test_shapes_may_change_from_step_to_step(page: Page, tmp_path: Path) -> None:
    shapes = [(2, 3), (4,), (2, 2, 2)]
    events = [array_event(step, array(step, shape), "t", "x") for step, shape in enumerate(shapes)]
    ef.write(tmp_path / ef.NAME, *map(ef.record, events))
    view = opened(page, tmp_path)
    found = [ask(page, view, row, index=[1]) for row in range(3)]
    assert [item["shape"] for item in found] == shapes
    np.testing.assert_array_equal(found[2]["value"], array(2, (2, 2, 2))[1])


def test_a_few_bytes_that_claim_two_gigabytes_are_refused(page: Page, tmp_path: Path) -> None:
    claim = tensor_event(1, "t", [16384, 32768], 1, float_val=[1.0])
    good = array_event(0, array(0), "t", "tensor")
    ef.write(tmp_path / ef.NAME, ef.record(good), ef.record(claim))
    tracemalloc.start()
    view = opened(page, tmp_path)
    series = held(page, view)[".", "t"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 * 2**20
    assert series["unreadable"] == 1
    assert np.isnan(series["columns"]["size"]).tolist() == [False, True]
    assert "[16384, 32768]" in series["value"]["error"]
    assert series["value"]["plugin"] == "tensor"
    np.testing.assert_array_equal(ask(page, view, 0)["value"], array(0))
    assert any("16384" in problem.message for problem in view.logdir.problems)


# -- back in Python ------------------------------------------------------------------------------


def test_data_selection_and_statistics(page: Page, tmp_path: Path) -> None:
    write(tmp_path / "a", [0, 5, 9])
    write(tmp_path / "b", [7])
    ef.append(tmp_path / "b" / ef.NAME, ef.record(tensor_event(8, "t", [2**15, 2**16], 1)))
    view = opened(page, tmp_path)
    data = view.data
    assert list(data.columns) == ["run", "tag", "step", "wall_time", "tensor"]
    assert data[["run", "tag", "step"]].to_numpy().tolist() == [
        ["a", "t", 0], ["a", "t", 5], ["a", "t", 9], ["b", "t", 7],
    ]  # fmt: skip
    assert data.dtypes.step == np.int64
    np.testing.assert_array_equal(data.tensor[1], array(5))
    view.step = 7.5
    assert view.selection.step.tolist() == [5, 7]
    np.testing.assert_array_equal(view.selection.tensor[1], array(7))
    view.hidden_runs = ["a"]
    assert view.selection.run.tolist() == ["b"]
    table = view.statistics
    assert list(table.columns) == ["run", "tag", "step", "wall_time", *STATISTICS]
    assert table["mean"][3] == statistics_of(array(7))[5]
    view.hidden_runs = ["a", "b"]
    assert view.selection.empty

"""Scalars of real log directories: what was written, and what TensorBoard's loaders read of it."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shared_logs
from references import points, reference, relation, sha256, written

from tbwidget import Logdir
from tbwidget.events.columns import Cursor
from tbwidget.events.decode import decode

if TYPE_CHECKING:
    from pathlib import Path

NAMES = shared_logs.names() or ["absent"]

#: Where we differ from TensorBoard on purpose: (directory, loader) -> runs, or runs and tags ->
#: how, and by which rule of a series.
PYTHON, RUST = "expected.json", "expected_fast.json"
DIFFERENCES: dict[tuple[str, str], dict[str, tuple[str, str]]] = {
    ("damaged_framing", PYTHON): {
        "bad_*_[ab]": ("fewer there", "6: it stops at damage, we go on after it"),
        "huge_length_*": ("fewer there", "6: it stops at damage, we go on after it"),
        "negative_length_*": ("fewer there", "6: it stops at damage, we go on after it"),
        "valid_frame_bad_proto_*": ("fewer there", "6: it stops at damage, we go on after it"),
    },
    ("damaged_framing", RUST): {
        "bad_data_crc_a": ("fewer there", "6: it gives the file up where nothing can be parsed"),
        "bad_footer_a": ("more there", "6: it takes a point that fails its checksum"),
        "bad_len*": ("fewer there", "6: it stops at damage, we go on after it"),
        "huge_length_*": ("missing there", "6: its process ends, all runs with it"),
        "negative_length_*": ("missing there", "6: its process ends, all runs with it"),
        "valid_frame_bad_proto_*": ("fewer there", "6: it stops at damage, we go on after it"),
    },
    ("damaged_semantics", PYTHON): {
        "interleaved_writers": ("other order", "1: by step; it keeps the order of the files"),
        "non_utf8_tag": ("missing there", "6: it gives the file up at the first such tag"),
        "out_of_order_nover": ("fewer there", "3: it purges what an old file version repeats"),
        "out_of_order_v1": ("fewer there", "3: it purges what an old file version repeats"),
        "out_of_order_v2": ("other order", "3: sorted; it keeps the order as written"),
        "restart_no_start": ("superseded here", "2: a later file that begins earlier"),
        "restart_one_start": ("superseded here", "2: it does not take a first START for a restart"),
        "rotated_name_order": ("other order", "1: files in natural order, it has them as text"),
        "tag_collision": ("more there", "it counts values of all kinds that share a tag"),
    },
    ("damaged_semantics", RUST): {
        "dtypes": ("fewer there", "it takes only float scalars of rank 0"),
        "duplicate_same_step": ("fewer there", "4: equal steps are all kept"),
        "interleaved_writers": ("fewer there", "2: it drops what another writer was behind with"),
        "nan_inf": ("fewer there", "1: it preempts"),
        "non_utf8_tag": ("missing there", "6: it gives the file up at the first such tag"),
        "odd_walltime": ("fewer there", "5: it gives the file up at a NaN wall time"),
        "out_of_order_*": ("fewer there", "3: it drops what is out of order"),
        "rotated_name_order": ("fewer there", "3: it drops what is out of order"),
    },
    ("damaged_tree", PYTHON): {
        "parent/loop/*": ("missing here", "a link to a directory above is not walked again"),
        ".": ("missing there", "it shows the run of the root without its values"),
    },
    ("lightning_mlp", PYTHON): {"default/version_?": ("superseded here", "1: written again")},
    ("pub_determined_many_empty", PYTHON): {
        "Apr14_21-11-43_*": ("superseded here", "2: later files begin earlier"),
        "Apr14_22-47-46_*": ("superseded here", "2: later files begin earlier"),
        "Apr14_23-00-45_*": ("superseded here", "2: later files begin earlier"),
    },
    ("pub_determined_many_empty", RUST): {
        "Apr14_21-11-43_* Determined/[lw]*": (
            "fewer there, and superseded here",
            "2: files in natural order, it has them as text",
        ),
        "Apr14_21-11-43_* Determined/val_loss": (
            "fewer there",
            "2: files in natural order, it has them as text",
        ),
        "Apr14_22-*": ("fewer there", "2: files in natural order, it has them as text"),
        "Apr14_23-00-45_*": ("fewer there", "4: equal steps are all kept"),
    },
    ("pub_lightning_pixel", RUST): {
        "lightning_logs/version_[012]": ("fewer there", "4: equal steps are all kept"),
    },
    ("pub_lightning_pixel", PYTHON): {
        "lightning_logs/version_[02]": ("superseded here", "1: written again"),
    },
    ("pub_lightning_satd", PYTHON): {"*": ("superseded here", "1: written again")},
    ("pub_mlagents_rollaball", PYTHON): {
        "RayImi/CollectAll": ("superseded here", "2: a later file begins earlier"),
    },
    ("pub_projector_soliblue", PYTHON): {".": ("superseded here", "2: later files begin earlier")},
    ("pub_sb2_ppo2", PYTHON): {"*": ("superseded here", "1: written again")},
    ("pub_sb2_ppo2", RUST): {"*": ("fewer there", "3: it drops what is out of order")},
    ("pub_tensorboard_profile_odd_name", RUST): {
        ".": ("fewer there", "4: equal steps are all kept"),
    },
    ("pub_tf1_zoo", RUST): {"*": ("fewer there", "4: equal steps are all kept")},
    ("pub_tbreview_hparams", PYTHON): {
        "log-base/*": ("superseded here", "2: a later file begins earlier"),
    },
    ("torch_restart_purge", PYTHON): {"job": ("superseded here", "2: later files begin earlier")},
}


def root_of(name: str, scratch: Path) -> Path:
    (root,) = shared_logs.logs_of(name, scratch)
    return root / "logs" if (root / "logs").is_dir() else root


@pytest.mark.parametrize("name", NAMES)
def test_every_directory_opens(name: str, tmp_path: Path) -> None:
    for root in shared_logs.logs_of(name, tmp_path):
        logs = Logdir(root)
        assert logs.progress.complete
        for run in logs.values():
            for series in run.scalars.values():
                lengths = {len(series.steps), len(series.wall_times), len(series.values)}
                assert lengths == {len(series)}
                assert np.all(np.diff(series.steps) > 0) or np.all(series.steps == series.steps[0])


@pytest.mark.parametrize("name", [name for name in NAMES if name != "growing"])
@pytest.mark.parametrize("file", [PYTHON, RUST])
def test_the_same_as_tensorboard_but_for_the_listed(name: str, file: str, tmp_path: Path) -> None:
    root = root_of(name, tmp_path)
    logs, theirs = Logdir(root), reference(name, file)
    tags = {(run, tag) for run, read in theirs.items() for tag in read}
    tags |= {(run, tag) for run in logs for tag in logs[run].scalars}
    listed = DIFFERENCES.get((name, file), {})
    used, wrong = set(), []
    for run, tag in sorted(tags):
        found = relation(root, logs, run, tag, theirs.get(run, {}).get(tag))
        patterns = [p for p in listed if fnmatchcase(run, p) or fnmatchcase(f"{run} {tag}", p)]
        if found == "same":
            continue
        if not any(listed[pattern][0] == found for pattern in patterns):
            wrong.append((run, tag[:40], found))
        used |= {pattern for pattern in patterns if listed[pattern][0] == found}
    assert wrong == []
    assert sorted(set(listed) - used) == []  # a difference that no longer exists


# -- what was given to the writer ----------------------------------------------------------------

#: Truth that never reached the files.
NOT_WRITTEN = {
    ("tf_keras_callback_text", "epoch_accuracy"),
    ("tf_keras_callback_text", "epoch_loss"),
}


def truths() -> list[Any]:
    found = []
    for name in shared_logs.names():
        runs = (shared_logs.read_json(name, "truth.json") or {}).get("runs") or {}
        found += [
            pytest.param(name, run, tag, id=f"{name}-{run}-{tag}")
            for run, kinds in runs.items()
            for tag in kinds.get("scalars", {})
        ]
    return found or [pytest.param("absent", "", "", id="absent")]


def current(points: list[dict[str, Any]], segments: list[Any]) -> list[dict[str, Any]]:
    """Return the points that rules 1 and 2 leave of those written."""
    left: dict[Any, dict[str, Any]] = {}
    for number, point in enumerate(points):
        segment = point.get("segment", 0)
        if number and segment != points[number - 1].get("segment", 0):
            purge = segments[segment][2]
            begins = point["step"] if purge is None else purge
            left = {step: kept for step, kept in left.items() if step < begins}
        left[number if point["step"] is None else point["step"]] = point
    return sorted(left.values(), key=lambda point: point["step"] or 0)


@pytest.mark.parametrize(("name", "run", "tag"), truths())
def test_what_was_written_is_read(name: str, run: str, tag: str, tmp_path: Path) -> None:
    root = root_of(name, tmp_path)
    truth = shared_logs.read_json(name, "truth.json")
    series = Logdir(root)[run].scalars[tag]
    expected = current(truth["runs"][run]["scalars"][tag], truth.get("segments", []))
    values = np.float32([float(str(point["value"])) for point in expected])
    if (name, tag) in NOT_WRITTEN:
        assert len(written(root, run, tag)[0]) == len(series) == 1
        expected, values = expected[-1:], values[-1:]
    if all(point["step"] is not None for point in expected):
        assert series.steps.tolist() == [point["step"] for point in expected]
    np.testing.assert_array_equal(np.float32(series.values), values)
    if all("wall_time" in point for point in expected):
        assert series.wall_times.tolist() == [point["wall_time"] for point in expected]


# -- damage whose extent is known ----------------------------------------------------------------

FRAMING = shared_logs.read_json("damaged_framing", "truth.json") if NAMES != ["absent"] else None
CASES = sorted(FRAMING["cases"]) if FRAMING else ["absent"]
#: How many records of a whole file of each sort, and the whole file of each.
WHOLE = {"a": ("tail_zeros_a", 280), "b": ("tail_zeros_b", 48)}
KIND = {
    "bad_len_crc": "header",
    "bad_data_crc": "data_crc",
    "bad_footer": "data_crc",
    "bad_length": "header",
    "huge_length_2e62": "header",
    "huge_length_4gb": "header",
    "negative_length": "header",
    "valid_frame_bad_proto": "not_protobuf",
    "tail_garbage": "header",
    "garbage": "header",
    "garbage_then_good": "header",
    "lfs_pointer": "not_event_file",
    "gzipped": "not_event_file",
}


def records(path: Path) -> int:
    """Return how many good records are read of a file."""
    batch, count = None, 0
    while batch is None or batch.stop == "more":
        batch = decode(str(path), batch.cursor if batch else Cursor(), patient=False)
        bad = [p for p in batch.problems if p.kind in ("data_crc", "not_protobuf")]
        count += batch.records - len(bad)
    return count


def good_records(case: str, file: dict[str, Any]) -> int | None:
    """Return how many records of a file are good as its truth says; None if it does not say."""
    before = file.get("good_records_before")
    if before is None:
        return file.get("good_records", file.get("records"))
    if "records_after" in file:
        return int(before + file["records_after"])
    return WHOLE[case[-1]][1] - 1  # the record whose length is wrong is lost, and no other


@pytest.mark.parametrize("case", CASES)
def test_records_before_and_after_damage_are_read(case: str, tmp_path: Path) -> None:
    root = root_of("damaged_framing", tmp_path)
    for file in FRAMING["cases"][case]["files"]:
        path = root / case / file["file"]
        assert path.stat().st_size == file["bytes"]
        expected = good_records(case, file)
        if case.startswith(("huge_length", "negative_length")):
            assert records(path) > expected  # its truth counts only those before
        elif expected is not None:
            assert records(path) == expected


@pytest.mark.parametrize("case", CASES)
def test_damage_is_a_problem_of_its_kind_and_nothing_else_is_one(case: str, tmp_path: Path) -> None:
    logs = Logdir(root_of("damaged_framing", tmp_path))
    kinds = {p.kind for p in logs.problems if p.file.startswith(f"{case}/")}
    damage = case.removesuffix("_a").removesuffix("_b")
    assert kinds == ({KIND[damage]} if damage in KIND else set())
    assert (case in logs) == (case != "not_matched")


@pytest.mark.parametrize("sort", ["a", "b"])
def test_damage_costs_no_more_than_the_record_it_hits(sort: str, tmp_path: Path) -> None:
    root = root_of("damaged_framing", tmp_path)
    logs = Logdir(root)
    whole = logs[WHOLE[sort][0]]
    for damage in ("bad_len_crc", "bad_data_crc", "bad_footer", "bad_length"):
        run = logs[f"{damage}_{sort}"]
        lost = 0
        for tag, series in whole.scalars.items():
            full = Counter(points(series.steps, series.values))
            left = Counter(points(run.scalars[tag].steps, run.scalars[tag].values))
            assert left <= full
            lost += (full - left).total()
        assert lost <= 1


def test_files_after_damaged_ones_are_whole(tmp_path: Path) -> None:
    logs = Logdir(root_of("damaged_framing", tmp_path))
    whole = logs[WHOLE["a"][0]]
    for case in ("zero_then_good", "garbage_then_good", "odd_names"):
        for tag, series in whole.scalars.items():
            assert sha256(logs[case].scalars[tag].values, "<f8") == sha256(series.values, "<f8")


@pytest.mark.parametrize(
    ("run", "steps"),
    [
        ("restart_two_starts", 35),
        ("restart_no_start", 40),
        ("restart_one_start", 30),
        ("out_of_order_v2", 30),
        ("out_of_order_v1", 30),
        ("out_of_order_nover", 30),
        ("rotated_5", None),
        ("rotated_name_order", 50),
        ("interleaved_writers", None),
    ],
)
def test_series_of_odd_writers_are_whole(run: str, steps: int | None, tmp_path: Path) -> None:
    series = Logdir(root_of("damaged_semantics", tmp_path))[run].scalars["loss"]
    count = len(series) if steps is None else steps
    assert series.steps.tolist() == list(range(count))
    assert count > 20

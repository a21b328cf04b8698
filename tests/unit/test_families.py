"""Runs that one call made out of another are its children; their own names stay valid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import event_files as ef
import pytest
import tensorboardX
from hparams_records import end, experiment, scalar, session

from tbwidget import Logdir, SummaryWriter
from tbwidget.logs.families import kinship_of

if TYPE_CHECKING:
    from pathlib import Path

NAME = ef.NAME


def kin(logs: Logdir) -> dict[str, tuple[str, str, str]]:
    """Return parent, call and key of each run that is a child."""
    found = {name: kinship_of(run, logs.runs) for name, run in logs.runs.items()}
    return {name: (one.parent.name, one.call, one.key) for name, one in found.items() if one}


def hparams_run(path: Path, *more: bytes) -> None:
    ef.write(path / NAME, experiment(["lr"], [("", "acc")]), session({"lr": 1.0}), end(), *more)


# -- add_scalars ---------------------------------------------------------------------------------


def test_layout_of_torch(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "exp") as writer:  # of torch's layout, as its tests hold
        writer.add_scalar("lr", 0.1, 0)
        writer.add_scalars("train/loss", {"first": 1.0, "second part": 2.0}, 0)
    logs = Logdir(tmp_path)
    assert kin(logs) == {
        "exp/train_loss_first": ("exp", "add_scalars", "first"),
        "exp/train_loss_second part": ("exp", "add_scalars", "second part"),
    }
    assert [run.name for run in logs["exp"].children] == list(kin(logs))
    assert logs["exp/train_loss_first"].parent is logs["exp"]
    assert logs["exp/train_loss_first"].scalars["train/loss"].values.tolist() == [1.0]
    assert (logs["exp"].parent, logs["exp/train_loss_first"].children) == (None, [])


def test_layout_of_tensorboardx(tmp_path: Path) -> None:
    with tensorboardX.SummaryWriter(str(tmp_path / "exp")) as writer:
        writer.add_scalar("lr", 0.1, 0)
        writer.add_scalars("train/loss", {"a": 1.0, "b/c": 2.0}, 0)
    logs = Logdir(tmp_path)
    assert kin(logs) == {
        "exp/train/loss/a": ("exp", "add_scalars", "a"),
        "exp/train/loss/b/c": ("exp", "add_scalars", "b/c"),
    }
    assert [run.name for run in logs["exp"].children] == list(kin(logs))


@pytest.mark.parametrize("writer", [SummaryWriter, tensorboardX.SummaryWriter])
def test_children_of_the_root(writer: Any, tmp_path: Path) -> None:
    with writer(str(tmp_path)) as open_writer:
        open_writer.add_scalar("lr", 0.1, 0)
        open_writer.add_scalars("loss", {"a": 1.0, "b": 2.0}, 0)
    logs = Logdir(tmp_path)
    assert {(parent, key) for parent, _, key in kin(logs).values()} == {(".", "a"), (".", "b")}
    assert logs["."].children == [logs[name] for name in kin(logs)]


@pytest.mark.parametrize(
    ("folder", "tag"),
    [
        ("my loss_key", "my_loss"),
        ("my loss_key", "my loss"),
        ("loss (%)/key", "loss____"),
        ("loss_key", "/loss"),
    ],
)
def test_tags_may_have_been_cleaned_where_folders_were_not(
    folder: str, tag: str, tmp_path: Path
) -> None:
    ef.write(tmp_path / NAME, scalar(1.0, "lr"))
    ef.write(tmp_path / folder / NAME, scalar(1.0, tag))
    assert kin(Logdir(tmp_path)) == {folder: (".", "add_scalars", "key")}


@pytest.mark.parametrize(
    ("child", "values"),
    [
        ("loss_a", [scalar(1.0, "loss"), scalar(1.0, "acc")]),  # more than the call writes
        ("loss_a", [scalar(1.0, "other")]),
        ("loss_", [scalar(1.0, "loss")]),  # no key
        ("loss", [scalar(1.0, "loss")]),
        ("lossa", [scalar(1.0, "loss")]),
        ("train", [scalar(1.0, "loss")]),
        ("loss_a", [scalar(1.0, "loss"), ef.record(ef.event(0, graph_def=b""))]),
        ("loss_a", [ef.record(ef.file_version())]),
    ],
)
def test_runs_that_only_look_alike_stand_for_themselves(
    child: str, values: list[bytes], tmp_path: Path
) -> None:
    ef.write(tmp_path / "exp" / NAME, scalar(1.0, "lr"))
    ef.write(tmp_path / "exp" / child / NAME, *values)
    logs = Logdir(tmp_path)
    assert kin(logs) == {}
    assert (logs["exp"].children, logs[f"exp/{child}"].parent) == ([], None)


def test_without_a_run_above_there_is_no_parent(tmp_path: Path) -> None:
    ef.write(tmp_path / "exp" / "loss_a" / NAME, scalar(1.0, "loss"))
    assert kin(Logdir(tmp_path)) == {}


def test_the_nearest_run_that_fits_is_the_parent(tmp_path: Path) -> None:
    ef.write(tmp_path / NAME, scalar(1.0, "lr"))
    ef.write(tmp_path / "loss" / "x" / NAME, scalar(1.0, "lr"))
    ef.write(tmp_path / "loss" / "x" / "loss_a" / NAME, scalar(1.0, "loss"))
    ef.write(tmp_path / "loss" / "y" / "z" / NAME, scalar(1.0, "loss"))
    assert kin(Logdir(tmp_path)) == {
        "loss/x/loss_a": ("loss/x", "add_scalars", "a"),
        "loss/y/z": (".", "add_scalars", "y/z"),
    }


def test_a_run_is_a_child_once_it_has_been_written(tmp_path: Path) -> None:
    ef.write(tmp_path / NAME, scalar(1.0, "lr"))
    logs = Logdir(tmp_path)
    assert logs["."].children == []
    path = ef.write(tmp_path / "loss_a" / NAME, scalar(1.0, "loss"))
    logs.refresh()
    assert logs["."].children == [logs["loss_a"]]
    ef.append(path, scalar(1.0, "another"))
    logs.refresh()
    assert logs["."].children == []


# -- add_hparams ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [None, "trial"])
def test_sessions_of_tensorboardx(name: str | None, tmp_path: Path) -> None:
    with tensorboardX.SummaryWriter(str(tmp_path / "exp")) as writer:
        writer.add_scalar("lr", 0.1, 0)
        writer.add_hparams({"lr": 0.1, "on": True}, {"acc": 0.5}, name=name)
    logs = Logdir(tmp_path)
    (child,) = logs["exp"].children
    _, _, key = kin(logs)[child.name]
    assert kin(logs) == {f"exp/{key}": ("exp", "add_hparams", key)}
    assert name in (None, key)
    assert child.hparams == {"lr": 0.1, "on": True}
    table = logs.hparams()
    assert (table.run.tolist(), table.acc.tolist()) == ([child.name], [0.5])


@pytest.mark.parametrize(
    ("name", "child"),
    [("1700000000.1234567", True), ("1700000000", True), ("trial", True), ("a/b", False)],
)
def test_sessions_of_torch(name: str, child: bool, tmp_path: Path) -> None:
    ef.write(tmp_path / "exp" / NAME, scalar(1.0, "lr"))
    hparams_run(tmp_path / "exp" / name, scalar(0.5, "acc"))
    expected = {f"exp/{name}": ("exp", "add_hparams", name)} if child else {}
    assert kin(Logdir(tmp_path)) == expected


def test_a_trial_that_was_trained_stands_for_itself(tmp_path: Path) -> None:
    ef.write(tmp_path / NAME, scalar(1.0, "lr"))
    hparams_run(tmp_path / "trial", scalar(0.5, "acc"), scalar(0.6, "acc", step=1))
    ef.write(tmp_path / "keras" / NAME, session({"lr": 1.0}), scalar(0.5, "acc"))
    assert kin(Logdir(tmp_path)) == {}

"""Which files are event files, and which run each belongs to."""

from __future__ import annotations

import os
from pathlib import Path

import event_files as ef
import pytest

from tbwidget import Logdir
from tbwidget.logs import discovery
from tbwidget.logs.discovery import discover, is_event_file, lineage_of, natural_key


def touch(root: Path, *names: str) -> None:
    for name in names:
        ef.write_scalars(root / name, [0])


def runs(root: Path | str, prefix: str = "") -> list[str]:
    return [file.run for file in discover(str(root), prefix).files]


# -- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events.out.tfevents.1700000000.host", True),
        ("events.out.tfevents", True),
        ("a.tfevents", True),
        ("backup_of_tfevents.bak", True),
        ("events.out.tfevents.1700000000.host.v2", True),
        ("events.out.tfevents.1700000000.host.profile-empty", False),
        ("events.out.1234", False),
        ("", False),
    ],
)
def test_event_files_are_known_by_their_name(name: str, expected: bool) -> None:
    assert is_event_file(name) == expected


def test_names_are_in_natural_order() -> None:
    names = [".", "a", "run-2", "run-10", "run-10/x", "run-100", "1e3", "tfevents.999", "x7", "x07"]
    assert sorted(names, key=natural_key) == [
        "1e3",
        ".",
        "a",
        "run-2",
        "run-10",
        "run-10/x",
        "run-100",
        "tfevents.999",
        "x07",
        "x7",
    ]


def test_natural_order_tells_all_names_apart() -> None:
    assert natural_key("x07") != natural_key("x7")
    assert natural_key("") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events.out.tfevents.1700000001.node3.4242.0", "node3.4242"),
        ("events.out.tfevents.1700000001.node3.4242.17.v2", "node3.4242"),
        ("events.out.tfevents.1700000001.node3", "node3"),
        ("events.out.tfevents.1700000001.node3.cluster.org.7.0", "node3.cluster.org.7"),
        ("events.out.tfevents", ""),
        ("backup_of_tfevents.bak", ""),
    ],
)
def test_the_lineage_is_the_host_and_the_process(name: str, expected: str) -> None:
    assert lineage_of(name) == expected


# -- runs ----------------------------------------------------------------------------------------


def test_a_run_is_a_directory_relative_to_the_root(tmp_path: Path) -> None:
    touch(tmp_path, ef.NAME, f"a/{ef.NAME}", f"a/b/{ef.NAME}", f"c/d/{ef.NAME}")
    (tmp_path / "empty/below").mkdir(parents=True)
    (tmp_path / "a" / "notes.txt").touch()
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "x.tfevents.1.host.profile-empty").touch()
    assert runs(tmp_path) == [".", "a", "a/b", "c/d"]


def test_several_files_of_a_directory_are_one_run_in_natural_order(tmp_path: Path) -> None:
    names = [f"events.out.tfevents.{seconds}.h" for seconds in (1000000000, 999999999)]
    touch(tmp_path, *names)
    assert [Path(file.path).name for file in discover(str(tmp_path)).files] == names[::-1]
    assert list(Logdir(tmp_path)) == ["."]


def test_runs_of_a_named_directory_have_its_name_before_theirs(tmp_path: Path) -> None:
    touch(tmp_path, ef.NAME, f"sub/{ef.NAME}")
    assert runs(tmp_path, "foo") == ["foo", "foo/sub"]


def test_the_root_may_be_missing(tmp_path: Path) -> None:
    found = discover(str(tmp_path / "missing"))
    assert (found.exists, found.files, found.errors) == (False, [], [])


def test_the_root_may_be_an_event_file(tmp_path: Path) -> None:
    touch(tmp_path, ef.NAME, "other.tfevents")
    found = discover(str(tmp_path / ef.NAME))
    assert [(file.run, file.path) for file in found.files] == [(".", str(tmp_path / ef.NAME))]
    assert discover(str(tmp_path / ef.NAME), "foo").files[0].run == "foo"


def test_the_root_may_be_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    found = discover(str(tmp_path / "notes.txt"))
    assert (found.exists, found.not_event_file, found.files) == (True, True, [])


def test_relative_and_absolute_roots_give_the_same_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, f"logs/{ef.NAME}", f"logs/a/{ef.NAME}")
    monkeypatch.chdir(tmp_path)
    for root in ("logs", "./logs", "logs/", tmp_path / "logs", "logs/../logs"):
        assert list(Logdir(root)) == [".", "a"]


# -- links and odd entries -----------------------------------------------------------------------


def test_a_link_to_a_directory_is_a_run_of_its_own(tmp_path: Path) -> None:
    touch(tmp_path, f"a/{ef.NAME}")
    (tmp_path / "b").symlink_to("a")
    assert runs(tmp_path) == ["a", "b"]
    assert Logdir(tmp_path)["b"].scalars["loss"].steps.tolist() == [0]


def test_a_link_to_a_directory_outside_is_followed(tmp_path: Path) -> None:
    touch(tmp_path, f"elsewhere/a/{ef.NAME}")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "there").symlink_to(tmp_path / "elsewhere")
    assert runs(tmp_path / "logs") == ["there/a"]


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    touch(tmp_path, f"logs/a/{ef.NAME}")
    (tmp_path / "link").symlink_to("logs")
    assert runs(tmp_path / "link") == ["a"]


def test_links_in_a_loop_come_to_an_end(tmp_path: Path) -> None:
    touch(tmp_path, f"a/{ef.NAME}", f"b/{ef.NAME}")
    (tmp_path / "a" / "to_b").symlink_to("../b")
    (tmp_path / "b" / "to_a").symlink_to("../a")
    assert runs(tmp_path) == ["a", "a/to_b", "b", "b/to_a"]


def test_a_link_to_a_directory_above_comes_to_an_end(tmp_path: Path) -> None:
    touch(tmp_path, f"a/b/{ef.NAME}")
    (tmp_path / "a" / "b" / "up").symlink_to("../..")
    (tmp_path / "a" / "b" / "here").symlink_to(".")
    assert runs(tmp_path) == ["a/b"]


def test_dangling_links_and_links_to_themselves_are_passed_by(tmp_path: Path) -> None:
    touch(tmp_path, ef.NAME)
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "itself.tfevents").symlink_to("itself.tfevents")
    logs = Logdir(tmp_path)
    assert list(logs) == ["."]
    assert logs["."].scalars["loss"].steps.tolist() == [0]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    touch(tmp_path, f"a/{ef.NAME}")
    (tmp_path / "b").mkdir()
    os.mkfifo(tmp_path / "b" / ef.NAME)
    logs = Logdir(tmp_path)
    assert logs["a"].scalars["loss"].steps.tolist() == [0]
    assert logs["b"].tags == {}


def test_names_that_are_not_utf8_are_runs_of_their_own(tmp_path: Path) -> None:
    for number, name in enumerate((b"caf\xe9", b"caf\xff")):
        folder = os.path.join(os.fsencode(tmp_path), name)
        os.mkdir(folder)
        ef.write_scalars(Path(os.fsdecode(folder)) / ef.NAME, [number])
    logs = Logdir(tmp_path)
    assert list(logs) == [r"caf\xe9", r"caf\xff"]
    for number, run in enumerate(logs.values()):
        assert run.name.encode("utf-8")
        assert run.scalars["loss"].steps.tolist() == [number]


def test_a_name_that_is_written_like_one_that_is_not_utf8_is_another_run(tmp_path: Path) -> None:
    for number, name in enumerate((b"\\xff", b"\xff", b"sub/\\xff", b"sub/\xff")):
        folder = os.path.join(os.fsencode(tmp_path), name)
        os.makedirs(folder)
        ef.write_scalars(Path(os.fsdecode(folder)) / ef.NAME, [number])
    logs = Logdir(tmp_path)
    found = {name: run.scalars["loss"].steps.tolist() for name, run in logs.items()}
    assert sorted(found.values()) == [[0], [1], [2], [3]]
    logs.refresh()
    assert list(logs) == list(found)


def test_problems_of_names_that_are_not_utf8_can_be_sent(tmp_path: Path) -> None:
    folder = os.path.join(os.fsencode(tmp_path), b"\xff")
    os.mkdir(folder)
    ef.write(Path(os.fsdecode(folder)) / ef.NAME, b"\xff" * 50)
    (problem,) = Logdir(tmp_path).problems
    assert problem.file.encode("utf-8") == rb"\xff/" + ef.NAME.encode()


def test_very_deep_directories_come_to_an_end(tmp_path: Path) -> None:
    touch(tmp_path, "/".join(["d"] * 20) + f"/{ef.NAME}", "/".join(["d"] * 40) + f"/{ef.NAME}")
    assert runs(tmp_path) == ["/".join(["d"] * 20)]


def test_a_walk_gives_up_after_too_many_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, *(f"{number}/{ef.NAME}" for number in range(30)))
    monkeypatch.setattr(discovery, "MAX_ENTRIES", 40)
    found = discover(str(tmp_path))
    assert found.partial
    assert 0 < len(found.files) <= 10
    assert [problem.kind for problem in Logdir(tmp_path).problems] == ["partial"]


def test_a_directory_that_cannot_be_listed_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, f"a/{ef.NAME}", f"secret/{ef.NAME}")
    scandir = os.scandir

    def denied(path: str) -> object:
        if path.endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    logs = Logdir(tmp_path)
    assert list(logs) == ["a"]
    (problem,) = logs.problems
    assert (problem.file, problem.kind) == ("secret", "unreadable")
    assert "Permission denied" in problem.message

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tbwidget.analysis import patterns
from tbwidget.analysis.grouping import groups_of
from tbwidget.analysis.patterns import check, search_all

RUNS = ["lr=0.1/seed-1", "lr=0.1/seed-2", "lr=0.01/seed-1", "lr=0.01/seed-2", "baseline", "."]


def test_by_directory() -> None:
    assert groups_of(RUNS, "directory") == {
        "lr=0.1": RUNS[:2],
        "lr=0.01": RUNS[2:4],
        ".": RUNS[4:],
    }
    assert groups_of(["a/b/c", "a/b/d", "a/e"], "directory") == {
        "a/b": ["a/b/c", "a/b/d"],
        "a": ["a/e"],
    }


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        ("^lr=([^/]+)", {"0.1": RUNS[:2], "0.01": RUNS[2:4]}),
        ("seed-([0-9])", {"1": [RUNS[0], RUNS[2]], "2": [RUNS[1], RUNS[3]]}),
        ("(lr)=.*-([12])", {"lr, 1": [RUNS[0], RUNS[2]], "lr, 2": [RUNS[1], RUNS[3]]}),
        ("lr=(?P<lr>[0-9.]+)", {"lr=0.1": RUNS[:2], "lr=0.01": RUNS[2:4]}),
        ("seed", {"seed": RUNS[:4]}),  # no capture: all that match, as TensorBoard does
        ("^(base)?", {"^(base)?": [*RUNS[:4], "."], "base": ["baseline"]}),
        ("nothing", {}),
        ("(?:directory)", {}),
    ],
)
def test_by_pattern(pattern: str, groups: dict[str, list[str]]) -> None:
    assert groups_of(RUNS, pattern) == groups


HPARAMS: dict[str, dict[str, Any] | None] = {
    "a": {"lr": 0.1, "opt": "adam", "a,b": True},
    "b": {"lr": 0.1, "opt": "sgd"},
    "c": {"lr": 0.1 + 2**-56, "opt": "adam"},
    "d": {"other": 1.0},
    "e": None,
    "f": {"opt": "sgd"},
}


@pytest.mark.parametrize(
    ("group_by", "groups"),
    [
        ("hparam:lr", {"lr=0.1": ["a", "b", "c"]}),
        ("hparam:opt", {"opt=adam": ["a", "c"], "opt=sgd": ["b", "f"]}),
        (
            "hparam:lr,hparam:opt",
            {"lr=0.1, opt=adam": ["a", "c"], "lr=0.1, opt=sgd": ["b"], "lr=none, opt=sgd": ["f"]},
        ),
        ("hparam:a,b", {"a,b=True": ["a"]}),
        (["hparam:other"], {"other=1": ["d"]}),
        (["hparam:other", "hparam:opt"], {"other=none, opt=adam": ["a", "c"]}),
        ("hparam:nothing", {}),
    ],
)
def test_by_hyperparameters(group_by: Any, groups: dict[str, list[str]]) -> None:
    found = groups_of(HPARAMS, group_by, HPARAMS.get)
    assert {name: found[name] for name in groups} == groups
    if isinstance(group_by, str):
        assert found == groups


@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_nothing_to_group_by(nothing: Any) -> None:
    assert groups_of(RUNS, nothing) == {}


def test_a_list_of_other_things_is_refused() -> None:
    with pytest.raises(ValueError, match="hparam:NAME"):
        groups_of(RUNS, ["hparam:lr", "directory"])


# -- patterns --------------------------------------------------------------------------------------

SLOW = [
    "(a+)+$",
    "(a*)*b",
    "((a+)b)*c",
    "(a|a)*b",
    "(a|b|ab)+c",
    "(?:a?){30}b",
    "(a{1,30}){1,30}b",
    "a?" * 40 + "a" * 40,
    ".*" * 8 + "x",
    "(a|b)" * 40,
    "(?P<x>a+)*b",
    "(?P<x>[)]a+){2,}b",
    "([(]+)*b",
    "x" * 501,
    r"(\w+\s?)*$",
]


@pytest.mark.parametrize("pattern", SLOW)
def test_what_could_take_long_is_refused(pattern: str) -> None:
    re.compile(pattern)
    with pytest.raises(ValueError, match="the pattern"):
        check(pattern, 100)


FINE = [
    "",
    "^a$",
    "(.*)/seed",
    "(.*)_(.*)_([0-9]+)$",
    "lr=(?P<lr>[0-9.e-]+)/(?:train|val)",
    r"\(a+\)+",
    "[(+*)]+x",
    "(abc)+",
    "a+?b*?c",
    "(train|val)?",
    "(?=lr)lr",
    "(?i:adam|sgd)",
    "a{3}b{2,5}",
    r"[]a+]*",
    r"[^]a+]*",
]


@pytest.mark.parametrize("pattern", FINE)
def test_what_people_write_is_taken(pattern: str) -> None:
    check(pattern, 60)


@pytest.mark.parametrize("pattern", ["(", "[", "*", "(?P<a", "a{2}{3}", "(?<=a+)b"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        groups_of(RUNS, pattern)


def test_many_names_are_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "SECONDS", 0.0)
    clock = iter(range(1000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    with pytest.raises(ValueError, match="takes too long"):
        search_all("a", ["a", "b"])

"""Requests and their answers."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tbwidget.widget.rpc import (
    MAX_ITEMS,
    MAX_TEXT,
    Answer,
    Operations,
    RequestError,
    number,
    texts,
)


@pytest.fixture
def operations() -> Operations:
    table = Operations()
    table.register("echo", lambda args: Answer(args, [memoryview(b"data")]))
    table.register("nothing", lambda _args: None)
    table.register("refuse", refuse)
    table.register("fail", lambda args: Answer(args["missing"]))
    return table


def refuse(_args: dict[str, Any]) -> Answer:
    message = "too much"
    raise RequestError(message, "ask for less")


def test_a_request_is_answered(operations: Operations) -> None:
    message, buffers = operations.answer({"op": "echo", "id": 7, "args": {"x": 1}})
    assert message == {"op": "answer", "id": 7, "ok": True, "result": {"x": 1}}
    assert [bytes(buffer) for buffer in buffers] == [b"data"]


def test_an_answer_may_be_empty(operations: Operations) -> None:
    message, buffers = operations.answer({"op": "nothing", "id": 0})
    assert message == {"op": "answer", "id": 0, "ok": True, "result": None}
    assert buffers == []


def test_a_refusal_says_why_and_what_to_do(operations: Operations) -> None:
    message, buffers = operations.answer({"op": "refuse", "id": 1, "args": {}})
    assert message == {
        "op": "answer",
        "id": 1,
        "ok": False,
        "error": {"type": "RequestError", "message": "too much", "hint": "ask for less"},
    }
    assert buffers == []


def test_an_exception_is_an_answer(operations: Operations) -> None:
    message, _ = operations.answer({"op": "fail", "id": 1, "args": {}})
    assert not message["ok"]
    assert message["error"] == {"type": "KeyError", "message": "'missing'", "hint": ""}


@pytest.mark.parametrize(
    "op", ["unknown", "", "__class__", "register", "answer", "_handlers", "x" * 100_000]
)
def test_only_what_is_in_the_table_can_be_asked(operations: Operations, op: str) -> None:
    message, _ = operations.answer({"op": op, "id": 1, "args": {}})
    assert not message["ok"]
    assert message["error"]["message"].startswith("unknown operation")
    assert len(message["error"]["message"]) < 200
    assert message["error"]["hint"]


@pytest.mark.parametrize("args", [None, [], "text", 3])
def test_arguments_must_be_an_object(operations: Operations, args: Any) -> None:
    message, _ = operations.answer({"op": "echo", "id": 1, "args": args})
    assert not message["ok"]


@pytest.mark.parametrize(
    "request_",
    [
        None,
        "text",
        [],
        {},
        {"id": 1},
        {"op": 3, "id": 1},
        {"op": None, "id": 1},
        {"op": "echo"},
        {"op": "echo", "id": "one"},
        {"op": "echo", "id": True},
        {"op": "refuse"},
        {"op": "unknown", "id": None},
    ],
)
def test_what_is_no_request_or_wants_no_answer_gets_none(
    operations: Operations, request_: Any
) -> None:
    assert operations.answer(request_) is None


def test_what_wants_no_answer_is_done(operations: Operations) -> None:
    done: list[Any] = []
    operations.register("do", done.append)  # type: ignore[arg-type]
    operations.answer({"op": "do", "args": {"x": 1}})
    assert done == [{"x": 1}]


# -- arguments -----------------------------------------------------------------------------------


def test_texts() -> None:
    assert texts({"tags": ["a", "b"]}, "tags") == ["a", "b"]
    assert texts({}, "tags") == []
    assert len(texts({"tags": ["x" * MAX_TEXT] * MAX_ITEMS}, "tags")) == MAX_ITEMS


@pytest.mark.parametrize(
    "bad",
    ["text", None, {}, [1], ["a", None], ["x" * (MAX_TEXT + 1)], ["x"] * (MAX_ITEMS + 1)],
    ids=lambda bad: f"{type(bad).__name__}",
)
def test_texts_of_another_shape_or_size_are_refused(bad: Any) -> None:
    with pytest.raises(RequestError, match="'tags' must be a list"):
        texts({"tags": bad}, "tags")


def test_number() -> None:
    assert number({"x": 3}, "x", 0, 10, 5) == 3
    assert number({}, "x", 0, 10, 5) == 5
    assert number({"x": -1}, "x", 0, 10, 5) == 0
    assert number({"x": 1e300}, "x", 0, 10, 5) == 10
    assert number({"x": math.inf}, "x", 0, 10, 5) == 10
    assert number({"x": 10**400}, "x", 0, 10, 5) == 10


@pytest.mark.parametrize("bad", ["3", None, True, [], math.nan])
def test_what_is_no_number_is_refused(bad: Any) -> None:
    with pytest.raises(RequestError, match="'x' must be a number"):
        number({"x": bad}, "x", 0, 10, 5)

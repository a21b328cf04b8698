"""Requests from the page: a table of operations, and an answer to every request.

A request is ``{id, op, args}``, its answer ``{op: "answer", id, ok: true, result}`` with buffers or
``{op: "answer", id, ok: false, error: {type, message, hint}}``. Handlers may run on any thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: Longest text or list that a page may send; what is longer is not from our page.
MAX_ITEMS = 10_000
MAX_TEXT = 10_000


class RequestError(Exception):
    """A request that cannot be answered; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(slots=True)
class Answer:
    """What a handler returns: a JSON-able result and buffers."""

    result: Any = None
    buffers: list[memoryview] = field(default_factory=list)


Handler = Callable[[dict[str, Any]], Answer | None]


class Operations:
    """A table of operations by name: there is no dispatch by attribute."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}

    def register(self, name: str, handler: Handler) -> None:
        """Answer requests for `name` with `handler`."""
        self._handlers[name] = handler

    def answer(self, request: Any) -> tuple[dict[str, Any], list[memoryview]] | None:
        """Return the answer to `request`, or None if it wants none or is not a request."""
        if not isinstance(request, dict) or not isinstance(request.get("op"), str):
            return None
        number = request.get("id")
        handler = self._handlers.get(request["op"])
        args = request.get("args", {})
        try:
            if handler is None:
                _refuse(f"unknown operation {request['op'][:80]!r}")
            if not isinstance(args, dict):
                _refuse("the arguments are not an object")
            answer = handler(args) or Answer()  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001  (every request gets an answer)
            message = {"op": "answer", "id": number, "ok": False, "error": _failure(error)}
            buffers: list[memoryview] = []
        else:
            message = {"op": "answer", "id": number, "ok": True, "result": answer.result}
            buffers = answer.buffers
        return (message, buffers) if type(number) is int else None


def _refuse(message: str) -> None:
    hint = "Reload the page, or restart the kernel if tbwidget was upgraded."
    raise RequestError(message, hint)


def _failure(error: Exception) -> dict[str, str]:
    return {
        "type": type(error).__name__,
        "message": str(error),
        "hint": getattr(error, "hint", ""),
    }


def texts(args: dict[str, Any], name: str) -> list[str]:
    """Return the list of strings ``args[name]``, empty if absent.

    Raises
    ------
    RequestError
        If it is anything else, or too long.
    """
    value = args.get(name, [])
    if (
        not isinstance(value, list)
        or len(value) > MAX_ITEMS
        or not all(isinstance(item, str) and len(item) <= MAX_TEXT for item in value)
    ):
        message = f"{name!r} must be a list of at most {MAX_ITEMS:,} strings"
        raise RequestError(message)
    return value


def number(args: dict[str, Any], name: str, low: float, high: float, default: float) -> float:
    """Return the number ``args[name]`` clamped to ``low..high``.

    Raises
    ------
    RequestError
        If it is not a number.
    """
    value = args.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124  (NaN)
        message = f"{name!r} must be a number"
        raise RequestError(message)
    return float(min(max(value, low), high))

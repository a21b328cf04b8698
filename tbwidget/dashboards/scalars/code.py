"""The Python that makes a view again, just as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tbwidget.widget.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tbwidget.logs.frames import Selection
    from tbwidget.widget.dashboard import Dashboard

_DEFAULTS = {name: trait.default() for name, trait in Settings.class_own_traits().items()}
_WIDEST = 88


def code_of(
    view: Dashboard,
    tags: Selection,
    runs: Selection,
    own: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
) -> str:
    """Return the code of `Scalars.to_code`.

    Settings in `own` stand for those of the view; `more` are arguments of this kind of view alone.
    """
    paths = view.logdir.paths
    source = paths[""] if list(paths) == [""] else paths
    arguments = {**(more or {}), "tags": tags, "runs": runs}
    changed: dict[str, Any] = {
        name: value for name, value in arguments.items() if value is not None
    }
    for name, default in _DEFAULTS.items():
        value = (own or {}).get(name, getattr(view.state, name))
        if value != default:
            changed[name] = value
    height = type(view).height.default_value
    if view.height != height:
        changed["height"] = view.height
    lines = ["import tbwidget", ""]
    if any(isinstance(value, re.Pattern) for value in changed.values()):
        lines.insert(0, "import re")
    call = ", ".join([repr(source), *(f"{name}={_text(value)}" for name, value in changed.items())])
    name = f"tbwidget.{type(view).__name__}"
    derived = list(view.state.derived)
    beginning = "view = " if derived else ""
    if len(call) + len(name) + len(beginning) <= _WIDEST:
        lines.append(f"{beginning}{name}({call})")
    else:
        lines += [f"{beginning}{name}(", f"    {source!r},"]
        lines += [f"    {name}={_text(value)}," for name, value in changed.items()]
        lines.append(")")
    lines += [f"view.add({tag!r}, ...)  # the function is yours to give" for tag in derived]
    if derived:
        lines.append("view")
    return "\n".join(lines) + "\n"


def _text(value: Any) -> str:
    """Return a value as Python writes it: a pattern too is shown as the call that makes it."""
    if isinstance(value, re.Pattern):
        flags = value.flags & ~re.UNICODE.value
        return f"re.compile({value.pattern!r}{f', {re.RegexFlag(flags)!r}' if flags else ''})"
    return repr(value)

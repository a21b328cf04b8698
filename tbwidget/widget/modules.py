"""Front-end code that only some views need: in bundles of its own, sent when there is use for it.

The kernel sends a module before the first data of a view that needs it, so that a page has it even
if the kernel is too busy to be asked; a page that lacks it all the same asks with the request
``module``. `js/src/wire/modules.ts` is the other side.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from .dashboard import View
from .rpc import Answer, RequestError
from .runtime import built

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .publisher import Message


@cache
def source_of(name: str) -> memoryview:
    """Return the built source of a module, UTF-8.

    Raises
    ------
    RuntimeError
        If the front end has not been built; the message says how to.
    """
    return memoryview(built(f"{name}.js").encode())


class ModuleView(View):
    """A view whose page needs more than the main bundle.

    To be named before the class that sends the data::

        class Text(ModuleView, SummaryDashboard):
            modules = ("text", "markdown")
    """

    #: Names of bundles in ``tbwidget/static``, which ``js/build.mjs`` lists.
    modules: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self._modules_sent = False
        super().__init__(*arguments, **keywords)
        self.operations.register("module", self._answer_module)

    def updates(self) -> Iterator[Message]:
        """Yield what the page lacks, before the first of it the modules."""
        for message in super().updates():
            if not self._modules_sent:
                self._modules_sent = True
                for name in self.modules:
                    yield {"op": "module", "name": name}, [source_of(name)]
            yield message

    def _answer_module(self, args: dict[str, Any]) -> Answer:
        name = args.get("name")
        if name not in self.modules:
            message = f"{type(self).__name__} has no module {str(name)[:80]!r}"
            raise RequestError(message)
        return Answer(name, [source_of(name)])

"""Hatchling build hook: make what git lacks in ``tbwidget/static/`` and ``tbwidget/labextension/``.

From an sdist, which holds them, a wheel builds without Node and without npm.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterable

NO_NPM = (
    "tbwidget's front end is not built and npm was not found: install Node.js 20.19 or newer "
    "(https://nodejs.org) and try again, or install a released wheel with `pip install tbwidget`."
)
STALE = "js/ is newer than tbwidget/static/*.js and npm was not found: using the files as they are."

#: What `js/build.mjs` makes: the main bundle, each widget's few lines, what only some tabs need,
#: and what opens an HTML file.
BUNDLES = ("runtime", "stub", "markdown", "report", "audio", "images", "tensors", "text")
#: And JupyterLab's extension, which stands in a directory of its own.
EXTENSION = ("package.json", "static/remoteEntry.js")


class BuildHook(BuildHookInterface[Any]):
    """Compile ``proto/`` and bundle ``js/``, each only if its output is missing or too old."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (the interface)
        """Run before every build: sdist, wheel and editable."""
        root = Path(self.root)
        static = root / "tbwidget" / "static"
        static.mkdir(exist_ok=True)
        protos = sorted((root / "proto").rglob("*.proto"))
        descriptors = static / "protos.binpb"
        if is_outdated([descriptors], protos):
            self.compile_protos(root / "proto", protos, descriptors)
        extension = root / "tbwidget" / "labextension"
        bundles = [static / f"{name}.js" for name in BUNDLES]
        bundles += [extension / name for name in EXTENSION]
        npm_files = [root / "package.json", root / "package-lock.json", root / "js" / "build.mjs"]
        if is_outdated(bundles, [*npm_files, *(root / "js" / "src").rglob("*.*")]):
            self.build_front_end(root, bundles)

    def compile_protos(self, folder: Path, protos: list[Path], descriptors: Path) -> None:
        """Write all of `protos` to `descriptors` as one ``FileDescriptorSet``."""
        import grpc_tools
        from grpc_tools import protoc

        # protobuf's own .proto files, which some of ours import.
        included = Path(grpc_tools.__file__).parent / "_proto"
        arguments = ["protoc", f"-I{folder}", f"-I{included}", "--include_imports"]
        if protoc.main([*arguments, f"--descriptor_set_out={descriptors}", *map(str, protos)]):
            self.app.abort("protoc could not compile proto/: its messages are above.")

    def build_front_end(self, root: Path, bundles: list[Path]) -> None:
        """Bundle ``js/src`` with esbuild, installing the npm packages where that was not done."""
        npm = shutil.which("npm")
        if npm is None:
            if all(bundle.exists() for bundle in bundles):
                self.app.display_warning(STALE)
                return
            self.app.abort(NO_NPM)
        installed = root / "node_modules" / ".package-lock.json"
        commands = [["run", "build"]]
        if is_outdated([installed], [root / "package-lock.json"]):
            commands.insert(0, ["ci", "--no-audit", "--no-fund"])
        for command in commands:
            if subprocess.run([npm, *command], cwd=root, check=False).returncode:  # noqa: S603 (fixed words)
                self.app.abort(f"`npm {' '.join(command)}` failed: its messages are above.")


def is_outdated(targets: Iterable[Path], sources: Iterable[Path]) -> bool:
    """Tell whether a target is missing or older than a source."""
    times = [target.stat().st_mtime if target.exists() else 0.0 for target in targets]
    return min(times) < max(source.stat().st_mtime for source in sources)

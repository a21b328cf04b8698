"""A real JupyterLab in a real browser, for tests: one server, one Chromium, a page a notebook."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # A headless tab must not be throttled, or animation frames and timers lie.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
]

EXTENSION = Path(__file__).parents[2] / "tbwidget" / "labextension"

# Looks through open shadow roots: our views live in one each.
DEEP_JS = """
window.deepAll = (selector, root = document) => {
  const found = [...root.querySelectorAll(selector)];
  for (const element of root.querySelectorAll('*'))
    if (element.shadowRoot) found.push(...window.deepAll(selector, element.shadowRoot));
  return found;
};
window.rejections = [];
window.addEventListener('unhandledrejection', (event) =>
  window.rejections.push(String(event.reason?.stack ?? event.reason)));
"""


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class JupyterServer:
    """A Jupyter server with directories of its own, so nothing leaks in from the user's."""

    def __init__(
        self,
        root: Path,
        *,
        base_url: str = "/",
        settings: dict[str, Any] | None = None,
        python: Path | None = None,
    ) -> None:
        """Start a server, in the environment of `python` if given, which has tbwidget then."""
        self.root = root
        state = root / ".server"
        # A checkout on the path need not be installed: its extension is put where Jupyter looks.
        extensions = state / "data" / "labextensions"
        extensions.mkdir(parents=True, exist_ok=True)
        if python is None:
            (extensions / "tbwidget").symlink_to(EXTENSION)
        interpreter = str(python or sys.executable)
        for name in ("config", "data", "runtime", "ipython", "settings", "workspaces", "tmp"):
            (state / name).mkdir(parents=True, exist_ok=True)
        all_settings = {
            # News and update checks open sockets and steal focus.
            "@jupyterlab/apputils-extension/notification": {
                "checkForUpdates": False,
                "fetchNews": "false",
            },
            **(settings or {}),
        }
        for name, values in all_settings.items():
            path = state / "settings" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        self.port = free_port()
        self.token = secrets.token_hex(8)
        self.base_url = base_url
        self.url = f"http://127.0.0.1:{self.port}{base_url}"
        self.log = state / "server.log"
        environment = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(state / "config"),
            "JUPYTER_DATA_DIR": str(state / "data"),
            "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
            "IPYTHONDIR": str(state / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
            "TMPDIR": str(state / "tmp"),
            "PATH": f"{Path(interpreter).parent}{os.pathsep}{os.environ['PATH']}",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            # Threads that multiply matrices wait for each other where another test has a core.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        if python is not None:
            environment.pop("PYTHONPATH", None)
        command = [
            interpreter, "-m", "jupyter", "lab", "--no-browser", "--allow-root",
            "--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={root}", f"--ServerApp.base_url={base_url}",
            f"--IdentityProvider.token={self.token}", "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]  # fmt: skip
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + 90
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{self.url}api/status?token={self.token}", timeout=2)
            except OSError:  # noqa: PERF203  (asked until it answers)
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(self.log.read_text()[-3000:])

    def stop(self) -> None:
        self._process.terminate()  # the server shuts its kernels down
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()


#: Ends the kernel and closes the notebook, whose views would go on; nothing is asked or saved.
CLOSE_JS = """async () => {
  const widget = window.jupyterapp?.shell.currentWidget;
  await widget?.sessionContext?.shutdown();
  if (widget?.context) widget.context.model.dirty = false;
  widget?.close();
}"""
#: Opens a notebook in the place of all that is open.
OPEN_JS = """async (path) => {
  const { commands, shell } = jupyterapp;
  const before = [...shell.widgets('main')];
  await commands.execute('docmanager:open', { path });
  for (const widget of before) widget.close();
  rejections.length = 0;
  delete window.__tbwidget_evaluations;
}"""
#: What the cards say that they show, as JSON, without the rest of long lists.
PROBED_JS = """() => JSON.stringify(
  deepAll('.card').map((card) => [card.dataset.tag, card.tbwidgetProbe?.()]),
  (_, value) => (Array.isArray(value) ? value.slice(0, 20) : value))"""
ONLY_JS = """(path) => window.jupyterapp?.shell.currentWidget?.context?.path === path
  && document.querySelectorAll('.jp-NotebookPanel').length === 1"""


#: Whether a view shows a part yet, because its log is still being read.
READING_JS = """(window.deepAll?.('.status .state') ?? []).some((state) =>
  state.innerText.trim().startsWith('reading'))"""


#: JupyterLab's debugger says so of a kernel that ends while it is asked.
DEBUGGER = "Canceled future for debug_request message"


class Views:
    """What our views show in a page."""

    page: Page

    def errors(self) -> list[Any]:
        """Return what has gone wrong in the page."""
        raise NotImplementedError

    def wait_for(self, condition: str, timeout: float = 30, argument: Any = None) -> Any:
        """Wait, by animation frames, until all logs are read and a JavaScript function is true."""
        code = f"(given) => !({READING_JS}) && ({condition})(given)"
        try:
            return self.page.wait_for_function(code, arg=argument, timeout=timeout * 1000)
        except PlaywrightTimeoutError as error:
            state = f"not so after {timeout} s: {condition}\n{self.errors()}\n{self.text()}"
            state += f"\n{self.page.evaluate(PROBED_JS)[:6000]}"
            raise AssertionError(state) from error

    def wait_for_drawn(self, count: int = 1, timeout: float = 30) -> None:
        """Wait until at least `count` cards have drawn data."""
        self.wait_for(
            "(count) => deepAll('.card[data-drawn=\"1\"]').length >= count", timeout, count
        )

    def wait_for_series(self, expected: dict[str, int], timeout: float = 30) -> None:
        """Wait until the cards of these tags have and draw so many series.

        They come in several messages, and what has come is drawn a moment later.
        """
        self.wait_for(
            """(expected) => Object.entries(expected).every(([tag, count]) =>
              deepAll('.card[data-drawn="1"]').some((card) =>
                card.dataset.tag === tag && Number(card.dataset.series) === count
                  && (card.tbwidgetProbe().series ?? count) === count))""",
            timeout,
            expected,
        )

    def cards(self) -> dict[str, dict[str, Any]]:
        """Return what each drawn card shows, by tag."""
        return self.page.evaluate(
            """() => Object.fromEntries(deepAll('.card[data-drawn="1"]').map((card) => [
              card.dataset.tag,
              { series: Number(card.dataset.series), probe: card.tbwidgetProbe() },
            ]))"""
        )

    def text(self) -> str:
        """Return the text of all views."""
        return self.page.evaluate("() => deepAll('.tbw').map((e) => e.innerText).join('\\n')")


class Notebook(Views):
    """One notebook in JupyterLab, in a page of its own or in one where another notebook was."""

    def __init__(
        self,
        context: BrowserContext,
        server: JupyterServer,
        path: str,
        *,
        page: Page | None = None,
    ) -> None:
        self.server, self.context = server, context
        self.console: list[tuple[str, str]] = []
        self.requests: list[str] = []
        self.page: Page = page or context.new_page()
        self._listeners: dict[str, Callable[[Any], None]] = {
            "console": lambda m: self.console.append((m.type, m.text)),
            "pageerror": lambda e: self.console.append(("pageerror", str(e))),
            "request": lambda r: self.requests.append(r.url),
            "websocket": lambda w: self.requests.append(w.url),
        }
        for name, listener in self._listeners.items():
            self.page.on(name, listener)  # type: ignore[call-overload]
        if page is None:
            self.page.set_default_timeout(60_000)
            self.page.add_init_script(DEEP_JS)
            workspace = f"lab/workspaces/test-{secrets.token_hex(3)}/tree/{path}"
            self.page.goto(f"{server.url}{workspace}?token={server.token}")
        else:
            self.page.evaluate(OPEN_JS, path)
        self.page.wait_for_function(ONLY_JS, arg=path)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.wait_for_kernel()
        self._boot = len(self.console)
        self.page.evaluate("window.rejections.length = 0")

    def wait_for_kernel(self) -> None:
        """Wait until a key press reaches the kernel; the toolbar says idle too early."""
        self.page.wait_for_function(
            """() => {
              const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
              const kernel = context?.session?.kernel;
              return !!(context?.isReady && kernel && kernel.connectionStatus === 'connected'
                && kernel.status === 'idle');
            }"""
        )

    def cell(self, number: int) -> Any:
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{number}"]')

    def start(self, number: int) -> None:
        """Run a cell without waiting for it."""
        cell = self.cell(number)
        cell.scroll_into_view_if_needed()
        cell.locator(".jp-InputPrompt").click()
        cell.evaluate(
            """(node) => {
              let busy = false;
              window.cellDone = 0;
              const observer = new MutationObserver(() => {
                const text = node.querySelector('.jp-InputPrompt').textContent;
                if (text.includes('*')) busy = true;
                else if (busy && /\\d/.test(text)) {
                  window.cellDone = performance.now();
                  observer.disconnect();
                }
              });
              observer.observe(node, { childList: true, subtree: true, characterData: true });
            }"""
        )
        self.page.keyboard.press("Shift+Enter")

    def wait_done(self, timeout: float = 60) -> None:
        self.page.wait_for_function("window.cellDone", timeout=timeout * 1000)

    def run(self, number: int, timeout: float = 60) -> None:
        """Run a cell to its end."""
        self.start(number)
        self.wait_done(timeout)

    def running(self) -> bool:
        """Whether the cell started last still runs."""
        return not self.page.evaluate("window.cellDone")

    def output(self, number: int) -> str:
        return self.cell(number).locator(".jp-Cell-outputArea").inner_text()

    def errors(self) -> list[Any]:
        """Return console errors, page errors, rejections and failed cells since the page was up."""
        found: list[Any] = [
            (kind, text)
            for kind, text in self.console[self._boot :]
            if kind in ("error", "pageerror") and DEBUGGER not in text
        ]
        found += self.page.evaluate("window.rejections")
        for kind in ("error", "stderr"):
            mime = f"application/vnd.jupyter.{kind}"
            selector = f'.jp-OutputArea-output[data-mime-type="{mime}"]'
            found += self.page.locator(selector).all_inner_texts()
        return found

    def foreign_requests(self) -> list[str]:
        """Return requests to anything but the Jupyter server."""
        host = f"127.0.0.1:{self.server.port}"
        ours = re.compile(rf"^(https?|wss?)://{re.escape(host)}/|^(data|blob|about):")
        return [url for url in self.requests if not ours.search(url)]

    def command(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        self.page.evaluate(
            "([c, a]) => { window.jupyterapp.commands.execute(c, a); }", [name, arguments or {}]
        )

    def restart_kernel(self) -> None:
        self.command("notebook:restart-kernel")
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        self.page.wait_for_timeout(500)
        self.wait_for_kernel()

    def shut_down(self) -> None:
        """End the kernel, and listen no more; another notebook may follow in the page."""
        self.page.evaluate(CLOSE_JS)
        for name, listener in self._listeners.items():
            self.page.remove_listener(name, listener)

    def close(self) -> None:
        self.page.close()
        self.context.close()


def write_notebook(path: Path, cells: list[str]) -> None:
    """Write a notebook of code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={
            "kernelspec": {
                "name": "python3",
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
            }
        },
    )
    nbformat.write(notebook, path)


def chromium_path() -> str | None:
    return os.environ.get("TBWIDGET_CHROMIUM") or shutil.which("chromium")

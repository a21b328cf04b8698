"""HTML files opened from disk with the network off: all tabs draw, and nothing is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hostile_logs
import numpy as np
import pytest
import shared_logs
from cards import drag, press, slide, wait_for_probe, wait_for_text
from hostile_logs import HOST, ODDITIES, PAYLOADS, TABS, tags_of
from lab import DEEP_JS, Views
from reports import Report

import tbwidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    Open = Callable[..., "Opened"]

HANDLER_FORBIDDEN = "Executing inline event handler violates"
TAB = "deepAll('.tabs [role=\"tab\"]').find((one) => one.innerText.startsWith(title))"
STATUS = "() => deepAll('.status .state')[0]?.innerText ?? ''"
#: Notes the tags of all cards in sight once each has drawn, scrolls on, and tells when at the end.
LOOK_THROUGH = """() => {
  const [list] = deepAll('.cards');
  const inside = list?.getBoundingClientRect();
  const cards = deepAll('.card').filter((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return bottom > inside.top && top < inside.bottom;
  });
  if (!cards.length || !cards.every((card) => card.dataset.drawn === '1')) return false;
  window.seen ??= new Set();
  for (const card of cards) window.seen.add(card.dataset.tag);
  if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) return true;
  list.scrollTop += list.clientHeight / 2;
  return false;
}"""


class Opened(Views):
    """A file in a page that can reach no network."""

    def __init__(self, browser: Browser, path: Path, **options: Any) -> None:
        self._errors: list[str] = []
        self.requests: list[str] = []
        self.context = browser.new_context(
            **{"viewport": {"width": 1400, "height": 1000}, **options}
        )
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.add_init_script(DEEP_JS)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        self.page.on("pageerror", lambda error: self._errors.append(str(error)))
        self.page.on("console", self._hear)
        self.address = path.as_uri()

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self._errors.append(message.text)

    def open(self) -> None:
        """Open the file, and wait until it shows its status."""
        self.page.goto(self.address)
        self.wait_for(f"() => ({STATUS})().includes('no kernel')")

    def errors(self) -> list[Any]:
        """Return what has gone wrong in the page."""
        return [*self._errors, *self.page.evaluate("window.rejections")]

    def foreign_requests(self) -> list[str]:
        """Return what was asked for beside the file itself and what it has made in memory."""
        return [one for one in self.requests if one != self.address and not one.startswith("blob:")]

    def tab(self, title: str) -> None:
        """Go to a tab."""
        self.wait_for(
            f"(title) => {{ const tab = {TAB}; if (tab?.ariaSelected === 'true') return true;"
            " tab?.click(); return false; }",
            argument=title,
        )


@pytest.fixture
def open_report(browser: Any) -> Iterator[Open]:
    opened: list[Opened] = []

    def open_(path: Path, **options: Any) -> Opened:
        opened.append(Opened(browser, path, **options))
        opened[-1].open()
        return opened[-1]

    yield open_
    for one in opened:
        one.context.close()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[tbwidget.TensorBoard]:
    """A board of two runs with a long curve, images and texts."""
    rng = np.random.default_rng(0)
    for number, run in enumerate(("train", "val")):
        with tbwidget.SummaryWriter(tmp_path / "demo" / run) as writer:
            for step, value in enumerate(rng.normal(size=20_000) + number):
                writer.add_scalar("loss", value, step)
            for step in range(30):
                writer.add_scalar("short", step, step)
                noise = rng.integers(0, 256, (64, 64, 3), np.uint8)
                writer.add_image("noise", noise, step, dataformats="HWC")
                writer.add_text("notes", f"step {step}: " + ("odd" if step % 2 else "even"), step)
    board = tbwidget.TensorBoard(tmp_path / "demo")
    yield board
    board.close()


@pytest.mark.parametrize("name", ["torch_all_digits_cnn", "tf_summary_all", "tbx_all"])
def test_all_tabs_of_real_logs_draw_with_the_network_off(
    name: str, open_report: Open, tmp_path: Path
) -> None:
    (logdir,) = shared_logs.logs_of(name, tmp_path)
    board = tbwidget.TensorBoard(logdir)
    path = board.save_html(tmp_path / "report.html", budget="2MB")
    board.close()
    assert path.stat().st_size <= 2_000_000
    report = Report(path)
    page = open_report(path)
    kinds = {one["title"]: one for one in report.model("board")["_dashboards"]}
    titles = page.wait_for(
        "() => { const tabs = deepAll('.tabs [role=\"tab\"]');"
        " return tabs.length > 1 && tabs.map((one) => one.firstChild.textContent.trim()); }"
    ).json_value()
    assert len(titles) >= 6
    for title in titles:
        page.tab(title)
        page.page.evaluate("() => { window.seen = new Set(); }")
        page.wait_for(LOOK_THROUGH, 60)
        seen = set(page.page.evaluate("() => [...window.seen]"))
        expected = {tag for kind in kinds[title]["data_kinds"] for tag in report.tags(kind)}
        assert seen == expected or title == "Custom scalars", title
    assert page.foreign_requests() == []
    assert page.errors() == []


def test_a_report_can_be_worked_with(
    open_report: Open, board: tbwidget.TensorBoard, tmp_path: Path
) -> None:
    board.state.hidden_runs = ["val"]
    path = board.save_html(tmp_path / "report.html", budget="400KB")
    page = open_report(path)
    page.wait_for_series({"loss": 1, "short": 1})
    # A run that was hidden is there.
    page.page.locator(".run", has_text="val").first.click()
    page.wait_for_series({"loss": 2, "short": 2})
    # A zoom keeps the points that there are, and says so.
    wait_for_probe(page, "loss", "p.points > 0")
    drag(page, "loss", ".chart canvas", 0.4, 0.5)
    wait_for_probe(page, "loss", "p.xDomain[0] > 5000 && p.xDomain[1] < 15000")
    wait_for_text(page, "coarse picture: the report has no more points")
    # What only a kernel can do is not offered; what was left out is told.
    assert page.page.locator('button[aria-label="Pause updates"]').count() == 0
    press(page, "thinned to 400 KB")
    wait_for_text(page, "no spike is left out")
    wait_for_text(page, "of 30 steps, the newest among them")
    assert page.errors() == []
    assert page.foreign_requests() == []


def test_each_step_that_can_be_chosen_is_there(
    open_report: Open, board: tbwidget.TensorBoard, tmp_path: Path
) -> None:
    path = board.save_html(tmp_path / "report.html", budget="450KB")
    steps = Report(path).columns("images", "noise")["train"]["step"].tolist()
    assert 2 < len(steps) < 30
    page = open_report(path)
    page.tab("Images")
    page.wait_for_series({"noise": 2})
    for row, step in enumerate(steps):
        slide(page, '.card[data-tag="noise"] input[type="range"]', row)
        condition = "p.drawn.every((one) => one.loaded) && p.drawn[0].step === given"
        wait_for_probe(page, "noise", condition, step)
    assert page.errors() == []


def test_texts_are_searched_without_a_kernel(
    open_report: Open, board: tbwidget.TensorBoard, tmp_path: Path
) -> None:
    page = open_report(board.save_html(tmp_path / "report.html"))
    page.tab("Text")
    page.page.locator('input[aria-label="Search all steps"]').fill("ODD")
    wait_for_text(page, "30 of 60 texts match")
    page.wait_for("() => deepAll('.texts mark').length > 2")
    assert page.errors() == []


def test_no_kernel_is_never_a_lost_kernel(
    browser: Any, board: tbwidget.TensorBoard, tmp_path: Path
) -> None:
    page = Opened(browser, board.save_html(tmp_path / "report.html"))
    page.page.clock.install()
    page.open()
    page.wait_for_series({"loss": 2, "short": 2})
    page.page.clock.fast_forward("10:00")
    page.wait_for("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
    assert page.page.evaluate(STATUS).startswith("report of ")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_single_tab_in_a_narrow_window(
    open_report: Open, board: tbwidget.TensorBoard, tmp_path: Path, scheme: str
) -> None:
    path = board.scalars.save_html(tmp_path / "report.html")
    page = open_report(path, viewport={"width": 420, "height": 700}, color_scheme=scheme)
    page.wait_for_series({"loss": 2})
    dark = page.page.evaluate("() => deepAll('.tbw')[0].classList.contains('dark')")
    assert dark == (scheme == "dark")
    size = page.page.evaluate("() => [document.body.scrollWidth, deepAll('.tbw')[0].offsetHeight]")
    assert size == [420, 700]
    assert page.errors() == []


def test_hostile_texts_stay_texts(open_report: Open, tmp_path: Path) -> None:
    hostile_logs.write(tmp_path / "hostile")
    board = tbwidget.TensorBoard(tmp_path / "hostile")
    path = board.save_html(tmp_path / "report.html", title="</title><script>hacked=1</script>")
    board.close()
    page = open_report(path, viewport={"width": 1400, "height": 3300})
    for title, (kind, condition) in TABS.items():
        page.tab(title)
        for tag in tags_of(kind):
            page.wait_for_series({tag: 2})
            wait_for_probe(page, tag, condition)
        assert page.page.evaluate(ODDITIES) == [], title
    page.tab("Text")
    press(page, "All steps")
    wait_for_probe(page, "payloads", "p.count === given", len(PAYLOADS))
    assert page.page.evaluate(ODDITIES) == []
    assert page.foreign_requests() == []
    # The policy forbids handlers already where Markdown is only looked at to be sanitised.
    assert [one for one in page.errors() if not one.startswith(HANDLER_FORBIDDEN)] == []


def test_the_policy_of_the_page_is_in_force(
    open_report: Open, board: tbwidget.TensorBoard, tmp_path: Path
) -> None:
    """What would get out, or run, if all else failed."""
    page = open_report(board.save_html(tmp_path / "report.html"))
    blocked = page.page.evaluate(
        """async (host) => {
          const blocked = new Set();
          document.addEventListener('securitypolicyviolation', (event) =>
            blocked.add(event.effectiveDirective));
          const add = (name, values) =>
            document.body.append(Object.assign(document.createElement(name), values));
          add('script', { textContent: 'window.hacked = 1' });
          add('img', { src: `https://${host}/image` });
          add('iframe', { src: `https://${host}/frame` });
          await fetch(`https://${host}/data`).catch(() => {});
          while (blocked.size < 4) await new Promise((next) => setTimeout(next, 20));
          return [...blocked].sort();
        }""",
        HOST,
    )
    assert blocked == ["connect-src", "frame-src", "img-src", "script-src-elem"]
    assert page.page.evaluate("() => 'hacked' in window") is False

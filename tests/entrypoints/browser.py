"""A real Chromium without a window, which reports all that a page should not do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_HERE = {"127.0.0.1", "localhost"}
_SERIOUS = {"serious", "critical"}


@dataclass
class Window:
    """One page of one visitor. `complaints` gathers what no page may do."""

    page: Page
    base_url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.base_url + path)

    def click(self, role: str, name: str, *, within: str = "body") -> None:
        self.page.locator(within).get_by_role(role, name=name, exact=True).first.click()

    def reads(self, words: str, *, limit_s: float = 30) -> None:
        """The words come to stand on the page, without anybody asking for it again."""
        self.page.get_by_text(words).first.wait_for(timeout=limit_s * 1000)

    def barriers(self) -> list[str]:
        """What keeps people out, as axe sees it; none but serious faults count."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{self.page.url}: {each['id']} {[node['target'] for node in each['nodes']]}"
            for each in found
            if each["impact"] in _SERIOUS
        ]

    def picture(self, file: Path) -> None:
        self.page.screenshot(path=file)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, base_url: str, **look) -> Iterator[Window]:
    """A visitor with nothing remembered."""
    context = browser.new_context(timezone_id="Europe/Berlin", **look)
    page = context.new_page()
    made = Window(page, base_url)
    page.on("console", lambda said: _note(made, said.type, said.text))
    page.on("pageerror", lambda error: made.complaints.append(f"{page.url}: {error}"))
    page.on("request", lambda asked: _note_outside(made, asked.url))
    yield made
    context.close()


def _note(made: Window, kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        made.complaints.append(f"{made.page.url}: {text}")


def _note_outside(made: Window, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in _HERE:
        made.complaints.append(f"{made.page.url} asked {url}")

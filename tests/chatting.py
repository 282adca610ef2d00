"""A reader in front of the page, for tests in a real browser.

In: a browser and the address of a page. Out: pages that were opened and asked; `faults` are errors of the page,
`requests` all addresses that it fetched.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from test_web import CONTRASTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DONE = """least => { const turns = document.querySelectorAll("#log .turn");
    return turns.length >= least && turns[turns.length - 1].querySelector(".answer, .error")
    && document.querySelector("#log").getAttribute("aria-busy") === "false"; }"""


class Chat:
    """The page at ``url``; ``path`` is for a test to remember a file of that server by."""

    def __init__(self, browser: Browser, url: str, path: Path | None = None) -> None:
        self.browser, self.url, self.path = browser, url, path
        self.requests: list[str] = []
        self.faults: list[str] = []
        self.opened: list[Page] = []

    def open(self, url: str = "", width: int = 1280, height: int = 800, **settings: Any) -> Page:
        """A page in a session of its own."""
        page = self.browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce", **settings)
        self.opened.append(page)
        page.set_default_timeout(20_000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(url or self.url)
        page.wait_for_selector("#conversation #log", state="attached")
        return page

    def ask(self, page: Page, question: str) -> None:
        """Type a question, press Enter, and wait for what comes."""
        before = page.locator("#log .turn").count()
        page.fill("#box textarea", question)
        page.press("#box textarea", "Enter")
        page.wait_for_function(DONE, arg=before + 1)

    def poor_contrasts(self, page: Page, within: str) -> list[str]:
        """Texts below the contrast of WCAG AA."""
        return page.evaluate(CONTRASTS.replace(".contain", within))

    def close(self) -> None:
        """Close what was opened."""
        for page in self.opened:
            page.close()
        self.opened.clear()

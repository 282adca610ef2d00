"""What the browser tests share: pages that are watched, and asking as a person does."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page


class Watch:
    """Notes every request and every fault of the pages it is given."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.faults: list[str] = []

    def over(self, page: Page) -> Page:
        """The page, watched from now on."""
        page.set_default_timeout(15_000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def check(self, url: str) -> None:
        """Nothing was fetched from another host than that of ``url``, nothing failed."""
        own = urlsplit(url).hostname
        assert self.requests
        assert [address for address in self.requests if urlsplit(address).hostname not in (None, own)] == []
        assert self.faults == []


def settle(page: Page, least: int = 1) -> None:
    """Wait until the newest turn has its answer."""
    page.wait_for_function(
        """least => { const turns = document.querySelectorAll("#log .turn");
        return turns.length >= least && turns.length > 0 && turns[turns.length - 1].querySelector(".answer, .error")
        && document.querySelector("#log").getAttribute("aria-busy") === "false"; }""",
        arg=least,
    )


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter, and wait for its answer."""
    before = page.locator("#log .turn").count()
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    settle(page, before + 1)

"""What the browser tests share: pages that note every request and fault, and asking as a person does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page


@contextmanager
def visits(context: BrowserContext, url: str) -> Iterator[Callable[..., Page]]:
    """Opens pages; afterwards: nothing was fetched from elsewhere, nothing failed."""
    pages: list[Page] = []
    requests: list[str] = []
    faults: list[str] = []

    def open_page(path: str = "", width: int = 1280, height: int = 800, **media: Any) -> Page:
        page = context.new_page()
        pages.append(page)
        page.set_default_timeout(15_000)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(**{"reduced_motion": "reduce", **media})
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url + path)
        page.wait_for_selector("#conversation #log", state="attached")
        return page

    yield open_page
    for page in pages:
        page.close()
    own = urlsplit(url).netloc
    assert requests
    assert [address for address in requests if urlsplit(address).netloc not in ("", own)] == []
    assert faults == []


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

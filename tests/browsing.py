"""What the browser tests share: pages that are watched, asking as a person does, and how a page looks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CONTRASTS = """within => {
  const parse = (colour) => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const light = (colour) => colour.slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => { for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor); if (colour[3] === 1) return colour; }
    return [255, 255, 255]; };
  const poor = [];
  const walker = document.createTreeWalker(document.querySelector(within), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.getClientRects().length) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const words = walker.currentNode.textContent.slice(0, 30);
    if (ratio < 4.5) poor.push(`${element.className || element.tagName}: ${ratio.toFixed(2)} "${words}"`);
  }
  return poor;
}"""


class Watch:
    """Notes every request and every fault of the pages it is given."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.faults: list[str] = []

    def over(self, page: Page) -> Page:
        """The page, watched from now on."""
        page.set_default_timeout(60_000)  # a busy machine is slow to draw
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


class Chat(Watch):
    """A reader in front of the chat at ``url``; ``path`` is for a test to remember a file of that server by."""

    def __init__(self, browser: Browser, url: str, path: Path | None = None) -> None:
        super().__init__()
        self.browser, self.url, self.path = browser, url, path
        self.opened: list[Page] = []

    def open(self, address: str = "", width: int = 1280, height: int = 800, **settings: Any) -> Page:
        """The chat, or an address seen from there, in a browser that knows nothing yet and moves nothing."""
        settings = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce", **settings}
        page = self.browser.new_page(**settings)
        self.opened.append(self.over(page))
        page.goto(urljoin(self.url, address))
        page.wait_for_selector(".welcome, #log .turn")
        return page

    def close(self) -> None:
        """Close what was opened."""
        for page in self.opened:
            page.close()
        self.opened.clear()


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


def ask_and_keep(page: Page, question: str) -> None:
    """Ask, and wait until the toolbar, which saves and keeps what was asked, has heard of it."""
    ask(page, question)
    page.wait_for_function(
        "turns => document.querySelector('#kept [data-turns]')?.dataset.turns === String(turns)",
        arg=page.locator("#log .answer").count(),
    )


def said(page: Page, words: str) -> None:
    """Wait until the toolbar says these words."""
    page.wait_for_function("words => document.querySelector('#keeping .said').textContent.includes(words)", arg=words)


def lit(page: Page) -> str:
    """The words that are lit in the pane of sources, once that has the focus."""
    page.wait_for_function("document.activeElement.id === 'lit'")
    return " ".join(page.locator("#source mark.lit").all_inner_texts())


def see(page: Page, selector: str) -> None:
    """Wait until all of the element is inside the window, and its first line not covered; fails if it never is."""
    page.wait_for_function(
        """selector => { const element = document.querySelector(selector), box = element.getBoundingClientRect();
        const first = element.getClientRects()[0];
        const top = document.elementFromPoint(first.left + first.width / 2, first.top + first.height / 2);
        return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
        && top !== null && element.contains(top); }""",
        arg=selector,
    )


def wide(page: Page) -> bool:
    """Whether the page has to be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth")


def poor_contrasts(page: Page, within: str = ".contain") -> list[str]:
    """Texts below the contrast of WCAG AA."""
    return page.evaluate(CONTRASTS, within)

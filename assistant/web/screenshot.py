"""Pictures of the page at work, for the README and for looking at it.

In: a folder. Out: PNG files in it: an answer with its source, a case table, a phone, light and dark.
Run as ``python -m assistant.web.screenshot FOLDER``; needs Chromium and playwright.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.web.contract import Bot
from assistant.web.serving import running

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK, PHONE = (1360, 820), (375, 780)
SETTLING = 400  # milliseconds, for fonts and colours


def _ask(page: Page, question: str) -> None:
    page.fill("#box textarea", question)
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#log[aria-busy=false] .answer")
    if page.locator("#log .quotes .cite").count() == 0:
        raise RuntimeError(f"The question '{question}' was answered without a quote, so there is nothing to show.")


def _answer(page: Page) -> None:
    _ask(page, "What is the three-year survival of vascular leiomyosarcoma?")
    page.locator("#log .quotes .cite").first.click()
    page.wait_for_selector("#lit")


def _conflict(page: Page) -> None:
    _ask(page, "Does adjuvant therapy prevent recurrence?")


def _rows(page: Page) -> None:
    _ask(page, "How many of the saphenous cases had lung metastases?")
    page.locator("#log .rows-behind summary").first.click()


def _overview(page: Page) -> None:
    page.click("#tab-overview")
    page.wait_for_selector("#panel-overview .subject")


def _cases(page: Page) -> None:
    page.click("#tab-cases")
    page.wait_for_selector("#cases-chosen .rows")


def _disagreements(page: Page) -> None:
    page.click("#tab-disagreements")
    page.wait_for_selector(".entry")


def _patient(page: Page) -> None:
    page.check("[name=audience][value=patient]", force=True)
    _ask(page, "How is the diagnosis made?")
    page.locator("#log .term").first.focus()


VIEWS: dict[str, Callable[[Page], None]] = {
    "answer": _answer,
    "conflict": _conflict,
    "rows": _rows,
    "overview": _overview,
    "cases": _cases,
    "disagreements": _disagreements,
    "patient": _patient,
}


def screenshots(bot: Bot, folder: Path, views: dict[str, Callable[[Page], None]] = VIEWS) -> Iterator[Path]:
    """Serve the page on a free port and yield a picture of each view in light, dark and on a phone, as it is made.

    Raises:
        RuntimeError: Chromium is not installed, or a question is answered without a quote.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("Chromium is not installed; install it so that 'chromium' is found on the PATH.")
    folder.mkdir(parents=True, exist_ok=True)
    with running(bot) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for look, scheme, (width, height) in (
            ("light", "light", DESK),
            ("dark", "dark", DESK),
            ("phone", "light", PHONE),
        ):
            for name, show in views.items():
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    device_scale_factor=2 if look == "phone" else 1.5,
                    color_scheme="dark" if scheme == "dark" else "light",
                    reduced_motion="reduce",
                )
                page.goto(url)
                page.wait_for_selector(".welcome")
                show(page)
                page.mouse.move(0, 0)
                page.wait_for_timeout(SETTLING)
                path = folder / f"{name}-{look}.png"
                page.screenshot(path=str(path))
                page.close()
                yield path
        browser.close()


def main() -> None:
    """The command line."""
    from assistant import Assistant

    parser = argparse.ArgumentParser(description="Pictures of the page at work.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--view", choices=list(VIEWS), action="append", help="only this view; may be given again")
    arguments = parser.parse_args()
    views = {name: VIEWS[name] for name in arguments.view or VIEWS}
    try:
        for path in screenshots(Assistant(), arguments.folder, views):
            print(f"Wrote {path}.")
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

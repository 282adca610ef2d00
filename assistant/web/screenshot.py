"""A picture of the page at work, for the README.

In: the name of a PNG file. Out: that file: a question asked in Chromium, its first citation opened.
Run as ``python -m assistant.web.screenshot OUT.png [--dark] [--phone]``; needs Chromium and playwright.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from assistant.web.contract import Bot
from assistant.web.serving import running

QUESTION = "What is the three-year survival of vascular leiomyosarcoma?"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def screenshot(bot: Bot, path: Path, *, dark: bool = False, phone: bool = False, question: str = QUESTION) -> None:
    """Serve the page on a free port, ask, open the first citation, and save what is seen.

    Raises:
        RuntimeError: Chromium is not installed, or the answer has no quote to open.
    """
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("Chromium is not installed; install it so that 'chromium' is found on the PATH.")
    with running(bot) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(
            viewport={"width": 375, "height": 780} if phone else {"width": 1360, "height": 820},
            device_scale_factor=2,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        page.goto(url)
        page.fill("#box textarea", question)
        page.press("#box textarea", "Enter")
        page.wait_for_selector("#log .answer")
        if page.locator("#log .cite").count() == 0:
            raise RuntimeError(f"The question '{question}' was answered without a quote, so there is nothing to open.")
        page.locator("#log .cite").first.click()
        page.wait_for_selector("#lit")
        page.mouse.move(0, 0)
        page.wait_for_timeout(400)  # milliseconds, for fonts and colours to settle
        page.screenshot(path=str(path))
        browser.close()


def main() -> None:
    """The command line."""
    from assistant import Assistant

    parser = argparse.ArgumentParser(description="A picture of the page at work.")
    parser.add_argument("out", type=Path, metavar="OUT.png")
    parser.add_argument("--dark", action="store_true", help="dark colours")
    parser.add_argument("--phone", action="store_true", help="375 pixels wide")
    arguments = parser.parse_args()
    try:
        screenshot(Assistant(), arguments.out, dark=arguments.dark, phone=arguments.phone)
    except RuntimeError as error:
        sys.exit(str(error))
    print(f"Wrote {arguments.out}.")


if __name__ == "__main__":
    main()

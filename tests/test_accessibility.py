"""axe-core over the views of the page: light, dark and on a phone, as a clinician and as a patient."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from assistant.web.screenshot import DESK, PHONE, VIEWS

GRAVE = ("serious", "critical")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TALL = (PHONE[0], 4 * PHONE[1])  # nothing lies under the box at the bottom, where axe takes it for too small


@pytest.mark.parametrize(
    ("scheme", "size", "views", "rules"),
    [
        ("light", DESK, ("first", *VIEWS), RULES),
        ("dark", DESK, ("answer", "rows", "cases", "overview", "patient"), ["color-contrast"]),
        ("light", TALL, ("first", "answer", "cases"), RULES),
    ],
    ids=["light", "dark", "phone"],
)
def test_no_serious_finding(browser, url, scheme, size, views, rules):
    grave = []
    for view in views:
        page = browser.new_page(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
        )
        page.goto(url)
        page.wait_for_selector(".welcome")
        VIEWS.get(view, lambda page: None)(page)
        for each in Axe().run(page, options={"runOnly": rules}).response["violations"]:
            if each["impact"] in GRAVE:
                grave.append((view, each["id"], [node["html"][:200] for node in each["nodes"][:3]]))
        page.close()
    assert grave == []

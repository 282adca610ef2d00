"""How the chat looks: on a phone, in light and dark, to weak eyes, and to those whom motion disturbs."""

from __future__ import annotations

import pytest
from browsing import ask, poor_contrasts, see, settle, wide

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_without_sideways_scrolling(visit, scheme):
    page = visit(width=360, height=700, color_scheme=scheme, reduced_motion="no-preference")
    assert not wide(page)
    see(page, "#note p")
    see(page, "#box textarea")
    ask(page, SURVIVAL)
    assert not wide(page)
    page.locator("#log .cite").first.click()
    page.wait_for_function("document.activeElement.id === 'lit'")
    see(page, "#lit")
    see(page, ".pane .bar")
    assert not wide(page)
    page.click(".return")
    page.wait_for_function("document.activeElement.classList.contains('cite')")
    page.locator(".back").click()
    page.locator('#source [data-doc="gsv-review"]').click()
    page.wait_for_selector(".sheet table")
    assert not wide(page)


@pytest.mark.parametrize(
    ("path", "scheme", "dark"),
    [("", "light", False), ("", "dark", True), ("?__theme=light", "dark", False), ("?__theme=dark", "light", True)],
)
def test_colours_follow_the_system_and_the_theme(visit, path, scheme, dark):
    page = visit(path, color_scheme=scheme)
    red = page.evaluate(
        "parseInt(getComputedStyle(document.querySelector('#source-column')).backgroundColor.match(/\\d+/)[0])"
    )
    assert (red < 60) is dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(visit, scheme):
    page = visit(color_scheme=scheme)
    assert poor_contrasts(page) == []
    ask(page, "What dose of imatinib for a gastric GIST?")
    ask(page, "")
    ask(page, SURVIVAL)
    page.locator("#log .turn").last.locator(".cite").first.click()
    page.wait_for_selector("#lit")
    page.mouse.move(0, 0)
    assert poor_contrasts(page) == []


def test_reduced_motion_is_respected(visit, recorder):
    page = visit(reduced_motion="reduce")
    recorder.gate.clear()
    try:
        page.fill("#box textarea", SURVIVAL)
        page.press("#box textarea", "Enter")
        page.wait_for_selector(".dots")
        assert page.evaluate("getComputedStyle(document.querySelector('.dots')).animationName") == "none"
    finally:
        recorder.gate.set()
    settle(page)

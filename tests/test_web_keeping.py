"""The history of conversations that a browser keeps, as a person in front of the page meets it."""

from __future__ import annotations

import json

import pytest
from browsing import ask_and_keep, poor_contrasts, said, settle, wide

from assistant.web.keeping import MOST, read_kept

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"
MRI = "How does MRI tell an intravascular tumour from a thrombus?"
LUNG = "How many of the saphenous cases had lung metastases?"
NO_STORAGE = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });"""
FULL_STORAGE = """Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };"""


def questions(page) -> list[str]:
    return [text.removeprefix("You asked: ") for text in page.locator("#log .question").all_text_contents()]


def kept(page) -> list[dict]:
    return json.loads(page.evaluate("localStorage.getItem('vlms-history')") or "[]")


def open_history(page) -> None:
    page.click("#keeping .history .opens")
    page.wait_for_selector("#history")


def titles(page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('#keeping .open')].map(each => each.firstChild.textContent)")


def test_a_conversation_survives_a_reload_and_is_asked_again(visit, bot):
    page = visit()
    ask_and_keep(page, SURVIVAL)
    ask_and_keep(page, "and in the femoral vein?")
    before = page.locator("#log blockquote").all_inner_texts()
    page.reload()
    page.wait_for_selector(".welcome")
    offer = page.locator("#keeping .continue")
    offer.wait_for()
    assert f"“{SURVIVAL}” (2 questions)" in offer.inner_text()
    page.click("#keeping .go")
    settle(page, 2)
    assert questions(page) == [SURVIVAL, "and in the femoral vein?"]
    assert page.locator("#log blockquote").all_inner_texts() == before
    said(page, "2 questions asked again.")
    assert not offer.is_visible()
    ask_and_keep(page, MRI)
    assert [each["questions"] for each in kept(page)] == [[SURVIVAL, "and in the femoral vein?", MRI]]
    page.keyboard.press("ArrowUp")
    assert page.input_value("#box textarea") == MRI


def test_what_was_cleared_or_declined_is_not_offered_again(visit):
    page = visit()
    ask_and_keep(page, SURVIVAL)
    page.reload()
    page.click("#keeping .leave")
    page.reload()
    page.wait_for_selector(".welcome")
    page.wait_for_selector("#keeping .history .opens")
    assert not page.locator("#keeping .continue").is_visible()
    ask_and_keep(page, MRI)
    page.click("button#clear")
    page.wait_for_selector(".welcome")
    page.wait_for_selector("#keeping .export .opens:disabled")
    page.reload()
    page.wait_for_selector("#keeping .history .opens")
    assert not page.locator("#keeping .continue").is_visible()
    open_history(page)
    assert titles(page) == [MRI, SURVIVAL]


def test_a_kept_conversation_is_opened_by_keys_and_goes_on(visit):
    page = visit()
    for question in (SURVIVAL, MRI):
        ask_and_keep(page, question)
        page.click("button#clear")
        page.wait_for_selector("#keeping .export .opens:disabled")
    assert [each["title"] for each in kept(page)] == [MRI, SURVIVAL]
    page.focus("#keeping .history .opens")
    page.keyboard.press("Enter")
    assert "Kept in this browser only, never on the server" in page.locator("#history").inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "checkbox"
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith(SURVIVAL)
    page.keyboard.press("Enter")
    settle(page, 1)
    assert questions(page) == [SURVIVAL]
    assert not page.locator("#history").is_visible()
    ask_and_keep(page, LUNG)
    assert [each["questions"] for each in kept(page)] == [[SURVIVAL, LUNG], [MRI]]


def test_one_and_all_conversations_are_deleted(visit):
    page = visit()
    for question in (SURVIVAL, MRI, LUNG):
        ask_and_keep(page, question)
        page.click("button#clear")
        page.wait_for_selector("#keeping .export .opens:disabled")
    open_history(page)
    assert titles(page) == [LUNG, MRI, SURVIVAL]
    page.get_by_role("button", name=f"Delete “{MRI}”").click()
    assert titles(page) == [LUNG, SURVIVAL]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == f"Delete “{SURVIVAL}”"
    page.click("#keeping .delete-all")
    assert page.locator("#keeping .sure").inner_text().startswith("Delete 2 conversations?")
    page.click("#keeping .no")
    assert len(kept(page)) == 2
    page.click("#keeping .delete-all")
    page.click("#keeping .yes")
    assert kept(page) == []
    assert page.locator("#keeping .none").is_visible()
    page.reload()
    page.wait_for_selector(".welcome")
    open_history(page)
    assert titles(page) == []


def test_a_conversation_that_was_deleted_does_not_come_back_with_its_next_question(visit):
    page = visit()
    ask_and_keep(page, SURVIVAL)
    open_history(page)
    page.get_by_role("button", name=f"Delete “{SURVIVAL}”").click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "History"
    ask_and_keep(page, MRI)
    assert kept(page) == []


def test_the_switch_stops_keeping_deletes_nothing_and_is_remembered(visit):
    page = visit()
    ask_and_keep(page, SURVIVAL)
    open_history(page)
    page.uncheck("#keeping .switch input")
    page.keyboard.press("Escape")
    ask_and_keep(page, MRI)
    assert [each["questions"] for each in kept(page)] == [[SURVIVAL]]
    page.click("button#clear")
    page.wait_for_selector("#keeping .export .opens:disabled")
    ask_and_keep(page, LUNG)
    page.reload()
    page.wait_for_selector(".welcome")
    open_history(page)
    assert not page.is_checked("#keeping .switch input")
    assert titles(page) == [SURVIVAL]
    page.check("#keeping .switch input")
    page.keyboard.press("Escape")
    ask_and_keep(page, LUNG)
    assert [each["questions"] for each in kept(page)] == [[LUNG], [SURVIVAL]]


def test_two_people_do_not_see_each_others_history(visit):
    one, other = visit(), visit()
    ask_and_keep(one, SURVIVAL)
    ask_and_keep(other, MRI)
    for page, own in ((one, SURVIVAL), (other, MRI)):
        page.reload()
        page.wait_for_selector("#keeping .continue")
        assert own in page.locator("#keeping .continue").inner_text()
        open_history(page)
        assert titles(page) == [own]


def test_the_last_fifty_are_kept_and_what_is_forged_is_left_out(visit):
    page = visit()
    evil = "<img src=x onerror='window.pwned = 1'>"
    sound = {"date": "2026-01-02T03:04:05Z", "title": evil, "corpus": "0" * 12, "questions": [evil]}
    forged = [1, None, {}, {"name": "a"}, {**sound, "name": "b", "questions": [1]}, {**sound, "name": "c", "date": "x"}]
    forged += [{**sound, "name": f"{number:016x}"} for number in range(MOST)]
    page.evaluate("all => localStorage.setItem('vlms-history', JSON.stringify(all))", forged)
    open_history(page)
    assert titles(page) == [evil] * MOST
    assert "documents changed since" in page.locator("#keeping .open").first.inner_text()
    page.keyboard.press("Escape")
    ask_and_keep(page, SURVIVAL)
    assert len(kept(page)) == MOST
    assert kept(page)[0]["title"] == SURVIVAL
    open_history(page)
    page.locator("#keeping .open").nth(1).click()
    said(page, "have changed since 2 Jan 2026")
    assert questions(page) == [evil]
    assert page.evaluate("window.pwned") is None
    for broken in ("{", "7", "null", '"text"'):
        page.evaluate("text => localStorage.setItem('vlms-history', text)", broken)
        page.reload()
        page.wait_for_selector("#keeping .history .opens")
        open_history(page)
        assert titles(page) == []


@pytest.mark.parametrize("script", [NO_STORAGE, FULL_STORAGE], ids=["blocked", "full"])
def test_without_storage_the_page_works_and_offers_no_history(visit, script):
    page = visit()
    page.add_init_script(script)
    page.reload()
    page.wait_for_selector(".welcome")
    ask_and_keep(page, SURVIVAL)
    assert "57%" in page.locator("#log blockquote").first.inner_text()
    assert not page.locator("#keeping .history .opens").is_visible()
    assert page.locator("#keeping .export .opens").is_enabled()


def test_many_questions_are_asked_again_while_the_page_answers_to_its_reader(visit):
    page = visit()
    many = [f"{question} ({number})" for number in range(15) for question in (SURVIVAL, MRI)]
    entry = {"name": "f" * 16, "date": "2026-01-02T03:04:05Z", "title": "many", "corpus": "0", "questions": many}
    page.evaluate("all => localStorage.setItem('vlms-history', JSON.stringify(all))", [entry])
    open_history(page)
    page.evaluate(
        """() => { window.seen = new Set(); new MutationObserver(() =>
        window.seen.add(document.querySelectorAll("#log .turn").length)).observe(document.body,
        { childList: true, subtree: true }); }"""
    )
    page.locator("#keeping .open").click()
    page.fill("#box textarea", "typed meanwhile")
    page.wait_for_function("() => document.querySelectorAll('#log .answer').length === 30", timeout=60_000)
    assert questions(page) == many
    assert len([count for count in page.evaluate("[...window.seen]") if 0 < count < 30]) >= 1
    said(page, "have changed since")
    assert kept(page)[0]["questions"] == many


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (None, []),
        ({"questions": "x"}, []),
        ({"questions": ["a", 1, None, "b\ud800", {}]}, ["a", "b?"]),
        ({"questions": ["a"] * 99}, ["a"] * 60),
    ],
)
def test_what_a_browser_sends_to_be_asked_again_may_be_anything(sent, expected):
    name, texts = read_kept(sent, 60)
    assert texts == expected
    assert len(name) == 16
    assert read_kept({"name": "0123456789abcdef"}, 60)[0] == "0123456789abcdef"
    assert read_kept({"name": "<b>"}, 60)[0] != "<b>"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_toolbar_and_history_fit_a_small_screen_and_can_be_read(visit, scheme):
    page = visit(width=360, height=700, color_scheme=scheme)
    ask_and_keep(page, SURVIVAL)
    page.reload()
    page.wait_for_selector("#keeping .continue")
    assert poor_contrasts(page) == []
    open_history(page)
    page.click("#keeping .delete-all")
    assert not wide(page)
    assert poor_contrasts(page) == []
    for selector in ("#history", "#keeping .export .opens"):
        box = page.locator(selector).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360

"""Working with an answer and reading its sources, as a person in front of the page meets them."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browsing import ask, settle

from assistant.grouping import BESIDE, grouped
from assistant.web.conversation import Turn, render_conversation

SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"
ADJUVANT = "Does adjuvant therapy prevent recurrence?"


@pytest.fixture
def page(visit):
    return visit(permissions=["clipboard-read", "clipboard-write"])


def clipboard(page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def test_a_value_that_answers_by_itself_comes_first_and_opens_its_quote(page, bot):
    ask(page, SURVIVAL)
    assert page.locator("#log .direct mark").inner_text() == "57%"
    assert page.evaluate(
        "document.querySelector('.direct').compareDocumentPosition(document.querySelector('.quotes'))"
        " & Node.DOCUMENT_POSITION_FOLLOWING"
    )
    page.locator("#log .direct .cite").click()
    assert page.locator("#lit").inner_text() == bot.ask(SURVIVAL).quotes[0].text


def test_quotes_to_compare_with_the_first_stand_under_their_own_heading(page, bot):
    groups = grouped(bot.ask(ADJUVANT))
    assert groups[0].numbers[0] == 1
    (beside,) = [group for group in groups if group.title == BESIDE]
    ask(page, ADJUVANT)
    heading = page.locator("#log h4", has_text=BESIDE)
    numbers = heading.locator("xpath=following-sibling::ol[1]").locator(".cite .number").all_inner_texts()
    assert numbers == [f"[{number}]" for number in beside.numbers]
    shown = page.locator("#log .quotes .number").all_inner_texts()
    assert sorted(shown) == [f"[{number}]" for number in range(1, len(shown) + 1)]


def test_digits_open_citations_and_escape_closes_them(page, bot):
    ask(page, SURVIVAL)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("2")
    page.wait_for_function("document.activeElement.id === 'lit'")
    assert page.locator("#lit").inner_text() == bot.ask(SURVIVAL).quotes[1].text
    page.keyboard.press("Escape")
    page.wait_for_selector("#source .pane.list")
    assert page.evaluate("document.activeElement.dataset.number") == "2"
    page.focus("#box textarea")
    page.keyboard.type("19")
    assert page.input_value("#box textarea") == "19"
    assert page.locator("#source .pane.list").count() == 1


def test_an_answer_can_be_copied_its_question_changed_and_asked_again(page, bot):
    ask(page, SURVIVAL)
    page.get_by_role("button", name="Copy answer").click()
    page.wait_for_selector(".actions >> text=Copied")
    assert clipboard(page) == bot.ask(SURVIVAL).text
    page.wait_for_selector(".actions >> text=Copy answer")
    page.get_by_role("button", name="Edit question").click()
    assert page.input_value("#box textarea") == SURVIVAL
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.fill("#box textarea", "")
    page.get_by_role("button", name="Ask again").click()
    settle(page, 2)
    assert page.locator("#log .question").nth(1).inner_text() == page.locator("#log .question").nth(0).inner_text()


def test_a_link_carries_a_question_and_asks_it_where_it_is_opened(visit, page):
    ask(page, SURVIVAL)
    page.get_by_role("button", name="Copy link").first.click()
    page.wait_for_selector(".actions >> text=Copied")
    link = urlsplit(clipboard(page))
    assert parse_qs(link.query) == {"q": [SURVIVAL]}
    assert urlsplit(page.url).query == ""
    other = visit(f"?{link.query}")
    settle(other)
    assert other.locator("#log .question").inner_text().endswith(SURVIVAL)
    assert other.locator("#log .direct mark").inner_text() == "57%"


def test_a_link_carries_a_place_and_opens_its_document_there(visit, page, bot):
    ask(page, SURVIVAL)
    page.locator("#log .quotes .cite").nth(0).click()
    page.wait_for_selector("#lit")
    page.locator("#source").get_by_role("button", name="Copy link").click()
    page.wait_for_selector(".tools >> text=Copied")
    first = bot.ask(SURVIVAL).quotes[0]
    link = urlsplit(clipboard(page))
    assert parse_qs(link.query) == {"doc": [first.doc_id], "at": [f"{first.start}-{first.end}"]}
    other = visit(f"?{link.query}")
    other.wait_for_selector("#lit")
    assert other.locator("#lit").inner_text() == first.text


@pytest.mark.parametrize(
    "query",
    [
        "doc=nowhere&at=1-2",
        "doc=tilkorn2010&at=99999999-999999999",
        "doc=tilkorn2010&at=<script>window.pwned=1</script>",
        f"q={quote('<img src=x onerror=window.pwned=1>')}",
        f"doc={quote('<img src=x onerror=window.pwned=1>')}",
    ],
)
def test_a_link_that_makes_no_sense_does_no_harm(visit, query):
    page = visit(f"?{query}")
    if query.startswith("q="):
        settle(page)
    ask(page, SURVIVAL)
    assert page.locator("#log .direct mark").last.inner_text() == "57%"
    assert page.evaluate("window.pwned") is None
    assert page.locator("#columns img").count() == 0


def test_asking_can_be_stopped_and_the_question_is_kept(page, recorder):
    recorder.gate.clear()
    try:
        page.fill("#box textarea", SURVIVAL)
        page.press("#box textarea", "Enter")
        page.get_by_role("button", name="Stop").click()
        page.wait_for_selector(".welcome")
        assert page.input_value("#box textarea") == SURVIVAL
    finally:
        recorder.gate.set()
    ask(page, ADJUVANT)
    assert page.locator("#log .turn").count() == 1
    assert page.locator("#log .question").inner_text().endswith(ADJUVANT)


def test_what_is_new_is_said_in_one_sentence(page, bot):
    ask(page, SURVIVAL)
    answer = bot.ask(SURVIVAL)
    page.wait_for_function("document.querySelector('#announcer').textContent.startsWith('Answer')")
    said = page.locator("#announcer").text_content()
    assert said == f"Answer: {len(answer.quotes)} quotes. {answer.quotes[0].text}"
    assert page.locator("#announcer").get_attribute("role") == "status"


def test_the_outline_leads_to_every_section(page):
    page.click("[data-doc=tilkorn2010]")
    page.wait_for_selector(".tools")
    titles = page.locator(".sheet h3").all_inner_texts()
    page.click(".outline summary")
    listed = page.locator(".outline li button")
    assert listed.all_inner_texts() == [title.removesuffix(" continued") for title in titles]
    listed.nth(titles.index("Discussion")).click()
    assert page.evaluate("document.activeElement.textContent") == "Discussion"
    assert page.locator(".outline[open]").count() == 0
    box = page.locator(".sheet h3", has_text="Discussion").first.bounding_box()
    assert 0 <= box["y"] < 500


def test_words_are_found_in_a_document(page):
    page.click("[data-doc=tilkorn2010]")
    page.fill(".find input", "Kaplan")
    page.wait_for_selector(".found:text-matches('^1 of ')")
    count = int(page.locator(".found").inner_text().split(" of ")[1])
    assert count == page.locator(".sheet").inner_text().lower().count("kaplan") > 1
    assert page.evaluate("CSS.highlights.get('vlms-found').size") == count
    page.press(".find input", "Enter")
    assert page.locator(".found").inner_text() == f"2 of {count}"
    page.press(".find input", "Shift+Enter")
    page.press(".find input", "Shift+Enter")
    assert page.locator(".found").inner_text() == f"{count} of {count}"
    place = page.evaluate(
        "(() => { const [range] = CSS.highlights.get('vlms-current'); const box = range.getBoundingClientRect();"
        " return [range.toString(), box.top, box.bottom, innerHeight]; })()"
    )
    assert place[0].lower() == "kaplan"
    assert 0 < place[1] < place[2] < place[3]
    page.fill(".find input", "three  year survival")
    assert page.locator(".found").inner_text().startswith("1 of")
    page.fill(".find input", "a(b[c*")
    assert page.locator(".found").inner_text() == "not found"
    page.press(".find input", "Escape")
    assert page.input_value(".find input") == ""
    assert page.locator("#source .pane.text").count() == 1


def test_the_text_as_extracted_is_shown_on_demand(page, bot):
    ask(page, SURVIVAL)
    page.locator("#log .quotes .cite").first.click()
    page.wait_for_selector("#lit")
    page.get_by_role("button", name="Text as extracted").click()
    page.wait_for_selector("pre.raw")
    first = bot.ask(SURVIVAL).quotes[0]
    raw = bot.corpus[first.doc_id].raw
    assert page.evaluate("document.querySelector('pre.raw').textContent") == raw
    assert page.evaluate("document.querySelector('#lit').textContent") == raw[first.spans[0].start : first.spans[0].end]
    page.get_by_role("button", name="Readable text").click()
    page.wait_for_selector("pre.raw", state="detached")
    assert page.locator("#lit").inner_text() == first.text
    assert page.locator(".sheet mark.faint").count() > 0


def test_a_question_that_could_not_be_asked_can_be_changed_but_one_too_long_is_kept_in_the_box(corpus):
    short = render_conversation(corpus, [Turn("Why?", error="No.")])
    assert 'data-edit="Why?"' in short
    assert "data-edit" not in render_conversation(corpus, [Turn("Why? " * 1000, error="Too long.")])

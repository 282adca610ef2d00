"""Reading as a patient or relative: the switch, words that explain themselves, and what stands around the quotes."""

from __future__ import annotations

import pytest
from browsing import ask, poor_contrasts, wide

from assistant.framing import FIGURES, NO_ANSWER, PASSAGES, SPEAK_TO
from assistant.grouping import grouped
from assistant.web.audience import OURS
from corpus.glossary import first_uses, load, terms_of

MARGINS = "Which margins are advised for a saphenous vein tumour?"
SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"
GIST = "What dose of imatinib for a gastric GIST?"
SHOWN = "#explained:popover-open"


def read_as(page, name: str) -> None:
    page.locator(".audience label", has_text=name).click()
    reads(page, name)


def reads(page, name: str) -> None:
    """Wait until the switch and what is shown are both for that reader."""
    value = {"Clinician": "clinician", "Patient or relative": "patient"}[name]
    page.wait_for_selector(f"#log[data-audience={value}]", state="attached")
    assert page.get_by_role("radio", name=name).is_checked()


@pytest.fixture
def patient(visit):
    page = visit()
    read_as(page, "Patient or relative")
    ask(page, MARGINS)
    page.mouse.move(0, 0)
    return page


def explanation(page, term) -> str:
    """What is shown beside a word, once it is shown."""
    page.wait_for_selector(SHOWN)
    name = next(each.name for each in load() if each.id == term.get_attribute("data-term"))
    page.wait_for_function("name => document.querySelector('#explained strong').textContent === name", arg=name)
    text = page.locator(SHOWN).inner_text()
    assert text.endswith(OURS)
    return text


def as_grouped(answer):
    """The quotes as the page shows them: what is to be compared with the first comes right after it."""
    return [answer.quotes[number - 1] for group in grouped(answer) for number in group.numbers]


def gone(page) -> None:
    page.wait_for_selector(SHOWN, state="detached")


def test_a_clinician_sees_no_terms_and_no_framing(visit):
    page = visit()
    assert page.get_by_role("radio", name="Clinician").is_checked()
    assert page.get_by_role("group", name="Reading as").is_visible()
    ask(page, MARGINS)
    assert page.locator(".term, .framing, .speak-to, .explanations").count() == 0
    assert not page.locator(".glossary").is_visible()


def test_the_switch_changes_answers_that_are_there_and_back(visit, bot):
    page = visit()
    ask(page, MARGINS)
    words = page.locator("#log .quotes blockquote").all_text_contents()
    marks = page.locator("#log .quotes blockquote").first.locator("mark").all_text_contents()
    read_as(page, "Patient or relative")
    assert page.locator("#log .quotes blockquote .term").count() > 5
    assert page.locator("#log .framing").inner_text() == PASSAGES
    assert page.locator("#log .speak-to").inner_text().startswith(SPEAK_TO)
    assert page.locator("#log .quotes blockquote").all_text_contents() == words
    assert words == [quote.text for quote in as_grouped(bot.ask(MARGINS))]
    lit = page.locator("#log .quotes blockquote").first.locator("mark").all_text_contents()
    assert "".join(lit) == "".join(marks)
    read_as(page, "Clinician")
    assert page.locator(".term").count() == 0
    assert page.locator("#log .quotes blockquote").first.locator("mark").all_text_contents() == marks


def test_the_switch_works_by_keyboard_and_a_reload_keeps_it(visit):
    page = visit()
    page.get_by_role("radio", name="Clinician").focus()
    page.keyboard.press("ArrowRight")
    reads(page, "Patient or relative")
    outline = "getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.reload()
    page.wait_for_selector(".welcome")
    reads(page, "Patient or relative")
    ask(page, MARGINS)
    assert page.locator("#log .quotes .term").count() > 5
    page.click("button#clear")
    page.wait_for_selector(".welcome")
    reads(page, "Patient or relative")


def test_another_session_does_not_read_as_this_one(visit):
    one, other = visit(), visit()
    read_as(one, "Patient or relative")
    ask(other, MARGINS)
    assert other.locator(".term").count() == 0


def test_a_switch_while_an_answer_is_on_its_way_holds_in_the_end(visit, recorder):
    page = visit()
    recorder.gate.clear()
    try:
        page.fill("#box textarea", MARGINS)
        page.press("#box textarea", "Enter")
        page.wait_for_selector(".waiting")
        page.locator(".audience label", has_text="Patient").click()
    finally:
        recorder.gate.set()
    page.wait_for_selector("#log .answer .term")
    reads(page, "Patient or relative")


def test_what_is_being_read_stays_in_place_when_the_reader_changes(visit):
    page = visit(height=600)
    ask(page, MARGINS)
    ask(page, SURVIVAL)
    page.evaluate("document.querySelector('#conversation').scrollTop = 0")
    read_as(page, "Patient or relative")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('#conversation').scrollTop") < 50


def test_a_term_is_explained_by_hover_and_the_explanation_can_be_hovered(patient):
    page = patient
    term = page.locator("#log .quotes .term", has_text="local recurrence").first
    term.hover()
    assert "coming back at or near the place" in explanation(page, term)
    page.locator(SHOWN).hover()
    page.wait_for_timeout(500)
    assert page.locator(SHOWN).is_visible()
    inside = page.evaluate(
        """() => { const box = document.querySelector("#explained").getBoundingClientRect();
        return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight; }"""
    )
    assert inside
    page.keyboard.press("Escape")
    gone(page)
    page.mouse.move(0, 0)
    term.hover()
    explanation(page, term)
    page.mouse.move(0, 0)
    gone(page)


def test_a_term_is_explained_by_keyboard_and_escape_closes_only_that(patient):
    page = patient
    terms = page.locator("#log .quotes .term")
    terms.first.focus()
    explanation(page, terms.first)
    page.keyboard.press("Tab")
    explanation(page, terms.nth(1))
    page.keyboard.press("Escape")
    gone(page)
    assert page.evaluate("document.activeElement.className").startswith("term")
    page.keyboard.press("Enter")
    explanation(page, terms.nth(1))
    page.keyboard.press("Enter")
    gone(page)
    page.keyboard.press("Space")
    explanation(page, terms.nth(1))
    page.keyboard.press("/")
    gone(page)


def test_a_screen_reader_hears_the_explanation_with_the_word(patient):
    page = patient
    for term in page.locator("#log .term").all():
        described = page.locator(f"[id='{term.get_attribute('aria-describedby')}']")
        assert described.count() == 1
        assert described.text_content().endswith(OURS)


def test_a_term_is_explained_by_tap(visit):
    page = visit(width=375, height=780, has_touch=True)
    page.locator(".audience label", has_text="Patient").tap()
    reads(page, "Patient or relative")
    ask(page, MARGINS)
    terms = page.locator("#log .quotes .term")
    terms.nth(0).tap()
    explanation(page, terms.nth(0))
    terms.nth(1).tap()
    explanation(page, terms.nth(1))
    terms.nth(1).tap()
    gone(page)
    terms.nth(1).tap()
    explanation(page, terms.nth(1))
    page.locator("#log .question").tap()
    gone(page)
    terms.nth(1).tap()
    explanation(page, terms.nth(1))
    page.locator(SHOWN).tap()
    gone(page)


def test_a_copied_quote_is_the_verbatim_text(visit, bot):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    read_as(page, "Patient or relative")
    ask(page, MARGINS)
    quotes = as_grouped(bot.ask(MARGINS))
    for number, quote in enumerate(quotes):
        quotation = page.locator("#log .quotes blockquote").nth(number)
        assert quotation.locator(".term").count() == len(first_uses(quote.text)) > 0
        quotation.evaluate("words => getSelection().selectAllChildren(words)")
        page.keyboard.press("Control+c")
        assert page.evaluate("navigator.clipboard.readText()") == quote.text


def test_quotes_that_are_to_be_compared_are_explained_too(patient):
    page = patient
    compared = page.locator("#log .compare details").first
    compared.locator("summary").click()
    assert compared.locator("blockquote .term").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_all_is_legible_and_fits(visit, scheme, width):
    page = visit(width=width, height=700, color_scheme=scheme)
    read_as(page, "Patient or relative")
    ask(page, SURVIVAL)
    assert page.locator("#log .framing").inner_text() == f"{PASSAGES} {FIGURES}"
    ask(page, GIST)
    assert NO_ANSWER in page.locator("#log .abstained").inner_text()
    page.locator("#source .glossary summary").click()
    term = page.locator("#log .term").last
    term.scroll_into_view_if_needed()
    term.focus()
    explanation(page, term)
    box = page.locator(SHOWN).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert not wide(page)
    assert poor_contrasts(page) == []


def test_the_glossary_ends_the_list_of_sources_for_a_patient(visit, bot):
    page = visit()
    read_as(page, "Patient or relative")
    page.locator("#source .glossary summary").click()
    items = page.locator("#source .glossary li")
    assert items.count() == len(terms_of(bot.corpus)) == len(load()) >= 120
    assert items.first.is_visible()
    assert items.locator("strong").all_inner_texts() == [term.name for term in load()]
    read_as(page, "Clinician")
    assert not items.first.is_visible()


@pytest.mark.parametrize(("tab", "quotes"), [("Overview", "#overview .side"), ("Disagreements", "#disagreements")])
def test_terms_explain_themselves_in_the_other_tabs_too(visit, tab, quotes):
    page = visit()
    page.get_by_role("tab", name=tab).click()
    page.wait_for_selector(f"{quotes} blockquote", state="attached")
    words = page.locator(f"{quotes} blockquote").all_text_contents()
    assert page.locator(".term").count() == 0
    read_as(page, "Patient or relative")
    page.wait_for_selector(f"{quotes} .term", state="attached")
    assert page.locator(f"{quotes} blockquote").all_text_contents() == words
    if tab == "Disagreements":
        page.locator("#disagreements summary").first.click()
    term = page.locator(f"{quotes} .term:visible").first
    term.focus()
    explanation(page, term)
    read_as(page, "Clinician")
    page.wait_for_function("() => document.querySelectorAll('.term').length === 0")


def test_filters_of_disagreements_stay_when_the_reader_changes(visit):
    page = visit()
    page.get_by_role("tab", name="Disagreements").click()
    page.wait_for_selector("#disagreements .entry")
    page.select_option("#disagreements [name=weight]", "high")
    left = page.locator("#disagreements .count").inner_text()
    assert page.locator("#disagreements .entry:visible").count() < page.locator("#disagreements .entry").count()
    read_as(page, "Patient or relative")
    page.wait_for_selector("#disagreements .term", state="attached")
    page.wait_for_function(
        "left => document.querySelector('#disagreements .count').innerText === left", arg=left, timeout=5000
    )
    assert page.locator("#disagreements [name=weight]").input_value() == "high"

"""Reading as a patient or relative: the switch, words that explain themselves, and what stands around the quotes."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator

import pytest
from browsing import Watch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_web import CONTRASTS, answer_with, ask, quote_of

from assistant.abstention import NO_ADVICE
from assistant.framing import FIGURES, NO_ANSWER, PASSAGES, SPEAK_TO, framing
from assistant.web.audience import OURS, quoted, read_audience, render_glossary
from assistant.web.conversation import Turn, render_conversation
from assistant.web.markup import Wrap, marked
from assistant.web.serving import running
from corpus.glossary import first_uses, load, terms_of

MARGINS = "Which margins are advised for a saphenous vein tumour?"
SURVIVAL = "What is the three-year survival of vascular leiomyosarcoma?"
GIST = "What dose of imatinib for a gastric GIST?"
SHOWN = "#explained:popover-open"
WIDE = "document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth"


class Held:
    """The bot; while its gate is closed its answers are held back."""

    def __init__(self, bot):
        self.bot, self.corpus, self.suggest = bot, bot.corpus, bot.suggest
        self.gate = threading.Event()
        self.gate.set()

    def ask(self, question, history=None):
        self.gate.wait(10)
        return self.bot.ask(question, history=history)


@pytest.fixture(scope="module")
def held(bot):
    return Held(bot)


@pytest.fixture(scope="module")
def url(held) -> Iterator[str]:
    with running(held) as address:
        yield address


@pytest.fixture
def visit(browser, url):
    """Opens the page in a browser that knows nothing yet; afterwards: nothing came from elsewhere, nothing failed."""
    contexts, watch = [], Watch()

    def open_page(width: int = 1280, height: int = 800, **media):
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, reduced_motion="reduce", **media)
        contexts.append(context)
        page = watch.over(context.new_page())
        page.goto(url)
        page.wait_for_selector(".welcome")
        return page

    yield open_page
    for context in contexts:
        context.close()
    watch.check(url)


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
    assert words == [quote.text for quote in bot.ask(MARGINS).quotes]
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


def test_a_switch_while_an_answer_is_on_its_way_holds_in_the_end(visit, held):
    page = visit()
    held.gate.clear()
    try:
        page.fill("#box textarea", MARGINS)
        page.press("#box textarea", "Enter")
        page.wait_for_selector(".waiting")
        page.locator(".audience label", has_text="Patient").click()
    finally:
        held.gate.set()
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
    quotes = bot.ask(MARGINS).quotes
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
    assert not page.evaluate(WIDE)
    assert page.evaluate(CONTRASTS) == []


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


def test_the_glossary_of_other_documents_holds_their_words_only(small_corpus):
    from corpus import load_corpus

    shown = render_glossary(load_corpus(small_corpus))
    assert re.findall("<strong>(.*?)</strong>", shown) == ["Tumour", "Ultrasound", "Vein"]


def test_a_question_about_oneself_gets_the_note_first(bot):
    answer = bot.ask("My tumour is in the femoral vein: how rare is that?")
    assert not answer.abstained
    assert not answer.note
    shown = render_conversation(bot.corpus, [Turn("Q?", answer)], audience="patient")
    assert shown.index(NO_ADVICE) < shown.index(html.escape(PASSAGES)) < shown.index("<blockquote")
    assert NO_ADVICE not in render_conversation(bot.corpus, [Turn("Q?", answer)])
    text = bot.ask(answer.question, audience="patient").text
    assert text.startswith(NO_ADVICE)
    assert text.index(PASSAGES) < text.index(answer.quotes[0].text) < text.index(SPEAK_TO)


def test_a_note_is_never_said_twice(bot):
    answer = bot.ask("How long do I have?")
    assert answer.abstained
    page = render_conversation(bot.corpus, [Turn("Q?", answer)], audience="patient")
    shown = re.sub(' data-copy="[^"]*"', "", page)  # what is copied is not shown
    assert shown.count(NO_ADVICE) == 1
    assert html.escape(NO_ANSWER) in shown
    assert bot.ask("How long do I have?", audience="patient").text.count(NO_ADVICE) == 1


def test_figures_on_survival_are_put_in_proportion_only_where_there_are_any(bot):
    unit = bot.corpus["tilkorn2010"].units[0]
    for words, told in (
        ("The three year survival was 57%.", True),
        ("Five of six patients died.", True),
        ("1 66/f 18 - R0 - adjuvant 5 months lung 18 months DOD", True),
        ("The tumour measured 57 mm.", False),
        ("Radiotherapy may prolong survival.", False),
    ):
        answer = answer_with(quotes=(quote_of(unit, text=words),))
        assert (FIGURES in framing(answer, "patient").before) is told, words
        assert framing(answer, "clinician").before == ()


def test_what_to_ask_follows_from_the_question():
    scan = framing(answer_with(question="What does MRI show?", resolved_question="What does MRI show?"), "patient")
    margin = framing(answer_with(question="Which margin?", resolved_question="Which margin?"), "patient")
    assert any("scans" in each for each in scan.to_ask)
    assert any("operation" in each for each in margin.to_ask)
    assert scan.to_ask != margin.to_ask
    assert framing(answer_with(question="hello"), "patient").to_ask == ()


@pytest.mark.parametrize("sent", [{}, {"audience": None}, {"audience": "lawyer"}, {"audience": ["patient"]}])
def test_whoever_is_not_known_reads_as_a_clinician(sent):
    assert read_audience(sent) == "clinician"


def plain(shown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", shown))


RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5)


@settings(deadline=None)
@given(st.text(alphabet="ab <>&\"'\n", max_size=40), RANGES, RANGES)
def test_marks_and_wraps_leave_the_words_as_they_are(text, ranges, wrapped):
    shown = marked(text, ranges, [Wrap(start, end, '<b data-w="1">', "</b>") for start, end in wrapped])
    assert plain(shown) == text
    inside = [False] * len(text)
    for start, end in ranges:
        inside[start:end] = [True] * len(text[start:end])
    at, open_mark, open_tags = 0, False, []
    for token in re.findall(r"<[^>]*>|&[^;]+;|.", shown, re.DOTALL):
        if token.startswith("</"):
            assert open_tags.pop() == token[2:-1]
            open_mark = open_mark and token != "</mark>"
        elif token.startswith("<"):
            open_tags.append(token[1:-1].split()[0])
            open_mark = open_mark or token == "<mark>"
        else:
            assert open_mark is inside[at]
            at += 1
    assert open_tags == []


def test_a_mark_that_crosses_a_term_is_cut_at_its_edge_and_the_term_stays_whole():
    shown = quoted("The local recurrence rate (high).", [(0, 9), (20, 25)], "patient")
    assert shown.count("<button") == 1
    assert re.search(r"<mark>The </mark><button[^>]*><mark>local</mark> recurrence</button><mark> rate</mark>", shown)
    assert quoted("The local recurrence rate (high).", [(0, 9)], "clinician") == (
        "<mark>The local</mark> recurrence rate (high)."
    )


def test_what_touches_a_term_stays_on_its_line():
    shown = quoted("Pain (edema), then more.", [], "patient")
    assert re.search(r'Pain <span class="joined">\(<button[^>]*>edema</button>\),</span> then', shown)
    assert "joined" not in quoted(f"{'x' * 40}(edema){'x' * 40}", [], "patient")

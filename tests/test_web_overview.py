"""The tab Overview, as a person in front of the page meets it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from browsing import lit, poor_contrasts, wide

from assistant.answer import Answer
from assistant.web.markup import touches
from assistant.web.serving import running
from corpus import load_corpus, register

TOP = "selector => document.querySelector(selector).getBoundingClientRect().top"
NAMES = {
    "tilkorn2010": "Tilkorn 2010",
    "gsv-review": "GSV review, China",
    "aalaoui2026": "Aalaoui 2026",
    "femoral-korea": "Femoral vein case, Korea",
    "droracle": "Dr.Oracle",
}


@pytest.fixture
def tab(visit):
    page = visit()
    page.click("#tab-overview")
    page.wait_for_selector(".subject")
    return page


def test_every_entry_that_touches_a_quote_is_marked_with_it(tab, overview, corpus):
    entries = register.load(corpus)
    for topic in overview.topics:
        shown = tab.locator(f"#overview-{topic.id} .side > .quotes > .quote")
        assert shown.count() == len(topic.quotes)
        marked = shown.evaluate_all(
            "quotes => quotes.map(quote => [...quote.querySelectorAll('.statement')].map(each => each.textContent))"
        )
        for quote, statements in zip(topic.quotes, marked, strict=True):
            touching = {
                f"Ours {entry.statement}"
                for entry in entries
                if any(other.doc_id == quote.doc_id and touches(other.spans, quote.spans) for other in entry.quotes)
            }
            assert set(statements) == touching
            assert len(statements) == len(touching)


def test_the_tab_is_fetched_when_it_is_looked_at_and_shows_topics_and_documents_in_order(visit, overview):
    page = visit()
    titles = [topic.title for topic in overview.topics]
    tabs = page.get_by_role("tab").all_inner_texts()
    assert tabs[:3] == ["Ask", "Overview", "Cases"]
    assert page.locator(".subject").count() == 0
    page.click("#tab-overview")
    page.wait_for_selector(".subject")
    assert page.get_by_role("tabpanel", name="Overview").is_visible()
    assert not page.locator("#conversation").is_visible()
    assert page.locator("#source").is_visible()
    assert page.locator(".jumps button").all_inner_texts() == titles
    assert page.locator(".subject > h3").all_inner_texts() == titles
    for subject in page.locator(".subject").all():
        assert subject.locator(".whose h4").all_inner_texts() == list(NAMES.values())
        assert subject.locator(".side.unreviewed .whose .badge").all_inner_texts() == ["AI-written, unreviewed"]
    assert (
        page.locator("#overview-reconstruction [data-document=femoral-korea]").inner_text().endswith("Nothing on this.")
    )
    assert page.locator("#overview .side .none").count() == 2
    one, two = (page.locator(f"#overview-imaging .side >> nth={number}").bounding_box() for number in (0, 1))
    assert one["y"] == two["y"]
    assert one["x"] + one["width"] <= two["x"]


def test_a_jump_brings_its_topic_under_the_list_that_stays(tab):
    page = tab
    page.click(".jumps >> text=Prognosis")
    page.wait_for_selector('.jumps button[aria-current]:has-text("Prognosis")')
    bar = page.locator(".jumps").bounding_box()
    assert page.locator(".jumps").is_visible()
    assert 0 <= page.evaluate(TOP, "#overview-prognosis-title") - (bar["y"] + bar["height"]) < 60
    assert page.evaluate("document.activeElement.id") == "overview-prognosis-title"
    assert page.locator(".jumps [aria-current]").count() == 1


def test_jumps_marks_and_quotes_work_with_the_keyboard(tab):
    page = tab
    page.focus(".jumps li:nth-child(7) button")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'overview-radiotherapy-title'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.cite')")
    assert page.evaluate("document.activeElement.textContent") == "Tilkorn 2010, Discussion"
    page.keyboard.press("Enter")
    assert "Adjuvant radiation therapy may aid in local tumor control" in lit(page)
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('#overview-radiotherapy .cite')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Space")
    assert page.locator("#overview-radiotherapy details[open].disputed .statement").first.is_visible()
    for _ in range(60):  # what is tabbed to is never under the list of topics
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.closest('.jumps') !== null"):
            break
        bar = page.locator(".jumps").bounding_box()
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= bar["y"] + bar["height"] - 1


def test_a_quote_opens_its_place(tab, overview):
    page = tab
    topic = next(topic for topic in overview.topics if topic.id == "follow-up")
    for name in ("gsv-review", "aalaoui2026"):
        page.locator(f"#overview-follow-up [data-document={name}] .cite").first.click()
        page.wait_for_selector(f'.pane[data-doc="{name}"] #lit')
        assert lit(page) == topic.of(name)[0].text
        assert page.locator(".bar .where").inner_text() == NAMES[name]


def test_a_disputed_mark_opens_our_statement_and_the_other_side(tab, corpus):
    page = tab
    entry = next(entry for entry in register.load(corpus) if entry.id == "gsv-adjuvant-none-relapsed")
    quote = page.locator(
        "#overview-chemotherapy .side > .quotes > .quote", has_text="A total of 17 cases in this study"
    )
    mark = quote.locator("details.disputed")
    assert mark.locator("> summary").inner_text().split("\n")[0].startswith("disputed")
    assert mark.locator("> summary .weight").inner_text() == "high weight"
    assert not mark.locator(".statement").first.is_visible()
    mark.locator("> summary").click()
    first = mark.locator(".entries > li").first
    assert first.locator(".verdicts").inner_text().startswith("contradicted")
    assert entry.statement in first.locator(".statement").inner_text()
    assert first.locator(".compared > .quote").count() == len(entry.quotes) - 1
    assert "A total of 17 cases" not in first.locator(".compared").inner_text()
    first.locator(".compared .cite").first.click()
    page.wait_for_selector('.pane[data-doc="gsv-review"] #lit')
    assert "Gross (14)" in lit(page)


def test_heavy_marks_come_first_and_slight_or_confirming_ones_stay_quiet(tab):
    page = tab
    for mark in page.locator("details.disputed").all()[:40]:
        weights = mark.locator(".entries > li .verdicts").evaluate_all(
            "all => all.map(each => each.querySelector('.weight') !== null)"
        )
        assert weights == sorted(weights, reverse=True)
        assert mark.locator("> summary .weight").count() == weights[0]
        assert mark.locator("> summary .verdict.slight").count() == (not weights[0])
    confirmed = page.locator("#overview-prognosis details.confirmed").first
    assert re.fullmatch(r"✓\s+confirmed", confirmed.locator("summary").inner_text())
    confirmed.locator("summary").click()
    assert "Kaplan-Meier method" in confirmed.locator(".statement").first.inner_text()
    cited = page.locator("#overview-surgery-and-margins .quote", has_text="best chance for local control [11]").first
    assert cited.locator("summary").inner_text().strip() == "reference disputed"


def test_a_question_is_taken_to_the_box_of_ask_and_can_be_asked(tab, overview):
    page = tab
    (topic,) = (topic for topic in overview.topics if topic.id == "surgery-and-margins")
    asked = page.locator("#overview-surgery-and-margins .go-on button")
    assert asked.all_inner_texts() == list(topic.ask)
    asked.first.click()
    assert page.get_by_role("tab", selected=True).inner_text() == "Ask"
    assert page.input_value("#box textarea") == topic.ask[0]
    assert page.evaluate("document.activeElement === document.querySelector('#box textarea')")
    assert page.locator("#log .turn").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_selector("#log .answer")
    assert topic.ask[0] in page.locator("#log .question").inner_text()
    assert "2–3 cm" in page.locator("#log .answer").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1360])
def test_it_is_legible_and_as_wide_as_the_window_in_light_and_dark(visit, scheme, width):
    page = visit(width=width, height=760, color_scheme=scheme)
    page.click("#tab-overview")
    page.wait_for_selector(".subject")
    assert not wide(page)
    for mark in page.locator("#overview-radiotherapy summary").all():
        mark.click()
    assert poor_contrasts(page) == []
    assert not wide(page)


def test_on_a_phone_documents_are_stacked_and_there_is_a_way_back_to_the_topics(visit):
    page = visit(width=360, height=700)
    page.click("#tab-overview")
    page.wait_for_selector(".subject")
    tabs = page.get_by_role("tab").all()
    assert all(each.bounding_box()["x"] + each.bounding_box()["width"] <= 360 for each in tabs)
    page.click(".jumps >> text=Grading")
    page.wait_for_function("document.activeElement.id === 'overview-grading-title'")
    bar = page.locator("#tabs").bounding_box()
    assert 0 <= page.evaluate(TOP, "#overview-grading-title") - (bar["y"] + bar["height"]) < 60
    one, two = (page.locator(f"#overview-grading .side >> nth={number}").bounding_box() for number in (0, 1))
    assert one["x"] == two["x"]
    assert one["y"] + one["height"] <= two["y"]
    page.locator("#overview-grading .cite").first.click()
    assert "Coindre" in lit(page)
    page.click(".return")
    page.wait_for_function("document.activeElement.matches('#overview-grading .cite')")
    page.click("#overview-grading .up")
    page.wait_for_function("document.activeElement.id === 'overview-topics'")
    assert bar["height"] - 1 <= page.evaluate(TOP, "#overview-topics") < 200
    small = page.locator("#overview button, #overview summary").evaluate_all(
        "all => all.filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 24).map(each => each.textContent)"
    )
    assert small == []


def test_documents_of_ones_own_have_no_such_tab(visit, small_corpus: Path):
    class Reader:
        """A bot on documents of one's own; the tabs depend on these alone."""

        corpus = load_corpus(small_corpus)

        def ask(
            self, question: str, history: Sequence[dict[str, str]] | None = None, audience: str = "clinician"
        ) -> Answer:
            raise ValueError("Nothing is asked here.")

        def suggest(self, beginning: str) -> Sequence[str]:
            return ()

    with running(Reader()) as address:
        page = visit(address)
        assert page.locator("#tab-overview, #overview").count() == 0
        assert page.locator("#conversation").is_visible()

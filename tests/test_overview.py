"""The overview: quotes of the documents by topic, and the tab that shows them, as a person meets it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from browsing import Watch

from assistant.answer import Answer
from assistant.web.markup import touches
from assistant.web.opening import open_source
from assistant.web.overview_tab import render_overview
from assistant.web.serving import running
from corpus import load_corpus, overview, register
from corpus.loading import CorpusError
from corpus.overview import loading

TOPICS = (
    *("Presentation", "Imaging", "Biopsy and histology", "Grading", "Surgery and margins", "Reconstruction"),
    *("Radiotherapy", "Chemotherapy", "Recurrence and metastasis", "Prognosis", "Follow-up"),
    *("Differential diagnosis", "Epidemiology"),
)
WIDE = "document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth"
TOP = "selector => document.querySelector(selector).getBoundingClientRect().top"
NAMES = {
    "tilkorn2010": "Tilkorn 2010",
    "gsv-review": "GSV review, China",
    "aalaoui2026": "Aalaoui 2026",
    "femoral-korea": "Femoral vein case, Korea",
    "droracle": "Dr.Oracle",
}


@pytest.fixture(scope="module")
def whole(corpus) -> overview.Overview:
    return overview.load(corpus)


@pytest.fixture(scope="module")
def url(bot) -> Iterator[str]:
    with running(bot) as address:
        yield address


@pytest.fixture
def visit(browser, url):
    """Opens the page; afterwards: nothing was fetched from elsewhere, nothing failed."""
    opened, watch = [], Watch()

    def open_page(address: str = url, width: int = 1360, height: int = 820, **media):
        page = watch.over(
            browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce", **media)
        )
        opened.append(page)
        page.goto(address)
        page.wait_for_selector(".welcome")
        return page

    yield open_page
    for page in opened:
        page.close()
    watch.check(url)


@pytest.fixture
def tab(visit):
    page = visit()
    page.click("#tab-overview")
    page.wait_for_selector(".subject")
    return page


def lit(page) -> str:
    page.wait_for_function("document.activeElement.id === 'lit'")
    return " ".join(page.locator("#source mark.lit").all_inner_texts())


def broken(tmp_path: Path, monkeypatch, old: str, new: str) -> None:
    """The file of topics with one thing changed takes the place of the shipped one."""
    text = loading.FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "t.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(loading, "FILE", tmp_path / "t.toml")


# What it holds.


def test_the_thirteen_topics_stand_in_clinical_order(whole):
    assert tuple(topic.title for topic in whole.topics) == TOPICS
    assert all(topic.question.endswith("?") for topic in whole.topics)


def test_every_quote_is_the_raw_text_at_its_spans(corpus, whole):
    for topic in whole.topics:
        for quote in topic.quotes:
            assert corpus[quote.doc_id].text_at(quote.spans) == quote.text
            assert quote.text in corpus.units[quote.unit].text


def test_quotes_are_whole_units_so_that_none_is_cut_short_of_its_qualification(corpus, whole):
    for topic in whole.topics:
        assert [quote.text for quote in topic.quotes] == [corpus.units[quote.unit].text for quote in topic.quotes]


def test_every_topic_has_four_documents_and_none_more_than_three_quotes(whole):
    for topic in whole.topics:
        counts = [len(topic.of(name)) for name in whole.documents]
        assert sum(count > 0 for count in counts) >= 4, topic.id
        assert max(counts) <= 3
        assert sum(counts) == len(topic.quotes)
        assert len({(quote.doc_id, quote.spans) for quote in topic.quotes}) == len(topic.quotes)


def test_the_strongest_evidence_comes_first_and_the_unreviewed_last(corpus, whole):
    sources = [corpus[name].source for name in whole.documents]
    assert {source.id for source in sources} == {document.id for document in corpus}
    assert ["peer-reviewed" in source.evidence for source in sources] == [True, False, False, False, False]
    assert [source.reviewed for source in sources] == [True, True, True, True, False]


def test_what_would_change_treatment_is_there(whole):
    said = {topic.id: " ".join(quote.text for quote in topic.quotes) for topic in whole.topics}
    for topic, words in {
        "presentation": "fails to respond to adequate anticoagulation",
        "imaging": "intermediate signal intensity on T1",
        "biopsy-and-histology": "the biopsy site location is critical",
        "grading": "FNCLCC",
        "surgery-and-margins": "approximately 2–3 cm",
        "radiotherapy": "60 - 72 Gy",
        "chemotherapy": "doxorubicin as standard first-line",
        "prognosis": "three year survival of 57%",
        "follow-up": "ultrasound every 3 months",
    }.items():
        assert words in said[topic]


def test_the_questions_to_go_on_with_are_of_the_bank_and_are_answered_from_the_topic(bot, whole):
    stated = tomllib.loads(loading.FILE.read_text(encoding="utf-8"))["topic"]
    assert [topic.ask for topic in whole.topics] == [tuple(topic["ask"]) for topic in stated]
    for topic in whole.topics:
        assert 1 <= len(topic.ask) <= 3
        for question in topic.ask:
            answer = bot.ask(question)
            assert not answer.abstained, question
            assert any(
                quote.doc_id == shown.doc_id and touches(quote.spans, shown.spans)
                for quote in answer.quotes
                for shown in topic.quotes
            ), question


def test_documents_of_ones_own_have_no_overview(tmp_path):
    (tmp_path / "a.txt").write_text("A sentence about veins that stands here.", encoding="utf-8")
    own = load_corpus(tmp_path)
    assert overview.load(own).topics == ()
    assert render_overview(own) == ""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Venous obstruction and", "Obstruction and", "of the topic 'presentation' of the overview stands nowhere"),
        ('"In 50% the disease initially presented with signs of venous stasis."', '"leiomyosarcoma"', r"in \d+ places"),
        ('id = "imaging"', 'id = "presentation"', "two topics with the same id"),
        ('title = "Imaging"', "", "cannot be read: 'title'"),
        ("[[topic]]", "[[topic]", "cannot be read"),
        (
            "quotes = [",
            'quotes = [\n { document = "tilkorn2010", text = "Amputation was discussed but refused by the patient." },',
            "'presentation' of the overview has more than 3 quotes",
        ),
        ("ask = [", 'ask = [ "a", ', "'presentation' of the overview has more than 3 questions"),
    ],
)
def test_a_file_that_drifts_from_the_sources_is_an_error(corpus, tmp_path, monkeypatch, old, new, complaint):
    broken(tmp_path, monkeypatch, old, new)
    with pytest.raises(CorpusError, match=complaint):
        overview.load.__wrapped__(corpus)


# The tab.


def test_every_line_is_a_quote_that_opens_its_place(bot, whole):
    html = render_overview(bot.corpus)
    for topic in whole.topics:
        for quote in topic.quotes:
            spans = " ".join(f"{start}-{end}" for start, end in quote.spans)
            assert f'data-doc="{quote.doc_id}" data-spans="{spans}"' in html
            assert 'id="lit"' in open_source(bot.corpus, (), {"doc": quote.doc_id, "spans": spans}, 1)
    assert "<script" not in html


def test_every_entry_that_touches_a_quote_is_marked_with_it(tab, whole, corpus):
    entries = register.load(corpus)
    for topic in whole.topics:
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


def test_the_tab_is_fetched_when_it_is_looked_at_and_shows_topics_and_documents_in_order(visit):
    page = visit()
    tabs = page.get_by_role("tab").all_inner_texts()
    assert tabs[:3] == ["Ask", "Overview", "Cases"]
    assert page.locator(".subject").count() == 0
    page.click("#tab-overview")
    page.wait_for_selector(".subject")
    assert page.get_by_role("tabpanel", name="Overview").is_visible()
    assert not page.locator("#conversation").is_visible()
    assert page.locator("#source").is_visible()
    assert tuple(page.locator(".jumps button").all_inner_texts()) == TOPICS
    assert tuple(page.locator(".subject > h3").all_inner_texts()) == TOPICS
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


def test_a_quote_opens_its_place(tab, whole):
    page = tab
    topic = next(topic for topic in whole.topics if topic.id == "follow-up")
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


def test_a_question_is_taken_to_the_box_of_ask_and_can_be_asked(tab, whole):
    page = tab
    (topic,) = (topic for topic in whole.topics if topic.id == "surgery-and-margins")
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
    from test_web import CONTRASTS

    page = visit(width=width, height=760, color_scheme=scheme)
    page.click("#tab-overview")
    page.wait_for_selector(".subject")
    assert not page.evaluate(WIDE)
    for mark in page.locator("#overview-radiotherapy summary").all():
        mark.click()
    assert page.evaluate(CONTRASTS) == []
    assert not page.evaluate(WIDE)


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

        def ask(self, question: str, history: Sequence[dict[str, str]] | None = None) -> Answer:
            raise ValueError("Nothing is asked here.")

        def suggest(self, beginning: str) -> Sequence[str]:
            return ()

    with running(Reader()) as address:
        page = visit(address)
        assert page.locator("#tab-overview, #overview").count() == 0
        assert page.locator("#conversation").is_visible()

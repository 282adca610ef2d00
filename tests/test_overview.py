"""The overview: quotes of the documents by topic, verbatim, whole, and each leading to its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from assistant.web.markup import touches
from assistant.web.opening import open_source
from assistant.web.overview_tab import render_overview
from corpus import load_corpus
from corpus.loading import CorpusError
from corpus.overview import load, loading

TOPICS = (
    *("Presentation", "Imaging", "Biopsy and histology", "Grading", "Surgery and margins", "Reconstruction"),
    *("Radiotherapy", "Chemotherapy", "Recurrence and metastasis", "Prognosis", "Follow-up"),
    *("Differential diagnosis", "Epidemiology"),
)


def broken(tmp_path: Path, monkeypatch, old: str, new: str) -> None:
    """The file of topics with one thing changed takes the place of the shipped one."""
    text = loading.FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "t.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(loading, "FILE", tmp_path / "t.toml")


def test_the_thirteen_topics_stand_in_clinical_order(overview):
    assert tuple(topic.title for topic in overview.topics) == TOPICS
    assert all(topic.question.endswith("?") for topic in overview.topics)


def test_every_quote_is_the_raw_text_at_its_spans(corpus, overview):
    for topic in overview.topics:
        for quote in topic.quotes:
            assert corpus[quote.doc_id].text_at(quote.spans) == quote.text
            assert quote.text in corpus.units[quote.unit].text


def test_quotes_are_whole_units_so_that_none_is_cut_short_of_its_qualification(corpus, overview):
    for topic in overview.topics:
        assert [quote.text for quote in topic.quotes] == [corpus.units[quote.unit].text for quote in topic.quotes]


def test_every_topic_has_four_documents_and_none_more_than_three_quotes(overview):
    for topic in overview.topics:
        counts = [len(topic.of(name)) for name in overview.documents]
        assert sum(count > 0 for count in counts) >= 4, topic.id
        assert max(counts) <= 3
        assert sum(counts) == len(topic.quotes)
        assert len({(quote.doc_id, quote.spans) for quote in topic.quotes}) == len(topic.quotes)


def test_the_strongest_evidence_comes_first_and_the_unreviewed_last(corpus, overview):
    sources = [corpus[name].source for name in overview.documents]
    assert {source.id for source in sources} == {document.id for document in corpus}
    assert ["peer-reviewed" in source.evidence for source in sources] == [True, False, False, False, False]
    assert [source.reviewed for source in sources] == [True, True, True, True, False]


def test_what_would_change_treatment_is_there(overview):
    said = {topic.id: " ".join(quote.text for quote in topic.quotes) for topic in overview.topics}
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


def test_the_questions_to_go_on_with_are_of_the_bank_and_are_answered_from_the_topic(bot, overview):
    stated = tomli.loads(loading.FILE.read_text(encoding="utf-8"))["topic"]
    assert [topic.ask for topic in overview.topics] == [tuple(topic["ask"]) for topic in stated]
    for topic in overview.topics:
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
    assert load(own).topics == ()
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
        load.__wrapped__(corpus)


def test_every_line_is_a_quote_that_opens_its_place(bot, overview):
    html = render_overview(bot.corpus)
    for topic in overview.topics:
        for quote in topic.quotes:
            spans = " ".join(f"{start}-{end}" for start, end in quote.spans)
            assert f'data-doc="{quote.doc_id}" data-spans="{spans}"' in html
            assert 'id="lit"' in open_source(bot.corpus, (), {"doc": quote.doc_id, "spans": spans}, 1)
    assert "<script" not in html

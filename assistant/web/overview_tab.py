"""The tab Overview: the field by topic, and per topic what each document says, side by side.

In: a corpus. Out: HTML: topics to jump to, and for each topic a column a document, the strongest evidence first,
every line a quote that opens its place. A quote that an entry of the register touches is marked as disputed, or
ticked as confirmed; the mark opens our statement and what the entry sets against the quote.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.web.audience import quoted, render_explanations
from assistant.web.markup import badge, escape, evidence, place, quotation, short_name, touches, verdict_badge
from corpus import overview, register
from corpus.models import Corpus
from corpus.overview import Topic
from corpus.register import Entry, Evidence

LEAD = (
    "The field by topic, every line a quote. Only the topics, their questions and the statements behind the marks "
    "are ours: “disputed” where another passage or a table says otherwise, a tick where it agrees."
)
NOTHING = "Nothing on this."
TOPICS = "overview-topics"
VIEW = "overview"


@lru_cache(maxsize=4)
def render_overview(corpus: Corpus, audience: str = "clinician") -> str:
    """The whole tab, for a clinician or a patient; empty where there is no overview of these documents."""
    whole = overview.load(corpus)
    if not whole.topics:
        return ""
    jumps = "".join(
        f'<li><button type="button" data-jump="{_anchor(topic)}-title">{escape(topic.title)}</button></li>'
        for topic in whole.topics
    )
    topics = "".join(_topic(corpus, topic, whole.documents, audience) for topic in whole.topics)
    return (
        f'<h2 class="unseen">Overview</h2><p class="lead">{escape(LEAD)}</p>'
        f'<nav class="jumps" id="{TOPICS}" tabindex="-1" aria-label="Topics"><ul>{jumps}</ul></nav>{topics}'
        f"{render_explanations(topics, VIEW)}"
    )


def _anchor(topic: Topic) -> str:
    return f"overview-{escape(topic.id)}"


def _topic(corpus: Corpus, topic: Topic, documents: Sequence[str], audience: str) -> str:
    anchor = _anchor(topic)
    columns = "".join(_column(corpus, doc_id, topic.of(doc_id), audience) for doc_id in documents)
    return (
        f'<section class="subject" id="{anchor}" aria-labelledby="{anchor}-title">'
        f'<h3 id="{anchor}-title" tabindex="-1">{escape(topic.title)}</h3>'
        f'<p class="asks">{escape(topic.question)} {_tally(corpus, topic)}</p>'
        f'<ul class="sides">{columns}</ul>{_questions(topic)}</section>'
    )


def _tally(corpus: Corpus, topic: Topic) -> str:
    """How many of the quotes of a topic are disputed, and how many of those heavily."""
    disputes = [each for each in (_disputing(corpus, quote) for quote in topic.quotes) if each]
    if not disputes:
        return ""
    heavy = sum(entries[0].weight == "high" for entries in disputes)
    more = f", {heavy} with high weight" if heavy else ""
    return f'<span class="tally">{len(disputes)} of {len(topic.quotes)} quotes disputed{more}</span>'


def _column(corpus: Corpus, doc_id: str, quotes: Sequence[Evidence], audience: str) -> str:
    document = corpus[doc_id]
    source, name = document.source, escape(short_name(document))
    said = "".join(
        quotation(
            quoted(quote.text, (), audience, VIEW),
            place(doc_id, quote.spans),
            f'<span class="unseen">{name}, </span>{escape(quote.section)}',
            "",
            reviewed=source.reviewed,
            after=_marks(corpus, quote, audience),
        )
        for quote in quotes
    )
    said = f'<ol class="quotes">{said}</ol>' if said else f'<p class="none">{NOTHING}</p>'
    style = "side" if source.reviewed else "side unreviewed"
    return (
        f'<li class="{style}" data-document="{escape(doc_id)}"><div class="whose"><h4>{name}</h4>'
        f"{badge(source.evidence, source.reviewed)}</div>{said}</li>"
    )


def _touching(corpus: Corpus, quote: Evidence) -> list[Entry]:
    """The entries that quote a part of a quote: heavy ones first, then what is contradicted."""
    found = [
        entry
        for entry in register.load(corpus)
        if any(other.doc_id == quote.doc_id and touches(other.spans, quote.spans) for other in entry.quotes)
    ]
    return sorted(found, key=lambda entry: (entry.weight != "high", entry.verdict != "contradicted"))


def _disputing(corpus: Corpus, quote: Evidence) -> list[Entry]:
    return [entry for entry in _touching(corpus, quote) if entry.verdict != "confirmed"]


def _marks(corpus: Corpus, quote: Evidence, audience: str) -> str:
    disputing = _disputing(corpus, quote)
    confirming = [entry for entry in _touching(corpus, quote) if entry.verdict == "confirmed"]
    marks = ""
    if disputing:
        heavy = '<span class="weight">high weight</span>' if disputing[0].weight == "high" else ""
        tone = disputing[0].verdict if heavy else "slight"
        count = f' <span class="count">{len(disputing)} entries</span>' if len(disputing) > 1 else ""
        label = f'<span class="verdict {escape(tone)}">{_what(disputing)}disputed</span> {heavy}{count}'
        marks += _mark(corpus, "disputed", label, disputing, quote, audience)
    if confirming:
        label = f'<span aria-hidden="true">✓</span> {_what(confirming)}confirmed'
        marks += _mark(corpus, "confirmed", label, confirming, quote, audience)
    return marks


def _what(entries: Sequence[Entry]) -> str:
    """What the entries are about, where it is not the quote itself but only what it cites."""
    return "reference " if all(entry.topic == "references" for entry in entries) else ""


def _mark(corpus: Corpus, style: str, label: str, entries: Sequence[Entry], quote: Evidence, audience: str) -> str:
    items = "".join(_entry(corpus, entry, quote, audience) for entry in entries)
    return f'<details class="{style}"><summary>{label}</summary><ul class="entries">{items}</ul></details>'


def _entry(corpus: Corpus, entry: Entry, quote: Evidence, audience: str) -> str:
    """Our statement, and the quotes of an entry but for the one that it is shown at."""
    others = "".join(
        evidence(corpus[other.doc_id], other, quoted(other.text, (), audience, VIEW))
        for other in entry.quotes
        if other.doc_id != quote.doc_id or not touches(other.spans, quote.spans)
    )
    others = f'<ol class="compared">{others}</ol>' if others else ""
    note = f'<p class="note"><span class="ours">Our note</span> {escape(entry.note)}</p>' if entry.note else ""
    return (
        f'<li><span class="verdicts">{verdict_badge(entry.verdict, entry.weight)}</span>'
        f'<p class="statement"><span class="ours">Ours</span> {escape(entry.statement)}</p>{note}{others}</li>'
    )


def _questions(topic: Topic) -> str:
    """The questions to go on with, and for narrow screens, where the topics scroll away, the way back to them."""
    items = "".join(
        f'<li><button type="button" data-edit="{escape(question)}">{escape(question)}</button></li>'
        for question in topic.ask
    )
    back = f'<button type="button" class="up" data-jump="{TOPICS}">All topics</button>'
    return (f'<div class="go-on"><h4>Ask about this</h4><ul>{items}</ul></div>' if items else "") + back

"""The tab Disagreements: the register of what the sources contradict, by topic, weightiest first.

In: a corpus. Out: HTML: filters that a script applies, and every entry with its verdict, our statement, the
quotes with the places they open, and the figures that were recomputed from the rows of the case tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.cases.wording import query_in_words
from assistant.web.audience import quoted, render_explanations
from assistant.web.markup import escape, evidence, short_name, verdict_badge
from corpus import register
from corpus.cases import table
from corpus.models import Corpus
from corpus.register import Check, Entry
from corpus.register.loading import TOPICS

VERDICTS = ("contradicted", "undecided", "confirmed")
WEIGHTS = ("high", "low")
VIEW = "disagreements"
LEAD = (
    "Where the sources contradict each other or themselves, and which of their figures were recomputed. "
    "Statements and notes are ours; quotes are the sources’ own words."
)


@lru_cache(maxsize=4)
def render_register(corpus: Corpus, audience: str = "clinician") -> str:
    """The whole tab, for a clinician or a patient; empty where the register has nothing on these documents."""
    entries = register.load(corpus)
    if not entries:
        return ""
    topics = [topic for topic in TOPICS if any(entry.topic == topic for entry in entries)]
    groups = "".join(
        _topic(corpus, topic, [entry for entry in entries if entry.topic == topic], audience) for topic in topics
    )
    total = len(entries)
    return (
        f'<h2 class="unseen">Disagreements</h2><p class="lead">{escape(LEAD)}</p>{_filters(corpus, entries, topics)}'
        f'<p class="count" role="status" data-total="{total}"><strong>{total} of {total}</strong> entries.</p>'
        f'{groups}<p class="nothing" hidden>No entry fits these filters.</p>{render_explanations(groups, VIEW)}'
    )


def check_in_words(check: Check) -> str:
    """What the authors print and what the rows give: "printed 17, the rows give 18 (rows 4, 11)"."""
    unit = " %" if check.query.measure in ("share", "survival") else ""
    gives = f"the rows give {check.gives:.{check.digits}f}{unit}"
    if check.rows:
        gives += f" ({'row' if len(check.rows) == 1 else 'rows'} {', '.join(map(str, check.rows))})"
    if check.printed is None:
        return gives
    printed = f"{check.printed:g}{unit}" if isinstance(check.printed, int | float) else check.printed
    return f"printed {printed}, {gives}"


def _filters(corpus: Corpus, entries: Sequence[Entry], topics: Sequence[str]) -> str:
    held = {quote.doc_id for entry in entries for quote in entry.quotes}
    documents = [(document.id, short_name(document)) for document in corpus if document.id in held]
    selects = "".join(
        f'<label class="field"><span>{title}</span><select name="{name}"><option value="">all</option>'
        + "".join(f'<option value="{escape(value)}">{escape(shown)}</option>' for value, shown in choices)
        + "</select></label>"
        for name, title, choices in (
            ("verdict", "Verdict", _same(VERDICTS)),
            ("weight", "Weight", _same(WEIGHTS)),
            ("document", "Document", documents),
            ("topic", "Topic", _same(topics)),
        )
    )
    search = '<label class="field"><span>Words</span><input type="search" name="words" autocomplete="off"></label>'
    return f'<form class="fields" aria-label="Filters">{selects}{search}</form>'


def _same(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


def _topic(corpus: Corpus, topic: str, entries: Sequence[Entry], audience: str) -> str:
    items = "".join(_entry(corpus, entry, audience) for entry in entries)
    title = escape(topic[:1].upper() + topic[1:])
    return (
        f'<section class="topic" data-topic="{escape(topic)}"><h3>{title} '
        f'<span class="size">{len(entries)}</span></h3>{items}</section>'
    )


def _entry(corpus: Corpus, entry: Entry, audience: str) -> str:
    documents = " ".join(dict.fromkeys(quote.doc_id for quote in entry.quotes))
    quotes = "".join(
        evidence(corpus[quote.doc_id], quote, quoted(quote.text, (), audience, VIEW)) for quote in entry.quotes
    )
    checks = "".join(
        f'<li>{escape(check_in_words(check))} <span class="query">'
        f"{escape(query_in_words(check.query, table(check.query.table)))}</span></li>"
        for check in entry.checks
    )
    checks = f'<ul class="checks" aria-label="Recomputed from the rows">{checks}</ul>' if checks else ""
    note = f'<p class="note"><span class="ours">Our note</span> {escape(entry.note)}</p>' if entry.note else ""
    count = "1 quote" if len(entry.quotes) == 1 else f"{len(entry.quotes)} quotes"
    return (
        f'<article class="entry" id="entry-{escape(entry.id)}" data-verdict="{escape(entry.verdict)}" '
        f'data-weight="{escape(entry.weight)}" data-document="{escape(documents)}">'
        f'<p class="verdicts">{verdict_badge(entry.verdict, entry.weight)}</p>'
        f'<p class="statement"><span class="ours">Ours</span> {escape(entry.statement)}</p>{checks}'
        f'<details><summary>{count}</summary><ol class="quotes">{quotes}</ol>{note}</details></article>'
    )

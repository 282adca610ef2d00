"""From a click to the source pane.

In: what a click sent (it may be anything) and the turns of the session. Out: the pane as HTML, with the place
lit that was clicked; the list of documents where there is no such place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.citing import quote_citation
from assistant.quoting import quote_units
from assistant.web.conversation import Turn
from assistant.web.markup import place, touches
from assistant.web.source_pane import Placed, render_document, render_list
from corpus.models import Corpus, Document, Span

MOST_SPANS = 200  # of one place; the longest row of the shipped documents has 19


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a document, and the spans of its raw text."""

    doc_id: str
    spans: tuple[Span, ...]


def open_source(corpus: Corpus, turns: Sequence[Turn], data: Mapping[str, Any], opened: int) -> str:
    """The source pane for a click: on a citation (turn, place, number), on anything with a document and spans,
    on a document, or on the way back to the list."""
    known, raw = {document.id: document for document in corpus}, bool(data.get("raw"))
    document = known.get(str(data.get("doc", "")))
    if document is not None:
        spans = _spans(str(data.get("spans", "")), document)
        quotes: Sequence[Placed] = [Place(document.id, spans)] if spans else ()
        origin = place(document.id, spans)
        copied = _copied(corpus, document, spans)
        return render_document(document, quotes, len(quotes), opened, origin=origin, raw=raw, copied=copied)
    try:
        turn, number = _index(data["turn"]), _index(data["number"])
        answer, nearest = turns[turn].answer, data["place"] == "nearest"
        quotes = () if answer is None else answer.nearest if nearest else answer.quotes
        origin = f'data-turn="{turn}" data-place="{"nearest" if nearest else "quotes"}" data-number="{number}"'
        quote = quotes[number - 1]
        copied = quote_citation(quote, corpus)
        return render_document(known[quote.doc_id], quotes, number, opened, origin=origin, raw=raw, copied=copied)
    except (KeyError, IndexError, TypeError, ValueError):
        return render_list(corpus, opened)


def _copied(corpus: Corpus, document: Document, spans: tuple[Span, ...]) -> str:
    """What stands at a place as a quote with its citation: the whole units there; empty for none."""
    units = [n for n, unit in enumerate(corpus.units) if unit.doc_id == document.id and touches(unit.spans, spans)]
    return quote_citation(quote_units(corpus, units), corpus) if units else ""


def _spans(written: str, document: Document) -> tuple[Span, ...]:
    """Spans written as "12-40 50-60"; none of them where one does not lie in the document."""
    parts = written.split()[: MOST_SPANS + 1]
    try:
        spans = tuple(Span(*(_index(each) for each in part.split("-"))) for part in parts)
    except (TypeError, ValueError, IndexError):
        return ()
    inside = all(start < end <= len(document.raw) for start, end in spans)
    return spans if inside and len(spans) <= MOST_SPANS else ()


def _index(value: object) -> int:
    """A non-negative number that came from the browser; negative ones would count from the end."""
    number = int(str(value)[:12])
    if number < 0:
        raise IndexError(number)
    return number

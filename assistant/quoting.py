"""From units of the corpus to quotes, each checked against the raw text of its source before it is shown."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Quote
from corpus.models import Corpus, Document, Span
from corpus.register import Evidence


class QuoteError(RuntimeError):
    """A quote is not the text of its source; it must never be shown."""


def quote_units(corpus: Corpus, units: Sequence[int], score: float = 0.0, also: Sequence[int] = ()) -> Quote:
    """The quote of neighbouring units of one document, numbers as in ``corpus.units``.

    Raises:
        QuoteError: the text is not what the source says there.
    """
    chosen = [corpus.units[number] for number in units]
    document = corpus[chosen[0].doc_id]
    spans = tuple(span for unit in chosen for span in unit.spans)
    if not all(document.text_at(unit.spans) == unit.text for unit in chosen):
        raise QuoteError(f"A passage of '{document.id}' at {spans} is not what the source says; it is not shown.")
    sections = dict.fromkeys(corpus.units[number].section for number in also)
    return _quote(
        document,
        " ".join(unit.text for unit in chosen),
        chosen[0].section,
        spans,
        chosen[0].kind,
        score,
        tuple(f"{document.source.short_name}, {section}" for section in sections),
    )


def quote_evidence(corpus: Corpus, evidence: Evidence) -> Quote:
    """The quote of a part of a source that the register names.

    Raises:
        QuoteError: the text is not what the source says there.
    """
    document = corpus[evidence.doc_id]
    if document.text_at(evidence.spans) != evidence.text:
        raise QuoteError(f"A quote of the register from '{document.id}' is not what the source says; it is not shown.")
    kind = corpus.units[evidence.unit].kind
    return _quote(document, evidence.text, evidence.section, evidence.spans, kind, 0.0, ())


def _quote(
    document: Document, text: str, section: str, spans: tuple[Span, ...], kind: str, score: float, also: tuple[str, ...]
) -> Quote:
    source = document.source
    return Quote(
        text, document.id, section, spans, kind, score, source.evidence, source.reviewed, source.short_name, (), also
    )

"""Small pieces of HTML that the parts of the page share.

In: text of documents and users, which may hold anything. Out: HTML in which that text is only text.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from corpus.models import Document, Span


def escape(text: object) -> str:
    """Text as HTML text or attribute value; what UTF-8 cannot carry (lone surrogates) becomes '?'."""
    # A browser would read a carriage return as a line feed, and a name that holds one would not be found again.
    return html.escape(str(text).encode("utf-8", "replace").decode("utf-8"), quote=True).replace("\r", "&#13;")


def badge(evidence: str, reviewed: bool) -> str:
    """The kind of evidence as a coloured label; colour never says more than the words do."""
    return f'<span class="badge {_tone(evidence, reviewed)}">{escape(evidence)}</span>'


def _tone(evidence: str, reviewed: bool) -> str:
    if not reviewed:
        return "unreviewed"
    if "peer-reviewed" in evidence:
        return "peer"
    return "case" if "case" in evidence or "review" in evidence else "plain"


def verdict_badge(verdict: str, weight: str) -> str:
    """The verdict of an entry of the register as a coloured label, and a second one where it weighs heavily."""
    heavy = '<span class="weight">high weight</span>' if weight == "high" else ""
    tone = verdict if verdict in ("contradicted", "confirmed") else "undecided"
    return f'<span class="verdict {tone}">{escape(verdict)}</span>{heavy}'


def marked(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """Text as HTML with ``text[start:end]`` of each range in ``<mark>``; ranges may touch or overlap."""
    parts, at = [], 0
    for start, end in sorted(ranges):
        start, end = max(start, at), min(end, len(text))
        if start < end:
            parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
            at = end
    return "".join([*parts, escape(text[at:])])


def quotation(words: str, opens: str, where: str, label: str, *, reviewed: bool, after: str = "") -> str:
    """A list item: the words of a source, already HTML, and below them a button that opens their place.

    ``opens`` are the attributes that say what the button opens, ``where`` its text, ``label`` the badge.
    """
    caution = "" if reviewed else " caution"
    return (
        f'<li class="quote{caution}"><blockquote dir="auto">{words}</blockquote><div class="source">'
        f'<button type="button" class="cite" {opens} title="Show this passage in its document">{where}</button>'
        f"{label}</div>{after}</li>"
    )


def place(doc_id: str, spans: Iterable[Span]) -> str:
    """The attributes by which an element opens a place of a document; `assistant.web.opening` reads them."""
    written = " ".join(f"{start}-{end}" for start, end in spans)
    return f'data-doc="{escape(doc_id)}" data-spans="{written}"'


def touches(some: Iterable[Span], others: Iterable[Span]) -> bool:
    """Whether any of the spans shares a character with any of the others."""
    others = tuple(others)
    return any(span.start < end and start < span.end for span in some for start, end in others)


def short_name(document: Document) -> str:
    """How a document is called in a citation."""
    return document.source.short_name or document.source.title

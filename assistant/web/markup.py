"""Small pieces of HTML that the parts of the page share.

In: text of documents and users, which may hold anything. Out: HTML in which that text is only text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import NamedTuple

from corpus.models import Document, Span
from corpus.register import Evidence

_ENDS = re.compile(r"(?<!\S)\S{1,12}\Z")  # what touches a wrap; more would not fit on a narrow page
_BEGINS = re.compile(r"\S{1,12}(?!\S)")


def readable(text: object) -> str:
    """Text that UTF-8 can carry, empty for none: a browser may send lone surrogates, which become '?'."""
    return "" if text is None else str(text).encode("utf-8", "replace").decode("utf-8")


def escape(text: object) -> str:
    """`readable` text as HTML text or attribute value."""
    # A browser would read a carriage return as a line feed, and a name that holds one would not be found again.
    return html.escape(readable(text), quote=True).replace("\r", "&#13;")


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


class Wrap(NamedTuple):
    """What stands around ``text[start:end]``: HTML before and after it."""

    start: int
    end: int
    opening: str
    closing: str


def marked(text: str, ranges: Iterable[tuple[int, int]], wraps: Iterable[Wrap] = ()) -> str:
    """Text as HTML with ``text[start:end]`` of each range in ``<mark>``, and wraps around parts of it.

    Ranges may touch or overlap, each other and the wraps: a wrap stays whole, and a mark that crosses its edge
    is cut there. Wraps that overlap an earlier one are left out. What touches a wrap without a space (a bracket,
    a comma) is kept on its line.
    """
    apart, wraps = _apart(ranges, len(text)), sorted(wraps)
    parts, at = [], 0
    for start, end, opening, closing in wraps:
        if not at <= start < end <= len(text):
            continue
        limit = min((other.start for other in wraps if other.start >= end), default=len(text))
        before, after = _ENDS.search(text[at:start]), _BEGINS.match(text[end:limit])
        first, last = start - len(before[0] if before else ""), end + len(after[0] if after else "")
        joined = first < start or end < last
        parts += [
            _marks(text, at, first, apart),
            '<span class="joined">' if joined else "",
            _marks(text, first, start, apart),
            opening,
            _marks(text, start, end, apart),
            closing,
            _marks(text, end, last, apart),
            "</span>" if joined else "",
        ]
        at = last
    return "".join([*parts, _marks(text, at, len(text), apart)])


def _apart(ranges: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The ranges in order, cut so that none overlaps another or leaves the text."""
    apart, at = [], 0
    for start, end in sorted(ranges):
        start, end = max(start, at), min(end, length)
        if start < end:
            apart.append((start, end))
            at = end
    return apart


def _marks(text: str, first: int, last: int, ranges: Iterable[tuple[int, int]]) -> str:
    """``text[first:last]`` as HTML with the parts of the ranges that lie in it in ``<mark>``."""
    parts, at = [], first
    for start, end in ranges:
        start, end = max(start, first), min(end, last)
        if start < end:
            parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
            at = end
    return "".join([*parts, escape(text[at:last])])


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


def evidence(document: Document, quote: Evidence, words: str) -> str:
    """A list item with what the register or the overview quotes from a document; ``words`` is the quote as HTML."""
    source = document.source
    return quotation(
        words,
        place(document.id, quote.spans),
        f"{escape(short_name(document))}, {escape(quote.section)}",
        badge(source.evidence, source.reviewed),
        reviewed=source.reviewed,
    )


def touches(some: Iterable[Span], others: Iterable[Span]) -> bool:
    """Whether any of the spans shares a character with any of the others."""
    others = tuple(others)
    return any(span.start < end and start < span.end for span in some for start, end in others)


def short_name(document: Document) -> str:
    """How a document is called in a citation."""
    return document.source.short_name or document.source.title

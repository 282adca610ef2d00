"""Small pieces of HTML that conversation and source pane share.

In: text of documents and users, which may hold anything. Out: HTML in which that text is only text.
"""

from __future__ import annotations

import html
from collections.abc import Iterable

from corpus.models import Document, Span


def escape(text: object) -> str:
    """Text as HTML text or attribute value; what UTF-8 cannot carry (lone surrogates) becomes '?'."""
    return html.escape(str(text).encode("utf-8", "replace").decode("utf-8"), quote=True)


def badge(evidence: str, reviewed: bool) -> str:
    """The kind of evidence as a coloured label; colour never says more than the words do."""
    return f'<span class="badge {_tone(evidence, reviewed)}">{escape(evidence)}</span>'


def _tone(evidence: str, reviewed: bool) -> str:
    if not reviewed:
        return "unreviewed"
    if "peer-reviewed" in evidence:
        return "peer"
    return "case" if "case" in evidence or "review" in evidence else "plain"


def marked(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """Text as HTML with ``text[start:end]`` of each range in ``<mark>``; ranges may touch or overlap."""
    parts, at = [], 0
    for start, end in sorted(ranges):
        start, end = max(start, at), min(end, len(text))
        if start < end:
            parts += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
            at = end
    return "".join([*parts, escape(text[at:])])


def within(inner: Iterable[Span], outer: Iterable[Span]) -> bool:
    """Whether every inner span lies inside one of the outer spans."""
    outer = tuple(outer)
    return all(any(start <= span.start and span.end <= end for start, end in outer) for span in inner)


def short_name(document: Document) -> str:
    """How a document is called in a citation."""
    return document.source.short_name or document.source.title

"""What helps to read a document in the source pane: its outline, a search, its text as extracted, links to a place.

In: a document, the place that is lit, and how it was opened. Out: HTML.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from assistant.web.markup import escape, marked
from corpus.models import Document, Span


def render_tools(
    doc_id: str, sections: Sequence[str], spans: Sequence[Span], origin: str, raw: bool, copied: str = ""
) -> str:
    """The row of tools above the text; ``sections`` are its headings, ``copied`` is the lit quote to take along."""
    at = {"at": ",".join(f"{start}-{end}" for start, end in spans)} if spans else {}
    link = escape(json.dumps({"doc": doc_id, **at}))
    items = "".join(
        f'<li><button type="button" data-section="{number}">{escape(title)}</button></li>'
        for number, title in enumerate(sections)
    )
    outline = f'<details class="outline"><summary>Outline</summary><ol>{items}</ol></details>' if items else ""
    quote = f'<button type="button" data-copy="{escape(copied)}">Copy quote</button>' if copied else ""
    other, asked = ("Readable text", "") if raw else ("Text as extracted", ' data-raw="1"')
    return (
        f'<div class="tools" role="group" aria-label="Reading tools">{outline}'
        '<search class="find"><input type="search" placeholder="Find in document" aria-label="Find in document" '
        'autocomplete="off" spellcheck="false"><span class="found" role="status"></span>'
        '<button type="button" data-step="-1" aria-label="Previous match" hidden>↑</button>'
        '<button type="button" data-step="1" aria-label="Next match" hidden>↓</button></search>'
        f'<button type="button" data-again="1" {origin}{asked}>{other}</button>'
        f"{quote}"
        f'<button type="button" data-place-link="{link}">Copy link</button></div>'
    )


def render_raw(document: Document, spans: Sequence[Span]) -> str:
    """The text of the file as it was extracted, with the spans lit."""
    text = marked(document.raw, [(start, end) for start, end in spans])
    text = text.replace("<mark>", '<mark class="lit" id="lit" tabindex="-1">', 1).replace(
        "<mark>", '<mark class="lit">'
    )
    return f'<pre class="raw" dir="auto">{text}</pre>'

"""The citation of a document, to be taken along from the source pane.

In: a source. Out: HTML: three buttons, which carry the citation in Vancouver style to be copied, and as BibTeX and
RIS to be saved; `citing.js` does both.
"""

from __future__ import annotations

import re

from assistant.citing import bibtex, ris, vancouver
from assistant.web.markup import escape
from corpus.models import Source


def render_citing(source: Source) -> str:
    """The buttons, and the line in which a screen reader is told what they did."""
    name = re.sub(r"[^\w.-]+", "-", source.id).strip("-.") or "source"
    saved = "".join(
        f'<button type="button" data-save="{escape(name)}.{ending}" data-type="{kind}" data-text="{escape(text)}" '
        f'title="Save this citation as a {title} file">{title}</button>'
        for title, ending, kind, text in (
            ("BibTeX", "bib", "application/x-bibtex", bibtex([source])),
            ("RIS", "ris", "application/x-research-info-systems", ris([source])),
        )
    )
    return (
        '<div class="citing" role="group" aria-label="Citation of this document">'
        f'<button type="button" data-copy="{escape(vancouver(source))}" '
        f'title="Copy the citation in Vancouver style">Copy citation</button>{saved}'
        '<span class="said" role="status"></span></div>'
    )

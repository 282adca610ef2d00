"""Who is reading: the switch in the masthead, and what a patient or relative sees besides the quotes.

In: who is reading and the words of a quote, an answer or a corpus. Out: HTML. In a quote for a patient the first
use of each term of the glossary is a button; its explanation stands once behind the conversation, and
``terms.js`` shows it beside the word. The words of the quote stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.framing import WORTH_ASKING, Framing
from assistant.web.markup import Wrap, escape, marked
from corpus.glossary import Term, first_uses, load, terms_of
from corpus.models import Corpus

AUDIENCES = {"clinician": "Clinician", "patient": "Patient or relative"}
OURS = "Our explanation, not from the source"
ALL_OURS = "Our explanations, not from the sources."
_EXPLAINED = re.compile(r'data-term="([a-z0-9-]+)"')


def render_switch() -> str:
    """The choice of who is reading, as radio buttons."""
    choices = "".join(
        f'<label><input type="radio" name="audience" value="{name}"{" checked" if name == "clinician" else ""}>'
        f"<span>{label}</span></label>"
        for name, label in AUDIENCES.items()
    )
    return f'<fieldset class="audience"><legend>Reading as</legend>{choices}</fieldset>'


def read_audience(data: Mapping[str, Any]) -> str:
    """Who is reading, from what the browser sent, which may be anything."""
    sent = str(data.get("audience", ""))
    return sent if sent in AUDIENCES else "clinician"


def quoted(text: str, ranges: Iterable[tuple[int, int]], audience: str, view: str = "ask") -> str:
    """The words of a quote with its highlights, for a patient with its terms as well.

    ``view`` is the tab it stands in: each has explanations of its own, by ids of its own.
    """
    return marked(text, ranges, _terms(text, view) if audience == "patient" else ())


def _terms(text: str, view: str) -> list[Wrap]:
    return [
        Wrap(
            start,
            end,
            f'<button type="button" class="term" data-term="{term.id}" aria-describedby="{view}-explains-{term.id}">',
            "</button>",
        )
        for start, end, term in first_uses(text)
    ]


def render_explanations(html: str, view: str = "ask") -> str:
    """The explanations of all terms that are buttons in the HTML of a tab; nothing where there is none."""
    used = set(_EXPLAINED.findall(html))
    items = "".join(
        f'<div id="{view}-explains-{term.id}">{_explanation(term)}<em>{OURS}</em></div>'
        for term in load()
        if term.id in used
    )
    return f'<div class="explanations" hidden>{items}</div>' if items else ""


def render_glossary(corpus: Corpus) -> str:
    """All terms that the documents use, to be unfolded; the page shows it to patients only."""
    items = "".join(f"<li>{_explanation(term)}</li>" for term in terms_of(corpus))
    if not items:
        return ""
    return (
        f'<details class="glossary"><summary>Glossary: {len(terms_of(corpus))} words of the sources in plain words'
        f'</summary><p class="lead">{ALL_OURS}</p><ul>{items}</ul></details>'
    )


def _explanation(term: Term) -> str:
    return f"<strong>{escape(term.name)}</strong> <span>{escape(term.means)}</span>"


def render_note(frame: Framing) -> str:
    """What must be read before anything else of an answer."""
    return f'<p class="reason">{escape(frame.note)}</p>' if frame.note else ""


def render_before(frame: Framing) -> str:
    """What the passages are, before them."""
    return f'<p class="framing">{escape(" ".join(frame.before))}</p>' if frame.before else ""


def render_after(frame: Framing) -> str:
    """Who to speak to, and what may be worth asking, after the passages."""
    if not frame.speak_to:
        return ""
    asks = "".join(f"<li>{escape(ask)}</li>" for ask in frame.to_ask)
    return f'<div class="speak-to"><p>{escape(frame.speak_to)}</p><p>{WORTH_ASKING}</p><ul>{asks}</ul></div>'

"""The pane at the right, as HTML: the list of documents, or one whole document with lit quotes.

In: a corpus, or a document and the quotes of an answer. Out: HTML in which every quotable unit is a
span of its own, grouped as in the source (sections, paragraphs, lists, tables), and the units of the
quotes are lit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from assistant.web.audience import render_glossary
from assistant.web.citing import render_citing
from assistant.web.markup import badge, escape, short_name, touches
from assistant.web.reading_tools import render_raw, render_tools
from corpus.models import Corpus, Document, Source, Span, Unit

Lights = Mapping[str, tuple[str, int]]  # unit id -> (class of its mark, number of its quote)
CELL_BREAK = re.compile(r"[^\S\n]*\n?\t[^\S\n]*")


class Placed(Protocol):
    """Anything that stands somewhere: a quote, or the place of a row."""

    @property
    def doc_id(self) -> str:
        """The document it stands in."""

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where it stands in the raw text."""


def render_list(corpus: Corpus, opened: int = 0) -> str:
    """All documents with what they are; ``opened`` differs between calls, so that the page goes there; 0: it stays."""
    items = "".join(
        f'<li><button type="button" class="document" data-doc="{escape(document.id)}">'
        f'<span class="name">{escape(short_name(document))}</span>'
        f"{badge(document.source.evidence, document.source.reviewed)}"
        f'<span class="title">{escape(document.source.title)}</span>'
        f'<span class="status">{escape(document.source.review_status)}</span></button></li>'
        for document in corpus
    )
    return (
        f'<div class="pane list" data-opened="{opened}"><header class="bar"><h2 tabindex="-1">Sources</h2></header>'
        f'<div class="sheet"><p class="lead">All that can be quoted. Open a document, or follow a citation to the '
        f'place it comes from.</p><ul class="documents">{items}</ul>{render_glossary(corpus)}</div></div>'
    )


def render_document(
    document: Document,
    quotes: Sequence[Placed] = (),
    lit: int = 0,
    opened: int = 0,
    *,
    origin: str = "",
    raw: bool = False,
    copied: str = "",
) -> str:
    """A whole document; quote number ``lit`` (1-based, 0: none) stands out, the others are lit faintly.

    ``origin`` are the attributes by which it was opened, so that it can be opened again; ``raw`` shows the text as
    it was extracted instead of the readable one; ``copied`` is the quote with its citation, to be taken along.
    """
    lights = light(document, quotes, lit)
    source = document.source
    spans = quotes[lit - 1].spans if lit else ()
    sections = [] if raw else list(_sections(document, lights))
    text = render_raw(document, spans) if raw else "".join(sections)
    titles = [] if raw else [section for section, _ in groupby(document.units, key=lambda unit: unit.section)]
    return (
        f'<div class="pane text" data-opened="{opened}" data-doc="{escape(document.id)}"><header class="bar">'
        '<button type="button" class="back" data-list="1">All sources</button>'
        f'<span class="where">{escape(short_name(document))}</span>{badge(source.evidence, source.reviewed)}'
        '<button type="button" class="return" data-return="1">Back</button></header>'
        f'<div class="about"><h2 tabindex="-1">{escape(source.title)}</h2>{_facts(source)}{render_citing(source)}'
        f"{render_tools(document.id, titles, spans, origin, raw, copied)}</div>"
        f'<div class="sheet" tabindex="0" role="region" aria-label="Text of the document">{text}</div></div>'
    )


def light(document: Document, quotes: Sequence[Placed], lit: int) -> dict[str, tuple[str, int]]:
    """Which units are lit: those that hold a part of a quote, the one that was asked for above the others."""
    lights: dict[str, tuple[str, int]] = {}
    order = sorted(range(1, len(quotes) + 1), key=lambda number: number != lit)
    for number in order:
        quote = quotes[number - 1]
        if quote.doc_id == document.id:
            for unit in document.units:
                if touches(unit.spans, quote.spans):
                    lights.setdefault(unit.id, ("lit" if number == lit else "faint", number))
    return lights


def _facts(source: Source) -> str:
    untitled = source.reference.replace(source.title.rstrip(".") + ". ", "")
    facts = {
        "review": source.review_status,
        "reference": untitled if source.authors or source.venue else "",
        "doi": f"doi:{source.doi}" if source.doi else source.url,
        "licence": f"Licence: {source.licence}" if source.licence else "",
    }
    items = "".join(f'<li class="{name}">{escape(value)}</li>' for name, value in facts.items() if value)
    return f'<ul class="facts">{items}</ul>'


def _sections(document: Document, lights: Lights) -> Iterable[str]:
    seen: set[str] = set()
    first = next((unit.id for unit in document.units if lights.get(unit.id, ("",))[0] == "lit"), "")
    for section, members in groupby(document.units, key=lambda unit: unit.section):
        again = ' <span class="again">continued</span>' if section in seen else ""
        seen.add(section)
        yield f'<section><h3 tabindex="-1">{escape(section)}{again}</h3>'
        for kind, units in groupby(members, key=lambda unit: unit.kind):
            yield _block(document, kind, tuple(units), lights, first)
        yield "</section>"


def _block(document: Document, kind: str, units: tuple[Unit, ...], lights: Lights, first: str) -> str:
    if kind == "table_row":
        return _table(document, units, lights, first)
    if kind in ("list_item", "reference"):
        items = "".join(f"<li>{_unit(unit, unit.text, lights, first)}</li>" for unit in units)
        return f'<ul class="{"references" if kind == "reference" else "items"}">{items}</ul>'
    style = ' class="caption"' if kind == "caption" else ""
    return "".join(
        f'<p{style} dir="auto">{" ".join(_unit(unit, unit.text, lights, first) for unit in group)}</p>'
        for _, group in groupby(units, key=lambda unit: unit.paragraph)
    )


def _unit(unit: Unit, text: str, lights: Lights, first: str, part: int = 0) -> str:
    """One unit, or one part of it (a table cell), lit or not; the first lit one is what the page scrolls to."""
    inner = escape(text)
    if unit.id in lights:
        style, number = lights[unit.id]
        target = ' id="lit" tabindex="-1"' if unit.id == first and part == 0 else ""
        inner = f'<mark class="{style}"{target} data-number="{number}">{inner}</mark>'
    return f'<span class="unit" data-start="{unit.start}" data-end="{unit.end}">{inner}</span>'


def _table(document: Document, rows: tuple[Unit, ...], lights: Lights, first: str) -> str:
    cells = [_cells(document, row) for row in rows]
    if len({len(row) for row in cells}) != 1 or len(cells[0]) < 2:
        lines = "".join(f"<li>{_unit(row, row.text, lights, first)}</li>" for row in rows)
        return f'<ul class="rows">{lines}</ul>'
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in _head(document, rows[0], len(cells[0])))
    body = "".join(
        f'<tr class="{lights.get(row.id, ("",))[0]}">'
        + "".join(f"<td>{_unit(row, text, lights, first, part)}</td>" for part, text in enumerate(texts))
        + "</tr>"
        for row, texts in zip(rows, cells, strict=True)
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(document: Document, row: Unit) -> list[str]:
    """The cells of a row whose raw text has tabs between them; one cell, if they are not all of its text."""
    raw = "\t".join(document.raw[span.start : span.end] for span in row.spans)
    cells = [" ".join(cell.split()) for cell in CELL_BREAK.split(raw)]
    return cells if " ".join(filter(None, cells)) == row.text else [row.text]


def _head(document: Document, row: Unit, width: int) -> list[str]:
    """The column titles: the line of as many cells that stands before the first row in the raw text."""
    before = max((unit.end for unit in document.units if unit.end <= row.start), default=0)
    cells = [" ".join(cell.split()) for cell in CELL_BREAK.split(document.raw[before : row.start].strip())]
    return cells if len(cells) == width else []

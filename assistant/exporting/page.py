"""A report as one page of HTML.

In: a `Report`. Out: a page that needs nothing beside itself: its style is in it, it has no script and fetches
nothing (its own content security policy says so to the browser), and it prints on paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from assistant.exporting.report import Cited, Compared, Part, Passage, Report, Result
from assistant.web.markup import escape, marked

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(content: Report) -> str:
    """The whole page."""
    style = files("assistant.exporting").joinpath("export.css").read_text(encoding="utf-8")
    parts = "".join(_part(part) for part in content.parts)
    cited = "".join(_cited(each) for each in content.references)
    references = f'<section><h2>References</h2><ol class="references">{cited}</ol></section>' if cited else ""
    versions = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in content.versions)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(content.title)}</title><style>{style}</style></head><body>"
        f'<header><h1>{escape(content.title)}</h1><p>{escape(content.made)}</p><p class="caution" role="note">'
        f"{escape(content.caution)}</p></header><main>{parts}</main><footer>{references}"
        f"<section><h2>Made with</h2><dl>{versions}</dl></section></footer></body></html>\n"
    )


def _part(part: Part) -> str:
    about = (("understood", part.understood), ("note", part.note), ("error", part.error))
    lines = "".join(_paragraph(name, text) for name, text in about)
    results = "".join(_result(result) for result in part.results)
    compared = "".join(_compared(each) for each in part.compared)
    compared = f"<h3>Compare</h3>{compared}" if compared else ""
    reason = f'<p class="reason"><strong>No answer.</strong> {escape(part.reason)}</p>' if part.reason else ""
    nearest = _passages(part.nearest)
    nearest = f'<div class="nearest"><h3>Nearest passages (not an answer)</h3>{nearest}</div>' if nearest else ""
    confidence = _paragraph("confidence", f"{part.confidence}." if part.confidence else "")
    return (
        f'<article><h2><span class="label">Question {part.number}</span> {escape(part.question)}</h2>{lines}{results}'
        f"{_paragraph('value', part.value)}{_passages(part.passages)}{compared}{reason}{nearest}"
        f"{_paragraph('closing', part.closing)}{confidence}</article>"
    )


def _paragraph(name: str, text: str) -> str:
    return f'<p class="{name}">{escape(text)}</p>' if text else ""


def _result(result: Result) -> str:
    remarks = "".join(_paragraph("remark", remark) for remark in result.remarks)
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in result.head)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in result.rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    return (
        f'<section class="computed"><p class="statement"><span class="label">Computed</span> '
        f"{escape(result.statement)}</p>{remarks}{table}</section>"
    )


def _passages(passages: Iterable[Passage]) -> str:
    return "".join(_passage(passage) for passage in passages)


def _passage(passage: Passage) -> str:
    number = f'<span class="number">{escape(passage.number)}</span> ' if passage.number else ""
    also = f"; also in {escape(passage.also)}" if passage.also else ""
    review = f": {escape(passage.review)}" if passage.review else ""
    style = "" if passage.reviewed else ' class="unreviewed"'
    return (
        f'<figure{style}><blockquote dir="auto">“{marked(passage.text, passage.highlights)}”</blockquote>'
        f"<figcaption>{number}{escape(passage.where)}, "
        f'<a href="#reference-{passage.reference}">reference {passage.reference}</a>{also}<br>'
        f"<strong>{escape(passage.label)}</strong>{review}</figcaption></figure>"
    )


def _compared(compared: Compared) -> str:
    return (
        f'<section class="compared"><p><span class="label">{escape(compared.verdict)}</span> '
        f"{escape(compared.statement)}</p>{_passages(compared.passages)}</section>"
    )


def _cited(cited: Cited) -> str:
    found = f' <a href="{escape(cited.link)}" rel="noreferrer">{escape(cited.link)}</a>' if cited.link else ""
    status = f'<br><span class="status">{escape(cited.status)}</span>' if cited.status else ""
    return f'<li id="reference-{cited.number}">{escape(cited.text)}{found}{status}</li>'

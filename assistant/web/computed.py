"""What an answer says beside its quotes: results computed from case tables, and entries of the register.

In: the parts of an `Answer`. Out: HTML: each result with what is missing, what the authors print and the rows
behind it; each entry with the quotes that are to be compared.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Computed, Disagreement, Quote
from assistant.web.audience import quoted
from assistant.web.case_rows import row_spans
from assistant.web.markup import badge, escape, place, quotation, verdict_badge
from corpus.cases import table, tables_of
from corpus.models import Corpus


def render_computed(corpus: Corpus, results: Sequence[Computed]) -> str:
    """The results of an answer, one after another."""
    return "".join(_result(corpus, result) for result in results)


def render_comparison(disagreements: Sequence[Disagreement], audience: str = "clinician", turn: int = 0) -> str:
    """The entries of the register that the answer of a turn touches, each opening on its quotes."""
    items = "".join(_disagreement(each, audience) for each in disagreements)
    return f'<div class="compare" id="compare-{turn}"><h4>Compare</h4><ul>{items}</ul></div>' if items else ""


def _result(corpus: Corpus, result: Computed) -> str:
    head, rest = _split(result)
    rest = f'<p class="rest">{escape(rest)}</p>' if rest else ""
    missing = f'<p class="missing">{escape(result.missing)}</p>' if result.missing else ""
    printed = f'<p class="printed">{escape(result.printed)}</p>' if result.printed else ""
    from_where = f"Computed from {result.source}, {result.table}: {result.query}"
    return (
        f'<section class="computed" aria-label="Computed result"><p class="statement">{escape(head)}</p>{rest}'
        f'{printed}{missing}<p class="from">{escape(from_where)}</p>{_rows(corpus, result)}</section>'
    )


def _split(result: Computed) -> tuple[str, str]:
    """A statement that names its rows one by one, before and after the first name."""
    name = result.cells[0].get("", "") if result.cells else ""
    head, colon, rest = result.statement.partition(f": {name}")
    return (f"{head}.", f"{name}{rest}") if name and colon else (result.statement, "")


def _rows(corpus: Corpus, result: Computed) -> str:
    if not result.cells:
        return ""
    titles = [title for title in dict.fromkeys(title for row in result.cells for title in row) if title]
    places = _places(corpus, result)
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in ("Row", *titles))
    body = "".join(
        f'<tr><th scope="row">{_name(row.get("", ""), opens)}</th>'
        + "".join(f"<td>{escape(row.get(title, ''))}</td>" for title in titles)
        + "</tr>"
        for row, opens in zip(result.cells, places, strict=True)
    )
    count = "1 row" if len(result.cells) == 1 else f"{len(result.cells)} rows"
    return (
        f'<details class="rows-behind"><summary>{count}</summary><div class="scroll" tabindex="0" role="region" '
        f'aria-label="Rows behind the result"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div></details>"
    )


def _places(corpus: Corpus, result: Computed) -> list[str]:
    """What each row opens; nothing where the documents do not hold the table."""
    if result.doc_id not in tables_of(corpus) or len(result.cases) != len(result.cells):
        return [""] * len(result.cells)
    records = {record.number: record for record in table(result.doc_id).records}
    return [place(result.doc_id, row_spans(corpus, records[number])) for number in result.cases]


def _name(name: str, opens: str) -> str:
    if not opens:
        return escape(name)
    return f'<button type="button" class="row" {opens} title="Show this row in its document">{escape(name)}</button>'


def _disagreement(entry: Disagreement, audience: str) -> str:
    quotes = "".join(_quote(quote, audience) for quote in entry.quotes)
    return (
        f'<li><details><summary><span class="verdicts">{verdict_badge(entry.verdict, entry.weight)}</span> '
        f'{escape(entry.statement)}</summary><ol class="compared">{quotes}</ol></details></li>'
    )


def _quote(quote: Quote, audience: str) -> str:
    where = f"{escape(quote.source)}, {escape(quote.section)}"
    label = badge(quote.evidence, quote.reviewed)
    words = quoted(quote.text, (), audience)
    return quotation(words, place(quote.doc_id, quote.spans), where, label, reviewed=quote.reviewed)

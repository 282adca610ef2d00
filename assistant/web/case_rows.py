"""The rows of a case table as HTML and as CSV.

In: a case table and the numbers of the rows that were chosen. Out: the printed cells as a table that a script
sorts by the typed values, each row with the place that it opens; or a link that saves the rows as CSV.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote as percent_encoded

from assistant.web.markup import escape, place
from corpus import register
from corpus.cases import CaseTable, Column, Record, Value, frame
from corpus.models import Corpus, Span


def render_rows(corpus: Corpus, table: CaseTable, numbers: Sequence[int]) -> str:
    """The chosen rows in printed order; every cell carries its rank in its column, none where nothing is stated."""
    titles = tuple(table.records[0].cells)
    ranks = {title: _ranks(table, title) for title in titles}
    head = "".join(
        f'<th scope="col" aria-sort="none"><button type="button" class="sort">{escape(title)}</button></th>'
        for title in titles
    )
    body = "".join(
        f"<tr {place(table.doc_id, row_spans(corpus, record))}>"
        + "".join(_cell(record, title, ranks[title][record.number], title == titles[0]) for title in titles)
        + "</tr>"
        for record in (table.records[number - 1] for number in numbers)
    )
    label = f"{table.title}: {len(numbers)} {table.noun}"
    return (
        f'<div class="scroll rows" tabindex="0" role="region" aria-label="{escape(label)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def render_download(table: CaseTable, numbers: Sequence[int]) -> str:
    """A link that saves the chosen rows: typed columns first, then the printed cells."""
    if not numbers:
        return ""
    rows = frame(table.id).iloc[[number - 1 for number in numbers]].to_csv(index=False)
    name = f"{table.id}-{len(numbers)}-of-{len(table.records)}.csv"
    return (
        f'<a class="download" download="{escape(name)}" href="data:text/csv;charset=utf-8,{percent_encoded(rows)}">'
        f"Download {len(numbers)} {'row' if len(numbers) == 1 else 'rows'} (CSV)</a>"
    )


def row_spans(corpus: Corpus, record: Record) -> tuple[Span, ...]:
    """Where the printed rows of a record stand (two rows, where two tables were merged)."""
    return tuple(span for number in register.rows_of(corpus, record) for span in corpus.units[number].spans)


def _cell(record: Record, title: str, rank: int | None, first: bool) -> str:
    text = escape(record.cells[title].text)
    ranked = "" if rank is None else f' data-rank="{rank}"'
    if first:  # the one way into the row for the keyboard; a click may fall anywhere
        opener = f'<button type="button" class="row" title="Show this row in its document">{text}</button>'
        return f'<th scope="row"{ranked}>{opener}</th>'
    return f"<td{ranked}>{text}</td>"


def _ranks(table: CaseTable, title: str) -> dict[int, int | None]:
    """The place of each row, by number, when sorted by the typed columns that are read from a printed one."""
    read = [column for column in table.columns if title in column.cells]
    read.sort(key=lambda column: column.kind != "number")
    keys = {record.number: _key(record, read, title) for record in table.records}
    order = {key: rank for rank, key in enumerate(sorted({key for key in keys.values() if key is not None}))}
    return {number: None if key is None else order[key] for number, key in keys.items()}


def _key(record: Record, columns: Sequence[Column], title: str) -> tuple[tuple[bool, float, str], ...] | None:
    """What a row is sorted by: numbers by size, words by the alphabet; None where the row states none of it."""
    values: list[Value] = [record.values[column.name] for column in columns] or [record.cells[title].text]
    if all(value is None for value in values):
        return None
    return tuple(_comparable(value) for value in values)


def _comparable(value: Value) -> tuple[bool, float, str]:
    if isinstance(value, int | float):
        return False, float(value), ""
    text = ", ".join(sorted(value)) if isinstance(value, frozenset) else value or ""
    return value is None, 0.0, text.casefold()

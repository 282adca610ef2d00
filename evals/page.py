"""A report as one HTML file that asks nothing of anyone: styles and plots inside, no script, no address.

In: a report, the floors it missed, perhaps a comparison. Out: the page as text. Whatever comes from a
question, a document or the command line is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from evals.comparison import Comparison
from evals.plots import plots
from evals.report import Report, set_of
from evals.scoring import Record
from evals.tables import (
    ABBREVIATIONS,
    EXPLANATION,
    Table,
    ablation_table,
    changed_table,
    comparison_tables,
    figure_tables,
    kind_table,
    shared_sentence,
)

_STYLE = Path(__file__).with_name("report.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_page(report: Report, missed: Sequence[str] | None = None, comparison: Comparison | None = None) -> str:
    """The whole page; ``missed`` is None when floors were not applied."""
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Evaluation, {escape(str(report.about['date']))}</title>",
            f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>",
            *_body(report, missed, comparison),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _body(report: Report, missed: Sequence[str] | None, comparison: Comparison | None) -> Iterator[str]:
    yield "<h1>How well the assistant answers</h1>"
    yield f'<p class="soft">{escape(EXPLANATION)}</p>'
    if missed:
        yield f'<div class="failed">{"".join(f"<p>{escape(sentence)}</p>" for sentence in missed)}</div>'
    elif missed is not None:
        yield '<div class="passed"><p>No floor was missed.</p></div>'
    yield "<h2>Figures</h2>"
    yield from map(_table, figure_tables(report))
    yield "<h2>Plots</h2>"
    yield f'<div class="plots">{"".join(_plots(report))}</div>'
    yield "<h2>By kind of question</h2>"
    yield _table(kind_table(report))
    yield f'<p class="soft">{escape(ABBREVIATIONS)}</p>'
    if report.ablation:
        yield "<h2>What each part adds</h2>"
        yield _table(ablation_table(report))
    if comparison is not None:
        yield f"<h2>Compared with the earlier report</h2><p>{escape(shared_sentence(comparison))}</p>"
        yield from map(_table, comparison_tables(comparison))
        yield _table(changed_table(comparison), text=True)
    yield "<h2>Misses</h2>"
    yield from (_table(table, text=True) for table in miss_tables(report.assistant))
    yield "<h2>How this was made</h2>"
    yield _facts(report.about)


def _plots(report: Report) -> Iterator[str]:
    for plot in plots(report):
        svg = plot.svg.replace("<svg ", f'<svg role="img" aria-label="{escape(plot.title)}" ', 1)
        yield f"<figure><h3>{escape(plot.title)}</h3>{svg}<figcaption>{escape(plot.caption)}</figcaption></figure>"


def miss_tables(records: Sequence[Record]) -> Iterator[Table]:
    """What went wrong, question by question: wrong passage first, not answered, answered though unanswerable."""
    heads = ("id", "set", "kind", "question")
    wrong = [record for record in records if record.answerable and not record.hit(1)]
    yield Table(
        f"The first passage was not the right one ({len(wrong)})",
        (*heads, "right one at", "came first", "right would be"),
        tuple((*_named(each), str(each.rank or "-"), _first(each), each.expected) for each in wrong),
    )
    silent = [record for record in records if record.answerable and not record.answered]
    yield Table(
        f"Abstained, though the sources answer ({len(silent)})",
        (*heads, "confidence", "came nearest", "right would be"),
        tuple((*_named(each), f"{each.confidence:.2f}", _first(each), each.expected) for each in silent),
    )
    rash = [record for record in records if not record.answerable and record.answered]
    yield Table(
        f"Answered, though the sources do not ({len(rash)})",
        (*heads, "confidence", "came first"),
        tuple((*_named(each), f"{each.confidence:.2f}", _first(each)) for each in rash),
    )


def _named(record: Record) -> tuple[str, str, str, str]:
    return record.id, set_of(record), record.sub or record.kind, record.question


def _first(record: Record) -> str:
    return f"{record.passages[0].doc_id}: {record.passages[0].text}" if record.passages else "nothing"


def _table(table: Table, text: bool = False) -> str:
    if not table.rows:
        return f"<p>{escape(table.title)}</p>"
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in table.rows
    )
    kind = ' class="text"' if text else ""
    return (
        f'<div class="scroll"><table{kind}><caption>{escape(table.title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table></div>"
    )


def _facts(about: Mapping[str, Any]) -> str:
    pairs = (
        (name, ", ".join(f"{key} {each}" for key, each in value.items()) if isinstance(value, dict) else value)
        for name, value in about.items()
    )
    items = "".join(f"<dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd>" for name, value in pairs)
    return f"<dl>{items}</dl>"

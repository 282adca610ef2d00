"""Answers and sources in a terminal: in an `Answer` or the sources, out coloured text (plain when piped)."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.answer import Answer, Quote
from corpus.cases import table as case_table
from corpus.models import Source


def show(answer: Answer) -> None:
    """Print an answer: quotes with their answering words in bold, each with its citation."""
    console = Console(highlight=False)
    if understood := answer.understood:
        console.print(Text(f"{understood}\n", style="dim"))
    if answer.note:
        console.print(Text(answer.note, style="yellow"))
    if answer.abstained:
        console.print(Text(answer.reason, style="bold yellow"))
    for computed in answer.computed:
        console.print(Text(f"\n{computed.statement}", style="bold"))
        for line in (computed.missing, computed.printed):
            if line:
                console.print(Text(line))
        console.print(Text(f"Computed from {computed.source}, {computed.table}: {computed.query}.", style="dim"))
    if answer.nearest:
        console.print(Text("\nNearest passages (not an answer):", style="dim"))
    if answer.direct_answer:
        console.print(Text(f"\n{answer.direct_answer} [1]", style="bold"))
    for number, quote in enumerate(answer.quotes or answer.nearest[:3], 1):
        console.print()
        console.print(Padding(_quoted(quote, number), (0, 2)))
        console.print(Padding(_cited(quote), (0, 2)))
    if answer.disagreements:
        console.print(Text("\nCompare:", style="bold"))
    for entry in answer.disagreements:
        console.print(Padding(Text(f"{entry.verdict}: {entry.statement}", style="yellow"), (0, 2)))
    console.print(Text(f"\nConfidence {answer.confidence:.2f}. A reading aid, not medical advice.", style="dim"))


def _quoted(quote: Quote, number: int) -> Text:
    text = Text(f"[{number}] “{quote.text}”")
    shift = len(f"[{number}] “")
    for start, end in quote.highlights:
        text.stylize("bold", start + shift, end + shift)
    return text


def _cited(quote: Quote) -> Text:
    text = Text(quote.citation(), style="cyan" if quote.reviewed else "red")
    if quote.also_in:
        text.append(f"; also in {', '.join(quote.also_in)}")
    return text


def show_cases(name: str) -> None:
    """Print a case table as its source prints it, row after row."""
    source = case_table(name)
    shown = Table(*source.records[0].cells, title=f"{name}, {source.title}", title_justify="left")
    for record in source.records:
        shown.add_row(*(Text(cell.text) for cell in record.cells.values()))
    Console().print(shown)


def show_sources(sources: Sequence[Source]) -> None:
    """Print what each document is."""
    table = Table("id", "document", "evidence", "review status", title="Sources", title_justify="left")
    for source in sources:
        table.add_row(
            Text(source.id),
            Text(source.reference),
            Text(source.evidence, style="" if source.reviewed else "red"),
            Text(source.review_status),
        )
    Console().print(table)

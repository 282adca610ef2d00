"""The figures as tables of plain text cells, for the terminal and the page alike.

In: a report or a comparison. Out: `Table`s, whose first column names the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evals.ablation import PLACES
from evals.comparison import Comparison, Delta
from evals.figures import DIGITS, HIGHER_IS_BETTER, TITLES, Figure, kinds_of, per_kind
from evals.report import Report, of_set
from evals.running import ASSISTANT

_KIND_COLUMNS = {
    "hit@1": "@1",
    "hit@3": "@3",
    "hit@5": "@5",
    "mrr": "MRR",
    "facts@3": "facts",
    "documents": "docs",
    "within_50_words": "50 w",
    "words": "words",
    "verbatim": "verb.",
    "answered": "answ.",
    "wrongly_answered": "wrong",
    "value": "value",
    "verdict": "verd.",
    "ms": "ms",
}
EXPLANATION = (
    "Retrieval is judged on the quotes of an answer or, when the system abstained, on the nearest passages it "
    "named; whether it answered is judged separately. A passage is acceptable when it shares half of the shorter "
    "of the two with a passage that the question's author marked as answering."
)
ABBREVIATIONS = (
    "facts: all key facts within the first 3 quotes; docs: all needed documents quoted; 50 w: right passage within "
    "the first 50 words; words: in the first quote; answ.: answered (of answerable); wrong: answered (of "
    "unanswerable); value: value and rows right (row questions); verd.: the expected verdict on a claim is shown."
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, the heads of its columns, and its rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figure_tables(report: Report) -> Iterator[Table]:
    """For each set, the figures by system; the assistant's with their intervals."""
    for name, by_system in report.figures.items():
        records = of_set(report.assistant, name)
        answerable = sum(record.answerable for record in records)
        title = f"{name}: {len(records)} questions, {answerable} answerable, {len(records) - answerable} not"
        rows = []
        for key in by_system[ASSISTANT]:
            cells = [_number(figures[key], DIGITS[key]) for figures in by_system.values()]
            rows.append((TITLES[key], cells[0], _range(by_system[ASSISTANT][key], DIGITS[key]), *cells[1:]))
        systems = list(by_system)
        yield Table(title, ("", systems[0], "95 %", *systems[1:]), tuple(rows))


def kind_table(report: Report) -> Table:
    """The assistant's figures by kind of question, over all records."""
    rows = []
    for kind, figures in per_kind(report.assistant).items():
        n = sum(kind in kinds_of(record) for record in report.assistant)
        cells = (_number(figures[key], min(2, DIGITS[key])) for key in _KIND_COLUMNS)
        rows.append((kind, str(n), *cells))
    return Table(f"{report.widest}: by kind of question", ("", "n", *_KIND_COLUMNS.values()), tuple(rows))


def ablation_table(report: Report) -> Table:
    """What each part of the ranking adds."""
    rows = tuple((row.name, *(f"{share:.3f}" for share in row.hits)) for row in report.ablation)
    asked = report.ablation[0].n if report.ablation else 0
    title = f"ways to rank, {asked} answerable questions, right quote among the first"
    return Table(title, ("", *(str(place) for place in PLACES)), rows)


def comparison_tables(comparison: Comparison) -> Iterator[Table]:
    """For each set, every figure before and after, with its change."""
    for name, deltas in comparison.deltas.items():
        rows = tuple(_delta_row(delta, DIGITS[delta.name]) for delta in deltas)
        yield Table(f"{name}: compared with the earlier report", ("", "before", "after", "change", ""), rows)


def _delta_row(delta: Delta, digits: int) -> tuple[str, ...]:
    change = round(delta.change, digits) or 0.0  # no "-0.0"
    higher = HIGHER_IS_BETTER[delta.name]
    verdict = "" if higher is None or not change else "better" if (change > 0) == higher else "worse"
    title = TITLES[delta.name]
    return title, f"{delta.before:.{digits}f}", f"{delta.after:.{digits}f}", f"{change:+.{digits}f}", verdict


def changed_table(comparison: Comparison) -> Table:
    """The questions that went from hit to miss, or back."""
    rows = [
        (f"hit@{changes.k}", word, record.id, record.question)
        for changes in comparison.changes
        for word, records in (("lost", changes.lost), ("won", changes.won))
        for record in records
    ]
    return Table(f"questions that changed ({len(rows)})", ("", "", "id", "question"), tuple(rows))


def shared_sentence(comparison: Comparison) -> str:
    """What the comparison rests on, in words."""
    text = f"Compared on the {comparison.shared} questions that both reports asked"
    if comparison.only_before or comparison.only_after:
        text += f" ({comparison.only_before} only earlier, {comparison.only_after} only now)"
    return text + ("." if comparison.same_corpus else "; the corpus has changed between them.")


def _number(figure: Figure, digits: int) -> str:
    return "-" if figure.value is None else f"{figure.value:.{digits}f}"


def _range(figure: Figure, digits: int) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.{digits}f}–{figure.high:.{digits}f}"

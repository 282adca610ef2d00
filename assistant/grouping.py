"""Which quotes of an answer belong together, by what they are there for.

In: an `Answer`. Out: `Group`s of its quotes in reading order: what answers, what the register of disagreements sets
beside it, more that is about the question, and what is only near it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import Answer, Quote

ALIKE = 0.15  # score by which a passage may be behind the first and still be about what was asked
BESIDE = "To be compared with it"
MORE = "More on this"
NEAR = "Also near the question"


@dataclass(frozen=True, slots=True)
class Group:
    """Quotes by their numbers (from 1, as they are cited); the group that answers has no title."""

    title: str
    numbers: tuple[int, ...]


def grouped(answer: Answer) -> tuple[Group, ...]:
    """The quotes of an answer in groups, none of them empty; every quote is in one of them.

    What the first quote must be compared with comes right after it, before more of the same.
    """
    about, beside = set(map(_place, about_it(answer.quotes))), _beside_first(answer)
    titles = ["" if number == 1 else _title(quote, about, beside) for number, quote in enumerate(answer.quotes, 1)]
    if BESIDE in titles:
        titles[1:] = [title or MORE for title in titles[1:]]
    groups = (
        Group(title, tuple(number for number, each in enumerate(titles, 1) if each == title))
        for title in ("", BESIDE, MORE, NEAR)
    )
    return tuple(group for group in groups if group.numbers)


def about_it(quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes about what was asked: those that rank nearly as high as the best, and all that were not ranked."""
    best = max((quote.score for quote in quotes), default=0.0)
    return [quote for quote in quotes if not quote.score or quote.score >= best - ALIKE]


def _title(quote: Quote, about: set[tuple[str, int]], beside: set[tuple[str, int]]) -> str:
    if _place(quote) in beside:
        return BESIDE
    return "" if _place(quote) in about else NEAR


def _beside_first(answer: Answer) -> set[tuple[str, int]]:
    """Where the quotes stand that an entry of the register sets beside the first; rows stand for themselves."""
    if not answer.quotes or answer.quotes[0].kind == "table_row":
        return set()
    first, others = answer.quotes[0], answer.quotes[1:]
    sides = [
        entry.quotes
        for entry in answer.disagreements
        if entry.verdict != "confirmed" and any(_overlap(first, side) for side in entry.quotes)
    ]
    return {_place(quote) for quote in others if any(_overlap(quote, side) for quotes in sides for side in quotes)}


def _place(quote: Quote) -> tuple[str, int]:
    return quote.doc_id, quote.start


def _overlap(one: Quote, other: Quote) -> bool:
    return one.doc_id == other.doc_id and any(
        a.start < b.end and b.start < a.end for a in one.spans for b in other.spans
    )

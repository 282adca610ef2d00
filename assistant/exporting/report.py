"""What an exported conversation says, before it is Markdown, HTML or PDF.

In: turns, corpus, versions and the time. Out: a `Report` of plain text in the order in which it is read; every
passage says where it stands, what kind of evidence it is and whether it was reviewed, and points to the full citation
of its document at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assistant.answer import Answer, Computed, Quote
from assistant.citing import MONTHS, link, vancouver
from assistant.framing import closing, framing
from assistant.versions import Versions
from corpus.models import Corpus

TITLE = "Venous leiomyosarcoma: answers from the sources"
CAUTION = (
    "These are quotes, word for word, from the documents listed at the end, and results computed from their case "
    "tables. They are a reading aid, not medical advice."
)
NO_ANSWER = "The sources do not answer this question."


class Asked(Protocol):
    """A question with its answer, or with the sentence why it has none."""

    @property
    def question(self) -> str:
        """As it was typed."""

    @property
    def answer(self) -> Answer | None:
        """None where it could not be asked."""

    @property
    def error(self) -> str:
        """Why it could not be asked."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer, for who has no conversation to export."""

    question: str
    answer: Answer | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A quote as it is printed; ``reference`` is the number of its document in the references.

    ``label`` is the kind of evidence and whether it was reviewed, ``review`` the review status in words.
    """

    number: str
    text: str
    highlights: tuple[tuple[int, int], ...]
    where: str
    label: str
    review: str
    reviewed: bool
    reference: int
    also: str


@dataclass(frozen=True, slots=True)
class Result:
    """A result computed from rows: the statement, what belongs to it, and the printed cells of the rows."""

    statement: str
    remarks: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A disagreement that an answer touches: the verdict, our sentence, the sources' words."""

    verdict: str
    statement: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One question: an answer (``passages``), none (``reason``, ``nearest``), or an error.

    ``value`` is what answers by itself, with the number of its quote; ``closing`` stands after all passages.
    """

    number: int
    question: str
    understood: str
    note: str
    results: tuple[Result, ...]
    value: str
    passages: tuple[Passage, ...]
    compared: tuple[Compared, ...]
    reason: str
    nearest: tuple[Passage, ...]
    closing: str
    confidence: str
    error: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A document in the references; ``link`` is what a browser may open, empty where there is nothing."""

    number: int
    text: str
    status: str
    link: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole export."""

    title: str
    made: str
    caution: str
    parts: tuple[Part, ...]
    references: tuple[Cited, ...]
    versions: tuple[tuple[str, str], ...]


def report(
    turns: Sequence[Asked], corpus: Corpus, versions: Versions, when: datetime, audience: str = "clinician"
) -> Report:
    """The content of an export."""
    cited = tuple(dict.fromkeys(doc_id for turn in turns if turn.answer for doc_id in _documents(turn.answer)))
    numbers = {doc_id: number for number, doc_id in enumerate(cited, 1)}
    sources = [(number, corpus[doc_id].source) for doc_id, number in numbers.items()]
    count = "1 question" if len(turns) == 1 else f"{len(turns)} questions"
    return Report(
        TITLE,
        f"{count}. Exported on {_date(when)}.",
        CAUTION,
        tuple(_part(number, turn, corpus, numbers, audience) for number, turn in enumerate(turns, 1)),
        tuple(
            Cited(number, vancouver(source), f"{source.evidence}. {source.review_status}".strip(), link(source))
            for number, source in sources
        ),
        versions.lines(),
    )


def _date(when: datetime) -> str:
    """In words, with the distance from Greenwich where it is known: "21 November 2026, 15:10 (UTC+0100)"."""
    offset = f" (UTC{when:%z})" if when.utcoffset() is not None else ""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}, {when:%H:%M}{offset}"


def _documents(answer: Answer) -> Iterator[str]:
    """The documents that an answer shows anything of, in the order in which it does."""
    yield from (computed.doc_id for computed in answer.computed)
    yield from (quote.doc_id for quote in answer.quotes)
    yield from (quote.doc_id for entry in answer.disagreements for quote in entry.quotes)
    yield from (quote.doc_id for quote in answer.nearest)


def _part(number: int, turn: Asked, corpus: Corpus, numbers: dict[str, int], audience: str) -> Part:
    answer = turn.answer
    if answer is None:
        return Part(number, _line(turn.question), "", "", (), "", (), (), "", (), "", "", turn.error or NO_ANSWER)

    def passages(quotes: Iterable[Quote], numbered: bool = False) -> tuple[Passage, ...]:
        return tuple(
            _passage(quote, f"[{place}]" if numbered else "", corpus, numbers) for place, quote in enumerate(quotes, 1)
        )

    frame = framing(answer, audience)
    compared = tuple(
        Compared(f"{entry.verdict}, {entry.weight} weight", entry.statement, passages(entry.quotes))
        for entry in answer.disagreements
    )
    return Part(
        number,
        _line(turn.question),
        answer.understood,
        " ".join(part for part in (frame.note, *frame.before) if part),
        tuple(_result(computed, numbers) for computed in answer.computed),
        f"{answer.direct_answer} [1]" if answer.direct else "",
        passages(answer.quotes, numbered=True),
        compared,
        (answer.reason or NO_ANSWER) if answer.abstained else "",
        passages(answer.nearest) if answer.abstained else (),
        closing(frame),
        f"Estimated probability that the first quote answers the question: {answer.confidence:.2f}",
        "",
    )


def _passage(quote: Quote, number: str, corpus: Corpus, numbers: dict[str, int]) -> Passage:
    return Passage(
        number,
        quote.text,
        quote.highlights if number else (),
        f"{quote.source}, {quote.section}",
        _label(quote),
        corpus[quote.doc_id].source.review_status,
        quote.reviewed,
        numbers[quote.doc_id],
        "; ".join(quote.also_in),
    )


def _label(quote: Quote) -> str:
    evidence = "kind of evidence not stated" if quote.evidence == "not stated" else quote.evidence
    return evidence if quote.reviewed or "unreviewed" in evidence else f"{evidence}, not reviewed"


def _result(computed: Computed, numbers: dict[str, int]) -> Result:
    where = f"Computed from {computed.source}, {computed.table} (reference {numbers[computed.doc_id]})"
    titles = tuple(title for title in dict.fromkeys(title for row in computed.cells for title in row) if title)
    return Result(
        computed.statement,
        tuple(line for line in (computed.printed, computed.missing, f"{where}: {computed.query}.") if line),
        ("Row", *titles) if computed.cells else (),
        tuple((row.get("", ""), *(row.get(title, "") for title in titles)) for row in computed.cells),
    )


def _line(text: str) -> str:
    return " ".join(text.split())

"""What `Assistant.ask` returns: quotes and the answer, immutable, typed, with a JSON round trip."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from corpus.models import Span


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim passage of a source: one to three sentences, a list item, a caption or a table row.

    ``text`` is the raw text at ``spans``, cleaned (line ends unwrapped, markup and reference digits
    left out); ``start`` and ``end`` are the outermost raw offsets. A quote whose sentence is cut by a
    page break or a caption has several spans. ``highlights`` are ranges of ``text`` that answer the
    question. ``score`` orders quotes of one answer and means nothing across questions.
    ``also_in`` names other places that say the same ("source, section").
    """

    text: str
    doc_id: str
    section: str
    spans: tuple[Span, ...]
    kind: str
    score: float
    evidence: str
    reviewed: bool
    source: str
    highlights: tuple[tuple[int, int], ...] = ()
    also_in: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end

    def citation(self) -> str:
        """The citation as a reader needs it: source, section, evidence."""
        return f"{self.source}, {self.section} ({self.evidence})"

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Quote:
        known = {name: data[name] for name in cls.__dataclass_fields__}
        known["spans"] = tuple(Span(*span) for span in data["spans"])
        known["highlights"] = tuple((start, end) for start, end in data["highlights"])
        known["also_in"] = tuple(data["also_in"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Computed:
    """What the rows of one case table give for the question, computed when it was asked.

    ``statement`` is the result with its n and 95 % interval, ``query`` what was understood, in words, and
    ``missing`` how rows were treated that do not state it (empty where all do). ``value`` is the number
    (share and survival in percent), None for a list. ``cases`` are the numbers of the rows behind it,
    ``rows`` those rows as the source prints them, the first so many, and ``cells`` the printed cells that
    matter here, by column title, of all of them. ``columns`` are the typed columns concerned. ``printed`` says
    what the authors print for the same, ``entries`` are the register's entries about it. ``unstated`` says why this
    is not what the source states; it is empty where it does.
    """

    doc_id: str
    table: str
    source: str
    query: str
    statement: str
    missing: str
    value: float | None
    cases: tuple[int, ...]
    rows: tuple[Quote, ...]
    cells: tuple[dict[str, str], ...]
    columns: tuple[str, ...] = ()
    printed: str = ""
    entries: tuple[str, ...] = ()
    unstated: str = ""

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Computed:
        known = {name: data[name] for name in cls.__dataclass_fields__}
        known["rows"] = tuple(Quote.from_dict(row) for row in data["rows"])
        for name in ("cases", "cells", "columns", "entries"):
            known[name] = tuple(data[name])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An entry of the register that an answer touches (see `corpus.register`): our sentence, the sources' words."""

    id: str
    topic: str
    verdict: str
    weight: str
    statement: str
    quotes: tuple[Quote, ...]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Disagreement:
        known = {name: data[name] for name in cls.__dataclass_fields__}
        known["quotes"] = tuple(Quote.from_dict(quote) for quote in data["quotes"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    ``quotes`` come best first; when ``abstained`` is true they are empty, ``reason`` says in one
    sentence why, and ``nearest`` holds what came closest, which is not an answer. ``confidence`` is
    the estimated probability (0..1) that the first quote answers the question.
    ``resolved_question`` is the question as understood, after the dialogue was taken into account.
    ``corrections`` are typing errors that were put right in it: what was typed, and what it was read as.
    ``note`` is what the reader must know beside the quotes: that they are no advice, or which terms the sources lack.
    ``related`` are questions that the sources answer and that lie near this one.
    ``direct`` is the range of the first quote's text that answers by itself, where one value does (see
    `assistant.direct`); ``direct_answer`` is that text.
    ``computed`` is what the rows of case tables give, an entry for each query (where the answer abstains, what may
    serve instead of a figure that the source does not state); ``table`` the printed cells behind
    the first. ``disagreements`` are the register's entries that the quotes touch, weightiest first. All are
    empty where the corpus has none.
    """

    question: str
    resolved_question: str
    text: str
    quotes: tuple[Quote, ...]
    abstained: bool
    confidence: float
    reason: str = ""
    nearest: tuple[Quote, ...] = ()
    computed: tuple[Computed, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    related: tuple[str, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    note: str = ""
    direct: tuple[int, int] | None = None

    @property
    def direct_answer(self) -> str:
        """The value that answers by itself, as the first quote has it; empty where there is none."""
        return self.quotes[0].text[slice(*self.direct)] if self.direct and self.quotes else ""

    @property
    def table(self) -> tuple[dict[str, str], ...]:
        """The printed cells of the rows behind the first computed result; empty where nothing was computed."""
        return self.computed[0].cells if self.computed else ()

    @property
    def understood(self) -> str:
        """How the question was read, in one line, where that is not as it was typed; empty where it is."""
        if self.resolved_question == self.question:
            return ""
        changed = ", ".join(f"“{read}” for “{typed}”" for typed, read in self.corrections)
        return f"Read as: {self.resolved_question}" + (f" ({changed})" if changed else "")

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary; quotes also carry ``start``, ``end`` and ``citation``, the answer its properties."""
        data = asdict(self)
        data["table"] = list(self.table)
        data["direct_answer"] = self.direct_answer
        for name in ("quotes", "nearest"):
            for plain, quote in zip(data[name], getattr(self, name), strict=True):
                plain.update(start=quote.start, end=quote.end, citation=quote.citation())
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Answer:
        """The answer that `to_dict` wrote, also after a trip through JSON."""
        known = {name: data[name] for name in cls.__dataclass_fields__}
        for name in ("quotes", "nearest"):
            known[name] = tuple(Quote.from_dict(quote) for quote in data[name])
        known["related"] = tuple(data["related"])
        known["direct"] = tuple(data["direct"]) if data["direct"] else None
        known["computed"] = tuple(Computed.from_dict(each) for each in data["computed"])
        known["disagreements"] = tuple(Disagreement.from_dict(each) for each in data["disagreements"])
        known["corrections"] = tuple((typed, read) for typed, read in data["corrections"])
        return cls(**known)

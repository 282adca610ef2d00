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
class Answer:
    """The answer to one question.

    ``quotes`` come best first; when ``abstained`` is true they are empty, ``reason`` says in one
    sentence why, and ``nearest`` holds what came closest, which is not an answer. ``confidence`` is
    the estimated probability (0..1) that the first quote answers the question.
    ``resolved_question`` is the question as understood, after the dialogue was taken into account.
    ``corrections`` are typing errors that were put right in it: what was typed, and what it was read as.
    ``note`` is one sentence that the reader must know beside the quotes, e.g. that they are no individual advice.
    ``related`` are questions that the sources answer and that lie near this one.
    ``disagreements``, ``table`` and ``related`` are empty where the corpus has none.
    """

    question: str
    resolved_question: str
    text: str
    quotes: tuple[Quote, ...]
    abstained: bool
    confidence: float
    reason: str = ""
    nearest: tuple[Quote, ...] = ()
    disagreements: tuple[str, ...] = ()
    table: tuple[dict[str, Any], ...] = ()
    related: tuple[str, ...] = ()
    corrections: tuple[tuple[str, str], ...] = ()
    note: str = ""

    @property
    def understood(self) -> str:
        """How the question was read, in one line, where that is not as it was typed; empty where it is."""
        if self.resolved_question == self.question:
            return ""
        changed = ", ".join(f"“{read}” for “{typed}”" for typed, read in self.corrections)
        return f"Read as: {self.resolved_question}" + (f" ({changed})" if changed else "")

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary; quotes also carry ``start``, ``end`` and ``citation``."""
        data = asdict(self)
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
        for name in ("disagreements", "table", "related"):
            known[name] = tuple(data[name])
        known["corrections"] = tuple((typed, read) for typed, read in data["corrections"])
        return cls(**known)

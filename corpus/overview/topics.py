"""What the overview holds: topics, each with quotes of the documents and questions that go on from there."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.register import Evidence


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the field.

    ``title`` and ``question`` are the project's own words; ``quotes`` are the sources', grouped by document in the
    order of the overview; ``ask`` are questions of the bank.
    """

    id: str
    title: str
    question: str
    quotes: tuple[Evidence, ...]
    ask: tuple[str, ...]

    def of(self, doc_id: str) -> tuple[Evidence, ...]:
        """What one document says on the topic; empty where it says nothing."""
        return tuple(quote for quote in self.quotes if quote.doc_id == doc_id)


@dataclass(frozen=True, slots=True)
class Overview:
    """The topics in the order in which a clinician meets them, and the documents, strongest evidence first."""

    documents: tuple[str, ...]
    topics: tuple[Topic, ...]

"""The records that reading a corpus yields: spans, units, sections, documents, the corpus itself.

Everything downstream (index, answers, evals, screen) refers to a place in a source by a `Span` of
the raw file, so that whatever is shown can be checked against the bytes the owner supplied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from corpus.cleaning import Span as Span
from corpus.cleaning import clean_text, vocabulary

UnitKind = Literal["sentence", "list_item", "caption", "table_row", "reference"]


@dataclass(frozen=True, slots=True)
class Source:
    """What a document is, as the manifest states it; an empty string means: not stated in the text."""

    id: str
    file: str
    sha256: str
    title: str
    authors: str = ""
    year: int | None = None
    venue: str = ""
    doi: str = ""
    url: str = ""
    licence: str = ""
    evidence: str = "not stated"
    review_status: str = ""
    reviewed: bool = True
    about: str = ""
    short_name: str = ""

    @property
    def reference(self) -> str:
        """A one-line reference made only of what is known, e.g. for the end of a citation."""
        authors = self.authors if self.authors.count(",") < 3 else self.authors.split(",")[0] + " et al."
        venue = " ".join(part for part in (self.venue, str(self.year or "")) if part)
        if self.year and str(self.year) in self.venue:
            venue = self.venue
        return ". ".join(part.rstrip(".") for part in (authors, self.title, venue) if part) + "."


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that may be quoted: a sentence, list item, caption sentence, table row or reference.

    ``text`` is the cleaning of the raw text at ``spans`` and nothing else (see `corpus.cleaning`).
    ``section`` is the heading it stands under; ``paragraph`` numbers the block of running text it
    belongs to within its document; ``chunk`` is the index of its chunk in ``Document.chunks``.
    """

    doc_id: str
    kind: UnitKind
    text: str
    spans: tuple[Span, ...]
    section: str
    paragraph: int
    chunk: int = -1

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end

    @property
    def id(self) -> str:
        """A key that survives a change of segmentation elsewhere: document and raw offsets."""
        return f"{self.doc_id}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of up to about 1,000 characters inside one section, cut by langchain-text-splitters."""

    doc_id: str
    section: str
    text: str


@dataclass(frozen=True)
class Document:
    """One source: its raw text, and its quotable units in reading order."""

    source: Source
    raw: str = field(repr=False)
    units: tuple[Unit, ...] = field(repr=False)
    chunks: tuple[Chunk, ...] = field(repr=False)

    @property
    def id(self) -> str:
        return self.source.id

    @cached_property
    def words(self) -> frozenset[str]:
        """The document's vocabulary, by which words hyphenated at a line end are joined."""
        return vocabulary(self.raw)

    def text_at(self, spans: Sequence[Span]) -> str:
        """The readable text at raw spans: what a quote of them must be, to the letter."""
        return clean_text("\n".join(self.raw[start:end] for start, end in spans), self.words)

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """Section titles in reading order."""
        return tuple(dict.fromkeys(unit.section for unit in self.units))


@dataclass(frozen=True, eq=False)
class Corpus:
    """The documents that may be quoted. Iterating yields documents; ``corpus["tilkorn2010"]`` finds one.

    ``hash`` (sha256) changes with any document, with what the manifest says of it, and with how
    documents are read; an index built from another corpus is told apart by it.
    """

    documents: tuple[Document, ...]
    folder: Path
    hash: str

    def __iter__(self) -> Iterator[Document]:
        return iter(self.documents)

    def __len__(self) -> int:
        return len(self.documents)

    def __getitem__(self, doc_id: str) -> Document:
        for document in self.documents:
            if document.id == doc_id:
                return document
        known = ", ".join(document.id for document in self.documents)
        raise KeyError(f"There is no document '{doc_id}' in this corpus; it has: {known}.")

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """All quotable units, document after document, in reading order."""
        return tuple(unit for document in self.documents for unit in document.units)

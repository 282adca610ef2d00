"""The read corpus as JSON, so that answering opens documents without segmenting them again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpus.loading import corpus_hash, read_raw, read_sources
from corpus.models import Chunk, Corpus, Document, Span, Unit


def save_corpus(corpus: Corpus, path: Path) -> None:
    """Write the units and chunks of every document; raw texts stay where they are."""
    data = {
        document.id: {
            "units": [
                [unit.kind, unit.text, unit.spans, unit.section, unit.paragraph, unit.chunk] for unit in document.units
            ],
            "chunks": [[chunk.section, chunk.text] for chunk in document.chunks],
        }
        for document in corpus
    }
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def open_corpus(folder: Path, path: Path) -> Corpus:
    """The corpus of ``folder`` with the units that `save_corpus` wrote; raw texts are read and checked.

    Raises:
        CorpusError: a document is missing or altered.
    """
    entries = read_sources(folder)
    data = json.loads(path.read_text(encoding="utf-8"))
    documents = []
    for source, _ in entries:
        saved: dict[str, Any] = data[source.id]
        units = tuple(
            Unit(source.id, kind, text, tuple(Span(*span) for span in spans), section, paragraph, chunk)
            for kind, text, spans, section, paragraph, chunk in saved["units"]
        )
        chunks = tuple(Chunk(source.id, section, text) for section, text in saved["chunks"])
        documents.append(Document(source, read_raw(folder, source), units, chunks))
    return Corpus(tuple(documents), folder, corpus_hash(folder, entries))

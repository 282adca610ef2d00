"""From a folder to a `Corpus`.

In: a folder with a ``manifest.toml`` (the shipped corpus), or any folder of .txt and .md files.
Out: documents with their units and chunks. A file that is missing, altered or not text is an error
that names it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import tomli

from corpus.models import Chunk, Corpus, Document, Source, Unit
from corpus.reading import ReadingHints, read_units

SHIPPED = Path(__file__).parent
CHUNK_SIZE = 1000  # characters


class CorpusError(ValueError):
    """A corpus that cannot be read; the message is one sentence for the user."""


def load_corpus(folder: str | Path | None = None) -> Corpus:
    """Read a corpus: the shipped one, or a folder of the user's.

    Args:
        folder: holds ``manifest.toml``, or else .txt and .md files (UTF-8), which are all read.

    Raises:
        CorpusError: the folder or a file is missing, empty, not UTF-8, or not what the manifest says.
    """
    folder = Path(folder) if folder is not None else SHIPPED
    entries = read_sources(folder)
    documents = tuple(_read(folder, source, hints) for source, hints in entries)
    if not any(document.units for document in documents):
        raise CorpusError(f"The documents in '{folder}' hold no sentence that could be quoted.")
    return Corpus(documents, folder, corpus_hash(folder, entries))


def read_sources(folder: Path) -> tuple[tuple[Source, ReadingHints], ...]:
    """What each document of a folder is, and how it is to be read, without reading it.

    Raises:
        CorpusError: the folder is missing or holds no document, or its manifest is broken.
    """
    if not folder.is_dir():
        raise CorpusError(f"There is no folder '{folder}' to read documents from.")
    manifest = folder / "manifest.toml"
    entries = tuple(_from_manifest(manifest) if manifest.is_file() else _from_listing(folder))
    if not entries:
        raise CorpusError(f"The folder '{folder}' holds no document: expected .txt or .md files, or a manifest.toml.")
    return entries


def is_shipped(folder: Path) -> bool:
    """Whether a folder is the corpus that comes with the program."""
    return folder.resolve() == SHIPPED.resolve()


def shipped_documents(corpus: Corpus) -> frozenset[str]:
    """Which documents of a corpus are those that come with the program, to the byte."""
    shipped = {source.id: source.sha256 for source, _ in read_sources(SHIPPED)}
    return frozenset(document.id for document in corpus if shipped.get(document.id) == document.source.sha256)


def corpus_hash(folder: Path, entries: Sequence[tuple[Source, ReadingHints]]) -> str:
    """sha256 over what the documents are, their questions, how they are to be read, and the code that reads them."""
    digest = hashlib.sha256(repr(entries).encode())
    banks = [*(bank_file(folder, source.id) for source, _ in entries), gaps_file(folder)]
    for path in [*sorted(SHIPPED.glob("*.py")), SHIPPED / "lexicon.toml", *(path for path in banks if path.is_file())]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def bank_file(folder: Path, doc_id: str) -> Path:
    """Where the questions that a document answers stand, if it has any."""
    return folder / "questions" / f"{doc_id}.jsonl"


def gaps_file(folder: Path) -> Path:
    """Where the questions stand that the documents are known not to answer, if there are any."""
    return folder / "questions" / "gaps.jsonl"


def _from_listing(folder: Path) -> Iterator[tuple[Source, ReadingHints]]:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".txt", ".md") and path.is_file())
    stems = [path.stem for path in paths]
    for path in paths:
        name = path.stem if stems.count(path.stem) == 1 else path.name
        title = name.replace("_", " ")
        digest = hashlib.sha256(_bytes(path, name)).hexdigest()
        yield Source(name, path.name, digest, title=title, short_name=title), ReadingHints()


def _from_manifest(path: Path) -> Iterator[tuple[Source, ReadingHints]]:
    try:
        entries: list[dict[str, Any]] = tomli.loads(path.read_text(encoding="utf-8")).get("document", [])
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"The manifest '{path}' is not valid TOML: {error}.") from error
    known = {field.name for field in fields(Source)}
    seen: set[str] = set()
    for entry in entries:
        if not isinstance(entry, dict):
            raise CorpusError(f"The manifest '{path}' must list its documents as [[document]] tables.")
        name = entry.get("id", "without id")
        if unknown := set(entry) - known - {"reading"}:
            raise CorpusError(f"The manifest entry '{name}' has unknown fields: {', '.join(sorted(unknown))}.")
        if missing := {"id", "file", "sha256", "title"} - set(entry):
            raise CorpusError(f"The manifest entry '{name}' lacks: {', '.join(sorted(missing))}.")
        if name in seen:
            raise CorpusError(f"The manifest has two documents with the id '{name}'.")
        seen.add(name)
        try:
            hints = ReadingHints.from_manifest(entry.pop("reading", {}))
        except (TypeError, KeyError, AttributeError) as error:
            raise CorpusError(f"The reading hints of the manifest entry '{name}' are malformed: {error}.") from error
        entry.setdefault("short_name", entry["title"])
        yield Source(**entry), hints


def read_raw(folder: Path, source: Source) -> str:
    """The raw text of a document, checked against the hash in the manifest.

    Raises:
        CorpusError: the file is missing, differs from the manifest, is empty or not UTF-8.
    """
    path = folder / source.file
    data = _bytes(path, source.id)
    digest = hashlib.sha256(data).hexdigest()
    if digest != source.sha256:
        raise CorpusError(
            f"The file '{path}' is not the one the manifest describes: its sha256 is {digest[:12]}..., "
            f"expected {source.sha256[:12]}...; restore the file or correct the manifest."
        )
    try:
        raw = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(f"The file '{path}' is not UTF-8 text (byte {error.start}).") from error
    if not raw.strip():
        raise CorpusError(f"The file '{path}' is empty.")
    return raw


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"The document '{name}' cannot be read from '{path}': {error.strerror}.") from error


def _read(folder: Path, source: Source, hints: ReadingHints) -> Document:
    """Read one document: raw text, units, chunks."""
    raw = read_raw(folder, source)
    try:
        units = read_units(raw, source.id, hints)
    except (ValueError, re.error) as error:
        raise CorpusError(f"The document '{source.id}' does not fit its manifest entry: {error}") from error
    units, chunks = _chunked(units)
    return Document(source, raw, units, chunks)


def _chunked(units: Sequence[Unit]) -> tuple[tuple[Unit, ...], tuple[Chunk, ...]]:
    """Cut each section into chunks and tell each unit which chunk holds its beginning."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_SIZE,
        chunk_overlap=0,
        add_start_index=True,
        separators=["\n\n", "\n", " ", ""],  # paragraphs, units, words
    )
    numbered: list[Unit] = []
    chunks: list[Chunk] = []
    for section, group in groupby(units, key=lambda unit: unit.section):
        members = list(group)
        starts, text = [], ""
        for previous, unit in zip([None, *members], members, strict=False):
            if previous is not None:
                text += "\n" if previous.paragraph == unit.paragraph else "\n\n"
            starts.append(len(text))
            text += unit.text
        parts = splitter.create_documents([text])
        bounds = [part.metadata["start_index"] for part in parts]
        for start, unit in zip(starts, members, strict=True):
            within = max((number for number, bound in enumerate(bounds) if bound <= start), default=0)
            numbered.append(replace(unit, chunk=len(chunks) + within))
        chunks.extend(Chunk(unit.doc_id, section, part.page_content) for part in parts)
    return tuple(numbered), tuple(chunks)

"""Open the index of a corpus, building it where there is none; `Index` is what answering searches.

In: a corpus folder, a place, a model, each with a default. Out: an open, checked `Index`.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from corpus.bank import BankQuestion, GapQuestion, load_bank, load_gaps
from corpus.lexicon import american
from corpus.loading import SHIPPED, corpus_hash, is_shipped, read_sources
from corpus.models import Corpus
from index.adapter import NO_ADAPTER, with_adapter
from index.corpus_file import open_corpus
from index.encoder import Encoder, Floats, OnnxEncoder, TorchEncoder
from index.late_interaction import TokenVectors
from index.model import ModelSource, find_model
from index.store import (
    Header,
    IndexMissing,
    IndexUnusable,
    checked_build,
    default_place,
    read_header,
    remove_drafts,
)
from index.words import WordIndex

log = logging.getLogger(__name__)
_TERM = re.compile(r"[^\W\d_]{4,}")
_WORD = re.compile(r"[^\W_]+")
_WAIT = 600.0  # seconds that a second builder waits for the first


@dataclass(frozen=True)
class Index:
    """An open index over the ``n`` units of ``corpus.units``, the ``m`` questions of their bank and ``g`` of gaps.

    Texts are numbered: unit ``i`` alone is ``i``, with its context ``n + i``; question ``j`` is
    ``2 n + j``, that of a gap ``2 n + m + j``.

    Attributes:
        bank: the questions that units answer, in the order of the units.
        gaps: the questions that are known to have no answer.
        tokens: token vectors of the ``2 n + m + g`` texts.
        weights: inverse document frequency by token id.
        term_matches: match of each lexicon term with each text; shape (n_terms, 2 n + m + g).
        term_weights: weight of each lexicon term; shape (n_terms,).
        passage_vectors, bank_vectors, gap_vectors: FAISS, over the pooled vectors of the ``2 n``, the ``m`` and the
            ``g`` texts, to be searched by `index.dense`; those of questions in the principal directions of ``tokens``.
        words: BM25 over the contexts.
    """

    corpus: Corpus
    bank: tuple[BankQuestion, ...]
    gaps: tuple[GapQuestion, ...]
    header: Header
    place: Path
    encoder: Encoder
    tokens: TokenVectors
    weights: Floats
    term_matches: Floats
    term_weights: Floats
    passage_vectors: Any
    bank_vectors: Any
    gap_vectors: Any
    words: WordIndex

    @cached_property
    def terms(self) -> Counter[str]:
        """The words, of four letters or more and in lower case, of the documents and their questions, counted."""
        texts = [*(unit.text for unit in self.corpus.units), *(question.text for question in self.bank)]
        return Counter(word.lower() for text in texts for word in _TERM.findall(text))

    @cached_property
    def known_words(self) -> frozenset[str]:
        """All words and figures, in one spelling, of the documents and of at least two questions that they answer.

        What only one question has may be a false premise: "Was trabectedin given?"
        """
        said = {word for unit in self.corpus.units for word in _WORD.findall(unit.text.lower())}
        asked = Counter(word for question in self.bank for word in set(_WORD.findall(question.text.lower())))
        return frozenset(map(american, [*said, *(word for word, count in asked.items() if count > 1)]))


def open_index(
    corpus: str | Path | None = None,
    index_dir: str | Path | None = None,
    model: str | Path | None = None,
    *,
    adapter: str | Path | None = None,
    rebuild: bool = False,
    progress: bool = True,
) -> Index:
    """Open the index of a corpus; build it first if there is none yet.

    An index of the shipped corpus that is damaged, outdated or another's is built again, with a
    notice in the log. That of a user's own corpus raises instead: it may be somebody's work.

    Args:
        corpus: folder of documents; default: the shipped ones.
        index_dir: where the index lies; default: ``$VLMS_INDEX_DIR``, or the user's cache.
        model: folder or name of a sentence-transformers model; default: the packaged one.
        adapter: adapter file, "shipped" or "none"; default: the shipped one for the shipped corpus, where it fits
            the model, and none for others: it was learnt on the shipped one.
        rebuild: build it again in any case.
        progress: show a progress bar on standard error while building.

    Raises:
        IndexUnusable: the index cannot be used, and was not to be replaced.
        CorpusError, ModelError: the corpus or the model cannot be used.
    """
    folder = Path(corpus) if corpus is not None else SHIPPED
    source = with_adapter(find_model(model), adapter or (None if is_shipped(folder) else NO_ADAPTER))
    wanted = corpus_hash(folder, read_sources(folder))
    place = Path(index_dir) if index_dir is not None else default_place(wanted, source)
    if not rebuild:
        try:
            return _load(place, folder, wanted, source)
        except (IndexMissing, FileNotFoundError):  # none, or replaced while it was opened
            pass
        except IndexUnusable as error:
            _replaceable_or_raise(error, place, folder)
    return _built_alone(place, folder, wanted, source, rebuild, progress)


def _replaceable_or_raise(error: IndexUnusable, place: Path, folder: Path) -> None:
    if not is_shipped(folder):
        raise IndexUnusable(f"{error} Build it again with: vlms index --corpus '{folder}' --rebuild") from error
    if _is_of_own_corpus(place):
        raise IndexUnusable(f"{error} It is of your own documents and is kept: choose another --index-dir.") from error
    log.warning("%s It is built again.", error)


def _is_of_own_corpus(place: Path) -> bool:
    try:
        return not read_header(place).shipped
    except IndexUnusable:
        return False


def _built_alone(place: Path, folder: Path, wanted: str, source: ModelSource, rebuild: bool, progress: bool) -> Index:
    """Build under the lock of the place; whoever waited for another builder uses what that one built."""
    from index.build import build_index

    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place / "lock")
        with lock.acquire(timeout=_WAIT):
            if not rebuild:
                try:
                    return _load(place, folder, wanted, source)
                except IndexUnusable:
                    pass
            remove_drafts(place)
            build_index(folder, place, source, progress)
    except Timeout:
        raise IndexUnusable(f"Another process has been building the index in '{place}' for over 10 minutes.") from None
    except OSError as error:
        raise IndexUnusable(f"The index cannot be written to '{place}': {error.strerror or error}.") from error
    return _load(place, folder, wanted, source)


def _load(place: Path, folder: Path, wanted: str, source: ModelSource) -> Index:
    import faiss

    header, build = checked_build(place, wanted, source)
    with ThreadPoolExecutor(1) as pool:  # the encoder takes about as long as all the rest
        encoder = pool.submit(_encoder, header, build, source)
        opened = open_corpus(folder, build / "corpus.json")
        return Index(
            corpus=opened,
            bank=load_bank(opened),
            gaps=load_gaps(opened),
            header=header,
            place=place,
            tokens=TokenVectors.load(build),
            weights=np.load(build / "token-weights.npy"),
            term_matches=np.load(build / "term-matches.npy"),
            term_weights=np.load(build / "term-weights.npy"),
            passage_vectors=faiss.read_index(str(build / "passages.faiss")),
            bank_vectors=faiss.read_index(str(build / "bank.faiss")),
            gap_vectors=faiss.read_index(str(build / "gaps.faiss")),
            words=WordIndex.load(build),
            encoder=encoder.result(),
        )


def _encoder(header: Header, build: Path, source: ModelSource) -> Encoder:
    if header.engine == "onnx":
        try:
            return OnnxEncoder(build, header.max_tokens)
        except Exception as error:  # whatever another ONNX Runtime than the one that wrote it makes of it
            raise IndexUnusable(f"The encoder in '{build}' cannot be opened by this ONNX Runtime.") from error
    log.warning(header.notice)
    return TorchEncoder(source)

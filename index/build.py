"""From a corpus and a model to an index on disk, with a progress bar.

In: a corpus folder, a model, a place. Out: the place, holding a build that `index.opening` can use.
The encoder is exported first, and encodes as it will when it answers.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from corpus.bank import load_bank, load_gaps
from corpus.lexicon import expand, synonym_terms
from corpus.loading import is_shipped, load_corpus
from corpus.models import Corpus
from index.corpus_file import save_corpus
from index.dense import passage_store, question_store
from index.encoder import GRAPH, Encoder, Encoding, OnnxEncoder, TorchEncoder
from index.export import ExportError, coarse_encoder, export_encoder
from index.late_interaction import TokenVectors, term_matches, token_weights
from index.model import ModelSource, weights_checked
from index.passages import passages
from index.progress import Advance, progress_bar
from index.store import FORMAT, Header, file_hash, new_build_name, publish
from index.words import WordIndex

log = logging.getLogger(__name__)
_BATCH = 128  # enough for several of the same length among texts of about the same
_MANY = 4_000  # texts from which on making a coarse encoder takes less time than it saves


def build_index(folder: Path, place: Path, source: ModelSource, progress: bool = True) -> None:
    """Build the index of the corpus in ``folder`` and make it current at ``place``.

    The caller holds the lock of the place. A build that is interrupted leaves what was there before.

    Raises:
        CorpusError, ModelError: the corpus or the model cannot be used.
        OSError: the place cannot be written.
    """
    name = new_build_name()
    draft = place / f"{name}.draft"
    draft.mkdir(parents=True)
    with progress_bar(progress) as advance:
        advance("Reading documents", 0.02)
        corpus = load_corpus(folder)
        advance("Loading the model", 0.05)
        model = TorchEncoder(weights_checked(source))
        advance("Exporting the encoder", 0.08)
        engine, notice = _exported(model, source, draft)
        exact: Encoder = model
        if engine == "onnx":
            # Several batches on a thread each take less time than one after the other on all.
            exact = OnnxEncoder(draft, model.max_tokens, threads=1)
        _write_vectors(corpus, exact, model, draft, advance)
        advance("Checking and saving", 0.98)
        files = {str(path.relative_to(draft).as_posix()): file_hash(path) for path in sorted(_files(draft))}
        header = Header(
            format=FORMAT,
            corpus=corpus.hash,
            shipped=is_shipped(folder),
            model=source.name,
            model_sha256=source.sha256,
            adapter_sha256=source.adapter_sha256,
            engine=engine,
            notice=notice,
            max_tokens=model.max_tokens,
            build=name,
            files=files,
        )
        publish(place, draft, header)
        advance("Index ready", 1.0)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _write_vectors(corpus: Corpus, encoder: Encoder, model: TorchEncoder, draft: Path, advance: Advance) -> None:
    import faiss

    texts = passages(corpus)
    bank, gaps = ([expand(each.text) for each in load(corpus)] for load in (load_bank, load_gaps))
    alone = _encoded(encoder, [text.alone for text in texts], "passages", (0.15, 0.2), advance)
    others = [*(text.context for text in texts), *bank, *gaps]
    for_others = _for_many(encoder, model, draft, len(others))
    encodings = alone + _encoded(for_others, others, "contexts and questions", (0.2, 0.95), advance)
    tokens = TokenVectors.from_encodings(encodings)
    tokens.save(draft)
    weights = token_weights(alone, model.model.tokenizer.get_vocab())
    np.save(draft / "token-weights.npy", weights)
    matches, totals = term_matches(encoder.encode(synonym_terms()), tokens, weights)
    np.save(draft / "term-matches.npy", matches)
    np.save(draft / "term-weights.npy", totals)
    pooled = np.stack([encoding.pooled for encoding in encodings])
    of_passages, of_bank, of_gaps = np.split(pooled, np.cumsum([2 * len(texts), len(bank)]))
    faiss.write_index(passage_store(of_passages), str(draft / "passages.faiss"))
    faiss.write_index(question_store(tokens.reduced(of_bank)), str(draft / "bank.faiss"))
    faiss.write_index(question_store(tokens.reduced(of_gaps)), str(draft / "gaps.faiss"))
    WordIndex.build([text.context for text in texts]).save(draft)
    save_corpus(corpus, draft / "corpus.json")


def _for_many(encoder: Encoder, model: TorchEncoder, draft: Path, count: int) -> Encoder:
    """What encodes as many texts: the coarse encoder, where there is one and it is worth making."""
    if encoder is model or count < _MANY:
        return encoder
    try:
        return coarse_encoder(draft, model.max_tokens)
    except ExportError as error:
        log.warning(f"Contexts and questions are encoded exactly, which takes longer: {error}.")
        return encoder


def _encoded(
    encoder: Encoder, texts: Sequence[str], kind: str, progress: tuple[float, float], advance: Advance
) -> list[Encoding]:
    """The texts, encoded in batches about as long as each other, the longest first."""
    by_length = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
    batches = [by_length[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
    encodings: dict[int, Encoding] = {}
    begin, end = progress
    pool = ThreadPoolExecutor(1 if isinstance(encoder, TorchEncoder) else os.cpu_count())
    try:
        done = pool.map(lambda batch: encoder.encode([texts[number] for number in batch]), batches)
        for batch, encoded in zip(batches, done, strict=True):
            encodings.update(zip(batch, encoded, strict=True))
            share = begin + (end - begin) * len(encodings) / len(texts)
            advance(f"Encoding {len(texts):,} {kind}", share)
    finally:
        pool.shutdown(cancel_futures=True)  # or Ctrl-C would wait for all of them
    return [encodings[number] for number in range(len(texts))]


def _exported(encoder: TorchEncoder, source: ModelSource, draft: Path) -> tuple[str, str]:
    try:
        export_encoder(encoder, draft)
    except ExportError as error:
        for leftover in (GRAPH, f"{GRAPH}.data", "tokenizer.json"):
            (draft / leftover).unlink(missing_ok=True)
        notice = f"The model '{source.name}' answers through sentence-transformers, which is slower: {error}."
        log.warning(notice)
        return "torch", notice
    return "onnx", ""

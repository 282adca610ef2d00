"""Four plain ways to retrieve from the same corpus with the same model, to stand beside the assistant.

In: the corpus and the embedding model's folder. Out: systems that reply to a question with their five
best passages. They ignore the dialogue and never abstain; their confidence is the score of the best
passage, which orders questions but is no probability.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.models import Corpus, Span
from evals.passages import Passage
from evals.questions import Question
from evals.scoring import Reply

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SHOWN = 5
CHUNK_SIZE = 1000  # characters
CHUNK_OVERLAP = 100  # characters
NAMES = ("dense chunks", "BM25 chunks", "BM25 sentences", "dense sentences")


class Ranker(Protocol):
    """Ranks the passages it was built on."""

    def best(self, question: str, k: int) -> Iterator[tuple[int, float]]:
        """The numbers of the ``k`` best passages with their scores, best first."""
        ...


class Dense:
    """Cosine of pooled embeddings, in a flat FAISS index: what tutorials build."""

    def __init__(self, texts: Sequence[str], model: SentenceTransformer) -> None:
        import faiss

        self._model = model
        vectors = self._encode(texts)
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def best(self, question: str, k: int) -> Iterator[tuple[int, float]]:
        scores, numbers = self._index.search(self._encode([question]), min(k, self._index.ntotal))
        return zip(numbers[0].tolist(), scores[0].tolist(), strict=True)


class BM25:
    """BM25 with English stop words and no stemming: the defaults of bm25s."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        self._size = len(texts)
        self._index = bm25s.BM25()
        self._index.index(self._tokens(texts), show_progress=False)

    @staticmethod
    def _tokens(texts: Sequence[str]) -> Any:
        import bm25s

        return bm25s.tokenize(list(texts), stopwords="en", show_progress=False)

    def best(self, question: str, k: int) -> Iterator[tuple[int, float]]:
        numbers, scores = self._index.retrieve(self._tokens([question]), k=min(k, self._size), show_progress=False)
        return zip(numbers[0].tolist(), scores[0].tolist(), strict=True)


class Baseline:
    """A ranker over passages, as a system that can be evaluated."""

    def __init__(self, name: str, passages: Sequence[Passage], ranker: Ranker) -> None:
        self.name = name
        self._passages = passages
        self._ranker = ranker

    def ask(self, question: Question) -> Reply:
        began = time.perf_counter()
        best = list(self._ranker.best(question.text, SHOWN))
        ms = (time.perf_counter() - began) * 1000
        return Reply(tuple(self._passages[number] for number, _ in best), True, best[0][1], ms)


def build_baselines(corpus: Corpus, model_folder: Path) -> list[Baseline]:
    """The four baselines, in the order of `NAMES`; loads the model with torch on the CPU."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    disable_progress_bar: Callable[[], None] = logging.disable_progress_bar
    disable_progress_bar()
    model = SentenceTransformer(str(model_folder), device="cpu")
    chunks, sentences = chunk_passages(corpus), sentence_passages(corpus)
    chunk_texts = [passage.text for passage in chunks]
    sentence_texts = [passage.text for passage in sentences]
    rankers: tuple[Ranker, ...] = (
        Dense(chunk_texts, model),
        BM25(chunk_texts),
        BM25(sentence_texts),
        Dense(sentence_texts, model),
    )
    pools = (chunks, chunks, sentences, sentences)
    return [Baseline(name, pool, ranker) for name, pool, ranker in zip(NAMES, pools, rankers, strict=True)]


def chunk_passages(corpus: Corpus) -> list[Passage]:
    """The raw texts cut into overlapping chunks, page furniture and tables included, as a tutorial would."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP, add_start_index=True)
    passages = []
    for document in corpus:
        for part in splitter.create_documents([document.raw]):
            start, text = part.metadata["start_index"], part.page_content
            passages.append(Passage(document.id, (Span(start, start + len(text)),), text))
    return passages


def sentence_passages(corpus: Corpus) -> list[Passage]:
    """The quotable units of the corpus, which the assistant quotes from too."""
    return [Passage(unit.doc_id, unit.spans, unit.text) for unit in corpus.units]

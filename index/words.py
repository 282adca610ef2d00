"""Word search: BM25 over the passages' contexts, by bm25s with English stems."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\b\w\w+\b")
_one_at_a_time = Lock()


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def _stop_words() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_EN

    return frozenset(STOPWORDS_EN)


def stem_words(words: Sequence[str]) -> list[str]:
    """The stem of each word, in lower case."""
    with _one_at_a_time:  # a Stemmer must not be shared by threads
        return list(_stemmer().stemWords([word.lower() for word in words]))


def stems(text: str) -> list[str]:
    """The stems of the words of a text, in order; stop words and single characters are left out."""
    return stem_words([word for word in _WORD.findall(text.lower()) if word not in _stop_words()])


class WordIndex:
    """BM25 scores of all passages for a question."""

    def __init__(self, bm25: Any) -> None:
        self._bm25 = bm25

    @classmethod
    def build(cls, texts: Sequence[str]) -> WordIndex:
        import bm25s

        bm25 = bm25s.BM25()
        bm25.index([stems(text) for text in texts], show_progress=False)
        return cls(bm25)

    def save(self, folder: Path) -> None:
        self._bm25.save(str(folder / "bm25"), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        import bm25s

        return cls(bm25s.BM25.load(str(folder / "bm25"), show_progress=False))

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 of every passage; shape (n_passages,); zeros where no word of the question is known."""
        known = [stem for stem in stems(question) if stem in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._bm25.scores["num_docs"], dtype=np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores(known)
        return scores

    def unknown(self, words: Sequence[str]) -> list[str]:
        """Those of the words of which no form occurs in any passage; stop words are never among them."""
        known = self._bm25.vocab_dict
        return [
            word
            for word, stem in zip(words, stem_words(words), strict=True)
            if stem not in known and len(word) > 1 and word.lower() not in _stop_words()
        ]

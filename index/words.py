"""Word search: BM25 over the passages' contexts, by bm25s with English stems."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

_one_at_a_time = Lock()


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def stems(texts: Sequence[str]) -> list[list[str]]:
    """The stems of the words of each text, stop words left out."""
    import bm25s

    with _one_at_a_time:  # a Stemmer must not be shared by threads
        words = bm25s.tokenize(list(texts), stopwords="en", stemmer=_stemmer(), return_ids=False, show_progress=False)
    return cast("list[list[str]]", words)


class WordIndex:
    """BM25 scores of all passages for a question."""

    def __init__(self, bm25: Any) -> None:
        self._bm25 = bm25

    @classmethod
    def build(cls, texts: Sequence[str]) -> WordIndex:
        import bm25s

        bm25 = bm25s.BM25()
        bm25.index(stems(texts), show_progress=False)
        return cls(bm25)

    def save(self, folder: Path) -> None:
        self._bm25.save(str(folder / "bm25"), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        import bm25s

        return cls(bm25s.BM25.load(str(folder / "bm25"), show_progress=False))

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 of every passage; shape (n_passages,); zeros where no word of the question is known."""
        (words,) = stems([question])
        known = [word for word in words if word in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._bm25.scores["num_docs"], dtype=np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores(known)
        return scores

    def unknown(self, words: Sequence[str]) -> list[str]:
        """Those of the words of which no form occurs in any passage; stop words are never among them."""
        return [
            word
            for word, found in zip(words, stems(words), strict=True)
            if any(stem not in self._bm25.vocab_dict for stem in found)
        ]

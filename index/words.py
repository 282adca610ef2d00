"""Word search: BM25 over the passages' contexts, weighted by bm25s, with English stems."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\b\w\w+\b")
_STOP_WORDS = frozenset(  # Lucene's for English, which are bm25s's, too
    "a an and are as at be but by for if in into is it no not of on or such that the their then "  # noqa: SIM905
    "there these they this to was will with".split()
)
_ARRAYS = ("weights", "passages", "starts")
_one_at_a_time = Lock()


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def stem_words(words: Sequence[str]) -> list[str]:
    """The stem of each word, in lower case."""
    with _one_at_a_time:  # a Stemmer must not be shared by threads
        return list(_stemmer().stemWords([word.lower() for word in words]))


def stems(text: str) -> list[str]:
    """The stems of the words of a text, in order; stop words and single characters are left out."""
    return stem_words([word for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS])


class WordIndex:
    """BM25 scores of all passages for a question.

    Attributes:
        stems: the number of each stem that occurs.
        weights: what a stem adds to the score of a passage, stem after stem; shape (n,).
        passages: which passage each weight belongs to; shape (n,).
        starts: where the weights of each stem begin, and the end of the last; shape (n_stems + 1,).
        count: how many passages there are.
    """

    def __init__(
        self,
        stems: Mapping[str, int],
        count: int,
        weights: NDArray[np.float32],
        passages: NDArray[np.int32],
        starts: NDArray[np.int32],
    ) -> None:
        self.stems = stems
        self.count = count
        self.weights = weights
        self.passages = passages
        self.starts = starts

    @classmethod
    def build(cls, texts: Sequence[str]) -> WordIndex:
        # Only here, for it imports scipy, which takes longer than an answer does.
        import bm25s

        bm25 = bm25s.BM25()
        bm25.index([stems(text) for text in texts], show_progress=False)
        weights, passages, starts = (bm25.scores[name] for name in ("data", "indices", "indptr"))
        return cls(bm25.vocab_dict, len(texts), weights, passages, starts)

    def save(self, folder: Path) -> None:
        """Write ``words.json`` and, for each array, ``words-weights.npy`` and the like."""
        (folder / "words.json").write_text(json.dumps({"count": self.count, "stems": self.stems}), encoding="utf-8")
        for name in _ARRAYS:
            np.save(folder / f"words-{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        """Open what `save` wrote."""
        arrays = {name: np.load(folder / f"words-{name}.npy") for name in _ARRAYS}
        return cls(**json.loads((folder / "words.json").read_text(encoding="utf-8")), **arrays)

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 of every passage; shape (n_passages,); zeros where no word of the question is known."""
        scores = np.zeros(self.count, dtype=np.float32)
        for stem in stems(question):
            if (number := self.stems.get(stem)) is not None:
                found = slice(self.starts[number], self.starts[number + 1])
                scores[self.passages[found]] += self.weights[found]
        return scores

    def unknown(self, words: Sequence[str]) -> list[str]:
        """Those of the words of which no form occurs in any passage; stop words are never among them."""
        return [
            word
            for word, stem in zip(words, stem_words(words), strict=True)
            if stem not in self.stems and len(word) > 1 and word.lower() not in _STOP_WORDS
        ]

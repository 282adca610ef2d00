"""Token vectors of all passages, and the best match of each question token in each passage.

Late interaction (ColBERT: Khattab and Zaharia, SIGIR 2020): every question token is compared with
every token of a passage, and only its best match counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from corpus.lexicon import function_words
from index.blas import one_blas_thread
from index.encoder import Encoding, Floats, unit

DIMENSIONS = 192
_STEPS = 127  # of a signed byte
_BESIDE = ("scales", "norms", "starts", "directions")  # kept in files beside the vectors
_TOGETHER = 64  # passages worked on at once: what they need stays in the cache
_SAMPLED = 100  # parts of so many passages tell the principal directions of all
_WIDENED = 1024  # vectors
_WIDE = 64  # question tokens from which on NumPy takes the maxima faster passage by passage

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class TokenVectors:
    """Token vectors of ``n`` passages, in their principal directions.

    Half of the dimensions of a sentence encoder's token vectors hold hardly any of their variance; the rest, in
    steps of 1/127 of the largest value of each, give the same ranking at an eighth of the memory (scalar
    quantisation). Bytes are widened for comparing in a tenth of the time that half-precision numbers take.
    Rounding changes a vector's norm, too: it is kept, so that what is compared are unit vectors again.

    Attributes:
        vectors: all vectors in steps, passage after passage; shape (n_tokens, d), int8; `load` maps them into memory.
        scales: what a step of each dimension is worth; shape (d,).
        norms: Euclidean norm of each vector as rounded, close to 1; shape (n_tokens,).
        starts: where each passage begins, and the end of the last; shape (n + 1,).
        directions: the principal directions; shape (dimension of the encoder, d).
    """

    def __init__(
        self,
        vectors: NDArray[np.int8],
        scales: Floats,
        norms: Floats,
        starts: NDArray[np.int64],
        directions: Floats,
    ) -> None:
        self.vectors = vectors.view(np.ndarray)  # a memory map would be slower to pick from
        self.scales = scales
        self.norms = norms
        self.starts = starts
        self.directions = directions

    @classmethod
    def from_encodings(cls, encodings: Sequence[Encoding], dimensions: int = DIMENSIONS) -> TokenVectors:
        """The token vectors of encoded passages, reduced to ``dimensions``, or as many as they have."""
        # Part by part: all token vectors at once, beside the encodings, would take twice the memory.
        parts = [encodings[first : first + _TOGETHER] for first in range(0, len(encodings), _TOGETHER)]
        sample = parts[:: -(-len(parts) // _SAMPLED)]
        scatter = sum(tokens.T @ tokens for tokens in map(_tokens, sample))
        _, directions = np.linalg.eigh(scatter)
        directions = np.ascontiguousarray(directions[:, ::-1][:, :dimensions], dtype=np.float32)
        reduced = _on_all_cores(lambda part: unit(_tokens(part) @ directions).astype(np.float16), parts)
        highest = np.max([np.abs(part).max(axis=0, initial=0) for part in reduced], axis=0)
        scales = np.maximum(highest, 1e-6).astype(np.float32) / _STEPS
        steps = _on_all_cores(lambda part: np.rint(part / scales).astype(np.int8), reduced)
        norms = np.concatenate(_on_all_cores(lambda part: np.linalg.norm(part * scales, axis=1), steps))
        starts = np.cumsum([0, *(len(encoding.tokens) for encoding in encodings)], dtype=np.int64)
        return cls(np.concatenate(steps), scales, norms, starts, directions)

    def save(self, folder: Path) -> None:
        """Write ``tokens.npy`` and, beside it, ``tokens-scales.npy`` and the like for each other attribute."""
        np.save(folder / "tokens.npy", self.vectors)
        for name in _BESIDE:
            np.save(folder / f"tokens-{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> TokenVectors:
        """Open what `save` wrote; the vectors are memory-mapped."""
        vectors = np.load(folder / "tokens.npy", mmap_mode="r")
        return cls(vectors, **{name: np.load(folder / f"tokens-{name}.npy") for name in _BESIDE})

    def reduced(self, vectors: Floats) -> Floats:
        """Unit vectors as encoded, shape (k, dimension), in the principal directions, shape (k, d).

        Pooled vectors, the means of those of tokens, have nearly all of their variance in the same directions.
        """
        return unit(vectors @ self.directions)

    def best_matches(self, question: Floats, passages: NDArray[np.int64]) -> Floats:
        """The highest cosine of each question token in each of the given passages.

        Args:
            question: `reduced` vectors of the question's tokens; shape (q, d).
            passages: numbers of the passages to compare, each of at least one token; shape (p,).

        Returns:
            Cosines in the principal directions; shape (p, q).
        """
        if len(passages) == 0 or len(question) == 0:
            return np.zeros((len(passages), len(question)), dtype=np.float32)
        lengths = self.starts[passages + 1] - self.starts[passages]
        firsts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        rows = np.arange(lengths.sum()) + np.repeat(self.starts[passages] - firsts, lengths)
        scaled = np.ascontiguousarray((question * self.scales).T)
        cosines = np.empty((len(rows), len(question)), dtype=np.float32)
        for first in range(0, len(rows), _WIDENED):  # what is widened at once stays in the cache
            part = rows[first : first + _WIDENED]
            np.matmul(self.vectors[part].astype(np.float32), scaled, out=cosines[first : first + _WIDENED])
        cosines /= self.norms[rows, np.newaxis]
        if len(question) < _WIDE:
            best: Floats = np.maximum.reduceat(cosines, firsts, axis=0)
            return best
        return np.stack([part.max(axis=0) for part in np.split(cosines, firsts[1:])])


def _on_all_cores(work: Callable[[_In], _Out], parts: Iterable[_In]) -> list[_Out]:
    """What NumPy makes of each part; only its matrix products would use more than one core by themselves."""
    with one_blas_thread(), ThreadPoolExecutor() as pool:
        return list(pool.map(work, parts))


def _tokens(encodings: Sequence[Encoding]) -> Floats:
    return np.concatenate([encoding.tokens for encoding in encodings])


_FUNCTION_WORD_WEIGHT = 1.0
_PUNCTUATION_WEIGHT = 0.5


def token_weights(encodings: Sequence[Encoding], vocabulary: Mapping[str, int]) -> Floats:
    """How much each token of a question counts; shape (vocabulary size,).

    Inverse document frequency over the passages, in BM25's form (Robertson and Zaragoza, 2009). What
    only questions hold ("what", "?") is rare in passages and still says little: it is capped.
    """
    counts = np.zeros(max(vocabulary.values()) + 1)
    for encoding in encodings:
        counts[np.unique(encoding.ids)] += 1
    weights: Floats = np.log1p((len(encodings) - counts + 0.5) / (counts + 0.5)).astype(np.float32)
    for token, number in vocabulary.items():
        word = token.lstrip("#Ġ▁").lower()
        if word in function_words():
            weights[number] = min(weights[number], _FUNCTION_WORD_WEIGHT)
        elif not any(character.isalnum() for character in word):
            weights[number] = min(weights[number], _PUNCTUATION_WEIGHT)
    return weights


def term_matches(terms: Sequence[Encoding], tokens: TokenVectors, weights: Floats) -> tuple[Floats, Floats]:
    """How well each term of the lexicon matches each passage, worked out once for all questions.

    Returns:
        Weighted sums of best matches, shape (n_terms, n_passages), and the sum of the weights of each
        term's tokens, shape (n_terms,).
    """
    words = tokens.reduced(np.concatenate([term.tokens for term in terms]))
    counted = weights[np.concatenate([term.ids for term in terms])]
    firsts = np.cumsum([0, *(len(term.ids) for term in terms)])[:-1]
    count = len(tokens.starts) - 1
    parts = np.array_split(np.arange(count), count // _TOGETHER + 1)
    sums = _on_all_cores(
        lambda part: np.add.reduceat(tokens.best_matches(words, part) * counted, firsts, axis=1), parts
    )
    return np.ascontiguousarray(np.concatenate(sums).T), np.add.reduceat(counted, firsts)

"""From a question to ranked units: candidates from FAISS and BM25, order from late interaction.

In: an open index and a resolved question. Out: `Ranked`, the candidate units best first with their
scores, and how well each of the question's tokens was matched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.dialogue import Resolved
from assistant.settings import ranking
from corpus.lexicon import expand, synonym_numbers, synonym_terms
from index import Index
from index.encoder import Floats

CANDIDATES = 64
_CONTEXT_TOKENS = 64  # of the dialogue that a follow-up is read with
_SEARCHED = 2000  # passages whose cosine is asked of FAISS; all of them in the shipped corpus


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates for one question, best first.

    Attributes:
        units: numbers in ``index.corpus.units``; shape (c,).
        scores: late interaction alone and with context, weighted; shape (c,).
        matches: the best cosine of each question token in the unit's context; shape (c, q).
        token_weights: weight of each question token; shape (q,).
        synonyms: numbers of the lexicon entries that put the question into the sources' words.
    """

    units: NDArray[np.int64]
    scores: Floats
    matches: Floats
    token_weights: Floats
    synonyms: tuple[int, ...]


_one_at_a_time = Lock()  # limits that overlap would restore each other's


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def retrieve(index: Index, question: Resolved) -> Ranked:
    """Rank the units of the corpus for a question."""
    # The products are small: BLAS threads would gain nothing and, waiting, keep the encoder's from their cores.
    with _one_at_a_time, _blas().limit(limits=1, user_api="blas"):
        return _ranked(index, question)


def _ranked(index: Index, question: Resolved) -> Ranked:
    weights = ranking()
    total = len(index.corpus.units)
    own_text = expand(question.question)
    before = _last_words(index, expand(question.context))
    text = f"{before} {own_text}".strip()
    terms = synonym_numbers(question.text)
    (encoded,) = index.encoder.encode([text])
    token_weights = index.weights[encoded.ids].copy()
    if before:
        token_weights[: index.encoder.count(before)] *= weights.history

    numbers, cosines = index.nearest(encoded.pooled, _SEARCHED)
    words = index.words.scores(" ".join([text, *(synonym_terms()[term] for term in terms)]))
    units = _candidates(total, numbers, cosines, words, weights.words)

    own, added = float(token_weights.sum()), weights.synonym * float(index.term_weights[terms].sum())
    term_scores = weights.synonym * index.term_matches[terms].sum(axis=0)
    alone = index.tokens.best_matches(encoded.tokens, units) @ token_weights
    matches = index.tokens.best_matches(encoded.tokens, units + total)
    context = matches @ token_weights
    scores = weights.alone * (alone + term_scores[units]) + weights.context * (context + term_scores[units + total])
    scores = scores / max(own + added, 1e-9)
    order = np.argsort(-scores, kind="stable")
    return Ranked(units[order], scores[order], matches[order], token_weights, tuple(terms))


def _last_words(index: Index, context: str) -> str:
    """The end of a long context: all of it would outweigh the follow-up, or push it out of the encoder."""
    words = context.split()
    while index.encoder.count(" ".join(words)) > _CONTEXT_TOKENS:
        words = words[len(words) // 8 + 1 :]
    return " ".join(words)


def _candidates(
    total: int, numbers: NDArray[np.int64], cosines: Floats, words: Floats, words_weight: float
) -> NDArray[np.int64]:
    """The units best by cosine, alone or with context, and BM25 together, in reading order."""
    dense = np.full(total, float(cosines[-1]), dtype=np.float32)
    np.maximum.at(dense, numbers % total, cosines)
    fused = dense + words_weight * words / max(float(words.max(initial=0.0)), 1e-9)
    count = min(CANDIDATES, total)
    return np.sort(np.argpartition(-fused, count - 1)[:count])

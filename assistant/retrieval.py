"""From a question to ranked units: candidates from FAISS and BM25, order from late interaction.

In: an open index and a resolved question. Out: `Ranked`, the candidate units best first with their
scores, and how well each of the question's tokens was matched. A question is compared with each unit
alone, with the unit in its context, and with the questions of the bank that the unit answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.dialogue import Resolved
from assistant.naming import named_documents
from assistant.settings import Ranking, ranking
from corpus.lexicon import expand, synonym_numbers, synonym_terms
from index import Index, nearest
from index.encoder import Floats

CANDIDATES = 14  # by each way to find them
_BEFORE = 10  # units among which the place of the answer before is sought
_SHARP = 20.0  # a unit that scores this much less, inversely, is e times less likely that place
_BESIDE = 6.0  # units of reading order over which nearness falls by e
_CONTEXT_TOKENS = 64  # of the dialogue that a follow-up is read with
_SEARCHED = 200  # passages whose cosine is asked of FAISS
_GAPS_ALIKE = 48  # questions without an answer that are compared token by token
_ASKED_ALIKE = 96  # questions of the bank that are compared token by token


@dataclass(frozen=True, slots=True)
class Likeness:
    """The stored questions nearest to the one asked, nearest by cosine first.

    Attributes:
        numbers: which they are; shape (k,).
        cosines: of the pooled vectors; shape (k,).
        late: late interaction; shape (k,).
        matches: the best cosine of each token asked; shape (k, q).
    """

    numbers: NDArray[np.int64]
    cosines: Floats
    late: Floats
    matches: Floats


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates for one question, best first.

    Attributes:
        units: numbers in ``index.corpus.units``; shape (c,).
        scores: the parts of `parts`, weighted; shape (c,).
        parts: late interaction alone, in context, with the bank's nearest and second nearest question of the unit,
            BM25 (highest 1), the pooled cosine, whether the question names the document, and, for a follow-up, how
            near it stands to what answered the question before; shape (c, 8).
        alike: the number, in ``index.bank``, of the nearest that is no dialogue; -1 where none came near; shape (c,).
        asked: the questions of the bank nearest to it.
        gap: the nearest of those known to have no answer.
        matches: the best cosine of each question token in the unit's context; shape (c, q).
        token_weights: weight of each question token; shape (q,).
        synonyms: numbers of the lexicon entries that put the question into the sources' words.
        named: the documents that the question names.
    """

    units: NDArray[np.int64]
    scores: Floats
    parts: Floats
    alike: NDArray[np.int64]
    asked: Likeness
    gap: Likeness
    matches: Floats
    token_weights: Floats
    synonyms: tuple[int, ...]
    named: frozenset[str]


_one_at_a_time = Lock()  # limits that overlap would restore each other's


@cache
def _blas() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def retrieve(index: Index, question: Resolved, weights: Ranking | None = None) -> Ranked:
    """Rank the units of the corpus for a question; ``weights`` default to the fitted ones."""
    # The products are small: BLAS threads would gain nothing and, waiting, keep the encoder's from their cores.
    with _one_at_a_time, _blas().limit(limits=1, user_api="blas"):
        return _ranked(index, question, weights or ranking(with_bank=bool(index.bank)))


def _ranked(index: Index, question: Resolved, weights: Ranking) -> Ranked:
    total = len(index.corpus.units)
    own_text = expand(question.question)
    before = _last_words(index, expand(question.context))
    text = f"{before} {own_text}".strip()
    terms = np.array(synonym_numbers(question.text), dtype=np.int64)
    (encoded,) = index.encoder.encode([text])
    token_weights = index.weights[encoded.ids].copy()
    if before:
        token_weights[: index.encoder.count(before)] *= weights.history
    added = weights.synonym * float(index.term_weights[terms].sum())
    whole = max(float(token_weights.sum()) + added, 1e-9)

    def compared(texts: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Late interaction with the numbered texts, of the question and the terms it is given, and its matches."""
        matches = index.tokens.best_matches(encoded.tokens, texts)
        from_terms = weights.synonym * index.term_matches[np.ix_(terms, texts)].sum(axis=0)
        return (matches @ token_weights + from_terms) / whole, matches

    alike, asked_cosines = nearest(index.bank_vectors, encoded.pooled, _ASKED_ALIKE if weights.bank else 0)
    gaps, gap_cosines = nearest(index.gap_vectors, encoded.pooled, _GAPS_ALIKE if weights.bank else 0)
    late, matches = compared(2 * total + np.concatenate([alike, len(index.bank) + gaps]))
    bank_near = Likeness(alike, asked_cosines, late[: len(alike)], matches[: len(alike)])
    gaps_near = Likeness(gaps, gap_cosines, late[len(alike) :], matches[len(alike) :])
    asked, second, questions = _alike(index, bank_near)
    cosines = _cosines(total, *nearest(index.passage_vectors, encoded.pooled, _SEARCHED))
    words = index.words.scores(" ".join([text, *(synonym_terms()[term] for term in terms)]))
    words /= max(float(words.max(initial=0.0)), 1e-9)
    units = _candidates(cosines, words, *([asked] if len(alike) else []))

    alone = compared(units)[0] if weights.alone else np.zeros(len(units), dtype=np.float32)
    context, matches = compared(units + total)
    named = named_documents(index.corpus, question.text)
    is_named = np.array([index.corpus.units[number].doc_id in named for number in units.tolist()], dtype=np.float32)
    beside = _beside(index, question, units, weights)
    parts = np.stack(
        [alone, context, asked[units], second[units], words[units], cosines[units], is_named, beside], axis=1
    )
    scores = parts @ weights.of_parts
    order = np.argsort(-scores, kind="stable")
    units = units[order]
    return Ranked(
        units=units,
        scores=scores[order],
        parts=parts[order],
        alike=questions[units],
        asked=bank_near,
        gap=gaps_near,
        matches=matches[order],
        token_weights=token_weights,
        synonyms=tuple(terms.tolist()),
        named=named,
    )


def _beside(index: Index, question: Resolved, units: NDArray[np.int64], weights: Ranking) -> Floats:
    """How near each unit stands, in the same document, to where the question before was answered; shape (c,).

    What a follow-up asks for mostly stands a few sentences from there, but not in the same sentence.
    """
    if not (question.context and weights.beside):
        return np.zeros(len(units), dtype=np.float32)
    before = _ranked(index, Resolved(f"{question.context} {question.answered}".strip()), weights)
    likely = np.exp(_SHARP * (before.scores[:_BEFORE] - before.scores[0]))
    places = before.units[:_BEFORE]
    distance = np.abs(units[:, None] - places)
    theirs, before_theirs = (
        np.array([index.corpus.units[number].doc_id for number in numbers.tolist()]) for numbers in (units, places)
    )
    near = np.exp(-distance / _BESIDE) * (theirs[:, None] == before_theirs) * (distance > 0)
    beside: Floats = (near @ (likely / likely.sum())).astype(np.float32)
    return beside


def _last_words(index: Index, context: str) -> str:
    """The end of a long context: all of it would outweigh the follow-up, or push it out of the encoder."""
    words = context.split()
    while index.encoder.count(" ".join(words)) > _CONTEXT_TOKENS:
        words = words[len(words) // 8 + 1 :]
    return " ".join(words)


def _alike(index: Index, asked: Likeness) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """For each unit the scores of the two of its questions most like the one asked, and which can be shown for it.

    That is the number of the nearest that is no dialogue. A unit of which none came near gets the lowest score
    seen, and -1.
    """
    total, scores = len(index.corpus.units), asked.late
    lowest = float(scores.min()) if len(scores) else 0.0
    best, second = np.full(total, lowest, dtype=np.float32), np.full(total, lowest, dtype=np.float32)
    question = np.full(total, -1)
    for place in np.argsort(scores).tolist():  # worst first: the best of a unit pushes down what stood there
        _, unit, dialogue = index.bank[asked.numbers[place]]
        second[unit], best[unit] = best[unit], scores[place]
        if not dialogue:
            question[unit] = asked.numbers[place]
    return best, second, question


def _cosines(total: int, numbers: NDArray[np.int64], cosines: Floats) -> Floats:
    """The cosine of each unit, alone or in its context, whichever is higher; the lowest found where none was."""
    dense = np.full(total, float(cosines[-1]), dtype=np.float32)
    np.maximum.at(dense, numbers % total, cosines)
    return dense


def _candidates(*ways: Floats) -> NDArray[np.int64]:
    """The numbers of the units best in any way of scoring them, in reading order."""
    count = min(CANDIDATES, len(ways[0]))
    return np.unique(np.concatenate([np.argpartition(-scores, count - 1)[:count] for scores in ways]))

"""From a question to ranked units: candidates from FAISS and BM25, order from late interaction.

In: an open index and a resolved question. Out: `Ranked`, the candidate units best first with their
scores, and how well each of the question's tokens was matched. A question is compared with each unit
alone, with the unit in its context, and with the questions of the bank that the unit answers. A
follow-up is read twice, with the dialogue and by itself, and both readings count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.dialogue import Resolved
from assistant.naming import named_documents
from assistant.patients import patients_of_rows, units_of_patients
from assistant.settings import Ranking, ranking
from corpus.lexicon import expand, synonym_numbers, synonym_terms
from index import Index
from index.blas import one_blas_thread
from index.dense import nearest, nearest_questions
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
        late: late interaction; shape (k,).
        matches: the best cosine of each token asked; shape (k, q).
    """

    numbers: NDArray[np.int64]
    late: Floats
    matches: Floats


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was read, and what is like it.

    Attributes:
        share: how much it counts among the readings of one question, which together count 1.
        asked: the questions of the bank nearest to it.
        gap: the nearest of those known to have no answer.
        matches: the best cosine of each question token in the context of the ranked units; shape (c, q).
        token_weights: weight of each question token; shape (q,).
    """

    share: float
    asked: Likeness
    gap: Likeness
    matches: Floats
    token_weights: Floats


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates for one question, best first.

    Attributes:
        units: numbers in ``index.corpus.units``; shape (c,).
        scores: the parts of `parts`, weighted; shape (c,).
        parts: late interaction alone, in context, with the bank's nearest and second nearest question of the unit,
            BM25 (highest 1), the pooled cosine, whether the question names the document, or the patient whom the unit
            is about, and, for a follow-up, how near it stands to what answered the question before; shape (c, 9).
        alike: the number, in ``index.bank``, of the nearest that is no dialogue; -1 where none came near; shape (c,).
        readings: the question as it was read: with the dialogue that it leans on, then, if it leans on one, by itself.
        synonyms: numbers of the lexicon entries that put the question into the sources' words.
        named: the documents that the question names.
        of_patients: numbers of the units about the patients whom the question names, by author or number.
    """

    units: NDArray[np.int64]
    scores: Floats
    parts: Floats
    alike: NDArray[np.int64]
    readings: tuple[Reading, ...]
    synonyms: tuple[int, ...]
    named: frozenset[str]
    of_patients: frozenset[int]

    @property
    def asked(self) -> Likeness:
        """The questions of the bank nearest to the question, read with the dialogue."""
        return self.readings[0].asked

    @property
    def gap(self) -> Likeness:
        """The questions without an answer nearest to the question, read with the dialogue."""
        return self.readings[0].gap

    @property
    def in_dialogue(self) -> Ranked:
        """The same units in the same order, of which only the reading with the dialogue is judged."""
        return replace(self, readings=(replace(self.readings[0], share=1.0),))


def retrieve(index: Index, question: Resolved, weights: Ranking | None = None) -> Ranked:
    """Rank the units of the corpus for a question; ``weights`` default to the fitted ones."""
    # The products are small: BLAS threads would gain nothing and, waiting, keep the encoder's from their cores.
    with one_blas_thread():
        return _ranked(index, question, weights or ranking(with_bank=bool(index.bank)))


def _ranked(index: Index, question: Resolved, weights: Ranking) -> Ranked:
    ways = [_Way(index, question, weights)]
    shares = [1.0]
    if question.context:
        ways.append(_Way(index, Resolved(question.question), weights))
        shares = [1 - weights.itself, weights.itself]
    units = np.unique(np.concatenate([way.candidates() for way in ways]))  # in reading order
    compared = [way.compared_with(units) for way in ways]
    likeness = sum(share * parts for share, (parts, _) in zip(shares, compared, strict=True))
    parts = np.column_stack([likeness, _beside(index, question, units, weights)])
    scores = parts @ weights.of_parts
    order = np.argsort(-scores, kind="stable")
    units = units[order]
    return Ranked(
        units=units,
        scores=scores[order],
        parts=parts[order],
        alike=ways[0].alike[units],
        readings=tuple(
            Reading(share, way.asked, way.gap, matches[order], way.token_weights)
            for share, way, (_, matches) in zip(shares, ways, compared, strict=True)
        ),
        synonyms=tuple(ways[0].terms.tolist()),
        named=ways[0].named,
        of_patients=ways[0].of_patients,
    )


class _Way:
    """A question read in one way: its tokens and their weights, what is stored that is like it, scores of all units."""

    def __init__(self, index: Index, question: Resolved, weights: Ranking) -> None:
        self._index, self._weights = index, weights
        self._total = len(index.corpus.units)
        self.named = named_documents(index.corpus, question.text)
        self.of_patients = units_of_patients(index.corpus, question.text)
        before = _last_words(index, expand(question.topic))
        text = f"{before} {expand(question.question)}".strip()
        self.terms = np.array(synonym_numbers(f"{question.topic} {question.question}"), dtype=np.int64)
        (encoded,) = index.encoder.encode([text])
        self._tokens = index.tokens.reduced(encoded.tokens)
        self.token_weights = index.weights[encoded.ids].copy()
        if before:
            self.token_weights[: index.encoder.count(before)] *= weights.history
        self._added = weights.synonym * float(index.term_weights[self.terms].sum())

        pooled = index.tokens.reduced(encoded.pooled)
        alike = nearest_questions(index.bank_vectors, pooled, _ASKED_ALIKE if weights.bank else 0)
        gaps = nearest_questions(index.gap_vectors, pooled, _GAPS_ALIKE if weights.bank else 0)
        late, matches = self._compared(2 * self._total + np.concatenate([alike, len(index.bank) + gaps]))
        self.asked = Likeness(alike, late[: len(alike)], matches[: len(alike)])
        self.gap = Likeness(gaps, late[len(alike) :], matches[len(alike) :])
        self._first, self._second, self.alike = _alike(index, self.asked)
        self._cosines = _cosines(self._total, *nearest(index.passage_vectors, encoded.pooled, _SEARCHED))
        self._words = index.words.scores(" ".join([text, *(synonym_terms()[term] for term in self.terms)]))
        self._words /= max(float(self._words.max(initial=0.0)), 1e-9)

    def candidates(self) -> NDArray[np.int64]:
        """The numbers of the units best in any way of scoring them, in reading order."""
        ways = (self._cosines, self._words, *([self._first] if len(self.asked.numbers) else []))
        return np.union1d(_candidates(*ways), np.array(sorted(self.of_patients), dtype=np.int64))

    def compared_with(self, units: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """The parts of the units' likeness, shape (c, 8), and their matches in context, shape (c, q)."""
        late, matches = self._compared(np.concatenate([units, units + self._total]))
        alone, context = np.split(late, 2)
        documents = [self._index.corpus.units[number].doc_id for number in units.tolist()]
        named = np.array([doc_id in self.named for doc_id in documents], dtype=np.float32)
        patient = np.array([number in self.of_patients for number in units.tolist()], dtype=np.float32)
        of_all = (self._first, self._second, self._words, self._cosines)
        parts = np.column_stack([alone, context, *(scores[units] for scores in of_all), named, patient])
        return parts, matches[len(units) :]

    def _compared(self, texts: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Late interaction with the numbered texts, of the question and the terms it is given, and its matches."""
        matches = self._index.tokens.best_matches(self._tokens, texts)
        from_terms = self._weights.synonym * self._index.term_matches[np.ix_(self.terms, texts)].sum(axis=0)
        whole = max(float(self.token_weights.sum()) + self._added, 1e-9)
        return (matches @ self.token_weights + from_terms) / whole, matches


def _beside(index: Index, question: Resolved, units: NDArray[np.int64], weights: Ranking) -> Floats:
    """How near each unit stands, in the same document, to where the question before was answered; shape (c,).

    What a follow-up asks for mostly stands a few sentences from there, but not in the same sentence. Rows of one
    patient are one place, and the rows around them tell of others.
    """
    if not (question.context and weights.beside):
        return np.zeros(len(units), dtype=np.float32)
    before = _ranked(index, Resolved(f"{question.topic} {question.answered}".strip()), weights)
    likely = np.exp(_SHARP * (before.scores[:_BEFORE] - before.scores[0]))
    places = before.units[:_BEFORE]
    near = np.array([[_nearness(index, unit, place) for place in places.tolist()] for unit in units.tolist()])
    beside: Floats = (near @ (likely / likely.sum())).astype(np.float32)
    return beside


def _nearness(index: Index, number: int, place: int) -> float:
    unit, before = index.corpus.units[number], index.corpus.units[place]
    if "table_row" in (unit.kind, before.kind):  # between sentences a table stands anywhere
        patients = patients_of_rows(index.corpus)
        return float(number == place or (number in patients and patients[number] == patients.get(place)))
    if number == place or unit.doc_id != before.doc_id:
        return 0.0
    return math.exp(-abs(number - place) / _BESIDE)


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

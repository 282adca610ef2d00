"""Whether the sources answer at all: in a question and its ranked passages, out a probability and a reason.

A logistic model on a few signals, fitted by `python -m evals.fit`; its numbers stand in ``weights.toml``.
What tells most is whether a question is nearer to those of the bank, which have an answer, or to those
of the gaps, which readers ask too and which have none.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.composing import is_comparing
from assistant.dialogue import Resolved
from assistant.kinds import lacking
from assistant.naming import named_documents
from assistant.requests import kind_of_request
from assistant.retrieval import Ranked, Reading
from assistant.settings import abstention
from assistant.vocabulary import is_cut_short, is_english, is_medical
from corpus.lexicon import american, expand, function_words, in_lexicon
from index import Index
from index.encoder import Floats

_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"[xqMF]?\d+(?:[a-z]{0,3}|[MF]|Gy)")  # 5cm, 37M, F63, q6mo, x400; not 5FU
_VEIN = re.compile(r"\b(?:saphenous|femoral|iliac|popliteal|jugular|cava)\b", re.IGNORECASE)
_RARE = 3  # pieces
_NEAR = 0.05  # likenesses this much lower still count as near
_SHOWN = 3  # units whose matches count beside those of the first
_SAME_GAP = 0.7  # late interaction from which on a gap is named as the reason; below, it is often another detail
NO_ADVICE = "The sources give no advice for an individual patient."


def unknown_terms(index: Index, question: Resolved) -> list[str]:
    """The specific terms of the question, in order, that occur in no source, in any form.

    A word is taken for specific (a drug, gene, test, name) when it is an acronym, a word of medicine, or no English
    word and so rare that the encoder's vocabulary spells it in three pieces or more. Other words that the sources
    lack, and those of questions that they answer, are another way of saying what they say.
    """
    words = [word for word in _WORD.findall(question.text) if not _is_common(word)]
    unknown = index.words.unknown(list(dict.fromkeys(words)))
    return [word for word in unknown if _is_specific(index, word) and american(word.lower()) not in index.known_words]


def _is_common(word: str) -> bool:
    return in_lexicon(word) or len(word) < 3 or word.lower() in function_words()


def _is_specific(index: Index, word: str) -> bool:
    lower, pieces = word.lower(), index.encoder.count(word)
    if pieces == 1 or _FIGURE.fullmatch(word):
        return False
    if word[1:] != word[1:].lower() or any(c.isdigit() for c in word) or is_medical(lower):
        return True
    return pieces >= _RARE and not is_english(lower) and not is_cut_short(index, lower)


def signals(index: Index, question: Resolved, ranked: Ranked) -> dict[str, float]:
    """What tells an answered question from another, each roughly within -1..1; of all readings of it together.

    match: how well the first unit in its context, or a question of its own, matches each of the question's tokens;
    covered: how well anything near does; known: the share of words that the sources have; unknown: specific terms
    that they lack; personal: whether a decision about the reader is asked for; lacking: whether the first unit holds
    nothing of the kind asked for, such as a dose; elsewhere: `is_elsewhere`. asked_or_gap: how much nearer the
    question is to the bank than to the gaps; gap_alone, gap_beside: what a gap matches better than the first unit
    and its questions do, and than the first three: a detail that what is shown lacks, even where questions about
    something else name it.
    """
    words = [word for word in _WORD.findall(question.text) if word.lower() not in function_words()]
    unread = index.words.unknown([word for word in words if not _is_common(word)])
    of_words = {
        "known": 1 - len(unread) / len(words) if words else 0.0,
        "unknown": min(len(unknown_terms(index, question)), 2) / 2,
        "personal": float(kind_of_request(question.question) == "personal"),
        "lacking": float(bool(_kind_lacking(index, question, ranked))),
        "elsewhere": float(is_elsewhere(index, ranked)),
    }
    return of_words | _of_readings(index, ranked)


def _of_readings(index: Index, ranked: Ranked) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for reading in ranked.readings:
        weights = reading.share * reading.token_weights / max(float(reading.token_weights.sum()), 1e-9)
        first, shown = (_matched(index, ranked.units, reading, count) for count in (1, _SHOWN))
        anything = np.vstack([reading.matches, reading.asked.matches]).max(axis=0)
        gap = reading.gap.matches.max(axis=0, initial=0)
        nearer = _smooth_maximum(reading.asked.late) - _smooth_maximum(reading.gap.late)
        found["match"] += float(first @ weights)
        found["covered"] += float(anything @ weights)
        found["asked_or_gap"] += reading.share * nearer
        found["gap_alone"] += float(np.maximum(gap - first, 0) @ weights)
        found["gap_beside"] += float(np.maximum(gap - shown, 0) @ weights)
    return found


def is_elsewhere(index: Index, ranked: Ranked) -> bool:
    """Whether the first unit stands in no document that the question names, or is about no patient whom it names.

    Then it mostly tells of another patient than the one asked about.
    """
    first = int(ranked.units[0])
    if ranked.of_patients:
        return first not in ranked.of_patients
    return bool(ranked.named) and index.corpus.units[first].doc_id not in ranked.named


def _kind_lacking(index: Index, question: Resolved, ranked: Ranked) -> str:
    return lacking(question.question, index.corpus.units[ranked.units[0]])


def _matched(index: Index, units: NDArray[np.int64], reading: Reading, count: int) -> Floats:
    """The best cosine of each question token in the first units, in context, or in their questions; shape (q,)."""
    first = set(units[:count].tolist())
    theirs = [index.bank[number].unit in first for number in reading.asked.numbers.tolist()]
    best: Floats = np.vstack([reading.matches[:count], reading.asked.matches[theirs]]).max(axis=0)
    return best


def _smooth_maximum(values: Floats) -> float:
    """The highest of some likenesses, raised where others come near it; 0 where there is none."""
    if len(values) == 0:
        return 0.0
    highest = float(values.max())
    return highest + _NEAR * math.log(float(np.exp((values - highest) / _NEAR).sum()))


def probability(index: Index, signals: Mapping[str, float]) -> float:
    """The probability that the first quote answers the question."""
    model = abstention(with_bank=bool(index.bank))
    total = model.intercept + sum(weight * signals[name] for name, weight in model.weights.items())
    return model.right_first / (1 + math.exp(-total))


def reason(index: Index, question: Resolved, ranked: Ranked) -> str:
    """One sentence that says why there is no answer."""
    request = kind_of_request(question.question)
    if request == "order":
        return "This assistant only quotes its sources on leiomyosarcoma of the vein; it takes no other orders."
    if request == "personal":
        return f"{NO_ADVICE} The passages below are general."
    if unknown := unknown_terms(index, question):
        return f"{_not_mentioned(unknown, question.text)}, and no passage of them answers this question."
    if missing := _missing(index, question, ranked):
        return f"The sources do not state {missing}."
    if kind := _kind_lacking(index, question, ranked):
        return f"No passage of the sources answers this question; the nearest gives no {kind}."
    return "No passage of the sources answers this question."


def caveat(index: Index, question: Resolved, ranked: Ranked, led_by: str) -> str:
    """Sentences on what an answer is not about: terms that the sources lack, the document or patient that is named.

    ``led_by`` is the document of the first quote, which may be a row that a number rests on.
    """
    unknown = unknown_terms(index, question)
    lacks = f"{_not_mentioned(unknown, question.text)}." if unknown else ""
    there = not is_elsewhere(index, ranked) or (led_by in ranked.named and not ranked.of_patients)
    other = "" if there or is_comparing(question.text) else _other_source(index, ranked)
    return " ".join(filter(None, (lacks, other)))


def _other_source(index: Index, ranked: Ranked) -> str:
    if ranked.of_patients:
        return "The question names a patient; the first quote is not about that one."
    names = [document.source.short_name for document in index.corpus if document.id in ranked.named]
    return f"The question names {' and '.join(names)}; the first quote is from another source."


def _not_mentioned(terms: Sequence[str], text: str) -> str:
    """That the sources lack terms of a text, each with the letter or two that may stand before it ("D-dimer")."""
    written = [re.search(rf"(?:\b\w{{1,2}}-)?{re.escape(word)}", text, re.IGNORECASE) for word in terms[:4]]
    named = [f"“{match.group()}”" for match in written if match]
    listed = named[0] if len(named) == 1 else ", ".join(named[:-1]) + " or " + named[-1]
    return f"The sources do not mention {listed}"


def _missing(index: Index, question: Resolved, ranked: Ranked) -> str:
    """What is missing by the nearest gap, of no other document or vein than the question names; empty where none is
    near."""
    named, near, veins = ranked.named, ranked.gap, _veins(question.text)
    if near.late.max(initial=0.0) < ranked.asked.late.max(initial=0.0):
        return ""
    for place in np.argsort(-near.late).tolist():
        missing: str = index.gaps[near.numbers[place]].missing
        of_another = (named and not named_documents(index.corpus, missing) <= named) or (
            veins and not _veins(missing) <= veins
        )
        if near.late[place] >= _SAME_GAP and not of_another:
            return missing
    return ""


def _veins(text: str) -> set[str]:
    return {match.lower() for match in _VEIN.findall(expand(text))}

"""Whether the sources answer at all: in a question and its ranked passages, out a probability and a reason.

Two steps, both fitted by `python -m evals.fit` on the tuning half of the eval questions; their numbers
stand in ``weights.toml``. A question that the sources' words hardly touch is beside them, whatever
else; for the others a logistic model on a few signals gives the probability.
"""

from __future__ import annotations

import math
import re

import numpy as np

from assistant.dialogue import Resolved
from assistant.retrieval import Ranked
from assistant.settings import abstention
from corpus.lexicon import function_words, in_lexicon
from index import Index

_WORD = re.compile(r"[^\W_]+")
_SURELY_SPECIFIC = 4  # pieces; at three, about half are ordinary words


def unknown_terms(index: Index, question: Resolved, pieces: int = 3) -> list[str]:
    """The specific terms of the question, in order, that occur in no source in any form.

    A word is taken for specific (a drug, gene, test, name) when it is an acronym, or so rare in
    English that the encoder's vocabulary has to spell it in ``pieces`` pieces or more; other words that
    the sources lack are mostly another way of saying what they say.
    """
    words = [word for word in _WORD.findall(question.text) if not _is_common(word)]
    return [word for word in index.words.unknown(list(dict.fromkeys(words))) if _is_specific(index, word, pieces)]


def _is_common(word: str) -> bool:
    return in_lexicon(word) or len(word) < 3 or word.lower() in function_words()


def _is_specific(index: Index, word: str, pieces: int) -> bool:
    acronym = word[1:] != word[1:].lower() or (word.lower() != word.upper() and any(c.isdigit() for c in word))
    return index.encoder.count(word) >= (2 if acronym else pieces)


def signals(index: Index, question: Resolved, ranked: Ranked) -> dict[str, float]:
    """What tells an answered question from another, each roughly within 0..1."""
    weights = ranked.token_weights / max(float(ranked.token_weights.sum()), 1e-9)
    words = [word for word in _WORD.findall(question.text) if word.lower() not in function_words()]
    lacking = index.words.unknown([word for word in words if not _is_common(word)])
    return {
        "score": float(ranked.scores[0]),
        "margin": float(ranked.scores[0] - np.mean(ranked.scores[1:6])) if len(ranked.scores) > 1 else 0.0,
        "match": float(ranked.matches[0] @ weights),
        "known": 1 - len(lacking) / len(words) if words else 0.0,
        "unknown": min(len(unknown_terms(index, question, _SURELY_SPECIFIC)), 2) / 2,
    }


def probability(features: dict[str, float]) -> float:
    """The probability that the first quote answers the question."""
    model = abstention()
    if any(features[name] <= lowest for name, lowest in model.lowest.items()):
        return 0.0
    total = model.intercept + sum(weight * features[name] for name, weight in model.weights.items())
    return 1 / (1 + math.exp(-total))


def reason(unknown: list[str]) -> str:
    """One sentence that says why there is no answer."""
    if not unknown:
        return "No passage of the sources answers this question."
    named = [f"“{word}”" for word in unknown[:4]]
    listed = named[0] if len(named) == 1 else ", ".join(named[:-1]) + " or " + named[-1]
    return f"The sources do not mention {listed}, and no passage of them answers this question."

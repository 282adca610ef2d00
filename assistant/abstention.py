"""Whether the sources answer at all: in a question and its ranked passages, out a probability and a reason.

A logistic model on a few signals, fitted by `python -m evals.fit` on the tuning half of the eval
questions; its numbers stand in ``weights.toml``.
"""

from __future__ import annotations

import math
import re

import numpy as np

from assistant.dialogue import Resolved
from assistant.retrieval import Ranked
from assistant.settings import abstention
from corpus.lexicon import expand, function_words
from index import Index

_GENERIC = frozenset(["sources", "paper", "papers", "article", "documents", "document", "doctor", "doctors", "study"])


def unknown_words(index: Index, question: Resolved) -> list[str]:
    """The words of the question, in order, that occur in no source in any form."""
    words = re.findall(r"[^\W_]+(?:[-'][^\W_]+)*", expand(question.text))
    own = dict.fromkeys(word for word in words if word.lower() not in function_words() | _GENERIC and len(word) > 1)
    return index.words.unknown(list(own))


def signals(index: Index, question: Resolved, ranked: Ranked) -> dict[str, float]:
    """What tells an answered question from another, each roughly within 0..1."""
    weights = ranked.token_weights / max(float(ranked.token_weights.sum()), 1e-9)
    words = [word for word in re.findall(r"\w+", question.text) if word.lower() not in function_words()]
    best = ranked.matches[0]
    return {
        "score": float(ranked.scores[0]),
        "margin": float(ranked.scores[0] - np.mean(ranked.scores[1:6])) if len(ranked.scores) > 1 else 0.0,
        "cosine": ranked.cosine,
        "bm25": ranked.bm25 / max(len(words), 1) / 5,
        "unknown": len(unknown_words(index, question)) / max(len(words), 1),
        "unmatched": float(weights[best < 0.5].sum()),
    }


def probability(features: dict[str, float]) -> float:
    """The calibrated probability that the first quote answers the question."""
    model = abstention()
    total = model.intercept + sum(weight * features[name] for name, weight in model.weights.items())
    return 1 / (1 + math.exp(-total))


def reason(unknown: list[str]) -> str:
    """One sentence that says why there is no answer."""
    if not unknown:
        return "No passage of the sources answers this question."
    named = [f"“{word}”" for word in unknown[:4]]
    listed = named[0] if len(named) == 1 else ", ".join(named[:-1]) + " or " + named[-1]
    return f"The sources do not mention {listed}, and no passage of them answers this question."

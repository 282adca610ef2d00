"""A question as it is understood: typing errors mended, a follow-up resolved against the dialogue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.dialogue import Resolved, is_elliptic, resolve
from assistant.kinds import drugs_in
from assistant.naming import names_of_a_kind
from assistant.retrieval import retrieve
from assistant.spelling import corrected
from index import Index

_OF_A_DRUG = re.compile(
    r"\b(?:it|that|this|(?:the|that|this) (?:\w+ )?(?:drug|agent|medicine|one|regimen|chemo\w*|switch|change))\b",
    re.IGNORECASE,
)
# How somebody was treated asks for a drug where the follow-up speaks of it as of one: "And when that failed?"
_ASKS_HOW_TREATED = re.compile(r"\bhow\b.*\btreated\b", re.IGNORECASE)
_AS_OF_A_DRUG = re.compile(
    r"\b(?:fail\w*|(?:stop\w*|no longer|not) work\w*|stopped|switch\w*|turn(?:ed)? to|tolerat\w*|cycles?)\b",
    re.IGNORECASE,
)
_FOUND = 3  # passages that may have answered the question before
_AS_WELL = 0.02  # score by which one may be behind the best and still be the one that did
_ASKS_WHICH_DRUG = re.compile(
    r"\b(?:which|what)\b.*\b(?:drugs?|agents?|medicines?|chemo\w*|cytostatics?|regimen|treatment|therapy|switch\w*|"
    r"changed|given?|gave|g[eo]t|received?|next|second)\b|\b(?:first|second)-line\b",
    re.IGNORECASE,
)


def understand(
    index: Index, question: str, history: Sequence[Mapping[str, str]]
) -> tuple[Resolved, tuple[tuple[str, str], ...]]:
    """The question, and what was mended in it: (as typed, as read), in order."""
    read, corrections = corrected(index, question)
    if is_elliptic(read):  # only then is what came before read at all
        history = [
            {**turn, "content": corrected(index, turn["content"])[0]} if turn["role"] == "user" else turn
            for turn in history
        ]
    resolved = resolve(read, history, names_of_a_kind(index.corpus))
    return _with_what_is_meant(index, resolved), corrections


def _with_what_is_meant(index: Index, question: Resolved) -> Resolved:
    """A follow-up on the drug that the question before asked for, with the drug: "Did that work (gemcitabine)?".

    It is the one new to the dialogue in the passages that answer the question before about as well as the best that
    names any.
    """
    asked, last = question.question, question.last
    asks_which = _ASKS_WHICH_DRUG.search(last) or (_ASKS_HOW_TREATED.search(last) and _AS_OF_A_DRUG.search(asked))
    if not (question.context and _OF_A_DRUG.search(asked) and asks_which):
        return question
    before = retrieve(index, Resolved(f"{question.topic} {question.answered}".strip()))
    found = [
        (score, {drug for drug in drugs_in(index.corpus.units[number].text) if drug not in question.text.lower()})
        for number, score in zip(before.units[:_FOUND].tolist(), before.scores.tolist(), strict=False)
    ]
    best = max((score for score, drugs in found if drugs), default=0.0)
    meant = set().union(*(drugs for score, drugs in found if score > best - _AS_WELL))
    return (
        replace(question, question=f"{question.question.rstrip(' ?')} ({meant.pop()})?")
        if len(meant) == 1
        else question
    )

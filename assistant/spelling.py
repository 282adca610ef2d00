"""Typing errors in the terms of the field: in a question, out the question as it is read.

A word is taken for mistyped when it does not occur, in British or American spelling, in the sources, their
question bank or the lexicon, it is not common English (the encoder would have it in one piece, or a form of
it in two), and a term of the sources is one edit away, or two for a long word (optimal string alignment:
Damerau, 1964). What was read is shown, since a correction may be wrong.
"""

from __future__ import annotations

import re

from corpus.lexicon import american, function_words, stands_in_lexicon
from index import Index

_WORD = re.compile(r"[^\W\d_]{4,}")
_LONG = 8  # letters, from which on two edits are forgiven


def corrected(index: Index, question: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question with mistyped terms put right, and what was changed into what, in order."""
    changes: list[tuple[str, str]] = []

    def put_right(match: re.Match[str]) -> str:
        word = match[0]
        term = _term(index, word)
        if term is None:
            return word
        changes.append((word, term))
        return term

    return _WORD.sub(put_right, question), tuple(changes)


def _term(index: Index, word: str) -> str | None:
    """The term that a mistyped word stands for; None where the word is known, or like no term."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    lower = word.lower()
    terms = index.terms
    if lower in terms or lower in function_words() or stands_in_lexicon(word) or word[1:] != word[1:].lower():
        return None
    pieces = index.encoder.count(lower)
    if pieces == 1 or (pieces == 2 and not index.words.unknown([lower])):
        return None
    if american(lower) in {american(term) for term in terms}:
        return None
    edits = 2 if len(lower) >= _LONG else 1
    likely = [term for term in terms if term.startswith((lower[0], lower[1::-1]))]  # or its first two letters swapped
    near = process.extract(lower, likely, scorer=OSA.distance, score_cutoff=edits, limit=None)
    return min(near, key=lambda found: (found[1], -terms[found[0]]))[0] if near else None

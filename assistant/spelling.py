"""Typing errors in the terms of the field: in a question, out the question as it is read.

A word is taken for mistyped when it is neither a term of the sources or their question bank (or cut short, or one that
they have more than once in the other of the British and American spellings), nor a word of the lexicon, of English or
of medicine, and a term of the sources, or a frequent one of the bank, is one edit away, or two for a long word
(optimal string alignment: Damerau, 1964): "allograft" must never be read as "autograft".
What was read is shown, since a correction may be wrong.
"""

from __future__ import annotations

import re

from assistant.vocabulary import is_cut_short, is_english, is_medical
from corpus.lexicon import american, function_words, stands_in_lexicon
from index import Index

# No part of a word that was broken at the end of a line.
_WORD = re.compile(r"(?<![^\W\d_])(?<![^\W\d_]- )[^\W\d_]{4,}+(?!- )")
_VOWEL = re.compile(r"[^\W\d_bcdfghjklmnpqrstvwxz]")
_LONG = 8  # letters, from which on two edits are forgiven
_OFTEN = 10  # times that the bank must have a word that the sources lack: "authors", but not one reader's "news"


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
    if lower in function_words() or stands_in_lexicon(word) or word[1:] != word[1:].lower():
        return None
    if not _VOWEL.search(lower):  # an abbreviation
        return None
    pieces = index.encoder.count(lower)
    if pieces == 1 or (pieces == 2 and not index.words.unknown([lower])):
        return None
    if is_english(lower) or is_medical(lower) or lower in index.terms or american(lower) in index.known_words:
        return None
    if is_cut_short(index, lower):
        return None
    edits = 2 if len(lower) >= _LONG else 1
    beginnings = (lower[0], lower[1::-1])  # its first two letters may be swapped
    likely = [term for term in index.terms if term.startswith(beginnings)]
    near = process.extract(lower, likely, scorer=OSA.distance, score_cutoff=edits, limit=None)
    near = [found for found in near if index.terms[found[0]] >= _OFTEN or not index.words.unknown([found[0]])]
    return min(near, key=lambda found: (found[1], -index.terms[found[0]]))[0] if near else None

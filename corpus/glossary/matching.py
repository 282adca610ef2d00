"""Which terms of the glossary a text uses, and where.

In: a text. Out: uses that do not overlap, in order. Of two that would overlap the longer one stands, so that
"deep vein thrombosis" is never explained as "vein". Whole words only; a word that is joined to the one before
it by a hyphen is another word ("non-invasive").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from corpus.glossary.loading import Term, load
from corpus.models import Corpus

_WORD = re.compile(r"\w+")
_HYPHENS = "-\u2010\u2011"


class TermUse(NamedTuple):
    """A term at ``text[start:end]``."""

    start: int
    end: int
    term: Term


class _Form(NamedTuple):
    written: str
    lead: int  # characters before its first word, such as the bracket of "(vascular +)"
    exact: bool
    term: Term


@lru_cache(maxsize=1024)
def terms_in(text: str) -> tuple[TermUse, ...]:
    """Every use of a term, in order."""
    taken: list[TermUse] = []
    for use in sorted(_candidates(text), key=lambda use: (use.start - use.end, use.start)):
        if all(use.end <= other.start or other.end <= use.start for other in taken):
            taken.append(use)
    return tuple(sorted(taken))


def first_uses(text: str) -> tuple[TermUse, ...]:
    """The first use of each term, in order."""
    firsts: dict[str, TermUse] = {}
    for use in terms_in(text):
        firsts.setdefault(use.term.id, use)
    return tuple(firsts.values())


@lru_cache(maxsize=4)
def terms_of(corpus: Corpus) -> tuple[Term, ...]:
    """The terms that occur in the documents, in alphabetical order."""
    used = {use.term.id for unit in corpus.units for use in terms_in(unit.text)}
    return tuple(term for term in load() if term.id in used)


def _candidates(text: str) -> Iterator[TermUse]:
    """All places where a form stands as whole words, overlapping or not."""
    for word in _WORD.finditer(text):
        for form in _by_first_word().get(word[0].lower(), ()):
            start = word.start() - form.lead
            end = start + len(form.written)
            written = text[max(start, 0) : end]
            if form.written == (written if form.exact else written.lower()) and _whole(text, start, end):
                yield TermUse(start, end, form.term)


def _whole(text: str, start: int, end: int) -> bool:
    before, after = text[max(start - 2, 0) : start], text[end : end + 1]
    if _is_word(text[start]) and (_is_word(before[-1:]) or (before[-1:] in _HYPHENS and _is_word(before[:-1]))):
        return False
    return not (_is_word(text[end - 1]) and _is_word(after))


def _is_word(character: str) -> bool:
    return bool(character) and _WORD.fullmatch(character) is not None


@cache
def _by_first_word() -> dict[str, tuple[_Form, ...]]:
    """The forms by their first word, so that most need not be compared at all."""
    found: dict[str, list[_Form]] = defaultdict(list)
    for term in load():
        for written in (*term.forms, *term.abbreviations):
            if (first := _WORD.search(written)) is not None:
                exact = written in term.abbreviations
                found[first[0].lower()].append(_Form(written, first.start(), exact, term))
    return {word: tuple(forms) for word, forms in found.items()}

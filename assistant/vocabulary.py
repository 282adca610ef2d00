"""Which words are words: one of them is no typing error, and one of medicine that the sources lack says something.

English is the dictionary that comes with symspellpy. ``medicine.txt`` has the words of medicine in alphabetical order:
drugs, genes, tests, devices, operations, anatomy, tumours, names of scores and syndromes; those are left out that the
packaged encoder has in one piece, which are common. British and American spelling are alike in both.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from corpus.lexicon import american
from index import Index

_CUT = 3  # letters that an abbreviation, "musc" or "contralat", leaves out at least


@cache
def _english() -> frozenset[str]:
    text = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return frozenset(map(american, text.split()[::2]))  # each with its frequency


@cache
def _medicine() -> frozenset[str]:
    return frozenset(map(american, files("assistant").joinpath("medicine.txt").read_text(encoding="utf-8").split()))


def is_english(word: str) -> bool:
    """Whether a word in lower case stands in the dictionary of English."""
    return american(word) in _english()


def is_medical(word: str) -> bool:
    """Whether a word in lower case is one of medicine."""
    return american(word) in _medicine()


def is_cut_short(index: Index, word: str) -> bool:
    """Whether a word in lower case is a term of the sources or their questions without its end."""
    return any(term.startswith(word) and len(term) >= len(word) + _CUT for term in index.terms)

"""The language of the field: abbreviations written out, and other words for what a question asks.

In: a text. Out: a text for matching, never for showing. The words stand in ``lexicon.toml``.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import tomli

_FILE = Path(__file__).with_name("lexicon.toml")
_WORD = re.compile(r"\w+")
_BEGINNING = 3  # letters


@cache
def _lexicon() -> dict[str, Any]:
    return tomli.loads(_FILE.read_text(encoding="utf-8"))


@cache
def function_words() -> frozenset[str]:
    """Words that carry no content of their own, in lower case."""
    return frozenset(_lexicon()["function_words"]["english"].split())


@cache
def _abbreviations() -> tuple[re.Pattern[str], dict[str, str]]:
    meanings = {short: meaning for meaning, shorts in _lexicon()["abbreviations"].items() for short in shorts}
    alternatives = "|".join(re.escape(short) for short in sorted(meanings, key=len, reverse=True))
    return re.compile(rf"(?<![\w/])(?:{alternatives})(?![\w/])"), meanings


@cache
def _synonyms() -> tuple[list[str], ...]:
    return tuple(_lexicon()["synonyms"].values())


@cache  # compiled once a question may hold them: most are never asked for
def _expressions(number: int) -> re.Pattern[str]:
    """The expressions of one entry of the lexicon's synonyms."""
    alternatives = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in _synonyms()[number])
    return re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)


def expand(text: str) -> str:
    """``"GSV LMS"`` becomes ``"GSV (great saphenous vein) LMS (leiomyosarcoma)"``.

    An abbreviation whose meaning stands in the text already is left alone.
    """
    pattern, meanings = _abbreviations()
    lower = text.lower()
    return pattern.sub(
        lambda match: match[0] if meanings[match[0]] in lower else f"{match[0]} ({meanings[match[0]]})", text
    )


@cache
def _single_words() -> tuple[frozenset[str], tuple[str, ...]]:
    words = [word.lower() for words in _lexicon()["synonyms"].values() for word in words if " " not in word]
    whole = frozenset(word for word in words if "*" not in word)
    return whole, tuple({word.rstrip("*") for word in words if word.endswith("*")})


def in_lexicon(word: str) -> bool:
    """Whether the lexicon has other words for a single word."""
    whole, beginnings = _single_words()
    lower = word.lower()
    return lower in whole or lower.startswith(beginnings) or expand(word) != word


def stands_in_lexicon(word: str) -> bool:
    """Whether the lexicon has a single word letter for letter, as another word or an abbreviation."""
    return word.lower() in _single_words()[0] or expand(word) != word


def american(word: str) -> str:
    """A word in lower case in one spelling for both sides: "oedema" and "edema", "tumour" and "tumor" become alike."""
    for british, plain in (("ae", "e"), ("oe", "e"), ("our", "or"), ("isa", "iza"), ("ise", "ize"), ("isi", "izi")):
        word = word.replace(british, plain)
    return word


@cache
def synonym_terms() -> list[str]:
    """The terms of each entry of the lexicon's synonyms, in the order that `synonym_numbers` counts."""
    return list(_lexicon()["synonyms"])


def synonym_numbers(question: str) -> list[int]:
    """Which entries put into the sources' words what a question asks in its own."""
    likely = {
        number for word in _WORD.findall(question.lower()) for number in _by_beginning().get(word[:_BEGINNING], ())
    }
    return [number for number in sorted(likely) if _expressions(number).search(question)]


@cache
def _by_beginning() -> dict[str, set[int]]:
    """The entries by how the first words of their expressions begin: most need not be looked for at all."""
    found: dict[str, set[int]] = {}
    for number, words in enumerate(_synonyms()):
        for expression in words:
            first = _WORD.findall(expression.lower())[0]
            if len(first) < _BEGINNING and expression.startswith(first + "*"):
                raise ValueError(f"The expression '{expression}' of the lexicon is too short to end in an asterisk.")
            found.setdefault(first[:_BEGINNING], set()).add(number)
    return found

"""Which units are about the patients whom a question names, by author ("Saglik's patient") or number ("Bochum no. 9").

In: a corpus and a question. Out: numbers of units. Authors stand for the patients they report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from assistant.cases.grammar import CASE_NUMBER
from assistant.naming import cited_authors, named_documents
from assistant.vocabulary import is_english
from corpus.cases import table, tables_of
from corpus.models import Corpus
from corpus.register import rows_of

_PRINTED = re.compile(r"\bNO\.? ?((?:\d{1,2}(?: ?[;,&] ?)?)+)")
_LETTERS = re.compile(r"[^\W\d_]+")


def units_of_patients(corpus: Corpus, question: str) -> frozenset[int]:
    """The numbers of the units about the patients whom a question names, by author or number; none where it names none.

    "Was Saglik's patient irradiated?" is not answered by another's row, nor "Did it spread in Bochum patient 9?".
    """
    return _of_authors(corpus, question) | _of_numbers(corpus, question)


def _of_numbers(corpus: Corpus, question: str) -> frozenset[int]:
    """The units about numbered patients of the documents that are named."""
    asked = {int(number) for match in CASE_NUMBER.finditer(question) for number in re.findall(r"\d+", match[1])}
    if not asked:
        return frozenset()
    named = named_documents(corpus, question)
    tables = [name for name in tables_of(corpus) if table(name).doc_id in named]
    return frozenset().union(*(_numbered(corpus, name).get(number, frozenset()) for name in tables for number in asked))


@lru_cache(maxsize=4)
def patients_of_rows(corpus: Corpus) -> Mapping[int, tuple[str, int]]:
    """The patient of each row of the case tables, by number of the unit: which table, and the number in it."""
    return {
        unit: (name, record.number)
        for name in tables_of(corpus)
        for record in table(name).records
        for unit in rows_of(corpus, record)
    }


@lru_cache(maxsize=8)
def _numbered(corpus: Corpus, name: str) -> Mapping[int, frozenset[int]]:
    """The units about each numbered patient of a case table.

    Those are the rows, the sentences that print the number, and those after one that prints no other, up to the next
    that prints a number or speaks of several patients.
    """
    found = {record.number: set(rows_of(corpus, record)) for record in table(name).records}
    told: set[int] = set()
    for place, unit in enumerate(corpus.units):
        if unit.doc_id != table(name).doc_id or unit.kind != "sentence":
            continue
        printed = {int(number) for some in _PRINTED.findall(unit.text) for number in re.findall(r"\d+", some)}
        if printed or "patients" in unit.text:
            told = printed
        for number in told & set(found):
            found[number].add(place)
        if len(told) > 1:
            told = set()
    return {number: frozenset(units) for number, units in found.items()}


def _of_authors(corpus: Corpus, question: str) -> frozenset[int]:
    """The units that print the name of an author who is named.

    A name in small letters, or that begins the question, counts if it is no word of English.
    """
    printed = _authors(corpus)
    found: set[int] = set()
    for match in _LETTERS.finditer(question):
        word = match.group()
        if (word[0].islower() or match.start() == 0) and is_english(word.lower()):
            continue
        found |= printed.get(word if word[0].isupper() else word.capitalize(), frozenset())
    return frozenset(found)


@lru_cache(maxsize=4)
def _authors(corpus: Corpus) -> Mapping[str, frozenset[int]]:
    """The units that print each name of an author whom the documents cite."""
    named = [frozenset(_LETTERS.findall(unit.text)) for unit in corpus.units]
    return {
        author: frozenset(number for number, names in enumerate(named) if author in names)
        for author in cited_authors(corpus)
    }

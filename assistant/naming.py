"""Names that a question may hold: of documents, and of authors whose work the documents cite."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from assistant.vocabulary import is_english
from corpus.cases import table, tables_of
from corpus.models import Corpus, Source
from corpus.register import rows_of
from index.words import stems

_NAME = re.compile(r"\b(?:[A-Z]|\d)[\w-]*")  # a capital or a figure begins it
_NUMBERED = re.compile(  # "patient 9", "pt no. 9", "nos. 11 and 12", "# 9"
    r"(?:\b(?:patients?|pts?|cases?|row)(?: (?:no|nr|number)s?\.?)? ?#? ?|\b(?:no|nr)s?\. ?|# ?)"
    r"\d{1,2}(?:(?:, ?| ?& ?| and | or )\d{1,2})*(?![\d-])",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"\bNO\.? ?((?:\d{1,2}(?: ?[;,&] ?)?)+)")
_LETTERS = re.compile(r"[^\W\d_]+")
_CITED = re.compile(  # "Smout (44) 1960", "Hong et al. (2016)", "Abed et al"
    r"\b([A-Z][^\W\d_]+)(?:,? (?:et al\.?,?|and colleagues),?(?= |$)|,? (?:[\[(][\d,–-]+[\])],? )?\(?(?:19|20)\d\d\b)"
)


def named_documents(corpus: Corpus, question: str) -> frozenset[str]:
    """The documents that a question names: by an author, place or age that only one manifest entry has."""
    asked = set(stems(question))
    return frozenset(doc_id for doc_id, words in _names(corpus).items() if asked & words)


def units_of_patients(corpus: Corpus, question: str) -> frozenset[int]:
    """The numbers of the units about the patients whom a question names, by author or number; none where it names none.

    "Was Saglik's patient irradiated?" is not answered by another's row, nor "Did it spread in Bochum patient 9?".
    """
    return _of_authors(corpus, question) | _of_numbers(corpus, question)


def _of_numbers(corpus: Corpus, question: str) -> frozenset[int]:
    """The units about numbered patients of the documents that are named."""
    asked = {int(number) for match in _NUMBERED.finditer(question) for number in re.findall(r"\d+", match.group())}
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
        author: frozenset(number for number, names in enumerate(named) if author in names) for author in _cited(corpus)
    }


@lru_cache(maxsize=4)
def _cited(corpus: Corpus) -> frozenset[str]:
    """The authors whom the documents cite, initials left out."""
    return frozenset(name for unit in corpus.units for name in _CITED.findall(unit.text) if not name.isupper())


@lru_cache(maxsize=4)
def _names(corpus: Corpus) -> Mapping[str, frozenset[str]]:
    """The stems of names that only one document has in its manifest entry, by document.

    What another entry has too, perhaps in small letters, names none: "Femoral".
    """
    times = Counter(stem for document in corpus for stem in set(stems(_entry(document.source))))
    told = {document.id: stems(" ".join(_names_in(document.source))) for document in corpus}
    return {doc_id: frozenset(stem for stem in found if times[stem] == 1) for doc_id, found in told.items()}


def _names_in(source: Source) -> list[str]:
    return _NAME.findall(_entry(source))


def _entry(source: Source) -> str:
    return f"{source.about} {source.short_name}"


@lru_cache(maxsize=4)
def names_of_a_kind(corpus: Corpus) -> tuple[re.Pattern[str], ...]:
    """Patterns of names that can take each other's place: of the documents, and of the authors they cite."""
    of_documents = {
        name
        for document in corpus
        for name in _names_in(document.source)
        if _names(corpus)[document.id].intersection(stems(name))
    }
    return tuple(
        re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
        for names in (of_documents, _cited(corpus))
        if names
    )

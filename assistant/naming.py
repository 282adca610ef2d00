"""Names that a question may hold: of documents, and of authors whose work the documents cite."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from corpus.lexicon import function_words
from corpus.models import Corpus, Source
from index.words import stems

_NAME = re.compile(r"\b(?!Dr\b)(?:[A-Z]|\d)[\w-]*")  # a capital or a figure begins it
# An age or a number of cases names a document, not "over 50", "72 Gy" or "37 months".
_OTHER_FIGURE = re.compile(
    r"\b(?:over|under|above|below|than|least|most) \d+\b|"
    r"\b\d+(?= ?-?(?:Gy|mg|[cm]m|%|percent|months?|mo|weeks?|days?|years?(?![ -]old)|times)(?!\w))",
    re.IGNORECASE,
)
_AGE_AND_SEX = re.compile(r"\b(?:(\d\d)[MF]|[MF](\d\d))\b")  # "50F"
_CITED = re.compile(  # "Smout (44) 1960", "Hong et al. (2016)", "Abed et al"
    r"\b([A-Z][^\W\d_]+)(?:,? (?:et al\.?,?|and colleagues),?(?= |$)|,? (?:[\[(][\d,–-]+[\])],? )?\(?(?:19|20)\d\d\b)"
)


def named_documents(corpus: Corpus, question: str) -> frozenset[str]:
    """The documents that a question names: by an author, place or age that only one manifest entry has."""
    asked = set(stems(_OTHER_FIGURE.sub(" ", _AGE_AND_SEX.sub(r"\1\2", question))))
    return frozenset(doc_id for doc_id, words in _names(corpus).items() if asked & words)


@lru_cache(maxsize=4)
def cited_authors(corpus: Corpus) -> frozenset[str]:
    """The authors whom the documents cite, initials left out."""
    found = {name for unit in corpus.units for name in _CITED.findall(unit.text) if not name.isupper()}
    return frozenset(name for name in found if name.lower() not in function_words())  # "During 2000 and 2009"


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
        for names in (of_documents, cited_authors(corpus))
        if names
    )

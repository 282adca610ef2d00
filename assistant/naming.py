"""Which documents a question names: in a question, out the ids of documents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from corpus.models import Corpus, Source
from index.words import stems

_NAME = re.compile(r"\b(?:[A-Z]|\d)[\w-]*")  # a capital or a figure begins it


def named_documents(corpus: Corpus, question: str) -> frozenset[str]:
    """The documents that a question names: by an author, place or age that only one manifest entry has."""
    asked = set(stems(question))
    names = _names(tuple(document.source for document in corpus))
    return frozenset(doc_id for doc_id, words in names.items() if asked & words)


@lru_cache(maxsize=4)
def _names(sources: tuple[Source, ...]) -> Mapping[str, frozenset[str]]:
    told = {
        source.id: frozenset(stems(" ".join(_NAME.findall(f"{source.about} {source.short_name}"))))
        for source in sources
    }
    times = Counter(stem for words in told.values() for stem in set(words))
    return {doc_id: frozenset(word for word in words if times[word] == 1) for doc_id, words in told.items()}

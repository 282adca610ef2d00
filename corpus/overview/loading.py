"""From ``topics.toml`` to an `Overview`, every quote looked up in its document.

A topic that quotes too much, a quote that cannot be found, and a document that comes before its turn are errors
that name the topic, so that the overview can neither drift away from the sources nor grow into an article of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import tomli

from corpus.bank import load_bank
from corpus.loading import CorpusError, shipped_documents
from corpus.models import Corpus
from corpus.overview.topics import Overview, Topic
from corpus.register.loading import find_evidence

FILE = Path(__file__).parent / "topics.toml"
MOST_QUOTES = 3  # of a document on a topic
MOST_QUESTIONS = 3  # of a topic


@lru_cache(maxsize=4)
def load(corpus: Corpus) -> Overview:
    """The overview of those shipped documents that a corpus has; without topics for documents of one's own.

    Raises:
        CorpusError: the file is malformed, or a quote of it stands nowhere, or in more than one place.
    """
    known = shipped_documents(corpus)
    if not known:
        return Overview((), ())
    try:
        data = tomli.loads(FILE.read_text(encoding="utf-8"))
        order, topics = data["documents"], data["topic"]
        asked = frozenset(question.text for question in load_bank(corpus))
        found = tuple(_topic(topic, [name for name in order if name in known], asked, corpus) for topic in topics)
    except (OSError, tomli.TOMLDecodeError, KeyError) as error:
        raise CorpusError(f"The overview '{FILE}' cannot be read: {error}.") from error
    if len({topic.id for topic in found}) < len(found):
        raise CorpusError(f"The overview '{FILE}' has two topics with the same id.")
    return Overview(tuple(name for name in order if name in known), tuple(topic for topic in found if topic.quotes))


def _topic(data: Mapping[str, Any], order: Sequence[str], asked: frozenset[str], corpus: Corpus) -> Topic:
    """A topic with its quotes of the documents in ``order`` and those of its questions that the bank has."""
    name = data["id"]
    counts = Counter(quote["document"] for quote in data["quotes"])
    if counts and max(counts.values()) > MOST_QUOTES:
        raise CorpusError(f"The topic '{name}' of the overview has more than {MOST_QUOTES} quotes of one document.")
    if len(data["ask"]) > MOST_QUESTIONS:
        raise CorpusError(f"The topic '{name}' of the overview has more than {MOST_QUESTIONS} questions to ask.")
    quotes = [
        find_evidence(quote, f"the topic '{name}' of the overview", corpus)
        for document in order
        for quote in data["quotes"]
        if quote["document"] == document
    ]
    ask = tuple(question for question in data["ask"] if question in asked)
    return Topic(name, data["title"], data["question"], tuple(quotes), ask)

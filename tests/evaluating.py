"""What the tests of the evaluation share: the shipped documents as it sees them, and replies judged by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from corpus import load_corpus
from evals.passages import Finder, raw_files
from evals.scoring import Record

SHIPPED = load_corpus()
UNITS = SHIPPED.units
RAW = raw_files(SHIPPED)
FINDERS = {document.id: Finder(document) for document in SHIPPED}


def record(number: int, rank: int | None = 1, **changes: Any) -> Record:
    """A judged reply of an own question of the test half; ``rank`` None makes it unanswerable."""
    answerable = rank is not None
    plain = Record(
        id=f"q-{number}",
        set="sample",
        kind="fact" if answerable else "unanswerable",
        sub="" if answerable else "near",
        question=f"Question {number}?",
        answerable=answerable,
        answered=True,
        confidence=0.5,
        ms=4.0,
        rank=rank,
        facts_found=answerable or None,
        docs_found=None,
        within_first_words=answerable or None,
        words_first=12 if answerable else None,
        verbatim=(True,),
        passages=(),
        expected="tilkorn2010: The three year survival was 57%." if answerable else "",
    )
    return replace(plain, **changes)

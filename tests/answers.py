"""Answers and quotes made by hand, for tests of what is made of them."""

from __future__ import annotations

from assistant.answer import Answer, Quote


def quote_of(unit, **changes) -> Quote:
    """A quote of the whole unit, save for the changes."""
    fields = {
        "text": unit.text,
        "doc_id": unit.doc_id,
        "section": unit.section,
        "spans": unit.spans,
        "kind": unit.kind,
        "score": 1.0,
        "evidence": "case report",
        "reviewed": True,
        "source": "Somebody",
    }
    return Quote(**{**fields, **changes})


def answer_with(**changes) -> Answer:
    """An answer that says nothing, save for the changes."""
    fields = {
        "question": "Q?",
        "resolved_question": "Q?",
        "text": "",
        "quotes": (),
        "abstained": False,
        "confidence": 0.5,
    }
    return Answer(**{**fields, **changes})

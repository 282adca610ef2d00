"""Questions of the bank for the reader: while typing, and beside an answer.

In: what was typed, or ranked units and the passages shown. Out: questions that the sources answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.composing import Passage
from assistant.retrieval import Ranked
from corpus.bank import BankQuestion
from index import Index

RELATED = 3
_SHORTEST = 3  # letters typed before anything is suggested
_WORD = re.compile(r"\w+")


def related_questions(index: Index, ranked: Ranked, passages: Iterable[Passage]) -> tuple[str, ...]:
    """The nearest questions that other passages than the ones shown answer, each of another section."""
    shown = {number for passage in passages for number in (*passage.units, *passage.also)}
    chosen: dict[tuple[str, str], str] = {}
    for number, question in zip(ranked.units.tolist(), ranked.alike.tolist(), strict=True):
        unit = index.corpus.units[number]
        if number not in shown and question >= 0 and unit.kind != "table_row":
            chosen.setdefault((unit.doc_id, unit.section), index.bank[question].text)
        if len(chosen) == RELATED:
            break
    return tuple(chosen.values())


def suggestions(bank: Sequence[BankQuestion], typed: str, count: int) -> tuple[str, ...]:
    """Questions that hold every word typed, the last one as a beginning; shortest first."""
    words = _WORD.findall(typed.lower())
    if sum(map(len, words)) < _SHORTEST:
        return ()
    pattern = re.compile("".join(rf"(?=.*\b{word}\b)" for word in words[:-1]) + rf"(?=.*\b{words[-1]})", re.IGNORECASE)
    found = {question.text for question in bank if not question.dialogue and pattern.match(question.text)}
    return tuple(sorted(found, key=lambda text: (len(text), text))[:count])

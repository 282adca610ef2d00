"""From ranked units to the passages an answer quotes.

In: `Ranked` units. Out: up to five `Passage`s, best first, each of one to three neighbouring
sentences or one other unit. What the same document says twice in nearly the same words is folded,
and text that nobody reviewed does not lead where a reviewed passage ranks about as high.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.retrieval import Ranked
from corpus.models import Corpus, Unit
from index import Index

QUOTES = 5
MAX_SENTENCES = 3
_MAX_WORDS = 80  # of a passage made of several sentences
_CONSIDERED = 12  # ranked units that may enter an answer
_JOIN_MARGIN = 0.06  # score by which a neighbouring sentence may be behind and still join
_SAME = 0.92  # cosine above which two sentences of one document say the same
_LEAD_MARGIN = 0.01  # score by which an unreviewed passage must be ahead to lead


@dataclass(frozen=True, slots=True)
class Passage:
    """Units of one document to be quoted together, in reading order, with the score of the best."""

    units: tuple[int, ...]
    score: float
    also: tuple[int, ...] = ()


def compose(index: Index, ranked: Ranked, count: int = QUOTES) -> list[Passage]:
    """The passages to show for a question, best first."""
    passages: list[Passage] = []
    for number, score in zip(ranked.units[:_CONSIDERED].tolist(), ranked.scores[:_CONSIDERED].tolist(), strict=True):
        if _folded(index, passages, number) or _joined(index.corpus, passages, number, score):
            continue
        if len(passages) < count:
            passages.append(Passage((number,), score))
    return _reviewed_first(index.corpus, passages)


def _folded(index: Index, passages: list[Passage], number: int) -> bool:
    """Note a near-duplicate beside the passage it repeats."""
    unit = index.corpus.units[number]
    vector = index.dense.reconstruct(number)
    for place, passage in enumerate(passages):
        if len(passage.units) > 1:
            continue
        other = index.corpus.units[passage.units[0]]
        same = other.doc_id == unit.doc_id and _numbers(other) == _numbers(unit) and other.kind == unit.kind
        if same and unit.kind != "table_row" and float(vector @ index.dense.reconstruct(passage.units[0])) >= _SAME:
            passages[place] = replace(passage, also=(*passage.also, number))
            return True
    return False


def _numbers(unit: Unit) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", re.sub(r"\[[\d,\s–-]+\]|\(\d+(?:, ?\d+)*\)", "", unit.text))


def _joined(corpus: Corpus, passages: list[Passage], number: int, score: float) -> bool:
    """Let a neighbouring sentence that ranks high too grow a passage instead of starting one."""
    unit = corpus.units[number]
    for place, passage in enumerate(passages):
        first, last = corpus.units[passage.units[0]], corpus.units[passage.units[-1]]
        if number not in (passage.units[0] - 1, passage.units[-1] + 1) or len(passage.units) == MAX_SENTENCES:
            continue
        if score < passage.score - _JOIN_MARGIN:
            continue
        together = first.doc_id == unit.doc_id and first.paragraph == unit.paragraph and last.kind == unit.kind
        units = tuple(sorted((*passage.units, number)))
        words = sum(len(corpus.units[each].text.split()) for each in units)
        if together and unit.kind in ("sentence", "caption") and words <= _MAX_WORDS:
            passages[place] = replace(passage, units=units)
            return True
    return False


def _reviewed_first(corpus: Corpus, passages: list[Passage]) -> list[Passage]:
    def reviewed(passage: Passage) -> bool:
        return corpus[corpus.units[passage.units[0]].doc_id].source.reviewed

    for place, passage in enumerate(passages):
        if reviewed(passage) and passage.score >= passages[0].score - _LEAD_MARGIN:
            return [passage, *passages[:place], *passages[place + 1 :]]
    return passages

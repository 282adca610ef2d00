"""From ranked units to the passages an answer quotes.

In: `Ranked` units. Out: up to five `Passage`s, best first, each of one to three neighbouring
sentences or one other unit. What the same document says twice in nearly the same words is folded,
text that nobody reviewed does not lead where a reviewed passage ranks about as high, and a question
that compares gets the best passage of each document that speaks to it before a second of any.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.retrieval import Ranked
from corpus.models import Corpus
from index import Index

QUOTES = 5
MAX_SENTENCES = 3
_MAX_WORDS = 80  # of a passage made of several sentences
_CONSIDERED = 12  # ranked units that may enter an answer
_JOIN_MARGIN = 0.06  # score by which a neighbouring sentence may be behind and still join
_SAME = 0.92  # cosine above which two sentences of one document say the same
_SPREAD_MARGIN = 0.25  # score by which a document's best passage may be behind and still be compared
_COMPARING = re.compile(
    r"\b(?:compar\w*|differ\w*|versus|vs|as against|(?:dis)?agree\w*|conflict\w*|contradict\w*|"
    r"in contrast|contrasting|contrasts? (?:the|with|between|to|how)|"  # no contrast medium
    r"discrepan\w*|(?:in)?consistent(?:ly)?|inconsistenc\w+|consensus|reconcile|side by side|"
    r"(?:the|all|these|other|each|both|various|different|five|two|three|between|across) "
    r"(?:of the )?(?:\w+ )?(?:sources?|papers?|documents?|reports?|authors|articles?|publications?|texts?))\b",
    re.IGNORECASE,
)
_LEAD_MARGIN = 0.01  # score by which an unreviewed passage must be ahead to lead


@dataclass(frozen=True, slots=True)
class Passage:
    """Units of one document to be quoted together, in reading order, with the score of the best."""

    units: tuple[int, ...]
    score: float
    also: tuple[int, ...] = ()


def is_comparing(question: str) -> bool:
    """Whether a question asks what sources or cases have in common or not."""
    return _COMPARING.search(question) is not None


def compose(index: Index, ranked: Ranked, question: str, count: int = QUOTES) -> list[Passage]:
    """The passages to show for a question, best first."""
    compares = len(ranked.named) > 1 or is_comparing(question)
    considered = len(ranked.units) if compares else _CONSIDERED
    passages: list[Passage] = []
    for number, score in zip(ranked.units[:considered].tolist(), ranked.scores[:considered].tolist(), strict=True):
        if _of_another(index.corpus, ranked, number):
            continue
        if _folded(index, passages, number) or _joined(index.corpus, passages, number, score):
            continue
        if compares or len(passages) < count:
            passages.append(Passage((number,), score))
    passages = _reviewed_first(index.corpus, passages)
    return _spread(index.corpus, passages, ranked.named)[:count] if compares else passages


def _of_another(corpus: Corpus, ranked: Ranked, number: int) -> bool:
    """Whether a unit is the row of another patient than those whom the question names."""
    return bool(ranked.of_patients) and number not in ranked.of_patients and corpus.units[number].kind == "table_row"


def _spread(corpus: Corpus, passages: list[Passage], named: Collection[str]) -> list[Passage]:
    """The best passage of each document first: those of documents that are named, then any nearly as good."""
    firsts: dict[str, Passage] = {}
    for passage in passages:
        doc_id = corpus.units[passage.units[0]].doc_id
        if doc_id in named or passage.score >= passages[0].score - _SPREAD_MARGIN:
            firsts.setdefault(doc_id, passage)
    chosen = sorted(firsts.values(), key=lambda each: -each.score)
    return [*chosen, *(passage for passage in passages if passage not in chosen)]


def _folded(index: Index, passages: list[Passage], number: int) -> bool:
    """Note a near-duplicate beside the passage it repeats."""
    unit = index.corpus.units[number]
    if unit.kind == "table_row":
        return False
    for place, passage in enumerate(passages):
        if len(passage.units) > 1:
            continue
        other = index.corpus.units[passage.units[0]]
        if (other.doc_id, other.kind) != (unit.doc_id, unit.kind) or _numbers(other.text) != _numbers(unit.text):
            continue
        first, second = (index.passage_vectors.reconstruct(each) for each in (passage.units[0], number))
        if float(first @ second) >= _SAME:
            passages[place] = replace(passage, also=(*passage.also, number))
            return True
    return False


@lru_cache(maxsize=1024)
def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", re.sub(r"\[[\d,\s–-]+\]|\(\d+(?:, ?\d+)*\)", "", text))


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

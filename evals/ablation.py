"""What each part of the ranking adds: one row for each way to rank, on the same questions.

In: the shipped corpus, indexed with and without the adapter, and questions. Out: rows of hit@1, @3, @5
over the answerable questions that prose or a table row answers. Every row is the product's own
retrieval with some of its weights set to nothing, composed into quotes as an answer is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.composing import compose
from assistant.retrieval import retrieve
from assistant.settings import PARTS, Ranking, ranking
from assistant.understanding import understand
from evals.passages import Passage
from evals.questions import COMPUTED_KINDS, Question
from evals.scoring import is_acceptable

if TYPE_CHECKING:
    from index import Index

PLACES = (1, 3, 5)
_FUSED = 0.3  # weight of BM25 (highest = 1) beside the cosine


@dataclass(frozen=True, slots=True)
class Row:
    """One way to rank: its name, the share of questions with a right quote among the first 1, 3 and 5, and n."""

    name: str
    hits: tuple[float, ...]
    n: int


def _ways() -> tuple[tuple[str, bool, Ranking], ...]:
    """Name, with adapter or not, and weights of each way to rank, from the plainest to the shipped one."""
    shipped, plain = ranking(with_bank=True), ranking(with_bank=False)
    nothing = replace(shipped, synonym=0.0, **dict.fromkeys(PARTS, 0.0))
    return (
        ("sentences, dense", False, replace(nothing, dense=1.0)),
        ("sentences, BM25", False, replace(nothing, words=1.0)),
        ("fusion of both", False, replace(nothing, dense=1.0, words=_FUSED)),
        ("late interaction", False, replace(nothing, alone=1.0)),
        ("+ context", False, replace(plain, synonym=0.0)),
        ("+ lexicon", False, plain),
        ("+ bank", False, shipped),
        ("adapter, context, lexicon, no bank", True, plain),
        ("adapter + bank, no lexicon", True, replace(shipped, synonym=0.0)),
        ("all, as shipped", True, shipped),
    )


def ablation(
    adapted: Index, base: Index, questions: Iterable[Question], advance: Callable[[str], None] = lambda name: None
) -> list[Row]:
    """One row for each way to rank; ``base`` is the index without the adapter."""
    asked = [question for question in questions if question.answerable and question.kind not in COMPUTED_KINDS]
    rows = []
    for name, with_adapter, weights in _ways():
        rows.append(row(name, adapted if with_adapter else base, asked, weights))
        advance(name)
    return rows


def row(name: str, index: Index, questions: Sequence[Question], weights: Ranking) -> Row:
    """The row of one way to rank."""
    places = [first_right(index, question, weights) for question in questions]
    return Row(name, hits(places), len(places))


def hits(places: Sequence[int]) -> tuple[float, ...]:
    """The share of questions whose first right quote is within each of `PLACES`; a place of 0 is none."""
    return tuple(sum(1 <= place <= k for place in places) / max(len(places), 1) for k in PLACES)


def first_right(index: Index, question: Question, weights: Ranking) -> int:
    """The place, from 1, of the first acceptable quote; 0 where there is none."""
    resolved, _ = understand(index, question.text, question.history)
    for place, passage in enumerate(compose(index, retrieve(index, resolved, weights), resolved.text), 1):
        units = [index.corpus.units[number] for number in passage.units]
        spans = tuple(span for unit in units for span in unit.spans)
        if is_acceptable(Passage(units[0].doc_id, spans, ""), question.support):
            return place
    return 0

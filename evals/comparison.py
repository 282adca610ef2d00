"""Two reports side by side: how each figure moved, and which questions changed sides.

In: this report and an earlier one. Out: a `Comparison` over the questions that both asked of the
assistant, its figures made from those questions only, so that a grown question set moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.figures import summarise
from evals.report import Report, ReportError, of_set, set_names
from evals.scoring import Record

CHANGES_AT = (1, 5)


@dataclass(frozen=True, slots=True)
class Delta:
    """One figure before and after."""

    name: str
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Changes:
    """Questions whose first ``k`` passages held the right one only before (``lost``) or only after (``won``)."""

    k: int
    lost: tuple[Record, ...]
    won: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``deltas`` by set, ``changes`` for hit@1 and hit@5, and questions that only one report has."""

    shared: int
    only_before: int
    only_after: int
    same_corpus: bool
    deltas: dict[str, tuple[Delta, ...]]
    changes: tuple[Changes, ...]


def compare(after: Report, before: Report) -> Comparison:
    """Compare the assistant's records of two reports.

    Raises:
        ReportError: the reports have no question in common.
    """
    old = {record.id: record for record in before.assistant}
    new = {record.id: record for record in after.assistant}
    shared = [question_id for question_id in new if question_id in old]
    if not shared:
        raise ReportError("The two reports have no question in common: compare runs of the same set and split.")
    now = [new[question_id] for question_id in shared]
    then = [old[question_id] for question_id in shared]
    return Comparison(
        shared=len(shared),
        only_before=len(old) - len(shared),
        only_after=len(new) - len(shared),
        same_corpus=before.about.get("corpus_hash") == after.about.get("corpus_hash"),
        deltas={name: _deltas(of_set(then, name), of_set(now, name)) for name in set_names(now)},
        changes=tuple(_changes(then, now, k) for k in CHANGES_AT),
    )


def _deltas(then: Sequence[Record], now: Sequence[Record]) -> tuple[Delta, ...]:
    before, after = summarise(then, intervals=False), summarise(now, intervals=False)
    values = ((name, before[name].value, after[name].value) for name in after)
    return tuple(Delta(name, old, new) for name, old, new in values if old is not None and new is not None)


def _changes(then: Sequence[Record], now: Sequence[Record], k: int) -> Changes:
    pairs = list(zip(then, now, strict=True))
    return Changes(
        k,
        lost=tuple(new for old, new in pairs if old.hit(k) and not new.hit(k)),
        won=tuple(new for old, new in pairs if new.hit(k) and not old.hit(k)),
    )

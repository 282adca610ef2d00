"""From one question and what a system replied to a `Record`: every judgement about that one reply.

In: `Question`, `Reply` and the raw files. Out: `Record`, which keeps all that the figures need.
Retrieval and abstention are judged apart: whatever concerns passages looks at the quotes of an
answer or, when the system abstained, at the nearest passages it named; whether it answered at all is
judged by the questions that have an answer in the sources, and by those that have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from corpus.models import Span
from evals.facts import all_stated
from evals.passages import Passage, first_words, is_verbatim, length, overlap, same_passage
from evals.questions import ROW_KINDS, Question, Support

FACT_QUOTES = 3
SHOWN_WORDS = 50
_KEPT = 5  # passages kept in a record, for reading misses


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system made of a question: passages best first, whether it answered, how sure, in how many ms.

    ``said`` is what it states in its own words (computed values, disagreements), ``cases`` the rows that it
    computed from, as (document, case number), ``verdicts`` the verdicts of the disagreements it shows,
    ``value_first`` the value it puts before all quotes (empty: none).
    """

    passages: tuple[Passage, ...]
    answered: bool
    confidence: float
    ms: float
    said: str = ""
    cases: frozenset[tuple[str, int]] = frozenset()
    verdicts: tuple[str, ...] = ()
    value_first: str = ""


class System(Protocol):
    """Anything that can be evaluated."""

    @property
    def name(self) -> str: ...

    def ask(self, question: Question) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as a record keeps it: where it stands, its text, and whether it was acceptable."""

    doc_id: str
    start: int
    end: int
    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One judged reply; a field is None where it does not apply to the question.

    ``rank`` is the place (from 1) of the first acceptable passage, 0 when there is none.
    ``computed`` tells whether anything was computed from rows; ``value_right`` whether what is said states
    the facts, from the right rows (questions whose facts are computed, or that pick a row);
    ``value_first_right`` whether the value put before all quotes is part of a fact or holds one (None: no value);
    ``verdict_right`` whether a disagreement or confirmation with the expected verdict is shown.
    ``verbatim`` has one entry for each passage. ``within_first_words``: at least half of an
    acceptable passage lies within the first 50 words shown. ``expected`` is the first support,
    as "document: quote".
    """

    id: str
    set: str
    kind: str
    sub: str
    question: str
    answerable: bool
    answered: bool
    confidence: float
    ms: float
    rank: int | None
    facts_found: bool | None
    docs_found: bool | None
    within_first_words: bool | None
    words_first: int | None
    verbatim: tuple[bool, ...]
    passages: tuple[Shown, ...]
    expected: str
    computed: bool = False
    value_right: bool | None = None
    verdict_right: bool | None = None
    value_first_right: bool | None = None

    def hit(self, k: int) -> bool:
        """Whether one of the first ``k`` passages was acceptable."""
        return self.rank is not None and 1 <= self.rank <= k

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Record:
        """The record that `to_dict` wrote, also after a trip through JSON."""
        known = {name: data[name] for name in cls.__dataclass_fields__}
        known["verbatim"] = tuple(data["verbatim"])
        known["passages"] = tuple(Shown(**passage) for passage in data["passages"])
        return cls(**known)


def judge(question: Question, reply: Reply, raw: Mapping[str, str]) -> Record:
    """Judge one reply; ``raw`` are the raw files by document id."""
    passages, answerable = reply.passages, question.answerable
    right = [is_acceptable(passage, question.support) for passage in passages]
    rank = right.index(True) + 1 if True in right else 0
    first_texts = [passage.text for passage in passages[:FACT_QUOTES]]
    shown = [
        Shown(passage.doc_id, passage.spans[0].start, passage.spans[-1].end, passage.text, good)
        for passage, good in zip(passages, right, strict=True)
    ]
    return Record(
        id=question.id,
        set=question.set,
        kind=question.kind,
        sub=question.sub,
        question=question.text,
        answerable=answerable,
        answered=reply.answered,
        confidence=reply.confidence,
        ms=reply.ms,
        rank=rank if answerable else None,
        facts_found=all_stated(question.facts, first_texts) if question.facts else None,
        docs_found=docs_found(question.docs_groups, passages) if question.docs_groups else None,
        within_first_words=read_early(question.support, passages, raw) if answerable else None,
        words_first=len(passages[0].text.split()) if passages and answerable else None,
        verbatim=tuple(is_verbatim(passage, raw) for passage in passages),
        passages=tuple(shown[:_KEPT]),
        computed=bool(reply.cases),
        value_right=_value_right(question, reply) if question.kind in ROW_KINDS else None,
        verdict_right=question.verdict in reply.verdicts if question.verdict else None,
        value_first_right=_holds_a_fact(question, reply.value_first) if reply.value_first else None,
        expected=f"{question.support[0].doc_id}: {question.support[0].quote}" if question.support else "",
    )


def _value_right(question: Question, reply: Reply) -> bool:
    """Whether all facts are stated, by the system's own words where they are computed, from the right rows.

    A row question may name the rows of a group or of the part of it that was counted: one must hold the other.
    """
    texts = [passage.text for passage in reply.passages[:FACT_QUOTES]]
    if question.kind != "aggregate":
        return reply.answered and all_stated(question.facts, [reply.said, *texts])
    wanted = {(table.partition(":")[0], row) for table, rows in question.rows for row in rows if isinstance(row, int)}
    right_rows = not wanted or wanted <= reply.cases or (bool(reply.cases) and reply.cases <= wanted)
    return reply.answered and right_rows and all_stated(question.facts, [reply.said])


def _holds_a_fact(question: Question, value: str) -> bool:
    facts = [fact for group in question.facts for fact in group]
    return any(all_stated([[fact]], [value]) or all_stated([[value]], [fact]) for fact in facts)


def is_acceptable(passage: Passage, support: Iterable[Support]) -> bool:
    """Whether a passage is one of the supports: same document, half of the shorter of both in common."""
    return any(
        each.doc_id == passage.doc_id and any(same_passage(passage.spans, place) for place in each.places)
        for each in support
    )


def docs_found(groups: Iterable[Iterable[str]], passages: Iterable[Passage]) -> bool:
    """Whether one document of each group is among the passages."""
    shown = {passage.doc_id for passage in passages}
    return all(shown & set(group) for group in groups)


def read_early(support: Iterable[Support], passages: Sequence[Passage], raw: Mapping[str, str]) -> bool:
    """Whether at least half of the characters of a support lie within the first words shown."""
    read = first_words(passages, SHOWN_WORDS, raw)
    nothing: tuple[Span, ...] = ()
    return any(
        2 * overlap(place, read.get(each.doc_id, nothing)) >= length(place) for each in support for place in each.places
    )

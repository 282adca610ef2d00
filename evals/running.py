"""From systems and questions to records: asks every question, one by one, and judges each reply.

In: systems (the assistant first), questions, raw files. Out: records by system name. Every system
answers a few warm-up questions first, so that the times are those of a running assistant.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from evals.passages import Passage
from evals.questions import Question
from evals.scoring import Record, Reply, System, judge

if TYPE_CHECKING:
    from assistant import Assistant

ASSISTANT = "assistant"
_WARM_UP = (
    "Which cells line the inside of a blood vessel?",
    "How is a biopsy of a thigh mass taken?",
    "and in children?",
)


class AssistantSystem:
    """The assistant, as a system that can be evaluated."""

    name = ASSISTANT

    def __init__(self, bot: Assistant) -> None:
        self._bot = bot

    def ask(self, question: Question) -> Reply:
        history = [dict(turn) for turn in question.history]
        began = time.perf_counter()
        answer = self._bot.ask(question.text, history=history)
        ms = (time.perf_counter() - began) * 1000
        shown = answer.nearest if answer.abstained else answer.quotes
        passages = tuple(Passage(quote.doc_id, quote.spans, quote.text) for quote in shown)
        said = [f"{each.statement} {each.missing} {each.printed}" for each in answer.computed]
        return Reply(
            passages,
            not answer.abstained,
            answer.confidence,
            ms,
            said=" ".join([*said, *(each.statement for each in answer.disagreements)]),
            cases=frozenset((each.doc_id, case) for each in answer.computed for case in each.cases),
            verdicts=tuple(each.verdict for each in answer.disagreements),
            value_first=answer.direct_answer,
        )


def run(
    systems: Sequence[System],
    questions: Sequence[Question],
    raw: Mapping[str, str],
    advance: Callable[[str], None] = lambda name: None,
) -> dict[str, tuple[Record, ...]]:
    """Ask all questions of all systems; ``advance`` is called with the system's name after each."""
    records: dict[str, tuple[Record, ...]] = {}
    for system in systems:
        for number, text in enumerate(_WARM_UP):
            system.ask(Question(f"warm-up-{number}", "own", "fact", text, answerable=True))
        judged = []
        for question in questions:
            judged.append(judge(question, system.ask(question), raw))
            advance(system.name)
        records[system.name] = tuple(judged)
    return records

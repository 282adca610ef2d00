"""A question as it is understood: typing errors mended, a follow-up resolved against the dialogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.dialogue import Resolved, is_elliptic, resolve
from assistant.naming import names_of_a_kind
from assistant.spelling import corrected
from index import Index


def understand(
    index: Index, question: str, history: Sequence[Mapping[str, str]]
) -> tuple[Resolved, tuple[tuple[str, str], ...]]:
    """The question, and what was mended in it: (as typed, as read), in order."""
    read, corrections = corrected(index, question)
    if is_elliptic(read):  # only then is what came before read at all
        history = [
            {**turn, "content": corrected(index, turn["content"])[0]} if turn["role"] == "user" else turn
            for turn in history
        ]
    return resolve(read, history, names_of_a_kind(index.corpus)), corrections

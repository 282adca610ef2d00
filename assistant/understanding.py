"""A question as it is understood: typing errors mended, a follow-up resolved against the dialogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.dialogue import Resolved, resolve
from assistant.naming import names_of_a_kind
from assistant.spelling import corrected
from index import Index


def understand(
    index: Index, question: str, history: Sequence[Mapping[str, str]]
) -> tuple[Resolved, tuple[tuple[str, str], ...]]:
    """The question, and what was mended in it: (as typed, as read), in order."""
    read, corrections = corrected(index, question)
    resolved = resolve(read, history, names_of_a_kind(index.corpus))
    return replace(resolved, context=corrected(index, resolved.context)[0]), corrections

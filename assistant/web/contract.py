"""What the page needs from the rest: a bot that answers, and the one error that serving raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.answer import Answer
from corpus.models import Corpus


class Bot(Protocol):
    """Answers questions from a corpus; `assistant.Assistant` is one."""

    @property
    def corpus(self) -> Corpus:
        """The documents that quotes point into."""

    def ask(self, question: str, history: Sequence[dict[str, str]] | None = None) -> Answer:
        """The answer; raises ValueError with a sentence for the user when the question cannot be asked."""

    def suggest(self, beginning: str) -> Sequence[str]:
        """Questions to offer while one is being typed."""


class ServeError(RuntimeError):
    """The page cannot be served; the message is one sentence for the user."""

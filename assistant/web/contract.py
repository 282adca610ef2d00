"""What the page needs from the rest: a bot that answers, and the one error that serving raises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypedDict

from assistant.answer import Answer
from corpus.models import Corpus

if TYPE_CHECKING:
    from assistant.accounts import Accounts


class Bot(Protocol):
    """Answers questions from a corpus; `assistant.Assistant` is one."""

    @property
    def corpus(self) -> Corpus:
        """The documents that quotes point into."""

    def ask(
        self, question: str, history: Sequence[dict[str, str]] | None = None, audience: str = "clinician"
    ) -> Answer:
        """The answer; raises ValueError with a sentence for the user when the question cannot be asked."""

    def suggest(self, beginning: str) -> Sequence[str]:
        """Questions to offer while one is being typed."""


class ServeOptions(TypedDict, total=False):
    """How the page is served; all of it may be left out.

    ``auth`` is a file of lines USER:HASH (``vlms password USER`` makes them), or what was read from it: only those
    named may use the page. ``root_path`` is the path under which a proxy shows it, like /vlms. ``feedback`` is the
    file in which readers' feedback is stored; without one, the page takes none.
    """

    auth: str | Path | Accounts | None
    root_path: str
    feedback: str | Path | None


class ServeError(RuntimeError):
    """The page cannot be served; the message is one sentence for the user."""

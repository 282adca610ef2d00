"""From a question to an answer in verbatim, cited quotes.

>>> from assistant import Assistant
>>> answer = Assistant().ask("What is the three-year survival of vascular leiomyosarcoma?")
>>> answer.quotes[0].text, answer.quotes[0].citation()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.answer import Answer, Quote

if TYPE_CHECKING:
    from assistant.engine import Assistant, QuoteError

__all__ = ["Answer", "Assistant", "Quote", "QuoteError"]


def __getattr__(name: str) -> Any:
    """Load the engine, with its numerical libraries, when it is first needed."""
    if name in ("Assistant", "QuoteError"):
        from assistant import engine

        return getattr(engine, name)
    raise AttributeError(f"module 'assistant' has no attribute '{name}'")

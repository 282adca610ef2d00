"""What may be asked: in anything, out a question of one line, or a sentence that says what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

MAX_CHARACTERS = 2000
MAX_TURNS = 20  # of the dialogue that are looked at, the last ones; of each, MAX_CHARACTERS
_ROLES = ("user", "assistant")


def checked_question(question: Any) -> str:
    """The question with its white space folded.

    Raises:
        ValueError: it is not text, is empty, holds no word, or is longer than 2,000 characters.
    """
    if not isinstance(question, str):
        raise ValueError(f"A question must be text, not {type(question).__name__}.")
    if len(question) > MAX_CHARACTERS:
        raise ValueError(f"The question has {len(question):,} characters; at most {MAX_CHARACTERS:,} are allowed.")
    text = " ".join(_readable(question).split())
    if not text:
        raise ValueError("The question is empty: please type one.")
    if not re.search(r"\w", text):
        raise ValueError("The question holds no word: please type a question in words.")
    return text


def checked_history(history: Any) -> list[dict[str, str]]:
    """The end of the dialogue so far as a list of ``{"role": "user" | "assistant", "content": text}``.

    Raises:
        ValueError: a turn has another form.
    """
    if history is None:
        return []
    if isinstance(history, (str, bytes, Mapping)) or not isinstance(history, Iterable):
        raise ValueError("The history must be a list of turns like {'role': 'user', 'content': '...'}.")
    turns = []
    for number, turn in enumerate(history, 1):
        if not isinstance(turn, Mapping) or turn.get("role") not in _ROLES or not isinstance(turn.get("content"), str):
            raise ValueError(f"Turn {number} of the history must be like {{'role': 'user', 'content': '...'}}.")
        content = _readable(turn["content"][:MAX_CHARACTERS])
        turns.append({"role": turn["role"], "content": " ".join(content.split())})
    return turns[-MAX_TURNS:]


def _readable(text: str) -> str:
    """Control characters and lone surrogates become spaces; they are never part of a question."""
    return "".join(" " if unicodedata.category(character) in ("Cc", "Cs") else character for character in text)

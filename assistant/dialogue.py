"""From a question and the dialogue before it to a question that can be understood alone.

A follow-up is taken for elliptic when it leans on what came before: it opens with "and" or "what
about", uses a pronoun, or has hardly any word of its own. Then the question before it is put in
front; a question that stands alone is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.lexicon import function_words

_OPENING = re.compile(r"^(?:and|or|but|so|also|then|what about|how about|what of|why not|how come)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|these|those|there|"
    r"that(?= (?:one|case|patient|series|group|paper|study|happen)|\W*$)|ones?|"
    r"the (?:others?|same|latter|former|rest)|such|afterwards?|instead|either|both|else)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question understood: ``context`` is what the dialogue adds (may be empty), ``question`` what was asked."""

    question: str
    context: str = ""

    @property
    def text(self) -> str:
        """The whole of it, as it is shown to the reader."""
        return f"{self.context} {self.question}".strip()


def resolve(question: str, history: Sequence[Mapping[str, str]]) -> Resolved:
    """Understand ``question`` in the light of the turns before it, oldest first."""
    asked = [turn["content"] for turn in history if turn["role"] == "user"]
    context: list[str] = []
    current = question
    while asked and is_elliptic(current):
        current = asked.pop()
        context.insert(0, current)
    return Resolved(question, " ".join(context))


def is_elliptic(question: str) -> bool:
    """Whether a question cannot be understood without the one before it."""
    words = re.findall(r"\w+(?:[-']\w+)*", question.lower())
    own = [word for word in words if word not in function_words()]
    if _OPENING.match(question) or len(own) <= 1:
        return True
    return (bool(_PRONOUN.search(question)) and len(own) <= 2 * _FEW_WORDS) or len(own) < _FEW_WORDS

"""Whether key facts stand in a text.

In: groups of short strings, texts. Out: yes or no. Letters are casefolded, white space, dashes and
apostrophes are of one kind, and a number must not be part of a longer one ("2" in "12" or in "2.5").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LOOKALIKES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | {"\u2019": "'"})


def all_stated(facts: Iterable[Iterable[str]], texts: Iterable[str]) -> bool:
    """Whether every group of facts has one of its alternatives in the texts, read one after another."""
    text = _normal(" ".join(texts))
    return all(any(_states(text, fact) for fact in group) for group in facts)


def _states(text: str, fact: str) -> bool:
    wanted = _normal(fact)
    before = r"(?<!\d)(?<!\d[.,])" if wanted[:1].isdigit() else ""
    after = r"(?![.,]?\d)" if wanted[-1:].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, text) is not None


def _normal(text: str) -> str:
    return " ".join(text.casefold().translate(_LOOKALIKES).split())

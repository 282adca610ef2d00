"""The value that answers by itself: in a question for a quantity and a quote, out a range of the quote, or None.

A value is given only where it cannot be the wrong one: the question asks for one quantity, and the quote holds
exactly one value of that kind. Everything else is left to the reader of the quote. How often the value is right is
measured by ``vlms eval`` ("value shown first is right").
"""

from __future__ import annotations

import re

from assistant.composing import is_comparing
from assistant.highlighting import CITATION, NUMBER_WORD

_NUMBER = (
    r"(?:(?:[<>≥≤~±]|about|approximately|around|nearly|up to|at least|more than|less than|fewer than|over|under)\s?)?"
    rf"\b(?:\d+(?:[.,/]\d+)*|(?:{NUMBER_WORD})\b)(?:\s?(?:×|x|–|-|to|±|of)\s?\d+(?:[.,]\d+)*)*"
)
_KINDS = tuple(  # what is asked for, and what a value of that kind looks like; the first kind with a value counts
    (re.compile(asked, re.IGNORECASE), re.compile(value, re.IGNORECASE))
    for asked, value in (
        (
            r"\b(?:percentage|proportion|share|fraction|survival|incidence)\b|%|\bhow (?:common|frequent|likely)\b|"
            r"\b(?:recurrence|mortality|response|complication|success) rates?\b|\brates? (?:of|for|after)\b",
            rf"{_NUMBER}\s?%",
        ),
        (r"\bhow old\b|\bages?\b|\baged\b", rf"{_NUMBER}[\s-]?years?(?:[\s-]old)?"),
        (
            r"\bhow (?:big|large|small|wide|thick|far|much (?:normal|healthy|extra))\b|"
            r"\b(?:sizes?|diameters?|dimensions?|measure\w*|margins?|length)\b",
            rf"{_NUMBER}\s?(?:cm|mm)\b(?:\s?[×x]\s?{_NUMBER}\s?(?:cm|mm)\b)*",
        ),
        (r"\bdoses?\b|\bGy\b|\bhow much radiation\b", rf"{_NUMBER}\s?(?:Gy|mg)\b"),
        (
            r"\bhow (?:long|soon|late|often)\b|\bwhen\b|\binterval\b|\bduration\b|\b(?:mean|average) follow-?up\b|"
            r"\bhow many (?:months|years|weeks|days|hours)\b",
            rf"{_NUMBER}[\s-](?:months?|years?|weeks?|days?|hours?)\b(?: (?:later|ago))?",
        ),
        (
            r"\bhow many\b|\bnumber of\b",
            rf"{_NUMBER}\s(?:\w+\s)?(?:patients?|cases?|reports?|women|men|females?|males?|times|cycles?)\b",
        ),
        (r"\b(?:which|what) year\b|\bwhen\b", r"\b(?:1[89]|20)\d\d\b"),
    )
)
_SUPERLATIVE = re.compile(
    r"\b(?:most|least|fewest|longest|shortest|largest|biggest|smallest|oldest|youngest|highest|lowest)\b", re.IGNORECASE
)
_OF_MANY = re.compile(
    r"\b(?:mean|average|median|typical\w*|usual\w*|normal(?:ly)?|general(?:ly)?|mostly)\b", re.IGNORECASE
)
_ASKED_TWICE = re.compile(
    r"\?.*\?|\band (?:\w+ )?(?:which|what|how|when|where|who|whose|why)\b|"
    r"\w \+ \w|±|\bSD\b|, \w+,? and \w+\W*$|\b(?:n\b|no\.|number|how many)[^,;:]*, (?=.*\b(?:dose|Gy|size|age)\b)|"
    r"\b(?:dose|Gy|size|age)\b.*, (?:n\b|no\.|number|how many)",
    re.IGNORECASE | re.DOTALL,
)
_FROM_TO = re.compile(r"\d\s?(?:–|-|to)\s?\d")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")


def direct_value(question: str, quote: str) -> tuple[int, int] | None:
    """Where in ``quote`` the one value stands that ``question`` asks for; None where there is none, or a choice.

    A question that compares, asks twice, for the most or least, or names the value itself gets none: there one value
    would be half an answer, of any member of the group, or an echo.
    """
    if _ASKED_TWICE.search(question) or is_comparing(question) or _SUPERLATIVE.search(question):
        return None
    citations = [match.span() for match in CITATION.finditer(quote)]
    for asked, value in _KINDS:
        if not asked.search(question):
            continue
        found = [
            match
            for match in value.finditer(quote)
            if not any(start <= match.start() < end for start, end in citations)
        ]
        if not found:
            continue
        words = found[0].group()
        echoed = set(_DIGITS.findall(words)) & set(_DIGITS.findall(question))
        ranged = _OF_MANY.search(question) and _FROM_TO.search(words)
        return None if len(found) > 1 or echoed or ranged else found[0].span()
    return None

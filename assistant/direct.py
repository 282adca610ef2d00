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
        (r"\bhow old\b|\bages?\b|\baged\b", rf"{_NUMBER}[\s-]?years?(?:[\s-]old)?(?![\s-](?:follow|surviv|overall))"),
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
    r"\?.*\?|%.*%|\band\b|\w [+&] \w|±|\bSD\b|\b(?:n\b|no\.|number|how many)[^,;:]*, (?=.*\b(?:dose|Gy|size|age)\b)|"
    r"\b(?:dose|Gy|size|age)\b.*, (?:n\b|no\.|number|how many)",
    re.IGNORECASE | re.DOTALL,
)
# What holds of all patients, and survival at no time: one value would be that of some.
_IN_GENERAL = re.compile(
    r"\bwhen (?:do|does|is|are|should|can|may|will)\b|\bhow (?:soon|long|late) (?:do|does|should|can|may|will)\b|"
    rf"^(?!.*(?:\d|\b(?:{NUMBER_WORD})\b)).*\bsurviv",
    re.IGNORECASE | re.DOTALL,
)
_PART = re.compile(r"\b\d+ of \d+\b")
_TIME = re.compile(r"\b(?:months?|years?|weeks?|days?|hours?)\b", re.IGNORECASE)
_FROM_TO = re.compile(r"\d\s?(?:–|-|to)\s?\d")
_ASKS_AGE = re.compile(r"\b(?:how old|ages?|aged)\b", re.IGNORECASE)
_TELLS_AGE = re.compile(r"\b(?:age[ds]?|old)\b", re.IGNORECASE)  # other years are those of a history, or of survival
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")


def direct_value(question: str, quote: str) -> tuple[int, int] | None:
    """Where in ``quote`` the one value stands that ``question`` asks for; None where there is none, or a choice.

    A question that compares, asks twice, in general, for the most or least, or names the value itself gets none: there
    one value would be half an answer, of any member of the group, or an echo.
    """
    if is_comparing(question) or any(asks.search(question) for asks in (_ASKED_TWICE, _IN_GENERAL, _SUPERLATIVE)):
        return None
    if _ASKS_AGE.search(question) and not _TELLS_AGE.search(quote):
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
        return None if len(found) > 1 or echoed or ranged or _another(words, quote) else found[0].span()
    return None


def _another(value: str, quote: str) -> bool:
    """Whether a value of the same sort stands beside this one in another form, as "2 of 13" beside "15%"."""
    if _PART.search(value) and "%" in quote:
        return True
    return bool(_TIME.search(value)) and len(_TIME.findall(quote)) > 1

"""Which words of a quote answer the question: in both texts, out ranges of the quote.

A question for a quantity gets the numbers with their units; any other the words that it shares with
the quote, in any form, or that the lexicon puts for its own.
"""

from __future__ import annotations

import re

from corpus.lexicon import expand, synonym_numbers, synonym_terms
from index.words import stems

_QUANTITY = re.compile(
    r"\bhow (?:many|much|long|old|big|large|often|frequent\w*|common|soon|far|high|wide|late|early)\b|%|"
    r"\b(?:percent\w*|share|proportion|fraction|rate|dose|size|diameter|dimension\w*|measure\w*|age|number|when|"
    r"which year|what year|median|mean|average|range|survival|interval|incidence|duration)\b",
    re.IGNORECASE,
)
_NUMBER_WORD = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|half"
)
_UNIT = (
    r"%|cm|mm|Gy|months?|years?|weeks?|days?|hours?|HPF|"
    r"patients?|cases?|females?|males?|men|women|cycles?|reports?|times"
)
_NUMBER = re.compile(
    rf"(?:[<>≥≤~±]\s?)?\b(?:\d+(?:[.,/]\d+)*|(?:{_NUMBER_WORD})\b)"
    rf"(?:\s?(?:×|x|–|-|to|±|of)\s?\d+(?:[.,]\d+)*)*(?:[\s-]?(?:{_UNIT}))?(?:-year-old)?",
    re.IGNORECASE,
)
_CITATION = re.compile(r"\[[\d,;\s–-]+\]|\(\d+(?:\s?[,–-]\s?\d+)*\)|\((?:Fig|Table|Figure)[^)]*\)")
_WORD = re.compile(r"\w+(?:-\w+)*")


def highlights(question: str, quote: str) -> tuple[tuple[int, int], ...]:
    """Ranges ``(start, end)`` of ``quote`` to highlight, in order, not overlapping."""
    pointers = [match.span() for match in _CITATION.finditer(quote)]
    if _QUANTITY.search(question):
        found = [match.span() for match in _NUMBER.finditer(quote)]
        found = [span for span in found if not any(start <= span[0] < end for start, end in pointers)]
        if found:
            return tuple(found)
    asked = {stem for words in stems([_wanted(question)]) for stem in words}
    words = list(_WORD.finditer(quote))
    shared = [
        match.span()
        for match, found_stems in zip(words, stems([match.group() for match in words]), strict=True)
        if found_stems and set(found_stems) <= asked
    ]
    return tuple(shared)


def _wanted(question: str) -> str:
    terms = synonym_terms()
    return " ".join([expand(question), *(terms[number] for number in synonym_numbers(question))])

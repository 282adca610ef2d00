"""Which words of a quote answer the question: in both texts, out ranges of the quote.

A question for a quantity gets the numbers with their units; any other the words that it shares with
the quote, in any form, or that the lexicon puts for its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.lexicon import expand, synonym_terms
from index.words import stem_words, stems

_QUANTITY = re.compile(
    r"\bhow (?:many|much|long|old|big|large|often|frequent\w*|common|soon|far|high|wide|late|early)\b|%|"
    r"\b(?:percent\w*|share|proportion|fraction|rate|dose|size|diameter|dimension\w*|measure\w*|age|number|when|"
    r"which year|what year|median|mean|average|range|survival|interval|incidence|duration)\b",
    re.IGNORECASE,
)
NUMBER_WORD = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|half"
)
_UNIT = (
    r"%|cm|mm|Gy|months?|years?|weeks?|days?|hours?|HPF|"
    r"patients?|cases?|females?|males?|men|women|cycles?|reports?|times"
)
_NUMBER = re.compile(
    rf"(?:[<>≥≤~±]\s?)?\b(?:\d+(?:[.,/]\d+)*|(?:{NUMBER_WORD})\b)"
    rf"(?:\s?(?:×|x|–|-|to|±|of)\s?\d+(?:[.,]\d+)*)*(?:[\s-]?(?:{_UNIT}))?(?:-year-old)?",
    re.IGNORECASE,
)
CITATION = re.compile(r"\[[\d,;\s–-]+\]|\(\d+(?:\s?[,–-]\s?\d+)*\)|\((?:Fig|Table|Figure)[^)]*\)")
_WORD = re.compile(r"\b\w\w+\b")


def wanted_stems(question: str, synonyms: Sequence[int]) -> frozenset[str]:
    """The stems of the question's words, and of the sources' words for them (numbers of lexicon entries)."""
    terms = synonym_terms()
    return frozenset(stems(" ".join([expand(question), *(terms[number] for number in synonyms)])))


def highlights(
    question: str, wanted: frozenset[str], quote: str, table_row: bool = False
) -> tuple[tuple[int, int], ...]:
    """Ranges ``(start, end)`` of ``quote`` to highlight, in order, not overlapping.

    Args:
        question: what was asked.
        wanted: its `wanted_stems`, worked out once for all quotes of an answer.
        quote: the text to mark.
        table_row: it is one; then numbers, of which it is full, tell nothing.
    """
    if not table_row and _QUANTITY.search(question):
        pointers = [match.span() for match in CITATION.finditer(quote)]
        found = [match.span() for match in _NUMBER.finditer(quote)]
        found = [span for span in found if not any(start <= span[0] < end for start, end in pointers)]
        if found:
            return tuple(found)
    words = list(_WORD.finditer(quote))
    found_stems = stem_words([match.group() for match in words])
    return tuple(match.span() for match, stem in zip(words, found_stems, strict=True) if stem in wanted)

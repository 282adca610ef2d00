"""Questions whether a claim of the sources is right: which entry of the register they are about.

In: a question and the units that rank high for it. Out: the entry that quotes one of them and shares the
question's figures, or None. Asking whether is told by its words ("borne out", "does ... add up", "is it right").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.cases.quantities import figures
from corpus import register
from corpus.models import Corpus
from corpus.register import Entry

_ASKS_WHETHER = re.compile(
    r"\b(?:(?<!all )right(?! (?:thigh|leg|side|groin|shank|ankle|knee|vein|arm))|correct(?:ly)?|true|"
    r"hold(?:s|ing)?(?: up)?|borne? out|bears?|rebuil[dt]|reproduc\w+|recalculat\w+|"
    r"re-?comput\w+|agree\w*|match\w*|fit(?:s|ting)?|tally|tallies|consistent|add(?:s)? up|check|verif\w+|confirm\w*|"
    r"support(?:s|ed)?|contradict\w*|accurate(?:ly)?|what .* really|arrive|get both|by its own|own (?:table|rows|data)|"
    r"does that|does this|do the rows|do its rows|is that|stand up|error|mistake\w*|wrong)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TOP = 3  # units so high that an entry on them is meant even where no figure is named
_ENOUGH = 3


def claim_in_question(corpus: Corpus, question: str, ranked: Sequence[int]) -> Entry | None:
    """The entry of the register that a question asks about; None where it asks for no check.

    Args:
        ranked: numbers of units, best first, as they rank for the question.
    """
    if not _ASKS_WHETHER.search(question):
        return None
    asked = set(_NUMBER.findall(figures(question.lower())))
    places = {unit: place for place, unit in enumerate(ranked)}
    best: tuple[int, int, Entry] | None = None
    for entry in register.load(corpus):
        place = min((places[each.unit] for each in entry.quotes if each.unit in places), default=len(ranked))
        if place == len(ranked):
            continue
        told = set(_NUMBER.findall(" ".join([entry.statement, *(each.text for each in entry.quotes)])))
        score = sum(3 if len(number) > 1 else 1 for number in asked & told) + (2 if place < _TOP else 0)
        if score >= _ENOUGH and (best is None or (score, -place) > (best[0], -best[1])):
            best = (score, place, entry)
    return best[2] if best else None

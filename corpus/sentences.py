"""From a block of clean text to its sentences, as ranges of that text.

pysbd does the splitting. Before it sees the text, what it would trip over is masked by characters of
the same number, so that its offsets hold: reference digits glued to a sentence end (and left out of
the sentence), dots of abbreviations it does not know, and dots inside figure labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pysbd import Segmenter

_NUMBERS = r"\d{1,3}(?:\s?[,–-]\s?\d{1,3})*"
# "literature.1,2 We", "in 1871.2 Vascular", "scalp.7" and "... resection. 1, 5" at the end of a block; "[5-7] We".
_REFERENCE_DIGITS = re.compile(
    rf"(?<=[^\W\d_)\]%][.;:])({_NUMBERS})(?=\s|$)"
    rf"|(?<=\b[12]\d{{3}}\.)({_NUMBERS})(?=\s+[A-Z]|$)"
    rf"|(?<=[.!?])(\s+{_NUMBERS})$"
    rf"|(?<=[.!?])(\s+\[{_NUMBERS}\])(?=\s+[A-Z]|$)"
)
# A pointer that stands after its sentence and says nothing by itself: "... nuclei. Figure 2", "(16%). (Table 1)".
_POINTER = re.compile(r"(?<=[.!?)])\s+\(?(?:Figure|Fig\.|Table) \d+\)?\.?(?=\s+[A-Z*]|\s*$)")
_ABBREVIATION = re.compile(
    r"\b(?:Fig|Figs|No|NO|Prof|Dr|Dep|Surg|Pathol|Uni|vs|al|e\.g|i\.e|approx|ca|resp|[A-Z])\.(?=[\s\dA-Z´’',])"
)
_LABEL = re.compile(r"^(?:Figure|Fig[._]|Table) \d+\.")
# "... in the mass. (F) The arterial spectrum ...": the next panel of a caption.
_PANEL = re.compile(r"(?<=\.)\s+(?=\([A-Z](?:, ?[A-Z])*\)\s)")
_PANEL_LABEL = re.compile(r"\([A-Z](?:, ?[A-Z])*\)")


@cache
def _segmenter() -> Segmenter:
    from pysbd import Segmenter

    return Segmenter(language="en", clean=False, char_span=True)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _undot(match: re.Match[str]) -> str:
    return match.group().replace(".", "_")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Ranges ``(start, end)`` of the sentences of ``text``, without space or reference digits at their ends."""
    masked = _REFERENCE_DIGITS.sub(_blank, text)
    masked = _POINTER.sub(_blank, masked)
    masked = _LABEL.sub(_undot, _ABBREVIATION.sub(_undot, masked))
    ranges: list[tuple[int, int]] = []
    position = 0
    for sentence in _sentences(masked):
        # pysbd's own offsets go astray where a sentence is repeated; its sentences in order do not.
        start = masked.index(sentence, position)
        position = start + len(sentence)
        if ranges and (not _begins_sentence(masked, start) or _PANEL_LABEL.fullmatch(masked[slice(*ranges[-1])])):
            ranges[-1] = (ranges[-1][0], position)
        else:
            ranges.append((start, position))
    return [(start, end) for start, end in ranges if re.search(r"\w", masked[start:end])]


def _sentences(masked: str) -> Iterator[str]:
    for part in _segmenter().segment(masked):
        for sentence in _PANEL.split(part.sent):
            if sentence.strip():
                yield sentence.strip()


def _begins_sentence(text: str, start: int) -> bool:
    """A sentence does not begin with a small letter, or in the middle of a bracket."""
    before = text[:start]
    return not text[start].islower() and before.count("(") <= before.count(")")

"""From raw extracted text to readable text, with the raw offset of every character kept.

In: a slice of raw text and the document's vocabulary. Out: a `CleanText`, whose ``origins[i]`` is the
raw offset that character ``i`` came from. Cleaning only ever drops or re-spaces: white space (line
ends, tabs, no-break spaces) becomes one space, a word hyphenated at a line end is joined, and the
markup of the extraction (``**bold**``, ``^{1}``) is left out. No word is changed, so a misprint of the
source stays a misprint.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

# A word that runs over a line end. The first half must end in a letter: "-" alone is an empty table cell.
_HYPHENATED = re.compile(r"([^\W\d_]+)-[ \t]*\r?\n\s*([^\W\d_]+)")
_MARKUP = re.compile(r"\*\*|\^\{[\d,]*\}|\ufeff")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Span(NamedTuple):
    """A half-open range of character offsets, ``raw[start:end]``, in a document's raw text."""

    start: int
    end: int


class CleanText(NamedTuple):
    """Readable text and, for each of its characters, the raw offset it came from (same length)."""

    text: str
    origins: tuple[int, ...]


def vocabulary(raw: str) -> frozenset[str]:
    """The words of a document in lower case, hyphenated ones whole as well as in parts.

    Words split by a line end are left out, since they are what the vocabulary is to decide on.
    """
    whole = {match.group().lower() for match in _WORD.finditer(_HYPHENATED.sub(" ", raw))}
    return frozenset(whole | {part for word in whole for part in word.split("-")})


def keeps_hyphen(first: str, second: str, words: frozenset[str]) -> bool:
    """Whether ``first-<line end>second`` is a compound ("follow-up") rather than one word cut in two.

    The document itself decides: the joined word, if it stands elsewhere, wins; then the hyphenated
    one; then two parts that are both words of the text ("tumor-progression") keep their hyphen.
    """
    first, second = first.lower(), second.lower()
    if first + second in words:
        return False
    if f"{first}-{second}" in words:
        return True
    return min(len(first), len(second)) > 3 and first in words and second in words


def clean(raw: str, words: frozenset[str], offset: int = 0) -> CleanText:
    """Clean ``raw``, whose first character stands at ``offset`` of the document."""
    characters: list[str] = []
    origins: list[int] = []
    for start, end in _kept(raw, words):
        for index in range(start, end):
            character = raw[index]
            if character.isspace():
                if not characters or characters[-1] == " ":
                    continue
                character = " "
            characters.append(character)
            origins.append(offset + index)
    if characters and characters[-1] == " ":
        characters.pop()
        origins.pop()
    return CleanText("".join(characters), tuple(origins))


def clean_text(raw: str, words: frozenset[str]) -> str:
    """The text of `clean` without its origins, several times faster."""
    return " ".join("".join(raw[start:end] for start, end in _kept(raw, words)).split())


def _kept(raw: str, words: frozenset[str]) -> list[tuple[int, int]]:
    """The ranges of ``raw`` that are neither markup nor the hyphen and line end inside a word."""
    dropped = [match.span() for match in _MARKUP.finditer(raw)]
    for match in _HYPHENATED.finditer(raw):
        kept = keeps_hyphen(match.group(1), match.group(2), words)
        dropped.append((match.end(1) + (1 if kept else 0), match.start(2)))
    ranges, position = [], 0
    for start, end in sorted(dropped):
        ranges.append((position, start))
        position = max(position, end)
    return [*ranges, (position, len(raw))]


def clean_spans(raw: str, spans: Sequence[Span], words: frozenset[str]) -> CleanText:
    """Clean several slices of a document as one running text, a line end between them.

    This is the definition of a quotable text: a passage cut by a page break or a caption reads on.
    """
    joined = "\n".join(raw[start:end] for start, end in spans)
    where = [position for start, end in spans for position in range(start, end + 1)]
    cleaned = clean(joined, words)
    return CleanText(cleaned.text, tuple(where[origin] for origin in cleaned.origins))

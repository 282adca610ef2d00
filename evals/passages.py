"""Where a passage stands in a source, and how much two passages have in common.

In: quotes as people type them, spans as systems return them. Out: raw spans and overlaps in
characters. Matching looks at letters and digits only (casefolded), so that line ends, hyphens and
markup of the extraction do not decide. Nothing here relies on the product's own check of quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from corpus.cleaning import clean_spans, vocabulary
from corpus.models import Corpus, Document, Span

Place = tuple[Span, ...]
"""The raw spans of one passage, in reading order; several where a page break or a caption cuts it."""

_MARKUP = re.compile(r"\*\*|\^\{[\d,]*\}")
_HYPHEN_IN_WORD = re.compile(r"(?<=[^\W\d_])-\s*(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Passage:
    """What a system shows: a text and the raw spans that it claims to stand at."""

    doc_id: str
    spans: Place
    text: str


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters and digits of a text, casefolded, and the raw offset of each."""

    text: str
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, characters: Iterable[str], offsets: Iterable[int]) -> _Letters:
        pairs = [
            (letter, offset)
            for character, offset in zip(characters, offsets, strict=True)
            for letter in character.casefold()
            if letter.isalnum()
        ]
        return cls("".join(letter for letter, _ in pairs), tuple(offset for _, offset in pairs))


class Finder:
    """Finds a quote in one document: in the raw text, and in the reading text, where cuts are healed."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @cached_property
    def _raw(self) -> _Letters:
        return _Letters.of(self.document.raw, range(len(self.document.raw)))

    @cached_property
    def _reading(self) -> _Letters:
        raw = self.document.raw
        words = vocabulary(raw)
        cleaned = [clean_spans(raw, unit.spans, words) for unit in self.document.units]
        return _Letters.of(
            (character for part in cleaned for character in part.text),
            (offset for part in cleaned for offset in part.origins),
        )

    def find(self, quote: str) -> tuple[Place, ...]:
        """All places where ``quote`` stands, whole words preferred; empty when it is nowhere."""
        wanted = _Letters.of(quote, range(len(quote))).text
        if not wanted:
            return ()
        found = [self._place(text.offsets[at : at + len(wanted)]) for text in self._texts for at in _all(text, wanted)]
        places = tuple(dict.fromkeys(found))
        return tuple(place for place in places if self._is_whole(place)) or places

    @property
    def _texts(self) -> tuple[_Letters, _Letters]:
        return self._raw, self._reading

    def _place(self, offsets: Sequence[int]) -> Place:
        """Spans of the given raw offsets; a new span begins where letters of the raw text are passed over."""
        starts, ends = [offsets[0]], []
        for before, after in pairwise(offsets):
            gap = self.document.raw[before + 1 : after]
            if after < before or any(character.isalnum() for character in gap):
                ends.append(before + 1)
                starts.append(after)
        ends.append(offsets[-1] + 1)
        return tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))

    def _is_whole(self, place: Place) -> bool:
        raw, start, end = self.document.raw, place[0].start, place[-1].end
        return not raw[start - 1 : start].isalnum() and not raw[end : end + 1].isalnum()


def _all(text: _Letters, wanted: str) -> list[int]:
    found, at = [], text.text.find(wanted)
    while at >= 0:
        found.append(at)
        at = text.text.find(wanted, at + 1)
    return found


def length(spans: Iterable[Span]) -> int:
    """Characters within ``spans``."""
    return sum(end - start for start, end in spans)


def overlap(first: Iterable[Span], second: Iterable[Span]) -> int:
    """Characters that lie in both; neither side may overlap itself (see `merged`)."""
    second = tuple(second)
    return sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in first for b in second)


def merged(spans: Iterable[Span]) -> Place:
    """The same characters as ``spans``, sorted, each once."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return tuple(result)


def same_passage(shown: Iterable[Span], support: Place) -> bool:
    """The acceptance rule: what both share is at least half of the shorter one, in characters."""
    shown = merged(shown)
    support = merged(support)
    shorter = min(length(shown), length(support))
    return shorter > 0 and 2 * overlap(shown, support) >= shorter


def first_words(passages: Sequence[Passage], limit: int, raw: Mapping[str, str]) -> dict[str, Place]:
    """The raw spans, per document, of the first ``limit`` words of the passages read one after another."""
    seen: dict[str, list[Span]] = {}
    for passage in passages:
        words = passage.text.split()
        whole = len(words) <= limit
        spans = passage.spans if whole else _prefix(passage, " ".join(words[:limit]), raw[passage.doc_id])
        seen.setdefault(passage.doc_id, []).extend(spans)
        limit -= min(limit, len(words))
        if not limit:
            break
    return {doc_id: merged(spans) for doc_id, spans in seen.items()}


def _prefix(passage: Passage, text: str, raw: str) -> Place:
    """The part of the passage's spans that ``text``, a beginning of its text, stands at."""
    wanted = "".join(text.split())
    matched = 0
    spans: list[Span] = []
    for start, end in passage.spans:
        position = start
        while position < end and matched < len(wanted):
            matched += raw[position] == wanted[matched]
            position += 1
        if position > start:
            spans.append(Span(start, position))
    return tuple(spans)


def raw_files(corpus: Corpus) -> dict[str, str]:
    """The raw texts read afresh from disk, not as the corpus holds them."""
    return {doc.id: (corpus.folder / doc.source.file).read_bytes().decode("utf-8") for doc in corpus}


def is_verbatim(passage: Passage, raw: Mapping[str, str]) -> bool:
    """Whether the text is the raw file at its spans, every letter, digit, sign and capital.

    Only white space, markup of the extraction and hyphens between letters (a word cut at a line end)
    may differ.
    """
    text = raw.get(passage.doc_id)
    if text is None or not passage.text.strip():
        return False
    if any(not 0 <= start < end <= len(text) for start, end in passage.spans):
        return False
    return _signs(passage.text) == _signs("\n".join(text[start:end] for start, end in passage.spans))


def _signs(text: str) -> str:
    return "".join(_HYPHEN_IN_WORD.sub("", _MARKUP.sub("", text)).split())

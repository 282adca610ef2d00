"""From the raw text of a document to its quotable units.

In: raw text and the manifest's reading hints. Out: units in reading order. The steps: furniture and
tables are taken out; the remaining lines become blocks (heading, list item, caption, prose); prose
that a page break, a caption or a table has cut is joined again; blocks become sentences. Every unit
keeps the raw spans it was cleaned from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from corpus.cleaning import CleanText, Span, clean_spans, vocabulary
from corpus.models import Unit, UnitKind
from corpus.sentences import split_sentences

BlockKind = Literal["heading", "prose", "list_item", "caption", "table_row", "reference"]

_CAPTION = re.compile(r"(Figure|Fig\.|Table)\s*(\d+)\s*(?=[|.:]|[A-Z])")
_BULLET = re.compile(r"\s*(?:[•·▪‣◦]|[-*](?=\s)|\d{1,3}[.)](?=\s))\s*")
_HEADING_LENGTH = 80
_WRAPPED_LINE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class TableHint:
    """Where a table of broken layout stands: start of its caption, of the line after it, and of a row (regex)."""

    caption: str
    end: str
    row: str


@dataclass(frozen=True, slots=True)
class ReadingHints:
    """What heuristics cannot see in one extraction; see the comment at the top of ``manifest.toml``."""

    sections: tuple[str | tuple[str, str], ...] = ()
    furniture: tuple[str, ...] = ()
    tables: tuple[TableHint, ...] = ()

    @classmethod
    def from_manifest(cls, data: dict[str, Any]) -> ReadingHints:
        sections = tuple(
            entry if isinstance(entry, str) else (entry["title"], entry["at"]) for entry in data.get("sections", ())
        )
        tables = tuple(TableHint(**table) for table in data.get("tables", ()))
        return cls(sections, tuple(data.get("furniture", ())), tables)


@dataclass(slots=True)
class Block:
    """A run of raw text of one kind, under construction; ``spans`` grows when cut prose is joined."""

    kind: BlockKind
    spans: list[Span]
    section: str = ""
    label: str = field(default="")


def read_units(raw: str, doc_id: str, hints: ReadingHints) -> tuple[Unit, ...]:
    """All quotable units of a document, in reading order, chunk numbers not yet set.

    Raises:
        ValueError: a hint names text that does not stand in the document.
    """
    words = vocabulary(raw)
    text = raw.replace("\r", " ").replace("\ufeff", " ")  # every offset stays what it was
    text = _without_furniture(text, hints.furniture)
    text, tables = _without_tables(text, hints.tables)
    blocks = sorted([*_blocks(text, hints), *tables], key=lambda block: block.spans[0])
    blocks = _joined(_sectioned(blocks), raw, words)
    return tuple(unit for number, block in enumerate(blocks) for unit in _units(block, number, raw, doc_id, words))


def _masked(text: str, start: int, end: int) -> str:
    """``text`` with a part blanked by line ends, so that every offset stays what it was."""
    return text[:start] + "\n" * (end - start) + text[end:]


def _without_furniture(text: str, patterns: Sequence[str]) -> str:
    for pattern in patterns:
        found = list(re.finditer(pattern, text, re.MULTILINE))
        if not found:
            raise ValueError(f"The furniture pattern {pattern!r} of the manifest matches nothing in the document.")
        for match in found:
            text = _masked(text, *match.span())
    return text


def _without_tables(text: str, hints: Sequence[TableHint]) -> tuple[str, list[Block]]:
    """Take each hinted table out of the text; its caption and rows become blocks, its header is dropped."""
    blocks = []
    for hint in hints:
        start = text.find(hint.caption)
        end = text.find(hint.end, start)
        if start < 0 or end < 0:
            raise ValueError(f"The table '{hint.caption}' ... '{hint.end}' of the manifest is not in the document.")
        match = _CAPTION.match(text, start)
        label = f"{match[1]} {match[2]}" if match else "Table"
        caption_end = min(position for mark in ("\n\n", "\n\t") if (position := text.find(mark, start, end)) > 0)
        blocks.append(Block("caption", [Span(start, caption_end)], label=label))
        rows = [match.start() for match in re.finditer(hint.row, text[start:end], re.MULTILINE)]
        for row_start, row_end in pairwise([*(start + row for row in rows), end]):
            blocks.append(Block("table_row", [_stripped(text, row_start, row_end)], label=label))
        text = _masked(text, start, end)
    return text, blocks


def _stripped(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return Span(start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip()))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    position = 0
    for line in text.split("\n"):
        yield position, line
        position += len(line) + 1


def _blocks(text: str, hints: ReadingHints) -> Iterator[Block]:
    """Group the lines of ``text`` into blocks; a blank or indented line, a bullet, a caption starts a new one."""
    wrapped = max((len(line) for _, line in _lines(text)), default=0) <= _WRAPPED_LINE_LENGTH
    headings = _Headings(hints.sections, text)
    block: Block | None = None
    previous_row = False
    for start, line in _lines(text):
        stripped = line.strip()
        span = _stripped(text, start, start + len(line))
        row = line.count("\t") >= 2
        if not stripped or row:
            if block:
                yield block
            block = None
            if row and previous_row:  # the first of a run of tab-separated lines is the header
                yield Block("table_row", [span])
            previous_row = row
            continue
        previous_row = False
        found = headings.match(start, stripped)
        starts_new = bool(found or line[0] in " \t" or _BULLET.match(line) or not wrapped)
        if block and not starts_new:
            block.spans[-1] = Span(block.spans[-1].start, span.end)
            continue
        if block:
            yield block
            block = None
        if found:
            title, length = found
            yield Block("heading", [Span(span.start, span.start + length)], label=title)
            if length >= len(stripped):
                continue
            span = _stripped(text, span.start + length, span.end)
        block = _opened(text, span)
    if block:
        yield block


def _opened(text: str, span: Span) -> Block:
    line = text[span.start : span.end]
    if caption := _CAPTION.match(line):
        return Block("caption", [span], label=f"{'Table' if caption[1] == 'Table' else 'Figure'} {caption[2]}")
    if bullet := _BULLET.match(line):
        return Block("list_item", [Span(span.start + bullet.end(), span.end)])
    return Block("prose", [span])


class _Headings:
    """Recognises section starts: the manifest's, in order, or by their look where it names none."""

    def __init__(self, sections: Sequence[str | tuple[str, str]], text: str) -> None:
        self.expected = list(sections)
        self.text = text
        self.main = ""
        self.by_look = not sections

    def match(self, start: int, line: str) -> tuple[str, int] | None:
        """Title and length of the heading that ``line`` is or begins with; length 0: it only stands before it."""
        if self.by_look:
            return (line, len(line)) if self._looks_like_one(start, line) else None
        for index, entry in enumerate(self.expected):
            title, at = entry if isinstance(entry, tuple) else (entry, entry)
            runs_in = at.endswith(":")
            if not (line.startswith(at) if runs_in or isinstance(entry, tuple) else line == at):
                continue
            del self.expected[: index + 1]
            if isinstance(entry, tuple):
                return title, 0
            if runs_in:
                return f"{self.main}: {title.rstrip(':')}" if self.main else title.rstrip(":"), len(at)
            self.main = title
            return title, len(at)
        return None

    def _looks_like_one(self, start: int, line: str) -> bool:
        above = self.text[:start].splitlines()[-1:]
        alone = not above or not above[0].strip()
        after = self.text[start:].split("\n", 2)
        alone = alone and (len(after) < 2 or not after[1].strip())
        return (
            alone
            and len(line) <= _HEADING_LENGTH
            and line[-1] not in ".!?,;:"
            and (line[0].isupper() or line[0].isdigit() or line[0] == "#")
            and not _CAPTION.match(line)
            and "\t" not in line
        )


def _sectioned(blocks: Sequence[Block]) -> list[Block]:
    """Give each block its section. Captions and the rows after them stand under their own label ("Table 1")."""
    section, table = "", ""
    kept = []
    for block in blocks:
        if block.kind == "heading":
            section = block.label
            continue
        if block.kind == "caption":
            table = block.label
        if block.kind == "table_row":
            block.section = block.label or table or "Table"
        else:
            block.section = block.label or section or "Text"
        if block.kind == "list_item" and block.section.lower() in ("references", "bibliography", "literature"):
            block.kind = "reference"
        kept.append(block)
    return kept


def _joined(blocks: Sequence[Block], raw: str, words: frozenset[str]) -> list[Block]:
    """Join prose that was cut: a block that does not end its sentence goes on in the next that begins small."""
    joined: list[Block] = []
    last_prose: Block | None = None
    for block in blocks:
        if block.kind == "prose":
            text = _text(raw, block, words)
            if not text:
                continue
            continues = text[0].islower() or text[0].isdigit() or text[0] == "("
            same_section = last_prose is not None and last_prose.section == block.section
            if last_prose and same_section and continues and not _ends_sentence(_text(raw, last_prose, words)):
                last_prose.spans.extend(block.spans)
                continue
            last_prose = block
        elif block.kind in ("list_item", "reference"):
            last_prose = None
        joined.append(block)
    return joined


def _text(raw: str, block: Block, words: frozenset[str]) -> str:
    return clean_spans(raw, block.spans, words).text


def _ends_sentence(text: str) -> bool:
    return bool(re.search(r"[.!?:][\"'”’)\]]*(?:\s?[\d,–-]+|\s\[[\d,–-]+\])?$", text))


def _units(block: Block, number: int, raw: str, doc_id: str, words: frozenset[str]) -> Iterator[Unit]:
    """The units of a block: sentences of prose and captions, otherwise the block as a whole."""
    cleaned = clean_spans(raw, block.spans, words)
    ranges = split_sentences(cleaned.text) if re.search(r"\w", cleaned.text) else []
    kind: UnitKind = "sentence"
    if block.kind in ("list_item", "table_row", "reference"):
        kind = block.kind
        last = ranges[-1][1] if ranges and kind == "list_item" else len(cleaned.text)
        ranges = [(0, last)] if ranges else []
    elif block.kind == "caption":
        kind = "caption"
    for start, end in ranges:
        spans = _raw_spans(cleaned, start, end, block.spans)
        yield Unit(doc_id, kind, cleaned.text[start:end], spans, block.section, number)


def _raw_spans(cleaned: CleanText, start: int, end: int, within: Sequence[Span]) -> tuple[Span, ...]:
    """The raw spans of ``cleaned.text[start:end]``, one for each span of the block that it touches."""
    first, last = cleaned.origins[start], cleaned.origins[end - 1]
    touched = [span for span in within if span.start <= last and first < span.end]
    return tuple(Span(max(span.start, first), min(span.end, last + 1)) for span in touched)

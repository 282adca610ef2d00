r"""A report as Markdown.

In: a `Report`. Out: CommonMark with tables, in which text of sources and questions stays text: what could be markup
is escaped by a backslash, so that a reader of the rendered page sees the source's characters and no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.exporting.report import Cited, Compared, Part, Passage, Report, Result

_MARKUP = re.compile(r"[\\`*_\[\]<>&|~$#]")
_LINE_END = re.compile(r"[ \t]*[\n\r\f\v\x85\u2028\u2029]+[ \t]*")
_BEGINS_BLOCK = re.compile(r"^(?:(?=[-+=:])|(\d{1,9})(?=[.)]))")


def markdown(content: Report) -> str:
    """The whole report."""
    return "\n".join(_lines(content)).rstrip("\n") + "\n"


def plain(text: str) -> str:
    """Text in one line that renders as itself, also where it begins a line."""
    escaped = _MARKUP.sub(r"\\\g<0>", _LINE_END.sub(" ", text).strip(" "))
    return _BEGINS_BLOCK.sub(lambda found: f"{found[1] or ''}\\", escaped)


def _lines(content: Report) -> Iterator[str]:
    yield from (f"# {plain(content.title)}", "", plain(content.made), "", f"**{plain(content.caution)}**", "")
    for part in content.parts:
        yield from _part(part)
    if content.references:
        yield from ("## References", "")
        for cited in content.references:
            yield from _cited(cited)
    yield from ("## Made with", "")
    for label, value in content.versions:
        yield f"- {label}: {plain(value)}"


def _part(part: Part) -> Iterator[str]:
    yield from (f"## Question {part.number}: {plain(part.question)}", "")
    for line in (part.understood, part.note, part.error):
        if line:
            yield from (plain(line), "")
    for result in part.results:
        yield from _result(result)
    if part.value:
        yield from (f"**{plain(part.value)}**", "")
    yield from _passages(part.passages)
    if part.compared:
        yield from ("### Compare", "")
        for compared in part.compared:
            yield from _compared(compared)
    if part.reason:
        yield from (f"**No answer.** {plain(part.reason)}", "")
    if part.nearest:
        yield from ("### Nearest passages (not an answer)", "")
        yield from _passages(part.nearest)
    if part.closing:
        yield from (plain(part.closing), "")
    if part.confidence:
        yield from (f"{plain(part.confidence)}.", "")


def _result(result: Result) -> Iterator[str]:
    yield from (f"**Computed:** {plain(result.statement)}", "")
    for remark in result.remarks:
        yield from (plain(remark), "")
    if result.rows:
        yield _row(result.head)
        yield _row("---" for _ in result.head)
        yield from (_row(map(plain, row)) for row in result.rows)
        yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _passages(passages: Iterable[Passage]) -> Iterator[str]:
    for passage in passages:
        number = f" {plain(passage.number)}" if passage.number else ""
        also = f"; also in {plain(passage.also)}" if passage.also else ""
        yield f"> “{plain(passage.text)}”{number}"
        yield ">"
        yield f"> {plain(passage.where)}, reference {passage.reference}{also}  "
        yield f"> {plain(': '.join(filter(None, (passage.label, passage.review))))}"
        yield ""


def _compared(compared: Compared) -> Iterator[str]:
    yield from (f"**{plain(compared.verdict)}:** {plain(compared.statement)}", "")
    yield from _passages(compared.passages)


def _cited(cited: Cited) -> Iterator[str]:
    text = plain(cited.text)
    status = f" ({plain(cited.status)})" if cited.status else ""
    yield f"{cited.number}. {text}{status}"
    yield ""

"""The register of disagreements as a report: every entry with its quotes, and its checks recomputed now.

In: a corpus. Out: Markdown, or the same as a page of HTML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from assistant.quoting import quote_evidence
from corpus import register
from corpus.models import Corpus
from corpus.register import Check, Entry

TITLE = "Where the sources disagree, and what was recomputed"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}"
    "blockquote{margin:.4rem 0 .4rem 1rem;padding-left:.8rem;border-left:3px solid #888}"
    "code{font-size:.9em}h3{margin-bottom:.2rem}"
)


class AuditError(RuntimeError):
    """The register and the rows do not agree: a check no longer gives what the register says."""


def markdown(corpus: Corpus) -> str:
    """The whole report as Markdown, by topic, weightiest first.

    Raises:
        AuditError: a check does not give what the register says.
    """
    entries = register.load(corpus)
    return "\n".join(_lines(corpus, entries)) + "\n"


def html(corpus: Corpus) -> str:
    """The report as one page of HTML without any outside part."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("js-default").render(markdown(corpus))
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(TITLE)}</title>'
    return f"{head}<style>{_STYLE}</style></head><body>{body}</body></html>\n"


def _lines(corpus: Corpus, entries: Sequence[Entry]) -> Iterator[str]:
    yield f"# {TITLE}"
    yield ""
    if not entries:
        yield "There is no register for these documents."
        return
    verdicts = Counter(entry.verdict for entry in entries)
    checks = sum(len(entry.checks) for entry in entries)
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    high = sum(entry.weight == "high" for entry in entries)
    yield f"{len(entries)} entries: {counted}; {high} of high weight. {checks} figures recomputed from the case tables."
    yield ""
    yield "Statements are ours; quotes are verbatim."
    for topic, group in groupby(sorted(entries, key=lambda entry: entry.topic), key=lambda entry: entry.topic):
        yield ""
        yield f"## {topic.capitalize()}"
        for entry in group:
            yield from _entry(corpus, entry)


def _entry(corpus: Corpus, entry: Entry) -> Iterator[str]:
    yield ""
    yield f"### {entry.verdict.capitalize()} ({entry.weight} weight): {_plain(entry.statement)}"
    yield ""
    for evidence in entry.quotes:
        quote = quote_evidence(corpus, evidence)
        yield f"> “{_plain(quote.text)}”  "
        yield f"> {quote.citation()}"
        yield ""
    for check in entry.checks:
        yield f"- {_check(entry, check)}"
    if entry.note:
        yield ""
        yield _plain(entry.note)


def _check(entry: Entry, check: Check) -> str:
    from assistant.cases.wording import query_in_words
    from corpus.cases import table

    result = check.run()
    if not check.holds(result) or result.value is None:
        raise AuditError(f"A check of the entry '{entry.id}' gives {result.value}, the register says {check.gives:g}.")
    printed = "" if check.printed is None else f"; printed: {check.printed}"
    rows = f" (no. {', '.join(map(str, result.counted))})" if 0 < len(result.counted) <= 20 else ""
    return (
        f"{query_in_words(check.query, table(check.query.table))}: **{result.value:.{check.digits}f}**{rows}{printed}"
    )


def _plain(text: str) -> str:
    """Text of the sources must not become markup of the report."""
    return "".join(f"\\{character}" if character in "\\`*_<>#[]" else character for character in text)

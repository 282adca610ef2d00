"""A conversation as a file to keep: Markdown, one HTML page, or PDF.

In: the turns of a conversation, the corpus they were answered from, the versions of what answered, and the time.
Out: the bytes of the file. All three forms are written from one `Report`, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from assistant.answer import Answer
from assistant.exporting.report import Asked, Exchange, report
from assistant.versions import Answers, Versions, versions_of
from corpus.models import Corpus

__all__ = ["FORMATS", "Asked", "Exchange", "Versions", "export", "file_name", "format_of", "save", "versions_of"]

FORMATS = {  # what a file of each form is called, and its media type
    "markdown": (".md", "text/markdown"),
    "html": (".html", "text/html"),
    "pdf": (".pdf", "application/pdf"),
}


def export(
    turns: Sequence[Asked], corpus: Corpus, versions: Versions, form: str, when: datetime, audience: str = "clinician"
) -> bytes:
    """A conversation as a file.

    Args:
        turns: questions with their answers, oldest first.
        corpus: what they were answered from; every document that is cited is listed in full.
        versions: of the corpus, the model and the program; see `versions_of`.
        form: one of `FORMATS`.
        when: the time that the file states.
        audience: "clinician", or "patient", for whom more is said around the quotes.

    Raises:
        ValueError: there is no such form.
    """
    if form not in FORMATS:
        raise ValueError(f"There is no export to '{form}'; there are: {', '.join(FORMATS)}.")
    content = report(turns, corpus, versions, when, audience)
    if form == "markdown":
        from assistant.exporting.markdown import markdown

        return markdown(content).encode("utf-8", "replace")
    if form == "html":
        from assistant.exporting.page import page

        return page(content).encode("utf-8", "replace")
    from assistant.exporting.pdf import pdf

    return pdf(content, when)


def save(path: Path, form: str, answer: Answer, bot: Answers) -> None:
    """Write one answer of a bot, with the time of now, into a file."""
    when = datetime.now().astimezone()
    path.write_bytes(export([Exchange(answer.question, answer)], bot.corpus, versions_of(bot), form, when))


def file_name(form: str, when: datetime) -> str:
    """What an exported file is called: "venous-leiomyosarcoma-2026-11-21.pdf"."""
    return f"venous-leiomyosarcoma-{when:%Y-%m-%d}{FORMATS[form][0]}"


def format_of(path: Path) -> str:
    """The form that a file's ending asks for.

    Raises:
        ValueError: it asks for none of them.
    """
    for form, (ending, _) in FORMATS.items():
        if path.suffix.lower() == ending:
            return form
    endings = ", ".join(ending for ending, _ in FORMATS.values())
    raise ValueError(f"An answer is exported to a file that ends in {endings}, not to '{path.name}'.")

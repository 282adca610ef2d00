"""What is embedded and matched for each quotable unit: its text alone, and its text with its context.

The context is what a reader of the page would know and the sentence does not repeat: which paper,
place and patient it is about (the manifest's ``about`` line), the section, and the sentence before;
for a table row, the caption of its table. Abbreviations are written out.
"""

from __future__ import annotations

from typing import NamedTuple

from corpus.lexicon import expand
from corpus.models import Corpus, Document, Unit


class Passage(NamedTuple):
    """The two texts of one unit that retrieval works with; never shown."""

    alone: str
    context: str


def passages(corpus: Corpus) -> list[Passage]:
    """One `Passage` for each of ``corpus.units``, in the same order."""
    return [
        Passage(expand(unit.text), expand(_with_context(document, unit, previous)))
        for document in corpus
        for previous, unit in zip((None, *document.units), document.units, strict=False)
    ]


def _with_context(document: Document, unit: Unit, previous: Unit | None) -> str:
    parts = [document.source.about, unit.section]
    if unit.kind == "table_row":
        caption = next(
            (each for each in document.units if each.kind == "caption" and each.section == unit.section), None
        )
        parts[1] = caption.text if caption else unit.section
    elif previous is not None and previous.section == unit.section:
        parts.append(previous.text)
    return ". ".join(part.rstrip(".") for part in (*parts, unit.text) if part)

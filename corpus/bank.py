"""The question bank: questions that the units answer, in the many ways that people ask, and gaps.

In: a corpus, and in its folder ``questions/<document id>.jsonl``, one unit a line:
``{"start": 1204, "end": 1236, "questions": ["...", "..."]}`` with the unit's raw offsets, and perhaps
``"dialogues"``, each a question and the follow-up that the unit answers, in one text. Out:
`BankQuestion`s in reading order. Offsets that no unit has are an error, so that a change of how
documents are cut into units cannot point a question at another passage.

A gap is something that readers of these documents ask for and none of them states; it stands in
``gaps.jsonl``, one a line: ``{"missing": "the dose of doxorubicin", "questions": ["...", "..."]}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any, NamedTuple

from corpus.loading import CorpusError, bank_file, gaps_file
from corpus.models import Corpus, Document


class BankQuestion(NamedTuple):
    """A question and the number, in ``corpus.units``, of the unit that answers it.

    A dialogue is a question and a follow-up that leans on it: nothing to suggest, but what one looks like when
    it is understood.
    """

    text: str
    unit: int
    dialogue: bool = False


class GapQuestion(NamedTuple):
    """A question that the documents do not answer, and what is missing: "The sources do not state ..."."""

    text: str
    missing: str


def load_gaps(corpus: Corpus) -> tuple[GapQuestion, ...]:
    """The questions that the documents of a corpus are known not to answer.

    What is missing stands beside its questions: "the dose of doxorubicin" is how some readers ask.

    Raises:
        CorpusError: a line is malformed.
    """
    path = gaps_file(corpus.folder)
    return tuple(
        GapQuestion(question, str(entry["missing"]))
        for line, entry in _entries(path, {"missing", "questions"})
        for question in (*_texts(entry, "questions", line, path), str(entry["missing"]))
    )


def load_bank(corpus: Corpus) -> tuple[BankQuestion, ...]:
    """All questions of a corpus, in reading order; none for documents that have no file of questions.

    Raises:
        CorpusError: a line is malformed, or belongs to no unit of its document.
    """
    questions: list[BankQuestion] = []
    first = 0
    for document in corpus:
        questions.extend(_of_document(document, bank_file(corpus.folder, document.id), first))
        first += len(document.units)
    return tuple(sorted(questions, key=lambda question: question.unit))


def _of_document(document: Document, path: Path, first: int) -> Iterator[BankQuestion]:
    numbers = {(unit.start, unit.end): first + number for number, unit in enumerate(document.units)}
    for line, entry in _entries(path, {"start", "end", "questions"}, {"dialogues"}):
        place = (entry["start"], entry["end"])
        if place not in numbers:
            raise CorpusError(f"Line {line} of '{path}' belongs to no unit of '{document.id}': {place[0]}-{place[1]}.")
        for kind in ("questions", "dialogues"):
            for text in _texts(entry, kind, line, path):
                yield BankQuestion(text, numbers[place], kind == "dialogues")


def _entries(path: Path, fields: Set[str], optional: Set[str] = frozenset()) -> Iterator[tuple[int, dict[str, Any]]]:
    """The entries of a file, each with its line; none where there is no file."""
    if not path.is_file():
        return
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(text)
        except ValueError as error:
            raise CorpusError(f"Line {line} of '{path}' is not JSON: {error}.") from error
        if not isinstance(entry, dict) or not fields <= set(entry) <= fields | optional:
            raise CorpusError(f"Line {line} of '{path}' must have the fields {', '.join(sorted(fields))}.")
        yield line, entry


def _texts(entry: dict[str, Any], field: str, line: int, path: Path) -> list[str]:
    texts = entry.get(field, [])
    if not isinstance(texts, list) or not all(isinstance(each, str) and each.strip() for each in texts):
        raise CorpusError(f"Line {line} of '{path}': '{field}' must be a list of texts, none of them empty.")
    return texts

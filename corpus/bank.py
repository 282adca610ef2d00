"""The question bank: questions that the units answer, in the many ways that people ask, and gaps.

In: a corpus, and in its folder ``questions/<document id>.jsonl``, one unit a line:
``{"start": 1204, "end": 1236, "questions": ["...", "..."]}`` with the unit's raw offsets. Out:
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
    """A question and the number, in ``corpus.units``, of the unit that answers it."""

    text: str
    unit: int


class GapQuestion(NamedTuple):
    """A question that the documents do not answer, and what is missing: "The sources do not state ..."."""

    text: str
    missing: str


def load_gaps(corpus: Corpus) -> tuple[GapQuestion, ...]:
    """The questions that the documents of a corpus are known not to answer.

    Raises:
        CorpusError: a line is malformed.
    """
    path = gaps_file(corpus.folder)
    return tuple(
        GapQuestion(question, str(entry["missing"]))
        for line, entry in _entries(path, {"missing"})
        for question in _questions(entry, line, path)
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
    for line, entry in _entries(path, {"start", "end"}):
        place = (entry["start"], entry["end"])
        if place not in numbers:
            raise CorpusError(f"Line {line} of '{path}' belongs to no unit of '{document.id}': {place[0]}-{place[1]}.")
        yield from (BankQuestion(question, numbers[place]) for question in _questions(entry, line, path))


def _entries(path: Path, fields: Set[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The entries of a file, each with its line; none where there is no file."""
    if not path.is_file():
        return
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(text)
        except ValueError as error:
            raise CorpusError(f"Line {line} of '{path}' is not JSON: {error}.") from error
        if not isinstance(entry, dict) or set(entry) != fields | {"questions"}:
            raise CorpusError(f"Line {line} of '{path}' must have the fields {', '.join(sorted(fields))}, questions.")
        yield line, entry


def _questions(entry: dict[str, Any], line: int, path: Path) -> list[str]:
    questions = entry["questions"]
    if not isinstance(questions, list) or not all(isinstance(each, str) and each.strip() for each in questions):
        raise CorpusError(f"Line {line} of '{path}': 'questions' must be a list of texts, none of them empty.")
    return questions

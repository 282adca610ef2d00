"""From question files to questions whose acceptable passages are raw spans of their documents.

In: ``evals/questions/*.jsonl``, one JSON object a line, and the corpus. Out: `Question` records. A
line that is malformed, a document that is unknown, a quote that stands nowhere: each is a
`QuestionError` that names file, question and quote.

Split: half of the project's own questions (`split_of`, a hash of the id, so that adding questions
moves none) are for tuning, the other half for testing. The 43 sample questions were written outside
the project and belong to the test half as a whole: no script fits on them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from corpus.models import Corpus
from evals.facts import all_stated
from evals.passages import Finder, Place

FOLDER = Path(__file__).parent / "questions"
SAMPLE = "sample"

Split = Literal["tuning", "test"]
SplitChoice = Literal["tuning", "test", "all"]
SetChoice = Literal["own", "sample", "all"]

KINDS = (
    *("fact", "list", "yesno", "definition", "compare", "conflict", "falsepremise", "followup", "lay"),
    *("shorthand", "table", "aggregate", "audit", "unanswerable"),
)
COMPUTED_KINDS = ("aggregate", "audit")  # their facts are computed from the rows that support them
ROW_KINDS = ("table", *COMPUTED_KINDS)  # answered by rows of a table
_KIND_ALIASES = {"typo": "shorthand"}
# What an unanswerable question is beside the point of: a detail, the field, medicine, the purpose, the reader's case.
SUBS = ("near", "far", "offtopic", "order", "personal")
_SUB_ALIASES = {"b": "far", "c": "offtopic"}
_REQUIRED = {"id", "type", "question", "answerable"}
_OPTIONAL = {"facts", "support", "history", "docs_needed", "docs_groups", "note", "sub", "rows", "verdict"}


class QuestionError(ValueError):
    """A question file that cannot be used; the message is one sentence for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Support:
    """One acceptable passage: a quote and every place of its document where it stands."""

    doc_id: str
    quote: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what counts as its answer.

    ``facts`` are groups of short strings: each group must be met by one of its alternatives.
    ``docs_groups`` are groups of documents: one of each group must be among the quotes (for
    questions that compare). ``rows`` names the table rows a computed answer rests on, ``verdict`` the
    outcome of a check of prose against table. ``set`` is "own" or "sample".
    """

    id: str
    set: Literal["own", "sample"]
    kind: str
    text: str
    answerable: bool
    facts: tuple[tuple[str, ...], ...] = ()
    support: tuple[Support, ...] = ()
    history: tuple[Mapping[str, str], ...] = ()
    docs_groups: tuple[tuple[str, ...], ...] = ()
    sub: str = ""
    note: str = ""
    rows: tuple[tuple[str, tuple[int | str, ...]], ...] = ()
    verdict: str = ""

    @property
    def split(self) -> Split:
        """The half it belongs to; sample questions are all for testing."""
        return "test" if self.set == SAMPLE else split_of(self.id)


def split_of(question_id: str) -> Split:
    """The half that one of the project's own questions belongs to, for good: by the sha256 of its id."""
    return "tuning" if hashlib.sha256(question_id.encode()).digest()[0] % 2 == 0 else "test"


def load_questions(
    corpus: Corpus, which: SetChoice = "all", split: SplitChoice = "all", folder: Path = FOLDER
) -> tuple[Question, ...]:
    """Questions of one set and one half, in the order of their files, supports resolved to raw spans.

    Raises:
        QuestionError: a file is malformed, an id occurs twice, or a quote stands nowhere in its document.
    """
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise QuestionError(f"There is no question file (*.jsonl) in '{folder}'.")
    finders = {document.id: Finder(document) for document in corpus}
    seen: dict[str, str] = {}
    questions: list[Question] = []
    for path in paths:
        for question in _read(path, finders):
            if question.id in seen:
                raise QuestionError(f"The id '{question.id}' stands twice: in {seen[question.id]} and in {path.name}.")
            seen[question.id] = path.name
            questions.append(question)
    return tuple(
        question for question in questions if which in ("all", question.set) and split in ("all", question.split)
    )


def _read(path: Path, finders: Mapping[str, Finder]) -> Iterator[Question]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except json.JSONDecodeError as error:
            raise QuestionError(f"{path.name}, line {number} is not JSON: {error}.") from error
        where = f"{path.name}, line {number}"
        if not isinstance(data, dict):
            raise QuestionError(f"{where} is not a JSON object.")
        yield parse_question(data, finders, where, "sample" if path.stem == SAMPLE else "own")


def parse_question(
    data: Mapping[str, Any], finders: Mapping[str, Finder], where: str, which: Literal["own", "sample"] = "own"
) -> Question:
    """One question from one JSON object; ``where`` is what an error calls its place.

    Raises:
        QuestionError: a field is missing, unknown or of the wrong form, or a quote stands nowhere.
    """
    if missing := _REQUIRED - set(data):
        raise QuestionError(f"{where} lacks: {', '.join(sorted(missing))}.")
    where = f"{where} ({data['id']})"
    if unknown := set(data) - _REQUIRED - _OPTIONAL:
        raise QuestionError(f"{where} has unknown fields: {', '.join(sorted(unknown))}.")
    question = Question(
        id=str(data["id"]),
        set=which,
        kind=_KIND_ALIASES.get(data["type"], data["type"]),
        text=data["question"],
        answerable=data["answerable"],
        facts=_groups(data.get("facts", []), where, "facts"),
        support=tuple(_support(entry, finders, where) for entry in data.get("support", [])),
        history=_history(data.get("history", []), where),
        docs_groups=_docs(data, finders, where),
        sub=_SUB_ALIASES.get(data.get("sub", ""), data.get("sub", "")),
        note=data.get("note", ""),
        rows=tuple((table, tuple(rows)) for table, rows in data.get("rows", {}).items()),
        verdict=data.get("verdict", ""),
    )
    for problem in _problems(question):
        raise QuestionError(f"{where}: {problem}.")
    return question


def _problems(question: Question) -> Iterator[str]:
    if question.kind not in KINDS:
        yield f"the type '{question.kind}' is unknown, expected one of {', '.join(KINDS)}"
    if not isinstance(question.text, str) or not question.text.strip():
        yield "the question is empty or not text"
    if question.answerable is not (question.kind != "unanswerable"):
        yield "'answerable' must be false exactly for the type 'unanswerable'"
    if question.answerable and not (question.support and question.facts):
        yield "an answerable question needs facts and support"
    if not question.answerable and (question.support or question.facts):
        yield "an unanswerable question has no facts and no support"
    if not question.answerable and question.sub not in SUBS:
        yield f"an unanswerable question needs 'sub', one of {', '.join(SUBS)}"
    if question.kind not in COMPUTED_KINDS:
        quotes = [support.quote for support in question.support]
        for group in question.facts:
            if not all_stated([group], quotes):
                yield f"no support states the fact {' / '.join(group)}"
    if question.kind == "followup" and not question.history:
        yield "a follow-up needs history"


def _groups(data: Any, where: str, name: str) -> tuple[tuple[str, ...], ...]:
    if not isinstance(data, list) or not all(_is_group(group) for group in data):
        raise QuestionError(f"{where}: '{name}' must be a list of lists of strings, none of them empty.")
    return tuple(tuple(group) for group in data)


def _is_group(group: Any) -> bool:
    return isinstance(group, list) and bool(group) and all(isinstance(item, str) and item for item in group)


def _support(entry: Any, finders: Mapping[str, Finder], where: str) -> Support:
    if not isinstance(entry, dict) or set(entry) != {"doc", "quote"}:
        raise QuestionError(f"{where}: each support must be an object with 'doc' and 'quote'.")
    places = _finder(entry["doc"], finders, where).find(entry["quote"])
    if not places:
        raise QuestionError(f"{where}: this support is not in the document '{entry['doc']}': \"{entry['quote']}\"")
    return Support(entry["doc"], entry["quote"], places)


def _finder(doc_id: str, finders: Mapping[str, Finder], where: str) -> Finder:
    if doc_id not in finders:
        raise QuestionError(f"{where} names the document '{doc_id}'; the corpus has: {', '.join(finders)}.")
    return finders[doc_id]


def _history(turns: Any, where: str) -> tuple[Mapping[str, str], ...]:
    for turn in turns:
        if not isinstance(turn, dict) or set(turn) != {"role", "content"} or turn["role"] not in ("user", "assistant"):
            raise QuestionError(f"{where}: each turn of 'history' needs a role (user or assistant) and a content.")
    return tuple(turns)


def _docs(data: Mapping[str, Any], finders: Mapping[str, Finder], where: str) -> tuple[tuple[str, ...], ...]:
    """Groups of documents; without ``docs_groups`` each document of ``docs_needed`` is a group by itself."""
    groups: Sequence[Any] = data.get("docs_groups") or [[doc_id] for doc_id in data.get("docs_needed", [])]
    checked = _groups(list(groups), where, "docs_groups")
    for group in checked:
        for doc_id in group:
            _finder(doc_id, finders, where)
    return checked

"""What readers said about answers, in one SQLite file on this machine.

In: what was asked and shown, a verdict and perhaps a comment. Out: a row, which can be changed; all rows as JSON
Lines in the form of the evaluation's question files. No address, no name and no session is kept. "This helped"
becomes a question with the quotes shown as its support; the other verdicts become entries for a person to review,
without support, since nobody has said yet what the right passage is.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.answer import Answer, Quote

VERDICTS = {"helped": "This helped", "wrong": "This is wrong", "missing": "Something is missing"}
LONGEST_COMMENT = 2000  # characters
SCHEMA = 1
APPLICATION = 0x764C4D53  # "vLMS", by which the file is told from other SQLite files
PATIENCE = 5.0  # seconds to wait while another process writes
_TABLE = """
CREATE TABLE feedback (
  id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, question TEXT NOT NULL, resolved TEXT NOT NULL,
  history TEXT NOT NULL, verdict TEXT NOT NULL, comment TEXT NOT NULL, quotes TEXT NOT NULL,
  abstained INTEGER NOT NULL, corpus TEXT NOT NULL, model TEXT NOT NULL
)
"""
_CUT = re.compile(r"\w\||\d[.,]\||\|\w|\|[.,]\d")  # signs around "|", where something longer was cut
_COLUMNS = ("time", "question", "resolved", "history", "verdict", "comment", "quotes", "abstained", "corpus", "model")


class FeedbackError(ValueError):
    """The file cannot be used, or what was said cannot be kept; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one reader said about one answer: ``history`` are the questions before it, ``corpus`` its version."""

    answer: Answer
    history: tuple[str, ...]
    verdict: str
    comment: str
    corpus: str
    model: str


def default_file() -> Path:
    """Where feedback is kept if no other place is named."""
    import platformdirs

    return Path(platformdirs.user_data_dir("venous-leiomyosarcoma", appauthor=False)) / "feedback.sqlite3"


class FeedbackFile:
    """The file; it is made when there is none, unless ``make`` is false.

    Raises:
        FeedbackError: it cannot be read or written, or is of another kind or a newer version.
    """

    def __init__(self, path: str | Path, *, make: bool = True) -> None:
        self.path = Path(path)
        if not make and not self.path.exists():
            raise FeedbackError(f"There is no feedback file '{self.path}'.")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))  # comments may be confidential
        except OSError as error:
            raise FeedbackError(f"The feedback file '{self.path}' cannot be used: {error.strerror}.") from error
        with self._open() as database:
            self._prepare(database)

    def keep(self, said: Feedback, row: int | None = None) -> int:
        """Write a row, or what has changed into ``row``; returns its number.

        Raises:
            FeedbackError: the verdict is unknown, the comment is too long, or the file cannot be written.
        """
        if said.verdict not in VERDICTS:
            raise FeedbackError("The verdict is not one of those offered.")
        if len(said.comment) > LONGEST_COMMENT:
            raise FeedbackError(
                f"The comment has {len(said.comment):,} characters; at most {LONGEST_COMMENT:,} are kept."
            )
        values = _values(said)
        with self._open() as database:
            if row is not None:
                changes = ", ".join(f"{name} = ?" for name in _COLUMNS)
                if database.execute(f"UPDATE feedback SET {changes} WHERE id = ?", (*values, row)).rowcount:
                    return row
            marks = ", ".join("?" * len(_COLUMNS))
            insert = f"INSERT INTO feedback ({', '.join(_COLUMNS)}) VALUES ({marks})"
            return int(database.execute(insert, values).lastrowid or 0)

    def entries(self) -> Iterator[dict[str, Any]]:
        """All rows, oldest first, each as an entry of a question file."""
        with self._open() as database:
            rows = database.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM feedback ORDER BY id").fetchall()
        for number, *values in rows:
            yield _entry(number, dict(zip(_COLUMNS, values, strict=True)))

    def count(self) -> int:
        """How many rows there are."""
        with self._open() as database:
            return int(database.execute("SELECT count(*) FROM feedback").fetchone()[0])

    def clear(self) -> int:
        """Delete all rows, also from the disk; returns how many there were. Numbers are not given again."""
        with self._open() as database:
            deleted = database.execute("DELETE FROM feedback").rowcount
        with self._open(commit=False) as database:
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return deleted

    @contextmanager
    def _open(self, *, commit: bool = True) -> Iterator[sqlite3.Connection]:
        """A connection of its own for each use: the page asks from many threads."""
        try:
            with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as database:
                database.execute("PRAGMA secure_delete = ON")
                if not commit:
                    database.isolation_level = None
                    yield database
                    return
                with database:
                    yield database
        except sqlite3.Error as error:
            raise FeedbackError(f"The feedback file '{self.path}' cannot be used: {error}.") from error

    def _prepare(self, database: sqlite3.Connection) -> None:
        application, version = (
            database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        if application == APPLICATION and version == SCHEMA:
            return
        if application == APPLICATION:
            raise FeedbackError(
                f"The feedback file '{self.path}' has version {version}; this program reads version {SCHEMA}."
            )
        if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] or application or version:
            raise FeedbackError(f"'{self.path}' is a database of another program; choose another file for feedback.")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(_TABLE)
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute(f"PRAGMA user_version = {SCHEMA}")


def _values(said: Feedback) -> tuple[str | int, ...]:
    answer = said.answer
    quotes = [
        {"doc": quote.doc_id, "spans": [list(span) for span in quote.spans], "text": quote.text, "fact": fact}
        for quote in answer.quotes
        for fact in [_fact(quote, answer.resolved_question)]
    ]
    return (
        datetime.now(UTC).isoformat(timespec="seconds"),
        answer.question,
        answer.resolved_question,
        json.dumps(said.history),
        said.verdict,
        said.comment,
        json.dumps(quotes),
        int(answer.abstained),
        said.corpus,
        said.model,
    )


def _fact(quote: Quote, question: str) -> str:
    """The words of a quote that answer: those that are lit and are no part of a longer number or word.

    A figure before other words, and no words of the question itself; the whole quote where there are none.
    """
    found = []
    for start, end in quote.highlights:
        if start < end and not _CUT.search(f"{quote.text[:start][-2:]}|{quote.text[end:][:2]}"):
            found.append(quote.text[start:end])
    asked = set(_words(question))
    answering = [words for words in found if not asked.issuperset(_words(words))]
    figures = [words for words in answering if any(sign.isdigit() for sign in words)]
    return next(iter([*figures, *answering, quote.text]))


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()


def _entry(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """A row in the form of ``evals/questions/*.jsonl``."""
    quotes, history = json.loads(row["quotes"]), json.loads(row["history"])
    good = row["verdict"] == "helped" and bool(quotes)
    followup = bool(history) and row["resolved"] != row["question"]
    entry: dict[str, Any] = {
        "id": f"fb-{number:05d}",
        "type": ("followup" if followup else "fact") if good else "unanswerable",
        "question": row["question"],
        "answerable": good,
    }
    if good:
        entry["facts"] = [[quotes[0]["fact"]]]
        entry["support"] = [{"doc": quote["doc"], "quote": quote["text"]} for quote in quotes]
    else:
        entry["sub"] = "near"
    if history:
        entry["history"] = [{"role": "user", "content": question} for question in history]
    return {**entry, "note": _note(row, quotes)}


def _note(row: dict[str, Any], quotes: list[dict[str, Any]]) -> str:
    """What a person needs who reviews the entry."""
    shown = "; ".join(
        f"{quote['doc']} {' '.join(f'{start}-{end}' for start, end in quote['spans'])}" for quote in quotes
    )
    parts = [
        "" if row["verdict"] == "helped" else "NEEDS REVIEW.",
        f"Feedback of {row['time']}: {VERDICTS.get(row['verdict'], row['verdict'])}.",
        "The assistant said that the sources do not answer." if row["abstained"] else f"Shown: {shown}.",
        f"Read as: {row['resolved']}" if row["resolved"] != row["question"] else "",
        f"Comment: {row['comment']}" if row["comment"] else "",
        f"Corpus {row['corpus']}, model {row['model'] or 'unknown'}.",
    ]
    return " ".join(part for part in parts if part)

"""Score the assistant on somebody else's questions: ``python -m evals.outside FILE``.

In: a file in the form of SQuAD (Rajpurkar et al., EMNLP 2016): articles, their questions, and where in
the text the answers stand. Out: the figures of `evals.figures` for the assistant and the baselines. All
articles are indexed together, as documents that a user adds: without manifest, headings or question bank.
"""

from __future__ import annotations

import json
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from corpus.models import Span
from evals.questions import Question, QuestionError, Support

_OUT = 4  # characters by which an answer may stand off its place


class Half(StrEnum):
    """Articles by their place in the file: what is tried on the even half is reported on the odd."""

    ALL = "all"
    EVEN = "even"
    ODD = "odd"


def outside(
    file: Annotated[Path, typer.Argument(help="Questions in the form of SQuAD.")],
    half: Annotated[Half, typer.Option(help="Which articles are asked about; all are indexed.")] = Half.ODD,
    adapter: Annotated[Optional[str], typer.Option(help="Adapter file, or 'shipped'.", show_default=False)] = None,  # noqa: UP045
    index_dir: Annotated[Optional[Path], typer.Option(help="Keep the index here for the next run.")] = None,  # noqa: UP045
    baselines: Annotated[bool, typer.Option(help="Ask the baselines too.")] = True,
    json_file: Annotated[Optional[Path], typer.Option("--json", help="Write the figures here.")] = None,  # noqa: UP045
) -> None:
    """Score the assistant, without question bank, against dense and BM25 baselines."""
    from rich.console import Console

    from assistant import Assistant
    from evals.cli import ask_all, print_table
    from evals.report import Report, describe_run
    from evals.tables import figure_tables
    from index import find_model

    errors = Console(stderr=True)
    with tempfile.TemporaryDirectory() as scratch:
        # An index is found again by the hash of what it was built from, not by where that lay.
        folder = Path(scratch) / "articles"
        questions = read_squad(file, folder)
        bot = Assistant(folder, index_dir or Path(scratch) / "index", adapter=adapter)
        model = find_model()
        asked = [question for article, question in questions if half == Half.ALL or _half(article) == half]
        records = ask_all(bot, asked, model.folder if baselines else None, errors)
        report = Report.of(describe_run(bot.corpus, model, file=file.name, half=half.value), records)
        if json_file:
            report.write(json_file)
    for table in figure_tables(report):
        print_table(Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False), table)


def _half(article: int) -> Half:
    return Half.ODD if article % 2 else Half.EVEN


def read_squad(file: Path, folder: Path) -> list[tuple[int, Question]]:
    """Write the articles into ``folder``, one text file each, and return each question with its article's number.

    Raises:
        QuestionError: the file is not in the form of SQuAD, or an answer does not stand where it says.
    """
    try:
        articles = json.loads(file.read_text(encoding="utf-8"))["data"]
        folder.mkdir(parents=True)
        questions: list[tuple[int, Question]] = []
        for number, article in enumerate(articles):
            for part, paragraph in enumerate(article["paragraphs"]):
                name = f"{number:03d}" if part == 0 else f"{number:03d}-{part}"
                (folder / f"{name}.txt").write_bytes(paragraph["context"].encode())
                questions += [(number, _question(entry, name, paragraph["context"])) for entry in paragraph["qas"]]
    except (ValueError, KeyError, TypeError) as error:
        raise QuestionError(f"'{file}' is not in the form of SQuAD: {error}.") from error
    return questions


def _question(entry: dict[str, Any], doc_id: str, context: str) -> Question:
    supports: list[Support] = []
    for answer in entry["answers"]:
        span = _span(answer, context)
        supports.append(Support(doc_id, context[slice(*span)], ((span,),)))
    return Question(str(entry["id"]), "own", "fact", entry["question"], bool(supports), support=tuple(supports))


def _span(answer: dict[str, Any], context: str) -> Span:
    """Where the answer stands, without white space around it: files are a few characters out where they cut some."""
    text, start = answer["text"].strip(), answer["answer_start"]
    near = [place for place in range(max(start - _OUT, 0), start + _OUT + 1) if context.startswith(text, place)]
    if not text or not near:
        raise ValueError(f"the answer '{answer['text']}' does not stand at {start}")
    found = min(near, key=lambda place: abs(place - start))
    return Span(found, found + len(text))


if __name__ == "__main__":
    typer.run(outside)

"""The command `vlms eval` (and `python -m evals`): evaluate, print, write, and fail under a floor.

In: options. Out: tables in the terminal, a JSON file, an HTML page; exit code 1 with one sentence for
each floor missed, 2 for bad input, 130 when interrupted. Everything heavy is imported when it runs.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from assistant import Assistant
    from evals.ablation import Row
    from evals.comparison import Comparison
    from evals.questions import Question
    from evals.report import Report
    from evals.scoring import Record
    from evals.tables import Table
    from index import Index

_PIPE_WIDTH = 140  # columns, where the output is not a terminal


def evaluate(
    split: Annotated[
        Literal["tuning", "test", "all"], typer.Option(help="Half of our own questions; the sample is all test.")
    ] = "test",
    which: Annotated[
        Literal["own", "sample", "all"], typer.Option("--set", help="Our own questions, the sample, or both.")
    ] = "all",
    baselines: Annotated[bool, typer.Option(help="Run the four baselines beside the assistant.")] = True,
    ablation: Annotated[bool, typer.Option("--ablation", help="Rank with parts left out, too.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures and records here.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a page with plots and misses here.")] = None,
    compare: Annotated[Path | None, typer.Option(help="An earlier --json file to compare with.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first N questions; floors are off.")] = None,
    index_dir: Annotated[Path | None, typer.Option(help="Where the index is, if not in the user cache.")] = None,
) -> None:
    """Score the assistant on the question sets; exit 1 if a floor in evals/floors.toml is missed."""
    from rich.console import Console

    errors = Console(stderr=True)
    try:
        missed = _evaluate(split, which, baselines, ablation, json_file, html_file, compare, limit, index_dir, errors)
    except KeyboardInterrupt:
        errors.print("Interrupted.")
        raise typer.Exit(130) from None
    except (ValueError, OSError, RuntimeError) as error:
        errors.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from error
    for sentence in missed:
        errors.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)
    if missed:
        raise typer.Exit(1)


def _evaluate(
    split: Literal["tuning", "test", "all"],
    which: Literal["own", "sample", "all"],
    baselines: bool,
    ablation: bool,
    json_file: Path | None,
    html_file: Path | None,
    compare: Path | None,
    limit: int | None,
    index_dir: Path | None,
    errors: Console,
) -> tuple[str, ...]:
    """Run it all; returns the floors missed."""
    from assistant import Assistant
    from evals.comparison import compare as compare_reports
    from evals.floors import missed_floors, read_floors
    from evals.questions import load_questions
    from evals.report import Report, describe_run, read_report
    from index import find_model

    for path in (json_file, html_file):
        if path:
            _prepare(path)
    floors = read_floors()
    before = read_report(compare) if compare else None
    bot = Assistant(index_dir=index_dir)
    questions = load_questions(bot.corpus, which, split)[:limit]
    if not questions:
        raise ValueError(f"There is no question in the set '{which}', split '{split}'.")
    model = find_model()
    records = ask_all(bot, questions, model.folder if baselines else None, errors)
    about = describe_run(bot.corpus, model, set=which, split=split, limit=limit, questions=len(questions))
    report = Report.of(about, records, _ablation(bot.index, questions, errors) if ablation else ())
    missed = missed_floors(report, floors) if limit is None else None
    comparison = compare_reports(report, before) if before else None
    _print(report, comparison)
    if json_file:
        report.write(json_file)
    if html_file:
        from evals.page import render_page

        html_file.write_text(render_page(report, missed, comparison), encoding="utf-8")
    return missed or ()


def _ablation(index: Index, questions: Sequence[Question], errors: Console) -> list[Row]:
    """Rank in every way that `evals.ablation` knows; the index without the adapter is built for it and thrown away."""
    from evals.ablation import ablation
    from index import open_index

    with errors.status("Building the index without the adapter") as status, tempfile.TemporaryDirectory() as place:
        base = open_index(index_dir=place, adapter="none", progress=False)
        return ablation(index, base, questions, lambda name: status.update(f"Ranked: {name}"))


def _prepare(path: Path) -> None:
    """Say that a file cannot be written before the questions are asked, not after."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        path.open("a", encoding="utf-8").close()
        if new:
            path.unlink()
    except OSError as error:
        raise OSError(f"The file '{path}' cannot be written: {error.strerror}.") from error


def ask_all(
    bot: Assistant, questions: Sequence[Question], baseline_model: Path | None, errors: Console
) -> dict[str, tuple[Record, ...]]:
    """Ask the assistant and, if their model is given, the baselines, with a progress bar."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from evals.passages import raw_files
    from evals.running import AssistantSystem, run
    from evals.scoring import System

    systems: list[System] = [AssistantSystem(bot)]
    if baseline_model:
        from evals.baselines import build_baselines

        with errors.status("Building the baselines"):
            systems.extend(build_baselines(bot.corpus, baseline_model))
    columns = (TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("", total=len(systems) * len(questions))

        def advance(name: str) -> None:
            progress.update(task, advance=1, description=name)

        return run(systems, questions, raw_files(bot.corpus), advance)


def _print(report: Report, comparison: Comparison | None) -> None:
    from rich.console import Console

    from evals.tables import (
        ABBREVIATIONS,
        EXPLANATION,
        ablation_table,
        changed_table,
        comparison_tables,
        figure_tables,
        kind_table,
        shared_sentence,
    )

    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, markup=False, highlight=False)
    for table in figure_tables(report):
        print_table(console, table)
    print_table(console, kind_table(report))
    console.print(ABBREVIATIONS, EXPLANATION, style="dim", sep="\n")
    if report.ablation:
        print_table(console, ablation_table(report))
    if comparison:
        console.print(shared_sentence(comparison))
        for table in comparison_tables(comparison):
            print_table(console, table)
        print_table(console, changed_table(comparison), text=True)


def print_table(console: Console, table: Table, text: bool = False) -> None:
    """Figures stand at the right of their columns, words at the left."""
    from rich import box
    from rich.table import Table as RichTable

    if not table.rows:
        console.print(table.title)
        return
    drawn = RichTable(title=table.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for number, head in enumerate(table.heads):
        drawn.add_column(head, justify="left" if text or number == 0 else "right")
    for row in table.rows:
        drawn.add_row(*row)
    console.print(drawn)


app = typer.Typer(add_completion=False)
app.command()(evaluate)


def main() -> None:
    """`python -m evals`."""
    app(prog_name="python -m evals")

"""The command line, ``vlms``: ask, serve, index, sources, cases, audit, and what other packages add (eval).

Nothing heavy is imported before a command needs it, so that ``vlms --help`` is immediate. Whatever is
wrong with what the user gave is one sentence on standard error and exit code 2.
"""

from __future__ import annotations

import gc
import io
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Optional

import typer

from assistant import commands

app = typer.Typer(
    help="Answers questions on venous leiomyosarcoma from its source documents, in verbatim, cited quotes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

CorpusOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option("--corpus", help="Folder of documents to answer from; default: the shipped five.", show_default=False),
]
IndexOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--index-dir",
        envvar="VLMS_INDEX_DIR",
        help="Where the index lies; default: the user cache.",
        show_default=False,
    ),
]
ModelOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--model", help="sentence-transformers model, by folder or hub name.", show_default=False),
]

AdapterOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--adapter", help="Adapter file of the model, 'shipped', or 'none'.", show_default=False),
]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question; '-' reads it from standard input.")],
    corpus: CorpusOption = None,
    index_dir: IndexOption = None,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    export: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--export", help="Write the answer here, .md, .html or .pdf, instead of printing it."),
    ] = None,
) -> None:
    """Answer one question in verbatim, cited quotes, or say that the sources do not."""
    gc.set_threshold(100_000)  # one answer makes little garbage: looking for it at every turn takes a tenth of the time

    from assistant.engine import Assistant

    if export is not None:
        from assistant import exporting

        form = exporting.format_of(export)  # before anything is read or asked
    bot = Assistant(corpus, index_dir, model, adapter=adapter)
    answer = bot.ask(sys.stdin.read() if question == "-" else question)
    if export is not None:
        exporting.save(export, form, answer, bot)
        if not as_json:
            print(f"The answer is in '{export}'.")
            return
    if as_json:
        import json

        print(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))
    else:
        from assistant.terminal import show

        show(answer)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 7860,
    auth: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--auth", help="File of lines USER:HASH; only they may use it. See 'vlms password'."),
    ] = None,
    root_path: Annotated[str, typer.Option("--root-path", help="Path under which a proxy shows it, like /vlms.")] = "",
    feedback: Annotated[
        bool, typer.Option("--feedback/--no-feedback", help="Take readers' feedback under each answer, and store it.")
    ] = False,
    feedback_file: commands.FeedbackOption = None,
    corpus: CorpusOption = None,
    index_dir: IndexOption = None,
    model: ModelOption = None,
    adapter: AdapterOption = None,
) -> None:
    """Serve the chat in the browser."""
    if feedback_file is not None and not feedback:
        raise ValueError("--feedback-file names a file for feedback, which is taken only with --feedback.")
    kept = commands.feedback_path(feedback_file) if feedback else None
    accounts = commands.check_serving(auth, root_path, kept)  # before the index is opened, which may take minutes

    from assistant.engine import Assistant
    from assistant.web import serve as serve_web

    bot = Assistant(corpus, index_dir, model, adapter=adapter)
    serve_web(bot, host=host, port=port, auth=accounts, root_path=root_path, feedback=kept)
    commands.leave()


@app.command()
def index(
    corpus: CorpusOption = None,
    index_dir: IndexOption = None,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it again even if it is sound.")] = False,
) -> None:
    """Build the index, or check the one that is there."""
    from index import open_index

    opened = open_index(corpus, index_dir, model, adapter=adapter, rebuild=rebuild)
    print(
        f"The index in '{opened.place}' is sound: {len(opened.corpus)} documents, "
        f"{len(opened.corpus.units)} quotable units, model {opened.header.model}, engine {opened.header.engine}."
    )


@app.command()
def sources(
    corpus: CorpusOption = None,
    style: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--format", help="Print them as citations instead: vancouver, bibtex or ris.", show_default=False),
    ] = None,
) -> None:
    """List the documents that answers are quoted from, with their evidence and review status."""
    from assistant.terminal import show_sources
    from corpus.loading import SHIPPED, read_sources

    if style is not None:
        from assistant.citing import written

        print(written([source for source, _ in read_sources(corpus or SHIPPED)], style), end="")
        return
    show_sources([source for source, _ in read_sources(corpus or SHIPPED)])


@app.command()
def cases(
    name: Annotated[str, typer.Argument(help="gsv-review, tilkorn2010 or aalaoui2026.")] = "gsv-review",
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Write the whole table here, .csv or .parquet, instead of showing it."),
    ] = None,
) -> None:
    """Show a case table of the sources, or write it with its typed and its printed columns."""
    from corpus.cases import TABLES

    if name not in TABLES:
        raise ValueError(f"There is no case table '{name}'; there are: {', '.join(TABLES)}.")
    if out is not None:
        from corpus.cases.export import write

        print(f"{write(name, out)} rows of {name} are in '{out}'.")
        return
    from assistant.terminal import show_cases

    show_cases(name)


@app.command()
def audit(
    corpus: CorpusOption = None,
    html: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--html", help="Write the report here as a page, instead of printing Markdown."),
    ] = None,
) -> None:
    """Print where the sources disagree, with quotes, and every figure recomputed from their case tables."""
    from assistant import audit as report
    from corpus import load_corpus

    documents = load_corpus(corpus)
    if html is None:
        print(report.markdown(documents), end="")
    else:
        html.write_text(report.html(documents), encoding="utf-8")
        print(f"The report is in '{html}'.")


def _add_commands() -> None:
    app.command()(commands.password)
    app.add_typer(commands.feedback, name="feedback")
    for entry in entry_points(group="vlms.commands"):
        app.command(entry.name)(entry.load())


def main() -> None:
    """Run ``vlms``; a `ValueError` or `OSError` of a command is the user's to read, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # sources hold signs that many terminals' encodings lack
            stream.reconfigure(errors="replace")
    _add_commands()
    try:
        app()
    except (ValueError, OSError, RuntimeError) as error:
        print(f"vlms: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

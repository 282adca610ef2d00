"""Commands of ``vlms`` for those who serve the chat to others: a line with a password, and the feedback that came.

In: what was typed. Out: lines on standard output; what is wrong is a `ValueError` of one sentence, which
`assistant.cli.main` prints.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from assistant.accounts import Accounts

FeedbackOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option(
        "--feedback-file", help="Where feedback is kept; default: the user's data folder.", show_default=False
    ),
]

feedback = typer.Typer(help="What readers said about answers ('vlms serve --feedback').", no_args_is_help=True)


def password(name: Annotated[str, typer.Argument(metavar="USER", help="The name to log in with.")]) -> None:
    """Ask for a password, unseen, and print its line for the file of 'vlms serve --auth'."""
    from getpass import getpass

    from assistant.accounts import AccountError, account_line, check_name

    check_name(name)
    try:
        first, again = getpass(f"Password for {name}: "), getpass("Once more: ")
    except EOFError as error:
        raise AccountError("No password was typed; nothing was made.") from error
    if first != again:
        raise AccountError("The two passwords differ; nothing was made.")
    print(account_line(name, first))


@feedback.command()
def export(
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="File to write; default: standard output.", show_default=False),
    ] = None,
    feedback_file: FeedbackOption = None,
) -> None:
    """Write the feedback as JSON Lines in the form of the evaluation's question files."""
    from assistant.feedback import FeedbackFile

    lines = [
        json.dumps(entry, ensure_ascii=False)
        for entry in FeedbackFile(feedback_path(feedback_file), make=False).entries()
    ]
    text = "".join(f"{line}\n" for line in lines)
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
        print(f"{len(lines)} entries are in '{out}'.")


@feedback.command()
def clear(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, feedback_file: FeedbackOption = None
) -> None:
    """Delete all feedback, after a question."""
    from assistant.feedback import FeedbackFile

    file = FeedbackFile(feedback_path(feedback_file), make=False)
    if not yes and not typer.confirm(f"Delete all {file.count()} entries of '{file.path}'?", err=True):
        print("Nothing was deleted.")
        return
    print(f"{file.clear()} entries were deleted.")


def feedback_path(given: Path | None) -> Path:
    """The file that was named, or the usual one."""
    from assistant.feedback import default_file

    return given or default_file()


def check_serving(auth: Path | None, root_path: str, kept: Path | None) -> Accounts | None:
    """The accounts; a ValueError or RuntimeError of one sentence where what serving needs cannot be used."""
    from assistant.accounts import Accounts
    from assistant.feedback import FeedbackFile
    from assistant.web.prefix import checked_root_path

    checked_root_path(root_path)
    if kept is not None:
        FeedbackFile(kept)
    return None if auth is None else Accounts.read(auth)


def leave(patience: float = 0.5) -> None:
    """End the process with exit code 0 although an answer is still being made in a thread; else do nothing."""
    until = time.monotonic() + patience
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(0)

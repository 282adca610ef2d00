"""A progress bar for long work, on standard error.

In: what is being done and how much of the whole is done. Out: nothing but the bar.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Advance:
    """Shows what is being done, and how much of the whole is done (0..1)."""

    def __call__(self, what: str, done: float) -> None:
        """Without a bar, nothing is shown."""


@contextmanager
def progress_bar(shown: bool) -> Iterator[Advance]:
    """A bar on standard error that `Advance` moves, or none."""
    if not shown:
        yield Advance()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0)

        class Bar(Advance):
            def __call__(self, what: str, done: float) -> None:
                bar.update(task, description=what, completed=done)

        yield Bar()

"""Where the question bank is thin: ``python -m evals.thin_bank``, under a minute.

Some questions of each unit are asked as if the bank did not have them. Where a question without an answer is nearer
than any that is left, the assistant would rather refuse, and so it would a like one that nobody has written yet.
The units of which that is most true come first: they need more questions.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, NamedTuple, Optional

import numpy as np
import typer

from assistant.dialogue import Resolved
from assistant.retrieval import retrieve
from index import Index, open_index
from index.progress import progress_bar


class Thin(NamedTuple):
    """A unit, and how much nearer its questions are to others of the bank than to those of gaps.

    Attributes:
        unit: its number in ``index.corpus.units``.
        margin: late interaction with the nearest other question of the bank less that with the nearest of a gap, mean
            over the questions asked; below 0 the gaps are nearer.
        lost: the share of them that are nearer to a gap.
    """

    unit: int
    margin: float
    lost: float


def thinnest(index: Index, per_unit: int, units: Collection[int] | None = None, shown: bool = False) -> list[Thin]:
    """The units, thinnest first, judged by ``per_unit`` of their questions, drawn with a fixed seed."""
    of_unit = defaultdict(list)
    for number, question in enumerate(index.bank):
        if not question.dialogue and (units is None or question.unit in units):
            of_unit[question.unit].append(number)
    dice = random.Random(0)
    found = []
    with progress_bar(shown) as advance:
        for done, (unit, numbers) in enumerate(of_unit.items(), 1):
            drawn = dice.sample(numbers, min(per_unit, len(numbers)))
            margins = [margin_without_itself(index, number) for number in drawn]
            found.append(Thin(unit, float(np.mean(margins)), float(np.mean(np.less(margins, 0)))))
            advance("Asking the bank its own questions", done / len(of_unit))
    return sorted(found, key=lambda each: each.margin)


def margin_without_itself(index: Index, number: int) -> float:
    """How much nearer a question of the bank is to the others than to any of a gap."""
    ranked = retrieve(index, Resolved(index.bank[number].text))
    others = ranked.asked.late[ranked.asked.numbers != number]
    return float(others.max(initial=0.0)) - float(ranked.gap.late.max(initial=0.0))


def thin_bank(
    index_dir: Annotated[Optional[Path], typer.Option(help="Where the index lies.")] = None,  # noqa: UP045
    per_unit: Annotated[int, typer.Option(min=1, help="Questions asked of each unit.")] = 4,
    count: Annotated[int, typer.Option(min=1, help="Units to print.")] = 40,
) -> None:
    """Print the units that need more questions."""
    index = open_index(index_dir=index_dir)
    found = thinnest(index, per_unit, shown=True)
    print(f"{np.mean([each.lost for each in found]):.3f} of the questions are nearer to a gap, mean over units")
    for each in found[:count]:
        unit = index.corpus.units[each.unit]
        print(f"{each.margin:+.3f}  {each.lost:.2f}  {unit.doc_id:14} {unit.start:6}  {unit.text[:90]!r}")


if __name__ == "__main__":
    typer.run(thin_bank)

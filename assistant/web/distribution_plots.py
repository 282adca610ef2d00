"""How the chosen rows spread over size, age, year and site: small bar charts, each over that of all rows.

In: a case table and the chosen records. Out: SVG figures with a text alternative, one for each of these
columns that the table has. Colours and words are the page's, as in `assistant.web.survival_plot`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.web.markup import escape
from corpus.cases import CaseTable, Column, Record
from corpus.cases.statistics import summarise

PLOTTED = ("size_mm", "age", "year", "site")
STEPS = (1, 2, 5, 10, 20, 25, 50, 100)
MOST_BINS = 10
HEIGHT = 84  # pixels of the bars
LINE = 24  # pixels of one bar that lies on its side


def render_distributions(table: CaseTable, chosen: Sequence[Record]) -> str:
    """The figures side by side."""
    figures = ""
    for column in table.columns:
        if column.name in PLOTTED and column.kind == "number":
            figures += _histogram(table, column, chosen)
        elif column.name in PLOTTED and column.kind == "choice":
            figures += _bars(table, column, chosen)
    return f'<div class="plots">{figures}</div>' if figures else ""


def _histogram(table: CaseTable, column: Column, chosen: Sequence[Record]) -> str:
    values, everyone = _numbers(column, chosen), _numbers(column, table.records)
    unit = f" {column.unit}" if column.unit else ""
    if values:
        found = summarise(values)
        told = f"n = {found.n}, median {found.median:g}{unit}, range {found.min:g} to {found.max:g}{unit}"
    else:
        told = "not stated in the chosen rows"
    low, high = min(everyone), max(everyone)
    step = next((step for step in STEPS if high // step - low // step < MOST_BINS), STEPS[-1])
    first, last = int(low // step), int(high // step)
    here, there = Counter(int(value // step) for value in values), Counter(int(value // step) for value in everyone)
    top, width = max(there.values()), 100 / (last - first + 1)
    every = 2 if last - first >= 6 else 1
    drawn = ""
    for number, bin_ in enumerate(range(first, last + 1)):
        drawn += _upright("whole", number * width, width, there[bin_] / top)
        drawn += _upright("chosen", number * width, width, here[bin_] / top)
        if here[bin_]:
            y = HEIGHT * (1 - here[bin_] / top) - 4
            drawn += f'<text class="number" x="{(number + 0.5) * width:.2f}%" y="{y:.1f}">{here[bin_]}</text>'
        if number % every == 0:
            drawn += f'<text class="edge" x="{number * width:.2f}%" y="{HEIGHT + 16}">{bin_ * step}</text>'
    base = f'<line class="tick" x1="0" x2="100%" y1="{HEIGHT}" y2="{HEIGHT}"/>'
    return _figure(column, told, drawn + base, HEIGHT + 22)


def _bars(table: CaseTable, column: Column, chosen: Sequence[Record]) -> str:
    here = Counter(_word(record, column) for record in chosen)
    there = Counter(_word(record, column) for record in table.records)
    words = sorted(there, key=lambda word: (word == "not stated", -there[word], word))
    top = max(there.values())
    drawn = ""
    for number, word in enumerate(words):
        y = number * LINE
        drawn += f'<text class="left" x="-8" y="{y + 16}">{escape(word)}</text>'
        for style, counts in (("whole", there), ("chosen", here)):
            drawn += (
                f'<rect class="{style}" x="0" y="{y + 3}" width="{88 * counts[word] / top:.2f}%" height="{LINE - 6}"/>'
            )
        x = 88 * max(here[word], there[word]) / top
        drawn += f'<text class="right" x="{x:.2f}%" dx="6" y="{y + 16}">{here[word]}</text>'
    told = ", ".join(f"{here[word]} {word}" for word in words if here[word]) or "no rows"
    return _figure(column, told, drawn, len(words) * LINE, "sideways")


def _figure(column: Column, told: str, drawn: str, height: int, style: str = "") -> str:
    title = column.phrase[:1].upper() + column.phrase[1:]
    shown = f"<span>{escape(told)}</span>" if style != "sideways" else ""
    return (
        f'<figure class="plot {style}"><figcaption><strong>{escape(title)}</strong> {shown}</figcaption>'
        f'<svg class="chart" role="img" aria-label="{escape(f"{title}: {told}")}" width="100%" height="{height}">'
        f"{drawn}</svg></figure>"
    )


def _upright(style: str, x: float, width: float, share: float) -> str:
    if share == 0:
        return ""
    height = HEIGHT * share
    across = f'x="{x + 0.4:.2f}%" width="{width - 0.8:.2f}%"'
    return f'<rect class="{style}" {across} y="{HEIGHT - height:.1f}" height="{height:.1f}"/>'


def _numbers(column: Column, records: Sequence[Record]) -> list[float]:
    return [float(str(value)) for record in records if (value := record.values[column.name]) is not None]


def _word(record: Record, column: Column) -> str:
    value = record.values[column.name]
    return "not stated" if value is None else str(value)

"""The plots of a report, as SVG text to stand inside a page.

In: a report. Out: title and SVG of each plot. Text and axes take the colour of the page around them,
so that one drawing reads in light and in dark.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from evals.figures import Figure, calibration_bins, calibration_error, per_kind
from evals.report import Report

_INK = "#010203"
_COLOURS = ("#3b82c4", "#d98032", "#4c9f70", "#a070b8", "#8a8f98")
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot with the heading and the caption it needs."""

    title: str
    caption: str
    svg: str


def plots(report: Report) -> Iterator[Plot]:
    """All plots of a report, over its widest set."""
    count = len(report.assistant)
    yield Plot(
        "Right passage among the first k, by system",
        f"Bars: hit@k; lines: 95 % bootstrap interval; set: {report.widest}.",
        _draw("hits", (7, 4), lambda axes: _hits(axes, report)),
    )
    kinds = {kind: figures for kind, figures in per_kind(report.assistant).items() if figures["hit@1"].n}
    yield Plot(
        "By kind of question",
        "hit@1 and hit@5 of the assistant; n answerable questions in brackets.",
        _draw("kinds", (7, 0.9 + 0.36 * len(kinds)), lambda axes: _kinds(axes, kinds)),
    )
    yield Plot(
        "Confidence, answerable against unanswerable",
        f"{count} questions; the less the two overlap, the better abstention can be.",
        _draw("confidence", (7, 4), lambda axes: _confidence(axes, report)),
    )
    yield Plot(
        "Reliability of the confidence",
        "Share of questions whose first passage was right, by stated confidence; on the diagonal the confidence "
        f"is what it says. Expected calibration error {calibration_error(report.assistant):.3f}. "
        "The number at a point is its n.",
        _draw("reliability", (7, 4), lambda axes: _reliability(axes, report)),
    )


def _hits(axes: Axes, report: Report) -> None:
    by_system = report.figures[report.widest]
    width = 0.8 / len(by_system)
    for number, (system, figures) in enumerate(by_system.items()):
        for place, key in enumerate(("hit@1", "hit@3", "hit@5")):
            figure = figures[key]
            if figure.value is None:
                continue
            x = place + (number - (len(by_system) - 1) / 2) * width
            label = system if place == 0 else None
            axes.bar(x, figure.value, width * 0.92, color=_COLOURS[number % len(_COLOURS)], label=label)
            if figure.low is not None and figure.high is not None:
                axes.vlines(x, figure.low, figure.high, color=_INK, linewidth=1)
    axes.set_xticks(range(3), ["hit@1", "hit@3", "hit@5"])
    axes.set_ylim(0, 1)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, fontsize=9)


def _kinds(axes: Axes, kinds: Mapping[str, Mapping[str, Figure]]) -> None:
    for key, shift, colour in (("hit@1", -0.2, _COLOURS[0]), ("hit@5", 0.2, _COLOURS[4])):
        values = [figures[key].value or 0.0 for figures in kinds.values()]
        axes.barh([place + shift for place in range(len(kinds))], values, 0.38, color=colour, label=key)
    axes.set_yticks(range(len(kinds)), [f"{kind} ({figures['hit@1'].n})" for kind, figures in kinds.items()])
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=9)


def _confidence(axes: Axes, report: Report) -> None:
    groups = [
        [record.confidence for record in report.assistant if record.answerable is answerable]
        for answerable in (True, False)
    ]
    bins = [step / 20 for step in range(21)]
    axes.hist(groups, bins=bins, color=list(_COLOURS[:2]), label=["answerable", "unanswerable"])
    axes.set_xlabel("confidence")
    axes.set_ylabel("questions")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=9)


def _reliability(axes: Axes, report: Report) -> None:
    cells = calibration_bins(report.assistant)
    axes.plot([0, 1], [0, 1], color=_INK, linewidth=0.8, linestyle="--")
    axes.plot([sure for sure, _, _ in cells], [right for _, right, _ in cells], "o-", color=_COLOURS[0])
    for sure, right, n in cells:
        axes.annotate(str(n), (sure, right), textcoords="offset points", xytext=(6, -11), fontsize=8)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("confidence")
    axes.set_ylabel("share right")


def _draw(name: str, size: tuple[float, float], fill: Callable[[Axes], None]) -> str:
    """Draw and return the SVG element alone; ``name`` keeps its ids apart from those of other plots."""
    with rc_context({**_SETTINGS, "svg.hashsalt": name}):
        drawing = Drawing(figsize=size, layout="constrained")
        fill(drawing.subplots())
        file = io.StringIO()
        drawing.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    svg = file.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'(?<=\bid=")|(?<=href="#)|(?<=url\(#)', f"{name}-", svg)
    return svg.replace(_INK, "currentColor")

"""Survival of the chosen rows as a picture: the Kaplan-Meier curve with its interval, over that of all rows.

In: the chosen records and all records of a table. Out: an SVG figure with a text alternative, or a sentence
where no row says how long it was followed and how that ended. The picture takes its colours from the page and
fills the width it is given: curves are drawn in months and percent and stretched, words keep their size.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.web.markup import escape
from corpus.cases import CaseTable, Record
from corpus.cases.query import follow_up
from corpus.cases.statistics import Survival, kaplan_meier, survival_at

HEIGHT = 190  # pixels of the plot itself; labels stand outside of it
MOST_TICKS = 8
STEPS = (6, 12, 24, 36, 60, 120)  # months between ticks
TOLD = (12, 36, 60)  # months at which survival is said in words


def render_survival(table: CaseTable, chosen: Sequence[Record]) -> str:
    """The figure for the chosen rows."""
    names = {column.name for column in table.columns}
    if not {"follow_up_months", "outcome"} <= names:
        return _without(f"{table.title} states no months of follow-up.")
    times, died = follow_up(list(chosen))
    if not times:
        return _without(f"none of the chosen {table.noun} states both follow-up and outcome.")
    whole_times, whole_died = follow_up(list(table.records))
    curve, whole = kaplan_meier(times, died), kaplan_meier(whole_times, whole_died)
    subset = len(times) < len(whole_times)
    end = max(whole_times)
    told = _told(times, died)
    numbers = f"n = {len(times)}, {sum(died)} {'death' if sum(died) == 1 else 'deaths'}"
    unstated = len(chosen) - len(times)
    missing = f"; {unstated} without follow-up or outcome left out" if unstated else ""
    label = f"Kaplan-Meier curve of overall survival: {numbers}. {told}"
    key = "chosen" if subset else f"all {table.noun}"
    faint = f'<span class="key whole">all {table.noun} (n = {len(whole_times)})</span>' if subset else ""
    return (
        '<figure class="plot survival"><figcaption><strong>Overall survival</strong> '
        f"<span>Kaplan-Meier, {numbers}{missing}</span></figcaption>"
        f'<svg class="chart" role="img" aria-label="{escape(label)}" width="100%" height="{HEIGHT + 62}">'
        f"{_axes(end)}{_curves(curve, whole if subset else None, end)}{_at_risk(curve, end)}</svg>"
        f'<p class="keys-of-plot"><span class="key chosen">{escape(key)}</span>'
        f'<span class="key band">95 % interval</span>'
        f'<span class="key censored">censored</span>{faint}</p><p class="told">{escape(told)}</p></figure>'
    )


def _without(why: str) -> str:
    return f'<p class="no-curve">No survival curve: {escape(why)}</p>'


def _told(times: Sequence[float], died: Sequence[bool]) -> str:
    """Survival in words, as far as anybody was followed."""
    parts = []
    for months in TOLD:
        if months <= max(times):
            value, interval = survival_at(times, died, months)
            beside = " (no death before)" if value == 100 else ""
            if interval is not None:
                beside = f" (95 % interval {interval[0]:.0f} to {interval[1]:.0f} %)"
            parts.append(f"{value:.0f} % at {months} months{beside}")
    return f"Alive: {'; '.join(parts)}." if parts else f"Nobody was followed for {TOLD[0]} months."


def _curves(curve: Survival, whole: Survival | None, end: float) -> str:
    faint = f'<path class="whole" d="{_steps(whole.times, whole.alive)}"/>' if whole else ""
    low = _corners(curve.times, curve.low)
    band = _steps(curve.times, curve.high) + "".join(f"L{x:g} {y:.2f}" for x, y in reversed(low)) + "Z"
    marks = "".join(
        f"M{time:g} {(y := 100 - 100 * _alive(curve, time)) - 3:.2f}V{y + 3:.2f}" for time in curve.censored
    )
    return (
        f'<svg viewBox="0 0 {end:g} 100" preserveAspectRatio="none" width="100%" height="{HEIGHT}" overflow="visible">'
        f'<path class="band" d="{band}"/>{faint}<path class="curve" d="{_steps(curve.times, curve.alive)}"/>'
        f'<path class="censored" d="{marks}"/></svg>'
    )


def _corners(times: Sequence[float], shares: Sequence[float]) -> list[tuple[float, float]]:
    """The corners of a staircase that begins at 100 %, y downwards."""
    corners, level = [(0.0, 0.0)], 0.0
    for time, share in zip(times, shares, strict=True):
        corners += [(time, level), (time, level := 100 - 100 * share)]
    return corners


def _steps(times: Sequence[float], shares: Sequence[float]) -> str:
    return "M" + "L".join(f"{x:g} {y:.2f}" for x, y in _corners(times, shares))


def _alive(curve: Survival, months: float) -> float:
    return next(
        (share for time, share in zip(curve.times[::-1], curve.alive[::-1], strict=True) if time <= months), 1.0
    )


def _ticks(end: float) -> range:
    step = next((step for step in STEPS if end / step < MOST_TICKS), STEPS[-1])
    return range(0, int(end) + 1, step)


def _axes(end: float) -> str:
    levels = "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{y:g}" y2="{y:g}"/>'
        f'<text class="left" x="-8" y="{y + 4:g}">{share} %</text>'
        for share in (0, 25, 50, 75, 100)
        for y in [HEIGHT * (1 - share / 100)]
    )
    months = "".join(
        f'<line class="tick" x1="{x:.2f}%" x2="{x:.2f}%" y1="{HEIGHT}" y2="{HEIGHT + 5}"/>'
        f'<text x="{x:.2f}%" y="{HEIGHT + 18}">{tick}</text>'
        for tick in _ticks(end)
        for x in [100 * tick / end]
    )
    return f'{levels}{months}<text class="axis" x="50%" y="{HEIGHT + 35}">months</text>'


def _at_risk(curve: Survival, end: float) -> str:
    """How many were still followed at each tick: those at risk at the next time that is in the curve."""
    y = HEIGHT + 56
    counts = "".join(
        f'<text x="{100 * tick / end:.2f}%" y="{y}">'
        f"{next((n for time, n in zip(curve.times, curve.at_risk, strict=True) if time >= tick), 0)}</text>"
        for tick in _ticks(end)
    )
    return f'<text class="left" x="-16" y="{y}">at risk</text>{counts}'

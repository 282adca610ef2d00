"""The floors no run may fall below, and the sentences that say which it did.

In: a report and ``floors.toml``. Out: one sentence for each floor missed. Floors are set by set
("sample", "test"); a set that was not asked has none. Where baselines were run, the assistant must
be above every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli

from evals.figures import DIGITS, TITLES
from evals.report import ALL, Report
from evals.running import ASSISTANT

FLOORS = Path(__file__).with_name("floors.toml")


class FloorsError(ValueError):
    """A floors file that cannot be used; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Floor:
    """One limit: the figure of that set must be at least (or at most) the limit."""

    set: str
    figure: str
    limit: float
    at_least: bool


@dataclass(frozen=True, slots=True)
class Floors:
    """All limits, and the figures in which the assistant must be above every baseline."""

    floors: tuple[Floor, ...]
    above_baselines: tuple[str, ...]


def read_floors(path: Path = FLOORS) -> Floors:
    """Read the floors file.

    Raises:
        FloorsError: it is missing, not TOML, or names a figure that no report has.
    """
    try:
        data: dict[str, Any] = tomli.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise FloorsError(f"The floors file '{path}' cannot be read: {error}.") from error
    above = tuple(data.pop("above_baselines", ()))
    if unknown := {key for limits in data.values() for key in limits} - {"at_least", "at_most"}:
        raise FloorsError(f"The floors file '{path}' has unknown sections: {', '.join(sorted(unknown))}.")
    floors = tuple(
        Floor(name, figure, float(limit), direction == "at_least")
        for name, directions in data.items()
        for direction, limits in directions.items()
        for figure, limit in limits.items()
    )
    if unknown := {floor.figure for floor in floors}.union(above) - set(TITLES):
        raise FloorsError(f"The floors file '{path}' names unknown figures: {', '.join(sorted(unknown))}.")
    return Floors(floors, above)


def missed_floors(report: Report, floors: Floors) -> tuple[str, ...]:
    """One sentence for each floor that the assistant's figures miss."""
    return (*_missed_limits(report, floors), *_not_above_baselines(report, floors))


def _missed_limits(report: Report, floors: Floors) -> Iterator[str]:
    for floor in floors.floors:
        if floor.set not in report.figures:
            continue
        value = report.figures[floor.set][ASSISTANT][floor.figure].value
        title, digits = TITLES[floor.figure], DIGITS[floor.figure]
        if value is None:
            yield f"On the {floor.set} set there is nothing to measure '{title}' by, though it has a floor."
        elif floor.at_least and value < floor.limit:
            yield f"On the {floor.set} set '{title}' is {value:.{digits}f}, below the floor of {floor.limit}."
        elif not floor.at_least and value > floor.limit:
            yield f"On the {floor.set} set '{title}' is {value:.{digits}f}, above the limit of {floor.limit}."


def _not_above_baselines(report: Report, floors: Floors) -> Iterator[str]:
    for name, by_system in report.figures.items():
        if name == ALL:  # follows from its parts
            continue
        for figure in floors.above_baselines:
            values = {system: figures[figure].value for system, figures in by_system.items()}
            own = values.pop(ASSISTANT)
            above = [
                f"{system} ({value:.3f})"
                for system, value in values.items()
                if value is not None and own is not None and value >= own
            ]
            if above:
                yield f"On the {name} set '{TITLES[figure]}' is {own:.3f}, not above the baselines {', '.join(above)}."

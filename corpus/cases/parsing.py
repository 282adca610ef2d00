"""Small parsers that several case tables share: from a printed cell to a typed value, None where it states none."""

from __future__ import annotations

import re

NOT_STATED = frozenset({"", "NA", "-", "–", "?", "- –"})


def number(text: str) -> float | int | None:
    """The first number of a cell: "18 months" is 18."""
    match = re.search(r"\d+(?:\.\d+)?", text)
    return _plain(float(match.group())) if match else None


def largest(text: str) -> float | int | None:
    """The largest number of a cell that prints several: "40 and 60" is 60, "6.4 × 7 × 9" is 9."""
    found = [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)]
    return _plain(max(found)) if found else None


def side(text: str) -> str | None:
    """The side of the body that a site names."""
    match = re.search(r"\b(left|right)\b", text, re.IGNORECASE)
    return match.group().lower() if match else None


def found(text: str, patterns: dict[str, str]) -> frozenset[str]:
    """The names whose pattern occurs in a cell."""
    return frozenset(name for name, pattern in patterns.items() if re.search(pattern, text, re.IGNORECASE))


def first(text: str, patterns: dict[str, str]) -> str | None:
    """The first of the names whose pattern occurs in a cell."""
    return next((name for name, pattern in patterns.items() if re.search(pattern, text, re.IGNORECASE)), None)


def _plain(value: float) -> float | int:
    return int(value) if value.is_integer() else value

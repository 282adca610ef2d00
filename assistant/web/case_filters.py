"""The filters of a case table: a form made from its typed columns, and what the form sends, read back.

In: a case table; or the names and values that a browser sent, which may be anything. Out: the form as HTML; or
the conditions of a query. The choices of a select are sent by their number, so that only a choice that was
offered can come back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.cases.wording import condition_in_words
from assistant.web.markup import escape
from corpus.cases import CaseTable, Column
from corpus.cases.query import Condition

FIRST = (  # the columns most asked about; the others are one click away
    *("sex", "age", "site", "size_mm", "operation", "margin", "adjuvant", "recurrence", "metastasis"),
    *("follow_up_months", "outcome", "year"),
)
LEFT_OUT = ("case", "status")  # the row's number, and the outcome once more


def render_filters(table: CaseTable) -> str:
    """The form of a table; columns in which every row says something else of its own have no filter."""
    usable = [column for column in table.columns if column.name not in LEFT_OUT and _filters(table, column)]
    first = "".join(_control(table, column) for column in usable if column.name in FIRST)
    more = "".join(_control(table, column) for column in usable if column.name not in FIRST)
    if more:
        more = f'<details class="more"><summary>More filters</summary><div class="fields">{more}</div></details>'
    return f'<div class="fields">{first}</div>{more}'


def read_filters(table: CaseTable, sent: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions that a form states; what cannot be read is no condition."""
    conditions: list[Condition] = []
    for column in table.columns:
        if column.kind == "number":
            conditions += _range(column, sent)
        else:
            number = str(sent.get(column.name, ""))[:4]
            choices = _choices(table, column)
            if number.isdecimal() and int(number) < len(choices):
                conditions.append(choices[int(number)])
    return tuple(conditions)


def _filters(table: CaseTable, column: Column) -> bool:
    values = {record.values[column.name] for record in table.records}
    if column.kind == "text":
        return len(values) > 1 and 2 * len(values) <= len(table.records)
    return len(values) > 1


def _control(table: CaseTable, column: Column) -> str:
    if column.kind == "number":
        return _number_fields(table, column)
    options = "".join(
        f'<option value="{number}">{escape(_label(choice, table, column))} ({_size(table, choice)})</option>'
        for number, choice in enumerate(_choices(table, column))
    )
    name = escape(column.name)
    return (
        f'<label class="field"><span>{escape(_title(column.phrase))}</span>'
        f'<select name="{name}"><option value="">all</option>{options}</select></label>'
    )


def _number_fields(table: CaseTable, column: Column) -> str:
    values = [float(str(value)) for record in table.records if (value := record.values[column.name]) is not None]
    name, phrase = escape(column.name), escape(column.phrase)
    unit = f", {escape(column.unit)}" if column.unit else ""
    ends = "".join(
        f'<input type="number" step="any" inputmode="decimal" name="{name}.{end}" placeholder="{shown:g}" '
        f'aria-label="{phrase}{unit}, {word}">'
        for end, word, shown in (("min", "at least", min(values)), ("max", "at most", max(values)))
    )
    missing = len(table.records) - len(values)
    unstated = (
        f'<label class="unstated"><input type="checkbox" name="{name}.unstated"> not stated ({missing})</label>'
        if missing
        else ""
    )
    return (
        f'<fieldset class="field"><legend>{_title(phrase)}{unit}</legend>'
        f'<span class="ends">{ends}</span>{unstated}</fieldset>'
    )


def _choices(table: CaseTable, column: Column) -> tuple[Condition, ...]:
    """What can be chosen in a column, in the order of the select."""
    values = [record.values[column.name] for record in table.records]
    wanted: list[str | bool]
    if column.kind == "set":
        sets = [value for value in values if isinstance(value, frozenset)]
        wanted = ["any", "none"] if frozenset() in sets else []
        wanted += sorted({member for each in sets for member in each})
    elif column.kind == "flag":
        wanted = [True, False]
    else:
        wanted = sorted({str(value) for value in values if value is not None})
    return tuple(Condition(column.name, each) for each in (*wanted, *(["not stated"] if None in values else [])))


def _label(choice: Condition, table: CaseTable, column: Column) -> str:
    """A choice in the words of a select: the column's name is beside it already."""
    if choice.wanted is True or choice.wanted is False:
        return "yes" if choice.wanted else "no"
    if column.kind == "set" or choice.wanted == "not stated":
        return str(choice.wanted)
    return condition_in_words(choice, table).removeprefix(f"{column.phrase} ")


def _size(table: CaseTable, choice: Condition) -> int:
    return sum(bool(choice.holds(record)) for record in table.records)


def _range(column: Column, sent: Mapping[str, Any]) -> Iterable[Condition]:
    """At least, at most, and rows that do not state it: alone, or beside those in the range."""
    unstated = Condition(column.name, "not stated") if sent.get(f"{column.name}.unstated") is True else None
    ends = [(sign, _number(sent.get(f"{column.name}.{end}"))) for sign, end in ((">=", "min"), ("<=", "max"))]
    bounds = [Condition(column.name, f"{sign} {end!r}", or_else=unstated) for sign, end in ends if end is not None]
    return bounds or ([unstated] if unstated else [])


def _number(sent: object) -> float | None:
    try:
        number = float(str(sent)[:20])
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _title(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]

"""Queries and results in words. In: `Query`, `Result`. Out: sentences of our own, with n and what is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from corpus.cases.models import CaseTable, Column, Record
from corpus.cases.query import SUMMARIES, Condition, Measure, Query, Result, follow_up

_GROUPS = 6  # groups named in a sentence
LISTED = 14  # rows named one by one in a sentence; more stand in the table below it
_NAMES = {"F": "female", "M": "male"}
_SIGNS = {">": "over", ">=": "at least", "<": "under", "<=": "at most"}
_COURSE = ("adjuvant", "recurrence", "metastasis", "follow_up_months", "outcome")


def query_in_words(query: Query, table: CaseTable) -> str:
    """What was understood, as one phrase: "number of cases with metastasis (lung), among those with sex female"."""
    of = table.column(query.of).phrase if query.of else ""
    subject = {
        "count": f"number of {table.noun}",
        "share": f"share of {table.noun}",
        "list": table.noun,
        "survival": f"survival at {query.at or 0:g} months (Kaplan-Meier) of {table.noun}",
        "min": f"smallest {of} of {table.noun}",
        "max": f"largest {of} of {table.noun}",
    }.get(query.measure, f"{'standard deviation' if query.measure == 'sd' else query.measure} of {of} of {table.noun}")
    return " ".join([subject, *_which(query, table)])


def survival_in_words(query: Query, table: CaseTable) -> str:
    """A survival that is asked for, in years where they are whole: "survival at 5 years (margin R0)"."""
    years, rest = divmod(query.at or 0, 12)
    when = f"{query.at or 0:g} months" if rest else f"{years:g} year{'s' if years > 1 else ''}"
    which = " ".join(_which(query, table))
    return f"survival at {when}" + (f" ({which})" if which else "")


def _which(query: Query, table: CaseTable) -> list[str]:
    """Which rows a query is about, in words."""
    parts = list(_conditions(query.where, table))
    if query.given:
        parts += ["among those", *_conditions(query.given, table)]
    if query.by:
        parts.append("compared: " + " / ".join(condition_in_words(each, table) for each in query.by))
    return parts


def condition_in_words(condition: Condition, table: CaseTable) -> str:
    """A condition as a phrase: "with metastasis (lung)", "age over 50 years", "site thigh"."""
    if condition.or_else is not None:
        one = condition_in_words(replace(condition, or_else=None), table)
        return f"{one} or {condition_in_words(condition.or_else, table)}"
    column, wanted = table.column(condition.column), condition.wanted
    if wanted in ("stated", "not stated"):
        return f"{column.phrase} {wanted}"
    if column.kind == "flag":
        return f"{'with' if wanted != condition.negated else 'without'} {column.phrase}"
    if column.kind == "set":
        has = "without" if (wanted == "none") != condition.negated else "with"
        return f"{has} {column.phrase}" + ("" if wanted in ("any", "none") else f" ({_wanted(wanted, column)})")
    return f"{column.phrase} {'not ' if condition.negated else ''}{_wanted(wanted, column)}"


def result_in_words(result: Result, table: CaseTable) -> str:
    """The result as a sentence or two, with n, the interval, and the rows behind it where they are few."""
    query = result.query
    if query.by:
        groups = result.groups
        many = len(groups) > 3 and query.measure == "count" and not query.where
        if many:  # all values of a column, the most frequent first
            groups = tuple(sorted(groups, key=lambda each: -len(each[1].counted)))
        lines = [
            f"{condition_in_words(condition, table)}: {_value(each, table)}" for condition, each in groups[:_GROUPS]
        ]
        text = "; ".join(lines) + (f"; {len(groups)} different values in all." if many else ".")
        if query.measure in SUMMARIES and len(groups) == 2 and None not in (groups[0][1].value, groups[1][1].value):
            column = table.column(query.of)
            text += f" Difference {_in_unit(abs((groups[0][1].value or 0) - (groups[1][1].value or 0)), column)}."
        if result.p_value is not None:
            sizes = " and ".join(str(_n(each)) for _, each in result.groups)
            p_value = "p < 0.001" if result.p_value < 0.001 else f"p = {result.p_value:.2g}"
            text += f" {result.test[0].upper()}{result.test[1:]}: {p_value} (n = {sizes}; exploratory)."
        return text[0].upper() + text[1:]
    text = _value(result, table)
    named = result.counted if query.measure in ("count", "share", "list", "min", "max", "range") else ()
    if 0 < len(named) <= LISTED and query.measure != "list":
        text += ": " + ", ".join(_row(table.records[number - 1], query, table) for number in named)
    return text[0].upper() + text[1:] + "."


def missing_in_words(result: Result, table: CaseTable) -> str:
    """How missing values were treated; empty where none are missing."""
    missing = result.missing
    if result.query.by:
        missing = tuple(sorted({number for _, each in result.groups for number in each.missing}))
    if not missing:
        return ""
    numbers = ", ".join(map(str, missing[:LISTED])) + (", …" if len(missing) > LISTED else "")
    one = len(missing) == 1
    noun = {"cases": "case", "patients": "patient"}.get(table.noun, "row") if one and result.query.by else table.noun
    total = "" if result.query.by else f" of {len(result.base) + len(missing)}"
    return f"Not stated, and so left out: {len(missing)}{total} {noun} (no. {numbers})."


def label(record: Record) -> str:
    """A row's name: "#23 Saglik 1992", "patient 9"."""
    author = record.values.get("author")
    if author is None:
        return f"patient {record.number}"
    year = record.values["year"]
    name = f"{author}" if str(author).endswith(str(year)) else f"{author} {year}"
    return f"#{record.number} {name}" if record.table == "gsv-review" else name


def shown_columns(query: Query, table: CaseTable) -> tuple[Column, ...]:
    """The columns of the rows that a reader needs beside the answer: those asked for, compared and summarised."""
    names = [*query.show, query.of, *(each.column for each in (*query.where, *query.given, *query.by))]
    if query.measure == "survival" or (query.measure == "list" and not query.show):
        names += _COURSE
    known = {column.name: column for column in table.columns}
    return tuple(known[name] for name in dict.fromkeys(names) if name in known and name != "case")


def _conditions(conditions: tuple[Condition, ...], table: CaseTable) -> list[str]:
    return [", ".join(condition_in_words(each, table) for each in conditions)] if conditions else []


def _wanted(wanted: object, column: Column) -> str:
    if isinstance(wanted, tuple):
        return " or ".join(_wanted(each, column) for each in wanted)
    if isinstance(wanted, bool) or column.kind != "number":
        text = str(wanted)
        return f"{text.removeprefix('only ')} only" if text.startswith("only ") else _NAMES.get(text, text.lstrip("~ "))
    if isinstance(wanted, str):
        sign, _, number = wanted.partition(" ")
        return f"{_SIGNS[sign]} {_in_unit(float(number), column)}"
    return _in_unit(float(str(wanted)), column)


def _value(result: Result, table: CaseTable) -> str:
    query = result.query
    if query.measure == "survival":
        times, died = follow_up([table.records[number - 1] for number in result.counted])
        if not times:
            return "no row states both follow-up and outcome"
        if result.value is None:
            return (
                f"nobody was followed for {query.at or 0:g} months, so survival then cannot be estimated: "
                f"the longest of {len(times)} follow-ups is {max(times):g} months"
            )
        at_risk = sum(time >= (query.at or 0) for time in times)
        beside = " (no death before)" if result.value == 100 else _interval(result, "%")
        deaths = f"{sum(died)} death{'' if sum(died) == 1 else 's'}"
        return (
            f"{result.value:.1f} % alive at {query.at or 0:g} months{beside} by Kaplan-Meier, "
            f"n = {len(times)}, {deaths} in all, {at_risk} followed that long"
        )
    if query.measure in SUMMARIES:
        return _summary(result, table.column(query.of))
    k, n = len(result.counted), len(result.base)
    if query.measure == "list":
        if 0 < k <= LISTED:
            return ", ".join(_row(table.records[number - 1], query, table) for number in result.counted)
        return f"{k} of {n} {table.noun}"
    if n == 0:
        return f"no {table.noun} state this"
    return f"{k} of {n} {table.noun} ({100 * k / n:.1f} %{_interval(result, '%', ', ')})"


def _summary(result: Result, column: Column) -> str:
    summary = result.summary
    if summary is None:
        return f"no row states the {column.phrase}"
    number = {
        name: _in_unit(getattr(summary, name), column, unit=False) for name in SUMMARIES if name not in ("range",)
    }
    unit = column.printed_unit or column.unit
    unit = f" {unit}" if unit else ""
    spread = f"; range {number['min']}–{number['max']}{unit}; n = {summary.n}"
    measure = result.query.measure
    if measure in ("min", "max"):
        end = "smallest" if measure == "min" else "largest"
        return f"{column.phrase} {number[measure]}{unit}, the {end} of {summary.n}"
    if measure == "sum":
        return f"{number['sum']}{unit} in {summary.n} rows"
    if measure in ("median", "range"):
        return (
            f"median {column.phrase} {number['median']}{unit} (mean {number['mean']}{_sd(summary.sd, number)}{spread})"
        )
    return f"mean {column.phrase} {number['mean']}{unit}{_sd(summary.sd, number)} (median {number['median']}{spread})"


def _sd(sd: float, number: Mapping[Measure, str]) -> str:
    return "" if math.isnan(sd) else f" ± {number['sd']} SD"


def _interval(result: Result, unit: str, before: str = " (") -> str:
    if result.interval is None or math.isnan(result.interval[0]):
        return ""
    low, high = result.interval
    text = f"95 % confidence interval {low:.0f} to {high:.0f} {unit}"
    return f"{before}{text}" + (")" if before == " (" else "")


def _n(result: Result) -> int:
    return len(result.counted if result.query.measure in (*SUMMARIES, "survival") else result.base)


def _row(record: Record, query: Query, table: CaseTable) -> str:
    """A row by name, with the printed cells that were asked for: by name, or by "which", or by "what happened"."""
    names = [*query.show]
    if query.measure == "list":
        names += [each.column for each in query.where if each.wants_any and not each.negated]
        names = names or [name for name in _COURSE if any(column.name == name for column in table.columns)]
    cells = []
    for name in names:
        if name in ("author", "year") and "author" in record.values:
            continue  # the label names them
        cells += [f"{title}: {record.cells[title].text}" for title in table.column(name).cells]
    return label(record) + (f" ({'; '.join(dict.fromkeys(cells))})" if cells else "")


def _in_unit(value: float, column: Column, *, unit: bool = True) -> str:
    if math.isnan(value):
        return "not defined"
    shown = value * column.printed_factor
    digits = 2 if column.printed_unit else 1
    rounded = Decimal(repr(shown)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)  # 63.25 is 63.3
    text = f"{rounded.normalize():f}"
    name = column.printed_unit or column.unit
    return f"{text} {name}" if unit and name else text

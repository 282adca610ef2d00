"""Questions over records as data: which rows, what of them, and what comes out.

In: a `Query`. Out: a `Result` with the value, the rows it rests on, and those left out because the
source does not state what is asked. A row whose value is missing is never counted as a "no".
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

from corpus.cases import statistics
from corpus.cases.models import CaseTable, Column, Record, Value

Measure = Literal["count", "share", "list", "mean", "sd", "median", "range", "min", "max", "sum", "survival"]
MEASURES = get_args(Measure)
SUMMARIES: tuple[Measure, ...] = ("mean", "sd", "median", "range", "min", "max", "sum")
Wanted: TypeAlias = str | int | float | bool | tuple[str | int | float, ...]
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


class QueryError(ValueError):
    """A query that its table cannot answer; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row must have in one column.

    ``wanted``: a value (for a set: a member); a tuple (any of these); "> 50" and the like for numbers;
    True or False for flags; "~ x" for text that holds the word x; "any", "none",
    "several" and "only x" for sets;
    "stated", "not stated".
    ``negated`` turns it round ("no lung metastasis"); a row may fulfil ``or_else`` instead.
    """

    column: str
    wanted: Wanted
    negated: bool = False
    or_else: Condition | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns it looks at."""
        return (self.column, *(self.or_else.columns if self.or_else else ()))

    @property
    def wants_any(self) -> bool:
        """Whether any member of a set will do, or a flag must be set."""
        return self.wanted == "any" or self.wanted is True  # 1, a number, equals True

    def holds(self, record: Record) -> bool | None:
        """Whether a record fulfils it; None where the source does not state the column."""
        if self.or_else is not None:
            either = {replace(self, or_else=None).holds(record), self.or_else.holds(record)}
            return True if True in either else None if None in either else False
        value = record.values[self.column]
        if self.wanted in ("stated", "not stated"):
            return (value is not None) == (self.wanted == "stated")
        return None if value is None else _matches(value, self.wanted) != self.negated


@dataclass(frozen=True, slots=True)
class Query:
    """``measure`` of the rows of ``table`` that fulfil ``where``, among those that fulfil ``given``.

    ``of`` is the numeric column of a summary, ``at`` the months of survival, ``by`` the conditions whose
    rows are compared, ``show`` the columns that a list is asked for.
    """

    table: str
    measure: Measure
    where: tuple[Condition, ...] = ()
    given: tuple[Condition, ...] = ()
    of: str = ""
    at: float | None = None
    by: tuple[Condition, ...] = ()
    show: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came out.

    ``value`` is a number (share and survival in percent), or None where no row can tell. ``counted``
    are the numbers of the rows that fulfil all conditions (of a minimum, maximum or range: that have it),
    ``base`` of those they were looked for among (all that state what is asked), ``missing`` of those
    left out because they do not state it. ``interval`` is the 95 % confidence interval of a share, a
    mean or a survival. ``groups`` are the results for each condition of ``query.by``, ``p_value`` that
    of the comparison of two, by ``test``.
    """

    query: Query
    value: float | None
    counted: tuple[int, ...]
    base: tuple[int, ...]
    missing: tuple[int, ...]
    summary: statistics.Summary | None = None
    interval: tuple[float, float] | None = None
    groups: tuple[tuple[Condition, Result], ...] = ()
    p_value: float | None = None
    test: str = ""


def conditions(data: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Conditions as a TOML table states them: ``{site = "thigh", age = "> 50"}``."""
    return tuple(
        Condition(column, tuple(wanted) if isinstance(wanted, list) else wanted) for column, wanted in data.items()
    )


def run(query: Query, table: CaseTable) -> Result:
    """Answer a query.

    Raises:
        QueryError: the table has not that column, or the measure cannot be taken of it.
    """
    check(query, table)
    if query.by:
        return _compared(query, table)
    among = [record for record in table.records if all(condition.holds(record) for condition in query.given)]
    asked = [query.of] if query.measure in SUMMARIES else []
    if query.measure == "survival":
        asked = ["follow_up_months", "outcome"]
    holds = {record.number: [condition.holds(record) for condition in query.where] for record in among}
    # A row that already fails one condition is no case, whatever else it leaves open.
    unclear = [
        record.number
        for record in among
        if False not in holds[record.number]
        and (None in holds[record.number] or any(record.values[name] is None for name in asked))
    ]
    base = [record for record in among if record.number not in unclear]
    counted = [record for record in base if all(holds[record.number])]
    result = Result(
        query,
        None,
        tuple(record.number for record in counted),
        tuple(record.number for record in base),
        tuple(unclear),
    )
    return _measured(result, counted)


def _measured(result: Result, counted: list[Record]) -> Result:
    query = result.query
    if query.measure == "survival":
        times, died = follow_up(counted)
        if not times or max(times) < (query.at or 0.0):
            return result  # the curve ends with the longest follow-up: later survival would be a guess
        value, interval = statistics.survival_at(times, died, query.at or 0.0)
        return replace(result, value=value, interval=interval)
    if query.measure in SUMMARIES:
        numbers = [float(str(record.values[query.of])) for record in counted]
        if not numbers:
            return result
        summary = statistics.summarise(numbers)
        value = getattr(summary, "median" if query.measure == "range" else query.measure)
        if query.measure in ("min", "max", "range"):
            ends = (summary.min, summary.max) if query.measure == "range" else (value,)
            extreme = tuple(record.number for record in counted if record.values[query.of] in ends)
            return replace(result, value=value, summary=summary, counted=extreme, base=result.counted)
        return replace(result, value=value, summary=summary, interval=summary.mean_interval)
    share = statistics.share(len(counted), len(result.base))
    value = share[0] if query.measure == "share" and share else float(len(counted))
    return replace(result, value=value, interval=share[1] if share else None)


def _compared(query: Query, table: CaseTable) -> Result:
    """The same measure for the rows of each condition, and a test of whether two groups differ."""
    alone = replace(query, by=())
    if query.measure in ("count", "share", "list") and not query.where:  # "how many men, how many women?"
        counts = tuple((each, run(replace(alone, where=(each,)), table)) for each in query.by)
        whole = run(replace(alone, where=(_any_of(query.by),)), table)
        return replace(whole, query=query, groups=counts)
    groups = [(each, run(replace(alone, given=(*query.given, each)), table)) for each in query.by]
    groups = [(condition, group) for condition, group in groups if group.base]
    return replace(run(alone, table), query=query, groups=tuple(groups), **_test(query, table, groups))


def _any_of(some: tuple[Condition, ...]) -> Condition:
    """The condition that one of several on the same column holds; their opposite counts as stated."""
    wanted = tuple(each.wanted for each in some if not isinstance(each.wanted, tuple))
    if len(set(wanted)) < len(some):
        return Condition(some[0].column, "stated")
    return Condition(some[0].column, wanted)


def _test(query: Query, table: CaseTable, groups: list[tuple[Condition, Result]]) -> dict[str, Any]:
    """Fisher's exact test, Mann-Whitney's or the log-rank test for two groups; nothing for more."""
    if len(groups) != 2:
        return {}
    (_, one), (_, two) = groups
    by_number = {record.number: record for record in table.records}
    if query.measure == "survival":
        samples = [follow_up([by_number[number] for number in group.counted]) for group in (one, two)]
        p_value, test = statistics.log_rank(*samples), "log-rank test"
    elif query.measure in SUMMARIES:
        of = query.of
        numbers = [[float(str(by_number[n].values[of])) for n in group.counted] for group in (one, two)]
        p_value, test = statistics.mann_whitney(*numbers), "Mann-Whitney test"
    else:
        p_value, test = statistics.fisher(*((len(g.counted), len(g.base)) for g in (one, two))), "Fisher's exact test"
    return {"p_value": p_value, "test": test} if p_value is not None else {}


def follow_up(records: list[Record]) -> tuple[list[float], list[bool]]:
    """Months of follow-up and whether it ended in death, of the records that state both."""
    stated = [r for r in records if r.values["follow_up_months"] is not None and r.values["outcome"] is not None]
    times = [float(str(record.values["follow_up_months"])) for record in stated]
    return times, [record.values["outcome"] == "dead" for record in stated]


def _matches(value: Value, wanted: Wanted) -> bool:
    if isinstance(wanted, tuple):
        return any(_matches(value, each) for each in wanted)
    if isinstance(value, frozenset):
        if isinstance(wanted, str) and wanted.startswith("only "):
            return value == {wanted.removeprefix("only ")}
        if wanted == "several":
            return len(value) > 1
        return bool(value) == (wanted == "any") if wanted in ("any", "none") else wanted in value
    if isinstance(wanted, str) and isinstance(value, int | float) and not isinstance(value, bool):
        sign, number = _comparison(wanted)
        return _COMPARISONS[sign](value, number)
    if isinstance(value, str) and isinstance(wanted, str):
        if wanted.startswith("~ "):
            return re.search(rf"\b{re.escape(wanted.removeprefix('~ '))}\b", value) is not None
        return value.casefold() == wanted.casefold()
    return value == wanted


def _comparison(wanted: str) -> tuple[str, float]:
    sign, _, number = wanted.partition(" ")
    if sign not in _COMPARISONS:
        raise QueryError(f"'{wanted}' is not a comparison such as '> 50'.")
    return sign, float(number)


def check(query: Query, table: CaseTable) -> None:
    """Whether a table can answer a query.

    Raises:
        QueryError: it has not that column, or the measure cannot be taken of it.
    """
    known = {column.name: column for column in table.columns}
    named = [name for each in (*query.where, *query.given, *query.by) for name in each.columns]
    named += [query.of, *query.show]
    if query.measure == "survival":
        named += ["follow_up_months", "outcome"]
    if unknown := [name for name in named if name and name not in known]:
        raise QueryError(f"The table '{table.id}' has no column '{unknown[0]}'.")
    if query.measure not in MEASURES:
        raise QueryError(f"'{query.measure}' is not a measure; there are: {', '.join(MEASURES)}.")
    if query.measure in SUMMARIES and not _is_number(known, query.of):
        raise QueryError(f"The {query.measure} needs a column of numbers, not '{query.of}'.")


def _is_number(known: Mapping[str, Column], name: str) -> bool:
    return name in known and known[name].kind == "number"

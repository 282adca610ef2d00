"""The conditions of a query: which say among whom to count, which are compared, which are asked.

In: a query without conditions, and what was found in the question. Out: the query with them, or None
where they contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.cases import grammar
from assistant.cases.scanning import Found
from corpus.cases import table
from corpus.cases.models import CaseTable
from corpus.cases.query import Condition, Query

OWN_CASE = ("This case", "Present case")
Placed = tuple[int, Condition]  # a condition with its place in the question


def filtered(query: Query, found: Found) -> Query | None:
    """The query with its conditions: those of the subject given, those of the predicate asked."""
    case_table = table(query.table)
    sorted_out = _compared(query, found, case_table)
    if sorted_out is None:
        return None
    kept, by = sorted_out
    if query.measure != "list" and any(each.wanted in OWN_CASE for _, each in kept):
        return None  # "own case included" says nothing of a filter
    if by and any(each.column in grammar.PICKS_ROWS and isinstance(each.wanted, tuple) for _, each in kept):
        return None  # groups among the rows of some authors
    kept.sort(key=lambda each: each[0])
    if found.contrast:
        if by or not kept:
            return None
        contrasted = _contrasted(found, kept)
        kept.remove(contrasted)
        by = (contrasted[1], replace(contrasted[1], negated=not contrasted[1].negated))
    if query.measure == "list" and by:
        of = query.show[0] if len(query.show) == 1 and "list" not in found.measures else ""
        if of and case_table.column(of).kind == "number":  # "size, painful versus painless?"
            query = replace(query, measure="mean", of=of, show=())
        else:
            query = replace(query, measure="count")
    if query.measure not in ("count", "share"):
        return replace(query, where=tuple(condition for _, condition in kept), by=by)
    subject = _subject(found, {position for position, _ in kept}, compared=bool(by))
    where = tuple(dict.fromkeys(each for position, each in kept if position not in subject))
    given = tuple(dict.fromkeys(each for position, each in kept if position in subject))
    if set(where) <= set(given):
        given = tuple(each for each in given if each not in where)
    else:  # of those in the thigh, those in the left thigh
        where = tuple(each for each in where if each not in given)
    named = {each.column for _, each in kept}
    several = found.counts > 1 or grammar.RATES.search(found.text)
    if several and len(named) > 1 and not by and not grammar.OF_THOSE.search(found.text):
        return None  # "how many relapses, how many metastases?" are two questions
    if by and not where:
        query = replace(query, measure="count")
    return replace(query, where=where, given=given, by=by)


def _contrasted(found: Found, kept: Sequence[Placed]) -> Placed:
    """The condition that "those without" lack: the last of a subject ("with ...", "who had ..."), or of all.

    "How many with radiotherapy relapsed compared with those without?" contrasts radiotherapy.
    """
    had = [each for each in kept if grammar.HAVING.search(found.text[: each[0]])]
    before = [each for each in kept if each[0] < _predicate(found)]
    return (had or before or kept)[-1]


def values_of(case_table: CaseTable, column: str) -> tuple[Condition, ...]:
    """A condition for every value of a column of single values, in the order in which they are printed."""
    values = dict.fromkeys(record.values[column] for record in case_table.records)
    return tuple(Condition(column, value) for value in values if value is not None and not isinstance(value, frozenset))


def _compared(query: Query, found: Found, case_table: CaseTable) -> tuple[list[Placed], tuple[Condition, ...]] | None:
    """Conditions to fulfil and conditions to compare; None where there is more than one comparison."""
    kinds = {column.name: column.kind for column in case_table.columns}
    placed = list(dict.fromkeys((place, each) for place, some in found.conditions for each in some[query.table]))
    if not set(found.by_columns) <= set(kinds):
        return None
    groups = [values_of(case_table, column) for column in found.by_columns]
    kept: list[Placed] = []
    for column in dict.fromkeys(condition.column for _, condition in placed):
        same = [(place, each) for place, each in placed if each.column == column]
        conditions = [each for _, each in same]
        picked = column in grammar.PICKS_ROWS  # of two authors, the rows of both
        if not picked and _opposed(conditions, kinds[column], found, case_table):
            groups.append(tuple(conditions))
        elif (found.either or picked) and len({each.wanted for each in conditions}) > 1:
            if any(each.negated for each in conditions):
                return None
            wanted = tuple(one for each in conditions for one in _any_of(each))
            kept.append((same[0][0], Condition(column, wanted)))
        else:
            kept += same
    return (kept, groups[0] if groups else ()) if len(groups) < 2 else None


def _any_of(condition: Condition) -> tuple[str | int | float, ...]:
    """The values of which a condition wants any."""
    return condition.wanted if isinstance(condition.wanted, tuple) else (condition.wanted,)


def _opposed(some: Sequence[Condition], kind: str, found: Found, case_table: CaseTable) -> bool:
    """Whether conditions on one column are alternatives to compare: "men and women", "before 1980 and after 2010"."""
    if len({each.wanted for each in some}) == 1:
        return len({each.negated for each in some}) > 1
    if kind == "set":
        return grammar.AGAINST.search(found.text) is not None
    if kind == "number" and any(isinstance(each.wanted, str) for each in some):
        together = any(all(each.holds(record) for each in some) for record in case_table.records)
        return len(some) == 2 and not together
    return not found.either


def _subject(found: Found, places: set[int], *, compared: bool) -> set[int]:
    """Which conditions say among whom to count: those before the predicate, or else those after "among"."""
    before = {place for place in places if place < _predicate(found)}
    if before and (compared or before < places):
        return before
    among = _among(found) & places
    return among if compared or among < places else set()


def _among(found: Found) -> set[int]:
    """Where the conditions stand that say among whom: "... among the women who died"."""
    clauses = [match.span("clause") for match in grammar.AMONG.finditer(found.text)]
    # A clause ends where the predicate begins: "of the women | died".
    subjects = [(start, _verb(found.text, start, end, end)) for start, end in clauses]
    return {place for place, _ in found.conditions if any(start <= place < end for start, end in subjects)}


def _predicate(found: Found) -> int:
    """Where the predicate of the question begins: its first verb that no relative clause holds."""
    asked = list(grammar.HOW_MANY.finditer(found.text))[-1:]  # "... how many R1, and how many of those died?"
    for match in asked:
        if any(place < match.start() for place, _ in found.conditions):
            return match.start()  # "Of the women, how many ..."
    length = len(found.text)
    return _verb(found.text, asked[0].end(), length, length) if asked else _verb(found.text, 0, length, 0)


def _verb(text: str, start: int, end: int, default: int) -> int:
    """Where the first verb between two places stands that no relative clause holds; ``default`` if there is none."""
    for match in grammar.VERB.finditer(text, start, end):
        if match.group() not in grammar.PARTICIPLES and not grammar.RELATIVE.search(text[: match.start()]):
            return match.start()
    return default

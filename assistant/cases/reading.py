"""From a question in plain words to queries over the case tables, or to none.

In: a question. Out: a `Query` for each table that holds what it names. If a word of the question is not
known, or nothing says what is to be counted, the question is not one over rows: a filter is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.cases import grammar
from assistant.cases.filtering import OWN_CASE, filtered, values_of
from assistant.cases.lexicon import BOCHUM, GSV, SERIES, Conditions
from assistant.cases.scanning import Found, find, may_be_known
from corpus.cases import TABLES, table
from corpus.cases.models import CaseTable
from corpus.cases.query import SUMMARIES, Condition, Query, QueryError, check, run

_COURSE = ("recurrence", "metastasis", "outcome")
_TREATMENTS = ("adjuvant", "treatment", "radiotherapy", "chemotherapy")
ONE_HOSPITAL = "tilkorn2010"  # whose patients say nothing of how many there are elsewhere
_EVERYWHERE = re.compile(
    r"\b(?:ever (?:been )?(?:reported|described|seen)|published|in the (?:world )?literature|world)",
    re.IGNORECASE,
)
_OF_SERIES = {"adjuvant": "treatment", "symptoms": "presentation"}  # what the columns of series are called
_TREATED = {GSV: ("operation", "adjuvant"), BOCHUM: ("margin", "dose_gy", "adjuvant")}  # what tells how a patient was
_LIVED = {GSV: ("follow_up_months", "outcome"), BOCHUM: ("death_months", "outcome", "follow_up_months")}
_WHETHER = re.compile(  # "did it spread", "any metastases", "and metastases"
    r"(?:(?:and|but|so) )?(?:(?:any|did|do|does|was|were|is|are|has|have|had)\b|(?:\w+ )?\w+$)"
)
_AND = re.compile(r"(?:\band|[+&])\s*$")  # "patient 8: vein(s) + VTE", not "case 12, 60-year-old woman"


def read_question(question: str, context: str = "") -> tuple[Query, ...]:
    """The queries that a question means, one a table, or two where it asks how many and, say, their mean age.

    There are none if it is not, or not wholly, understood. ``context``, what a follow-up leans on, need not be: only
    the one patient whom it is about is taken from it, and there is none without.
    """
    found = _read(question, context)
    queries = tuple(narrowed for query in found if (narrowed := _narrowed(query, question)) is not None)
    first = grammar.HOW_MANY_AND.search(question)
    if first is None or not any(each.measure in SUMMARIES for each in queries):
        return queries
    tables = {each.table for each in queries}
    counts = (each for each in _read(first["counted"]) if each.table in tables and each.measure in ("count", "sum"))
    return tuple(dict.fromkeys([*counts, *queries]))


def _narrowed(query: Query, question: str) -> Query | None:
    """A share of those that a second question names: "What share had metastases? Those over 5 cm?"

    None where that names another course: "What share recurred? Spread?" asks for two shares.
    """
    head, *later = grammar.NEXT_QUESTION.split(question)
    if query.measure != "share" or not later or "share" not in find(head).measures:
        return query
    named = {each for part in later for _, some in find(part).conditions for each in some.get(query.table, ())}
    if any(each.column in (*_COURSE, *_TREATMENTS) for each in named):
        return None
    where = tuple(each for each in query.where if each not in named)
    given = tuple(dict.fromkeys([*query.given, *(each for each in query.where if each in named)]))
    return replace(query, where=where, given=given) if where else query


def _read(question: str, context: str = "") -> tuple[Query, ...]:
    if not may_be_known(question) or (found := find(question)).unknown:
        return ()
    if context:
        if not _asks_for_cells(found):
            return ()
        named, picking = _patient_before(context)
        if len(picking) != 1:
            return ()
        found = replace(found, named=named, conditions=[*picking, *found.conditions])
    return _queries(found, question)


def _queries(found: Found, question: str) -> tuple[Query, ...]:
    """The queries of an understood question, one for each table that holds what it names."""
    if not found.named and grammar.OF_CASE_REPORT.search(question):
        told = {each.column for _, some in found.conditions for conditions in some.values() for each in conditions}
        if not told & {"age", "year"}:  # which pick a row
            return ()
    others = {SERIES, ONE_HOSPITAL} if _EVERYWHERE.search(question) else {SERIES}
    candidates = found.named or [name for name in TABLES if name not in others]
    return tuple(query for name in candidates if (query := _query(found, table(name))) is not None)


def _query(found: Found, case_table: CaseTable) -> Query | None:
    """The query for one table; None where the table does not hold what the question names."""
    name = case_table.id
    known = {column.name: column for column in case_table.columns}
    if not all(name in conditions for _, conditions in found.conditions):
        return None
    found = _of_one_patient(found, name)
    columns = [_OF_SERIES.get(each, each) if name == SERIES else each for each in found.columns]
    if not set(columns) <= set(known):
        return None
    if not found.conditions and not found.named:
        return None  # "how many patients?" is not a question over rows
    if found.missing:
        return _not_stated(found, name, columns)
    query = _measured(found, case_table, columns)
    if query is None or (query := filtered(query, found)) is None:
        return None
    if "mode" in found.measures and not query.by:
        if not columns:
            return None  # "do most need chemotherapy or radiotherapy?"
        query = replace(query, by=values_of(case_table, columns[0]))
    if query.measure in ("count", "share", "list") and not (query.where or query.given or query.by):
        return None
    try:
        check(query, case_table)
    except QueryError:
        return None
    return query if _totals(found.text) <= _sizes(query, case_table) else None


def _of_one_patient(found: Found, name: str) -> Found:
    """What is asked of the patient of an author, or of a number, as a question for the cells of that row.

    "How was Saglik's patient treated?" asks for operation and further treatment, "Did it spread in patient 9?" for
    the metastases.
    """
    picking = found.picking
    if len(picking) != 1 or found.measures or found.months is not None or found.either or found.contrast:
        return found
    if "lived" in found.columns:  # of the dead the row tells when, of the living for how long they were seen
        others = [each for each in found.columns if each != "lived"]
        return replace(found, conditions=picking, columns=[*_LIVED.get(name, ()), *others])
    others = [each.column for some in found.conditions if some not in picking for each in some[1][name]]
    if not others:  # of a metastasis, say, no row tells how it was treated
        treated = _TREATED.get(name, ("treatment",))
        return replace(
            found,
            columns=[each for column in found.columns for each in (treated if column == "treatment" else (column,))],
        )
    joined = [_AND.search(found.text[: each[0]]) for each in found.conditions if each not in picking]
    if _WHETHER.match(found.text) or (found.columns and all(joined)):
        return replace(found, conditions=picking, columns=[*found.columns, *others])
    return found


def _asks_for_cells(found: Found) -> bool:
    """Whether a follow-up asks for cells of a row that it does not name itself."""
    of_many = not set(found.measures) <= {"list"} or found.months is not None or found.by_columns or found.missing
    if of_many or found.named or found.picking or grammar.HOW_LONG.match(found.text):
        return False
    return bool(found.columns or found.conditions or grammar.WHAT_HAPPENED.search(found.text))


def _patient_before(context: str) -> tuple[Sequence[str], list[tuple[int, Conditions]]]:
    """The patients whom the last of some questions to name or to have found any is about: the tables, the conditions.

    "Who was the youngest?" found one if a single row is the answer.
    """
    said = [(question, find(question)) for question in reversed(grammar.NEXT_QUESTION.split(context))]
    for place, (question, found) in enumerate(said):
        if picking := found.picking:
            return next((each.named for _, each in said[place:] if each.named), []), picking
        queries = () if found.unknown else _queries(found, question)
        rows = {(query.table, number) for query in queries for number in run(query, table(query.table)).counted}
        if len(rows) == 1:
            [(name, number)] = rows
            return [name], [(0, {name: (Condition("case", number),)})]
    return [], []


def _totals(text: str) -> set[int]:
    """How many rows the question says there are: "of the thirteen patients" means no table of twelve."""
    return {int(match["n"] or match["alone"]) for match in grammar.TOTAL.finditer(text)}


def _sizes(query: Query, case_table: CaseTable) -> set[int]:
    """How many rows may be meant: all, with or without the authors' own, those of a condition, or that state it."""
    records, result = case_table.records, run(query, case_table)
    own = sum(record.values.get("author") in OWN_CASE for record in records)
    fulfilling = {
        sum(each.holds(record) is True for record in records) for each in (*query.where, *query.given, *query.by)
    }
    return {len(records), len(records) - own, len(result.base), len(result.counted), *fulfilling}


def _measured(found: Found, case_table: CaseTable, columns: Sequence[str]) -> Query | None:
    """The query without its conditions: what is to be counted, summarised or listed."""
    query = Query(case_table.id, "list", show=tuple(dict.fromkeys(columns)))
    summary = next((each for each in found.measures if each in SUMMARIES), None)
    if "mode" in found.measures:
        kinds = [case_table.column(each).kind for each in columns]
        several = len(kinds) == 1 and kinds[0] in ("choice", "text")
        named = {each.column for _, some in found.conditions for each in some[case_table.id]}
        if named & set(columns):
            return None  # "which country has most after the USA": what the value named is there for is not understood
        told = several or (not kinds and _compares(found, case_table))
        return replace(query, measure="count", show=()) if told else None
    if found.months is not None:
        return replace(query, measure="survival", at=found.months)
    if summary is not None:
        of = _of(found, case_table, summary, columns)
        if of is None or ("count" in found.measures and summary in ("min", "max") and of != "patients"):
            return None
        ends = {"min", "max"} <= set(found.measures)  # "youngest and oldest"
        shown = tuple(each for each in query.show if each != of)
        if grammar.WHAT_HAPPENED.search(found.text):
            shown += tuple(each.name for each in case_table.columns if each.name in _COURSE)
        return replace(query, measure="range" if ends else summary, of=of, show=shown)
    if "share" in found.measures:
        return replace(query, measure="share")
    if "count" in found.measures:
        if case_table.id == SERIES and "patients" in found.text:
            return replace(query, measure="sum", of="patients", show=())
        asked = re.search(r"\b(?:how many|how often|number|count|n)\b", found.text)
        return replace(query, measure="count") if asked or not columns else query  # "is there any record of its size?"
    if "list" in found.measures or _compares(found, case_table):
        return query
    return query if columns and _about_rows(found, case_table) else None


def _about_rows(found: Found, case_table: CaseTable) -> bool:
    """Whether cells are asked for, not the disease: a table is named, or rows are, or what tells them apart."""
    named = {each.column for _, some in found.conditions for each in some[case_table.id]}
    return bool(found.named or named & grammar.ABOUT_ROWS or grammar.ROWS.search(found.text))


def _compares(found: Found, case_table: CaseTable) -> bool:
    """Whether two values of one column are named: "left versus right"."""
    named = [each.column for _, some in found.conditions for each in some[case_table.id]]
    return len(set(named)) < len(named)


def _not_stated(found: Found, name: str, columns: Sequence[str]) -> Query | None:
    """How many rows leave columns open: those asked for, and those of the conditions named."""
    named = [each for _, some in found.conditions for each in some[name]]
    plain = all(each.wants_any for each in named)
    if not (named or columns) or (columns and not plain) or not {"count", "share"} & set(found.measures):
        return None
    open_columns = dict.fromkeys([*columns, *(each.column for each in named)])
    where = tuple(Condition(column, "not stated") for column in open_columns)
    return Query(name, "share" if "share" in found.measures else "count", where)


def _of(found: Found, case_table: CaseTable, measure: str, columns: Sequence[str]) -> str | None:
    """The column of numbers to summarise: one that is named, or the one a superlative means."""
    known = {column.name: column.kind for column in case_table.columns}
    if numbers := [each for each in columns if known[each] == "number"]:
        return numbers[0]
    if "patients" in known and "patients" in found.text:
        return "patients"
    if measure in ("min", "max", "range"):
        recurrence = any(each.column == "recurrence" for _, some in found.conditions for each in some[case_table.id])
        if recurrence and "recurrence_months" in known and grammar.EARLY_OR_LATE.search(found.text):
            return "recurrence_months"  # "the earliest and the latest relapse"
        return next((of for words, of in grammar.SUPERLATIVES if words.search(found.text) and of in known), None)
    return None

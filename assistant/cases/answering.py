"""Questions over rows, answered: from a question to `Computed` results, each with the rows it rests on.

The authors' own figure for the same query, where the register has one, is put beside the result.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.answer import Computed, Quote
from assistant.cases import grammar
from assistant.cases.quantities import figures
from assistant.cases.reading import read_question
from assistant.cases.scanning import Found, find
from assistant.cases.wording import (
    label,
    missing_in_words,
    query_in_words,
    result_in_words,
    shown_columns,
    survival_in_words,
)
from assistant.quoting import quote_units
from corpus import register
from corpus.cases import table, tables_of
from corpus.cases.models import CaseTable, Record
from corpus.cases.query import Condition, Query, Result, run
from corpus.models import Corpus
from corpus.register import Check

EMPTY = "The tables do not state it"
ROWS = 3  # rows quoted in an answer; the others stand in the table below it


def compute(corpus: Corpus, question: str, context: str = "") -> tuple[Computed, ...]:
    """What the case tables of a corpus give for a question; nothing where it is not one over rows.

    A follow-up is asked of the one patient whom its ``context`` is about, or else together with that.
    """
    known = tables_of(corpus)
    if not known:
        return ()
    queries = [query for query in _read(question, context) if query.table in known]
    absent = {query: _absent(corpus, query, table(query.table)) for query in queries}
    if queries and all(absent.values()):
        return tuple(filter(None, absent.values()))
    estimate = bool(grammar.ESTIMATE.search(f"{context} {question}"))
    return tuple(
        _computed(corpus, result, table(query.table), estimate)
        for query in queries
        if not absent[query] and (result := run(query, table(query.table))).base and _says(result)
    )


def _read(question: str, context: str) -> tuple[Query, ...]:
    if not context:
        return read_question(question)
    if of_one_patient := read_question(question, context):
        return of_one_patient
    alone = read_question(question)
    if alone and all(_picks_rows(query) for query in alone):
        # Of another patient, who is named: "And Stringer's woman of 36, where did it spread to?"
        return _of_tables_before(alone, context)
    together = read_question(f"{context} {question}")
    if rates := [_rate(each, of) for each in together for of in alone if _is_rate_after_survival(each, of)]:
        return tuple(rates)
    before = read_question(context)
    last = before or read_question(grammar.NEXT_QUESTION.split(context)[-1])
    asked = find(question) if last else None
    if asked and (others := tuple(filter(None, (_of_others(each, asked) for each in last)))):
        return others
    # A follow-up that changes nothing was not understood: "How many died? Of what?"
    return together if together and together != before else ()


def _of_tables_before(queries: tuple[Query, ...], context: str) -> tuple[Query, ...]:
    """Those of the table that was named last: after the Bochum series, patient 9 is one of that."""
    questions = reversed(grammar.NEXT_QUESTION.split(context))
    named = next((found for each in questions if (found := find(each).named)), ())
    return tuple(query for query in queries if query.table in named) or queries


def _of_others(query: Query, asked: Found) -> Query | None:
    """The query before, of the rows that a follow-up does but name: "And number 9?", "And chemotherapy alone?".

    None where it asks for anything else, of those before, or by what these were not told.
    """
    more = asked.unknown or asked.measures or asked.columns or asked.named or grammar.AS_WELL.search(asked.text)
    if more or not all(query.table in some for _, some in asked.conditions):
        return None
    named = tuple(each for _, some in asked.conditions for each in some[query.table])
    told = {each.column for each in (*query.where, *query.given)}
    if not named or not {each.column for each in named} <= told:
        return None
    return replace(query, where=_instead(query.where, named), given=_instead(query.given, named))


def _instead(conditions: tuple[Condition, ...], named: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Conditions, those that are named in the place of those before on the same columns."""
    before = {each.column for each in conditions}
    others = {each.column for each in named}
    kept = (each for each in conditions if each.column not in others)
    return tuple(dict.fromkeys([*kept, *(each for each in named if each.column in before)]))


def _is_rate_after_survival(together: Query, alone: Query) -> bool:
    """Whether a rate is asked for after a survival: "and the recurrence rate?" is not the survival of recurrences."""
    return (together.table, together.measure, alone.measure) == (alone.table, "survival", "share")


def _rate(together: Query, alone: Query) -> Query:
    """The rate that is asked for, among the rows that the survival before was of."""
    given = tuple(each for each in (*together.where, *together.given) if each not in alone.where)
    return replace(alone, given=given)


def _picks_rows(query: Query) -> bool:
    """Whether a query is about patients of an author or a number."""
    return any(each.column in grammar.PICKS_ROWS for each in (*query.where, *query.given))


def _absent(corpus: Corpus, query: Query, case_table: CaseTable) -> Computed | None:
    """That there is no case of a number that is asked for; None where there is."""
    picked = [each.wanted for each in (*query.where, *query.given) if each.column == "case"]
    asked = [number for some in picked for number in (some if isinstance(some, tuple) else (some,))]
    known = {record.number for record in case_table.records}
    absent = [number for number in asked if isinstance(number, int) and number not in known]
    if not absent:
        return None
    source = corpus[case_table.doc_id].source.short_name
    size = f"{len(case_table.records)} {case_table.noun}"
    statement = f"In {case_table.title} there are {size}, none with the number {absent[0]}."
    words = query_in_words(query, case_table)
    why = f"{EMPTY}: {statement}"
    return Computed(case_table.doc_id, case_table.title, source, words, statement, "", None, (), (), (), unstated=why)


def _says(result: Result) -> bool:
    """Whether rows can tell: a list of no rows is no answer, a count of none is one."""
    return bool(result.counted) or (result.query.measure in ("count", "share") and bool(result.query.where))


def _computed(corpus: Corpus, result: Result, case_table: CaseTable, estimate: bool) -> Computed:
    records = [case_table.records[number - 1] for number in result.counted]
    document = corpus[case_table.doc_id]
    columns = shown_columns(result.query, case_table)
    titles = tuple(dict.fromkeys(title for column in columns for title in column.cells))
    asked = [title for name in result.query.show for title in case_table.column(name).cells]
    quoted = [number for record in records[:ROWS] for number in _units(corpus, record, titles, asked)]
    statement = result_in_words(result, case_table)
    printed = _printed(_own_figures(corpus, result.query), result)
    unstated = "" if _stated(result, records) else f"{EMPTY}: {statement}"
    if result.query.measure == "survival" and not (printed or estimate):
        unstated = _only_estimated(document.source.short_name, result, case_table)
    return Computed(
        doc_id=document.id,
        table=case_table.title,
        source=document.source.short_name,
        query=query_in_words(result.query, case_table),
        statement=statement,
        missing=missing_in_words(result, case_table),
        value=result.value if result.query.measure != "list" else None,
        cases=result.counted,
        rows=tuple(quote_units(corpus, [number]) for number in quoted),
        cells=tuple({"": label(record)} | {title: record.cells[title].text for title in titles} for record in records),
        columns=tuple(column.name for column in columns),
        printed=printed,
        entries=_entries(corpus, result.query),
        unstated=unstated,
    )


def _entries(corpus: Corpus, query: Query) -> tuple[str, ...]:
    """The entries with a figure that the authors print for the same rows, or for those published before."""
    about = _subject(query, query.where, query.given)
    return tuple(
        entry.id
        for entry in register.load(corpus)
        if any(
            check.printed is not None and _subject(check.query, *_of_all(check.query)) == about
            for check in entry.checks
        )
    )


def _of_all(query: Query) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """The conditions of a query without those on ranges of case numbers, such as the 56 published before the 57th."""
    where, given = (
        tuple(each for each in some if each.column != "case" or isinstance(each.wanted, int))
        for some in (query.where, query.given)
    )
    return where, given


def _subject(query: Query, where: Iterable[Condition], given: Iterable[Condition]) -> tuple[object, ...]:
    """What a query under these conditions is about; the share of rows is about what their count is."""
    measure = "count" if query.measure == "share" else query.measure
    return (query.table, measure, query.of, query.at, query.by, frozenset(where), frozenset(given))


def _printed(found: list[Check], result: Result) -> str:
    """What the authors print, and whether the rows agree, to the digits printed."""
    parts = []
    for check in found:
        agrees = isinstance(check.printed, float | int) and check.agrees(result)
        parts.append(f"{_figure(check)}, which {'the rows confirm' if agrees else 'does not agree with the rows'}")
    return f"The authors print {'; and '.join(parts)}." if parts else ""


def _only_estimated(source: str, result: Result, case_table: CaseTable) -> str:
    """Why a survival that the authors do not print is no answer, where no estimate was asked for."""
    given = result.value is not None or bool(result.groups)
    rows = "what the rows give is an estimate" if given else "nor can it be estimated from the rows"
    return f"{source} states no {survival_in_words(result.query, case_table)}; {rows}."


def _stated(result: Result, records: list[Record]) -> bool:
    """Whether any of the cells that were asked for states something."""
    asked = result.query.show
    return (
        result.query.measure != "list"
        or not asked
        or any(record.values[name] is not None for record in records for name in asked)
    )


def _units(corpus: Corpus, record: Record, titles: Sequence[str], asked: Sequence[str]) -> Iterator[int]:
    """The printed rows of a record that hold the cells named, those with most of what is asked for first.

    Its last row if none holds any.
    """
    numbers = register.rows_of(corpus, record)

    def held(number: int, titles: Iterable[str]) -> int:
        unit = corpus.units[number]
        return sum(unit.start <= record.cells[title].span.start < unit.end for title in titles)

    holding = sorted((each for each in numbers if held(each, titles)), key=lambda each: -held(each, asked))
    yield from holding or numbers[-1:]


def _own_figures(corpus: Corpus, query: Query) -> list[Check]:
    """What the authors print for the same query, as the register has it, each figure once.

    Entries about this document alone come before those that set it against others.
    """
    found: dict[str, Check] = {}
    for entry in sorted(register.load(corpus), key=lambda each: len({quote.doc_id for quote in each.quotes})):
        for check in entry.checks:
            if check.printed is not None and _alike(check.query, query):
                found.setdefault(_figure(check), check)
    return list(found.values())


def _figure(check: Check) -> str:
    return f"{check.printed:g}" if isinstance(check.printed, float | int) else str(check.printed)


def _alike(one: Query, two: Query) -> bool:
    """Whether two queries ask the same of the same rows."""
    return (
        (one.table, one.measure, one.of, one.at) == (two.table, two.measure, two.of, two.at)
        and not two.by
        and set(one.where) == set(two.where)
        and set(one.given) == set(two.given)
    )


def quotes_of(corpus: Corpus, computed: tuple[Computed, ...], question: str) -> list[Quote]:
    """What to quote, table after table: the sentence in which the authors give a figure, and the first rows.

    The sentence comes first where its figure is what is asked for, where no one table was meant, and, unless the
    question speaks of rows, where but a number is asked for or the rows are more than can be quoted.
    """
    general = len({each.doc_id for each in computed}) > 1
    of_rows = grammar.OF_ROWS.search(question)
    of_number = not grammar.OF_WHICH.search(question)
    quotes: list[Quote] = []
    for each in computed:
        sentence = [quote_units(corpus, [unit]) for unit in _sentences(corpus, each)[:1]]
        rows = each.rows[: ROWS + 1]
        told = ((of_number and each.value is not None) or len(each.cases) > ROWS) and not of_rows
        quotes += [*sentence, *rows] if each.printed or general or told else [*rows, *sentence]
    return quotes


def _sentences(corpus: Corpus, computed: Computed) -> list[int]:
    """The units of prose that entries about the result quote; those that most of them quote, and that state a
    figure printed in them, come first."""
    quoted: Counter[int] = Counter()
    for entry in (each for each in register.load(corpus) if each.id in computed.entries):
        printed = {_figure(check) for check in entry.checks if check.printed is not None}
        units = {evidence.unit for evidence in entry.quotes if evidence.doc_id == computed.doc_id}
        for unit in sorted(unit for unit in units if corpus.units[unit].kind != "table_row"):
            quoted[unit] += 1 + bool(
                printed & set(re.findall(r"\d+(?:\.\d+)?", figures(corpus.units[unit].text.lower())))
            )
    return [unit for unit, _ in quoted.most_common()]

"""From ``disagreements.toml`` to `Entry` records, every quote looked up in its document.

A quote is named by a text that stands in exactly one unit, or by table and case. What cannot be found is an
error that names entry and quote, so that the register cannot drift away from the sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from typing import Any, get_args

import tomli

from corpus.cases import table
from corpus.cases.models import Record
from corpus.cases.query import Query, QueryError, check, conditions
from corpus.cleaning import Span, clean_spans
from corpus.loading import SHIPPED, CorpusError, shipped_documents
from corpus.models import Corpus, Document, Unit
from corpus.register.entries import Check, Entry, Evidence, Kind, Verdict, Weight

FILE = SHIPPED / "disagreements.toml"
TOPICS = (
    *("presentation", "imaging", "biopsy", "histology", "grading", "surgery", "reconstruction", "radiotherapy"),
    *("chemotherapy", "recurrence", "metastasis", "prognosis", "follow-up", "differential diagnosis"),
    *("epidemiology", "site", "references"),
)
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "topic": TOPICS,
    "kind": get_args(Kind),
    "weight": get_args(Weight),
    "verdict": get_args(Verdict),
}


@lru_cache(maxsize=4)
def load(corpus: Corpus) -> tuple[Entry, ...]:
    """The entries whose documents are all in a corpus, weightiest first; none for documents of one's own.

    Raises:
        CorpusError: an entry is malformed, or a quote of it stands nowhere, or in more than one place.
    """
    known = shipped_documents(corpus)
    if not known:
        return ()
    try:
        data = tomli.loads(FILE.read_text(encoding="utf-8"))["entry"]
    except (OSError, tomli.TOMLDecodeError, KeyError) as error:
        raise CorpusError(f"The register '{FILE}' cannot be read: {error}.") from error
    found = [_entry(entry, corpus) for entry in data if {quote["document"] for quote in entry["quotes"]} <= known]
    if len({entry.id for entry in found}) < len(found):
        raise CorpusError(f"The register '{FILE}' has two entries with the same id.")
    return tuple(sorted(found, key=lambda entry: (entry.weight != "high", entry.verdict == "confirmed")))


def _entry(data: Mapping[str, Any], corpus: Corpus) -> Entry:
    name = data.get("id", "without id")
    for field, allowed in _CHOICES.items():
        if data.get(field) not in allowed:
            raise CorpusError(f"The entry '{name}' of the register has the {field} '{data.get(field)}', unknown here.")
    try:
        checks = tuple(_check(each) for each in data.get("check", ()))
    except (KeyError, QueryError) as error:
        raise CorpusError(f"A check of the entry '{name}' of the register is not usable: {error}") from error
    return Entry(
        id=name,
        topic=data["topic"],
        kind=data["kind"],
        weight=data["weight"],
        verdict=data["verdict"],
        statement=data["statement"],
        quotes=tuple(find_evidence(quote, f"the entry '{name}'", corpus) for quote in data["quotes"]),
        checks=checks,
        note=data.get("note", ""),
    )


def _check(data: Mapping[str, Any]) -> Check:
    where, given = conditions(data.get("where", {})), conditions(data.get("given", {}))
    query = Query(data["table"], data["measure"], where, given, data.get("of", ""), data.get("at"))
    check(query, table(query.table))
    digits = len(str(data["gives"]).partition(".")[2]) if isinstance(data["gives"], float) else 0
    return Check(query, float(data["gives"]), digits, data.get("printed"), tuple(data.get("rows", ())))


def find_evidence(quote: Mapping[str, Any], owner: str, corpus: Corpus) -> Evidence:
    """The place of a quote that is named by ``document`` and ``text``, or by ``document``, ``table`` and ``case``.

    Raises:
        CorpusError: it stands nowhere, or in more than one unit, or not so in the raw text; ``owner`` is named.
    """
    document = corpus[quote["document"]]
    if "case" in quote:
        record = table(document.id).records[quote["case"] - 1]
        number, unit = _row(corpus, record, quote["table"])
        found = Evidence(document.id, unit.section, unit.text, unit.spans, number)
    else:
        hits = [(number, unit) for number, unit in _units(corpus, document) if quote["text"] in unit.text]
        if len(hits) != 1:
            where = "nowhere" if not hits else f"in {len(hits)} places"
            raise CorpusError(f"The quote '{quote['text']}' of {owner} stands {where} in '{document.id}'.")
        number, unit = hits[0]
        found = Evidence(document.id, unit.section, quote["text"], _part(document, unit, quote["text"]), number)
    if document.text_at(found.spans) != found.text:
        raise CorpusError(f"The quote '{found.text}' of {owner} is not what the raw text of '{document.id}' says.")
    return found


def _units(corpus: Corpus, document: Document) -> Iterator[tuple[int, Unit]]:
    """The units of a document with their numbers in the corpus, document after document."""
    before = takewhile(lambda other: other.id != document.id, corpus)
    return enumerate(document.units, sum(len(other.units) for other in before))


def _part(document: Document, unit: Unit, text: str) -> tuple[Span, ...]:
    """The raw spans of a part of a unit."""
    if unit.text.count(text) == 1:
        for span in unit.spans:
            if (start := document.raw.find(text, span.start, span.end)) >= 0:  # as printed: nothing has to be cleaned
                return (Span(start, start + len(text)),)
    cleaned = clean_spans(document.raw, unit.spans, document.words)
    start = cleaned.text.index(text)
    first, last = cleaned.origins[start], cleaned.origins[start + len(text) - 1]
    touched = [span for span in unit.spans if span.start <= last and first < span.end]
    return tuple(Span(max(span.start, first), min(span.end, last + 1)) for span in touched)


def _row(corpus: Corpus, record: Record, label: str) -> tuple[int, Unit]:
    """The unit of a record's row in the printed table of that label."""
    for number, unit in _units(corpus, corpus[table(record.table).doc_id]):
        if unit.kind == "table_row" and unit.section == label:
            inside = [span for span in record.spans if unit.start <= span.start and span.end <= unit.end]
            if inside:
                return number, unit
    raise CorpusError(f"The row of case {record.number} is not among the units of '{record.table}', {label}.")


def rows_of(corpus: Corpus, record: Record) -> tuple[int, ...]:
    """The numbers, in ``corpus.units``, of the rows that print a record (two where two tables were merged)."""
    labels = re.findall(r"\d", table(record.table).title)
    return tuple(_row(corpus, record, f"Table {label}")[0] for label in labels)

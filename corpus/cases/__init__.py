"""The sources' case tables as typed records.

In: the raw files of the shipped corpus. Out: `CaseTable`s of `Record`s, whose every cell carries its
place in its raw file, and the same as pandas frames::

    from corpus import cases
    cases.frame("gsv-review")            # 57 rows: age in years, size in mm, follow-up in months, ...
    cases.table("tilkorn2010").records   # 12 records with printed cells and their spans

Only what stands in a row is in its record; "No" is kept apart from "not stated" (None, NaN in a frame).
"""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

from corpus.cases import aalaoui2026, gsv_review, tilkorn2010
from corpus.cases.models import CaseTable, Cell, Column, Record, Value
from corpus.cleaning import vocabulary
from corpus.loading import SHIPPED, read_raw, read_sources, shipped_documents
from corpus.models import Corpus

if TYPE_CHECKING:
    import pandas

__all__ = ["TABLES", "CaseTable", "Cell", "Column", "Record", "Value", "frame", "table", "tables_of"]

_READERS: dict[str, ModuleType] = {reader.TABLE: reader for reader in (gsv_review, tilkorn2010, aalaoui2026)}
TABLES = tuple(_READERS)


@lru_cache
def table(name: str) -> CaseTable:
    """A case table by the id of its document.

    Raises:
        KeyError: there is no such table; the message lists those there are.
        CorpusError: the document is missing or altered.
        ValueError: a row of the document cannot be read.
    """
    if name not in _READERS:
        raise KeyError(f"There is no case table '{name}'; there are: {', '.join(TABLES)}.")
    reader = _READERS[name]
    source = next(source for source, _ in read_sources(SHIPPED) if source.id == name)
    raw = read_raw(SHIPPED, source)
    records = tuple(reader.read(raw, vocabulary(raw)))
    return CaseTable(name, source.id, reader.TITLE, reader.NOUN, reader.COLUMNS, records)


@lru_cache(maxsize=4)
def tables_of(corpus: Corpus) -> tuple[str, ...]:
    """The case tables whose documents a corpus holds, to the byte."""
    held = shipped_documents(corpus)
    return tuple(name for name in TABLES if name in held)


def frame(name: str) -> pandas.DataFrame:
    """A case table as a pandas frame: one row a case, typed columns, and beside each printed column its text.

    Columns are those of `CaseTable.columns` (numbers as Int64 or Float64, flags as boolean, all with
    missing values; sets as "a; b", empty where there is none), then every printed cell as
    "printed: <title>".
    """
    import pandas

    source = table(name)
    data: dict[str, pandas.Series] = {}
    for column in source.columns:
        values = [record.values[column.name] for record in source.records]
        data[column.name] = pandas.Series([_plain(value) for value in values], dtype=_dtype(column, values))
    for title in source.records[0].cells:
        data[f"printed: {title}"] = pandas.Series([record.cells[title].text for record in source.records], dtype="str")
    return pandas.DataFrame(data)


def _plain(value: Value) -> int | float | str | bool | None:
    return "; ".join(sorted(value)) if isinstance(value, frozenset) else value


def _dtype(column: Column, values: list[Value]) -> str:
    if column.kind == "flag":
        return "boolean"
    if column.kind != "number":
        return "str"
    return "Float64" if any(isinstance(value, float) for value in values) else "Int64"

"""aalaoui2026, Table 1: seven published series of venous leiomyosarcoma, one row a line, tabs between cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.cases.models import Cell, Column, Record, Value
from corpus.cases.parsing import number
from corpus.cleaning import Span

TABLE, TITLE, NOUN = "aalaoui2026", "Table 1", "published series"
PRINTED = ("Author (Year)", "Tumor Location", "No. of Patients", "Initial Presentation", "Treatment", "Outcome")
COLUMNS = (
    Column("case", "number", ("Author (Year)",), "row"),
    Column("author", "text", ("Author (Year)",), "author", meaning="as printed, without year and reference"),
    Column("year", "number", ("Author (Year)",), "year of publication"),
    Column("site", "text", ("Tumor Location",), "tumour location"),
    Column("patients", "number", ("No. of Patients",), "number of patients"),
    Column("presentation", "text", ("Initial Presentation",), "initial presentation"),
    Column("treatment", "text", ("Treatment",), "treatment"),
    Column("outcome", "text", ("Outcome",), "outcome"),
)


def read(raw: str, words: frozenset[str]) -> Iterator[Record]:
    """The records, numbered in printed order; ``words`` is not needed where every cell stands on one line."""
    number_of_row = 0
    for line in re.finditer(r"^[^\t\n]+(?:\t[^\t\n]*){5}$", raw, re.MULTILINE):
        cells, position = [], line.start()
        for text in line.group().split("\t"):
            cells.append(Cell(text.strip(), Span(position, position + len(text.rstrip()))))
            position += len(text) + 1
        if cells[0].text == PRINTED[0]:
            continue
        number_of_row += 1
        named = dict(zip(PRINTED, cells, strict=True))
        yield Record(TABLE, number_of_row, named, _values(number_of_row, [cell.text for cell in cells]))


def _values(row: int, texts: list[str]) -> dict[str, Value]:
    who = re.match(r"(.+?) \((\d{4})\)", texts[0])
    values: dict[str, Value] = {
        "case": row,
        "author": who[1] if who else texts[0],
        "year": int(who[2]) if who else None,
    }
    values.update(site=texts[1], patients=number(texts[2]), presentation=texts[3], treatment=texts[4], outcome=texts[5])
    return values

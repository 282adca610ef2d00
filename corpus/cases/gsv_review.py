"""gsv-review, Table 1: 57 published cases of leiomyosarcoma of the great saphenous vein, one cell a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from corpus.cases.models import Cell, Column, Record, Value
from corpus.cases.parsing import NOT_STATED, first, found, largest, number, side
from corpus.cleaning import Span

TABLE, TITLE, NOUN = "gsv-review", "Table 1", "cases"
PRINTED = (
    *("Case", "Author", "Reported year", "Reported nation", "Gender/age (years)", "Site", "Initial symptom"),
    *("Size (mm)", "Operation", "Adjuvant therapy", "Local recurrence", "Metastasis"),
    *("Postoperative follow-up (months)", "Outcome"),
)
SITES = {"thigh": "thigh", "groin": "groin", "shank": "shank", "ankle": "ankle", "knee": "knee"}
SYMPTOMS = {
    "mass": r"\b(?:mass|nodule|lump)\b",
    "swelling": "swelling",
    "painless": "painless",
    "painful": "painful",
    "asymptomatic": "asymptomatic",
    "oedema": "edema",
    "thrombosis": "thrombosis",
    "thrombophlebitis": "thrombophlebitis",
}
TREATMENTS = {"radiotherapy": "radiotherapy", "chemotherapy": "chemotherapy"}
COLUMNS = (
    Column("case", "number", ("Case",), "number"),
    Column("author", "text", ("Author",), "author", meaning="as printed, without the reference number"),
    Column("year", "number", ("Reported year",), "year of the report"),
    Column("country", "text", ("Reported nation",), "country"),
    Column("sex", "choice", ("Gender/age (years)",), "sex", meaning="M or F"),
    Column("age", "number", ("Gender/age (years)",), "age", "years"),
    Column("side", "choice", ("Site",), "side", meaning="left or right"),
    Column("site", "choice", ("Site",), "site", meaning="thigh, groin, shank, ankle or knee (above, below, at)"),
    Column("symptoms", "set", ("Initial symptom",), "first symptom", meaning=", ".join((*SYMPTOMS, "other"))),
    Column("size_mm", "number", ("Size (mm)",), "tumour size", "mm", "largest diameter printed"),
    Column("operation", "choice", ("Operation",), "operation", meaning="radical or extended resection"),
    Column("reconstruction", "flag", ("Operation",), "venous reconstruction"),
    Column("adjuvant", "set", ("Adjuvant therapy",), "adjuvant therapy", meaning="empty: none was given"),
    Column("recurrence", "flag", ("Local recurrence",), "local recurrence"),
    Column("metastasis", "set", ("Metastasis",), "metastasis", meaning="sites as printed; empty: none"),
    Column("follow_up_months", "number", ("Postoperative follow-up (months)",), "follow-up", "months"),
    Column("outcome", "choice", ("Outcome",), "outcome", meaning="alive or dead"),
)


def read(raw: str, words: frozenset[str]) -> Iterator[Record]:
    """The records, in printed order; ``words`` is not needed where every cell is a line.

    Raises:
        ValueError: a row has not the 14 cells of the header.
    """
    begin = raw.index("Table\u00a01 | The 57 cases")
    end = raw.index("Except for one case with incomplete data", begin)
    rows = [match.start() for match in re.finditer(r"^\s*#\s?\d+$", raw[begin:end], re.MULTILINE)]
    for start, stop in pairwise([*(begin + row for row in rows), end]):
        cells = [
            Cell(match.group(), Span(start + match.start(), start + match.end()))
            for match in re.finditer(r"\S(?:[^\n]*\S)?", raw[start:stop])
        ]
        if len(cells) != len(PRINTED):
            raise ValueError(f"A row of {TABLE} {TITLE} has {len(cells)} cells, not {len(PRINTED)}: {cells[0].text}.")
        named = dict(zip(PRINTED, cells, strict=True))
        values = _values({title: cell.text for title, cell in named.items()})
        yield Record(TABLE, int(str(values["case"])), named, values)


def _values(cell: dict[str, str]) -> dict[str, Value]:
    person = re.match(r"([MF])/?(\d+)", cell["Gender/age (years)"])
    operation, symptom = cell["Operation"], cell["Initial symptom"]
    return {
        "case": number(cell["Case"]),
        "author": re.sub(r" \(\d+\)$", "", cell["Author"]),
        "year": number(cell["Reported year"]),
        "country": _stated(cell["Reported nation"]),
        "sex": person[1] if person else None,
        "age": int(person[2]) if person else None,
        "side": side(cell["Site"]),
        "site": first(cell["Site"], SITES),
        "symptoms": (found(symptom, SYMPTOMS) or frozenset({"other"})) if _stated(symptom) else None,
        "size_mm": largest(cell["Size (mm)"]),
        "operation": first(operation, {"radical": "radical", "extended": "extended"}),
        "reconstruction": "reconstruction" in operation if _stated(operation) else None,
        "adjuvant": found(cell["Adjuvant therapy"], TREATMENTS) if _stated(cell["Adjuvant therapy"]) else None,
        "recurrence": cell["Local recurrence"] == "Yes" if _stated(cell["Local recurrence"]) else None,
        "metastasis": _metastasis(cell["Metastasis"]),
        "follow_up_months": number(cell["Postoperative follow-up (months)"]),
        "outcome": {"Alive": "alive", "Death": "dead"}.get(cell["Outcome"]),
    }


def _stated(text: str) -> str | None:
    return None if text in NOT_STATED else text


def _metastasis(text: str) -> frozenset[str] | None:
    """The sites of metastasis as printed, in lower case; "Cardiac metastasis" is the heart's."""
    if text in NOT_STATED:
        return None
    if text == "No":
        return frozenset()
    return frozenset("heart" if "cardiac" in site else site for site in text.lower().split("/"))

"""tilkorn2010, Tables 1 and 2 merged: the twelve patients of Bochum.

The extraction broke both tables into fragments, so which words belong to which cell is curated, in
``tilkorn2010.csv``: one patient a line, the columns of Table 1 and then those of Table 2, every cell as
it is printed with single spaces. Each is looked up in the raw text, one after another, so that a cell
which does not stand there is an error.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib.resources import files

from corpus.cases.models import Cell, Column, Record, Value
from corpus.cases.parsing import NOT_STATED, first, found, largest, number, side
from corpus.cleaning import Span, clean_text

TABLE, TITLE, NOUN = "tilkorn2010", "Tables 1 and 2", "patients"
SITES = {"arm": r"\barm\b|upper extremity", "thigh": "thigh", "lower leg": "lower leg", "retroperitoneum": "retro"}
PLACES = {"wrist": "wrist", "supraclavicular": "supra-?clavicul", "upper arm": "upper arm"}
VESSELS = {
    "femoral": "femoral",
    "iliac": "iliac",
    "great saphenous": r"great sa\w+ vein",
    "subcutaneous": r"subcut\w+ vein",
    "vena cava": "vena cava",
    "jugular": "jugular",
    "subclavian": "clavian",
    "ulnar": "ulna",
}
EVENTS = {"deep vein thrombosis": "deep vein", "pulmonary embolism": "pulmonary", "thrombophlebitis": "phlebitis"}
METASTASES = {"lung": "lung", "bone": "bone", "liver": "liver"}
COLUMNS = (
    Column("case", "number", ("Patient",), "number"),
    Column("age", "number", ("Age/sex",), "age", "years"),
    Column("sex", "choice", ("Age/sex",), "sex", meaning="M or F"),
    Column("side", "choice", ("Localisation",), "side", meaning="left or right"),
    Column(
        "site",
        "choice",
        ("Localisation",),
        "site",
        meaning="arm (up to the shoulder), thigh, lower leg or retroperitoneum",
    ),
    Column("place", "set", ("Localisation",), "place", meaning=", ".join(PLACES)),
    Column("vessel", "set", ("Affected vessel",), "affected vein", meaning=", ".join(VESSELS)),
    Column(
        "size_mm",
        "number",
        ("Size in cm",),
        "tumour size",
        "mm",
        "largest diameter printed",
        printed_unit="cm",
        printed_factor=0.1,
    ),
    Column("t", "choice", ("TNM",), "T category", meaning="1 or 2"),
    Column("m", "choice", ("TNM",), "M category", meaning="0 or 1"),
    Column("grade", "number", ("TNM",), "grade (Coindre)", meaning="1 to 3"),
    Column("event", "set", ("Thrombembolic event",), "thromboembolic event", meaning="empty: none"),
    Column("status", "choice", ("Status",), "status in Table 1", meaning="alive, or dead (of disease, DOD)"),
    Column("follow_up_months", "number", ("Follow up period in month",), "follow-up", "months"),
    Column("untreated_growth", "text", ("Untreated tumor growth",), "untreated tumour growth"),
    Column(
        "margin", "choice", ("Definite proce-dure",), "margin", meaning="R0 (clear) or R1 (microscopically positive)"
    ),
    Column("dose_gy", "number", ("Adjuvant radiation-therapy",), "radiation dose", "Gy"),
    Column("radiotherapy", "flag", ("Adjuvant radiation-therapy",), "radiotherapy"),
    Column("chemotherapy", "set", ("Chemo-therapy",), "chemotherapy", meaning="adjuvant, neoadjuvant; empty: none"),
    Column(
        *("adjuvant", "set", ("Adjuvant radiation-therapy", "Chemo-therapy"), "adjuvant therapy"),
        meaning="radiotherapy, chemotherapy; empty: none",
    ),
    Column("recurrence", "flag", ("Local recurrence",), "local recurrence", meaning="tumour progression counts as one"),
    Column("recurrence_months", "number", ("Local recurrence",), "time to local recurrence", "months"),
    Column("metastasis", "set", ("Meta-stasis",), "metastasis", meaning="empty: none; “lung?” is not stated"),
    Column("death_months", "number", ("Time to death",), "time to death", "months"),
    Column("outcome", "choice", ("Time to death",), "outcome", meaning="alive or dead"),
)


def read(raw: str, words: frozenset[str]) -> Iterator[Record]:
    """The records, in printed order; ``words`` is the document's vocabulary, for words cut at a line end.

    Raises:
        ValueError: a curated cell does not stand where its row is.
    """
    curated = files("corpus.cases").joinpath("tilkorn2010.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(curated.splitlines()))
    titles = list(rows[0])
    second = titles.index("NO.")
    positions = [raw.index("Table 1 Data of the patient"), raw.index("Table 2 Follow up data")]
    for row in rows:
        cells: dict[str, Cell] = {}
        for part, group in enumerate((titles[:second], titles[second:])):
            for title in group:
                span = _next(raw, positions[part], row[title], row["Patient"], starts_row=title == group[0])
                positions[part] = span.end
                cells[title] = Cell(clean_text(raw[span.start : span.end], words), span)
        yield Record(TABLE, int(row["Patient"]), cells, _values({title: cell.text for title, cell in cells.items()}))


def _next(raw: str, position: int, text: str, patient: str, *, starts_row: bool) -> Span:
    """Where a cell stands next: right after the one before it, or on a line of its own for the first of a row."""
    pattern = r"\s+".join(re.escape(word) for word in text.split())
    match = re.compile(rf"^{pattern}(?= )" if starts_row else rf"\s+{pattern}(?=\s)", re.MULTILINE)
    hit = match.search(raw, position) if starts_row else match.match(raw, position)
    if hit is None:
        raise ValueError(f"The cell '{text}' of patient {patient} does not stand in the tables of {TABLE}.")
    return Span(hit.end() - len(hit.group().lstrip()), hit.end())


def _values(cell: dict[str, str]) -> dict[str, Value]:
    age, sex = cell["Age/sex"].split("/")
    tnm, event, metastasis = cell["TNM"], cell["Thrombembolic event"], cell["Meta-stasis"]
    radiation, chemo, recurrence = cell["Adjuvant radiation-therapy"], cell["Chemo-therapy"], cell["Local recurrence"]
    size = largest(cell["Size in cm"])
    return {
        "case": number(cell["Patient"]),
        "age": int(age),
        "sex": sex.upper(),
        "side": side(cell["Localisation"]),
        "site": first(cell["Localisation"], SITES),
        "place": found(cell["Localisation"], PLACES),
        "vessel": found(cell["Affected vessel"], VESSELS),
        "size_mm": None if size is None else round(size * 10),
        "t": _category("T", tnm),
        "m": _category("M", tnm),
        "grade": int(grade) if (grade := _category("G", tnm)) else None,
        "event": frozenset() if event == "n" else found(event, EVENTS) or frozenset({"other"}),
        "status": "dead" if cell["Status"] == "DOD" else "alive",
        "follow_up_months": number(cell["Follow up period in month"]),
        "untreated_growth": growth if (growth := cell["Untreated tumor growth"]) not in NOT_STATED else None,
        "margin": cell["Definite proce-dure"],
        "dose_gy": number(radiation),
        "radiotherapy": radiation != "-",
        "chemotherapy": frozenset() if chemo == "-" else frozenset({chemo.replace("-", "")}),
        "adjuvant": frozenset(
            name for name, given in (("radiotherapy", radiation != "-"), ("chemotherapy", chemo == "adjuvant")) if given
        ),
        "recurrence": recurrence != "-",
        "recurrence_months": number(recurrence),
        "metastasis": None if "?" in metastasis else found(metastasis, METASTASES),
        "death_months": number(cell["Time to death"]),
        "outcome": "alive" if cell["Time to death"] == "alive" else "dead",
    }


def _category(letter: str, tnm: str) -> str | None:
    match = re.search(rf"{letter}(\d)", tnm)
    return match[1] if match else None

"""The kind of thing a question asks for, and whether a passage holds anything of that kind.

"What dose of doxorubicin?" is not answered by a passage that names doxorubicin and no dose. A passage that denies
something is left out of this: it may correct what the question takes for granted. So are the bare figures of
a table row, whose units stand in the heading.
"""

from __future__ import annotations

import re

from assistant.highlighting import NUMBER_WORD
from corpus.models import Unit

_NUMBER = rf"(?:\d[\d.,]*|(?:{NUMBER_WORD}))"
_NO_FIGURE = r"(?<!\d)(?<!\d )"  # a unit after a figure is told, not asked for
_TIME = r"(?:minutes?|hours?|days?|weeks?|months?|years?)"
# Stems of international nonproprietary names (WHO, The use of stems in the selection of INN), and short forms.
_DRUG = (
    r"\w*(?:rubicin|citabine|taxel|fosfamide|platin|carbazine|zolomide|bectedin|ribulin|cristine|blastine|mycin|poside|"
    r"anib|tinib|mab|ciclib|limus|parin|farin|xaban|gatran|kinase|teplase)s?|melphalan|TNF\W?(?:alpha|α)?|aspirin|MAID|"
    r"methotrexate|tamoxifen|ibuprofen|paracetamol|morphine"
)
_IN_ROWS = {"time", "size", "age", "number"}  # what stands in a row without its unit
_KINDS = {  # as it stands in "give no ...": how it is asked for, what has it
    "drug": (
        r"\b(?:which|what|name(?:d| of)?(?: the)?)(?: (?!(?:patients?|case|had|got|was|is|did|do|does|if|effect|course|"
        r"response|happen\w*|under|despite|to)\b)[\w-]+){0,3} "
        r"(?:drugs?|agents?|medicines?|medications?|regimens?|anticoagulants?|thinners?|thrombolytics?|antibiotics?|"
        r"painkillers?|substances?|cytostatics?|cytotoxics?)\b(?! treatment)|"
        r"\b(?:agents?|regimens?|lytics?)(?: used| given)?\s?\?$|\b(?:drug|agent|regimen) names?\b",
        rf"\b(?:{_DRUG})\b",
    ),
    "dose": (
        rf"\bdos(?:es?|age|ing)\b|{_NO_FIGURE}\b(?:Gy|mg|milligrams?)\b|\bhow many grays?\b|\bhow much radiation\b",
        r"\d\s?(?:c?Gy|grays?|mg|g|U|IU)\b",
    ),
    "number of courses": (
        r"\b(?:how many|number of|no\. of|n of) (?:\w+ )?(?:cycles?|courses?|sessions?|fractions?|rounds?|infusions?)\b"
        r"|\bfractions\b|\bfractionat\w*",
        rf"\b{_NUMBER} (?:\w+ )?(?:cycles?|courses?|sessions?|fractions?|rounds?|times)\b",
    ),
    "time": (
        rf"\bhow many {_TIME}\b|\bhow (?:long|soon)\b|\binterval\b|\bduration\b",
        rf"\b{_TIME}\b|\d\s?cm\b",
    ),
    "size": (
        r"\bhow (?:big|large|small|wide|thick) (?:was|is|were|are|did|had)\b"
        r"(?! (?:the )?(?:share|part|proportion|series))|"
        rf"\b(?:what|which) (?:size|diameter)\b|\bdimensions\b|{_NO_FIGURE}\b(?:cm|mm|centimet\w+|millimet\w+)\b",
        r"\d[\s-]?(?:[cm]m|(?:centi|milli)met\w+)\b|\) mm\b|\d\s?[×x]\s?\d|\bsize of\b",
    ),
    "share": (
        rf"\b(?:percentage|proportion)\b|{_NO_FIGURE}(?:\bpercent\b|\bper cent\b|%)",
        rf"\d\s?(?:%|per ?cent)|\d/\d|"
        rf"\b(?:of \d+|{_NUMBER} of|half|third|quarter|all|both|most|majority|every|proportion|often)\b",
    ),
    "graft": (
        r"\b(?:which|what)(?: \w+){0,2} (?:grafts?|patch|prosthes[ie]s|conduit)\b|"
        r"\b(?:graft|conduit|bypass|recon\w*)\b.* (?:type|material|kind)\b",
        r"\b(?:PTFE|Dacron|Gore\W?Tex|autologous|polytetra\w+|bovine|patch|prosthe\w+|synthetic|interposition)\b",
    ),
    "age": (
        r"\bhow old\b|\bwhat age\b|\bwhat (?:is|was) the (?:mean |average |median )?age\b",
        rf"\b{_NUMBER}[\s-]years?\b|\bage[ds]?\b|\bin (?:her|his|their) \w+(?:ties|teens)\b",
    ),
    "number": (r"\bhow many\b", rf"\b(?:{_NUMBER}|all|both)\b"),
}
_ASKED = {kind: re.compile(asked, re.IGNORECASE) for kind, (asked, _) in _KINDS.items()}
_HELD = {kind: re.compile(held, re.IGNORECASE) for kind, (_, held) in _KINDS.items()}
_DENIES = re.compile(  # "no", not the number "NO. 9"
    r"\b(?:no(?!\.? ?\d)|not|none|nor|never|without|impossible|refused|unknown|unclear)\b", re.IGNORECASE
)


def lacking(question: str, unit: Unit) -> str:
    """The kind of thing (dose, drug, size ...) that a question asks for and a unit holds nothing of; empty if none."""
    is_row = unit.kind == "table_row"
    if not is_row and _DENIES.search(unit.text):
        return ""
    for kind, asked in _ASKED.items():
        if not (is_row and kind in _IN_ROWS) and asked.search(question) and not _HELD[kind].search(unit.text):
            return kind
    return ""


def drugs_in(text: str) -> frozenset[str]:
    """The drugs that a text names, in small letters."""
    return frozenset(match.group().lower() for match in _HELD["drug"].finditer(text))

"""From a question in plain words to queries over the case tables, or to none.

In: a question. Out: a `Query` for each table that holds what it names. Whatever is recognised is taken
out of the question; if a word is left over that `phrases.toml` does not know, or nothing says what is
to be counted, the question is not one over rows: a filter is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.cases.lexicon import BOCHUM, BOTH, GSV, SERIES, Conditions, Quantity, lexicon
from corpus.cases import TABLES, table
from corpus.cases.query import SUMMARIES, Condition, Query, QueryError, check

_TAKEN = "\x1f"
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
# A superlative without a noun means this column.
_SUPERLATIVES = (
    (re.compile(r"\b(?:young|old)est\b"), "age"),
    (re.compile(r"\b(?:small|larg|bigg)est\b"), "size_mm"),
    (re.compile(r"\b(?:short|long)est\b"), "follow_up_months"),
    (re.compile(r"\b(?:earli|lat)est|most recent|first\b"), "year"),
)
_BY_COLUMNS = {
    "sex": "sex", "gender": "sex", "margin": "margin", "margins": "margin", "grade": "grade", "site": "site",
    "side": "side", "outcome": "outcome", "country": "country", "operation": "operation",
}  # fmt: skip
_BY = re.compile(
    r"\b(?:by|per|according to|split by|stratified by|for each|broken down by) (?:the )?"
    rf"(?:type of )?({'|'.join(_BY_COLUMNS)})\b"
)
_CASE_NUMBER = re.compile(
    r"\b(?:(?:case|patient|pt|row|entry)s? ?(?:no\.?|number|#)?|no\.|number|#) ?(\d{1,2})\b(?! ?(?:cm|mm|gy|months|years|%))"
)
_VERB = re.compile(
    r"\b(?:had|have|has|were|was|are|is|did|do|received|got|underwent|developed|died|survived|recurred|relapsed|"
    r"metastasi[sz]ed|showed|went|remained|presented|involved|arose|originated|came|spread|treated|followed|still)\b"
)
_RELATIVE = re.compile(r"(?:\b(?:who|that|which|whose \w+)|,)\s*$")
_CONTRAST = re.compile(
    r"(?:\b(?:than|versus|vs\.?|and|or|compared (?:with|to)|against) (?:in |of )?(?:those |patients |people |cases |the (?:ones|others|rest) )*"
    r"(?:without(?: (?:it|them|any|one))?|who (?:did|had) not|with none)(?= ?(?:$|,|give|state|calculate|tell|in ))|(?<=\bwith) (?:and|or|versus|vs) without\b|"
    r"\b(?:than|versus|vs) (?:in )?the (?:others|rest)\b)"
)
_AMONG = re.compile(
    r"(?<!how many )(?<!number )\b(?:among(?:st)?|out of|(?:in|of) (?:the |all |those )*(?=\w* ?(?:patients|cases|people|those|women|men)\b))"
    r"(?P<clause>(?:(?! how many\b| what\b|,).)*)"
)
_DIFFERENT = re.compile(r"\b(?:except|apart from|other than|neither|nor|excluding|unlike|besides)\b")


@dataclass(slots=True)
class _Scan:
    """A question, of which what was understood has been taken out."""

    text: str
    found: list[tuple[int, Conditions]] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        matches = list(pattern.finditer(self.text))
        for match in matches:
            self.text = self.text[: match.start()] + _TAKEN * len(match.group()) + self.text[match.end() :]
        return matches

    def add(self, position: int, conditions: Conditions) -> None:
        self.found.append((position, conditions))


def read_question(question: str) -> tuple[Query, ...]:
    """The queries that a question means, one a table; none if it is not, or not wholly, understood."""
    reading, unknown = _scan(_normal(question))
    if unknown or _DIFFERENT.search(reading.text):
        return ()
    candidates = reading.named or [name for name in TABLES if name != SERIES]
    return tuple(query for name in candidates if (query := reading.query(name)) is not None)


def _scan(text: str) -> tuple[_Reading, list[str]]:
    """What a question holds, and the words in it that are not known."""
    words, scan = lexicon(), _Scan(text)
    contrast = bool(scan.take(_CONTRAST))
    scan.take(words.noise)
    either = re.search(r"\bor\b", scan.text) is not None
    by_columns = [_BY_COLUMNS[match[1]] for match in scan.take(_BY)]
    named = [name for name, pattern in words.tables if scan.take(pattern)]
    if len(named) > 1 and BOCHUM in named and GSV in named and "review" not in text:
        named.remove(GSV)  # the great saphenous vein of the Bochum patients
        scan.add(text.find("saphenous"), {BOCHUM: (Condition("vessel", "great saphenous"),)})
    survival = [match for name, pattern in words.measures if name == "survival" for match in scan.take(pattern)]
    summarised = bool(re.search(r"\b(?:mean|median|average|sd|range)\b", text))
    if summarised:
        scan.text = re.sub(r"\b(?:largest|greatest|maxim\w+)(?= (?:diameter|dimension|size))", _blank, scan.text)
    columns = _columns(scan, early=True)
    for match in scan.take(_CASE_NUMBER):
        scan.add(match.start(), dict.fromkeys(TABLES, (Condition("case", int(match[1])),)))
    for quantity in words.quantities:
        _quantity(scan, quantity)
    _metastases(scan)
    for phrase in words.phrases:
        for match in scan.take(phrase.pattern):
            scan.add(match.start(), _negated(phrase.conditions) if match.groupdict().get("no") else phrase.conditions)
    measures = [name for name, pattern in words.measures if name != "survival" and scan.take(pattern)]
    columns += _columns(scan, early=False)
    scan.take(words.rest)
    reading = _Reading(text, named, scan.found, measures, columns, survival, by_columns, either, contrast)
    return reading, re.findall(r"\w[\w-]*", scan.text)


@dataclass(slots=True)
class _Reading:
    """What was found in a question, before it is cast into a query for one table."""

    text: str
    named: Sequence[str]
    found: Sequence[tuple[int, Conditions]]
    measures: list[str]
    columns: list[str]
    survival: Sequence[re.Match[str]]
    by_columns: Sequence[str]
    either: bool
    contrast: bool

    def query(self, name: str) -> Query | None:
        """The query for one table; None where the table does not hold what the question names."""
        known = {column.name: column for column in table(name).columns}
        if not all(name in conditions for _, conditions in self.found):
            return None
        if not self.found and not self.named:
            return None  # "how many patients?" is not a question over rows
        columns = ["treatment" if column == "adjuvant" and name == SERIES else column for column in self.columns]
        if not set(columns) <= set(known):
            return None
        query = Query(name, "list")
        if self.survival:
            query = replace(query, measure="survival", at=_months(self.survival[0]))
        elif (measure := next((each for each in self.measures if each in SUMMARIES), None)) is not None:
            of = self._of(measure, columns, known)
            if of is None or ("count" in self.measures and measure in ("min", "max") and of != "patients"):
                return None
            if {"min", "max"} <= set(self.measures):
                measure = "range"  # "youngest and oldest"
            query = replace(query, measure=measure, of=of)  # type: ignore[arg-type]
            query = replace(query, show=tuple(column for column in columns if column != of))
        elif "share" in self.measures:
            query = replace(query, measure="share")
        elif "count" in self.measures:
            if name == SERIES and "patients" in self.text and "patients" in known:
                query = replace(query, measure="sum", of="patients")
            elif any(known[column].kind == "number" for column in columns):
                return None  # "how many ... and what size": not one query
            else:
                query = replace(query, measure="count")
        else:
            if not columns and "list" not in self.measures:
                return None
            query = replace(query, show=tuple(dict.fromkeys(columns)))
        query = self._filtered(query)
        if query is None:
            return None
        if query.measure in ("count", "share", "list") and not (query.where or query.given or query.by):
            return None
        try:
            check(query, table(name))
        except QueryError:
            return None
        return query

    def _of(self, measure: str, columns: Sequence[str], known: Mapping[str, object]) -> str | None:
        numeric = [column for column in columns if column in _numeric(known)]
        if numeric:
            return numeric[0]
        if "patients" in known and "patients" in self.text:
            return "patients"
        if measure in ("min", "max", "range"):
            return next((of for words, of in _SUPERLATIVES if words.search(self.text) and of in known), None)
        return None

    def _filtered(self, query: Query) -> Query | None:
        """The query with its conditions: those of the subject given, those of the predicate asked."""
        placed = [(position, condition) for position, some in self.found for condition in some[query.table]]
        placed = list(dict.fromkeys(placed))
        known = {column.name: column for column in table(query.table).columns}
        by: tuple[Condition, ...] = ()
        for column in self.by_columns:
            if column not in known:
                return None
            by = _values(query.table, column)
        kept: list[tuple[int, Condition]] = []
        for column in dict.fromkeys(condition.column for _, condition in placed):
            same = [(position, each) for position, each in placed if each.column == column]
            several = len({each.wanted for _, each in same}) > 1
            opposed = len({each.negated for _, each in same}) > 1 and len({each.wanted for _, each in same}) == 1
            single = known[column].kind in ("choice", "text") or (
                known[column].kind == "number" and not any(isinstance(each.wanted, str) for _, each in same)
            )
            if opposed or (several and single and not self.either):
                if by:
                    return None
                by = tuple(each for _, each in same)
            elif several and self.either:
                if any(each.negated for _, each in same):
                    return None
                wanted = tuple(each.wanted for _, each in same)
                kept.append((same[0][0], Condition(column, wanted)))  # type: ignore[arg-type]
            else:
                kept += same
        kept.sort(key=lambda each: each[0])
        if self.contrast:  # "... than those without?"
            if by or not kept:
                return None
            (_, last) = kept.pop()
            by = (last, replace(last, negated=not last.negated))
        if query.measure == "list" and by:
            query = replace(query, measure="count")
        if query.measure in ("count", "share"):
            subject = self._subject({position for position, _ in kept}, compared=bool(by))
            where = tuple(dict.fromkeys(each for position, each in kept if position not in subject))
            given = tuple(dict.fromkeys(each for position, each in kept if position in subject and each not in where))
            if not where and by and query.measure == "share":
                return replace(query, measure="count", by=by, given=given)
            return replace(query, where=where, given=given, by=by)
        return replace(query, where=tuple(condition for _, condition in kept), by=by)

    def _subject(self, places: set[int], *, compared: bool) -> set[int]:
        """Which conditions say among whom to count: those before the predicate, and those after "among"."""
        before = {place for place in places if place < self._predicate()}
        subject = (before if compared or before < places else set()) | (self._among() & places)
        return subject if compared or subject < places else set()

    def _among(self) -> set[int]:
        """Where the conditions stand that say among whom: "... among the women who died"."""
        places: set[int] = set()
        for match in _AMONG.finditer(self.text):
            places |= {
                position for position, _ in self.found if match.start("clause") <= position < match.end("clause")
            }
        return places

    def _predicate(self) -> int:
        """Where the predicate of the question begins: its first verb that no relative clause holds."""
        asked = None
        for asked in re.finditer(
            r"\bhow many\b|\bhow often\b|\b(?:share|proportion|percentage|fraction|number|percent)\b", self.text
        ):
            pass  # the last one: "... how many R1, and how many of those died?"
        start = asked.end() if asked else 0
        if asked and any(position < asked.start() for position, _ in self.found):
            return asked.start()  # "Of the women, how many ..."
        for match in _VERB.finditer(self.text, start):
            if not _RELATIVE.search(self.text[: match.start()]):
                return match.start()
        return start if not asked else len(self.text)


def _normal(question: str) -> str:
    text = question.lower().replace("’", "'").replace("‘", "'")
    text = re.sub(r"[‐‑‒–—−]", "-", text)
    text = re.sub(r"[\"“”?!]|\.(?=\s|$)", " ", re.sub(r"[;:]", " , ", text))
    return " ".join(text.replace("per cent", "percent").split())


def _blank(match: re.Match[str]) -> str:
    return _TAKEN * len(match.group())


def _columns(scan: _Scan, *, early: bool) -> list[str]:
    found = [
        (match.start(), name)
        for name, is_early, pattern in lexicon().columns
        if is_early == early
        for match in scan.take(pattern)
    ]
    return [name for _, name in sorted(found)]


def _quantity(scan: _Scan, quantity: Quantity) -> None:
    tables = [name for name in TABLES if any(column.name == quantity.column for column in table(name).columns)]
    for match in scan.take(quantity.compared):
        groups = match.groupdict()
        unit = groups.get("unit") or groups.get("unit2") or groups.get("unit3") or ""
        factor = next((factor for pattern, factor in quantity.factors if pattern.search(unit)), 1.0)
        if groups["low"]:
            wanted = [f">= {_amount(groups['low']) * factor:g}", f"<= {_amount(groups['high']) * factor:g}"]
        elif groups["than"]:
            sign = next(sign for name, sign in (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<=")) if groups[name])
            wanted = [f"{sign} {_amount(groups['than']) * factor:g}"]
        else:
            wanted = [f"{'>=' if groups['up'] else '<='} {_amount(groups['or']) * factor:g}"]
        conditions = tuple(Condition(quantity.column, each) for each in wanted)
        scan.add(match.start(), dict.fromkeys(tables, conditions))
    if quantity.equal is None:
        return
    for match in scan.take(quantity.equal):
        groups = match.groupdict()
        number = int(_amount(groups["number"] or groups["aged"]))
        if groups.get("decade"):
            decade = (Condition(quantity.column, f">= {number}"), Condition(quantity.column, f"<= {number + 9}"))
            scan.add(match.start(), dict.fromkeys(tables, decade))
        else:
            scan.add(match.start(), dict.fromkeys(tables, (Condition(quantity.column, number),)))


def _metastases(scan: _Scan) -> None:
    for pattern in lexicon().metastasis:
        for match in scan.take(pattern):
            sites = [name for name, words in lexicon().metastasis_sites.items() if words.search(match["site"])]
            if " or " in match["site"]:
                conditions: tuple[Condition, ...] = (Condition("metastasis", tuple(sites), bool(match["no"])),)
            else:
                conditions = tuple(Condition("metastasis", site, bool(match["no"])) for site in sites)
            scan.add(match.start(), dict.fromkeys(BOTH, conditions))


def _negated(conditions: Conditions) -> Conditions:
    return {
        name: tuple(replace(condition, negated=not condition.negated) for condition in some)
        for name, some in conditions.items()
    }


def _amount(text: str) -> float:
    return float(_NUMBER_WORDS.get(text, text))


def _months(match: re.Match[str]) -> float:
    groups = match.groupdict()
    for number, unit in (("n", "unit"), ("n2", "unit2"), ("n3", "unit3")):
        if groups[number]:
            return _amount(groups[number]) * (12 if groups[unit].startswith("y") else 1)
    raise ValueError("A survival without a time was matched.")


def _numeric(known: Iterable[str]) -> set[str]:
    return {
        name
        for name in known
        if name
        in (
            "age",
            "size_mm",
            "follow_up_months",
            "recurrence_months",
            "death_months",
            "dose_gy",
            "patients",
            "year",
            "grade",
        )
    }


def _values(name: str, column: str) -> tuple[Condition, ...]:
    values = dict.fromkeys(record.values[column] for record in table(name).records)
    return tuple(Condition(column, value) for value in values if value is not None and not isinstance(value, frozenset))

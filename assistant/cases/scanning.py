"""From a question to what it holds: conditions, measures, columns, and the words that are not known.

In: a question. Out: `Found`. What `phrases.toml` recognises is taken out of the text one after another, so
that what is left over at the end is what was not understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.cases import grammar
from assistant.cases.lexicon import BOCHUM, BOTH, GSV, Conditions, lexicon, whole_words
from assistant.cases.quantities import Quantity, figures
from corpus.cases import TABLES, table
from corpus.cases.query import Condition

_TAKEN = "\x1f"


@dataclass(frozen=True, slots=True)
class Found:
    """What a question holds.

    ``named`` are the tables it names; ``conditions`` stand with their place in the text; ``either``: they
    are alternatives ("groin or thigh"); ``contrast``: the last is set against its opposite; ``missing``: it
    asks for what rows do not state; ``counts``: how often it asks how many; ``unknown``: words that are not
    known, or that make it a question which rows do not answer.
    """

    text: str
    named: Sequence[str]
    conditions: Sequence[tuple[int, Conditions]]
    measures: Sequence[str]
    columns: Sequence[str]
    months: float | None
    by_columns: Sequence[str]
    either: bool
    contrast: bool
    missing: bool
    counts: int
    unknown: Sequence[str]

    @property
    def picking(self) -> list[tuple[int, Conditions]]:
        """The conditions that pick patients by author or number."""
        return [
            (place, some)
            for place, some in self.conditions
            if any(each.column in grammar.PICKS_ROWS for conditions in some.values() for each in conditions)
        ]


@dataclass(slots=True)
class _Scan:
    """A question, of which what was understood has been taken out."""

    text: str
    found: list[tuple[int, Conditions]] = field(default_factory=list)

    def take(self, words: str | re.Pattern[str]) -> list[re.Match[str]]:
        """Take out all that matches a pattern, or words where they are not part of longer ones."""
        pattern = whole_words(words) if isinstance(words, str) else words
        matches = list(pattern.finditer(self.text))
        for match in matches:
            self.blank(match)
        return matches

    def blank(self, match: re.Match[str]) -> None:
        self.text = self.text[: match.start()] + _TAKEN * len(match.group()) + self.text[match.end() :]

    def add(self, position: int, conditions: Conditions) -> None:
        self.found.append((position, conditions))


def may_be_known(question: str) -> bool:
    """Whether no word of a question begins as no word of the lexicon does: most questions are told apart by this."""
    beginnings = lexicon().beginnings
    words = re.findall(r"[^\W\d_]{4,}", _normal(question))
    return all(word[:4] in beginnings or word[:3] in beginnings for word in words)


def find(question: str) -> Found:
    """What a question holds."""
    words, scan = lexicon(), _Scan(text := _normal(question))
    scan.take(words.noise)
    different = grammar.DIFFERENT.findall(scan.text)
    contrast = bool(scan.take(grammar.CONTRAST))
    by_columns = [grammar.BY_COLUMNS[match[1]] for match in scan.take(grammar.BY)]
    for match in scan.take(grammar.CASE_NUMBER):
        first, *others = map(int, re.findall(r"\d+", match[1]))
        wanted = (first, *others) if others else first  # "patient 5", "patients 5 and 10"
        scan.add(match.start(), dict.fromkeys(TABLES, (Condition("case", wanted),)))
    either = re.search(r"\bor\b", scan.text) is not None
    named = _tables(scan)
    survival = [match for name, pattern in words.measures if name == "survival" for match in scan.take(pattern)]
    if re.search(r"\b(?:mean|median|average|sd|range)\b", text):
        scan.take(re.compile(r"\b(?:largest|greatest|maxim\w+)(?= (?:diameter|dimension|size))"))
    columns = _columns(scan, early=True)
    for quantity in words.quantities:
        _quantity(scan, quantity)
    _metastases(scan)
    for phrase in words.phrases:
        for match in scan.take(phrase.words) if phrase.holding in scan.text else ():
            scan.add(match.start(), _negated(phrase.conditions) if match.groupdict().get("no") else phrase.conditions)
    missing = bool(scan.take(grammar.NOT_STATED))
    counts = len(whole_words(words.count).findall(scan.text))
    measures = [name for name, pattern in words.measures if name != "survival" and scan.take(pattern)]
    columns += _columns(scan, early=False)
    if "mode" in measures:  # "is it more often left or right?"
        scan.take(re.compile(r"\bor\b"))
        either = False
    _join_by_or(scan)
    _deny(scan)
    scan.take(words.rest)
    return Found(
        text=text,
        named=named,
        conditions=scan.found,
        measures=measures,
        columns=columns,
        months=_months(survival[0]) if survival else None,
        by_columns=by_columns,
        either=either,
        contrast=contrast,
        missing=missing,
        counts=counts,
        unknown=[*different, *re.findall(r"\w[\w-]*|#", scan.text)],
    )


def _normal(question: str) -> str:
    """The question in lower case, with one kind of dash and quotation mark, numbers in figures."""
    text = question.lower().replace("’", "'").replace("‘", "'")
    for short, long in grammar.SHORT:
        text = re.sub(rf"(?<![\w/]){short}(?![\w/])", long, text)
    text = re.sub(r"[‐‑‒–—−]", "-", text)
    text = re.sub(r"[\"“”?!]|\.(?=\s|$)", " ", re.sub(r"[;:]", " , ", text))
    return figures(" ".join(text.replace("per cent", "percent").split()))


def _tables(scan: _Scan) -> list[str]:
    """The tables that are named; beside the Bochum series "saphenous" is the vein of two of its patients."""
    text = scan.text
    named = [name for name, pattern in lexicon().tables if scan.take(pattern)]
    if BOCHUM in named and GSV in named and "review" not in text:
        named.remove(GSV)
        scan.add(text.find("saphenous"), {BOCHUM: (Condition("vessel", "great saphenous"),)})
    return named


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
        scan.add(match.start(), dict.fromkeys(tables, quantity.conditions(match)))
    for match in scan.take(quantity.equal) if quantity.equal else ():
        scan.add(match.start(), dict.fromkeys(tables, quantity.single(match)))


def _metastases(scan: _Scan) -> None:
    for match in scan.take(lexicon().metastasis_only):
        site = _sites(match["site"] or match["alone"])[0]
        scan.add(match.start(), dict.fromkeys(BOTH, (Condition("metastasis", f"only {site}"),)))
    for pattern in lexicon().metastasis:
        for match in scan.take(pattern):
            sites = _sites(match["site"])
            if " or " in match["site"]:
                conditions: tuple[Condition, ...] = (Condition("metastasis", tuple(sites), bool(match["no"])),)
            else:
                conditions = tuple(Condition("metastasis", site, bool(match["no"])) for site in sites)
            scan.add(match.start(), dict.fromkeys(BOTH, conditions))


def _sites(text: str) -> list[str]:
    return [name for name, words in lexicon().metastasis_sites.items() if whole_words(words).search(text)]


def _join_by_or(scan: _Scan) -> None:
    """Conditions with nothing but "or" between them become one that either fulfils."""
    for match in list(re.finditer(rf"(?<={_TAKEN})(?:,| and/)? ?\bor\b (?=(?:a |an |the |of )*{_TAKEN})", scan.text)):
        before = [place for place in scan.found if place[0] < match.start()]
        after = [place for place in scan.found if place[0] >= match.end()]
        if not before or not after:
            continue
        one, two = max(before, key=lambda place: place[0]), min(after, key=lambda place: place[0])
        merged = {
            name: (replace(one[1][name][0], or_else=two[1][name][0]),)
            for name in one[1]
            if name in two[1] and len(one[1][name]) == len(two[1][name]) == 1
        }
        if merged:
            scan.found = [place for place in scan.found if place not in (one, two)] + [(one[0], merged)]
            scan.blank(match)


def _deny(scan: _Scan) -> None:
    """Of "neither A nor B", both conditions are turned round."""
    words = list(grammar.NEITHER.finditer(scan.text))
    if [word.group() for word in words] != ["neither", "nor"]:
        return
    neither = words[0]
    scan.found = [(position, _negated(some) if position > neither.start() else some) for position, some in scan.found]
    scan.take(grammar.NEITHER)


def _negated(conditions: Conditions) -> Conditions:
    return {
        name: tuple(replace(condition, negated=not condition.negated) for condition in some)
        for name, some in conditions.items()
    }


def _months(match: re.Match[str]) -> float:
    groups = match.groupdict()
    for number, unit in (("n", "unit"), ("n2", "unit2"), ("n3", "unit3"), ("n4", "unit4")):
        if groups[number]:
            return (1.0 if groups[number] == "one" else float(groups[number])) * (
                12 if groups[unit].startswith("y") else 1
            )
    raise ValueError("A survival without a time was matched.")

"""Numbers in questions: "over 5 cm", "aged 60 to 69", "followed for at least two years", "in the 1990s".

In: an entry of ``phrases.toml`` on a column of numbers. Out: a `Quantity`, which turns what it matches
into conditions in the unit of the column. Number words have become figures before (`figures`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.cases.query import Condition

_NUMBER = r"\d+(?:\.\d+)?"
_UNITS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
)
_SMALL = {word: number for number, word in enumerate(f"{_UNITS} nineteen".split(), 2)}
_TIES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * number for number, word in enumerate(_TIES.split(), 2)}
_WORDS = re.compile(rf"\b(?:({'|'.join(_TENS)})(?:[- ](one|{'|'.join(_SMALL)}))?|({'|'.join(_SMALL)}))\b")
_DECADES = re.compile(r"\b(twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column of numbers: words of comparisons, of single values (perhaps none), and the factor of each unit."""

    column: str
    factors: tuple[tuple[str, float], ...]
    compared: str
    equal: str

    def conditions(self, match: re.Match[str]) -> tuple[Condition, ...]:
        """What a match of `compared` asks for, in the unit of the column."""
        groups = {name.rstrip("0123456789"): text for name, text in match.groupdict().items() if text}
        factor = next((each for unit, each in self.factors if re.search(unit, groups.get("unit", ""))), 1.0)
        if "low" in groups:
            return tuple(
                Condition(self.column, f"{sign} {float(groups[name]) * factor:g}")
                for sign, name in ((">=", "low"), ("<=", "high"))
            )
        sign = next((sign for name, sign in _SIGNS.items() if name in groups), "<=")
        return (Condition(self.column, f"{sign} {float(groups['than']) * factor:g}"),)

    def single(self, match: re.Match[str]) -> tuple[Condition, ...]:
        """What a match of `equal` asks for: one value, or the ten of a decade."""
        groups = {name.rstrip("0123456789"): text for name, text in match.groupdict().items() if text}
        value = int(groups["number"])
        if "decade" in groups:
            return Condition(self.column, f">= {value}"), Condition(self.column, f"<= {value + 9}")
        return (Condition(self.column, value),)


_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "up": ">="}


def figures(text: str) -> str:
    """Number words from two to ninety-nine as figures; "in her sixties" becomes "in her 60s"."""

    def number(match: re.Match[str]) -> str:
        if match[3]:
            return str(_SMALL[match[3]])
        return str(_TENS[match[1]] + (1 if match[2] == "one" else _SMALL.get(match[2] or "", 0)))

    text = _DECADES.sub(lambda match: f"{_TENS[re.sub('ies$', 'y', match[1])]}s", text)
    return _WORDS.sub(number, text)


def quantity(entry: Mapping[str, Any]) -> Quantity:
    """The patterns of an entry: ``units``, words ``before`` or in the ``trail``, a ``pattern`` for the number."""
    column, units = entry["column"], entry.get("units", {})
    return Quantity(
        column,
        tuple(units.items()),
        _alternatives(_comparisons(entry)),
        _equal(column, entry),
    )


def _alternatives(patterns: Iterable[str]) -> str:
    """One pattern of several, the groups of each with a number of their own."""
    return "|".join(re.sub(r"\?P<(\w+?)>", rf"?P<\g<1>{number}>", each) for number, each in enumerate(patterns))


def _comparisons(entry: Mapping[str, Any]) -> Iterator[str]:
    """Patterns of "over 5", "between 5 and 8", "5 or more"; of years and ages without a unit, too."""
    number = f"(?:{entry.get('pattern', _NUMBER)})"
    units = "|".join(entry.get("units", {}))
    unit = f"(?P<unit>[- ]?(?:{units}))" if units else ""
    before = rf"(?:(?:{entry['before']}) )" if "before" in entry else ""
    after, bare = entry.get("after", ""), entry.get("bare", False)
    if bare or not units:
        yield from _bare(entry["column"], number, unit and unit + "?", before)
        return
    greater = r"over|above|(?:more|greater|larger|bigger|longer|wider) than|exceeding|beyond|>"
    more = _more(greater, r"under|below|(?:less|smaller|shorter|fewer) than|<")
    than = rf"(?P<than>{number}){unit}"
    yield rf"{before}{more} ?{than}{after}"
    low = rf"(?P<low>{number})(?:[- ]?(?:{units}))?"
    yield rf"{before}(?:between |from )?{low}(?: and | to |-)(?P<high>{number}){unit}{after}"
    up = "more|over|above|larger|bigger|greater|longer|upwards"
    yield rf"{before}{than} (?:or|and) (?:(?P<up>{up})|less|under|below|smaller|shorter){after}"
    if "trail" in entry:
        yield rf"{more} ?{than}{entry['trail']}"


def _bare(column: str, number: str, unit: str, before: str) -> Iterator[str]:
    """Patterns of a number whose unit, or the words before it, may be left out: "over 60", "after 2000".

    One of a single figure with neither, and with words after it, counts something else: "at least 3 symptoms".
    """
    maybe = before and before + "?"
    if unit:
        named = unit.replace("?P<unit>", "?:").rstrip("?")
        number = rf"(?:\d{{2}}|(?<=age ){number}|(?<=age of ){number}|{number}(?={named}| ?(?:$|,)))"
    if column == "year":
        yield rf"(?:(?P<ge>from) (?P<than>{number}) on(?:wards?)?)"
        more = _more(r"over|above|later than|after|>", r"under|below|earlier than|before|<", "|since")
    else:
        more = _more(r"over|above|older than|>", r"under|below|younger than|<")
    no_other_unit = (
        r"(?! ?(?:cm|mm|months?|mo|gy|gray|%|percent|patients|cases|tumou?rs|symptoms|metastas[ei]s|relapses|"
        r"recurrences|deaths|years? (?:of )?(?:follow|f/u)))"
    )
    yield rf"{maybe}{more} ?(?:the age of |age )?(?P<than>{number}){unit}{no_other_unit}"
    lead = rf"(?:{before + '|' if before else ''}between |from )(?:between |from )?"
    yield rf"{lead}(?P<low>{number})(?: and | to |-)(?P<high>{number}){unit}{no_other_unit}"
    up, down = "older|over|above|more|later", "younger|under|below|earlier|less"
    yield rf"{maybe}(?P<than>{number}){unit} (?:or|and) (?:(?P<up>{up})|{down}){no_other_unit}"


def _more(greater: str, less: str, least: str = "") -> str:
    return (
        r"(?:(?:is|are|was|were|measured|measuring) )?(?:"
        rf"(?P<gt>{greater})|(?P<ge>at least|≥|>=|no less than{least})|(?P<lt>{less})|"
        r"(?P<le>at most|up to|until|≤|<=|(?:no|not) more than))"
    )


def _equal(column: str, entry: Mapping[str, Any]) -> str:
    if column == "year":
        return r"(?:in |of |from |the )*\(?(?P<number>(?:18|19|20)\d\d)(?P<decade>'?s)?\)?"
    if not entry.get("bare"):
        return ""
    return _alternatives(
        (
            r"(?:aged?(?: of)? )?(?P<number>\d{1,2})[- ]?(?:years?[- ]old|y[/-]?o|years? of age)",
            r"(?:aged?|(?:woman|man|lady|gentleman|girl|boy|patient|female|male) of) (?P<number>\d{1,2})",
            r"in (?:their|his|her|the) (?P<number>\d0)(?P<decade>'?s)",
        )
    )

"""``phrases.toml``, spelt out: words and what they mean. In: nothing. Out: one `Lexicon`, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import tomli

from assistant.cases import grammar
from assistant.cases.quantities import Quantity, quantity
from corpus.cases import TABLES, table
from corpus.cases.query import Condition, conditions

GSV, BOCHUM, SERIES = TABLES
BOTH = (GSV, BOCHUM)
Conditions = Mapping[str, tuple[Condition, ...]]  # by table


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words (a regular expression), the conditions they mean in each table that can tell, and a text they all hold."""

    words: str
    conditions: Conditions
    holding: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words of ``phrases.toml``, in its order; ``beginnings`` of all of them, to tell others at once.

    Words are regular expressions for `whole_words`, which compiles them when a question is searched for them:
    most questions are told apart before.
    """

    tables: tuple[tuple[str, str], ...]
    quantities: tuple[Quantity, ...]
    phrases: tuple[Phrase, ...]
    metastasis_sites: Mapping[str, str]
    metastasis: tuple[str, ...]
    metastasis_only: str
    measures: tuple[tuple[str, str], ...]
    count: str
    columns: tuple[tuple[str, bool, str], ...]
    beginnings: frozenset[str]
    noise: str
    rest: str


@cache
def whole_words(pattern: str) -> re.Pattern[str]:
    """The pattern where it is not part of a longer word."""
    return re.compile(rf"(?<![\w.-])(?:{pattern})(?![\w-])(?!\.\d)")


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon, read at the first question."""
    data = tomli.loads(files("assistant.cases").joinpath("phrases.toml").read_text(encoding="utf-8"))
    words = data["words"]
    used: list[str] = []

    def spelt_out(pattern: str) -> str:
        for _ in range(2):  # an entry may use another
            pattern = re.sub(r"(?<!\?P)<(\w+)>", lambda name: words.get(name[1], name.group()), pattern)
        used.append(pattern)
        return pattern

    sites = data["metastasis_sites"]
    site = "(?:" + "|".join(f"(?:{pattern})" for pattern in sites.values()) + ")"
    several = rf"(?P<site>{site}(?:(?:,? (?:and|or|plus|as well as)(?: the)? |/|, ){site})*)"
    lexicon = Lexicon(
        tables=tuple((entry["id"], spelt_out(entry["words"])) for entry in data["table"]),
        quantities=tuple(quantity(entry) for entry in data["number"]),
        phrases=(
            *(Phrase(spelt_out(f"<no>(?:{entry['words']})"), _by_table(entry)) for entry in data["condition"]),
            *_authors(),
            *(Phrase(pattern, {GSV: (Condition("country", name),)}) for name, pattern in data["countries"].items()),
        ),
        beginnings=frozenset(),
        metastasis_sites=sites,
        metastasis=(
            spelt_out(rf"<no>{several} ?<spread>(?: disease)?"),
            spelt_out(rf"<no><spread> (?:to|in|into|of|at|involving) (?:the |both |their )*{several}"),
        ),
        metastasis_only=spelt_out(
            rf"(?:isolated|only|solely|exclusively|purely) (?P<site>{site}) <spread>(?: only)?|"
            rf"(?P<alone>{site}) <spread> (?:only|alone)"
        ),
        count=spelt_out(next(entry["words"] for entry in data["measure"] if entry["name"] == "count")),
        measures=tuple((entry["name"], spelt_out(entry["words"])) for entry in data["measure"]),
        columns=tuple(
            (entry["name"], entry.get("early", False), spelt_out(entry["words"])) for entry in data["column"]
        ),
        noise=spelt_out(data["rest"]["noise"]),
        rest=spelt_out(data["rest"]["words"]),
    )
    used += [phrase.words for phrase in lexicon.phrases]
    used += [pattern for quantity in lexicon.quantities for pattern in (quantity.compared, quantity.equal)]
    used += [
        value.pattern for value in vars(grammar).values() if isinstance(value, re.Pattern) and value is not grammar.ROWS
    ]
    return replace(lexicon, beginnings=_beginnings(used))


def _beginnings(patterns: Iterable[str]) -> frozenset[str]:
    """The first four letters (or all, of shorter ones) of the words that stand in patterns."""
    letters = re.compile(r"[^\W\d_]{3,}")
    return frozenset(
        word[:4] for pattern in patterns for word in letters.findall(re.sub(r"\\\w", " ", pattern.lower()))
    )


def _by_table(entry: Mapping[str, Any]) -> Conditions:
    if "both" in entry:
        return dict.fromkeys(BOTH, conditions(entry["both"]))
    found = {name: conditions(entry[name]) for name in TABLES if name in entry}
    if entry.get("together"):  # all members of a set, not any of them
        found = {
            name: tuple(
                Condition(each.column, member)
                for each in some
                for member in (each.wanted if isinstance(each.wanted, tuple) else (each.wanted,))
            )
            for name, some in found.items()
        }
    return found


def _authors() -> list[Phrase]:
    """A phrase for every author whose name stands in a table."""
    by_name: dict[str, dict[str, set[str]]] = {}
    for name in (GSV, SERIES):
        for record in table(name).records:
            printed = str(record.values["author"])
            for part in re.split(r" & | et al\.?", printed):
                if part and "case" not in part:
                    by_name.setdefault(part.lower(), {}).setdefault(name, set()).add(printed)
    return [
        Phrase(
            rf"(?:by |of |from |in )?{re.escape(part)}(?:'s|s')?(?: et al\.?| and colleagues| and cento)?",
            {
                name: (Condition("author", tuple(sorted(printed)) if len(printed) > 1 else next(iter(printed))),)
                for name, printed in by_table.items()
            },
            holding=part,
        )
        for part, by_table in sorted(by_name.items(), key=lambda each: -len(each[0]))
    ]

"""From ``terms.toml`` to `Term` records; an entry that cannot be used is an error that names it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tomli

FILE = Path(__file__).with_name("terms.toml")
_FIELDS = frozenset({"name", "means", "forms", "abbreviations"})


class GlossaryError(ValueError):
    """The glossary cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field and what it means, in our own plain words.

    ``forms`` are how documents write it, in lower case, since their case does not matter; ``abbreviations``
    count only as they are written. ``id`` is the name in small letters, figures and hyphens, for use in a page.
    """

    id: str
    name: str
    means: str
    forms: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()


@cache
def load() -> tuple[Term, ...]:
    """All terms, in alphabetical order.

    Raises:
        GlossaryError: the file cannot be read, or an entry of it cannot be used.
    """
    try:
        data = tomli.loads(FILE.read_text(encoding="utf-8"))["term"]
    except (OSError, tomli.TOMLDecodeError, KeyError) as error:
        raise GlossaryError(f"The glossary '{FILE}' cannot be read: {error}.") from error
    return read(data)


def read(entries: Iterable[Mapping[str, Any]]) -> tuple[Term, ...]:
    """The terms of entries as they stand in the file, in alphabetical order.

    Raises:
        GlossaryError: an entry lacks a field, has an unknown one, or claims what another one claims.
    """
    terms = tuple(sorted((_term(entry) for entry in entries), key=lambda term: term.name.lower()))
    owners: dict[str, Term] = {}
    for term in terms:
        for claim in (f"#{term.id}", *term.forms, *term.abbreviations):
            if claim in owners:
                raise GlossaryError(f"'{owners[claim].name}' and '{term.name}' of the glossary both claim '{claim}'.")
            owners[claim] = term
    return terms


def _term(entry: Mapping[str, Any]) -> Term:
    name = str(entry.get("name", "")).strip()
    term = Term(
        id=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
        name=name,
        means=str(entry.get("means", "")).strip(),
        forms=tuple(form.lower() for form in entry.get("forms", ())),
        abbreviations=tuple(entry.get("abbreviations", ())),
    )
    written = (*term.forms, *term.abbreviations)
    if not term.id or not term.means or not written or not all(re.search(r"\w", form) for form in written):
        raise GlossaryError(f"The entry '{name}' of the glossary lacks its name, its meaning or its forms.")
    if unknown := sorted(set(entry) - _FIELDS):
        raise GlossaryError(f"The entry '{name}' of the glossary has the field '{unknown[0]}', unknown here.")
    return term

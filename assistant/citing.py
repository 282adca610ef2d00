"""A source, or a quote of it, as a citation: Vancouver style, BibTeX and RIS.

In: `corpus.models.Source` as the manifest states it. Out: text. Vancouver style follows "Citing Medicine", 2nd
edition (National Library of Medicine, 2007-): all authors, a period after the abbreviated journal, date, volume and
pages, [Internet] and [updated ...] for web pages, square brackets around what is not printed on the work. What the
text does not state is said to be missing, and a document that nobody reviewed carries that in a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answer import Quote
from corpus.models import Corpus, Source

FORMATS = ("vancouver", "bibtex", "ris")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_VENUE = re.compile(r"(?P<journal>.+?)\.? (?P<year>\d{4});(?P<volume>[^:();]+)(?:\((?P<issue>[^)]+)\))?:(?P<pages>\S+)")
_UPDATED = re.compile(rf"updated (?P<day>\d{{1,2}}) (?P<month>{'|'.join(MONTHS)}) (?P<year>\d{{4}})")
_INITIALS = re.compile(r"(?P<family>.+) (?P<initials>[^\W\d_]{1,4})")
_LATEX = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}  # BibTeX counts a brace even where it is escaped
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What the parts of a citation are; an empty string or tuple means: not stated in the text.

    ``authors`` are pairs of family name and initials; the initials are empty for a body or a program.
    ``described``: the text has no title, and the one given describes it. ``updated`` is year, month, day.
    """

    authors: tuple[tuple[str, str], ...]
    title: str
    described: bool
    web: bool
    journal: str
    year: str
    volume: str
    issue: str
    pages: str
    doi: str
    url: str
    updated: tuple[str, int, int] | None
    note: str

    @property
    def missing(self) -> tuple[str, ...]:
        """What the text does not state of authors, journal and year; a web page has no journal."""
        told = {"authors": self.authors, "journal": self.journal or self.web, "year": self.year}
        return tuple(name for name, stated in told.items() if not stated)

    @property
    def printed_title(self) -> str:
        """The title, in square brackets where it is a description."""
        return f"[{self.title}]" if self.described else self.title

    @property
    def remarks(self) -> str:
        """What a reader of the citation must know: what is missing, and that nobody reviewed the text."""
        gap = _unstated(self.missing)
        return " ".join(part for part in (gap[:1].upper() + gap[1:] + "." if gap else "", self.note) if part)

    @property
    def vancouver(self) -> str:
        """The citation in one line."""
        authors = ", ".join(f"{family} {initials}".strip() for family, initials in self.authors)
        parts = [
            _stop(authors or f"[{_unstated(['authors'])}]"),
            _stop(f"{self.printed_title} [Internet]" if self.web else self.printed_title),
            _stop(self._imprint()),
            f"doi: {self.doi}." if self.doi else "",
            f"Available from: {self.url}" if self.url and not self.doi else "",
            f"Note: {_stop(self.note)}" if self.note else "",
        ]
        return " ".join(part for part in parts if part)

    def _imprint(self) -> str:
        """Where and when it was published, as far as that is stated."""
        if self.volume:
            issue = f"({self.issue})" if self.issue else ""
            return f"{_stop(self.journal)} {self.year};{self.volume}{issue}:{self.pages}"
        unstated = [name for name in self.missing if name != "authors"]
        gaps = [f"[{_unstated(unstated)}]"] if unstated else []
        if not self.journal:
            return "; ".join([*gaps, self._date()] if self.year else gaps)
        return "; ".join([self.journal, self._date()] if self.year else [self.journal, *gaps])

    def _date(self) -> str:
        if self.updated is None:
            return self.year
        year, month, day = self.updated
        return f"{self.year} [updated {year} {MONTHS[month - 1][:3]} {day}]"


def reference(source: Source) -> Reference:
    """The parts of a source's citation."""
    doi = re.sub(r"^(?:doi:\s*|https?://(?:dx\.)?doi\.org/)", "", source.doi.strip(), flags=re.IGNORECASE)
    found = _VENUE.fullmatch(_line(source.venue))
    printed = found.groupdict() if found else {}
    updated = _UPDATED.search(source.venue)
    web = not doi and not found and (source.venue.lower().startswith("web") or bool(source.url))
    return Reference(
        authors=tuple(_authors(_line(source.authors))),
        title=_line(source.title),
        described=not (source.authors or source.venue or source.year or source.url or doi),
        web=web,
        journal=printed.get("journal") or ("" if web else _line(source.venue)),
        year=str(source.year or printed.get("year") or (updated["year"] if updated else "")),
        volume=printed.get("volume") or "",
        issue=printed.get("issue") or "",
        pages=printed.get("pages") or "",
        doi=doi,
        url=_line(source.url),
        updated=(updated["year"], MONTHS.index(updated["month"]) + 1, int(updated["day"])) if updated and web else None,
        note="" if source.reviewed else _line(source.review_status or source.evidence),
    )


def vancouver(source: Source) -> str:
    """A source in Vancouver style, in one line."""
    return reference(source).vancouver


def link(source: Source) -> str:
    """Where a source can be found on the web; empty where nothing is known that a browser may open."""
    told = reference(source)
    address = f"https://doi.org/{told.doi}" if told.doi else told.url
    return address if re.match(r"https?://[^\s\"'<>]+$", address) else ""


def quote_citation(quote: Quote, corpus: Corpus) -> str:
    """A quote to be pasted elsewhere: its words in quotation marks, its section, and the citation of its source."""
    return f"“{quote.text}” (section “{quote.section}”) {vancouver(corpus[quote.doc_id].source)}"


def bibtex(sources: Iterable[Source]) -> str:
    """Sources as a BibTeX file in UTF-8; web pages and what has no journal are @misc."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Block, Entry, Field

    entries: list[Block] = []
    for source in sources:
        told = reference(source)
        fields = {
            "author": " and ".join(_bibtex_name(*author) for author in told.authors),
            "title": _latex(told.printed_title),
            "journal": _latex(told.journal),
            "howpublished": _latex(_line(source.venue)) if told.web else "",
            "year": told.year,
            "volume": _latex(told.volume),
            "number": _latex(told.issue),
            "pages": _latex(told.pages.replace("-", "--").replace("–", "--")),
            "doi": _balanced(told.doi),
            "url": _balanced(told.url),
            "note": _latex(told.remarks),
        }
        kept = [Field(name, value) for name, value in fields.items() if value]
        entries.append(Entry("article" if told.journal else "misc", _key(source), kept))
    return str(write_string(Library(entries)))


def ris(sources: Iterable[Source]) -> str:
    """Sources as a RIS file in UTF-8."""
    from rispy import RisWriter

    class Plain(RisWriter):  # type: ignore[misc] # rispy has no types
        """Without rispy's line "1." before each entry, which not every reference manager takes."""

        def set_header(self, count: int) -> str:
            return ""

    entries = []
    for source in sources:
        told = reference(source)
        first, _, last = re.sub("[-–]", "-", told.pages).partition("-")
        date = f"{told.updated[0]}/{told.updated[1]:02}/{told.updated[2]:02}" if told.updated else ""
        fields = {
            "type_of_reference": "JOUR" if told.journal else "ELEC" if told.web else "GEN",
            "authors": [_ris_name(*author) for author in told.authors],
            "title": told.printed_title,
            "secondary_title": told.journal,
            "journal_name": told.journal,
            "year": told.year,
            "date": date,
            "volume": told.volume,
            "number": told.issue,
            "start_page": first,
            "end_page": last,
            "doi": told.doi,
            "urls": [told.url] if told.url else [],
            "notes": [told.remarks] if told.remarks else [],
            "id": source.id,
        }
        entries.append({name: value for name, value in fields.items() if value})
    return str(Plain().formats(entries)).lstrip("\n")


def written(sources: Iterable[Source], style: str) -> str:
    """Sources in one of `FORMATS`, as they are printed or saved.

    Raises:
        ValueError: there is no such format.
    """
    if style == "vancouver":
        return "".join(f"{vancouver(source)}\n" for source in sources)
    if style not in FORMATS:
        raise ValueError(f"There is no citation format '{style}'; there are: {', '.join(FORMATS)}.")
    return bibtex(sources) if style == "bibtex" else ris(sources)


def _authors(names: str) -> Iterable[tuple[str, str]]:
    """Authors as they are listed ("Tilkorn DJ, Hauser J"); a name without initials is kept whole."""
    for name in filter(None, map(str.strip, re.split(r"[;,]", names))):
        parts = _INITIALS.fullmatch(name)
        yield (parts["family"], parts["initials"]) if parts and parts["initials"].isupper() else (name, "")


def _bibtex_name(family: str, initials: str) -> str:
    """Family name and initials; a name without them is in braces, or BibTeX would take its last word for the family."""
    if not initials:
        return f"{{{_latex(family)}}}"
    return f"{_latex(family)}, {' '.join(f'{initial}.' for initial in initials)}"


def _ris_name(family: str, initials: str) -> str:
    return f"{family}, {''.join(f'{initial}.' for initial in initials)}" if initials else family


def _unstated(names: Sequence[str]) -> str:
    """In words: "authors, journal and year not stated in the text"; empty where nothing is missing."""
    listed = " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
    return f"{listed} not stated in the text" if listed else ""


def _key(source: Source) -> str:
    """The id as a BibTeX key: nothing that ends a key or an entry."""
    return re.sub(r"[^\w.:-]+", "-", source.id).strip("-") or "source"


def _latex(text: str) -> str:
    return text.translate(_LATEX)


def _balanced(address: str) -> str:
    """An address as it is, but for braces, which would end the field too early or too late."""
    return address.replace("{", "%7B").replace("}", "%7D")


def _line(text: str) -> str:
    return " ".join(text.split())


def _stop(text: str) -> str:
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."

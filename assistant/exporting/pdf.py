"""A report as PDF.

In: a `Report` and the time it states. Out: the bytes of a PDF of A4 pages with bookmarks, page numbers and text that
can be selected. It is set in DejaVu, which comes with matplotlib and has Greek, accents and the signs of the sources;
a sign that it lacks is printed as its Unicode number, and the last page says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from assistant.exporting.report import Compared, Part, Passage, Report, Result

FONTS = {  # family and style: file
    ("sans", ""): "DejaVuSans.ttf",
    ("sans", "B"): "DejaVuSans-Bold.ttf",
    ("serif", ""): "DejaVuSerif.ttf",
}
INK, SOFT, ACCENT, CAUTION, LINE = (23, 37, 42), (76, 93, 99), (11, 85, 96), (138, 59, 0), (207, 216, 214)
LACKING = "Signs that this file's font lacks stand as [U+number]; Markdown and HTML exports have them as they are."
INDENT = 5.0  # millimetres
MOST_IN_BOOKMARK = 90  # characters
SIGNS_IN_LINE = 78  # about as many as a line of a quote has


def pdf(content: Report, when: datetime) -> bytes:
    """The whole file."""
    paper = _Paper(content.title, when)
    paper.heading(content.title, 15)
    paper.text(content.made, 9, SOFT)
    paper.text(content.caution, 10, style="B", after=2)
    for part in content.parts:
        _part(paper, part)
    if content.references:
        paper.chapter("References")
        for cited in content.references:
            paper.text(f"{cited.number}. {cited.text}", 9.5)
            if cited.link:
                paper.text(cited.link, 9, ACCENT, indent=INDENT, link=cited.link)
            paper.text(cited.status, 9, SOFT, indent=INDENT, after=2)
    paper.chapter("Made with")
    for label, value in content.versions:
        paper.text(f"{label}: {value}", 9)
    if paper.lacking:
        paper.text(LACKING, 9, SOFT)
    return bytes(paper.output())


class _Paper(FPDF):
    """A4 pages with our fonts, margins and footer; every text goes through `text`."""

    def __init__(self, title: str, when: datetime) -> None:
        super().__init__(format="A4")
        self.lacking = False
        self.subject = title
        for (family, style), name in FONTS.items():
            self.add_font(family, style, _font_folder() / name)
        self.set_margins(20, 18)
        self.set_auto_page_break(True, 20)
        self.set_title(title)
        self.set_lang("en")
        self.set_creation_date(when)
        self.set_producer("Venous Leiomyosarcoma Assistant")
        self.add_page()

    def footer(self) -> None:
        """Page numbers, and on every page what this is not."""
        self.set_y(-14)
        self.set_font("sans", "", 8)
        self.set_text_color(*SOFT)
        self.cell(0, 5, "Quotes from the sources, not medical advice")
        self.set_x(self.l_margin)
        self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="R")

    def text(  # type: ignore[override] # ours writes lines that wrap
        self,
        words: str,
        size: float = 10,
        colour: tuple[int, int, int] = INK,
        *,
        family: str = "sans",
        style: str = "",
        indent: float = 0,
        after: float = 1,
        link: str = "",
    ) -> None:
        """Text over the width of the page, wrapped; ``indent`` and the space ``after`` it in millimetres."""
        if not words:
            return
        self.set_font(family, style, size)
        self.set_text_color(*colour)
        self.set_x(self.l_margin + indent)
        printed = self.printable(words, family, style)
        self.multi_cell(0, size * 0.5, printed, align="L", link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)

    def printable(self, words: str, family: str, style: str) -> str:
        """Text in which every sign is one that the font has."""
        known = _signs(family, style)
        words = " ".join(re.split(r"[\t\n\r\f\v\x85\u2028\u2029]+", words))
        shown = "".join(sign if ord(sign) in known else f"[U+{ord(sign):04X}]" for sign in words)
        self.lacking = self.lacking or shown != words
        return shown

    def heading(self, words: str, size: float, before: float = 0) -> None:
        """A heading that is not left alone at the foot of a page."""
        if self.will_page_break(before + 4 * size * 0.5):
            self.add_page()
        else:
            self.ln(before)
        self.text(words, size, style="B", after=1.5)

    def chapter(self, title: str, bookmark: str = "") -> None:
        """A heading with a rule above it and a bookmark."""
        if self.will_page_break(30):
            self.add_page()
        self.ln(3)
        self.set_draw_color(*SOFT)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(3)
        self.start_section(self.printable(bookmark or title, "sans", "B"))
        self.text(title, 12, style="B", after=2)


@cache
def _font_folder() -> Path:
    """Where matplotlib keeps its fonts; found without importing it, which takes its time."""
    found = find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("matplotlib is not installed; its fonts are needed to write a PDF.")
    return Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


@cache
def _signs(family: str, style: str) -> frozenset[int]:
    """The signs of a font."""
    from fontTools.ttLib import TTFont

    with TTFont(_font_folder() / FONTS[family, style], lazy=True) as font:
        return frozenset(font.getBestCmap())


def _part(paper: _Paper, part: Part) -> None:
    title = f"{part.number}. {part.question}"
    paper.chapter(title, title[:MOST_IN_BOOKMARK])
    paper.text(part.understood, 9, SOFT)
    paper.text(part.note, 10, style="B")
    paper.text(part.error, 10, CAUTION, style="B")
    for result in part.results:
        _result(paper, result)
    paper.text(part.value, 13, style="B")
    _passages(paper, part.passages)
    if part.compared:
        paper.heading("Compare", 10.5, before=1)
        for compared in part.compared:
            _compared(paper, compared)
    if part.reason:
        paper.text(f"No answer. {part.reason}", 10.5, CAUTION, style="B")
    if part.nearest:
        paper.heading("Nearest passages (not an answer)", 10.5, before=1)
        _passages(paper, part.nearest, SOFT)
    paper.text(part.closing, 10, after=2)
    paper.text(f"{part.confidence}." if part.confidence else "", 8.5, SOFT)


def _result(paper: _Paper, result: Result) -> None:
    paper.text(f"Computed: {result.statement}", 11, style="B")
    for remark in result.remarks:
        paper.text(remark, 9, SOFT)
    if not result.rows:
        return
    rows = [[paper.printable(cell, "sans", "B") for cell in row] for row in (result.head, *result.rows)]
    widths = [min(40, max(6, *(len(row[place]) for row in rows))) for place in range(len(result.head))]
    paper.set_font("sans", "", 8)
    paper.set_text_color(*INK)
    paper.set_draw_color(*LINE)
    with paper.table(
        col_widths=widths,
        line_height=4.2,
        text_align="LEFT",
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(emphasis="BOLD", color=ACCENT),
    ) as table:
        for cells in rows:
            table.row(cells)
    paper.ln(2)


def _passages(paper: _Paper, passages: Iterable[Passage], colour: tuple[int, int, int] = INK) -> None:
    for passage in passages:
        lines = 3 + len(passage.text) // SIGNS_IN_LINE + len(passage.review) // SIGNS_IN_LINE
        if paper.will_page_break(min(lines * 5.2, 80)):  # its place stays with it, unless it is very long
            paper.add_page()
        number = f"{passage.number} " if passage.number else ""
        also = f"; also in {passage.also}" if passage.also else ""
        paper.text(f"“{passage.text}”", 10.5, colour, family="serif", indent=INDENT, after=0.5)
        where = f"{number}{passage.where}, reference {passage.reference}{also}"
        paper.text(where, 8.5, ACCENT, indent=INDENT, after=0)
        label = ": ".join(filter(None, (passage.label, passage.review)))
        paper.text(label, 8.5, SOFT if passage.reviewed else CAUTION, indent=INDENT, after=2.5)


def _compared(paper: _Paper, compared: Compared) -> None:
    paper.text(f"{compared.verdict}: {compared.statement}", 10, indent=INDENT / 2)
    _passages(paper, compared.passages)

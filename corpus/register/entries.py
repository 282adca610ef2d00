"""What an entry of the register is, and how its checks are proved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.cases import table
from corpus.cases.query import Query, Result, run
from corpus.models import Span

Verdict = Literal["contradicted", "confirmed", "undecided"]
Weight = Literal["high", "low"]
Kind = Literal[
    "prose-table", "prose-prose", "abstract-body", "table-table", "between-documents", "citation", "arithmetic"
]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim part of a source: its text, where it stands, and the number of its unit in ``corpus.units``."""

    doc_id: str
    section: str
    text: str
    spans: tuple[Span, ...]
    unit: int


@dataclass(frozen=True, slots=True)
class Check:
    """A query over case rows with what it gives, and what the authors print (None: they print no figure).

    ``rows`` are the case numbers that it rests on, where the register names them.
    """

    query: Query
    gives: float
    digits: int
    printed: float | str | None = None
    rows: tuple[int, ...] = ()

    def run(self) -> Result:
        """The query, recomputed now."""
        return run(self.query, table(self.query.table))

    def holds(self, result: Result) -> bool:
        """Whether a result is what the register says, to the digits given there."""
        if result.value is None or round(result.value, self.digits) != round(self.gives, self.digits):
            return False
        return not self.rows or self.rows == result.counted

    def agrees(self, result: Result) -> bool:
        """Whether a result is what the authors print, to the digits that they print."""
        if result.value is None or not isinstance(self.printed, int | float):
            return False
        digits = len(str(self.printed).partition(".")[2]) if isinstance(self.printed, float) else 0
        return bool(abs(result.value - self.printed) <= 0.5000001 * 10**-digits)


@dataclass(frozen=True, slots=True)
class Entry:
    """One disagreement or recomputation.

    ``verdict``: "contradicted", a statement cannot be right as the other evidence stands; "confirmed", the
    recomputation agrees; "undecided", the sources differ and nothing in them decides. ``weight``: "high" where
    it could change treatment or what a patient is told; "low" for a slip. ``statement`` and ``note`` are
    the project's own words, ``quotes`` the sources'.
    """

    id: str
    topic: str
    kind: Kind
    weight: Weight
    verdict: Verdict
    statement: str
    quotes: tuple[Evidence, ...]
    checks: tuple[Check, ...] = ()
    note: str = ""

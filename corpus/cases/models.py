"""What a case table is: its columns, and its records with every cell's place in the raw file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from corpus.cleaning import Span

Value: TypeAlias = int | float | str | bool | frozenset[str] | None
Kind = Literal["number", "text", "choice", "flag", "set"]


class Cell(NamedTuple):
    """A printed cell: its text, cleaned as quotes are, and where it stands in the raw file."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Column:
    """A typed column, parsed from printed cells.

    ``cells`` names the printed columns it is read from; ``unit`` is empty for pure numbers and words;
    ``phrase`` is the column in the words of a sentence ("age", "largest diameter of the tumour").
    ``printed_unit`` and ``printed_factor`` turn a value back into what the source prints, where it
    prints another unit. A value is None where the source prints NA, "-" or nothing that says.
    """

    name: str
    kind: Kind
    cells: tuple[str, ...]
    phrase: str
    unit: str = ""
    meaning: str = ""
    printed_unit: str = ""
    printed_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the sources' case tables: printed cells by column title, typed values by column name."""

    table: str
    number: int
    cells: Mapping[str, Cell] = field(repr=False)
    values: Mapping[str, Value]

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where the printed cells stand, in reading order."""
        return tuple(sorted({cell.span for cell in self.cells.values()}))


@dataclass(frozen=True, slots=True)
class CaseTable:
    """A table of cases: what it is, its typed columns, its records in printed order.

    ``noun`` names what a row is, in the plural ("cases", "patients", "published series").
    """

    id: str
    doc_id: str
    title: str
    noun: str
    columns: tuple[Column, ...]
    records: tuple[Record, ...] = field(repr=False)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: there is none; the message lists those there are.
        """
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(column.name for column in self.columns)
        raise KeyError(f"The table '{self.id}' has no column '{name}'; it has: {known}.")

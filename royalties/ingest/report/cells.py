"""Cells of a report as they arrive, and what becomes of one that is no plain value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from royalties.domain.problems import Cause

Cell: TypeAlias = str | int | float | bytes | tuple[int, ...]
"""Text (blank: empty) or a workbook's value: a number, a date as year, month, day (hour, minute,
second), or bytes for what is no value, such as ``b"TRUE"``, ``b"#N/A"``, ``b"="`` (a formula that
was never calculated)."""

LONGEST = 500
"""Characters a cell may have."""

_LONGEST_SHOWN = 200
_STRAY = ("\n ", " \n", "  ", "\t", "\r", "\v", "\f")
_END_OF_NUMBER = re.compile(r"(?<=\d)(?:[.,]0+|([.,]\d*[1-9])0+)$", re.MULTILINE)
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Signs that only guide a layout: byte-order marks, breaks of no width, directions."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class NonValue:
    """What a converted cell is where it is no plain value; compared by identity."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Invalid(NonValue):
    """A cell that cannot be right; ``{column}`` in the texts stands for its column's name."""

    cause: Cause
    message: str
    remedy: str
    column: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Ambiguous(NonValue):
    """A cell that can be read in two ways until the user chose."""

    key: str


@dataclass(frozen=True, slots=True, eq=False)
class UnknownIdentifier(NonValue):
    """A good identifier of no edition of the catalogue."""

    identifier: str


@dataclass(frozen=True, slots=True, eq=False)
class UnknownName(UnknownIdentifier):
    """Words where an identifier belongs, such as *Tote bag*; they may be a note or a total, too.

    ``otherwise`` is what is wrong with them in a row that cannot wait.
    """

    otherwise: Invalid


def is_number_of_product(book: Any) -> bool:
    """Whether an identifier of no edition is a number that a product has, and no words."""
    return isinstance(book, UnknownIdentifier) and not isinstance(book, UnknownName)


@dataclass(frozen=True, slots=True, eq=False)
class MarkedAmount(NonValue):
    """An amount in millionths that carries a currency's mark; to be held against the row's."""

    micro: int
    mark: str
    currencies: frozenset[str]


class _Blank(NonValue):
    __slots__ = ()


BLANK = _Blank()
"""A cell with nothing in it."""


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Some consecutive rows of a table, column by column.

    ``numbers`` are the rows' numbers in the file. ``surplus`` names rows (by place in the
    block) that have values beyond the last column. ``suspect`` blocks hold a control character
    or an overlong cell somewhere.
    """

    numbers: Sequence[int]
    columns: Sequence[Sequence[Cell]]
    surplus: Sequence[int] = ()
    suspect: bool = True


def visible(text: str) -> str:
    """A text without invisible signs and byte-order marks."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def without_stray_blanks(column: Sequence[Cell]) -> Sequence[Cell]:
    """A column of cells without blanks around texts, double ones and invisible signs."""
    try:
        together = "\n".join(("", *column, ""))  # type: ignore[arg-type]
    except TypeError:
        if str not in set(map(type, column)):
            return column
        return [_tidy(cell) if isinstance(cell, str) else cell for cell in column]
    if together.isascii() and not any(blanks in together for blanks in _STRAY):
        return column
    tidy = {cell: _tidy(cell) for cell in {*column} if isinstance(cell, str)}
    return [tidy[cell] for cell in column if isinstance(cell, str)]


def spelt_alike(column: Sequence[Cell]) -> Sequence[Cell]:
    """A column of cells as texts, without stray blanks and zeros at the end of a number.

    So the same rows are alike, whether somebody kept their figures as numbers or as texts.
    """
    column = without_stray_blanks(column)
    try:
        together = "\n".join(column)  # type: ignore[arg-type]
    except TypeError:
        column = texts = [text_of(cell) for cell in column]
        together = "\n".join(texts)
    if "." not in together and "," not in together:
        return column
    if not _END_OF_NUMBER.search(together):
        return column
    return [_END_OF_NUMBER.sub(r"\1", text_of(cell)) for cell in column]


def _tidy(text: str) -> str:
    return " ".join(visible(text).split())


def printed(cell: Cell) -> str:
    """A cell as the file shows it, shortened to what a problem may carry and harmless to show."""
    return CONTROL.sub("\ufffd", text_of(cell)[:_LONGEST_SHOWN])


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without a fraction, dates in ISO."""
    match cell:
        case str():
            return cell
        case bytes():
            return _ODDITIES.get(cell, cell.decode("utf-8", "replace"))
        case tuple():
            return date(*cell[:3]).isoformat() if len(cell) == 3 else _moment(cell).isoformat(" ")
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


_ODDITIES = {b"=": "(formula without a value)"}


def as_value(cell: Cell) -> str | bytes | int | float | date | datetime | None:
    """A cell as a spreadsheet library takes it; bytes are an error, or ``=`` for a formula."""
    if cell == "":
        return None
    if isinstance(cell, tuple):
        return date(*cell[:3]) if len(cell) == 3 else _moment(cell)
    if cell in (b"TRUE", b"FALSE"):
        return cell == b"TRUE"
    if isinstance(cell, bytes) and cell != b"=" and not cell.startswith(b"#"):
        return text_of(cell)
    return cell


def _moment(cell: tuple[int, ...]) -> datetime:
    year, month, day, hour, minute, second = (*cell, 0, 0, 0)[:6]
    return datetime(year, month, day, hour, minute, second)


def oddity(cell: bytes) -> Invalid:
    """What is wrong with a workbook's cell that is no value."""
    if cell == b"=":
        return Invalid(
            Cause.FORMULA_WITHOUT_VALUE,
            "the formula in {column} was never calculated",
            "open the workbook in a spreadsheet program and save it, or replace formulas by values",
        )
    text = cell.decode("utf-8", "replace")
    if text.startswith("#"):
        return Invalid(
            Cause.ERROR_VALUE,
            f"{{column}} holds the error {text}",
            "mend the formula and save the workbook",
        )
    return Invalid(Cause.NO_VALUE, f"{text} is not a value of {{column}}", "write the value itself")

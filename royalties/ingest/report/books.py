"""Identifiers of books, and the editions they name."""

import re

from stdnum import ean, isbn

from royalties.domain.counting import counted
from royalties.domain.problems import Cause
from royalties.ingest.report.cells import (
    BLANK,
    Cell,
    Odd,
    Stranger,
    Wrong,
    oddity,
    printed,
    text_of,
)
from royalties.ingest.report.reading import Known

_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—―−­ \u00a0\u2009\u202f"))
_THIRTEEN = re.compile(r"97[89]\d{10}", re.ASCII)
_TEN = re.compile(r"\d{9}[\dX]", re.ASCII)
_ASIN = re.compile(r"B0[0-9A-Z]{8}")
_AS_TEXT = re.compile(r'="([^"]*)"')
_DAMAGED = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE | re.ASCII)
_SEVERAL = re.compile(r"(?:97[89]\d{10}|\d{9}[\dXx]).+(?:97[89]\d{10}|\d{9}[\dXx])", re.ASCII)


class EditionFinder:
    """Finds editions by what a report prints; ``short`` ones lack leading zeros."""

    def __init__(self, known: Known, *, short: bool = False) -> None:
        self._editions = known.editions
        self._short = short

    def isbn(self, cell: Cell) -> int | Odd:
        """The edition's id by ISBN, or by any other identifier that stands in its place."""
        text = _written(cell)
        if isinstance(text, Odd):
            return text
        bare = text.translate(_DASHES).upper()
        if known := self._editions.get(bare):
            return known.id
        if self._short and bare.isdecimal() and len(bare) < 10:
            bare = bare.zfill(10)
        if _THIRTEEN.fullmatch(bare):
            return self._thirteen(bare)
        if _TEN.fullmatch(bare):
            return self._ten(bare)
        return self._other(text, bare)

    def identifier(self, cell: Cell) -> int | Odd:
        """The edition's id by a retailer's own number."""
        text = _written(cell)
        if isinstance(text, Odd):
            return text
        bare = text.upper()
        if known := self._editions.get(bare):
            return known.id
        if _TEN.fullmatch(bare) and isbn.is_valid(bare):
            return self._ten(bare)
        if _THIRTEEN.fullmatch(bare) and ean.is_valid(bare):
            return self._thirteen(bare)
        return Stranger(bare)

    def _thirteen(self, bare: str) -> int | Odd:
        if not ean.is_valid(bare):
            return _wrong_digit(bare, ean.calc_check_digit(bare[:-1]))
        known = self._editions.get(bare)
        return known.id if known else Stranger(bare)

    def _ten(self, bare: str) -> int | Odd:
        if not isbn.is_valid(bare):
            total = sum(place * int(digit) for place, digit in enumerate(bare[:-1], 1)) % 11
            return _wrong_digit(bare, "X" if total == 10 else str(total))
        known = self._editions.get(bare) or self._editions.get(isbn.to_isbn13(bare))
        return known.id if known else Stranger(isbn.to_isbn13(bare))

    def _other(self, text: str, bare: str) -> Odd:
        if _ASIN.fullmatch(bare):
            return Stranger(bare)
        if _DAMAGED.fullmatch(text):
            return Wrong(
                Cause.DAMAGED_ISBN,
                f"the ISBN was damaged by a spreadsheet ({text})",
                "format the column as text and export it again",
            )
        if _SEVERAL.search(text.translate(_DASHES)):
            return Wrong(
                Cause.SEVERAL_ISBNS, f"two ISBNs in one cell: {text!r}", "write a row for each book"
            )
        if bare.isdecimal() and bare.isascii():
            kind = (
                "12 digits: a UPC, or an ISBN that lost one"
                if len(bare) == 12
                else counted(len(bare), "digit")
            )
            return Wrong(
                Cause.NO_ISBN,
                f"{text!r} is not an ISBN ({kind})",
                "write the 13 digits of the ISBN",
            )
        return Wrong(Cause.NO_ISBN, f"{text!r} is not an ISBN", "write the 13 digits of the ISBN")


def _written(cell: Cell) -> str | Odd:
    """The text of an identifier, without what spreadsheets put around it."""
    if isinstance(cell, bytes):
        return oddity(cell)
    if isinstance(cell, tuple):
        return Wrong(
            Cause.NO_ISBN, f"{printed(cell)!r} is a date, not an ISBN", "format the column as text"
        )
    text = text_of(cell).strip()
    if found := _AS_TEXT.fullmatch(text):
        text = found[1]
    text = text.removeprefix("'").strip()
    return text[:200] if text else BLANK


def _wrong_digit(bare: str, expected: str) -> Wrong:
    return Wrong(
        Cause.WRONG_CHECK_DIGIT,
        f"{bare!r} is not an ISBN: its check digit is wrong (expected {expected})",
        "check the number against the book",
    )

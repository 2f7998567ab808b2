"""Identifiers of books, and the editions they name."""

import re
from collections.abc import Callable

from stdnum import ean, isbn

from royalties.domain.counting import counted
from royalties.domain.problems import Cause
from royalties.domain.terms.identifiers import identifier_key, is_isbn10
from royalties.ingest.report.cells import (
    BLANK,
    Cell,
    Invalid,
    NonValue,
    UnknownIdentifier,
    UnknownName,
    oddity,
    printed,
    text_of,
    visible,
)
from royalties.ingest.report.declaration import begins, normal
from royalties.ingest.report.labels import TOTALS, is_number_of_its_own, is_total_label
from royalties.ingest.report.reading import ReferenceData

_THIRTEEN = re.compile(r"97[89]\d{10}", re.ASCII)
_TEN = re.compile(r"\d{9}[\dX]", re.ASCII)
_LONGER = re.compile(r"0+(?:(97[89]\d{10})|(\d{9}[\dX]))", re.ASCII)
_NO_ZERO = re.compile(r"\d{7,8}[\dX]", re.ASCII)
_ASIN = re.compile(r"B0[0-9A-Z]{8}")
_AS_TEXT = re.compile(r'="([^"]*)"')
_LABEL = re.compile(
    r"(?:urn:)?(?:e-?|print[\s-]?|(?:ASIN|SKU)/)?(?:ISBN|EAN|GTIN)"
    r"(?:[\s-]?\(?1[034](?!\d)\)?)?(?:\s(?:no|nr))?[\s:.#=-]*(?=\d)"
    r"|(?P<own>(?:(?:UPC|ASIN|SKU)(?:/ISBN)?)\s*[:#]\s*(?=\S)|ASIN(?:/ISBN)?\s+(?=B0))",
    re.IGNORECASE | re.ASCII,
)
"""What people write before an identifier; ``own`` is that of a retailer's own number."""
_FRACTION = re.compile(r"(\d+)\.0+", re.ASCII)
_DAMAGED = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE | re.ASCII)
_SEVERAL = re.compile(r"(?:97[89]\d{10}|\d{9}[\dXx]).+(?:97[89]\d{10}|\d{9}[\dXx])", re.ASCII)
_MISTYPED = re.compile(r"(?=(?:\D*\d){9})(?=(?:\d*\D){0,2}\d*$)\w{9,15}", re.ASCII)
"""Nearly all digits, and about as many as an ISBN has: a slip of the hand, no house number."""
_OWN_NUMBER = re.compile(r"[#({\[]?[^\W_][\w ./#&+:()\[\]{},*'@=|~$%-]{0,60}[^\W_][)}\]]?")
_FORM = r"(?!x\d)[^\W\d_]{1,10}\d?"
_ISBN_AND_MORE = re.compile(
    rf"(?:{_FORM}[\s_.:#&+/-]{{1,3}})?(97[89](?:[\s-]?\d){{10}})"
    rf"(?:[\s_.:#&+-]{{1,3}}{_FORM}|/{_FORM}|\s?\({_FORM}\)|[^\W\d_]{{2,10}})?",
    re.IGNORECASE,
)
"""An ISBN with what a seller put before or behind it: *978…-PB*, *978…_EPUB*, *978… (pbk)*."""
_SET_APART = re.compile(
    r"(?:[^\W\d_]\w{0,8}[\W_]{1,3})?[0-9]{9,15}(?:[\W_]{1,3}[^\W\d_]{1,9}\d?)?[\W_]?"
)
"""Figures with a word before or behind them that a sign divides from them: no slip of a hand."""
_BOOKLAND = ("978", "979")
_LENGTHS_OF_EAN = (8, 12, 13, 14)
_LENGTHS_OF_BOOKS = (10, 12, 13)
_DIGITS_OF_UPC = 12
_MOST_OF_HOUSE = 8
"""With more digits, a house number looks like an ISBN with a slip."""
_LEAST_LETTERS = 2
_NO_NAMES = frozenset(
    ("n/a", "na", "nan", "none", "null", "nil", "unknown", "various", "misc", "tbd", "tba", "isbn",
     "sku", "title", "book", "test", "missing", "no isbn", "pending", "true", "false",
     "see note", "see notes", "see below", "see above"),
)  # fmt: skip
"""Words that stand where an identifier is missing."""


class EditionFinder:
    """Finds editions by what a report prints; ``short`` ones lack leading zeros."""

    def __init__(
        self, known: ReferenceData, *, short: bool = False, blanks: frozenset[str] = frozenset()
    ) -> None:
        """``blanks`` are words that mean nothing, in lower case."""
        self._editions = known.editions
        self._names = known.catalogue.names
        self._aliases = {identifier_key(each): each for each in known.aliases}
        self.by_alias: dict[Cell, str] = {}
        """Aliases by the cells whose edition they told."""
        self._short = short
        self._blanks = blanks

    def isbn(self, cell: Cell) -> int | NonValue:
        """The edition's id by ISBN, or by any other identifier that stands in its place."""
        return self._noted(cell, self._book_of(cell, self._by_isbn))

    def identifier(self, cell: Cell) -> int | NonValue:
        """The edition's id by a retailer's own number, or by an ISBN in its place."""
        return self._noted(cell, self._book_of(cell, self._by_own_number))

    def _noted(self, cell: Cell, book: int | NonValue) -> int | NonValue:
        """What was found, taking note of an alias that told it."""
        if self._aliases and isinstance(book, int):
            key = identifier_key(unlabelled(written_identifier(text_of(cell))))
            whole = identifier_key(written_identifier(text_of(cell)))
            alias = self._aliases.get(whole, self._aliases.get(key))
            if alias is None and isbn.is_valid(key.zfill(10)):
                alias = self._aliases.get(isbn.to_isbn13(key.zfill(10)))
            if alias is not None:
                self.by_alias[cell] = alias
        return book

    def _book_of(
        self, cell: Cell, otherwise: Callable[[str, str], int | NonValue]
    ) -> int | NonValue:
        """What an identifier names, as it is written, else without its label; else otherwise."""
        text = self._written(cell)
        if isinstance(text, NonValue):
            return text
        if (book := self._named(text)) is not None:
            return book
        label = _LABEL.match(text)
        if label:
            text = unlabelled(text)
            if (book := self._named(text)) is not None:
                return book
        bare = identifier_key(text)
        if label and label["own"] and not (unfit(text) or _looks_like_isbn(bare)):
            return self._by_own_number(text, bare)
        return otherwise(text, bare)

    def _by_isbn(self, text: str, bare: str) -> int | NonValue:
        if self._short and bare.isdecimal() and len(bare) < 10:
            bare = bare.zfill(10)
        if _THIRTEEN.fullmatch(bare):
            return self._thirteen(bare)
        if _TEN.fullmatch(bare):
            return self._ten(bare)
        padded = self._padded(bare)
        return self._other(text, bare) if padded is None else padded

    def _by_own_number(self, text: str, bare: str) -> int | NonValue:
        if _TEN.fullmatch(bare) and isbn.is_valid(bare):
            return self._ten(bare)
        if _THIRTEEN.fullmatch(bare) and ean.is_valid(bare):
            return self._thirteen(bare)
        padded = self._padded(bare)
        if isinstance(padded, int | UnknownIdentifier):
            return padded
        return UnknownIdentifier(_waiting_under(text))

    def _named(self, text: str) -> int | NonValue | None:
        """The edition that an identifier of the catalogue names."""
        editions = self._names.find(text)
        if len(editions) > 1:
            isbns = sorted({each.isbn for each in self._editions.values() if each.id in editions})
            return Invalid(
                Cause.SEVERAL_EDITIONS,
                f"{text!r} can mean {' or '.join(isbns)}",
                "write the ISBN, or the identifier exactly as it stands in the setup",
            )
        return next(iter(editions), None)

    def _written(self, cell: Cell) -> str | NonValue:
        """The text of an identifier, without what spreadsheets put around it."""
        if isinstance(cell, bytes):
            return oddity(cell)
        if isinstance(cell, tuple):
            return Invalid(
                Cause.NO_ISBN,
                f"{printed(cell)!r} is a date, not an ISBN",
                "format the column as text",
            )
        text = written_identifier(text_of(cell))
        return text[:200] if text and text.casefold() not in self._blanks else BLANK

    def _thirteen(self, bare: str) -> int | NonValue:
        if not ean.is_valid(bare):
            return _wrong_digit(bare, ean.calc_check_digit(bare[:-1]))
        known = self._editions.get(bare)
        return known.id if known else UnknownIdentifier(bare)

    def _ten(self, bare: str) -> int | NonValue:
        if not isbn.is_valid(bare):
            total = sum(place * int(digit) for place, digit in enumerate(bare[:-1], 1)) % 11
            return _wrong_digit(bare, "X" if total == 10 else str(total))
        known = self._editions.get(bare) or self._editions.get(isbn.to_isbn13(bare))
        return known.id if known else UnknownIdentifier(isbn.to_isbn13(bare))

    def _padded(self, bare: str) -> int | NonValue | None:
        """The edition of an ISBN with zeros before it, or without the one or two it begins with.

        Digits alone could be some other number, unless the catalogue has that ISBN.
        """
        if longer := _LONGER.fullmatch(bare):
            if longer[1]:
                return self._thirteen(longer[1])
            ten = longer[2]
        elif _NO_ZERO.fullmatch(bare):
            ten = bare.zfill(10)
        else:
            return None
        if not is_isbn10(ten):
            return None
        book = self._ten(ten)
        return book if isinstance(book, int) or ten.endswith("X") else None

    def _other(self, text: str, bare: str) -> NonValue:
        if _ASIN.fullmatch(bare):
            return UnknownIdentifier(bare)
        if wrong := unfit(text):
            return wrong
        if whole := _ISBN_AND_MORE.fullmatch(text):
            number = identifier_key(whole[1])
            if not ean.is_valid(number):
                return _wrong_digit(number, ean.calc_check_digit(number[:-1]))
            return UnknownIdentifier(_waiting_under(text))
        if bare.isdecimal() and bare.isascii():
            return _of_digits(text, bare)
        if _is_own_number(text, bare):
            return UnknownIdentifier(_waiting_under(text))
        if _is_name(text):
            return UnknownName(_waiting_under(text), _no_isbn(f"{text!r} is not an ISBN"))
        return _no_isbn(f"{text!r} is not an ISBN")


def written_identifier(text: str) -> str:
    """An identifier without what spreadsheets put around it."""
    text = visible(text).strip()
    if match := _AS_TEXT.fullmatch(text):
        text = match[1]
    text = text.removeprefix("'").strip()
    if match := _FRACTION.fullmatch(text):
        text = match[1]
    return text


def unlabelled(text: str) -> str:
    """An identifier without the label that stands before it."""
    label = _LABEL.match(text)
    return written_identifier(text[label.end() :]) if label else text


def unfit(text: str) -> Invalid | None:
    """Why a text cannot stand for one edition, whatever the catalogue holds."""
    if _DAMAGED.fullmatch(text):
        return Invalid(
            Cause.DAMAGED_ISBN,
            f"the ISBN was damaged by a spreadsheet ({text})",
            "format the column as text and export it again",
        )
    if _SEVERAL.search(identifier_key(text)):
        return Invalid(
            Cause.SEVERAL_ISBNS, f"two ISBNs in one cell: {text!r}", "write a row for each book"
        )
    word = normal(text)
    is_total = (begins(word, TOTALS) or is_total_label(word)) and not is_number_of_its_own(word)
    if word in _NO_NAMES or is_total or not identifier_key(text).strip("_./#&+:"):
        return _no_isbn(f"{text!r} is not an ISBN")
    return None


def may_name_a_book(cell: Cell, book: int | NonValue) -> bool:
    """Whether a cell that stands alone in its row is a book whose figures are missing.

    Args:
        cell: what is written.
        book: what it was read as.
    """
    bare = identifier_key(unlabelled(written_identifier(text_of(cell))))
    return (
        isinstance(book, int)
        or bare[:3] in _BOOKLAND
        or (len(bare) in _LENGTHS_OF_BOOKS and bool(_MISTYPED.fullmatch(bare)))
    )


def _looks_like_isbn(bare: str) -> bool:
    return bool(_THIRTEEN.fullmatch(bare) or _TEN.fullmatch(bare))


def _of_digits(text: str, bare: str) -> NonValue:
    """What digits alone are that belong to no edition: the number of an article, or none."""
    if len(bare) in _LENGTHS_OF_EAN and bare[:3] not in _BOOKLAND and ean.is_valid(bare):
        return UnknownIdentifier(bare)
    if len(bare) <= _MOST_OF_HOUSE and bare.strip("0") and not bare.startswith(_BOOKLAND):
        return UnknownIdentifier(_waiting_under(text))
    kind = counted(len(bare), "digit")
    if len(bare) == _DIGITS_OF_UPC:
        kind = "12 digits: a UPC with a wrong check digit, or an ISBN that lost one"
    return _no_isbn(f"{text!r} is not an ISBN ({kind})")


def _is_own_number(text: str, bare: str) -> bool:
    """Whether a text looks like a number that somebody gave a product, such as ``HB-LANT-01``.

    Plain words are none: they are a note, or a cell of another column. Nor is what has about as
    many digits as an ISBN, unless words are set apart from them.
    """
    digits = [sign for sign in bare if sign.isdecimal()]
    is_book = bare.startswith(_BOOKLAND) and len(digits) > _MOST_OF_HOUSE
    is_slip = _MISTYPED.fullmatch(bare) and not _SET_APART.fullmatch(text)
    if is_book or is_slip:
        return False
    if not _OWN_NUMBER.fullmatch(text) or not "".join(digits).isascii():
        return False
    is_word = " " in text or (text.isalpha() and not text.isupper())
    return bool(digits) or not is_word


def _is_name(text: str) -> bool:
    """Whether a text is a few words, such as what a shop calls something that it sells."""
    return (
        bool(_OWN_NUMBER.fullmatch(text))
        and not any(sign.isdecimal() for sign in text)
        and sum(map(str.isalpha, text)) >= _LEAST_LETTERS
    )


def _waiting_under(text: str) -> str:
    """An identifier of no edition, as it is listed."""
    return " ".join(text.split()).upper()


def _no_isbn(message: str) -> Invalid:
    return Invalid(
        Cause.NO_ISBN,
        message,
        "write the 13 digits of the ISBN, or add this identifier to the edition in the setup; if "
        "it is no book, say that once",
    )


def _wrong_digit(bare: str, expected: str) -> Invalid:
    return Invalid(
        Cause.WRONG_CHECK_DIGIT,
        f"{bare!r} is not an ISBN: its check digit is wrong (expected {expected})",
        "check the number against the book",
    )

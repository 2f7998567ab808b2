"""Values of a list's cells: identifiers, amounts, days, yes and no; each, or why it is none."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from royalties.domain.currencies import EXPONENTS
from royalties.domain.money import NotAnAmountError, exact_number
from royalties.ingest.lists.columns import plain
from royalties.ingest.lists.contents import Answers, ListFault, ListQuestion
from royalties.ingest.lists.table import Row, tidy
from royalties.ingest.report.amounts import CURRENCY_MARKS
from royalties.ingest.report.books import unfit, written_identifier
from royalties.ingest.report.cells import BLANK, Ambiguous, Cell, Invalid, oddity, text_of
from royalties.ingest.report.conventions import date_order
from royalties.ingest.report.dates import Dates
from royalties.ingest.setup.identifiers import isbn as isbn_of
from royalties.ingest.setup.taking import NotTakenError

_YES = frozenset(("yes", "y", "true", "1", "x", "ja", "oui", "si", "sí", "on"))
_NO = frozenset(("no", "n", "false", "0", "nein", "non", "off"))
_MARKS = tuple(
    mark.upper() for mark in sorted((*CURRENCY_MARKS, *EXPONENTS), key=len, reverse=True)
)
_AMOUNT = re.compile(r"-?\d[\d.,' \u00a0\u202f]*")
_GROUP = 3
_LONGEST_SHOWN = 40
_SHORT_ISBN10 = (8, 9)


class NoValueError(ValueError):
    """A cell that is not what its column wants; the message says what to write."""


def isbn(cell: Cell) -> str:
    """An ISBN of 13 digits.

    Raises:
        NoValueError: it is none.
    """
    text = written_identifier(text_of(cell))
    if wrong := unfit(text):
        raise NoValueError(f"{wrong.message}: {wrong.remedy}")
    digits = re.sub(r"[\s\u2010-\u2015-]", "", text)
    if len(digits) in _SHORT_ISBN10 and digits[:-1].isdecimal():
        # A spreadsheet takes the zeros that an ISBN-10 begins with.
        digits = digits.zfill(10)
    try:
        return isbn_of(digits)
    except NotTakenError as fault:
        raise NoValueError(str(fault)) from None


def amount(cell: Cell) -> str:
    """A plain decimal of a number, or of a text with marks of thousands and of a currency.

    Raises:
        NoValueError: it is none, or could mean two.
    """
    if isinstance(cell, bytes):
        raise NoValueError(oddity(cell).message)
    if isinstance(cell, float):
        # As it is written, without what binary fractions leave behind the tenth digit.
        return _exact(f"{cell:.10f}".rstrip("0").rstrip("."), tidy(cell))
    if isinstance(cell, int):
        return _exact(str(cell), tidy(cell)[:_LONGEST_SHOWN])
    if isinstance(cell, tuple):
        raise NoValueError(f"{tidy(cell)} is a day, not an amount")
    text = tidy(cell)
    bare = text
    upper = bare.upper()
    for mark in _MARKS:
        if upper.startswith(mark) or upper.endswith(mark):
            bare = bare[len(mark) :] if upper.startswith(mark) else bare[: -len(mark)]
            break
    bare = bare.strip()
    if not _AMOUNT.fullmatch(bare):
        raise NoValueError(f"“{text}” is no amount: write it such as 12.50")
    return _exact(_with_point(bare, text), text)


def _with_point(bare: str, text: str) -> str:
    """A number with a decimal point alone."""
    bare = re.sub(r"['\s]", "", bare)
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return bare
    mark, other = bare[last], "," if bare[last] == "." else "."
    if other in bare:
        return bare.replace(other, "").replace(mark, ".")
    if bare.count(mark) > 1:
        return bare.replace(mark, "")
    if mark == "," and len(bare) - last - 1 == _GROUP:
        raise NoValueError(
            f"“{text}” can mean a thousand or one and a bit: write 1234 or 1.234 instead"
        )
    return bare.replace(mark, ".")


def _exact(number: str, text: str) -> str:
    try:
        exact_number(number)
    except NotAnAmountError:
        raise NoValueError(f"“{text}” is no amount: write it such as 12.50") from None
    return number


def price(cell: Cell) -> str:
    """An amount that is not below 0.

    Raises:
        NoValueError: it is none.
    """
    figure = amount(cell)
    if figure.startswith("-"):
        raise NoValueError(f"“{tidy(cell)}” is below 0")
    return figure


def currency(cell: Cell) -> str:
    """A code of ISO 4217.

    Raises:
        NoValueError: it is none, or a sign that several have.
    """
    text = tidy(cell)
    meant = CURRENCY_MARKS.get(text, frozenset())
    code = next(iter(meant)) if len(meant) == 1 else text.upper()
    if code not in EXPONENTS:
        raise NoValueError(f"“{text}” is no currency: write its code, such as USD")
    return code


def flag(cell: Cell) -> bool:
    """Yes or no.

    Raises:
        NoValueError: it is neither.
    """
    if cell in (b"TRUE", b"FALSE"):
        return cell == b"TRUE"
    word = plain(tidy(cell))
    if word not in _YES | _NO:
        raise NoValueError(f"“{tidy(cell)}” is neither yes nor no")
    return word in _YES


class Days:
    """The days of one list: where day and month could be either, the list itself tells, or asks."""

    def __init__(
        self, rows: Iterable[Row], fields: Iterable[str], answers: Answers, today: date
    ) -> None:
        self._dates = Dates(date_order(answers.get("date_order", "")), today)
        names = list(fields)
        for number, row in enumerate(rows, 1):
            for name in names:
                self._dates.learn(row.first(name), number)
        self._dates.order.settle()
        self._asked: dict[str, ListQuestion] = {}

    def day(self, cell: Cell) -> str:
        """A day as 2025-07-31; empty while it is asked how it is to be read.

        Raises:
            NoValueError: it is none.
        """
        parsed = self._dates.day(cell)
        if parsed is BLANK:
            return ""
        if isinstance(parsed, Ambiguous):
            if parsed.key == "date_order":
                words = "Dates such as 07/08/2025 stand in the list. What comes first?"
                options = (("dmy", "the day"), ("mdy", "the month"))
                self._asked[parsed.key] = ListQuestion(parsed.key, words, options)
                return ""
            raise NoValueError(f"“{tidy(cell)}” is no day: write it such as 2025-07-31")
        if isinstance(parsed, Invalid):
            message = parsed.message.replace("{column}", "it")
            raise NoValueError(f"{message}: {parsed.remedy}")
        return str(parsed)

    @property
    def questions(self) -> list[ListQuestion]:
        """What is to be answered first."""
        return list(self._asked.values())


def taken(
    faults: list[ListFault], row: Row, name: str, read: Callable[[Cell], str | bool]
) -> str | bool | None:
    """A field's value; None where it is blank, or what is wrong with it was noted."""
    cell = row.first(name)
    if not tidy(cell):
        return None
    try:
        return read(cell)
    except NoValueError as error:
        faults.append(ListFault(row.at(name), str(error)))
        return None

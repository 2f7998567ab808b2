"""A beneficiary's statement: as a workbook, as a JSON document, and its file name."""

import re
import unicodedata

from reports.sheet import Book
from reports.statement_earned import earned_sheet
from reports.statement_history import corrections_sheet, editions_sheet
from reports.statement_letter import letter_sheet
from reports.statement_parts import DRAFT, label
from reports.statement_places import places_sheet
from reports.statement_sales import sales_sheet
from reports.statement_twin import document
from royalties.domain.royalties.statements import Statement

TEMPLATE_VERSION: str = "5"
"""Changes whenever the same statement would be printed differently."""

_MOST_SIGNS = 120
_MOST_BYTES = 240
_ENDING = ".xlsx"
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*%$`;&!~^{}\[\]\'#=@]+')


def workbook(statement: Statement, logo: bytes = b"") -> bytes:
    """The statement as an Excel workbook; the same statement and logo give the same bytes."""
    with Book(
        label(statement),
        statement.publisher.name,
        statement.dated,
        currency=statement.publisher.currency,
        marked="" if statement.number else DRAFT,
        logo=logo,
    ) as book:
        letter_sheet(book, statement)
        if statement.contracts:
            earned_sheet(book, statement)
            sales_sheet(book, statement)
            places_sheet(book, statement)
            corrections_sheet(book, statement)
            editions_sheet(book, statement)
        return book.packed()


def twin(statement: Statement) -> dict[str, object]:
    """The statement as a JSON document with the same content."""
    return document(statement, TEMPLATE_VERSION)


def file_name(statement: Statement) -> str:
    """A file name for the workbook that is safe on every file system and in every shell."""
    payee = statement.payee
    if statement.number is None:
        text = f"DRAFT {statement.period} {payee.key} {statement.currency} {payee.name}"
    else:
        text = f"{statement.number} {payee.name}"
    name = _NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", text))
    printable = "".join(sign if sign.isprintable() else " " for sign in name)
    stem = " ".join(printable.split()).lstrip(".-_ ")
    return _shortened(stem).rstrip(". ") + _ENDING


def _shortened(stem: str) -> str:
    room = _MOST_BYTES - len(_ENDING)
    cut = stem[: _MOST_SIGNS - len(_ENDING)].encode()[:room]
    return cut.decode(errors="ignore") or "statement"

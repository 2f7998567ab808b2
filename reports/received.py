"""What a nonprofit received in a fiscal year, as a workbook and as a PDF on the house's paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports import order_sheet as parts
from reports import order_words as words
from reports.measure import Cell
from reports.pdf import pdf as filled
from reports.sheet import Book
from reports.styles import CELL, CELL_TOTAL, Style
from reports.tables import SheetColumn, amount, amount_width, heading_row
from royalties.domain.orders.papers import Party
from royalties.domain.payments.life import PaymentState, name_of
from royalties.domain.payments.received import FiscalYear, Received, ReceivedPayment
from royalties.domain.terms.beneficiaries import Publisher

_NAME = "Payments received"
_TEXT = Style()
_COUNTED = (
    "Royalties that were sent between these two days, by the day of payment. What came back or was "
    "stopped is listed, and not counted; tax that stays withheld of it is."
)
_NO_FORM = (
    "This is a summary for your own accounts. It is no Form 1099 or 1042-S, and no acknowledgement "
    "of a gift: royalties are paid by contract. What is sent, or comes back, after the day of this "
    "summary is not in it."
)
_NOTES = (_COUNTED, _NO_FORM)


@dataclass(frozen=True, slots=True)
class ReceivedShown:
    """The summary of a fiscal year as it is printed.

    ``number`` identifies the payee to the tax office; empty if it is not known.
    """

    publisher: Publisher
    payee: Party
    number: str
    year: FiscalYear
    by_currency: tuple[Received, ...]
    as_of: date


def workbook(shown: ReceivedShown, logo: bytes = b"") -> bytes:
    """The summary as an Excel workbook: a sheet for each currency."""
    with Book(
        f"{_NAME}, {shown.payee.name}",
        shown.publisher.name,
        shown.as_of,
        currency=shown.publisher.currency,
        logo=logo,
    ) as book:
        for received in shown.by_currency:
            _sheet(book, shown, received)
        return book.packed()


def pdf(shown: ReceivedShown, logo: bytes = b"") -> bytes:
    """The summary as a PDF."""
    return filled("received", _data(shown), shown.as_of, logo)


def state_words(payment: ReceivedPayment) -> str:
    """What has become of a payment: ``arrived Aug 3, 2026``."""
    if payment.ended_on is not None:
        word = "came back" if payment.state is PaymentState.RETURNED else "stopped"
        return f"{word} {words.day(payment.ended_on)}"
    if payment.settled_on is not None:
        return f"arrived {words.day(payment.settled_on)}"
    return "sent"


def _sheet(book: Book, shown: ReceivedShown, received: Received) -> None:
    amounts = [(each, received.currency) for each in (received.gross, received.tax, received.net)]
    amounts += [(each.gross, received.currency) for each in received.payments]
    width = max(13.0, amount_width(amounts) + 1)
    sheet = parts.order_sheet(
        book,
        f"{_NAME} {received.currency}",
        [26.0, 24.0, 24.0, 22.0, width, width, width],
        shown.publisher,
        _span(shown.year),
        "",
    )
    parts.parties_and_facts(sheet, [("Paid to", shown.payee)], _facts(shown, [received]))
    heading_row(sheet, _COLUMNS)
    for each in received.payments:
        sheet.row(_row(each, received.currency))
    total: list[Cell] = [
        (f"Received in {received.currency}", CELL_TOTAL),
        *[(None, CELL_TOTAL)] * 3,
    ]
    sums = (received.gross, received.tax, received.net)
    sheet.row([*total, *(amount(each, received.currency, CELL_TOTAL) for each in sums)])
    parts.texts(sheet, "What this is", _NOTES, _TEXT)
    sheet.avoid_widow()


_COLUMNS = (
    SheetColumn("Sent"),
    SheetColumn("Reference"),
    SheetColumn("Statements"),
    SheetColumn("State"),
    SheetColumn("Before tax", figures=True),
    SheetColumn("Tax withheld", figures=True),
    SheetColumn("Received", figures=True),
)


def _row(payment: ReceivedPayment, currency: str) -> list[Cell]:
    sums = (payment.counted_gross, payment.counted_tax, payment.counted_net)
    return [
        *((text, CELL) for text in _texts(payment)),
        *(amount(each, currency, CELL) for each in sums),
    ]


def _texts(payment: ReceivedPayment) -> list[str]:
    named = name_of(payment.number)
    reference = named if payment.reference == named else f"{named}, {payment.reference}"
    sent = words.day(payment.sent_on)
    return [sent, reference, ", ".join(payment.statements), state_words(payment)]


def _facts(shown: ReceivedShown, received: Iterable[Received]) -> list[tuple[str, str]]:
    pairs = [("EIN", shown.number)] if shown.number else []
    pairs += [
        ("From", words.day(shown.year.first)),
        ("To", words.day(shown.year.last)),
        ("As of", words.day(shown.as_of)),
    ]
    return pairs + [
        (f"Received in {each.currency}", words.amount(each.net, each.currency)) for each in received
    ]


def _span(year: FiscalYear) -> str:
    return str(year.year) if year.month == 1 else f"Fiscal year {year.year}"


def _data(shown: ReceivedShown) -> dict[str, object]:
    return {
        "name": _NAME,
        "number": _span(shown.year),
        "marked": "",
        "day": words.day_data(shown.as_of),
        "paper": words.paper_of(shown.publisher),
        "house": words.letterhead_data(shown.publisher),
        "to": words.party_data(shown.payee),
        "facts": [list(pair) for pair in _facts(shown, shown.by_currency)],
        "heads": [column.heading for column in _COLUMNS],
        "currencies": [_currency_data(each) for each in shown.by_currency],
        "notes": list(_NOTES),
    }


def _currency_data(received: Received) -> dict[str, object]:
    def written(*sums: int) -> list[str]:
        return [words.amount(each, received.currency) for each in sums]

    return {
        "currency": received.currency,
        "rows": [
            [*_texts(each), *written(each.counted_gross, each.counted_tax, each.counted_net)]
            for each in received.payments
        ],
        "total": written(received.gross, received.tax, received.net),
    }

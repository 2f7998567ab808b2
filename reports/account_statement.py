"""A statement of account as a workbook: a sheet for each currency."""

from collections.abc import Sequence

from reports import order_sheet as parts
from reports import order_words as words
from reports.measure import Cell
from reports.sheet import Book, SheetWriter
from reports.styles import CELL, CELL_TOTAL
from reports.tables import SheetColumn, amount, amount_width, heading_row
from royalties.domain.orders.papers import AccountShown

_NAME = "Statement of account"


def workbook(accounts: Sequence[AccountShown], logo: bytes = b"") -> bytes:
    """The statement of account in one or more currencies."""
    first = accounts[0]
    with Book(
        f"{_NAME}, {first.organization.name}",
        first.publisher.name,
        first.dated,
        currency=first.publisher.currency,
        logo=logo,
    ) as book:
        for account in accounts:
            _sheet(book, account)
        return book.packed()


def _sheet(book: Book, account: AccountShown) -> None:
    amounts = [*(line.amount for line in account.lines), *account.balances]
    width = max(14.0, amount_width([(each, account.currency) for each in amounts]) + 1)
    sheet = parts.order_sheet(
        book,
        f"{_NAME} {account.currency}",
        [14.0, 30.0, 14.0, 16.0, 14.0, width, width],
        account.publisher,
        account.currency,
        "",
    )
    facts = [
        ("Date", words.day(account.dated)),
        (_owed(account), words.amount(abs(account.balance), account.currency)),
    ]
    parts.parties_and_facts(sheet, [("For", account.organization)], facts)
    heading_row(
        sheet,
        (
            SheetColumn("Date"),
            SheetColumn("What"),
            SheetColumn("Invoice"),
            SheetColumn("Order"),
            SheetColumn("Due"),
            SheetColumn(account.currency, figures=True),
            SheetColumn("Balance", figures=True),
        ),
    )
    _lines(sheet, account)
    sheet.avoid_widow()


def _lines(sheet: SheetWriter, account: AccountShown) -> None:
    for line, balance in zip(account.lines, account.balances, strict=True):
        due = words.day(line.due) if line.due else ""
        texts = (words.day(line.dated), line.words, line.number, line.order, due)
        row: list[Cell] = [(text, CELL) for text in texts]
        row += [amount(each, account.currency, CELL) for each in (line.amount, balance)]
        sheet.row(row)
    total: list[Cell] = [(_owed(account), CELL_TOTAL), *[(None, CELL_TOTAL)] * 5]
    sheet.row([*total, amount(account.balance, account.currency, CELL_TOTAL)])


def _owed(account: AccountShown) -> str:
    return "Paid too much" if account.balance < 0 else "Open"

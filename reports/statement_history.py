"""The sheets of corrections of earlier periods, and of each edition, now and to date."""

from collections.abc import Sequence
from itertools import chain

from reports.measure import Cell
from reports.sheet import Book
from reports.statement_parts import DetailSheet
from reports.styles import (
    CELL,
    CELL_TOTAL,
    COUNT,
    COUNT_OR_DASH,
    DATE,
    PAD,
    TEXT_FORMAT,
    Style,
)
from reports.tables import ISBN, SheetColumn, amount, day_text, figure, numbered, total_row
from royalties.domain.currencies import exponent
from royalties.domain.royalties.statements import (
    ContractAccount,
    CorrectionShown,
    LifeToDateShown,
    Statement,
)
from royalties.domain.sales.slices import kind_label

_CORRECTED = (
    SheetColumn("Period", least=10, most=14),
    SheetColumn("Title", least=24, most=48),
    SheetColumn(ISBN, least=15),
    SheetColumn("Retailer", least=16, most=26),
    SheetColumn("Kind", least=8),
    SheetColumn("Copies", figures=True, least=9),
    SheetColumn("Currency", least=9),
    SheetColumn("Net receipts", figures=True, least=13),
    SheetColumn("Corrects", least=14, most=40),
)
_CORRECTED_NOTES = (
    "Sales and returns of earlier, closed periods that became known in this one.",
    "They are part of the earned lines; here they stand alone, with the period they belong to.",
)
_EDITIONS = (
    SheetColumn("Title", least=26, most=38),
    SheetColumn("Author", least=16, most=26),
    SheetColumn("Format", least=11, most=16),
    SheetColumn(ISBN, least=15),
    SheetColumn("Published", figures=True, least=13),
    SheetColumn("List price", figures=True, least=9),
    SheetColumn("Sold", figures=True, least=9),
    SheetColumn("Returned", figures=True, least=9),
    SheetColumn("Net copies", figures=True, least=9),
    SheetColumn("Free copies", figures=True, least=9),
    SheetColumn("Net copies to date", figures=True, least=11),
    SheetColumn("Earned this period", figures=True, least=12),
    SheetColumn("Earned to date", figures=True, least=12),
)
_FIRST_FIGURE = 6
_EDITIONS_NOTES = (
    "Copies of this period; to date is since the beginning of the books, this period included.",
    "Free copies earn nothing and are not among the net copies. List prices are those of {}.",
)
_ISBN = CELL.also(format=TEXT_FORMAT, wrap=False)


def corrections_sheet(book: Book, statement: Statement) -> None:
    """Write the corrections, if there are any."""
    corrected = [contract for contract in statement.contracts if contract.corrections]
    if not corrected:
        return
    rows = [[_correction(line) for line in contract.corrections] for contract in corrected]
    columns = numbered(
        _CORRECTED, (line.isbn for contract in corrected for line in contract.corrections)
    )
    page = DetailSheet(book, statement, "Corrections", columns, chain(*rows), _CORRECTED_NOTES)
    for contract, of_it in zip(corrected, rows, strict=True):
        page.contract(contract, one_currency=False)
        for row in of_it:
            page.sheet.row(row)


def editions_sheet(book: Book, statement: Statement) -> None:
    """Write each edition with its copies and its earnings, in this period and to date."""
    rows = [_editions(contract) for contract in statement.contracts]
    notes = [note.format(day_text(statement.ends)) for note in _EDITIONS_NOTES]
    columns = numbered(
        _EDITIONS, (line.isbn for each in statement.contracts for line in each.life_to_date)
    )
    page = DetailSheet(book, statement, "Editions", columns, chain(*rows), notes)
    for contract, of_it in zip(statement.contracts, rows, strict=True):
        page.contract(contract)
        if not contract.life_to_date:
            page.nothing("Nothing has been sold yet.")
        for row in of_it:
            page.sheet.row(row)


def _correction(line: CorrectionShown) -> list[Cell]:
    return [
        (line.period, CELL),
        (line.title, CELL),
        (line.isbn, _ISBN),
        (line.retailer, CELL),
        (kind_label(line.kind), CELL),
        (line.units, CELL.as_number(COUNT)),
        (line.currency, CELL),
        figure(line.net, CELL, exponent(line.currency)),
        (line.corrects, CELL),
    ]


def _editions(contract: ContractAccount) -> list[list[Cell]]:
    """A row for each edition, and a total."""
    currency, digits = contract.currency, exponent(contract.currency)
    rows: list[list[Cell]] = []
    for line in contract.life_to_date:
        edition: list[Cell] = [
            (line.title, CELL),
            (", ".join(line.authors), CELL),
            (line.format, CELL),
            (line.isbn, _ISBN),
            (line.published, CELL.as_number(DATE + PAD)),
            figure(line.list_price, CELL, digits),
        ]
        rows.append(edition + _figures([line], currency, CELL))
    sums = dict(enumerate(_figures(contract.life_to_date, currency, CELL_TOTAL), _FIRST_FIGURE))
    rows.append(total_row("Total", sums, CELL_TOTAL, len(_EDITIONS)))
    return rows


def _figures(lines: Sequence[LifeToDateShown], currency: str, style: Style) -> list[Cell]:
    counted, dashed = style.as_number(COUNT), style.as_number(COUNT_OR_DASH)
    return [
        (sum(line.sold for line in lines), dashed),
        (sum(line.returned for line in lines), dashed),
        (sum(line.units_period for line in lines), counted),
        (sum(line.free for line in lines), dashed),
        (sum(line.units_life for line in lines), counted),
        amount(sum(line.earned_period for line in lines), currency, style),
        amount(sum(line.earned_life for line in lines), currency, style),
    ]

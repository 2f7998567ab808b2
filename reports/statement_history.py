"""The sheets of corrections of earlier periods, and of each edition's life to date."""

from collections.abc import Sequence
from itertools import chain

from reports.measure import Cell
from reports.sheet import Book
from reports.statement_parts import DetailSheet
from reports.styles import CELL, CELL_TOTAL, COUNT, TEXT_FORMAT, Style
from reports.tables import Column, amount, figure, total_row
from royalties.domain.currencies import exponent
from royalties.domain.statements import (
    ContractAccount,
    CorrectionShown,
    LifeToDateShown,
    Statement,
)

_CORRECTED = (
    Column("Period", least=10, most=14),
    Column("Title", least=24, most=48),
    Column("ISBN", least=15),
    Column("Retailer", least=16, most=26),
    Column("Kind", least=8),
    Column("Copies", figures=True, least=9),
    Column("Currency", least=9),
    Column("Net receipts", figures=True, least=13),
    Column("Corrects", least=14, most=40),
)
_CORRECTED_NOTES = (
    "Sales and returns of earlier, closed periods that became known in this one.",
    "They are part of the earned lines; here they stand alone, with the period they belong to.",
)
_LIFE = (
    Column("Title", least=30, most=60),
    Column("Format", least=12, most=18),
    Column("ISBN", least=15),
    Column("Copies this period", figures=True, least=11),
    Column("Copies to date", figures=True, least=11),
    Column("Earned this period", figures=True, least=14),
    Column("Earned to date", figures=True, least=14),
)
_LIFE_NOTES = ("Every edition since the beginning of the books, this period included.",)
_ISBN = CELL.also(format=TEXT_FORMAT, wrap=False)


def corrections_sheet(book: Book, statement: Statement) -> None:
    """Write the corrections, if there are any."""
    corrected = [contract for contract in statement.contracts if contract.corrections]
    if not corrected:
        return
    rows = [[_correction(line) for line in contract.corrections] for contract in corrected]
    page = DetailSheet(book, statement, "Corrections", _CORRECTED, chain(*rows), _CORRECTED_NOTES)
    for contract, of_it in zip(corrected, rows, strict=True):
        page.contract(contract)
        for row in of_it:
            page.sheet.row(row)


def life_sheet(book: Book, statement: Statement) -> None:
    """Write copies and earnings of each edition, now and since the beginning."""
    rows = [_life(contract) for contract in statement.contracts]
    page = DetailSheet(book, statement, "Life to date", _LIFE, chain(*rows), _LIFE_NOTES)
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
        (line.kind.capitalize(), CELL),
        (line.units, CELL.as_number(COUNT)),
        (line.currency, CELL),
        figure(line.net, CELL, exponent(line.currency)),
        (line.corrects, CELL),
    ]


def _life(contract: ContractAccount) -> list[list[Cell]]:
    """A row for each edition, and their sum."""
    rows: list[list[Cell]] = []
    for line in contract.life_to_date:
        edition: list[Cell] = [(line.title, CELL), (line.format, CELL), (line.isbn, _ISBN)]
        rows.append(edition + _figures([line], contract.currency, CELL))
    figures = _figures(contract.life_to_date, contract.currency, CELL_TOTAL)
    rows.append(total_row("Total", dict(enumerate(figures, 3)), CELL_TOTAL, len(_LIFE)))
    return rows


def _figures(lines: Sequence[LifeToDateShown], currency: str, style: Style) -> list[Cell]:
    counted = style.as_number(COUNT)
    return [
        (sum(line.units_period for line in lines), counted),
        (sum(line.units_life for line in lines), counted),
        amount(sum(line.earned_period for line in lines), currency, style),
        amount(sum(line.earned_life for line in lines), currency, style),
    ]

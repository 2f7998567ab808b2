"""The sheet of places: where copies were sold, and their receipts."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import chain

from reports.measure import Cell
from reports.sheet import Book
from reports.statement_parts import DetailSheet
from reports.styles import CELL, CELL_TOTAL, COUNT_OR_DASH, PAD, Style, money
from reports.tables import SheetColumn, total_row
from royalties.domain.currencies import exponent
from royalties.domain.royalties.statements import ContractAccount, PlaceShown, Statement

_PLACE = (
    SheetColumn("Country", least=16, most=30),
    SheetColumn("Region", least=18, most=36),
    SheetColumn("City", least=24, most=44),
    SheetColumn("Net copies", figures=True, least=13),
)
_NOTES = (
    "Net copies (sales less returns) by place, as far as the retailers report it.",
    "A sale without an address counts where its retailer is.",
)


def places_sheet(book: Book, statement: Statement) -> None:
    """Write where the copies were sold, if any place is known."""
    placed = [contract for contract in statement.contracts if contract.places]
    if not placed:
        return
    currencies = sorted(
        {currency for contract in placed for place in contract.places for currency, _ in place.net}
    )
    columns = [
        *_PLACE,
        *(
            SheetColumn(f"Net receipts {currency}", figures=True, least=14)
            for currency in currencies
        ),
    ]
    rows = [_rows(contract, currencies) for contract in placed]
    page = DetailSheet(book, statement, "Places", columns, chain(*rows), _NOTES)
    for contract, of_it in zip(placed, rows, strict=True):
        page.contract(contract, one_currency=False)
        for row in of_it:
            page.sheet.row(row)


def _rows(contract: ContractAccount, currencies: Sequence[str]) -> list[list[Cell]]:
    """A row for each place, and a total."""
    rows = [[*_name(place), *_figures([place], currencies, CELL)] for place in contract.places]
    figures = _figures(contract.places, currencies, CELL_TOTAL)
    columns = len(_PLACE) + len(currencies)
    rows.append(total_row("Total", dict(enumerate(figures, 3)), CELL_TOTAL, columns))
    return rows


def _name(place: PlaceShown) -> list[Cell]:
    if place.more:
        return [(f"and {place.more:,} more places", CELL), (None, CELL), (None, CELL)]
    return [(place.country or "not reported", CELL), (place.region, CELL), (place.city, CELL)]


def _figures(places: Sequence[PlaceShown], currencies: Sequence[str], style: Style) -> list[Cell]:
    """Net copies, then net receipts by currency."""
    received = dict.fromkeys(currencies, Decimal(0))
    for place in places:
        for currency, net in place.net:
            received[currency] += Decimal(net)
    copies = sum(place.units for place in places)
    cells: list[Cell] = [(copies, style.as_number(COUNT_OR_DASH))]
    for currency, total in received.items():
        cells.append((total, style.as_number(f'{money(exponent(currency))};"–"{PAD}')))
    return cells

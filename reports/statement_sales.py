"""The sheet of sales by month: a table of copies and net receipts, and a chart."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from reports.charts import HEIGHT, stacked_bars
from reports.measure import POINTS_PER_UNIT, Cell
from reports.sheet import Book, Layout, SheetWriter
from reports.statement_parts import contract_name, subtitle
from reports.streaming import serial
from reports.styles import (
    CELL,
    CELL_TOTAL,
    COUNT_OR_DASH,
    HEADING,
    MONTH,
    NOTE,
    SUBTITLE,
    TITLE,
    Style,
    money,
)
from reports.tables import SheetColumn, heading_row, widths
from royalties.domain.currencies import exponent
from royalties.domain.periods import first_of_month
from royalties.domain.royalties.statements import MonthShown, Statement

_CHART_ROWS = 16
_MONTH = SheetColumn("Month", least=14)
_WITH_USAGE = "Net receipts include those of subscriptions and loans, which count no copies."


@dataclass(frozen=True, slots=True)
class Sales:
    """A contract's sales as a table: a row for each month, a column for each retailer."""

    months: list[date]
    retailers: list[str]
    currencies: list[str]
    copies: dict[tuple[date, str], int]
    sold: dict[date, int]
    returned: dict[date, int]
    net: dict[tuple[date, str], Decimal]

    def columns(self) -> list[SheetColumn]:
        """The table's columns."""
        figures = [SheetColumn(name, figures=True, least=11) for name in self.retailers]
        figures += [
            SheetColumn(name, figures=True, least=9) for name in ("Sold", "Returned", "All copies")
        ]
        receipts = [
            SheetColumn(f"Net receipts {currency}", figures=True, least=13)
            for currency in self.currencies
        ]
        return [_MONTH, *figures, *receipts]


def sales_sheet(book: Book, statement: Statement) -> None:
    """Write each contract's sales by month."""
    tables = [sales_of(contract.months, statement) for contract in statement.contracts]
    sheet = book.sheet("Sales by month", Layout(_widths(tables), frozen="B4"))
    sheet.row([("Sales by month", TITLE)], height=26)
    sheet.row([(subtitle(statement), SUBTITLE)])
    sheet.row(
        [
            (
                "Net copies (sales less returns) by retailer and of all, and what they brought in.",
                SUBTITLE,
            )
        ]
    )
    for contract, sales in zip(statement.contracts, tables, strict=True):
        sheet.row(height=10)
        across = max(len(sales.columns()), 6)
        sheet.row([(contract_name(contract), HEADING), *[(None, HEADING)] * (across - 1)])
        if any(line.kind == "usage" for line in contract.lines):
            sheet.row([(_WITH_USAGE, NOTE)])
        if sales.retailers:
            _table(sheet, sales)
        else:
            sheet.row([("No sales in this period.", NOTE)])


def sales_of(shown: tuple[MonthShown, ...], statement: Statement) -> Sales:
    """Sum the statement's sales by month; every month of the period has a row."""
    copies: dict[tuple[date, str], int] = {}
    net: dict[tuple[date, str], Decimal] = {}
    by_retailer: dict[str, int] = {}
    sold: dict[date, int] = {}
    returned: dict[date, int] = {}
    for entry in shown:
        month = first_of_month(entry.month)
        of_retailer, of_currency = (month, entry.retailer), (month, entry.currency)
        copies[of_retailer] = copies.get(of_retailer, 0) + entry.units
        net[of_currency] = net.get(of_currency, Decimal(0)) + Decimal(entry.net)
        sold[month] = sold.get(month, 0) + entry.sold
        returned[month] = returned.get(month, 0) + entry.returned
        by_retailer[entry.retailer] = by_retailer.get(entry.retailer, 0) + entry.units
    months = {month for month, _ in copies} | set(_months(statement.starts, statement.ends))
    return Sales(
        months=sorted(months),
        retailers=sorted(by_retailer, key=lambda name: (-by_retailer[name], name)),
        currencies=sorted({currency for _, currency in net}),
        copies=copies,
        sold=sold,
        returned=returned,
        net=net,
    )


def _months(first: date, last: date) -> list[date]:
    ordinals = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    return [date(ordinal // 12, ordinal % 12 + 1, 1) for ordinal in ordinals]


def _widths(tables: list[Sales]) -> list[float]:
    """Column widths that fit all tables, which are below one another."""
    fitted = [widths(sales.columns(), _rows(sales)) for sales in tables]
    return [max(column) for column in zip_longest(*fitted, fillvalue=0.0)] or [_MONTH.least]


def _rows(sales: Sales) -> list[list[Cell]]:
    """A row for each month, and a total."""
    rows: list[list[Cell]] = [
        [(month, CELL.also(format=MONTH)), *_figures(sales, [month], CELL)]
        for month in sales.months
    ]
    rows.append([("Total", CELL_TOTAL), *_figures(sales, sales.months, CELL_TOTAL)])
    return rows


def _table(sheet: SheetWriter, sales: Sales) -> None:
    headings = heading_row(sheet, sales.columns())
    for row in _rows(sales):
        sheet.row(row)
    sheet.row()
    chart = stacked_bars(
        sheet.worksheet,
        headings,
        sales.retailers,
        [int(serial(month)) for month in sales.months],
        [
            [sales.copies.get((month, name), 0) for name in sales.retailers]
            for month in sales.months
        ],
        POINTS_PER_UNIT * sum(sheet.widths[: len(sales.columns())]),
    )
    sheet.chart(chart, sheet.rows + 1)
    for _ in range(_CHART_ROWS):
        sheet.row(height=HEIGHT / (_CHART_ROWS - 1))


def _figures(sales: Sales, months: list[date], style: Style) -> list[Cell]:
    """Copies by retailer, sold, returned and net, receipts by currency, summed over months."""
    copies = [
        sum(sales.copies.get((month, name), 0) for month in months) for name in sales.retailers
    ]
    counted = style.as_number(COUNT_OR_DASH)
    sold, returned = (
        sum(of_kind.get(month, 0) for month in months) for of_kind in (sales.sold, sales.returned)
    )
    cells: list[Cell] = [(units, counted) for units in (*copies, sold, returned, sum(copies))]
    for currency in sales.currencies:
        received = sum(
            (sales.net.get((month, currency), Decimal(0)) for month in months), Decimal(0)
        )
        cells.append((received, style.as_number(money(exponent(currency)))))
    return cells

"""The sheet of earned lines: every factor of the calculation, so that it can be checked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from reports.measure import Cell
from reports.sheet import Book
from reports.statement_parts import DetailSheet
from reports.styles import BAND, CELL, CELL_SUBTOTAL, CELL_TOTAL, COUNT, TEXT_FORMAT
from reports.tables import (
    ISBN,
    SheetColumn,
    amount,
    banner,
    figure,
    numbered,
    percentage,
    total_row,
)
from royalties.domain.currencies import exponent
from royalties.domain.royalties.statements import (
    ContractAccount,
    EarnedLineShown,
    ExchangeRateShown,
    Statement,
)
from royalties.domain.sales.slices import kind_label

COLUMNS = (
    SheetColumn("Line", least=6, most=18),
    SheetColumn(ISBN, least=15),
    SheetColumn("Retailer or licensee", least=16, most=26),
    SheetColumn("Kind", least=8),
    SheetColumn("Rule", least=18, most=30),
    SheetColumn("Tier", figures=True, least=6),
    SheetColumn("Basis", least=12),
    SheetColumn("Copies", figures=True, least=9),
    SheetColumn("Currency", least=9),
    SheetColumn("Base", figures=True, least=12),
    SheetColumn("Portion", figures=True, least=10),
    SheetColumn("Exchange rate", figures=True, least=11),
    SheetColumn("Rate", figures=True, least=9),
    SheetColumn("Earned", figures=True, least=12),
)
RETAILER, RULE, COPIES, CURRENCY, EXCHANGE_RATE, EARNED = 2, 4, 7, 8, 11, 13

_NOTES = (
    "Earned = base × portion × exchange rate × rate, rounded to the smallest coin.",
    "Sales in two tiers stand on two lines with the same copies and base, and a portion each.",
)
_BASES = {"list": "List price", "net": "Net receipts", "unit": "Copies", "profit": "Profit"}


@dataclass(frozen=True, slots=True)
class _Edition:
    name: str
    rows: list[list[Cell]]
    subtotal: list[Cell]


def earned_sheet(book: Book, statement: Statement) -> None:
    """Write the earned lines by contract and edition, with subtotals."""
    editions = [_editions(contract) for contract in statement.contracts]
    totals = [_total(contract) for contract in statement.contracts]
    rows = (row for edition in chain(*editions) for row in (*edition.rows, edition.subtotal))
    columns = numbered(COLUMNS, (each.isbn for of in statement.contracts for each in of.lines))
    page = DetailSheet(book, statement, "Earned", columns, chain(rows, totals), _NOTES)
    for contract, of_it, total in zip(statement.contracts, editions, totals, strict=True):
        page.contract(contract)
        for edition in of_it:
            banner(page.sheet, edition.name, BAND)
            for row in (*edition.rows, edition.subtotal):
                page.sheet.row(row)
            page.sheet.row(height=6)
        if not of_it:
            page.nothing("Nothing was earned in this period.")
        page.sheet.row(total)
        if contract.exchange_rates:
            page.sheet.row(height=6)
            banner(page.sheet, "Exchange rates used", BAND)
        for rate in contract.exchange_rates:
            page.sheet.row(_exchange_rate(rate))


def line_cells(line: EarnedLineShown, currency: str) -> list[Cell]:
    """A line as it is printed; ``currency`` is its contract's."""
    number = CELL.as_number(COUNT)
    copies = line.basis == "unit"
    return [
        (line.id.rpartition("/")[2], CELL),
        (line.isbn, CELL.also(format=TEXT_FORMAT, wrap=False)),
        (line.retailer or line.note, CELL),
        (kind_label(line.kind), CELL),
        (line.rule, CELL),
        (line.tier, number),
        (_BASES.get(line.basis, line.basis.capitalize()), CELL),
        (line.units if line.isbn and line.kind != "usage" else None, number),
        (line.currency, CELL),
        figure(line.base, CELL, 0 if copies else exponent(line.currency)),
        figure(line.portion, CELL),
        figure(line.exchange_rate, CELL),
        figure(line.rate, CELL, exponent(currency)) if copies else percentage(line.rate, CELL),
        amount(line.earned, currency, CELL),
    ]


def copies_of(lines: Iterable[EarnedLineShown]) -> int:
    """Net copies of lines; lines that repeat the same copies for several tiers count once."""
    groups = {
        (
            line.rule,
            line.isbn,
            line.retailer,
            line.kind,
            line.currency,
            line.exchange_rate,
        ): line.units
        for line in lines
    }
    return sum(groups.values())


def _editions(contract: ContractAccount) -> list[_Edition]:
    """A contract's lines by edition, in the order in which editions first appear."""
    lines_by_edition: dict[tuple[str, str, str], list[EarnedLineShown]] = {}
    for line in contract.lines:
        lines_by_edition.setdefault((line.title, line.format, line.isbn), []).append(line)
    return [
        _Edition(
            name=" · ".join(filter(None, edition)) or "Other income",
            rows=[line_cells(line, contract.currency) for line in lines],
            subtotal=_subtotal(lines, contract.currency),
        )
        for edition, lines in lines_by_edition.items()
    ]


def _subtotal(lines: Sequence[EarnedLineShown], currency: str) -> list[Cell]:
    earned = sum(line.earned for line in lines)
    copies = copies_of(lines) if lines[0].isbn else None
    figures: dict[int, Cell] = {
        COPIES: (copies, CELL_SUBTOTAL.as_number(COUNT)),
        EARNED: amount(earned, currency, CELL_SUBTOTAL),
    }
    return total_row("Subtotal", figures, CELL_SUBTOTAL, len(COLUMNS), at=RETAILER)


def _exchange_rate(rate: ExchangeRateShown) -> list[Cell]:
    shown: dict[int, Cell] = {
        RULE: (rate.period, CELL),
        CURRENCY: (rate.source, CELL),
        EXCHANGE_RATE: figure(rate.rate, CELL),
    }
    name = f"1 {rate.source} in {rate.target}"
    return total_row(name, shown, CELL, len(COLUMNS), at=RETAILER)


def _total(contract: ContractAccount) -> list[Cell]:
    figures = {EARNED: amount(contract.earned, contract.currency, CELL_TOTAL)}
    return total_row("Earned in the period", figures, CELL_TOTAL, len(COLUMNS), at=RETAILER)

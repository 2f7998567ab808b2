"""A period's workbook for finance: do the totals agree, who earned what, what is open."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from operator import add

from reports.measure import Cell
from reports.period_control import control_sheet
from reports.sheet import Book, Layout
from reports.statement_earned import COLUMNS as LINE_COLUMNS
from reports.statement_earned import line_cells
from reports.styles import CELL, CELL_TOTAL, COUNT, NOTE, SUBTITLE, TEXT_FORMAT, TITLE
from reports.tables import (
    ISBN,
    SheetColumn,
    amount,
    day_text,
    figure,
    heading_row,
    numbered,
    total_row,
    widths,
)
from royalties.domain.currencies import exponent
from royalties.domain.royalties.statements import PeriodReport

Rows = Callable[[], Iterator[list[Cell]]]

DRAFT = "DRAFT – NOT CLOSED"

_HEADINGS = 4
_NUMBER = CELL.as_number(COUNT)
_NUMBER_TOTAL = CELL_TOTAL.as_number(COUNT)
_PLAIN_TEXT = CELL.also(format=TEXT_FORMAT)
_CONTRACT = SheetColumn("Contract", least=16, most=44)
_BENEFICIARY = SheetColumn("Beneficiary", least=14, most=44)
_CURRENCY = SheetColumn("Currency", least=9)
_COPIES = SheetColumn("Copies", figures=True, least=9)


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet with one table; ``totals`` follow it, outside of sorting and filtering."""

    name: str
    note: str
    columns: Sequence[SheetColumn]
    rows: Rows
    totals: Sequence[list[Cell]] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of amounts: the cells before the currency, the currency, minor units."""

    leading: tuple[str | int, ...]
    currency: str
    minors: tuple[int, ...]


def workbook(report: PeriodReport) -> bytes:
    """The period as an Excel workbook; the same report gives the same bytes."""
    title, publisher = f"Period {report.period} ({report.status})", report.publisher
    subtitle = (
        f"{publisher.name} · {report.period} · {day_text(report.starts)} –"
        f" {day_text(report.ends)} · {report.status}"
    )
    marked = DRAFT if report.status == "draft" else ""
    with Book(
        title, publisher.name, report.dated, currency=publisher.currency, marked=marked
    ) as book:
        control_sheet(book, report.checks, subtitle)
        for table in (
            _contracts(report),
            _beneficiaries(report),
            _allocations(report),
            _lines(report),
            _imports(report),
            _exceptions(report),
            _waiting(report),
        ):
            _write(book, table, subtitle)
        return book.packed()


def _write(book: Book, table: _Table, subtitle: str) -> None:
    fitted = widths(table.columns, chain(table.rows(), table.totals))
    layout = Layout(fitted, heading_row=_HEADINGS, frozen=f"A{_HEADINGS + 1}")
    sheet = book.sheet(table.name, layout)
    sheet.row([(table.name, TITLE)], height=26)
    sheet.row([(f"{subtitle} · {table.note}", SUBTITLE)])
    sheet.row(height=8)
    heading_row(sheet, table.columns)
    for row in table.rows():
        sheet.row(row)
    if sheet.rows > _HEADINGS:
        sheet.filter_from(_HEADINGS)
    else:
        sheet.row([("None.", NOTE)])
    for total in table.totals:
        sheet.row(total)


def _contracts(report: PeriodReport) -> _Table:
    headings = (
        "Earned",
        "Brought forward",
        "Withheld",
        "Released",
        "Available",
        "Recouped",
        "Payable",
        "Carried forward",
        "Undistributed before",
        "Undistributed",
    )
    entries = [
        _Entry(
            (account.contract, account.author),
            account.currency,
            (
                account.earned,
                account.brought_forward,
                account.withheld,
                account.released,
                account.available,
                account.recouped,
                account.payable,
                account.carried_forward,
                account.undistributed_before,
                account.undistributed,
            ),
        )
        for account in report.contracts
    ]
    leading = (_CONTRACT, SheetColumn("Author", least=18, most=36))
    return _amounts(
        "Contracts", "how every contract came to what is payable", leading, headings, entries
    )


def _beneficiaries(report: PeriodReport) -> _Table:
    leading = (
        SheetColumn("Beneficiary", least=24, most=44),
        SheetColumn("Statement", least=14),
    )
    # Closes of earlier versions took tax at once; of all others there is nothing to show.
    taken = any(each.tax_withheld for each in report.settlements)
    headings = (
        *("Brought forward", "Allocated"),
        *(("Tax of the close",) if taken else ()),
        *("Due", "To pay", "Expected tax", "Net", "Carried forward"),
    )
    entries = [
        _Entry(
            (settlement.name, settlement.statement),
            settlement.currency,
            (
                settlement.brought_forward,
                settlement.allocated,
                *((settlement.tax_withheld,) if taken else ()),
                settlement.due,
                settlement.to_pay,
                settlement.tax,
                settlement.net,
                settlement.carried_forward,
            ),
        )
        for settlement in report.settlements
    ]
    note = "every beneficiary's account"
    return _amounts("Beneficiaries", note, leading, headings, entries)


def _allocations(report: PeriodReport) -> _Table:
    leading = (_CONTRACT, SheetColumn("Step", figures=True, least=7), _BENEFICIARY)
    entries = [
        _Entry((one.contract, one.step, one.beneficiary), one.currency, (one.amount,))
        for one in report.allocations
    ]
    note = "what each step of a plan gave"
    return _amounts("Allocations", note, leading, ("Amount",), entries)


def _lines(report: PeriodReport) -> _Table:
    columns = (
        _CONTRACT,
        SheetColumn("Title", least=20, most=40),
        SheetColumn("Format", least=11),
        *numbered(LINE_COLUMNS, (line.isbn for _, line, _ in report.lines)),
        SheetColumn("Earned in"),
    )

    def rows() -> Iterator[list[Cell]]:
        for contract, line, currency in report.lines:
            of_it: list[Cell] = [(contract, CELL), (line.title, CELL), (line.format, CELL)]
            yield [*of_it, *line_cells(line, currency), (currency, CELL)]

    earned = _by_currency((currency, (line.earned,)) for _, line, currency in report.lines)
    at = len(columns) - 2
    totals = [
        total_row(
            "Total",
            {at: amount(minor, currency, CELL_TOTAL), at + 1: (currency, CELL_TOTAL)},
            CELL_TOTAL,
            len(columns),
        )
        for currency, (minor,) in earned
    ]
    return _Table("Earned lines", "every figure that was multiplied", columns, rows, totals)


def _imports(report: PeriodReport) -> _Table:
    currencies = sorted({currency for batch in report.batches for currency, _ in batch.net})
    counted = [
        SheetColumn(heading, figures=True, least=9)
        for heading in ("Rows", "Lines", "Sold", "Returned", "Free")
    ]
    columns = (
        SheetColumn("Batch", figures=True, least=7),
        SheetColumn("File", least=24, most=48),
        SheetColumn("Report", least=16, most=30),
        SheetColumn("Retailer", least=14, most=26),
        SheetColumn("Recorded", least=12, most=24),
        *counted,
        *(
            SheetColumn(f"Net receipts {currency}", figures=True, least=15)
            for currency in currencies
        ),
    )

    def rows() -> Iterator[list[Cell]]:
        for batch in report.batches:
            recorded = day_text(date.fromisoformat(batch.recorded_on))
            texts = (batch.file, batch.report, batch.retailer, recorded)
            counts = (batch.rows, batch.lines, batch.sold, batch.returned, batch.free)
            net = dict(batch.net)
            yield [
                (batch.batch, _NUMBER),
                *((text, CELL) for text in texts),
                *((count, _NUMBER) for count in counts),
                *(
                    figure(net[currency], CELL, exponent(currency))
                    if currency in net
                    else (None, CELL)
                    for currency in currencies
                ),
            ]

    sums: dict[int, Cell] = {
        sums_at: (sum(getattr(batch, name) for batch in report.batches), _NUMBER_TOTAL)
        for sums_at, name in enumerate(("rows", "lines", "sold", "returned", "free"), 5)
    }
    for sums_at, currency in enumerate(currencies, 10):
        net = sum(Decimal(dict(batch.net).get(currency, "0")) for batch in report.batches)
        sums[sums_at] = figure(str(net), CELL_TOTAL, exponent(currency))
    totals = [total_row("Total", sums, CELL_TOTAL, len(columns), 1)] if report.batches else []
    return _Table("Imports", "every report that was recorded", columns, rows, totals)


def _exceptions(report: PeriodReport) -> _Table:
    columns = (
        _CONTRACT,
        *numbered(
            [SheetColumn(ISBN, least=15)], (exception.isbn for exception in report.exceptions)
        ),
        SheetColumn("Retailer", least=16, most=26),
        SheetColumn("Channel", least=12),
        _COPIES,
        SheetColumn("Reason", least=40, most=70),
    )

    def rows() -> Iterator[list[Cell]]:
        for exception in report.exceptions:
            yield [
                (exception.contract, CELL),
                (exception.isbn, _PLAIN_TEXT),
                (exception.retailer, CELL),
                (exception.channel, CELL),
                (exception.units, _NUMBER),
                (exception.reason, CELL),
            ]

    note = "sales that no rule, contract or price covers; none may stand at a close"
    return _Table("Exceptions", note, columns, rows)


def _waiting(report: PeriodReport) -> _Table:
    columns = (
        SheetColumn("Identifier", least=18, most=36),
        SheetColumn("Batch", figures=True, least=8),
        SheetColumn("Rows", figures=True, least=8),
        _COPIES,
    )

    def rows() -> Iterator[list[Cell]]:
        for one in report.waiting:
            counts = (one.batch, one.rows, one.units)
            yield [(one.identifier, _PLAIN_TEXT), *((count, _NUMBER) for count in counts)]

    note = "rows whose edition nobody knew when this was written; they count in an open period"
    return _Table("Waiting", note, columns, rows)


def _amounts(
    name: str,
    note: str,
    leading: Sequence[SheetColumn],
    headings: Sequence[str],
    entries: Sequence[_Entry],
) -> _Table:
    """A table of amounts, with their sums by currency."""
    figures = (SheetColumn(heading, figures=True, least=13) for heading in headings)
    columns = (*leading, _CURRENCY, *figures)
    before = len(leading)

    def rows() -> Iterator[list[Cell]]:
        for entry in entries:
            yield [
                *((part, _NUMBER if isinstance(part, int) else CELL) for part in entry.leading),
                (entry.currency, CELL),
                *(amount(minor, entry.currency, CELL) for minor in entry.minors),
            ]

    totals = []
    for currency, minors in _by_currency((entry.currency, entry.minors) for entry in entries):
        sums = [amount(minor, currency, CELL_TOTAL) for minor in minors]
        cells: dict[int, Cell] = {before: (currency, CELL_TOTAL)}
        cells |= dict(enumerate(sums, before + 1))
        totals.append(total_row("Total", cells, CELL_TOTAL, len(columns)))
    return _Table(name, note, columns, rows, totals)


def _by_currency(
    entries: Iterable[tuple[str, tuple[int, ...]]],
) -> list[tuple[str, tuple[int, ...]]]:
    """Amounts summed by currency, in the order of currencies."""
    sums: dict[str, tuple[int, ...]] = {}
    for currency, minors in entries:
        known = sums.get(currency, (0,) * len(minors))
        sums[currency] = tuple(map(add, known, minors))
    return sorted(sums.items())

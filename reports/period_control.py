"""The first sheet of a period: whether figures computed in different ways agree."""

from collections.abc import Sequence

from reports.measure import Cell
from reports.sheet import Book, Layout
from reports.styles import BAD_CELL, CELL, COUNT, GOOD_CELL, SUBTITLE, TITLE, Style
from reports.tables import SheetColumn, amount, banner, heading_row, widths
from royalties.domain.royalties.statements import Check

_COLUMNS = (
    SheetColumn("Check", least=44, most=70),
    SheetColumn("Currency", least=10),
    SheetColumn("Left", figures=True, least=16),
    SheetColumn("Right", figures=True, least=16),
    SheetColumn("Difference", figures=True, least=16),
    SheetColumn("Result", least=13),
)


def control_sheet(book: Book, checks: Sequence[Check], subtitle: str) -> None:
    """Write the checks, and above them whether all agree."""
    rows = [_row(check) for check in checks]
    sheet = book.sheet("Control", Layout(widths(_COLUMNS, rows)))
    sheet.row([("Control", TITLE)], height=26)
    sheet.row([(subtitle, SUBTITLE)])
    sheet.row(height=8)
    style = GOOD_CELL if checks and not _failed(checks) else BAD_CELL
    banner(sheet, verdict(checks), style.also(size=11), height=20)
    sheet.row(height=8)
    heading_row(sheet, _COLUMNS)
    for row in rows:
        sheet.row(row)


def verdict(checks: Sequence[Check]) -> str:
    """One sentence on all checks."""
    failed = _failed(checks)
    if not checks:
        return "No checks were made"
    if not failed:
        return "All checks are zero"
    return f"{len(failed)} of {len(checks)} checks are not zero: {'; '.join(failed)}"


def _failed(checks: Sequence[Check]) -> list[str]:
    return [check.name for check in checks if check.left != check.right]


def _row(check: Check) -> list[Cell]:
    agrees = check.left == check.right
    marked = GOOD_CELL if agrees else BAD_CELL
    return [
        (check.name, CELL),
        (check.currency or "copies", CELL),
        _figure(check.left, check.currency, CELL),
        _figure(check.right, check.currency, CELL),
        _figure(check.left - check.right, check.currency, marked),
        ("in order" if agrees else "differs", marked),
    ]


def _figure(value: int, currency: str, style: Style) -> Cell:
    return amount(value, currency, style) if currency else (value, style.as_number(COUNT))

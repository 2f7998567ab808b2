"""Unread sheets of a workbook, and whether they hold money that is not counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from royalties.domain.currencies import EXPONENTS, exponent
from royalties.domain.money import MICRO, micro_text, scale
from royalties.ingest.report.amounts import Numbers
from royalties.ingest.report.cells import Cell, Invalid, MarkedAmount, text_of
from royalties.ingest.report.conventions import decimal_mark
from royalties.ingest.report.declaration import HEADER_ROWS, begins, normal
from royalties.ingest.report.headings import unit_of, without_unit
from royalties.ingest.report.labels import TOTALS, is_total_label
from royalties.ingest.report.row_warnings import RowWarnings
from royalties.ingest.report.tables import Sheet
from royalties.ingest.report.unread_columns import is_currency_heading, speaks_of_money

_LEAST_HEADINGS = 2
_MOST_SHOWN = 8
_PAGES = ("kenp", "kenp read", "pages read")
"""What is printed where other rows have the plan by which copies are paid."""

Sums = Mapping[str, int]
"""Millionths by currency; empty: of no known one."""


@dataclass(slots=True)
class _SheetAmounts:
    """Amounts of a sheet, perhaps a column for each currency.

    What its rows sum to, those of pages read, and its rows of totals.
    """

    name: str
    columns: list[tuple[int, str]] = field(default_factory=list)
    """Each with its place and the currency that its heading states."""
    rows: dict[str, int] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def sums(self) -> Sums:
        return _together(self.rows, self.pages) if self.rows or self.pages else self.totals


def say(
    sheets: Iterable[Sheet],
    read: Sums,
    remarks: RowWarnings,
    notes: list[str],
    *,
    currency: str,
    mark: str,
    incomplete: bool,
    pages_hint: str = "",
) -> None:
    """Warn about, or note, every unread sheet that holds money.

    Args:
        sheets: the unread ones.
        read: receipts of the rows that were read, by currency.
        remarks: receives what has to be confirmed.
        notes: receives what is only shown.
        currency: the report's, if its rows have none.
        mark: the decimal mark of what was read; empty if nothing told it.
        incomplete: whether rows are refused or waiting, so that sums cannot be compared.
        pages_hint: how the money for pages can be recorded.
    """
    for sheet in sheets:
        all_amounts = [
            amounts for amounts in _money(sheet, currency, mark) if any(amounts.sums.values())
        ]
        if not all_amounts:
            continue
        if agreeing := next(
            (amounts for amounts in all_amounts if _alike(amounts.sums, read)), None
        ):
            notes.append(
                f"sheet {sheet.name!r} is not read: its {agreeing.name} agrees with what was read"
            )
            continue
        if agreeing := next(
            (amounts for amounts in all_amounts if amounts.pages and _alike(amounts.rows, read)),
            None,
        ):
            notes.append(
                f"sheet {sheet.name!r} is not read: its {agreeing.name} agrees with what was read, "
                f"but for pages read, {_amounts_text(agreeing.pages)}{pages_hint}"
            )
            continue
        held = "; ".join(
            f"{amounts.name} {_amounts_text(amounts.sums)}" for amounts in all_amounts[:_MOST_SHOWN]
        )
        if not _is_of_totals(sheet.name):
            remarks.say("sheet-not-read", f"sheet {sheet.name!r} is not read: {held}")
        elif incomplete:
            notes.append(f"sheet {sheet.name!r} holds totals, which were not compared: {held}")
        else:
            remarks.say(
                "totals-sheet",
                f"sheet {sheet.name!r} differs from what was read: {held}; read was "
                f"{_amounts_text(read) or 'nothing'}",
            )


def _money(sheet: Sheet, currency: str, mark: str) -> Sequence[_SheetAmounts]:
    header = _header(sheet.peek())
    if header is None:
        return ()
    place, names = header
    amounts: dict[str, _SheetAmounts] = {}
    for at, name in enumerate(names):
        if speaks_of_money(name):
            bare = without_unit(name)
            amounts.setdefault(bare, _SheetAmounts(bare)).columns.append(
                (at, unit_of(name).currency)
            )
    columns = [(money, *column) for money in amounts.values() for column in money.columns]
    own = next((at for at, name in enumerate(names) if is_currency_heading(name)), -1)
    point, comma = (Numbers(decimal_mark(each)) for each in ".,")
    # An amount that can be read one way only is read so, whatever the rest of the file does.
    first, second = (comma, point) if mark == "," else (point, comma)
    for block in sheet.blocks(place + 1, len(names)):
        for cells in zip(*block.columns, strict=True):
            code = text_of(cells[own]).strip().upper() if own >= 0 else ""
            is_total = any(_is_total(cell) for cell in cells)
            is_pages = any(isinstance(cell, str) and normal(cell) in _PAGES for cell in cells)
            for money, at, stated in columns:
                value: Any = first.amount(cells[at])
                if isinstance(value, Invalid):
                    value = second.amount(cells[at])
                marked = ""
                if isinstance(value, MarkedAmount):
                    [*marks] = value.currencies
                    marked, value = marks[0] if len(marks) == 1 else "", value.micro
                if not isinstance(value, int):
                    continue
                key = stated or marked or (code if code in EXPONENTS else "") or currency
                sums = money.pages if is_pages else money.rows
                sums = money.totals if is_total else sums
                sums[key] = sums.get(key, 0) + value
    return [*amounts.values()]


def _header(rows: Sequence[tuple[int, Sequence[Cell]]]) -> tuple[int, list[str]] | None:
    """The place and the headings of the first row that has one of amounts."""
    for place, (_, cells) in enumerate(rows[:HEADER_ROWS]):
        names = [" ".join(text_of(cell).split()) for cell in cells]
        texts = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
        if len(texts) >= _LEAST_HEADINGS and any(map(speaks_of_money, names)):
            return place, names
    return None


def _is_total(cell: Cell) -> bool:
    return isinstance(cell, str) and (
        bool(begins(normal(cell), TOTALS)) or is_total_label(normal(cell))
    )


def _is_of_totals(name: str) -> bool:
    return bool(begins(normal(name), (*TOTALS, "summary", "overview"))) or is_total_label(name)


def _alike(sums: Sums, read: Sums) -> bool:
    return _in_minor_units(sums) == _in_minor_units(read)


def _in_minor_units(sums: Sums) -> dict[str, int]:
    minor = {code: round(micro * scale(code or "USD") / MICRO) for code, micro in sums.items()}
    return {code: amount for code, amount in minor.items() if amount}


def _together(*parts: Sums) -> Sums:
    return {code: sum(part.get(code, 0) for part in parts) for part in parts for code in part}


def _amounts_text(sums: Sums) -> str:
    return ", ".join(
        f"{code or '(no currency)'} {micro_text(micro, exponent(code) if code else 2)}"
        for code, micro in sorted(sums.items())
        if micro
    )

"""A contract's part of the letter: its account, the beneficiary's share, reserves, advances."""

from collections.abc import Iterator

from reports.measure import Cell
from reports.sheet import SheetWriter
from reports.statement_parts import account_line, contract_name, heading_line
from reports.styles import DATE, HEADING, LINE, NOTE, PAD, SUBHEADING, SUBTOTAL, TOTAL, Style
from reports.tables import amount, day_text, rounded_percent
from royalties.domain.royalties.statements import ContractAccount

_MOST_TITLES = 6
_TITLES = NOTE.also(wrap=True)
_PAID_ON = '"Paid on" d mmm yyyy'


def contract_section(sheet: SheetWriter, contract: ContractAccount, city: str) -> None:
    """Write a contract's section; ``city`` is the beneficiary's."""
    sheet.row(height=16)
    heading_line(sheet, contract_name(contract), HEADING.also(wrap=True), contract.currency)
    sheet.row(height=3)
    for title in contract.titles[:_MOST_TITLES]:
        sheet.row([(title, _TITLES)])
    if more := contract.titles[_MOST_TITLES:]:
        sheet.row([(f"and {len(more)} more, see the sheet “Editions”", _TITLES)])
    _account(sheet, contract)
    _shares(sheet, contract, city)
    if contract.reserves:
        _reserves(sheet, contract)
    if contract.advances:
        _advances(sheet, contract)


def printed_amounts(contract: ContractAccount) -> Iterator[tuple[int, str]]:
    """Every amount of a contract's section with its currency, to compute the column width."""
    minors = [minor for _, minor, _ in _lines(contract)]
    minors += [
        contract.pool,
        contract.allocated,
        sum(reserve.amount for reserve in contract.reserves),
    ]
    minors += [share.amount for share in contract.shares]
    for advance in contract.advances:
        minors += (advance.amount, advance.recouped_before, advance.outstanding)
    return ((minor, contract.currency) for minor in minors)


def _lines(contract: ContractAccount) -> list[tuple[str, int, Style]]:
    lines = [
        ("Earned in this period", contract.earned, LINE),
        ("Debit balance brought forward", contract.brought_forward, LINE),
        ("Withheld against returns", -contract.withheld, LINE),
        ("Released from what was withheld", contract.released, LINE),
        ("Available", contract.available, SUBTOTAL),
        ("Recouped against advances", -contract.recouped, LINE),
        ("Payable", contract.payable, TOTAL),
        ("Debit balance carried forward", contract.carried_forward, LINE),
    ]
    if contract.undistributed_before or contract.undistributed:
        lines += [
            ("Not distributed in earlier periods", contract.undistributed_before, LINE),
            ("Not distributed, kept for the next period", -contract.undistributed, LINE),
        ]
    return lines


def _account(sheet: SheetWriter, contract: ContractAccount) -> None:
    sheet.row(height=6)
    heading_line(sheet, "How the royalties came about", SUBHEADING)
    for name, minor, style in _lines(contract):
        account_line(sheet, name, minor, contract.currency, style)


def _shares(sheet: SheetWriter, contract: ContractAccount, city: str) -> None:
    sheet.row(height=10)
    heading_line(sheet, "Your share", SUBHEADING)
    since = day_text(contract.plan_in_force_since)
    here = f" · {city}" if city else ""
    sheet.row([(f"By the plan in force since {since}{here}", _TITLES)])
    if contract.plan:
        kept = "with what was not distributed before" if contract.undistributed_before else ""
        account_line(
            sheet, "To be shared out by the plan", contract.pool, contract.currency, LINE, kept
        )
    for share in contract.shares:
        account_line(
            sheet, f"{share.step}.  {share.sentence}", share.amount, contract.currency, LINE
        )
    if not contract.shares:
        account_line(sheet, "No step of the plan gave you anything", 0, contract.currency, LINE)
    part = rounded_percent(contract.share_of_pool)
    of_it = f"{part} of what was to be shared out" if part else ""
    account_line(sheet, "Allocated to you", contract.allocated, contract.currency, TOTAL, of_it)


def _reserves(sheet: SheetWriter, contract: ContractAccount) -> None:
    sheet.row(height=10)
    heading_line(sheet, "Held against returns", SUBHEADING, "Release in", "Ends on", "Amount")
    label, right = LINE.also(wrap=True), LINE.to_the_right()
    day = LINE.as_number(DATE + PAD)
    for reserve in contract.reserves:
        held = amount(reserve.amount, contract.currency, LINE)
        name: Cell = (f"Withheld in {reserve.withheld_in}", label)
        blank: Cell = (None, label)
        ends: Cell = (reserve.release_ends, day)
        sheet.row([name, blank, (reserve.expected_release, right), ends, held])
    held_in_all = sum(reserve.amount for reserve in contract.reserves)
    account_line(sheet, "Held in all", held_in_all, contract.currency, TOTAL)


def _advances(sheet: SheetWriter, contract: ContractAccount) -> None:
    sheet.row(height=10)
    columns = ("Advance", "Before", "Now", "Outstanding")
    heading_line(sheet, "Advances, and what was recouped", SUBHEADING, *columns)
    for advance in contract.advances:
        amounts = (
            advance.amount,
            advance.recouped_before,
            advance.recouped_now,
            advance.outstanding,
        )
        cells: list[Cell] = [(advance.paid_on, LINE.also(format=_PAID_ON))]
        cells += [amount(minor, contract.currency, LINE) for minor in amounts]
        sheet.row(cells)

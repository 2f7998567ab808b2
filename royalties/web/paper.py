"""A statement as the page shows it: its content, grouped and summed for reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from royalties.domain.royalties.statements import (
    ContractAccount,
    EarnedLineShown,
    MonthShown,
    Statement,
)
from royalties.services.statements.spelled import spelled_out

MOST_LINES = 400
"""Earned lines of a contract that a page shows; the workbook has them all."""


class EditionLines(NamedTuple):
    """The earned lines of one edition, or of other income, with their sums."""

    title: str
    format: str
    isbn: str
    lines: tuple[EarnedLineShown, ...]
    copies: int
    earned: int


class Month(NamedTuple):
    """A month's copies, and receipts by currency in the order of the table's columns."""

    month: str
    sold: int
    returned: int
    units: int
    net: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class ContractPaper:
    """One contract's part of a statement; ``left_out`` are lines beyond what a page shows."""

    account: ContractAccount
    editions: tuple[EditionLines, ...]
    left_out: int
    currencies: tuple[str, ...]
    months: tuple[Month, ...]
    total: Month
    retailers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class StatementPaper:
    """A whole statement, ready to be shown by ``statement/paper.html``."""

    statement: Statement
    contracts: tuple[ContractPaper, ...]


def paper_of(statement: Statement) -> StatementPaper:
    """Group and sum what a statement says; nothing is calculated that it does not say."""
    shown = spelled_out(statement)
    return StatementPaper(shown, tuple(map(_contract, shown.contracts)))


def _contract(account: ContractAccount) -> ContractPaper:
    currencies = tuple(sorted({month.currency for month in account.months}))
    by_month: dict[str, list[MonthShown]] = {}
    retailers: dict[str, int] = {}
    for month in account.months:
        by_month.setdefault(month.month, []).append(month)
        retailers[month.retailer] = retailers.get(month.retailer, 0) + month.units
    return ContractPaper(
        account,
        _editions(account.lines[:MOST_LINES]),
        max(0, len(account.lines) - MOST_LINES),
        currencies,
        tuple(_month(name, of_it, currencies) for name, of_it in sorted(by_month.items())),
        _month("", account.months, currencies),
        tuple(sorted(retailers.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _editions(lines: Sequence[EarnedLineShown]) -> tuple[EditionLines, ...]:
    by_edition: dict[tuple[str, str, str], list[EarnedLineShown]] = {}
    for line in lines:
        by_edition.setdefault((line.title, line.format, line.isbn), []).append(line)
    return tuple(
        EditionLines(*edition, tuple(of_it), _copies(of_it), sum(line.earned for line in of_it))
        for edition, of_it in by_edition.items()
    )


def _copies(lines: Sequence[EarnedLineShown]) -> int:
    """Net copies; sales in several tiers have a line each and count once."""
    groups = {
        (line.rule, line.isbn, line.retailer, line.kind, line.currency): line.units
        for line in lines
        if line.isbn
    }
    return sum(groups.values())


def _month(name: str, rows: Sequence[MonthShown], currencies: Sequence[str]) -> Month:
    net = dict.fromkeys(currencies, Decimal(0))
    for row in rows:
        net[row.currency] += Decimal(row.net)
    return Month(
        name,
        sum(row.sold for row in rows),
        sum(row.returned for row in rows),
        sum(row.units for row in rows),
        tuple(net.items()),
    )

"""Uploads and typed sheets that are not recorded yet, and that a close would miss."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from royalties.domain.counting import counted
from royalties.domain.periods import Period
from royalties.services.books import Setup
from royalties.services.sales.manual_entry import is_empty
from royalties.services.work import Work
from royalties.store.sales import unrecorded as store


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """An upload or a typed sheet.

    Attributes:
        subject: ``upload:12`` or ``sheet:publisher-phone:3``, the last being the person.
        name: the file's, or the retailer's.
        figure: what it holds, in words.
    """

    subject: str
    name: str
    figure: str


def unrecorded(work: Work, setup: Setup, period: Period) -> list[Unrecorded]:
    """Uploads that may concern a period, and all sheets in which something is typed."""
    waiting: list[Unrecorded] = []
    for row in store.unrecorded_rows(work.connection):
        if row.kind == store.UPLOAD:
            waiting += _upload(row, row.body or {}, period)
        else:
            waiting += _sheet(row, row.body or [], setup)
    return waiting


def _upload(
    row: store.UnrecordedRow, summary: Mapping[str, Any], period: Period
) -> Iterator[Unrecorded]:
    starts = summary.get("period_from") or ""
    if starts <= period.ends.isoformat():
        lines = summary.get("sale_lines") or 0
        holds = f"{counted(lines, 'sale line')}, " if lines else ""
        yield Unrecorded(f"upload:{row.number}", row.name[:100], f"{holds}sent, not recorded")


def _sheet(
    row: store.UnrecordedRow, sheet: Sequence[Sequence[str]], setup: Setup
) -> Iterator[Unrecorded]:
    rows = sum(not is_empty(cells) for cells in sheet)
    if rows and row.retailer:
        retailer = setup.retailers.get(row.retailer)
        yield Unrecorded(
            f"sheet:{row.retailer}:{row.number}",
            f"{retailer.name if retailer else row.retailer}, typed by {row.name}",
            f"{counted(rows, 'row')} typed, not recorded",
        )

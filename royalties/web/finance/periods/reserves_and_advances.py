"""What is held and what is owed back: reserves by their release, advances still to earn."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, render_template, request

from royalties.domain.money import as_decimal
from royalties.domain.people import FINANCE
from royalties.services import list_files
from royalties.services.books import EmptyBooksError
from royalties.services.periods import advances as advance_service
from royalties.services.periods import reserves as reserve_service
from royalties.services.periods.advances import (
    AdvancesList,
    AdvancesQuery,
    ContractAdvances,
    WhichAdvances,
)
from royalties.services.periods.reserves import OpenReserve, OpenReserves, ReservesQuery
from royalties.web.core import sorting
from royalties.web.core.charts import amount_bar
from royalties.web.core.files import download
from royalties.web.core.formats import day
from royalties.web.core.pages import Pages, word_in_query
from royalties.web.core.paging import export_addresses, part_of
from royalties.web.core.visit import current_work

PAGES = Pages("holdings", __name__, "/finance", FINANCE)

WHICH = {
    WhichAdvances.ALL: "All",
    WhichAdvances.UNEARNED: "Still to earn",
    WhichAdvances.EARNED: "Earned back",
}

_LONGEST = 200
RESERVES_SORTED: dict[str, Callable[[OpenReserve], Any]] = {
    "name": lambda row: row.name.casefold(),
    "to": lambda row: [name.casefold() for name in row.beneficiaries],
    "release": lambda row: row.release_day,
    "withheld": lambda row: row.withheld_day,
    "amount": lambda row: row.amount,
}
ADVANCES_SORTED: dict[str, Callable[[ContractAdvances], Any]] = {
    "name": lambda row: row.name.casefold(),
    "paid": lambda row: row.paid,
    "recouped": lambda row: row.recouped,
    "share": lambda row: row.share or 0,
    "outstanding": lambda row: row.outstanding,
}
FileRow = tuple[str | Decimal, ...]


@PAGES.get("/reserves/")
def reserves() -> str:
    """What is held against returns, by release, with totals, bars and files."""
    listed = _reserves()
    rows, sorted_by = sorting.in_order(listed.rows, RESERVES_SORTED, "release")
    return render_template(
        "finance/periods/reserves.html",
        found=listed,
        rows=part_of(rows),
        sorted_by=sorted_by,
        sort_link=sorting.linker(sorted_by),
        query=_reserves_query(),
        charts=[
            (
                currency,
                [
                    amount_bar(each.release, each.amount, currency)
                    for each in listed.totals
                    if each.currency == currency
                ],
            )
            for currency, _ in listed.sums
        ],
        exports=export_addresses(".reserves"),
    )


@PAGES.get("/reserves/reserves.csv")
def reserves_csv() -> Response:
    """The reserves that are shown, as CSV."""
    return download("reserves.csv", list_files.as_csv(*_reserves_file()))


@PAGES.get("/reserves/reserves.xlsx")
def reserves_xlsx() -> Response:
    """The reserves that are shown, as a workbook."""
    return download("reserves.xlsx", list_files.as_workbook("Reserves", *_reserves_file()))


@PAGES.get("/advances/")
def advances() -> str:
    """Contracts with advances: paid, earned back, and what was still to earn over time."""
    listed = _advances()
    rows, sorted_by = sorting.in_order(listed.rows, ADVANCES_SORTED, "-outstanding")
    return render_template(
        "finance/periods/advances.html",
        found=listed,
        rows=part_of(rows),
        sorted_by=sorted_by,
        sort_link=sorting.linker(sorted_by),
        query=_advances_query(),
        which=WHICH,
        charts=[
            (
                total.currency,
                [
                    amount_bar(name, amount, total.currency)
                    for name, amount in zip(listed.columns, total.unearned, strict=True)
                ],
            )
            for total in listed.totals
        ],
        exports=export_addresses(".advances"),
    )


@PAGES.get("/advances/advances.csv")
def advances_csv() -> Response:
    """The advances that are shown, as CSV."""
    return download("advances.csv", list_files.as_csv(*_advances_file()))


@PAGES.get("/advances/advances.xlsx")
def advances_xlsx() -> Response:
    """The advances that are shown, as a workbook."""
    return download("advances.xlsx", list_files.as_workbook("Advances", *_advances_file()))


def _text(name: str) -> str:
    return request.args.get(name, "")[:_LONGEST].strip()


def _reserves_query() -> ReservesQuery:
    return ReservesQuery(_text("currency"), _text("release"), _text("name"))


def _advances_query() -> AdvancesQuery:
    return AdvancesQuery(word_in_query("which", WhichAdvances), _text("currency"), _text("name"))


def _reserves() -> OpenReserves:
    try:
        return reserve_service.open_reserves(current_work(), _reserves_query())
    except EmptyBooksError:
        return OpenReserves((), (), (), (), ())


def _advances() -> AdvancesList:
    try:
        return advance_service.advances(current_work(), _advances_query())
    except EmptyBooksError:
        return AdvancesList((), (), (), ())


def _reserves_file() -> tuple[list[tuple[str, int]], list[FileRow]]:
    """Columns with their widths, and rows; amounts are exact."""
    listed = _reserves()
    columns = [
        ("Released in", 12),
        ("Released on", 14),
        ("Withheld in", 12),
        ("Contract", 44),
        ("Beneficiaries", 44),
        ("Currency", 10),
        ("Amount", 14),
    ]
    rows: list[FileRow] = [
        (
            reserve.release,
            day(reserve.release_day),
            reserve.withheld_in,
            reserve.name,
            ", ".join(reserve.beneficiaries),
            reserve.currency,
            as_decimal(reserve.amount, reserve.currency),
        )
        for reserve in sorting.in_order(listed.rows, RESERVES_SORTED, "release")[0]
    ]
    rows += [
        ("All", "", "", "", "", currency, as_decimal(amount, currency))
        for currency, amount in listed.sums
    ]
    return columns, rows


def _advances_file() -> tuple[list[tuple[str, int]], list[FileRow]]:
    """Columns with their widths, and rows; amounts are exact."""
    listed = _advances()
    columns = [
        ("Contract", 44),
        ("Currency", 10),
        ("Paid on", 30),
        ("Paid", 14),
        ("Earned back", 14),
        ("Still to earn", 14),
        ("Counts later", 14),
        *((f"Still to earn, {name}", 22) for name in listed.columns),
    ]

    def line(row: ContractAdvances) -> FileRow:
        amounts = (row.paid, row.recouped, row.outstanding, row.later, *row.unearned)
        return (
            row.name,
            row.currency,
            ", ".join(map(day, row.paid_on)),
            *(as_decimal(each, row.currency) for each in amounts),
        )

    rows = sorting.in_order(listed.rows, ADVANCES_SORTED, "-outstanding")[0]
    return columns, [line(row) for row in (*rows, *listed.totals)]

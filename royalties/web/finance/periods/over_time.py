"""What contracts earned and beneficiaries were given, period by period, as table, bars and file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Response, abort, render_template, request, url_for

from royalties.domain.money import as_decimal
from royalties.domain.people import FINANCE
from royalties.services import list_files
from royalties.services.books import EmptyBooksError, setup_in_force
from royalties.services.periods import accounts_over_time as service
from royalties.services.periods.accounts_over_time import (
    FIGURES,
    AccountFigure,
    AccountRow,
    AccountsBy,
    AccountsOverTime,
    AccountsQuery,
)
from royalties.services.sales.over_time import MOST_COLUMNS, Against
from royalties.web.core import sorting
from royalties.web.core.files import download
from royalties.web.core.formats import amount_words
from royalties.web.core.names import names
from royalties.web.core.pages import Pages, word_in_query
from royalties.web.core.paging import export_addresses, here_with, part_of
from royalties.web.core.visit import current_work

PAGES = Pages("accounts", __name__, "/finance/royalties-over-time", FINANCE)

BY = {
    AccountsBy.CONTRACT: "Contract",
    AccountsBy.BENEFICIARY: "Beneficiary",
    AccountsBy.BOTH: "Contract and beneficiary",
}
FIGURE_WORDS = {
    AccountFigure.EARNED: "Earned",
    AccountFigure.WITHHELD: "Withheld against returns",
    AccountFigure.RELEASED: "Released",
    AccountFigure.RECOUPED: "Recouped",
    AccountFigure.PAYABLE: "Payable",
    AccountFigure.HELD: "Held at the end",
    AccountFigure.UNEARNED: "Advances still to earn",
    AccountFigure.CARRIED: "Carried forward",
    AccountFigure.UNDISTRIBUTED: "Undistributed",
    AccountFigure.ALLOCATED: "Allocated",
    AccountFigure.TO_PAY: "To pay",
    AccountFigure.TAX: "Expected tax",
}
AGAINST = {Against.BEFORE: "what came just before", Against.YEAR: "the same a year earlier"}

_LONGEST = 200
_COUNT = re.compile(r"\d{1,2}", re.ASCII)
SORTED: dict[str, Callable[[AccountRow], Any]] = {
    "name": lambda row: row.name.casefold(),
    "to": lambda row: row.to.casefold(),
    "total": lambda row: row.total,
    "before": lambda row: row.before,
    "change": lambda row: row.total - row.before,
    "to-date": lambda row: row.to_date,
    "estimated": lambda row: row.estimated or 0,
}

FileRow = tuple[str | Decimal, ...]
Bars = list[tuple[str, Decimal, Decimal, str, str]]


@dataclass(frozen=True, slots=True)
class ChartOfCurrency:
    """Bars of one currency's periods beside those they are compared with."""

    currency: str
    bars: Bars


@PAGES.get("/")
def over_time() -> str:
    """A figure of contracts or beneficiaries by closed period, with filters, bars and a table."""
    table = _table()
    if table is None:
        return render_template("finance/periods/over_time.html", table=None)
    rows, sorted_by = sorting.in_order(table.rows, SORTED, "-total")
    query = table.query
    return render_template(
        "finance/periods/over_time.html",
        table=table,
        rows=part_of(rows),
        sorted_by=sorted_by,
        sort_link=sorting.linker(sorted_by),
        charts=[_chart(table, row) for row in table.totals],
        words={
            "by": BY,
            "figure": {each: FIGURE_WORDS[each] for each in FIGURES[query.by]},
            "against": AGAINST,
        },
        shown=FIGURE_WORDS[query.figure],
        link=link_of,
        only=_only(query),
        without=lambda name: here_with(**{name: "", "page": ""}),
        exports=export_addresses(".as"),
        most=MOST_COLUMNS,
    )


@PAGES.get("/royalties-over-time.csv")
def as_csv() -> Response:
    """The table as CSV, all of its rows."""
    table = _table_or_404()
    return download(_file_name(table, "csv"), list_files.as_csv(*_file(table)))


@PAGES.get("/royalties-over-time.xlsx")
def as_xlsx() -> Response:
    """The table as a workbook, all of its rows."""
    table = _table_or_404()
    workbook = list_files.as_workbook("Royalties over time", *_file(table))
    return download(_file_name(table, "xlsx"), workbook)


def link_of(row: AccountRow) -> str:
    """The page of what a row is about."""
    if row.contract:
        return url_for("terms.contract", key=row.contract)
    return url_for("terms.beneficiary", key=row.beneficiary)


def _query() -> AccountsQuery:
    """What the address asks for; what cannot be read counts as not given."""
    texts = {name: text[:_LONGEST].strip() for name, text in request.args.items()}
    columns = texts.get("columns", "")
    return AccountsQuery(
        word_in_query("by", AccountsBy),
        word_in_query("figure", AccountFigure),
        word_in_query("against", Against),
        texts.get("currency", ""),
        int(columns) if _COUNT.fullmatch(columns) else 0,
        texts.get("until", ""),
        texts.get("name", ""),
        texts.get("contract", ""),
        texts.get("beneficiary", ""),
    )


def _table() -> AccountsOverTime | None:
    try:
        return service.accounts_over_time(current_work(), _query())
    except EmptyBooksError:
        return None


def _table_or_404() -> AccountsOverTime:
    table = _table()
    if table is None:
        abort(404)
    return table


def _only(query: AccountsQuery) -> list[tuple[str, str, str]]:
    """What rows are narrowed to, as (filter, name, address)."""
    setup, only = setup_in_force(current_work()), []
    if query.contract in setup.contracts:
        address = url_for("terms.contract", key=query.contract)
        only.append(("contract", names().of("contracts", query.contract), address))
    if query.beneficiary in setup.beneficiaries:
        address = url_for("terms.beneficiary", key=query.beneficiary)
        only.append(("beneficiary", names().of("beneficiaries", query.beneficiary), address))
    return only


def _chart(table: AccountsOverTime, total: AccountRow) -> ChartOfCurrency:
    currency = total.currency
    pairs = zip(table.columns, total.figures, table.before_figures[currency], strict=True)
    return ChartOfCurrency(
        currency,
        [
            (
                name,
                as_decimal(figure, currency),
                as_decimal(before, currency),
                amount_words(figure, currency),
                amount_words(before, currency),
            )
            for name, figure, before in pairs
        ],
    )


def _file(table: AccountsOverTime) -> tuple[list[tuple[str, int]], list[FileRow]]:
    """Columns with their widths, and rows; amounts are exact."""
    query = table.query
    is_both, is_balance = query.by is AccountsBy.BOTH, query.figure.is_balance
    has_before, (first, last) = table.has_before, table.before
    before = last if is_balance or first == last else f"{first} to {last}"
    columns = [
        *([("Contract", 44), ("Beneficiary", 30)] if is_both else [(BY[query.by], 44)]),
        ("Currency", 10),
        *((name, 14) for name in table.columns),
        *([] if is_balance else [(FIGURE_WORDS[query.figure], 24)]),
        *([(before, 20)] if has_before else []),
        *([] if is_balance else [("To date", 14)]),
        *([(f"{table.open_period}, estimated", 20)] if table.has_estimate else []),
    ]

    def line(row: AccountRow) -> FileRow:
        amounts = [
            *row.figures,
            *([] if is_balance else [row.total]),
            *([row.before] if has_before else []),
            *([] if is_balance else [row.to_date]),
            *([row.estimated or 0] if table.has_estimate else []),
        ]
        words = (row.name, row.to) if is_both else (row.name,)
        return (*words, row.currency, *(as_decimal(each, row.currency) for each in amounts))

    rows = sorting.in_order(table.rows, SORTED, "-total")[0]
    return columns, [line(row) for row in (*rows, *table.totals)]


def _file_name(table: AccountsOverTime, extension: str) -> str:
    return f"{table.query.figure.value}-by-{table.query.by.value}.{extension}"
